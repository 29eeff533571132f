"""Boxes on their way: create_label, record_label, ship, track."""

from __future__ import annotations

from datetime import UTC

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import CreateLabel, RecordLabel, Ship, Track
from retour.lifecycle.fold import Fold
from retour.lifecycle.machine import PARCELS
from retour.lifecycle.model import (
    Approval,
    EventType,
    Parcel,
    ParcelScan,
    ParcelStatus,
    Return,
    ShippedWhen,
)

_SHIPPABLE = frozenset({ParcelStatus.REQUESTED, ParcelStatus.LABEL_CREATED})
_NEVER_LEFT = frozenset({ParcelStatus.LABEL_FAILED, ParcelStatus.VOIDED})
_ARRIVED = frozenset({ParcelStatus.DELIVERED, ParcelStatus.RETURNED_TO_SENDER})


def create_label(fold: Fold, command: CreateLabel) -> Refusal | None:
    """Ask a carrier for a label; the answer comes back as ``record_label``."""
    order_label(fold, command.carrier)
    return None


def order_label(fold: Fold, carrier: str) -> None:
    """Let a parcel exist and have its label made."""
    parcel = Parcel(
        id=fold.mint("pcl"), status=ParcelStatus.REQUESTED, created_at=fold.at, carrier=carrier
    )
    fold.put_parcel(parcel)
    fold.say(EventType.LABEL_REQUESTED, {"parcel": parcel.id})
    fold.ask("label", parcel.id)


def label_by_policy(fold: Fold) -> bool:
    """Ask for the first label where the policy may do so alone."""
    ret = fold.ret
    if fold.policy.label is not Approval.AUTO or ret.parcels or ret.reopened:
        return False
    with fold.as_policy():
        order_label(fold, fold.policy.carrier)
    return True


def record_label(fold: Fold, command: RecordLabel) -> Refusal | None:
    """Note what the carrier answered; the same answer again changes nothing."""
    ret = fold.ret
    parcel = find_parcel(ret, command.parcel)
    if parcel is None:
        return unknown_parcel(command.parcel)
    if command.outcome == "failed":
        return _label_failed(fold, parcel, command)
    if parcel.label_url is not None or parcel.status is ParcelStatus.LABEL_CREATED:
        return None
    # A scan may overtake the answer; the label is then noted without a step back.
    waiting = ParcelStatus.LABEL_CREATED in PARCELS[parcel.status]
    fold.put_parcel(
        replace(
            parcel,
            status=ParcelStatus.LABEL_CREATED if waiting else parcel.status,
            tracking_number=command.tracking_number or parcel.tracking_number,
            label_url=command.label_url,
            failure=None,
        )
    )
    fold.say(EventType.LABEL_CREATED, {"parcel": parcel.id})
    if ret.status is ReturnStatus.AUTHORIZED and fold.policy.shipped_when is ShippedWhen.LABEL:
        _hand_over(fold, parcel.id)
    return None


def _label_failed(fold: Fold, parcel: Parcel, command: RecordLabel) -> None:
    if ParcelStatus.LABEL_FAILED not in PARCELS[parcel.status]:
        return
    fold.put_parcel(replace(parcel, status=ParcelStatus.LABEL_FAILED, failure=command.error))
    fold.say(EventType.LABEL_FAILED, {"parcel": parcel.id})


def ship(fold: Fold, command: Ship) -> Refusal | None:
    """Note that the customer handed the parcel over, with our label or one of their own."""
    tracking = command.tracking_number
    parcel = next(
        (
            one
            for one in reversed(fold.ret.parcels)
            if one.status in _SHIPPABLE and tracking in (None, one.tracking_number)
        ),
        None,
    )
    if parcel is None:
        parcel = _own_parcel(fold, tracking)
    _hand_over(fold, parcel.id)
    return None


def _own_parcel(fold: Fold, tracking: str | None) -> Parcel:
    """Let a parcel exist that carries the customer's own label."""
    parcel = Parcel(
        id=fold.mint("pcl"),
        status=ParcelStatus.LABEL_CREATED,
        created_at=fold.at,
        tracking_number=tracking,
    )
    fold.put_parcel(parcel)
    return parcel


def _hand_over(fold: Fold, parcel: str) -> None:
    fold.enter(ReturnStatus.SHIPPED)
    fold.say(EventType.RETURN_SHIPPED, {"parcel": parcel})


# ---------------------------------------------------------------- track


def track(fold: Fold, command: Track) -> Refusal | None:
    """Note a carrier's scan; the same scan again changes nothing, and no parcel goes backwards."""
    parcel = _tracked_parcel(fold, command.parcel)
    if isinstance(parcel, Refusal):
        return parcel
    status = ParcelStatus(command.code)
    at = fold.at if command.at is None else command.at.astimezone(UTC)
    scan = ParcelScan(code=command.code, at=at)
    if scan in parcel.scans or (status is parcel.status and status not in PARCELS[status]):
        return None
    if status not in PARCELS[parcel.status]:
        return refuse(
            RefusalCode.BACKWARDS,
            f"The parcel is {parcel.status}; it cannot become {status} again. Name another parcel"
            " if this scan is about one.",
            "/code",
        )
    fold.put_parcel(replace(parcel, status=status, scans=(*parcel.scans, scan)))
    _tell_scan(fold, parcel.id, status)
    return None


def _tell_scan(fold: Fold, parcel: str, status: ParcelStatus) -> None:
    """Say the first scan as the return's own step, every later one as the parcel's."""
    before = fold.ret.status
    if before is ReturnStatus.AUTHORIZED:
        _hand_over(fold, parcel)
    if before in {ReturnStatus.AUTHORIZED, ReturnStatus.SHIPPED}:
        fold.enter(ReturnStatus.TRACKED)
        fold.say(EventType.RETURN_TRACKED, {"parcel": parcel, "code": status.value})
    else:
        fold.say(EventType.PARCEL_UPDATED, {"parcel": parcel, "code": status.value})


def _tracked_parcel(fold: Fold, name: str | None) -> Parcel | Refusal:
    """Find the parcel a scan is about: the named one, else the newest that can have left."""
    ret = fold.ret
    if name is not None:
        return find_parcel(ret, name) or unknown_parcel(name)
    left = [one for one in ret.parcels if one.status not in _NEVER_LEFT]
    first_scan = ret.status in {ReturnStatus.AUTHORIZED, ReturnStatus.SHIPPED}
    if left and not (first_scan and left[-1].status in _ARRIVED):
        return left[-1]
    return _own_parcel(fold, None)


def find_parcel(ret: Return, name: str) -> Parcel | None:
    """Find a parcel by its id or its tracking number."""
    for parcel in reversed(ret.parcels):
        if name in (parcel.id, parcel.tracking_number):
            return parcel
    return None


def unknown_parcel(name: str) -> Refusal:
    """Refuse a parcel that is none of the return's."""
    return refuse(
        RefusalCode.UNKNOWN_PARCEL,
        f"The return has no parcel {name!r}. Name one by its id or tracking number, or leave the"
        " field out.",
        "/parcel",
    )
