"""Boxes on their way: labels, hand-over, scans."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import msgspec
import pytest

from retour.lifecycle.commands import (
    Cancel,
    CreateLabel,
    FinishReceipt,
    RecordLabel,
    Reopen,
    Ship,
    Track,
)
from retour.lifecycle.model import (
    Approval,
    EventType,
    ParcelStatus,
    Policy,
    ReturnStatus,
    ShippedWhen,
)
from retour.lifecycle.parcels.table import PARCELS
from tests.support.returns import NOON, Journey, accept, receive

LATER = NOON + timedelta(hours=1)


def made(journey: Journey, outcome: str = "created", **more: str) -> RecordLabel:
    body = {"parcel": journey.ret.parcels[-1].id, "outcome": outcome, **more}
    return msgspec.convert(body, RecordLabel)


def labelled(policy: Policy | None = None) -> Journey:
    journey = Journey(policy=policy).authorized()
    journey.do(CreateLabel(carrier="dhl"))
    return journey


def scanned(*codes: str) -> Journey:
    journey = labelled()
    journey.do(made(journey, tracking_number="T1", label_url="u"))
    for place, code in enumerate(codes):
        journey.do(track(code, NOON + timedelta(minutes=place)))
    return journey


def track(code: str, at: datetime | None = None, parcel: str | None = None) -> Track:
    return msgspec.convert({"code": code, "at": at, "parcel": parcel}, Track)


def test_a_label_is_asked_of_the_carrier() -> None:
    journey = labelled()

    parcel = journey.ret.parcels[0]
    assert (ParcelStatus.REQUESTED, "dhl") == (parcel.status, parcel.carrier)
    assert [("label", parcel.id)] == journey.effects


def test_the_carrier_s_answer_is_noted_once() -> None:
    journey = labelled()
    answer = made(journey, tracking_number="T1", label_url="https://labels.test/1")

    assert [EventType.LABEL_CREATED] == journey.do(answer)
    assert [] == journey.do(answer)
    parcel = journey.ret.parcels[0]
    assert (ParcelStatus.LABEL_CREATED, "T1", "https://labels.test/1") == (
        parcel.status,
        parcel.tracking_number,
        parcel.label_url,
    )


def test_a_label_that_failed_may_come_after_all() -> None:
    journey = labelled()

    assert [EventType.LABEL_FAILED] == journey.do(made(journey, "failed", error="Closed"))
    assert [] == journey.do(made(journey, "failed", error="Closed"))
    assert "Closed" == journey.ret.parcels[0].failure
    assert [EventType.LABEL_CREATED] == journey.do(made(journey))
    assert journey.ret.parcels[0].failure is None


def test_a_label_that_is_made_cannot_fail_any_more() -> None:
    journey = labelled()
    journey.do(made(journey))

    assert [] == journey.do(made(journey, "failed"))
    assert ParcelStatus.LABEL_CREATED is journey.ret.parcels[0].status


def test_a_scan_that_overtakes_the_label_is_not_undone_by_it() -> None:
    journey = labelled()
    parcel = journey.ret.parcels[0].id
    journey.do(track("in_transit", parcel=parcel))

    said = journey.do(made(journey, tracking_number="T1", label_url="u"))

    assert [EventType.LABEL_CREATED] == said
    assert (ParcelStatus.IN_TRANSIT, "u") == (
        journey.ret.parcels[0].status,
        journey.ret.parcels[0].label_url,
    )


def test_an_answer_about_a_stranger_s_parcel_is_refused() -> None:
    answer = RecordLabel(parcel="pcl_other", outcome="created")

    assert "unknown_parcel" == labelled().code(answer)


def test_a_policy_may_ask_for_the_label_itself() -> None:
    journey = Journey(policy=Policy(label=Approval.AUTO, carrier="ups")).authorized()

    assert EventType.LABEL_REQUESTED == journey.events[-1]
    assert ["ups"] == [parcel.carrier for parcel in journey.ret.parcels]


def test_a_policy_asks_for_one_label_only() -> None:
    journey = Journey(policy=Policy(label=Approval.AUTO)).authorized()

    journey.do(made(journey, "failed"))

    assert 1 == len(journey.ret.parcels)


@pytest.mark.parametrize("when", ShippedWhen)
def test_a_label_ships_only_where_the_policy_says_so(when: ShippedWhen) -> None:
    journey = labelled(Policy(shipped_when=when))

    said = journey.do(made(journey))

    assert (when is ShippedWhen.LABEL) == (EventType.RETURN_SHIPPED in said)
    assert (when is ShippedWhen.LABEL) == (journey.status is ReturnStatus.SHIPPED)


def test_our_label_is_what_the_customer_hands_over() -> None:
    journey = labelled()
    journey.do(made(journey, tracking_number="T1"))

    journey.do(Ship())

    assert 1 == len(journey.ret.parcels)


def test_a_label_of_their_own_is_a_parcel_of_its_own() -> None:
    journey = labelled()
    journey.do(made(journey, tracking_number="T1"))

    journey.do(Ship(tracking_number="OWN"))

    assert ["T1", "OWN"] == [parcel.tracking_number for parcel in journey.ret.parcels]


def test_the_first_scan_says_shipped_too() -> None:
    journey = Journey().authorized()

    said = journey.do(Track(code="in_transit"))

    assert [EventType.RETURN_SHIPPED, EventType.RETURN_TRACKED] == said
    assert {"requested", "authorized", "shipped", "tracked"} == set(journey.ret.status_at)


def test_a_scan_is_about_the_newest_parcel_or_the_named_one() -> None:
    journey = labelled()
    journey.do(made(journey, tracking_number="T1"))
    journey.do(Ship(tracking_number="OWN"))

    journey.do(Track(code="in_transit"))
    journey.do(track("in_transit", parcel="T1"))
    journey.do(track("delivered", parcel=journey.ret.parcels[0].id))

    assert [ParcelStatus.DELIVERED, ParcelStatus.IN_TRANSIT] == [
        parcel.status for parcel in journey.ret.parcels
    ]
    assert ("unknown_parcel", "/parcel") == (
        journey.refused(track("delivered", parcel="T9")).code,
        journey.refused(track("delivered", parcel="T9")).pointer,
    )


def test_the_same_scan_again_says_nothing() -> None:
    journey = scanned("in_transit")

    assert [] == journey.do(track("in_transit", NOON))
    assert [EventType.PARCEL_UPDATED] == journey.do(track("in_transit", LATER))
    assert [EventType.PARCEL_UPDATED] == journey.do(track("delivered", LATER))
    assert [] == journey.do(track("delivered", LATER + timedelta(hours=1)))


def test_no_parcel_goes_backwards() -> None:
    journey = scanned("in_transit", "delivered")

    refusal = journey.refused(track("in_transit", LATER))

    assert ("backwards", "/code") == (refusal.code, refusal.pointer)


CODES = ("in_transit", "delivered", "exception", "lost", "returned_to_sender")


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("last", CODES)
def test_a_scan_moves_a_parcel_as_its_table_says(last: str, code: str) -> None:
    journey = scanned(last)
    before, after = ParcelStatus(last), ParcelStatus(code)

    if after in PARCELS[before]:
        assert [EventType.PARCEL_UPDATED] == journey.do(track(code, LATER))
        assert after is journey.ret.parcels[0].status
    elif after is before:
        assert [] == journey.do(track(code, LATER))
    else:
        assert "backwards" == journey.code(track(code, LATER))


def test_a_scan_is_kept_in_utc() -> None:
    east = NOON.astimezone(timezone(timedelta(hours=9)))
    journey = Journey().authorized()

    journey.do(track("in_transit", east))

    scan = journey.ret.parcels[0].scans[0]
    assert (NOON, timedelta(0)) == (scan.at, scan.at.utcoffset())


def test_a_reopened_return_travels_in_a_new_parcel() -> None:
    journey = Journey().authorized()
    journey.do(Track(code="delivered"))
    journey.do(receive(a=1), accept(), FinishReceipt())
    journey.do(Reopen(reason="Look again"))

    journey.do(Track(code="in_transit"))

    assert [ParcelStatus.DELIVERED, ParcelStatus.IN_TRANSIT] == [
        parcel.status for parcel in journey.ret.parcels
    ]


def test_labels_nobody_used_are_void_once_the_return_is_canceled() -> None:
    journey = labelled()
    journey.do(made(journey))
    journey.do(CreateLabel())

    journey.do(Cancel(reason="Kept"))

    assert [ParcelStatus.VOIDED] * 2 == [parcel.status for parcel in journey.ret.parcels]
