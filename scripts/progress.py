"""How the commands of this checkout show what they do.

On a terminal a phase is one line that moves; without one it is one JSON object, written when
the phase ends.  Standard library only: the bootstrap shows progress before anything is installed.
"""

from __future__ import annotations

import contextlib
import json
import sys
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
        self._live = sys.stderr.isatty()
        self._draw()

    @property
    def seconds(self) -> float:
        """How long this phase has run."""
        return time.monotonic() - self._started

    def reach(self, n: int) -> None:
        """Say that ``n`` of the total are done; going back is ignored."""
        if n > self.n:
            self.n = min(n, self.total)
            self._draw()

    def finish(self, *, ok: bool = True) -> None:
        """Close the phase, with everything done or as far as it came."""
        if ok:
            self.n = self.total
        if self._live:
            self._draw(end="\n")
            return
        report = {
            "phase": self.name,
            "n": self.n,
            "total": self.total,
            "rate": self._rate(),
            "seconds": round(self.seconds, 1),
            "ok": ok,
        }
        print(json.dumps(report), file=sys.stderr, flush=True)

    def _rate(self) -> float:
        return round(self.n / max(self.seconds, 0.001), 1)

    def _draw(self, end: str = "") -> None:
        if not self._live:
            return
        filled = BAR_WIDTH * self.n // max(self.total, 1)
        bar = "#" * filled + "." * (BAR_WIDTH - filled)
        count = f"{self.n:>5}/{self.total:<5}"
        line = (
            f"{self.name:<{NAME_WIDTH}}{count} [{bar}] {self._rate():>6}/s {self.seconds:>6.1f} s"
        )
        # Over the old line, erasing what is left of it.
        print(f"\r{line}\033[K", end=end, file=sys.stderr, flush=True)


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
