"""What processors tell by themselves, in words of ours: refunds and disputes as they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from retour.gateways.payments import ProcessorOutcome


class MessageKind(StrEnum):
    """What a processor tells of."""

    REFUND = "refund"
    DISPUTE = "dispute"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessorMessage:
    """One thing a processor tells: how a refund, or a dispute, stands by now.

    Args:
        reference: The processor's id of the refund or dispute.
        status: Its status in the processor's own word.
        outcome: What that means for a refund.
        is_final: Nothing follows it but, for a refund, a failure.
        is_moot: Nobody's money has moved in the end.
        takes: The merchant has not this money now; an inquiry of a bank takes none yet.
        payments: The ids under which an order may have named the payment.
        intent: Ours, where the refund carries one; ``return_id`` is the return it was made for.
        amount: In minor units as we count them.
    """

    event_id: str
    event_at: datetime
    kind: MessageKind
    reference: str
    status: str
    outcome: ProcessorOutcome
    is_final: bool
    is_moot: bool
    takes: bool
    payments: tuple[str, ...]
    amount: int
    currency: str
    intent: str | None = None
    return_id: str | None = None
    error: str | None = None
