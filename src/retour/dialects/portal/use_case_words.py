"""Use cases to begin with: a merchant takes them over as they are, or changes them."""

from __future__ import annotations

from typing import Any, Final

USE_CASES: Final[tuple[dict[str, Any], ...]] = (
    {
        "id": "return",
        "outcome": "return",
        "label": {
            "en": "I want to send something back",
            "de": "Ich möchte etwas zurückgeben",
            "fr": "Je veux renvoyer un article",
            "nl": "Ik wil iets terugsturen",
            "pl": "Chcę coś zwrócić",
            "es": "Quiero devolver algo",
            "it": "Voglio restituire qualcosa",
        },
    },
    {
        "id": "broken",
        "outcome": "question",
        "label": {
            "en": "Something is broken or missing",
            "de": "Etwas ist kaputt oder fehlt",
            "fr": "Un article est cassé ou manquant",
            "nl": "Er is iets kapot of er ontbreekt iets",
            "pl": "Coś jest uszkodzone lub czegoś brakuje",
            "es": "Algo está roto o falta",
            "it": "Qualcosa è rotto o manca",
        },
    },
    {
        "id": "broken_item",
        "under": "broken",
        "outcome": "return",
        "label": {
            "en": "An item is broken: I send it back",
            "de": "Ein Artikel ist kaputt: Ich schicke ihn zurück",
            "fr": "Un article est cassé : je le renvoie",
            "nl": "Een artikel is kapot: ik stuur het terug",
            "pl": "Produkt jest uszkodzony: odsyłam go",
            "es": "Un artículo está roto: lo devuelvo",
            "it": "Un articolo è rotto: lo rimando",
        },
    },
    {
        "id": "missing_part",
        "under": "broken",
        "outcome": "message",
        "label": {
            "en": "A part is missing: I ask for it",
            "de": "Ein Teil fehlt: Ich frage danach",
            "fr": "Il manque une pièce : je la demande",
            "nl": "Er ontbreekt een onderdeel: ik vraag erom",
            "pl": "Brakuje części: proszę o nią",
            "es": "Falta una pieza: la pido",
            "it": "Manca un pezzo: lo chiedo",
        },
    },
    {
        "id": "question",
        "outcome": "message",
        "label": {
            "en": "I have a question",
            "de": "Ich habe eine Frage",
            "fr": "J'ai une question",
            "nl": "Ik heb een vraag",
            "pl": "Mam pytanie",
            "es": "Tengo una pregunta",
            "it": "Ho una domanda",
        },
    },
)
