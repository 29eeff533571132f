"""Where a parcel may go: the table of its status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from retour.lifecycle.model import ParcelStatus

_MOVING: Final = frozenset(
    {
        ParcelStatus.IN_TRANSIT,
        ParcelStatus.DELIVERED,
        ParcelStatus.EXCEPTION,
        ParcelStatus.LOST,
        ParcelStatus.RETURNED_TO_SENDER,
    }
)

PARCELS: Final[Mapping[ParcelStatus, frozenset[ParcelStatus]]] = {
    ParcelStatus.REQUESTED: frozenset(ParcelStatus) - {ParcelStatus.REQUESTED},
    ParcelStatus.LABEL_CREATED: _MOVING | {ParcelStatus.VOIDED},
    # A label that came late after all, or is asked for again.
    ParcelStatus.LABEL_FAILED: _MOVING
    | {ParcelStatus.REQUESTED, ParcelStatus.LABEL_CREATED, ParcelStatus.VOIDED},
    ParcelStatus.IN_TRANSIT: _MOVING,
    ParcelStatus.EXCEPTION: _MOVING,
    # What was lost is sometimes found.
    ParcelStatus.LOST: _MOVING - {ParcelStatus.LOST},
    # Turned round: the carrier had said delivered of what its sender got back.
    ParcelStatus.DELIVERED: frozenset({ParcelStatus.RETURNED_TO_SENDER}),
    ParcelStatus.RETURNED_TO_SENDER: frozenset(),
    # A label that was void and used all the same.
    ParcelStatus.VOIDED: _MOVING,
}
"""Every status is a key."""
