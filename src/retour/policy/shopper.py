"""What a policy leaves to the shopper: how many labels, and what becomes of goods refused.

Pure data.  Fees are amounts in one currency: an order in another pays none.
"""

from __future__ import annotations

from enum import StrEnum

from retour.kernel.value import Value


class RejectedChoice(StrEnum):
    """What becomes of goods that were not accepted."""

    SEND_BACK = "send_back"
    DONATE = "donate"
    DISCARD = "discard"


class SendBackFee(Value):
    """What the way back costs the shopper, as a decimal number."""

    amount: str
    currency: str


class ShopperTerms(Value):
    """What shoppers may do by themselves."""

    labels: int = 2  # Labels that are good at once: a second box, or one that was lost.
    rejected_options: tuple[RejectedChoice, ...] = ()  # Empty: nobody asks the shopper.
    rejected_default: RejectedChoice | None = None  # None: an agent chooses where nobody else did.
    rejected_days: int = 14  # How long the shopper may choose, in whole days.
    send_back_fee: SendBackFee | None = None
