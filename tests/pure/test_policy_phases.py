"""Phases that a policy switches off are jumped without events: each combination, walked."""

from __future__ import annotations

from itertools import product

import pytest

from retour.kernel.refusal import RefusalCode
from retour.lifecycle.commands import (
    Authorize,
    Complete,
    FinishReceipt,
    ProposeSettlement,
)
from retour.lifecycle.model import (
    Approval,
    EventType,
    Origin,
    Phases,
    Policy,
    ReturnStatus,
)
from retour.lifecycle.parcels.bodies import CreateLabel, Ship, Track
from retour.policy.contradictions import policy_contradictions
from retour.policy.model import ConsumerLaw, Moment, PolicyRule, Then
from tests.support.returns import Journey, accept, receive

NAMES = ("authorization", "logistics", "processing", "settlement")
COMBINATIONS = [
    dict(zip(NAMES, values, strict=True)) for values in product((True, False), repeat=4)
]
_OF_PHASE = {
    "authorization": {EventType.RETURN_AUTHORIZED},
    "logistics": {EventType.RETURN_SHIPPED, EventType.RETURN_TRACKED},
    "processing": {EventType.RETURN_RECEIVED, EventType.RETURN_PROCESSED},
    "settlement": {EventType.SETTLEMENT_MEMO_COMPLETED, EventType.RETURN_SETTLED},
}
"""What is said in a phase, and nowhere else."""


def walk(journey: Journey, phases: Phases) -> None:
    """Do what people do, as far as the policy has it; the rest must have happened by itself."""
    journey.requested()
    if phases.authorization:
        journey.do(Authorize())
    if phases.logistics:
        journey.do(Ship(tracking_number="T1"), Track(code="in_transit"))
    if phases.processing:
        journey.do(receive(a=1), accept(), FinishReceipt())
    if phases.settlement:
        journey.outcome("succeeded")


@pytest.mark.parametrize(
    "wanted",
    COMBINATIONS,
    ids=lambda one: "".join(name[0] if on else "-" for name, on in one.items()),
)
def test_each_combination_ends_completed_and_says_only_its_phases(wanted: dict[str, bool]) -> None:
    phases = Phases(**wanted)
    journey = Journey(
        policy=Policy(phases=phases, settlement=Approval.AUTO, completion=Approval.AUTO)
    )

    walk(journey, phases)

    assert ReturnStatus.COMPLETED == journey.status
    said = {name for name, events in _OF_PHASE.items() if events & set(journey.events)}
    assert said == {name for name, on in wanted.items() if on}
    assert {EventType.RETURN_REQUESTED, EventType.RETURN_COMPLETED} <= set(journey.events)
    assert (1, 1, 1, 0, int(phases.settlement)) == journey.counters()


def test_without_authorization_only_a_rule_s_no_is_in_the_way() -> None:
    """A review, too, is jumped; what the warehouse announced waits for its hands."""
    no = PolicyRule(name="no", then=Then(reject="No."))
    look = PolicyRule(name="look", then=Then(review="Look."))
    off = Phases(authorization=False)

    reviewed = Journey(policy=Policy(phases=off, rules=(look,))).requested()
    docked = Journey(policy=Policy(phases=off)).requested(Origin.WAREHOUSE)
    rejected = Journey(
        policy=Policy(phases=off, ineligible="reject", consumer_law=ConsumerLaw.OFF, rules=(no,))
    ).requested()

    assert [ReturnStatus.AUTHORIZED, ReturnStatus.REQUESTED, ReturnStatus.REJECTED] == [
        reviewed.status,
        docked.status,
        rejected.status,
    ]


def test_without_logistics_nothing_is_sent() -> None:
    policy = Policy(phases=Phases(logistics=False), label=Approval.AUTO)
    journey = Journey(policy=policy).authorized()

    assert not journey.ret.parcels, "and no label is made by itself"
    for command in (CreateLabel(), Ship(), Track(code="in_transit")):
        assert RefusalCode.PHASE_OFF == journey.code(command)
    assert not {"create_label", "ship", "track"} & journey.allowed


def test_without_settlement_no_money_is_owed() -> None:
    journey = Journey(policy=Policy(phases=Phases(settlement=False))).processed()

    assert RefusalCode.PHASE_OFF == journey.code(ProposeSettlement())
    assert "propose_settlement" not in journey.allowed
    journey.do(Complete())
    assert ReturnStatus.COMPLETED == journey.status


def test_without_processing_goods_that_come_after_all_are_taken_in() -> None:
    """Nobody waited for them, and nobody turns them away."""
    journey = Journey(policy=Policy(phases=Phases(processing=False))).authorized(a=2)
    assert ReturnStatus.AUTHORIZED == journey.status, "the way back is still waited for"
    journey.do(Ship(tracking_number="T1"))
    journey.do(Track(code="in_transit"))
    assert ReturnStatus.PROCESSED == journey.status

    journey.do(receive(a=1))

    assert ReturnStatus.RECEIVED == journey.status


@pytest.mark.parametrize(
    ("policy", "pointer"),
    [
        (Policy(phases=Phases(logistics=False), settle_at=ReturnStatus.TRACKED), "/settle_at"),
        (Policy(phases=Phases(processing=False), settle_at=ReturnStatus.RECEIVED), "/settle_at"),
        (
            Policy(
                phases=Phases(logistics=False),
                rules=(PolicyRule(name="early", then=Then(settle_at=ReturnStatus.SHIPPED)),),
            ),
            "/rules/0/then/settle_at",
        ),
        (
            Policy(
                phases=Phases(processing=False),
                rules=(PolicyRule(name="fine", at=Moment.GRADING, then=Then(accept=True)),),
            ),
            "/rules/0/at",
        ),
    ],
)
def test_what_waits_for_a_phase_that_is_off_is_contradictory(policy: Policy, pointer: str) -> None:
    assert {pointer: "contradictory"} == {
        one.pointer: one.code for one in policy_contradictions(policy)
    }
