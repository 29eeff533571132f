"""What those who work on returns are told of goods that are to come, by the way they come."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from retour.dialects.notification.coming_words import ByWay

STAFF_COMING: Final[Mapping[str, ByWay]] = MappingProxyType(
    {
        "en": {
            "return_authorized": {
                "pickup": (
                    "",
                    "The return of order [order] is authorized. The items are fetched from [who].",
                ),
                "virtual": (
                    "",
                    "The return of order [order] is authorized. [who] may bring the items.",
                ),
                "kept": (
                    "",
                    "The return of order [order] is authorized. [who] keeps the items.",
                ),
                "here": (
                    "",
                    "The return of order [order] is authorized. The items are here already.",
                ),
            },
            "return_reminder": {
                "virtual": (
                    "",
                    (
                        "[who] has been reminded: the items of order [order] have not been brought"
                        " yet."
                    ),
                ),
            },
            "return_expiring": {
                "virtual": (
                    "",
                    (
                        "The items of order [order] have not been brought yet. [who] has some days"
                        " left."
                    ),
                ),
            },
            "return_processed": {
                "kept": (
                    "",
                    (
                        "[who] keeps the items of order [order], which count as accepted. The"
                        " settlement can follow."
                    ),
                ),
            },
        },
        "nl": {
            "return_authorized": {
                "pickup": (
                    "",
                    (
                        "De retour van bestelling [order] is goedgekeurd. De artikelen worden bij"
                        " [who] opgehaald."
                    ),
                ),
                "virtual": (
                    "",
                    (
                        "De retour van bestelling [order] is goedgekeurd. [who] mag de artikelen"
                        " brengen."
                    ),
                ),
                "kept": (
                    "",
                    "De retour van bestelling [order] is goedgekeurd. [who] houdt de artikelen.",
                ),
                "here": (
                    "",
                    "De retour van bestelling [order] is goedgekeurd. De artikelen zijn er al.",
                ),
            },
            "return_reminder": {
                "virtual": (
                    "",
                    (
                        "[who] is eraan herinnerd dat de artikelen van bestelling [order] nog niet"
                        " zijn gebracht."
                    ),
                ),
            },
            "return_expiring": {
                "virtual": (
                    "",
                    (
                        "De artikelen van bestelling [order] zijn nog niet gebracht. [who] heeft"
                        " nog enkele dagen."
                    ),
                ),
            },
            "return_processed": {
                "kept": (
                    "",
                    (
                        "[who] houdt de artikelen van bestelling [order], die als geaccepteerd"
                        " gelden. De afrekening kan volgen."
                    ),
                ),
            },
        },
        "de": {
            "return_authorized": {
                "pickup": (
                    "",
                    (
                        "Die Retoure zur Bestellung [order] ist genehmigt. Die Artikel werden bei"
                        " [who] abgeholt."
                    ),
                ),
                "virtual": (
                    "",
                    (
                        "Die Retoure zur Bestellung [order] ist genehmigt. [who] darf die Artikel"
                        " bringen."
                    ),
                ),
                "kept": (
                    "",
                    "Die Retoure zur Bestellung [order] ist genehmigt. [who] behält die Artikel.",
                ),
                "here": (
                    "",
                    "Die Retoure zur Bestellung [order] ist genehmigt. Die Artikel sind schon da.",
                ),
            },
            "return_reminder": {
                "virtual": (
                    "",
                    (
                        "[who] wurde erinnert: Die Artikel der Bestellung [order] sind noch nicht"
                        " gebracht worden."
                    ),
                ),
            },
            "return_expiring": {
                "virtual": (
                    "",
                    (
                        "Die Artikel der Bestellung [order] sind noch nicht gebracht worden. [who]"
                        " hat noch einige Tage Zeit."
                    ),
                ),
            },
            "return_processed": {
                "kept": (
                    "",
                    (
                        "[who] behält die Artikel der Bestellung [order], die als angenommen"
                        " gelten. Die Abrechnung kann folgen."
                    ),
                ),
            },
        },
    }
)
"""By language, word and way, as customers are told."""
