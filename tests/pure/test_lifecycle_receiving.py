"""Goods on the dock: what came is laid against what was expected, unit by unit."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.lifecycle.commands import (
    CorrectReceipt,
    CreateLabel,
    FinishReceipt,
    Receive,
    UnitsSeen,
)
from retour.lifecycle.decide import decide
from retour.lifecycle.model import (
    Decision,
    EventType,
    Origin,
    ReceiptStatus,
    Reception,
    ReturnStatus,
)
from tests.support.returns import Journey, accept, receive, sold


def seen(quantity: int = 1, /, **named: object) -> Receive:
    """Receive one kind of goods; names of the whole receipt begin with ``for_``."""
    whole = {key[4:]: value for key, value in named.items() if key.startswith("for_")}
    item = {key: value for key, value in named.items() if not key.startswith("for_")}
    return msgspec.convert({"units": [{"quantity": quantity} | item]} | whole, Receive)


def receptions(journey: Journey) -> Counter[str]:
    return Counter(unit.reception.value for unit in journey.units)


def by_line(journey: Journey) -> dict[str | None, Counter[str]]:
    return {
        line.line: Counter(unit.reception.value for unit in line.units)
        for line in journey.ret.lines
    }


def test_a_receipt_says_what_came_where_and_on_which_units() -> None:
    journey = Journey().authorized(a=2)
    journey.do(CreateLabel())

    said = journey.do(
        seen(1, line="a", for_parcel=journey.ret.parcels[0].id, for_operation_id="op-1")
    )

    receipt = journey.ret.receipts[0]
    line = receipt.lines[0]
    assert [EventType.RETURN_RECEIVED] == said
    assert ("main", ReceiptStatus.OPEN) == (receipt.facility, receipt.status)
    assert (1, "a", "A", "op-1") == (line.quantity, line.line, line.sku, line.operation_id)
    assert journey.ret.parcels[0].id == line.parcel
    unit = journey.units[0]
    assert (unit.id,) == line.units
    assert (Reception.RECEIVED, "main", line.id) == (
        unit.reception,
        unit.facility,
        unit.receipt_line,
    )
    assert Reception.EXPECTED is journey.units[1].reception
    assert ["main"] == [one.code for one in journey.ret.facilities]


def test_more_goods_go_into_the_open_receipt() -> None:
    journey = Journey().authorized(a=2)

    journey.do(receive(a=1))

    assert [EventType.RECEIPT_UPDATED] == journey.do(receive(a=1))
    assert [2] == [len(receipt.lines) for receipt in journey.ret.receipts]


def test_goods_after_a_finished_receipt_open_the_next_one() -> None:
    journey = Journey().authorized(a=2)
    journey.do(receive(a=1), accept(), FinishReceipt())

    journey.do(receive(a=1))

    assert [ReceiptStatus.FINISHED, ReceiptStatus.OPEN] == [
        receipt.status for receipt in journey.ret.receipts
    ]


def test_two_facilities_write_two_receipts() -> None:
    journey = Journey().authorized(a=2)

    journey.do(receive(a=1), place="main")
    journey.do(receive(a=1), place="hub")

    assert ["main", "hub"] == [receipt.facility for receipt in journey.ret.receipts]
    assert ["main", "hub"] == [unit.facility for unit in journey.units]
    assert ["main", "hub"] == [one.code for one in journey.ret.facilities]


def test_a_named_receipt_keeps_its_facility() -> None:
    journey = Journey().authorized(a=2)
    journey.do(receive(a=1), place="hub")
    hub = journey.ret.receipts[0].id

    journey.do(seen(line="a", for_receipt=hub))

    assert ["hub", "hub"] == [unit.facility for unit in journey.units]
    assert "unknown_receipt" == journey.code(seen(line="a", for_receipt=hub, for_facility="main"))


@pytest.mark.parametrize(
    ("named", "code", "pointer"),
    [
        ({"for_receipt": "rcp_other", "line": "a"}, "unknown_receipt", "/receipt"),
        ({"for_parcel": "pcl_other", "line": "a"}, "unknown_parcel", "/parcel"),
        ({"line": "z"}, "unknown_line", "/units/0/line"),
        ({}, "unnamed_item", "/units/0"),
        ({"line": "a", "sku": "B"}, "ambiguous_item", "/units/0"),
        ({"line": "a", "reception": "missing"}, "bad_reception", "/units/0/reception"),
        ({"line": "a", "reception": "expected"}, "bad_reception", "/units/0/reception"),
        ({"line": "a", "reception": "waived"}, "bad_reception", "/units/0/reception"),
    ],
)
def test_what_cannot_be_received_is_pointed_at(
    named: dict[str, str], code: str, pointer: str
) -> None:
    refusal = Journey().authorized().refused(seen(**named))

    assert (code, pointer, True) == (refusal.code, refusal.pointer, refusal.is_malformed)


def test_a_finished_receipt_takes_nothing_more() -> None:
    journey = Journey().authorized(a=2)
    journey.do(receive(a=1), accept(), FinishReceipt())

    assert "no_open_receipt" == journey.code(seen(line="a", for_receipt=journey.ret.receipts[0].id))


def test_the_same_operation_again_changes_nothing_whatever_happened_since() -> None:
    journey = Journey().authorized(a=2)
    scan = seen(1, line="a", for_operation_id="op-1")
    journey.do(scan)
    before = journey.state

    assert [] == journey.do(scan)
    assert before is journey.state
    journey.do(receive(a=1), accept("a", 2), FinishReceipt())
    assert [] == journey.do(scan)
    assert ReturnStatus.PROCESSED is journey.status


# ---------------------------------------------------------------- which units


@given(asked=st.integers(1, 4), came=st.integers(1, 9))
def test_expected_units_come_first_then_unexpected_then_foreign(asked: int, came: int) -> None:
    journey = Journey(sold("a", 6)).authorized(a=asked)

    journey.do(receive(a=came))

    expected = min(asked, came)
    unexpected = min(came - expected, 6 - asked)
    foreign = came - expected - unexpected
    counts = receptions(journey)
    assert (expected, unexpected, foreign) == (
        counts["received"],
        counts["unexpected"],
        counts["wrong_item"],
    )
    assert (asked + unexpected, expected + unexpected, 0, 0, 0) == journey.counters("a")


def test_what_is_foreign_belongs_to_no_line() -> None:
    journey = Journey().authorized(a=1)

    journey.do(seen(2, sku="TOASTER"))

    foreign = journey.ret.lines[-1]
    assert (None, "TOASTER", 0) == (foreign.line, foreign.sku, foreign.quantity)
    assert {"wrong_item": 2} == Counter(unit.reception.value for unit in foreign.units)
    assert (1, 0, 0, 0, 0) == journey.counters("a")


def test_foreign_goods_of_one_kind_share_a_line() -> None:
    journey = Journey().authorized(a=1)

    journey.do(seen(1, sku="TOASTER"), seen(1, barcode="TOASTER"))

    assert [2] == [len(line.units) for line in journey.ret.lines if line.line is None]


def test_a_line_outside_the_return_is_unexpected() -> None:
    journey = Journey().authorized(a=1)

    journey.do(seen(1, line="b"))

    assert {"a": {"expected": 1}, "b": {"unexpected": 1}} == by_line(journey)
    assert (1, 1, 0, 0, 0) == journey.counters("b")
    assert 0 == journey.ret.lines[-1].quantity


def test_what_is_called_unexpected_fills_no_expectation() -> None:
    journey = Journey().authorized(a=1)

    journey.do(seen(1, line="a", reception="unexpected"))

    assert {"a": {"expected": 1, "unexpected": 1}} == by_line(journey)


def test_a_wrong_item_in_the_box_leaves_its_unit_expected() -> None:
    journey = Journey().authorized(a=1)

    journey.do(seen(1, line="a", reception="wrong_item"))

    assert {"a": {"expected": 1}, None: {"wrong_item": 1}} == by_line(journey)
    assert (1, 0, 0, 0, 0) == journey.counters("a")


def test_missing_units_that_come_after_all_are_received() -> None:
    journey = Journey().authorized(a=2)
    journey.do(receive(a=1), accept(), FinishReceipt(remaining="missing"))
    assert {"received": 1, "missing": 1} == receptions(journey)

    said = journey.do(receive(a=1))

    assert [EventType.RETURN_RECEIVED] == said
    assert {"received": 2} == receptions(journey)
    assert (2, 2, 1, 0, 0) == journey.counters("a")


def test_expected_units_come_before_missing_ones() -> None:
    """A corrected receipt expects its unit again, beside one that was said missing."""
    journey = Journey().authorized(a=3)
    journey.do(receive(a=1), accept(), FinishReceipt(remaining="missing"))
    journey.do(receive(a=1))
    late = journey.ret.receipts[-1].lines[-1].id
    journey.do(CorrectReceipt(receipt_line=late, quantity=0, reason="Counted again"))
    assert {"received": 1, "expected": 1, "missing": 1} == receptions(journey)

    journey.do(receive(a=1))

    assert {"received": 2, "missing": 1} == receptions(journey)


TWINS = (sold("a", 2, sku="MUG"), sold("b", 2, sku="MUG"), sold("c", 2, sku="CUP"))


def test_twins_are_taken_for_the_line_in_the_return() -> None:
    journey = Journey(*TWINS).authorized(b=1)

    journey.do(seen(2, sku="MUG"))

    assert {"b": {"received": 1, "unexpected": 1}} == by_line(journey)


def test_twins_fill_every_line_that_expects_them() -> None:
    journey = Journey(*TWINS).authorized(a=1, b=1)

    journey.do(seen(2, sku="MUG"))

    assert {"a": {"received": 1}, "b": {"received": 1}} == by_line(journey)
    assert ["a", "b"] == [line.line for line in journey.ret.receipts[0].lines]


def test_twins_outside_the_return_are_a_guess() -> None:
    refusal = Journey(*TWINS).authorized(c=1).refused(seen(1, sku="MUG"))

    assert ("ambiguous_item", "/units/0") == (refusal.code, refusal.pointer)


CODED = (
    replace(sold("a", 1, sku="MUG"), upc="400", part_number="P1", serials=("S1", "S2")),
    replace(sold("b", 1, sku="CUP"), upc="401", part_number="MUG"),
)


@pytest.mark.parametrize(
    ("code", "line"), [("400", "a"), ("401", "b"), ("MUG", "a"), ("P1", "a"), ("S2", "a")]
)
def test_a_barcode_is_a_upc_or_a_sku_or_a_part_number_or_a_serial(code: str, line: str) -> None:
    journey = Journey(*CODED).authorized(a=1, b=1)

    journey.do(seen(1, barcode=code))

    assert [line] == [one.line for one in journey.ret.receipts[0].lines]


def test_serials_go_to_the_units_in_order() -> None:
    journey = Journey().authorized(a=2)

    journey.do(seen(2, line="a", serials=["X", "Y"]))

    assert ["X", "Y"] == [unit.serial for unit in journey.units]


def test_a_return_line_can_be_named_by_its_own_id() -> None:
    journey = Journey().authorized(a=1)

    journey.do(seen(1, line=journey.ret.lines[0].id))

    assert {"a": {"received": 1}} == by_line(journey)


def test_several_kinds_come_at_once_or_not_at_all() -> None:
    journey = Journey().authorized(a=1, b=1)
    plan = Receive(
        units=(UnitsSeen(line="a", quantity=1), UnitsSeen(line="z", quantity=1)),
    )

    assert "/units/1/line" == journey.refused(plan).pointer
    assert {"expected": 2} == receptions(journey)


def test_goods_announced_by_the_warehouse_are_let_in_by_coming() -> None:
    journey = Journey().requested(Origin.WAREHOUSE, a=1)

    said = journey.do(receive(a=1))

    assert [EventType.RETURN_AUTHORIZED, EventType.RETURN_RECEIVED] == said
    assert {"requested", "authorized", "received"} == set(journey.ret.status_at)


def test_the_snapshot_of_being_let_in_knows_nothing_of_the_goods() -> None:
    journey = Journey().requested(Origin.WAREHOUSE, a=1)
    plan = [receive(a=1)]
    decision = decide(journey.state, plan, journey.context(plan=plan))

    assert isinstance(decision, Decision)
    let_in = decision.events[0].snapshot.ret
    assert let_in is not None
    assert () == let_in.receipts
    assert ReturnStatus.AUTHORIZED is let_in.status
