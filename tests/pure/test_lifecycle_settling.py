"""What is owed: exact shares, shipping, fees, caps; drafts, promises, drops."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import (
    ConfirmSettlement,
    DiscardSettlement,
    FinishReceipt,
    Inspect,
    ProposeSettlement,
    Reopen,
    StartRefund,
)
from retour.lifecycle.model import (
    EventType,
    Executor,
    LegStatus,
    Payment,
    Policy,
    ReturnStatus,
    Settlement,
    SettlementStatus,
)
from tests.support.returns import NOON, Journey, accept, an_order, compact, judge, receive, sold

EARLY = Policy(settle_at=ReturnStatus.AUTHORIZED)


def propose(**body: object) -> ProposeSettlement:
    return msgspec.convert(body, ProposeSettlement)


def extra(amount: str, label: str = "Restocking") -> list[dict[str, str]]:
    return [{"label": label, "amount": amount}]


def newest(journey: Journey) -> Settlement:
    settlement = journey.ret.settlements[-1]
    assert settlement.total == sum(line.amount for line in settlement.lines)
    assert settlement.total == sum(leg.amount for leg in settlement.legs)
    return settlement


def amounts(journey: Journey) -> list[tuple[str, int]]:
    return [(line.kind, line.amount) for line in newest(journey).lines]


def paid(name: str, captured: int, executor: Executor = Executor.SANDBOX) -> Payment:
    return Payment(id=name, processor=executor, captured=captured)


# ---------------------------------------------------------------- how much


def test_every_line_gets_its_share() -> None:
    journey = Journey().processed(a=2, b=1)

    journey.do(propose())

    assert [("item", 2000), ("item", 1000)] == amounts(journey)
    assert [2, 1] == [len(line.units) for line in newest(journey).lines]
    assert SettlementStatus.DRAFT is newest(journey).status
    assert 0 == journey.reserved


@given(
    price=st.integers(0, 10_000),
    discount=st.integers(0, 500),
    rate=st.sampled_from([None, "21", "5.5", "19"]),
    includes=st.booleans(),
    portions=st.permutations([1, 1, 2, 3]),
)
def test_returns_of_a_line_sum_to_what_was_paid_for_it(
    price: int,
    discount: int,
    rate: str | None,
    includes: bool,  # noqa: FBT001 - hypothesis names its arguments
    portions: list[int],
) -> None:
    """Four returns, each settled by itself, in any order; the last takes what is left."""
    line = replace(sold("a", 7, price=price), discount=min(discount, 7 * price), tax_rate=rate)
    order = replace(an_order(line, payments=[paid("card", 10**9)]), prices_include_tax=includes)
    journey = Journey(order=order)
    amount = tax = 0
    for units in portions:
        journey.confirmed(a=units)
        amount += newest(journey).total
        tax += newest(journey).lines[0].tax
        journey.next_return()

    net = 7 * price - line.discount
    percent = {None: 0, "21": 210, "5.5": 55, "19": 190}[rate]
    if includes:
        assert (net, round_half(net * percent, 1000 + percent)) == (amount, tax)
    else:
        on_top = round_half(net * percent, 1000)
        assert (net + on_top, on_top) == (amount, tax)


def round_half(number: int, by: int) -> int:
    whole, rest = divmod(number, by)
    return whole + (2 * rest >= by)


def test_a_dropped_settlement_gives_its_share_back() -> None:
    journey = Journey(sold("a", 3, price=333)).confirmed(a=1)
    first = newest(journey).total
    journey.do(DiscardSettlement())

    journey.do(propose())

    assert first == newest(journey).total


def test_only_accepted_units_are_owed_for() -> None:
    journey = Journey().received(a=3)
    journey.do(accept(), judge("a", 2, "rejected"), FinishReceipt())

    journey.do(propose())

    assert [("item", 1000)] == amounts(journey)


def test_nothing_is_owed_for_what_was_rejected() -> None:
    journey = Journey().received(a=1)
    journey.do(judge("a", 1, "rejected"), FinishReceipt())

    assert "nothing_owed" == journey.code(propose())


@given(st.sampled_from([one for one in ReturnStatus if one not in {"rejected", "canceled"}]))
def test_money_moves_from_the_status_the_policy_names(settle_at: ReturnStatus) -> None:
    ranks = {status: rank for rank, status in enumerate(ReturnStatus)}
    journey = Journey(policy=Policy(settle_at=settle_at)).received(a=1)

    if ranks[ReturnStatus.RECEIVED] < ranks[settle_at]:
        assert "settlement_too_early" == journey.code(propose())
        assert "propose_settlement" not in journey.allowed
    else:
        journey.do(propose())
        assert [("item", 1000)] == amounts(journey)


def test_an_instant_refund_trusts_what_is_undecided_but_not_what_is_rejected() -> None:
    journey = Journey(policy=EARLY).authorized(a=3)
    journey.do(receive(a=2), judge("a", 1, "rejected"))

    journey.do(propose())

    assert [("item", 2000)] == amounts(journey)


def test_an_instant_refund_does_not_trust_what_nobody_announced() -> None:
    journey = Journey(policy=EARLY).authorized(a=1)
    journey.do(receive(a=2))

    journey.do(propose())

    assert [("item", 1000)] == amounts(journey)


def test_foreign_goods_are_never_owed_for() -> None:
    journey = Journey().received(a=3)
    journey.do(receive(a=1))
    foreign = journey.ret.lines[-1]
    assert foreign.line is None
    body = {"units": [{"unit": foreign.units[0].id, "acceptance": "accepted"}]}
    journey.do(accept("a", 3), msgspec.convert(body, Inspect), FinishReceipt())

    journey.do(propose())

    assert [("item", 3000)] == amounts(journey)


# ---------------------------------------------------------------- extras


def test_fees_are_kept_back_and_adjustments_go_either_way() -> None:
    journey = Journey().processed(a=1)

    journey.do(propose(fees=extra("2.50"), adjustments=[*extra("1.00"), *extra("-0.25")]))

    assert [
        ("item", 1000),
        ("fee", -250),
        ("adjustment", 100),
        ("adjustment", -25),
    ] == amounts(journey)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"fees": extra("0")}, "/fees/0/amount"),
        ({"fees": extra("-1")}, "/fees/0/amount"),
        ({"fees": extra("1.001")}, "/fees/0/amount"),
        ({"fees": extra("10.01")}, "/fees"),
        ({"adjustments": extra("0.00")}, "/adjustments/0/amount"),
        ({"adjustments": extra("many")}, "/adjustments/0/amount"),
        ({"shipping": "-1"}, "/shipping"),
        ({"shipping": "x"}, "/shipping"),
    ],
)
def test_an_amount_that_does_not_fit_is_pointed_at(body: dict[str, object], pointer: str) -> None:
    refusal = Journey().processed(a=1).refused(propose(**body))

    assert ("bad_amount", pointer) == (refusal.code, refusal.pointer)


def test_fees_may_take_all_of_it() -> None:
    journey = Journey().processed(a=1)

    journey.do(propose(fees=extra("10.00")))
    assert () == newest(journey).legs
    said = journey.do(ConfirmSettlement(), StartRefund())

    assert [
        EventType.SETTLEMENT_MEMO_COMPLETED,
        EventType.SETTLEMENT_SETTLED,
        EventType.RETURN_SETTLED,
    ] == said


def with_shipping(policy: Policy | None = None) -> Journey:
    return Journey(order=an_order(sold("a", 3), shipping=495), policy=policy)


def test_shipping_is_refunded_as_the_policy_says() -> None:
    for policy, expected in ((Policy(), []), (Policy(refund_shipping="full"), [495])):
        journey = with_shipping(policy).processed(a=1)
        journey.do(propose())
        assert expected == [line.amount for line in newest(journey).lines if line.kind != "item"]


def test_shipping_is_refunded_once() -> None:
    journey = with_shipping(Policy(refund_shipping="full")).confirmed(a=1)
    assert 495 == journey.state.order.shipping_refunded
    journey.next_return()
    journey.processed(a=1)

    journey.do(propose())
    assert [("item", 1000)] == amounts(journey)
    assert ("cap_exceeded", "/shipping") == (
        journey.refused(propose(shipping="0.01")).code,
        journey.refused(propose(shipping="0.01")).pointer,
    )


@given(st.integers(0, 600))
def test_shipping_is_refunded_as_asked_within_what_it_cost(cents: int) -> None:
    journey = with_shipping().processed(a=1)
    command = propose(shipping=f"{cents / 100:.2f}")

    if cents > 495:
        assert "cap_exceeded" == journey.code(command)
    else:
        journey.do(command, ConfirmSettlement())
        assert cents == journey.state.order.shipping_refunded
        journey.do(DiscardSettlement())
        assert 0 == journey.state.order.shipping_refunded


def test_a_discount_on_shipping_was_never_paid() -> None:
    order = an_order(sold("a", 3), shipping=495)
    assert order.shipping is not None
    order = replace(order, shipping=replace(order.shipping, discount=95, tax_rate="19"))
    journey = Journey(order=order, policy=Policy(refund_shipping="full")).processed(a=1)

    journey.do(propose())

    shipping = newest(journey).lines[-1]
    assert ("shipping", 400, 64) == (shipping.kind, shipping.amount, shipping.tax)


def test_the_policy_s_shipping_needs_an_item() -> None:
    journey = with_shipping(Policy(refund_shipping="full")).received(a=1)
    journey.do(judge("a", 1, "rejected"), FinishReceipt())

    assert "nothing_owed" == journey.code(propose())


# ---------------------------------------------------------------- kind none


def test_nothing_can_be_said_formally() -> None:
    journey = Journey().received(a=1)
    journey.do(judge("a", 1, "rejected"), FinishReceipt())

    journey.do(propose(kind="none"), ConfirmSettlement(), StartRefund())

    assert (0, (), SettlementStatus.SETTLED) == (
        newest(journey).total,
        newest(journey).lines,
        newest(journey).status,
    )


def test_what_the_agent_says_nothing_is_paid_for_is_covered() -> None:
    journey = Journey(sold("a", 2)).processed(a=1)

    journey.do(propose(kind="none"), ConfirmSettlement(), StartRefund())

    assert ReturnStatus.SETTLED is journey.status
    assert [("item", 1000), ("adjustment", -1000)] == amounts(journey)
    journey.next_return()
    journey.settled(a=1)
    assert 1000 == newest(journey).total


def test_kind_none_is_about_accepted_units_only() -> None:
    journey = Journey(policy=EARLY).authorized(a=2)
    journey.do(receive(a=1), accept())

    journey.do(propose(kind="none"))

    assert 1 == len(newest(journey).lines[0].units)


# ---------------------------------------------------------------- payments and the cap


def split_order(*captured: int) -> Journey:
    payments = [paid(f"p{place}", amount) for place, amount in enumerate(captured)]
    return Journey(order=an_order(sold("a", 3), payments=payments))


@given(st.lists(st.integers(0, 1500), min_size=1, max_size=4), st.integers(1, 3))
def test_a_refund_takes_the_payments_in_order_and_never_beyond_the_cap(
    captured: list[int], units: int
) -> None:
    journey = split_order(*captured).processed(a=units)

    if sum(captured) < 1000 * units:
        refusal = journey.refused(propose())
        assert "cap_exceeded" == refusal.code
        assert not refusal.is_malformed
        return
    journey.do(propose(), ConfirmSettlement())
    left = 1000 * units
    for payment in journey.state.order.payments:
        assert min(left, payment.captured) == payment.reserved
        left -= payment.reserved
    assert LegStatus.RESERVED is journey.leg().status


def test_each_leg_has_its_payment_s_executor() -> None:
    payments = [paid("card", 700), paid("bank", 5000, Executor.EXTERNAL)]
    journey = Journey(order=an_order(sold("a", 3), payments=payments)).processed(a=1)

    journey.do(propose())

    assert [(Executor.SANDBOX, "card", 700), (Executor.EXTERNAL, "bank", 300)] == [
        (leg.executor, leg.payment, leg.amount) for leg in newest(journey).legs
    ]


def test_an_order_without_payments_gives_nothing_back() -> None:
    order = replace(an_order(sold("a", 1)), payments=())

    assert "cap_exceeded" == Journey(order=order).processed(a=1).code(propose())


def test_the_cap_is_looked_at_again_when_the_draft_is_promised() -> None:
    journey = split_order(1500).processed(a=1)
    journey.do(propose())
    waiting = journey.state
    journey.next_return()
    journey.confirmed(a=1)
    order = journey.state.order
    journey.state = replace(waiting, order=replace(order), others=(compact(journey.ret),))

    assert "cap_exceeded" == journey.code(ConfirmSettlement())


# ---------------------------------------------------------------- promise and drop


def test_what_another_return_was_only_promised_is_not_told() -> None:
    """It serves exact shares; ``do`` looks at what the snapshots carry."""
    journey = Journey().confirmed(a=1)
    journey.next_return()

    journey.requested(b=1)

    (other,) = journey.state.others
    assert [SettlementStatus.CONFIRMED] == [paid.status for paid in other.settlements]


def test_a_promise_has_a_number_and_a_date() -> None:
    journey = Journey().processed(a=1)

    said = journey.do(propose(), ConfirmSettlement())

    memo = newest(journey)
    assert [EventType.SETTLEMENT_MEMO_COMPLETED] == said
    assert (f"M{journey.ret.number}-1", NOON, SettlementStatus.CONFIRMED) == (
        memo.memo_number,
        memo.confirmed_at,
        memo.status,
    )
    journey.do(DiscardSettlement(), propose(), ConfirmSettlement())
    assert f"M{journey.ret.number}-2" == newest(journey).memo_number


def test_a_second_proposal_replaces_the_draft() -> None:
    journey = Journey().processed(a=1)
    journey.do(propose())

    journey.do(propose(fees=extra("1.00")))

    assert [SettlementStatus.DISCARDED, SettlementStatus.DRAFT] == [
        one.status for one in journey.ret.settlements
    ]


def test_one_settlement_is_open_at_a_time() -> None:
    journey = Journey().confirmed(a=1)
    assert "settlement_open" == journey.code(propose())
    journey.do(StartRefund())
    assert "settlement_open" == journey.code(propose())

    journey.outcome("succeeded")

    journey.do(propose(adjustments=extra("1.00", "Goodwill")))
    assert [("adjustment", 100)] == amounts(journey)


def test_dropping_gives_back_what_was_reserved() -> None:
    journey = Journey().confirmed(a=2)
    assert 2000 == journey.reserved

    assert [] == journey.do(DiscardSettlement())

    assert 0 == journey.reserved
    assert (SettlementStatus.DISCARDED, LegStatus.ABANDONED) == (
        newest(journey).status,
        journey.leg().status,
    )


@pytest.mark.parametrize("command", [ConfirmSettlement(), StartRefund(), DiscardSettlement()])
def test_where_nothing_is_proposed_nothing_goes_on(command: ConfirmSettlement) -> None:
    assert "no_settlement" == Journey().processed(a=1).code(command)


def test_what_is_paid_cannot_be_dropped() -> None:
    journey = Journey().started(a=1)
    assert "no_settlement" == journey.code(DiscardSettlement())

    journey.outcome("succeeded")

    assert "no_settlement" == journey.code(DiscardSettlement())


def test_reopening_drops_what_was_not_started() -> None:
    journey = Journey().confirmed(a=1)

    journey.do(Reopen(reason="Look again"))

    assert 0 == journey.reserved
    assert SettlementStatus.DISCARDED is newest(journey).status


def test_a_plan_pays_or_does_nothing() -> None:
    journey = split_order(500).processed(a=1)
    before = journey.state

    assert isinstance(journey.refused(propose(), ConfirmSettlement(), StartRefund()), Refusal)
    assert before is journey.state
