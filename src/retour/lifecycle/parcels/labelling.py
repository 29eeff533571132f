"""Labels: create_label, retry_label, void_label, what carriers answer, and labels of others."""

from __future__ import annotations

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import (
    AddParcel,
    CreateLabel,
    JoinParcel,
    RecordLabel,
    RecordVoid,
    RetryLabel,
    VoidLabel,
)
from retour.lifecycle.fold import Fold
from retour.lifecycle.model import (
    Approval,
    Direction,
    EventType,
    Parcel,
    ParcelDocument,
    ParcelMethod,
    ParcelStatus,
    PickupStatus,
    Return,
    ShippedWhen,
)
from retour.lifecycle.parcels.packing import (
    UNUSED,
    find_parcel,
    is_by_carrier,
    no_room,
    not_ready,
    pack,
    unknown_parcel,
)
from retour.lifecycle.parcels.table import PARCELS
from retour.lifecycle.parcels.tracking import hand_over, tell_scan
from retour.lifecycle.requests.offering import by_carrier, destination_of, method_of

LABEL = "label"
"""The effect of whatever a carrier is asked about one parcel, in order."""
TRACKING = "tracking"
"""The effect of asking a carrier again and again where the parcel is."""


def create_label(fold: Fold, command: CreateLabel) -> Refusal | None:
    """Ask a carrier for a label; the answer comes back as ``record_label``."""
    refusal = no_room(fold.ret)
    if refusal is not None:
        return refusal
    units = pack(fold.ret, command.items)
    if isinstance(units, Refusal):
        return units
    order_label(
        fold,
        Parcel(
            id=fold.mint("pcl"),
            status=ParcelStatus.REQUESTED,
            created_at=fold.at,
            carrier=command.carrier,
            method=ParcelMethod(command.method),
            service=command.service,
            units=units,
            facility=command.facility,
        ),
    )
    return None


def order_label(fold: Fold, parcel: Parcel) -> None:
    """Let a parcel exist and have its label made."""
    fold.put_parcel(parcel)
    fold.say(EventType.LABEL_REQUESTED, {"parcel": parcel.id})
    fold.ask(LABEL, parcel.id)


def label_by_policy(fold: Fold) -> bool:
    """Ask for the first label where the policy may do so alone."""
    ret = fold.ret
    policy = fold.policy
    method = by_carrier(method_of(ret))
    if (
        policy.label is not Approval.AUTO
        or not policy.phases.logistics
        or method is None
        or ret.parcels
        or ret.together_with is not None
        or ret.reopened
    ):
        return False
    place = destination_of(ret)
    asked = CreateLabel(carrier=policy.carrier, method=method, facility=place)
    with fold.as_policy():
        return create_label(fold, asked) is None


def retry_label(fold: Fold, command: RetryLabel) -> Refusal | None:
    """Ask again for a label that failed, as the same intent: what was made after all is found."""
    parcel = find_parcel(fold.ret, command.parcel)
    if parcel is None:
        return unknown_parcel(command.parcel)
    if parcel.status is not ParcelStatus.LABEL_FAILED or not is_by_carrier(parcel):
        return not_ready(f"The parcel is {parcel.status}; its label has not failed.")
    order_label(fold, replace(parcel, status=ParcelStatus.REQUESTED, failure=None))
    return None


def record_label(fold: Fold, command: RecordLabel) -> Refusal | None:
    """Note what the carrier answered; the same answer again changes nothing."""
    parcel = find_parcel(fold.ret, command.parcel)
    if parcel is None:
        return unknown_parcel(command.parcel)
    if command.outcome == "failed":
        _label_failed(fold, parcel, command)
    elif not _is_noted(parcel, command):
        _label_made(fold, parcel, command)
    return None


def _is_noted(parcel: Parcel, command: RecordLabel) -> bool:
    if set(command.documents) - set(parcel.documents):
        return False
    return parcel.label_url is not None or parcel.status is ParcelStatus.LABEL_CREATED


def _label_made(fold: Fold, parcel: Parcel, command: RecordLabel) -> None:
    # A scan may overtake the answer; the label is then noted without a step back.
    waiting = parcel.status in {ParcelStatus.REQUESTED, ParcelStatus.LABEL_FAILED}
    fold.put_parcel(
        replace(
            parcel,
            status=ParcelStatus.LABEL_CREATED if waiting else parcel.status,
            tracking_number=command.tracking_number or parcel.tracking_number,
            label_url=command.label_url or parcel.label_url,
            service=command.service or parcel.service,
            reference=command.reference or parcel.reference,
            documents=_with_documents(parcel.documents, command.documents),
            failure=None,
        )
    )
    fold.say(EventType.LABEL_CREATED, {"parcel": parcel.id})
    if is_by_carrier(parcel):
        fold.ask(TRACKING, parcel.id)
    is_first = fold.ret.status is ReturnStatus.AUTHORIZED and parcel.direction is Direction.INBOUND
    if is_first and fold.policy.shipped_when is ShippedWhen.LABEL:
        hand_over(fold, parcel.id)


def _with_documents(
    had: tuple[ParcelDocument, ...], new: tuple[ParcelDocument, ...]
) -> tuple[ParcelDocument, ...]:
    """Lay new papers over those of the same kind and format."""
    places = {(one.kind, one.format): one for one in (*had, *new)}
    return tuple(places.values())


def _label_failed(fold: Fold, parcel: Parcel, command: RecordLabel) -> None:
    if ParcelStatus.LABEL_FAILED not in PARCELS[parcel.status]:
        return
    fold.put_parcel(replace(parcel, status=ParcelStatus.LABEL_FAILED, failure=command.error))
    fold.say(EventType.LABEL_FAILED, {"parcel": parcel.id})


# ---------------------------------------------------------------- taken back


def void_label(fold: Fold, command: VoidLabel) -> Refusal | None:
    """Take a label back that nobody has used; where a carrier made it, it is asked first."""
    parcel = find_parcel(fold.ret, command.parcel)
    if parcel is None:
        return unknown_parcel(command.parcel)
    if parcel.status is ParcelStatus.VOIDED or parcel.voiding:
        return None
    refusal = _kept(parcel)
    if refusal is not None:
        return refusal
    details: dict[str, str | int | bool | None] = {"parcel": parcel.id, "reason": command.reason}
    if parcel.status in UNUSED and is_by_carrier(parcel):
        fold.put_parcel(replace(parcel, voiding=True))
        fold.say(EventType.LABEL_VOID_REQUESTED, details)
        fold.ask(LABEL, parcel.id)
    else:
        fold.put_parcel(replace(parcel, status=ParcelStatus.VOIDED))
        fold.say(EventType.LABEL_VOIDED, details)
    return None


def _kept(parcel: Parcel) -> Refusal | None:
    """Refuse to take back what is in use."""
    if parcel.of is not None:
        return not_ready(f"The box belongs to return {parcel.of}. Void its label there.")
    if parcel.status not in UNUSED | {ParcelStatus.LABEL_FAILED}:
        return refuse(
            RefusalCode.LABEL_USED,
            f"The parcel is {parcel.status}: its label has been used. Let it come, and decide on"
            " what is in it.",
            "/parcel",
        )
    pickup = parcel.pickup
    if pickup is not None and pickup.status in {PickupStatus.REQUESTED, PickupStatus.SCHEDULED}:
        return not_ready("Somebody comes for this parcel. Cancel the pick-up first.")
    return None


def record_void(fold: Fold, command: RecordVoid) -> Refusal | None:
    """Note whether the carrier took a label back; the same answer again changes nothing."""
    parcel = find_parcel(fold.ret, command.parcel)
    if parcel is None:
        return unknown_parcel(command.parcel)
    if command.outcome == "voided" and parcel.status in UNUSED | {ParcelStatus.LABEL_FAILED}:
        fold.put_parcel(replace(parcel, status=ParcelStatus.VOIDED, voiding=False))
        fold.say(EventType.LABEL_VOIDED, {"parcel": parcel.id})
    elif parcel.voiding:
        fold.put_parcel(replace(parcel, voiding=False, failure=command.error))
        fold.say(EventType.LABEL_VOID_REFUSED, {"parcel": parcel.id})
    return None


def unused_labels(ret: Return) -> list[str]:
    """Name the parcels whose labels carriers are to be asked to take back at a return's end."""
    return [one.id for one in ret.parcels if one.status in UNUSED and is_by_carrier(one)]


def give_back(fold: Fold, parcels: list[str]) -> None:
    """Have carriers take back labels that are void with the event just said."""
    for parcel in parcels:
        fold.ask(LABEL, parcel)


# ---------------------------------------------------------------- labels of others


def add_parcel(fold: Fold, command: AddParcel) -> Refusal | None:
    """Let a parcel be known that carries a label of its sender's, or none."""
    ret = fold.ret
    number = command.tracking_number
    if number is not None and find_parcel(ret, number) is not None:
        return None
    units = pack(ret, command.items)
    refusal = units if isinstance(units, Refusal) else no_room(ret)
    if isinstance(refusal, Refusal) or isinstance(units, Refusal):
        return refusal
    parcel = Parcel(
        id=fold.mint("pcl"),
        status=ParcelStatus.LABEL_CREATED,
        created_at=fold.at,
        carrier=command.carrier,
        tracking_number=number,
        reference=command.reference,
        method=ParcelMethod(command.method),
        units=units,
        facility=command.facility,
    )
    fold.put_parcel(parcel)
    fold.say(EventType.PARCEL_ADDED, {"parcel": parcel.id})
    return None


def join_parcel(fold: Fold, command: JoinParcel) -> Refusal | None:
    """Note that goods of this return lie in a box of another; what it has seen counts here too."""
    box = command.parcel
    if find_parcel(fold.ret, box.id) is not None:
        return None
    refusal = no_room(fold.ret)
    units = pack(fold.ret, command.items)
    if refusal is not None or isinstance(units, Refusal):
        return refusal or (units if isinstance(units, Refusal) else None)
    fold.put_parcel(replace(box, units=units, pickup=None, voiding=False))
    fold.say(EventType.PARCEL_ADDED, {"parcel": box.id, "of": box.of})
    if box.scans and fold.ret.status in {ReturnStatus.AUTHORIZED, ReturnStatus.SHIPPED}:
        tell_scan(fold, box.id, box.status)
    return None
