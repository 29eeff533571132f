"""Days and amounts as people write them in their language."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from babel.dates import format_date, format_time, get_day_names
from babel.numbers import format_currency

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo


def day(text: str, *, zone: ZoneInfo, language: str) -> str:
    """Write an RFC 3339 instant as the day it is in a zone, with its weekday."""
    local = datetime.fromisoformat(text).astimezone(zone)
    written: str = format_date(local, "full", locale=language)
    return written


def last_day(text: str, *, zone: ZoneInfo, language: str) -> str:
    """Write the last day before an instant at which a period ends."""
    at = datetime.fromisoformat(text) - timedelta(microseconds=1)
    return date_of(at, zone=zone, language=language)


def date_of(at: datetime | date, *, zone: ZoneInfo, language: str) -> str:
    """Write a day, or the day of an instant in a zone, with its weekday."""
    local = at.astimezone(zone) if isinstance(at, datetime) else at
    written: str = format_date(local, "full", locale=language)
    return written


def clock(at: datetime, *, zone: ZoneInfo, language: str) -> str:
    """Write the time of day of an instant in a zone."""
    written: str = format_time(at.astimezone(zone), "HH:mm", locale=language)
    return written


def week_of(hours: Mapping[str, str], language: str) -> list[tuple[str, str]]:
    """Write when a place is open: days that follow each other and have the same hours as one.

    >>> week_of({"mon": "08:00-17:00", "tue": "08:00-17:00", "fri": "08:00-12:00"}, "en")
    [('Mon – Tue', '08:00–17:00'), ('Fri', '08:00–12:00')]
    """
    names: Mapping[int, str] = get_day_names("abbreviated", "stand-alone", locale=language)
    runs: list[tuple[int, int, str]] = []
    for place, code in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun")):
        if (said := hours.get(code)) is None:
            continue
        if runs and runs[-1][1] == place - 1 and runs[-1][2] == said:
            runs[-1] = (runs[-1][0], place, said)
        else:
            runs.append((place, place, said))
    return [
        (
            names[first] if first == last else f"{names[first]} – {names[last]}",
            said.replace("-", "\N{EN DASH}"),
        )
        for first, last, said in runs
    ]


def money(amount: str, currency: str, *, language: str) -> str:
    """Write a decimal amount with its currency, and a true minus.

    >>> money("-4.95", "EUR", language="en"), money("700", "JPY", language="en")
    ('\N{MINUS SIGN}€4.95', '¥700')
    """
    written: str = format_currency(Decimal(amount), currency, locale=language)
    return written.replace("-", "\N{MINUS SIGN}")
