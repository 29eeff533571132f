"""What memos and credit notes say: numbers, figures, tax by rate, and every language whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.dialects.papers.figures import Figures, locale_of
from retour.dialects.papers.sheet import Occasion, Seller, Sheet, reader, sheet_of
from retour.dialects.papers.words import PAPER_WORDS
from retour.dialects.stored import ERASED
from retour.kernel.money import EXPONENTS, parse_amount
from retour.lifecycle.model import (
    Address,
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
    SettlementKind,
    SettlementLine,
    SettlementStatus,
    ShippingCharge,
)
from retour.lifecycle.numbering import PaperKind, Series, what_is_wrong
from tests.support.samples import ret_of, walk

AT = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
ENGLISH = PAPER_WORDS["en"]


# ---------------------------------------------------------------- numbers


def drawn(series: Series, *years: int) -> list[str]:
    """Draw one number after another, in these years."""
    written: list[str] = []
    for year in years:
        written.append(series.written(year))
        series = series.drawn(year)
    return written


def test_a_series_counts_without_a_gap() -> None:
    series = Series(pattern="CN-{year}-{number:4}")
    assert drawn(series, 2026, 2026, 2027) == ["CN-2026-0001", "CN-2026-0002", "CN-2027-0003"]


def test_a_yearly_series_begins_anew_and_never_goes_back() -> None:
    """A clock that is set back, or another zone's year, repeats no number."""
    series = Series(pattern="{year}/{number}", yearly=True)
    years = (2026, 2026, 2027, 2026, 2027)
    assert drawn(series, *years) == ["2026/1", "2026/2", "2027/1", "2027/2", "2027/3"]


@given(
    yearly=st.booleans(),
    years=st.lists(st.integers(2020, 2030), max_size=40),
)
def test_no_number_is_given_twice(*, yearly: bool, years: list[int]) -> None:
    """Whatever the clock does, as long as the pattern is one that is taken."""
    pattern = "{year}-{number}"
    assert what_is_wrong(pattern, yearly=yearly) is None
    numbers = drawn(Series(pattern=pattern, yearly=yearly), *years)
    assert len(set(numbers)) == len(numbers)


def test_a_number_longer_than_its_places_is_written_whole() -> None:
    assert Series(pattern="{number:3}", next=12345).written(2026) == "12345"


# ---------------------------------------------------------------- figures


@given(
    minor=st.integers(-(10**14), 10**14),
    currency=st.sampled_from(["EUR", "JPY", "KWD", "CLF", "IRR"]),
    language=st.sampled_from(sorted(PAPER_WORDS)),
)
def test_an_amount_reads_back_as_what_it_is(minor: int, currency: str, language: str) -> None:
    """All decimals of the currency, none lost, in every language."""
    written = Figures(locale_of(language), currency, UTC).amount(minor)
    decimals = EXPONENTS[currency]
    digits = "".join(one for one in written if one.isdigit())
    plain = digits if decimals == 0 else f"{digits[:-decimals]}.{digits[-decimals:]}"
    assert parse_amount(plain, currency) == abs(minor)
    assert written.startswith("\u2212") == (minor < 0)


@pytest.mark.parametrize(
    ("locale", "currency", "minor", "written"),
    [
        ("de-DE", "EUR", 123450, "1.234,50\xa0€"),
        ("en-US", "JPY", 123450, "¥123,450"),
        ("fr-FR", "KWD", 1234567, "1\xa0234,567\xa0KWD"),
        ("en", "KWD", -5, "\u2212KWD\xa00.005"),
    ],
)
def test_money_is_written_as_its_readers_write_it(
    locale: str, currency: str, minor: int, written: str
) -> None:
    assert Figures(locale_of(locale), currency, UTC).money(minor) == written


def test_a_day_is_the_workspaces() -> None:
    """Half past eleven in the evening of the last day is next year in Berlin."""
    assert Figures(locale_of("nl"), "EUR", ZONE).day(AT) == "1 januari 2027"
    assert Figures(locale_of("nl"), "EUR", UTC).day(AT) == "31 december 2026"


# ---------------------------------------------------------------- sheets


@dataclass(frozen=True, kw_only=True)
class Case:
    """A settlement of two rates, with shipping, a fee and lost value."""

    includes_tax: bool = True

    @property
    def order(self) -> Order:
        lines = (("1", "19"), ("2", "7.0"))
        return Order(
            id="ord_1",
            order_number="1001",
            currency="EUR",
            created_at=AT,
            prices_include_tax=self.includes_tax,
            shipping=ShippingCharge(amount=495, tax_rate="19.0"),
            payments=(Payment(id="p", processor=Executor.STRIPE, captured=10**6, kind="Visa"),),
            lines=tuple(
                OrderLine(
                    id=one,
                    number=int(one),
                    sku=f"SKU-{one}",
                    title=f"Thing {one}",
                    quantity=2,
                    unit_price=1000,
                    tax_rate=rate,
                )
                for one, rate in lines
            ),
        )

    @property
    def settlement(self) -> Settlement:
        lines = (
            SettlementLine(
                kind="item",
                amount=1800,
                tax=287,
                line="1",
                units=("a", "b"),
                price=2000,
                discount=200,
            ),
            SettlementLine(kind="item", amount=1000, tax=65, line="2", units=("c",), price=1000),
            SettlementLine(kind="shipping", amount=495, tax=79),
            SettlementLine(kind="adjustment", amount=-180, tax=-29, label="Worn"),
            SettlementLine(kind="fee", amount=-300, label="Restocking"),
        )
        legs = (
            leg(LegKind.REFUND, 2000, payment="p"),
            leg(LegKind.STORE_CREDIT, 815, executor=Executor.CREDIT),
            leg(LegKind.REFUND, 999, status=LegStatus.ABANDONED),
        )
        return Settlement(
            id="stl_1",
            kind=SettlementKind.REFUND,
            status=SettlementStatus.CONFIRMED,
            currency="EUR",
            total=2815,
            created_at=AT,
            lines=lines,
            legs=legs,
            memo_number="SM-1",
        )

    def sheet(
        self,
        number: str | None = "SM-1",
        locale: str = "en",
        kind: PaperKind = PaperKind.MEMO,
        ret: Return | None = None,
    ) -> Sheet:
        occasion = Occasion(
            kind=kind,
            order=self.order,
            ret=ret or ret_of(walk()[0]),
            settlement=self.settlement,
            seller=Seller(name="Lamps & Mugs"),
            locale=locale,
            zone=ZONE,
        )
        return sheet_of(occasion, at=AT, number=number)


def leg(
    kind: LegKind,
    amount: int,
    *,
    payment: str | None = None,
    executor: Executor = Executor.STRIPE,
    status: LegStatus = LegStatus.RESERVED,
) -> Leg:
    return Leg(
        id=f"leg_{amount}",
        kind=kind,
        executor=executor,
        amount=amount,
        status=status,
        payment=payment,
    )


def test_every_line_is_written_with_its_price_discount_and_tax() -> None:
    rows = [(row.title, row.detail, *row.cells) for row in Case().sheet().rows]
    assert rows == [
        ("Thing 1", "SKU-1", "2", "10.00", "\u22122.00", "19\xa0%", "2.87", "18.00"),
        ("Thing 2", "SKU-2", "1", "10.00", "", "7\xa0%", "0.65", "10.00"),
        ("Shipping", "", "", "", "", "19\xa0%", "0.79", "4.95"),
        ("Adjustment", "Worn", "", "", "", "19\xa0%", "\u22120.29", "\u22121.80"),
        ("Fee", "Restocking", "", "", "", "–", "", "\u22123.00"),
    ]


def test_tax_adds_up_by_rate_and_to_what_is_contained() -> None:
    """19 and 19.0 are one rate; what is not taxed comes last."""
    sheet = Case().sheet()
    assert sheet.taxes.rows == (
        ("19\xa0%", "17.78", "3.37", "21.15"),
        ("7\xa0%", "9.35", "0.65", "10.00"),
        ("Not taxed", "\u22123.00", "0.00", "\u22123.00"),
    )
    assert sheet.sums == (("Net", "24.13"), ("Tax included", "4.02"))
    assert sheet.total == ("Total", "€28.15")


def test_legs_say_how_it_is_given_back() -> None:
    """Legs that came to nothing are no way."""
    assert Case().sheet().means.rows == (("Refund, Visa", "20.00"), ("Store credit", "8.15"))


def test_prices_without_tax_say_so() -> None:
    assert ENGLISH.net_price in Case(includes_tax=False).sheet().heads
    assert ENGLISH.price in Case().sheet().heads


def test_a_draft_has_no_number_and_says_so() -> None:
    sheet = Case().sheet(number=None)
    assert (sheet.number, sheet.mark) == ("", ENGLISH.draft)
    assert ENGLISH.number not in dict(sheet.facts)
    assert Case().sheet().mark == ""


def test_a_credit_note_names_those_it_replaces() -> None:
    """A refund that came back and was given up had a note of its own; documents are not edited."""
    case = Case()
    gone = replace(
        case.settlement, id="stl_0", status=SettlementStatus.DISCARDED, credit_note_number="CN-1"
    )
    paid = replace(case.settlement, credit_note_number="CN-2")
    ret = replace(ret_of(walk()[0]), settlements=(gone, paid))
    facts = [dict(case.sheet(kind=kind, ret=ret).facts).get(ENGLISH.replaces) for kind in PaperKind]
    assert facts == [None, "CN-1"]


def test_who_received_a_gift_is_not_told_what_it_cost() -> None:
    """The memo is theirs: what they get, and for which things. The credit note is for the books."""
    gift = replace(ret_of(walk()[0]), gift=True)
    memo, note = (Case().sheet(kind=kind, ret=gift) for kind in PaperKind)
    said = msgspec.json.encode(memo).decode()
    bought = ("10.00", "18.00", "2.87", "0.65", "4.02", "24.13", "19", ENGLISH.discount)
    assert [one for one in bought if one in said] == []
    assert [row.cells for row in memo.rows] == [("2",), ("1",), ("",), ("",), ("",)]
    assert memo.total == ("Total", "€28.15")
    assert (memo.sums, memo.taxes.rows) == ((), ())
    assert note.taxes.rows


def test_nothing_of_a_person_stands_in_what_is_kept() -> None:
    """Who it is for is written beside it, from what can be erased."""
    customer = Customer(
        email="mira@example.com",
        name="Mira Sand",
        billing_address=Address(name="Mira Sand", street="Weg 1", city="Bonn", country="DE"),
    )
    sheet = Case().sheet(locale="pl")
    said = reader(sheet, customer)
    assert said.lines == ("Mira Sand", "Weg 1", "Bonn", "Niemcy")
    kept = msgspec.json.encode(sheet).decode()
    assert not [word for word in ("Mira", "Weg", "Bonn", "example.com") if word in kept]
    assert reader(sheet, None).lines == (ERASED,)


def test_what_is_kept_reads_back_as_what_was_written() -> None:
    sheet = Case().sheet()
    assert msgspec.json.decode(msgspec.json.encode(sheet), type=Sheet) == sheet


@pytest.mark.parametrize("language", sorted(PAPER_WORDS))
def test_every_language_has_every_word_and_its_places(language: str) -> None:
    words = PAPER_WORDS[language]
    assert all(getattr(words, name).strip() for name in words.__struct_fields__)
    assert {"{rma}", "{order}"} <= set(words.about.replace(".", " ").split())
    assert "{page}" in words.page
    assert "{pages}" in words.page
    assert Case().sheet(locale=language).language == language
