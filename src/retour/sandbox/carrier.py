"""The sandbox's carrier: a ledger of its own, faults to order, parcels that move when told.

It makes a label each time it is asked, as carriers do: that an intent has one label only is our own
doing, and its ledger is where that shows.  Parcels of its service ``travelling`` move by the
sandbox's clock; of all others it says what it is told to have seen.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.gateways.carriers import (
    Answer,
    CarrierReply,
    LabelOrder,
    PickupOrder,
    QuoteReply,
    Rate,
    Scan,
    TrackReply,
)
from retour.kernel.ids import Mint
from retour.sandbox.processor import add_fault
from retour.store.statements import named

if TYPE_CHECKING:
    import asyncpg

    from retour.store.database import Connection, Database

_SQL: Final = named("sandbox")
_LEDGER: Final = named("sandbox_carrier")
_ENCODE: Final = msgspec.json.Encoder()
_DIGITS: Final = 12
_TIMED_OUT: Final = "The carrier did not answer in time."
_CLOSED: Final = "The carrier closed the connection without an answer."
STANDARD: Final = "standard"
TRAVELLING: Final = "travelling"
SERVICES: Final = (STANDARD, TRAVELLING)
_PRICES: Final = {STANDARD: "4.90", TRAVELLING: "5.90"}
_JOURNEY: Final = (
    (timedelta(hours=12), "in_transit", "Accepted at a counter"),
    (timedelta(hours=30), "in_transit", "Sorted"),
    (timedelta(hours=48), "delivered", "Handed over at the dock"),
)
"""How a travelling parcel goes, from the instant of its label."""


class CarrierFault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault to be played the next ``times`` times.

    ``timeout`` is ``timeout_before_booking``; ``cancel_refused`` waits for the next void.
    """

    outcome: Literal[
        "decline",
        "timeout",
        "timeout_before_booking",
        "timeout_after_booking",
        "drop_reply",
        "cancel_refused",
    ]
    times: Annotated[int, Meta(ge=1, le=1000)] = 1


class SandboxCarrier:
    """Makes labels of play, knows them by their intents, and says where their parcels are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def quote(self, order: LabelOrder) -> QuoteReply:
        """Give fixed prices."""
        del order
        rates = tuple(
            Rate(service=name, amount=_PRICES[name], currency="EUR", days=2) for name in SERVICES
        )
        return QuoteReply(answer=Answer.DONE, rates=rates)

    async def create(self, order: LabelOrder) -> CarrierReply:
        """Make a label, unless a fault comes first; after a late one the label is there."""
        service = order.service or STANDARD
        if service not in SERVICES:
            known = " or ".join(SERVICES)
            why = f"The sandbox's carrier has no service {service!r}. Name {known}."
            return CarrierReply(answer=Answer.REFUSED, error=why)
        async with self._database.transaction(order.workspace_id) as connection:
            await connection.execute(_SQL["lock_intent"], order.parcel)
            fault = await _fault(connection, order.workspace_id, "carrier")
            match fault:
                case "decline":
                    why = "The carrier does not serve this address."
                    return CarrierReply(answer=Answer.REFUSED, error=why)
                case "timeout" | "timeout_before_booking":
                    return CarrierReply(answer=Answer.UNKNOWN, error=_TIMED_OUT)
                case _:
                    pass
            now = await connection.fetchrow(_SQL["sandbox_now"], order.workspace_id)
            if now is None:
                why = "The sandbox carrier serves sandbox workspaces only."
                return CarrierReply(answer=Answer.REFUSED, error=why)
            number = await self._book(connection, order, service, now)
        if fault == "timeout_after_booking":
            return CarrierReply(answer=Answer.UNKNOWN, error=_TIMED_OUT)
        if fault == "drop_reply":
            return CarrierReply(answer=Answer.UNKNOWN, error=_CLOSED)
        return CarrierReply(
            answer=Answer.DONE, tracking_number=number, service=service, reference=order.parcel
        )

    async def _book(
        self, connection: Connection, order: LabelOrder, service: str, now: asyncpg.Record
    ) -> str:
        label_id = Mint(now["tick"], os.urandom(16))("lbl")
        number = _tracking_number(label_id)
        await connection.execute(
            _LEDGER["book_label"],
            order.workspace_id,
            label_id,
            order.parcel,
            number,
            service,
            order.method,
            "outbound" if order.is_outbound else "inbound",
            now["at"],
        )
        return number

    async def look_up(self, order: LabelOrder) -> CarrierReply | None:
        """Answer what became of an intent; ``None`` where no label was made for it."""
        async with self._database.transaction(order.workspace_id) as connection:
            await connection.execute(_SQL["lock_intent"], order.parcel)
            label = await connection.fetchrow(
                _LEDGER["label_of_intent"], order.workspace_id, order.parcel
            )
        if label is None or label["status"] == "canceled":
            return None
        return CarrierReply(
            answer=Answer.DONE,
            tracking_number=label["tracking_number"],
            service=label["service"],
            reference=order.parcel,
        )

    async def cancel(self, order: LabelOrder) -> CarrierReply:
        """Take back the label of an intent that nobody has used."""
        workspace_id = order.workspace_id
        async with self._database.transaction(workspace_id) as connection:
            await connection.execute(_SQL["lock_intent"], order.parcel)
            label = await connection.fetchrow(
                _LEDGER["label_of_intent"], workspace_id, order.parcel
            )
            if label is None or label["status"] == "canceled":
                return CarrierReply(answer=Answer.DONE)
            seen = await connection.fetch(_LEDGER["scans"], workspace_id, label["tracking_number"])
            if seen or await _fault(connection, workspace_id, "carrier_void") is not None:
                why = "The label has been used or billed; it is not taken back."
                return CarrierReply(answer=Answer.REFUSED, error=why)
            now = await connection.fetchrow(_SQL["sandbox_now"], workspace_id)
            assert now is not None, "what has a label is a sandbox"
            await connection.execute(
                _LEDGER["cancel_label"], workspace_id, label["label_id"], now["at"]
            )
        return CarrierReply(answer=Answer.DONE)

    async def come(self, order: PickupOrder) -> CarrierReply:
        """Come; the confirmation is the same whenever the same is asked again."""
        return await self._pickup(order, f"PU{_tracking_number(order.label.parcel)[3:9]}")

    async def stay(self, order: PickupOrder) -> CarrierReply:
        """Not come after all."""
        return await self._pickup(order, None)

    async def _pickup(self, order: PickupOrder, confirmation: str | None) -> CarrierReply:
        workspace_id, intent = order.label.workspace_id, order.label.parcel
        async with self._database.transaction(workspace_id) as connection:
            fault = await _fault(connection, workspace_id, "carrier")
            if fault == "decline":
                why = "Nobody drives there in that time."
                return CarrierReply(answer=Answer.REFUSED, error=why)
            if fault is not None:
                return CarrierReply(answer=Answer.UNKNOWN, error=_TIMED_OUT)
            label = await connection.fetchrow(_LEDGER["label_of_intent"], workspace_id, intent)
            if label is None:
                return CarrierReply(answer=Answer.REFUSED, error="There is no such label.")
            await connection.execute(
                _LEDGER["set_pickup"], workspace_id, label["label_id"], confirmation
            )
        return CarrierReply(answer=Answer.DONE, reference=confirmation)

    async def track(self, order: LabelOrder) -> TrackReply:
        """Say what was seen by now; only of travelling parcels it does not tell by itself."""
        async with self._database.transaction(order.workspace_id) as connection:
            label = await connection.fetchrow(
                _LEDGER["label_of_number"], order.workspace_id, order.tracking_number or ""
            )
            if label is None:
                return TrackReply(answer=Answer.DONE, is_over=True)
            rows = await connection.fetch(
                _LEDGER["scans"], order.workspace_id, label["tracking_number"]
            )
            now = await connection.fetchrow(_SQL["sandbox_now"], order.workspace_id)
        assert now is not None, "what has a label is a sandbox"
        seen = [_scan(row) for row in rows]
        if label["service"] == TRAVELLING:
            seen += _journey(label["label_id"], label["at"], now["at"])
        is_over = label["service"] != TRAVELLING or any(one.code == "delivered" for one in seen)
        return TrackReply(
            answer=Answer.DONE,
            scans=tuple(seen),
            is_over=is_over or label["status"] == "canceled",
        )

    async def now(self, workspace_id: int) -> datetime:
        """Give the sandbox's business time, by which its carrier's clocks go."""
        async with self._database.transaction(workspace_id) as connection:
            now = await connection.fetchrow(_SQL["sandbox_now"], workspace_id)
        assert now is not None, "the carrier serves sandboxes"
        at: datetime = now["at"]
        return at

    async def see(self, workspace_id: int, tracking_number: str, scans: list[Scan]) -> None:
        """Note what was seen of a parcel."""
        async with self._database.transaction(workspace_id) as connection:
            for scan in scans:
                await connection.execute(
                    _LEDGER["add_scan"],
                    workspace_id,
                    tracking_number,
                    scan.event,
                    scan.code,
                    scan.at,
                    scan.detail,
                    scan.location,
                )

    async def add_fault(self, workspace_id: int, fault: CarrierFault) -> bytes:
        """Ask for a fault; answers it with its id."""
        return await add_fault(
            self._database,
            workspace_id,
            "carrier_void" if fault.outcome == "cancel_refused" else "carrier",
            outcome=fault.outcome,
            payment=None,
            times=fault.times,
        )

    async def ledger(
        self, workspace_id: int, *, after: str = "", limit: int = 200
    ) -> tuple[list[bytes], str | None]:
        """Give the labels ever made, oldest first, and the key of the next page."""
        async with self._database.transaction(workspace_id) as connection:
            rows = await connection.fetch(_LEDGER["list_labels"], workspace_id, after, limit + 1)
        items = [
            _ENCODE.encode(
                {
                    "id": row["label_id"],
                    "intent": row["intent"],
                    "tracking_number": row["tracking_number"],
                    "service": row["service"],
                    "method": row["method"],
                    "direction": row["direction"],
                    "status": row["status"],
                    "pickup": row["pickup"],
                    "at": row["at"],
                    "canceled_at": row["canceled_at"],
                }
            )
            for row in rows[:limit]
        ]
        return items, rows[limit - 1]["label_id"] if len(rows) > limit else None


def _tracking_number(label_id: str) -> str:
    digest = int.from_bytes(hashlib.sha256(label_id.encode()).digest()[:8], "big")
    return f"SBX{digest % 10**_DIGITS:0{_DIGITS}d}"


async def _fault(connection: Connection, workspace_id: int, service: str) -> str | None:
    return await connection.fetchval(_SQL["take_fault"], workspace_id, service, None)


def _journey(label_id: str, begun: datetime, now: datetime) -> list[Scan]:
    return [
        Scan(event=f"{label_id}-{place}", code=code, at=begun + after, detail=detail)
        for place, (after, code, detail) in enumerate(_JOURNEY)
        if begun + after <= now
    ]


def _scan(row: asyncpg.Record) -> Scan:
    return Scan(
        event=row["scan_id"],
        code=row["code"],
        at=row["at"],
        detail=row["detail"],
        location=row["location"],
    )
