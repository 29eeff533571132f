"""What the page and the mail say, in one place per language.

Nothing here judges: a withdrawal is received, never approved or accepted.  ``[name]`` is a slot.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

_SLOT: Final = re.compile(r"\[([a-z_]+)\]")


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """Everything said in one language.

    Args:
        whole_said, part_said, contract_said, items_said, from_said: Of these the statement is made.
    """

    language: str
    title: str
    lead: str
    name: str
    contract: str
    contract_hint: str
    email: str
    email_hint: str
    scope: str
    whole: str
    part: str
    items: str
    items_hint: str
    quantity: str
    proceed: str
    step: str
    check_title: str
    check_lead: str
    back: str
    done_title: str
    reference: str
    received: str
    mailed: str
    keep: str
    goods: str
    statement: str
    whole_said: str
    part_said: str
    contract_said: str
    name_said: str
    email_said: str
    wrong_title: str
    no_name: str
    no_contract: str
    no_email: str
    no_items: str
    too_long: str
    expired: str
    busy: str
    not_offered: str
    other_ways: str
    subject: str
    mail_lead: str
    mail_keep: str
    submitted: str


def fill(text: str, **slots: str) -> str:
    """Put values into a text's slots; what a value says is never read again."""
    return _SLOT.sub(lambda slot: slots.get(slot[1], slot[0]), text)


EN: Final = Words(
    language="English",
    title="Withdraw from a contract",
    lead="You need no account and give no reason. First say which contract you mean, then confirm.",
    name="Your name",
    contract="Order or contract number",
    contract_hint="Or whatever else identifies the contract, such as an invoice number.",
    email="E-mail address",
    email_hint="The receipt of your withdrawal goes there.",
    scope="What do you withdraw from?",
    whole="From the whole contract",
    part="From some items only",
    items="Items and quantities",
    items_hint="One item per line, the quantity first: 2 x blue shirt",
    quantity="Quantity",
    proceed="Continue",
    step="Step [n] of 2",
    check_title="Check your statement",
    check_lead="We will keep these words as they stand. They are sent when you press the button.",
    back="Back, to change something",
    done_title="We have received your withdrawal",
    reference="Reference",
    received="Received",
    mailed="A receipt with your statement is being sent to [email].",
    keep="Print this page or keep the reference until the mail is there.",
    goods="If you have the goods, send them back within 14 days of today.",
    statement="Your statement",
    whole_said="I hereby withdraw from my contract as a whole.",
    part_said="I hereby withdraw from my contract as far as it is about these items:",
    contract_said="Contract",
    name_said="Name",
    email_said="E-mail address for the receipt",
    wrong_title="Please look at these fields",
    no_name="Give your name.",
    no_contract="Say which contract you mean, for example by its order number.",
    no_email="Give an e-mail address such as ann@example.com, so that the receipt can reach you.",
    no_items="Name at least one item, or withdraw from the whole contract.",
    too_long="This is too long. Shorten it to [n] characters.",
    expired="This page was open for more than a day. Check your details and continue.",
    busy="Many statements arrive from your network. Yours is not sent yet: press the button again.",
    not_offered="This shop sells nothing that consumers could withdraw from here.",
    other_ways="You may also withdraw by letter or by an e-mail of your own.",
    subject="Receipt of your withdrawal [reference]",
    mail_lead="We have received the following statement from you.",
    mail_keep="Keep this mail: it proves what you sent us, and when.",
    submitted="Submitted",
)
DE: Final = Words(
    language="Deutsch",
    title="Vertrag widerrufen",
    lead=(
        "Sie brauchen kein Konto und nennen keinen Grund. Sagen Sie zuerst, welchen Vertrag"
        " Sie meinen, und bestätigen Sie dann."
    ),
    name="Ihr Name",
    contract="Bestell- oder Vertragsnummer",
    contract_hint="Oder was den Vertrag sonst bezeichnet, etwa eine Rechnungsnummer.",
    email="E-Mail-Adresse",
    email_hint="Dorthin geht die Eingangsbestätigung Ihres Widerrufs.",
    scope="Was widerrufen Sie?",
    whole="Den ganzen Vertrag",
    part="Nur einzelne Artikel",
    items="Artikel und Mengen",
    items_hint="Ein Artikel pro Zeile, die Menge zuerst: 2 x blaues Hemd",
    quantity="Menge",
    proceed="Weiter",
    step="Schritt [n] von 2",
    check_title="Prüfen Sie Ihre Erklärung",
    check_lead="Wir bewahren diese Worte genau so auf. Abgeschickt wird erst mit der Schaltfläche.",
    back="Zurück, um etwas zu ändern",
    done_title="Ihr Widerruf ist eingegangen",
    reference="Vorgangsnummer",
    received="Eingegangen",
    mailed="Eine Eingangsbestätigung mit Ihrer Erklärung wird an [email] geschickt.",
    keep="Drucken Sie diese Seite oder heben Sie die Vorgangsnummer auf, bis die E-Mail da ist.",
    goods="Wenn Sie die Ware haben, schicken Sie sie innerhalb von 14 Tagen ab heute zurück.",
    statement="Ihre Erklärung",
    whole_said="Hiermit widerrufe ich den von mir abgeschlossenen Vertrag insgesamt.",
    part_said="Hiermit widerrufe ich den von mir abgeschlossenen Vertrag über folgende Artikel:",
    contract_said="Vertrag",
    name_said="Name",
    email_said="E-Mail-Adresse für die Eingangsbestätigung",
    wrong_title="Bitte sehen Sie diese Felder an",
    no_name="Geben Sie Ihren Namen an.",
    no_contract="Sagen Sie, welchen Vertrag Sie meinen, zum Beispiel mit der Bestellnummer.",
    no_email=(
        "Geben Sie eine E-Mail-Adresse an, etwa ann@example.com, damit die Bestätigung ankommt."
    ),
    no_items="Nennen Sie mindestens einen Artikel, oder widerrufen Sie den ganzen Vertrag.",
    too_long="Das ist zu lang. Kürzen Sie es auf [n] Zeichen.",
    expired=(
        "Diese Seite war länger als einen Tag offen. Prüfen Sie Ihre Angaben und fahren Sie fort."
    ),
    busy=(
        "Aus Ihrem Netz kommen viele Erklärungen an. Ihre ist noch nicht abgeschickt: Drücken"
        " Sie noch einmal."
    ),
    not_offered="Dieser Shop verkauft nichts, was Verbraucher hier widerrufen könnten.",
    other_ways="Sie können auch per Brief oder mit einer eigenen E-Mail widerrufen.",
    subject="Eingang Ihres Widerrufs [reference]",
    mail_lead="Wir haben von Ihnen die folgende Erklärung erhalten.",
    mail_keep="Bewahren Sie diese E-Mail auf: Sie belegt, was Sie uns wann geschickt haben.",
    submitted="Abgeschickt",
)
NL: Final = Words(
    language="Nederlands",
    title="Overeenkomst herroepen",
    lead=(
        "U hebt geen account nodig en geeft geen reden op. Zeg eerst welke overeenkomst u"
        " bedoelt en bevestig daarna."
    ),
    name="Uw naam",
    contract="Bestel- of contractnummer",
    contract_hint="Of wat de overeenkomst anders aanduidt, zoals een factuurnummer.",
    email="E-mailadres",
    email_hint="Daarheen gaat de ontvangstbevestiging van uw herroeping.",
    scope="Wat herroept u?",
    whole="De hele overeenkomst",
    part="Alleen enkele artikelen",
    items="Artikelen en aantallen",
    items_hint="Eén artikel per regel, eerst het aantal: 2 x blauw overhemd",
    quantity="Aantal",
    proceed="Verder",
    step="Stap [n] van 2",
    check_title="Controleer uw verklaring",
    check_lead="Wij bewaren deze woorden precies zo. Ze worden pas met de knop verstuurd.",
    back="Terug, om iets te wijzigen",
    done_title="Wij hebben uw herroeping ontvangen",
    reference="Kenmerk",
    received="Ontvangen",
    mailed="Een ontvangstbevestiging met uw verklaring wordt gestuurd naar [email].",
    keep="Druk deze pagina af of bewaar het kenmerk tot de e-mail er is.",
    goods="Hebt u de goederen? Stuur ze dan binnen 14 dagen vanaf vandaag terug.",
    statement="Uw verklaring",
    whole_said="Hierbij herroep ik mijn overeenkomst in haar geheel.",
    part_said="Hierbij herroep ik mijn overeenkomst voor de volgende artikelen:",
    contract_said="Overeenkomst",
    name_said="Naam",
    email_said="E-mailadres voor de ontvangstbevestiging",
    wrong_title="Kijk naar deze velden",
    no_name="Geef uw naam op.",
    no_contract="Zeg welke overeenkomst u bedoelt, bijvoorbeeld met het bestelnummer.",
    no_email="Geef een e-mailadres op, zoals ann@example.com, zodat de bevestiging u bereikt.",
    no_items="Noem ten minste één artikel, of herroep de hele overeenkomst.",
    too_long="Dit is te lang. Kort het in tot [n] tekens.",
    expired="Deze pagina stond langer dan een dag open. Controleer uw gegevens en ga verder.",
    busy="Er komen veel verklaringen uit uw netwerk. De uwe is nog niet verstuurd: druk nog eens.",
    not_offered="Deze winkel verkoopt niets wat consumenten hier kunnen herroepen.",
    other_ways="U kunt ook per brief of met een eigen e-mail herroepen.",
    subject="Ontvangst van uw herroeping [reference]",
    mail_lead="Wij hebben de volgende verklaring van u ontvangen.",
    mail_keep="Bewaar deze e-mail: die bewijst wat u ons wanneer hebt gestuurd.",
    submitted="Verstuurd",
)
