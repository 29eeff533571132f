"""Photos: sent as they are, shown as plain JPEGs, attached to what they show, erased."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from retour.api.asgi import Reply
from retour.api.call import SOURCE
from retour.api.json_body import BodyReader
from retour.api.problems import Stop, not_found
from retour.api.routes import BASE, PAGED, Hooked, HookRoute, Parameter, Route
from retour.api.shapes import ANSWERED_RETURN
from retour.desk import photos
from retour.desk.execute import Asked, execute
from retour.desk.outcome import NotFound
from retour.desk.photos.links import PATH, follow
from retour.desk.scopes import of_command
from retour.dialects.shapes import Integer, Text, Tree, or_null
from retour.dialects.tree_parts import COUNT, MAYBE, MAYBE_MOMENT, MOMENT, TEXT, words
from retour.gateways.limits import PHOTO_BYTES_MAX
from retour.gateways.photos import PHOTO_TYPE
from retour.lifecycle.model import ActorKind
from retour.lifecycle.photos.bodies import AttachPhoto
from retour.lifecycle.steps import Verb

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.house import House
    from retour.desk.outcome import Outcome
    from retour.store.photos import Image, Size

_ATTACH: Final = BodyReader(AttachPhoto)
_PHOTOS: Final = f"{BASE}/photos"
_ONE: Final = f"{_PHOTOS}/{{photo_id}}"
_TYPES: Final = ("image/jpeg", "image/png", "image/webp", "application/octet-stream")
_SIZES: Final[Mapping[str, Size]] = {"full": "full", "thumb": "thumb"}
_INERT: Final = (
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"content-disposition", b'inline; filename="photo.jpg"'),
    (b"cross-origin-resource-policy", b"cross-origin"),
)
"""A photo is a picture and nothing else, wherever it is opened."""
_KEPT: Final = b"private, max-age=31536000, immutable"
"""The bytes under an id never change; only who has the key may keep them."""
_KEPT_BY_LINK: Final = b"private, max-age=300"

PHOTO: Final = Tree(
    name="uploaded_photo",
    about="A photo as it was taken in; what it shows stands in its return.",
    fields={
        "id": TEXT,
        "return": or_null(TEXT, "The return it is attached to; null while it waits."),
        "width": Integer(minimum=1),
        "height": Integer(minimum=1),
        "bytes": COUNT,
        "digest": Text(about="SHA-256 of the large JPEG."),
        "duplicate_of": or_null(TEXT, "The first photo that was sent in the very same bytes."),
        "duplicate_return": or_null(TEXT, "The return which that one is attached to."),
        "created_at": MOMENT,
        "created_by": Tree(name="uploader", fields={"kind": words(ActorKind), "id": MAYBE}),
        "erased_at": MAYBE_MOMENT,
        "links": Tree(
            name="photo_links",
            nullable=True,
            about="Addresses that need no key; null once erased.",
            fields={"full": TEXT, "thumb": TEXT, "until": MOMENT},
        ),
    },
)


async def upload_photo(call: Call) -> Outcome:
    """Take a photo in."""
    return await photos.take(
        call.house, call.workspace_id, call.body, actor=call.actor, key=call.key
    )


async def read_photo(call: Call) -> Outcome:
    """Tell what is known of a photo."""
    return await photos.look_up(call.house, call.workspace_id, call.params["photo_id"])


async def read_photo_image(call: Call) -> Outcome | Reply:
    """Give the bytes of a photo."""
    size = _SIZES[call.choice("size", frozenset(_SIZES)) or "full"]
    found = await photos.image_of(call.house, call.workspace_id, call.params["photo_id"], size)
    if isinstance(found, NotFound):
        return found
    seen = call.headers.get(b"if-none-match")
    headers = (*_INERT, (b"etag", _tag(found, size)), (b"cache-control", _KEPT))
    if seen is not None and _tag(found, size) in seen:
        return Reply(status=304, headers=headers)
    return Reply(body=found.body, content_type=PHOTO_TYPE.encode(), headers=headers)


async def follow_photo_link(house: House, asked: Hooked) -> Reply:
    """Give the bytes that a link leads to."""
    found = await follow(house, asked.params["token"])
    if found is None:
        raise Stop(not_found("photo"))
    headers = (*_INERT, (b"cache-control", _KEPT_BY_LINK), (b"referrer-policy", b"no-referrer"))
    return Reply(body=found.body, content_type=PHOTO_TYPE.encode(), headers=headers)


async def erase_photo(call: Call) -> Outcome:
    """Take a photo's bytes away."""
    return await photos.erase(
        call.house,
        call.workspace_id,
        call.params["photo_id"],
        actor=call.actor,
        source=SOURCE,
    )


async def list_return_photos(call: Call) -> Outcome:
    """Give a page of a return's photos."""
    return await photos.listing(call.house, call.workspace_id, call.params["return_id"], call.page)


async def attach_photo(call: Call) -> Outcome:
    """Say what a photo shows."""
    return await execute(
        call.house,
        Asked(
            workspace_id=call.workspace_id,
            return_id=call.params["return_id"],
            plan=(_ATTACH.read(call.body),),
            actor=call.actor,
            source=SOURCE,
            key=call.key,
            if_match=call.if_match,
            scopes=call.scopes,
        ),
    )


def _tag(found: Image, size: Size) -> bytes:
    return f'"{found.digest.hex()}-{size}"'.encode()


ROUTES: Final = (
    Route(
        method="POST",
        path=_PHOTOS,
        name="upload_photo",
        tag="Photos",
        summary="Send a photo",
        about="The body is the photo itself: a JPEG, PNG or WebP of at most 12 MB and 40 million"
        " pixels. It is made upright and small, and everything beside its pixels is left out."
        " The same bytes again, while nobody has attached them, are the same photo (200)."
        " Attach it within a week.",
        scope="messages:write",
        noun="photo",
        answer=upload_photo,
        accepts=_TYPES,
        bytes_max=PHOTO_BYTES_MAX,
        result=PHOTO,
        statuses=(201, 200),
        creates=True,
    ),
    Route(
        method="GET",
        path=_ONE,
        name="read_photo",
        tag="Photos",
        summary="Read what is known of a photo",
        about="With links to its bytes that need no key and are good for about ten minutes.",
        scope="returns:read",
        noun="photo",
        answer=read_photo,
        result=PHOTO,
    ),
    Route(
        method="GET",
        path=f"{_ONE}/image",
        name="read_photo_image",
        tag="Photos",
        summary="Read the bytes of a photo",
        about="Always a JPEG: at most 1600 pixels wide or high, or 320 as a thumb.",
        scope="returns:read",
        noun="photo",
        answer=read_photo_image,
        query=(Parameter(name="size", about="full unless said.", words=tuple(sorted(_SIZES))),),
        gives=PHOTO_TYPE,
    ),
    Route(
        method="DELETE",
        path=_ONE,
        name="delete_photo",
        tag="Photos",
        summary="Erase a photo",
        about="Its bytes are gone for good. That there was one, who sent it when, and its digest"
        " stay known.",
        scope="returns:write",
        noun="photo",
        answer=erase_photo,
        statuses=(204,),
    ),
    Route(
        method="GET",
        path=f"{BASE}/returns/{{return_id}}/photos",
        name="list_return_photos",
        tag="Photos",
        summary="List a return's photos, newest first",
        scope="returns:read",
        noun="return",
        answer=list_return_photos,
        query=PAGED,
        result=PHOTO,
        paged=True,
    ),
    Route(
        method="POST",
        path=f"{BASE}/returns/{{return_id}}/{Verb.ATTACH_PHOTO.value}",
        name="attach_photo",
        tag="Commands",
        summary="Attach a photo to what it shows",
        about="A line, unit, receipt or parcel; none of them: the return as a whole. moment and"
        " pair make two photos a pair of before and after. Possible in every status.",
        scope=of_command(Verb.ATTACH_PHOTO.value),
        noun="return",
        answer=attach_photo,
        body=AttachPhoto,
        result=ANSWERED_RETURN,
        versioned=True,
        matched=True,
    ),
)

HOOK_ROUTES: Final = (
    HookRoute(
        method="GET",
        path=f"{PATH}/{{token}}",
        name="follow_photo_link",
        tag="Photos",
        summary="Read the bytes of a photo by a link",
        answer=follow_photo_link,
        gives=PHOTO_TYPE,
        noun="photo",
    ),
)
