"""Instants as staff pages write them: by the clocks on the merchant's walls, which they name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


def moment(at: datetime | str, zone: ZoneInfo, *, weekday: bool = False) -> str:
    """Write day and time, with the zone they are of.

    >>> from zoneinfo import ZoneInfo
    >>> moment("2026-03-02T12:30:00Z", ZoneInfo("Europe/Berlin"))
    '2 Mar 2026, 13:30 CET'
    >>> moment("2026-03-02T12:30:00Z", ZoneInfo("America/Sao_Paulo"), weekday=True)
    'Monday, 2 Mar 2026, 09:30 UTC-03'
    """
    local = _read(at).astimezone(zone)
    name = local.tzname() or "UTC"
    first = f"{local:%A}, " if weekday else ""
    return f"{first}{local:%-d %b %Y, %H:%M} {name if name[0].isalpha() else f'UTC{name}'}"


def day(at: datetime | str, zone: ZoneInfo) -> str:
    """Write the day it is in a zone.

    >>> from zoneinfo import ZoneInfo
    >>> day("2026-03-02T23:30:00Z", ZoneInfo("Europe/Berlin"))
    '3 Mar 2026'
    """
    return f"{_read(at).astimezone(zone):%-d %b %Y}"


def last_day(at: datetime | str, zone: ZoneInfo) -> str:
    """Write the last day before an instant at which a period ends.

    >>> from zoneinfo import ZoneInfo
    >>> last_day("2026-03-02T23:00:00Z", ZoneInfo("Europe/Berlin"))
    '2 Mar 2026'
    """
    return day(_read(at) - timedelta(microseconds=1), zone)


def tag(at: datetime | str, shown: str) -> Markup:
    """Mark an instant up for programs; who points at it reads its weekday, by UTC.

    >>> str(tag("2026-03-02T12:30:00Z", "just now")).partition(" title=")[2]
    '"Monday, 2 March 2026, 12:30:00 UTC">just now</time>'
    """
    there = _read(at).astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        there.isoformat(), f"{there:%A, %-d %B %Y, %H:%M:%S} UTC", shown
    )


def _read(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at) if isinstance(at, str) else at
