"""What the policy keeps back of a refund: fees of its rules, and what units have lost in value.

Worked out anew with every draft.  All of it together never takes more than is given back; who
withdraws from a contract is asked no fee.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import HELD, units_of
from retour.lifecycle.model import Return, Settlement, SettlementLine, Unit
from retour.lifecycle.requests.offering import terms_for
from retour.policy.model import Fee
from retour.policy.percent import WHOLE, basis_points
from retour.settlement.allocation import Money, rounded

FEE: Final = "fee"
_SEND_BACK: Final = "send_back"
ADJUSTMENT: Final = "adjustment"


def charges(
    fold: Fold, draft: Settlement, items: Sequence[SettlementLine], beside: int
) -> tuple[SettlementLine, ...]:
    """Give what is kept back of the units a draft pays for, as lines below zero.

    Args:
        items: What the units come to, line by line.
        beside: What else the settlement gives back or takes.
    """
    units = {unit.id: unit for unit in units_of(fold.ret)}
    deducted = {item.line: tuple(_deductions(item, units)) for item in items}
    lines = [line for of_item in deducted.values() for line in of_item]
    if fold.ret.legal is None and not draft.fees_waived:
        left = {
            item.line: item.amount + sum(line.amount for line in deducted[item.line])
            for item in items
        }
        room = max(sum(left.values()) + beside, 0)
        fees = chain(_fees(fold.ret, items, left, units), _way_back(fold.ret))
        lines += _capped(fees, room)
    return tuple(lines)


# ---------------------------------------------------------------- lost value


def _deductions(item: SettlementLine, units: dict[str, Unit]) -> Iterator[SettlementLine]:
    """Take from an item what its units have lost, those with the same loss together."""
    groups: dict[tuple[str, str, str], int] = {}
    for name in item.units:
        terms = units[name].terms
        if terms is not None and terms.deduct_percent is not None:
            key = (terms.rule, terms.deduct_percent, terms.deduct_label or "")
            groups[key] = groups.get(key, 0) + 1
    left = Money(item.amount, item.tax)
    for (rule, percent, label), count in groups.items():
        part = _percent(percent) * count
        lost = Money(
            min(rounded(item.amount * part, WHOLE * len(item.units)), left.amount),
            min(rounded(item.tax * part, WHOLE * len(item.units)), left.tax),
        )
        left = Money(left.amount - lost.amount, left.tax - lost.tax)
        if lost.amount:
            yield SettlementLine(
                kind=ADJUSTMENT, amount=-lost.amount, tax=-lost.tax, label=label, rule=rule
            )


def _percent(text: str) -> int:
    points = basis_points(text)
    assert points is not None, "shares are read when a policy is put"
    return points


# ---------------------------------------------------------------- fees


class _Charge(NamedTuple):
    """A fee with the order line and the units it is asked for."""

    fee: Fee
    line: str | None
    units: int


def _fees(
    ret: Return,
    items: Sequence[SettlementLine],
    left: dict[str | None, int],
    units: dict[str, Unit],
) -> Iterator[SettlementLine]:
    """Ask every fee of the rules: shares and fees per unit as they add up, others once."""
    charged = _charged(ret)
    sums: dict[tuple[str, str], int] = {}
    for charge in _asked(ret, items, units):
        fee, key = charge.fee, (charge.fee.rule, charge.fee.label)
        if fee.percent is not None:
            of_item = next(item for item in items if item.line == charge.line)
            base = left[charge.line] * charge.units
            part = rounded(base * _percent(fee.percent), WHOLE * len(of_item.units))
            sums[key] = sums.get(key, 0) + part
        elif fee.per == "unit":
            sums[key] = sums.get(key, 0) + (fee.amount or 0) * charge.units
        elif fee.rule not in charged:
            sums[key] = fee.amount or 0
    for (rule, label), amount in sums.items():
        if amount:
            yield SettlementLine(kind=FEE, amount=-amount, label=label, rule=rule)


def _way_back(ret: Return) -> Iterator[SettlementLine]:
    """Ask, once, what sending goods back costs that were not accepted."""
    if _SEND_BACK in _charged(ret):
        return
    for made in ret.resolutions:
        if made.fee is not None:
            yield SettlementLine(kind=FEE, amount=-made.fee, label="Way back", rule=_SEND_BACK)


def _asked(
    ret: Return, items: Sequence[SettlementLine], units: dict[str, Unit]
) -> Iterator[_Charge]:
    """Find the fees set at request, by line, and at grading, by unit."""
    for item in items:
        terms = terms_for(ret, item.line)
        if terms is not None and terms.fee is not None:
            yield _Charge(terms.fee, item.line, len(item.units))
        for name in item.units:
            graded = units[name].terms
            if graded is not None and graded.fee is not None:
                yield _Charge(graded.fee, item.line, 1)


def _charged(ret: Return) -> frozenset[str]:
    """Name the rules whose fee an earlier settlement of the return holds already."""
    return frozenset(
        line.rule
        for settlement in ret.settlements
        if settlement.status in HELD
        for line in settlement.lines
        if line.kind == FEE and line.rule is not None
    )


def _capped(fees: Iterator[SettlementLine], room: int) -> Iterator[SettlementLine]:
    """Take no more than there is, in the order of the rules' lines."""
    for fee in fees:
        amount = min(-fee.amount, room)
        room -= amount
        if amount:
            yield SettlementLine(kind=FEE, amount=-amount, label=fee.label, rule=fee.rule)
