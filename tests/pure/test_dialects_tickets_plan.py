"""A change of a ticket becomes the commands that make it so, or a refusal with what is possible."""

from __future__ import annotations

from decimal import Decimal

import pytest

from retour.dialects.tickets import status as words
from retour.dialects.tickets.parse import ChangeGiven, FieldsGiven, ItemGiven, TicketGiven
from retour.dialects.tickets.plan import LEGAL, legal, plan_change, plan_new
from retour.dialects.tickets.request import OUR_TOTAL, noted_fields
from retour.dialects.tickets.status import status_of
from retour.kernel.refusal import Refusal, RefusalCode
from retour.lifecycle.commands import Annotate, Receive
from retour.lifecycle.decide import decide
from retour.lifecycle.model import (
    Approval,
    Decision,
    EventType,
    Executor,
    Payment,
    Policy,
    ReturnStatus,
)
from retour.lifecycle.talk.conversing import ticket_words
from tests.pure.test_lifecycle_conversing import journeys
from tests.support.returns import Journey, an_order, judge, receive, sold

ENOUGH = (Receive(units=receive(a=1).units * 20),)
"""A plan that draws many numbers, so that a context made for it has enough for any."""


def fields(**given: object) -> FieldsGiven:
    return FieldsGiven(**given)  # pyright: ignore[reportArgumentType] - named by each case


def change(journey: Journey, status: str | None = None, **given: object) -> Refusal | list[str]:
    """Plan a change and carry it out; gives what was said, or the refusal of either."""
    told = fields(**given)
    asked = ChangeGiven(fields=told) if status is None else ChangeGiven(status=status, fields=told)
    context = journey.context(plan=ENOUGH)
    plan = plan_change(journey.state, asked, context)
    if isinstance(plan, Refusal):
        return plan
    decision = decide(journey.state, plan, context)
    if isinstance(decision, Refusal):
        return decision
    journey.state = decision.state
    return [event.type.value for event in decision.events]


def refused(outcome: Refusal | list[str]) -> Refusal:
    assert isinstance(outcome, Refusal), outcome
    return outcome


def done(outcome: Refusal | list[str]) -> list[str]:
    assert isinstance(outcome, list), outcome
    return outcome


def paid_outside() -> Journey:
    """Give an order whose money is the merchant's own to move."""
    payment = Payment(id="bank", processor=Executor.EXTERNAL, captured=5000)
    return Journey(order=an_order(sold("a", 3), sold("b", 2), payments=(payment,)))


# ---------------------------------------------------------------- legal or not


def test_every_status_is_a_key() -> None:
    assert set(ReturnStatus) == set(LEGAL)


def test_what_is_listed_is_possible_and_what_is_not_is_refused() -> None:
    """The list of legal statuses is exactly what plans are made for, everywhere."""
    for journey in journeys():
        possible = set(legal(journey.state))
        assert status_of(journey.ret) in possible
        for wanted in (one.key for one in words.STATUSES):
            asked = ChangeGiven(status=wanted)
            plan = plan_change(journey.state, asked, journey.context(plan=ENOUGH))
            is_invalid = isinstance(plan, Refusal) and plan.code is RefusalCode.INVALID_TRANSITION
            assert (wanted not in possible) == is_invalid, (journey.status, wanted)


def test_some_ways_depend_on_policy_and_history() -> None:
    early = Journey(policy=Policy(settle_at=ReturnStatus.AUTHORIZED)).authorized()
    reopened = Journey().settled()
    change(reopened, "approved")

    assert ("approved", "label_sent", "item_received", "canceled") == legal(
        Journey().authorized().state
    )
    assert "refunded" in legal(early.state)
    assert "closed" in legal(reopened.state)


def test_the_status_it_has_changes_nothing() -> None:
    for journey in journeys():
        assert [] == change(journey, status_of(journey.ret)), journey.status


def test_an_unknown_status_is_no_way_to_go() -> None:
    refusal = refused(change(Journey().requested(), "lost in space"))

    assert RefusalCode.INVALID_TRANSITION is refusal.code
    legal_ones = "return_requested, eligibility_check, approved, label_sent, item_received"
    assert legal_ones in refusal.detail


# ---------------------------------------------------------------- the way


@pytest.mark.parametrize("wanted", ["label_sent", "item_received"])
def test_whoever_has_the_goods_has_approved(wanted: str) -> None:
    """As the guide's own request has it, which comes right after the one that opens the ticket."""
    journey = Journey().requested(a=2)

    said = change(journey, wanted, condition="good")

    assert isinstance(said, list)
    assert "authorized" in journey.ret.status_at
    assert EventType.RETURN_AUTHORIZED in said


def test_each_step_of_the_way() -> None:
    journey = Journey().requested(a=2)

    said = [
        change(journey, "eligibility_check"),
        change(journey, "return_requested"),
        change(journey, "approved"),
        change(journey, "label_sent"),
        change(journey, "label_sent"),
        change(journey, "item_received"),
        change(journey, None, condition="Good"),
        change(journey, "refunded"),
    ]
    journey.outcome("succeeded")
    said.append(change(journey, "closed"))

    assert [
        ["return.annotated"],
        ["return.annotated"],
        ["return.authorized"],
        ["label.requested"],
        [],  # A label is being made already.
        ["return.received"],
        ["unit.inspected", "receipt.finished", "return.processed"],
        ["settlement_memo.completed", "refund.started"],
        ["return.completed"],
    ] == said
    assert {("accepted", "A", "Good")} == {
        (unit.acceptance, unit.grade, unit.condition) for unit in journey.units
    }


@pytest.mark.parametrize(
    ("condition", "acceptance", "grade", "status"),
    [
        ("good", "accepted", "A", "processed"),
        (" FAIR ", "accepted", "B", "processed"),
        ("torn", "waiting_for_input", None, "received"),
    ],
)
def test_the_condition_decides(
    condition: str, acceptance: str, grade: str | None, status: str
) -> None:
    journey = Journey().authorized(a=1, b=2)

    change(journey, "item_received", condition=condition)

    assert {(acceptance, grade)} == {(unit.acceptance, unit.grade) for unit in journey.units}
    assert status == journey.status
    assert [] == change(journey, "item_received", condition=condition)


def test_what_waited_is_decided_by_a_second_look() -> None:
    journey = Journey().authorized(a=1)
    change(journey, "item_received", condition="torn")

    assert ["unit.inspected", "receipt.finished", "return.processed"] == change(
        journey, None, condition="fair"
    )


def test_goods_that_nobody_expected_are_judged_too() -> None:
    journey = Journey().authorized(a=1)
    journey.do(receive(a=2))

    change(journey, None, condition="good")

    assert 2 == sum(unit.acceptance == "accepted" for unit in journey.units)


def test_the_customer_s_own_label_ships() -> None:
    journey = Journey().authorized()

    assert ["return.shipped"] == [
        one
        for one in done(change(journey, "label_sent", free={"tracking_number": '"0042"'}))
        if one != "return.annotated"
    ]
    assert "0042" == journey.ret.parcels[0].tracking_number


def test_goods_that_are_here_need_a_word_to_be_canceled() -> None:
    journey = Journey().received()

    assert RefusalCode.GOODS_UNDECIDED is refused(change(journey, "canceled")).code
    assert "return.canceled" in done(change(journey, "canceled", free={"goods": '"keep"'}))


def test_a_closed_ticket_is_opened_again() -> None:
    journey = Journey().settled()
    change(journey, "closed")

    assert ["return.reopened"] == change(journey, "approved")
    assert "approved" == status_of(journey.ret)


def test_another_order_is_another_ticket() -> None:
    refusal = refused(change(Journey().requested(), None, order_id="9999"))

    assert "/custom_fields/order_id" == refusal.pointer
    assert [] == change(Journey().requested(), None, order_id="1001")


def test_other_items_are_asked_for() -> None:
    journey = Journey().requested(a=1)

    assert [] == change(journey, None, items=(ItemGiven(name="A"),))
    assert ["return.amended"] == change(
        journey, None, items=(ItemGiven(name="A", quantity=3), ItemGiven(name="B"))
    )
    assert [("a", 3), ("b", 1)] == [(line.line, line.quantity) for line in journey.ret.lines]


# ---------------------------------------------------------------- money


def test_less_than_is_owed_is_an_adjustment() -> None:
    journey = Journey().authorized(a=2)
    change(journey, "item_received", condition="good", refund_amount=Decimal("15.5"))

    assert ["settlement_memo.completed", "refund.started"] == change(journey, "refunded")
    settlement = journey.ret.settlements[-1]
    assert 1550 == settlement.total
    assert [2000, -450] == [line.amount for line in settlement.lines]


@pytest.mark.parametrize("status", ["item_received", "refunded"])
def test_more_than_is_owed_is_refused(status: str) -> None:
    journey = Journey().authorized(a=2)
    if status == "refunded":
        change(journey, "item_received", condition="good")
    before = journey.state

    refusal = refused(change(journey, status, condition="good", refund_amount=Decimal("20.01")))

    assert RefusalCode.REFUND_DIFFERS is refusal.code
    assert "20.00 EUR is owed, not 20.01" in refusal.detail
    assert before is journey.state


def test_what_was_named_too_early_is_compared_when_it_is_paid() -> None:
    journey = Journey().requested(a=1)
    change(journey, None, refund_amount=Decimal(99))
    change(journey, "approved")
    change(journey, "item_received", condition="good")

    assert RefusalCode.REFUND_DIFFERS is refused(change(journey, "refunded")).code
    assert isinstance(change(journey, "refunded", refund_amount=Decimal(10)), list)


def test_a_promised_sum_is_not_moved() -> None:
    journey = Journey().confirmed(a=2)

    assert (
        RefusalCode.REFUND_DIFFERS
        is refused(change(journey, "refunded", refund_amount=Decimal(19))).code
    )
    assert "refund.started" in done(change(journey, "refunded", refund_amount=Decimal(20)))


def test_a_policy_that_pays_alone_cannot_be_lowered() -> None:
    journey = Journey(policy=Policy(settlement=Approval.AUTO)).authorized(a=2)

    lower = change(journey, "item_received", condition="good", refund_amount=Decimal(19))
    same = change(journey, "item_received", condition="good", refund_amount=Decimal(20))

    assert RefusalCode.REFUND_DIFFERS is refused(lower).code
    assert isinstance(same, list)
    assert "refund.started" in same
    assert 2000 == journey.reserved


def test_an_amount_finer_than_the_currency_is_none() -> None:
    journey = Journey().processed()

    refusal = refused(change(journey, "refunded", refund_amount=Decimal("9.999")))

    assert (RefusalCode.BAD_AMOUNT, "/custom_fields/refund_amount") == (
        refusal.code,
        refusal.pointer,
    )


@pytest.mark.parametrize("noted", ['"abc"', "1e999999999", "0e999999999", "1.005", "-1", "[]"])
def test_a_noted_amount_that_is_none_stops_the_payment_alone(noted: str) -> None:
    journey = Journey().requested()
    journey.do(Annotate(fields={"refund_amount": noted}))

    done(change(journey, "approved"))
    done(change(journey, "item_received", condition="good"))

    assert RefusalCode.BAD_AMOUNT is refused(change(journey, "refunded")).code


def test_the_merchant_s_own_payment_is_reported_as_made() -> None:
    journey = paid_outside().processed(a=1)

    assert [
        "settlement_memo.completed",
        "refund.started",
        "refund.succeeded",
        "settlement.settled",
        "return.settled",
    ] == change(journey, "refunded")
    assert "refunded" == status_of(journey.ret)


def test_a_refund_under_way_is_left_alone() -> None:
    journey = Journey().started()

    assert [] == change(journey, "refunded")


def test_a_failed_refund_is_tried_again() -> None:
    journey = Journey().started()
    for _ in range(3):
        journey.outcome("failed")
    assert "refund_failed" == status_of(journey.ret)

    assert ["refund.started"] == change(journey, "refunded")


def test_nothing_is_paid_while_somebody_still_looks() -> None:
    journey = Journey().received()
    journey.do(judge("a", 1, "waiting_for_input"))

    assert RefusalCode.SETTLEMENT_TOO_EARLY is refused(change(journey, "refunded")).code


# ---------------------------------------------------------------- a new ticket


def new(journey: Journey, status: str | None = None, **given: object) -> Refusal | list[str]:
    told = TicketGiven(subject="A", status=status, fields=fields(**given))
    context = journey.context(plan=ENOUGH)
    plan = plan_new(journey.state, told, context)
    if isinstance(plan, Refusal):
        return plan
    decision = decide(journey.state, plan, context)
    if isinstance(decision, Refusal):
        return decision
    assert isinstance(decision, Decision)
    journey.state = decision.state
    return [event.type.value for event in decision.events]


def test_items_are_found_by_sku_and_spread_over_lines() -> None:
    journey = Journey(sold("a", 2, sku="X"), sold("b", 2, sku="X"), sold("c", 1))

    new(journey, items=(ItemGiven(name="X", quantity=3), ItemGiven(name="c")), return_reason="no")

    assert [("a", 2, "no"), ("b", 1, "no"), ("c", 1, "no")] == [
        (line.line, line.quantity, line.reasons[0].text) for line in journey.ret.lines
    ]


def test_an_item_named_twice_is_asked_for_twice() -> None:
    journey = Journey(sold("a", 2, sku="X"), sold("b", 2, sku="X"))

    new(journey, items=(ItemGiven(name="X", quantity=2), ItemGiven(name="X", quantity=2)))

    assert [("a", 2), ("b", 2)] == [(line.line, line.quantity) for line in journey.ret.lines]


def test_too_many_are_refused_by_the_lifecycle() -> None:
    refusal = refused(new(Journey(), items=(ItemGiven(name="A", quantity=4),)))

    assert RefusalCode.OVER_RETURN is refusal.code


def test_a_new_ticket_goes_where_it_says_it_is() -> None:
    journey = Journey()

    said = new(journey, "approved", items=(ItemGiven(name="A"),), original_order_total=Decimal(50))

    assert ["return.requested", "eligibility.checked", "return.authorized"] == said


def test_a_new_ticket_cannot_be_refunded() -> None:
    refusal = refused(new(Journey(), "refunded", items=(ItemGiven(name="A"),)))

    assert RefusalCode.INVALID_TRANSITION is refusal.code


def test_another_total_is_noted_and_never_used() -> None:
    journey = Journey()

    asked = new(journey, items=(ItemGiven(name="A"),), original_order_total=Decimal("149.00"))

    assert "return.annotated" in done(asked)
    kept = ticket_words(journey.state.words, journey.ret.id).fields
    assert {OUR_TOTAL: "50.00"} == kept


def test_fields_are_kept_with_every_digit() -> None:
    kept = noted_fields(
        fields(
            order_id="0042",
            refund_amount=Decimal("149.00"),
            items=(ItemGiven(name="S", quantity=2),),
            free={"gone": None, "own": '{"a":1}'},
        )
    )

    assert {
        "order_id": '"0042"',
        "items_to_return": '["S","S"]',
        "refund_amount": "149.00",
        "gone": "null",
        "own": '{"a":1}',
    } == kept


def test_a_note_alone_is_one_event() -> None:
    journey = Journey().authorized()

    assert ["return.annotated"] == change(journey, None, free={"gift": "true"})
    assert [] == change(journey, None, free={"gift": "true"})
