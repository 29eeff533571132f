"""What we ask of a carrier, whoever it is: a label for a parcel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelOrder:
    """One label: ``parcel`` is the idempotency key."""

    workspace_id: int
    parcel: str
    carrier: str
    rma_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierReply:
    """A label, or why there is none; ``is_final`` says whether asking again can help."""

    is_final: bool
    tracking_number: str | None = None
    label_url: str | None = None
    error: str | None = None


class Carrier(Protocol):
    """Whoever makes labels and moves parcels."""

    async def make_label(self, order: LabelOrder) -> CarrierReply:
        """Make one label per parcel; never raises for what the network does."""
        ...


class NullCarrier:
    """Where no such carrier is configured: every label fails, in words."""

    async def make_label(self, order: LabelOrder) -> CarrierReply:
        """Decline."""
        return CarrierReply(
            is_final=True,
            error=(
                f"No carrier {order.carrier!r} is configured here."
                " Use 'sandbox', or ship with a label of your own."
            ),
        )
