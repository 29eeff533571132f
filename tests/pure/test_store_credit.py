"""Store credit as a leg: instead of money, beside it, and what comes on top."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.lifecycle.commands import (
    Authorize,
    Complete,
    ConfirmSettlement,
    DiscardSettlement,
    FinishReceipt,
    LineAsked,
    ProposeSettlement,
    Request,
    StartRefund,
)
from retour.lifecycle.model import (
    Approval,
    Executor,
    Leg,
    LegKind,
    LegStatus,
    Outcome,
    Payment,
    Policy,
    ReturnStatus,
    Settlement,
    SettlementStatus,
)
from retour.lifecycle.requests.legal import Legal, LegalBasis
from retour.policy.model import Bonus, ConsumerLaw, LineTerms
from tests.support.returns import NOON, Journey, accept, an_order, receive, sold


def propose(**body: object) -> ProposeSettlement:
    return msgspec.convert(body, ProposeSettlement)


def newest(journey: Journey) -> Settlement:
    settlement = journey.ret.settlements[-1]
    assert settlement.total == sum(line.amount for line in settlement.lines)
    assert settlement.total == sum(leg.amount for leg in settlement.legs)
    return settlement


def legs(journey: Journey) -> list[tuple[str, str, str | None, int]]:
    return [shown(leg) for leg in newest(journey).legs]


def shown(leg: Leg) -> tuple[str, str, str | None, int]:
    return leg.kind.value, leg.executor.value, leg.payment, leg.amount


def goodwill(amount: str) -> list[dict[str, str]]:
    return [{"label": "Late delivery", "amount": amount}]


def two_payments() -> Journey:
    payments = (
        Payment(id="card", processor=Executor.SANDBOX, captured=600),
        Payment(id="bank", processor=Executor.EXTERNAL, captured=5000),
    )
    return Journey(order=an_order(sold("a", 3), payments=payments))


def with_terms(journey: Journey, bonus: Bonus) -> Journey:
    """Let the policy have promised a bonus on line a."""
    ret = journey.ret
    verdict = replace(ret.verdict, terms=(LineTerms(line="a", bonus=bonus),))
    journey.state = replace(journey.state, ret=replace(ret, verdict=verdict))
    return journey


def withdrawn(journey: Journey) -> Journey:
    legal = Legal(
        basis=LegalBasis.WITHDRAWAL,
        withdrawal="wdl_1",
        informed_at=NOON - timedelta(days=1),
        refund_by=NOON + timedelta(days=13),
        is_whole=False,
    )
    journey.state = replace(journey.state, ret=replace(journey.ret, legal=legal))
    return journey


# ---------------------------------------------------------------- instead of money


def test_store_credit_holds_the_payments_it_stands_for_and_is_issued_once() -> None:
    journey = two_payments().processed(a=1)

    journey.do(propose(kind="store_credit"), ConfirmSettlement())

    assert [
        ("store_credit", "credit", "card", 600),
        ("store_credit", "credit", "bank", 400),
    ] == legs(journey)
    assert 1000 == journey.reserved
    journey.do(StartRefund())
    assert [("refund", leg.id) for leg in newest(journey).legs] == journey.effects
    for place in (0, 1):
        journey.outcome("succeeded", place=place)
    assert SettlementStatus.SETTLED is newest(journey).status
    assert ReturnStatus.SETTLED is journey.status
    assert 1000 == journey.reserved


def test_credit_of_the_merchant_s_own_system_is_told_and_reported() -> None:
    journey = Journey().processed(a=1)
    only = frozenset({Executor.EXTERNAL, Executor.SANDBOX})

    journey.do(propose(kind="store_credit"), ConfirmSettlement(), StartRefund(), executors=only)

    assert [("store_credit", "external", "card", 1000)] == legs(journey)
    assert [] == journey.effects
    assert "record_refund_outcome" in journey.allowed


def test_what_was_paid_with_store_credit_comes_back_as_such() -> None:
    payments = (
        Payment(id="voucher", processor=Executor.CREDIT, captured=600),
        Payment(id="card", processor=Executor.SANDBOX, captured=2400),
    )
    journey = Journey(order=an_order(sold("a", 3), payments=payments)).processed(a=1)

    journey.do(propose())

    assert [("store_credit", "credit", "voucher", 600), ("refund", "sandbox", "card", 400)] == legs(
        journey
    )


@given(asked=st.integers(1, 1000))
def test_part_of_a_refund_may_be_credit(asked: int) -> None:
    journey = two_payments().processed(a=1)

    journey.do(propose(credit=f"{asked / 100:.2f}"), ConfirmSettlement())

    paid = newest(journey).legs
    credit = [leg for leg in paid if leg.kind is LegKind.STORE_CREDIT]
    assert asked == sum(leg.amount for leg in credit)
    assert all(leg.payment for leg in paid)
    assert 1000 == journey.reserved
    assert {"card": 600, "bank": 400} == {
        one.id: one.reserved for one in journey.state.order.payments
    }


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"credit": "0.00"}, "bad_amount", "/credit"),
        ({"credit": "-1.00"}, "bad_amount", "/credit"),
        ({"credit": "1.001"}, "bad_amount", "/credit"),
        ({"credit": "10.01"}, "bad_amount", "/credit"),
        ({"credit": "1.00", "kind": "store_credit"}, "bad_amount", "/credit"),
    ],
)
def test_a_part_that_cannot_be_is_refused(body: dict[str, str], code: str, pointer: str) -> None:
    refusal = two_payments().processed(a=1).refused(propose(**body))

    assert (code, pointer) == (refusal.code, refusal.pointer)


@pytest.mark.parametrize("body", [{"kind": "store_credit"}, {"credit": "1.00"}])
def test_who_withdraws_gets_credit_only_where_they_agreed(body: dict[str, str]) -> None:
    journey = withdrawn(Journey().processed(a=1))

    refusal = journey.refused(propose(**body))

    assert ("credit_not_agreed", "/consumer_agreed") == (refusal.code, refusal.pointer)
    journey.do(propose(**body, consumer_agreed=True))
    assert LegKind.STORE_CREDIT is newest(journey).legs[-1].kind


# ---------------------------------------------------------------- on top


def test_a_bonus_is_a_line_and_a_leg_of_its_own_that_takes_no_payment() -> None:
    journey = with_terms(two_payments().processed(a=1), Bonus(percent="12.5"))

    journey.do(propose(kind="store_credit"), ConfirmSettlement())

    assert [("item", 1000), ("bonus", 125)] == [
        (line.kind, line.amount) for line in newest(journey).lines
    ]
    assert ("store_credit", "credit", None, 125) == legs(journey)[-1]
    assert 1000 == journey.reserved


def test_a_refund_has_no_bonus() -> None:
    journey = with_terms(Journey().processed(a=1), Bonus(percent="12.5"))

    journey.do(propose())

    assert 1000 == newest(journey).total


def test_a_share_is_of_what_is_given_as_credit() -> None:
    journey = with_terms(Journey().processed(a=1), Bonus(percent="10"))

    journey.do(propose(credit="4.00"))

    assert [("item", 1000), ("bonus", 40)] == [
        (line.kind, line.amount) for line in newest(journey).lines
    ]


def test_a_bonus_in_money_is_given_once_a_return_to_who_takes_all_as_credit() -> None:
    journey = with_terms(
        Journey(order=an_order(sold("a", 3))).processed(a=2), Bonus(amount=500, currency="EUR")
    )
    first, second = (unit.id for unit in journey.units)

    journey.do(propose(credit="4.00"))
    assert 2000 == newest(journey).total
    journey.do(propose(kind="store_credit", units=[first]), ConfirmSettlement(), StartRefund())
    assert 1500 == newest(journey).total
    for place in (0, 1):
        journey.outcome("succeeded", place=place)
    journey.do(propose(kind="store_credit", units=[second]))
    assert 1000 == newest(journey).total


# ---------------------------------------------------------------- goodwill


def test_goodwill_is_paid_without_goods_within_what_was_paid() -> None:
    journey = Journey().processed(a=1)

    journey.do(propose(goodwill=goodwill("3.00"), without_goods=True), ConfirmSettlement())

    settlement = newest(journey)
    assert [("goodwill", 300, "Late delivery")] == [
        (line.kind, line.amount, line.label) for line in settlement.lines
    ]
    assert [("refund", "sandbox", "card", 300)] == legs(journey)
    journey.do(StartRefund())
    journey.outcome("succeeded")
    assert all(unit.covered_by is None for unit in journey.units)
    assert ReturnStatus.PROCESSED is journey.status


def test_goodwill_beyond_what_was_paid_is_credit_only() -> None:
    journey = Journey(order=an_order(sold("a", 1))).processed(a=1)

    assert "cap_exceeded" == journey.code(propose(goodwill=goodwill("3.00")))
    journey.do(propose(goodwill=goodwill("3.00"), credit="3.00"), ConfirmSettlement())
    assert [("refund", "sandbox", "card", 1000), ("store_credit", "credit", None, 300)] == legs(
        journey
    )
    assert 1000 == journey.reserved


def test_only_goodwill_goes_beyond_what_was_paid() -> None:
    journey = Journey(order=an_order(sold("a", 1))).processed(a=1)

    body = {"adjustments": [{"label": "More", "amount": "3.00"}]}

    assert "cap_exceeded" == journey.code(propose(kind="store_credit", **body))


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "1.001", "x"])
def test_goodwill_is_more_than_nothing(amount: str) -> None:
    refusal = Journey().processed(a=1).refused(propose(goodwill=goodwill(amount)))

    assert ("bad_amount", "/goodwill/0/amount") == (refusal.code, refusal.pointer)


def test_dropping_gives_back_what_credit_held() -> None:
    journey = with_terms(two_payments().processed(a=1), Bonus(percent="10"))
    journey.do(propose(kind="store_credit", goodwill=goodwill("1.00")), ConfirmSettlement())
    assert 1100 == journey.reserved

    journey.do(DiscardSettlement())

    assert 0 == journey.reserved
    assert {LegStatus.ABANDONED} == {leg.status for leg in journey.ret.settlements[-1].legs}


# ---------------------------------------------------------------- by the policy alone, and late


def automatic(*outcomes: str) -> Policy:
    return Policy(settlement=Approval.AUTO, outcomes=outcomes)


def test_the_policy_pays_credit_where_the_customer_chose_it() -> None:
    policy = automatic("refund", "store_credit")
    journey = Journey(policy=policy)
    line = LineAsked(line="a", quantity=1, reason="Too small")
    chosen = Request(order_number="1001", lines=(line,), outcome=Outcome.STORE_CREDIT)
    journey.do(chosen, Authorize(), receive(a=1), accept("a"), FinishReceipt())

    assert [("store_credit", "credit", "card", 1000)] == legs(journey)
    assert LegStatus.IN_FLIGHT is journey.leg().status


def test_the_policy_gives_nobody_credit_who_did_not_choose_it() -> None:
    policy = replace(automatic("store_credit"), consumer_law=ConsumerLaw.OFF)
    journey = Journey(policy=policy).processed(a=1)

    assert () == journey.ret.settlements


def test_the_policy_leaves_credit_for_a_withdrawal_to_a_person() -> None:
    journey = Journey(policy=automatic("refund", "store_credit"))
    line = LineAsked(line="a", quantity=1, reason="Too small")
    chosen = Request(order_number="1001", lines=(line,), outcome=Outcome.STORE_CREDIT)
    journey.do(chosen, Authorize())
    withdrawn(journey).do(receive(a=1), accept("a"), FinishReceipt())

    assert () == journey.ret.settlements


def test_goodwill_may_follow_a_return_that_is_completed() -> None:
    journey = Journey().settled(a=1)
    journey.do(Complete())

    journey.do(propose(goodwill=goodwill("3.00")), ConfirmSettlement(), StartRefund())

    assert [("refund", "sandbox", "card", 300)] == legs(journey)
    journey.outcome("succeeded")
    assert ReturnStatus.COMPLETED is journey.status
    assert 1300 == journey.reserved
