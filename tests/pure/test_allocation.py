"""Cents: shares are exact, whatever the portions and their order."""

from __future__ import annotations

import doctest
from fractions import Fraction
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.kernel.money import EXPONENTS, format_amount, parse_amount
from retour.lifecycle import numbering
from retour.lifecycle.numbering import luhn_digit, rma_number
from retour.settlement import allocation
from retour.settlement.allocation import Money, paid, portion, rate, rounded, share, split

AMOUNTS = st.integers(0, 10**12)
RATES = st.sampled_from([None, "0", "7", "5.5", "19", "21", "25.5", "100", "8.875", "33.3333"])


@st.composite
def partitions(draw: st.DrawFn) -> list[int]:
    """Give units in portions, in any order."""
    return draw(st.lists(st.integers(1, 9), min_size=1, max_size=9))


@given(amount=AMOUNTS, tax_rate=RATES, includes=st.booleans(), portions=partitions())
def test_any_partition_in_any_order_sums_to_what_was_paid(
    amount: int,
    tax_rate: str | None,
    includes: bool,  # noqa: FBT001 - hypothesis names its arguments
    portions: list[int],
) -> None:
    whole = paid(amount, tax_rate, includes_tax=includes)
    left, gone = sum(portions), Money(0, 0)
    for units in portions:
        part = portion(whole, gone, units, of=left)
        assert 0 <= part.tax <= part.amount
        gone = Money(gone.amount + part.amount, gone.tax + part.tax)
        left -= units

    assert whole == gone


@given(amount=AMOUNTS, portions=partitions())
def test_no_portion_is_a_cent_off_its_fair_share(amount: int, portions: list[int]) -> None:
    """Each portion is within a minor unit per portion before it of units times price."""
    total, left, gone = sum(portions), sum(portions), 0
    for nth, units in enumerate(portions, start=1):
        part = share(amount - gone, units, left)
        assert abs(part - Fraction(amount * units, total)) <= nth
        gone += part
        left -= units


@given(AMOUNTS, st.integers(1, 50), st.integers(0, 50))
def test_a_share_is_the_nearest_there_is(left: int, of: int, spare: int) -> None:
    units = of - min(spare, of)

    assert abs(share(left, units, of) - Fraction(left * units, of)) <= Fraction(1, 2)


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
def test_rounding_is_to_the_nearest_and_the_same_both_ways(number: int, by: int) -> None:
    near = rounded(number, by)

    assert abs(near - Fraction(number, by)) <= Fraction(1, 2)
    assert rounded(-number, by) == -near


def test_halves_go_away_from_zero() -> None:
    assert (1, -1, 2, -2) == (rounded(1, 2), rounded(-1, 2), rounded(3, 2), rounded(-3, 2))


@given(price=AMOUNTS, tax_rate=RATES)
def test_contained_tax_is_of_the_price_and_added_tax_is_on_top(
    price: int, tax_rate: str | None
) -> None:
    percent = Fraction(tax_rate or "0")

    inside = paid(price, tax_rate, includes_tax=True)
    on_top = paid(price, tax_rate, includes_tax=False)

    assert price == inside.amount
    assert abs(inside.tax - price * percent / (100 + percent)) <= Fraction(1, 2)
    assert price + on_top.tax == on_top.amount
    assert abs(on_top.tax - price * percent / 100) <= Fraction(1, 2)


@pytest.mark.parametrize("text", ["", "-1", "1.", ".5", "1e3", "NaN", "21%", "٢"])
def test_a_rate_that_no_door_lets_through_is_a_broken_belief(text: str) -> None:
    with pytest.raises(AssertionError):
        rate(text)


ROOMS = st.lists(st.integers(0, 10**6), max_size=5)


@given(ROOMS, st.integers(0, 5 * 10**6))
def test_a_total_is_split_over_the_payments_or_not_at_all(rooms: list[int], total: int) -> None:
    listed = [(str(place), room) for place, room in enumerate(rooms)]

    parts = split(total, listed)

    if parts is None:
        assert total > sum(rooms)
    else:
        assert total == sum(part.amount for part in parts)
        assert all(0 < part.amount <= rooms[int(part.payment)] for part in parts)
        assert_greedy(rooms, {int(part.payment): part.amount for part in parts})


def assert_greedy(rooms: list[int], taken: dict[int, int]) -> None:
    """Assert that every payment before the last one used is used up."""
    last = max(taken, default=-1)
    assert all(taken.get(place, 0) == rooms[place] for place in range(last))


@given(st.sampled_from(sorted(EXPONENTS)), st.integers(-(10**14), 10**14))
def test_amounts_of_every_exponent_survive_being_written(currency: str, minor: int) -> None:
    assert minor == parse_amount(format_amount(minor, currency), currency)


@pytest.mark.parametrize(
    ("currency", "text", "minor"),
    [
        ("JPY", "700", 700),
        ("EUR", "19.99", 1999),
        ("KWD", "0.005", 5),
        ("CLF", "1.2345", 12345),
        ("EUR", "1.500", 150),
        ("JPY", "1.5", None),
        ("EUR", "0.001", None),
        ("EUR", "NaN", None),
        ("EUR", "1e2", None),
        ("EUR", "9" * 17, None),
    ],
)
def test_decimal_strings_are_read_exactly_or_not_at_all(
    currency: str, text: str, minor: int | None
) -> None:
    assert minor == parse_amount(text, currency)


@given(st.integers(0, 10**9 - 1))
def test_an_rma_number_holds_its_number_and_one_digit_more(number: int) -> None:
    text = rma_number(number)

    assert number == int(text[1:-1])
    assert text[-1] == luhn_digit(text[1:-1])


@given(st.text("0123456789", min_size=7, max_size=9), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(digits: str, place: int, by: int) -> None:
    place %= len(digits)
    wrong = digits[:place] + str((int(digits[place]) + by) % 10) + digits[place + 1 :]

    assert luhn_digit(digits) != luhn_digit(wrong)


@pytest.mark.parametrize("module", [allocation, numbering])
def test_examples_in_docstrings_are_true(module: ModuleType) -> None:
    results = doctest.testmod(module)

    assert results.attempted > 0
    assert results.failed == 0
