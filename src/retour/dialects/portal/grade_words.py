"""What each grade is called, and what it means: the workspace's words, or ours in their place."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from retour.kernel.value import Value


class GradePicture(Value):
    """A photo of what a grade looks like, with a sentence."""

    photo: str
    text: str


class GradeKept(Value):
    """What a workspace says of a grade; ours stands where it says nothing.

    Args:
        name: By language, as ``text`` is: a sentence for shoppers and whoever judges.
        pictures: For whoever judges.
    """

    name: dict[str, str] = {}
    text: dict[str, str] = {}
    pictures: tuple[GradePicture, ...] = ()


OURS: Final[Mapping[str, GradeKept]] = MappingProxyType(
    {
        "A": GradeKept(
            name={
                "en": "Like new",
                "de": "Wie neu",
                "nl": "Als nieuw",
                "fr": "Comme neuf",
                "es": "Como nuevo",
                "it": "Come nuovo",
                "pl": "Jak nowy",
            },
            text={
                "en": "It can be sold as it is.",
                "de": "Der Artikel kann so verkauft werden, wie er ist.",
                "nl": "Het artikel kan zo weer worden verkocht.",
                "fr": "L’article peut être revendu tel quel.",
                "es": "El artículo se puede vender tal como está.",
                "it": "L’articolo può essere venduto così com’è.",
                "pl": "Artykuł można sprzedać w tym stanie.",
            },
        ),
        "B": GradeKept(
            name={
                "en": "Light traces",
                "de": "Leichte Spuren",
                "nl": "Lichte sporen",
                "fr": "Traces légères",
                "es": "Señales leves",
                "it": "Tracce leggere",
                "pl": "Lekkie ślady",
            },
            text={
                "en": "It has light traces of use and loses little of its worth.",
                "de": "Der Artikel hat leichte Gebrauchsspuren und verliert wenig an Wert.",
                "nl": "Het artikel heeft lichte gebruikssporen en verliest weinig waarde.",
                "fr": "L’article porte de légères traces d’usage et perd peu de sa valeur.",
                "es": "El artículo tiene leves señales de uso y pierde poco valor.",
                "it": "L’articolo ha lievi tracce d’uso e perde poco valore.",
                "pl": "Artykuł ma lekkie ślady użycia i traci niewiele na wartości.",
            },
        ),
        "C": GradeKept(
            name={
                "en": "Clearly used",
                "de": "Deutlich gebraucht",
                "nl": "Duidelijk gebruikt",
                "fr": "Nettement utilisé",
                "es": "Claramente usado",
                "it": "Chiaramente usato",
                "pl": "Wyraźnie używany",
            },
            text={
                "en": "It is clearly used or incomplete, and worth a part of its price.",
                "de": "Der Artikel ist deutlich gebraucht oder unvollständig und nur einen Teil"
                " seines Preises wert.",
                "nl": "Het artikel is duidelijk gebruikt of niet compleet en nog een deel van de"
                " prijs waard.",
                "fr": "L’article est nettement utilisé ou incomplet et ne vaut qu’une partie de"
                " son prix.",
                "es": "El artículo está claramente usado o incompleto y vale una parte de su"
                " precio.",
                "it": "L’articolo è chiaramente usato o incompleto e vale una parte del suo"
                " prezzo.",
                "pl": "Artykuł jest wyraźnie używany lub niekompletny i wart części swojej ceny.",
            },
        ),
        "D": GradeKept(
            name={
                "en": "Broken or soiled",
                "de": "Defekt oder verschmutzt",
                "nl": "Kapot of vuil",
                "fr": "Cassé ou sali",
                "es": "Roto o sucio",
                "it": "Rotto o sporco",
                "pl": "Zepsuty lub zabrudzony",
            },
            text={
                "en": "It cannot be sold any more.",
                "de": "Der Artikel kann nicht mehr verkauft werden.",
                "nl": "Het artikel kan niet meer worden verkocht.",
                "fr": "L’article ne peut plus être vendu.",
                "es": "El artículo ya no se puede vender.",
                "it": "L’articolo non può più essere venduto.",
                "pl": "Artykułu nie można już sprzedać.",
            },
        ),
    }
)
"""Until a workspace says otherwise."""


def said_of(grade: str, kept: Mapping[str, GradeKept]) -> GradeKept:
    """Give what is said of a grade, with ours for what the workspace says nothing of."""
    own, ours = kept.get(grade, GradeKept()), OURS[grade]
    return GradeKept(name=own.name or ours.name, text=own.text or ours.text, pictures=own.pictures)


def grade_in(grade: str, kept: Mapping[str, GradeKept], language: str) -> tuple[str, str]:
    """Give a grade's name and sentence in a language: in English, or else the first there are."""
    said = said_of(grade, kept)
    name, text = (
        one.get(language) or one.get("en") or next(iter(one.values()))
        for one in (said.name, said.text)
    )
    return name, text


def grades_in(kept: Mapping[str, GradeKept], language: str) -> dict[str, tuple[str, str]]:
    """Give every grade's name and sentence in a language."""
    return {grade: grade_in(grade, kept, language) for grade in OURS}
