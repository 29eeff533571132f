"""What users of other returns systems complained about: money twice, goods without money.

One test each, named for the complaint; in brackets the public issue it was told in.  Here stands
what ``decide`` answers; the same under threads, kills and lost replies is in
``tests/pg/test_money_races`` and ``tests/gateways/test_stripe_interleavings``.
"""

from __future__ import annotations

import itertools

import msgspec
import pytest
from msgspec.structs import replace

from retour.lifecycle.commands import (
    ConfirmSettlement,
    FinishReceipt,
    LineAsked,
    ProposeSettlement,
    Request,
    RetryRefund,
    StartRefund,
    WaiveReceipt,
)
from retour.lifecycle.model import (
    Executor,
    LegKind,
    LegStatus,
    Payment,
    Policy,
    ReturnStatus,
    SettlementStatus,
)
from retour.lifecycle.money.bodies import SettleElsewhere
from retour.policy.conditions import UnitWhen, When
from retour.policy.model import ConsumerLaw, Deduction, Moment, PolicyRule, Then
from tests.support.returns import Journey, accept, an_order, judge, receive, sold

EARLY = Policy(settle_at=ReturnStatus.AUTHORIZED, keep_item=True)
KNOWN = frozenset({Executor.SANDBOX, Executor.EXTERNAL, Executor.CREDIT})


def propose(**body: object) -> ProposeSettlement:
    return msgspec.convert(body, ProposeSettlement)


def extra(amount: str, label: str = "x") -> list[dict[str, str]]:
    return [{"label": label, "amount": amount}]


def paid_by(*captured: int) -> Journey:
    payments = [
        Payment(id=f"card{n}", processor=Executor.SANDBOX, captured=amount)
        for n, amount in enumerate(captured)
    ]
    return Journey(order=an_order(sold("a", 4, price=6000), payments=payments))


# ---------------------------------------------------------------- B: twice


def test_b19_a_retry_after_a_timeout_has_a_new_key_and_pays_twice() -> None:
    """Unknown stays the same intent until the processor was asked (medusajs/medusa#16681)."""
    journey = Journey().started(a=1)
    intent = journey.leg().id
    journey.outcome("unknown")

    assert "leg_not_failed" == journey.code(RetryRefund(leg=intent))
    journey.outcome("succeeded")
    assert (intent, LegStatus.SUCCEEDED, 1000) == (
        journey.leg().id,
        journey.leg().status,
        journey.reserved,
    )


def test_b20_one_payment_can_be_refunded_only_once() -> None:
    """Several partial refunds, one after another, up to the payment (medusajs/medusa#12588)."""
    journey = Journey()
    for _ in range(3):
        journey.settled(a=1)
        journey.next_return()

    assert 3000 == journey.reserved


def test_b21_the_webhook_comes_before_the_reply_and_is_a_second_refund() -> None:
    """woocommerce-gateway-stripe#838, #2724, #3653."""
    journey = Journey().started(a=1)
    journey.outcome("succeeded")
    before = journey.state

    assert [] == journey.outcome("succeeded")
    assert before is journey.state


def test_b22_a_browser_replays_its_request_and_pays_again() -> None:
    """What was started cannot be started (woocommerce/woocommerce#13614, #16973).

    With ``If-Match``: ``tests/pg/test_money_races::test_a_browser_replays_what_it_saw``.
    """
    journey = Journey().started(a=1)

    assert "no_settlement" == journey.code(StartRefund())


def test_b23_a_double_click_pays_twice() -> None:
    """openfoodnetwork#6330; both at once: ``test_money_races::test_a_double_click_…``."""
    journey = Journey().confirmed(a=1)
    journey.do(StartRefund())

    assert "no_settlement" == journey.code(StartRefund())
    assert "settlement_open" == journey.code(ProposeSettlement())
    assert 1 == sum(kind == "refund" for kind, _ in journey.effects)


def test_b24_two_sixties_on_a_hundred_both_succeed() -> None:
    """juspay/hyperswitch#13182, #13379; at once: ``test_money_races::test_two_sixties…``."""
    journey = paid_by(10_000).confirmed(a=1)
    journey.next_return()
    journey.processed(a=1)

    refusal = journey.refused(ProposeSettlement())

    assert "cap_exceeded" == refusal.code
    assert "at most 40.00 is left, not 60.00" in refusal.detail


@pytest.mark.parametrize("amount", ["0", "-1.00", "-0.01", "0.00"])
def test_b25_a_negative_refund_passes(amount: str) -> None:
    """juspay/hyperswitch#11491."""
    journey = Journey().processed(a=1)

    for body in ({"fees": extra(amount)}, {"goodwill": extra(amount)}):
        assert "bad_amount" == journey.code(propose(**body))
    assert "bad_amount" == journey.code(propose(adjustments=extra("-10.01")))


def test_b26_the_processor_is_called_before_anything_is_written() -> None:
    """The claim and the order to pay are one decision (open-mercato#4036)."""
    journey = Journey().confirmed(a=1)
    assert not any(kind == "refund" for kind, _ in journey.effects)
    assert 1000 == journey.reserved

    journey.do(StartRefund())

    assert (LegStatus.IN_FLIGHT, 1000) == (journey.leg().status, journey.reserved)
    assert 1 == sum(kind == "refund" for kind, _ in journey.effects)


def test_b27_b28_two_returns_take_the_last_unit() -> None:
    """medusajs/medusa#16823, open-mercato#1249; at once: ``tests/system/test_races``."""
    journey = Journey(sold("a", 1)).requested(a=1)
    journey.next_return()

    again = Request(order_number="1001", lines=(LineAsked(line="a", quantity=1),))
    assert "over_return" == journey.code(again)


def test_b29_two_equal_partial_refunds_are_taken_for_one() -> None:
    """The intent is the key, not the amount (Adyen/adyen-shopware6#248)."""
    journey = Journey().settled(a=1)
    first = journey.leg()
    journey.next_return()
    journey.settled(a=1)
    second = journey.leg()

    assert (first.amount, first.payment) == (second.amount, second.payment)
    assert first.id != second.id
    assert 2000 == journey.reserved


def test_b30_two_ways_in_give_two_credits_for_one_thing() -> None:
    """Units are owed for once, whoever proposes (frappe/erpnext#51608)."""
    journey = Journey().settled(a=1)

    assert "nothing_owed" == journey.code(propose())
    assert "nothing_owed" == journey.code(propose(units=[journey.units[0].id]))


def test_b31_a_processor_takes_only_the_first_of_several_refunds() -> None:
    """The rest fails, waits, and is paid elsewhere (mollie/spree-mollie-gateway#47)."""
    journey = Journey().settled(a=1)
    journey.next_return()
    journey.started(a=1)
    for _ in range(3):
        journey.outcome("failed")
    assert SettlementStatus.FAILED is journey.ret.settlements[-1].status

    journey.do(SettleElsewhere(leg=journey.leg().id, reference="SEPA-1", note="By transfer"))

    assert SettlementStatus.SETTLED is journey.ret.settlements[-1].status
    assert 2000 == journey.reserved


# ---------------------------------------------------------------- D: goods, money


@pytest.mark.parametrize(
    ("goods", "money", "replacement"), list(itertools.product((True, False), repeat=3))
)
def test_d43_to_d48_goods_money_and_replacement_are_chained_together(
    *, goods: bool, money: bool, replacement: bool
) -> None:
    """Any of them without the others: all eight.

    Received without refund (medusa#4052), replaced without return (OCA/rma#210), claimed without
    refund (medusa#3361), one back and nothing credited (magento2#1111), refunded without goods
    (magento2#23440), stock apart from money (ALAppExtensions#26215).
    """
    journey = Journey(policy=EARLY).authorized(a=2)
    if goods:
        journey.do(receive(a=2), accept("a", 2), FinishReceipt())
    else:
        journey.do(WaiveReceipt())
    journey.do(*_plan(money=money, replacement=replacement), executors=KNOWN)
    settlement = journey.ret.settlements[-1]

    given = {leg.kind for leg in settlement.legs}
    assert (money, replacement) == (LegKind.REFUND in given, LegKind.EXCHANGE in given)
    assert goods is (journey.counters()[2] == 2 and journey.units[0].reception == "received")
    assert journey.status is ReturnStatus.PROCESSED


def _plan(*, money: bool, replacement: bool) -> list[ProposeSettlement]:
    if replacement:
        price = {"unit_price": "5.00"} if money else {}
        return [propose(kind="exchange", goods=[{"sku": "A", **price}])]
    return [propose(kind="refund" if money else "none")]


def test_d49_shipping_alone_cannot_be_refunded() -> None:
    """medusajs/medusa#13066."""
    journey = Journey(order=an_order(sold("a", 1), shipping=495)).processed(a=1)
    journey.do(propose(shipping="4.95", without_goods=True))

    assert [("shipping", 495)] == [
        (line.kind, line.amount) for line in journey.ret.settlements[-1].lines
    ]


def test_d49_goodwill_cannot_be_sent_without_changing_the_total() -> None:
    """Nothing owed any more, and a goodwill all the same (medusa#10491, saleor-dashboard#4349)."""
    journey = Journey().settled(a=1)
    total = journey.state.order.lines[0].price

    journey.do(propose(goodwill=extra("5.00", "Sorry"), without_goods=True), ConfirmSettlement())

    assert ["goodwill"] == [line.kind for line in journey.ret.settlements[-1].lines]
    assert total == journey.state.order.lines[0].price


def test_d50_a_fee_that_was_taken_off_is_charged_again() -> None:
    """What was proposed stays until it is proposed anew (medusa#4838, #3170)."""
    journey = Journey(policy=EARLY).authorized(a=2)
    journey.do(propose(fees=extra("3.50", "Label")))
    journey.do(receive(a=2), judge("a", 1, "rejected"))
    assert (1000 - 350) == journey.ret.settlements[-1].total

    journey.do(propose())
    journey.do(accept("a", 1))

    assert 1000 == journey.ret.settlements[-1].total


def test_d51_what_is_refunded_decides_what_is_restocked() -> None:
    """Stock follows the disposition, money the acceptance (craftcms/commerce#955)."""
    journey = Journey().received(a=2)
    journey.do(judge("a", 1, "accepted", disposition="discard"))
    journey.do(judge("a", 1, "rejected", disposition="restock"), FinishReceipt())

    journey.do(propose())

    assert 1000 == journey.ret.settlements[-1].total
    assert {"accepted": "discard", "rejected": "restock"} == {
        unit.acceptance.value: unit.disposition for unit in journey.units
    }


@pytest.mark.parametrize(("grade", "owed"), [("A", 1000), ("B", 700), ("D", None)])
def test_d52_nobody_says_whether_damaged_goods_are_owed_for(grade: str, owed: int | None) -> None:
    """The policy says it, grade by grade (medusajs/medusa#11919)."""
    rules = tuple(
        PolicyRule(
            name=name, at=Moment.GRADING, when=When(unit=UnitWhen(grades=(name,))), then=then
        )
        for name, then in (
            ("A", Then(accept=True)),
            ("B", Then(accept=True, deduct=Deduction(percent="30", label="Worn"))),
            ("D", Then(reject="It cannot be sold again.")),
        )
    )
    journey = Journey(policy=replace(EARLY, rules=rules, consumer_law=ConsumerLaw.OFF)).received(
        a=1
    )
    graded = {"units": [{"line": "a", "quantity": 1, "grade": grade}]}
    journey.do(msgspec.convert(graded, type(judge("a", 1, "accepted"))), FinishReceipt())

    if owed is None:
        assert "nothing_owed" == journey.code(propose())
    else:
        journey.do(propose())
        assert owed == journey.ret.settlements[-1].total
