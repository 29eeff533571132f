"""What a customer wishes when they ask: goods instead of money, one parcel for two returns."""

from __future__ import annotations

import msgspec
import pytest

from retour.kernel.refusal import Refusal, RefusalCode
from retour.lifecycle.commands import FinishReceipt, ProposeSettlement, Request
from retour.lifecycle.decide import decide
from retour.lifecycle.model import Approval, Policy
from tests.support.returns import Journey, accept, receive

OTHER = "ret_01kjq38xw09nt9vw2cztxw0zae"
POLICY = Policy(approval=Approval.AUTO, label=Approval.AUTO, outcomes=("refund", "exchange"))


def asked(**changes: object) -> Request:
    lines = [{"line": "a", "quantity": 1, "reason": "Too small"}]
    return msgspec.convert({"order_number": "1001", "lines": lines, **changes}, Request)


def test_goods_wished_for_are_what_an_exchange_gives_unless_others_are_named() -> None:
    wish = asked(outcome="exchange", goods=[{"sku": "L", "unit_price": "10.00", "title": "Large"}])
    journey = Journey(policy=POLICY)
    journey.do(wish, receive(a=1), accept("a"), FinishReceipt())
    wished = journey.ret.goods
    journey.do(ProposeSettlement(kind="exchange"))
    exchange = journey.ret.settlements[-1].exchange

    assert [(one.sku, one.unit_price, one.title) for one in wished] == [("L", "10.00", "Large")]
    assert exchange is not None
    assert [(one.sku, one.unit_price) for one in exchange.goods] == [("L", 1000)]


@pytest.mark.parametrize("price", ["-1.00", "ten", "1.001"])
def test_a_wish_has_a_price_or_none(price: str) -> None:
    journey = Journey(policy=POLICY)
    wish = asked(outcome="exchange", goods=[{"sku": "L", "unit_price": price}])
    outcome = decide(journey.state, [wish], journey.context(plan=[wish]))

    assert isinstance(outcome, Refusal)
    assert (outcome.code, outcome.pointer) == (RefusalCode.BAD_AMOUNT, "/goods/0/unit_price")


def test_who_shares_a_parcel_is_given_no_label_of_their_own() -> None:
    alone, beside = Journey(policy=POLICY), Journey(policy=POLICY)
    alone.do(asked())
    beside.do(asked(together_with=OTHER))

    assert len(alone.ret.parcels) == 1
    assert beside.ret.parcels == ()
    assert beside.ret.together_with == OTHER
