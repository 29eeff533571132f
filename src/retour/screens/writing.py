"""Days and amounts as people write them in their language."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from babel.dates import format_date
from babel.numbers import format_currency

if TYPE_CHECKING:
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


def money(amount: str, currency: str, *, language: str) -> str:
    """Write a decimal amount with its currency, and a true minus.

    >>> money("-4.95", "EUR", language="en"), money("700", "JPY", language="en")
    ('\N{MINUS SIGN}€4.95', '¥700')
    """
    written: str = format_currency(Decimal(amount), currency, locale=language)
    return written.replace("-", "\N{MINUS SIGN}")
