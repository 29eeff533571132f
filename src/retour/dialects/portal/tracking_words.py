"""What a return's own page says of packing, dates, changes and its neighbours in the parcel.

``[name]`` is a slot.  Maps are by the public words of methods and of what is waited for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec


class TrackingWords(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of it in one language."""

    number: str
    asked: str
    pack_title: str
    pack_first: str
    pack: Mapping[str, str]
    pack_last: str
    open_until: str
    open_from: str
    get_label: str
    label_coming: str
    label_failed: str
    together_title: str
    join: str
    change_title: str
    change_lead: str
    change_of: str
    change: str
    changed: str
    method_title: str
    method: str
    method_changed: str
    dropped_title: str
    dropped_place: str
    dropped_receipt: str
    dropped: str
    dropped_said: str
    dropped_none: str
    promises: Mapping[str, str]
    late: str
    instead: str
    charge: str
    grade: str
    expired: str
    ask_again: str
    save: str
    partly: str
    found: str
    reply: str
    fates: Mapping[str, str]
    paid: str
    still: str
    payments: Mapping[str, str]
    payment_states: Mapping[str, str]


EN: Final = TrackingWords(
    number="Return number",
    asked="Your request is there. Keep the address of this page: it always says how things stand.",
    pack_title="Pack and send",
    pack_first="Pack the items well and put a note with the number in.",
    pack={
        "label": "Stick the label on the parcel.",
        "drop_off": "Have the code ready on your phone.",
        "locker": "Have the code for the locker ready on your phone.",
        "pickup": "Keep the parcel ready; the driver brings the label.",
        "own": "Send it to the shop with a carrier you like.",
        "virtual": "Bring it to the shop yourself.",
    },
    pack_last="Hand it in and keep the receipt.",
    open_until="Open now, until [time].",
    open_from="Closed now. It opens on [day] at [time].",
    get_label="Get the label",
    label_coming="Your label is being made. This page looks again by itself.",
    label_failed=(
        "The carrier does not answer just now. Your return is safe: ask for the label again in"
        " a while, or choose another way."
    ),
    together_title="In the same parcel",
    join="Put it into the same parcel",
    change_title="Change what comes back",
    change_lead="As long as nothing has been sent. None of anything ends the return.",
    change_of="of [n]",
    change="Save the change",
    changed="The change is saved.",
    method_title="Send it another way",
    method="Choose this way",
    method_changed="The way is changed.",
    dropped_title="I have handed it in",
    dropped_place="Where?",
    dropped_receipt="Number on the receipt",
    dropped="Save",
    dropped_said="That is noted.",
    dropped_none="Give the place or the number on the receipt.",
    promises={
        "ship": "Hand the parcel in by [day].",
        "review": "The shop answers by [day].",
        "inspection": "Your items are checked by [day].",
        "refund": "Your money is with you by [day].",
        "choice": "Choose by [day].",
        "charge": "Pay the difference by [day].",
    },
    late=(
        "It was promised by [day] and is late. We are sorry: the shop has been told, and sees to"
        " it by [until]."
    ),
    instead="What you would like instead",
    charge="There is a difference of [amount] to pay. The shop sends you the way to pay it.",
    grade="Grade [grade]",
    expired=(
        "It was not sent in time, so this return has ended. You may ask again; if that is not"
        " possible any more, or the parcel is on its way, write to the shop."
    ),
    ask_again="Ask again",
    save="Save as a picture",
    partly="Part of it is paid; the rest follows.",
    found="Photo [n] of [item]",
    reply="Write about this item",
    fates={
        "send_back": "It is sent back to you.",
        "donate": "It is given to somebody who can use it.",
        "discard": "It is disposed of.",
        "choose": "Say above what shall become of it.",
        "shop": "It stays with the shop for now. If you want it back, write to the shop.",
    },
    paid="Paid",
    still="To come",
    payments={
        "refund": "Money back",
        "store_credit": "Store credit",
    },
    payment_states={
        "to_come": "to come",
        "under_way": "on its way",
        "paid": "paid on [day]",
        "failed": "did not arrive; the shop sees to it",
    },
)

DE: Final = TrackingWords(
    number="Rückgabenummer",
    asked=(
        "Ihre Anfrage ist da. Merken Sie sich die Adresse dieser Seite: Sie sagt immer, wie es"
        " steht."
    ),
    pack_title="Packen und senden",
    pack_first="Packen Sie die Artikel gut ein und legen Sie einen Zettel mit der Nummer bei.",
    pack={
        "label": "Kleben Sie das Etikett auf das Paket.",
        "drop_off": "Halten Sie den Code auf dem Handy bereit.",
        "locker": "Halten Sie den Code für die Packstation auf dem Handy bereit.",
        "pickup": "Halten Sie das Paket bereit; der Fahrer bringt das Etikett mit.",
        "own": "Senden Sie es mit einem Dienst Ihrer Wahl an den Shop.",
        "virtual": "Bringen Sie es selbst zum Shop.",
    },
    pack_last="Geben Sie es auf und heben Sie den Beleg auf.",
    open_until="Jetzt geöffnet, bis [time] Uhr.",
    open_from="Jetzt geschlossen. Es öffnet am [day] um [time] Uhr.",
    get_label="Etikett holen",
    label_coming="Ihr Etikett wird gerade erstellt. Diese Seite sieht von selbst wieder nach.",
    label_failed=(
        "Der Paketdienst antwortet gerade nicht. Ihre Rückgabe ist sicher: Fordern Sie das"
        " Etikett später erneut an, oder wählen Sie einen anderen Weg."
    ),
    together_title="Im selben Paket",
    join="In dasselbe Paket legen",
    change_title="Ändern, was zurückkommt",
    change_lead="Solange nichts verschickt ist. Nichts von allem beendet die Rückgabe.",
    change_of="von [n]",
    change="Änderung speichern",
    changed="Die Änderung ist gespeichert.",
    method_title="Anders versenden",
    method="Diesen Weg wählen",
    method_changed="Der Versandweg ist geändert.",
    dropped_title="Ich habe es aufgegeben",
    dropped_place="Wo?",
    dropped_receipt="Nummer auf dem Beleg",
    dropped="Speichern",
    dropped_said="Das ist notiert.",
    dropped_none="Geben Sie den Ort oder die Nummer auf dem Beleg an.",
    promises={
        "ship": "Geben Sie das Paket auf bis [day].",
        "review": "Der Shop antwortet bis [day].",
        "inspection": "Ihre Artikel sind geprüft bis [day].",
        "refund": "Ihr Geld ist bei Ihnen bis [day].",
        "choice": "Wählen Sie bis [day].",
        "charge": "Zahlen Sie die Differenz bis [day].",
    },
    late=(
        "Das war bis [day] versprochen und ist verspätet. Es tut uns leid: Der Shop weiß es und"
        " kümmert sich bis [until] darum."
    ),
    instead="Was Sie stattdessen möchten",
    charge="Es ist eine Differenz von [amount] zu zahlen. Der Shop sendet Ihnen, wie.",
    grade="Zustand [grade]",
    expired=(
        "Es wurde nicht rechtzeitig verschickt, deshalb ist diese Rückgabe beendet. Sie können"
        " erneut fragen; geht das nicht mehr oder ist das Paket unterwegs, schreiben Sie dem Shop."
    ),
    ask_again="Erneut fragen",
    save="Als Bild speichern",
    partly="Ein Teil ist bezahlt; der Rest folgt.",
    found="Foto [n] von [item]",
    reply="Zu diesem Artikel schreiben",
    fates={
        "send_back": "Er wird an Sie zurückgeschickt.",
        "donate": "Er wird an jemanden gegeben, der ihn brauchen kann.",
        "discard": "Er wird entsorgt.",
        "choose": "Sagen Sie oben, was daraus werden soll.",
        "shop": "Er bleibt vorerst beim Shop. Möchten Sie ihn zurück, schreiben Sie dem Shop.",
    },
    paid="Bezahlt",
    still="Folgt noch",
    payments={
        "refund": "Geld zurück",
        "store_credit": "Guthaben",
    },
    payment_states={
        "to_come": "folgt noch",
        "under_way": "unterwegs",
        "paid": "bezahlt am [day]",
        "failed": "kam nicht an; der Shop kümmert sich darum",
    },
)

NL: Final = TrackingWords(
    number="Retournummer",
    asked=(
        "Uw aanvraag is er. Bewaar het adres van deze pagina: zij zegt altijd hoe het ermee staat."
    ),
    pack_title="Inpakken en versturen",
    pack_first="Pak de artikelen goed in en leg er een briefje met het nummer bij.",
    pack={
        "label": "Plak het label op het pakket.",
        "drop_off": "Houd de code op uw telefoon klaar.",
        "locker": "Houd de code voor de kluis op uw telefoon klaar.",
        "pickup": "Zet het pakket klaar; de chauffeur brengt het label mee.",
        "own": "Stuur het met een vervoerder naar keuze naar de winkel.",
        "virtual": "Breng het zelf naar de winkel.",
    },
    pack_last="Geef het af en bewaar het bewijs.",
    open_until="Nu open, tot [time] uur.",
    open_from="Nu gesloten. Het gaat open op [day] om [time] uur.",
    get_label="Label ophalen",
    label_coming="Uw label wordt gemaakt. Deze pagina kijkt vanzelf opnieuw.",
    label_failed=(
        "De vervoerder antwoordt nu niet. Uw retour is veilig: vraag het label straks opnieuw,"
        " of kies een andere manier."
    ),
    together_title="In hetzelfde pakket",
    join="In hetzelfde pakket doen",
    change_title="Wijzigen wat terugkomt",
    change_lead="Zolang er niets verstuurd is. Niets van alles beëindigt de retour.",
    change_of="van [n]",
    change="Wijziging opslaan",
    changed="De wijziging is opgeslagen.",
    method_title="Anders versturen",
    method="Deze manier kiezen",
    method_changed="De manier is gewijzigd.",
    dropped_title="Ik heb het afgegeven",
    dropped_place="Waar?",
    dropped_receipt="Nummer op het bewijs",
    dropped="Opslaan",
    dropped_said="Dat is genoteerd.",
    dropped_none="Geef de plaats of het nummer op het bewijs.",
    promises={
        "ship": "Geef het pakket af tot en met [day].",
        "review": "De winkel antwoordt uiterlijk [day].",
        "inspection": "Uw artikelen zijn gecontroleerd uiterlijk [day].",
        "refund": "Uw geld is bij u uiterlijk [day].",
        "choice": "Kies uiterlijk [day].",
        "charge": "Betaal het verschil uiterlijk [day].",
    },
    late=(
        "Dit was uiterlijk [day] beloofd en is te laat. Het spijt ons: de winkel weet het en"
        " zorgt er uiterlijk [until] voor."
    ),
    instead="Wat u ervoor in de plaats wilt",
    charge="Er is een verschil van [amount] te betalen. De winkel stuurt u hoe.",
    grade="Staat [grade]",
    expired=(
        "Het is niet op tijd verstuurd, daarom is deze retour beëindigd. U kunt het opnieuw vragen;"
        " kan dat niet meer of is het pakket onderweg, schrijf dan de winkel."
    ),
    ask_again="Opnieuw vragen",
    save="Als afbeelding bewaren",
    partly="Een deel is betaald; de rest volgt.",
    found="Foto [n] van [item]",
    reply="Over dit artikel schrijven",
    fates={
        "send_back": "Het wordt naar u teruggestuurd.",
        "donate": "Het gaat naar iemand die het kan gebruiken.",
        "discard": "Het wordt weggegooid.",
        "choose": "Zeg hierboven wat ermee moet gebeuren.",
        "shop": "Het blijft voorlopig bij de winkel. Wilt u het terug, schrijf de winkel.",
    },
    paid="Betaald",
    still="Volgt nog",
    payments={
        "refund": "Geld terug",
        "store_credit": "Tegoed",
    },
    payment_states={
        "to_come": "volgt nog",
        "under_way": "onderweg",
        "paid": "betaald op [day]",
        "failed": "niet aangekomen; de winkel zorgt ervoor",
    },
)
