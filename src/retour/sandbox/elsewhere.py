"""What happens at the sandbox's processor without us: refunds in its dashboard, and disputes.

The processor tells us of each by the same messages as one outside would, and lists all it has done.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from retour.gateways.payments import ProcessorOutcome
from retour.gateways.payments.listing import Listed, ListedPage, NotListed, Span
from retour.gateways.payments.messages import MessageKind, ProcessorMessage
from retour.kernel.ids import Mint
from retour.kernel.money import EXPONENTS, format_amount, parse_amount
from retour.kernel.problems import FieldError, InvalidRequest
from retour.store.statements import named

if TYPE_CHECKING:
    from retour.store.database import Database

_SQL: Final = named("sandbox")
_ENCODE: Final = msgspec.json.Encoder()
PAGE: Final = 200
_BOOKINGS: Final = "bookings"
_DISPUTES: Final = "disputes"
_OPEN: Final = "needs_response"


class TakenElsewhere(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is taken of a payment."""

    payment: Annotated[str, Meta(min_length=1, max_length=255)]
    amount: Annotated[str, Meta(min_length=1, max_length=32)]
    currency: Annotated[str, Meta(min_length=3, max_length=3)]


class DisputeEnded(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the bank has decided."""

    outcome: Literal["won", "lost"]


Happened = tuple[bytes, ProcessorMessage]
"""What to answer, and what the processor tells."""


class SandboxElsewhere:
    """The other side of the sandbox's processor."""

    def __init__(self, database: Database, *, page: int = PAGE) -> None:
        self._database = database
        self._page = page

    async def refund(self, workspace_id: int, given: TakenElsewhere) -> Happened:
        """Refund as a person does in the processor's dashboard.

        Raises:
            InvalidRequest: The amount is none.
        """
        amount = _amount(given)
        async with self._database.transaction(workspace_id) as connection:
            now = await connection.fetchrow(_SQL["sandbox_now"], workspace_id)
            assert now is not None, "the door lets sandboxes in only"
            booking_id = Mint(now["tick"], os.urandom(16))("bkg")
            await connection.execute(
                _SQL["insert_booking"],
                workspace_id,
                booking_id,
                "",
                given.payment,
                amount,
                given.currency,
                "succeeded",
                now["at"],
                now["tick"],
            )
            row = await connection.fetchrow(_SQL["one_booking"], workspace_id, booking_id)
        assert row is not None, "it was booked just now"
        return booking_view(row), _of_booking(row, now["tick"])

    async def dispute(self, workspace_id: int, given: TakenElsewhere) -> Happened:
        """Have the bank take a payment back.

        Raises:
            InvalidRequest: The amount is none.
        """
        amount = _amount(given)
        async with self._database.transaction(workspace_id) as connection:
            now: datetime = await connection.fetchval("SELECT clock_timestamp()")
            dispute_id = Mint(now, os.urandom(16))("dsp")
            await connection.execute(
                _SQL["open_dispute"],
                workspace_id,
                dispute_id,
                given.payment,
                amount,
                given.currency,
                now,
            )
            row = await connection.fetchrow(_SQL["one_dispute"], workspace_id, dispute_id)
        assert row is not None, "it was opened just now"
        return _dispute_view(row), _of_dispute(row, now)

    async def end_dispute(
        self, workspace_id: int, dispute_id: str, given: DisputeEnded
    ) -> Happened | None:
        """Have the bank decide; ``None`` where there is no such dispute. The first word stands."""
        async with self._database.transaction(workspace_id) as connection:
            await connection.execute(_SQL["end_dispute"], workspace_id, dispute_id, given.outcome)
            row = await connection.fetchrow(_SQL["one_dispute"], workspace_id, dispute_id)
            now: datetime = await connection.fetchval("SELECT clock_timestamp()")
        return None if row is None else (_dispute_view(row), _of_dispute(row, now))

    async def listed(self, span: Span, following: str | None) -> ListedPage | NotListed:
        """Give a page of what was booked, then of disputes, oldest first."""
        kind, _, after = (following or _BOOKINGS).partition("|")
        async with self._database.transaction(span.workspace_id) as connection:
            within = (span.workspace_id, span.since, span.until)
            if kind == _DISPUTES:
                rows = await connection.fetch(_SQL["disputed_between"], *within, after, self._page)
                items = [
                    Listed(message=_of_dispute(row, span.asked_at), created_at=row["at"])
                    for row in rows
                ]
                last = rows[-1]["dispute_id"] if rows else ""
            else:
                at, _, booking = after.partition("|")
                start = datetime.fromisoformat(at) if at else None
                rows = await connection.fetch(
                    _SQL["booked_between"], *within, start, booking, self._page
                )
                items = [
                    Listed(message=_of_booking(row, span.asked_at), created_at=row["booked_at"])
                    for row in rows
                ]
                last = (
                    f"{rows[-1]['booked_at'].isoformat()}|{rows[-1]['booking_id']}" if rows else ""
                )
        more: str | None = f"{kind}|{last}"
        if len(rows) < self._page:
            more = _DISPUTES if kind == _BOOKINGS else None
        return ListedPage(items=tuple(items), following=more)


def _amount(given: TakenElsewhere) -> int:
    amount = None
    if given.currency in EXPONENTS:
        amount = parse_amount(given.amount, given.currency)
    if amount is None or amount <= 0:
        detail = f"{given.amount!r} {given.currency} is no amount. Give one such as 12.50 and EUR."
        raise InvalidRequest(FieldError(pointer="/amount", code="bad_value", detail=detail))
    return amount


def _of_booking(row: Any, at: datetime) -> ProcessorMessage:  # noqa: ANN401 - a row
    outcome = ProcessorOutcome(row["status"])
    is_failed = outcome is ProcessorOutcome.FAILED
    return ProcessorMessage(
        event_id=f"listed/{row['booking_id']}/{row['status']}",
        event_at=at,
        kind=MessageKind.REFUND,
        reference=row["booking_id"],
        status=row["status"],
        outcome=outcome,
        is_final=outcome is not ProcessorOutcome.PENDING,
        is_moot=is_failed,
        takes=not is_failed,
        payments=(row["payment"],),
        amount=row["amount"],
        currency=row["currency"],
        intent=row["intent"] or None,
        error="The refund failed after it had been accepted." if is_failed else None,
    )


def _of_dispute(row: Any, at: datetime) -> ProcessorMessage:  # noqa: ANN401 - a row
    return ProcessorMessage(
        event_id=f"listed/{row['dispute_id']}/{row['status']}",
        event_at=at,
        kind=MessageKind.DISPUTE,
        reference=row["dispute_id"],
        status=row["status"],
        outcome=ProcessorOutcome.UNKNOWN,
        is_final=row["status"] != _OPEN,
        is_moot=row["status"] == "won",
        takes=row["status"] != "won",
        payments=(row["payment"],),
        amount=row["amount"],
        currency=row["currency"],
    )


def booking_view(row: Any) -> bytes:  # noqa: ANN401 - a row
    """Show a booking as the ledger does."""
    return _ENCODE.encode(
        {
            "id": row["booking_id"],
            "payment": row["payment"],
            "intent": row["intent"] or None,
            "amount": format_amount(row["amount"], row["currency"]),
            "currency": row["currency"],
            "status": row["status"],
            "at": row["at"],
        }
    )


def _dispute_view(row: Any) -> bytes:  # noqa: ANN401 - a row
    return _ENCODE.encode(
        {
            "id": row["dispute_id"],
            "payment": row["payment"],
            "amount": format_amount(row["amount"], row["currency"]),
            "currency": row["currency"],
            "status": row["status"],
        }
    )
