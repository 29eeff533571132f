"""Boxes on their way: ship, pick-ups, and goods that go back to the customer."""

from __future__ import annotations

from datetime import UTC
from typing import Final

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import (
    CancelPickup,
    RecordPickup,
    SchedulePickup,
    SendBack,
    Ship,
)
from retour.lifecycle.fold import Fold
from retour.lifecycle.model import (
    Direction,
    EventType,
    Parcel,
    ParcelMethod,
    ParcelStatus,
    Pickup,
    PickupStatus,
    Unit,
)
from retour.lifecycle.parcels.labelling import LABEL, order_label
from retour.lifecycle.parcels.packing import (
    UNUSED,
    find_parcel,
    is_by_carrier,
    no_room,
    not_ready,
    pack,
    to_send_back,
    unknown_parcel,
)
from retour.lifecycle.parcels.tracking import hand_over, own_parcel

_COMING: Final = frozenset({PickupStatus.REQUESTED, PickupStatus.SCHEDULED})
_ASKED: Final = frozenset({PickupStatus.REQUESTED, PickupStatus.CANCEL_REQUESTED})


def ship(fold: Fold, command: Ship) -> Refusal | None:
    """Note that the customer handed the parcel over, with our label or one of their own."""
    parcel = _handed_over(fold, command)
    if isinstance(parcel, Refusal):
        return parcel
    units = pack(fold.ret, command.items)
    if isinstance(units, Refusal):
        return units
    if parcel is None:
        refusal = no_room(fold.ret)
        if refusal is not None:
            return refusal
        parcel = own_parcel(fold, command.tracking_number, command.carrier)
    if units:
        fold.put_parcel(replace(parcel, units=(*parcel.units, *units)))
    hand_over(fold, parcel.id)
    return None


def _handed_over(fold: Fold, command: Ship) -> Parcel | Refusal | None:
    """Find the parcel meant: the named one, or the newest that is ready; None for a new one."""
    ret, tracking = fold.ret, command.tracking_number
    if command.parcel is not None:
        named = find_parcel(ret, command.parcel)
        if named is None:
            return unknown_parcel(command.parcel)
        if named.status not in UNUSED or named.direction is not Direction.INBOUND:
            return not_ready(f"The parcel is {named.status}. Name one that is ready to go.")
        return named
    return next(
        (
            one
            for one in reversed(ret.parcels)
            if one.status in UNUSED
            and one.direction is Direction.INBOUND
            and not one.voiding
            and tracking in (None, one.tracking_number)
        ),
        None,
    )


# ---------------------------------------------------------------- pick-ups


def schedule_pickup(fold: Fold, command: SchedulePickup) -> Refusal | None:
    """Ask the carrier to come for a parcel; the answer comes back as ``record_pickup``."""
    parcel = find_parcel(fold.ret, command.parcel)
    if parcel is None:
        return unknown_parcel(command.parcel)
    earliest, latest = command.earliest.astimezone(UTC), command.latest.astimezone(UTC)
    if not fold.at < latest or not earliest < latest:
        return refuse(
            RefusalCode.BAD_FIELD,
            "A pick-up ends after it begins, and not in the past. Give earliest and latest so.",
            "/latest",
        )
    if parcel.status is not ParcelStatus.LABEL_CREATED or not is_by_carrier(parcel):
        return not_ready(
            f"The parcel is {parcel.status}. A carrier comes for what has a label of its own;"
            " create one first."
        )
    if parcel.pickup is not None and parcel.pickup.status in _COMING | _ASKED:
        return not_ready("Somebody is asked to come for this parcel already. Cancel that first.")
    wanted = Pickup(
        status=PickupStatus.REQUESTED, earliest=earliest, latest=latest, note=command.note
    )
    fold.put_parcel(replace(parcel, pickup=wanted))
    fold.say(EventType.PICKUP_REQUESTED, {"parcel": parcel.id})
    fold.ask(LABEL, parcel.id)
    return None


def cancel_pickup(fold: Fold, command: CancelPickup) -> Refusal | None:
    """Ask the carrier not to come."""
    parcel = find_parcel(fold.ret, command.parcel)
    if parcel is None:
        return unknown_parcel(command.parcel)
    pickup = parcel.pickup
    if pickup is None or pickup.status not in _COMING:
        if pickup is not None and pickup.status is not PickupStatus.FAILED:
            return None
        return not_ready("Nobody comes for this parcel, so there is nothing to cancel.")
    asked = replace(pickup, status=PickupStatus.CANCEL_REQUESTED)
    fold.put_parcel(replace(parcel, pickup=asked))
    fold.say(EventType.PICKUP_CANCEL_REQUESTED, {"parcel": parcel.id})
    fold.ask(LABEL, parcel.id)
    return None


_PICKED: Final = {
    PickupStatus.SCHEDULED: EventType.PICKUP_SCHEDULED,
    PickupStatus.FAILED: EventType.PICKUP_FAILED,
    PickupStatus.CANCELED: EventType.PICKUP_CANCELED,
}


def record_pickup(fold: Fold, command: RecordPickup) -> Refusal | None:
    """Note what the carrier said about coming; only what was asked last can be answered."""
    parcel = find_parcel(fold.ret, command.parcel)
    if parcel is None:
        return unknown_parcel(command.parcel)
    pickup, status = parcel.pickup, PickupStatus(command.outcome)
    if pickup is None or pickup.status not in _ASKED:
        return None
    # Asked to stay away meanwhile: that the first answer was yes is noted, and the wish stands.
    stands = pickup.status is PickupStatus.CANCEL_REQUESTED and status is PickupStatus.SCHEDULED
    said = replace(
        pickup,
        status=pickup.status if stands else status,
        reference=command.reference or pickup.reference,
        failure=command.error,
    )
    fold.put_parcel(replace(parcel, pickup=said))
    if not stands:
        fold.say(_PICKED[status], {"parcel": parcel.id})
    return None


# ---------------------------------------------------------------- the way back


def send_back(fold: Fold, command: SendBack) -> Refusal | None:
    """Send goods back that were not accepted, with a carrier's label or without one."""
    units = _to_go(fold, command)
    refusal = units if isinstance(units, Refusal) else no_room(fold.ret)
    if isinstance(units, Refusal) or refusal is not None:
        return refusal
    method = ParcelMethod.VIRTUAL
    if command.carrier is not None:
        method = ParcelMethod.LABEL
    elif command.tracking_number is not None:
        method = ParcelMethod.OWN
    parcel = Parcel(
        id=fold.mint("pcl"),
        status=ParcelStatus.LABEL_CREATED,
        created_at=fold.at,
        direction=Direction.OUTBOUND,
        carrier=command.carrier,
        method=method,
        service=command.service,
        tracking_number=command.tracking_number,
        units=units,
        facility=command.facility or _where(fold, units),
    )
    if method is ParcelMethod.LABEL:
        parcel = replace(parcel, status=ParcelStatus.REQUESTED)
    fold.put_parcel(parcel)
    fold.say(EventType.PARCEL_SENT_BACK, {"parcel": parcel.id})
    if method is ParcelMethod.LABEL:
        order_label(fold, parcel)
    return None


def _to_go(fold: Fold, command: SendBack) -> tuple[str, ...] | Refusal:
    free = to_send_back(fold.ret)
    for index, name in enumerate(command.units):
        if name not in free:
            return refuse(
                RefusalCode.NOTHING_TO_SEND_BACK,
                f"Unit {name!r} does not lie here rejected, or is on its way back already.",
                f"/units/{index}",
            )
    chosen = command.units or tuple(free)
    return tuple(dict.fromkeys(chosen))


def _where(fold: Fold, units: tuple[str, ...]) -> str | None:
    """Name the facility that has the goods."""
    inside: list[Unit] = [unit for line in fold.ret.lines for unit in line.units]
    return next((unit.facility for unit in inside if unit.id in units), None)
