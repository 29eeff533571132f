"""What was refunded of each unit: a settlement's money shared out over its units, to the cent.

A settlement speaks of lines, fulfillmenttools of units, and it knows neither fees nor shipping.
An item's amount is shared evenly over its units; fees and adjustments are what a unit's refund is
less or more by, in proportion.  So the units' refunds sum to the settlement's total without its
shipping, which belongs to no unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from retour.dialects.fulfillmenttools.layout import AnyReturn
from retour.lifecycle.model import (
    CompactLeg,
    CompactSettlement,
    Executor,
    Leg,
    LegStatus,
    Settlement,
    SettlementKind,
    SettlementStatus,
)
from retour.settlement.allocation import spread

RefundStatus = Literal["OPEN", "IN_PROGRESS", "CLOSED"]
"""Where the money for a unit stands, in fulfillmenttools' words."""

_SHARED: Final = frozenset({"fee", "adjustment", "goodwill", "bonus"})
_BY_STATUS: Final[Mapping[SettlementStatus, RefundStatus]] = {
    SettlementStatus.IN_PROGRESS: "IN_PROGRESS",
    SettlementStatus.SETTLED: "CLOSED",
    SettlementStatus.FAILED: "OPEN",  # There is no word for it; an attribute of ours says so.
}
"""What a started settlement is called; in any other status nothing was started."""


class Refund(NamedTuple):
    """What one unit's refund comes to, in minor units; ``failed`` until it is tried anew."""

    settlement: str
    status: RefundStatus
    amount: int
    currency: str
    failed: bool


def refunds_of(ret: AnyReturn) -> dict[str, Refund]:
    """Give the started refunds of a return by unit, the latest of each."""
    refunds: dict[str, Refund] = {}
    for settlement in ret.settlements:
        status = _BY_STATUS.get(settlement.status)
        if status is None or settlement.kind is not SettlementKind.REFUND:
            continue
        if status == "IN_PROGRESS" and all(map(_is_out_of_our_hands, settlement.legs)):
            status = "CLOSED"
        for unit, amount in shares(settlement).items():
            failed = settlement.status is SettlementStatus.FAILED
            refunds[unit] = Refund(settlement.id, status, amount, settlement.currency, failed)
    return refunds


def _is_out_of_our_hands(leg: Leg | CompactLeg) -> bool:
    """Say whether nothing about a leg is ours to do: it is paid, or was handed to the merchant."""
    return leg.executor is Executor.EXTERNAL or leg.status is LegStatus.SUCCEEDED


def shares(settlement: Settlement | CompactSettlement) -> dict[str, int]:
    """Give what each unit gets of a settlement; sums to its total without shipping."""
    amounts: dict[str, int] = {}
    extra = 0
    for line in settlement.lines:
        if line.units:
            parts = spread(line.amount, [1] * len(line.units))
            amounts |= dict(zip(line.units, parts, strict=True))
        elif line.kind in _SHARED:
            extra += line.amount
    if extra and amounts:
        whole = max(sum(amounts.values()) + extra, 0)
        return dict(zip(amounts, spread(whole, list(amounts.values())), strict=True))
    return amounts
