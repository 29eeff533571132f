"""How fast an account may be asked: what its answers say is left, and how long it then rests.

Pure but for the process's own stopwatch: what ChannelEngine says is a time of its own is compared
with the date of the very same answer, never with a clock of ours.

Source: ChannelEngine merchant API, rate limits: ``x-rate-limit-limit`` (the interval),
``x-rate-limit-remaining``, ``x-rate-limit-reset``, ``retry-after``.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from retour.gateways.exchange import HttpReply

PAUSE_S: Final = 60
"""Where it has had enough of us and does not say for how long."""
PAUSE_MAX_S: Final = 3600
_INTERVAL: Final = re.compile(r"(\d{1,4})([smhd])")
_UNIT_S: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_INSTANT_FROM: Final = 1_000_000_000
"""A greater number is an instant in seconds, a smaller one a wait."""


class Pace:
    """When an account may be asked again; everything of one process that asks it shares this."""

    def __init__(self) -> None:
        self._until = 0.0

    def left_s(self) -> int | None:
        """Give the seconds that it still rests; None where it may be asked."""
        left = self._until - time.monotonic()
        return int(left) + 1 if left > 0 else None

    def rest(self, seconds: int) -> None:
        """Leave it alone for so long, or for longer where that was said before."""
        self._until = max(self._until, time.monotonic() + seconds)

    def heed(self, reply: HttpReply) -> None:
        """Rest where an answer says that nothing is left of what it lets in."""
        if reply.header("x-rate-limit-remaining") == "0":
            self.rest(_reset_s(reply))


def pause_s(reply: HttpReply) -> int:
    """Give the seconds after which one that has had enough wants to be asked again."""
    said = reply.header("retry-after") or ""
    return _bounded(int(said)) if said.isdecimal() else PAUSE_S


def _reset_s(reply: HttpReply) -> int:
    """Give the seconds until more is let in: to the reset, or a whole interval."""
    said = reply.header("x-rate-limit-reset") or ""
    if said.isdecimal() and int(said) < _INSTANT_FROM:
        return _bounded(int(said))
    at, now = _instant(said), _dated(reply)
    if at is not None and now is not None:
        return _bounded(int((at - now).total_seconds()))
    found = _INTERVAL.fullmatch(reply.header("x-rate-limit-limit") or "")
    return PAUSE_S if found is None else _bounded(int(found[1]) * _UNIT_S[found[2]])


def _instant(text: str) -> datetime | None:
    try:
        at = (
            datetime.fromtimestamp(int(text), UTC)
            if text.isdecimal()
            else datetime.fromisoformat(text)
        )
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _dated(reply: HttpReply) -> datetime | None:
    try:
        at = parsedate_to_datetime(reply.header("date") or "")
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _bounded(seconds: int) -> int:
    return min(max(seconds, 1), PAUSE_MAX_S)
