"""Parcels: packed, voided, collected, sent back; and scans in whatever order they come."""

from __future__ import annotations

import random
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.lifecycle.commands import (
    AddParcel,
    Cancel,
    CancelPickup,
    CreateLabel,
    FinishReceipt,
    JoinParcel,
    RecordLabel,
    RecordPickup,
    RecordVoid,
    Reject,
    RetryLabel,
    SchedulePickup,
    SendBack,
    Ship,
    Track,
    VoidLabel,
)
from retour.lifecycle.model import (
    Direction,
    EventType,
    Parcel,
    ParcelDocument,
    ParcelMethod,
    ParcelStatus,
    PickupStatus,
    ReturnStatus,
)
from retour.lifecycle.parcels.bodies import ItemPacked, scanned
from retour.lifecycle.parcels.packing import PARCELS_MAX
from retour.lifecycle.parcels.parcel import SCANS_MAX
from tests.support.returns import NOON, Journey, accept, judge, receive

SOON, LATE = NOON + timedelta(hours=1), NOON + timedelta(hours=5)


def authorized(**asked: int) -> Journey:
    return Journey().authorized(**(asked or {"a": 3}))


def box(journey: Journey, place: int = -1) -> Parcel:
    return journey.ret.parcels[place]


def labelled(*items: ItemPacked) -> Journey:
    journey = authorized()
    journey.do(CreateLabel(carrier="dhl", items=items))
    journey.do(RecordLabel(parcel=box(journey).id, outcome="created", tracking_number="T1"))
    return journey


# ---------------------------------------------------------------- what lies in it


def test_units_lie_in_one_parcel_at_a_time() -> None:
    journey = labelled(ItemPacked(line="a", quantity=2))
    assert 2 == len(box(journey).units)

    refusal = journey.refused(CreateLabel(items=(ItemPacked(line="a", quantity=2),)))
    assert ("not_enough_units", "/items/0/quantity") == (refusal.code, refusal.pointer)
    journey.do(CreateLabel(items=(ItemPacked(line="a"),)))
    first, second = (set(one.units) for one in journey.ret.parcels)
    assert (1, set()) == (len(second), first & second)


def test_a_void_label_lets_its_units_travel_otherwise() -> None:
    journey = labelled(ItemPacked(line="a", quantity=3))
    journey.do(VoidLabel(parcel="T1"), RecordVoid(parcel="T1", outcome="voided"))

    journey.do(CreateLabel(items=(ItemPacked(line="a", quantity=3),)))
    assert 3 == len(box(journey).units)


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (ItemPacked(), "unnamed_item"),
        (ItemPacked(line="a", unit="u"), "unnamed_item"),
        (ItemPacked(line="z"), "unknown_line"),
        (ItemPacked(unit="unt_z"), "unknown_unit"),
        (ItemPacked(line="a", quantity=9), "not_enough_units"),
    ],
)
def test_what_is_packed_is_named_and_there(item: ItemPacked, code: str) -> None:
    assert code == authorized().code(CreateLabel(items=(item,)))


def test_a_unit_that_came_lies_in_no_parcel_any_more() -> None:
    journey = authorized()
    journey.do(receive(a=1))
    here = next(one.id for one in journey.units if one.reception == "received")

    assert "not_enough_units" == journey.code(AddParcel(items=(ItemPacked(unit=here),)))


def test_a_return_has_so_many_parcels_and_no_more() -> None:
    journey = authorized()
    for _ in range(PARCELS_MAX):
        journey.do(AddParcel())

    for more in (CreateLabel(), AddParcel(), Ship(tracking_number="X")):
        assert "too_many_parcels" == journey.code(more)


# ---------------------------------------------------------------- labels


def test_a_label_that_failed_is_asked_for_again_as_the_same_intent() -> None:
    journey = authorized()
    journey.do(CreateLabel(carrier="dhl"))
    parcel = box(journey).id
    journey.do(RecordLabel(parcel=parcel, outcome="failed", error="Closed"))

    assert [EventType.LABEL_REQUESTED] == journey.do(RetryLabel(parcel=parcel))
    assert [("label", parcel)] * 2 == journey.effects
    assert (ParcelStatus.REQUESTED, None) == (box(journey).status, box(journey).failure)
    assert "parcel_not_ready" == journey.code(RetryLabel(parcel=parcel))


def test_a_carrier_is_asked_before_its_label_is_void() -> None:
    journey = labelled()
    assert [EventType.LABEL_VOID_REQUESTED] == journey.do(VoidLabel(parcel="T1"))
    assert (ParcelStatus.LABEL_CREATED, True) == (box(journey).status, box(journey).voiding)
    assert [] == journey.do(VoidLabel(parcel="T1"))

    refused = RecordVoid(parcel="T1", outcome="refused", error="Billed")
    assert [EventType.LABEL_VOID_REFUSED] == journey.do(refused)
    assert ("Billed", False) == (box(journey).failure, box(journey).voiding)
    journey.do(VoidLabel(parcel="T1"))
    assert [EventType.LABEL_VOIDED] == journey.do(RecordVoid(parcel="T1", outcome="voided"))
    assert [] == journey.do(RecordVoid(parcel="T1", outcome="voided"))


def test_a_label_that_is_being_taken_back_is_not_handed_over() -> None:
    journey = labelled()
    journey.do(VoidLabel(parcel="T1"))
    journey.do(Ship())

    assert [ParcelMethod.LABEL, ParcelMethod.OWN] == [one.method for one in journey.ret.parcels]


def test_a_label_in_use_is_not_taken_back() -> None:
    journey = labelled()
    journey.do(VoidLabel(parcel="T1"), scan("in_transit", 0))

    assert [] == journey.do(RecordVoid(parcel="T1", outcome="voided"))[:0]
    assert ParcelStatus.IN_TRANSIT is box(journey).status
    assert "label_used" == journey.code(VoidLabel(parcel="T1"))


def test_a_label_of_one_s_own_is_void_at_once() -> None:
    journey = authorized()
    journey.do(AddParcel(tracking_number="OWN"))

    assert [EventType.LABEL_VOIDED] == journey.do(VoidLabel(parcel="OWN"))
    assert [] == journey.effects


def test_carriers_take_back_what_a_canceled_return_leaves_unused() -> None:
    journey = labelled()
    journey.do(AddParcel(tracking_number="OWN"))
    parcel = journey.ret.parcels[0].id
    before = len(journey.effects)
    journey.do(Cancel(reason="Kept"))

    assert [("label", parcel)] == journey.effects[before:]
    assert [ParcelStatus.VOIDED] * 2 == [one.status for one in journey.ret.parcels]


def test_a_label_uploaded_later_is_told_once() -> None:
    journey = authorized()
    journey.do(AddParcel(method="own"))
    paper = ParcelDocument(kind="label", format="pdf", digest="0" * 64)
    told = RecordLabel(parcel=box(journey).id, outcome="created", label_url="u", documents=(paper,))

    assert [EventType.LABEL_CREATED] == journey.do(told)
    assert [] == journey.do(told)
    newer = replace(told, documents=(replace(paper, digest="1" * 64),))
    assert [EventType.LABEL_CREATED] == journey.do(newer)
    assert ["1" * 64] == [one.digest for one in box(journey).documents]
    assert [] == journey.effects  # Nobody is asked where a stranger's parcel is.


def test_the_same_number_is_added_once() -> None:
    journey = authorized()
    journey.do(AddParcel(tracking_number="OWN"))

    assert [] == journey.do(AddParcel(tracking_number="OWN"))


# ---------------------------------------------------------------- pick-ups


def asked_to_come() -> Journey:
    journey = labelled()
    journey.do(SchedulePickup(parcel="T1", earliest=SOON, latest=LATE))
    return journey


def came(outcome: PickupStatus) -> RecordPickup:
    return msgspec.convert({"parcel": "T1", "outcome": outcome}, RecordPickup)


def test_somebody_comes_and_then_does_not() -> None:
    journey = asked_to_come()
    assert [EventType.PICKUP_SCHEDULED] == journey.do(came(PickupStatus.SCHEDULED))
    assert [] == journey.do(came(PickupStatus.FAILED))  # Answered already.
    assert [EventType.PICKUP_CANCEL_REQUESTED] == journey.do(CancelPickup(parcel="T1"))
    assert [EventType.PICKUP_CANCELED] == journey.do(came(PickupStatus.CANCELED))
    assert [] == journey.do(CancelPickup(parcel="T1"))
    journey.do(SchedulePickup(parcel="T1", earliest=SOON, latest=LATE))


def test_a_yes_that_comes_after_the_wish_to_cancel_changes_nothing() -> None:
    journey = asked_to_come()
    journey.do(CancelPickup(parcel="T1"))

    assert [] == journey.do(came(PickupStatus.SCHEDULED))
    assert [EventType.PICKUP_CANCELED] == journey.do(came(PickupStatus.CANCELED))


def test_nobody_comes_twice_or_in_the_past_or_for_no_label() -> None:
    journey = asked_to_come()
    again = SchedulePickup(parcel="T1", earliest=SOON, latest=LATE)
    assert "parcel_not_ready" == journey.code(again)
    assert "parcel_not_ready" == journey.code(VoidLabel(parcel="T1"))
    journey = labelled()
    assert "bad_field" == journey.code(replace(again, latest=SOON))
    past = NOON - timedelta(hours=2)
    assert "bad_field" == journey.code(
        replace(again, earliest=past, latest=past + timedelta(hours=1))
    )
    journey.do(AddParcel(tracking_number="OWN"))
    assert "parcel_not_ready" == journey.code(replace(again, parcel="OWN"))
    assert "parcel_not_ready" == journey.code(CancelPickup(parcel="T1"))


# ---------------------------------------------------------------- the way back


def test_only_what_is_rejected_goes_back_and_once() -> None:
    journey = authorized()
    journey.do(receive(a=3), judge("a", 1, "rejected"), accept("a", 2), FinishReceipt())
    bad = next(one.id for one in journey.units if one.acceptance == "rejected")
    good = next(one.id for one in journey.units if one.acceptance == "accepted")
    assert "nothing_to_send_back" == journey.code(SendBack(units=(good,)))

    said = journey.do(SendBack(carrier="dhl"))
    assert [EventType.PARCEL_SENT_BACK, EventType.LABEL_REQUESTED] == said
    sent = box(journey)
    assert ((bad,), Direction.OUTBOUND, "main") == (sent.units, sent.direction, sent.facility)
    assert "nothing_to_send_back" == journey.code(SendBack())
    journey.do(
        VoidLabel(parcel=sent.id),
        RecordVoid(parcel=sent.id, outcome="voided"),
        SendBack(tracking_number="BACK", units=(bad, bad)),
    )
    assert (ParcelMethod.OWN, (bad,)) == (box(journey).method, box(journey).units)


def test_a_parcel_back_moves_no_return() -> None:
    journey = authorized()
    journey.do(receive(a=1), Reject(reason="Worn"))
    journey.do(SendBack(tracking_number="BACK"))

    said = journey.do(Track(code="delivered", parcel="BACK"))
    assert ([EventType.PARCEL_UPDATED], ReturnStatus.REJECTED) == (said, journey.status)


def test_what_is_canceled_goes_back_only_where_that_was_decided() -> None:
    for goods, goes in (("send_back", True), ("keep", False)):
        journey = authorized()
        journey.do(receive(a=1))
        journey.do(msgspec.convert({"reason": "x", "goods": goods}, Cancel))
        assert goes == ("send_back" in journey.allowed)
        assert goes == (journey.code(SendBack()) is None) if not goes else journey.do(SendBack())


def test_parcels_to_us_stand_still_once_a_return_is_over() -> None:
    journey = labelled()
    journey.do(receive(a=1), Reject(reason="Worn"))
    assert "not_allowed_in_status" == journey.code(scan("in_transit", 0))
    journey.do(SendBack(tracking_number="BACK"))

    assert "not_allowed_in_status" == journey.code(scan("in_transit", 0))


# ---------------------------------------------------------------- one box, several returns


def test_a_box_that_was_seen_moves_the_return_that_joins_it() -> None:
    owner = labelled()
    owner.do(scan("in_transit", 0))
    shared = replace(box(owner), of=owner.ret.id)
    journey = authorized()

    said = journey.do(JoinParcel(parcel=shared, items=(ItemPacked(line="a", quantity=1),)))
    assert [
        EventType.PARCEL_ADDED,
        EventType.RETURN_SHIPPED,
        EventType.RETURN_TRACKED,
    ] == said
    assert 1 == len(box(journey).units)
    assert [] == journey.do(JoinParcel(parcel=shared))
    assert "parcel_not_ready" == labelled_elsewhere(shared).code(VoidLabel(parcel=shared.id))


def labelled_elsewhere(shared: Parcel) -> Journey:
    journey = authorized()
    fresh = replace(shared, status=ParcelStatus.LABEL_CREATED, scans=())
    journey.do(JoinParcel(parcel=fresh))
    return journey


# ---------------------------------------------------------------- scans


def scan(code: str, minute: int, event: str | None = None, parcel: str = "T1") -> Track:
    at = NOON + timedelta(minutes=minute)
    return scanned(parcel, event or f"{code}-{minute}", code, at)


CODES = ("in_transit", "delivered", "exception", "lost", "returned_to_sender")
SCANS = st.lists(
    st.builds(scan, st.sampled_from(CODES), st.integers(0, 20)), min_size=1, max_size=30
)


@given(told=SCANS, chance=st.randoms(use_true_random=False), copies=st.integers(1, 3))
def test_a_parcel_comes_to_the_same_whatever_the_order_and_however_often(
    told: list[Track], chance: random.Random, copies: int
) -> None:
    shuffled = told * copies
    chance.shuffle(shuffled)
    one, other = labelled(), labelled()
    one.do(*told)
    other.do(*shuffled)

    assert (box(one).status, box(one).scans) == (box(other).status, box(other).scans)
    assert ReturnStatus.TRACKED is one.status is other.status


@given(told=SCANS)
def test_no_scan_leads_backwards(told: list[Track]) -> None:
    """Delivered stays delivered, turned round stays turned round, whatever comes late."""
    journey = labelled()
    ranks = {"delivered": 1, "returned_to_sender": 2}
    reached = 0
    for one in told:
        journey.do(one)
        rank = ranks.get(box(journey).status, 0)
        assert rank >= reached
        reached = rank
    last = max(told, key=lambda one: (ranks.get(one.code, 0), one.at))
    if ranks.get(last.code):
        assert last.code == box(journey).status


def test_a_late_scan_is_kept_and_says_nothing() -> None:
    journey = labelled()
    journey.do(scan("delivered", 9))

    assert [] == journey.do(scan("in_transit", 3))
    assert ["in_transit", "delivered"] == [one.code for one in box(journey).scans]
    assert ParcelStatus.DELIVERED is box(journey).status


def test_of_two_scans_at_once_the_graver_counts() -> None:
    for told in (("lost", "in_transit"), ("in_transit", "lost")):
        journey = labelled()
        journey.do(*(scan(code, 5) for code in told))
        assert ParcelStatus.LOST is box(journey).status


def test_ten_thousand_scans_shuffled_and_doubled_come_to_the_same() -> None:
    chance = random.Random(7)
    told = [
        scan(chance.choice(CODES[:4]), minute, f"e{place}")
        for place, minute in enumerate(chance.choices(range(5000), k=5000))
    ] * 2
    ends = set[tuple[str, tuple[str | None, ...]]]()
    for seed in range(3):
        random.Random(seed).shuffle(told)
        journey = labelled()
        journey.do(*told)
        ends.add((box(journey).status.value, tuple(one.id for one in box(journey).scans)))
        assert SCANS_MAX == len(box(journey).scans)
        assert ReturnStatus.TRACKED is journey.status

    assert 1 == len(ends)


def test_a_void_label_that_is_used_all_the_same_is_seen() -> None:
    journey = labelled()
    journey.do(VoidLabel(parcel="T1"), RecordVoid(parcel="T1", outcome="voided"))

    journey.do(scan("in_transit", 1))
    assert ParcelStatus.IN_TRANSIT is box(journey).status


def test_a_carrier_s_words_are_cut_to_what_is_kept() -> None:
    long = scanned("T1", "e", "in_transit", NOON, said=("x" * 999, None))

    assert 255 == len(long.detail or "")
