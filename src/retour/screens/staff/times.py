"""Instants as staff pages write them: by the clocks on the merchant's walls, near days by name.

There are two ways. ``moment``, ``day`` and ``due`` write for somebody at work, as people say it:
"today 10:37", "Wed 18 Nov, 09:15", "3 Mar, 13:30"; an instant of another year has the year, and
the zone stands at the page's foot and in the title. They name days and never count minutes, so a
page that lies open says nothing false until midnight, and no script has to keep it true.

``exact`` and ``last_day`` write what must mean the same to whoever reads it, wherever and whenever:
evidence, what the law sets a day for, and whatever leaves the house. They are whole, with the zone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_NEAR_DAYS: Final = 7
"""How far from today a day has its weekday before it."""
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
    """Write when something becomes due or comes about: always with the weekday.

    >>> from zoneinfo import ZoneInfo
    >>> berlin, now = ZoneInfo("Europe/Berlin"), datetime.fromisoformat("2026-03-04T12:00:00Z")
    >>> due("2026-03-05T16:00:00Z", now, berlin), due("2026-04-01T15:00:00Z", now, berlin)
    ('tomorrow, Thu 5 Mar, 17:00', 'Wed 1 Apr, 17:00')
    """
    local, today = _read(at).astimezone(zone), now.astimezone(zone)
    name = _NAMED.get(_days(local, today))
    first = f"{name}, " if name else ""
    return f"{first}{local:%a} {_date(local, today)}, {_clock(local)}"


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
    local = (_read(at) - timedelta(microseconds=1)).astimezone(zone)
    return f"{local:%a %-d %b %Y} {_zone(local)}"


def tag(at: datetime | str, shown: str, zone: ZoneInfo) -> Markup:
    """Mark an instant up for programs; who points at it reads all of it.

    >>> from zoneinfo import ZoneInfo
    >>> marked = tag("2026-03-02T12:30:00Z", "today", ZoneInfo("Europe/Berlin"))
    >>> print(marked.partition(" title=")[2])
    "Monday, 2 March 2026, 13:30:00 CET">today</time>
    """
    local = _read(at).astimezone(zone)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        local.isoformat(), f"{local:%A, %-d %B %Y, %H:%M:%S} {_zone(local)}", shown
    )


def _days(local: datetime, today: datetime) -> int:
    """Count by the calendar: midnights, not hours."""
    return (local.date() - today.date()).days


def _day(local: datetime, today: datetime) -> str:
    days = _days(local, today)
    if (name := _NAMED.get(days)) is not None:
        return name
    weekday = f"{local:%a} " if abs(days) <= _NEAR_DAYS else ""
    return f"{weekday}{_date(local, today)}"


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


def _read(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at) if isinstance(at, str) else at
