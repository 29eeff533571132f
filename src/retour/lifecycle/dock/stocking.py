"""Where goods go once they are here: dispose, put away.

Possible as long as goods lie in a facility, whatever has become of the return: a rejected piece
goes somewhere too.  What is said of several pieces is one fact per line and facility, so that a
warehouse or a shop can book each as a quantity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import Dispose, PutAway, UnitsNamed
from retour.lifecycle.dock.judging import unknown_unit
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import SEEN
from retour.lifecycle.model import EventType, Return, ReturnLine, Unit
from retour.lifecycle.requests.requesting import is_called, unknown_line

NAMED_MAX: Final = 20
"""Units an event's details name one by one; of more it only says how many."""

Details = dict[str, str | int | bool | None]
Group = tuple[str, str | None, str | None]
"""A return line, a facility, and what was true of the units before."""


def dispose(fold: Fold, command: Dispose) -> Refusal | None:
    """Say where units go; what goes there already is left as it is."""
    known = fold.context.dispositions
    if known is not None and command.disposition not in known:
        return refuse(
            RefusalCode.UNKNOWN_DISPOSITION,
            f"There is no disposition {command.disposition!r}. Known are"
            f" {', '.join(sorted(known))}; put another one first.",
            "/disposition",
        )
    chosen = _named(fold.ret, command.units, lambda unit: unit.disposition == command.disposition)
    if isinstance(chosen, Refusal):
        return chosen
    groups = _grouped(
        fold.ret,
        [unit for unit in chosen if unit.disposition != command.disposition],
        lambda unit: unit.disposition,
    )
    for (line, facility, before), units in groups.items():
        fold.put_units(
            {
                unit.id: replace(
                    unit, disposition=command.disposition, reason=command.reason or unit.reason
                )
                for unit in units
            }
        )
        fold.say(
            EventType.UNIT_DISPOSED,
            {
                **_details(fold.ret, line, facility, units),
                "disposition": command.disposition,
                "before": before,
            },
        )
    return None


def put_away(fold: Fold, command: PutAway) -> Refusal | None:
    """Note where units were put; what lies there already says nothing."""

    def is_there(unit: Unit) -> bool:
        return (unit.location, unit.lpn) == (command.location, command.lpn)

    chosen = _named(fold.ret, command.units, is_there)
    if isinstance(chosen, Refusal):
        return chosen
    moved = [unit for unit in chosen if not is_there(unit)]
    groups = _grouped(fold.ret, moved, lambda unit: unit.disposition)
    for (line, facility, disposition), units in groups.items():
        fold.put_units(
            {unit.id: replace(unit, location=command.location, lpn=command.lpn) for unit in units}
        )
        fold.say(
            EventType.UNIT_STORED,
            {
                **_details(fold.ret, line, facility, units),
                "disposition": disposition,
                "location": command.location,
                "lpn": command.lpn,
            },
        )
    return None


def _named(
    ret: Return, named: Sequence[UnitsNamed], is_done: Callable[[Unit], bool]
) -> list[Unit] | Refusal:
    """Find the units that are meant, each once; of a line those first that it changes."""
    chosen: dict[str, Unit] = {}
    for index, one in enumerate(named):
        found = _meant(ret, one, is_done, chosen, f"/units/{index}")
        if isinstance(found, Refusal):
            return found
        chosen |= {unit.id: unit for unit in found}
    return list(chosen.values())


def _meant(
    ret: Return,
    named: UnitsNamed,
    is_done: Callable[[Unit], bool],
    taken: dict[str, Unit],
    pointer: str,
) -> Sequence[Unit] | Refusal:
    if named.unit is not None:
        units = [unit for line in ret.lines for unit in line.units if unit.id == named.unit]
        if not units:
            return unknown_unit(named.unit, f"{pointer}/unit")
        if units[0].reception not in SEEN:
            return refuse(
                RefusalCode.NOT_ENOUGH_UNITS,
                f"The unit {named.unit} is {units[0].reception}. Receive it first.",
                f"{pointer}/unit",
            )
        return units
    if named.line is None or named.quantity is None:
        return refuse(
            RefusalCode.UNNAMED_ITEM,
            "Nothing says which units are meant. Give a unit, or a line and a quantity.",
            pointer,
        )
    lines = [line for line in ret.lines if is_called(line, named.line)]
    if not lines:
        return unknown_line(named.line, f"{pointer}/line", "The return")
    here = sorted(
        (
            unit
            for line in lines
            for unit in line.units
            if unit.reception in SEEN and unit.id not in taken
        ),
        key=lambda unit: (is_done(unit), unit.id),
    )
    if len(here) < named.quantity:
        return refuse(
            RefusalCode.NOT_ENOUGH_UNITS,
            f"Line {named.line!r} has {len(here)} units in a facility, not {named.quantity}."
            " Receive more, or name fewer.",
            f"{pointer}/quantity",
        )
    return here[: named.quantity]


def _grouped(
    ret: Return, units: Sequence[Unit], what: Callable[[Unit], str | None]
) -> dict[Group, list[Unit]]:
    """Put units together that one fact can speak of, in the order of the lines."""
    ids = {unit.id for unit in units}
    groups: dict[Group, list[Unit]] = {}
    for line in ret.lines:
        for unit in line.units:
            if unit.id in ids:
                groups.setdefault((line.id, unit.facility, what(unit)), []).append(unit)
    return groups


def _details(ret: Return, line_id: str, facility: str | None, units: Sequence[Unit]) -> Details:
    line: ReturnLine = next(line for line in ret.lines if line.id == line_id)
    names = ",".join(unit.id for unit in units) if len(units) <= NAMED_MAX else None
    return {
        "units": names,
        "count": len(units),
        "line": line.id,
        "sku": line.sku,
        "facility": facility,
    }
