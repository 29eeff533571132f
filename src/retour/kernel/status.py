"""The ten words for where a return stands, spoken in every room and by every dialect.

Which word may follow which is the lifecycle's table, never said here.
"""

from __future__ import annotations

from enum import StrEnum


class ReturnStatus(StrEnum):
    """Where a return stands.  The stored value is public; never rename one."""

    REQUESTED = "requested"  # The customer asked; a policy or an agent must answer.
    AUTHORIZED = "authorized"  # The customer may ship.
    SHIPPED = "shipped"  # The customer handed the parcel over.
    TRACKED = "tracked"  # A carrier has seen it.
    RECEIVED = "received"  # A facility has at least one parcel of it.
    PROCESSED = "processed"  # Every unit is decided and no receipt is open.
    SETTLED = "settled"  # Every accepted unit is covered by a settled settlement.
    COMPLETED = "completed"  # Done for us.
    REJECTED = "rejected"  # Final: we said no.
    CANCELED = "canceled"  # Final: someone withdrew it.
