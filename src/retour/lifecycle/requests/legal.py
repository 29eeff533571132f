"""On which legal ground a return stands, where it is more than the merchant's own goodwill.

Pure data: what follows from it is said where returns are asked for and settled.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from retour.kernel.value import Value


class LegalBasis(StrEnum):
    """Why the goods may come back, whatever a policy says."""

    WITHDRAWAL = "withdrawal"  # The consumer has ended the contract (Directive 2011/83/EU, Art. 9).


class Legal(Value):
    """The ground a return stands on, and the clock that runs because of it.

    Args:
        withdrawal: The statement the return follows.
        informed_at: When the trader learned of it.
        refund_by: The first instant at which the legal time to pay back is over.
        is_whole: Whether the consumer withdrew from the whole contract.
    """

    basis: LegalBasis
    withdrawal: str
    informed_at: datetime
    refund_by: datetime
    is_whole: bool
