"""Our own ledger of store credit as a leg's executor: issues once per leg, however often asked.

It is asked like a processor outside, so that the same sender, look-ups and outcomes serve both.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from retour.gateways.payments import ProcessorOutcome, ProcessorReply, RefundOrder
from retour.kernel.ids import Mint
from retour.store.credit import EntryKind, Move, entry_by_reference, move_credit, open_credit

if TYPE_CHECKING:
    from retour.store.credit import Entry
    from retour.store.database import Database


class CreditLedger:
    """Gives store credit to whoever a return is of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def refund(self, order: RefundOrder) -> ProcessorReply:
        """Issue a leg's amount, or answer what the same leg was answered before."""
        async with self._database.transaction(order.workspace_id) as connection:
            at = await connection.fetchval("SELECT clock_timestamp()")
            mint = Mint(at, os.urandom(16))
            credit_id = await open_credit(
                connection, order.workspace_id, mint("crd"), order.return_id or "", order.currency
            )
            if credit_id is None:
                return ProcessorReply(
                    outcome=ProcessorOutcome.FAILED, error="The return is not known any more."
                )
            move = Move(
                entry_id=mint("cre"),
                kind=EntryKind.ISSUED,
                amount=order.amount,
                reference=order.intent,
                return_id=order.return_id,
            )
            entry = await move_credit(connection, order.workspace_id, credit_id, move)
            assert entry is not None, "what is given never lacks a balance"
        return _booked(entry)

    async def look_up(self, order: RefundOrder) -> ProcessorReply | None:
        """Say what became of a leg; ``None`` where nothing was issued for it."""
        async with self._database.transaction(order.workspace_id) as connection:
            entry = await entry_by_reference(
                connection, order.workspace_id, EntryKind.ISSUED, order.intent
            )
        return None if entry is None else _booked(entry)


def _booked(entry: Entry) -> ProcessorReply:
    return ProcessorReply(outcome=ProcessorOutcome.SUCCEEDED, reference=entry.entry_id)
