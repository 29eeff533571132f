"""The languages that shoppers are spoken to in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from retour.dialects.portal import follow_words, follow_words_more
from retour.dialects.portal.follow_words import FollowWords
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
