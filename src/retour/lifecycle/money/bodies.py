"""What may be asked about money: settlements worked out and promised, payments made and told."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from retour.lifecycle.bodies import UNITS_MAX, Amount, Body, Quantity, Text, Word

GOODS_MAX = 50
"""Kinds of goods in one exchange."""
PAY_DAYS_MAX = 90


class ExtraAsked(Body):
    """A fee or an adjustment by its label; the amount in the order's currency."""

    label: Text
    amount: Amount


class GoodsAsked(Body):
    """Pieces of one kind that shall go out.

    Args:
        unit_price: What the customer pays for one, tax included.  Left out with all of them, the
            goods are worth what comes back: an even exchange.
    """

    sku: Word
    quantity: Quantity = 1
    unit_price: Amount | None = None
    title: Text | None = None


class ProposeSettlement(Body):
    """Work out what is owed.

    Args:
        shipping: How much of the outward shipping is refunded; by default as the policy says.
        fees: Kept back; positive amounts.
        adjustments: Added, or taken where negative.
        currency: Of the amounts, where it is to be checked; the order's own is meant.
        units: Only these, by id; all that are owed for where none is named.
        waive_fees: Whether the fees of the policy's rules are not asked.
        credit: How much of a refund is given as store credit instead.
        goodwill: Given without goods, each with its reason; as store credit also beyond what was
            paid.
        without_goods: Whether no unit is paid for, as when only goodwill is given.
        consumer_agreed: Whether who withdraws has expressly agreed to store credit.
        goods: What goes out instead of money; for exchanges only.
        fallback: What becomes of an exchange whose goods cannot be had, or whose difference nobody
            pays; ``wait`` leaves it to a person.
        stock: Whose goods they are: the sandbox's, or another system's that is told and reports.
        pay_days: How long the customer may take to pay what the goods cost more.
    """

    kind: Literal["refund", "store_credit", "exchange", "repair", "none"] = "refund"
    shipping: Amount | None = None
    currency: Word | None = None
    fees: Annotated[tuple[ExtraAsked, ...], Meta(max_length=20)] = ()
    adjustments: Annotated[tuple[ExtraAsked, ...], Meta(max_length=20)] = ()
    units: Annotated[tuple[Word, ...], Meta(max_length=UNITS_MAX)] = ()
    waive_fees: bool = False
    credit: Amount | None = None
    goodwill: Annotated[tuple[ExtraAsked, ...], Meta(max_length=20)] = ()
    without_goods: bool = False
    consumer_agreed: bool = False
    goods: Annotated[tuple[GoodsAsked, ...], Meta(max_length=GOODS_MAX)] = ()
    fallback: Literal["refund", "store_credit", "wait"] = "wait"
    stock: Literal["sandbox", "external"] | None = None
    pay_days: Annotated[int, Meta(ge=1, le=PAY_DAYS_MAX)] = 7


class ConfirmSettlement(Body):
    """Promise the draft: its legs are reserved."""


class ApproveSettlement(Body):
    """Agree to a settlement that is above the limit of who promised it."""

    note: Text | None = None


class DeclineSettlement(Body):
    """Do not agree to it: it is dropped, and the reason is told."""

    reason: Text


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


class SettleElsewhere(Body):
    """Say that a person has paid a leg by other means; it is not asked for any more.

    Args:
        reference: By which it is found where it was paid.
        note: How it was paid, and by whom.
    """

    leg: Word
    reference: Text
    note: Text | None = None


class RedirectLeg(Body):
    """Have a leg that is promised, failed or was reversed given in another way.

    Args:
        to: Store credit, or money that your own system pays and reports.
        consumer_agreed: Whether who withdraws has expressly agreed to store credit.
    """

    leg: Word
    to: Literal["store_credit", "external"]
    consumer_agreed: bool = False


class RecordStock(Body):
    """What the stock said of the goods of an exchange: put aside, or not to be had."""

    leg: Word
    outcome: Literal["reserved", "out_of_stock"]
    error: Text | None = None


class FallBack(Body):
    """Give up an exchange that waits or failed: its legs become money, or store credit.

    Args:
        consumer_agreed: Whether who withdrew has expressly agreed to credit instead of money.
    """

    to: Literal["refund", "store_credit"] = "refund"
    consumer_agreed: bool = False
