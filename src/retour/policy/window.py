"""When a window of days ends: to the instant, by the calendar of a place.

The day something happens is not counted, and the last day is inside to its very end.  That is how a
merchant's window runs, over every calendar day; a period set by European law runs likewise, but
cannot end on a day nobody works (Regulation 1182/71, Article 3).  Pure: which days those are is an
argument.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from retour.kernel.value import Value

IsFree = Callable[[date], bool]
"""Says whether nobody works that day."""

_DAY: Final = timedelta(days=1)


class Window(Value):
    """The day it counts from, the last day inside, and the first instant after it, in UTC."""

    from_day: date
    last_day: date
    ends_at: datetime

    def holds(self, at: datetime) -> bool:
        """Say whether ``at`` is not too late."""
        return at < self.ends_at


_ENDLESS: Final = Window(
    from_day=date.max, last_day=date.max, ends_at=datetime.max.replace(tzinfo=UTC)
)


def window(
    start: datetime, days: int, zone: tzinfo = UTC, *, is_free: IsFree | None = None
) -> Window:
    """Give the window of ``days`` after the day of ``start`` in ``zone``.

    A day a place never had, for it changed sides of the date line, is not counted.  What would
    end beyond the calendar does not end.

    Args:
        is_free: Where given, the window is a legal period: it ends on a working day, and two days
            or more hold two of them.
    """
    assert start.tzinfo is not None, "instants are aware"
    assert days >= 0, "a window does not run backwards"
    try:
        first = start.astimezone(zone).date()
        last = first + days * _DAY
        last += _lost(first, last, zone) * _DAY
        if is_free is not None:
            free = is_free
            last = _worked(
                first,
                last,
                is_free=lambda day: free(day) or _lost(day, day, zone) > 0,
                working=min(days, 2),
            )
        return Window(from_day=first, last_day=last, ends_at=_begins(last + _DAY, zone))
    except OverflowError:
        return _ENDLESS


def _worked(first: date, last: date, *, is_free: IsFree, working: int) -> date:
    """Give the first day from ``last`` on that is worked and the ``working``-th one at least."""
    day, worked = first, 0
    while day < last or worked < working or is_free(day):
        day += _DAY
        worked += not is_free(day)
    return day


def _lost(first: date, last: date, zone: tzinfo) -> int:
    """Count the days from ``first`` to ``last`` that never were.

    Hours gained and lost to summer time are far less than half a day.
    """
    counted = last + _DAY - first
    passed = _begins(last + _DAY, zone) - _begins(first, zone)
    return max(0, round((counted - passed) / _DAY))


def _begins(day: date, zone: tzinfo) -> datetime:
    """Give the instant ``day`` begins: the first of two midnights, the jump where there is none.

    Python reads a time that clocks jump over by the offset from before the jump.  For midnight that
    is the instant of the jump itself, in every zone since 1970.
    """
    return datetime.combine(day, time(), zone).astimezone(UTC)
