"""Parcels of a return: found, packed, counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.guards import SEEN, units_of
from retour.lifecycle.model import (
    Acceptance,
    Direction,
    Parcel,
    ParcelMethod,
    ParcelStatus,
    Reception,
    Return,
    ReturnStatus,
    SettlementKind,
    Unit,
)
from retour.lifecycle.parcels.bodies import ItemPacked

PARCELS_MAX: Final = 50
"""Parcels of one return; every event carries all of them."""
UNUSED: Final = frozenset({ParcelStatus.REQUESTED, ParcelStatus.LABEL_CREATED})
"""Statuses of parcels that may still be handed over, or their labels taken back."""
NEVER_LEFT: Final = frozenset({ParcelStatus.LABEL_FAILED, ParcelStatus.VOIDED})
_NO_CARRIER: Final = frozenset({ParcelMethod.OWN, ParcelMethod.VIRTUAL})


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


def not_ready(detail: str, pointer: str = "/parcel") -> Refusal:
    """Refuse what a parcel cannot do as it stands."""
    return refuse(RefusalCode.PARCEL_NOT_READY, detail, pointer)


def is_by_carrier(parcel: Parcel) -> bool:
    """Say whether a carrier of ours made its label for this very return."""
    return parcel.carrier is not None and parcel.method not in _NO_CARRIER and parcel.of is None


def no_room(ret: Return) -> Refusal | None:
    """Refuse one more parcel than a return can carry."""
    if len(ret.parcels) < PARCELS_MAX:
        return None
    return refuse(
        RefusalCode.TOO_MANY_PARCELS,
        f"The return has {PARCELS_MAX} parcels, and no more than that are kept. Use one of them,"
        " or ask for another return.",
    )


def pack(ret: Return, items: Sequence[ItemPacked]) -> tuple[str, ...] | Refusal:
    """Name the units that lie in a parcel: expected ones that no other parcel of it has."""
    packed = _packed(ret, Direction.INBOUND)
    chosen: list[str] = []
    for index, item in enumerate(items):
        found = _units(ret, item, packed | set(chosen), f"/items/{index}")
        if isinstance(found, Refusal):
            return found
        chosen += found
    return tuple(chosen)


def _packed(ret: Return, direction: Direction) -> set[str]:
    return {
        unit
        for parcel in ret.parcels
        if parcel.direction is direction and parcel.status not in NEVER_LEFT
        for unit in parcel.units
    }


def _units(ret: Return, item: ItemPacked, packed: set[str], at: str) -> list[str] | Refusal:
    if (item.line is None) == (item.unit is None):
        return refuse(
            RefusalCode.UNNAMED_ITEM, "Name what lies in the parcel: either line or unit.", at
        )
    if item.unit is not None:
        return _one(ret, item.unit, packed, at)
    lines = [line for line in ret.lines if line.line == item.line]
    if not lines:
        return refuse(
            RefusalCode.UNKNOWN_LINE, f"The return has no line {item.line!r}.", f"{at}/line"
        )
    free = [unit.id for line in lines for unit in line.units if _may_travel(unit, packed)]
    wanted = len(free) if item.quantity is None else item.quantity
    if wanted > len(free) or not free:
        return refuse(
            RefusalCode.NOT_ENOUGH_UNITS,
            f"{len(free)} units of line {item.line!r} are expected and in no parcel yet;"
            f" {item.quantity or 'some'} were named. Name fewer, or void the other parcel's label.",
            f"{at}/quantity",
        )
    return free[:wanted]


def _may_travel(unit: Unit, packed: set[str]) -> bool:
    return unit.reception is Reception.EXPECTED and not unit.released and unit.id not in packed


def _one(ret: Return, name: str, packed: set[str], at: str) -> list[str] | Refusal:
    unit = next((one for one in units_of(ret) if one.id == name), None)
    if unit is None:
        return refuse(RefusalCode.UNKNOWN_UNIT, f"The return has no unit {name!r}.", f"{at}/unit")
    if not _may_travel(unit, packed):
        return refuse(
            RefusalCode.NOT_ENOUGH_UNITS,
            f"Unit {name!r} has come, or lies in another parcel. Name one that is expected.",
            f"{at}/unit",
        )
    return [name]


# ---------------------------------------------------------------- the way back


def to_send_back(ret: Return) -> list[str]:
    """Name the units that lie in a facility, are the customer's, and are in no parcel back."""
    sent = _packed(ret, Direction.OUTBOUND)
    return [
        unit.id
        for unit in units_of(ret)
        if unit.reception in SEEN and unit.id not in sent and _goes_back(ret, unit)
    ]


def _goes_back(ret: Return, unit: Unit) -> bool:
    match ret.status:
        case ReturnStatus.CANCELED:
            return ret.cancel_goods == "send_back"
        case ReturnStatus.REJECTED:
            return True
        case _:
            return unit.acceptance is Acceptance.REJECTED or _is_mended(ret, unit)


def _is_mended(ret: Return, unit: Unit) -> bool:
    """Say whether a unit was repaired, and so is the customer's still."""
    return any(
        settlement.id == unit.covered_by and settlement.kind is SettlementKind.REPAIR
        for settlement in ret.settlements
    )


def goes_out(ret: Return) -> bool:
    """Say whether any parcel of it goes back to the customer."""
    return any(parcel.direction is Direction.OUTBOUND for parcel in ret.parcels)
