"""What settlement memos and credit notes say, in each language customers are spoken to."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import msgspec


class PaperWords(msgspec.Struct, frozen=True, kw_only=True):
    """Everything printed in one language; ``{rma}`` and ``{order}`` in ``about`` are filled."""

    memo: str
    credit_note: str
    draft: str
    about: str
    customer: str
    number: str
    date: str
    order: str
    ordered: str
    rma: str
    of_memo: str
    replaces: str
    currency: str
    item: str
    quantity: str
    price: str
    net_price: str
    discount: str
    rate: str
    tax: str
    amount: str
    net: str
    gross: str
    shipping: str
    fee: str
    adjustment: str
    other: str
    total: str
    nothing: str
    taxes: str
    untaxed: str
    means: str
    way: str
    refund: str
    store_credit: str
    exchange: str
    repair: str
    charge: str
    elsewhere: str
    vat_id: str
    page: str


_ENGLISH: Final = PaperWords(
    memo="Settlement memo",
    credit_note="Credit note",
    draft="Draft",
    about="For return {rma} of order {order}.",
    customer="Customer",
    number="Number",
    date="Date",
    order="Order",
    ordered="Ordered on",
    rma="Return",
    of_memo="Settlement memo",
    replaces="Replaces",
    currency="Currency",
    item="Item",
    quantity="Qty",
    price="Price",
    net_price="Price before tax",
    discount="Discount",
    rate="Tax rate",
    tax="Tax",
    amount="Amount",
    net="Net",
    gross="Gross",
    shipping="Shipping",
    fee="Fee",
    adjustment="Adjustment",
    other="Other",
    total="Total",
    nothing="Nothing is paid.",
    taxes="Tax included",
    untaxed="Not taxed",
    means="How it is given back",
    way="Means",
    refund="Refund",
    store_credit="Store credit",
    exchange="Goods in exchange",
    repair="Repair",
    charge="To be paid by you",
    elsewhere="paid by the seller",
    vat_id="VAT ID",
    page="Page {page} of {pages}",
)
_DUTCH: Final = PaperWords(
    memo="Afrekening",
    credit_note="Creditnota",
    draft="Concept",
    about="Voor retour {rma} van bestelling {order}.",
    customer="Klant",
    number="Nummer",
    date="Datum",
    order="Bestelling",
    ordered="Besteld op",
    rma="Retour",
    of_memo="Afrekening",
    replaces="Vervangt",
    currency="Valuta",
    item="Artikel",
    quantity="Aantal",
    price="Prijs",
    net_price="Prijs excl. btw",
    discount="Korting",
    rate="Btw-tarief",
    tax="Btw",
    amount="Bedrag",
    net="Netto",
    gross="Bruto",
    shipping="Verzendkosten",
    fee="Kosten",
    adjustment="Aanpassing",
    other="Overig",
    total="Totaal",
    nothing="Er wordt niets uitbetaald.",
    taxes="Inbegrepen btw",
    untaxed="Onbelast",
    means="Hoe je het terugkrijgt",
    way="Betaalwijze",
    refund="Terugbetaling",
    store_credit="Tegoed",
    exchange="Goederen in ruil",
    repair="Reparatie",
    charge="Door jou te betalen",
    elsewhere="betaald door de verkoper",
    vat_id="Btw-nummer",
    page="Pagina {page} van {pages}",
)
_GERMAN: Final = PaperWords(
    memo="Abrechnung",
    credit_note="Gutschrift",
    draft="Entwurf",
    about="Zur Retoure {rma} der Bestellung {order}.",
    customer="Kunde",
    number="Nummer",
    date="Datum",
    order="Bestellung",
    ordered="Bestellt am",
    rma="Retoure",
    of_memo="Abrechnung",
    replaces="Ersetzt",
    currency="Währung",
    item="Artikel",
    quantity="Menge",
    price="Preis",
    net_price="Nettopreis",
    discount="Rabatt",
    rate="USt.-Satz",
    tax="USt.",
    amount="Betrag",
    net="Netto",
    gross="Brutto",
    shipping="Versandkosten",
    fee="Gebühr",
    adjustment="Anpassung",
    other="Sonstiges",
    total="Summe",
    nothing="Es wird nichts ausgezahlt.",
    taxes="Enthaltene Umsatzsteuer",
    untaxed="Nicht steuerbar",
    means="So erhalten Sie den Betrag",
    way="Zahlungsweg",
    refund="Rückzahlung",
    store_credit="Guthaben",
    exchange="Ware im Umtausch",
    repair="Reparatur",
    charge="Von Ihnen zu zahlen",
    elsewhere="vom Verkäufer gezahlt",
    vat_id="USt-IdNr.",
    page="Seite {page} von {pages}",
)
_FRENCH: Final = PaperWords(
    memo="Décompte",
    credit_note="Avoir",
    draft="Projet",
    about="Pour le retour {rma} de la commande {order}.",
    customer="Client",
    number="Numéro",
    date="Date",
    order="Commande",
    ordered="Commandé le",
    rma="Retour",
    of_memo="Décompte",
    replaces="Remplace",
    currency="Devise",
    item="Article",
    quantity="Qté",
    price="Prix",
    net_price="Prix HT",
    discount="Remise",
    rate="Taux TVA",
    tax="TVA",
    amount="Montant",
    net="HT",
    gross="TTC",
    shipping="Frais de livraison",
    fee="Frais",
    adjustment="Ajustement",
    other="Autre",
    total="Total",
    nothing="Aucun montant n’est versé.",
    taxes="TVA comprise",
    untaxed="Hors TVA",
    means="Mode de règlement",
    way="Moyen",
    refund="Remboursement",
    store_credit="Crédit en boutique",
    exchange="Marchandise en échange",
    repair="Réparation",
    charge="À payer par vous",
    elsewhere="réglé par le vendeur",
    vat_id="N° TVA",
    page="Page {page} sur {pages}",
)
_SPANISH: Final = PaperWords(
    memo="Liquidación",
    credit_note="Nota de abono",
    draft="Borrador",
    about="Para la devolución {rma} del pedido {order}.",
    customer="Cliente",
    number="Número",
    date="Fecha",
    order="Pedido",
    ordered="Pedido el",
    rma="Devolución",
    of_memo="Liquidación",
    replaces="Sustituye a",
    currency="Moneda",
    item="Artículo",
    quantity="Cant.",
    price="Precio",
    net_price="Precio sin IVA",
    discount="Descuento",
    rate="Tipo de IVA",
    tax="IVA",
    amount="Importe",
    net="Neto",
    gross="Bruto",
    shipping="Gastos de envío",
    fee="Cargo",
    adjustment="Ajuste",
    other="Otros",
    total="Total",
    nothing="No se paga nada.",
    taxes="IVA incluido",
    untaxed="Sin IVA",
    means="Cómo lo recibe",
    way="Medio",
    refund="Reembolso",
    store_credit="Crédito en tienda",
    exchange="Artículos a cambio",
    repair="Reparación",
    charge="A pagar por usted",
    elsewhere="pagado por el vendedor",
    vat_id="NIF-IVA",
    page="Página {page} de {pages}",
)
_ITALIAN: Final = PaperWords(
    memo="Liquidazione",
    credit_note="Nota di credito",
    draft="Bozza",
    about="Per il reso {rma} dell’ordine {order}.",
    customer="Cliente",
    number="Numero",
    date="Data",
    order="Ordine",
    ordered="Ordinato il",
    rma="Reso",
    of_memo="Liquidazione",
    replaces="Sostituisce",
    currency="Valuta",
    item="Articolo",
    quantity="Qtà",
    price="Prezzo",
    net_price="Prezzo IVA escl.",
    discount="Sconto",
    rate="Aliquota",
    tax="IVA",
    amount="Importo",
    net="Netto",
    gross="Lordo",
    shipping="Spese di spedizione",
    fee="Spese",
    adjustment="Rettifica",
    other="Altro",
    total="Totale",
    nothing="Non viene pagato nulla.",
    taxes="IVA inclusa",
    untaxed="Senza IVA",
    means="Come viene restituito",
    way="Mezzo",
    refund="Rimborso",
    store_credit="Credito in negozio",
    exchange="Merce in cambio",
    repair="Riparazione",
    charge="Da pagare da parte tua",
    elsewhere="pagato dal venditore",
    vat_id="Partita IVA",
    page="Pagina {page} di {pages}",
)
_POLISH: Final = PaperWords(
    memo="Rozliczenie",
    credit_note="Faktura korygująca",
    draft="Szkic",
    about="Dotyczy zwrotu {rma} z zamówienia {order}.",
    customer="Klient",
    number="Numer",
    date="Data",
    order="Zamówienie",
    ordered="Data zamówienia",
    rma="Zwrot",
    of_memo="Rozliczenie",
    replaces="Zastępuje",
    currency="Waluta",
    item="Produkt",
    quantity="Ilość",
    price="Cena",
    net_price="Cena netto",
    discount="Rabat",
    rate="Stawka VAT",
    tax="VAT",
    amount="Kwota",
    net="Netto",
    gross="Brutto",
    shipping="Koszt dostawy",
    fee="Opłata",
    adjustment="Korekta",
    other="Inne",
    total="Razem",
    nothing="Nic nie jest wypłacane.",
    taxes="Zawarty VAT",
    untaxed="Bez VAT",
    means="Forma zwrotu",
    way="Sposób",
    refund="Zwrot płatności",
    store_credit="Środki w sklepie",
    exchange="Towar na wymianę",
    repair="Naprawa",
    charge="Do zapłaty przez klienta",
    elsewhere="wypłaca sprzedawca",
    vat_id="NIP UE",
    page="Strona {page} z {pages}",
)

PAPER_WORDS: Final = MappingProxyType(
    {
        "en": _ENGLISH,
        "nl": _DUTCH,
        "de": _GERMAN,
        "fr": _FRENCH,
        "es": _SPANISH,
        "it": _ITALIAN,
        "pl": _POLISH,
    }
)
"""By language, ``en`` first: it is used where a customer's is not among them."""
