"""What an order and a return come to in their customer's history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from retour.kernel.status import ReturnStatus
from retour.lifecycle.model import Acceptance, LegStatus, Order, Reception, Return
from retour.policy.history import PastOrder, PastReturn

_GONE_ASTRAY = frozenset({Reception.MISSING, Reception.WRONG_ITEM})
_FAILED = frozenset({LegStatus.FAILED, LegStatus.REVERSED})


def tally_of_order(order: Order) -> PastOrder:
    """Say what was sold, as far as it was handed over."""
    return PastOrder(
        at=order.ordered_at or order.created_at,
        units=sum(line.counters.delivered for line in order.lines),
        value=sum(line.price - line.discount for line in order.lines if not line.included),
        currency=order.currency,
    )


def tally_of_return(ret: Return, order: Order) -> PastReturn | None:
    """Say what is held against a customer's name; nothing of what was canceled or is a right."""
    if ret.status is ReturnStatus.CANCELED or ret.legal is not None:
        return None
    counted = Counter(
        line.line
        for line in ret.lines
        for unit in line.units
        if line.line is not None and not unit.released
    )
    every = [unit for line in ret.lines for unit in line.units]
    return PastReturn(
        at=ret.status_at[ReturnStatus.REQUESTED.value],
        units=counted.total(),
        value=_value(counted, order),
        currency=order.currency,
        kept=sum(unit.reception is Reception.WAIVED for unit in every),
        missing_or_wrong=sum(unit.reception in _GONE_ASTRAY for unit in every),
        rejected=ret.status is ReturnStatus.REJECTED
        or any(unit.acceptance is Acceptance.REJECTED for unit in every),
        failed_payments=sum(leg.status in _FAILED for one in ret.settlements for leg in one.legs),
    )


def _value(units: Mapping[str, int], order: Order) -> int:
    """Give what the units cost, each with its share of the line's discount."""
    return sum(
        line.price * count // line.quantity - line.discount * count // line.quantity
        for line in order.lines
        if (count := units.get(line.id, 0))
    )
