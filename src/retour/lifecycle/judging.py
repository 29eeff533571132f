"""Judgement of goods: inspect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import Inspect, UnitsJudged
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import PROMISED, SEEN, UNDECIDED, held_units, units_of
from retour.lifecycle.model import Acceptance, EventType, Return, Unit
from retour.lifecycle.requesting import is_called, unknown_line

_NAMED_MAX: Final = 20
"""Units an event's details name one by one; of more it only says how many."""


def inspect(fold: Fold, command: Inspect) -> Refusal | None:
    """Judge units; a judgement that changes nothing says nothing."""
    touched: dict[str, None] = {}
    for index, judged in enumerate(command.units):
        units = _meant(fold.ret, judged, f"/units/{index}")
        if isinstance(units, Refusal):
            return units
        changed = {unit.id: _judged(unit, judged) for unit in units}
        changed = {unit.id: changed[unit.id] for unit in units if changed[unit.id] != unit}
        refusal = _unjudgeable(fold.ret, units, changed, f"/units/{index}")
        if refusal is not None:
            return refusal
        fold.put_units(changed)
        touched |= dict.fromkeys(changed)
    if touched:
        names = ",".join(touched) if len(touched) <= _NAMED_MAX else None
        fold.say(EventType.UNIT_INSPECTED, {"units": names, "count": len(touched)})
    return None


def _judged(unit: Unit, judged: UnitsJudged) -> Unit:
    """Give the unit with the judgement on it; what is not said stays as it was."""
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
