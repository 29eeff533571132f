"""A settlement as a value: why money is owed (lines), by what it is paid (legs), each try.

Amounts are integer minor units of the order's currency, instants aware UTC.  Pure data.
"""

from __future__ import annotations

from datetime import datetime

from retour.kernel.value import Value
from retour.lifecycle.words import (
    Executor,
    LegKind,
    LegStatus,
    SettlementKind,
    SettlementStatus,
)


class SettlementLine(Value):
    """One reason for money: an item, the shipping, a fee, an adjustment.  Fees are negative."""

    kind: str  # item | shipping | fee | adjustment
    amount: int
    tax: int = 0  # Contained in ``amount``.
    line: str | None = None  # The order line, for items.
    units: tuple[str, ...] = ()
    label: str | None = None
    rule: str | None = None  # The policy's rule that set it.


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
    shipping_asked: int | None = None  # As proposed, so that a draft can be worked out anew.
    extras: tuple[SettlementLine, ...] = ()  # Fees and adjustments as proposed.
    fees_waived: bool = False  # The policy's fees are not asked, as proposed.
    only: tuple[str, ...] = ()  # The units it is about, as proposed; all where none is named.
    confirmed_at: datetime | None = None
    settled_at: datetime | None = None


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
