"""How much whom may promise alone: limits by role and amount, and from where on four eyes look.

Amounts are minor units by currency.  Pure data and arithmetic; ``approving`` acts on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import field

from retour.kernel.money import format_amount
from retour.kernel.value import Value
from retour.lifecycle.money.settlement import Settlement
from retour.lifecycle.words import ApprovalStatus, SettlementStatus

OWNER: Final = "owner"
"""The role of keys of which nobody said another."""
POLICY: Final = "policy"
"""The role in which the policy settles by itself; no key can have it."""
FREELY_GIVEN: Final = frozenset({"adjustment", "bonus", "goodwill"})
"""Kinds of lines that nobody is owed: somebody chose to give them."""
_STANDING: Final = frozenset(SettlementStatus) - {
    SettlementStatus.DRAFT,
    SettlementStatus.DISCARDED,
}


class RoleLimit(Value):
    """Up to how much a role promises alone; a currency that is missing is never within it.

    Args:
        settlement: Of what one return gives in all.
        adjustment: Of that, what is given freely; None limits it no further.
    """

    settlement: dict[str, int]
    adjustment: dict[str, int] | None = None


class MoneyControl(Value):
    """A workspace's rules; without any, everybody promises what he likes.

    Args:
        limits: By role; one that is missing has no limit.
        four_eyes_above: Above it another actor than who proposed and promised has to agree; None
            asks nobody, a currency that is missing asks always.
        keeps_credit: Whether store credit is kept here; else another system is told of it.
    """

    limits: dict[str, RoleLimit] = field(default_factory=dict)
    four_eyes_above: dict[str, int] | None = None
    keeps_credit: bool = True


class Given(Value):
    """What a return gives that nobody has agreed to yet, as limits are compared with it."""

    currency: str
    total: int
    freely: int


def given(settlement: Settlement, others: Iterable[Settlement]) -> Given:
    """Add a settlement up with those of its return that stand without anybody's agreement.

    Limits are about a return and not a settlement: nobody can cut an amount into slices.
    """
    counted = [settlement]
    counted += [
        one
        for one in others
        if one.id != settlement.id and one.status in _STANDING and not has_approval(one)
    ]
    return Given(
        currency=settlement.currency,
        total=sum(max(one.total, 0) for one in counted),
        freely=sum(
            line.amount
            for one in counted
            for line in one.lines
            if line.kind in FREELY_GIVEN and line.amount > 0
        ),
    )


def has_approval(settlement: Settlement) -> bool:
    """Say whether somebody agreed to exactly what the settlement gives."""
    approval = settlement.approval
    if approval is None or approval.status is not ApprovalStatus.GIVEN:
        return False
    return approval.amount == settlement.total


def awaits_approval(settlement: Settlement) -> bool:
    """Say whether a settlement is promised on the condition that somebody agrees to it."""
    if settlement.status is not SettlementStatus.CONFIRMED or settlement.approval is None:
        return False
    return not has_approval(settlement)


def beyond(control: MoneyControl, role: str, asked: Given) -> str | None:
    """Say, with the arithmetic, why a role may not promise so much; ``None`` where it may."""
    limit = control.limits.get(role)
    if limit is None:
        return None
    over = _over(limit.settlement, asked.total, asked.currency)
    if over is not None:
        return (
            f"The return gives {format_amount(asked.total, asked.currency)} {asked.currency},"
            f" {role} promises {over} alone"
        )
    if limit.adjustment is None:
        return None
    over = _over(limit.adjustment, asked.freely, asked.currency)
    if over is None:
        return None
    return (
        f"{format_amount(asked.freely, asked.currency)} {asked.currency} are given freely,"
        f" {role} gives {over} alone"
    )


def needs_four_eyes(control: MoneyControl, asked: Given) -> str | None:
    """Say, with the arithmetic, why a second person has to look; ``None`` where none has."""
    if control.four_eyes_above is None:
        return None
    over = _over(control.four_eyes_above, asked.total, asked.currency)
    if over is None:
        return None
    return (
        f"The return gives {format_amount(asked.total, asked.currency)} {asked.currency},"
        f" one person decides {over}"
    )


def _over(limits: Mapping[str, int], amount: int, currency: str) -> str | None:
    """Give the limit an amount is above, in words; nothing at all is within every limit."""
    if amount <= 0:
        return None
    limit = limits.get(currency)
    if limit is None:
        return f"nothing in {currency}"
    if amount <= limit:
        return None
    return f"up to {format_amount(limit, currency)} {currency}"
