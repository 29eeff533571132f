"""Amounts through ``decide``: which units, which lines, which payment first."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from retour.lifecycle.commands import FinishReceipt, ProposeSettlement
from retour.lifecycle.model import Executor, Payment, Policy
from retour.lifecycle.orders.ordering import resold
from retour.policy.model import PaymentOrder
from tests.support.returns import Journey, accept, an_order, judge, sold


def propose(**body: object) -> ProposeSettlement:
    return msgspec.convert(body, ProposeSettlement)


def paid(name: str, captured: int) -> Payment:
    return Payment(id=name, processor=Executor.SANDBOX, captured=captured)


def test_a_unit_that_is_not_owed_for_is_named_with_its_line_s_arithmetic() -> None:
    journey = Journey(sold("a", 3, price=1295)).received(a=3)
    journey.do(accept("a", 2), judge("a", 1, "rejected"), FinishReceipt())
    unit = next(one for one in journey.units if one.acceptance == "rejected")

    refusal = journey.refused(propose(units=[unit.id]))

    assert ("nothing_owed", "/units/0") == (refusal.code, refusal.pointer)
    said = "38.85 EUR was paid for 3 of line a, 0.00 EUR has been given back for 0"
    assert said in refusal.detail


def test_a_line_with_a_parent_is_sold_by_itself_unless_it_is_included() -> None:
    """A bike and its bell, each with its price; or a kit of both with one."""
    for included, amounts_owed in ((False, 2000), (True, 10_000)):
        bell = replace(sold("b", 1, price=2000), parent="a", included=included)
        journey = Journey(sold("a", 1, price=10_000), bell).processed(b=1)
        journey.do(propose())
        assert amounts_owed == journey.ret.settlements[-1].total


def test_a_line_sold_again_keeps_its_fine_price_or_takes_the_new_one() -> None:
    """Nine at 13.9563 are 125.61: a tenth at the same, or all at another."""
    line = replace(sold("a", 9, price=1396), line_total=12_561)

    assert 12_561 == resold(line, 9, 1396).price
    assert 13_957 == resold(line, 10, None).price
    assert 9 * 1500 == resold(line, 9, 1500).price


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("as_paid", ["card", "gift", "later"]),
        ("newest_first", ["later", "gift", "card"]),
        ("gift_cards_first", ["gift", "card", "later"]),
        ("gift_cards_last", ["card", "later", "gift"]),
    ],
)
def test_payments_are_given_back_in_the_policy_s_order(order: str, names: list[str]) -> None:
    payments = [paid("card", 400), replace(paid("gift", 300), kind="gift_card"), paid("later", 300)]
    policy = Policy(payment_order=PaymentOrder(order))
    journey = Journey(order=an_order(sold("a", 1), payments=payments), policy=policy)

    journey.processed(a=1).do(propose())

    assert names == [leg.payment for leg in journey.ret.settlements[-1].legs]
