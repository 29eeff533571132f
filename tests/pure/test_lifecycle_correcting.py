"""Receipts once written: finished, corrected, waived."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.lifecycle.commands import (
    ConfirmSettlement,
    CorrectReceipt,
    FinishReceipt,
    PauseReceipt,
    ProposeSettlement,
    Reopen,
    StartRefund,
    WaiveReceipt,
)
from retour.lifecycle.model import (
    Acceptance,
    ActorKind,
    EventType,
    Policy,
    ReceiptStatus,
    Reception,
    ReturnStatus,
)
from tests.support.returns import NOON, Journey, accept, judge, judge_unit, receive

EARLY = Policy(settle_at=ReturnStatus.AUTHORIZED)


def receptions(journey: Journey) -> Counter[str]:
    return Counter(unit.reception.value for unit in journey.units)


def correct(journey: Journey, quantity: int, **more: str) -> CorrectReceipt:
    """Correct the first line of the first receipt."""
    line = journey.ret.receipts[0].lines[0].id
    body = {"receipt_line": line, "quantity": quantity, "reason": "Counted again"} | more
    return msgspec.convert(body, CorrectReceipt)


# ---------------------------------------------------------------- finish


def test_a_finished_receipt_says_when() -> None:
    journey = Journey().received(a=1)
    journey.do(accept())

    said = journey.do(FinishReceipt())

    receipt = journey.ret.receipts[0]
    assert [EventType.RECEIPT_FINISHED, EventType.RETURN_PROCESSED] == said
    assert (ReceiptStatus.FINISHED, NOON) == (receipt.status, receipt.finished_at)


@given(st.lists(st.sampled_from(Acceptance), min_size=1, max_size=4))
def test_a_receipt_is_finished_exactly_when_none_of_its_units_is_pending(
    looks: list[Acceptance],
) -> None:
    journey = Journey().received(a=min(len(looks), 3))
    for unit, look in zip(journey.units, looks, strict=False):
        if look is not Acceptance.PENDING:
            journey.do(judge_unit(unit.id, look.value))
    looked = looks[: len(journey.units)]

    if Acceptance.PENDING in looked:
        assert "units_pending" == journey.code(FinishReceipt())
    else:
        journey.do(FinishReceipt())
        waiting = Acceptance.WAITING_FOR_INPUT in looked
        assert (ReturnStatus.RECEIVED if waiting else ReturnStatus.PROCESSED) is journey.status


def test_pending_units_of_another_receipt_do_not_hinder() -> None:
    journey = Journey().authorized(a=2)
    journey.do(receive(a=1), accept(), place="main")
    journey.do(receive(a=1), place="hub")
    main, hub = journey.ret.receipts

    assert "no_open_receipt" == journey.code(FinishReceipt())
    assert "units_pending" == journey.code(FinishReceipt(receipt=hub.id))
    assert [EventType.RECEIPT_FINISHED] == journey.do(FinishReceipt(receipt=main.id))
    assert ReturnStatus.RECEIVED is journey.status
    journey.do(accept(), FinishReceipt())
    assert ReturnStatus.PROCESSED is journey.status


@pytest.mark.parametrize("remaining", ["missing", "expected"])
def test_what_did_not_come_is_missing_or_still_expected(remaining: str) -> None:
    journey = Journey().authorized(a=2)
    journey.do(receive(a=1), accept())

    journey.do(msgspec.convert({"remaining": remaining}, FinishReceipt))

    assert {"received": 1, remaining: 1} == receptions(journey)
    gone = remaining == "missing"
    assert (ReturnStatus.PROCESSED if gone else ReturnStatus.RECEIVED) is journey.status


def test_what_never_comes_can_be_said_missing_after_all_receipts_are_finished() -> None:
    journey = Journey().authorized(a=2)
    journey.do(receive(a=1), accept(), FinishReceipt())
    assert "no_open_receipt" == journey.code(FinishReceipt())

    said = journey.do(FinishReceipt(remaining="missing"))

    assert [EventType.RECEIPT_UPDATED, EventType.RETURN_PROCESSED] == said
    assert {"received": 1, "missing": 1} == receptions(journey)


def test_a_finished_or_foreign_receipt_cannot_be_finished() -> None:
    journey = Journey().authorized(a=2)
    journey.do(receive(a=1), accept(), FinishReceipt())
    done = journey.ret.receipts[0].id

    assert "no_open_receipt" == journey.code(FinishReceipt(receipt=done, remaining="missing"))
    assert "unknown_receipt" == journey.code(FinishReceipt(receipt="rcp_other"))


# ---------------------------------------------------------------- correct


def test_a_correction_is_a_new_line_naming_the_old_one() -> None:
    journey = Journey().received(a=2)
    old = journey.ret.receipts[0].lines[0]

    said = journey.do(correct(journey, 1))

    was, new = journey.ret.receipts[0].lines
    assert [EventType.RECEIPT_CORRECTED] == said
    assert old == was
    assert (1, "a", old.id, "Counted again") == (
        new.quantity,
        new.line,
        new.corrects,
        new.reason,
    )
    assert {"received": 1, "expected": 1} == receptions(journey)
    assert (2, 1, 0, 0, 0) == journey.counters("a")


def test_what_was_judged_is_judged_anew() -> None:
    journey = Journey().received(a=2)
    journey.do(judge("a", 2, "accepted", grade="A"))

    journey.do(correct(journey, 2))

    assert [Acceptance.PENDING] * 2 == [unit.acceptance for unit in journey.units]
    assert [None, None] == [unit.grade for unit in journey.units]


def test_more_than_was_counted_is_unexpected() -> None:
    journey = Journey().received(a=1)

    journey.do(correct(journey, 2))

    assert {"received": 1, "unexpected": 1} == receptions(journey)
    assert (2, 2, 0, 0, 0) == journey.counters("a")


def test_nothing_was_there() -> None:
    journey = Journey().received(a=1)

    journey.do(correct(journey, 0))

    assert {"expected": 1} == receptions(journey)
    assert [1, 0] == [line.quantity for line in journey.ret.receipts[0].lines]


def test_it_was_another_line_s() -> None:
    journey = Journey().authorized(a=1, b=1)
    journey.do(receive(a=1))

    journey.do(correct(journey, 1, line="b"))

    assert (1, 0, 0, 0, 0) == journey.counters("a")
    assert (1, 1, 0, 0, 0) == journey.counters("b")


def test_unexpected_goods_that_were_none_vanish() -> None:
    journey = Journey().authorized(a=1)
    journey.do(receive(b=2))

    journey.do(correct(journey, 0))

    assert ["a"] == [line.line for line in journey.ret.lines]
    assert (0, 0, 0, 0, 0) == journey.counters("b")


def test_foreign_goods_stay_foreign_unless_named() -> None:
    journey = Journey().received(a=3)
    journey.do(receive(a=2))
    foreign = journey.ret.receipts[0].lines[-1]
    assert foreign.line is None

    journey.do(CorrectReceipt(receipt_line=foreign.id, quantity=1, reason="Counted again"))

    assert {"received": 3, "wrong_item": 1} == receptions(journey)


def test_only_the_newest_line_can_be_corrected() -> None:
    journey = Journey().received(a=2)
    first = correct(journey, 1)
    journey.do(first)

    assert "receipt_line_superseded" == journey.code(first)
    newest = journey.ret.receipts[0].lines[-1].id
    journey.do(CorrectReceipt(receipt_line=newest, quantity=2, reason="Found it"))
    assert {"received": 2} == receptions(journey)


def test_a_line_from_before_a_reopening_is_history() -> None:
    journey = Journey().processed(a=1)
    old = correct(journey, 0)
    journey.do(Reopen(reason="Look again"))
    journey.do(receive(a=1))

    assert "receipt_line_superseded" == journey.code(old)


def test_a_foreign_receipt_line_is_pointed_at() -> None:
    command = CorrectReceipt(receipt_line="rcl_other", quantity=1, reason="Counted again")

    refusal = Journey().received().refused(command)

    assert ("unknown_receipt", "/receipt_line") == (refusal.code, refusal.pointer)


def test_a_processed_return_expects_nothing_after_a_correction() -> None:
    journey = Journey().processed(a=2)

    journey.do(correct(journey, 1))

    assert ReturnStatus.PROCESSED is journey.status
    assert {"received": 1, "missing": 1} == receptions(journey)
    journey.do(accept())
    assert (2, 1, 1, 0, 0) == journey.counters("a")


def test_what_is_promised_cannot_be_corrected() -> None:
    journey = Journey().confirmed(a=1)

    assert "units_settling" == journey.code(correct(journey, 0))


def test_what_is_covered_cannot_be_corrected() -> None:
    """An instant refund was paid before the goods were looked at."""
    journey = Journey(policy=EARLY).authorized(a=1)
    journey.do(ProposeSettlement(), ConfirmSettlement())
    journey.do(StartRefund())
    journey.outcome("succeeded")
    journey.do(receive(a=1))

    assert "units_covered" == journey.code(correct(journey, 0))


def test_what_is_frozen_cannot_be_corrected() -> None:
    journey = Journey().received(a=1)
    freeze(journey)

    assert "units_frozen" == journey.code(correct(journey, 0))


def freeze(journey: Journey) -> None:
    """Let a marketplace have been told of every unit."""
    lines = tuple(
        replace(line, units=tuple(replace(unit, frozen=True) for unit in line.units))
        for line in journey.ret.lines
    )
    journey.state = replace(journey.state, ret=replace(journey.ret, lines=lines))


# ---------------------------------------------------------------- waive


@given(st.sampled_from(ActorKind), st.booleans())
def test_goods_are_waived_by_policy_or_by_the_merchant_s_own(
    by: ActorKind,
    keep: bool,  # noqa: FBT001 - hypothesis names its arguments
) -> None:
    journey = Journey(policy=Policy(keep_item=keep)).authorized(a=2)
    may = keep or by in {ActorKind.API_KEY, ActorKind.AGENT, ActorKind.SYSTEM}

    if may:
        assert [EventType.RETURN_PROCESSED] == journey.do(WaiveReceipt(), by=by)
        assert (2, 2, 2, 0, 0) == journey.counters("a")
        assert {Reception.WAIVED} == {unit.reception for unit in journey.units}
    else:
        assert "keep_not_allowed" == journey.code(WaiveReceipt(), by=by)


def test_nothing_is_waived_where_nothing_is_expected() -> None:
    journey = Journey().settled(a=1)
    journey.do(Reopen(reason="Look again"))

    assert "nothing_expected" == journey.code(WaiveReceipt())


# ---------------------------------------------------------------- pause


def test_a_pause_is_told_once_and_ends_with_its_receipt() -> None:
    journey = Journey().received(a=2)

    assert [EventType.RECEIPT_UPDATED] == journey.do(PauseReceipt())
    assert [] == journey.do(PauseReceipt())
    assert journey.ret.receipts[0].paused
    assert [EventType.RECEIPT_UPDATED] == journey.do(PauseReceipt(paused=False))
    assert not journey.ret.receipts[0].paused
    journey.do(PauseReceipt(), judge("a", 2, "waiting_for_input"), FinishReceipt())
    assert not journey.ret.receipts[0].paused


def test_only_an_open_receipt_rests() -> None:
    journey = Journey().authorized(a=2)
    journey.do(receive(a=1), judge("a", 1, "waiting_for_input"), FinishReceipt())
    done = journey.ret.receipts[0].id

    assert "pause_receipt" not in journey.allowed
    assert "no_open_receipt" == journey.code(PauseReceipt())
    journey.do(receive(a=1))
    assert "pause_receipt" in journey.allowed
    assert "unknown_receipt" == journey.code(PauseReceipt(receipt="rcp_none"))
    assert "no_open_receipt" == journey.code(PauseReceipt(receipt=done))
