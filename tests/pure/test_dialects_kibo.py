"""Kibo's receivers are told the same story, whatever way a return takes."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from retour.dialects.dialect import DAY, Wanted
from retour.dialects.kibo import DIALECT, EVENT_ID, SOURCES
from retour.dialects.order_view import order_view
from retour.lifecycle.commands import (
    Authorize,
    Cancel,
    ConfirmSettlement,
    ExtraAsked,
    FinishReceipt,
    LineAsked,
    LineRefused,
    ProposeSettlement,
    RecordRefundOutcome,
    Reject,
    Reopen,
    Request,
    RetryRefund,
    StartRefund,
)
from retour.lifecycle.model import (
    ActorKind,
    Customer,
    EventType,
    Executor,
    Origin,
    Payment,
    Shipment,
)
from tests.support import samples
from tests.support.kibo import DOCK, SETTINGS, STORE, Tale, an_order, article
from tests.support.kibo_tales import START, cleared, deleted, errored, of_word
from tests.support.returns import accept, judge, judge_unit, receive

# ---------------------------------------------------------------- the ways a return takes


def test_a_line_accepted_in_part_becomes_two_items() -> None:
    """What was refused on the way and what never came is in the rejected part: nothing is lost."""
    tale = Tale(an_order(article("b", 1000, 6), article("c", 500)), b=5, c=1).requested()
    refused = LineRefused(line="b", quantity=1, reason="Worn")
    tale.do(Authorize(reject=(refused,)), receive(b=3, c=1))
    tale.do(judge("b", 2, "accepted"), judge("b", 1, "rejected"), judge("c", 1, "accepted"))
    tale.do(FinishReceipt(remaining="missing"))

    parts = [
        (item["returnItemID"], item["status"], item["quantity"])
        for item in tale.last["returnItems"]
    ]

    b, c = (str(line.number) for line in tale.ret.lines)
    assert parts == [(b, "accepted", "2.00"), (b, "rejected", "3.00"), (c, "accepted", "1.00")]
    assert tale.words == ["return_created", "return_accepted"]


def test_a_return_of_which_nothing_is_accepted_is_deleted() -> None:
    tale = Tale(an_order(article("b", 1250, 2)), b=2).requested()
    tale.do(Authorize(), receive(b=2), judge("b", 2, "rejected"), FinishReceipt())

    assert tale.words == ["return_created", "return_deleted"]
    assert tale.last["status"] == "Deleted"
    assert tale.last["returnTotal"] == Decimal("25.00")
    assert tale.last["returnItems"][0]["status"] == "pending"
    assert tale.last["acceptedTime"] is None
    assert tale.last["returnLocationID"] is None


@pytest.mark.parametrize("finishes", [False, True])
def test_a_rejection_after_receipt_deletes(*, finishes: bool) -> None:
    """A finished one has been deleted already; the fulfiller's own word is not swallowed."""
    tale = Tale(an_order(article("b", 1250)), b=1).requested()
    tale.do(Authorize(), receive(b=1), judge("b", 1, "rejected"))
    tale.do(*([FinishReceipt()] if finishes else [])).do(Reject(reason="Not ours"))

    assert tale.words == ["return_created", *["return_deleted"] * (1 + finishes)]
    assert tale.last["returnItems"][0]["status"] == "pending"
    assert tale.last["returnTotal"] == Decimal("12.50")


def test_a_cancellation_deletes_and_leaves_the_items_as_they_were_told() -> None:
    early = Tale(an_order(article("b", 1000, 2)), b=2).requested().taken_in(b=1)
    early.do(Cancel(reason="Withdrawn", goods="send_back"))
    late = Tale(an_order(article("b", 1000, 2)), b=2).requested().taken_in(b=1)
    late.do(judge("b", 1, "rejected"), FinishReceipt())
    late.do(Cancel(reason="Withdrawn", goods="send_back"))

    assert early.words == ["return_created", "return_deleted"]
    assert [item["status"] for item in early.last["returnItems"]] == ["pending"]
    assert late.words == ["return_created", "return_accepted", "return_deleted"]
    assert [item["status"] for item in late.last["returnItems"]] == ["accepted", "rejected"]
    assert early.last["returnTotal"] == late.last["returnTotal"] == Decimal("20.00")
    assert late.last["acceptedTime"] is None


def test_a_return_reopened_and_canceled_was_not_accepted_any_more() -> None:
    tale = Tale(an_order(article("b", 1000)), b=1).requested().taken_in(b=1).do(FinishReceipt())
    tale.do(Reopen(reason="Look again"), after_s=5).do(Cancel(reason="Enough"), after_s=5)

    assert tale.words[-2:] == ["return_reopened", "return_deleted"]
    assert [item["status"] for item in tale.last["returnItems"]] == ["pending"]


def test_what_is_accepted_anew_is_not_told_before_the_return_is() -> None:
    tale = Tale(an_order(article("b", 1000, 2)), b=2).requested().taken_in(b=2).do(FinishReceipt())
    tale.do(Reopen(reason="Look again"), after_s=5).do(receive(b=2), accept("b", 1), after_s=5)
    tale.do(Cancel(reason="Enough", goods="keep"))

    assert tale.words[-2:] == ["return_reopened", "return_deleted"]
    assert [item["status"] for item in tale.last["returnItems"]] == ["pending"]


def test_a_late_parcel_leaves_what_was_accepted_accepted() -> None:
    """Nobody tells Kibo that the return is open again, so it is not."""
    tale = Tale(an_order(article("b", 1000, 2)), b=2).requested().do(Authorize(), receive(b=1))
    tale.do(accept("b", 1), FinishReceipt(remaining="missing"))
    tale.do(receive(b=1), after_s=5).do(Cancel(reason="Enough", goods="keep"))

    assert tale.words == ["return_created", "return_accepted", "return_deleted"]
    assert [item["status"] for item in tale.last["returnItems"]] == ["accepted", "pending"]


def test_goods_of_another_order_are_no_acceptance() -> None:
    tale = Tale(an_order(article("b", 1000)), b=1).requested().do(Authorize(), receive(b=1))
    tale.do(judge("b", 1, "rejected")).receive_foreign("OTHER-SHOES")
    foreign = tale.ret.lines[1].units[0].id

    tale.do(judge_unit(foreign, "accepted"), FinishReceipt())

    assert tale.words == ["return_created", "return_deleted"]


def test_a_place_is_where_the_first_accepted_piece_lies() -> None:
    tale = Tale(an_order(article("b", 1000, 2)), b=2).requested().do(Authorize())
    tale.do(receive(b=1), judge("b", 1, "rejected"), FinishReceipt(), place=DOCK)
    tale.do(receive(b=1), accept("b", 1), FinishReceipt(), place=STORE)

    assert (tale.last["returnLocationID"], tale.last["returnLocationName"]) == (
        "11111",
        "ZZZ Store 1",
    )


def test_an_order_line_asked_back_twice_is_worth_both() -> None:
    tale = Tale(an_order(article("b", 1000, 3)), b=1)
    lines = tuple(LineAsked(line="b", quantity=n, reason="Too small") for n in (1, 2))
    tale.do(Request(order_number="012345", lines=lines)).do(Reject(reason="Too late"))

    assert tale.last["returnTotal"] == Decimal("30.00")
    assert [item["quantity"] for item in tale.last["returnItems"]] == ["1.00", "2.00"]


def test_the_worth_of_a_deleted_return_is_what_was_paid_for_it() -> None:
    """To the cent, discount and tax included: two of three for 37.50 less 2.50, tax on top."""
    line = article("b", 1250, 3, discount=250, tax_rate="21")
    tale = Tale(an_order(line, prices_include_tax=False), b=2).requested()
    tale.do(Reject(reason="Too late"))

    assert tale.last["returnTotal"] == Decimal("28.23")


@pytest.mark.parametrize(
    ("currency", "digits"), [("EUR", b"25.00"), ("JPY", b"2500"), ("KWD", b"2.500")]
)
def test_an_amount_is_a_number_with_all_its_decimals(currency: str, digits: bytes) -> None:
    tale = Tale(an_order(article("b", 1250, 2), currency=currency), b=2).requested()
    tale.do(Reject(reason="Too late"))

    message = DIALECT.render(tale.events[-1], Wanted(word="return_deleted"))

    assert message is not None
    assert re.findall(rb'"returnTotal":([^,]+),', message.body) == [digits]


# ---------------------------------------------------------------- money that does not arrive


def test_the_third_failure_is_told_twice_under_one_id() -> None:
    tale = Tale(an_order(article("b", 2000)), b=1).requested().taken_in(b=1).do(FinishReceipt())
    tale.do(ProposeSettlement(shipping="0"), ConfirmSettlement(), StartRefund())
    told = len(tale.said)

    assert tale.failed(2, "Card closed").said[told:] == []
    tale.failed(1, "Card expired")

    assert tale.words[told:] == ["return_errored", "refund"]
    messages = [
        DIALECT.render(tale.events[-1], Wanted(word=word)) for word in ("return_errored", "refund")
    ]
    ids = {message.headers for message in messages if message is not None}
    assert ids == {((EVENT_ID, tale.events[-1].id),)}
    assert list(tale.last.items()) == [
        ("orderID", "012345"),
        ("returnID", str(tale.ret.number)),
        ("shipmentID", "543210"),
        ("amount", Decimal("20.00")),
        ("errorMessage", "Card expired"),
        ("transactionDate", "2026-01-15 12:00:00"),
        ("eventTypeID", "refund"),
        ("orderType", None),
        ("data", None),
        ("scope", {"mfgID": "11111", "catalogID": "0"}),
    ]


def test_each_series_of_attempts_that_fails_is_told() -> None:
    tale = errored()
    leg = tale.ret.settlements[-1].legs[0].id

    tale.do(RetryRefund(leg=leg)).failed(3)

    assert tale.words.count("return_errored") == 2
    assert tale.words.count("refund") == 2
    assert tale.events[-1].id != tale.events[-2].id


def test_a_refund_that_fails_before_the_goods_leaves_the_return_open() -> None:
    tale = Tale(an_order(article("b", 2000)), b=1).requested().do(Authorize())
    tale.settle_early().failed(3)

    body = of_word(tale, "return_errored")

    assert body["status"] == "Open"
    assert body["acceptedTime"] is None
    assert body["returnLocationID"] is None
    assert [item["status"] for item in body["returnItems"]] == ["pending"]


def test_a_refund_that_fails_after_reopening_leaves_the_return_open() -> None:
    """In the very instant of the reopening, as one plan may have it."""
    tale = Tale(an_order(article("b", 2000)), b=1).requested().taken_in(b=1).do(FinishReceipt())
    tale.do(Reopen(reason="Look again")).settle_early().failed(3)

    assert of_word(tale, "return_errored")["status"] == "Open"


def test_goodwill_that_fails_leaves_the_return_deleted() -> None:
    tale = Tale(an_order(article("b", 2000)), b=1).requested().do(Authorize(), receive(b=1))
    tale.do(judge("b", 1, "rejected"), FinishReceipt())
    goodwill = ExtraAsked(label="Goodwill", amount="5.00")
    tale.do(ProposeSettlement(adjustments=(goodwill,)), ConfirmSettlement(), StartRefund())

    body = of_word(tale.failed(3), "return_errored")

    assert body["status"] == "Deleted"
    assert body["returnTotal"] == Decimal("5.00")
    assert body["acceptedTime"] is None


def test_each_leg_has_an_error_of_its_own() -> None:
    payments = tuple(
        Payment(id=name, processor=Executor.SANDBOX, captured=cents)
        for name, cents in (("card", 500), ("voucher", 1500))
    )
    tale = Tale(an_order(article("b", 2000), payments=payments), b=1).requested().taken_in(b=1)
    tale.do(FinishReceipt(), ProposeSettlement(), ConfirmSettlement(), StartRefund())

    tale.failed(3, "Voucher expired", leg_at=1)

    assert of_word(tale, "refund")["amount"] == Decimal("15.00")
    assert of_word(tale, "refund")["errorMessage"] == "Voucher expired"
    assert of_word(tale, "return_errored")["returnTotal"] == Decimal("20.00")


def test_a_total_is_what_the_failed_settlement_was_to_pay() -> None:
    """Fees and all; the payment error says what one leg was to carry."""
    tale = Tale(an_order(article("b", 2000)), b=1).requested().taken_in(b=1).do(FinishReceipt())
    fee = ExtraAsked(label="Label", amount="4.50")
    tale.do(ProposeSettlement(fees=(fee,)), ConfirmSettlement(), StartRefund()).failed(3)

    assert of_word(tale, "return_errored")["returnTotal"] == Decimal("15.50")
    assert of_word(tale, "refund")["amount"] == Decimal("15.50")


def test_a_refund_taken_back_opens_the_clearing_again() -> None:
    """A chargeback: the failure is told, then the acceptance that holds again."""
    tale = cleared()
    leg = tale.ret.settlements[-1].legs[0].id
    back = RecordRefundOutcome(leg=leg, outcome="failed")

    tale.do(back, by=ActorKind.PROCESSOR, after_s=3600)

    assert tale.words[-4:] == ["return_cleared", "return_errored", "refund", "return_accepted"]
    assert of_word(tale, "return_errored")["status"] == "Accepted"
    assert of_word(tale, "return_errored")["clearedTime"] is None
    assert of_word(tale, "refund")["errorMessage"] == "The payment system gave no reason."
    assert tale.last["clearedTime"] is None


def test_a_return_that_owes_nothing_is_cleared_when_that_is_said() -> None:
    tale = Tale(an_order(article("b", 2000)), b=1).requested().taken_in(b=1).do(FinishReceipt())
    tale.do(ProposeSettlement(kind="none"), ConfirmSettlement(), StartRefund())

    assert tale.words == ["return_created", "return_accepted", "return_cleared"]
    assert tale.last["clearedTime"] == "2026-01-15 12:00:00"


# ---------------------------------------------------------------- who, where, when


def test_every_origin_has_a_source() -> None:
    assert set(SOURCES) == set(Origin)
    for origin, source in SOURCES.items():
        tale = Tale(an_order(article("b", 1000)), b=1).requested(origin)
        assert tale.said[0][1]["source"] == source
    assert (SOURCES[Origin.AGENT], SOURCES[Origin.API], SOURCES[Origin.PORTAL]) == (
        "CCUI",
        "ADMIN",
        "PORTAL",
    )
    assert SOURCES[Origin.WIDGET] == "PORTAL"


def test_settings_have_defaults_and_times_a_zone() -> None:
    tale = Tale(an_order(article("b", 1000)), at=START, b=1)
    tale.settings = {}
    default = tale.requested().last
    berlin = DIALECT.render(
        samples.event(EventType.RETURN_REQUESTED),
        Wanted(word="return_created", settings={"zone": "Europe/Berlin"}),
    )

    assert (default["manufacturerID"], default["catalogID"]) == ("0", "0")
    assert default["retailerID"] is None
    assert default["createdTime"] == "2018-07-23 14:34:30"
    assert berlin is not None
    assert b'"createdTime":"2026-03-02 12:00:00"' in berlin.body


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("zone", "Europe/Berlin", False),
        ("zone", "Mars/Olympus", True),
        ("zone", "../etc/passwd", True),
        ("zone", "", True),
        ("zone", None, True),
        ("manufacturer_id", "00042", False),
        ("manufacturer_id", None, True),
        ("catalog_id", None, True),
    ],
)
def test_only_values_that_can_be_told_can_be_set(
    name: str, value: str | None, *, wrong: bool
) -> None:
    assert (DIALECT.checks[name](value) is not None) == wrong
    assert "retailer_id" not in DIALECT.checks


def test_an_order_without_shipments_has_no_shipment_to_name() -> None:
    tale = Tale(an_order(article("b", 1000), shipments=(), delivered_at=START), b=1).requested()
    shipped = (Shipment(id="S-2", delivered_at=START), Shipment(id="S-1", delivered_at=START))
    twice = Tale(an_order(article("b", 1000), shipments=shipped), b=1).requested()

    assert tale.last["shipmentID"] is None
    assert twice.last["shipmentID"] == "S-2"


def test_a_place_without_an_id_of_its_own_is_named_by_its_code() -> None:
    sample = samples.event(EventType.RETURN_SETTLED)

    message = DIALECT.render(sample, Wanted(word="return_cleared", settings=SETTINGS))

    assert message is not None
    assert b'"returnLocationID":"1","externalStoreID":"main"' in message.body


def test_goods_that_no_line_of_the_order_has_are_no_items() -> None:
    tale = Tale(an_order(article("b", 1000)), b=1).requested().do(Authorize(), receive(b=1))
    tale.receive_foreign("OTHER-SHOES").accept_all()

    assert [item["itemID"] for item in tale.last["returnItems"]] == ["2"]
    assert tale.words == ["return_created", "return_accepted"]


# ---------------------------------------------------------------- the order's state


def line_state(tale: Tale) -> str:
    return order_view(tale.state.order, Customer(email="a@example.com"))["lines"][0]["return_state"]


def test_the_order_follows_its_return_as_kibos_does() -> None:
    """RETURN_INITIATED is ``requested``; deletion brings FULFILLED_ORDER, ``none``, back."""
    tale = Tale(an_order(article("b", 1000, 2)), b=2)
    assert line_state(tale) == "none"
    assert line_state(tale.requested()) == "requested"
    assert line_state(tale.do(Reject(reason="Too late"))) == "none"

    canceled = Tale(an_order(article("b", 1000)), b=1).requested().do(Authorize())
    assert line_state(canceled) == "requested"
    assert line_state(canceled.do(Cancel(reason="Kept"))) == "none"

    taken = Tale(an_order(article("b", 1000, 2)), b=1).requested().taken_in(b=1)
    assert line_state(taken) == "partly_returned"
    sent_back = taken.do(Cancel(reason="Not ours", goods="send_back"))
    assert line_state(sent_back) == "none"


def test_deleting_says_so_with_the_order_as_it_then_stands() -> None:
    tale = deleted()
    order = tale.events[-1].snapshot.order

    assert order is not None
    assert [line.counters.requested for line in order.lines] == [0]


# ---------------------------------------------------------------- how its receivers are treated


def test_kibo_tries_each_minute_for_fourteen_days_and_takes_200_alone() -> None:
    rules = DIALECT.rules

    assert [status for status in (200, 201, 202, 204, 302) if rules.succeeds(status)] == [200]
    assert rules.timeout_s == 45
    assert {rules.pause_s(attempts, attempts * 60) for attempts in range(1, 20_159)} == {60}
    assert rules.pause_s(20_160, 14 * DAY) is None
    assert rules.jitter == 0
    assert not DIALECT.is_signed


def test_a_body_is_json_with_the_event_in_its_header() -> None:
    sample = samples.event(EventType.RETURN_REQUESTED)

    message = DIALECT.render(sample, Wanted(word="return_created"))

    assert message is not None
    assert message.content_type == "application/json"
    assert message.headers == (("x-event-id", sample.id),)
