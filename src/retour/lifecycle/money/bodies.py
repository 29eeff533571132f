"""What may be asked about money: settlements worked out and promised, payments made and told."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from retour.lifecycle.bodies import UNITS_MAX, Amount, Body, Text, Word


class ExtraAsked(Body):
    """A fee or an adjustment by its label; the amount in the order's currency."""

    label: Text
    amount: Amount


class ProposeSettlement(Body):
    """Work out what is owed.

    Args:
        shipping: How much of the outward shipping is refunded; by default as the policy says.
        fees: Kept back; positive amounts.
        adjustments: Added, or taken where negative.
        units: Only these, by id; all that are owed for where none is named.
        waive_fees: Whether the fees of the policy's rules are not asked.
    """

    kind: Literal["refund", "store_credit", "exchange", "none"] = "refund"
    shipping: Amount | None = None
    fees: Annotated[tuple[ExtraAsked, ...], Meta(max_length=20)] = ()
    adjustments: Annotated[tuple[ExtraAsked, ...], Meta(max_length=20)] = ()
    units: Annotated[tuple[Word, ...], Meta(max_length=UNITS_MAX)] = ()
    waive_fees: bool = False


class ConfirmSettlement(Body):
    """Promise the draft: its legs are reserved."""


class DiscardSettlement(Body):
    """Drop a settlement that has not been started."""


class StartRefund(Body):
    """Pay the confirmed settlement, each leg by its executor."""


class RetryRefund(Body):
    """Start a new series of attempts on a failed leg, with the same processor key."""

    leg: Word


class RecordRefundOutcome(Body):
    """What became of a leg.

    ``pending`` and ``unknown`` are said by senders only; people report success or failure of legs
    whose executor is external.
    """

    leg: Word
    outcome: Literal["succeeded", "failed", "pending", "unknown"]
    reference: Text | None = None
    error: Text | None = None
