"""Long work shown as it goes: phase, n of total, rate; a JSON line per phase without a terminal."""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator

_BAR: Final = 24
_REDRAW_S: Final = 0.05


class Phase:
    """One phase of the work: a name, how much there is, how much is done."""

    def __init__(self, name: str, total: int) -> None:
        self._name, self._total, self._n = name, total, 0
        self._started_at = time.monotonic()
        self._drawn_at = 0.0
        self._is_terminal = sys.stdout.isatty()

    def step(self, done: int = 1) -> None:
        """Say that some more of it is done."""
        self._n += done
        if self._is_terminal and time.monotonic() - self._drawn_at > _REDRAW_S:
            self._drawn_at = time.monotonic()
            self._draw("\r")

    def _rate(self) -> float:
        return self._n / max(time.monotonic() - self._started_at, 1e-6)

    def _draw(self, start: str, end: str = "") -> None:
        filled = _BAR * self._n // max(self._total, 1)
        bar = "█" * filled + "·" * (_BAR - filled)
        sys.stdout.write(
            f"{start}  {self._name:<12} {bar} {self._n}/{self._total}  {self._rate():.0f}/s{end}"
        )
        sys.stdout.flush()

    def end(self) -> None:
        """Show the phase as done."""
        seconds = round(time.monotonic() - self._started_at, 3)
        if self._is_terminal:
            self._draw("\r", f"  {seconds:.1f} s\n")
            return
        line = {
            "phase": self._name,
            "n": self._n,
            "total": self._total,
            "rate": round(self._rate(), 1),
            "seconds": seconds,
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


@contextmanager
def phase(name: str, total: int) -> Generator[Phase]:
    """Show a phase for as long as the block lasts."""
    shown = Phase(name, total)
    shown.step(0)
    yield shown
    shown.end()
