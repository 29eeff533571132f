"""A shopper's own return over HTTP, by the signed link in its path and without any key.

A narrow table: look, change, prove, choose, write.  It never shows what is the shop's own.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

from msgspec import Meta

from retour.api.asgi import Reply
from retour.api.call import read_etag, read_key
from retour.api.json_body import BodyReader
from retour.api.limits import SHOPPER_PER_MINUTE
from retour.api.memos import INERT
from retour.api.pace import Pace
from retour.api.problems import Problem, Stop, of_outcome
from retour.api.routes import BASE, Hooked, HookRoute, Route
from retour.desk import shopper
from retour.desk.outcome import Done, NotFound
from retour.desk.shopper import LinkAsked
from retour.dialects.shapes import Instant, Text, Tree
from retour.dialects.shopper_view import SHOPPER_RETURN
from retour.gateways.printing import PDF
from retour.lifecycle.bodies import Body, Word
from retour.lifecycle.commands import Amend, Cancel, Command, Comment
from retour.lifecycle.parcels.bodies import CreateLabel, Ship
from retour.lifecycle.shopper.bodies import ChangeMethod, RecordDropOff, ResolveRejected

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.house import House
    from retour.desk.outcome import Outcome

Given = TypeVar("Given", bound=Body)

_JSON: Final = ("application/json",)
_ROOT: Final = "/v1/shopper/{token}"
_TAG: Final = "Shoppers"
_LINK: Final = BodyReader(LinkAsked)
_PACE: Final = Pace(SHOPPER_PER_MINUTE, time.monotonic)

LINK: Final = Tree(
    name="shopper_link",
    fields={
        "return": Text(),
        "token": Text(about="What stands in the link: the right to this one return."),
        "url": Text(about="Where people open it."),
        "api": Text(about="Where programs do."),
        "expires_at": Instant(about="Until when it is good, by the workspace's clock."),
    },
)


class LabelAsked(Body):
    """One more label, by the policy's carrier unless another is named."""

    carrier: Word | None = None


class GivenUp(Body):
    """Why the shopper keeps the goods."""

    reason: Annotated[str, Meta(min_length=1, max_length=1000)] = "Given up by the shopper."


class Written(Body):
    """What the shopper writes to the shop."""

    text: Annotated[str, Meta(min_length=1, max_length=4000)]


async def give_link(call: Call) -> Outcome:
    """Give the shopper's link of a return."""
    asked = _LINK.read(call.body)
    return await shopper.give_link(call.house, call.workspace_id, call.params["return_id"], asked)


async def look(house: House, hooked: Hooked) -> Reply:
    """Show the return behind a link."""
    text = _paced(hooked)
    return _reply(await shopper.look(house, text))


async def read_memo(house: House, hooked: Hooked) -> Reply:
    """Print what was decided of the return behind a link."""
    found = await shopper.memo(house, _paced(hooked))
    if isinstance(found, shopper.Expired | NotFound):
        return _reply(found)
    name, body = found
    headers = (*INERT, (b"content-disposition", b'inline; filename="%s"' % name.encode()))
    return Reply(body=body, content_type=PDF.encode(), headers=headers)


def _paced(hooked: Hooked) -> str:
    """Give the link's token, if it may knock again already."""
    text = hooked.params["token"]
    wait_s = _PACE.wait_s(text)
    if wait_s:
        detail = f"This link has been used very often. Wait {wait_s} seconds, then go on."
        header = (b"retry-after", str(wait_s).encode())
        raise Stop(Problem(code="too_many_requests", detail=detail, headers=(header,)))
    return text


def _reply(outcome: Outcome | shopper.Expired) -> Reply:
    if isinstance(outcome, shopper.Expired):
        detail = f"The link was good until {outcome.until:%d %B %Y}. Ask the shop for a new one."
        raise Stop(Problem(code="link_expired", detail=detail))
    if not isinstance(outcome, Done):
        raise Stop(of_outcome(outcome))
    headers: list[tuple[bytes, bytes]] = []
    if outcome.version is not None:
        headers.append((b"etag", b'"%d"' % outcome.version))
    if outcome.replayed:
        headers.append((b"idempotent-replayed", b"true"))
    return Reply(status=outcome.status, body=outcome.body, headers=tuple(headers))


def _row(
    word: str,
    body: type[Given],
    meaning: Callable[[Given], Command],
    summary: str,
    about: str = "",
) -> HookRoute:
    """Make the route of one thing a shopper may do."""
    reader = BodyReader(body)
    path = f"{_ROOT}/{word}"

    async def answer(house: House, hooked: Hooked) -> Reply:
        text = _paced(hooked)
        header = hooked.headers.get(b"idempotency-key")
        key = None
        if header is not None:
            digest = hashlib.sha256(path.encode() + b"\n" + hooked.body).digest()
            key = shopper.key_of(text, read_key(header), digest)
        return _reply(
            await shopper.act(
                house,
                text,
                meaning(reader.read(hooked.body)),
                key=key,
                if_match=_seen_version(hooked),
            )
        )

    return HookRoute(
        path=path,
        name=f"shopper_{word}",
        tag=_TAG,
        summary=summary,
        about=about,
        answer=answer,
        accepts=_JSON,
        body=body,
        result=SHOPPER_RETURN,
        noun="link",
    )


def _seen_version(hooked: Hooked) -> int | None:
    header = hooked.headers.get(b"if-match")
    if header is None or header.strip() == b"*":
        return None
    version = read_etag(header)
    if version is None:
        detail = 'If-Match cannot be understood. Give the ETag as answered, such as "3".'
        raise Stop(Problem(code="bad_header", detail=detail))
    return version


def _as_it_is(body: Command) -> Command:
    """A body that is the command itself."""
    return body


ROUTES: Final = (
    Route(
        method="POST",
        path=f"{BASE}/returns/{{return_id}}/shopper-link",
        name="give_shopper_link",
        tag="Returns",
        summary="Give the shopper's link of a return",
        about="Whoever has it may follow this one return and change it as far as shoppers may;"
        " mails carry one by the variable links.customer. Nothing is stored: a link is good until"
        " it expires.",
        scope="returns:write",
        noun="return",
        answer=give_link,
        body=LinkAsked,
        result=LINK,
        again="Asked again on the same day, it gives the same link.",
    ),
)

HOOK_ROUTES: Final = (
    HookRoute(
        method="GET",
        path=_ROOT,
        name="shopper_look",
        tag=_TAG,
        summary="Look at one's return",
        about="What was asked, where it stands, what may be done now, and what it would cost.",
        answer=look,
        result=SHOPPER_RETURN,
        noun="link",
    ),
    HookRoute(
        method="GET",
        path=f"{_ROOT}/memo.pdf",
        name="shopper_memo",
        tag=_TAG,
        summary="Print what was decided",
        about="The newest settlement memo of the return; 404 until there is one.",
        answer=read_memo,
        gives=PDF,
        noun="settlement memo",
    ),
    _row(
        "amend",
        Amend,
        _as_it_is,
        "Ask for something else",
        "Until the goods are on their way. What an agent has approved can only become less.",
    ),
    _row(
        "cancel",
        GivenUp,
        lambda body: Cancel(reason=body.reason),
        "Keep the goods after all",
        "Until they are on their way.",
    ),
    _row(
        "change_method",
        ChangeMethod,
        _as_it_is,
        "Send the goods another way",
        "Labels that nobody used are taken back.",
    ),
    _row(
        "create_label",
        LabelAsked,
        lambda body: CreateLabel() if body.carrier is None else CreateLabel(carrier=body.carrier),
        "Have one more label",
        "For a second box, or where the first was lost: as many as the policy says.",
    ),
    _row("ship", Ship, _as_it_is, "Say that the parcel was handed over"),
    _row(
        "record_drop_off",
        RecordDropOff,
        _as_it_is,
        "Give proof that the parcel was handed in",
        "A place, a receipt's number or a photo.",
    ),
    _row(
        "resolve_rejected",
        ResolveRejected,
        _as_it_is,
        "Choose what becomes of goods that were not accepted",
        "Among what the policy offers, and until the instant it says.",
    ),
    _row(
        "comment",
        Written,
        lambda body: Comment(text=body.text, author="customer"),
        "Write to the shop",
    ),
)
