"""What the policy keeps back of a refund: fees of its rules, and what units have lost in value.

Gathered anew with every draft; what it comes to is ``settlement.entitlement``'s to say.  Who
withdraws from a contract is asked no fee.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from retour.lifecycle.guards import HELD, units_of
from retour.lifecycle.model import Return, Unit
from retour.lifecycle.requests.offering import terms_for
from retour.policy.model import Fee as Asked
from retour.policy.percent import basis_points
from retour.settlement.entitlement import ADJUSTMENT, FEE, Cut, Fee, Item

__all__ = ["ADJUSTMENT", "FEE", "cuts_of", "fees_asked"]

_SEND_BACK: Final = "send_back"


def cuts_of(ret: Return, units: Sequence[str]) -> list[Cut | None]:
    """Say of each unit what was ruled that it has lost."""
    known = {unit.id: unit for unit in units_of(ret)}
    return [_cut(known[name]) for name in units]


def _cut(unit: Unit) -> Cut | None:
    terms = unit.terms
    if terms is None or terms.deduct_percent is None:
        return None
    return Cut(terms.rule, terms.deduct_label or "", _points(terms.deduct_percent))


def _points(text: str) -> int:
    points = basis_points(text)
    assert points is not None, "shares are read when a policy is put"
    return points


def fees_asked(ret: Return, items: Sequence[Item]) -> list[Fee]:
    """Give the fees of the rules: shares and fees per unit line by line, others once."""
    if ret.legal is not None:
        return []
    charged = _charged(ret)
    once: dict[tuple[str, str], Fee] = {}
    fees: list[Fee] = []
    for fee, item, units in _asked(ret, items):
        if fee.percent is not None:
            points = _points(fee.percent)
            fees.append(Fee(fee.rule, fee.label, points=points, line=item.line, units=units))
        elif fee.per == "unit":
            fees.append(Fee(fee.rule, fee.label, amount=(fee.amount or 0) * units))
        elif fee.rule not in charged and (fee.rule, fee.label) not in once:
            once[fee.rule, fee.label] = Fee(fee.rule, fee.label, amount=fee.amount or 0)
            fees.append(once[fee.rule, fee.label])
    return [*fees, *_way_back(ret, charged)]


def _asked(ret: Return, items: Sequence[Item]) -> Iterator[tuple[Asked, Item, int]]:
    """Find the fees set at request, by line, and at grading, by unit."""
    units = {unit.id: unit for unit in units_of(ret)}
    for item in items:
        terms = terms_for(ret, item.line)
        if terms is not None and terms.fee is not None:
            yield terms.fee, item, len(item.units)
        for name in item.units:
            graded = units[name].terms
            if graded is not None and graded.fee is not None:
                yield graded.fee, item, 1


def _way_back(ret: Return, charged: frozenset[str]) -> Iterator[Fee]:
    """Ask, once, what sending goods back costs that were not accepted."""
    if _SEND_BACK in charged:
        return
    for made in ret.resolutions:
        if made.fee is not None:
            yield Fee(_SEND_BACK, "Way back", amount=made.fee)


def _charged(ret: Return) -> frozenset[str]:
    """Name the rules whose fee an earlier settlement of the return holds already."""
    return frozenset(
        line.rule
        for settlement in ret.settlements
        if settlement.status in HELD
        for line in settlement.lines
        if line.kind == FEE and line.rule is not None
    )
