"""The labels of the two buttons, per language, as data.

The directive fixes English: "withdraw from contract here" and "confirm withdrawal", or words as
unambiguous.  Where ``is_official``, the wording stands in the directive or in national law; the
others are ours.  Have counsel check each language you sell in.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec


class Label(msgspec.Struct, frozen=True):
    """One language's two labels."""

    entry: str
    confirm: str
    is_official: bool = False


LABELS: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "en": Label("withdraw from contract here", "confirm withdrawal", is_official=True),
        "de": Label("Vertrag widerrufen", "Widerruf bestätigen", is_official=True),
        "fr": Label("renoncer au contrat ici", "confirmer la rétractation", is_official=True),
        "it": Label("recedere dal contratto qui", "conferma recesso", is_official=True),
        "es": Label("desistir del contrato aquí", "confirmar desistimiento", is_official=True),
        "nl": Label("hier de overeenkomst herroepen", "herroeping bevestigen"),
        "pl": Label("odstąp od umowy tutaj", "potwierdź odstąpienie od umowy"),
        "ro": Label("retrageți-vă din contract aici", "confirmați retragerea"),
        "pt": Label("retratar-se do contrato aqui", "confirmar retratação"),
        "sv": Label("frånträd avtalet här", "bekräfta frånträde"),
        "da": Label("fortryd aftalen her", "bekræft fortrydelse"),
        "nb": Label("angre avtalen her", "bekreft angring"),
        "fi": Label("peruuta sopimus tästä", "vahvista peruutus"),
        "cs": Label("odstoupit od smlouvy zde", "potvrdit odstoupení od smlouvy"),
        "sk": Label("odstúpiť od zmluvy tu", "potvrdiť odstúpenie od zmluvy"),
        "hu": Label("elállás a szerződéstől itt", "elállás megerősítése"),
        "el": Label("υπαναχώρηση από τη σύμβαση εδώ", "επιβεβαίωση υπαναχώρησης"),
    }
)
FALLBACK: Final = "en"


def language_of(locale: str | None, spoken: Mapping[str, object]) -> str:
    """Give the language of a locale such as ``de-AT``, or English where it is not spoken."""
    base = (locale or "").replace("_", "-").partition("-")[0].lower()
    return base if base in spoken else FALLBACK


def accepted(header: str, spoken: Mapping[str, object]) -> str:
    """Choose from an ``Accept-Language`` header; English where it names none that is spoken."""
    best, weight = FALLBACK, 0.0
    for part in header[:1000].split(","):
        name, _, more = part.partition(";")
        base = name.strip().partition("-")[0].lower()
        if base in spoken and (found := _weight(more)) > weight:
            best, weight = base, found
    return best


def _weight(text: str) -> float:
    key, _, value = text.strip().partition("=")
    if key.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
