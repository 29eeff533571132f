"""The sandbox's payment processor: its own ledger, its own idempotency keys, faults to order.

Its ledger is the truth that tests and developers compare us with; nothing of ours reads it to
decide anything but through ``refund`` and ``look_up``, as with a processor outside.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.gateways.payments import ProcessorOutcome, ProcessorReply, RefundOrder
from retour.kernel.ids import Mint
from retour.sandbox.elsewhere import booking_view
from retour.store.statements import named

if TYPE_CHECKING:
    from retour.store.database import Connection, Database

_SQL: Final = named("sandbox")
_ENCODE: Final = msgspec.json.Encoder()
_TIMED_OUT: Final = "The processor did not answer in time."
_CLOSED: Final = "The processor closed the connection without an answer."
_DECLINED: Final = "The processor declined the refund."


class ProcessorFault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault to be played the next ``times`` times, for one payment or for any."""

    outcome: Literal[
        "decline",
        "timeout_after_booking",
        "timeout_before_booking",
        "pending_then_failed",
        "drop_reply",
    ]
    payment: Annotated[str, Meta(min_length=1, max_length=255)] | None = None
    times: Annotated[int, Meta(ge=1, le=1000)] = 1


class SandboxProcessor:
    """Refunds play money; keyed by intent, like any processor worth the name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def refund(self, order: RefundOrder) -> ProcessorReply:
        """Book a refund, or answer what the same intent was answered before."""
        async with self._database.transaction(order.workspace_id) as connection:
            await connection.execute(_SQL["lock_intent"], order.intent)
            booked = await connection.fetchrow(
                _SQL["live_booking"], order.workspace_id, order.intent
            )
            if booked is not None:
                return _reply(booked["status"], booked["booking_id"])
            fault: str | None = await connection.fetchval(
                _SQL["take_fault"], order.workspace_id, "processor", order.payment
            )
            return await self._book(connection, order, fault)

    async def _book(
        self, connection: Connection, order: RefundOrder, fault: str | None
    ) -> ProcessorReply:
        if fault == "decline":
            return ProcessorReply(outcome=ProcessorOutcome.FAILED, error=_DECLINED)
        if fault == "timeout_before_booking":
            return ProcessorReply(outcome=ProcessorOutcome.UNKNOWN, error=_TIMED_OUT)
        now = await connection.fetchrow(_SQL["sandbox_now"], order.workspace_id)
        if now is None:
            return ProcessorReply(
                outcome=ProcessorOutcome.FAILED,
                error="The sandbox processor serves sandbox workspaces only.",
            )
        booking_id = Mint(now["tick"], os.urandom(16))("bkg")
        status = "pending" if fault == "pending_then_failed" else "succeeded"
        await connection.execute(
            _SQL["insert_booking"],
            order.workspace_id,
            booking_id,
            order.intent,
            order.payment,
            order.amount,
            order.currency,
            status,
            now["at"],
            now["tick"],
        )
        match fault:
            case "timeout_after_booking":
                return ProcessorReply(outcome=ProcessorOutcome.UNKNOWN, error=_TIMED_OUT)
            case "drop_reply":
                return ProcessorReply(outcome=ProcessorOutcome.UNKNOWN, error=_CLOSED)
            case _:
                return _reply(status, booking_id)

    async def look_up(self, order: RefundOrder) -> ProcessorReply | None:
        """Answer what became of an intent; ``None`` where it was never booked.

        A pending booking turns out badly when it is looked at: that is the fault it was made by.
        """
        ws = order.workspace_id
        async with self._database.transaction(ws) as connection:
            await connection.execute(_SQL["lock_intent"], order.intent)
            booked = await connection.fetchrow(_SQL["latest_booking"], ws, order.intent)
            if booked is None:
                return None
            if booked["status"] == "pending":
                await connection.execute(_SQL["fail_booking"], ws, booked["booking_id"])
                return _reply("failed", booked["booking_id"])
            return _reply(booked["status"], booked["booking_id"])

    async def add_fault(self, workspace_id: int, fault: ProcessorFault) -> bytes:
        """Ask for a fault; answers it with its id."""
        return await add_fault(
            self._database,
            workspace_id,
            "processor",
            outcome=fault.outcome,
            payment=fault.payment,
            times=fault.times,
        )

    async def ledger(
        self, workspace_id: int, *, after: str = "", limit: int = 200
    ) -> tuple[list[bytes], str | None]:
        """Give the bookings, oldest first, and the key of the next page."""
        async with self._database.transaction(workspace_id) as connection:
            rows = await connection.fetch(_SQL["list_bookings"], workspace_id, after, limit + 1)
        items = [booking_view(row) for row in rows[:limit]]
        return items, rows[limit - 1]["booking_id"] if len(rows) > limit else None


def _reply(status: str, booking_id: str) -> ProcessorReply:
    error = "The refund failed after it had been accepted." if status == "failed" else None
    return ProcessorReply(outcome=ProcessorOutcome(status), reference=booking_id, error=error)


async def add_fault(
    database: Database,
    workspace_id: int,
    service: str,
    *,
    outcome: str,
    payment: str | None,
    times: int,
) -> bytes:
    """Keep a fault of one of the sandbox's services; answers it with its id."""
    async with database.transaction(workspace_id) as connection:
        now = await connection.fetchval("SELECT clock_timestamp()")
        fault_id = Mint(now, os.urandom(16))("flt")
        await connection.execute(
            _SQL["insert_fault"], workspace_id, fault_id, service, payment, outcome, times
        )
    return _ENCODE.encode({"id": fault_id, "outcome": outcome, "payment": payment, "times": times})
