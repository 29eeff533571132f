"""Guards whose rule shows best by itself, and bookkeeping that every command relies on."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from retour.lifecycle.commands import (
    Amend,
    Authorize,
    ConfirmSettlement,
    CorrectReceipt,
    FinishReceipt,
    GoodsAsked,
    LineAsked,
    ProposeSettlement,
    PutAway,
    Receive,
    Reopen,
    RetryRefund,
    Ship,
    StartRefund,
    UnitsNamed,
)
from retour.lifecycle.model import (
    ActorKind,
    Approval,
    EventType,
    LegStatus,
    Policy,
    ReturnStatus,
)
from tests.support.returns import Journey, accept, judge, judge_unit, outcome, receive, sold

EARLY = Policy(settle_at=ReturnStatus.AUTHORIZED)
AMEND = Amend(lines=(LineAsked(line="a", quantity=1),))
AGAIN = Reopen(reason="Look again")


def test_amending_needs_that_nothing_has_come() -> None:
    """A reopened return may have foreign goods lying there."""
    journey = Journey(sold("a", 1)).received(a=1)
    journey.do(receive(a=1))
    foreign = journey.ret.lines[-1].units[0].id
    journey.do(accept(), judge_unit(foreign, "rejected"), FinishReceipt(), AGAIN)

    assert "already_received" == journey.code(AMEND)
    assert "amend" not in journey.allowed


def test_amending_needs_that_nothing_is_promised() -> None:
    journey = Journey(policy=EARLY).authorized(a=1)
    journey.do(ProposeSettlement(), ConfirmSettlement())
    assert "money_moving" == journey.code(AMEND)
    journey.do(StartRefund())
    for _ in range(3):
        journey.outcome("failed")

    assert "settlement_open" == journey.code(AMEND)


def test_goods_are_moved_only_where_some_are() -> None:
    """A correction can leave a return whose goods were never here."""
    journey = Journey().received(a=1)
    line = journey.ret.receipts[0].lines[0].id
    put = PutAway(units=(UnitsNamed(line="a", quantity=1),), location="R-1")
    assert "put_away" in journey.allowed

    journey.do(CorrectReceipt(receipt_line=line, quantity=0, reason="Another's"))

    assert "put_away" not in journey.allowed
    assert "no_goods" == journey.code(put)


def test_finishing_is_offered_while_there_is_something_to_finish() -> None:
    journey = Journey().authorized(a=2)
    journey.do(receive(a=1))
    assert "finish_receipt" in journey.allowed

    journey.do(judge("a", 1, "waiting_for_input"), FinishReceipt())
    assert "finish_receipt" in journey.allowed

    journey.do(FinishReceipt(remaining="missing"))
    assert "finish_receipt" not in journey.allowed
    assert "no_open_receipt" == journey.code(FinishReceipt(remaining="missing"))


@given(st.lists(st.sampled_from(["failed", "unknown", "pending"]), max_size=5))
def test_a_retry_is_offered_exactly_where_a_leg_failed(words: list[str]) -> None:
    journey = Journey().started(a=1)
    for word in words:
        if journey.leg().status is not LegStatus.FAILED:
            journey.outcome(word)

    failed = journey.leg().status is LegStatus.FAILED
    assert failed == ("retry_refund" in journey.allowed)
    if not failed:
        assert "leg_not_failed" == journey.code(RetryRefund(leg=journey.leg().id))


def test_giving_up_is_offered_exactly_where_an_exchange_waits() -> None:
    assert "fall_back" not in Journey().confirmed(a=1).allowed
    journey = Journey().processed(a=1)
    goods = (GoodsAsked(sku="A-2"),)
    journey.do(ProposeSettlement(kind="exchange", goods=goods), ConfirmSettlement())

    assert "fall_back" in journey.allowed
    journey.do(StartRefund())
    assert "fall_back" not in journey.allowed


def test_a_leg_nobody_knows_is_no_leg_of_the_return() -> None:
    journey = Journey().processed(a=1)

    assert "unknown_leg" == journey.code(outcome("leg_x", "succeeded"), by=ActorKind.PROCESSOR)
    assert "unknown_leg" == journey.code(RetryRefund(leg="leg_x"))


def test_foreign_goods_that_are_kept_are_not_owed() -> None:
    journey = Journey(sold("a", 1)).received(a=1)
    journey.do(receive(a=1))
    foreign = journey.ret.lines[-1].units[0].id
    journey.do(accept(), judge_unit(foreign, "accepted"), FinishReceipt())
    journey.do(ProposeSettlement(), ConfirmSettlement(), StartRefund())

    journey.outcome("succeeded")

    assert ReturnStatus.SETTLED is journey.status


def test_a_return_of_foreign_goods_alone_is_never_settled() -> None:
    journey = Journey(sold("a", 1)).authorized(a=1)
    body = {"units": [{"sku": "TOASTER", "quantity": 1}]}
    journey.do(msgspec.convert(body, Receive))
    journey.do(judge_unit(journey.units[1].id, "accepted"), FinishReceipt(remaining="missing"))

    assert ReturnStatus.PROCESSED is journey.status


def test_a_line_corrected_to_nothing_is_superseded() -> None:
    journey = Journey().received(a=1)
    for quantity in (0, 1):
        newest = journey.ret.receipts[0].lines[-1].id
        correction = CorrectReceipt(receipt_line=newest, quantity=quantity, reason="Counted")
        journey.do(correction)

    assert "receipt_line_superseded" == journey.code(correction)


def test_sequence_and_version_count_on() -> None:
    journey = Journey().requested(a=1)
    journey.do(Authorize())
    journey.do(Ship(), receive(a=1))

    assert (3, 5) == (journey.ret.version, journey.ret.sequence)


def test_what_is_undecided_in_a_processed_return_is_not_owed() -> None:
    journey = Journey().processed(a=2)
    journey.do(judge_unit(journey.units[0].id, "waiting_for_input"))

    journey.do(ProposeSettlement())

    assert 1000 == journey.ret.settlements[-1].total


def test_the_policy_pays_no_earlier_than_it_says() -> None:
    journey = Journey(policy=Policy(settlement=Approval.AUTO)).received(a=1)

    said = journey.do(accept())

    assert [EventType.UNIT_INSPECTED] == said
    assert () == journey.ret.settlements
