"""Products of a channel and lines of an order: spread, added up again, and told with amounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.desk.channels.matching import (
    REASON_OF,
    REASONS,
    declared_of,
    judged_of,
    own_number,
    parts_of,
)
from retour.gateways.channelengine import Declared
from retour.gateways.channelengine.messages import ReturnLineRead
from retour.lifecycle.commands import (
    ConfirmSettlement,
    FinishReceipt,
    ProposeSettlement,
    Receive,
    StartRefund,
    UnitsSeen,
)
from retour.lifecycle.model import Executor, Origin, Payment
from tests.support.returns import Journey, accept, an_order, judge, sold

CHANNEL = frozenset({Executor.CHANNELENGINE})
PAID = (Payment(id="M-1", processor=Executor.CHANNELENGINE, captured=100_000),)


def lines(*counts: int) -> tuple[ReturnLineRead, ...]:
    return tuple(ReturnLineRead(quantity=one, merchant_product_no="X") for one in counts)


def started(sold_of: tuple[int, int], announced: int, accepted: int) -> Journey:
    """A channel return of one product on two lines, as many accepted as said, and told."""
    order = an_order(sold("a", sold_of[0], sku="X"), sold("b", sold_of[1], sku="X"), payments=PAID)
    journey = Journey(order=order)
    parts = parts_of(journey.state.order, lines(announced), {})
    assert isinstance(parts, tuple)
    journey.requested(Origin.CHANNEL, **{part.line: part.quantity for part in parts})
    left = accepted
    seen = tuple(UnitsSeen(line=part.line, quantity=part.quantity) for part in parts)
    journey.do(Receive(units=seen), executors=CHANNEL)
    for part in parts:
        taken = min(left, part.quantity)
        left -= taken
        if taken:
            journey.do(accept(part.line, taken), executors=CHANNEL)
        if part.quantity > taken:
            journey.do(judge(part.line, part.quantity - taken, "rejected"), executors=CHANNEL)
    kind: Literal["refund", "none"] = "refund" if accepted else "none"
    journey.do(FinishReceipt(), executors=CHANNEL)
    journey.do(ProposeSettlement(kind=kind), ConfirmSettlement(), executors=CHANNEL)
    if accepted:
        journey.do(StartRefund(), executors=CHANNEL)
    return journey


@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_accepted_and_rejected_are_what_was_announced(
    one: int, other: int, data: st.DataObject
) -> None:
    announced = data.draw(st.integers(1, one + other))
    accepted = data.draw(st.integers(0, announced))
    journey = started((one, other), announced, accepted)
    fresh = Journey(sold("a", one, sku="X"), sold("b", other, sku="X")).state.order
    parts = parts_of(fresh, lines(announced), {})
    assert isinstance(parts, tuple)
    (told,) = judged_of(journey.ret, journey.ret.settlements[-1], parts, lines(announced))

    assert (accepted, announced - accepted) == (told.accepted, told.rejected)


def test_lines_are_filled_in_their_order() -> None:
    order = Journey(sold("a", 2, sku="X"), sold("b", 2, sku="X")).state.order
    parts = parts_of(order, lines(1, 2), {})

    assert isinstance(parts, tuple)
    assert [("a", 2), ("b", 1)] == [(part.line, part.quantity) for part in parts]


def test_what_cannot_be_matched_is_said_in_words() -> None:
    order = Journey(sold("a", 2, sku="X")).state.order

    assert "can still come back" in str(parts_of(order, lines(3), {}))
    assert "no line with the SKU" in str(
        parts_of(order, (ReturnLineRead(quantity=1, merchant_product_no="Y"),), {})
    )


@pytest.mark.parametrize("word", sorted(REASON_OF))
def test_usual_reasons_are_theirs(word: str) -> None:
    assert REASON_OF[word] in REASONS


def test_a_return_of_ours_is_declared_by_its_leg() -> None:
    journey = started((2, 1), 2, 2)
    (leg,) = journey.ret.settlements[-1].legs
    asked = declared_of(journey.ret, journey.ret.settlements[-1], leg, {"too_small": "WRONG_SIZE"})

    assert isinstance(asked, Declared)
    assert (journey.ret.rma_number, "M-1") == (asked.rma_number, asked.order_number)
    assert ((("X", 2),), Decimal("20.00"), "WRONG_SIZE") == (
        asked.lines,
        asked.incl_vat,
        asked.reason,
    )
    assert journey.ret.rma_number == own_number(journey.ret, leg)
