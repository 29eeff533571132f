"""What marketplaces declared, as people see it: listed, matched by hand, set aside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.desk.channels.accounts import open_account
from retour.desk.channels.matching import Part, announced
from retour.desk.channels.taking import take_as
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, envelope
from retour.dialects.view import View, instant
from retour.gateways.channelengine.messages import ReturnRead
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body, Quantity, Text, Word
from retour.store import channels as store

if TYPE_CHECKING:
    from retour.desk.channels.accounts import Opened
    from retour.desk.house import House
    from retour.store.channels import Found

MISSING: Final = NotFound(what="channel return")
STATUSES: Final = ("found", "unmatched", "open", "canceled", "dismissed")
_ENCODE: Final = msgspec.json.Encoder()
_ID: Final = re.compile(r"(?P<code>[a-z0-9_]{1,30})-(?P<foreign>[0-9]{1,18})")


class PartAsked(Body):
    """So many of a channel's product are so many of an order's line."""

    product: Word
    line: Word
    quantity: Quantity


class ChannelReturnMatch(Body):
    """Which order a channel return is of; without ``lines`` its products are found by SKU."""

    order_number: Word
    lines: Annotated[tuple[PartAsked, ...], Meta(max_length=200)] = ()


class ChannelReturnDismissal(Body):
    """Why a channel return is none of ours."""

    note: Text


async def listing(
    house: House, workspace_id: int, status: str, order: str | None, page: Page
) -> Outcome:
    """Give channel returns of a status, or of one of the channel's order numbers."""
    if status not in STATUSES:
        raise _wrong("/status", f"Give one of {', '.join(STATUSES)}.")
    after = int(page.after) if page.after.isdecimal() else 0
    async with house.database.transaction(workspace_id) as connection:
        if order is None:
            rows = await store.in_status(connection, workspace_id, status, after, page.limit + 1)
        else:
            rows = await store.of_order(connection, workspace_id, order, after, page.limit + 1)
    more = str(rows[page.limit - 1].foreign_id) if len(rows) > page.limit else None
    return Done(status=200, body=envelope([_body(one) for one in rows[: page.limit]], more))


async def look_up(house: House, workspace_id: int, channel_return: str) -> Outcome:
    """Give one channel return."""
    found = await _found(house, workspace_id, channel_return)
    return MISSING if found is None else Done(status=200, body=_body(found))


async def _found(house: House, workspace_id: int, channel_return: str) -> Found | None:
    match = _ID.fullmatch(channel_return)
    if match is None:
        return None
    async with house.database.transaction(workspace_id) as connection:
        return await store.one_found(connection, workspace_id, match["code"], int(match["foreign"]))


async def match_order(
    house: House, workspace_id: int, channel_return: str, given: ChannelReturnMatch
) -> Outcome:
    """Make a return of an order that a person names.

    Raises:
        InvalidRequest: It needs no person, or cannot be made of that order, in words.
    """
    found, account = await _waiting(house, workspace_id, channel_return)
    if found is None or account is None:
        return MISSING
    parts = tuple(Part(one.product, one.line, one.quantity) for one in given.lines)
    if parts:
        _expect_all(found, parts)
    await take_as(house, workspace_id, account, found, given.order_number, given=parts or None)
    after = await _found(house, workspace_id, channel_return)
    assert after is not None, "it was there just now"
    if after.status != "open":
        raise _wrong("/order_number", after.why or "It cannot be matched.")
    async with house.database.transaction(workspace_id) as connection:
        await store.wake_account(connection, workspace_id, found.code)  # To be acknowledged.
    return Done(status=200, body=_body(after))


def _expect_all(found: Found, parts: tuple[Part, ...]) -> None:
    """Hold what is named to what the channel announced: it wants to hear of every unit."""
    named: dict[str, int] = {}
    for part in parts:
        named[part.product] = named.get(part.product, 0) + part.quantity
    wanted = announced(_read(found).lines or ())
    if named != wanted:
        said = ", ".join(f"{count} of {product!r}" for product, count in wanted.items())
        raise _wrong("/lines", f"The channel announced {said}. Name lines for exactly these.")


async def dismiss(
    house: House, workspace_id: int, channel_return: str, given: ChannelReturnDismissal
) -> Outcome:
    """Set a channel return aside that is none of ours.

    Raises:
        InvalidRequest: It needs no person.
    """
    found, _ = await _waiting(house, workspace_id, channel_return)
    if found is None:
        return MISSING
    async with house.database.transaction(workspace_id) as connection:
        await store.become(connection, workspace_id, found, "dismissed", why=given.note)
    return await look_up(house, workspace_id, channel_return)


async def _waiting(
    house: House, workspace_id: int, channel_return: str
) -> tuple[Found | None, Opened | None]:
    found = await _found(house, workspace_id, channel_return)
    if found is not None and found.status != "unmatched":
        raise _wrong("/channel_return", f"It is {found.status}, and waits for nobody.")
    code = None if found is None else found.code
    return found, None if code is None else await open_account(house, workspace_id, code)


def _wrong(pointer: str, detail: str) -> InvalidRequest:
    return InvalidRequest(FieldError(pointer=pointer, code="bad_value", detail=detail))


def _read(found: Found) -> ReturnRead:
    return msgspec.json.decode(found.body, type=ReturnRead)


def _body(found: Found) -> bytes:
    read = _read(found)
    view: View = {
        "id": f"{found.code}-{found.foreign_id}",
        "status": found.status,
        "marketplace": found.marketplace,
        "merchant_order_no": found.merchant_order_no,
        "channel_order_no": found.channel_order_no,
        "channel_return_no": read.channel_return_no,
        "reason": read.reason,
        "products": [
            {"product": product, "quantity": quantity}
            for product, quantity in announced(read.lines or ()).items()
        ],
        "why": found.why,
        "return": found.return_id,
        "declared_at": instant(found.declared_at),
        "seen_at": instant(found.seen_at),
        "acknowledged_at": None
        if found.acknowledged_at is None
        else instant(found.acknowledged_at),
    }
    return _ENCODE.encode(view)
