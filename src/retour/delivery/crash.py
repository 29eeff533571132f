"""Crash points: places where a test may have this very process killed, as power cuts do.

``RETOUR_CRASH_AT=<point>[:<n>]`` kills at the n-th passing, and only with ``RETOUR_TESTING=1``.
"""

from __future__ import annotations

import os
import signal
from typing import Final

POINTS: Final = (
    "claimed",
    "rendered",
    "connected",
    "sent",
    "2xx_read",
    "recorded",
    "committed",
    "reserved",
    "key_stored",
    "called",
    "replied",
    "booked",
    "data_sent",
    "250_read",
    "label_taken",
    "label_called",
    "label_replied",
    "label_recorded",
    "goods_asked",
    "goods_answered",
    "goods_ordered",
    "goods_recorded",
    "timer_due",
    "timer_fired",
)
"""The steps of a webhook, a refund, a mail, a label, goods, and a timer, in their order."""


class UnknownCrashPoint(ValueError):
    """``RETOUR_CRASH_AT`` names no point; the message lists them."""


class _Armed:
    """Which point is armed, and how often it is yet to be passed."""

    point: str | None = None
    left: int = 0


def arm(crash_at: str | None, *, testing: bool) -> None:
    """Arm the named point, or none.

    Raises:
        UnknownCrashPoint: There is no such point, or the number is none.
    """
    if not testing or not crash_at:
        _Armed.point = None
        return
    point, _, count = crash_at.partition(":")
    if point not in POINTS or not (count or "1").isdecimal():
        known = ", ".join(POINTS)
        words = f"RETOUR_CRASH_AT is {crash_at!r}. Give one of {known}, with :n for the nth."
        raise UnknownCrashPoint(words)
    _Armed.point, _Armed.left = point, int(count or 1)


def crash_point(name: str) -> None:
    """Die here, at once and without a word, if this is where a test wants it."""
    if _Armed.point == name:
        _Armed.left -= 1
        if _Armed.left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
