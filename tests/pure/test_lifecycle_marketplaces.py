"""Marketplaces pay: when they may be told, what stands still then, and what is said once."""

from __future__ import annotations

import msgspec

from retour.kernel.refusal import RefusalCode
from retour.lifecycle.commands import (
    Authorize,
    Cancel,
    ConfirmSettlement,
    DiscardSettlement,
    FinishReceipt,
    Inspect,
    ProposeSettlement,
    RetryRefund,
    StartRefund,
)
from retour.lifecycle.model import (
    Acceptance,
    Approval,
    EventType,
    Executor,
    LegStatus,
    Origin,
    Payment,
    Policy,
    ReturnStatus,
)
from retour.lifecycle.money.marketplaces import FORBIDDEN, PARTIAL
from tests.support.returns import Journey, accept, an_order, judge, judge_unit, receive, sold

CHANNEL = frozenset({Executor.CHANNELENGINE, Executor.EXTERNAL})
BY_ITSELF = Policy(settlement=Approval.AUTO, completion=Approval.AUTO)
PAID = (Payment(id="M-1", processor=Executor.CHANNELENGINE, captured=3000),)
START = (ProposeSettlement(), ConfirmSettlement(), StartRefund())


def declared(policy: Policy | None = None, origin: Origin = Origin.CHANNEL) -> Journey:
    """A return of two that a marketplace declared, authorized as it was born."""
    order = an_order(sold("a", 3), payments=PAID)
    return Journey(order=order, policy=policy).requested(origin, a=2)


def judged(accepted: int, policy: Policy | None = None, origin: Origin = Origin.CHANNEL) -> Journey:
    """The same, received, some of it accepted and the rest rejected."""
    journey = declared(policy, origin)
    if journey.status is ReturnStatus.REQUESTED:
        journey.do(Authorize())
    journey.do(receive(a=2), executors=CHANNEL)
    if accepted:
        journey.do(accept("a", accepted), executors=CHANNEL)
    if accepted < 2:
        journey.do(judge("a", 2 - accepted, "rejected"), executors=CHANNEL)
    journey.do(FinishReceipt(), executors=CHANNEL)
    return journey


def turned(journey: Journey) -> Inspect:
    """Judge the rejected unit the other way."""
    unit = next(one.id for one in journey.units if one.acceptance is Acceptance.REJECTED)
    return judge_unit(unit, "accepted")


def test_a_channel_return_is_born_authorized() -> None:
    assert ReturnStatus.AUTHORIZED is declared().status


def test_telling_freezes_every_unit_in_the_same_commit() -> None:
    journey = judged(1)
    journey.do(*START, executors=CHANNEL)

    assert [True, True] == [unit.frozen for unit in journey.units]
    assert ("refund", journey.leg().id) in journey.effects
    assert RefusalCode.UNITS_FROZEN is journey.code(turned(journey))


def test_a_merchant_return_freezes_what_is_paid_alone() -> None:
    journey = judged(1, origin=Origin.PORTAL)
    journey.do(*START, executors=CHANNEL)

    frozen = [unit for unit in journey.units if unit.frozen]
    assert ["accepted"] == [unit.acceptance.value for unit in frozen]


def test_nothing_is_told_before_all_is_received_and_judged() -> None:
    early = Policy(settle_at=ReturnStatus.AUTHORIZED)
    journey = declared(early)
    journey.do(ProposeSettlement(), ConfirmSettlement(), executors=CHANNEL)
    assert RefusalCode.SETTLEMENT_TOO_EARLY is journey.code(StartRefund(), executors=CHANNEL)

    journey.do(receive(a=1), accept("a", 1), executors=CHANNEL)
    assert RefusalCode.SETTLEMENT_TOO_EARLY is journey.code(StartRefund(), executors=CHANNEL)

    journey.do(FinishReceipt(), executors=CHANNEL)  # The other one is still expected.
    assert RefusalCode.SETTLEMENT_TOO_EARLY is journey.code(StartRefund(), executors=CHANNEL)


def test_a_marketplace_hears_of_its_return_once() -> None:
    journey = judged(2)
    journey.do(*START, executors=CHANNEL)
    journey.outcome("succeeded")
    goodwill = msgspec.convert(
        {"adjustments": [{"label": "Sorry", "amount": "1.00"}]}, ProposeSettlement
    )
    journey.do(goodwill, ConfirmSettlement(), executors=CHANNEL)

    assert RefusalCode.UNITS_FROZEN is journey.code(StartRefund(), executors=CHANNEL)


def test_what_it_is_known_to_have_refused_can_be_judged_anew() -> None:
    journey = judged(1)
    journey.do(*START, executors=CHANNEL)
    for _ in range(3):
        journey.outcome("failed")

    assert LegStatus.FAILED is journey.leg().status
    assert [False, False] == [unit.frozen for unit in journey.units]
    journey.do(DiscardSettlement(), turned(journey), *START, executors=CHANNEL)
    assert [True, True] == [unit.frozen for unit in journey.units]


def test_a_retry_freezes_again() -> None:
    journey = judged(1)
    journey.do(*START, executors=CHANNEL)
    for _ in range(3):
        journey.outcome("failed")
    journey.do(RetryRefund(leg=journey.leg().id), executors=CHANNEL)

    assert [True, True] == [unit.frozen for unit in journey.units]


def test_a_return_with_nothing_accepted_is_told_by_itself() -> None:
    journey = judged(0, BY_ITSELF)

    assert ("refund", journey.leg().id) in journey.effects
    assert (0, Executor.CHANNELENGINE) == (journey.leg().amount, journey.leg().executor)
    assert [True, True] == [unit.frozen for unit in journey.units]
    assert ReturnStatus.PROCESSED is journey.status

    said = journey.outcome("succeeded")
    assert EventType.SETTLEMENT_SETTLED in said
    assert ReturnStatus.COMPLETED is journey.status


def test_what_is_promised_as_nothing_is_told_at_once() -> None:
    journey = judged(0)
    journey.do(ProposeSettlement(kind="none"), ConfirmSettlement(), executors=CHANNEL)

    assert LegStatus.IN_FLIGHT is journey.leg().status


def test_elsewhere_nothing_to_pay_needs_no_leg() -> None:
    journey = judged(0, origin=Origin.PORTAL)
    journey.do(ProposeSettlement(kind="none"), ConfirmSettlement(), executors=CHANNEL)

    assert () == journey.ret.settlements[-1].legs


def test_what_was_told_cannot_be_canceled() -> None:
    journey = judged(0)
    journey.do(ProposeSettlement(kind="none"), ConfirmSettlement(), executors=CHANNEL)
    journey.outcome("succeeded")

    code = journey.code(Cancel(reason="x", goods="keep"), executors=CHANNEL)
    assert code in {RefusalCode.UNITS_FROZEN, RefusalCode.MONEY_MOVING}


def whole(journey: Journey) -> Journey:
    """Let its marketplace take it as a whole only."""
    ret = msgspec.structs.replace(journey.ret, attributes={PARTIAL: FORBIDDEN})
    journey.state = msgspec.structs.replace(journey.state, ret=ret)
    return journey


def test_parts_of_what_is_taken_as_a_whole_are_not_proposed() -> None:
    assert RefusalCode.WHOLE_ONLY is whole(judged(1)).code(ProposeSettlement(), executors=CHANNEL)
    journey = whole(judged(2))
    journey.do(ProposeSettlement(), executors=CHANNEL)
    assert Executor.CHANNELENGINE is journey.leg().executor


def test_what_becomes_a_part_after_it_was_promised_is_not_told() -> None:
    journey = judged(2)
    journey.do(ProposeSettlement(), ConfirmSettlement(), executors=CHANNEL)
    ret = journey.ret
    lines = msgspec.structs.replace(
        ret.lines[0],
        units=(
            msgspec.structs.replace(ret.lines[0].units[0], acceptance=Acceptance.REJECTED),
            *ret.lines[0].units[1:],
        ),
    )
    journey.state = msgspec.structs.replace(
        journey.state, ret=msgspec.structs.replace(ret, lines=(lines,))
    )
    assert RefusalCode.WHOLE_ONLY is whole(journey).code(StartRefund(), executors=CHANNEL)


def test_nothing_of_it_is_told_as_a_whole_too() -> None:
    journey = whole(judged(0))
    journey.do(ProposeSettlement(kind="none"), executors=CHANNEL)
    assert Executor.CHANNELENGINE is journey.leg().executor
