"""Money on its way: who pays, who reports, and what each word does."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.lifecycle.commands import (
    Cancel,
    Complete,
    ConfirmSettlement,
    DiscardSettlement,
    ProposeSettlement,
    Reopen,
    RetryRefund,
    StartRefund,
)
from retour.lifecycle.model import (
    ActorKind,
    EventType,
    Executor,
    LegStatus,
    Payment,
    Policy,
    ReturnStatus,
    SettlementStatus,
)
from tests.support.returns import NOON, Journey, an_order, outcome, receive, sold

PROCESSOR = ActorKind.PROCESSOR
EARLY = Policy(settle_at=ReturnStatus.AUTHORIZED)
HALVES = (
    Payment(id="card", processor=Executor.SANDBOX, captured=600),
    Payment(id="bank", processor=Executor.EXTERNAL, captured=5000),
)


def mixed() -> Journey:
    """A refund of 10.00 under way, 6.00 by a processor and 4.00 by the merchant's own system."""
    return Journey(order=an_order(sold("a", 3), payments=HALVES)).started(a=1)


def external() -> Journey:
    payments = (Payment(id="bank", processor=Executor.EXTERNAL, captured=5000),)
    return Journey(order=an_order(sold("a", 3), payments=payments)).started(a=1)


def settlement_status(journey: Journey) -> SettlementStatus:
    return journey.ret.settlements[-1].status


# ---------------------------------------------------------------- start


def test_a_processor_is_asked_once_per_leg() -> None:
    journey = Journey().started(a=1)

    assert EventType.REFUND_STARTED == journey.events[-1]
    assert [("refund", journey.leg().id)] == journey.effects
    assert LegStatus.IN_FLIGHT is journey.leg().status
    assert SettlementStatus.IN_PROGRESS is settlement_status(journey)


def test_one_start_is_said_for_all_legs_and_nobody_else_is_asked() -> None:
    journey = mixed()

    assert 1 == journey.events.count(EventType.REFUND_STARTED)
    assert [("refund", journey.leg(0).id)] == journey.effects
    assert [LegStatus.IN_FLIGHT] * 2 == [leg.status for leg in journey.ret.settlements[0].legs]


@given(st.sets(st.sampled_from(Executor)))
def test_a_refund_starts_exactly_when_every_executor_can_be_called(known: set[Executor]) -> None:
    journey = Journey(order=an_order(sold("a", 3), payments=HALVES)).confirmed(a=1)
    executors = frozenset(known)

    if {Executor.SANDBOX, Executor.EXTERNAL} <= known:
        journey.do(StartRefund(), executors=executors)
        assert LegStatus.IN_FLIGHT is journey.leg().status
    else:
        assert "executor_unavailable" == journey.code(StartRefund(), executors=executors)


# ---------------------------------------------------------------- success


def test_success_covers_the_units_and_settles() -> None:
    journey = Journey().started(a=2)

    said = journey.do(outcome(journey.leg().id, "succeeded"), by=PROCESSOR)

    paid = journey.ret.settlements[0]
    assert [
        EventType.REFUND_SUCCEEDED,
        EventType.SETTLEMENT_SETTLED,
        EventType.RETURN_SETTLED,
    ] == said
    assert (SettlementStatus.SETTLED, NOON) == (paid.status, paid.settled_at)
    assert [paid.id] * 2 == [unit.covered_by for unit in journey.units]
    assert (2, 2, 2, 0, 2) == journey.counters("a")
    assert 2000 == journey.reserved


def test_a_settlement_waits_for_its_last_leg() -> None:
    journey = mixed()

    assert [EventType.REFUND_SUCCEEDED] == journey.outcome("succeeded", place=0)
    assert SettlementStatus.IN_PROGRESS is settlement_status(journey)
    assert (1, 1, 1, 0, 0) == journey.counters("a")
    said = journey.outcome("succeeded", ActorKind.API_KEY, place=1)
    assert EventType.SETTLEMENT_SETTLED in said


def test_money_may_come_before_the_goods() -> None:
    journey = Journey(policy=EARLY).authorized(a=1)
    journey.do(ProposeSettlement(), ConfirmSettlement(), StartRefund())

    said = journey.outcome("succeeded")

    assert [EventType.REFUND_SUCCEEDED, EventType.SETTLEMENT_SETTLED] == said
    assert ReturnStatus.AUTHORIZED is journey.status
    assert (1, 0, 0, 0, 0) == journey.counters("a")
    journey.do(receive(a=1))
    assert (1, 1, 0, 0, 0) == journey.counters("a")


# ---------------------------------------------------------------- failure


def test_the_third_known_failure_ends_the_series() -> None:
    journey = Journey().started(a=1)

    assert [] == journey.outcome("failed")
    assert [] == journey.outcome("failed")
    assert LegStatus.IN_FLIGHT is journey.leg().status
    assert 1000 == journey.reserved
    assert [EventType.REFUND_FAILED] == journey.outcome("failed")

    assert (LegStatus.FAILED, 3) == (journey.leg().status, len(journey.leg().attempts))
    assert SettlementStatus.FAILED is settlement_status(journey)
    assert 0 == journey.reserved


@given(st.lists(st.sampled_from(["failed", "unknown", "pending"]), max_size=8))
def test_only_known_failures_count(words: list[str]) -> None:
    journey = Journey().started(a=1)
    for word in words:
        if journey.leg().status is LegStatus.FAILED:
            break
        journey.outcome(word)
        expected = {"unknown": LegStatus.UNKNOWN}.get(word, LegStatus.IN_FLIGHT)
        assert journey.leg().status in {expected, LegStatus.FAILED}

    assert (words.count("failed") >= 3) == (journey.leg().status is LegStatus.FAILED)


def test_every_attempt_is_kept() -> None:
    journey = Journey().started(a=1)
    for word in ("unknown", "pending", "failed", "succeeded"):
        journey.outcome(word)

    assert [(1, "unknown"), (2, "pending"), (3, "failed"), (4, "succeeded")] == [
        (attempt.n, attempt.outcome) for attempt in journey.leg().attempts
    ]


def test_the_merchant_s_own_failure_is_final_at_once() -> None:
    journey = external()

    assert [EventType.REFUND_FAILED] == journey.outcome("failed", ActorKind.API_KEY)

    assert LegStatus.FAILED is journey.leg().status
    assert 0 == journey.reserved


def test_one_failed_leg_needs_a_person_whatever_the_others_do() -> None:
    journey = mixed()
    journey.outcome("failed", ActorKind.AGENT, place=1)
    assert SettlementStatus.FAILED is settlement_status(journey)

    journey.outcome("succeeded", place=0)

    assert SettlementStatus.FAILED is settlement_status(journey)
    assert "no_settlement" == journey.code(DiscardSettlement())
    assert "money_moving" == journey.code(Cancel(reason="No", goods="send_back"))


def test_a_failed_settlement_can_be_given_up() -> None:
    journey = Journey().started(a=1)
    for _ in range(3):
        journey.outcome("failed")

    journey.do(DiscardSettlement(), ProposeSettlement())

    assert [SettlementStatus.DISCARDED, SettlementStatus.DRAFT] == [
        one.status for one in journey.ret.settlements
    ]
    assert "leg_not_waiting" == journey.code(
        outcome(journey.ret.settlements[0].legs[0].id, "succeeded"), by=PROCESSOR
    )


def test_units_of_a_failed_settlement_are_not_owed_a_second_time() -> None:
    journey = external()
    journey.outcome("failed", ActorKind.API_KEY)

    assert "nothing_owed" == journey.code(ProposeSettlement())
    assert "still_owed" == journey.code(Complete())


# ---------------------------------------------------------------- retry


def failed() -> Journey:
    journey = external()
    journey.outcome("failed", ActorKind.API_KEY)
    return journey


def test_a_retry_is_a_new_series_on_the_same_leg() -> None:
    journey = Journey().started(a=1)
    leg = journey.leg().id
    for _ in range(3):
        journey.outcome("failed")

    assert [EventType.REFUND_STARTED] == journey.do(RetryRefund(leg=leg))

    assert (leg, 2, 0, LegStatus.IN_FLIGHT) == (
        journey.leg().id,
        journey.leg().series,
        journey.leg().series_failures,
        journey.leg().status,
    )
    assert [("refund", leg), ("refund", leg)] == journey.effects
    assert 1000 == journey.reserved
    assert SettlementStatus.IN_PROGRESS is settlement_status(journey)
    assert [] == journey.outcome("failed")
    journey.outcome("succeeded")
    assert ReturnStatus.SETTLED is journey.status


@given(st.integers(0, 2000))
def test_a_retry_needs_its_amount_within_the_cap(left: int) -> None:
    journey = failed()
    payment = replace(journey.state.order.payments[0], reserved=5000 - left)
    order = replace(journey.state.order, payments=(payment,))
    journey.state = replace(journey.state, order=order)

    command = RetryRefund(leg=journey.leg().id)
    if left < 1000:
        assert "cap_exceeded" == journey.code(command)
    else:
        journey.do(command)
        assert 6000 - left == journey.reserved


def test_only_what_failed_is_retried() -> None:
    journey = failed()
    command = RetryRefund(leg=journey.leg().id)
    assert "unknown_leg" == journey.code(RetryRefund(leg="leg_other"))
    assert "executor_unavailable" == journey.code(command, executors=frozenset())

    journey.do(command)

    assert "leg_not_failed" == journey.code(command)


def test_one_leg_is_retried_while_the_other_stands() -> None:
    journey = mixed()
    journey.outcome("succeeded", place=0)
    journey.outcome("failed", ActorKind.API_KEY, place=1)

    assert "leg_not_failed" == journey.code(RetryRefund(leg=journey.leg(0).id))
    journey.do(RetryRefund(leg=journey.leg(1).id))
    journey.outcome("succeeded", ActorKind.API_KEY, place=1)
    assert ReturnStatus.SETTLED is journey.status


# ---------------------------------------------------------------- who may say what


@given(
    by=st.sampled_from(ActorKind),
    executor=st.sampled_from([Executor.SANDBOX, Executor.EXTERNAL]),
    word=st.sampled_from(["succeeded", "failed", "pending", "unknown"]),
)
def test_each_executor_speaks_for_its_own_legs(
    by: ActorKind, executor: Executor, word: str
) -> None:
    payments = (Payment(id="p", processor=executor, captured=5000),)
    journey = Journey(order=an_order(sold("a", 3), payments=payments)).started(a=1)
    command = outcome(journey.leg().id, word)
    theirs = (by is PROCESSOR) == (executor is Executor.SANDBOX) and by is not ActorKind.CUSTOMER
    known = by is PROCESSOR or word in {"succeeded", "failed"}

    if theirs and known:
        journey.do(command, by=by)
        assert 1 == len(journey.leg().attempts)
    else:
        refused = "not_the_shoppers" if by is ActorKind.CUSTOMER else "not_your_leg"
        assert refused == journey.code(command, by=by)


def test_people_are_offered_only_what_they_may_report() -> None:
    assert "record_refund_outcome" not in Journey().started(a=1).allowed
    assert "record_refund_outcome" in external().allowed


@pytest.mark.parametrize("word", ["succeeded", "failed"])
def test_the_same_word_again_changes_nothing(word: str) -> None:
    journey = external()
    journey.outcome(word, ActorKind.API_KEY)
    before = journey.state

    assert [] == journey.outcome(word, ActorKind.API_KEY)
    assert before is journey.state


def test_an_older_word_about_a_refund_changes_nothing() -> None:
    """Whatever order a processor's messages and answers come in, the heaviest word stands."""
    journey = Journey().started(a=1)
    of_first = replace(outcome(journey.leg().id, "failed"), reference="re_1")
    journey.do(of_first, by=PROCESSOR)
    before = journey.state

    for word in ("pending", "succeeded", "failed"):
        assert [] == journey.do(replace(of_first, outcome=word), by=PROCESSOR)
        assert before is journey.state
    of_second = replace(of_first, reference="re_2", outcome="succeeded")
    assert EventType.REFUND_SUCCEEDED in journey.do(of_second, by=PROCESSOR)


def test_another_refund_s_word_takes_nothing_back() -> None:
    journey = Journey().started(a=1)
    paid = replace(outcome(journey.leg().id, "succeeded"), reference="re_2")
    journey.do(paid, by=PROCESSOR)
    before = journey.state

    assert [] == journey.do(replace(paid, outcome="failed", reference="re_1"), by=PROCESSOR)
    assert before is journey.state
    assert EventType.REFUND_FAILED in journey.do(replace(paid, outcome="failed"), by=PROCESSOR)


def test_people_do_not_take_back_what_they_reported() -> None:
    journey = external()
    journey.outcome("succeeded", ActorKind.API_KEY)

    assert "leg_not_waiting" == journey.code(outcome(journey.leg().id, "failed"))


def test_what_failed_does_not_succeed_by_itself() -> None:
    journey = Journey().started(a=1)
    for _ in range(3):
        journey.outcome("failed")

    assert "leg_not_waiting" == journey.code(outcome(journey.leg().id, "succeeded"), by=PROCESSOR)


@pytest.mark.parametrize("word", ["pending", "unknown"])
def test_a_late_doubt_does_not_undo_a_success(word: str) -> None:
    journey = Journey().settled(a=1)

    assert "leg_not_waiting" == journey.code(outcome(journey.leg().id, word), by=PROCESSOR)


def test_nothing_is_reported_before_it_is_started() -> None:
    journey = Journey().confirmed(a=1)

    assert "leg_not_waiting" == journey.code(outcome(journey.leg().id, "succeeded"), by=PROCESSOR)


def test_an_unstarted_leg_beside_a_paid_one_waits_for_its_start() -> None:
    journey = Journey(sold("a", 3)).settled(a=1)
    adjustments = [{"label": "Goodwill", "amount": "1.00"}]
    journey.do(msgspec.convert({"adjustments": adjustments}, ProposeSettlement))
    journey.do(ConfirmSettlement())

    assert "leg_not_waiting" == journey.code(outcome(journey.leg().id, "succeeded"), by=PROCESSOR)
    assert "unknown_leg" == journey.code(outcome("leg_other", "succeeded"), by=PROCESSOR)


# ---------------------------------------------------------------- reversals


def test_a_success_taken_back_uncovers_and_is_owed_again() -> None:
    journey = Journey().settled(a=1)

    said = journey.outcome("failed")

    assert [EventType.REFUND_FAILED, EventType.RETURN_PROCESSED] == said
    assert (LegStatus.REVERSED, SettlementStatus.FAILED) == (
        journey.leg().status,
        settlement_status(journey),
    )
    assert journey.ret.settlements[0].settled_at is None
    assert [None] == [unit.covered_by for unit in journey.units]
    assert (1, 1, 1, 0, 0) == journey.counters("a")
    assert 0 == journey.reserved
    assert ReturnStatus.PROCESSED is journey.status


def test_a_reversed_leg_can_be_retried_or_given_up() -> None:
    journey = Journey().settled(a=1)
    journey.outcome("failed")
    assert [] == journey.outcome("failed")
    assert "retry_refund" in journey.allowed

    journey.do(RetryRefund(leg=journey.leg().id))
    journey.outcome("succeeded")
    assert ReturnStatus.SETTLED is journey.status
    journey.outcome("failed")
    journey.do(DiscardSettlement(), ProposeSettlement(), ConfirmSettlement(), StartRefund())
    journey.outcome("succeeded")
    assert (1, 1, 1, 0, 1) == journey.counters("a")


def test_a_reversal_wakes_a_completed_return() -> None:
    journey = Journey().settled(a=1)
    journey.do(Complete())

    journey.outcome("failed")

    assert ReturnStatus.PROCESSED is journey.status
    assert "still_owed" == journey.code(Complete())


def test_a_reopened_return_does_not_wait_for_what_is_paid() -> None:
    journey = Journey().started(a=1)
    assert "money_moving" == journey.code(Reopen(reason="Look again"))
    journey.outcome("unknown")
    assert "money_moving" == journey.code(Reopen(reason="Look again"))

    journey.outcome("succeeded")
    journey.do(Reopen(reason="Look again"))

    assert ReturnStatus.AUTHORIZED is journey.status
