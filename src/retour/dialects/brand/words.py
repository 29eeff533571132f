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

WIDGET: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "en": {"open": "Return an item", "close": "Close", "apart": "Open in a new tab"},
        "de": {
            "open": "Artikel zurückgeben",
            "close": "Schließen",
            "apart": "In neuem Tab öffnen",
        },
        "nl": {
            "open": "Artikel retourneren",
            "close": "Sluiten",
            "apart": "Openen in nieuw tabblad",
        },
        "fr": {
            "open": "Retourner un article",
            "close": "Fermer",
            "apart": "Ouvrir dans un nouvel onglet",
        },
        "es": {
            "open": "Devolver un artículo",
            "close": "Cerrar",
            "apart": "Abrir en otra pestaña",
        },
        "it": {
            "open": "Rendi un articolo",
            "close": "Chiudi",
            "apart": "Apri in una nuova scheda",
        },
        "pl": {"open": "Zwróć artykuł", "close": "Zamknij", "apart": "Otwórz w nowej karcie"},
    }
)
"""What the widget says."""
