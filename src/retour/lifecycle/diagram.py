"""The page ``docs/lifecycle.md``, drawn from the tables: ``python -m retour.lifecycle.diagram``.

Nothing here is said twice: guards speak by the first line of their docstring, commands by theirs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import groupby
from typing import TypeVar

from retour.kernel.status import ReturnStatus
from retour.lifecycle.carrying import COMMANDS
from retour.lifecycle.guards import Guard
from retour.lifecycle.machine import ALWAYS, BIRTH, CONSEQUENCES, GOODS, LEGS, RECEIPTS, TRANSITIONS
from retour.lifecycle.parcels.table import PARCELS
from retour.lifecycle.steps import Step, Verb

_Word = TypeVar("_Word", bound=StrEnum)

_HEAD = """\
# The life of a return

Drawn from the tables in `src/retour/lifecycle/machine.py` by `python -m retour.lifecycle.diagram`;
a test holds both together. Arrows are commands; what is in parentheses happens by itself.
"""

_NOTES = """\
## How to read the table

A command that is not in a status's row is refused with `not_allowed_in_status`; a guard that does
not hold refuses with its own code ([refusals.md](refusals.md)). *Same* leaves the status as it is.
*Covered* is a unit in a settled settlement, *frozen* one that a marketplace has been told of. What
a command's body asks for is checked after the guards. Events in parentheses are said only where
they apply; a command that repeats what is so already changes nothing and says nothing.
"""


def diagram() -> str:
    """Give the whole page as Markdown, ending in a line feed."""
    parts = [
        _HEAD,
        "\n".join(["```mermaid", "stateDiagram-v2", *_arrows(), "```", ""]),
        _NOTES,
        _table("The return", ("from", "command", "guard", "to", "events"), _return_rows()),
        _table("What follows by itself", ("from", "when", "to", "event"), _consequence_rows()),
        _table("Commands", ("command", "does"), _command_rows()),
        _table("Parcels", ("from", "to"), _move_rows(PARCELS)),
        _table("Receipts", ("from", "to"), _move_rows(RECEIPTS)),
        _table("Legs of a settlement", ("from", "to"), _move_rows(LEGS)),
    ]
    return "\n".join(parts)


def _arrows() -> Iterator[str]:
    """Draw one arrow per pair of statuses, labelled with the commands that take it."""
    yield f"    [*] --> {BIRTH.target}: {Verb.REQUEST}"
    for status in ReturnStatus:
        moves = sorted(_moves_from(status), key=lambda move: [*ReturnStatus].index(move[0]))
        for target, labels in groupby(moves, key=lambda move: move[0]):
            yield f"    {status} --> {target}: {', '.join(label for _, label in labels)}"
        if not TRANSITIONS[status]:
            yield f"    {status} --> [*]"


def _moves_from(status: ReturnStatus) -> Iterator[tuple[ReturnStatus, str]]:
    for verb, step in TRANSITIONS[status].items():
        if step.target is not None:
            yield step.target, verb.value
    for consequence in CONSEQUENCES[status]:
        yield consequence.target, f"({consequence.event or 'jumped'})"


# ---------------------------------------------------------------- rows


def _return_rows() -> Iterator[tuple[str, ...]]:
    yield _row("–", Verb.REQUEST, BIRTH)
    for status, row in TRANSITIONS.items():
        if not row:
            yield f"`{status}`", "–", "final", "–", "–"
        for verb, step in row.items():
            yield _row(f"`{status}`", verb, step)
    for verb, step in {**GOODS, **ALWAYS}.items():
        yield _row("every status", verb, step)


def _row(source: str, verb: Verb, step: Step) -> tuple[str, ...]:
    target = "same" if step.target is None else f"`{step.target}`"
    if step.depends:
        target = f"same or {target}"
    guards = " ".join(_words(guard) for guard in step.guards)
    return source, f"`{verb}`", guards, target, _events(step)


def _events(step: Step) -> str:
    """List the events of a step; those in parentheses are said only where they apply."""
    always = [f"`{event}`" for event in step.events]
    return " ".join([*always, *(f"(`{event}`)" for event in step.perhaps)])


def _words(guard: Guard) -> str:
    return _first_line(guard.__doc__)


def _first_line(text: str | None) -> str:
    assert text, "guards and commands say what they are"
    return text.strip().split("\n", 1)[0]


def _consequence_rows() -> Iterator[tuple[str, ...]]:
    for status, row in CONSEQUENCES.items():
        for consequence in row:
            yield (
                f"`{status}`",
                consequence.when,
                f"`{consequence.target}`",
                "–" if consequence.event is None else f"`{consequence.event}`",
            )


def _command_rows() -> Iterator[tuple[str, ...]]:
    said = {verb: _first_line(command.__doc__) for command, (verb, _) in COMMANDS.items()}
    for verb in Verb:
        yield f"`{verb}`", said[verb]


def _move_rows(table: Mapping[_Word, Iterable[_Word]]) -> Iterator[tuple[str, ...]]:
    for source, targets in table.items():
        order = [*type(source)]
        words = [f"`{target}`" for target in sorted(targets, key=order.index)]
        yield f"`{source}`", " ".join(words) or "final"


def _table(title: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"## {title}", "", _line(columns), _line(("---",) * len(columns))]
    lines += [_line(row) for row in rows]
    return "\n".join([*lines, ""])


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.write(diagram())
