"""Which names a template takes from outside, and where: Liquid's own analysis, nothing rendered.

Only for sources that a template child has found sound just before: the same parser then ends here
as it ended there. Never here: which names exist, or what is made of an unknown one.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A path as Liquid writes it (``return.lines[0].sku``), where it is first used, from one."""

    path: str
    line: int
    column: int


async def outside_names(source: str) -> list[Name]:
    """List the names a sound source does not bind itself, each once, in the order of their use."""
    return await asyncio.to_thread(_outside_names, source)


def _outside_names(source: str) -> list[Name]:
    from liquid import Environment  # Only who writes templates needs it in this process.

    analysis = Environment().from_string(source).analyze(include_partials=False)
    first: dict[str, int] = {}
    for variables in analysis.globals.values():
        for variable in variables:
            path, index = str(variable), variable.span.index
            first[path] = min(index, first.get(path, index))
    used = sorted(first.items(), key=lambda item: item[1])
    return [Name(path, *_position(source, index)) for path, index in used]


def _position(source: str, index: int) -> tuple[int, int]:
    before = source[:index]
    return before.count("\n") + 1, index - before.rfind("\n")
