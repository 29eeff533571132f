"""The consumer's right to withdraw, as data: whose it is, how long it lasts, and what has none.

Directive 2011/83/EU, Articles 9, 10 and 16, counted by Regulation 1182/71.  What member states made
of it differs here and there: have counsel check the rows you rely on.  Pure: zones and the days
nobody works are arguments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from retour.kernel.value import Value
from retour.policy.window import IsFree, window

DAYS: Final = 14
"""Of withdrawing from a distance contract, in every country of ``EEA`` (Article 9)."""
DOORSTEP_DAYS: Final = 30
"""Of withdrawing from what was sold at the door, where a country chose so (Article 9, 1a)."""
REFUND_DAYS: Final = 14
"""Within so many days of being informed the trader pays back (Article 13)."""
DOORSTEP: Final = "doorstep"
"""The type of an order that was made at the consumer's door."""
EXCEPTION: Final = "withdrawal_exception"
"""The attribute of an order line that names the ground it is excepted on."""

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
"""The countries where the directive is law, by ISO 3166, and where in each a day ends last."""
EEA: Final = frozenset(LAST_ZONES)


class Protected(StrEnum):
    """Whom a merchant grants the right to withdraw."""

    EU = "eu"  # Consumers in the countries of ``EEA``, as the law has it.
    EVERYONE = "everyone"
    OFF = "off"  # Nobody: no consumer law applies to what is sold here.


class Ground(StrEnum):
    """Why a contract cannot be withdrawn from (Article 16)."""

    SERVICE_PERFORMED = "service_performed"
    MARKET_PRICE = "market_price"
    CUSTOM_MADE = "custom_made"
    PERISHABLE = "perishable"
    SEALED_HYGIENE = "sealed_hygiene"
    MIXED = "mixed"
    AGED_ALCOHOL = "aged_alcohol"
    URGENT_REPAIR = "urgent_repair"
    SEALED_MEDIA = "sealed_media"
    PERIODICAL = "periodical"
    AUCTION = "auction"
    DATED_LEISURE = "dated_leisure"
    DIGITAL_CONTENT = "digital_content"


class Article(NamedTuple):
    """Where a ground stands, and what it says in short."""

    number: str
    about: str


GROUNDS: Final[Mapping[Ground, Article]] = MappingProxyType(
    {
        Ground.SERVICE_PERFORMED: Article("16(a)", "A service fully performed with consent."),
        Ground.MARKET_PRICE: Article("16(b)", "A price that moves with a financial market."),
        Ground.CUSTOM_MADE: Article("16(c)", "Made to the consumer's own specifications."),
        Ground.PERISHABLE: Article("16(d)", "Goods that deteriorate or expire rapidly."),
        Ground.SEALED_HYGIENE: Article(
            "16(e)", "Sealed for health or hygiene, and unsealed after delivery."
        ),
        Ground.MIXED: Article("16(f)", "Inseparably mixed with other items after delivery."),
        Ground.AGED_ALCOHOL: Article("16(g)", "Alcohol delivered late, at a price that moves."),
        Ground.URGENT_REPAIR: Article("16(h)", "An urgent repair the consumer asked for."),
        Ground.SEALED_MEDIA: Article(
            "16(i)", "Sealed recordings or software, unsealed after delivery."
        ),
        Ground.PERIODICAL: Article("16(j)", "A newspaper or magazine outside a subscription."),
        Ground.AUCTION: Article("16(k)", "Concluded at a public auction."),
        Ground.DATED_LEISURE: Article("16(l)", "Lodging, transport or leisure on a set date."),
        Ground.DIGITAL_CONTENT: Article("16(m)", "Digital content begun with consent."),
    }
)


class Terms(Value):
    """How long a merchant's consumers may withdraw.

    Args:
        days: The merchant's own period where it is longer than the law's.
        is_informed: Whether consumers are told of their right; else it lasts a year longer.
    """

    protected: Protected = Protected.EU
    days: int | None = None
    is_informed: bool = True

    def reaches(self, country: str | None) -> bool:
        """Say whether consumers there have the right; where nobody knows, they have it."""
        if self.protected is Protected.EU:
            return country is None or country in EEA
        return self.protected is Protected.EVERYONE


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
