"""What may be asked about parcels: labels, pick-ups, hand-over, scans, and the way back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from retour.lifecycle.bodies import UNITS_MAX, Body, Few, Instant, Quantity, Text, Word
from retour.lifecycle.model import Parcel, ParcelDocument

DOCUMENTS_MAX = 10
"""Papers of one parcel."""

NOTE_MAX = 255

PickupAnswer = Literal["scheduled", "failed", "canceled"]
Note = Annotated[str, Meta(max_length=NOTE_MAX)]
Documents = Annotated[tuple[ParcelDocument, ...], Meta(max_length=DOCUMENTS_MAX)]


class ItemPacked(Body):
    """Pieces that lie in a parcel: some of an order line, or one by its id."""

    line: Word | None = None
    quantity: Quantity | None = None
    unit: Word | None = None


Items = Annotated[tuple[ItemPacked, ...], Few]


class CreateLabel(Body):
    """Have a carrier make a label.

    Args:
        carrier: A carrier account's code; ``sandbox`` in a sandbox.
        method: How the parcel gets to the carrier.
        service: The carrier's product; its cheapest where none is named.
        items: What shall lie in it; nothing said is any of it.
        facility: Where it goes; ``main`` unless said.
    """

    carrier: Word = "sandbox"
    method: Literal["label", "drop_off", "locker", "pickup"] = "label"
    service: Word | None = None
    items: Items = ()
    facility: Word | None = None


class RetryLabel(Body):
    """Ask the carrier again for a label that failed."""

    parcel: Word


class RecordLabel(Body):
    """What the carrier answered; said by the label sender only."""

    parcel: Word
    outcome: Literal["created", "failed"]
    tracking_number: Word | None = None
    label_url: Text | None = None
    error: Text | None = None
    service: Word | None = None
    reference: Word | None = None
    documents: Documents = ()


class AddParcel(Body):
    """Let a parcel be known that no carrier of ours was asked for.

    Args:
        method: ``own`` label, or ``virtual``: no label and no carrier, a reference at most.
        carrier: Whoever moves it, in free words.
    """

    method: Literal["own", "virtual"] = "own"
    carrier: Word | None = None
    tracking_number: Word | None = None
    reference: Word | None = None
    items: Items = ()
    facility: Word | None = None


class JoinParcel(Body):
    """Goods of this return lie in a box of another return; said by the desk, which has seen it."""

    parcel: Parcel
    items: Items = ()


class VoidLabel(Body):
    """Take back a label that nobody has used."""

    parcel: Word
    reason: Note | None = None


class RecordVoid(Body):
    """Whether the carrier took a label back; said by the label sender only."""

    parcel: Word
    outcome: Literal["voided", "refused"]
    error: Text | None = None


class SchedulePickup(Body):
    """Have somebody come for a parcel, between two instants."""

    parcel: Word
    earliest: Instant
    latest: Instant
    note: Note | None = None


class CancelPickup(Body):
    """Nobody needs to come."""

    parcel: Word


class RecordPickup(Body):
    """What the carrier said about coming; said by the label sender only."""

    parcel: Word
    outcome: PickupAnswer
    reference: Word | None = None
    error: Text | None = None


class Ship(Body):
    """The customer handed the parcel over, with our label or one of their own.

    Args:
        parcel: Which of ours, by id or tracking number; the newest that is ready unless said.
        tracking_number: Of a label of their own, where it is none of ours.
    """

    tracking_number: Word | None = None
    parcel: Word | None = None
    carrier: Word | None = None
    items: Items = ()


class SendBack(Body):
    """Send goods back to the customer that were not accepted.

    Args:
        units: Which, by id; all that may go back unless said.
        carrier: A carrier account that makes the label; nobody where it is left out.
        tracking_number: Of a label of the facility's own.
    """

    units: Annotated[tuple[Word, ...], Meta(max_length=UNITS_MAX)] = ()
    carrier: Word | None = None
    service: Word | None = None
    tracking_number: Word | None = None
    facility: Word | None = None


class Track(Body):
    """A carrier saw the parcel.

    Args:
        event: The carrier's own name of the scan.  One that is known, or comes late, is taken too
            and changes nothing; a person's word that would lead backwards is refused.
    """

    code: Literal["in_transit", "delivered", "exception", "lost", "returned_to_sender"]
    at: Instant | None = None
    parcel: Word | None = None
    event: Word | None = None
    detail: Note | None = None
    location: Note | None = None


def scanned(
    parcel: str,
    event: str,
    code: str,
    at: datetime,
    *,
    said: tuple[str | None, str | None] = (None, None),
) -> Track:
    """Say a carrier's scan as a command, its words (detail, location) cut to what is kept."""
    detail, location = (None if words is None else words[:NOTE_MAX] for words in said)
    fields = {"parcel": parcel, "event": event, "code": code, "at": at}
    return msgspec.convert({**fields, "detail": detail, "location": location}, Track)
