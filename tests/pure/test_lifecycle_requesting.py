"""Asking, answering, asking otherwise: request, authorize, amend."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.kernel.ids import is_id
from retour.lifecycle.commands import (
    Amend,
    Authorize,
    LineAsked,
    LineRefused,
    ReasonGiven,
    Request,
)
from retour.lifecycle.decide import decide
from retour.lifecycle.model import (
    Approval,
    Decision,
    EventType,
    Origin,
    Policy,
    Reason,
    ReturnStatus,
)
from retour.policy.model import ConsumerLaw, PolicyRule
from tests.support.returns import NOON, Journey, receive, sold

LATE = NOON + timedelta(days=60)


def asking(*lines: tuple[str, int], origin: Origin = Origin.API) -> Request:
    asked = tuple(LineAsked(line=line, quantity=quantity) for line, quantity in lines)
    return Request(order_number="1001", lines=asked, origin=origin)


def refusing(line: str, quantity: int, reason: str = "Worn") -> Authorize:
    return Authorize(reject=(LineRefused(line=line, quantity=quantity, reason=reason),))


def test_a_return_begins_with_units_numbers_and_two_events() -> None:
    journey = Journey()

    said = journey.do(asking(("a", 2), ("b", 1)))

    ret = journey.ret
    assert [EventType.RETURN_REQUESTED, EventType.ELIGIBILITY_CHECKED] == said
    assert (1, 2) == (ret.version, ret.sequence)
    assert [("a", 2), ("b", 1)] == [(line.line, len(line.units)) for line in ret.lines]
    assert ret.rma_number[1:-1] == str(ret.number).rjust(7, "0")
    assert [ret.number + 1, ret.number + 2] == [line.number for line in ret.lines]
    assert is_id(ret.id, "ret")
    assert all(is_id(line.id, "rln") for line in ret.lines)
    assert 3 == len({unit.id for unit in journey.units if is_id(unit.id, "unt")})
    assert {"requested": NOON} == ret.status_at
    assert (2, 0, 0, 0, 0) == journey.counters("a")


def test_the_shopper_s_words_stand_apart_from_the_reasons() -> None:
    journey = Journey()
    line = LineAsked(
        line="a",
        quantity=1,
        reason="Broken",
        reasons=(ReasonGiven(text="Late", code="L", comment="I was out"),),
        comment="Sorry",
    )

    journey.do(Request(order_number="1001", lines=(line,)))

    asked = journey.ret.lines[0]
    assert (Reason(text="Broken"), Reason(text="Late", code="L")) == asked.reasons
    words = journey.state.words[asked.id]
    assert ("Sorry", (None, "I was out")) == (words.comment, words.reason_comments)
    assert "I was out" not in str(journey.ret)


def test_silence_leaves_no_words() -> None:
    assert {} == Journey().requested().state.words


def test_an_unknown_line_is_named() -> None:
    refusal = Journey().refused(asking(("a", 1), ("z", 1)))

    assert ("unknown_line", "/lines/1/line") == (refusal.code, refusal.pointer)
    assert refusal.is_malformed


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_over_return_is_refused_exactly_beyond_what_is_returnable(quantities: list[int]) -> None:
    """The same line may be asked for several times; its units add up."""
    journey = Journey(sold("a", 8))
    journey.requested(a=2)
    journey.next_return()
    plan = asking(*(("a", quantity) for quantity in quantities))

    if sum(quantities) > 6:
        refusal = journey.refused(plan)
        assert "over_return" == refusal.code
        assert refusal.pointer is not None
        assert not refusal.is_malformed
    else:
        journey.do(plan)
        assert 2 + sum(quantities) == journey.counters("a")[0]


def test_a_return_is_no_bigger_than_can_be_told_in_one_message() -> None:
    journey = Journey(sold("a", 20_000))

    refusal = journey.refused(asking(("a", 9_000), ("a", 1_001)))

    assert ("too_many_units", "/lines", True) == (
        refusal.code,
        refusal.pointer,
        refusal.is_malformed,
    )
    journey.authorized(a=1)
    assert "too_many_units" == journey.code(receive(a=10_001))


def test_over_return_points_at_the_line_that_is_too_much() -> None:
    refusal = Journey(sold("a", 3)).refused(asking(("a", 2), ("a", 2)))

    assert "/lines/1/quantity" == refusal.pointer


def test_an_ineligible_request_waits_in_the_queue() -> None:
    journey = Journey(policy=Policy(approval=Approval.AUTO))

    journey.do(asking(("a", 1)), at=LATE)

    assert ReturnStatus.REQUESTED is journey.status
    assert not journey.ret.verdict.eligible


@pytest.mark.parametrize(("zone", "eligible"), [("Europe/Berlin", False), ("Europe/London", True)])
def test_the_window_ends_at_the_workspace_s_midnight(zone: str, eligible: bool) -> None:  # noqa: FBT001 - pytest names its arguments
    """Delivered yesterday; at 23:30 UTC today tomorrow has begun in Berlin."""
    policy = Policy(window_days=1, consumer_law=ConsumerLaw.OFF)
    journey, plan = Journey(policy=policy), (asking(("a", 1)),)
    around = journey.context(plan=plan, at=NOON.replace(hour=23, minute=30))

    decision = decide(journey.state, plan, replace(around, zone=ZoneInfo(zone)))

    assert isinstance(decision, Decision)
    assert decision.state.ret is not None
    assert eligible is decision.state.ret.verdict.eligible


def test_a_policy_may_reject_what_is_ineligible() -> None:
    journey = Journey(policy=Policy(ineligible="reject"))

    said = journey.do(asking(("a", 2)), at=LATE)

    assert EventType.RETURN_REJECTED == said[-1]
    assert ReturnStatus.REJECTED is journey.status
    assert "window" in (journey.ret.reject_reason or "")
    assert (0, 0, 0, 0, 0) == journey.counters("a")


def test_a_review_is_not_rejected_by_the_policy() -> None:
    rules = (PolicyRule(name="look", then="review"),)
    journey = Journey(policy=Policy(ineligible="reject", approval=Approval.AUTO, rules=rules))

    assert ReturnStatus.REQUESTED is journey.requested().status


def test_a_policy_may_approve_what_is_eligible() -> None:
    journey = Journey(policy=Policy(approval=Approval.AUTO))

    said = journey.do(asking(("a", 1)))

    assert [
        EventType.RETURN_REQUESTED,
        EventType.ELIGIBILITY_CHECKED,
        EventType.RETURN_AUTHORIZED,
    ] == said
    assert 1 == journey.ret.version


def test_a_channel_has_approved_already() -> None:
    """A marketplace's word stands, whatever the policy would say."""
    journey = Journey(policy=Policy(ineligible="reject"))

    journey.do(asking(("a", 1), origin=Origin.CHANNEL), at=LATE)

    assert ReturnStatus.AUTHORIZED is journey.status


def test_what_the_warehouse_announces_waits_for_the_dock() -> None:
    policy = Policy(approval=Approval.AUTO, ineligible="reject")
    for at in (NOON, LATE):
        journey = Journey(policy=policy)
        journey.do(asking(("a", 1), origin=Origin.WAREHOUSE), at=at)
        assert ReturnStatus.REQUESTED is journey.status
    assert "receive" in journey.allowed


@given(st.sampled_from(Origin))
def test_receive_before_authorize_is_the_warehouse_s_alone(origin: Origin) -> None:
    journey = Journey().requested(origin, a=1)
    if journey.status is ReturnStatus.AUTHORIZED:
        assert origin is Origin.CHANNEL
        return

    assert (origin is Origin.WAREHOUSE) == ("receive" in journey.allowed)
    if origin is not Origin.WAREHOUSE:
        assert "not_allowed_in_status" == journey.code(receive(a=1))


# ---------------------------------------------------------------- authorize


def test_refused_units_may_be_asked_for_again() -> None:
    journey = Journey().requested(a=3, b=1)

    journey.do(refusing("a", 2, "Worn"))

    line = journey.ret.lines[0]
    assert (3, 1, 2, "Worn") == (
        line.quantity,
        len(line.units),
        line.refused_quantity,
        line.refused_reason,
    )
    assert (1, 0, 0, 0, 0) == journey.counters("a")


@given(st.integers(1, 4), st.integers(1, 4))
def test_at_least_one_unit_is_left(a: int, b: int) -> None:
    journey = Journey().requested(a=3, b=2)
    plan = Authorize(
        reject=(
            LineRefused(line="a", quantity=a, reason="Worn"),
            LineRefused(line="b", quantity=b, reason="Worn"),
        )
    )

    if a > 3 or b > 2:
        assert "not_enough_units" == journey.code(plan)
    elif a + b == 5:
        assert "nothing_left" == journey.code(plan)
    else:
        journey.do(plan)
        assert 5 - a - b == len(journey.units)


def test_a_line_may_be_refused_whole() -> None:
    journey = Journey().requested(a=1, b=1)

    journey.do(refusing("b", 1))

    assert [1, 0] == [len(line.units) for line in journey.ret.lines]


def test_a_line_is_refused_by_its_own_id_too() -> None:
    journey = Journey().requested(a=2)

    journey.do(refusing(journey.ret.lines[0].id, 1))

    assert 1 == len(journey.units)


@pytest.mark.parametrize(
    ("plan", "code", "pointer"),
    [
        (refusing("b", 1), "unknown_line", "/reject/0/line"),
        (refusing("a", 3), "not_enough_units", "/reject/0/quantity"),
        (refusing("a", 2), "nothing_left", "/reject"),
    ],
)
def test_what_cannot_be_refused_is_pointed_at(plan: Authorize, code: str, pointer: str) -> None:
    refusal = Journey().requested(a=2).refused(plan)

    assert (code, pointer) == (refusal.code, refusal.pointer)


# ---------------------------------------------------------------- amend


def amending(**quantities: int) -> Amend:
    return Amend(
        lines=tuple(
            LineAsked(line=line, quantity=quantity, comment="Better so")
            for line, quantity in quantities.items()
        )
    )


def test_amending_keeps_the_ids_of_what_stays() -> None:
    journey = Journey().requested(a=2, b=1)
    before = journey.ret.lines[0]

    journey.do(amending(a=3))

    after = journey.ret.lines[0]
    assert 1 == len(journey.ret.lines)
    assert (before.id, before.number) == (after.id, after.number)
    assert before.units == after.units[:2]
    assert (3, 0, 0, 0, 0) == journey.counters("a")
    assert (0, 0, 0, 0, 0) == journey.counters("b")
    assert [after.id] == list(journey.state.words)


def test_amending_starts_from_what_the_return_itself_holds() -> None:
    journey = Journey(sold("a", 3)).requested(a=3)

    journey.do(amending(a=2))
    journey.do(amending(a=3))

    assert "over_return" == journey.code(amending(a=4))


def test_amending_forgets_what_was_refused() -> None:
    journey = Journey().requested(a=3)
    journey.do(refusing("a", 1))

    journey.do(amending(a=3))

    assert (0, None) == (
        journey.ret.lines[0].refused_quantity,
        journey.ret.lines[0].refused_reason,
    )
    assert 3 == len(journey.units)


def test_amending_asks_the_policy_again() -> None:
    final = replace(sold("b", 2), returnable=False)
    policy = Policy(approval=Approval.AUTO, consumer_law=ConsumerLaw.OFF)
    journey = Journey(sold("a", 3), final, policy=policy)
    journey.do(asking(("b", 1)))
    assert ReturnStatus.REQUESTED is journey.status

    said = journey.do(amending(a=1))

    assert journey.ret.verdict.eligible
    assert [EventType.RETURN_AMENDED, EventType.RETURN_AUTHORIZED] == said


@given(st.integers(0, 3))
def test_amending_is_refused_exactly_once_something_came(came: int) -> None:
    journey = Journey().authorized(a=3)
    if came:
        journey.do(receive(a=came))
        assert "not_allowed_in_status" == journey.code(amending(a=1))
    else:
        journey.do(amending(a=1))
        assert (1, 0, 0, 0, 0) == journey.counters("a")
