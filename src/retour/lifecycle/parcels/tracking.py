"""Scans: where a parcel is, whoever says so and in whatever order.

A carrier's scans may come late, twice and shuffled.  What a parcel has come to is the furthest of
them, and the furthest of many is the same in any order: a scan that is not the furthest is kept and
changes nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import Track
from retour.lifecycle.fold import Fold
from retour.lifecycle.model import (
    Direction,
    EventType,
    Parcel,
    ParcelMethod,
    ParcelScan,
    ParcelStatus,
)
from retour.lifecycle.parcels.packing import NEVER_LEFT, find_parcel, unknown_parcel
from retour.lifecycle.parcels.parcel import SCANS_MAX
from retour.lifecycle.parcels.table import PARCELS

_ARRIVED: Final = frozenset({ParcelStatus.DELIVERED, ParcelStatus.RETURNED_TO_SENDER})
_OVER: Final = frozenset({ReturnStatus.REJECTED, ReturnStatus.CANCELED})
_LEVELS: Final = {"delivered": 1, "returned_to_sender": 2}
"""How final a scan is: within a level the latest counts, between levels the more final one.

Carriers that turn a parcel round say delivered once more when its sender has it.
"""
_WEIGHTS: Final = {"in_transit": 0, "exception": 1, "lost": 2, "delivered": 3}
"""Which of two scans of one instant counts."""


def track(fold: Fold, command: Track) -> Refusal | None:
    """Note a carrier's scan; the same scan again changes nothing, and no parcel goes backwards."""
    parcel = _tracked_parcel(fold, command.parcel)
    if isinstance(parcel, Refusal):
        return parcel
    if fold.ret.status in _OVER and parcel.direction is Direction.INBOUND:
        return refuse(
            RefusalCode.NOT_ALLOWED_IN_STATUS,
            f"The return is {fold.ret.status}; only parcels back to the customer go on.",
            "/parcel",
        )
    at = fold.at if command.at is None else command.at.astimezone(UTC)
    scan = ParcelScan(
        code=command.code,
        at=at,
        id=command.event,
        detail=command.detail,
        location=command.location,
    )
    if command.event is not None:
        _carrier_said(fold, parcel, scan)
        return None
    return _person_said(fold, parcel, scan)


def _carrier_said(fold: Fold, parcel: Parcel, scan: ParcelScan) -> None:
    """Keep a scan; move the parcel only where it is the furthest of all."""
    if any(scan.id == known.id for known in parcel.scans):
        return
    scans = furthest((*parcel.scans, scan))
    if scans == parcel.scans:
        return
    leads = scans[-1] is scan
    status = ParcelStatus(scan.code) if leads else parcel.status
    fold.put_parcel(replace(parcel, status=status, scans=scans))
    if leads:
        tell_scan(fold, parcel.id, status)


def furthest(scans: tuple[ParcelScan, ...]) -> tuple[ParcelScan, ...]:
    """Keep the scans furthest along, in that order; the same of any order they came in."""
    return tuple(sorted(scans, key=_place)[-SCANS_MAX:])


def _place(scan: ParcelScan) -> tuple[int, datetime, int, str]:
    return (_LEVELS.get(scan.code, 0), scan.at, _WEIGHTS.get(scan.code, 4), scan.id or "")


def _person_said(fold: Fold, parcel: Parcel, scan: ParcelScan) -> Refusal | None:
    """Move the parcel as its table allows; a person hears what is not possible."""
    status = ParcelStatus(scan.code)
    is_known = any((scan.code, scan.at) == (one.code, one.at) for one in parcel.scans)
    if is_known or (status is parcel.status and status not in PARCELS[status]):
        return None
    if status not in PARCELS[parcel.status]:
        return refuse(
            RefusalCode.BACKWARDS,
            f"The parcel is {parcel.status}; it cannot become {status} again. Name another parcel"
            " if this scan is about one.",
            "/code",
        )
    fold.put_parcel(replace(parcel, status=status, scans=furthest((*parcel.scans, scan))))
    tell_scan(fold, parcel.id, status)
    return None


def tell_scan(fold: Fold, parcel: str, status: ParcelStatus) -> None:
    """Say the first scan as the return's own step, every later one as the parcel's."""
    before = fold.ret.status
    found = find_parcel(fold.ret, parcel)
    inbound = found is not None and found.direction is Direction.INBOUND
    if inbound and before is ReturnStatus.AUTHORIZED:
        hand_over(fold, parcel)
    if inbound and before in {ReturnStatus.AUTHORIZED, ReturnStatus.SHIPPED}:
        fold.enter(ReturnStatus.TRACKED)
        fold.say(EventType.RETURN_TRACKED, {"parcel": parcel, "code": status.value})
    else:
        fold.say(EventType.PARCEL_UPDATED, {"parcel": parcel, "code": status.value})


def hand_over(fold: Fold, parcel: str) -> None:
    """Let the return be shipped, in this parcel."""
    fold.enter(ReturnStatus.SHIPPED)
    fold.say(EventType.RETURN_SHIPPED, {"parcel": parcel})


def _tracked_parcel(fold: Fold, name: str | None) -> Parcel | Refusal:
    """Find the parcel a scan is about: the named one, else the newest that can have left."""
    ret = fold.ret
    if name is not None:
        return find_parcel(ret, name) or unknown_parcel(name)
    left = [
        one
        for one in ret.parcels
        if one.status not in NEVER_LEFT and one.direction is Direction.INBOUND
    ]
    first_scan = ret.status in {ReturnStatus.AUTHORIZED, ReturnStatus.SHIPPED}
    if left and not (first_scan and left[-1].status in _ARRIVED):
        return left[-1]
    return own_parcel(fold, None)


def own_parcel(fold: Fold, tracking: str | None, carrier: str | None = None) -> Parcel:
    """Let a parcel exist that carries the customer's own label."""
    parcel = Parcel(
        id=fold.mint("pcl"),
        status=ParcelStatus.LABEL_CREATED,
        created_at=fold.at,
        tracking_number=tracking,
        carrier=carrier,
        method=ParcelMethod.OWN,
    )
    fold.put_parcel(parcel)
    return parcel
