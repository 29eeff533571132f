"""Instants as staff pages write them: by the clocks on the merchant's walls, near days by name.

There are two ways. ``moment``, ``day``, ``due`` and ``begins`` write for somebody at work, as
people say it: "today 10:37", "Wed 18 Nov, 09:15", "3 Mar, 13:30"; an instant of another year has
the year. The zone stands at the page's foot and in the title. They name days and never count
minutes, so a page that lies open says nothing false until midnight, without a script.

``exact`` and ``last_day`` write what must mean the same to whoever reads it, wherever and whenever:
evidence, what the law sets a day for, and whatever leaves the house. They are whole, with the zone.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_NEAR_DAYS: Final = 7
"""How far from today a day has its weekday before it."""
_TOLD: Final = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,6})?Z)?", re.ASCII)
_DEADLINES: Final = frozenset({"deadline", "due_at", "until"})
"""What events call an instant until which there is time."""
_NAMED: Final = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def moment(at: datetime | str, now: datetime, zone: ZoneInfo) -> str:
    """Write day and time as seen from ``now``.

    >>> from zoneinfo import ZoneInfo
    >>> berlin, now = ZoneInfo("Europe/Berlin"), datetime.fromisoformat("2026-03-04T12:00:00Z")
    >>> moment("2026-03-03T12:30:00Z", now, berlin), moment("2026-03-02T12:30:00Z", now, berlin)
    ('yesterday 13:30', 'Mon 2 Mar, 13:30')
    >>> moment("2026-01-02T12:30:00Z", now, berlin), moment("2025-12-30T12:30:00Z", now, berlin)
    ('2 Jan, 13:30', '30 Dec 2025, 13:30')
    """
    local, today = _read(at).astimezone(zone), now.astimezone(zone)
    comma = "" if _days(local, today) in _NAMED else ","
    return f"{_day(local, today)}{comma} {_clock(local)}"


def day(at: datetime | str, now: datetime, zone: ZoneInfo) -> str:
    """Write the day it is in a zone, as seen from ``now``.

    >>> from zoneinfo import ZoneInfo
    >>> berlin, now = ZoneInfo("Europe/Berlin"), datetime.fromisoformat("2026-03-04T12:00:00Z")
    >>> day("2026-03-03T23:30:00Z", now, berlin), day("2026-02-03T23:30:00Z", now, berlin)
    ('today', '4 Feb')
    """
    return _day(_read(at).astimezone(zone), now.astimezone(zone))


def due(at: datetime | str, now: datetime, zone: ZoneInfo) -> str:
    """Write until when there is time: always with the weekday; where it is a whole day, that.

    >>> from zoneinfo import ZoneInfo
    >>> berlin, now = ZoneInfo("Europe/Berlin"), datetime.fromisoformat("2026-03-04T12:00:00Z")
    >>> due("2026-03-05T16:00:00Z", now, berlin), due("2026-04-01T15:00:00Z", now, berlin)
    ('tomorrow, Thu 5 Mar, 17:00', 'Wed 1 Apr, 17:00')
    >>> due("2026-03-05T23:00:00Z", now, berlin)
    'tomorrow, Thu 5 Mar'
    """
    if not ends_day(at, zone):
        return begins(at, now, zone)
    return _dated(_last(at, zone), now.astimezone(zone))


def begins(at: datetime | str, now: datetime, zone: ZoneInfo) -> str:
    """Write from when on something is so: always with the weekday and the time, midnight too.

    >>> from zoneinfo import ZoneInfo
    >>> berlin, now = ZoneInfo("Europe/Berlin"), datetime.fromisoformat("2026-03-04T12:00:00Z")
    >>> begins("2026-03-05T23:00:00Z", now, berlin)
    'Fri 6 Mar, 00:00'
    """
    local = _read(at).astimezone(zone)
    return f"{_dated(local, now.astimezone(zone))}, {_clock(local)}"


def exact(at: datetime | str, zone: ZoneInfo) -> str:
    """Write day and time whole, with the zone they are of: for evidence and what leaves the house.

    >>> from zoneinfo import ZoneInfo
    >>> exact("2026-03-02T12:30:00Z", ZoneInfo("Europe/Berlin"))
    '2 Mar 2026, 13:30 CET'
    >>> exact("2026-03-02T12:30:00Z", ZoneInfo("America/Sao_Paulo"))
    '2 Mar 2026, 09:30 UTC-03:00'
    """
    local = _read(at).astimezone(zone)
    return f"{local:%-d %b %Y, %H:%M} {_zone(local)}"


def last_day(at: datetime | str, zone: ZoneInfo) -> str:
    """Write the last day before an instant at which a period of the law ends, whole.

    >>> from zoneinfo import ZoneInfo
    >>> last_day("2026-03-02T23:00:00Z", ZoneInfo("Europe/Berlin"))
    'Mon 2 Mar 2026 CET'
    """
    local = _last(at, zone)
    return f"{local:%a %-d %b %Y} {_zone(local)}"


def ends_day(at: datetime | str, zone: ZoneInfo) -> bool:
    """Say whether an instant is the very end of a day, which is the beginning of the next."""
    return _last(at, zone).date() != _read(at).astimezone(zone).date()


def tag(at: datetime | str, shown: str, zone: ZoneInfo, *, ends: bool = False) -> Markup:
    """Mark an instant up for programs; who points at it reads all of it.

    Args:
        ends: Whether what is shown is the day that ends by it.

    >>> from zoneinfo import ZoneInfo
    >>> marked = tag("2026-03-02T12:30:00Z", "today", ZoneInfo("Europe/Berlin"))
    >>> print(marked.partition(" title=")[2])
    "Monday, 2 March 2026, 13:30:00 CET">today</time>
    """
    local, last = _read(at).astimezone(zone), _last(at, zone)
    whole = f"{local:%A, %-d %B %Y, %H:%M:%S} {_zone(local)}"
    if ends:
        whole = f"the end of {last:%A, %-d %B %Y} {_zone(last)}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        local.isoformat(), whole, shown
    )


class TimesWritten(ABC):
    """Writes instants for templates, which say by which clock theirs are.

    Business time is what returns, their money, their deadlines and what is said about them have.
    ``tick`` says that an instant is of the database's time: sessions, keys, settings, deliveries,
    jobs, and what came from docks or from outside before it was anybody's.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def now(self) -> datetime:
        """The business time, once for a whole page."""

    @property
    @abstractmethod
    def tick(self) -> datetime:
        """The database's time, likewise."""

    @property
    @abstractmethod
    def zone(self) -> ZoneInfo:
        """Whose clocks it is written by."""

    def when(self, at: datetime | str, *, tick: bool = False) -> Markup:
        """Write an instant as it is said today."""
        return tag(at, moment(at, self.tick if tick else self.now, self.zone), self.zone)

    def day(self, at: datetime | str, *, tick: bool = False) -> Markup:
        """Write its day."""
        return tag(at, day(at, self.tick if tick else self.now, self.zone), self.zone)

    def due(self, at: datetime | str, *, tick: bool = False) -> Markup:
        """Write until when there is time."""
        shown = due(at, self.tick if tick else self.now, self.zone)
        return tag(at, shown, self.zone, ends=ends_day(at, self.zone))

    def begins(self, at: datetime | str, *, tick: bool = False) -> Markup:
        """Write from when on something is so."""
        return tag(at, begins(at, self.tick if tick else self.now, self.zone), self.zone)

    def told(self, name: str, value: str | int) -> str | int:
        """Write one thing that an event tells: instants and days as here, all else as it is."""
        if not isinstance(value, str) or not _TOLD.fullmatch(value):
            return value
        try:
            if "T" not in value:
                local = datetime.combine(date.fromisoformat(value), time(), self.zone)
                return _dated(local, self.now.astimezone(self.zone))
            return self.due(value) if name in _DEADLINES else self.when(value)
        except (ValueError, OverflowError):
            return value

    def exact(self, at: datetime | str) -> Markup:
        """Write it whole, with the zone: evidence."""
        return tag(at, exact(at, self.zone), self.zone)

    def last_day(self, at: datetime | str) -> Markup:
        """Write whole the last day before it: what the law sets a day for."""
        return tag(at, last_day(at, self.zone), self.zone, ends=True)


def _days(local: datetime, today: datetime) -> int:
    """Count by the calendar: midnights, not hours."""
    return (local.date() - today.date()).days


def _day(local: datetime, today: datetime) -> str:
    days = _days(local, today)
    if (name := _NAMED.get(days)) is not None:
        return name
    weekday = f"{local:%a} " if abs(days) <= _NEAR_DAYS else ""
    return f"{weekday}{_date(local, today)}"


def _dated(local: datetime, today: datetime) -> str:
    """Write a day by its name, where it has one, and its weekday and date."""
    name = _NAMED.get(_days(local, today))
    return f"{f'{name}, ' if name else ''}{local:%a} {_date(local, today)}"


def _date(local: datetime, today: datetime) -> str:
    return f"{local:%-d %b}" if local.year == today.year else f"{local:%-d %b %Y}"


def _clock(local: datetime) -> str:
    """Write the time of day; in an hour that is there twice, with the zone: it tells which."""
    is_twice = local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset()
    return f"{local:%H:%M} {_zone(local)}" if is_twice else f"{local:%H:%M}"


def _zone(local: datetime) -> str:
    """Name the zone; one without letters by how far it is from UTC."""
    name = local.tzname() or "UTC"
    return name if name[0].isalpha() else f"UTC{local.isoformat()[-6:]}"


def _last(at: datetime | str, zone: ZoneInfo) -> datetime:
    """Give the last instant before one."""
    return (_read(at) - timedelta(microseconds=1)).astimezone(zone)


def _read(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at) if isinstance(at, str) else at
