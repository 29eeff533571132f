"""How a return falls into ItemReturns: one per receipt, and one for what has not come.

An ItemReturn is one delivery of goods to one facility.  The units asked back are the return's first
one; the first receipt takes it over, each further receipt is a new one.  What is still to come
rides with the first open receipt, and is an ItemReturn of its own once all are finished; the next
receipt takes that one over.  So an id, once told, stays, and a finished receipt's never loses a
unit: what a reopened return expects anew stays listed there, canceled, and is listed anew.
Only a correction, which says that what was told had been wrong, may take something back.
Foreign goods (of no line of the order) are in no ItemReturn: nothing there could refer to them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from retour.dialects.fulfillmenttools.ids import item_return_id, returned_line_item_id
from retour.lifecycle.model import (
    Acceptance,
    CompactLine,
    CompactReturn,
    CompactUnit,
    Order,
    Receipt,
    ReceiptLine,
    ReceiptStatus,
    Reception,
    Return,
    ReturnLine,
    ReturnStatus,
    Unit,
)

AnyReturn = Return | CompactReturn
AnyLine = ReturnLine | CompactLine
AnyUnit = Unit | CompactUnit


ItemStatus = Literal[
    "ANNOUNCED", "OPEN", "IN_PROGRESS", "PAUSED", "WAITING_FOR_INPUT", "FINISHED", "CANCELED"
]
"""Where an ItemReturn stands; of its words those that a return of ours can come to."""

LineStatus = Literal["OPEN", "IN_PROGRESS", "WAITING_FOR_INPUT", "ACCEPTED", "REJECTED", "CANCELED"]
"""Where one unit of an ItemReturn stands."""

RETURN_FACILITY: Final = "return_facility"
"""The attribute of a return that names the facility it was announced for, by its code."""
SCANNABLE_CODES: Final = "scannable_codes"
"""The attribute of a return that holds the codes it was announced with, one a line."""

_CLOSED: Final = frozenset({ReturnStatus.REJECTED, ReturnStatus.CANCELED})
_STAYS_OPEN: Final = frozenset({ReceiptStatus.OPEN, ReceiptStatus.CANCELED})

_OF_RECEIPT: Final[Mapping[ReceiptStatus, ItemStatus]] = {
    ReceiptStatus.OPEN: "IN_PROGRESS",
    ReceiptStatus.FINISHED: "FINISHED",
    ReceiptStatus.CANCELED: "CANCELED",
}

_DECIDED: Final[Mapping[Acceptance, LineStatus]] = {
    Acceptance.WAITING_FOR_INPUT: "WAITING_FOR_INPUT",
    Acceptance.ACCEPTED: "ACCEPTED",
    Acceptance.REJECTED: "REJECTED",
}

_UNDECIDED: Final[Mapping[Reception, LineStatus]] = {
    Reception.EXPECTED: "OPEN",
    Reception.RECEIVED: "IN_PROGRESS",
    Reception.UNEXPECTED: "IN_PROGRESS",
    Reception.WRONG_ITEM: "IN_PROGRESS",
    Reception.WAIVED: "IN_PROGRESS",
    # Nothing is granted for it, and it stays counted: it may be asked back no second time.
    Reception.MISSING: "REJECTED",
}
"""What the undecided units of each reception are; every reception is a key."""


class Piece(NamedTuple):
    """One unit in one ItemReturn.

    Args:
        id: As it is called there.
        unit: Its own id, ours.
        line: The order line's id.
        now: The unit and its line as they stand; ``None`` where it has been expected anew since.
    """

    id: str
    unit: str
    line: str
    sku: str
    status: LineStatus
    now: tuple[AnyUnit, AnyLine] | None


class ItemReturn(NamedTuple):
    """One delivery of goods to one facility; ``receipt`` is ``None`` until something has come."""

    id: str
    nth: int  # Within its return, from 0.
    ret: AnyReturn
    status: ItemStatus
    receipt: Receipt | None
    pieces: tuple[Piece, ...]


def item_returns(returns: Iterable[AnyReturn]) -> tuple[ItemReturn, ...]:
    """Lay returns out, the oldest first, each with its receipts in the order they were opened."""
    ordered = sorted(returns, key=lambda ret: ret.number)
    return tuple(one for ret in ordered for one in _laid_out(ret))


def find_item_return(returns: Iterable[AnyReturn], id: str) -> ItemReturn | None:
    """Find the ItemReturn that is called that."""
    return next((one for one in item_returns(returns) if one.id == id), None)


def may_come_back(order: Order, line: str) -> bool:
    """Say which of an ItemReturn's two lists a line's units are on: of the returnable, or not."""
    return next(one.returnable for one in order.lines if one.id == line)


def line_status(unit: AnyUnit) -> LineStatus:
    """Say where a unit stands that is listed where it now is."""
    if unit.released:
        return "CANCELED"
    return _DECIDED.get(unit.acceptance) or _UNDECIDED[unit.reception]


def _laid_out(ret: AnyReturn) -> Iterator[ItemReturn]:
    here = {unit.id: (unit, line) for line in ret.lines for unit in line.units}
    seen = Counter[str]()
    at_rest = _not_in_receipts(ret)
    carrier = next((one for one in ret.receipts if one.status in _STAYS_OPEN), None)
    for nth, receipt in enumerate(ret.receipts):
        pieces = [
            _piece(unit, line, here, seen)
            for line in _standing(receipt)
            for unit in line.units
            if line.line is not None
        ]
        if receipt is carrier:
            pieces += [_now(unit, line, seen) for unit, line in at_rest]
        status = "CANCELED" if ret.status in _CLOSED else _OF_RECEIPT[receipt.status]
        if status == "IN_PROGRESS" and receipt.paused:
            status = "PAUSED"
        elif status == "IN_PROGRESS" and _only_waits(pieces):
            status = "WAITING_FOR_INPUT"
        yield ItemReturn(item_return_id(ret.id, nth), nth, ret, status, receipt, tuple(pieces))
    if not ret.receipts or (at_rest and carrier is None):
        rest = tuple(_now(unit, line, seen) for unit, line in at_rest)
        status = _status_of_rest(ret, rest)
        nth = len(ret.receipts)
        yield ItemReturn(item_return_id(ret.id, nth), nth, ret, status, None, rest)


def _only_waits(pieces: Sequence[Piece]) -> bool:
    """Say whether all has come and been looked at, and somebody has still to decide."""
    statuses = {piece.status for piece in pieces}
    return "WAITING_FOR_INPUT" in statuses and statuses.isdisjoint({"OPEN", "IN_PROGRESS"})


def _not_in_receipts(ret: AnyReturn) -> list[tuple[AnyUnit, AnyLine]]:
    """Give what has not come, or need not."""
    return [
        (unit, line)
        for line in ret.lines
        if line.line is not None
        for unit in line.units
        if unit.receipt_line is None
    ]


def _standing(receipt: Receipt) -> Sequence[ReceiptLine]:
    """Give the lines of a receipt that no correction has taken back."""
    corrected = {line.corrects for line in receipt.lines}
    return [line for line in receipt.lines if line.id not in corrected]


def _piece(
    unit_id: str,
    line: ReceiptLine,
    here: Mapping[str, tuple[AnyUnit, AnyLine]],
    seen: Counter[str],
) -> Piece:
    found = here.get(unit_id)
    if found is not None and found[0].receipt_line == line.id:
        return _now(found[0], found[1], seen)
    assert line.line is not None, "foreign goods are left out"
    nth = seen[unit_id]
    seen[unit_id] += 1
    name = returned_line_item_id(unit_id, nth)
    return Piece(name, unit_id, line.line, line.sku or "", "CANCELED", None)


def _now(unit: AnyUnit, line: AnyLine, seen: Counter[str]) -> Piece:
    assert line.line is not None, "foreign goods are left out"
    name = returned_line_item_id(unit.id, seen[unit.id])
    return Piece(name, unit.id, line.line, line.sku, line_status(unit), (unit, line))


def _status_of_rest(ret: AnyReturn, rest: Sequence[Piece]) -> ItemStatus:
    if ret.status in _CLOSED:
        return "CANCELED"
    if ret.status is ReturnStatus.REQUESTED:
        return "ANNOUNCED"
    is_awaited = any(piece.status == "OPEN" for piece in rest)
    return "OPEN" if is_awaited else "FINISHED"
