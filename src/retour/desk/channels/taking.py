"""What becomes of one return that a marketplace declared: a return of ours, or a case for a person.

Every step can be taken again: the return is asked for under a key made of the channel's own id, so
whoever dies between two steps leaves it to the next look.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from retour.desk import orders
from retour.desk.channels.matching import Part, announced, order_from, parts_of, reason_words
from retour.desk.execute import Asked, RequestKey, execute
from retour.desk.outcome import Done, Refused
from retour.dialects.view import instant
from retour.gateways.channelengine import Fault
from retour.gateways.channelengine.messages import ReturnRead
from retour.kernel.problems import InvalidRequest
from retour.lifecycle.commands import Cancel, LineAsked, Request
from retour.lifecycle.model import Actor, ActorKind, Origin
from retour.lifecycle.money.marketplaces import DECLARED, FORBIDDEN, PARTIAL
from retour.store.channels import (
    Found,
    become,
    note_acknowledged,
    orders_named,
    products_named,
)
from retour.store.loading import LoadKey, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retour.desk.channels.accounts import Opened
    from retour.desk.house import House
    from retour.gateways.channelengine.client import ChannelEngine
    from retour.gateways.channelengine.messages import ReturnLineRead

Cause = Literal["order", "orders", "goods", "refused"]
"""Why one waits: no order has its numbers, two have, its goods do not fit, the order says no."""
CHANNEL: Final = Actor(kind=ActorKind.CHANNEL)
_KEY: Final = "channel"
_ENCODE: Final = msgspec.json.Encoder(order="deterministic")
_TEXT_MAX: Final = 4000
_NAME_MAX: Final = 255


class _MadeLine(msgspec.Struct, frozen=True):
    sku: str
    line: str | None
    quantity: int


class _Made(msgspec.Struct, frozen=True):
    """As much of a return's answer as says what it is of."""

    id: str
    lines: tuple[_MadeLine, ...]


_MADE: Final = msgspec.json.Decoder(_Made)


async def take(
    house: House, workspace_id: int, account: Opened, client: ChannelEngine, found: Found
) -> Fault | None:
    """Make a return of what was found, or say in the queue why there is none yet.

    Gives a fault where ChannelEngine could not be asked: then it stays found, and is tried again.
    """
    read = msgspec.json.decode(found.body, type=ReturnRead)
    if read.status != "IN_PROGRESS":
        await close(house, workspace_id, found, read)
        return None
    number = await _order_number(house, workspace_id, account, client, read)
    if isinstance(number, Fault):
        return number
    if isinstance(number, _Unmatched):
        await set_aside(house, workspace_id, found, number.why, number.cause)
        return None
    return await take_as(house, workspace_id, account, found, number)


class _Unmatched(msgspec.Struct, frozen=True):
    why: str
    cause: Cause = "order"


async def _order_number(
    house: House, workspace_id: int, account: Opened, client: ChannelEngine, read: ReturnRead
) -> str | _Unmatched | Fault:
    """Find the order by the channel's numbers, here or there."""
    numbers = [one for one in (read.merchant_order_no, read.channel_order_no) if one]
    async with house.database.transaction(workspace_id) as connection:
        known = await orders_named(connection, workspace_id, numbers)
    if len(known) == 1:
        return known[0]
    if known:
        return _Unmatched("Two orders have these numbers. Match it by hand.", "orders")
    is_name = 0 < len(read.merchant_order_no or "") <= _NAME_MAX
    if not account.facts.fetch_orders or read.merchant_order_no is None or not is_name:
        return _Unmatched("No order has these numbers. Put the order, or match it by hand.")
    told = await client.order(read.merchant_order_no)
    if isinstance(told, Fault):
        return told
    if not told.content:
        return _Unmatched("ChannelEngine has no such order either. Match it by hand.")
    body = order_from(told.content[0])
    if isinstance(body, str):
        return _Unmatched(body)
    try:
        put = await orders.put(
            house, workspace_id, read.merchant_order_no, body, actor=CHANNEL, source="channel"
        )
    except InvalidRequest as error:
        return _Unmatched(f"ChannelEngine's order cannot be put here. {error}")
    if isinstance(put, Refused):
        return _Unmatched(put.refusal.detail)
    return read.merchant_order_no


async def take_as(
    house: House,
    workspace_id: int,
    account: Opened,
    found: Found,
    order_number: str,
    *,
    given: Sequence[Part] | None = None,
) -> None:
    """Make a return of an order of ours, or say why it cannot be."""
    read = msgspec.json.decode(found.body, type=ReturnRead)
    key = _key(found, order_number, given)
    wanted = LoadKey(
        workspace_id=workspace_id, order_number=order_number, key_id=key.key_id, key=key.key
    )
    loaded = await load(await house.database.pool(), wanted)
    assert loaded is not None, "an order's load always answers"
    if loaded.replay is not None and loaded.replay.digest == key.digest:
        await _opened(house, workspace_id, found, loaded.replay.body, given)
        return
    if loaded.state is None:
        await set_aside(house, workspace_id, found, f"There is no order {order_number!r}.", "order")
        return
    called = await called_here(house, account, read.lines or ())
    parts = tuple(given) if given else parts_of(loaded.state.order, read.lines or (), called)
    if isinstance(parts, str):
        await set_aside(house, workspace_id, found, parts, "goods")
        return
    outcome = await execute(
        house,
        Asked(
            workspace_id=workspace_id,
            plan=[_request(account, found, read, order_number, parts)],
            actor=CHANNEL,
            source="channel",
            key=key,
        ),
    )
    match outcome:
        case Done():
            await _opened(house, workspace_id, found, outcome.body, given)
        case Refused(refusal=refusal):
            await set_aside(house, workspace_id, found, refusal.detail, "refused")
        case _:
            why = "It was matched otherwise a moment ago. Look at the returns of the order."
            await set_aside(house, workspace_id, found, why, "refused")


async def called_here(
    house: House, account: Opened, lines: Sequence[ReturnLineRead]
) -> dict[str, str]:
    """Give the SKUs of a channel's products that are called otherwise here."""
    async with house.database.transaction(account.workspace_id) as connection:
        return await products_named(
            connection, account.workspace_id, account.account.code, list(announced(lines))
        )


def _key(found: Found, order_number: str, given: Sequence[Part] | None) -> RequestKey:
    """Name the asking by the channel's own id: it is done once, whoever looks."""
    return RequestKey(
        key_id=_KEY,
        key=f"{found.code}/{found.foreign_id}",
        digest=hashlib.sha256(_ENCODE.encode((order_number, given))).digest(),
    )


async def _opened(
    house: House, workspace_id: int, found: Found, body: bytes, given: Sequence[Part] | None
) -> None:
    """Note the return that was made; what its products are is read from itself, not worked out."""
    made = _MADE.decode(body)
    parts = given
    if parts is None:
        parts = [
            Part(line.sku, line.line, line.quantity) for line in made.lines if line.line is not None
        ]
    async with house.database.transaction(workspace_id) as connection:
        await become(
            connection,
            workspace_id,
            found,
            "open",
            return_id=made.id,
            parts=_ENCODE.encode(parts).decode(),
        )


def _request(
    account: Opened, found: Found, read: ReturnRead, order_number: str, parts: Sequence[Part]
) -> Request:
    comment = (read.customer_comment or "").strip()[:_TEXT_MAX] or None
    words = reason_words(read.reason)
    told = {
        "channel": read.global_channel_name,
        "channel_return_no": read.channel_return_no,
        "channelengine_return": str(found.foreign_id),
        DECLARED: instant(found.declared_at),
        PARTIAL: FORBIDDEN if read.global_channel_name in account.facts.whole_only else None,
    }
    return Request(
        order_number=order_number,
        lines=tuple(
            LineAsked(
                line=part.line,
                quantity=part.quantity,
                reason=words,
                comment=comment if place == 0 else None,
            )
            for place, part in enumerate(parts)
        ),
        origin=Origin.CHANNEL,
        policy=account.channel_policy,
        attributes={name: value for name, value in told.items() if value},
    )


async def set_aside(house: House, workspace_id: int, found: Found, why: str, cause: Cause) -> None:
    """Let it wait for a person, and say why."""
    async with house.database.transaction(workspace_id) as connection:
        await become(connection, workspace_id, found, "unmatched", why=why[:_TEXT_MAX], cause=cause)


async def close(house: House, workspace_id: int, found: Found, read: ReturnRead) -> None:
    """Follow what the marketplace did by itself: it canceled, or somebody else settled there."""
    if found.return_id is None:
        is_canceled = read.status == "CANCELLED"
        why = None if is_canceled else "It was settled at the marketplace before we found it."
        async with house.database.transaction(workspace_id) as connection:
            status = "canceled" if is_canceled else "dismissed"
            await become(connection, workspace_id, found, status, why=why)
        return
    if read.status != "CANCELLED":
        return
    outcome = await execute(
        house,
        Asked(
            workspace_id=workspace_id,
            return_id=found.return_id,
            plan=[Cancel(reason="The marketplace canceled it.")],
            actor=CHANNEL,
            source="channel",
        ),
    )
    async with house.database.transaction(workspace_id) as connection:
        if isinstance(outcome, Refused):
            why = (
                "The marketplace canceled this return and pays nothing for it, but the goods are"
                " here. Decide what the buyer gets: pay in another way, send the goods back, or"
                f" keep both; then say what was done. ({outcome.refusal.detail})"
            )
            await become(connection, workspace_id, found, "recalled", why=why)
        else:
            await become(connection, workspace_id, found, "canceled")


async def acknowledge(
    house: House, workspace_id: int, client: ChannelEngine, found: Found
) -> Fault | None:
    """Tell the channel our number of a return; told twice it stays the same."""
    assert found.return_id is not None, "only returns of ours have a number"
    wanted = LoadKey(workspace_id=workspace_id, return_id=found.return_id)
    loaded = await load(await house.database.pool(), wanted)
    assert loaded is not None
    assert loaded.state is not None
    assert loaded.state.ret is not None, "a channel return keeps its return"
    told = await client.acknowledge(found.foreign_id, loaded.state.ret.rma_number)
    if isinstance(told, Fault):
        return told
    async with house.database.transaction(workspace_id) as connection:
        await note_acknowledged(connection, workspace_id, found)
    return None
