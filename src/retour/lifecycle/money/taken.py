"""What others took out of a payment: refunds made at the processor, and disputes.

Neither asked us.  Each is kept under the processor's own id for it, so that the same word told
twice, late or out of order counts once.  Pure data.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from retour.kernel.value import Value


class TakenBy(StrEnum):
    """Who took it."""

    REFUND = "refund"  # Somebody refunded at the processor itself.
    DISPUTE = "dispute"  # The bank, for a customer who disputes the payment.


class Taken(Value):
    """One sum that left a payment without a leg, or came back to it.

    Args:
        status: In the processor's own word.
        told_at: When the processor said so; an older word changes nothing.
        is_back: The money is with the merchant again, or never left.
        is_final: Nothing follows it but, for a refund, a failure.
        held: As much of it is held by legs that say they were paid by it.
    """

    by: TakenBy
    reference: str
    amount: int
    status: str
    told_at: datetime
    is_back: bool = False
    is_final: bool = False
    held: int = 0

    @property
    def counts(self) -> int:
        """Say how much of the payment it holds beside legs."""
        return 0 if self.is_back else max(self.amount - self.held, 0)
