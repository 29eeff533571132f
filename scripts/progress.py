"""How the commands of this checkout show what they do.

On a terminal a phase is one line that moves, below those that have ended; without one it is one
JSON object, written when the phase ends.  Phases may run side by side, in threads.  Standard
library only: the bootstrap shows progress before anything is installed.
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections.abc import Generator
from typing import Final

BAR_WIDTH: Final = 24
NAME_WIDTH: Final = 11


class Phase:
    """One piece of work that is counted while it runs."""

    def __init__(self, name: str, total: int) -> None:
        self.name = name
        self.total = total  # May be corrected while the phase runs.
        self.n = 0
        self._started = time.monotonic()
        _BOARD.add(self)

    @property
    def seconds(self) -> float:
        """How long this phase has run."""
        return time.monotonic() - self._started

    def reach(self, n: int) -> None:
        """Say that ``n`` of the total are done; going back is ignored."""
        if n > self.n:
            self.n = min(n, self.total)
            _BOARD.draw()

    def finish(self, *, ok: bool = True) -> None:
        """Close the phase, with everything done or as far as it came."""
        if ok:
            self.n = self.total
        report = {
            "phase": self.name,
            "n": self.n,
            "total": self.total,
            "rate": self._rate(),
            "seconds": round(self.seconds, 1),
            "ok": ok,
        }
        _BOARD.remove(self, json.dumps(report))

    def _rate(self) -> float:
        return round(self.n / max(self.seconds, 0.001), 1)

    def line(self) -> str:
        """Say how far it is, in one line."""
        filled = BAR_WIDTH * self.n // max(self.total, 1)
        bar = "#" * filled + "." * (BAR_WIDTH - filled)
        count = f"{self.n:>5}/{self.total:<5}"
        return (
            f"{self.name:<{NAME_WIDTH}}{count} [{bar}] {self._rate():>6}/s {self.seconds:>6.1f} s"
        )


class _Board:
    """The lines of all phases that run, the last lines of the terminal."""

    def __init__(self) -> None:
        self._running: list[Phase] = []
        self._height = 0
        self._lock = threading.Lock()

    def add(self, one: Phase) -> None:
        """Give a phase the lowest line."""
        with self._lock:
            self._running.append(one)
            self._draw()

    def draw(self) -> None:
        """Show how far everything is now."""
        with self._lock:
            self._draw()

    def remove(self, one: Phase, report: str) -> None:
        """Leave its last line, or its report, above what still runs."""
        with self._lock:
            self._running.remove(one)
            if sys.stderr.isatty():
                self._draw(one)
            else:
                print(report, file=sys.stderr, flush=True)

    def _draw(self, ended: Phase | None = None) -> None:
        if not sys.stderr.isatty():
            return
        up = f"\033[{self._height - 1}A" if self._height > 1 else ""
        lines = [phase.line() for phase in ([ended] if ended else []) + self._running]
        self._height = len(self._running)
        # Over the old lines, erasing what is left of them.
        text = "\033[K\n".join(lines) + "\033[K"
        end = "" if self._running else "\n"
        print(f"\r{up}{text}", end=end, file=sys.stderr, flush=True)


_BOARD: Final = _Board()


@contextlib.contextmanager
def phase(name: str, total: int) -> Generator[Phase]:
    """Open a phase that closes itself, well or badly."""
    shown = Phase(name, total)
    try:
        yield shown
    except BaseException:
        shown.finish(ok=False)
        raise
    shown.finish()
