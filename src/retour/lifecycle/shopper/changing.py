"""How goods are sent, changed before they are: change_method, record_drop_off."""

from __future__ import annotations

from datetime import UTC
from typing import Final

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus
from retour.lifecycle.fold import Fold
from retour.lifecycle.model import (
    Direction,
    DropOff,
    EventType,
    Parcel,
    ParcelMethod,
    Return,
    ShippedWhen,
)
from retour.lifecycle.parcels.bodies import AddParcel, CreateLabel, VoidLabel
from retour.lifecycle.parcels.labelling import add_parcel, create_label, void_label
from retour.lifecycle.parcels.packing import UNUSED, find_parcel, unknown_parcel
from retour.lifecycle.parcels.tracking import hand_over, own_parcel
from retour.lifecycle.photos.photo import PhotoAbout
from retour.lifecycle.photos.picturing import Shown, add
from retour.lifecycle.requests.offering import destination_of, method_refused
from retour.lifecycle.shopper.bodies import ChangeMethod, RecordDropOff

DROP_OFFS_MAX: Final = 20
"""Proofs of one return; every event carries all of them."""


def change_method(fold: Fold, command: ChangeMethod) -> Refusal | None:
    """Take back the labels nobody used, and have the one that is wanted."""
    wanted = ParcelMethod(command.method)
    refusal = method_refused(fold.ret.verdict, wanted)
    if refusal is not None:
        return refusal
    carrier = command.carrier or fold.policy.carrier
    unused = _unused(fold.ret)
    if any(_is_wanted(one, command, carrier) for one in unused):
        return None
    for parcel in unused:
        refusal = void_label(fold, VoidLabel(parcel=parcel.id, reason="another method"))
        if refusal is not None:
            return refusal
    fold.change(method=wanted)
    if command.method == "own":
        own = AddParcel(carrier=command.carrier, tracking_number=command.tracking_number)
        return add_parcel(fold, own)
    place = destination_of(fold.ret)
    return create_label(fold, CreateLabel(carrier=carrier, method=command.method, facility=place))


def _unused(ret: Return) -> list[Parcel]:
    """Give the parcels that may still be handed in, and are not on their way to be void."""
    return [
        one
        for one in ret.parcels
        if one.direction is Direction.INBOUND
        and one.status in UNUSED
        and not one.voiding
        and not one.scans
        and one.of is None
    ]


def _is_wanted(parcel: Parcel, command: ChangeMethod, carrier: str) -> bool:
    if parcel.method is not ParcelMethod(command.method):
        return False
    if parcel.method is ParcelMethod.OWN:
        return parcel.tracking_number == command.tracking_number
    return parcel.carrier == carrier


def record_drop_off(fold: Fold, command: RecordDropOff) -> Refusal | None:
    """Keep the proof; the return is shipped by it unless its policy waits for a carrier's scan."""
    proof = _proof(fold, command)
    if isinstance(proof, Refusal):
        return proof
    ret = fold.ret
    if any(_is_same(proof, one) for one in ret.drop_offs):
        return None
    if len(ret.drop_offs) >= DROP_OFFS_MAX:
        return refuse(
            RefusalCode.TOO_MANY_PROOFS,
            f"The return has {DROP_OFFS_MAX} proofs already, and no more are kept. Write a message"
            " instead.",
        )
    if proof.photo is not None:
        about = PhotoAbout.RETURN if proof.parcel is None else PhotoAbout.PARCEL
        refusal = add(fold, (proof.photo,), Shown(about, proof.parcel), pointer="/photo")
        if refusal is not None:
            return refusal
    fold.change(drop_offs=(*ret.drop_offs, proof))
    fold.say(EventType.RETURN_DROPPED_OFF, {"drop_off": proof.id, "parcel": proof.parcel})
    waits = fold.policy.shipped_when is ShippedWhen.FIRST_SCAN
    if ret.status is ReturnStatus.AUTHORIZED and not waits:
        hand_over(fold, proof.parcel or own_parcel(fold, None).id)
    return None


def _proof(fold: Fold, command: RecordDropOff) -> DropOff | Refusal:
    ret = fold.ret
    if command.place is command.receipt_number is command.photo is None:
        return refuse(
            RefusalCode.BAD_FIELD,
            "Nothing proves it. Give the place, the receipt's number or a photo of it.",
            "/place",
        )
    at = fold.at if command.at is None else command.at.astimezone(UTC)
    asked_at = ret.status_at[ReturnStatus.REQUESTED.value]
    if not asked_at <= at <= fold.at:
        return refuse(
            RefusalCode.BAD_FIELD,
            "A parcel is handed in after its return was asked for, and not in the future. Give the"
            " instant of the receipt, or leave it out for now.",
            "/at",
        )
    parcel = _handed_in(ret, command.parcel)
    if isinstance(parcel, Refusal):
        return parcel
    return DropOff(
        id=fold.mint("dro"),
        at=at,
        recorded_at=fold.at,
        by=fold.context.actor.kind,
        place=command.place,
        receipt_number=command.receipt_number,
        photo=command.photo,
        parcel=None if parcel is None else parcel.id,
    )


def _handed_in(ret: Return, name: str | None) -> Parcel | Refusal | None:
    """Find the parcel meant: the named one, or the newest that is ready; None where none is."""
    if name is not None:
        return find_parcel(ret, name) or unknown_parcel(name)
    ready = _unused(ret)
    return ready[-1] if ready else None


def _is_same(proof: DropOff, other: DropOff) -> bool:
    """Say whether both prove one hand-over: the same words, whenever they were said."""
    return (proof.place, proof.receipt_number, proof.photo) == (
        other.place,
        other.receipt_number,
        other.photo,
    )
