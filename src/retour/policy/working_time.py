"""When a place is open, and how much of a time is over for those who work there.  Pure.

Days on which nobody works do not count, nor do the hours in which the place is closed, where it
says its hours.  One question answers both: from when till when a place is open on a day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from retour.policy.window import IsFree

_DAYS_MAX: Final = 400
"""What is longer is counted by the calendar: of years, no weekend matters."""
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LAST_MINUTE: Final = time(23, 59)
"""Who closes then closes at midnight: no hour later can be written."""
_AHEAD_DAYS: Final = 60
"""How far one looks for when a place opens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """When a place is open.

    Args:
        zone: Whose days and hours these are.
        is_free: The days on which nobody works.
        hours: By day of the week, such as 08:00-17:00; a day that is not there is closed. With
            none at all, every day that is not free is open from midnight to midnight.
    """

    zone: tzinfo
    is_free: IsFree
    hours: Mapping[str, str] = field(default_factory=dict[str, str])

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        """Give from when till when it is open on a day; ``None`` where it stays closed."""
        if self.is_free(day):
            return None
        midnight = datetime.combine(day, time(), self.zone)
        following = datetime.combine(day + timedelta(days=1), time(), self.zone)
        if not self.hours:
            return midnight.astimezone(UTC), following.astimezone(UTC)
        said = self.hours.get(_DAYS[day.weekday()])
        if said is None:
            return None
        opens, closes = (time.fromisoformat(one) for one in said.split("-"))
        begin = datetime.combine(day, opens, self.zone)
        end = following if closes == _LAST_MINUTE else datetime.combine(day, closes, self.zone)
        return begin.astimezone(UTC), end.astimezone(UTC)

    def spans(self, first: date, days: int) -> Iterator[tuple[datetime, datetime]]:
        """Give when it is open on so many days from one on."""
        for n in range(days):
            if (span := self.on(first + timedelta(days=n))) is not None:
                yield span


@dataclass(frozen=True, slots=True)
class Now:
    """Whether a place is open, and until when that stays so; ``None`` for longer than one looks."""

    is_open: bool
    until: datetime | None


def open_at(place: Opening, at: datetime) -> Now:
    """Say whether a place is open at an instant, and when that changes next."""
    end: datetime | None = None
    # The day before as well: who closes at midnight may be open on.
    today = at.astimezone(place.zone).date() - timedelta(days=1)
    for begins, ends in place.spans(today, _AHEAD_DAYS):
        if end is None:
            if at < begins:
                return Now(is_open=False, until=begins)
            if at < ends:
                end = ends
        elif begins > end:
            return Now(is_open=True, until=end)
        else:
            end = ends
    return Now(is_open=end is not None, until=None)


def working_time(begin: datetime, end: datetime, place: Opening) -> timedelta:
    """Give the time between two instants in which a place is open."""
    if begin >= end:
        return timedelta()
    first, last = begin.astimezone(place.zone).date(), end.astimezone(place.zone).date()
    days = (last - first).days + 1
    if days > _DAYS_MAX:
        return end - begin
    total = timedelta()
    for opens, closes in place.spans(first, days):
        total += max(timedelta(), min(closes, end) - max(opens, begin))
    return total


def percent_used(since: datetime, due: datetime, now: datetime, place: Opening) -> int:
    """Give how much of a time is over, from 0 to 100; only what is late is 100.

    Where the place is closed all the while, the calendar counts.
    """
    if now >= due:
        return 100
    whole = working_time(since, due, place)
    gone = working_time(since, min(now, due), place)
    if not whole:
        whole, gone = due - since, now - since
    return max(0, min(99, int(100 * gone / whole))) if whole > timedelta() else 99
