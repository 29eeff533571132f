"""A return on legal ground: no policy, no fee, and the way out paid back as the law has it."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode
from retour.lifecycle.commands import Inspect, LineAsked, ProposeSettlement, Request
from retour.lifecycle.decide import decide
from retour.lifecycle.model import (
    Approval,
    Decision,
    EventType,
    Origin,
    Policy,
    ReturnStatus,
    ShippingCharge,
)
from retour.lifecycle.parcels.bodies import Ship
from retour.lifecycle.requests.legal import Legal, LegalBasis
from retour.policy.conditions import UnitWhen, When
from retour.policy.model import Deduction, Moment, PolicyRule, Then
from tests.support.returns import NOON, Journey, accept, an_order, receive, sold

EARLY = Policy(settle_at=ReturnStatus.AUTHORIZED)
STRICT = Policy(window_days=0, ineligible="reject")
SHIPPED = an_order(sold("a", 2), sold("b", 1), shipping=495)


def legal(*, is_whole: bool = True) -> Legal:
    return Legal(
        basis=LegalBasis.WITHDRAWAL,
        withdrawal="wdr_1",
        informed_at=NOON,
        refund_by=NOON + timedelta(days=14),
        is_whole=is_whole,
    )


def withdrawn(journey: Journey, ground: Legal, **quantities: int) -> list[EventType]:
    """Let a return follow a withdrawal."""
    asked = tuple(LineAsked(line=line, quantity=n) for line, n in quantities.items())
    plan = [Request(order_number="1001", lines=asked, origin=Origin.PORTAL)]
    context = msgspec.structs.replace(journey.context(plan=plan), legal=ground)
    decision = decide(journey.state, plan, context)
    assert isinstance(decision, Decision), decision
    journey.state = decision.state
    return [event.type for event in decision.events]


def taken_in(journey: Journey, **quantities: int) -> Journey:
    journey.do(receive(**quantities))
    journey.do(*(accept(line, n) for line, n in quantities.items()))
    return journey


def owed(journey: Journey, **body: object) -> list[tuple[str, int]]:
    journey.do(msgspec.convert(body, ProposeSettlement))
    return [(line.kind, line.amount) for line in journey.ret.settlements[-1].lines]


def test_it_is_authorized_whatever_the_policy_says() -> None:
    journey = Journey(policy=STRICT, order=SHIPPED)

    said = withdrawn(journey, legal(), a=2, b=1)

    assert EventType.RETURN_AUTHORIZED in said
    assert EventType.RETURN_REJECTED not in said
    assert (journey.status, journey.ret.verdict.eligible) == (ReturnStatus.AUTHORIZED, True)
    assert {step.rule for step in journey.ret.verdict.trace} == {"legal_basis"}
    assert all(line.reasons == () for line in journey.ret.lines)


def test_more_than_there_is_cannot_come_back_by_law_either() -> None:
    journey = Journey(order=SHIPPED)
    plan = [Request(order_number="1001", lines=(LineAsked(line="a", quantity=3),))]

    refusal = decide(
        journey.state, plan, msgspec.structs.replace(journey.context(plan=plan), legal=legal())
    )

    assert isinstance(refusal, Refusal)
    assert refusal.code is RefusalCode.OVER_RETURN


@pytest.mark.parametrize(
    ("is_whole", "units", "shipping"),
    [
        (True, {"a": 2, "b": 1}, True),
        (True, {"a": 1}, True),  # The rest is withdrawn from as well, if not sent back yet.
        (False, {"a": 1}, False),
        (False, {"a": 1, "b": 1}, False),
        (False, {"a": 2, "b": 1}, True),  # A part that leaves nothing is the whole.
    ],
)
def test_the_way_out_is_paid_back_with_the_whole(
    units: dict[str, int], *, is_whole: bool, shipping: bool
) -> None:
    journey = Journey(order=SHIPPED, policy=EARLY)
    withdrawn(journey, legal(is_whole=is_whole), **units)

    lines = owed(taken_in(journey, **units))

    assert (("shipping", 495) in lines) is shipping


def test_of_an_express_way_out_what_the_standard_one_costs_is_paid_back() -> None:
    """Article 13(2): who chose a dearer way bears what it cost more."""
    express = ShippingCharge(amount=1990, standard=495)
    order = replace(an_order(sold("a", 2), shipping=1990), shipping=express)
    journey = Journey(order=order, policy=EARLY)
    withdrawn(journey, legal(), a=2)

    assert ("shipping", 495) in owed(taken_in(journey, a=2))


def test_worn_goods_are_paid_less_for_only_with_their_grade_and_reason() -> None:
    """Article 14(2): lost value counts where somebody graded it and said why."""
    rule = PolicyRule(
        name="worn",
        at=Moment.GRADING,
        when=When(unit=UnitWhen(grades=("B",))),
        then=Then(accept=True, deduct=Deduction(percent="20", label="Worn for weeks")),
    )
    journey = Journey(order=SHIPPED, policy=replace(EARLY, rules=(rule,)))
    withdrawn(journey, legal(is_whole=False), a=2)
    journey.do(receive(a=2))
    graded = {"units": [{"line": "a", "quantity": 1, "grade": "B"}]}
    journey.do(msgspec.convert(graded, Inspect), accept("a", 1))

    assert [("item", 2000), ("adjustment", -200)] == owed(journey)
    lost = journey.ret.settlements[-1].lines[1]
    assert ("Worn for weeks", "worn") == (lost.label, lost.rule)


def test_money_is_held_until_the_goods_or_the_proof_of_sending_and_no_longer() -> None:
    """Article 13(3), whatever the policy says; alone it still pays when the policy lets it."""
    patient = Policy(settle_at=ReturnStatus.PROCESSED, settlement=Approval.AUTO)
    journey = Journey(order=SHIPPED, policy=patient)
    withdrawn(journey, legal(), a=2, b=1)
    assert journey.code(ProposeSettlement()) is RefusalCode.SETTLEMENT_TOO_EARLY

    journey.do(Ship())

    assert () == journey.ret.settlements, "a person decides to look no further"
    assert [("item", 2000), ("item", 1000), ("shipping", 495)] == owed(journey)


def test_who_only_has_the_policy_waits_as_long_as_that_says() -> None:
    journey = Journey(order=SHIPPED).authorized(a=2)
    journey.do(Ship())

    assert journey.code(ProposeSettlement()) is RefusalCode.SETTLEMENT_TOO_EARLY


def test_no_fee_and_nothing_kept_back_without_its_reason() -> None:
    journey = Journey(order=SHIPPED, policy=EARLY)
    withdrawn(journey, legal(), a=2)
    taken_in(journey, a=2)

    def code(**body: object) -> RefusalCode:
        return journey.code(msgspec.convert(body, ProposeSettlement))

    assert code(fees=[{"label": "Restocking", "amount": "1.00"}]) is RefusalCode.FEE_ON_WITHDRAWAL
    for label in ("", "  "):
        kept = [{"label": label, "amount": "-1.00"}]
        assert code(adjustments=kept) is RefusalCode.FEE_ON_WITHDRAWAL
    worn = {"label": "Worn for weeks", "amount": "-1.00"}
    assert ("adjustment", -100) in owed(journey, adjustments=[worn])
    assert ("adjustment", 100) in owed(journey, adjustments=[{"label": "", "amount": "1.00"}])
