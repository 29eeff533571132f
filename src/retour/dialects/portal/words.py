"""What the portal's pages say, in one place per language.  ``[name]`` is a slot.

Reasons are kept by their codes; policies know them by these, and the shop reads them in English.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the portal says in one language.

    Args:
        reasons: Why goods come back, by code, in the order they are offered.
        outcomes, methods: By the policy's words; ``kinds`` by those of a settlement's lines.
    """

    language: str
    find_title: str
    find_lead: str
    number: str
    number_hint: str
    proof: str
    proof_hint: str
    find: str
    not_found: str
    no_number: str
    no_proof: str
    busy: str
    expired: str
    wrong_title: str
    step: str
    items_title: str
    order: str
    quantity: str
    of: str
    gone: str
    none_left: str
    not_delivered: str
    asked_anyway: str
    nothing: str
    no_items: str
    proceed: str
    why_title: str
    reason: str
    choose: str
    no_reason: str
    no_words: str
    comment: str
    too_long: str
    check_title: str
    check_lead: str
    items: str
    change: str
    back: str
    send: str
    refused: str
    reasons: Mapping[str, str]
    wishes_title: str
    wish: str
    method: str
    no_outcome: str
    no_method: str
    total: str
    estimate: str
    together: str
    outcomes: Mapping[str, str]
    kinds: Mapping[str, str]
    methods: Mapping[str, str]
    direction: str = "ltr"


EN: Final = Words(
    language="English",
    find_title="Return something",
    find_lead="First find your order. You need no account.",
    number="Order number",
    number_hint="It stands in the mail that confirmed your order.",
    proof="E-mail address or postcode",
    proof_hint="The one you gave with your order.",
    find="Find my order",
    not_found=(
        "We find no order and no return by these details. Compare both with the mail that confirmed"
        " your order."
    ),
    no_number="Give your order number.",
    no_proof="Give the e-mail address or the postcode of your order.",
    busy="Many people are looking from your network. Wait a moment and press the button again.",
    expired="This page was open for more than a day. Find your order again.",
    wrong_title="Please look at this",
    step="Step [n] of 5",
    items_title="What do you send back?",
    order="Order [number]",
    quantity="Quantity of [title]",
    of="of [n]",
    gone="[n] of [all] in a return already",
    none_left="In a return already",
    not_delivered="Not delivered yet",
    asked_anyway="You may ask all the same: the shop decides.",
    nothing="Nothing of this order can come back now.",
    no_items="Choose at least one item.",
    proceed="Continue",
    why_title="Why do you send it back?",
    reason="Reason",
    choose="Choose a reason",
    no_reason="Choose a reason for [title].",
    no_words="Say a few words about [title]: this reason needs them.",
    comment="Anything to add? (optional)",
    too_long="This is too long. Shorten it to [n] characters.",
    check_title="Check and send",
    check_lead="Nothing is sent before you press the button.",
    items="Items",
    change="Change",
    back="Back",
    send="Send request",
    refused="The order has changed meanwhile. Look at your items again.",
    reasons={
        "too_small": "Too small",
        "too_big": "Too big",
        "changed_mind": "I changed my mind",
        "not_as_described": "Not as described",
        "broken": "Broken or faulty",
        "wrong_item": "Wrong item",
        "too_late": "Came too late",
        "other": "Something else",
    },
    wishes_title="What would you like?",
    wish="What do you want for it?",
    method="How do you send it?",
    no_outcome="Choose what you want for it.",
    no_method="Choose how you send it.",
    total="You get back",
    estimate="If everything comes back as you describe it.",
    together="You choose it together with the shop.",
    outcomes={
        "refund": "Money back, the way you paid",
        "store_credit": "Store credit",
        "exchange": "Something else instead",
        "repair": "Have it repaired",
    },
    kinds={
        "item": "Items",
        "shipping": "Delivery",
        "fee": "Fee",
        "adjustment": "Deduction",
        "goodwill": "Goodwill",
        "bonus": "Bonus",
    },
    methods={
        "label": "With a label to print",
        "drop_off": "With a code shown at a counter",
        "locker": "At a parcel locker",
        "pickup": "Somebody collects it",
        "own": "With a parcel service of your own",
        "virtual": "Hand it over yourself",
    },
)
DE: Final = Words(
    language="Deutsch",
    find_title="Etwas zurückgeben",
    find_lead="Suchen Sie zuerst Ihre Bestellung. Sie brauchen kein Konto.",
    number="Bestellnummer",
    number_hint="Sie steht in der Bestätigungsmail zu Ihrer Bestellung.",
    proof="E-Mail-Adresse oder Postleitzahl",
    proof_hint="Die Angabe aus Ihrer Bestellung.",
    find="Bestellung suchen",
    not_found=(
        "Zu diesen Angaben finden wir weder Bestellung noch Rückgabe. Vergleichen Sie beide mit"
        " der Bestätigungsmail."
    ),
    no_number="Geben Sie Ihre Bestellnummer an.",
    no_proof="Geben Sie die E-Mail-Adresse oder die Postleitzahl Ihrer Bestellung an.",
    busy=(
        "Aus Ihrem Netz suchen gerade viele. Warten Sie einen Moment und drücken Sie noch einmal."
    ),
    expired="Diese Seite war länger als einen Tag offen. Suchen Sie Ihre Bestellung noch einmal.",
    wrong_title="Bitte sehen Sie sich das an",
    step="Schritt [n] von 5",
    items_title="Was schicken Sie zurück?",
    order="Bestellung [number]",
    quantity="Anzahl von [title]",
    of="von [n]",
    gone="[n] von [all] schon in einer Rückgabe",
    none_left="Schon in einer Rückgabe",
    not_delivered="Noch nicht geliefert",
    asked_anyway="Sie dürfen trotzdem fragen: Der Shop entscheidet.",
    nothing="Von dieser Bestellung kann zurzeit nichts zurückgegeben werden.",
    no_items="Wählen Sie mindestens einen Artikel.",
    proceed="Weiter",
    why_title="Warum schicken Sie es zurück?",
    reason="Grund",
    choose="Grund wählen",
    no_reason="Wählen Sie einen Grund für [title].",
    no_words="Schreiben Sie ein paar Worte zu [title]: Dieser Grund braucht sie.",
    comment="Möchten Sie etwas hinzufügen? (freiwillig)",
    too_long="Das ist zu lang. Kürzen Sie es auf [n] Zeichen.",
    check_title="Prüfen und absenden",
    check_lead="Es wird nichts gesendet, bevor Sie den Knopf drücken.",
    items="Artikel",
    change="Ändern",
    back="Zurück",
    send="Anfrage absenden",
    refused="Die Bestellung hat sich inzwischen geändert. Sehen Sie Ihre Artikel noch einmal an.",
    reasons={
        "too_small": "Zu klein",
        "too_big": "Zu groß",
        "changed_mind": "Ich habe es mir anders überlegt",
        "not_as_described": "Anders als beschrieben",
        "broken": "Kaputt oder fehlerhaft",
        "wrong_item": "Falscher Artikel",
        "too_late": "Kam zu spät",
        "other": "Etwas anderes",
    },
    wishes_title="Was möchten Sie?",
    wish="Was möchten Sie dafür?",
    method="Wie schicken Sie es?",
    no_outcome="Wählen Sie, was Sie dafür möchten.",
    no_method="Wählen Sie, wie Sie es schicken.",
    total="Sie erhalten zurück",
    estimate="Wenn alles so zurückkommt, wie Sie es beschreiben.",
    together="Sie wählen es gemeinsam mit dem Shop aus.",
    outcomes={
        "refund": "Geld zurück, wie Sie bezahlt haben",
        "store_credit": "Guthaben",
        "exchange": "Etwas anderes dafür",
        "repair": "Reparieren lassen",
    },
    kinds={
        "item": "Artikel",
        "shipping": "Lieferung",
        "fee": "Gebühr",
        "adjustment": "Abzug",
        "goodwill": "Kulanz",
        "bonus": "Bonus",
    },
    methods={
        "label": "Mit einem Etikett zum Ausdrucken",
        "drop_off": "Mit einem Code am Schalter",
        "locker": "An einer Paketstation",
        "pickup": "Es wird abgeholt",
        "own": "Mit einem eigenen Paketdienst",
        "virtual": "Selbst abgeben",
    },
)
NL: Final = Words(
    language="Nederlands",
    find_title="Iets terugsturen",
    find_lead="Zoek eerst uw bestelling op. U heeft geen account nodig.",
    number="Bestelnummer",
    number_hint="Het staat in de bevestigingsmail van uw bestelling.",
    proof="E-mailadres of postcode",
    proof_hint="Zoals opgegeven bij uw bestelling.",
    find="Bestelling zoeken",
    not_found=(
        "Met deze gegevens vinden we geen bestelling of retour. Vergelijk ze allebei met de"
        " bevestigingsmail."
    ),
    no_number="Vul uw bestelnummer in.",
    no_proof="Vul het e-mailadres of de postcode van uw bestelling in.",
    busy="Er zoeken veel mensen vanaf uw netwerk. Wacht even en druk nog een keer op de knop.",
    expired="Deze pagina stond langer dan een dag open. Zoek uw bestelling opnieuw op.",
    wrong_title="Kijk hier nog even naar",
    step="Stap [n] van 5",
    items_title="Wat stuurt u terug?",
    order="Bestelling [number]",
    quantity="Aantal van [title]",
    of="van [n]",
    gone="[n] van [all] al in een retour",
    none_left="Al in een retour",
    not_delivered="Nog niet geleverd",
    asked_anyway="U mag het toch vragen: de winkel beslist.",
    nothing="Van deze bestelling kan nu niets terug.",
    no_items="Kies minstens één artikel.",
    proceed="Verder",
    why_title="Waarom stuurt u het terug?",
    reason="Reden",
    choose="Kies een reden",
    no_reason="Kies een reden voor [title].",
    no_words="Schrijf een paar woorden over [title]: deze reden vraagt erom.",
    comment="Wilt u iets toevoegen? (niet verplicht)",
    too_long="Dit is te lang. Kort het in tot [n] tekens.",
    check_title="Controleren en versturen",
    check_lead="Er wordt niets verstuurd voordat u op de knop drukt.",
    items="Artikelen",
    change="Wijzigen",
    back="Terug",
    send="Aanvraag versturen",
    refused="De bestelling is intussen veranderd. Bekijk uw artikelen nog een keer.",
    reasons={
        "too_small": "Te klein",
        "too_big": "Te groot",
        "changed_mind": "Ik heb me bedacht",
        "not_as_described": "Anders dan beschreven",
        "broken": "Kapot of gebrekkig",
        "wrong_item": "Verkeerd artikel",
        "too_late": "Kwam te laat",
        "other": "Iets anders",
    },
    wishes_title="Wat wilt u?",
    wish="Wat wilt u ervoor?",
    method="Hoe stuurt u het?",
    no_outcome="Kies wat u ervoor wilt.",
    no_method="Kies hoe u het stuurt.",
    total="U krijgt terug",
    estimate="Als alles terugkomt zoals u het beschrijft.",
    together="U kiest het samen met de winkel uit.",
    outcomes={
        "refund": "Geld terug, zoals u betaald heeft",
        "store_credit": "Tegoed",
        "exchange": "Iets anders ervoor",
        "repair": "Laten repareren",
    },
    kinds={
        "item": "Artikelen",
        "shipping": "Bezorging",
        "fee": "Kosten",
        "adjustment": "Aftrek",
        "goodwill": "Coulance",
        "bonus": "Bonus",
    },
    methods={
        "label": "Met een label om te printen",
        "drop_off": "Met een code aan de balie",
        "locker": "Bij een pakketautomaat",
        "pickup": "Het wordt opgehaald",
        "own": "Met een eigen pakketdienst",
        "virtual": "Zelf afgeven",
    },
)
