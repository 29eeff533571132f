"""What the portal says beside its five steps' plain words: gifts, several orders, dates, ways in.

``[name]`` is a slot.  Maps are by the public words of statuses and methods.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec


class JourneyWords(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of it in one language.

    Args:
        apart: Why an order cannot join the others.
        paid_when: When money moves, by the status from which it does.
        needs: What each method asks of the shopper.
    """

    gift: str
    gift_hint: str
    gift_email: str
    gift_email_hint: str
    gift_credit: str
    add_order: str
    add_title: str
    add_lead: str
    apart: Mapping[str, str]
    not_together: str
    one_parcel: str
    price: str
    until: str
    past: str
    final: str
    see_return: str
    ask_shop: str
    by_law: str
    same: str
    photos_title: str
    photos_lead: str
    photos_of: str
    photos_there: str
    photos_few: str
    photo_bad: str
    photo_hint: str
    photos_add: str
    instead_title: str
    instead_lead: str
    left: str
    sold_out: str
    same_price: str
    no_goods: str
    instead: str
    to_pay: str
    gets_back: str
    even: str
    paid_when: Mapping[str, str]
    paid_by: str
    repaired_when: str
    costs: str
    no_cost: str
    needs: Mapping[str, str]
    goes_to: str
    no_address: str
    keep: str
    keep_how: str
    keep_counts: str
    keep_it: str
    amount_changed: str
    resume: str
    resume_title: str
    resume_lead: str
    resume_send: str
    resume_sent: str
    any_number: str
    any_number_hint: str
    return_sent: str
    return_subject: str
    return_text: str
    busy_title: str
    busy: str
    again: str
    front_title: str
    write_email: str
    write_order: str
    write_text: str
    write_send: str
    write_sent: str
    no_email: str
    no_text: str
    mail_subject: str
    mail_text: str
    mail_open: str


EN: Final = JourneyWords(
    gift="It was a gift to me",
    gift_hint="No prices are shown, and who gave it is not told.",
    gift_email="Your e-mail address",
    gift_email_hint="What becomes of it is told to you alone.",
    gift_credit="Store credit for you",
    add_order="Add another order",
    add_title="Add another order",
    add_lead="Its items travel in the same parcel.",
    apart={
        "currency": "That order was paid in another currency. Send it back by itself.",
        "customer": "That order was placed with another address. Send it back by itself.",
        "full": "No more orders fit into one return. Send this one first.",
    },
    not_together="These items cannot come back together. Send them back one after the other.",
    one_parcel="All of it travels in one parcel.",
    price="[amount] each",
    until="Until [day]",
    past="It could be sent back until [day].",
    final="It is sold as final and cannot be sent back.",
    see_return="See return [reference]",
    ask_shop="Ask the shop:",
    by_law="If you want to withdraw from the contract, use the link at the foot of the page.",
    same="The same reason for all items",
    photos_title="Show us",
    photos_lead="The shop asks for photos, so that it can answer at once.",
    photos_of="Photos of [title]",
    photos_there="[n] of [all] added",
    photos_few="Some photos are still missing.",
    photo_bad="One file is no photo that can be used; the others are kept. Send it as JPEG or PNG.",
    photo_hint="JPEG, PNG or WebP, up to 12 MB each and 24 MB together.",
    photos_add="Add photos",
    instead_title="What would you like instead?",
    instead_lead="What is there now may be gone before your parcel arrives.",
    left="[n] in stock",
    sold_out="Sold out now: you are told when it is back",
    same_price="as it is",
    no_goods="Choose what you would like instead.",
    instead="Instead",
    to_pay="You pay the difference of [amount]. The shop tells you how, once it has your parcel.",
    gets_back="You get back the difference of [amount].",
    even="Nothing is paid.",
    paid_when={
        "requested": "Paid at once",
        "authorized": "Paid once the shop has approved",
        "shipped": "Paid once the parcel is handed in",
        "tracked": "Paid once the carrier has scanned the parcel",
        "received": "Paid once the parcel has arrived",
        "processed": "Paid once the items are checked",
    },
    paid_by="on [day] at the latest",
    repaired_when="Repaired once the items are checked",
    costs="costs [amount]",
    no_cost="free",
    needs={
        "label": "You need a printer and a box.",
        "drop_off": "You need a box, and no printer.",
        "locker": "You need a box that fits, and no printer.",
        "pickup": "You need a box; the driver brings the label.",
        "own": "You pay the carrier yourself. Keep the receipt.",
        "virtual": "You pay the carrier yourself. Keep the receipt.",
    },
    goes_to="It goes to:",
    no_address="The shop tells you where it goes. Wait for that before you send it.",
    keep="You may keep it: you need not send it back.",
    keep_how="Say so on the page of your return, once that is approved.",
    keep_counts="It then counts as having come back.",
    keep_it="Keep it without sending it",
    amount_changed="The amount has changed meanwhile. Look again, then send.",
    resume="Mail me a link instead",
    resume_title="A link by mail",
    resume_lead="We mail it to the address that the number belongs to.",
    resume_send="Mail the link",
    resume_sent=(
        "If we know this number, a mail with the link is on its way to the address that it"
        " belongs to."
    ),
    any_number="Order number, return number or tracking number",
    any_number_hint="It stands in our mails, or on the parcel's label.",
    return_sent=(
        "A mail with the link to your return is on its way to the address that it belongs to."
    ),
    return_subject="Your return [number]",
    return_text=(
        "Your return [number] has a page of its own: "
        "where it stands, what happens next, and what you can do.\n\n"
        "If you did not ask for it, nothing has to be done."
    ),
    busy_title="One moment, please",
    busy="Many people are looking from your network. Go on in [n] minutes; nothing is lost.",
    again="Try again",
    front_title="How can we help?",
    write_email="Your e-mail address",
    write_order="Order number (optional)",
    write_text="Your message",
    write_send="Send message",
    write_sent="Your message is with the shop. The answer comes by mail.",
    no_email="Give an e-mail address such as ann@example.com.",
    no_text="Write a few words.",
    mail_subject="Send back items of order [number]",
    mail_text=(
        "Here you can send back items of your order [number], or see where a return stands.\n\n"
        "The link is good for a day. If you did not ask for it, nothing has to be done."
    ),
    mail_open="Continue",
)

DE: Final = JourneyWords(
    gift="Ich habe es geschenkt bekommen",
    gift_hint="Preise werden nicht gezeigt, und wer es geschenkt hat, erfährt nichts.",
    gift_email="Ihre E-Mail-Adresse",
    gift_email_hint="Was daraus wird, erfahren nur Sie.",
    gift_credit="Guthaben für Sie",
    add_order="Weitere Bestellung hinzufügen",
    add_title="Weitere Bestellung hinzufügen",
    add_lead="Ihre Artikel reisen im selben Paket.",
    apart={
        "currency": "Diese Bestellung wurde in anderer Währung bezahlt. Geben Sie sie allein auf.",
        "customer": "Diese Bestellung hat eine andere Adresse. Geben Sie sie allein zurück.",
        "full": "Mehr Bestellungen passen nicht in eine Rückgabe. Senden Sie diese zuerst ab.",
    },
    not_together="Diese Artikel können nicht zusammen zurück. Geben Sie sie nacheinander zurück.",
    one_parcel="Alles reist in einem Paket.",
    price="je [amount]",
    until="Bis [day]",
    past="Die Rückgabe war bis [day] möglich.",
    final="Von der Rückgabe ausgeschlossen.",
    see_return="Rückgabe [reference] ansehen",
    ask_shop="Fragen Sie den Shop:",
    by_law="Wenn Sie den Vertrag widerrufen möchten, nutzen Sie den Link am Ende der Seite.",
    same="Derselbe Grund für alle Artikel",
    photos_title="Zeigen Sie es uns",
    photos_lead="Der Shop bittet um Fotos, damit er sofort antworten kann.",
    photos_of="Fotos von [title]",
    photos_there="[n] von [all] hinzugefügt",
    photos_few="Einige Fotos fehlen noch.",
    photo_bad=(
        "Eine Datei ist kein brauchbares Foto; die anderen sind da. Senden Sie sie als JPEG oder"
        " PNG."
    ),
    photo_hint="JPEG, PNG oder WebP, je bis 12 MB und zusammen bis 24 MB.",
    photos_add="Fotos hinzufügen",
    instead_title="Was möchten Sie stattdessen?",
    instead_lead="Was jetzt da ist, kann vergriffen sein, bis Ihr Paket ankommt.",
    left="[n] vorrätig",
    sold_out="Gerade ausverkauft: Sie hören von uns, sobald es da ist",
    same_price="wie gehabt",
    no_goods="Wählen Sie, was Sie stattdessen möchten.",
    instead="Stattdessen",
    to_pay=(
        "Sie zahlen die Differenz von [amount]. Wie, sagt Ihnen der Shop, sobald Ihr Paket da ist."
    ),
    gets_back="Sie erhalten die Differenz von [amount] zurück.",
    even="Es wird nichts bezahlt.",
    paid_when={
        "requested": "Zahlung sofort",
        "authorized": "Zahlung, sobald der Shop zugestimmt hat",
        "shipped": "Zahlung, sobald das Paket aufgegeben ist",
        "tracked": "Zahlung, sobald das Paket gescannt ist",
        "received": "Zahlung, sobald das Paket angekommen ist",
        "processed": "Zahlung, sobald die Artikel geprüft sind",
    },
    paid_by="spätestens am [day]",
    repaired_when="Reparatur, sobald die Artikel geprüft sind",
    costs="kostet [amount]",
    no_cost="kostenlos",
    needs={
        "label": "Sie brauchen Drucker und Karton.",
        "drop_off": "Sie brauchen einen Karton, keinen Drucker.",
        "locker": "Sie brauchen einen passenden Karton, keinen Drucker.",
        "pickup": "Sie brauchen einen Karton; der Fahrer bringt das Etikett mit.",
        "own": "Sie zahlen den Versand selbst. Heben Sie den Beleg auf.",
        "virtual": "Sie zahlen den Versand selbst. Heben Sie den Beleg auf.",
    },
    goes_to="Es geht an:",
    no_address="Der Shop nennt Ihnen die Adresse. Warten Sie darauf, bevor Sie es senden.",
    keep="Sie dürfen es behalten und müssen es nicht zurücksenden.",
    keep_how="Sagen Sie das auf der Seite Ihrer Rückgabe, sobald sie genehmigt ist.",
    keep_counts="Es gilt dann als zurückgegeben.",
    keep_it="Ohne Rücksendung behalten",
    amount_changed="Der Betrag hat sich inzwischen geändert. Prüfen Sie ihn, dann senden Sie ab.",
    resume="Lieber einen Link per E-Mail",
    resume_title="Ein Link per E-Mail",
    resume_lead="Er geht an die Adresse, zu der die Nummer gehört.",
    resume_send="Link senden",
    resume_sent=(
        "Wenn wir diese Nummer kennen, ist eine Mail mit dem Link an die Adresse unterwegs, zu der"
        " sie gehört."
    ),
    any_number="Bestellnummer, Rückgabenummer oder Sendungsnummer",
    any_number_hint="Sie steht in unseren Mails oder auf dem Etikett des Pakets.",
    return_sent=(
        "Eine Mail mit dem Link zu Ihrer Rückgabe ist unterwegs an die Adresse, zu der sie gehört."
    ),
    return_subject="Ihre Rückgabe [number]",
    return_text=(
        "Ihre Rückgabe [number] hat eine eigene Seite: "
        "wie es um sie steht, was als Nächstes geschieht und was Sie tun können.\n\n"
        "Haben Sie sie nicht angefordert, ist nichts zu tun."
    ),
    busy_title="Einen Moment, bitte",
    busy="Aus Ihrem Netz suchen gerade viele. Weiter in [n] Minuten; nichts geht verloren.",
    again="Erneut versuchen",
    front_title="Wie können wir helfen?",
    write_email="Ihre E-Mail-Adresse",
    write_order="Bestellnummer (freiwillig)",
    write_text="Ihre Nachricht",
    write_send="Nachricht senden",
    write_sent="Ihre Nachricht ist beim Shop. Die Antwort kommt per E-Mail.",
    no_email="Geben Sie eine E-Mail-Adresse an, etwa anna@example.com.",
    no_text="Schreiben Sie ein paar Worte.",
    mail_subject="Artikel der Bestellung [number] zurückgeben",
    mail_text=(
        "Hier können Sie Artikel Ihrer Bestellung [number] zurückgeben oder sehen, wie es um"
        " eine Rückgabe steht.\n\n"
        "Der Link gilt einen Tag. Wenn Sie ihn nicht angefordert haben, ist nichts zu tun."
    ),
    mail_open="Weiter",
)

NL: Final = JourneyWords(
    gift="Ik heb het cadeau gekregen",
    gift_hint="Er worden geen prijzen getoond, en de gever hoort niets.",
    gift_email="Uw e-mailadres",
    gift_email_hint="Wat ermee gebeurt, hoort alleen u.",
    gift_credit="Tegoed voor u",
    add_order="Nog een bestelling toevoegen",
    add_title="Nog een bestelling toevoegen",
    add_lead="De artikelen reizen in hetzelfde pakket.",
    apart={
        "currency": "Die bestelling is in een andere valuta betaald. Stuur haar apart terug.",
        "customer": "Die bestelling heeft een ander adres. Stuur haar apart terug.",
        "full": "Meer bestellingen passen niet in één retour. Verstuur deze eerst.",
    },
    not_together="Deze artikelen kunnen niet samen terug. Stuur ze na elkaar terug.",
    one_parcel="Alles reist in één pakket.",
    price="[amount] per stuk",
    until="Tot en met [day]",
    past="Terugsturen kon tot en met [day].",
    final="Dit artikel kan niet worden teruggestuurd.",
    see_return="Bekijk retour [reference]",
    ask_shop="Vraag het de winkel:",
    by_law="Wilt u de overeenkomst herroepen, gebruik dan de link onderaan de pagina.",
    same="Dezelfde reden voor alle artikelen",
    photos_title="Laat het zien",
    photos_lead="De winkel vraagt om foto's, zodat er meteen antwoord kan komen.",
    photos_of="Foto's van [title]",
    photos_there="[n] van [all] aanwezig",
    photos_few="Er ontbreken nog foto's.",
    photo_bad=(
        "Eén bestand is geen bruikbare foto; de andere zijn bewaard. Stuur het als JPEG of PNG."
    ),
    photo_hint="JPEG, PNG of WebP, elk tot 12 MB en samen tot 24 MB.",
    photos_add="Foto's toevoegen",
    instead_title="Wat wilt u ervoor in de plaats?",
    instead_lead="Wat er nu is, kan op zijn voordat uw pakket aankomt.",
    left="[n] op voorraad",
    sold_out="Nu uitverkocht: u hoort het zodra het er weer is",
    same_price="zoals het was",
    no_goods="Kies wat u ervoor in de plaats wilt.",
    instead="In plaats daarvan",
    to_pay=(
        "U betaalt het verschil van [amount]. Hoe, hoort u van de winkel zodra uw pakket er is."
    ),
    gets_back="U krijgt het verschil van [amount] terug.",
    even="Er wordt niets betaald.",
    paid_when={
        "requested": "Betaald: meteen",
        "authorized": "Betaald zodra de winkel akkoord is",
        "shipped": "Betaald zodra het pakket is afgegeven",
        "tracked": "Betaald zodra het pakket is gescand",
        "received": "Betaald zodra het pakket er is",
        "processed": "Betaald zodra de artikelen zijn gecontroleerd",
    },
    paid_by="uiterlijk op [day]",
    repaired_when="Gerepareerd zodra de artikelen zijn gecontroleerd",
    costs="kost [amount]",
    no_cost="gratis",
    needs={
        "label": "U hebt een printer en een doos nodig.",
        "drop_off": "U hebt een doos nodig, geen printer.",
        "locker": "U hebt een passende doos nodig, geen printer.",
        "pickup": "U hebt een doos nodig; de chauffeur brengt het label mee.",
        "own": "U betaalt de vervoerder zelf. Bewaar het bewijs.",
        "virtual": "U betaalt de vervoerder zelf. Bewaar het bewijs.",
    },
    goes_to="Het gaat naar:",
    no_address="De winkel geeft u het adres. Wacht daarop voordat u het verstuurt.",
    keep="U mag het houden: terugsturen hoeft niet.",
    keep_how="Meld dat op de pagina van uw retour zodra die is goedgekeurd.",
    keep_counts="Het geldt dan als teruggekomen.",
    keep_it="Houden zonder terugsturen",
    amount_changed="Het bedrag is intussen veranderd. Kijk het na en verstuur dan.",
    resume="Liever een link per e-mail",
    resume_title="Een link per e-mail",
    resume_lead="Hij gaat naar het adres dat bij het nummer hoort.",
    resume_send="Link mailen",
    resume_sent=(
        "Als wij dit nummer kennen, is er een e-mail met de link onderweg naar het adres dat"
        " erbij hoort."
    ),
    any_number="Bestelnummer, retournummer of trackingnummer",
    any_number_hint="Het staat in onze mails of op het label van het pakket.",
    return_sent="Een mail met de link naar uw retour is onderweg naar het adres dat erbij hoort.",
    return_subject="Uw retour [number]",
    return_text=(
        "Uw retour [number] heeft een eigen pagina: "
        "hoe het ervoor staat, wat er nu gebeurt en wat u kunt doen.\n\n"
        "Heeft u er niet om gevraagd, dan hoeft u niets te doen."
    ),
    busy_title="Een ogenblik",
    busy="Vanuit uw netwerk zoeken er veel tegelijk. Ga over [n] minuten verder; niets gaat weg.",
    again="Opnieuw proberen",
    front_title="Hoe kunnen we helpen?",
    write_email="Uw e-mailadres",
    write_order="Bestelnummer (optioneel)",
    write_text="Uw bericht",
    write_send="Bericht versturen",
    write_sent="Uw bericht is bij de winkel. Het antwoord komt per e-mail.",
    no_email="Geef een e-mailadres zoals anna@example.com.",
    no_text="Schrijf een paar woorden.",
    mail_subject="Artikelen van bestelling [number] terugsturen",
    mail_text=(
        "Hier kunt u artikelen van uw bestelling [number] terugsturen, of zien hoe het met"
        " een retour staat.\n\n"
        "De link is een dag geldig. Hebt u er niet om gevraagd, dan hoeft u niets te doen."
    ),
    mail_open="Verder",
)
