"""What stands on the slip in a parcel, in each language customers are spoken to."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import msgspec


class SlipWords(msgspec.Struct, frozen=True, kw_only=True):
    """Everything printed on one; ``{n}`` in ``more`` is filled.

    Args:
        inside: What to do with it where goods are sent.
        along: The same where they are brought.
        back: The same where goods go back to the customer.
    """

    title: str
    sender: str
    receiver: str
    number: str
    inside: str
    along: str
    back: str
    more: str


SLIP_WORDS: Final = MappingProxyType(
    {
        "en": SlipWords(
            title="Return slip",
            sender="From",
            receiver="To",
            number="Return",
            inside="Put this into the parcel.",
            along="Bring this along with the items.",
            back="These items come back to you.",
            more="and {n} more",
        ),
        "de": SlipWords(
            title="Retourenschein",
            sender="Von",
            receiver="An",
            number="Retoure",
            inside="Legen Sie dies in das Paket.",
            along="Bringen Sie dies mit den Artikeln mit.",
            back="Diese Artikel kommen zu Ihnen zurück.",
            more="und {n} weitere",
        ),
        "nl": SlipWords(
            title="Retourbon",
            sender="Van",
            receiver="Aan",
            number="Retour",
            inside="Leg dit in het pakket.",
            along="Neem dit samen met de artikelen mee.",
            back="Deze artikelen komen naar je terug.",
            more="en nog {n}",
        ),
        "fr": SlipWords(
            title="Bon de retour",
            sender="De",
            receiver="À",
            number="Retour",
            inside="Mettez ce bon dans le colis.",
            along="Apportez ce bon avec les articles.",
            back="Ces articles vous sont renvoyés.",
            more="et {n} de plus",
        ),
        "es": SlipWords(
            title="Hoja de devolución",
            sender="De",
            receiver="A",
            number="Devolución",
            inside="Ponga esta hoja en el paquete.",
            along="Traiga esta hoja con los artículos.",
            back="Estos artículos vuelven a usted.",
            more="y {n} más",
        ),
        "it": SlipWords(
            title="Modulo di reso",
            sender="Da",
            receiver="A",
            number="Reso",
            inside="Metti questo modulo nel pacco.",
            along="Porta questo modulo con gli articoli.",
            back="Questi articoli tornano da te.",
            more="e altri {n}",
        ),
        "pl": SlipWords(
            title="Dowód zwrotu",
            sender="Od",
            receiver="Do",
            number="Zwrot",
            inside="Włóż tę kartkę do paczki.",
            along="Przynieś tę kartkę razem z artykułami.",
            back="Te artykuły wracają do Ciebie.",
            more="i jeszcze {n}",
        ),
    }
)
"""By the code of the language."""
