"""Endings, and beginning again: reject, cancel, complete, reopen."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.lifecycle.commands import (
    Cancel,
    Complete,
    ConfirmSettlement,
    FinishReceipt,
    LineAsked,
    ProposeSettlement,
    Reject,
    Reopen,
    StartRefund,
    WaiveReceipt,
)
from retour.lifecycle.machine import settlement_status
from retour.lifecycle.model import (
    Acceptance,
    EventType,
    LegStatus,
    Policy,
    ReceiptStatus,
    Reception,
    ReturnStatus,
    SettlementStatus,
)
from tests.support.returns import Journey, accept, an_order, judge, judge_unit, receive, sold

EARLY = Policy(settle_at=ReturnStatus.AUTHORIZED)
REJECT = Reject(reason="Worn")
CANCEL = Cancel(reason="Changed their mind")
LOOK_AGAIN = Reopen(reason="Look again")


def freeze(journey: Journey, units: int = 1) -> None:
    """Let a marketplace have been told of the first units."""
    names = {unit.id for unit in journey.units[:units]}
    lines = tuple(
        replace(
            line,
            units=tuple(
                replace(unit, frozen=True) if unit.id in names else unit for unit in line.units
            ),
        )
        for line in journey.ret.lines
    )
    journey.state = replace(journey.state, ret=replace(journey.ret, lines=lines))


# ---------------------------------------------------------------- reject


def test_a_rejected_return_gives_its_units_back() -> None:
    journey = Journey().requested(a=2)

    assert [EventType.RETURN_REJECTED] == journey.do(REJECT)

    assert "Worn" == journey.ret.reject_reason
    assert (0, 0, 0, 0, 0) == journey.counters("a")
    assert [True, True] == [unit.released for unit in journey.units]
    journey.next_return()
    journey.requested(a=3)


@given(st.lists(st.sampled_from(Acceptance), min_size=1, max_size=3))
def test_goods_are_rejected_whole_exactly_when_none_is_accepted(looks: list[Acceptance]) -> None:
    journey = Journey().received(a=len(looks))
    for unit, look in zip(journey.units, looks, strict=True):
        if look is not Acceptance.PENDING:
            journey.do(judge_unit(unit.id, look.value))

    if Acceptance.ACCEPTED in looks:
        assert "units_accepted" == journey.code(REJECT)
    else:
        journey.do(REJECT)
        assert (0, 0, 0, 0, 0) == journey.counters("a")
        assert ReceiptStatus.CANCELED is journey.ret.receipts[0].status


def test_what_is_paid_or_promised_is_not_rejected() -> None:
    journey = Journey(policy=EARLY).authorized(a=1)
    journey.do(ProposeSettlement(), ConfirmSettlement(), receive(a=1))
    assert "money_moving" == journey.code(REJECT)

    journey.do(StartRefund())
    journey.outcome("succeeded")

    assert "units_covered" == journey.code(REJECT)


# ---------------------------------------------------------------- cancel


@pytest.mark.parametrize(("goods", "left"), [("send_back", 0), ("keep", 2), ("return_to_stock", 2)])
def test_goods_that_stay_here_stay_counted(goods: str, left: int) -> None:
    journey = Journey().authorized(a=3)
    journey.do(receive(a=2), accept())

    said = journey.do(msgspec.convert({"reason": "No", "goods": goods}, Cancel))

    assert [EventType.RETURN_CANCELED] == said
    assert (left, left, left // 2, 0, 0) == journey.counters("a")
    assert ("No", goods) == (journey.ret.cancel_reason, journey.ret.cancel_goods)
    assert ReceiptStatus.CANCELED is journey.ret.receipts[0].status


@given(st.integers(0, 2), st.booleans())
def test_goods_need_a_decision_exactly_when_some_are_here(
    came: int,
    foreign: bool,  # noqa: FBT001 - hypothesis names its arguments
) -> None:
    journey = Journey(sold("a", 2)).authorized(a=2)
    if came or foreign:
        journey.do(receive(a=came + 2 * foreign))

    if came or foreign:
        refusal = journey.refused(CANCEL)
        assert ("goods_undecided", "/goods") == (refusal.code, refusal.pointer)
    else:
        journey.do(CANCEL)
        assert (0, 0, 0, 0, 0) == journey.counters("a")


def test_waived_goods_need_no_decision() -> None:
    journey = Journey().authorized(a=1)
    journey.do(WaiveReceipt())

    journey.do(CANCEL)

    assert (0, 0, 0, 0, 0) == journey.counters("a")


def test_a_draft_is_dropped_by_canceling() -> None:
    journey = Journey(policy=EARLY).authorized(a=1)
    journey.do(ProposeSettlement())

    journey.do(CANCEL)

    assert SettlementStatus.DISCARDED is journey.ret.settlements[0].status


LEGS = st.sampled_from(LegStatus)


@given(LEGS)
def test_canceling_is_refused_exactly_while_money_moves(status: LegStatus) -> None:
    journey = Journey(policy=EARLY).authorized(a=1)
    journey.do(ProposeSettlement())
    draft = journey.ret.settlements[0]
    legs = tuple(replace(leg, status=status) for leg in draft.legs)
    moved = replace(draft, status=settlement_status(legs), legs=legs)
    journey.state = replace(journey.state, ret=replace(journey.ret, settlements=(moved,)))
    moving = status in {"reserved", "in_flight", "unknown", "succeeded"}

    if moving:
        assert "money_moving" == journey.code(CANCEL)
    else:
        journey.do(CANCEL)
        assert ReturnStatus.CANCELED is journey.status


def test_what_is_covered_is_not_canceled() -> None:
    """A settlement of kind none has no leg, but it has been said."""
    journey = Journey().processed(a=1)
    journey.do(ProposeSettlement(kind="none"), ConfirmSettlement(), StartRefund(), LOOK_AGAIN)

    assert "units_covered" == journey.code(CANCEL)


def test_a_frozen_return_is_not_canceled() -> None:
    journey = Journey().requested(a=1)
    freeze(journey)

    assert "units_frozen" == journey.code(CANCEL)


def test_a_given_up_payment_gives_back_its_shipping() -> None:
    journey = Journey(order=an_order(sold("a", 1), shipping=500), policy=EARLY).authorized(a=1)
    journey.do(ProposeSettlement(shipping="5.00"), ConfirmSettlement(), StartRefund())
    for _ in range(3):
        journey.outcome("failed")
    assert 500 == journey.state.order.shipping_refunded

    journey.do(CANCEL)

    assert 0 == journey.state.order.shipping_refunded


# ---------------------------------------------------------------- complete


def test_a_settled_return_is_completed() -> None:
    journey = Journey().settled(a=1)

    assert [EventType.RETURN_COMPLETED] == journey.do(Complete())


def test_what_is_owed_is_settled_before_completing() -> None:
    journey = Journey().processed(a=1)

    assert "still_owed" == journey.code(Complete())
    assert "complete" not in journey.allowed


def test_a_promised_adjustment_is_paid_before_completing() -> None:
    journey = Journey().settled(a=1)
    adjustments = [{"label": "Goodwill", "amount": "1.00"}]
    journey.do(msgspec.convert({"adjustments": adjustments}, ProposeSettlement))
    journey.do(ConfirmSettlement())
    assert "still_owed" == journey.code(Complete())

    journey.do(StartRefund())
    journey.outcome("succeeded")

    journey.do(Complete())


def test_a_draft_does_not_hinder_completing() -> None:
    journey = Journey().settled(a=1)
    adjustments = [{"label": "Goodwill", "amount": "1.00"}]
    journey.do(msgspec.convert({"adjustments": adjustments}, ProposeSettlement))

    journey.do(Complete())

    assert SettlementStatus.DISCARDED is journey.ret.settlements[-1].status


@given(st.sampled_from([Acceptance.REJECTED, Acceptance.WAITING_FOR_INPUT]))
def test_a_return_is_completed_exactly_when_all_is_decided(look: Acceptance) -> None:
    journey = Journey().received(a=1)
    journey.do(judge("a", 1, "rejected"), FinishReceipt())
    journey.do(judge_unit(journey.units[0].id, look.value))

    if look is Acceptance.WAITING_FOR_INPUT:
        assert "units_pending" == journey.code(Complete())
    else:
        journey.do(Complete())
        assert ReturnStatus.COMPLETED is journey.status


def test_an_authorized_return_waits_for_its_goods() -> None:
    journey = Journey().authorized(a=1)

    assert "not_allowed_in_status" == journey.code(Complete())
    assert "complete" not in journey.allowed


# ---------------------------------------------------------------- reopen


def test_what_is_covered_stays_closed_and_the_rest_is_undecided_again() -> None:
    journey = Journey().received(a=3)
    journey.do(accept("a", 2), judge("a", 1, "rejected"), FinishReceipt())
    journey.do(ProposeSettlement(), ConfirmSettlement(), StartRefund())
    journey.outcome("succeeded")

    said = journey.do(LOOK_AGAIN)

    assert [EventType.RETURN_REOPENED] == said
    assert {"received": 2, "expected": 1} == Counter(unit.reception.value for unit in journey.units)
    assert (3, 2, 2, 0, 2) == journey.counters("a")
    assert ("Look again", True) == (journey.ret.reopen_reason, journey.ret.reopened)


def test_missing_and_waived_units_are_expected_again() -> None:
    journey = Journey().authorized(a=2)
    journey.do(receive(a=1), accept(), FinishReceipt(remaining="missing"), LOOK_AGAIN)
    assert {Reception.EXPECTED} == {unit.reception for unit in journey.units}

    kept = Journey().authorized(a=2)
    kept.do(WaiveReceipt(), LOOK_AGAIN)
    assert {Reception.EXPECTED} == {unit.reception for unit in kept.units}
    assert (2, 0, 0, 0, 0) == kept.counters("a")


def test_foreign_goods_stay_as_they_were_judged() -> None:
    journey = Journey(sold("a", 1)).received(a=1)
    journey.do(receive(a=1))
    foreign = journey.ret.lines[-1].units[0].id
    journey.do(accept(), judge_unit(foreign, "rejected"), FinishReceipt(), LOOK_AGAIN)

    assert [("expected", "pending"), ("wrong_item", "rejected")] == [
        (unit.reception.value, unit.acceptance.value) for unit in journey.units
    ]


def more(quantity: int) -> Reopen:
    line = LineAsked(line="b", quantity=quantity, comment="Forgotten")
    return Reopen(reason="One more", lines=(line,))


@given(st.integers(1, 4))
def test_more_lines_may_join_as_far_as_they_are_returnable(quantity: int) -> None:
    journey = Journey().settled(a=1)

    if quantity > 2:
        assert "over_return" == journey.code(more(quantity))
    else:
        journey.do(more(quantity))
        assert (quantity, 0, 0, 0, 0) == journey.counters("b")
        assert "Forgotten" == journey.state.words[journey.ret.lines[-1].id].comment
        journey.do(receive(b=quantity), accept("b", quantity), FinishReceipt())
        journey.do(ProposeSettlement(), ConfirmSettlement(), StartRefund())
        journey.outcome("succeeded")
        assert ReturnStatus.SETTLED is journey.status


def test_no_more_join_than_one_message_can_tell() -> None:
    journey = Journey(sold("a", 9_999), sold("b", 2)).authorized(a=9_999)
    journey.do(receive(a=1), accept(), FinishReceipt(remaining="missing"))

    assert "too_many_units" == journey.code(more(2))
    journey.do(more(1))


def test_an_unknown_line_cannot_join() -> None:
    command = Reopen(reason="One more", lines=(LineAsked(line="z", quantity=1),))

    assert "/lines/0/line" == Journey().settled(a=1).refused(command).pointer


def test_a_frozen_return_is_reopened_for_new_lines_only() -> None:
    journey = Journey().processed(a=2)
    freeze(journey)
    assert ("units_frozen", "/lines") == (
        journey.refused(LOOK_AGAIN).code,
        journey.refused(LOOK_AGAIN).pointer,
    )

    journey.do(more(1))

    assert ["received", "expected", "expected"] == [unit.reception.value for unit in journey.units]


@given(st.integers(0, 2))
def test_a_return_reopened_for_nothing_is_completed_again(expected: int) -> None:
    journey = Journey().settled(a=1)
    journey.do(more(expected) if expected else LOOK_AGAIN)

    if expected:
        assert "units_pending" == journey.code(Complete())
    else:
        journey.do(Complete())
        assert not journey.ret.reopened


def test_a_completed_return_can_live_twice() -> None:
    journey = Journey().settled(a=1)
    journey.do(Complete(), more(1))
    journey.do(receive(b=1), accept("b"), FinishReceipt())
    journey.do(ProposeSettlement(), ConfirmSettlement(), StartRefund())
    journey.outcome("succeeded")

    journey.do(Complete())

    assert [1, 2] == [
        int((one.memo_number or "-0").split("-")[1]) for one in journey.ret.settlements
    ]
    assert 2000 == journey.reserved
