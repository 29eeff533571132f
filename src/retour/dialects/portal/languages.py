"""The languages that shoppers are spoken to in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from retour.dialects.portal.words import DE, EN, NL, Words
from retour.dialects.portal.words_more import ES, FR, IT, PL

LANGUAGES: Final[Mapping[str, Words]] = MappingProxyType(
    {"en": EN, "de": DE, "fr": FR, "nl": NL, "pl": PL, "es": ES, "it": IT}
)
"""By ISO 639."""
