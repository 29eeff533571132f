"""Photos: taken in, shown, listed, erased.

What is sent is made into plain JPEGs by a child process and never kept as it came.  A photo waits
until a command attaches it to a return (``held``); one that nobody attaches is erased after a week.
"""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from retour.desk.execute import Asked, execute
from retour.desk.keeping import keep, kept_for
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, paged
from retour.desk.photos.links import links
from retour.dialects.view import View, instant
from retour.gateways.photos import PhotoError, Picture
from retour.kernel.ids import Mint, is_id
from retour.kernel.problems import FieldError, InvalidRequest, Transient
from retour.lifecycle.photos.bodies import ErasePhoto
from retour.store.grades import GRADE_PICTURES
from retour.store.photos import (
    Image,
    KeptPhoto,
    NewPhoto,
    Size,
    add_photo,
    image,
    moment,
    one_photo,
    photos_of_return,
    stale_uploads,
    waiting_twin,
    wipe_photos,
)
from retour.store.statements import named

if TYPE_CHECKING:
    from datetime import datetime

    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.lifecycle.model import Actor
    from retour.store.database import Connection

UPLOAD_LIFE: Final = timedelta(days=7)
"""How long a photo waits to be attached."""
_TIDIED_MAX: Final = 20
"""Stale uploads taken away with each new one: more than come in."""
_HIGHEST: Final = "pho_~"
"""Above every id: where a list starts."""
_MISSING: Final = NotFound(what="photo")
_SHOWS_A_GRADE: Final = "It shows what a grade looks like. Take it off the grade: that erases it."
_EVENTS: Final = named("events")
_ENCODE: Final = msgspec.json.Encoder()


class TryAgain(Transient):
    """A child was lost for no fault of the photo."""


class Taken(NamedTuple):
    """A photo that was taken in; ``is_new`` is false where it waited already."""

    photo: KeptPhoto
    is_new: bool


async def take(
    house: House, workspace_id: int, data: bytes, *, actor: Actor, key: RequestKey | None = None
) -> Outcome:
    """Take a photo in; the same bytes again, while they wait, are the same photo.

    Raises:
        InvalidRequest: It is no photo that can be taken, in words for whoever sent it.
        TryAgain: It could not be looked at this time.
    """
    async with house.database.transaction(workspace_id) as connection:
        if answered := await kept_for(connection, workspace_id, key):
            return answered
    made = await remake(house, data)
    if isinstance(made, PhotoError):
        raise InvalidRequest(FieldError(pointer="", code=made.code, detail=made.words))
    async with house.database.transaction(workspace_id) as connection:
        taken = await store(connection, workspace_id, data, made, actor)
        now = await moment(connection)
        status = 201 if taken.is_new else 200
        answer = _ENCODE.encode(_view(house, workspace_id, taken.photo, now))
        if answered := await keep(connection, workspace_id, key, status, answer):
            return answered
    return Done(status=status, body=answer)


async def remake(house: House, data: bytes) -> Picture | PhotoError:
    """Have a child make plain JPEGs of a photo.

    Raises:
        TryAgain: The child was lost for no fault of the photo.
    """
    made = await house.photos.remake(data)
    if isinstance(made, PhotoError) and made.code == "try_again":
        raise TryAgain(made.words)
    return made


async def store(
    connection: Connection, workspace_id: int, data: bytes, made: Picture, actor: Actor
) -> Taken:
    """Keep a photo, unless the same upload waits already; takes some stale ones away."""
    sent_digest = hashlib.sha256(data).digest()
    if (twin := await waiting_twin(connection, workspace_id, sent_digest)) is not None:
        return Taken(await _kept(connection, workspace_id, twin), is_new=False)
    now = await moment(connection)
    stale = await stale_uploads(connection, workspace_id, now - UPLOAD_LIFE, _TIDIED_MAX)
    if stale:
        await wipe_photos(connection, workspace_id, stale, now)
    photo_id = Mint(now, os.urandom(16))("pho")
    new = NewPhoto(
        id=photo_id,
        sent_digest=sent_digest,
        digest=hashlib.sha256(made.full).digest(),
        width=made.width,
        height=made.height,
        full=made.full,
        thumb=made.thumb,
        at=now,
        by=actor,
    )
    await add_photo(connection, workspace_id, new)
    return Taken(await _kept(connection, workspace_id, photo_id), is_new=True)


async def look_up(house: House, workspace_id: int, photo_id: str) -> Outcome:
    """Tell what is known of a photo, with links to its bytes that are good for a while."""
    if not is_id(photo_id, "pho"):
        return _MISSING
    async with house.database.transaction(workspace_id) as connection:
        photo = await one_photo(connection, workspace_id, photo_id)
        now = await moment(connection)
    if photo is None:
        return _MISSING
    return Done(status=200, body=_ENCODE.encode(_view(house, workspace_id, photo, now)))


async def listing(house: House, workspace_id: int, return_id: str, page: Page) -> Outcome:
    """Give a page of a return's photos, newest first."""
    below = page.after or _HIGHEST
    async with house.database.transaction(workspace_id) as connection:
        if not await connection.fetchval(_EVENTS["return_exists"], workspace_id, return_id):
            return NotFound(what="return")
        photos = await photos_of_return(connection, workspace_id, return_id, below, page.limit + 1)
        now = await moment(connection)
    return paged(
        photos,
        page,
        lambda photo: _view(house, workspace_id, photo, now),
        key=lambda photo: photo.id,
    )


async def image_of(house: House, workspace_id: int, photo_id: str, size: Size) -> Image | NotFound:
    """Give a photo's bytes."""
    if not is_id(photo_id, "pho"):
        return _MISSING
    async with house.database.transaction(workspace_id) as connection:
        found = await image(connection, workspace_id, photo_id, size)
    return found or _MISSING


async def erase(
    house: House,
    workspace_id: int,
    photo_id: str,
    *,
    actor: Actor,
    source: str,
) -> Outcome:
    """Take a photo's bytes away for good; that there was one stays known.

    Raises:
        InvalidRequest: It shows what a grade looks like.
    """
    if not is_id(photo_id, "pho"):
        return _MISSING
    async with house.database.transaction(workspace_id) as connection:
        photo = await one_photo(connection, workspace_id, photo_id)
        if photo is None:
            return _MISSING
        if photo.owner == GRADE_PICTURES and photo.erased_at is None:
            raise InvalidRequest(FieldError(pointer="", code="in_use", detail=_SHOWS_A_GRADE))
        if photo.owner is None or not is_id(photo.owner, "ret"):
            await wipe_photos(connection, workspace_id, [photo_id], await moment(connection))
            return Done(status=204, body=b"")
    outcome = await execute(
        house,
        Asked(
            workspace_id=workspace_id,
            return_id=photo.owner,
            plan=(ErasePhoto(photo=photo_id),),
            actor=actor,
            source=source,
        ),
    )
    return Done(status=204, body=b"") if isinstance(outcome, Done) else outcome


async def _kept(connection: Connection, workspace_id: int, photo_id: str) -> KeptPhoto:
    photo = await one_photo(connection, workspace_id, photo_id)
    assert photo is not None, "it was written in this transaction, or seen there"
    return photo


def _view(house: House, workspace_id: int, photo: KeptPhoto, now: datetime) -> View:
    erased_at = photo.erased_at
    by = photo.created_by
    return {
        "id": photo.id,
        "return": _return_of(photo.owner),
        "width": photo.width,
        "height": photo.height,
        "bytes": photo.bytes,
        "digest": photo.digest.hex(),
        "duplicate_of": photo.duplicate_of,
        "duplicate_return": _return_of(photo.duplicate_owner),
        "created_at": instant(photo.created_at),
        "created_by": {"kind": by.kind.value, "id": by.id},
        "erased_at": None if erased_at is None else instant(erased_at),
        "links": None if erased_at is not None else links(house, workspace_id, photo.id, now),
    }


def _return_of(owner: str | None) -> str | None:
    return owner if owner is not None and is_id(owner, "ret") else None
