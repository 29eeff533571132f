"""What Kibo is told of the goods in a return: its items, what they are worth, where they lie.

Kibo counts per line of the return, so a line of which one part is accepted and the other is not
becomes two items under one id.  Goods that belong to no line of the order are none of its items.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from retour.dialects.view import View
from retour.kernel.status import ReturnStatus
from retour.lifecycle.model import (
    Acceptance,
    FacilityRef,
    Order,
    OrderLine,
    Reception,
    Return,
    ReturnLine,
    Unit,
)
from retour.lifecycle.money.sale import bill_of, share_paid

_ACCEPTED: Final = "accepted"
_REJECTED: Final = "rejected"
_PENDING: Final = "pending"
_JUDGED: Final = {Acceptance.ACCEPTED: _ACCEPTED, Acceptance.REJECTED: _REJECTED}


def is_decided(ret: Return) -> bool:
    """Say whether every unit was decided since Kibo last heard that the return is open.

    What ended the return since does not count, nor does a late parcel, of which Kibo is not told.
    """
    decided_at = ret.status_at.get(ReturnStatus.PROCESSED)
    if decided_at is None or ret.status is ReturnStatus.AUTHORIZED:
        return False
    opened_at = ret.status_at.get(ReturnStatus.AUTHORIZED)  # The last time: by being reopened.
    return opened_at is None or opened_at <= decided_at


def has_accepted(ret: Return) -> bool:
    """Say whether anything the order held is accepted."""
    return any(unit.acceptance is Acceptance.ACCEPTED for unit in _units_of_order(ret))


def facility_of(ret: Return) -> FacilityRef | None:
    """Give the place that accepted; where several did, the first piece decides."""
    code = next(
        (
            unit.facility
            for unit in _units_of_order(ret)
            if unit.acceptance is Acceptance.ACCEPTED and unit.facility is not None
        ),
        None,
    )
    return next((place for place in ret.facilities if place.code == code), None)


def worth(ret: Return, order: Order) -> int:
    """Give what the customer paid for the units of a return, in minor units."""
    units = Counter[str]()
    for line in ret.lines:
        if line.line is not None:
            units[line.line] += len(line.units)
    bill = bill_of(order)
    return sum(share_paid(bill, sold.id, units[sold.id]) for sold in order.lines)


def items(ret: Return, order: Order, *, is_judged: bool) -> list[View]:
    """List a return's items in its lines' order, the accepted part of a line first.

    Args:
        is_judged: Whether the return is accepted.  Before, everything in it is pending, whatever a
            warehouse may have found by then; afterwards, what was refused on the way or never came
            is rejected.
    """
    sold = {line.id: line for line in order.lines}
    return [
        _item(line, sold[line.line], status, quantity)
        for line in ret.lines
        if line.line in sold
        for status, quantity in _parts(line, is_judged=is_judged).items()
        if quantity
    ]


def _parts(line: ReturnLine, *, is_judged: bool) -> dict[str, int]:
    if not is_judged:
        return {_PENDING: len(line.units)}
    parts = {_ACCEPTED: 0, _REJECTED: line.refused_quantity, _PENDING: 0}
    for unit in line.units:
        parts[_judgement(unit)] += 1
    return parts


def _judgement(unit: Unit) -> str:
    if unit.reception is Reception.MISSING:
        return _REJECTED
    return _JUDGED.get(unit.acceptance, _PENDING)


def _item(line: ReturnLine, sold: OrderLine, status: str, quantity: int) -> View:
    return {
        "returnItemID": str(line.number),
        "itemID": str(sold.number),
        "quantity": f"{quantity}.00",
        "status": status,
        "reason": line.reasons[0].text if line.reasons else None,
        "partNumber": sold.part_number or sold.sku,
        "upc": sold.upc,
        "sku": sold.sku,
    }


def _units_of_order(ret: Return) -> Iterator[Unit]:
    return (unit for line in ret.lines if line.line is not None for unit in line.units)
