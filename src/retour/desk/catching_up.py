"""What is done behind commits: figures added up, returns of before gone through, events sealed.

All of it is done in portions, each whole by itself, by whichever process comes first.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import msgspec

from retour.desk import auditing
from retour.desk.listed import order_calls, whole_return_calls
from retour.kernel.ids import Mint
from retour.lifecycle.model import Customer, Order, Return
from retour.store.committing import keep_all
from retour.store.database import DELIVERY
from retour.store.statements import named

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("keeping")
_AUDIT: Final = named("auditing")
_RETURN: Final = msgspec.json.Decoder(Return)
_ORDER: Final = msgspec.json.Decoder(Order)
_CUSTOMER: Final = msgspec.json.Decoder(Customer)


class _Delivered(msgspec.Struct):
    id: str
    delivered: int


_DELIVERED: Final = msgspec.json.Decoder(list[_Delivered])
ADDED_MAX: Final = 2000
PORTION: Final = 200
_WORKSPACES_MAX: Final = 500


async def add_up(house: House, *, limit: int = ADDED_MAX) -> int:
    """Add up the next changes of figures in every workspace; says how many there were."""
    rows = await (await house.database.pool(DELIVERY)).fetch(_SQL["with_changes"])
    count = 0
    for row in rows:
        async with house.database.transaction(row["workspace_id"]) as connection:
            count += await connection.fetchval(_SQL["add_up"], row["workspace_id"], limit)
    return count


async def seal_all(house: House) -> int:
    """Seal what every workspace has told since; says how many events that were."""
    pool, above, count = await house.database.pool(DELIVERY), 0, 0
    while True:
        rows = await pool.fetch(_AUDIT["workspaces"], above, _WORKSPACES_MAX)
        for row in rows:
            while sealed := await auditing.seal(house, row["workspace_id"]):
                count += sealed
        if len(rows) < _WORKSPACES_MAX:
            return count
        above = rows[-1]["workspace_id"]


async def catch_up(house: House, *, portion: int = PORTION) -> int:
    """Go through the next of what was there before, in every workspace; says how many."""
    rows = await (await house.database.pool(DELIVERY)).fetch(_SQL["behind"])
    return sum([await _catch_up_one(house, row["workspace_id"], portion) for row in rows])


async def _catch_up_one(house: House, workspace_id: int, portion: int) -> int:
    config = await house.configs.recent(workspace_id)
    assert config is not None, "a workspace is never deleted"
    async with house.database.transaction(workspace_id) as connection:
        reached = await connection.fetchrow(_SQL["reached"], workspace_id)
        if reached is None:
            return 0
        kind, below = reached["kind"], reached["below"]
        found = await connection.fetch(_SQL[f"{kind}s_below"], workspace_id, below, portion)
        for row in found:
            calls = await _calls(house, connection, workspace_id, config.zone, row)
            await keep_all(connection, calls)
        if len(found) < portion:
            await connection.execute(_SQL["caught_up"], workspace_id, kind)
        else:
            last = found[-1][f"{kind}_id"]
            await connection.execute(_SQL["reach"], workspace_id, kind, last)
    return len(found)


async def list_anew(
    connection: Connection, workspace_id: int, zone: str, before: Order, after: Order
) -> None:
    """List and count an order's returns anew where they follow from what was put otherwise."""
    if _follows(before) == _follows(after):
        return
    tick = await connection.fetchval(_SQL["tick"], workspace_id)
    mint = Mint(tick, os.urandom(16))
    for row in await connection.fetch(_SQL["returns_of_order"], workspace_id, after.id):
        ret = _RETURN.decode(row["body"])
        await keep_all(
            connection,
            whole_return_calls(workspace_id, ZoneInfo(zone), ret, after, mint("fgc")),
        )


def _follows(order: Order) -> tuple[object, ...]:
    """Give what lists and figures of a return take from its order."""
    lines = ((one.id, one.sku, one.price, one.discount, one.quantity) for one in order.lines)
    return order.channel, order.currency, *lines


async def _calls(
    house: House, connection: Connection, workspace_id: int, zone: str, row: asyncpg.Record
) -> dict[str, list[Any]]:
    tick = await connection.fetchval(_SQL["tick"], workspace_id)
    change = Mint(tick, os.urandom(16))("fgc")
    if "order_body" in row:
        ret, order = _RETURN.decode(row["body"]), _ORDER.decode(row["order_body"])
        return whole_return_calls(workspace_id, ZoneInfo(zone), ret, order, change)
    order, customer = _ORDER.decode(row["body"]), _CUSTOMER.decode(row["customer"])
    delivered = {one.id: one.delivered for one in _DELIVERED.decode(row["delivered"] or "[]")}
    lines = tuple(
        msgspec.structs.replace(
            line,
            counters=msgspec.structs.replace(line.counters, delivered=delivered.get(line.id, 0)),
        )
        for line in order.lines
    )
    order = msgspec.structs.replace(order, lines=lines)
    return order_calls(house.vault, workspace_id, zone, (order, customer), change)
