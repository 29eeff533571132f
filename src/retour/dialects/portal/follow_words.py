"""What the page of a shopper's own return says, in one place per language.

``[name]`` is a slot.  Maps are by the public words of statuses, steps and choices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec


class FollowWords(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the page says in one language.

    Args:
        nexts: What happens next in each status, and who acts.
    """

    title: str
    next_title: str
    steps_title: str
    items_title: str
    parcels_title: str
    refund_title: str
    amount: str
    paid_at: str
    under_way: str
    order: str
    to_come: str
    label: str
    print_hint: str
    own_carrier: str
    more_label: str
    refused: str
    cancel_title: str
    cancel_lead: str
    cancel: str
    write_title: str
    write_hint: str
    send: str
    sent: str
    choose_title: str
    choose_lead: str
    choose_until: str
    choose: str
    free: str
    not_now: str
    unknown_title: str
    unknown: str
    expired_title: str
    expired: str
    reason_given: str
    photo_title: str
    photo_hint: str
    photo_send: str
    photo_bad: str
    photos_sent: str
    photos_missing: str
    photos_given: str
    steps: Mapping[str, str]
    statuses: Mapping[str, str]
    nexts: Mapping[str, str]
    choices: Mapping[str, str]
    parcel_statuses: Mapping[str, str]


EN: Final = FollowWords(
    title="Return [reference]",
    next_title="What is next",
    steps_title="The way of your return",
    items_title="What comes back",
    parcels_title="Parcels",
    refund_title="Your refund",
    amount="Amount",
    paid_at="Paid",
    under_way="on its way",
    order="Order",
    to_come="to come",
    label="Label",
    print_hint="Print it, or show it on your phone where they scan it.",
    own_carrier="Own carrier",
    more_label="Get another label",
    refused="[n] not taken: [reason]",
    cancel_title="Keep everything after all",
    cancel_lead="Nothing has to be sent then, and nothing is refunded.",
    cancel="Cancel the return",
    write_title="Write to the shop",
    write_hint="Your message",
    send="Send message",
    sent="Your message is with the shop.",
    choose_title="Goods that were not accepted",
    choose_lead=("[n] of your items could not be accepted. What shall become of them?"),
    choose_until="Choose until [until].",
    choose="Confirm choice",
    free="free",
    not_now=("That is not possible any more. This is how your return stands now."),
    unknown_title="This link leads nowhere",
    unknown=(
        "We gave out no such link, or what it was for is gone. Open the link from the"
        " mail itself, unchanged and in one piece."
    ),
    expired_title="This link has expired",
    expired="It was good until [until]. Ask the shop for a new one.",
    reason_given="Reason given: [reason]",
    photo_title="Add photos",
    photo_hint="JPEG, PNG or WebP, up to 12 MB each and 24 MB together.",
    photo_send="Send photos",
    photo_bad=(
        "That is no photo that can be used. Send a JPEG, PNG or WebP as your phone takes them."
    ),
    photos_sent="Your photos are with the shop.",
    photos_missing="The shop asks for [n] more of this item.",
    photos_given="Photos: [n]",
    steps={
        "request": "Asked for",
        "eligibility": "Checked",
        "approval": "Approved",
        "label": "Label made",
        "receipt": "Arrived",
        "refund": "Refunded",
        "closing": "Completed",
    },
    statuses={
        "requested": "requested",
        "authorized": "approved",
        "shipped": "sent",
        "tracked": "on its way",
        "received": "arrived",
        "processed": "checked",
        "settled": "settled",
        "completed": "completed",
        "rejected": "declined",
        "canceled": "canceled",
    },
    nexts={
        "requested": "The shop looks at your request. You have nothing to do.",
        "authorized": "Pack the items, put the label on the parcel and hand it in.",
        "shipped": "Your parcel is on its way. You have nothing to do.",
        "tracked": "Your parcel is on its way. You have nothing to do.",
        "received": "Your items are inspected. You have nothing to do.",
        "processed": "Your items are inspected; what is due to you is paid next.",
        "settled": "Everything is settled.",
        "completed": "Everything is done.",
        "rejected": "The shop has declined this return.",
        "canceled": "This return was canceled.",
    },
    choices={
        "send_back": "Send them back to me",
        "donate": "Give them to charity",
        "discard": "Throw them away",
    },
    parcel_statuses={
        "requested": "being prepared",
        "label_created": "ready",
        "label_failed": "label to follow",
        "in_transit": "on its way",
        "delivered": "delivered",
        "voided": "withdrawn",
        "exception": "held up",
        "lost": "lost",
        "returned_to_sender": "returned to sender",
    },
)
DE: Final = FollowWords(
    title="Rückgabe [reference]",
    next_title="Wie es weitergeht",
    steps_title="Der Weg Ihrer Rückgabe",
    items_title="Was zurückkommt",
    parcels_title="Pakete",
    refund_title="Ihre Erstattung",
    amount="Betrag",
    paid_at="Bezahlt",
    under_way="unterwegs",
    order="Bestellung",
    to_come="kommt noch",
    label="Etikett",
    print_hint=("Drucken Sie es aus oder zeigen Sie es auf dem Telefon, wo gescannt wird."),
    own_carrier="Eigener Versand",
    more_label="Weiteres Etikett holen",
    refused="[n] abgelehnt: [reason]",
    cancel_title="Doch alles behalten",
    cancel_lead="Dann ist nichts zu schicken, und es wird nichts erstattet.",
    cancel="Rückgabe stornieren",
    write_title="Dem Shop schreiben",
    write_hint="Ihre Nachricht",
    send="Nachricht senden",
    sent="Ihre Nachricht ist beim Shop.",
    choose_title="Nicht angenommene Ware",
    choose_lead=("[n] Ihrer Artikel konnten nicht angenommen werden. Was soll damit geschehen?"),
    choose_until="Wählen Sie bis [until].",
    choose="Wahl bestätigen",
    free="kostenlos",
    not_now="Das ist nicht mehr möglich. So steht Ihre Rückgabe jetzt.",
    unknown_title="Dieser Link führt nirgendwohin",
    unknown=(
        "Einen solchen Link haben wir nicht vergeben, oder es gibt nicht mehr, wofür"
        " er war. Öffnen Sie den Link aus der Mail selbst, unverändert und ganz."
    ),
    expired_title="Dieser Link ist abgelaufen",
    expired="Er galt bis [until]. Bitten Sie den Shop um einen neuen.",
    reason_given="Begründung: [reason]",
    photo_title="Fotos hinzufügen",
    photo_hint="JPEG, PNG oder WebP, je bis 12 MB und zusammen bis 24 MB.",
    photo_send="Fotos senden",
    photo_bad=(
        "Das ist kein brauchbares Foto. Senden Sie ein JPEG, PNG oder WebP, wie Ihr"
        " Telefon es aufnimmt."
    ),
    photos_sent="Ihre Fotos sind beim Shop.",
    photos_missing="Der Shop bittet um [n] weitere von diesem Artikel.",
    photos_given="Fotos: [n]",
    steps={
        "request": "Angefragt",
        "eligibility": "Geprüft",
        "approval": "Genehmigt",
        "label": "Etikett erstellt",
        "receipt": "Angekommen",
        "refund": "Erstattet",
        "closing": "Abgeschlossen",
    },
    statuses={
        "requested": "angefragt",
        "authorized": "genehmigt",
        "shipped": "verschickt",
        "tracked": "unterwegs",
        "received": "angekommen",
        "processed": "geprüft",
        "settled": "abgerechnet",
        "completed": "abgeschlossen",
        "rejected": "abgelehnt",
        "canceled": "storniert",
    },
    nexts={
        "requested": "Der Shop sieht Ihre Anfrage an. Sie müssen nichts tun.",
        "authorized": (
            "Packen Sie die Artikel ein, kleben Sie das Etikett auf das Paket und geben Sie es ab."
        ),
        "shipped": "Ihr Paket ist unterwegs. Sie müssen nichts tun.",
        "tracked": "Ihr Paket ist unterwegs. Sie müssen nichts tun.",
        "received": "Ihre Artikel werden geprüft. Sie müssen nichts tun.",
        "processed": ("Ihre Artikel sind geprüft; als Nächstes wird bezahlt, was Ihnen zusteht."),
        "settled": "Alles ist abgerechnet.",
        "completed": "Alles ist erledigt.",
        "rejected": "Der Shop hat diese Rückgabe abgelehnt.",
        "canceled": "Diese Rückgabe wurde storniert.",
    },
    choices={
        "send_back": "Mir zurückschicken",
        "donate": "Spenden",
        "discard": "Entsorgen",
    },
    parcel_statuses={
        "requested": "wird vorbereitet",
        "label_created": "bereit",
        "label_failed": "Etikett folgt",
        "in_transit": "unterwegs",
        "delivered": "zugestellt",
        "voided": "zurückgezogen",
        "exception": "aufgehalten",
        "lost": "verloren",
        "returned_to_sender": "an den Absender zurück",
    },
)
NL: Final = FollowWords(
    title="Retour [reference]",
    next_title="Wat er nu gebeurt",
    steps_title="De weg van uw retour",
    items_title="Wat terugkomt",
    parcels_title="Pakketten",
    refund_title="Uw terugbetaling",
    amount="Bedrag",
    paid_at="Betaald",
    under_way="onderweg",
    order="Bestelling",
    to_come="volgt nog",
    label="Label",
    print_hint="Print het, of laat het op uw telefoon zien waar gescand wordt.",
    own_carrier="Eigen vervoerder",
    more_label="Nog een label",
    refused="[n] niet toegestaan: [reason]",
    cancel_title="Toch alles houden",
    cancel_lead="Dan hoeft u niets te sturen en wordt er niets terugbetaald.",
    cancel="Retour annuleren",
    write_title="De winkel schrijven",
    write_hint="Uw bericht",
    send="Bericht versturen",
    sent="Uw bericht is bij de winkel.",
    choose_title="Niet aanvaarde artikelen",
    choose_lead=("[n] van uw artikelen konden niet worden aanvaard. Wat moet ermee gebeuren?"),
    choose_until="Kies uiterlijk [until].",
    choose="Keuze bevestigen",
    free="gratis",
    not_now="Dat kan niet meer. Zo staat uw retour er nu voor.",
    unknown_title="Deze link leidt nergens heen",
    unknown=(
        "Zo'n link hebben wij niet uitgegeven, of waar hij voor was bestaat niet"
        " meer. Open de link uit de mail zelf, ongewijzigd en in zijn geheel."
    ),
    expired_title="Deze link is verlopen",
    expired="Hij was geldig tot [until]. Vraag de winkel om een nieuwe.",
    reason_given="Opgegeven reden: [reason]",
    photo_title="Foto's toevoegen",
    photo_hint="JPEG, PNG of WebP, elk tot 12 MB en samen tot 24 MB.",
    photo_send="Foto's versturen",
    photo_bad=(
        "Dit is geen bruikbare foto. Stuur een JPEG, PNG of WebP zoals uw telefoon die maakt."
    ),
    photos_sent="Uw foto's zijn bij de winkel.",
    photos_missing="De winkel vraagt er nog [n] van dit artikel.",
    photos_given="Foto's: [n]",
    steps={
        "request": "Aangevraagd",
        "eligibility": "Gecontroleerd",
        "approval": "Goedgekeurd",
        "label": "Label gemaakt",
        "receipt": "Aangekomen",
        "refund": "Terugbetaald",
        "closing": "Afgerond",
    },
    statuses={
        "requested": "aangevraagd",
        "authorized": "goedgekeurd",
        "shipped": "verstuurd",
        "tracked": "onderweg",
        "received": "aangekomen",
        "processed": "gecontroleerd",
        "settled": "afgerekend",
        "completed": "afgerond",
        "rejected": "afgewezen",
        "canceled": "geannuleerd",
    },
    nexts={
        "requested": "De winkel bekijkt uw aanvraag. U hoeft niets te doen.",
        "authorized": ("Pak de artikelen in, plak het label op het pakket en lever het in."),
        "shipped": "Uw pakket is onderweg. U hoeft niets te doen.",
        "tracked": "Uw pakket is onderweg. U hoeft niets te doen.",
        "received": "Uw artikelen worden gecontroleerd. U hoeft niets te doen.",
        "processed": ("Uw artikelen zijn gecontroleerd; nu wordt betaald wat u toekomt."),
        "settled": "Alles is afgerekend.",
        "completed": "Alles is klaar.",
        "rejected": "De winkel heeft deze retour afgewezen.",
        "canceled": "Deze retour is geannuleerd.",
    },
    choices={
        "send_back": "Naar mij terugsturen",
        "donate": "Aan een goed doel geven",
        "discard": "Weggooien",
    },
    parcel_statuses={
        "requested": "wordt voorbereid",
        "label_created": "klaar",
        "label_failed": "label volgt",
        "in_transit": "onderweg",
        "delivered": "bezorgd",
        "voided": "ingetrokken",
        "exception": "opgehouden",
        "lost": "zoek",
        "returned_to_sender": "terug naar afzender",
    },
)
