"""What must hold of an order's money after every commit, added up anew from its returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from retour.lifecycle.model import (
    LegKind,
    LegStatus,
    Order,
    Return,
    Settlement,
    SettlementKind,
    SettlementStatus,
)

HOLDING: Final = frozenset(
    {LegStatus.RESERVED, LegStatus.IN_FLIGHT, LegStatus.UNKNOWN, LegStatus.SUCCEEDED}
)
"""Legs in these states hold their amount of a payment."""
_GONE: Final = frozenset({SettlementStatus.DRAFT, SettlementStatus.DISCARDED})


def check_money(order: Order, rets: Sequence[Return]) -> None:
    """Assert it of an order and all of its returns."""
    held: Counter[str] = Counter()
    for ret in rets:
        for settlement in ret.settlements:
            check_settlement(settlement)
            for leg in settlement.legs:
                if leg.payment is not None and leg.status in HOLDING and _gives(leg.kind):
                    held[leg.payment] += leg.amount
        check_units(ret)
    for payment in order.payments:
        assert held[payment.id] == payment.reserved, f"{payment.id}: {held[payment.id]} are held"
        assert 0 <= payment.reserved <= payment.captured


def check_settlement(settlement: Settlement) -> None:
    """Assert that lines and legs come to the total, and that nothing is negative."""
    lines = sum(line.amount for line in settlement.lines)
    legs = sum(leg.amount if _gives(leg.kind) else -leg.amount for leg in settlement.legs)
    assert lines == settlement.total, settlement
    if settlement.kind is not SettlementKind.NONE and settlement.status not in _GONE:
        assert legs == settlement.total, settlement
    for leg in settlement.legs:
        assert leg.amount > 0 or (leg.kind == LegKind.REPAIR and leg.amount == 0), settlement


def check_units(ret: Return) -> None:
    """Assert that a unit is covered once, by a settlement that is there and settled."""
    settled = {
        one.id: {unit for line in one.lines for unit in line.units}
        for one in ret.settlements
        if one.status is SettlementStatus.SETTLED
    }
    for line in ret.lines:
        for unit in line.units:
            by = [name for name, units in settled.items() if unit.id in units]
            assert len(by) <= 1, f"{unit.id} is paid by {by}"
            assert unit.covered_by is None or [unit.covered_by] == by, unit


def _gives(kind: str) -> bool:
    return kind != LegKind.CHARGE
