"""What a change of a ticket means for goods: received whole, judged by their condition.  Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from retour.lifecycle.commands import (
    Command,
    FinishReceipt,
    Inspect,
    Judgement,
    Receive,
    UnitsJudged,
    UnitsSeen,
)
from retour.lifecycle.decide import Step
from retour.lifecycle.guards import SEEN, UNDECIDED, units_of
from retour.lifecycle.model import ReceiptStatus, Reception, Return, Unit


class Judged(NamedTuple):
    """What a condition in the merchant's words makes of a unit."""

    acceptance: Judgement
    grade: str | None


CONDITIONS: Final[Mapping[str, Judged]] = {
    "good": Judged("accepted", "A"),
    "fair": Judged("accepted", "B"),
}
"""Conditions that decide by themselves; any other waits for a person."""
_ELSE: Final = Judged("waiting_for_input", None)


def goods_steps(ret: Return, condition: str | None, *, arriving: bool) -> Sequence[Step]:
    """Receive what is expected, judge it by its condition, and finish what is all judged."""
    plan: list[Step] = []
    if arriving:
        expected = Counter[str]()
        for line in ret.lines:
            if line.line is not None:
                expected[line.line] += _count(line.units, Reception.EXPECTED)
        seen = [UnitsSeen(line=name, quantity=n) for name, n in expected.items() if n]
        plan.append(Receive(units=tuple(seen)))
    judged = _judgements(ret, condition, arriving=arriving)
    if judged:
        plan.append(Inspect(units=judged))
        plan.append(_finished)
    return plan


def _count(units: Sequence[Unit], reception: Reception) -> int:
    return sum(unit.reception is reception for unit in units)


def _judgements(ret: Return, condition: str | None, *, arriving: bool) -> tuple[UnitsJudged, ...]:
    """Judge what is undecided by a condition; where all is decided, judge all of it anew."""
    if condition is None:
        return ()
    meaning = CONDITIONS.get(condition.strip().casefold(), _ELSE)

    def judged(unit: str | None, line: str | None, quantity: int | None) -> UnitsJudged:
        return UnitsJudged(
            acceptance=meaning.acceptance,
            grade=meaning.grade,
            condition=condition,
            unit=unit,
            line=line,
            quantity=quantity,
        )

    found: list[UnitsJudged] = []
    for line in ret.lines:
        open_units = [u for u in line.units if u.reception in SEEN and u.acceptance in UNDECIDED]
        quantity = len(open_units)
        if arriving and line.line is not None:
            quantity += _count(line.units, Reception.EXPECTED)
        if quantity:
            found.append(judged(None, line.id, quantity))
    if found:
        return tuple(found)
    return tuple(judged(one.id, None, None) for one in units_of(ret) if one.reception in SEEN)


def _finished(ret: Return) -> Sequence[Command]:
    """Finish every open receipt once nothing in the facility is undecided."""
    here = [unit for unit in units_of(ret) if unit.reception in SEEN]
    is_open = any(unit.acceptance in UNDECIDED for unit in here)
    return () if is_open else closed_receipts(ret)


def closed_receipts(ret: Return) -> Sequence[Command]:
    """Finish every receipt that is still open."""
    return [
        FinishReceipt(receipt=one.id) for one in ret.receipts if one.status is ReceiptStatus.OPEN
    ]
