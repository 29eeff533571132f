"""What marketplaces declared, as people see it: listed, matched by hand, set aside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.desk.channels.accounts import maybe_instant, open_account
from retour.desk.channels.matching import Part, announced
from retour.desk.channels.taking import take_as
from retour.desk.channels.trials import Product
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, envelope, paged
from retour.dialects.view import instant
from retour.gateways.channelengine.messages import ReturnRead
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body, Quantity, Text, Word
from retour.store import channels as store
from retour.store.loading import LoadKey, load

if TYPE_CHECKING:
    from retour.desk.channels.accounts import Opened
    from retour.desk.house import House
    from retour.store.channels import Found

MISSING: Final = NotFound(what="channel return")
STATUSES: Final = ("found", "unmatched", "open", "recalled", "canceled", "dismissed")
FOR_PEOPLE: Final = ("unmatched", "recalled")
"""Those that somebody has to see to."""
OFFERED_MAX: Final = 10
"""Orders that a search gives."""
_ENCODE: Final = msgspec.json.Encoder()
_RESTORED: Final = "It was set aside, and taken back. It is tried again at the next look."
_ID: Final = re.compile(r"(?P<code>[a-z0-9_]{1,30})-(?P<foreign>[0-9]{1,18})")


class PartAsked(Body):
    """So many of a channel's product are so many of an order's line."""

    product: Word
    line: Word
    quantity: Quantity


class ChannelReturnMatch(Body):
    """Which order a channel return is of; without ``lines`` its products are found by SKU.

    Args:
        remember: Each product that ``lines`` names is its line's SKU from now on.
    """

    order_number: Word
    lines: Annotated[tuple[PartAsked, ...], Meta(max_length=200)] = ()
    remember: bool = False


class ChannelReturnDismissal(Body):
    """Why a channel return is none of ours."""

    note: Text


class Shown(msgspec.Struct, frozen=True, kw_only=True, rename={"return_": "return"}):
    """A return as a marketplace declared it, and what became of it here.

    Args:
        why: Why it waits, or was set aside; words for people.
        return_: The id of the return of ours that it is.
    """

    id: str
    status: str
    marketplace: str | None
    merchant_order_no: str | None
    channel_order_no: str | None
    channel_return_no: str | None
    reason: str | None
    products: tuple[Product, ...]
    why: str | None
    return_: str | None
    declared_at: str
    seen_at: str
    acknowledged_at: str | None


class OfferedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an order that products may be matched to."""

    line: str
    sku: str
    title: str
    quantity: int
    returnable: int


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """An order that a channel return may be of."""

    order_number: str
    channel: str | None
    lines: tuple[OfferedLine, ...]


async def waiting(
    house: House,
    workspace_id: int,
    *,
    text: str = "",
    after: int = 0,
    limit: int = 50,
    statuses: tuple[str, ...] = FOR_PEOPLE,
    narrowed: store.Narrowed = store.EVERYTHING,
) -> tuple[list[Shown], int | None]:
    """Give what somebody has to see to, oldest first, and where the next page begins.

    ``text`` is looked for in their order numbers, products, marketplaces and numbers there.
    """
    async with house.database.transaction(workspace_id) as connection:
        rows = await store.waiting_like(
            connection,
            workspace_id,
            statuses,
            text.strip(),
            after=after,
            limit=limit + 1,
            narrowed=narrowed,
        )
    more = rows[limit - 1].foreign_id if len(rows) > limit else None
    return [shown(one) for one in rows[:limit]], more


async def one(house: House, workspace_id: int, channel_return: str) -> Shown | None:
    """Give one channel return."""
    found = await _found(house, workspace_id, channel_return)
    return None if found is None else shown(found)


async def offers(
    house: House, workspace_id: int, channel_return: str, text: str = ""
) -> list[Offered] | None:
    """Give orders that a channel return may be of; None where there is no such return.

    Without ``text`` those whose numbers begin as its own do; with it those that begin so.
    """
    found = await _found(house, workspace_id, channel_return)
    if found is None:
        return None
    wanted = text.strip() or found.merchant_order_no or found.channel_order_no or ""
    if not wanted:
        return []
    async with house.database.transaction(workspace_id) as connection:
        named = await store.orders_named(
            connection,
            workspace_id,
            [wanted]
            if text.strip()
            else [one for one in (found.merchant_order_no, found.channel_order_no) if one],
        )
        like = await store.orders_like(connection, workspace_id, wanted, OFFERED_MAX)
    numbers = list(dict.fromkeys([*named, *like]))[:OFFERED_MAX]
    return [await offered(house, workspace_id, number) for number in numbers]


async def offered(house: House, workspace_id: int, number: str) -> Offered:
    """Give an order with what can still come back of it."""
    loaded = await load(
        await house.database.pool(), LoadKey(workspace_id=workspace_id, order_number=number)
    )
    assert loaded is not None
    assert loaded.state is not None, "it was named just now"
    order = loaded.state.order
    return Offered(
        order_number=number,
        channel=order.channel,
        lines=tuple(
            OfferedLine(
                line=line.id,
                sku=line.sku,
                title=line.title,
                quantity=line.quantity,
                returnable=line.counters.returnable,
            )
            for line in order.lines
        ),
    )


async def offering(house: House, workspace_id: int, channel_return: str, text: str) -> Outcome:
    """Give orders that a channel return may be of, as a page."""
    found = await offers(house, workspace_id, channel_return, text)
    if found is None:
        return MISSING
    return Done(status=200, body=envelope([_ENCODE.encode(one) for one in found], None))


async def listing(
    house: House,
    workspace_id: int,
    status: str,
    order: str | None,
    page: Page,
    *,
    text: str | None = None,
) -> Outcome:
    """Give channel returns of a status, that a text is in, or of one of the channel's orders."""
    if status not in STATUSES:
        raise _wrong("/status", f"Give one of {', '.join(STATUSES)}.")
    after = int(page.after) if page.after.isdecimal() else 0
    async with house.database.transaction(workspace_id) as connection:
        if text is not None and order is None:
            rows = await store.waiting_like(
                connection, workspace_id, (status,), text, after=after, limit=page.limit + 1
            )
        elif order is None:
            rows = await store.in_status(connection, workspace_id, status, after, page.limit + 1)
        else:
            rows = await store.of_order(connection, workspace_id, order, after, page.limit + 1)
    return paged(rows, page, _body, key=lambda one: one.foreign_id)


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
    skus = await _skus(house, workspace_id, given) if given.remember else {}
    async with house.database.transaction(workspace_id) as connection:
        for product, sku in skus.items():
            await store.put_product(connection, workspace_id, found.code, product, sku)
        await store.wake_account(connection, workspace_id, found.code)  # To be acknowledged.
    return Done(status=200, body=_body(after))


async def _skus(house: House, workspace_id: int, given: ChannelReturnMatch) -> dict[str, str]:
    """Give the SKU of each product that was matched by hand and is called otherwise there."""
    order = await offered(house, workspace_id, given.order_number)
    sku_of = {line.line: line.sku for line in order.lines}
    return {
        one.product: sku_of[one.line]
        for one in given.lines
        if one.line in sku_of and one.product not in ("", sku_of[one.line])
    }


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
    """Set a channel return aside that is none of ours, or say what was done about a recalled one.

    Raises:
        InvalidRequest: It needs no person.
    """
    found, _ = await _waiting(house, workspace_id, channel_return, FOR_PEOPLE)
    if found is None:
        return MISSING
    status = "canceled" if found.status == "recalled" else "dismissed"
    async with house.database.transaction(workspace_id) as connection:
        await store.become(connection, workspace_id, found, status, why=given.note)
    return await look_up(house, workspace_id, channel_return)


async def restore(house: House, workspace_id: int, channel_return: str) -> Outcome:
    """Have one that was set aside wait again; what it is, the next look says.

    Raises:
        InvalidRequest: It was not set aside.
    """
    found = await _found(house, workspace_id, channel_return)
    if found is None:
        return MISSING
    async with house.database.transaction(workspace_id) as connection:
        if not await store.restore(connection, workspace_id, found, _RESTORED):
            raise _wrong("/channel_return", f"It is {found.status}, and was not set aside.")
    return await look_up(house, workspace_id, channel_return)


async def marketplaces(house: House, workspace_id: int, statuses: tuple[str, ...]) -> list[str]:
    """Name the marketplaces of those of some statuses, to choose among."""
    async with house.database.transaction(workspace_id) as connection:
        return await store.marketplaces(connection, workspace_id, statuses)


async def _waiting(
    house: House,
    workspace_id: int,
    channel_return: str,
    statuses: tuple[str, ...] = ("unmatched",),
) -> tuple[Found | None, Opened | None]:
    found = await _found(house, workspace_id, channel_return)
    # One that is tried again at this very moment is found anew, and waits all the same.
    is_tried = found is not None and found.status == "found" and found.why is not None
    if found is not None and found.status not in statuses and not is_tried:
        raise _wrong("/channel_return", f"It is {found.status}, and waits for nobody.")
    code = None if found is None else found.code
    return found, None if code is None else await open_account(house, workspace_id, code)


def _wrong(pointer: str, detail: str) -> InvalidRequest:
    return InvalidRequest(FieldError(pointer=pointer, code="bad_value", detail=detail))


def _read(found: Found) -> ReturnRead:
    return msgspec.json.decode(found.body, type=ReturnRead)


def _body(found: Found) -> bytes:
    return _ENCODE.encode(shown(found))


def shown(found: Found) -> Shown:
    """Show a channel return."""
    read = _read(found)
    return Shown(
        id=f"{found.code}-{found.foreign_id}",
        status=found.status,
        marketplace=found.marketplace,
        merchant_order_no=found.merchant_order_no,
        channel_order_no=found.channel_order_no,
        channel_return_no=read.channel_return_no,
        reason=read.reason,
        products=tuple(
            Product(product=product, quantity=quantity)
            for product, quantity in announced(read.lines or ()).items()
        ),
        why=found.why,
        return_=found.return_id,
        declared_at=instant(found.declared_at),
        seen_at=instant(found.seen_at),
        acknowledged_at=maybe_instant(found.acknowledged_at),
    )
