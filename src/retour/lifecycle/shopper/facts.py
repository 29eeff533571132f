"""What shoppers said and chose: proofs that they sent the goods, the fate of goods refused.

Pure data.
"""

from __future__ import annotations

from datetime import datetime

from retour.kernel.value import Value
from retour.lifecycle.words import ActorKind
from retour.policy.shopper import RejectedChoice


class DropOff(Value):
    """Proof that a parcel was handed in: where, when, by which receipt."""

    id: str
    at: datetime
    recorded_at: datetime
    by: ActorKind
    place: str | None = None
    receipt_number: str | None = None
    photo: str | None = None
    parcel: str | None = None


class Resolution(Value):
    """What becomes of units that were not accepted, and who chose it.

    ``fee`` is what sending them back costs, in minor units of ``currency``; None where it is free.
    """

    id: str
    choice: RejectedChoice
    units: tuple[str, ...]
    at: datetime
    by: ActorKind
    currency: str
    fee: int | None = None
