"""Goods instead of money: what they take of the payments, what is paid beside, what falls back."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.kernel.money import format_amount
from retour.lifecycle.commands import (
    DiscardSettlement,
    FallBack,
    FireTimers,
    ProposeSettlement,
    RecordRefundOutcome,
    Reopen,
    RetryRefund,
    StartRefund,
)
from retour.lifecycle.model import (
    ActorKind,
    Executor,
    LegKind,
    Payment,
    Policy,
    ReturnStatus,
    SettlementStatus,
    StockStatus,
)
from retour.lifecycle.money.remedies import remedies
from tests.support.goods import (
    KNOWN,
    at_stock,
    confirmed,
    end,
    legs,
    newest,
    of_kind,
    propose,
    started,
    stock,
    withdrawn,
)
from tests.support.returns import NOON, Journey, an_order, sold

SYSTEM: Final = ActorKind.SYSTEM
TWO: Final = (
    Payment(id="card", processor=Executor.SANDBOX, captured=600),
    Payment(id="bank", processor=Executor.EXTERNAL, captured=5000),
)
DIGITS: Final = {"JPY": 0, "EUR": 2, "KWD": 3, "CLF": 4}


# ---------------------------------------------------------------- figures


def test_an_even_exchange_takes_of_the_payment_what_a_refund_would() -> None:
    journey = confirmed()

    assert [("exchange", "card", 1000, "reserved")] == legs(journey)
    assert 1000 == journey.reserved


def test_cheaper_goods_leave_a_refund() -> None:
    journey = confirmed("7.50")

    assert [
        ("exchange", "card", 750, "reserved"),
        ("refund", "card", 250, "reserved"),
    ] == legs(journey)
    assert 1000 == journey.reserved


def test_dearer_goods_are_paid_for_by_a_charge() -> None:
    journey = confirmed("12.00")

    assert [
        ("exchange", "card", 1000, "reserved"),
        ("exchange", None, 200, "reserved"),
        ("charge", None, 200, "reserved"),
    ] == legs(journey)
    assert 1000 == journey.reserved, "what nobody has paid yet takes no payment's room"


@given(
    units=st.integers(1, 3),
    price=st.integers(0, 6000),
    currency=st.sampled_from(sorted(DIGITS)),
    card=st.integers(0, 3000),
)
def test_whatever_the_goods_cost_the_figures_add_up(
    units: int, price: int, currency: str, card: int
) -> None:
    """Every relation of prices, currencies of 0 to 4 decimals, any proportion of payments."""
    payments = (
        Payment(id="card", processor=Executor.SANDBOX, captured=card),
        Payment(id="bank", processor=Executor.EXTERNAL, captured=3000 - card),
    )
    order = replace(an_order(sold("a", 3), payments=payments), currency=currency)
    journey = Journey(order=order).processed(a=units)

    confirmed(format_amount(price, currency), journey=journey)

    settlement = newest(journey)
    worth = 1000 * units
    sums: dict[str, int] = {}
    for leg in settlement.legs:
        sums[leg.kind] = sums.get(leg.kind, 0) + leg.amount
    assert (worth, price) == (settlement.total, sums["exchange"])
    assert max(worth - price, 0) == sums.get("refund", 0)
    assert max(price - worth, 0) == sums.get("charge", 0)
    assert worth == journey.reserved


def test_the_price_is_of_every_piece() -> None:
    journey = Journey().processed(a=3)
    goods = [{"sku": "SHOE-42", "quantity": 3, "unit_price": "9.00"}]
    command = msgspec.convert({"kind": "exchange", "goods": goods}, ProposeSettlement)

    journey.do(command)

    assert [("exchange", 2700), ("refund", 300)] == [
        (kind, amount) for kind, _, amount, _ in legs(journey)
    ]


def test_goods_can_take_of_several_payments() -> None:
    journey = Journey(order=an_order(sold("a", 3), payments=TWO)).processed(a=1)

    confirmed("8.00", journey=journey)

    assert [
        ("exchange", "card", 600, "reserved"),
        ("exchange", "bank", 200, "reserved"),
        ("refund", "bank", 200, "reserved"),
    ] == legs(journey)


def test_fees_make_the_same_goods_dearer() -> None:
    fee = [{"label": "Restocking", "amount": "2.00"}]

    journey = confirmed("10.00", fees=fee)

    assert 200 == of_kind(journey, LegKind.CHARGE).amount
    assert 800 == newest(journey).total


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"kind": "exchange"}, "bad_goods", "/goods"),
        ({"kind": "refund", "goods": [{"sku": "A"}]}, "bad_goods", "/goods"),
        (
            {"kind": "exchange", "goods": [{"sku": "A"}, {"sku": "B", "unit_price": "1"}]},
            "bad_goods",
            "/goods",
        ),
        (
            {"kind": "exchange", "goods": [{"sku": "A", "unit_price": "-1"}]},
            "bad_amount",
            "/goods/0/unit_price",
        ),
        (
            {"kind": "exchange", "goods": [{"sku": "A", "unit_price": "1.001"}]},
            "bad_amount",
            "/goods/0/unit_price",
        ),
        ({"kind": "repair", "shipping": "1"}, "bad_amount", "/kind"),
    ],
)
def test_goods_that_make_no_sense_are_pointed_at(
    body: dict[str, object], code: str, pointer: str
) -> None:
    refusal = Journey().processed(a=1).refused(msgspec.convert(body, ProposeSettlement))

    assert (code, pointer) == (refusal.code, refusal.pointer)


@pytest.mark.parametrize("kind", ["exchange", "repair"])
def test_who_withdraws_gets_goods_only_where_they_agreed(kind: str) -> None:
    journey = withdrawn(Journey().processed(a=1))
    goods = [{"sku": "SHOE-42"}] if kind == "exchange" else []
    body = {"kind": kind, "goods": goods}

    refusal = journey.refused(msgspec.convert(body, ProposeSettlement))

    assert ("credit_not_agreed", "/consumer_agreed") == (refusal.code, refusal.pointer)
    journey.do(msgspec.convert({**body, "consumer_agreed": True}, ProposeSettlement))
    assert kind == newest(journey).kind


def test_who_withdraws_is_given_credit_instead_only_where_they_agreed() -> None:
    journey = confirmed(journey=withdrawn(Journey().processed(a=1)), consumer_agreed=True)

    assert "credit_not_agreed" == journey.code(FallBack(to="store_credit"))
    journey.do(FallBack(to="store_credit", consumer_agreed=True), executors=KNOWN)


def test_goods_move_no_earlier_than_money() -> None:
    early = Policy(settle_at=ReturnStatus.AUTHORIZED)
    late = Policy(settle_at=ReturnStatus.PROCESSED)

    assert "settlement_too_early" == Journey(policy=late).authorized(a=1).code(propose())
    confirmed(journey=Journey(policy=early).authorized(a=1))


# ---------------------------------------------------------------- the straight way


def test_goods_are_put_aside_ordered_and_settle_the_return() -> None:
    journey = confirmed()
    lead = journey.leg().id
    assert StockStatus.ASKED is at_stock(journey)
    assert [("refund", f"{lead}/goods")] == journey.effects

    assert ["exchange.reserved"] == stock(journey, "reserved")
    assert [] == stock(journey, "reserved"), "the same word again changes nothing"
    assert ["exchange.started"] == [one.value for one in journey.do(StartRefund())]
    said = end(journey, journey.leg())

    assert ["exchange.ordered", "settlement.settled", "return.settled"] == said
    exchange = newest(journey).exchange
    assert exchange is not None
    assert (StockStatus.ORDERED, journey.leg().reference) == (
        exchange.stock,
        exchange.replacement_order,
    )
    assert [newest(journey).id] == [unit.covered_by for unit in journey.units]
    assert 1000 == journey.reserved


def test_a_difference_is_refunded_beside_the_goods() -> None:
    journey = started("7.50")

    assert ("refund", of_kind(journey, LegKind.REFUND).id) in journey.effects
    assert ["refund.succeeded"] == end(journey, of_kind(journey, LegKind.REFUND))
    assert "settlement.settled" in end(journey, of_kind(journey, LegKind.EXCHANGE))


def test_dearer_goods_wait_for_the_difference() -> None:
    journey = started("12.00")
    lead = of_kind(journey, LegKind.EXCHANGE).id
    assert "charge.requested" == journey.events[-1]
    assert "reserved" == of_kind(journey, LegKind.EXCHANGE).status
    assert SettlementStatus.IN_PROGRESS is newest(journey).status
    assert 1 == journey.effects.count(("refund", f"{lead}/goods")), "nothing is ordered yet"

    assert ["charge.paid", "exchange.started"] == end(journey, of_kind(journey, LegKind.CHARGE))
    assert 2 == journey.effects.count(("refund", f"{lead}/goods"))
    assert "settlement.settled" in end(journey, of_kind(journey, LegKind.EXCHANGE))


def test_another_system_is_told_and_reports() -> None:
    journey = confirmed(stock="external")
    journey.do(StartRefund())

    assert [] == journey.effects
    assert "record_refund_outcome" in journey.allowed
    assert "exchange.ordered" in end(journey, journey.leg())


def test_legs_of_several_payments_go_together() -> None:
    journey = Journey(order=an_order(sold("a", 3), payments=TWO)).processed(a=1)
    confirmed(journey=journey)
    stock(journey, "reserved")
    journey.do(StartRefund())

    end(journey, journey.leg())

    assert ["succeeded", "succeeded"] == [leg.status.value for leg in newest(journey).legs]
    assert SettlementStatus.SETTLED is newest(journey).status


# ---------------------------------------------------------------- not to be had


@pytest.mark.parametrize("price", ["7.50", None, "12.00"])
@pytest.mark.parametrize("fallback", ["refund", "store_credit", "wait"])
def test_goods_that_are_out_fall_back_before_anything_moves(
    price: str | None, fallback: str
) -> None:
    journey = confirmed(price, fallback=fallback)

    assert ["exchange.failed"] == stock(journey, "out_of_stock")

    alive = {kind for kind, _, _, status in legs(journey) if status != "abandoned"}
    if fallback == "wait":
        assert "exchange" in alive
    else:
        assert alive == {fallback} | ({"refund"} if price == "7.50" else set())
    assert SettlementStatus.CONFIRMED is newest(journey).status
    assert 1000 == journey.reserved, "nothing else moves"
    expected = "exchange" if fallback == "wait" else fallback
    assert expected == newest(journey).kind, "every dialect speaks of it as what it has become"


@pytest.mark.parametrize("fallback", ["refund", "store_credit"])
@pytest.mark.parametrize("price", ["7.50", None])
def test_goods_that_cannot_be_ordered_become_what_was_agreed_on(
    price: str | None, fallback: str
) -> None:
    journey = started(price, fallback=fallback)
    lead = journey.leg()
    for _ in range(2):
        assert [] == end(journey, lead, "failed")

    assert ["exchange.failed", "refund.started"] == end(journey, lead, "failed")

    assert (lead.id, fallback, "in_flight") == (
        journey.leg().id,
        journey.leg().kind.value,
        journey.leg().status.value,
    )
    assert 1000 == journey.reserved
    assert ("refund", lead.id) in journey.effects
    assert StockStatus.RELEASED is at_stock(journey)
    for leg in newest(journey).legs:
        end(journey, leg)
    assert SettlementStatus.SETTLED is newest(journey).status


def test_goods_that_cannot_be_had_wait_for_a_person_and_can_be_tried_again() -> None:
    journey = started()
    lead = journey.leg().id

    assert ["exchange.failed"] == stock(journey, "out_of_stock")

    assert ("failed", 0) == (journey.leg().status.value, journey.reserved)
    assert {"retry_refund", "fall_back", "discard_settlement"} == set(remedies(journey.ret, lead))
    assert ["exchange.started"] == [one.value for one in journey.do(RetryRefund(leg=lead))]
    assert StockStatus.ASKED is at_stock(journey), "what was not there is asked for again"
    assert 1000 == journey.reserved
    stock(journey, "reserved")
    end(journey, journey.leg())
    assert SettlementStatus.SETTLED is newest(journey).status


@pytest.mark.parametrize("to", ["refund", "store_credit"])
def test_a_person_gives_up_what_failed(to: str) -> None:
    journey = started()
    stock(journey, "out_of_stock")

    command = msgspec.convert({"to": to}, FallBack)
    said = [one.value for one in journey.do(command, executors=KNOWN)]

    assert ["exchange.failed", "refund.started"] == said
    assert (to, 1000) == (journey.leg().kind.value, journey.reserved)


def test_what_is_being_ordered_is_not_given_up() -> None:
    assert "no_exchange" == started().code(FallBack())


def test_what_was_given_up_holds_the_payment_it_held() -> None:
    """A failure gave it back: it is taken again, unless something else took it meanwhile."""
    card = (Payment(id="card", processor=Executor.SANDBOX, captured=1500),)
    journey = Journey(order=an_order(sold("a", 3), payments=card)).processed(a=1)
    confirmed(journey=journey)
    journey.do(StartRefund(), executors=KNOWN)
    stock(journey, "out_of_stock")
    mine = journey.state.ret
    taken = replace(journey.state.order.payments[0], reserved=900)
    order = replace(journey.state.order, payments=(taken,))
    journey.state = replace(journey.state, ret=mine, order=order)

    assert "cap_exceeded" == journey.code(FallBack())
    assert "cap_exceeded" == journey.code(RetryRefund(leg=journey.leg().id))


def test_what_was_out_is_out_until_it_is_asked_again() -> None:
    journey = confirmed()
    assert ["exchange.failed"] == stock(journey, "out_of_stock")

    assert [] == stock(journey, "out_of_stock"), "it is said once"
    assert [] == stock(journey, "reserved")
    assert StockStatus.OUT is at_stock(journey)


def test_what_falls_back_is_let_go() -> None:
    journey = started()
    lead = journey.leg()
    for _ in range(3):
        end(journey, lead, "failed")
    asked = journey.effects.count(("refund", f"{lead.id}/goods"))

    journey.do(FallBack())

    assert asked + 1 == journey.effects.count(("refund", f"{lead.id}/goods"))
    assert StockStatus.RELEASED is at_stock(journey)


def test_a_late_word_of_the_stock_counts_no_more() -> None:
    journey = confirmed(fallback="refund")
    stock(journey, "out_of_stock")

    assert [] == stock(journey, "reserved")
    assert [] == stock(journey, "out_of_stock")
    assert ["refund"] == [leg.kind.value for leg in newest(journey).legs]


def test_a_promise_that_is_dropped_lets_the_goods_go() -> None:
    journey = confirmed()
    lead = journey.leg().id
    stock(journey, "reserved")

    assert ["exchange.released"] == [one.value for one in journey.do(DiscardSettlement())]

    assert StockStatus.RELEASED is at_stock(journey)
    assert 2 == journey.effects.count(("refund", f"{lead}/goods"))
    assert 0 == journey.reserved


def test_reopening_lets_the_goods_go() -> None:
    journey = confirmed()
    stock(journey, "reserved")

    said = [one.value for one in journey.do(Reopen(reason="Another one came"))]

    assert ["exchange.released", "return.reopened"] == said


# ---------------------------------------------------------------- a difference nobody pays


@pytest.mark.parametrize("fallback", ["refund", "store_credit", "wait"])
def test_a_difference_that_is_not_paid_in_time(fallback: str) -> None:
    journey = started("12.00", fallback=fallback, pay_days=3)
    charge = of_kind(journey, LegKind.CHARGE)
    journey.do(FireTimers(), by=SYSTEM, at=NOON + timedelta(days=2), executors=KNOWN)
    assert "in_flight" == of_kind(journey, LegKind.CHARGE).status

    said = journey.do(FireTimers(), by=SYSTEM, at=NOON + timedelta(days=5), executors=KNOWN)

    assert "exchange.failed" in said
    assert 1000 == journey.reserved
    if fallback == "wait":
        assert "failed" == of_kind(journey, LegKind.CHARGE).status
        assert StockStatus.HELD is at_stock(journey)
        assert {"retry_refund", "fall_back", "discard_settlement"} <= journey.allowed
        journey.do(RetryRefund(leg=charge.id))
        assert "charge.paid" in end(journey, of_kind(journey, LegKind.CHARGE))
    else:
        assert [
            (fallback, "card", 1000, "in_flight"),
            ("exchange", None, 200, "abandoned"),
            ("charge", None, 200, "abandoned"),
        ] == legs(journey)
        assert "leg_not_waiting" == journey.code(
            msgspec.convert({"leg": charge.id, "outcome": "succeeded"}, RecordRefundOutcome)
        )
        end(journey, journey.leg())
        assert SettlementStatus.SETTLED is newest(journey).status


def test_a_difference_paid_for_goods_that_are_out_is_paid_back() -> None:
    journey = started("12.00", fallback="refund")
    end(journey, of_kind(journey, LegKind.CHARGE))
    lead = journey.leg()
    for _ in range(3):
        end(journey, lead, "failed")

    assert [
        ("refund", "card", 1000, "in_flight"),
        ("refund", None, 200, "in_flight"),
        ("charge", None, 200, "succeeded"),
    ] == legs(journey)
    back = newest(journey).legs[1]
    assert Executor.EXTERNAL is back.executor, "who collected it pays it back"
    end(journey, journey.leg())
    end(journey, back)
    assert SettlementStatus.SETTLED is newest(journey).status
