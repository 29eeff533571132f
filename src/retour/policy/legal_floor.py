"""The legal floor: what no rule can take from a consumer.

Who buys at a distance may withdraw for 14 days from the delivery of the last item (Directive
2011/83/EU, Article 9), counted by Regulation 1182/71, but for goods that Article 16 excepts.  What
a rule says against that is overruled, and said to be.  Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from retour.policy.facts import Asked, Occasion
from retour.policy.model import ConsumerLaw
from retour.policy.window import Window, window
from retour.policy.window_working_days import free_days


class LegalGround(StrEnum):
    """Why the law itself excepts goods from withdrawal (Directive 2011/83/EU, Article 16)."""

    SERVICE_PERFORMED = "service_performed"
    MARKET_PRICE = "market_price"
    CUSTOM_MADE = "custom_made"
    PERISHABLE = "perishable"
    SEALED_HYGIENE = "sealed_hygiene"
    MIXED_GOODS = "mixed_goods"
    ALCOHOL_FUTURES = "alcohol_futures"
    URGENT_REPAIR = "urgent_repair"
    UNSEALED_MEDIA = "unsealed_media"
    NEWSPAPER = "newspaper"
    PUBLIC_AUCTION = "public_auction"
    DATED_LEISURE = "dated_leisure"
    DIGITAL_CONTENT = "digital_content"


RULE: Final = "legal_floor"
PERIOD_DAYS: Final = 14
_AREA: Final = (
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
)
COUNTRIES: Final = frozenset(_AREA.split())
"""Where the directive is law: the Union, and the European Economic Area around it."""

BUSINESS: Final = frozenset({"b2b", "business", "wholesale"})
"""Types of orders that no consumer places, in lower case."""

GROUNDS: Final[Mapping[str, str]] = {
    LegalGround.SERVICE_PERFORMED: "a service that has been performed (Article 16 a)",
    LegalGround.MARKET_PRICE: "its price follows a market that nobody controls (Article 16 b)",
    LegalGround.CUSTOM_MADE: "made to the customer's own specification (Article 16 c)",
    LegalGround.PERISHABLE: "it perishes quickly (Article 16 d)",
    LegalGround.SEALED_HYGIENE: "sealed for health or hygiene, and unsealed (Article 16 e)",
    LegalGround.MIXED_GOODS: "inseparably mixed with other goods (Article 16 f)",
    LegalGround.ALCOHOL_FUTURES: "beverages delivered later at a market's price (Article 16 g)",
    LegalGround.URGENT_REPAIR: "an urgent repair that was asked for (Article 16 h)",
    LegalGround.UNSEALED_MEDIA: "sealed recordings or software, and unsealed (Article 16 i)",
    LegalGround.NEWSPAPER: "a newspaper or magazine (Article 16 j)",
    LegalGround.PUBLIC_AUCTION: "bought at a public auction (Article 16 k)",
    LegalGround.DATED_LEISURE: "lodging, transport, catering or leisure on a date (Article 16 l)",
    LegalGround.DIGITAL_CONTENT: "digital content whose use has begun (Article 16 m)",
}
"""Every ground in words; a closed list."""


def reaches(occasion: Occasion, law: ConsumerLaw) -> bool:
    """Say whether the buyer has the right at all; whose country is not known, has it."""
    if law is ConsumerLaw.OFF or (occasion.order_type or "").lower() in BUSINESS:
        return False
    if law is ConsumerLaw.EVERYONE or occasion.country is None:
        return True
    return occasion.country.upper() in COUNTRIES


def period(occasion: Occasion) -> Window | None:
    """Give the days in which a consumer may withdraw; ``None`` before anything has come."""
    if occasion.delivered_at is None:
        return None
    return window(
        occasion.delivered_at,
        PERIOD_DAYS,
        occasion.zone,
        is_free=free_days(occasion.country),
    )


def ground_of(line: Asked, by_rule: str | None) -> str | None:
    """Give the ground that excepts a line: its own, else a rule's; an unknown word is none."""
    return next((one for one in (line.legal_ground, by_rule) if one in GROUNDS), None)


def is_open(occasion: Occasion, law: ConsumerLaw) -> bool:
    """Say whether the buyer may withdraw now from what is not excepted."""
    if not reaches(occasion, law):
        return False
    days = period(occasion)
    return days is None or days.holds(occasion.at)


def words(occasion: Occasion, against: str) -> str:
    """Say until when the right stands, and what it overrules."""
    days = period(occasion)
    until = "have not begun to run" if days is None else f"run to the end of {days.last_day}"
    return (
        f"The law's {PERIOD_DAYS} days to withdraw {until}, and no rule can take them away:"
        f" overruled is {against}."
    )


def excepted(ground: str) -> str:
    """Say why the right does not reach a line."""
    return f"The right to withdraw does not reach it: {GROUNDS[ground]}."
