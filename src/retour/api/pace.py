"""How often one may knock: a bucket per key that fills again with time, kept in this process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from typing import Final

KEYS_MAX: Final = 10_000
"""How many keys are remembered; the one that knocked longest ago is forgotten first."""


class Pace:
    """Lets each key knock so many times a minute, all at once if it likes.

    Args:
        per_minute: How many.
        clock: Seconds that only grow.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait_s(self, key: str) -> int:
        """Take one knock: 0 where it may be, else after how many whole seconds one may."""
        now, each = self._clock(), 60 / self._per_minute
        full_at = max(self._full_at.get(key, now), now)
        over = full_at + each - now - 60
        if over > 0:
            return ceil(over)
        self._full_at[key] = full_at + each
        self._full_at.move_to_end(key)
        while len(self._full_at) > KEYS_MAX:
            self._full_at.popitem(last=False)
        return 0
