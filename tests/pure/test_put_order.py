"""Orders put, and put again: what is handed over is counted, what is in a return is kept."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode
from retour.lifecycle.model import (
    Customer,
    Decision,
    EventType,
    Executor,
    LineShare,
    Order,
    Payment,
    Policy,
    Shipment,
    State,
)
from retour.lifecycle.orders.ordering import handed_over, put_order
from tests.support.returns import NOON, Journey, an_order, receive, sold

ANN = Customer(email="ann@example.test")
SENT = Shipment(id="s1", shipped_at=NOON)


def put(before: State | None, order: Order, customer: Customer = ANN) -> Decision | Refusal:
    return put_order(before, order, customer, Policy(), Journey().context())


def decided(before: State | None, order: Order, customer: Customer = ANN) -> Decision:
    decision = put(before, order, customer)
    assert isinstance(decision, Decision), decision
    return decision


def delivered(decision: Decision) -> dict[str, int]:
    return {line.id: line.counters.delivered for line in decision.state.order.lines}


def unsent(*lines: int) -> Order:
    order = an_order(*(sold(name, n) for name, n in zip("abc", lines, strict=False)))
    return replace(order, delivered_at=None)


def test_an_order_on_its_way_to_be_sent_has_nothing_to_return() -> None:
    decision = decided(None, unsent(3, 2))

    assert {"a": 0, "b": 0} == delivered(decision)
    assert decision.state.order.handed_over_at is None
    assert () == decision.events


@pytest.mark.parametrize(
    "sent",
    [
        {"delivered_at": NOON},
        {"shipments": (SENT,)},
        {"shipments": (Shipment(id="s1", delivered_at=NOON),)},
    ],
)
def test_a_whole_order_is_handed_over_by_date_or_by_shipment(sent: dict[str, object]) -> None:
    decision = decided(None, replace(unsent(3, 2), **sent))

    assert {"a": 3, "b": 2} == delivered(decision)
    assert [EventType.ORDER_DELIVERED] == [event.type for event in decision.events]
    assert NOON == decision.state.order.handed_over_at


def test_an_announced_shipment_hands_nothing_over() -> None:
    decision = decided(None, replace(unsent(3), shipments=(Shipment(id="s1"),)))

    assert {"a": 0} == delivered(decision)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 5), st.booleans()), max_size=5))
def test_shipments_add_up_and_never_beyond_what_was_sold(
    shares: list[tuple[str, int, bool]],
) -> None:
    shipments = tuple(
        Shipment(
            id=str(place),
            shipped_at=NOON if left else None,
            lines=(LineShare(line=line, quantity=quantity),),
        )
        for place, (line, quantity, left) in enumerate(shares)
    )
    order = replace(unsent(4, 4), shipments=shipments)
    sums = {name: sum(n for line, n, left in shares if left and line == name) for name in "ab"}

    assert {name: min(total, 4) for name, total in sums.items()} == handed_over(order)


def test_being_handed_over_is_said_once() -> None:
    first = decided(None, unsent(2, 2))
    share = Shipment(id="s1", shipped_at=NOON, lines=(LineShare(line="a", quantity=1),))
    second = decided(first.state, replace(unsent(2, 2), shipments=(share,)))
    third = decided(second.state, replace(unsent(2, 2), delivered_at=NOON))

    assert [0, 1, 0] == [len(one.events) for one in (first, second, third)]
    assert second.state.order.handed_over_at == third.state.order.handed_over_at
    assert {"a": 2, "b": 2} == delivered(third)


def test_being_handed_over_is_the_first_event_of_its_stream() -> None:
    event = decided(None, an_order(sold("a", 1))).events[0]

    assert event.sequence is None
    assert event.snapshot.ret is None
    assert ANN == event.personal.customer
    assert event.snapshot.order is not None
    assert 1 == event.snapshot.order.lines[0].counters.delivered


def test_the_same_again_changes_nothing() -> None:
    order = an_order(sold("a", 3), shipping=500)
    first = decided(None, order)
    stored = msgspec.json.decode(msgspec.json.encode(first.state), type=State)

    again = decided(stored, order)

    assert again.state is stored
    assert () == again.events


def test_another_customer_is_a_change() -> None:
    first = decided(None, an_order(sold("a", 3)))
    bob = Customer(email="bob@example.test")

    again = decided(first.state, an_order(sold("a", 3)), bob)

    assert bob == again.state.customer
    assert () == again.events


def returned() -> State:
    """An order of which two of three a are in a return, and ten euros promised back."""
    journey = Journey(sold("a", 3), sold("b", 2)).confirmed(a=1)
    journey.next_return()
    journey.requested(a=1)
    return replace(journey.state, ret=None)


def test_what_is_ours_survives_every_put() -> None:
    before = returned()

    after = decided(before, replace(an_order(sold("a", 5), sold("b", 2)), channel="shop"))

    counters = after.state.order.lines[0].counters
    assert (5, 2, 1, 1) == (
        counters.delivered,
        counters.requested,
        counters.received,
        counters.accepted,
    )
    assert 1000 == after.state.order.payments[0].reserved
    assert before.order.handed_over_at == after.state.order.handed_over_at
    assert before.others == after.state.others


@pytest.mark.parametrize(
    ("put_as", "pointer"),
    [
        (an_order(sold("b", 2)), "/lines"),
        (an_order(sold("a", 1), sold("b", 2)), "/lines/0/quantity"),
        (replace(an_order(sold("a", 3), sold("b", 2)), delivered_at=None), "/lines/0"),
    ],
)
def test_a_line_in_a_return_is_kept(put_as: Order, pointer: str) -> None:
    refusal = put(returned(), put_as)

    assert isinstance(refusal, Refusal)
    assert (RefusalCode.LINE_IN_RETURN, pointer) == (refusal.code, refusal.pointer)


def test_a_line_in_no_return_may_go() -> None:
    after = decided(returned(), an_order(sold("a", 2)))

    assert ["a"] == [line.id for line in after.state.order.lines]


@given(st.integers(0, 5))
def test_line_in_return_is_refused_exactly_below_what_is_requested(quantity: int) -> None:
    order = replace(
        an_order(sold("a", 5), sold("b", 2)),
        delivered_at=None,
        shipments=(
            Shipment(id="s", shipped_at=NOON, lines=(LineShare(line="a", quantity=quantity),)),
        ),
    )

    assert isinstance(put(returned(), order), Refusal) == (quantity < 2)


def card(captured: int, name: str = "card") -> Payment:
    return Payment(id=name, processor=Executor.SANDBOX, captured=captured)


@pytest.mark.parametrize(
    ("payments", "pointer"),
    [((card(999),), "/payments/0/captured"), ((card(5000, "other"),), "/payments")],
)
def test_a_payment_keeps_what_refunds_hold(payments: tuple[Payment, ...], pointer: str) -> None:
    order = an_order(sold("a", 3), sold("b", 2), payments=payments)

    refusal = put(returned(), order)

    assert isinstance(refusal, Refusal)
    assert (RefusalCode.CAP_EXCEEDED, pointer) == (refusal.code, refusal.pointer)


def test_a_payment_may_fall_to_what_refunds_hold() -> None:
    after = decided(returned(), an_order(sold("a", 3), sold("b", 2), payments=(card(1000),)))

    assert (1000, 1000) == (
        after.state.order.payments[0].captured,
        after.state.order.payments[0].reserved,
    )


def test_an_order_keeps_its_currency() -> None:
    first = decided(None, an_order(sold("a", 1)))

    refusal = put(first.state, replace(an_order(sold("a", 1)), currency="USD"))

    assert isinstance(refusal, Refusal)
    assert (RefusalCode.CURRENCY_CHANGED, "/currency") == (refusal.code, refusal.pointer)
    assert not refusal.is_malformed


def test_goods_already_back_do_not_hinder_a_put() -> None:
    journey = Journey(sold("a", 3)).authorized(a=1)
    journey.do(receive(a=1))
    later = replace(an_order(sold("a", 3)), delivered_at=NOON + timedelta(days=1))

    after = decided(replace(journey.state, ret=None), later)

    assert 1 == after.state.order.lines[0].counters.received
