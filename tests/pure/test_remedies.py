"""A leg that nobody could pay: paid elsewhere, given otherwise, and what is offered for it."""

from __future__ import annotations

import msgspec
import pytest

from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import (
    Command,
    ConfirmSettlement,
    FinishReceipt,
    ProposeSettlement,
    RedirectLeg,
    RetryRefund,
    SettleElsewhere,
    StartRefund,
)
from retour.lifecycle.decide import decide
from retour.lifecycle.model import (
    Actor,
    ActorKind,
    Decision,
    EventType,
    Executor,
    LegKind,
    LegStatus,
    Payment,
    ReturnStatus,
    SettlementStatus,
)
from retour.lifecycle.money.remedies import remedies
from tests.pure.test_store_credit import withdrawn
from tests.support.returns import Journey, accept, an_order, outcome, receive, sold

HALVES = (
    Payment(id="card", processor=Executor.SANDBOX, captured=600),
    Payment(id="bank", processor=Executor.EXTERNAL, captured=5000),
)


def elsewhere(journey: Journey, place: int = 0) -> SettleElsewhere:
    leg = journey.leg(place).id
    return SettleElsewhere(leg=leg, reference="TRX-9", note="By bank transfer")


def redirected(journey: Journey, to: str = "store_credit", **more: object) -> RedirectLeg:
    return msgspec.convert({"leg": journey.leg().id, "to": to, **more}, RedirectLeg)


def promised() -> Journey:
    """10.00 promised, 6.00 by a processor and 4.00 by the merchant's own system."""
    return Journey(order=an_order(sold("a", 3), payments=HALVES)).confirmed(a=1)


def failed() -> Journey:
    """The same, the processor's part failed for good and the other paid."""
    journey = promised()
    journey.do(StartRefund())
    for _ in range(3):
        journey.outcome("failed")
    journey.outcome("succeeded", ActorKind.API_KEY, place=1)
    assert (LegStatus.FAILED, LegStatus.SUCCEEDED) == (journey.leg(0).status, journey.leg(1).status)
    return journey


def turned_back() -> Journey:
    """A refund that succeeded, then failed after all."""
    journey = Journey().settled(a=1)
    journey.outcome("failed")
    assert LegStatus.REVERSED is journey.leg().status
    return journey


def helps(journey: Journey, place: int = 0) -> set[str]:
    return set(remedies(journey.ret, journey.leg(place).id))


# ---------------------------------------------------------------- one leg, not the others


def test_a_failed_leg_leaves_the_others_done() -> None:
    journey = failed()

    assert SettlementStatus.FAILED is journey.ret.settlements[-1].status
    assert 400 == journey.reserved
    assert {"retry_refund", "settle_elsewhere", "redirect_leg"} == helps(journey)
    assert set() == helps(journey, 1)


@pytest.mark.parametrize("start", [failed, turned_back])
def test_what_was_paid_elsewhere_settles_and_keeps_the_cap(start: object) -> None:
    journey = failed() if start is failed else turned_back()

    said = journey.do(elsewhere(journey))

    leg = journey.leg()
    assert (Executor.EXTERNAL, LegStatus.SUCCEEDED, "TRX-9", "By bank transfer") == (
        leg.executor,
        leg.status,
        leg.reference,
        leg.note,
    )
    assert [EventType.REFUND_SUCCEEDED, EventType.SETTLEMENT_SETTLED] == said[:2]
    assert ReturnStatus.SETTLED is journey.status
    assert 1000 == journey.reserved


def test_a_promised_leg_may_be_paid_elsewhere_and_the_rest_is_started() -> None:
    journey = promised()

    assert [EventType.REFUND_SUCCEEDED] == journey.do(elsewhere(journey))
    assert SettlementStatus.CONFIRMED is journey.ret.settlements[-1].status
    assert "discard_settlement" not in journey.allowed
    journey.do(StartRefund())
    assert [] == journey.effects  # Nobody is asked for what is paid.
    assert [LegStatus.SUCCEEDED, LegStatus.IN_FLIGHT] == [
        leg.status for leg in journey.ret.settlements[-1].legs
    ]
    journey.outcome("succeeded", ActorKind.API_KEY, place=1)
    assert ReturnStatus.SETTLED is journey.status
    assert 1000 == journey.reserved


@pytest.mark.parametrize("word", ["pending", "unknown"])
@pytest.mark.parametrize("command", [elsewhere, redirected])
def test_what_may_be_paid_yet_is_left_alone(command: object, word: str) -> None:
    journey = Journey().started(a=1)
    journey.outcome(word)
    way: Command = elsewhere(journey) if command is elsewhere else redirected(journey)

    refusal = journey.refused(way)

    assert ("leg_moving", "/leg") == (refusal.code, refusal.pointer)
    assert set() == helps(journey)


@pytest.mark.parametrize("command", [elsewhere, redirected])
def test_what_is_paid_is_not_paid_again(command: object) -> None:
    journey = Journey().settled(a=1)
    way: Command = elsewhere(journey) if command is elsewhere else redirected(journey)

    assert "leg_not_failed" == journey.code(way)


def test_an_unknown_leg_is_named() -> None:
    way = SettleElsewhere(leg="leg_0", reference="x")

    assert "unknown_leg" == failed().code(way)


def test_what_another_refund_took_meanwhile_is_not_paid_elsewhere() -> None:
    order = an_order(sold("a", 1), sold("b", 1), payments=[HALVES[0]])
    journey = Journey(order=order).authorized(a=1)
    journey.do(receive(a=1))
    journey.do(accept("a"), FinishReceipt())
    extra = [{"label": "Less", "amount": "-4.00"}]
    journey.do(msgspec.convert({"adjustments": extra}, ProposeSettlement))
    journey.do(ConfirmSettlement(), StartRefund())
    for _ in range(3):
        journey.outcome("failed")
    lost = journey.state
    journey.next_return()
    journey.authorized(b=1)
    journey.do(receive(b=1))
    journey.do(accept("b"), FinishReceipt())
    journey.do(msgspec.convert({"adjustments": extra}, ProposeSettlement), ConfirmSettlement())
    order_now = journey.state.order
    journey.state = msgspec.structs.replace(lost, order=order_now)

    leg = journey.ret.settlements[-1].legs[0].id
    assert "cap_exceeded" == journey.code(SettleElsewhere(leg=leg, reference="x"))
    assert "cap_exceeded" == journey.code(RedirectLeg(leg=leg, to="store_credit"))


# ---------------------------------------------------------------- given otherwise


@pytest.mark.parametrize("start", [failed, turned_back])
def test_a_failed_leg_becomes_store_credit_at_once(start: object) -> None:
    journey = failed() if start is failed else turned_back()
    asked = len(journey.effects)

    said = journey.do(redirected(journey))

    leg = journey.leg()
    assert [EventType.REFUND_STARTED] == said
    assert (LegKind.STORE_CREDIT, Executor.CREDIT, LegStatus.IN_FLIGHT, "card") == (
        leg.kind,
        leg.executor,
        leg.status,
        leg.payment,
    )
    assert [("refund", leg.id)] == journey.effects[asked:]
    assert 1000 == journey.reserved
    journey.outcome("succeeded")
    assert ReturnStatus.SETTLED is journey.status


def test_a_failed_leg_becomes_the_merchant_s_own_to_pay_and_report() -> None:
    journey = failed()
    asked = len(journey.effects)

    journey.do(redirected(journey, "external"))

    assert (LegKind.REFUND, Executor.EXTERNAL) == (journey.leg().kind, journey.leg().executor)
    assert [] == journey.effects[asked:]
    assert "record_refund_outcome" in helps(journey)
    late = outcome(journey.leg().id, "succeeded")
    assert "not_your_leg" == journey.code(late, by=ActorKind.PROCESSOR)
    journey.outcome("succeeded", ActorKind.API_KEY)
    assert ReturnStatus.SETTLED is journey.status


def test_the_processor_of_before_has_no_say_any_more() -> None:
    """Its late word would have the leg paid twice; it is refused, and shown to people."""
    journey = failed()
    journey.do(redirected(journey))
    word = outcome(journey.leg().id, "succeeded")
    context = journey.context()
    told_by = msgspec.structs.replace(context, actor=Actor(kind=ActorKind.PROCESSOR, id="sandbox"))

    late = decide(journey.state, [word], told_by)

    assert isinstance(late, Refusal)
    assert "not_your_leg" == late.code
    own = msgspec.structs.replace(context, actor=Actor(kind=ActorKind.PROCESSOR, id="credit"))
    assert isinstance(decide(journey.state, [word], own), Decision)


def test_a_promised_leg_is_redirected_and_waits_for_the_start() -> None:
    journey = promised()

    assert [] == journey.do(redirected(journey))

    assert (LegKind.STORE_CREDIT, LegStatus.RESERVED) == (journey.leg().kind, journey.leg().status)
    assert 1000 == journey.reserved
    journey.do(StartRefund())
    assert [("refund", journey.leg().id)] == journey.effects


def test_a_redirected_leg_that_fails_may_be_retried() -> None:
    journey = failed()
    journey.do(redirected(journey))
    for _ in range(3):
        journey.outcome("failed")

    assert LegStatus.FAILED is journey.leg().status
    assert 400 == journey.reserved
    journey.do(RetryRefund(leg=journey.leg().id))
    journey.outcome("succeeded")
    assert ReturnStatus.SETTLED is journey.status


def test_the_same_way_again_is_no_other_way() -> None:
    journey = promised()
    journey.do(redirected(journey))

    refusal = journey.refused(redirected(journey))

    assert ("unsupported_kind", "/to") == (refusal.code, refusal.pointer)


def test_credit_instead_of_a_withdrawal_s_refund_needs_a_yes() -> None:
    journey = withdrawn(failed())

    assert "credit_not_agreed" == journey.code(redirected(journey))
    journey.do(redirected(journey, consumer_agreed=True))
    assert LegKind.STORE_CREDIT is journey.leg().kind


def test_what_is_offered_can_be_done() -> None:
    for journey in (promised(), failed(), turned_back()):
        offered = helps(journey) & {"settle_elsewhere", "redirect_leg"}
        assert {"settle_elsewhere", "redirect_leg"} == offered
        assert offered <= journey.allowed


def test_what_is_offered_is_not_offered_elsewhere() -> None:
    """Neither before anything is promised, nor while it is on its way, nor once it is paid."""
    for journey in (Journey().processed(a=1), Journey().started(a=1), Journey().settled(a=1)):
        assert not {"settle_elsewhere", "redirect_leg"} & journey.allowed
