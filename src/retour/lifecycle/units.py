"""Units counted: what return lines contribute to the counters of the order's lines.

The counters of an order are sums over the units of all its returns.  They are moved by the
difference one change makes, so that no decision ever has to read the other returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from retour.lifecycle.guards import COUNTED
from retour.lifecycle.model import (
    Acceptance,
    Counters,
    Order,
    OrderLine,
    ReturnLine,
    Unit,
)

Tally = list[int]  # requested, received, accepted, rejected, settled


def _add(tallies: dict[str, Tally], line: ReturnLine, sign: int) -> None:
    """Count a line's units in (``sign`` 1) or out (−1)."""
    if line.line is None:
        return
    tally = tallies.setdefault(line.line, [0, 0, 0, 0, 0])
    for unit in line.units:
        if unit.released:
            continue
        tally[0] += sign
        if unit.reception not in COUNTED:
            continue
        tally[1] += sign
        if unit.acceptance is Acceptance.ACCEPTED:
            tally[2] += sign
            if unit.covered_by is not None:
                tally[4] += sign
        elif unit.acceptance is Acceptance.REJECTED:
            tally[3] += sign


def difference(before: Iterable[ReturnLine], after: Iterable[ReturnLine]) -> dict[str, Tally]:
    """Say per order line how the counters move; lines left as they were cost nothing."""
    tallies: dict[str, Tally] = {}
    was = {line.id: line for line in before}
    for line in after:
        old = was.pop(line.id, None)
        if old is line:
            continue
        if old is not None:
            _add(tallies, old, -1)
        _add(tallies, line, 1)
    for old in was.values():
        _add(tallies, old, -1)
    return {name: tally for name, tally in tallies.items() if any(tally)}


def counted(order: Order, moves: Mapping[str, Tally]) -> Order:
    """Move the counters of an order; asserts that they still bound each other."""
    if not moves:
        return order
    return replace(
        order,
        lines=tuple(
            _moved(line, moves[line.id]) if line.id in moves else line for line in order.lines
        ),
    )


def _moved(line: OrderLine, tally: Tally) -> OrderLine:
    was = line.counters
    now = Counters(
        delivered=was.delivered,
        requested=was.requested + tally[0],
        received=was.received + tally[1],
        accepted=was.accepted + tally[2],
        rejected=was.rejected + tally[3],
        settled=was.settled + tally[4],
    )
    assert 0 <= now.settled <= now.accepted, "settled units were accepted"
    assert now.accepted + now.rejected <= now.received, "judged units were received"
    assert now.received <= now.requested <= now.delivered, "received units were asked back"
    return replace(line, counters=now)


def with_units(lines: Sequence[ReturnLine], changed: Mapping[str, Unit]) -> tuple[ReturnLine, ...]:
    """Replace units by id; lines none of whose units change stay the same objects."""
    if not changed:
        return tuple(lines)
    return tuple(
        replace(line, units=tuple(changed.get(unit.id, unit) for unit in line.units))
        if any(unit.id in changed for unit in line.units)
        else line
        for line in lines
    )
