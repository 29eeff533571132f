"""How much of a time is over for those who work: days on which nobody does do not count.  Pure."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from retour.policy.window import IsFree

_DAYS_MAX: Final = 400
"""What is longer is counted by the calendar: of years, no weekend matters."""


def working_time(begin: datetime, end: datetime, zone: tzinfo, is_free: IsFree) -> timedelta:
    """Give the time between two instants that falls on working days."""
    if begin >= end:
        return timedelta()
    first, last = begin.astimezone(zone), end.astimezone(zone)
    days = (last.date() - first.date()).days
    if days > _DAYS_MAX:
        return end - begin
    total = timedelta()
    for n in range(days + 1):
        day = first.date() + timedelta(days=n)
        if is_free(day):
            continue
        midnight = datetime.combine(day, datetime.min.time(), zone)
        following = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
        total += min(following.astimezone(end.tzinfo), end) - max(
            midnight.astimezone(begin.tzinfo), begin
        )
    return total


def percent_used(
    since: datetime, due: datetime, now: datetime, zone: tzinfo, is_free: IsFree
) -> int:
    """Give how much of a time is over, from 0 to 100; only what is late is 100.

    Where no working day lies between, the calendar's days count.
    """
    if now >= due:
        return 100
    whole = working_time(since, due, zone, is_free)
    gone = working_time(since, min(now, due), zone, is_free)
    if not whole:
        whole, gone = due - since, now - since
    return max(0, min(99, int(100 * gone / whole))) if whole > timedelta() else 99
