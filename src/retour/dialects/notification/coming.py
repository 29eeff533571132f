"""How goods come, as far as that is known: on which way, if they need to come at all.

The way a parcel goes is its own (``ways``); here is that of a return, which is known before there
is a parcel, and where there will never be one.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from retour.lifecycle.model import (
    Direction,
    Parcel,
    ParcelMethod,
    ParcelStatus,
    Reception,
    Return,
)
from retour.lifecycle.requests.offering import method_of

KEPT: Final = "kept"
HERE: Final = "here"
VIRTUAL: Final = ParcelMethod.VIRTUAL.value
_DEAD: Final = frozenset({ParcelStatus.VOIDED, ParcelStatus.LABEL_FAILED})
COMING: Final = MappingProxyType(
    {
        way: f"return.way == '{way}'"
        for way in ("drop_off", "locker", "pickup", "own", VIRTUAL, KEPT, HERE)
    }
)
"""How Liquid asks for each way that has words of its own; any other has the label's."""


def way_of(ret: Return) -> str | None:
    """Say how a return's goods come: a parcel's method, kept, here, or ``None`` if nobody knows.

    A parcel that has a label of the merchant's own is stuck on like any other.
    """
    units = [
        unit
        for line in ret.lines
        for unit in line.units
        if not unit.released and unit.reception is not Reception.MISSING
    ]
    if units and all(unit.reception is Reception.WAIVED for unit in units):
        return KEPT
    if units and all(unit.reception is not Reception.EXPECTED for unit in units):
        return HERE
    parcel = _coming(ret)
    if parcel is None:
        method = method_of(ret)
    elif parcel.method is ParcelMethod.OWN and parcel.label_url is not None:
        method = ParcelMethod.LABEL
    else:
        method = parcel.method
    return None if method is None else method.value


def _coming(ret: Return) -> Parcel | None:
    """Give the newest parcel that may still bring goods."""
    theirs = (
        one
        for one in reversed(ret.parcels)
        if one.direction is Direction.INBOUND and one.status not in _DEAD
    )
    return next(theirs, None)
