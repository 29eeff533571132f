"""What fulfillmenttools is told of returns that take every road; what always holds of a job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.dialects.dialect import DAY, Wanted
from retour.dialects.fulfillmenttools import CREATED, DIALECT, TRIGGERED, UPDATED
from retour.dialects.fulfillmenttools.ids import facility_ref
from retour.dialects.fulfillmenttools.layout import find_item_return
from retour.kernel.subscription import Ordering
from retour.lifecycle.commands import (
    Amend,
    Authorize,
    Cancel,
    Command,
    Complete,
    ConfirmSettlement,
    CorrectReceipt,
    CreateLabel,
    ExtraAsked,
    FinishReceipt,
    Inspect,
    Judgement,
    LineAsked,
    ProposeSettlement,
    Receive,
    RecordLabel,
    RecordRefundOutcome,
    Reject,
    Reopen,
    Request,
    RetryRefund,
    StartRefund,
    UnitsJudged,
    UnitsSeen,
    WaiveReceipt,
)
from retour.lifecycle.model import ActorKind, EventType, Executor, Reception
from tests.support.job_story import JobStory, Json, all_lines, an_order, lines_of, shape, sold

MUG: Final = "mug"
LAMP: Final = "lamp"


def a_story(executor: Executor = Executor.SANDBOX) -> JobStory:
    return JobStory(an_order(sold(MUG, 3, 1000), sold(LAMP, 1, 4995), executor=executor))


def ask(quantity: int = 2, line: str = MUG) -> Request:
    return Request(order_number="any", lines=(LineAsked(line=line, quantity=quantity, reason="?"),))


def receive(quantity: int = 1, line: str = MUG, **more: object) -> Receive:
    seen = UnitsSeen(line=line, quantity=quantity)
    return replace(Receive(units=(seen,)), **more)


def judge(word: Judgement, quantity: int = 1, line: str = MUG) -> Inspect:
    return Inspect(units=(UnitsJudged(line=line, quantity=quantity, acceptance=word),))


PAY: Final = (ProposeSettlement(), ConfirmSettlement(), StartRefund())


def pay(story: JobStory, outcome: str = "succeeded") -> Json:
    leg = story.ret.settlements[-1].legs[0]
    by = ActorKind.API_KEY if leg.executor is Executor.EXTERNAL else ActorKind.PROCESSOR
    said = RecordRefundOutcome(leg=leg.id, outcome="succeeded")
    if outcome == "failed":
        said = replace(said, outcome="failed")
    return story.act(said, by=by)


def counts(job: Json, place: int = 0) -> tuple[int, int, int]:
    line = job["returnableLineItems"][place]
    return line["delivered"], line["returnable"], line["returned"]


def refunds(job: Json) -> list[tuple[str, Decimal]]:
    return [
        (line["refund"]["status"], line["refund"]["price"]["value"])
        for line in all_lines(job)
        if "refund" in line
    ]


# ---------------------------------------------------------------- the life of an ItemReturn


def test_announced_units_are_one_item_return_that_opens_and_is_received() -> None:
    story = a_story()
    announced = story.act(ask())
    assert shape(announced) == [("ANNOUNCED", ["OPEN", "OPEN"])]
    assert counts(announced) == (3, 1, 2)

    opened = story.act(Authorize())
    assert shape(opened) == [("OPEN", ["OPEN", "OPEN"])]

    begun = story.act(receive(), place="central")
    assert shape(begun) == [("IN_PROGRESS", ["IN_PROGRESS", "OPEN"])]
    assert begun["itemReturns"][0]["id"] == announced["itemReturns"][0]["id"]
    assert begun["itemReturns"][0]["returnFacilityRef"] == facility_ref("central")
    assert {one["id"] for one in all_lines(begun)} == {one["id"] for one in all_lines(announced)}


def test_a_second_facility_is_an_item_return_of_its_own() -> None:
    story = a_story()
    story.act(ask(), Authorize(), receive())
    job = story.act(receive(), place="central")
    assert shape(job) == [("IN_PROGRESS", ["IN_PROGRESS"]), ("IN_PROGRESS", ["IN_PROGRESS"])]
    places = [one["returnFacilityRef"] for one in job["itemReturns"]]
    assert places == [facility_ref("shop"), facility_ref("central")]
    assert story.events[-1].type is EventType.RECEIPT_UPDATED


def test_what_is_still_to_come_waits_and_is_taken_over_by_the_next_receipt() -> None:
    story = a_story()
    story.act(ask(), Authorize(), receive(), judge("accepted"))
    waiting = story.act(FinishReceipt())
    assert shape(waiting) == [("FINISHED", ["ACCEPTED"]), ("OPEN", ["OPEN"])]

    came = story.act(receive(), place="central")
    assert shape(came) == [("FINISHED", ["ACCEPTED"]), ("IN_PROGRESS", ["IN_PROGRESS"])]
    assert came["itemReturns"][1]["id"] == waiting["itemReturns"][1]["id"]


def test_what_never_came_is_rejected_and_stays_counted() -> None:
    story = a_story()
    story.act(ask(), Authorize(), receive(), judge("accepted"))
    job = story.act(FinishReceipt(remaining="missing"))
    assert shape(job) == [("FINISHED", ["ACCEPTED"]), ("FINISHED", ["REJECTED"])]
    assert counts(job) == (3, 1, 2)


def test_a_receipt_may_finish_with_units_that_wait() -> None:
    story = a_story()
    story.act(ask(), Authorize(), receive(2), judge("accepted"), judge("waiting_for_input"))
    job = story.act(FinishReceipt())
    ((status, units),) = shape(job)
    assert (status, sorted(units)) == ("FINISHED", ["ACCEPTED", "WAITING_FOR_INPUT"])


def test_a_rejected_unit_stays_counted() -> None:
    story = a_story()
    job = story.act(ask(1), Authorize(), receive(), judge("rejected"), FinishReceipt())
    assert shape(job) == [("FINISHED", ["REJECTED"])]
    assert counts(job) == (3, 2, 1)


@pytest.mark.parametrize("end", [Reject(reason="Worn."), Cancel(reason="Kept.")])
def test_a_return_that_ends_gives_its_units_back(end: Command) -> None:
    story = a_story()
    story.act(ask())
    job = story.act(end)
    assert shape(job) == [("CANCELED", ["CANCELED", "CANCELED"])]
    assert counts(job) == (3, 3, 0)


def test_goods_that_stay_here_stay_counted_though_the_return_is_canceled() -> None:
    story = a_story()
    story.act(ask(), Authorize(), receive())
    job = story.act(Cancel(reason="Lost interest.", goods="keep"))
    assert shape(job) == [("CANCELED", ["IN_PROGRESS", "CANCELED"])]
    assert counts(job) == (3, 2, 1)


def test_a_reopened_return_is_a_new_item_return_beside_the_finished_one() -> None:
    story = a_story()
    before = story.act(ask(1), Authorize(), receive(), judge("rejected"), FinishReceipt())
    reopened = story.act(Reopen(reason="Looked at the wrong one."))
    assert shape(reopened) == [("FINISHED", ["CANCELED"]), ("OPEN", ["OPEN"])]
    old, new = (lines_of(one)[0]["id"] for one in reopened["itemReturns"])
    assert old == lines_of(before["itemReturns"][0])[0]["id"] != new
    assert counts(reopened) == (3, 2, 1)

    received = story.act(receive(), place="central")
    assert shape(received)[1] == ("IN_PROGRESS", ["IN_PROGRESS"])
    assert lines_of(received["itemReturns"][1])[0]["id"] == new

    story.act(judge("accepted"), FinishReceipt())
    again = story.act(Reopen(reason="Once more."))
    assert shape(again) == [
        ("FINISHED", ["CANCELED"]),
        ("FINISHED", ["CANCELED"]),
        ("OPEN", ["OPEN"]),
    ]


def test_units_paid_for_stay_where_they_were_when_the_rest_is_reopened() -> None:
    story = a_story()
    story.act(
        *(ask(), Authorize(), receive(2), judge("accepted"), judge("rejected"), FinishReceipt()),
        *PAY,
    )
    pay(story)
    job = story.act(Reopen(reason="The other too."))
    (status, units), rest = shape(job)
    assert (status, sorted(units)) == ("FINISHED", ["ACCEPTED", "CANCELED"])
    assert rest == ("OPEN", ["OPEN"])
    assert refunds(job) == [("CLOSED", Decimal("10.00"))]


def test_a_correction_takes_units_out_of_a_receipt() -> None:
    story = a_story()
    story.act(ask(), Authorize(), receive(2))
    line = story.ret.receipts[0].lines[0].id
    job = story.act(CorrectReceipt(receipt_line=line, quantity=1, reason="Counted again."))
    assert shape(job) == [("IN_PROGRESS", ["IN_PROGRESS", "OPEN"])]


def test_more_of_the_order_than_announced_is_listed_and_foreign_goods_are_not() -> None:
    story = a_story()
    story.act(ask(1), Authorize())
    foreign = UnitsSeen(sku="of another shop", quantity=1)
    seen = (UnitsSeen(line=MUG, quantity=2), foreign)
    job = story.act(Receive(units=seen))
    assert shape(job) == [("IN_PROGRESS", ["IN_PROGRESS", "IN_PROGRESS"])]
    assert story.ret.lines[-1].units[0].reception is Reception.WRONG_ITEM


def test_amending_what_is_announced_changes_the_one_item_return() -> None:
    story = a_story()
    announced = story.act(ask(1))
    amended = story.act(Amend(lines=ask(3).lines))
    assert shape(amended) == [("ANNOUNCED", ["OPEN"] * 3)]
    assert counts(amended) == (3, 0, 3)
    assert amended["itemReturns"][0]["id"] == announced["itemReturns"][0]["id"]


def test_what_may_not_come_back_is_listed_apart() -> None:
    order = an_order(sold(MUG, 1, 1000), sold(LAMP, 1, 4995, returnable=False))
    story = JobStory(order)
    job = story.act(ask(1, LAMP))
    assert [line["article"]["title"] for line in job["notReturnableLineItems"]] == [LAMP]
    assert job["notReturnableLineItems"][0]["returnable"] == 0
    (item_return,) = job["itemReturns"]
    assert item_return["returnedLineItems"] == []
    assert len(item_return["returnedNotReturnableLineItems"]) == 1


def test_a_label_lends_its_codes_to_the_item_return() -> None:
    story = a_story()
    story.act(ask(1), Authorize(), CreateLabel())
    parcel = story.ret.parcels[0].id
    made = RecordLabel(parcel=parcel, outcome="created", tracking_number="0034")
    job = story.act(made, by=ActorKind.CARRIER)
    (item_return,) = job["itemReturns"]
    assert item_return["scannableCodes"] == [story.ret.rma_number, "0034"]
    assert len(item_return["parcelRefs"]) == 1


def test_an_item_return_is_found_by_what_it_is_called() -> None:
    story = a_story()
    job = story.act(ask(), Authorize(), receive(), judge("accepted"), FinishReceipt())
    story.next_return()
    job = story.act(ask(1))
    known = [story.ret, *story.state.others]
    for one in job["itemReturns"]:
        found = find_item_return(known, one["id"])
        assert found is not None
        assert [piece.id for piece in found.pieces] == [line["id"] for line in lines_of(one)]
    assert find_item_return(known, job["id"]) is None


# ---------------------------------------------------------------- money


def test_a_refund_of_ours_is_on_its_way_and_then_closed() -> None:
    story = a_story()
    story.act(ask(1), Authorize(), receive(), judge("accepted"), FinishReceipt())
    before = story.told[-1]["payload"]
    assert refunds(before) == []
    confirmed = len(story.told)
    story.act(*PAY)
    assert [one["event"] for one in story.told[confirmed:]] == [UPDATED, TRIGGERED]
    assert refunds(story.told[confirmed]["payload"]) == [("IN_PROGRESS", Decimal("10.00"))]
    assert refunds(pay(story)) == [("CLOSED", Decimal("10.00"))]


def test_a_refund_that_failed_is_open_again_until_it_is_tried_anew() -> None:
    story = a_story(Executor.EXTERNAL)
    story.act(ask(1), Authorize(), receive(), judge("accepted"), FinishReceipt(), *PAY)
    assert refunds(story.told[-2]["payload"]) == [("CLOSED", Decimal("10.00"))]
    failed = pay(story, "failed")
    assert refunds(failed) == [("OPEN", Decimal("10.00"))]
    assert all_lines(failed)[0]["customAttributes"] == {"refund_failed": True}
    leg = story.ret.settlements[-1].legs[0].id
    story.act(RetryRefund(leg=leg))
    assert story.told[-1]["event"] == TRIGGERED
    anew = story.told[-2]["payload"]
    assert refunds(anew) == [("CLOSED", Decimal("10.00"))]
    assert "customAttributes" not in all_lines(anew)[0]


def test_units_share_a_line_to_the_cent_and_bear_the_fees() -> None:
    order = an_order(sold(MUG, 3, 333, discount=1), sold(LAMP, 1, 5000))
    story = JobStory(replace(order, payments=(replace(order.payments[0], captured=10_000),)))
    both = ask(3).lines + ask(1, LAMP).lines
    received = receive(3).units + receive(1, LAMP).units
    story.act(Request(order_number="any", lines=both), Authorize(), Receive(units=received))
    story.act(judge("accepted", 3), judge("accepted", 1, LAMP), FinishReceipt())
    fee = ExtraAsked(label="Restocking", amount="7.77")

    story.act(ProposeSettlement(fees=(fee,)), *PAY[1:])

    trigger = story.told[-1]["payload"]["refundedLineItems"]
    amounts = [line["refund"]["price"]["value"] for line in trigger]
    assert sum(amounts) == Decimal("9.98") + 50 - Decimal("7.77")
    assert amounts[0] - amounts[2] <= Decimal("0.01")
    assert story.ret.settlements[-1].total == sum(amounts) * 100


def test_one_trigger_tells_all_units_and_names_the_first_item_return() -> None:
    story = a_story()
    story.act(ask(), Authorize(), receive())
    story.act(receive(), place="central")
    story.act(judge("accepted", 2))
    for receipt in story.ret.receipts:
        story.act(FinishReceipt(receipt=receipt.id))
    story.act(*PAY)
    job, trigger = (one["payload"] for one in story.told[-2:])
    assert len(trigger["refundedLineItems"]) == 2
    assert trigger["itemReturnRef"] == job["itemReturns"][0]["id"]
    assert trigger["returnFacilityRef"] == facility_ref("shop")


def test_a_refund_of_no_unit_triggers_nothing() -> None:
    story = a_story()
    story.act(ask(1), Authorize(), receive(), judge("rejected"), FinishReceipt())
    goodwill = ExtraAsked(label="Goodwill", amount="5.00")
    story.act(ProposeSettlement(adjustments=(goodwill,)), *PAY[1:])
    assert story.events[-1].type is EventType.REFUND_STARTED
    assert story.told[-1]["event"] == UPDATED
    assert refunds(story.told[-1]["payload"]) == []


def test_siblings_keep_their_refunds_conditions_and_codes() -> None:
    """A message about one return shows the others as fully as their own messages did."""
    story = a_story()
    seen = UnitsSeen(line=MUG, quantity=1, serials=("SN-1",))
    looked = UnitsJudged(
        line=MUG,
        quantity=1,
        acceptance="accepted",
        condition="Scratched",
        condition_localized={"de_DE": "Verkratzt"},
        condition_comment="At the rim.",
        reason="As good as new.",
    )
    story.act(ask(1), Authorize(), CreateLabel())
    made = RecordLabel(parcel=story.ret.parcels[0].id, outcome="created", tracking_number="0034")
    story.act(made, by=ActorKind.CARRIER)
    story.act(Receive(units=(seen,)), Inspect(units=(looked,)), FinishReceipt(), *PAY)
    alone = pay(story)["itemReturns"]
    assert lines_of(alone[0])[0]["scannedCodes"] == ["SN-1"]

    story.next_return()
    together = story.act(ask(1))["itemReturns"]
    assert together[0] == alone[0]
    assert len(together) == 2


# ---------------------------------------------------------------- what always holds


def test_versions_are_those_of_the_orders_stream() -> None:
    story = a_story()
    assert [one["event"] for one in story.told] == [CREATED]
    assert story.told[0]["payload"]["itemReturns"] == []
    story.act(ask(1))
    story.next_return()
    story.act(ask(1))
    # Each request is followed by an unsaid check of eligibility.
    assert [one["payload"]["version"] for one in story.told] == [1, 2, 4]


def test_an_erased_customer_leaves_an_anonymized_job() -> None:
    story = a_story()
    story.act(ask(1))
    erased = replace(story.events[-2], personal=None)
    wire = DIALECT.render(erased, Wanted(word=UPDATED))
    assert wire is not None
    assert b'"consumerAddresses":[],"anonymized":true' in wire.body
    assert b"mira" not in wire.body.lower()


def test_the_same_event_gives_the_same_bytes() -> None:
    story = a_story()
    story.act(ask(1))
    first, again = (DIALECT.render(story.events[1], Wanted(word=UPDATED)) for _ in range(2))
    assert first == again


def test_a_word_that_is_not_the_events_own_is_not_said() -> None:
    story = a_story()
    assert DIALECT.render(story.events[0], Wanted(word=UPDATED)) is None


def test_receivers_are_treated_as_fulfillmenttools_promises() -> None:
    rules = DIALECT.rules
    pauses = [rules.pause_s(attempts, 0) for attempts in range(1, 9)]
    assert pauses == [20, 40, 80, 160, 320, 600, 600, 600]
    assert [rules.succeeds(status) for status in (200, 201, 204)] == [True, False, False]
    assert rules.pause_s(1000, 7 * DAY - 600) == 600
    assert rules.pause_s(1000, 7 * DAY - 599) is None
    assert rules.timeout_s == 10
    assert rules.jitter == 0
    assert DIALECT.ordering is Ordering.ORDER
    assert not DIALECT.is_signed


Maker = Callable[[JobStory, int], Sequence[Command]]


def _correct(story: JobStory, n: int) -> Sequence[Command]:
    lines = [line for receipt in story.ret.receipts for line in receipt.lines]
    if not lines:
        return ()
    line = lines[n % len(lines)].id
    return (CorrectReceipt(receipt_line=line, quantity=n % 2, reason="Counted again."),)


def _outcome(story: JobStory, n: int) -> Sequence[Command]:
    legs = [leg.id for one in story.ret.settlements for leg in one.legs]
    if not legs:
        return ()
    said = RecordRefundOutcome(leg=legs[-1], outcome="succeeded")
    return (said if n % 2 else replace(said, outcome="failed"),)


WAYS: Final[tuple[Maker, ...]] = (
    lambda _, n: (Authorize(),) if n % 2 else (Amend(lines=ask(n + 1).lines),),
    lambda _, n: (receive(n + 1),),
    lambda _, n: (receive(1, LAMP),) if n % 2 else (receive(n + 1),),
    lambda _, n: (judge("accepted", n + 1),),
    lambda _, n: (judge("rejected" if n % 2 else "waiting_for_input"),),
    lambda _, n: (FinishReceipt(remaining="missing" if n % 2 else "expected"),),
    lambda _, __: (judge("accepted"), FinishReceipt()),
    _correct,
    lambda _, __: PAY,
    _outcome,
    lambda _, n: (Reopen(reason="?", lines=ask(1).lines if n % 2 else ()),),
    lambda _, n: (Cancel(reason="?", goods="send_back" if n % 2 else "keep"),),
    lambda _, n: (Complete(),) if n % 2 else (WaiveReceipt(),),
    lambda _, n: (Reject(reason="?"),) if n == 2 else (Authorize(),),
)
"""What may be tried at any time, told by a small number; the lifecycle says what is possible."""


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_happens_a_job_holds_together(data: st.DataObject) -> None:
    """Schema, ids, counters and finished ItemReturns are looked at with each message."""
    executor = data.draw(st.sampled_from((Executor.SANDBOX, Executor.EXTERNAL)))
    story = JobStory(an_order(sold(MUG, 6, 1000), sold(LAMP, 2, 4995), executor=executor))
    story.act(ask(2))
    for _ in range(data.draw(st.integers(1, 25))):
        n = data.draw(st.integers(0, 2))
        if data.draw(st.integers(0, 9)) == 0:
            story.next_return()
            if story.tried((ask(n + 1),), place="shop") is not None:
                break
            continue
        plan = data.draw(st.sampled_from(WAYS))(story, n)
        by = ActorKind.API_KEY
        if any(isinstance(one, RecordRefundOutcome) for one in plan):
            by = ActorKind.PROCESSOR if executor is Executor.SANDBOX else by
        if plan:
            story.tried(plan, place=data.draw(st.sampled_from(("shop", "central"))), by=by)
    versions = [one["payload"]["version"] for one in story.told if one["event"] != TRIGGERED]
    assert versions == sorted(set(versions))
