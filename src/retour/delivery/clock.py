"""Database time, told between two looks at it by the monotonic clock.

Signatures and ids need an instant for every attempt; asking the database each time would cost more
than the attempt.  The process's own wall clock is never read.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS: Final = tuple(a + b for a in _ALPHABET for b in _ALPHABET)
_TRIPLES: Final = tuple(a + pair for a in _ALPHABET for pair in _PAIRS)
_TRIPLE: Final = 32_768


class TickClock:
    """Tells database time; wrong only by what the last answer was on its way."""

    def __init__(self) -> None:
        self._ahead_s = 0.0
        self._is_set = False
        self._second = ""

    def set(self, tick: datetime) -> None:
        """Learn what the database's clock has just said."""
        self._ahead_s = (tick - _EPOCH).total_seconds() - time.monotonic()
        self._is_set = True

    def seconds(self) -> int:
        """Give whole seconds since 1970."""
        assert self._is_set, "nothing is sent before something was leased"
        return int(time.monotonic() + self._ahead_s)

    def milliseconds(self) -> int:
        """Give whole milliseconds since 1970."""
        assert self._is_set, "nothing is sent before something was leased"
        return int((time.monotonic() + self._ahead_s) * 1000)

    def now(self) -> datetime:
        """Give the instant, aware, in UTC."""
        return _EPOCH + timedelta(milliseconds=self.milliseconds())


class AttemptIds:
    """Mints ids of attempts, in the shape of all ids: instant, this process's chance, a counter.

    They sort as they were minted within a process, and cost next to nothing.
    """

    def __init__(self, clock: TickClock) -> None:
        self._clock = clock
        self._own = "".join(_ALPHABET[byte & 31] for byte in os.urandom(10))
        self._count = 0
        self._at = -1
        self._prefix = ""

    def __call__(self) -> str:
        """Give the next id."""
        at = self._clock.milliseconds()
        if at != self._at:
            self._at = at
            text = "".join(_PAIRS[at >> shift & 1023] for shift in (40, 30, 20, 10, 0))
            self._prefix = f"att_{text}{self._own}"
        self._count = count = (self._count + 1) % (_TRIPLE * _TRIPLE)
        return f"{self._prefix}{_TRIPLES[count // _TRIPLE]}{_TRIPLES[count % _TRIPLE]}"
