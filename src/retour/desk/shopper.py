"""A shopper's own return, by a signed link: looked at, changed, spoken of; nothing else.

The link is the right: for one return, as long as it says.  What it lets do is decided by the
shopper's part of the table (``lifecycle.shopper.table``): whoever acts here acts as the customer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from retour.desk import photos
from retour.desk.execute import Asked, RequestKey, execute
from retour.desk.memos.printing import found, printed
from retour.desk.opening import Hours, hours_of
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.parcels.papers import address_of
from retour.desk.parcels.sharing import ShareParcel, share
from retour.dialects.shopper_findings import found_of
from retour.dialects.shopper_view import shopper_view
from retour.dialects.view import instant
from retour.lifecycle.bodies import Body
from retour.lifecycle.commands import Amend, Cancel, LineAsked, ReasonGiven
from retour.lifecycle.model import (
    Actor,
    ActorKind,
    Direction,
    LineWords,
    ParcelStatus,
    SettlementStatus,
)
from retour.lifecycle.numbering import PaperKind
from retour.lifecycle.photos.bodies import AttachPhoto
from retour.lifecycle.requests.offering import destination_of
from retour.lifecycle.shopper.table import shopper_commands
from retour.store.links import FOLLOW, SHOPPER, SHOPPER_LIFE, Right, read_token, token
from retour.store.loading import LoadKey, load
from retour.store.portal import returns_together

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from retour.desk.house import House
    from retour.lifecycle.commands import Command
    from retour.lifecycle.model import Decision, Return, ReturnLine, State
    from retour.store.photos import Image, Size

ACTOR: Final = Actor(kind=ActorKind.CUSTOMER, id="link")
SOURCE: Final = "portal"
DAYS: Final = SHOPPER_LIFE.days
GIVEN_UP: Final = "Given up by the shopper."
_HOUSE: Final = Actor(kind=ActorKind.SYSTEM)
_USABLE: Final = frozenset({ParcelStatus.REQUESTED, ParcelStatus.LABEL_CREATED})
_ENCODE: Final = msgspec.json.Encoder()
_LINK: Final = NotFound(what="link")
_RETURN: Final = NotFound(what="return")


class LinkAsked(Body):
    """For how many days the link shall be good."""

    days: Annotated[int, Meta(ge=1, le=400)] = DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """The link was good until then."""

    until: datetime


class _Uploaded(msgspec.Struct):
    """As much of an answer as names a photo."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What a good link leads to, and when it was looked at."""

    right: Right
    state: State
    version: int
    merchant: str
    at: datetime
    zone: ZoneInfo

    def shown(self, state: State) -> bytes:
        """Show the return in some state, as of the look."""
        view = shopper_view(
            state, merchant=self.merchant, expires_at=self.right.until, at=self.at, zone=self.zone
        )
        return _ENCODE.encode(view)


async def give_link(house: House, workspace_id: int, return_id: str, asked: LinkAsked) -> Outcome:
    """Give the link of a return; the same day and term, the same link."""
    wanted = LoadKey(workspace_id=workspace_id, return_id=return_id)
    loaded = await load(await house.database.pool(), wanted)
    if loaded is None or loaded.state is None or loaded.state.ret is None:
        return _RETURN
    until = _until(loaded.at, asked.days)
    right = Right(workspace_id=workspace_id, return_id=return_id, until=until)
    written, base = token(house.vault, SHOPPER, right), house.settings.public_base
    body = {
        "return": return_id,
        "token": written,
        "url": f"{base}/{FOLLOW}/{written}",
        "api": f"{base}/v1/shopper/{written}",
        "expires_at": instant(until),
    }
    return Done(status=200, body=_ENCODE.encode(body))


def follow_address(house: House, workspace_id: int, return_id: str, at: datetime) -> str:
    """Give the path of a return's own page, for as long as links are good by default."""
    right = Right(workspace_id=workspace_id, return_id=return_id, until=_until(at, DAYS))
    return f"/{FOLLOW}/{token(house.vault, SHOPPER, right)}"


def _until(at: datetime, days: int) -> datetime:
    """Say until when a link is good: to the end of a day, so that a day's links are one."""
    today = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=days + 1)


async def look(house: House, text: str) -> Outcome | Expired:
    """Show the return behind a link; changes nothing."""
    seen = await _look(house, text)
    if not isinstance(seen, _Seen):
        return seen
    return Done(status=200, body=seen.shown(seen.state), version=seen.version)


async def act(
    house: House,
    text: str,
    command: Command,
    *,
    key: RequestKey | None = None,
    if_match: int | None = None,
) -> Outcome | Expired:
    """Do what the shopper asks, if it is theirs to do.

    Raises:
        Busy: The order is being changed by many at once; nothing was written.
    """
    seen = await _look(house, text)
    if not isinstance(seen, _Seen):
        return seen

    def show(decision: Decision) -> bytes:
        return seen.shown(decision.state)

    outcome = await execute(
        house,
        Asked(
            workspace_id=seen.right.workspace_id,
            return_id=seen.right.return_id,
            plan=(command,),
            actor=ACTOR,
            source=SOURCE,
            show=show,
            key=key,
            if_match=if_match,
        ),
    )
    if isinstance(outcome, Refused):
        offered = shopper_commands(seen.state, seen.at, seen.zone)
        return Refused(refusal=outcome.refusal, allowed_commands=offered)
    return outcome


async def picture(house: House, text: str, line: str, data: bytes) -> Outcome | Expired:
    """Take a photo of an item in; the same bytes of the same item again are the same photo.

    Raises:
        InvalidRequest: It is no photo that can be taken, in words for whoever sent it.
        TryAgain: It could not be looked at this time.
    """
    seen = await _look(house, text)
    if not isinstance(seen, _Seen):
        return seen
    digest = hashlib.sha256(line.encode() + b"\n" + data).digest()
    key = key_of(text, f"photo-{digest.hex()[:32]}", digest)
    uploaded = await photos.take(house, seen.right.workspace_id, data, actor=ACTOR, key=key)
    if not isinstance(uploaded, Done):
        return uploaded
    taken = msgspec.json.decode(uploaded.body, type=_Uploaded)
    attach = AttachPhoto(photo=taken.id, line=line)
    return await act(house, text, attach, key=key_of(text, f"show-{digest.hex()[:32]}", digest))


async def photo(house: House, text: str, photo_id: str, size: Size) -> Image | NotFound | Expired:
    """Give a photo of what was found of goods that were not accepted; no other."""
    seen = await _look(house, text)
    if not isinstance(seen, _Seen):
        return seen
    ret = seen.state.ret
    assert ret is not None, "a link is of a return"
    if not any(photo_id in found_of(ret, line) for line in ret.lines):
        return NotFound(what="photo")
    return await photos.image_of(house, seen.right.workspace_id, photo_id, size)


async def change(
    house: House, text: str, quantities: Mapping[str, int], *, if_match: int | None = None
) -> Outcome | Expired:
    """Ask for fewer or more of the lines, as they were asked for; a line of none is left out."""
    seen = await _look(house, text)
    if not isinstance(seen, _Seen):
        return seen
    ret = seen.state.ret
    assert ret is not None, "a link is of a return"
    lines = tuple(
        LineAsked(
            line=line.line,
            quantity=quantities.get(line.line, len(line.units)),
            reasons=_reasons(seen.state, line),
            comment=seen.state.words.get(line.id, LineWords()).comment,
        )
        for line in ret.lines
        if line.line is not None and quantities.get(line.line, len(line.units)) > 0
    )
    if not lines:
        return await act(house, text, Cancel(reason=GIVEN_UP), if_match=if_match)
    return await act(house, text, Amend(lines=lines), if_match=if_match)


def _reasons(state: State, line: ReturnLine) -> tuple[ReasonGiven, ...]:
    """Give a line's reasons as they were given, with what was written beside each."""
    said = state.words.get(line.id, LineWords()).reason_comments
    return tuple(
        ReasonGiven(
            text=one.text,
            code=one.code,
            comment=said[place] if place < len(said) else None,
            localized=one.localized,
        )
        for place, one in enumerate(line.reasons)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A return that shares a parcel: where it stands, and its own page."""

    id: str
    reference: str
    order_number: str
    status: str
    address: str
    box: str | None


async def beside(house: House, text: str) -> tuple[Beside, ...]:
    """Give the other returns that were asked for together with the one behind a link."""
    seen = await _look(house, text)
    if not isinstance(seen, _Seen) or seen.state.ret is None:
        return ()
    ret, workspace_id = seen.state.ret, seen.right.workspace_id
    async with house.database.transaction(workspace_id) as connection:
        found = await returns_together(connection, workspace_id, ret.together_with or ret.id)
    return tuple(
        Beside(
            id=one.id,
            reference=one.rma_number if "authorized" in one.status_at else str(one.number),
            order_number=one.order_number,
            status=one.status.value,
            address=follow_address(house, workspace_id, one.id, seen.at),
            box=box_of(one),
        )
        for one in found
        if one.id != ret.id and one.gift == ret.gift
    )


async def goes_to(house: House, text: str) -> tuple[str, ...]:
    """Write where the goods of the return behind a link go, as its label says or would."""
    seen = await _look(house, text)
    if not isinstance(seen, _Seen) or seen.state.ret is None:
        return ()
    return await address_of(house, seen.right.workspace_id, destination_of(seen.state.ret))


async def open_there(house: House, text: str) -> Hours | None:
    """Say when whoever brings the goods of the return behind a link finds it open."""
    seen = await _look(house, text)
    if not isinstance(seen, _Seen) or seen.state.ret is None:
        return None
    return await hours_of(house, seen.right.workspace_id, destination_of(seen.state.ret) or "main")


async def lie_with(house: House, text: str) -> bool:
    """Put the goods of the return behind a link into the box of the one it goes with."""
    seen = await _look(house, text)
    if not isinstance(seen, _Seen) or seen.state.ret is None:
        return False
    lead = seen.state.ret.together_with
    if lead is None:
        return False
    return await lie_together(house, seen.right.workspace_id, lead, seen.state.ret.id)


async def lie_together(house: House, workspace_id: int, lead: str, other: str) -> bool:
    """Put a return's goods into the box of the one it goes with, where that has one by now."""
    async with house.database.transaction(workspace_id) as connection:
        together = await returns_together(connection, workspace_id, lead)
    box = next((box_of(one) for one in together if one.id == lead), None)
    if box is None:
        return False
    given = ShareParcel(return_id=other)
    return isinstance(await share(house, workspace_id, box, given, _HOUSE), Done)


def box_of(ret: Return) -> str | None:
    """Give a return's parcel that goods can still be put into, the newest."""
    usable = [
        one.id
        for one in ret.parcels
        if one.direction is Direction.INBOUND and one.status in _USABLE and not one.voiding
    ]
    return usable[-1] if usable else None


async def memo(house: House, text: str) -> tuple[str, bytes] | NotFound | Expired:
    """Print the newest memo of the return behind a link; gives its name and its PDF.

    Raises:
        NotPrinted: It could not be printed just now.
    """
    seen = await _look(house, text)
    if not isinstance(seen, _Seen):
        return seen
    at, ret = seen.right.workspace_id, seen.state.ret
    assert ret is not None, "a link is of a return"
    for one in reversed(ret.settlements):
        if one.memo_number is not None and one.status is not SettlementStatus.DISCARDED:
            ready = await found(house, at, PaperKind.MEMO, one.id, ret.id)
            if not isinstance(ready, NotFound):
                return ready.name, await printed(house, at, ready)
    return NotFound(what="settlement memo")


async def _look(house: House, text: str) -> _Seen | NotFound | Expired:
    right = read_token(house.vault, SHOPPER, text)
    if right is None:
        return _LINK
    wanted = LoadKey(workspace_id=right.workspace_id, return_id=right.return_id)
    loaded = await load(await house.database.pool(), wanted)
    config = await house.configs.recent(right.workspace_id)
    if loaded is None or loaded.state is None or loaded.state.ret is None or config is None:
        return _LINK
    if loaded.at >= right.until:
        return Expired(until=right.until)
    return _Seen(
        right=right,
        state=loaded.state,
        version=loaded.return_version,
        merchant=config.name,
        at=loaded.at,
        zone=ZoneInfo(config.zone),
    )


def key_of(text: str, key: str, digest: bytes) -> RequestKey:
    """Give the key under which a request of a link is answered once; each return has its own."""
    return RequestKey(key_id=f"shopper/{text.split('-')[1]}", key=key, digest=digest)
