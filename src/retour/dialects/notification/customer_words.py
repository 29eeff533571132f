"""What customers are told about their return, in each language we speak with them.

``languages.py`` speaks to the people who work on returns; here it is the one whose return it is.
``[words]`` in brackets are filled by ``texts.py``, as there.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from retour.dialects.notification.coming_words import CUSTOMERS_COMING
from retour.dialects.notification.customer_language import CustomerLanguage
from retour.dialects.notification.customer_words_more import FRENCH, ITALIAN, POLISH, SPANISH
from retour.dialects.notification.ways import CUSTOMERS

_ENGLISH: Final = CustomerLanguage(
    order="Order",
    reference="Return",
    tracking="Tracking",
    label="Label",
    total="Amount",
    foreseen="Expected amount",
    item="Item",
    quantity="Quantity",
    open="Follow the return",
    print="Get your label",
    code="Show your code",
    choose="Please tell us what becomes of items we could not accept, until",
    send="Please hand the parcel over at the latest on",
    bring="Please bring the items at the latest on",
    ways=CUSTOMERS["en"],
    coming=CUSTOMERS_COMING["en"],
    said={
        "return_requested": (
            "Your return request for order [order]",
            (
                "Your request has arrived. You will hear as soon as it is decided; please keep the"
                " items until then."
            ),
        ),
        "return_rejected": (
            "Your return request for order [order] was declined",
            "Your return of order [order] was not accepted[reject_reason]",
        ),
        "return_authorized": (
            "Your return [return] is approved",
            "Your return of order [order] is approved. Please send the items below.",
        ),
        "return_shipped": (
            "Your return [return] is on its way",
            "Your items of order [order] have been sent. You will hear when they arrive.",
        ),
        "return_tracked": (
            "Your return [return] is with the carrier",
            "The carrier has scanned the parcel with your items of order [order].",
        ),
        "return_received": (
            "Your return [return] has arrived",
            "Items of order [order] have arrived. They are inspected next.",
        ),
        "return_processed": (
            "Your return [return] has been inspected",
            (
                "Your items of order [order] have been inspected: [accepted] accepted, [rejected]"
                " rejected."
            ),
        ),
        "return_settled": (
            "Your return [return] is settled",
            "Your return of order [order] is settled: [money].",
        ),
        "return_completed": (
            "Your return [return] is completed",
            "Your return of order [order] is completed. There is nothing left for you to do.",
        ),
        "return_canceled": (
            "Your return [return] is canceled",
            "Your return of order [order] was canceled[cancel_reason]",
        ),
        "settlement_memo": (
            "Settlement [memo] for your return [return]",
            "The settlement of your return of order [order] is confirmed: [money].",
        ),
        "use_case_email": (
            "We have your message",
            "Your message has arrived. You will be answered by mail.",
        ),
        "label_created": (
            "Your return label for order [order]",
            (
                "Your label for return [return] is ready. Put it on the parcel and hand "
                "the parcel over; your items are below."
            ),
        ),
        "refund_paid": (
            "Your refund of [money]",
            (
                "We have given [money] back for your return of order [order]. Store credit is "
                "there at once; a bank may take some days to show it."
            ),
        ),
        "refund_failed": (
            "Your refund for return [return] takes a little longer",
            (
                "The refund for your return of order [order] could not be paid yet. We "
                "are looking into it; you have nothing to do."
            ),
        ),
        "return_reminder": (
            "Your return of order [order] is waiting for you",
            (
                "We have not received your items yet. Please hand the parcel of return "
                "[return] over; your items are below."
            ),
        ),
        "return_expiring": (
            "Your return [return] expires soon",
            (
                "Only a few days are left to hand over the items of order [order]. After "
                "that the return and its label are no longer valid."
            ),
        ),
        "deadline_missed": (
            "Your return [return] takes longer than we promised",
            (
                "Your return of order [order] should be further by now. We are sorry and "
                "are seeing to it; you have nothing to do."
            ),
        ),
    },
)

_DUTCH: Final = CustomerLanguage(
    order="Bestelling",
    reference="Retour",
    tracking="Track & trace",
    label="Label",
    total="Bedrag",
    foreseen="Verwacht bedrag",
    item="Artikel",
    quantity="Aantal",
    open="Volg de retour",
    print="Haal je label op",
    code="Haal je code op",
    choose="Laat ons weten wat er met niet geaccepteerde artikelen gebeurt, uiterlijk",
    send="Lever het pakket in uiterlijk",
    bring="Breng de artikelen uiterlijk",
    ways=CUSTOMERS["nl"],
    coming=CUSTOMERS_COMING["nl"],
    said={
        "return_requested": (
            "Je retouraanvraag voor bestelling [order]",
            (
                "Je aanvraag is ontvangen. Je hoort het zodra er een besluit is; bewaar de"
                " artikelen"
                " tot die tijd."
            ),
        ),
        "return_rejected": (
            "Je retouraanvraag voor bestelling [order] is afgewezen",
            "De retour van bestelling [order] is niet geaccepteerd[reject_reason]",
        ),
        "return_authorized": (
            "Je retour [return] is goedgekeurd",
            "De retour van bestelling [order] is goedgekeurd. Stuur de onderstaande artikelen op.",
        ),
        "return_shipped": (
            "Je retour [return] is onderweg",
            "De artikelen van bestelling [order] zijn verzonden. Je hoort het zodra ze aankomen.",
        ),
        "return_tracked": (
            "Je retour [return] is bij de vervoerder",
            "De vervoerder heeft het pakket met je artikelen van bestelling [order] gescand.",
        ),
        "return_received": (
            "Je retour [return] is aangekomen",
            "Artikelen van bestelling [order] zijn aangekomen. Ze worden nu beoordeeld.",
        ),
        "return_processed": (
            "Je retour [return] is beoordeeld",
            (
                "Je artikelen van bestelling [order] zijn beoordeeld: [accepted] geaccepteerd,"
                " [rejected] afgewezen."
            ),
        ),
        "return_settled": (
            "Je retour [return] is afgerekend",
            "De retour van bestelling [order] is afgerekend: [money].",
        ),
        "return_completed": (
            "Je retour [return] is afgerond",
            "De retour van bestelling [order] is afgerond. Je hoeft niets meer te doen.",
        ),
        "return_canceled": (
            "Je retour [return] is geannuleerd",
            "De retour van bestelling [order] is geannuleerd[cancel_reason]",
        ),
        "settlement_memo": (
            "Afrekening [memo] voor je retour [return]",
            "De afrekening van je retour van bestelling [order] is bevestigd: [money].",
        ),
        "use_case_email": (
            "Je bericht is ontvangen",
            "Je bericht is ontvangen. Je krijgt per e-mail antwoord.",
        ),
        "label_created": (
            "Je retourlabel voor bestelling [order]",
            (
                "Je label voor retour [return] staat klaar. Plak het op het pakket en "
                "lever het pakket in; je artikelen staan hieronder."
            ),
        ),
        "refund_paid": (
            "Je terugbetaling van [money]",
            (
                "We hebben [money] teruggegeven voor je retour van bestelling [order]. Tegoed "
                "staat er meteen; bij een bank kan het enkele dagen duren."
            ),
        ),
        "refund_failed": (
            "De terugbetaling van retour [return] duurt iets langer",
            (
                "De terugbetaling van je retour van bestelling [order] is nog niet "
                "gelukt. We zoeken het uit; je hoeft niets te doen."
            ),
        ),
        "return_reminder": (
            "Je retour van bestelling [order] wacht op je",
            (
                "We hebben je artikelen nog niet ontvangen. Lever het pakket van retour "
                "[return] in; je artikelen staan hieronder."
            ),
        ),
        "return_expiring": (
            "Je retour [return] verloopt binnenkort",
            (
                "Je hebt nog maar enkele dagen om de artikelen van bestelling [order] in "
                "te leveren. Daarna zijn de retour en het label niet meer geldig."
            ),
        ),
        "deadline_missed": (
            "Je retour [return] duurt langer dan beloofd",
            (
                "Je retour van bestelling [order] had al verder moeten zijn. Dat spijt "
                "ons en we zijn ermee bezig; je hoeft niets te doen."
            ),
        ),
    },
)

_GERMAN: Final = CustomerLanguage(
    order="Bestellung",
    reference="Retoure",
    tracking="Sendungsnummer",
    label="Etikett",
    total="Betrag",
    foreseen="Voraussichtlich",
    item="Artikel",
    quantity="Menge",
    open="Retoure verfolgen",
    print="Zum Etikett",
    code="Zum Code",
    choose="Bitte sagen Sie uns, was mit nicht angenommenen Artikeln geschehen soll, bis",
    send="Bitte geben Sie das Paket auf bis",
    bring="Bitte bringen Sie die Artikel bis",
    ways=CUSTOMERS["de"],
    coming=CUSTOMERS_COMING["de"],
    said={
        "return_requested": (
            "Ihre Retourenanfrage zur Bestellung [order]",
            (
                "Ihre Anfrage ist eingegangen. Sie hören von uns, sobald sie entschieden ist; bitte"
                " behalten Sie die Artikel bis dahin."
            ),
        ),
        "return_rejected": (
            "Ihre Retourenanfrage zur Bestellung [order] wurde abgelehnt",
            "Die Retoure zur Bestellung [order] wurde nicht angenommen[reject_reason]",
        ),
        "return_authorized": (
            "Ihre Retoure [return] ist genehmigt",
            (
                "Die Retoure zur Bestellung [order] ist genehmigt. Bitte senden Sie die unten"
                " stehenden Artikel ein."
            ),
        ),
        "return_shipped": (
            "Ihre Retoure [return] ist unterwegs",
            (
                "Ihre Artikel der Bestellung [order] sind verschickt. Sie hören von uns, sobald sie"
                " eintreffen."
            ),
        ),
        "return_tracked": (
            "Ihre Retoure [return] ist beim Zusteller",
            "Der Zusteller hat das Paket mit Ihren Artikeln der Bestellung [order] erfasst.",
        ),
        "return_received": (
            "Ihre Retoure [return] ist eingetroffen",
            "Artikel der Bestellung [order] sind eingetroffen. Sie werden nun geprüft.",
        ),
        "return_processed": (
            "Ihre Retoure [return] ist geprüft",
            (
                "Ihre Artikel der Bestellung [order] sind geprüft: [accepted] angenommen,"
                " [rejected]"
                " abgelehnt."
            ),
        ),
        "return_settled": (
            "Ihre Retoure [return] ist abgerechnet",
            "Die Retoure zur Bestellung [order] ist abgerechnet: [money].",
        ),
        "return_completed": (
            "Ihre Retoure [return] ist abgeschlossen",
            "Die Retoure zur Bestellung [order] ist abgeschlossen. Für Sie bleibt nichts zu tun.",
        ),
        "return_canceled": (
            "Ihre Retoure [return] ist storniert",
            "Die Retoure zur Bestellung [order] wurde storniert[cancel_reason]",
        ),
        "settlement_memo": (
            "Abrechnung [memo] zu Ihrer Retoure [return]",
            "Die Abrechnung Ihrer Retoure zur Bestellung [order] ist bestätigt: [money].",
        ),
        "use_case_email": (
            "Ihre Nachricht ist eingegangen",
            "Ihre Nachricht ist eingegangen. Sie erhalten eine Antwort per E-Mail.",
        ),
        "label_created": (
            "Ihr Retourenetikett zur Bestellung [order]",
            (
                "Ihr Etikett zur Retoure [return] liegt bereit. Kleben Sie es auf das "
                "Paket und geben Sie das Paket ab; die Artikel stehen unten."
            ),
        ),
        "refund_paid": (
            "Ihre Erstattung über [money]",
            (
                "Wir haben Ihnen [money] für die Retoure zur Bestellung [order] "
                "zurückgegeben. Guthaben ist sofort da; bis eine Bank den Betrag zeigt, können "
                "einige Tage vergehen."
            ),
        ),
        "refund_failed": (
            "Die Erstattung zur Retoure [return] dauert etwas länger",
            (
                "Die Erstattung für Ihre Retoure zur Bestellung [order] konnte noch nicht "
                "ausgezahlt werden. Wir kümmern uns darum; Sie müssen nichts tun."
            ),
        ),
        "return_reminder": (
            "Ihre Retoure zur Bestellung [order] wartet auf Sie",
            (
                "Ihre Artikel sind noch nicht bei uns. Bitte geben Sie das Paket zur "
                "Retoure [return] ab; die Artikel stehen unten."
            ),
        ),
        "return_expiring": (
            "Ihre Retoure [return] läuft bald ab",
            (
                "Es bleiben nur noch wenige Tage, um die Artikel der Bestellung [order] "
                "abzugeben. Danach gelten Retoure und Etikett nicht mehr."
            ),
        ),
        "deadline_missed": (
            "Ihre Retoure [return] dauert länger als versprochen",
            (
                "Ihre Retoure zur Bestellung [order] sollte schon weiter sein. Das tut "
                "uns leid, und wir kümmern uns darum; Sie müssen nichts tun."
            ),
        ),
    },
)

CUSTOMER_LANGUAGES: Final = MappingProxyType(
    {
        "en": _ENGLISH,
        "de": _GERMAN,
        "nl": _DUTCH,
        "fr": FRENCH,
        "es": SPANISH,
        "it": ITALIAN,
        "pl": POLISH,
    }
)
"""Every language customers are spoken to in, by its code."""
