"""The consumer's right to withdraw, as data: whose it is, how long it lasts, when money is due.

Directive 2011/83/EU, Articles 9, 10 and 13, counted by Regulation 1182/71; what it excepts is
``legal_floor``'s.  What member states made
of it differs here and there: have counsel check the rows you rely on.  Pure: zones and the days
nobody works are arguments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from types import MappingProxyType
from typing import Final

from retour.kernel.value import Value
from retour.policy.legal_floor import BUSINESS, COUNTRIES, PERIOD_DAYS
from retour.policy.model import ConsumerLaw
from retour.policy.window import IsFree, window

DAYS: Final = PERIOD_DAYS
"""Of withdrawing from a distance contract, wherever the directive is law (Article 9)."""
DOORSTEP_DAYS: Final = 30
"""Of withdrawing from what was sold at the door, where a country chose so (Article 9, 1a)."""
REFUND_DAYS: Final = 14
"""Within so many days of being informed the trader pays back (Article 13)."""
DOORSTEP: Final = "doorstep"
"""The type of an order that was made at the consumer's door."""

LONGER_AT_THE_DOOR: Final = frozenset({"CZ", "ES", "IT", "PL", "PT", "RO", "SK"})
"""Countries that chose ``DOORSTEP_DAYS`` for visits and excursions nobody asked for."""
LAST_ZONES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "AT": "Europe/Vienna",
        "BE": "Europe/Brussels",
        "BG": "Europe/Sofia",
        "CY": "Asia/Nicosia",
        "CZ": "Europe/Prague",
        "DE": "Europe/Berlin",
        "DK": "Europe/Copenhagen",
        "EE": "Europe/Tallinn",
        "ES": "Atlantic/Canary",
        "FI": "Europe/Helsinki",
        "FR": "Europe/Paris",
        "GR": "Europe/Athens",
        "HR": "Europe/Zagreb",
        "HU": "Europe/Budapest",
        "IE": "Europe/Dublin",
        "IS": "Atlantic/Reykjavik",
        "IT": "Europe/Rome",
        "LI": "Europe/Vaduz",
        "LT": "Europe/Vilnius",
        "LU": "Europe/Luxembourg",
        "LV": "Europe/Riga",
        "MT": "Europe/Malta",
        "NL": "Europe/Amsterdam",
        "NO": "Europe/Oslo",
        "PL": "Europe/Warsaw",
        "PT": "Atlantic/Azores",
        "RO": "Europe/Bucharest",
        "SE": "Europe/Stockholm",
        "SI": "Europe/Ljubljana",
        "SK": "Europe/Bratislava",
    }
)
"""Where in each of ``legal_floor.COUNTRIES`` a day ends last."""


class Terms(Value):
    """How long a merchant's consumers may withdraw.

    Args:
        days: The merchant's own period where it is longer than the law's.
        is_informed: Whether consumers are told of their right; else it lasts a year longer.
    """

    protected: ConsumerLaw = ConsumerLaw.EU
    days: int | None = None
    is_informed: bool = True

    def reaches(self, country: str | None, order_type: str | None = None) -> bool:
        """Say whether who bought has the right; where nobody knows, they have it."""
        if (order_type or "").lower() in BUSINESS:
            return False
        if self.protected is ConsumerLaw.EU:
            return country is None or country in COUNTRIES
        return self.protected is ConsumerLaw.EVERYONE


class Period(Value):
    """The days in which a contract can be withdrawn from.

    Args:
        starts_on: The day the last goods came; it is not counted.
        ends_at: The first instant that is too late.
    """

    days: int
    starts_on: date
    last_day: date
    ends_at: datetime

    def holds(self, submitted_at: datetime) -> bool:
        """Say whether a statement was in time: submitted before the end, whatever came later."""
        return submitted_at < self.ends_at


def days_of(terms: Terms, country: str | None, *, at_the_door: bool = False) -> int:
    """Give the days of the law there, or the merchant's where those are more."""
    is_longer = at_the_door and country in LONGER_AT_THE_DOOR
    return max(DOORSTEP_DAYS if is_longer else DAYS, terms.days or 0)


def period(
    began_at: datetime, days: int, zones: Sequence[tzinfo], is_free: IsFree, terms: Terms
) -> Period:
    """Give the period that began when the last goods came.

    Args:
        zones: Whose calendars may be meant; the one by which it ends last counts.
        is_free: Whether nobody works that day where the consumer is.
    """
    return max((_period(began_at, days, zone, is_free, terms) for zone in zones), key=_ends_at)


def _ends_at(one: Period) -> datetime:
    return one.ends_at


def _period(began_at: datetime, days: int, zone: tzinfo, is_free: IsFree, terms: Terms) -> Period:
    span = window(began_at, days, zone, is_free=is_free)
    first = span.from_day
    if not terms.is_informed:
        # Article 10: twelve months more, from the end of the initial period.
        noon = datetime.combine(_a_year_on(span.last_day), time(12), zone)
        span = window(noon, 0, zone, is_free=is_free)
    return Period(days=days, starts_on=first, last_day=span.last_day, ends_at=span.ends_at)


def _a_year_on(day: date) -> date:
    """Give the same day of the next year, or the last of February where it has none such."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 2, 28)  # From a leap day.


def refund_by(informed_at: datetime, zone: tzinfo) -> datetime:
    """Give the first instant at which the time to pay back is over.

    Where the last day is no working day the law may give longer; this is never too late.
    """
    return window(informed_at, REFUND_DAYS, zone).ends_at
