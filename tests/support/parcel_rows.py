"""Rows of the table that are about parcels: each asked of a box that stands as it needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from msgspec.structs import replace

from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import (
    AddParcel,
    CancelPickup,
    Command,
    CreateLabel,
    JoinParcel,
    RecordLabel,
    RecordPickup,
    RecordVoid,
    RetryLabel,
    SchedulePickup,
    Track,
    VoidLabel,
)
from retour.lifecycle.model import Direction, Parcel, ParcelStatus, Pickup, PickupStatus
from tests.support.returns import NOON, Journey

Make = Callable[[], Journey]
Walk = tuple[str, Make, Command, str]
"""The word, where it starts, what is asked, the event it says."""

SOON, LATE = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
_COMING = Pickup(status=PickupStatus.REQUESTED, earliest=SOON, latest=LATE)
_OPEN = frozenset(
    {
        ReturnStatus.AUTHORIZED,
        ReturnStatus.SHIPPED,
        ReturnStatus.TRACKED,
        ReturnStatus.RECEIVED,
    }
)
_OVER = frozenset({ReturnStatus.REJECTED, ReturnStatus.CANCELED})
_BOX = Parcel(
    id="pcl_x",
    status=ParcelStatus.LABEL_CREATED,
    created_at=NOON,
    carrier="dhl",
    direction=Direction.OUTBOUND,
)


def _with(way: Make, box: Parcel) -> Make:
    def make() -> Journey:
        journey = way()
        ret = replace(journey.ret, parcels=(*journey.ret.parcels, box))
        journey.state = replace(journey.state, ret=ret)
        return journey

    return make


def _of_carriers(way: Make) -> list[Walk]:
    """What can be asked about a box in every status from authorized on."""
    made = _with(way, _BOX)
    failed = _with(way, replace(_BOX, status=ParcelStatus.LABEL_FAILED))
    asked = _with(way, replace(_BOX, pickup=_COMING))
    coming = _with(way, replace(_BOX, pickup=replace(_COMING, status=PickupStatus.SCHEDULED)))
    void = RecordVoid(parcel="pcl_x", outcome="voided")
    wanted = SchedulePickup(parcel="pcl_x", earliest=SOON, latest=LATE)
    answer = RecordPickup(parcel="pcl_x", outcome="scheduled")
    return [
        ("retry_label", failed, RetryLabel(parcel="pcl_x"), "label.requested"),
        ("void_label", made, VoidLabel(parcel="pcl_x"), "label.void_requested"),
        ("record_void", made, void, "label.voided"),
        ("schedule_pickup", made, wanted, "pickup.requested"),
        ("cancel_pickup", coming, CancelPickup(parcel="pcl_x"), "pickup.cancel_requested"),
        ("record_pickup", asked, answer, "pickup.scheduled"),
    ]


def parcel_walks(status: ReturnStatus, way: Make) -> list[Walk]:
    """Give what can be asked about parcels in a status, as far as it is alike in several."""
    walks = _of_carriers(way)
    if status in _OPEN:
        box = Parcel(id="pcl_y", status=ParcelStatus.LABEL_CREATED, created_at=NOON, of="ret_x")
        walks.append(("add_parcel", way, AddParcel(tracking_number="OWN-1"), "parcel.added"))
        walks.append(("join_parcel", way, JoinParcel(parcel=box), "parcel.added"))
    if status in {ReturnStatus.SHIPPED, ReturnStatus.TRACKED}:
        walks.append(("create_label", way, CreateLabel(), "label.requested"))
    if status in _OVER:
        requested = _with(way, replace(_BOX, status=ParcelStatus.REQUESTED))
        sent = RecordLabel(parcel="pcl_x", outcome="created")
        seen = Track(code="delivered", parcel="pcl_x")
        walks.append(("record_label", requested, sent, "label.created"))
        walks.append(("track", _with(way, _BOX), seen, "parcel.updated"))
    return walks
