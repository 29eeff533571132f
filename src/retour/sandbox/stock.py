"""The sandbox's stock: pieces of play, put aside by intent, with a ledger and faults to order.

Its ledger is the truth that tests and developers compare us with; nothing of ours decides by it but
through ``reserve``, ``order``, ``release`` and ``look_up``, as with a stock outside.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.gateways.stock import Pieces, StockAnswer, StockOrder, StockReply
from retour.kernel.ids import Mint
from retour.sandbox.processor import add_fault
from retour.store.statements import named

if TYPE_CHECKING:
    import asyncpg

    from retour.store.database import Connection, Database

_SQL: Final = named("sandbox")
_STOCK: Final = named("sandbox_stock")
_ENCODE: Final = msgspec.json.Encoder()
_SERVICE: Final = "stock"
_OUT: Final = "There are not enough pieces of {sku}."
_LIVE: Final = "The sandbox's stock serves sandbox workspaces only."
_TIMED_OUT: Final = "The stock did not answer in time."
_DECLINED: Final = "The stock takes no orders for now."


class StockFault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault to be played the next ``times`` times that something is put aside or ordered."""

    outcome: Literal["out_of_stock", "decline", "timeout_before_booking", "timeout_after_booking"]
    times: Annotated[int, Meta(ge=1, le=1000)] = 1


class StockPut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many pieces are there, those put aside included."""

    on_hand: Annotated[int, Meta(ge=0, le=1_000_000_000)]


_Do = Callable[["Connection", StockOrder], Awaitable[StockReply]]


class _NotThere(Exception):
    """Takes back what was put aside first, for the rest is not there."""

    def __init__(self, sku: str) -> None:
        super().__init__(sku)
        self.sku = sku


class SandboxStock:
    """Puts pieces aside under a lock of their intent; all of an order, or none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def availability(self, workspace_id: int, skus: Sequence[str]) -> dict[str, int]:
        """Count what could be put aside now."""
        async with self._database.transaction(workspace_id) as connection:
            rows = await connection.fetch(_STOCK["available"], workspace_id, list(skus))
        return {row["sku"]: row["free"] for row in rows}

    async def reserve(self, order: StockOrder) -> StockReply:
        """Put aside; what is put aside or ordered already stays so."""
        try:
            return await self._faulty(order, self._hold)
        except _NotThere as error:
            return StockReply(answer=StockAnswer.OUT, error=_OUT.format(sku=error.sku))

    async def order(self, order: StockOrder) -> StockReply:
        """Send what was put aside, once."""
        return await self._faulty(order, self._ship)

    async def release(self, order: StockOrder) -> StockReply:
        """Let go; what has been sent stays sent."""
        async with self._database.transaction(order.workspace_id) as connection:
            await connection.execute(_SQL["lock_intent"], order.intent)
            known = await self._known(connection, order)
            if known is None or known["status"] != "held":
                return _reply(known) or StockReply(answer=StockAnswer.RELEASED)
            await self._move(connection, order, "unhold", StockAnswer.RELEASED)
        return StockReply(answer=StockAnswer.RELEASED)

    async def look_up(self, order: StockOrder) -> StockReply | None:
        """Say what became of an intent."""
        async with self._database.transaction(order.workspace_id) as connection:
            await connection.execute(_SQL["lock_intent"], order.intent)
            return _reply(await self._known(connection, order))

    async def _faulty(self, order: StockOrder, do: _Do) -> StockReply:
        """Do it, unless a fault comes first; after a late one it is done all the same."""
        async with self._database.transaction(order.workspace_id) as connection:
            await connection.execute(_SQL["lock_intent"], order.intent)
            fault: str | None = await connection.fetchval(
                _SQL["take_fault"], order.workspace_id, _SERVICE, None
            )
            match fault:
                case "out_of_stock":
                    return StockReply(answer=StockAnswer.OUT, error="The stock says it has none.")
                case "decline":
                    return StockReply(answer=StockAnswer.FAILED, error=_DECLINED)
                case "timeout_before_booking":
                    return StockReply(answer=StockAnswer.UNKNOWN, error=_TIMED_OUT)
                case _:
                    reply = await do(connection, order)
        if fault is not None:
            return StockReply(answer=StockAnswer.UNKNOWN, error=_TIMED_OUT)
        return reply

    async def _hold(self, connection: Connection, order: StockOrder) -> StockReply:
        known = await self._known(connection, order)
        if known is not None and known["status"] != "released":
            return _reply(known) or StockReply(answer=StockAnswer.HELD)
        if await connection.fetchrow(_SQL["sandbox_now"], order.workspace_id) is None:
            return StockReply(answer=StockAnswer.OUT, error=_LIVE)
        await self._move(connection, order, "hold", StockAnswer.HELD)
        return StockReply(answer=StockAnswer.HELD)

    async def _ship(self, connection: Connection, order: StockOrder) -> StockReply:
        known = await self._known(connection, order)
        if known is None or known["status"] == "released":
            return StockReply(answer=StockAnswer.OUT, error="Nothing is put aside for it.")
        if known["status"] == "ordered":
            return StockReply(answer=StockAnswer.ORDERED, reference=known["reference"])
        reference = f"R-{order.intent[-10:]}"
        await self._move(connection, order, "ship", StockAnswer.ORDERED, reference)
        return StockReply(answer=StockAnswer.ORDERED, reference=reference)

    async def _known(self, connection: Connection, order: StockOrder) -> asyncpg.Record | None:
        return await connection.fetchrow(_STOCK["reservation"], order.workspace_id, order.intent)

    async def _move(
        self,
        connection: Connection,
        order: StockOrder,
        statement: str,
        to: StockAnswer,
        reference: str | None = None,
    ) -> None:
        """Move the pieces of an order, one kind after the other in one order for all.

        Raises:
            _NotThere: Of one there is too little; the transaction undoes the others.
        """
        ws, pieces = order.workspace_id, sum_by_sku(order.pieces)
        now = await connection.fetchval("SELECT clock_timestamp()")
        for sku, quantity in pieces:
            done = await connection.fetchrow(_STOCK[statement], ws, sku, quantity)
            if statement == "hold" and done is None:
                raise _NotThere(sku)
            move = Mint(now, os.urandom(16))("mov")
            await connection.execute(
                _STOCK["insert_move"], ws, move, to.value, sku, quantity, order.intent, now
            )
        skus, quantities = [sku for sku, _ in pieces], [quantity for _, quantity in pieces]
        await connection.execute(
            _STOCK["put_reservation"], ws, order.intent, to.value, skus, quantities, reference, now
        )

    # ------------------------------------------------------------ what developers ask

    async def put(self, workspace_id: int, sku: str, given: StockPut) -> bytes | None:
        """Say how much is there; ``None`` where more than that is put aside."""
        async with self._database.transaction(workspace_id) as connection:
            now = await connection.fetchval("SELECT clock_timestamp()")
            row = await connection.fetchrow(_STOCK["set_stock"], workspace_id, sku, given.on_hand)
            if row is None:
                return None
            move = Mint(now, os.urandom(16))("mov")
            await connection.execute(
                _STOCK["insert_move"], workspace_id, move, "set", sku, given.on_hand, None, now
            )
        return _ENCODE.encode({"sku": sku, "on_hand": row["on_hand"], "held": row["held"]})

    async def listing(
        self, workspace_id: int, *, after: str = "", limit: int = 200
    ) -> tuple[list[bytes], str | None]:
        """Give what is there, by SKU, and the key of the next page."""
        async with self._database.transaction(workspace_id) as connection:
            rows = await connection.fetch(_STOCK["list_stock"], workspace_id, after, limit + 1)
        items = [_ENCODE.encode(dict(row)) for row in rows[:limit]]
        return items, rows[limit - 1]["sku"] if len(rows) > limit else None

    async def ledger(
        self, workspace_id: int, *, after: str = "", limit: int = 200
    ) -> tuple[list[bytes], str | None]:
        """Give every move, oldest first, and the key of the next page."""
        async with self._database.transaction(workspace_id) as connection:
            rows = await connection.fetch(_STOCK["list_moves"], workspace_id, after, limit + 1)
        items = [
            _ENCODE.encode(
                {
                    "id": row["move_id"],
                    "kind": row["kind"],
                    "sku": row["sku"],
                    "quantity": row["quantity"],
                    "intent": row["intent"],
                    "at": row["at"],
                }
            )
            for row in rows[:limit]
        ]
        return items, rows[limit - 1]["move_id"] if len(rows) > limit else None

    async def add_fault(self, workspace_id: int, fault: StockFault) -> bytes:
        """Ask for a fault; answers it with its id."""
        return await add_fault(
            self._database,
            workspace_id,
            _SERVICE,
            outcome=fault.outcome,
            payment=None,
            times=fault.times,
        )


def sum_by_sku(pieces: Sequence[Pieces]) -> list[tuple[str, int]]:
    """Add up what is named twice, in the order in which everybody locks."""
    sums: dict[str, int] = {}
    for one in pieces:
        sums[one.sku] = sums.get(one.sku, 0) + one.quantity
    return sorted(sums.items())


def _reply(known: asyncpg.Record | None) -> StockReply | None:
    if known is None:
        return None
    return StockReply(answer=StockAnswer(known["status"]), reference=known["reference"])
