"""What follows by itself, what repeats to no effect, and what one plan does."""

from __future__ import annotations

from itertools import product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import (
    Authorize,
    Complete,
    ConfirmSettlement,
    DiscardSettlement,
    FinishReceipt,
    LineAsked,
    ProposeSettlement,
    Request,
    Ship,
    StartRefund,
    WaiveReceipt,
)
from retour.lifecycle.decide import decide, numbers_needed
from retour.lifecycle.machine import allowed_commands
from retour.lifecycle.model import (
    Acceptance,
    Approval,
    Counters,
    Decision,
    EventType,
    Executor,
    Payment,
    Policy,
    Reception,
    ReturnStatus,
    SettlementStatus,
    State,
)
from tests.support.returns import (
    Journey,
    accept,
    an_order,
    judge,
    judge_unit,
    receive,
    recount,
    sold,
)

AUTO = Approval.AUTO
ALONE = Policy(approval=AUTO, settlement=AUTO, completion=AUTO)


def test_a_policy_may_do_everything_but_look_at_the_goods() -> None:
    journey = Journey(policy=ALONE).requested(a=2)
    assert ReturnStatus.AUTHORIZED is journey.status
    journey.do(receive(a=2), accept("a", 2))

    said = journey.do(FinishReceipt())

    assert [
        EventType.RECEIPT_FINISHED,
        EventType.RETURN_PROCESSED,
        EventType.SETTLEMENT_MEMO_COMPLETED,
        EventType.REFUND_STARTED,
    ] == said
    said = journey.outcome("succeeded")
    assert [
        EventType.REFUND_SUCCEEDED,
        EventType.SETTLEMENT_SETTLED,
        EventType.RETURN_SETTLED,
        EventType.RETURN_COMPLETED,
    ] == said


def test_a_policy_may_pay_as_soon_as_the_customer_may_ship() -> None:
    policy = replace(ALONE, settle_at=ReturnStatus.SHIPPED)
    journey = Journey(policy=policy).requested(a=1)
    assert () == journey.ret.settlements

    journey.do(Ship())

    assert SettlementStatus.IN_PROGRESS is journey.ret.settlements[0].status
    journey.outcome("succeeded")
    journey.do(receive(a=1), accept(), FinishReceipt())
    assert ReturnStatus.COMPLETED is journey.status
    assert 1 == len(journey.ret.settlements)


@given(
    st.lists(st.sampled_from([Acceptance.ACCEPTED, Acceptance.REJECTED]), min_size=1, max_size=3)
)
def test_a_policy_completes_what_is_owed_nothing(looks: list[Acceptance]) -> None:
    journey = Journey(policy=replace(ALONE, settlement=Approval.MANUAL)).received(a=len(looks))
    for unit, look in zip(journey.units, looks, strict=True):
        journey.do(judge_unit(unit.id, look.value))

    journey.do(FinishReceipt())

    owed = Acceptance.ACCEPTED in looks
    assert (ReturnStatus.PROCESSED if owed else ReturnStatus.COMPLETED) is journey.status


def test_what_the_policy_cannot_pay_waits_for_an_agent() -> None:
    payments = (Payment(id="card", processor=Executor.SANDBOX, captured=900),)
    journey = Journey(order=an_order(sold("a", 1), payments=payments), policy=ALONE)
    journey.requested(a=1)
    journey.do(receive(a=1), accept())

    said = journey.do(FinishReceipt())

    assert [EventType.RECEIPT_FINISHED, EventType.RETURN_PROCESSED] == said
    assert () == journey.ret.settlements


def test_what_the_policy_cannot_start_stays_promised() -> None:
    journey = Journey(policy=ALONE).requested(a=1)
    journey.do(receive(a=1), accept())

    said = journey.do(FinishReceipt(), executors=frozenset())

    assert EventType.SETTLEMENT_MEMO_COMPLETED == said[-1]
    assert SettlementStatus.CONFIRMED is journey.ret.settlements[0].status


def test_an_agent_who_discards_has_taken_over() -> None:
    journey = Journey(policy=ALONE).requested(a=1)
    journey.do(receive(a=1), accept())
    journey.do(FinishReceipt(), executors=frozenset())

    journey.do(DiscardSettlement())

    assert [SettlementStatus.DISCARDED] == [one.status for one in journey.ret.settlements]


def test_an_agent_s_draft_is_the_agent_s() -> None:
    policy = replace(ALONE, settle_at=ReturnStatus.PROCESSED)
    early = replace(policy, settle_at=ReturnStatus.AUTHORIZED, settlement=Approval.MANUAL)
    journey = Journey(policy=early).requested(a=1)
    journey.do(ProposeSettlement())
    journey.state = replace(journey.state, policy=policy)

    journey.do(receive(a=1), accept(), FinishReceipt())

    assert [SettlementStatus.DRAFT] == [one.status for one in journey.ret.settlements]


# ---------------------------------------------------------------- processed, settled

DECIDED = {
    (reception, acceptance): reception is Reception.MISSING
    or (
        reception is not Reception.EXPECTED
        and acceptance in {Acceptance.ACCEPTED, Acceptance.REJECTED}
    )
    for reception, acceptance in product(Reception, Acceptance)
}
UNITS = st.lists(st.sampled_from(sorted(DECIDED)), min_size=1, max_size=3)


@given(UNITS)
def test_a_return_is_processed_exactly_when_every_unit_is_decided(
    units: list[tuple[Reception, Acceptance]],
) -> None:
    """Whatever way the units came to be so; a command that touches none of them shows it."""
    journey = Journey().received(a=3, b=1)
    journey.do(judge("a", 3, "waiting_for_input"), judge("b", 1, "rejected"))
    journey.do(FinishReceipt())
    line = journey.ret.lines[0]
    bent = tuple(
        replace(unit, reception=reception, acceptance=acceptance)
        for unit, (reception, acceptance) in zip(line.units, units, strict=False)
    )
    ret = replace(journey.ret, lines=(replace(line, units=bent), journey.ret.lines[1]))
    state = replace(journey.state, ret=ret)
    plan = [judge_unit(journey.ret.lines[1].units[0].id, "rejected", grade="C")]
    decision = decide(counted(state), plan, journey.context())

    assert isinstance(decision, Decision)
    assert decision.state.ret is not None
    processed = decision.state.ret.status is ReturnStatus.PROCESSED
    assert all(DECIDED[unit] for unit in units) == processed


def as_counters(delivered: int, *row: int) -> Counters:
    names = ("requested", "received", "accepted", "rejected", "settled")
    return msgspec.convert({"delivered": delivered} | dict(zip(names, row, strict=True)), Counters)


def counted(state: State) -> State:
    """Let the counters say what the bent units say."""
    lines = tuple(
        replace(line, counters=as_counters(line.quantity, *recount(state.ret)[line.id]))
        for line in state.order.lines
    )
    return replace(state, order=replace(state.order, lines=lines))


def test_an_open_receipt_keeps_a_return_received() -> None:
    journey = Journey().received(a=1)

    assert [EventType.UNIT_INSPECTED] == journey.do(accept())
    assert [EventType.RECEIPT_FINISHED, EventType.RETURN_PROCESSED] == journey.do(FinishReceipt())


def test_the_last_judgement_processes_what_is_finished() -> None:
    journey = Journey().received(a=1)
    journey.do(judge("a", 1, "waiting_for_input"), FinishReceipt())
    assert ReturnStatus.RECEIVED is journey.status

    said = journey.do(accept())

    assert [EventType.UNIT_INSPECTED, EventType.RETURN_PROCESSED] == said


def test_a_return_paid_before_it_came_is_settled_once_it_is_processed() -> None:
    journey = Journey(policy=Policy(settle_at=ReturnStatus.AUTHORIZED)).authorized(a=1)
    journey.do(ProposeSettlement(), ConfirmSettlement(), StartRefund())
    journey.outcome("succeeded")
    journey.do(receive(a=1), accept())

    said = journey.do(FinishReceipt())

    assert [
        EventType.RECEIPT_FINISHED,
        EventType.RETURN_PROCESSED,
        EventType.RETURN_SETTLED,
    ] == said


def test_a_paid_return_whose_goods_are_rejected_is_processed_and_not_settled() -> None:
    journey = Journey(policy=Policy(settle_at=ReturnStatus.AUTHORIZED)).authorized(a=1)
    journey.do(ProposeSettlement(), ConfirmSettlement(), StartRefund())
    journey.outcome("succeeded")

    journey.do(receive(a=1), judge("a", 1, "rejected"), FinishReceipt())

    assert ReturnStatus.PROCESSED is journey.status
    assert (1, 1, 0, 1, 0) == journey.counters("a")
    journey.do(Complete())


def test_kept_goods_are_processed_at_once() -> None:
    journey = Journey(policy=replace(ALONE, keep_item=True)).requested(a=1)

    said = journey.do(WaiveReceipt())

    assert [
        EventType.RETURN_PROCESSED,
        EventType.SETTLEMENT_MEMO_COMPLETED,
        EventType.REFUND_STARTED,
    ] == said


def test_undecided_goods_keep_a_processed_return_from_being_settled() -> None:
    journey = Journey().started(a=2)
    turned = judge_unit(journey.units[0].id, "accepted", grade="B")
    journey.do(turned)
    journey.do(receive(a=1))
    journey.do(judge("a", 1, "waiting_for_input"), FinishReceipt())

    journey.outcome("succeeded")

    assert ReturnStatus.RECEIVED is journey.status


def test_late_goods_that_are_promised_are_refused() -> None:
    """They were paid for as missing; the settlement stands on that."""
    policy = Policy(settle_at=ReturnStatus.AUTHORIZED)
    journey = Journey(policy=policy).authorized(a=2)
    journey.do(ProposeSettlement(), ConfirmSettlement())
    journey.do(receive(a=1), accept(), FinishReceipt(remaining="missing"))
    assert ReturnStatus.PROCESSED is journey.status

    refusal = journey.refused(receive(a=1))
    assert ("units_settling", "/units/0") == (refusal.code, refusal.pointer)
    journey.do(StartRefund())
    assert "units_settling" == journey.code(receive(a=1))
    journey.do(receive(b=1))
    assert ReturnStatus.RECEIVED is journey.status


# ---------------------------------------------------------------- plans


def test_a_plan_is_one_version_and_as_many_events_as_it_says() -> None:
    journey = Journey()
    lines = (LineAsked(line="a", quantity=1),)

    said = journey.do(Request(order_number="1001", lines=lines), Authorize(), Ship())

    assert (1, len(said)) == (journey.ret.version, journey.ret.sequence)


def test_the_first_refusal_refuses_all() -> None:
    journey = Journey().requested(a=1)

    refusal = journey.refused(Authorize(), Complete(), Ship())

    assert isinstance(refusal, Refusal)
    assert ReturnStatus.REQUESTED is journey.status


def test_the_same_surroundings_decide_the_same() -> None:
    """A decision can be replayed from what it was made of."""
    journey = Journey().requested(a=1)
    plan = [Authorize(), receive(a=3), accept()]
    context = journey.context(plan=plan)

    assert decide(journey.state, plan, context) == decide(journey.state, plan, context)


def test_a_naive_instant_is_a_broken_belief() -> None:
    journey = Journey().requested(a=1)
    context = journey.context()

    with pytest.raises(AssertionError):
        decide(journey.state, [Authorize()], replace(context, at=context.at.replace(tzinfo=None)))


def test_too_few_numbers_are_a_broken_belief() -> None:
    journey = Journey().authorized(a=3)
    plan = [receive(a=4)]
    assert 2 == numbers_needed(plan)

    with pytest.raises(AssertionError, match="numbers_needed"):
        decide(journey.state, plan, replace(journey.context(), numbers=()))


def test_goods_of_one_kind_draw_two_numbers_at_most() -> None:
    journey = Journey().authorized(a=1)
    plan = [receive(b=5)]
    context = journey.context(plan=plan)

    decision = decide(journey.state, plan, replace(context, numbers=context.numbers[:2]))

    assert isinstance(decision, Decision)


def test_before_there_is_a_return_nothing_is_allowed() -> None:
    assert () == allowed_commands(Journey().state)


def test_what_only_machines_say_is_never_offered() -> None:
    assert "record_label" not in Journey().authorized().allowed
