"""What shoppers may ask beside what everybody may: another method, a proof, a choice."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from retour.lifecycle.bodies import UNITS_MAX, Body, Instant, Word
from retour.policy.shopper import RejectedChoice


class ChangeMethod(Body):
    """Send the goods another way: labels that nobody used are taken back.

    Args:
        method: ``own`` is a carrier of the shopper's own choice, at their cost.
        carrier: Who makes the label; the policy's unless said.  Of ``own``, in free words.
        tracking_number: Of a label of their own, where it is known.
    """

    method: Literal["label", "drop_off", "locker", "pickup", "own"]
    carrier: Word | None = None
    tracking_number: Word | None = None


class RecordDropOff(Body):
    """The parcel was handed in: a place, a receipt's number or a photo of it proves it.

    Args:
        at: When; now unless said.
        photo: The id of a photo.
        parcel: Which, by id or tracking number; the newest that is ready unless said.
    """

    at: Instant | None = None
    place: Word | None = None
    receipt_number: Word | None = None
    photo: Word | None = None
    parcel: Word | None = None


class ResolveRejected(Body):
    """Say what becomes of goods that were not accepted; of all of them unless units are named."""

    choice: RejectedChoice
    units: Annotated[tuple[Word, ...], Meta(max_length=UNITS_MAX)] = ()
