"""One refund at a processor beside one leg of ours: do they explain each other?  Pure.

Every refund that stands at the processor wants a leg that says the same, and every leg that was
paid a refund.  What neither is becomes a finding, with why and what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from retour.gateways.payments import ProcessorOutcome
from retour.lifecycle.words import LegStatus

if TYPE_CHECKING:
    from retour.gateways.payments.messages import ProcessorMessage

PENDING_MAX: Final = timedelta(days=10)
"""So long a processor may say pending, or we wait for its word, before a person should look."""


class Why(StrEnum):
    """What is wrong with a refund or a leg."""

    AMOUNT_DIFFERS = "amount_differs"
    CURRENCY_DIFFERS = "currency_differs"
    UNKNOWN_HERE = "unknown_here"
    UNKNOWN_THERE = "unknown_there"
    PAID_TWICE = "paid_twice"
    NOT_RECORDED = "not_recorded"
    PENDING_TOO_LONG = "pending_too_long"


REMEDIES: Final[dict[Why, str]] = {
    Why.AMOUNT_DIFFERS: (
        "The processor refunded another amount than the leg says. Ask who changed it, and refund or"
        " write off the difference."
    ),
    Why.CURRENCY_DIFFERS: (
        "The processor refunded in another currency than the leg's. Put the order with the currency"
        " it was paid in."
    ),
    Why.UNKNOWN_HERE: (
        "Somebody refunded at the processor itself. It is counted against its order's payment. If"
        " it was made for a return, say there that it is paid; else say what it was for."
    ),
    Why.UNKNOWN_THERE: (
        "The leg says it is paid, and the processor knows nothing of it. Check that this account is"
        " the one that paid, then pay the customer, or say why it is right."
    ),
    Why.PAID_TWICE: (
        "The processor holds a second refund for a leg that was paid by another. Ask the customer"
        " for it back, or cancel it there."
    ),
    Why.NOT_RECORDED: (
        "The processor says otherwise than the leg, and the return takes no word of it. Open the"
        " return and bring it to what was paid."
    ),
    Why.PENDING_TOO_LONG: (
        "It has been pending for more than ten days. Ask the processor, or pay the customer in"
        " another way once it has failed."
    ),
}


class Verdict(StrEnum):
    """What else a comparison can come to."""

    EXPLAINED = "explained"
    UNHEARD = "unheard"  # The leg has not heard what the processor says: tell it, look again.
    NOTHING = "nothing"  # No money has moved.


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """As much of a leg as can be compared."""

    id: str
    return_id: str
    payment: str | None
    amount: int
    currency: str
    status: str
    reference: str | None
    moved_at: datetime


_WAITING: Final = frozenset({LegStatus.IN_FLIGHT.value, LegStatus.UNKNOWN.value})


def compare(
    theirs: ProcessorMessage, leg: Leg | None, *, created_at: datetime, now: datetime
) -> Why | Verdict:
    """Say whether a refund at the processor and the leg it names explain each other."""
    if leg is None:
        return Why.UNKNOWN_HERE if theirs.takes else Verdict.NOTHING
    is_paid = leg.status == LegStatus.SUCCEEDED.value
    if not theirs.takes:
        is_this = is_paid and leg.reference == theirs.reference
        return Verdict.UNHEARD if is_this else Verdict.NOTHING
    if leg.currency != theirs.currency:
        return Why.CURRENCY_DIFFERS
    if leg.amount != theirs.amount:
        return Why.AMOUNT_DIFFERS
    if is_paid:
        is_another = leg.reference not in (None, theirs.reference)
        return Why.PAID_TWICE if is_another else Verdict.EXPLAINED
    if theirs.outcome is ProcessorOutcome.SUCCEEDED or leg.status not in _WAITING:
        return Verdict.UNHEARD
    return Why.PENDING_TOO_LONG if created_at < now - PENDING_MAX else Verdict.EXPLAINED


def percent(explained: int, found: int) -> str:
    """Give how many of ``found`` are explained, of 100.00; 100.00 only where all are.

    >>> percent(2, 3), percent(0, 0), percent(99_999, 100_000)
    ('66.66', '100.00', '99.99')
    """
    hundredths = 10_000 if explained == found else 10_000 * explained // found
    return f"{hundredths // 100}.{hundredths % 100:02}"
