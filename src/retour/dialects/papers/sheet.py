"""What a settlement memo or a credit note says: every word and figure of it, as text.

Made once, in the commit that gives the document its number, and kept: a reprint says the same, also
after prices, names or these words have changed.  Persons stand apart (``reader``), so that erasing
them never touches a document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Final

from retour.dialects.papers.figures import Figures, country_name, locale_of
from retour.dialects.papers.words import PAPER_WORDS, PaperWords
from retour.dialects.stored import ERASED
from retour.kernel.value import Value
from retour.lifecycle.model import (
    Customer,
    Executor,
    Leg,
    LegKind,
    LegStatus,
    Order,
    OrderLine,
    Payment,
    Return,
    Settlement,
    SettlementLine,
    SettlementStatus,
)
from retour.lifecycle.numbering import PaperKind
from retour.settlement.allocation import rate, rounded

TEMPLATE: Final = 2
"""The version of the page that new documents are printed by."""
_NONE: Final = "–"
_DEAD: Final = frozenset({LegStatus.ABANDONED})
_TEXT_MAX: Final = 300


class Seller(Value):
    """Who gives the money back, as the workspace's settings say.

    Args:
        footer: What the law wants on every page: registers, directors, banks.
        logo: The digest of its picture.
        accent: Its colour, in a shade that can be read on white.
    """

    name: str
    address: tuple[str, ...] = ()
    vat_id: str | None = None
    registration: str | None = None
    contact: tuple[str, ...] = ()
    footer: str | None = None
    language: str = "en"
    logo: str | None = None
    accent: str | None = None


class SheetRow(Value):
    """A line of the document: what it is about, and its cells."""

    title: str
    cells: tuple[str, ...]
    detail: str = ""


class Listing(Value):
    """A small table with a title; nothing is printed of one without rows."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()


class Reader(Value):
    """Whom the document is for; the one part that erasure takes away."""

    heading: str
    lines: tuple[str, ...]


class Sheet(Value):
    """A document as it is kept."""

    kind: PaperKind
    template: int
    language: str
    title: str
    number: str
    seller: str
    address: tuple[str, ...]
    footer: tuple[str, ...]
    page: str
    customer: str
    about: str
    facts: tuple[tuple[str, str], ...]
    heads: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    sums: tuple[tuple[str, str], ...]
    total: tuple[str, str]
    taxes: Listing
    means: Listing
    notes: tuple[str, ...] = ()
    mark: str = ""
    logo: str | None = None
    accent: str | None = None


class Occasion(Value):
    """What a document is made of beside the settlement: the order, the return, and by whom."""

    kind: PaperKind
    order: Order
    ret: Return
    settlement: Settlement
    seller: Seller
    locale: str | None
    zone: tzinfo


def reader(sheet: Sheet, customer: Customer | None) -> Reader:
    """Say whom a document is for; of somebody who is erased nothing is left."""
    if customer is None or customer.email == ERASED:
        return Reader(heading=sheet.customer, lines=(ERASED,))
    at = customer.billing_address or customer.shipping_address
    if at is None:
        lines = (customer.name or customer.email,)
    else:
        town = " ".join(part for part in (at.postcode, at.city) if part)
        country = None if at.country is None else country_name(at.country, sheet.language)
        named = (at.name or customer.name, at.company, at.street, at.street2, town, country)
        lines = tuple(part for part in named if part)
    return Reader(heading=sheet.customer, lines=tuple(line[:_TEXT_MAX] for line in lines))


def sheet_of(occasion: Occasion, *, at: datetime, number: str | None) -> Sheet:
    """Write a document.

    Args:
        at: Its date.
        number: Its own; ``None`` for a draft, which has none yet and says so.
    """
    return _Writer(occasion).sheet(at, number)


class _Writer:
    """Writes one document in one language; lives for one call."""

    def __init__(self, occasion: Occasion) -> None:
        self.order, self.ret = occasion.order, occasion.ret
        self.settlement, self.seller = occasion.settlement, occasion.seller
        self.kind = occasion.kind
        self.locale = locale_of(occasion.locale, self.seller.language)
        self.words: PaperWords = PAPER_WORDS[self.locale.language]
        self.figures = Figures(self.locale, self.settlement.currency, occasion.zone)
        self.sold: Mapping[str, OrderLine] = {line.id: line for line in self.order.lines}
        self.has_discounts = any(line.discount for line in self.settlement.lines)
        # Who received a gift is told what comes of it, and not what the buyer paid for each thing.
        self.is_quiet = self.ret.gift and self.kind is PaperKind.MEMO

    def sheet(self, at: datetime, number: str | None) -> Sheet:
        words, lines = self.words, self.settlement.lines
        is_memo = self.kind is PaperKind.MEMO
        tax = sum(line.tax for line in lines)
        total = self.settlement.total
        return Sheet(
            kind=self.kind,
            template=TEMPLATE,
            language=self.locale.language,
            title=words.memo if is_memo else words.credit_note,
            number=number or "",
            mark="" if number else words.draft,
            seller=self.seller.name,
            address=(*self.seller.address, *self.seller.contact),
            footer=tuple(self._footer()),
            page=words.page,
            customer=words.customer,
            about=words.about.format(rma=self.ret.rma_number, order=self.order.order_number),
            facts=tuple(self._facts(at, number)),
            heads=self._heads(),
            rows=tuple(self._row(line) for line in lines),
            sums=()
            if self.is_quiet
            else (
                (words.net, self.figures.amount(total - tax)),
                (words.taxes, self.figures.amount(tax)),
            ),
            total=(words.total, self.figures.money(total)),
            taxes=Listing(
                title=words.taxes,
                heads=(words.rate, words.net, words.tax, words.gross),
                rows=tuple(self._taxes()),
            ),
            means=Listing(
                title=words.means,
                heads=(words.way, words.amount),
                rows=tuple(self._means()),
            ),
            notes=() if self.settlement.legs else (words.nothing,),
            logo=self.seller.logo,
            accent=self.seller.accent,
        )

    def _footer(self) -> Iterator[str]:
        yield self.seller.name
        if self.seller.vat_id:
            yield f"{self.words.vat_id} {self.seller.vat_id}"
        for said in (self.seller.registration, self.seller.footer):
            if said:
                yield said

    def _facts(self, at: datetime, number: str | None) -> Iterator[tuple[str, str]]:
        words = self.words
        if number is not None:
            yield words.number, number
        yield words.date, self.figures.day(at)
        yield words.order, self.order.order_number
        if self.order.ordered_at is not None and not self.is_quiet:
            yield words.ordered, self.figures.day(self.order.ordered_at)
        yield words.rma, self.ret.rma_number
        if self.kind is PaperKind.CREDIT_NOTE and self.settlement.memo_number is not None:
            yield words.of_memo, self.settlement.memo_number
        for replaced in self._replaced():
            yield words.replaces, replaced
        yield words.currency, self.settlement.currency

    def _replaced(self) -> Iterator[str]:
        """Name the credit notes of promises that were taken back after they had been kept."""
        if self.kind is PaperKind.CREDIT_NOTE:
            for one in self.ret.settlements:
                is_gone = one.status is SettlementStatus.DISCARDED
                if is_gone and one.credit_note_number is not None:
                    yield one.credit_note_number

    # ------------------------------------------------------------ the lines

    def _heads(self) -> tuple[str, ...]:
        words = self.words
        if self.is_quiet:
            return words.item, words.quantity
        discount = (words.discount,) if self.has_discounts else ()
        return (
            words.item,
            words.quantity,
            words.price if self.order.prices_include_tax else words.net_price,
            *discount,
            words.rate,
            words.tax,
            words.amount,
        )

    def _row(self, line: SettlementLine) -> SheetRow:
        """Write a line: pieces have a quantity and a price, all else has its amount."""
        sold = self.sold.get(line.line or "")
        is_item = line.kind == "item" and sold is not None
        title = self._named(line, sold if is_item else None)
        if self.is_quiet:
            count_shown = str(len(line.units)) if is_item else ""
            detail = sold.sku if is_item and sold is not None else line.label or ""
            return SheetRow(title=title, detail=detail, cells=(count_shown,))
        price = self._price(line)
        count = len(line.units)
        shown = price // count if count and price % count == 0 else price
        discount = (self.figures.amount(-line.discount) if line.discount else "",)
        return SheetRow(
            title=title,
            detail=sold.sku if is_item and sold is not None else line.label or "",
            cells=(
                str(count) if is_item and count else "",
                self.figures.amount(shown) if is_item else "",
                *(discount if self.has_discounts else ()),
                self._rate(self._rate_of(line)),
                self.figures.amount(line.tax) if line.tax else "",
                self.figures.amount(line.amount),
            ),
        )

    def _price(self, line: SettlementLine) -> int:
        """Give what the shop asked for all of a line; older settlements do not keep it."""
        if line.price is not None:
            return line.price
        on_top = 0 if self.order.prices_include_tax else line.tax
        return line.amount + line.discount - on_top

    def _named(self, line: SettlementLine, sold: OrderLine | None) -> str:
        if sold is not None:
            return sold.title[:_TEXT_MAX]
        words = self.words
        kinds = {
            "shipping": words.shipping,
            "fee": words.fee,
            "adjustment": words.adjustment,
        }
        about = self.sold.get(line.line or "")
        named = kinds.get(line.kind, words.other)
        return named if about is None else f"{named}: {about.title[:_TEXT_MAX]}"

    # ------------------------------------------------------------ tax

    def _rate_of(self, line: SettlementLine) -> str | None:
        """Give the rate a line is taxed at; of a line that names no goods, the one its tax fits."""
        sold = self.sold.get(line.line or "")
        if sold is not None:
            return _plain(sold.tax_rate)
        if line.kind == "shipping" and self.order.shipping is not None:
            return _plain(self.order.shipping.tax_rate)
        if line.tax == 0:
            return None
        rates = sorted(
            {
                _plain(self.sold[one.line].tax_rate) or "0"
                for one in self.settlement.lines
                if one.line is not None and one.line in self.sold
            }
        )
        return min(
            rates, key=lambda said: abs(_contained(line.amount, said) - line.tax), default=None
        )

    def _rate(self, said: str | None) -> str:
        return _NONE if said is None else self.figures.share(said)

    def _taxes(self) -> Iterator[tuple[str, ...]]:
        """Add up by rate what is given back, the highest rate first, what is not taxed last."""
        if self.is_quiet:
            return
        sums: dict[str | None, tuple[int, int]] = {}
        for line in self.settlement.lines:
            said = self._rate_of(line)
            amount, tax = sums.get(said, (0, 0))
            sums[said] = (amount + line.amount, tax + line.tax)
        named = sorted((said for said in sums if said is not None), key=Decimal, reverse=True)
        for said in (*named, *((None,) if None in sums else ())):
            amount, tax = sums[said]
            shown = self.words.untaxed if said is None else self.figures.share(said)
            yield (shown, *(self.figures.amount(one) for one in (amount - tax, tax, amount)))

    # ------------------------------------------------------------ how it is given back

    def _means(self) -> Iterator[tuple[str, ...]]:
        paid: Mapping[str, Payment] = {one.id: one for one in self.order.payments}
        for leg in self.settlement.legs:
            if leg.status not in _DEAD:
                sign = -1 if leg.kind is LegKind.CHARGE else 1
                yield self._way(leg, paid), self.figures.amount(sign * leg.amount)

    def _way(self, leg: Leg, paid: Mapping[str, Payment]) -> str:
        words = self.words
        named = {
            LegKind.REFUND: words.refund,
            LegKind.STORE_CREDIT: words.store_credit,
            LegKind.EXCHANGE: words.exchange,
            LegKind.REPAIR: words.repair,
            LegKind.CHARGE: words.charge,
        }[leg.kind]
        if leg.kind is not LegKind.REFUND:
            return named
        payment = paid.get(leg.payment or "")
        means = None if payment is None else payment.kind
        said: Sequence[str | None] = (
            named,
            means,
            words.elsewhere if leg.executor is Executor.EXTERNAL else None,
        )
        return ", ".join(one for one in said if one)


def _plain(said: str | None) -> str | None:
    """Write a rate one way: 21 and 21.0 are the same."""
    return said if said is None or "." not in said else said.rstrip("0").rstrip(".")


def _contained(amount: int, said: str) -> int:
    numerator, denominator = rate(said)
    return rounded(amount * numerator, denominator + numerator)
