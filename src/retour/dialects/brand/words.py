"""What a merchant's own pages are called on links to them, per language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LINKS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "en": {"contact": "Contact", "privacy": "Privacy", "imprint": "Imprint"},
        "de": {"contact": "Kontakt", "privacy": "Datenschutz", "imprint": "Impressum"},
        "nl": {"contact": "Contact", "privacy": "Privacy", "imprint": "Colofon"},
        "fr": {"contact": "Contact", "privacy": "Confidentialité", "imprint": "Mentions légales"},
        "es": {"contact": "Contacto", "privacy": "Privacidad", "imprint": "Aviso legal"},
        "it": {"contact": "Contatti", "privacy": "Privacy", "imprint": "Note legali"},
        "pl": {"contact": "Kontakt", "privacy": "Prywatność", "imprint": "Nota prawna"},
    }
)
"""By the names of ``BrandLinks``."""
