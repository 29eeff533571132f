"""A parcel as a value: its label, its way, what lies in it, who comes for it.

One box may hold goods of several returns: each of them keeps the parcel under the same id, and
``of`` names the return whose carrier was asked.  Its id is the carrier's idempotency key, so that
there is one label for it however often it is asked for.  Pure data.
"""

from __future__ import annotations

from datetime import datetime

from retour.kernel.value import Value
from retour.lifecycle.words import Direction, ParcelMethod, ParcelStatus, PickupStatus

SCANS_MAX = 100
"""Scans a parcel keeps, the furthest along its way; what status follows needs no more."""


class ParcelScan(Value):
    """One word of a carrier."""

    code: str
    at: datetime
    id: str | None = None  # The carrier's own name of it; None where a person said it.
    detail: str | None = None  # In the carrier's words.
    location: str | None = None


class Pickup(Value):
    """Somebody comes for the parcel."""

    status: PickupStatus
    earliest: datetime
    latest: datetime
    reference: str | None = None  # The carrier's confirmation.
    note: str | None = None  # For who comes: where the parcel stands.
    failure: str | None = None


class ParcelDocument(Value):
    """A paper that belongs to the parcel; its bytes are kept beside the return."""

    kind: str  # label | code | customs | proof
    format: str  # pdf | zpl | png
    digest: str  # SHA-256 of the bytes, in hexadecimal.


class Parcel(Value):
    """A box: its label, its carrier, its way."""

    id: str
    status: ParcelStatus
    created_at: datetime
    carrier: str | None = None
    tracking_number: str | None = None
    label_url: str | None = None
    failure: str | None = None
    scans: tuple[ParcelScan, ...] = ()
    direction: Direction = Direction.INBOUND
    method: ParcelMethod = ParcelMethod.LABEL
    service: str | None = None  # The carrier's product.
    units: tuple[str, ...] = ()  # What lies in it, as far as somebody said.
    facility: str | None = None  # Where it goes, or comes from when it is outbound.
    reference: str | None = None  # The carrier's own name for the shipment.
    voiding: bool = False  # The carrier has been asked to take the label back.
    pickup: Pickup | None = None
    documents: tuple[ParcelDocument, ...] = ()
    of: str | None = None  # The return that asked for the box, where it is another one.


class CompactParcel(Value):
    """As much of a sibling's parcel as a dialect needs."""

    id: str
    status: ParcelStatus
    tracking_number: str | None = None
