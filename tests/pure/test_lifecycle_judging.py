"""Judgement of goods: which units, and when it may still be turned round."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.lifecycle.commands import (
    ConfirmSettlement,
    DiscardSettlement,
    FinishReceipt,
    Inspect,
    ProposeSettlement,
    StartRefund,
    UnitsJudged,
)
from retour.lifecycle.decide import decide
from retour.lifecycle.model import (
    Acceptance,
    Decision,
    EventType,
    Policy,
    ReturnStatus,
    SettlementStatus,
)
from tests.support.returns import Journey, accept, judge, judge_unit, receive, sold

EARLY = Policy(settle_at=ReturnStatus.AUTHORIZED)
WORDS = [Acceptance.ACCEPTED, Acceptance.REJECTED, Acceptance.WAITING_FOR_INPUT]


def words(journey: Journey) -> list[str]:
    return [unit.acceptance.value for unit in journey.units]


def instant() -> Journey:
    """A return paid before its goods came."""
    journey = Journey(policy=EARLY).authorized(a=2)
    journey.do(ProposeSettlement(), ConfirmSettlement(), StartRefund())
    journey.outcome("succeeded")
    journey.do(receive(a=2))
    return journey


def test_a_judgement_says_all_about_its_units() -> None:
    journey = Journey().received(a=1)
    body = {"grade": "B", "condition": "Scratched", "disposition": "restock", "reason": "Used"}

    said = journey.do(judge("a", 1, "accepted", **body))

    unit = journey.units[0]
    assert [EventType.UNIT_INSPECTED] == said
    assert ("accepted", "B", "Scratched", "restock", "Used") == (
        unit.acceptance.value,
        unit.grade,
        unit.condition,
        unit.disposition,
        unit.reason,
    )
    assert (1, 1, 1, 0, 0) == journey.counters("a")


def test_what_is_not_said_again_stays() -> None:
    journey = Journey().received(a=1)
    journey.do(judge("a", 1, "waiting_for_input", grade="B"))

    journey.do(judge("a", 1, "accepted"))

    assert "B" == journey.units[0].grade


def test_the_same_judgement_again_says_nothing() -> None:
    journey = Journey().received(a=1)
    journey.do(accept())
    before = journey.state

    assert [] == journey.do(judge_unit(journey.units[0].id, "accepted"))
    assert before is journey.state


def test_pending_units_are_judged_before_waiting_ones_each_by_id() -> None:
    journey = Journey().received(a=3)
    ids = sorted(unit.id for unit in journey.units)
    journey.do(judge_unit(ids[0], "waiting_for_input"))

    journey.do(accept("a", 1))
    assert {ids[1]: "accepted", ids[0]: "waiting_for_input", ids[2]: "pending"} == dict(
        zip([unit.id for unit in journey.units], words(journey), strict=True)
    )
    journey.do(judge("a", 2, "rejected"))
    assert (3, 3, 1, 2, 0) == journey.counters("a")


@given(came=st.integers(0, 3), asked=st.integers(1, 4))
def test_only_what_came_and_is_undecided_can_be_judged(came: int, asked: int) -> None:
    journey = Journey().authorized(a=3, b=1)
    journey.do(receive(b=1))
    if came:
        journey.do(receive(a=came))

    if asked > came:
        refusal = journey.refused(accept("a", asked))
        assert ("not_enough_units", "/units/0/quantity") == (refusal.code, refusal.pointer)
    else:
        journey.do(accept("a", asked))
        assert asked == words(journey).count("accepted")


def test_decided_units_are_judged_again_by_their_id_only() -> None:
    journey = Journey().received(a=1)
    journey.do(accept())

    assert "not_enough_units" == journey.code(judge("a", 1, "rejected"))
    journey.do(judge_unit(journey.units[0].id, "rejected"))
    assert (1, 1, 0, 1, 0) == journey.counters("a")


@pytest.mark.parametrize(
    ("judged", "code", "pointer"),
    [
        (UnitsJudged(unit="unt_other", acceptance="accepted"), "unknown_unit", "/units/0/unit"),
        (
            UnitsJudged(line="z", quantity=1, acceptance="accepted"),
            "unknown_line",
            "/units/0/line",
        ),
        (UnitsJudged(acceptance="accepted"), "unnamed_item", "/units/0"),
        (UnitsJudged(line="a", acceptance="accepted"), "unnamed_item", "/units/0"),
    ],
)
def test_what_cannot_be_judged_is_pointed_at(judged: UnitsJudged, code: str, pointer: str) -> None:
    refusal = Journey().received().refused(Inspect(units=(judged,)))

    assert (code, pointer) == (refusal.code, refusal.pointer)


def test_a_unit_that_has_not_come_cannot_be_judged() -> None:
    journey = Journey().authorized(a=2)
    journey.do(receive(a=1))

    assert "not_enough_units" == journey.code(judge_unit(journey.units[1].id, "accepted"))


def test_foreign_goods_can_be_judged_and_count_nowhere() -> None:
    journey = Journey().received(a=3)
    journey.do(receive(a=1))
    foreign = journey.ret.lines[-1].units[0]

    journey.do(accept("a", 3), judge_unit(foreign.id, "rejected"), FinishReceipt())

    assert ReturnStatus.PROCESSED is journey.status
    assert (3, 3, 3, 0, 0) == journey.counters("a")


# ---------------------------------------------------------------- turning round


@given(first=st.sampled_from(WORDS), second=st.sampled_from(WORDS))
def test_what_nobody_paid_for_may_be_turned_round(first: Acceptance, second: Acceptance) -> None:
    journey = Journey().received(a=1)
    unit = journey.units[0].id

    journey.do(judge_unit(unit, first.value))
    journey.do(judge_unit(unit, second.value))

    assert second is journey.units[0].acceptance


@given(st.sampled_from(WORDS))
def test_what_was_paid_before_it_came_can_be_judged_once(word: Acceptance) -> None:
    """The first decision is always possible; only turning it round is not."""
    journey = instant()
    unit = journey.units[0].id

    journey.do(judge_unit(unit, word.value))
    assert word is journey.units[0].acceptance
    for other in WORDS:
        decided = word is not Acceptance.WAITING_FOR_INPUT
        command = judge_unit(unit, other.value, grade="C")
        if decided and other is not word:
            assert "units_covered" == journey.code(command)
        else:
            assert [] != journey.do(judge_unit(unit, word.value, grade=other.value))


def test_what_is_promised_cannot_be_turned_round() -> None:
    journey = Journey().confirmed(a=1)
    unit = journey.units[0].id
    turned = judge_unit(unit, "rejected")

    assert "units_settling" == journey.code(turned)
    assert [EventType.UNIT_INSPECTED] == journey.do(judge_unit(unit, "accepted", grade="B"))
    journey.do(StartRefund())
    assert "units_settling" == journey.code(turned)
    for _ in range(3):
        journey.outcome("failed")
    assert "units_settling" == journey.code(turned)
    journey.do(DiscardSettlement())
    journey.do(turned)
    assert (1, 1, 0, 1, 0) == journey.counters("a")


def test_what_was_promised_before_it_came_can_be_judged_once() -> None:
    journey = Journey(policy=EARLY).authorized(a=1)
    journey.do(ProposeSettlement(), ConfirmSettlement(), receive(a=1))
    unit = journey.units[0].id

    journey.do(judge_unit(unit, "rejected"))
    assert "units_settling" == journey.code(judge_unit(unit, "accepted"))


@given(st.sampled_from(Acceptance))
def test_what_a_marketplace_was_told_of_is_left_alone(word: Acceptance) -> None:
    journey = Journey().received(a=1)
    unit = journey.units[0].id
    lines = tuple(
        replace(line, units=tuple(replace(one, frozen=True) for one in line.units))
        for line in journey.ret.lines
    )
    journey.state = replace(journey.state, ret=replace(journey.ret, lines=lines))

    if word is not Acceptance.PENDING:
        assert "units_frozen" == journey.code(judge_unit(unit, word.value))
    assert not any(one.acceptance is not Acceptance.PENDING for one in journey.units)


def test_a_draft_follows_the_judgement() -> None:
    journey = Journey().processed(a=2)
    journey.do(ProposeSettlement())
    assert 2000 == journey.ret.settlements[0].total

    journey.do(judge_unit(journey.units[0].id, "rejected"))
    assert 1000 == journey.ret.settlements[0].total
    assert 1000 == journey.leg().amount
    journey.do(judge_unit(journey.units[1].id, "rejected"))
    assert SettlementStatus.DISCARDED is journey.ret.settlements[0].status


def test_a_draft_keeps_its_legs_names_while_it_changes() -> None:
    journey = Journey().processed(a=2)
    journey.do(ProposeSettlement())
    leg = journey.leg().id

    journey.do(judge_unit(journey.units[0].id, "rejected"))

    assert leg == journey.leg().id


def test_what_is_accepted_after_all_is_owed_again() -> None:
    journey = Journey().received(a=2)
    journey.do(accept(), judge("a", 1, "rejected"), FinishReceipt())
    journey.do(ProposeSettlement(), ConfirmSettlement(), StartRefund())
    journey.outcome("succeeded")
    assert ReturnStatus.SETTLED is journey.status
    rejected = next(unit.id for unit in journey.units if unit.acceptance.value == "rejected")

    said = journey.do(judge_unit(rejected, "accepted"))

    assert [EventType.UNIT_INSPECTED, EventType.RETURN_PROCESSED] == said
    assert ReturnStatus.PROCESSED is journey.status
    assert (2, 2, 2, 0, 1) == journey.counters("a")


def test_few_units_are_named_in_the_event_and_many_are_counted() -> None:
    journey = Journey(sold("a", 30)).received(a=30)
    for quantity in (20, 21):
        plan = [accept("a", quantity)]
        decision = decide(journey.state, plan, journey.context())
        assert isinstance(decision, Decision)
        details = decision.events[0].snapshot.details
        assert quantity == details["count"]
        assert (quantity == 20) == isinstance(details["units"], str)
