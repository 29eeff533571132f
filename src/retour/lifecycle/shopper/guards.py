"""What must hold before shoppers may change their return, and what they are still asked.

Guards like those of ``guards``: they look at the return and its policy only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.guards import SEEN, units_of
from retour.lifecycle.model import (
    Acceptance,
    Direction,
    ParcelStatus,
    Policy,
    Return,
    ReturnStatus,
    ShippedWhen,
    Unit,
)
from retour.lifecycle.parcels.packing import is_by_carrier

_DEAD_LABELS: Final = frozenset({ParcelStatus.VOIDED, ParcelStatus.LABEL_FAILED})


def sent_at(ret: Return) -> datetime | None:
    """Say since when goods are proven to be on their way: a proof, or a carrier's first scan."""
    scanned = [
        scan.at for one in ret.parcels if one.direction is Direction.INBOUND for scan in one.scans
    ]
    return min([*scanned, *(one.at for one in ret.drop_offs)], default=None)


def unresolved(ret: Return) -> tuple[Unit, ...]:
    """Give the rejected units that lie in a facility, for which nobody has chosen anything."""
    gone = {
        name
        for parcel in ret.parcels
        if parcel.direction is Direction.OUTBOUND and parcel.status not in _DEAD_LABELS
        for name in parcel.units
    }
    return tuple(
        unit
        for unit in units_of(ret)
        if unit.acceptance is Acceptance.REJECTED
        and unit.reception in SEEN
        and unit.resolution is None
        and unit.id not in gone
    )


def not_sent(ret: Return, policy: Policy) -> Refusal | None:
    """Nothing is on its way: no proof, no scan, nobody said that it was handed over."""
    handed_over = (
        ret.status is ReturnStatus.SHIPPED and policy.shipped_when is not ShippedWhen.LABEL
    )
    if sent_at(ret) is None and not handed_over:
        return None
    return refuse(
        RefusalCode.ALREADY_SENT,
        "The goods are on their way, so how they are sent cannot be changed now. Write to the"
        " shop, or wait until they have arrived.",
    )


def good_labels(ret: Return) -> int:
    """Count the labels of ours that the shopper has, and may use or has used."""
    return sum(
        one.direction is Direction.INBOUND
        and one.status not in _DEAD_LABELS
        and not one.voiding
        and is_by_carrier(one)
        for one in ret.parcels
    )


def a_label_left(ret: Return, policy: Policy) -> Refusal | None:
    """The policy lets the shopper have one more label."""
    good = good_labels(ret)
    if good < policy.shopper.labels:
        return None
    return refuse(
        RefusalCode.NO_LABEL_LEFT,
        f"This return has {good} of {policy.shopper.labels} labels. Use one of them, or ask the"
        " shop for another.",
    )


def something_unresolved(ret: Return, _: Policy) -> Refusal | None:
    """A rejected unit waits for a choice."""
    if unresolved(ret):
        return None
    return refuse(
        RefusalCode.NOTHING_TO_CHOOSE,
        "No rejected unit waits for a choice. There is nothing to do.",
    )
