"""What is owed: any partition of any order, in any order, gives back exactly what was paid."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from retour.settlement.allocation import paid, share
from retour.settlement.bill import Article, Carriage, Sale, billed
from retour.settlement.entitlement import (
    Claim,
    Cut,
    Entitlement,
    Excess,
    Fee,
    Given,
    Gone,
    Item,
    Line,
    WayOut,
    entitled,
    share_of,
    summed,
)
from tests.support.selling import a_sale, give_back

NOTHING = Given({}, Gone())


@settings(max_examples=2_000, derandomize=True, deadline=None)
@given(st.randoms(use_true_random=False))
def test_any_partition_of_any_order_gives_back_exactly_what_was_paid(random: Random) -> None:
    assert give_back(a_sale(random), random) >= 0


@given(
    st.integers(0, 10**9),
    st.integers(1, 50),
    st.integers(0, 50),
    st.sampled_from([None, "7", "8.875"]),
    st.booleans(),
)
def test_shares_are_the_same_whichever_way_money_goes(
    amount: int,
    units: int,
    more: int,
    rate: str | None,
    includes: bool,  # noqa: FBT001 - hypothesis names its arguments
) -> None:
    there, back = (paid(sign * amount, rate, includes_tax=includes) for sign in (1, -1))

    assert (there.amount, there.tax) == (-back.amount, -back.tax)
    assert share(amount, units, units + more) == -share(-amount, units, units + more)


def one(price: int, units: int = 1, **more: object) -> Article:
    return Article("a", units, price)._replace(**more)


def owed(sale: Sale, claim: Claim, given: Given = NOTHING) -> list[tuple[str, int]]:
    answer = entitled(billed(sale), given, claim)
    assert isinstance(answer, Entitlement), answer
    return [(line.kind, line.amount) for line in answer.lines]


# ---------------------------------------------------------------- what was paid


def test_what_rounding_took_on_the_way_goes_to_the_dearest() -> None:
    """10 % on 1.05, 2.05 and 3.05 is 0.63 by lines, but 6.77 was charged for 6.765."""
    lines = [Article(name, 1, price, 0, "10") for name, price in (("a", 105), ("b", 205))]
    lines.append(Article("c", 1, 305, 0, "10"))

    bill = billed(Sale(lines, includes_tax=False, charged=677))

    assert [116, 226, 335] == [worth.amount for worth in bill.articles.values()]


def test_more_than_rounding_makes_is_no_rounding() -> None:
    bill = billed(Sale([one(1000)], charged=990))

    assert 1000 == bill.articles["a"].amount


def test_a_discount_on_the_order_is_shared_by_price() -> None:
    lines = [Article("a", 1, 600), Article("b", 1, 400)]

    bill = billed(Sale(lines, discount=101))

    assert [(539, 61), (360, 40)] == [(w.amount, w.discount) for w in bill.articles.values()]


def test_a_discount_on_the_order_reaches_shipping_where_it_was_given_for_it() -> None:
    for covers, shipping in ((False, 500), (True, 450)):
        sale = Sale([one(1500)], [Carriage(500)], discount=200, discounts_shipping=covers)
        assert shipping == billed(sale).shipping.amount


def test_a_kit_s_price_is_its_parts_by_what_they_cost_alone() -> None:
    lines = [
        Article("kit", 1, 7000, 0, "21"),
        Article("camera", 1, 6000, kit="kit"),
        Article("case", 1, 2000, kit="kit"),
    ]

    bill = billed(Sale(lines))

    assert {"kit": 0, "camera": 5250, "case": 1750} == {
        k: w.amount for k, w in bill.articles.items()
    }
    assert 0 < bill.articles["camera"].tax, "the kit's rate, where a part has none"
    whole = share_of(bill, NOTHING, "kit", 1)
    assert 7000 == whole.amount
    assert [("camera", 5250), ("case", 1750)] == [(p.line, p.amount) for p in whole.parts]


def test_parts_without_a_price_share_by_their_number() -> None:
    lines = [Article("kit", 1, 900), Article("x", 2, 0, kit="kit"), Article("y", 1, 0, kit="kit")]

    bill = billed(Sale(lines))

    assert (600, 300) == (bill.articles["x"].amount, bill.articles["y"].amount)


def test_a_kit_comes_back_without_what_came_back_alone() -> None:
    lines = [Article("kit", 2, 14_000), Article("body", 2, 12_000, kit="kit")]
    lines.append(Article("cell", 4, 2000, kit="kit"))
    bill = billed(Sale(lines))
    cell = share_of(bill, NOTHING, "cell", 1)._replace(units=("u1",))
    given = summed([cell])
    second = share_of(bill, given, "kit", 1)._replace(units=("u2",))
    first = share_of(bill, summed([cell, second]), "kit", 1)

    assert [500, 7000, 6500] == [cell.amount, second.amount, first.amount]
    assert [("body", 1), ("cell", 1)] == [(part.line, part.units) for part in first.parts]


def test_of_three_kits_the_second_is_one() -> None:
    lines = [Article("kit", 3, 9000), Article("cell", 6, 6000, kit="kit")]
    bill = billed(Sale(lines))
    first = share_of(bill, NOTHING, "kit", 1)._replace(units=("u1",))

    second = share_of(bill, summed([first]), "kit", 1)

    assert [3000, 3000] == [first.amount, second.amount]


# ---------------------------------------------------------------- what is kept back


def test_units_with_the_same_loss_are_one_line() -> None:
    worn, lost = Cut("r1", "Worn", 2000), Cut("r2", "Broken", 5000)
    item = Item("a", ("u1", "u2", "u3"), (worn, worn, lost))

    lines = owed(Sale([one(3000, 3)]), Claim([item]))

    assert [("item", 3000), ("adjustment", -400), ("adjustment", -500)] == lines


def test_nothing_loses_more_than_it_cost() -> None:
    item = Item("a", ("u1",), (Cut("r1", "Gone", 10_000),))

    assert [("item", 5), ("adjustment", -5)] == owed(Sale([one(5)]), Claim([item]))


def test_losses_together_never_take_more_than_there_is() -> None:
    """Two halves of an odd cent each round up."""
    item = Item("a", ("u1", "u2"), (Cut("r", "x", 10_000), Cut("s", "y", 10_000)))

    assert [1, -1] == [amount for _, amount in owed(Sale([one(1, 2)]), Claim([item]))]


def test_fees_of_a_rule_add_up_and_take_no_more_than_there_is() -> None:
    item = Item("a", ("u1", "u2"))
    fees = [Fee("r", "Label", amount=300), Fee("r", "Label", amount=300), Fee("s", "More", 900)]

    assert [("item", 1000), ("fee", -600), ("fee", -400)] == owed(
        Sale([one(1000, 2)]), Claim([item], fees)
    )


def test_a_fee_in_percent_is_of_what_is_left_of_its_units() -> None:
    item = Item("a", ("u1", "u2"), (Cut("r", "Worn", 5000), None))
    fee = Fee("f", "Handling", points=1000, line="a", units=2)

    assert ("fee", -75) in owed(Sale([one(1000, 2)]), Claim([item], [fee]))


def test_what_is_kept_back_of_nothing_is_too_much() -> None:
    claim = Claim([Item("a", ("u1",))], extras=[Line("fee", -1001)])

    assert Excess("fees", 1001, 1000, 0, 1000) == entitled(
        billed(Sale([one(1000)])), NOTHING, claim
    )


# ---------------------------------------------------------------- the way out


def test_of_a_dearer_way_only_the_standard_one_is_owed_by_law() -> None:
    sale = Sale([one(1000)], [Carriage(1990, standard=495, tax_rate="21")], includes_tax=False)
    claim = Claim([Item("a", ("u1",))], shipping=WayOut.STANDARD)

    assert ("shipping", 599) in owed(sale, claim)
    assert ("shipping", 2408) in owed(sale, claim._replace(shipping=WayOut.FULL))
    paid_back = Given({}, Gone(amount=599, tax=104))
    assert [("item", 1000)] == owed(sale, claim, paid_back)


def test_all_ways_out_are_one_sum_with_its_own_tax() -> None:
    sale = Sale([one(1000)], [Carriage(495, 0, "19"), Carriage(500, 100, "7")])
    bill = billed(sale)

    assert (895, 79 + 26, 100) == bill.shipping[:3]
    answer = entitled(bill, NOTHING, Claim([], shipping=895))
    assert isinstance(answer, Entitlement)
    assert (895, 105, 995) == (answer.lines[0].amount, answer.lines[0].tax, answer.lines[0].price)


def test_more_of_the_way_out_than_is_left_is_too_much() -> None:
    sale = Sale([one(1000)], [Carriage(495)])

    assert Excess("shipping", 300, 495, 200, 295) == entitled(
        billed(sale), Given({}, Gone(amount=200)), Claim([], shipping=300)
    )
