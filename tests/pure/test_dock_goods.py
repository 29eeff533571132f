"""Where goods go once they are here, and two workers who count the same."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import (
    Dispose,
    PutAway,
    Receive,
    Reject,
    Reopen,
    UnitsNamed,
    UnitsSeen,
)
from retour.lifecycle.model import (
    Decision,
    EventType,
    Reception,
)
from tests.support.docking import code, give, said
from tests.support.returns import Journey, facility, judge, receive, sold

# ---------------------------------------------------------------- where goods go


def some(quantity: int, line: str = "a") -> tuple[UnitsNamed, ...]:
    return (UnitsNamed(line=line, quantity=quantity),)


def test_a_change_of_disposition_is_told_by_line_and_facility() -> None:
    journey = Journey().authorized(a=2, b=1)
    journey.do(receive(a=1, b=1))
    journey.do(receive(a=1), place="hub")
    journey.do(judge("a", 2, "accepted", disposition="restock"))

    decision = give(journey, Dispose(units=(*some(2), *some(1, "b")), disposition="donate"))

    assert isinstance(decision, Decision)
    told = [event.snapshot.details for event in decision.events]
    assert [(one["sku"], one["facility"], one["before"], one["count"]) for one in told] == [
        ("A", "main", "restock", 1),
        ("A", "hub", "restock", 1),
        ("B", "main", None, 1),
    ]
    assert {unit.disposition for unit in journey.units} == {"donate"}
    assert said(give(journey, Dispose(units=some(2), disposition="donate"))) == []


def test_goods_are_put_away_with_their_licence_plate() -> None:
    journey = Journey().received(a=2)

    put = PutAway(units=(UnitsNamed(unit=journey.units[0].id),), location="R-1", lpn="L-7")
    assert said(give(journey, put)) == [EventType.UNIT_STORED]
    assert said(give(journey, put)) == [], "what lies there lies there"

    assert sorted((unit.location or "", unit.lpn or "") for unit in journey.units) == [
        ("", ""),
        ("R-1", "L-7"),
    ]


def test_a_disposition_is_one_of_the_workspace_s() -> None:
    journey = Journey().received()
    asked = Dispose(units=some(1), disposition="burn")

    assert code(give(journey, asked, known=frozenset({"restock"}))) == "unknown_disposition"
    assert said(give(journey, asked)) == [EventType.UNIT_DISPOSED]


@pytest.mark.parametrize(
    ("units", "refusal"),
    [
        ((UnitsNamed(unit="unt_none"),), "unknown_unit"),
        ((UnitsNamed(line="zebra", quantity=1),), "unknown_line"),
        ((UnitsNamed(line="a"),), "unnamed_item"),
        ((UnitsNamed(quantity=1),), "unnamed_item"),
        ((UnitsNamed(line="a", quantity=2),), "not_enough_units"),
        ((UnitsNamed(line="a", quantity=1), UnitsNamed(line="a", quantity=1)), "not_enough_units"),
    ],
)
def test_only_what_lies_here_is_moved(units: tuple[UnitsNamed, ...], refusal: str) -> None:
    journey = Journey().authorized(a=2)
    journey.do(receive(a=1))

    assert journey.code(Dispose(units=units, disposition="donate")) == refusal
    assert journey.code(PutAway(units=units, location="R-1")) == refusal
    missing = next(unit for unit in journey.units if unit.reception is Reception.EXPECTED)
    named = (UnitsNamed(unit=missing.id),)
    assert journey.code(PutAway(units=named, location="R-1")) == "not_enough_units"


def test_goods_of_a_rejected_return_still_go_somewhere() -> None:
    journey = Journey().received()
    journey.do(Reject(reason="Worn"))
    assert journey.status is ReturnStatus.REJECTED

    journey.do(
        Dispose(units=some(1), disposition="send_back"), PutAway(units=some(1), location="X")
    )

    assert (journey.units[0].disposition, journey.units[0].location) == ("send_back", "X")
    assert not journey.allowed & {"dispose", "put_away"}, "a final status offers nothing"


def test_reopening_forgets_where_goods_were() -> None:
    journey = Journey().processed(a=1)
    journey.do(PutAway(units=some(1), location="R-1"))

    journey.do(Reopen(reason="Again"))

    assert journey.units[0].location is None


# ---------------------------------------------------------------- two workers, one parcel


@st.composite
def operations(draw: st.DrawFn) -> list[Receive]:
    """What some workers scan: by line, by SKU that two lines share, by nothing the order has."""
    found: list[Receive] = []
    for n in range(draw(st.integers(1, 7))):
        name = draw(st.sampled_from(["a", "b", "c", None]))
        quantity = draw(st.integers(1, 3))
        sku = draw(st.sampled_from(["TWIN", "C", "KETTLE"]))
        units = UnitsSeen(line=name, quantity=quantity, sku=None if name else sku)
        found.append(Receive(units=(units,), operation_id=f"op-{n}"))
    return found


def twins() -> Journey:
    """Two lines of one item, partly announced, and a third."""
    lines = (sold("a", 3, sku="TWIN"), sold("b", 2, sku="TWIN"), sold("c", 2))
    return Journey(*lines).authorized(a=2, b=1, c=1)


def counts(journey: Journey) -> Counter[tuple[str, str]]:
    return Counter(
        (line.sku, unit.reception.value) for line in journey.ret.lines for unit in line.units
    )


def test_pieces_of_one_item_are_alike() -> None:
    """What a line does not expect is another's of the same item, then unannounced, then foreign."""
    journey = twins()

    journey.do(receive(a=3))
    assert counts(journey) == {("TWIN", "received"): 3, ("C", "expected"): 1}
    journey.do(receive(b=3))

    assert counts(journey) == {
        ("TWIN", "received"): 3,
        ("TWIN", "unexpected"): 2,
        ("TWIN", "wrong_item"): 1,
        ("C", "expected"): 1,
    }


@given(st.data())
def test_workers_converge_in_any_order_with_any_repetition(data: st.DataObject) -> None:
    """The same operations, interleaved and repeated at will: the same counts, and none is lost."""
    asked = data.draw(operations())
    repeated = asked + data.draw(st.lists(st.sampled_from(asked), max_size=6))
    first, second = twins(), twins()

    for command in asked:
        first.do(command)
    for command in data.draw(st.permutations(repeated)):
        second.do(command)

    assert counts(first) == counts(second)
    here = sum(unit.reception is not Reception.EXPECTED for unit in second.units)
    assert here == sum(command.units[0].quantity for command in asked)
    written = {line.operation_id for receipt in second.ret.receipts for line in receipt.lines}
    assert written == {command.operation_id for command in asked}


def test_a_facility_is_who_receives() -> None:
    journey = Journey().authorized(a=1)
    journey.do(receive(a=1), place="hub")

    assert journey.ret.facilities == (facility("hub"),)
