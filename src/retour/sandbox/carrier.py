"""The sandbox's carrier: makes labels that look like labels, and fails when asked to."""

from __future__ import annotations

import hashlib
from html import escape
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


def tracking_number(parcel: str) -> str:
    """Give the number under which the sandbox's carrier knows a parcel."""
    digest = int.from_bytes(hashlib.sha256(parcel.encode()).digest()[:8], "big")
    return f"SBX{digest % 10**_DIGITS:0{_DIGITS}d}"


def label_svg(parcel: str) -> str:
    """Draw a parcel's label, A6, that nobody can mistake for a real one."""
    number = tracking_number(parcel)
    bars = "".join(
        f'<rect x="{8 + index * 2.6:.1f}" y="86" width="{0.6 + int(digit) * 0.14:.2f}"'
        ' height="28"/>'
        for index, digit in enumerate((number[3:] * 3)[:34])
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="105mm" height="148mm"'
        ' viewBox="0 0 105 148">'
        '<rect width="105" height="148" fill="#fff"/>'
        '<rect x="4" y="4" width="97" height="140" fill="none" stroke="#1c1c1a" stroke-width=".5"/>'
        '<g font-family="sans-serif" fill="#1c1c1a"><text x="8" y="18" font-size="8">SANDBOX</text>'
        '<text x="8" y="26" font-size="4">For practice: no carrier takes this parcel.</text>'
        f'<text x="8" y="78" font-size="5">{number}</text><g>{bars}</g>'
        f'<text x="8" y="124" font-size="3">{escape(parcel)}</text></g></svg>'
    )


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
        return CarrierReply(
            is_final=True,
            tracking_number=tracking_number(order.parcel),
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
