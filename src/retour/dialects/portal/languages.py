"""The languages that shoppers are spoken to in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from retour.dialects.portal import (
    follow_words,
    follow_words_more,
    journey_words,
    journey_words_more,
    tracking_words,
    tracking_words_more,
)
from retour.dialects.portal.follow_words import FollowWords
from retour.dialects.portal.journey_words import JourneyWords
from retour.dialects.portal.tracking_words import TrackingWords
from retour.dialects.portal.words import DE, EN, NL, Words
from retour.dialects.portal.words_more import ES, FR, IT, PL

LANGUAGES: Final[Mapping[str, Words]] = MappingProxyType(
    {"en": EN, "de": DE, "fr": FR, "nl": NL, "pl": PL, "es": ES, "it": IT}
)
"""By ISO 639."""

FOLLOWING: Final[Mapping[str, FollowWords]] = MappingProxyType(
    {
        "en": follow_words.EN,
        "de": follow_words.DE,
        "fr": follow_words_more.FR,
        "nl": follow_words.NL,
        "pl": follow_words_more.PL,
        "es": follow_words_more.ES,
        "it": follow_words_more.IT,
    }
)
"""What the page of a return says, by the same."""

JOURNEY: Final[Mapping[str, JourneyWords]] = MappingProxyType(
    {
        "en": journey_words.EN,
        "de": journey_words.DE,
        "fr": journey_words_more.FR,
        "nl": journey_words.NL,
        "pl": journey_words_more.PL,
        "es": journey_words_more.ES,
        "it": journey_words_more.IT,
    }
)
"""What the portal says beside its steps' plain words, by the same."""

TRACKING: Final[Mapping[str, TrackingWords]] = MappingProxyType(
    {
        "en": tracking_words.EN,
        "de": tracking_words.DE,
        "fr": tracking_words_more.FR,
        "nl": tracking_words.NL,
        "pl": tracking_words_more.PL,
        "es": tracking_words_more.ES,
        "it": tracking_words_more.IT,
    }
)
"""What the page of a return says of packing, dates and changes, by the same."""
