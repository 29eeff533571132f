"""What we ask of a carrier, whoever it is: prices, labels, pick-ups, and where a parcel is.

Requests and replies are data.  A reply never raises for what the network does: it says whether the
thing was done, will never be done, or may have been done (``UNKNOWN``).  Whatever may have been
asked before is looked up first, by the intent: the parcel's id, the same for life.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Answer(StrEnum):
    """How a carrier's answer is to be taken."""

    DONE = "done"
    REFUSED = "refused"  # For good: the same request would be refused again.
    UNKNOWN = "unknown"  # No answer; it may have been done.
    NOT_DONE = "not_done"  # Surely not done this time; asking again may help.


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who sends or gets a parcel, as far as it is known."""

    name: str | None = None
    company: str | None = None
    street: str | None = None
    street2: str | None = None
    city: str | None = None
    postcode: str | None = None
    region: str | None = None
    country: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelOrder:
    """One label: ``parcel`` is the intent, by which it is known again."""

    workspace_id: int
    parcel: str
    carrier: str
    rma_number: str
    method: str = "label"
    service: str | None = None
    is_outbound: bool = False
    sender: Party = field(default_factory=Party)
    receiver: Party = field(default_factory=Party)
    weight_g: int | None = None
    reference: str | None = None  # The carrier's own name for the shipment, once it is known.
    tracking_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupOrder:
    """Somebody is to come for a parcel that has a label, or not to come after all."""

    label: LabelOrder
    earliest: datetime
    latest: datetime
    note: str | None = None
    confirmation: str | None = None  # What the carrier said when it agreed to come.


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A paper, as the carrier made it."""

    kind: str  # label | code | customs
    format: str  # pdf | zpl | png
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierReply:
    """What came of asking for a label, its return, or a pick-up."""

    answer: Answer
    error: str | None = None
    tracking_number: str | None = None
    service: str | None = None
    reference: str | None = None
    documents: tuple[Document, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether asking again cannot change it."""
        return self.answer in {Answer.DONE, Answer.REFUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What one product of a carrier costs; the amount as a decimal string."""

    service: str
    amount: str
    currency: str
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteReply:
    """Prices, cheapest first, or why there are none."""

    answer: Answer
    rates: tuple[Rate, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A carrier's word about a parcel, in our codes; ``event`` is the carrier's name of it."""

    event: str
    code: str
    at: datetime
    detail: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackReply:
    """Where a parcel has been.

    ``is_over`` says that nothing more will be said, or that the carrier tells by itself.
    """

    answer: Answer
    scans: tuple[Scan, ...] = ()
    is_over: bool = False
    error: str | None = None


class Carrier(Protocol):
    """Whoever makes labels and moves parcels."""

    async def quote(self, order: LabelOrder) -> QuoteReply:
        """Say what a label would cost; nothing is bought."""
        ...

    async def create(self, order: LabelOrder) -> CarrierReply:
        """Make a label."""
        ...

    async def look_up(self, order: LabelOrder) -> CarrierReply | None:
        """Say what became of an intent; ``None`` where no label was made for it."""
        ...

    async def cancel(self, order: LabelOrder) -> CarrierReply:
        """Take back the label of an intent; done as well where none was ever made."""
        ...

    async def come(self, order: PickupOrder) -> CarrierReply:
        """Come for a parcel; ``reference`` of the reply confirms it."""
        ...

    async def stay(self, order: PickupOrder) -> CarrierReply:
        """Not come after all."""
        ...

    async def track(self, order: LabelOrder) -> TrackReply:
        """Say where a parcel has been."""
        ...


class Carriers(Protocol):
    """Finds the carrier behind a workspace's account."""

    async def find(self, workspace_id: int, code: str) -> Carrier:
        """Give it; one that refuses everything in words where there is no such account."""
        ...


class NullCarrier:
    """Where no such carrier is configured: every request is refused, in words."""

    def __init__(self, code: str, why: str | None = None) -> None:
        self._why = why or (
            f"No carrier account {code!r} is here. Put it under carrier-accounts, use 'sandbox' in"
            " a sandbox, or ship with a label of your own."
        )

    async def quote(self, order: LabelOrder) -> QuoteReply:
        """Refuse."""
        del order
        return QuoteReply(answer=Answer.REFUSED, error=self._why)

    async def create(self, order: LabelOrder) -> CarrierReply:
        """Refuse."""
        del order
        return CarrierReply(answer=Answer.REFUSED, error=self._why)

    async def look_up(self, order: LabelOrder) -> CarrierReply | None:
        """Know of nothing."""
        del order
        return None

    async def cancel(self, order: LabelOrder) -> CarrierReply:
        """Refuse."""
        return await self.create(order)

    async def come(self, order: PickupOrder) -> CarrierReply:
        """Refuse."""
        return await self.create(order.label)

    async def stay(self, order: PickupOrder) -> CarrierReply:
        """Refuse."""
        return await self.create(order.label)

    async def track(self, order: LabelOrder) -> TrackReply:
        """Know of nothing more."""
        del order
        return TrackReply(answer=Answer.REFUSED, is_over=True, error=self._why)


class NoCarriers:
    """Where nobody configured any."""

    async def find(self, workspace_id: int, code: str) -> Carrier:
        """Give one that refuses."""
        del workspace_id
        return NullCarrier(code)
