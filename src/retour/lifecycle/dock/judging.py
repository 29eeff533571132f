"""Judgement of goods: inspect.

Answers to a grading set's checks fill in what is not said.  Where the set or the policy wants a
second pair of eyes, the first judgement is kept and does not count: the unit waits until another
actor judges it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import Inspect, UnitsJudged
from retour.lifecycle.dock.ruling import as_ruled, places, ruled, with_ruling
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import PROMISED, SEEN, UNDECIDED, held_units, units_of
from retour.lifecycle.model import (
    Acceptance,
    EventType,
    OrderLine,
    Return,
    ReturnLine,
    Unit,
    UnitJudgement,
)
from retour.lifecycle.requests.requesting import is_called, unknown_line
from retour.policy.grading import (
    Answer,
    Grading,
    GradingSet,
    QualityRule,
    applying,
    graded,
    why_checked,
)

_NAMED_MAX: Final = 20
"""Units an event's details name one by one; of more it only says how many."""


class Found(NamedTuple):
    """A judgement on one unit with all that is said of it, asked for or worked out."""

    said: UnitsJudged
    grading: Grading | None = None


def inspect(fold: Fold, command: Inspect) -> Refusal | None:
    """Judge units; a judgement that changes nothing says nothing."""
    touched: dict[str, None] = {}
    for index, judged in enumerate(command.units):
        pointer = f"/units/{index}"
        units = _meant(fold.ret, judged, pointer)
        if isinstance(units, Refusal):
            return units
        changed: dict[str, Unit] = {}
        for unit in units:
            after = _looked_at(fold, unit, judged, pointer)
            if isinstance(after, Refusal):
                return after
            if after != unit:
                changed[unit.id] = after
        refusal = _unjudgeable(fold.ret, units, changed, pointer)
        if refusal is not None:
            return refusal
        fold.put_units(changed)
        touched |= dict.fromkeys(changed)
    if touched:
        names = ",".join(touched) if len(touched) <= _NAMED_MAX else None
        fold.say(EventType.UNIT_INSPECTED, {"units": names, "count": len(touched)})
    return None


def _looked_at(fold: Fold, unit: Unit, judged: UnitsJudged, pointer: str) -> Unit | Refusal:
    """Give the unit as it is after a look: decided, or waiting for another's."""
    line, item = places(fold.order, fold.ret, unit)
    used = applying(fold.context.grading_sets, line.sku, None if item is None else item.group)
    found = _worked_out(judged, used, line, pointer)
    if isinstance(found, Refusal):
        return found
    ruling = None
    if found.said.acceptance is None:
        ruling = ruled(fold, unit, found.said)
        if ruling is None:
            return refuse(
                RefusalCode.NO_ACCEPTANCE,
                "Nothing says whether the unit is accepted. Give acceptance, answers to a grading"
                " set that suggests one, or a grade that a rule of the policy decides.",
                f"{pointer}/acceptance",
            )
        found = found._replace(said=as_ruled(found.said, ruling))
    after = _judged(unit, found.said)
    if ruling is not None:
        after = replace(after, terms=ruling.terms)
        fold.change(verdict=with_ruling(fold.ret.verdict, ruling))
    if unit.asks is not None:
        return _second(fold, unit, after, found)
    asks = _asks(fold, unit, after, item, used)
    if ruling is not None and after.acceptance in UNDECIDED:
        kept = _kept(fold, after, found, ruling.reason)
        return replace(after, asks=ruling.reason, judgements=(*unit.judgements, kept))
    if asks is not None and after.acceptance not in UNDECIDED:
        kept = _kept(fold, after, found, asks)
        return replace(
            after,
            acceptance=Acceptance.WAITING_FOR_INPUT,
            asks=asks,
            judgements=(*unit.judgements, kept),
        )
    if found.grading is not None and after != unit:
        return replace(after, judgements=(*unit.judgements, _kept(fold, after, found)))
    return after


def _second(fold: Fold, unit: Unit, after: Unit, found: Found) -> Unit | Refusal:
    """Let the second pair of eyes decide, if they are another's."""
    first = next(one for one in reversed(unit.judgements) if one.asks is not None)
    actor = fold.context.actor
    if (first.kind, first.id) == (actor.kind, actor.id):
        return refuse(
            RefusalCode.SAME_JUDGE,
            f"{unit.asks} You judged the unit {unit.id} first. Have somebody else judge it.",
        )
    kept = replace(unit, judgements=(*unit.judgements, _kept(fold, after, found)))
    if after.acceptance in UNDECIDED:
        return replace(after, asks=unit.asks, judgements=kept.judgements)
    return replace(after, asks=None, judgements=kept.judgements)


def _kept(fold: Fold, after: Unit, found: Found, asks: str | None = None) -> UnitJudgement:
    actor = fold.context.actor
    return UnitJudgement(
        kind=actor.kind,
        id=actor.id,
        at=fold.at,
        acceptance=after.acceptance,
        grade=after.grade,
        condition=after.condition,
        disposition=after.disposition,
        reason=after.reason,
        grading=found.grading,
        asks=asks,
    )


def _asks(
    fold: Fold, unit: Unit, after: Unit, item: OrderLine | None, used: GradingSet | None
) -> str | None:
    """Say why the first judgement of a unit does not count yet; ``None`` where it does."""
    if unit.acceptance not in UNDECIDED or any(one.asks for one in unit.judgements):
        return None
    rules: tuple[QualityRule | None, ...] = (
        None if used is None else used.quality_check,
        fold.policy.quality_check,
    )
    price = None if item is None else item.unit_price
    for rule in rules:
        asks = why_checked(rule, unit.id, after.grade, price, fold.order.currency)
        if asks is not None:
            return asks
    return None


def _worked_out(
    judged: UnitsJudged, used: GradingSet | None, line: ReturnLine, pointer: str
) -> Found | Refusal:
    """Fill in what the answers come to; what is said beside them stands."""
    if judged.answers is None:
        return Found(judged)
    if used is None:
        return refuse(
            RefusalCode.NO_GRADING_SET,
            f"No grading set is for {line.sku!r}. Put one, or judge without answers.",
            f"{pointer}/answers",
        )
    answers: Mapping[str, Answer] = judged.answers
    grading = graded(used, answers)
    if not isinstance(grading, Grading):
        first = grading[0]
        more = f" {len(grading) - 1} more are wrong or missing." if len(grading) > 1 else ""
        return refuse(
            RefusalCode.BAD_ANSWER, first.detail + more, f"{pointer}/answers/{first.check}"
        )
    return Found(
        replace(
            judged,
            grade=judged.grade or grading.grade,
            acceptance=judged.acceptance or _word(grading.acceptance),
            condition=grading.condition if judged.condition is None else judged.condition,
            disposition=grading.disposition if judged.disposition is None else judged.disposition,
        ),
        grading,
    )


def _word(acceptance: str | None) -> str | None:
    return None if acceptance is None else Acceptance(acceptance).value


def _judged(unit: Unit, judged: UnitsJudged) -> Unit:
    """Give the unit with the judgement on it; what is not said stays as it was."""
    assert judged.acceptance is not None, "whoever judges says how"
    return replace(
        unit,
        acceptance=Acceptance(judged.acceptance),
        grade=unit.grade if judged.grade is None else judged.grade,
        condition=unit.condition if judged.condition is None else judged.condition,
        condition_localized=judged.condition_localized or unit.condition_localized,
        condition_comment=(
            unit.condition_comment if judged.condition_comment is None else judged.condition_comment
        ),
        disposition=unit.disposition if judged.disposition is None else judged.disposition,
        reason=unit.reason if judged.reason is None else judged.reason,
    )


def _meant(ret: Return, judged: UnitsJudged, pointer: str) -> tuple[Unit, ...] | Refusal:
    """Find the units a judgement is about; only what really lies there can be judged."""
    if judged.unit is not None:
        return _named_unit(ret, judged.unit, pointer)
    if judged.line is None or judged.quantity is None:
        return refuse(
            RefusalCode.UNNAMED_ITEM,
            "Nothing says what is judged. Give a unit, or a line and a quantity.",
            pointer,
        )
    lines = [line for line in ret.lines if is_called(line, judged.line)]
    if not lines:
        return unknown_line(judged.line, f"{pointer}/line", "The return")
    here = [unit for line in lines for unit in line.units if unit.reception in SEEN]
    found = sorted(
        (unit for unit in here if unit.acceptance in UNDECIDED),
        key=lambda unit: (unit.acceptance is not Acceptance.PENDING, unit.id),
    )
    if len(found) < judged.quantity:
        return refuse(
            RefusalCode.NOT_ENOUGH_UNITS,
            f"Line {judged.line!r} has {len(found)} received units to decide, not"
            f" {judged.quantity}. Receive more, or judge decided ones again by their id.",
            f"{pointer}/quantity",
        )
    return tuple(found[: judged.quantity])


def _named_unit(ret: Return, unit_id: str, pointer: str) -> tuple[Unit, ...] | Refusal:
    unit = next((unit for unit in units_of(ret) if unit.id == unit_id), None)
    if unit is None:
        return unknown_unit(unit_id, f"{pointer}/unit")
    if unit.reception not in SEEN:
        return refuse(
            RefusalCode.NOT_ENOUGH_UNITS,
            f"The unit {unit_id} is {unit.reception}. Receive it, then judge it.",
            f"{pointer}/unit",
        )
    return (unit,)


def unknown_unit(unit_id: str, pointer: str) -> Refusal:
    """Refuse a unit that is none of the return's."""
    return refuse(
        RefusalCode.UNKNOWN_UNIT,
        f"The return has no unit {unit_id!r}. Take the ids from its lines.",
        pointer,
    )


def _unjudgeable(
    ret: Return, units: Sequence[Unit], changed: dict[str, Unit], pointer: str
) -> Refusal | None:
    """Refuse to touch the frozen, and to turn round what has been decided and paid or promised.

    The first judgement of a unit is always possible: it may have been paid for before it came.
    """
    if any(unit.frozen for unit in units if unit.id in changed):
        return refuse(
            RefusalCode.UNITS_FROZEN,
            "A marketplace has been told of these units. Nothing about them can change any more.",
            pointer,
        )
    turned = [
        unit
        for unit in units
        if unit.id in changed
        and unit.acceptance not in UNDECIDED
        and changed[unit.id].acceptance is not unit.acceptance
    ]
    if any(unit.covered_by is not None for unit in turned):
        return refuse(
            RefusalCode.UNITS_COVERED,
            "These units have been decided and settled. Settle the difference as an adjustment.",
            pointer,
        )
    promised = held_units(ret, PROMISED) if turned else frozenset[str]()
    if any(unit.id in promised for unit in turned):
        return refuse(
            RefusalCode.UNITS_SETTLING,
            "A confirmed settlement stands on this decision. Discard it, then decide anew.",
            pointer,
        )
    return None
