"""The sandbox's carrier: makes labels that look like labels, and fails when asked to."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.gateways.carriers import CarrierReply, LabelOrder
from retour.sandbox.processor import add_fault
from retour.store.statements import named

if TYPE_CHECKING:
    from retour.store.database import Database

_SQL: Final = named("sandbox")
_DIGITS: Final = 12


class CarrierFault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A label that fails: refused for good, or no answer this time."""

    outcome: Literal["decline", "timeout"]
    times: Annotated[int, Meta(ge=1, le=1000)] = 1


class SandboxCarrier:
    """Gives each parcel one tracking number, the same whenever it is asked again."""

    def __init__(self, database: Database, public_base: str) -> None:
        self._database = database
        self._public_base = public_base

    async def make_label(self, order: LabelOrder) -> CarrierReply:
        """Make the parcel's label."""
        async with self._database.transaction(order.workspace_id) as connection:
            fault: str | None = await connection.fetchval(
                _SQL["take_fault"], order.workspace_id, "carrier", None
            )
        if fault == "decline":
            return CarrierReply(is_final=True, error="The carrier does not serve this address.")
        if fault == "timeout":
            return CarrierReply(is_final=False, error="The carrier did not answer in time.")
        digest = int.from_bytes(hashlib.sha256(order.parcel.encode()).digest()[:8], "big")
        return CarrierReply(
            is_final=True,
            tracking_number=f"SBX{digest % 10**_DIGITS:0{_DIGITS}d}",
            label_url=f"{self._public_base}/sandbox/labels/{order.parcel}",
        )

    async def add_fault(self, workspace_id: int, fault: CarrierFault) -> bytes:
        """Ask for a fault; answers it with its id."""
        return await add_fault(
            self._database,
            workspace_id,
            "carrier",
            outcome=fault.outcome,
            payment=None,
            times=fault.times,
        )
