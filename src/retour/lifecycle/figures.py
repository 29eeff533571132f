"""What returns and orders come to in reports, figure by figure.  Pure.

A figure is a number under a report, a day, what it is of, and a detail.  All figures of a return
follow from the return as it is, so they can be counted anew at any time and come to the same; a
commit adds the difference to those counted before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, tzinfo
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple

from retour.kernel.status import ReturnStatus
from retour.lifecycle.model import (
    Acceptance,
    Order,
    OrderLine,
    Return,
    Settlement,
    SettlementStatus,
)
from retour.lifecycle.timers.table import informed_at

DIRECT: Final = "direct"
"""The channel of what was sold without any."""
UNSAID: Final = "unsaid"
"""Where nobody gave a reason, or goods have no disposition."""
WITHDRAWAL: Final = "withdrawal"
_DAYS_MAX: Final = 999


class Report(StrEnum):
    """What is counted, and under what: of / detail."""

    SOLD = "sold"  # Units handed over: SKU / channel.
    RETURNED = "returned"  # Units asked back: SKU / channel.
    REASON = "reason"  # The same: reason / channel.
    SKU_REASON = "sku_reason"  # The same: SKU / reason.
    ASKED = "asked"  # Returns requested: channel / origin.
    IN_STATE = "in_state"  # Times a state was left: state / how long it took.
    PAID = "paid"  # Minor units of what was settled: kind of line / currency.
    SETTLED = "settled"  # Settlements settled: kind / currency.
    RECOVERED = (
        "recovered"  # Minor units that accepted goods were sold for: disposition / currency.
    )
    RECOVERED_UNITS = "recovered_units"  # How many of them: disposition / currency.
    REFUND_DAYS = "refund_days"  # Settlements settled: withdrawal or return / days it took.


class Figure(NamedTuple):
    """One number of a report."""

    report: Report
    day: date
    item: str
    detail: str
    amount: int


def _steps() -> tuple[int, ...]:
    bounds = [60]
    while bounds[-1] < 366 * 86_400:
        bounds.append(bounds[-1] + bounds[-1] // 8)
    return tuple(bounds)


STEPS: Final = _steps()
"""Upper bounds, in seconds, of the steps in which durations are counted: each an eighth longer."""


def step_of(seconds: int) -> int:
    """Say in which step a duration falls; what is longer than all falls into the last."""
    low, high = 0, len(STEPS) - 1
    while low < high:
        middle = (low + high) // 2
        if seconds <= STEPS[middle]:
            high = middle
        else:
            low = middle + 1
    return low


def figures_of_order(order: Order, zone: tzinfo) -> tuple[Figure, ...]:
    """Give the figures of what was sold."""
    day = (order.ordered_at or order.created_at).astimezone(zone).date()
    channel = order.channel or DIRECT
    return _summed(
        Figure(Report.SOLD, day, line.sku, channel, line.counters.delivered) for line in order.lines
    )


def figures_of_return(ret: Return, order: Order, zone: tzinfo) -> tuple[Figure, ...]:
    """Give the figures of a return; nothing is asked back by one that was canceled."""
    return _summed(
        (
            *_asked(ret, order, zone),
            *_left(ret, zone),
            *_paid(ret, zone),
            *_recovered(ret, order, zone),
        )
    )


def _summed(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    sums: Counter[tuple[Report, date, str, str]] = Counter()
    for one in figures:
        sums[one.report, one.day, one.item, one.detail] += one.amount
    return tuple(Figure(*key, amount) for key, amount in sorted(sums.items()) if amount)


def reason_of(ret: Return, line: int = 0) -> str | None:
    """Give the first reason of a line by its code, or in words where it has none."""
    if line >= len(ret.lines) or not ret.lines[line].reasons:
        return None
    reason = ret.lines[line].reasons[0]
    return reason.code or reason.text


def _asked(ret: Return, order: Order, zone: tzinfo) -> Iterator[Figure]:
    if ret.status is ReturnStatus.CANCELED:
        return
    day = ret.status_at[ReturnStatus.REQUESTED.value].astimezone(zone).date()
    channel = order.channel or DIRECT
    yield Figure(Report.ASKED, day, channel, ret.origin.value, 1)
    for n, line in enumerate(ret.lines):
        reason = reason_of(ret, n) or UNSAID
        yield Figure(Report.RETURNED, day, line.sku, channel, line.quantity)
        yield Figure(Report.REASON, day, reason, channel, line.quantity)
        yield Figure(Report.SKU_REASON, day, line.sku, reason, line.quantity)


def _left(ret: Return, zone: tzinfo) -> Iterator[Figure]:
    """Count each state that was left, on the day it was, by how long it took."""
    known = ((at, _ORDER[word]) for word, at in ret.status_at.items() if word in _ORDER)
    for (since, n), (until, _) in pairwise(sorted(known)):
        state, step = _STATES[n], step_of(int((until - since).total_seconds()))
        yield Figure(Report.IN_STATE, until.astimezone(zone).date(), state, f"{step:03d}", 1)


_STATES: Final = tuple(one.value for one in ReturnStatus)
_ORDER: Final = {state: n for n, state in enumerate(_STATES)}
"""One act may pass several states at one instant; what comes first in the table was first."""


def _paid(ret: Return, zone: tzinfo) -> Iterator[Figure]:
    for one in ret.settlements:
        if one.status is not SettlementStatus.SETTLED or one.settled_at is None:
            continue
        day = one.settled_at.astimezone(zone).date()
        yield Figure(Report.SETTLED, day, one.kind.value, one.currency, 1)
        for line in one.lines:
            yield Figure(Report.PAID, day, line.kind, one.currency, line.amount)
        yield from _days_taken(ret, one, one.settled_at, day)


def _days_taken(
    ret: Return, settlement: Settlement, settled_at: datetime, day: date
) -> Iterator[Figure]:
    since = informed_at(ret)
    if since is None or not settlement.legs:
        return
    days = min(max((settled_at - since).days, 0), _DAYS_MAX)
    kind = "return" if ret.legal is None else WITHDRAWAL
    yield Figure(Report.REFUND_DAYS, day, kind, f"{days:03d}", 1)


def _recovered(ret: Return, order: Order, zone: tzinfo) -> Iterator[Figure]:
    at = ret.status_at.get(ReturnStatus.PROCESSED.value)
    if at is None:
        return
    lines = {line.id: line for line in order.lines}
    for line in ret.lines:
        sold = None if line.line is None else lines.get(line.line)
        for unit in line.units:
            if unit.acceptance is Acceptance.ACCEPTED and sold is not None:
                item, day = unit.disposition or UNSAID, at.astimezone(zone).date()
                yield Figure(Report.RECOVERED, day, item, order.currency, unit_value(sold))
                yield Figure(Report.RECOVERED_UNITS, day, item, order.currency, 1)


def unit_value(line: OrderLine) -> int:
    """Give what a unit was sold for, with its share of the line's discount."""
    return (line.price - line.discount) // line.quantity if line.quantity else 0


def value_of(ret: Return, order: Order) -> int:
    """Give what the units asked back were sold for."""
    lines = {line.id: line for line in order.lines}
    return sum(
        unit_value(lines[line.line]) * line.quantity
        for line in ret.lines
        if line.line is not None and line.line in lines
    )
