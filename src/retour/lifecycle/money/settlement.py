"""A settlement as a value: why money is owed (lines), by what it is paid (legs), each try.

Amounts are integer minor units of the order's currency, instants aware UTC.  Pure data.
"""

from __future__ import annotations

from datetime import datetime

from retour.kernel.value import Value
from retour.lifecycle.actors import Actor
from retour.lifecycle.words import (
    ApprovalStatus,
    Executor,
    Fallback,
    LegKind,
    LegStatus,
    SettlementKind,
    SettlementStatus,
    StockStatus,
)


class PartShare(Value):
    """How much of a kit's line is for one of its parts."""

    line: str
    units: int
    amount: int
    tax: int = 0
    discount: int = 0


class SettlementLine(Value):
    """One reason for money: an item, the shipping, a fee, an adjustment.  Fees are negative."""

    kind: str  # item | shipping | fee | adjustment | goodwill | bonus
    amount: int
    tax: int = 0  # Contained in ``amount``.
    line: str | None = None  # The order line, for items.
    units: tuple[str, ...] = ()
    label: str | None = None
    rule: str | None = None  # The policy's rule that set it.
    price: int | None = None  # What the shop asked for it, before ``discount``.
    discount: int = 0  # Already taken off ``amount``.
    parts: tuple[PartShare, ...] = ()  # Where it is a kit.


class LegAttempt(Value):
    """One try to pay a leg, as far as its outcome is known."""

    n: int
    at: datetime
    outcome: str  # succeeded | failed | unknown | pending
    reference: str | None = None
    error: str | None = None


class Leg(Value):
    """One payment of a settlement, by exactly one executor.

    ``id`` is also the processor's idempotency key, the same for life.
    """

    id: str
    kind: LegKind
    executor: Executor
    amount: int
    status: LegStatus
    payment: str | None = None
    attempts: tuple[LegAttempt, ...] = ()
    series: int = 1  # A manual retry starts the next series of three.
    series_failures: int = 0  # Known failures in this series.
    reference: str | None = None
    note: str | None = None  # How it was paid, where a person says that it was.


class Goods(Value):
    """Pieces of one kind that go out instead of money.

    ``unit_price`` is what the customer pays for one, tax included; none where they are worth what
    comes back, whatever that is.
    """

    sku: str
    quantity: int
    unit_price: int | None = None
    title: str | None = None


class Exchange(Value):
    """The goods that a settlement gives instead of money, and how far they have come.

    Args:
        executor: Whose stock they come out of.
        pay_days: How long the customer may take to pay the difference.
        asked_at: Since when that is waited for.
    """

    goods: tuple[Goods, ...]
    executor: Executor
    fallback: Fallback = Fallback.WAIT
    pay_days: int = 7
    stock: StockStatus | None = None
    asked_at: datetime | None = None
    replacement_order: str | None = None


class SettlementApproval(Value):
    """Whose agreement a promise needs, and whether it was given."""

    status: ApprovalStatus
    amount: int  # The total that was asked about; another total is another question.
    why: str
    asked_by: Actor
    asked_at: datetime
    by: Actor | None = None
    at: datetime | None = None
    note: str | None = None


class Settlement(Value):
    """Money or its substitute: what is owed, by which legs it is paid."""

    id: str
    kind: SettlementKind
    status: SettlementStatus
    currency: str
    total: int  # The sum of ``lines`` and, but for kind none, of ``legs``.
    created_at: datetime
    lines: tuple[SettlementLine, ...] = ()
    legs: tuple[Leg, ...] = ()
    memo_number: str | None = None
    credit_note_number: str | None = None  # From the first time it is settled on.
    shipping_asked: int | None = None  # As proposed, so that a draft can be worked out anew.
    extras: tuple[SettlementLine, ...] = ()  # Fees and adjustments as proposed.
    fees_waived: bool = False  # The policy's fees are not asked, as proposed.
    only: tuple[str, ...] = ()  # The units it is about, as proposed; all where none is named.
    without_goods: bool = False  # It is about no unit at all, as proposed.
    credit: int | None = None  # How much of a refund is store credit instead, as proposed.
    proposed_by: Actor | None = None
    approval: SettlementApproval | None = None  # None where nobody had to agree.
    confirmed_at: datetime | None = None
    settled_at: datetime | None = None
    exchange: Exchange | None = None


class CompactLeg(Value):
    """As much of a sibling's leg as a dialect needs."""

    executor: Executor
    status: LegStatus


class CompactSettlement(Value):
    """As much of a sibling's settlement as exact shares need; snapshots keep started refunds."""

    id: str
    status: SettlementStatus
    kind: SettlementKind
    currency: str
    lines: tuple[SettlementLine, ...] = ()
    legs: tuple[CompactLeg, ...] = ()
