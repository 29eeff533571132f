"""What can be said, in each language we speak, and nothing about how it is laid out.

One value per language; a new one is a value more.  ``[words]`` in brackets are filled by
``texts.py``: ``[who]`` the customer, ``[return]`` and ``[order]`` their numbers, ``[money]`` the
settlement's total, and so on.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import msgspec

from retour.dialects.notification.coming_words import ByWay
from retour.dialects.notification.coming_words_staff import STAFF_COMING
from retour.dialects.notification.ways import STAFF, Said


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """Everything said in one language.

    ``said`` gives per word of 12Return's the subject and the opening sentence; the others are
    what stands before a value or, for ``open`` and ``decide``, on a link.  ``ways`` are the same
    of a parcel that is ready, where its way asks for other words, and ``coming`` per word of goods
    that are to come.
    """

    customer: str
    order: str
    reference: str
    tracking: str
    facility: str
    total: str
    item: str
    quantity: str
    received: str
    accepted: str
    open: str
    decide: str
    ways: Said
    coming: ByWay
    said: dict[str, tuple[str, str]]


_ENGLISH: Final = Language(
    customer="Customer",
    order="Order",
    reference="Return",
    tracking="Tracking",
    facility="Facility",
    total="Amount",
    item="Item",
    quantity="Quantity",
    received="received",
    accepted="accepted",
    open="Open this return",
    decide="Approve or reject",
    ways=STAFF["en"],
    coming=STAFF_COMING["en"],
    said={
        "return_requested": (
            "Return [return] requested for order [order]",
            "[who] asks to return what is listed below. Authorize or reject the request.",
        ),
        "return_rejected": (
            "Return [return] rejected",
            "The return of order [order] was rejected[reject_reason]",
        ),
        "return_authorized": (
            "Return [return] authorized",
            "The return of order [order] is authorized. [who] may send the items.",
        ),
        "return_shipped": (
            "Return [return] shipped",
            "[who] has sent the items of order [order]. They can be expected soon.",
        ),
        "return_tracked": (
            "Return [return] on its way",
            "The carrier has seen the parcel with the items of order [order].",
        ),
        "return_received": (
            "Return [return] received",
            "Items of order [order] have arrived. They are to be inspected next.",
        ),
        "return_processed": (
            "Return [return] processed",
            (
                "Every item of order [order] is decided: [accepted] accepted, [rejected] "
                "rejected. The settlement can follow."
            ),
        ),
        "return_settled": (
            "Return [return] settled",
            "The return of order [order] is settled: [money].",
        ),
        "return_completed": (
            "Return [return] completed",
            "The return of order [order] is completed. Nothing is left to do.",
        ),
        "return_canceled": (
            "Return [return] canceled",
            "The return of order [order] was canceled[cancel_reason]",
        ),
        "settlement_memo": (
            "Settlement memo [memo] for return [return]",
            "The settlement of order [order] is confirmed: [money].",
        ),
        "use_case_email": (
            "Message from [who]",
            "[who] has written through the portal. The message waits for an answer.",
        ),
        "label_created": (
            "Label created for return [return]",
            ("The carrier has made the label for the items of order [order]. [who] can send them."),
        ),
        "refund_paid": (
            "Refund paid for return [return]",
            "[money] have been refunded for the return of order [order].",
        ),
        "refund_failed": (
            "Refund failed for return [return]",
            (
                "The refund for order [order] failed three times. Look at its payment, "
                "then retry it."
            ),
        ),
        "return_reminder": (
            "Reminder for return [return]",
            ("[who] has been reminded: the items of order [order] have not been sent yet."),
        ),
        "return_expiring": (
            "Return [return] is about to expire",
            ("The items of order [order] have not been sent. [who] has some days left."),
        ),
        "deadline_missed": (
            "A deadline of return [return] was missed",
            (
                "Something about the return of order [order] is late. Look at what is "
                "overdue, and see to it."
            ),
        ),
    },
)

_DUTCH: Final = Language(
    customer="Klant",
    order="Bestelling",
    reference="Retour",
    tracking="Track-and-trace",
    facility="Locatie",
    total="Bedrag",
    item="Artikel",
    quantity="Aantal",
    received="ontvangen",
    accepted="geaccepteerd",
    open="Retour openen",
    decide="Goedkeuren of afwijzen",
    ways=STAFF["nl"],
    coming=STAFF_COMING["nl"],
    said={
        "return_requested": (
            "Retour [return] aangevraagd voor bestelling [order]",
            "[who] wil de onderstaande artikelen retourneren. Keur de aanvraag goed of af.",
        ),
        "return_rejected": (
            "Retour [return] afgekeurd",
            "De retour van bestelling [order] is afgekeurd[reject_reason]",
        ),
        "return_authorized": (
            "Retour [return] goedgekeurd",
            "De retour van bestelling [order] is goedgekeurd. [who] mag de artikelen versturen.",
        ),
        "return_shipped": (
            "Retour [return] verzonden",
            (
                "[who] heeft de artikelen van bestelling [order] verstuurd. Ze komen er "
                "binnenkort aan."
            ),
        ),
        "return_tracked": (
            "Retour [return] onderweg",
            "De vervoerder heeft het pakket met de artikelen van bestelling [order] gescand.",
        ),
        "return_received": (
            "Retour [return] ontvangen",
            "Er zijn artikelen van bestelling [order] aangekomen. Ze kunnen worden beoordeeld.",
        ),
        "return_processed": (
            "Retour [return] verwerkt",
            (
                "Alle artikelen van bestelling [order] zijn beoordeeld: [accepted] geaccepteerd, "
                "[rejected] afgewezen. De afrekening kan volgen."
            ),
        ),
        "return_settled": (
            "Retour [return] afgerekend",
            "De retour van bestelling [order] is afgerekend: [money].",
        ),
        "return_completed": (
            "Retour [return] afgerond",
            "De retour van bestelling [order] is afgerond. Er hoeft niets meer te gebeuren.",
        ),
        "return_canceled": (
            "Retour [return] geannuleerd",
            "De retour van bestelling [order] is geannuleerd[cancel_reason]",
        ),
        "settlement_memo": (
            "Afrekening [memo] voor retour [return]",
            "De afrekening van bestelling [order] is bevestigd: [money].",
        ),
        "use_case_email": (
            "Bericht van [who]",
            "[who] heeft via het portaal geschreven. Het bericht wacht op antwoord.",
        ),
        "label_created": (
            "Label gemaakt voor retour [return]",
            (
                "De vervoerder heeft het label voor de artikelen van bestelling [order] "
                "gemaakt. [who] kan ze versturen."
            ),
        ),
        "refund_paid": (
            "Terugbetaling gedaan voor retour [return]",
            "Voor de retour van bestelling [order] is [money] terugbetaald.",
        ),
        "refund_failed": (
            "Terugbetaling mislukt voor retour [return]",
            (
                "De terugbetaling voor bestelling [order] is drie keer mislukt. Bekijk de "
                "betaling en probeer het opnieuw."
            ),
        ),
        "return_reminder": (
            "Herinnering voor retour [return]",
            (
                "[who] is eraan herinnerd dat de artikelen van bestelling [order] nog "
                "niet zijn verstuurd."
            ),
        ),
        "return_expiring": (
            "Retour [return] verloopt bijna",
            (
                "De artikelen van bestelling [order] zijn nog niet verstuurd. [who] heeft "
                "nog enkele dagen."
            ),
        ),
        "deadline_missed": (
            "Een termijn van retour [return] is verstreken",
            (
                "Iets rond de retour van bestelling [order] is te laat. Kijk wat er "
                "openstaat en handel het af."
            ),
        ),
    },
)

_GERMAN: Final = Language(
    customer="Kunde",
    order="Bestellung",
    reference="Retoure",
    tracking="Sendungsnummer",
    facility="Standort",
    total="Betrag",
    item="Artikel",
    quantity="Menge",
    received="eingegangen",
    accepted="angenommen",
    open="Retoure öffnen",
    decide="Genehmigen oder ablehnen",
    ways=STAFF["de"],
    coming=STAFF_COMING["de"],
    said={
        "return_requested": (
            "Retoure [return] zur Bestellung [order] angefragt",
            (
                "[who] möchte die unten stehenden Artikel zurückgeben. Bitte die Anfrage "
                "genehmigen oder ablehnen."
            ),
        ),
        "return_rejected": (
            "Retoure [return] abgelehnt",
            "Die Retoure zur Bestellung [order] wurde abgelehnt[reject_reason]",
        ),
        "return_authorized": (
            "Retoure [return] genehmigt",
            "Die Retoure zur Bestellung [order] ist genehmigt. [who] darf die Artikel verschicken.",
        ),
        "return_shipped": (
            "Retoure [return] verschickt",
            "[who] hat die Artikel der Bestellung [order] verschickt. Sie treffen demnächst ein.",
        ),
        "return_tracked": (
            "Retoure [return] unterwegs",
            "Das Paket mit den Artikeln der Bestellung [order] wurde vom Zusteller erfasst.",
        ),
        "return_received": (
            "Retoure [return] eingegangen",
            "Artikel der Bestellung [order] sind eingetroffen. Sie können geprüft werden.",
        ),
        "return_processed": (
            "Retoure [return] bearbeitet",
            (
                "Alle Artikel der Bestellung [order] sind entschieden: [accepted] angenommen, "
                "[rejected] abgelehnt. Die Abrechnung kann folgen."
            ),
        ),
        "return_settled": (
            "Retoure [return] abgerechnet",
            "Die Retoure zur Bestellung [order] ist abgerechnet: [money].",
        ),
        "return_completed": (
            "Retoure [return] abgeschlossen",
            "Die Retoure zur Bestellung [order] ist abgeschlossen. Es bleibt nichts zu tun.",
        ),
        "return_canceled": (
            "Retoure [return] storniert",
            "Die Retoure zur Bestellung [order] wurde storniert[cancel_reason]",
        ),
        "settlement_memo": (
            "Abrechnung [memo] zur Retoure [return]",
            "Die Abrechnung der Bestellung [order] ist bestätigt: [money].",
        ),
        "use_case_email": (
            "Nachricht von [who]",
            "[who] hat über das Portal geschrieben. Die Nachricht wartet auf eine Antwort.",
        ),
        "label_created": (
            "Etikett zur Retoure [return] erstellt",
            (
                "Der Zusteller hat das Etikett für die Artikel der Bestellung [order] "
                "erstellt. [who] kann sie verschicken."
            ),
        ),
        "refund_paid": (
            "Erstattung zur Retoure [return] ausgezahlt",
            "Für die Retoure zur Bestellung [order] wurden [money] erstattet.",
        ),
        "refund_failed": (
            "Erstattung zur Retoure [return] fehlgeschlagen",
            (
                "Die Erstattung zur Bestellung [order] ist dreimal fehlgeschlagen. Bitte "
                "die Zahlung prüfen und die Erstattung wiederholen."
            ),
        ),
        "return_reminder": (
            "Erinnerung zur Retoure [return]",
            (
                "[who] wurde erinnert: Die Artikel der Bestellung [order] sind noch nicht "
                "verschickt."
            ),
        ),
        "return_expiring": (
            "Retoure [return] läuft bald ab",
            (
                "Die Artikel der Bestellung [order] sind noch nicht verschickt. [who] hat "
                "noch einige Tage Zeit."
            ),
        ),
        "deadline_missed": (
            "Eine Frist der Retoure [return] ist verstrichen",
            (
                "Etwas an der Retoure zur Bestellung [order] ist überfällig. Bitte "
                "nachsehen und erledigen."
            ),
        ),
    },
)

LANGUAGES: Final = MappingProxyType({"en": _ENGLISH, "nl": _DUTCH, "de": _GERMAN})
"""Every language something can be said in, by its code."""
