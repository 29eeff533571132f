"""What others take of a payment: counted once, in whatever order, and given room again."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode
from retour.lifecycle.commands import (
    ConfirmSettlement,
    DiscardSettlement,
    ProposeSettlement,
    RecordRefundOutcome,
    RetryRefund,
    SettleElsewhere,
    StartRefund,
)
from retour.lifecycle.model import ActorKind, Customer, Event, EventType, Payment, Policy, State
from retour.lifecycle.money.disputing import TAKEN_MAX, note_taken
from retour.lifecycle.money.taken import Taken, TakenBy
from retour.lifecycle.orders.ordering import put_order
from tests.support.returns import NOON, Journey, an_order, sold

OPENED = Taken(
    by=TakenBy.DISPUTE, reference="dp_1", amount=3885, status="needs_response", told_at=NOON
)
REVIEWED = replace(OPENED, status="under_review", told_at=NOON + timedelta(hours=1))
WON = replace(OPENED, status="won", told_at=NOON + timedelta(hours=2), is_back=True, is_final=True)
LOST = replace(OPENED, status="lost", told_at=NOON + timedelta(hours=2), is_final=True)
ASKED = replace(OPENED, status="warning_needs_response", is_back=True)
ELSEWHERE = Taken(
    by=TakenBy.REFUND,
    reference="re_9",
    amount=1500,
    status="succeeded",
    told_at=NOON,
    is_final=True,
)
BOUNCED = replace(ELSEWHERE, status="failed", told_at=NOON + timedelta(days=3), is_back=True)


def noted(journey: Journey, taken: Taken, payment: str = "card") -> tuple[Event, ...]:
    """Note it on the journey's order, beside the return at hand."""
    state = journey.state
    decision = note_taken(state, [payment], taken, journey.context(ActorKind.PROCESSOR))
    assert decision is not None
    journey.state = replace(decision.state, ret=state.ret)
    return decision.events


def card(journey: Journey) -> Payment:
    (payment,) = journey.state.order.payments
    return payment


def changes(events: tuple[Event, ...]) -> list[object]:
    return [event.snapshot.details["change"] for event in events]


def test_a_dispute_shrinks_the_room_until_it_is_won() -> None:
    journey = Journey()

    assert ["disputed"] == changes(noted(journey, OPENED))
    assert (5000, 1115) == (card(journey).captured, card(journey).room)
    assert [] == changes(noted(journey, REVIEWED))
    assert ["dispute_won"] == changes(noted(journey, WON))
    assert 5000 == card(journey).room


def test_a_dispute_that_is_lost_keeps_its_room() -> None:
    journey = Journey()
    noted(journey, OPENED)

    (event,) = noted(journey, LOST)

    assert (EventType.PAYMENT_CHANGED, 1115) == (event.type, card(journey).room)
    assert {
        "payment": "card",
        "change": "dispute_lost",
        "reference": "dp_1",
        "amount": "38.85",
        "currency": "EUR",
        "left": "11.15",
    } == event.snapshot.details


def test_an_inquiry_takes_nothing_yet() -> None:
    journey = Journey()

    assert () == noted(journey, ASKED)
    assert 5000 == card(journey).room
    assert ["disputed"] == changes(noted(journey, replace(OPENED, told_at=WON.told_at)))


def test_a_refund_made_elsewhere_shrinks_the_room_until_it_fails() -> None:
    journey = Journey()

    assert ["refunded_elsewhere"] == changes(noted(journey, ELSEWHERE))
    assert 3500 == card(journey).room
    assert ["refund_failed_elsewhere"] == changes(noted(journey, BOUNCED))
    assert 5000 == card(journey).room


@pytest.mark.parametrize(
    ("told", "room"),
    [
        ((OPENED, REVIEWED, WON), 5000),
        ((OPENED, REVIEWED, LOST), 1115),
        ((ASKED, REVIEWED, LOST), 1115),
        ((ELSEWHERE, replace(ELSEWHERE, status="pending", is_final=False), BOUNCED), 5000),
    ],
)
def test_any_order_and_number_of_words_comes_to_the_same(
    told: tuple[Taken, ...], room: int
) -> None:
    for order in itertools.permutations(told):
        journey = Journey()
        said = [change for one in (*order, *order) for change in changes(noted(journey, one))]

        assert room == card(journey).room, order
        assert 1 == len(card(journey).taken)
        assert len(said) == len(set(said)), "each is said once"


def test_where_nothing_is_new_nothing_is_written() -> None:
    journey = Journey()
    noted(journey, OPENED)
    decision = note_taken(journey.state, ["card"], OPENED, journey.context())

    assert decision is not None
    assert decision.state is journey.state


def test_an_order_takes_only_what_is_about_its_payments_and_not_without_end() -> None:
    journey = Journey()
    assert note_taken(journey.state, ["other"], OPENED, journey.context()) is None
    for n in range(TAKEN_MAX):
        noted(journey, replace(ELSEWHERE, reference=f"re_{n}", amount=1))

    assert note_taken(journey.state, ["card"], OPENED, journey.context()) is None
    assert ["refund_failed_elsewhere"] == changes(
        noted(journey, replace(BOUNCED, reference="re_0"))
    )


# ---------------------------------------------------------------- what is promised, and what waits


def test_what_is_promised_and_not_started_waits_for_the_bank() -> None:
    journey = Journey().confirmed(a=2)
    noted(journey, OPENED)

    refusal = journey.refused(StartRefund())
    assert RefusalCode.PAYMENT_TAKEN is refusal.code
    assert "The bank has taken 38.85 back: dispute dp_1 is open." in refusal.detail

    noted(journey, WON)
    assert EventType.REFUND_STARTED in journey.do(StartRefund())


def test_what_is_promised_goes_where_enough_is_left_beside_the_dispute() -> None:
    journey = Journey().confirmed(a=1)
    noted(journey, OPENED)

    assert EventType.REFUND_STARTED in journey.do(StartRefund())


def test_nothing_new_is_promised_of_what_was_taken() -> None:
    journey = Journey().confirmed(a=2)
    journey.do(DiscardSettlement())
    noted(journey, OPENED)

    refusal = journey.refused(ProposeSettlement())
    assert RefusalCode.CAP_EXCEEDED is refusal.code
    assert "dispute dp_1 is open" in refusal.detail


def test_a_draft_is_not_promised_of_what_was_taken_since() -> None:
    journey = Journey().confirmed(a=2)
    journey.do(DiscardSettlement(), ProposeSettlement())
    noted(journey, LOST)

    refusal = journey.refused(ConfirmSettlement())
    assert RefusalCode.CAP_EXCEEDED is refusal.code
    assert "dispute dp_1 is lost" in refusal.detail


def test_a_refund_that_fails_under_a_dispute_is_reversed_and_waits() -> None:
    """The bank takes the money of a pending refund; the processor fails it, nobody pays twice."""
    journey = Journey().started(a=2)
    leg = journey.leg()
    paid = RecordRefundOutcome(leg=leg.id, outcome="succeeded", reference="re_1")
    journey.do(paid, by=ActorKind.PROCESSOR)
    noted(journey, replace(OPENED, amount=5000))
    failed = RecordRefundOutcome(
        leg=leg.id,
        outcome="failed",
        reference="re_1",
        error="charge_for_pending_refund_disputed",
    )

    assert EventType.REFUND_FAILED in journey.do(failed, by=ActorKind.PROCESSOR)
    assert ("reversed", 0) == (journey.leg().status.value, journey.reserved)
    assert "cap_exceeded" == journey.code(RetryRefund(leg=leg.id))
    noted(journey, WON)
    assert EventType.REFUND_STARTED in journey.do(RetryRefund(leg=leg.id))


def test_nobody_tries_again_by_himself_what_the_bank_has_taken() -> None:
    journey = Journey().started(a=2)
    leg = journey.leg()
    failed = RecordRefundOutcome(leg=leg.id, outcome="failed", error="charge_disputed")
    journey.do(failed, by=ActorKind.PROCESSOR)
    assert "in_flight" == journey.leg().status.value
    noted(journey, OPENED)

    assert EventType.REFUND_FAILED in journey.do(failed, by=ActorKind.PROCESSOR)
    assert ("failed", 0) == (journey.leg().status.value, journey.reserved)
    assert "cap_exceeded" == journey.code(RetryRefund(leg=leg.id))


def put_again(journey: Journey, payments: tuple[Payment, ...]) -> State | Refusal:
    order = replace(journey.state.order, payments=payments)
    decision = put_order(
        journey.state, order, Customer(email="ann@example.test"), Policy(), journey.context()
    )
    return decision if isinstance(decision, Refusal) else decision.state


def test_an_order_put_again_keeps_what_was_taken_and_cannot_hide_it() -> None:
    journey = Journey()
    noted(journey, ELSEWHERE)
    bare = replace(card(journey), taken=())

    same = put_again(journey, (bare,))
    assert isinstance(same, State)
    assert (ELSEWHERE,) == same.order.payments[0].taken
    for payments in ((), (replace(bare, captured=1499),)):
        refusal = put_again(journey, payments)
        assert isinstance(refusal, Refusal)
        assert RefusalCode.CAP_EXCEEDED is refusal.code


@given(
    st.integers(0, 5000),
    st.integers(0, 5000),
    st.integers(0, 9000),
)
def test_room_and_what_is_withheld_never_pass_what_was_paid(
    captured: int, reserved: int, gone: int
) -> None:
    whole = an_order(sold("a", 1)).payments[0]
    payment = replace(
        whole,
        captured=captured,
        reserved=min(reserved, captured),
        taken=(replace(ELSEWHERE, amount=gone),),
    )

    assert 0 <= payment.withheld <= gone
    assert payment.captured == payment.reserved + payment.withheld + payment.room


# ---------------------------------------------------------------- paid by it


@pytest.mark.parametrize(("paid", "room"), [(1500, 3000), (2000, 3000), (3000, 2000)])
def test_a_leg_that_was_paid_by_a_refund_elsewhere_counts_once(paid: int, room: int) -> None:
    journey = Journey().confirmed(a=2)
    noted(journey, replace(ELSEWHERE, amount=paid))
    journey.do(SettleElsewhere(leg=journey.leg().id, reference="re_9"))

    assert room == card(journey).room
    noted(journey, replace(ELSEWHERE, amount=paid, told_at=NOON + timedelta(hours=1)))
    assert room == card(journey).room


def test_a_leg_that_failed_can_be_paid_by_a_refund_elsewhere_that_took_all() -> None:
    journey = Journey().started(a=3, b=2)
    leg = journey.leg()
    for _ in range(3):
        journey.do(
            RecordRefundOutcome(leg=leg.id, outcome="failed", error="no"), by=ActorKind.PROCESSOR
        )
    noted(journey, replace(ELSEWHERE, amount=5000))
    assert "cap_exceeded" == journey.code(RetryRefund(leg=leg.id))

    journey.do(SettleElsewhere(leg=leg.id, reference="re_9"))
    assert (5000, 0, 0) == (journey.reserved, card(journey).room, card(journey).withheld)
