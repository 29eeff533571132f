"""Rounds: contenders take turns, so that a noisy minute hits all of them alike.

The verdict is the median of the ratios within rounds; absolute rates are told, never judged.
"""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

WARM_UP_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """What one contender did in one window."""

    done: int
    seconds: float
    cpu_us: float | None = None  # Of the measured process, per operation.
    more: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def rate(self) -> float:
        """Operations a second."""
        return self.done / self.seconds


Contender = Callable[[float], Awaitable[Leg]]
"""Runs for so many seconds, as fast as it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One promise: who is measured against whom, and how near he must come."""

    number: int
    title: str
    ours: str
    theirs: str
    goal: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """All rounds of one row."""

    row: Row
    ours: Sequence[Leg]
    theirs: Sequence[Leg]

    @property
    def ratios(self) -> list[float]:
        """Ours to theirs, round by round."""
        return [a.rate / b.rate for a, b in zip(self.ours, self.theirs, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.ratios)

    @property
    def is_reached(self) -> bool:
        """Say whether the promise was kept this time."""
        return self.ratio >= self.row.goal


Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long to measure."""

    rounds: int
    seconds: float
    scale: float = 1.0  # Of what is laid out beforehand: backlogs.


async def interleave(
    row: Row, plan: Plan, ours: Contender, theirs: Contender, progress: Progress
) -> Measured:
    """Warm both up, then let them take turns; who begins changes each round."""
    legs: dict[str, list[Leg]] = {"ours": [], "theirs": []}
    total = 2 * (plan.rounds + 1)
    turn = 0

    async def go(name: str, contender: Contender, seconds: float) -> Leg:
        nonlocal turn
        turn += 1
        label = row.ours if name == "ours" else row.theirs
        progress(f"row {row.number} turn {turn}/{total}: {label}")
        return await contender(seconds)

    await go("theirs", theirs, WARM_UP_S)
    await go("ours", ours, WARM_UP_S)
    for number in range(plan.rounds):
        order = [("ours", ours), ("theirs", theirs)]
        for name, contender in order if number % 2 else reversed(order):
            legs[name].append(await go(name, contender, plan.seconds))
    measured = Measured(row=row, ours=legs["ours"], theirs=legs["theirs"])
    progress(f"row {row.number}: ratio {measured.ratio:.2f} (goal {row.goal:.2f})")
    return measured
