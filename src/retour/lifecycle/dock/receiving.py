"""Goods on the dock: receive.

What arrives is laid against what is expected, unit by unit: expected ones first, then missing ones
that came after all, then as unexpected ones as far as the order line still has any, and what is
left over belongs to no line of the order.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import (
    UNITS_MAX,
    Receive,
    UnitsSeen,
)
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import PROMISED, held_units, units_of
from retour.lifecycle.model import (
    EventType,
    Order,
    OrderLine,
    Receipt,
    ReceiptLine,
    ReceiptStatus,
    Reception,
    Return,
    ReturnLine,
    Unit,
)
from retour.lifecycle.parcels.packing import find_parcel, unknown_parcel
from retour.lifecycle.requests.requesting import let_ship, too_many_units, unknown_line

_NOT_SEEN: Final = frozenset({Reception.EXPECTED, Reception.MISSING, Reception.WAIVED})


class Found(NamedTuple):
    """Units that came, before they are written down: all of one order line and one reception."""

    line: str | None
    sku: str
    reception: Reception
    units: tuple[str, ...]


class Looks(NamedTuple):
    """How goods looked on the dock, and their serials in the order of their units."""

    serials: tuple[str, ...] = ()
    condition: str | None = None
    damaged: bool = False


class Place(NamedTuple):
    """Where goods are being written down, and what every line about them repeats."""

    receipt: Receipt
    parcel: str | None = None
    operation_id: str | None = None
    corrects: str | None = None
    reason: str | None = None


class Arrival(NamedTuple):
    """Goods being taken in: where, what to blame in the command, and units already promised for."""

    place: Place
    pointer: str
    promised: frozenset[str]


def receive(fold: Fold, command: Receive) -> Refusal | None:
    """Write down goods really seen."""
    late = fold.ret.status is ReturnStatus.PROCESSED
    promised = held_units(fold.ret, PROMISED) if late else frozenset[str]()
    parcel = None
    if command.parcel is not None:
        parcel = find_parcel(fold.ret, command.parcel)
        if parcel is None:
            return unknown_parcel(command.parcel)
    if fold.ret.status is ReturnStatus.REQUESTED:
        let_ship(fold)
    receipt = _receipt_for(fold, command)
    if isinstance(receipt, Refusal):
        return receipt
    place = Place(receipt, parcel.id if parcel else None, command.operation_id)
    for index, seen in enumerate(command.units):
        refusal = take_in(fold, seen, place, f"/units/{index}", promised)
        if refusal is not None:
            return refusal
    details = {"receipt": receipt.id, "facility": receipt.facility}
    if fold.ret.status is ReturnStatus.RECEIVED:
        fold.say(EventType.RECEIPT_UPDATED, {**details})
    else:
        fold.enter(ReturnStatus.RECEIVED)
        fold.say(EventType.RETURN_RECEIVED, {**details})
    return None


def is_repeated(ret: Return, command: Receive) -> bool:
    """Say whether this very operation is in a receipt already, whatever became of it since."""
    return command.operation_id is not None and any(
        line.operation_id == command.operation_id
        for receipt in ret.receipts
        for line in receipt.lines
    )


def _receipt_for(fold: Fold, command: Receive) -> Receipt | Refusal:
    """Give the open receipt to write in: the named one, the facility's, or a new one."""
    ret, facility = fold.ret, fold.context.facility
    if command.receipt is not None:
        return _named_receipt(ret, command)
    if facility is None:
        return refuse(
            RefusalCode.UNKNOWN_FACILITY,
            "Goods are received somewhere. Name a facility.",
            "/facility",
        )
    for receipt in ret.receipts:
        if receipt.status is ReceiptStatus.OPEN and receipt.facility == facility.code:
            return receipt
    receipt = Receipt(
        id=fold.mint("rcp"),
        facility=facility.code,
        status=ReceiptStatus.OPEN,
        opened_at=fold.at,
    )
    fold.put_receipt(receipt)
    if all(known.code != facility.code for known in ret.facilities):
        fold.change(facilities=(*ret.facilities, facility))
    return receipt


def _named_receipt(ret: Return, command: Receive) -> Receipt | Refusal:
    receipt = next((one for one in ret.receipts if one.id == command.receipt), None)
    if receipt is None or command.facility not in (None, receipt.facility):
        return refuse(
            RefusalCode.UNKNOWN_RECEIPT,
            f"There is no receipt {command.receipt!r} at that facility. Leave the field out to go"
            " on with the facility's open receipt or to start one.",
            "/receipt",
        )
    if receipt.status is not ReceiptStatus.OPEN:
        return refuse(
            RefusalCode.NO_OPEN_RECEIPT,
            f"The receipt {receipt.id} is {receipt.status}. Leave it out to open the next one.",
            "/receipt",
        )
    return receipt


# ---------------------------------------------------------------- what came


def take_in(
    fold: Fold, seen: UnitsSeen, place: Place, pointer: str, promised: frozenset[str]
) -> Refusal | None:
    """Write down one kind of goods: on units that were expected, and on new ones."""
    if seen.reception in _NOT_SEEN:
        return refuse(
            RefusalCode.BAD_RECEPTION,
            f"Goods on the dock cannot be {seen.reception}. Say received, unexpected or wrong_item,"
            " or leave the field out.",
            f"{pointer}/reception",
        )
    named = _order_lines(fold, seen, pointer)
    if isinstance(named, Refusal):
        return named
    if len(seen.serials) > seen.quantity:
        return refuse(
            RefusalCode.NOT_ENOUGH_UNITS,
            f"{len(seen.serials)} serials are too many for {seen.quantity} pieces. Give one each.",
            f"{pointer}/serials",
        )
    arrival = Arrival(place, pointer, promised)
    own, foreign = _by_serials(fold, seen, named)
    if foreign is not None:
        refusal = _take(fold, foreign, named, arrival)
        if refusal is not None or own is None:
            return refusal
    assert own is not None, "what is not foreign is the order's"
    return _take(fold, own, named, arrival)


def _by_serials(
    fold: Fold, seen: UnitsSeen, named: Sequence[OrderLine]
) -> tuple[UnitsSeen | None, UnitsSeen | None]:
    """Part pieces whose serials were never sold from the rest, where the policy says so."""
    sold = sold_serials(fold.order, {line.sku for line in named})
    if fold.policy.foreign_serial != "wrong_item" or not sold:
        return seen, None
    foreign = tuple(serial for serial in seen.serials if serial not in sold)
    if not foreign:
        return seen, None
    others = replace(seen, quantity=len(foreign), serials=foreign, reception=Reception.WRONG_ITEM)
    left = seen.quantity - len(foreign)
    if left == 0:
        return None, others
    ours = tuple(serial for serial in seen.serials if serial in sold)
    return replace(seen, quantity=left, serials=ours), others


def sold_serials(order: Order, skus: Collection[str]) -> frozenset[str]:
    """Give the serials that were sold of some items; none where nobody noted them."""
    return frozenset(serial for line in order.lines if line.sku in skus for serial in line.serials)


def _take(
    fold: Fold, seen: UnitsSeen, named: Sequence[OrderLine], arrival: Arrival
) -> Refusal | None:
    """Lay goods against what is expected, and write them down."""
    place, pointer, promised = arrival
    filled = _fill(fold, seen, named)
    if any(unit in promised for found in filled for unit in found.units):
        return refuse(
            RefusalCode.UNITS_SETTLING,
            "A confirmed settlement pays for these units as they were. Discard it, or wait until it"
            " is settled and reopen the return.",
            pointer,
        )
    left = seen.quantity - sum(len(found.units) for found in filled)
    if left + sum(len(line.units) for line in fold.ret.lines) > UNITS_MAX:
        return too_many_units(f"{pointer}/quantity")
    rest = _surplus(fold, seen, named, left, pointer)
    if isinstance(rest, Refusal):
        return rest
    looks = Looks(seen.serials, seen.condition, seen.damaged)
    write_down(fold, (*filled, *rest), looks, place)
    return None


def _order_lines(fold: Fold, seen: UnitsSeen, pointer: str) -> tuple[OrderLine, ...] | Refusal:
    """Give the order lines that everything named agrees on; none where the goods are foreign."""
    if seen.line is None and seen.sku is None and seen.barcode is None:
        return refuse(
            RefusalCode.UNNAMED_ITEM,
            "Nothing says what came. Give a line, a SKU or a barcode.",
            pointer,
        )
    lines = fold.order.lines
    if seen.line is not None:
        name = seen.line
        own = {line.line for line in fold.ret.lines if line.id == name}
        lines = tuple(line for line in lines if line.id == name or line.id in own)
        if not lines:
            return unknown_line(name, f"{pointer}/line", "The order")
    if seen.sku is not None:
        lines = tuple(line for line in lines if line.sku == seen.sku)
    if seen.barcode is not None:
        lines = _by_barcode(lines, seen.barcode)
    if seen.line is not None and not lines:
        return refuse(
            RefusalCode.AMBIGUOUS_ITEM,
            f"Line {seen.line!r} is not what the SKU or barcode says. Give one of them.",
            pointer,
        )
    return lines


def _by_barcode(lines: Sequence[OrderLine], code: str) -> tuple[OrderLine, ...]:
    """Give the lines a barcode means: by UPC, else by SKU, part number, serial."""
    return (
        tuple(line for line in lines if line.upc == code)
        or tuple(line for line in lines if line.sku == code)
        or tuple(line for line in lines if line.part_number == code)
        or tuple(line for line in lines if code in line.serials)
    )


def _fill(fold: Fold, seen: UnitsSeen, named: Sequence[OrderLine]) -> tuple[Found, ...]:
    """Lay goods against the units that may come: expected ones first, then missing ones.

    The lines named come first, then others of the same item: pieces of one item are alike, so
    which of two scans comes first makes no difference to what is counted in the end.
    """
    if seen.reception in {Reception.UNEXPECTED, Reception.WRONG_ITEM}:
        return ()
    skus = {line.sku for line in named}
    alike = [line for line in fold.order.lines if line.sku in skus and line not in named]
    left, found = seen.quantity, dict[str, list[str]]()
    ids = {line.id: line.sku for line in (*named, *alike)}
    for lines in (named, alike):
        here = {line.id for line in lines}
        for reception in (Reception.EXPECTED, Reception.MISSING):
            for line in fold.ret.lines:
                if line.line is None or line.line not in here:
                    continue
                fitting = [unit.id for unit in line.units if unit.reception is reception][:left]
                if fitting:
                    found.setdefault(line.line, []).extend(fitting)
                    left -= len(fitting)
    return tuple(
        Found(line, ids[line], Reception.RECEIVED, tuple(units)) for line, units in found.items()
    )


def _surplus(
    fold: Fold, seen: UnitsSeen, named: Sequence[OrderLine], left: int, pointer: str
) -> tuple[Found, ...] | Refusal:
    """Make units of what nobody announced: of the order's lines as far as they have any."""
    if left == 0:
        return ()
    found: list[Found] = []
    if named and seen.reception is not Reception.WRONG_ITEM:
        line = _surplus_line(fold.ret, named)
        if line is None:
            return refuse(
                RefusalCode.AMBIGUOUS_ITEM,
                f"{len(named)} lines of the order are the same item, and none is in this return."
                " Name the line.",
                pointer,
            )
        for one in (line, *_alike(fold.order, line)):
            unannounced = min(left, one.counters.returnable)
            if unannounced:
                found.append(_new_units(fold, one.id, one.sku, Reception.UNEXPECTED, unannounced))
                left -= unannounced
    if left:
        sku = seen.sku or seen.barcode or (named[0].sku if named else "")
        found.append(_new_units(fold, None, sku, Reception.WRONG_ITEM, left))
    return tuple(found)


def _alike(order: Order, line: OrderLine) -> list[OrderLine]:
    """Give the other lines of the same item."""
    return [one for one in order.lines if one.sku == line.sku and one.id != line.id]


def _surplus_line(ret: Return, named: Sequence[OrderLine]) -> OrderLine | None:
    """Choose the order line that more of the same belongs to; ``None`` where it is a guess."""
    inside = {line.line for line in ret.lines}
    return next(
        (line for line in named if line.id in inside), named[0] if len(named) == 1 else None
    )


def _new_units(
    fold: Fold, line: str | None, sku: str, reception: Reception, quantity: int
) -> Found:
    """Let units exist that nobody announced, in the return's line for them or in a new one."""
    mint, ret = fold.mint, fold.ret
    units = tuple(Unit(id=mint("unt"), reception=reception) for _ in range(quantity))
    for place, one in enumerate(ret.lines):
        if one.line == line and one.sku == sku:
            grown = replace(one, units=one.units + units)
            fold.put_lines((*ret.lines[:place], grown, *ret.lines[place + 1 :]))
            break
    else:
        fresh = ReturnLine(
            id=mint("rln"), number=fold.number(), line=line, sku=sku, quantity=0, units=units
        )
        fold.put_lines((*ret.lines, fresh))
    return Found(line, sku, reception, tuple(unit.id for unit in units))


def write_down(fold: Fold, found: Sequence[Found], looks: Looks, place: Place) -> None:
    """Note the goods in the receipt and on their units."""
    receipt = next(one for one in fold.ret.receipts if one.id == place.receipt.id)
    known = {unit.id: unit for unit in units_of(fold.ret)}
    changed: dict[str, Unit] = {}
    lines: list[ReceiptLine] = []
    numbers = iter(looks.serials)
    for group in found:
        line = ReceiptLine(
            id=fold.mint("rcl"),
            quantity=len(group.units),
            at=fold.at,
            line=group.line,
            sku=group.sku,
            reception=group.reception,
            units=group.units,
            parcel=place.parcel,
            operation_id=place.operation_id,
            corrects=place.corrects,
            reason=place.reason,
            damaged=looks.damaged,
        )
        lines.append(line)
        for unit_id in group.units:
            unit = known[unit_id]
            changed[unit_id] = replace(
                unit,
                reception=group.reception,
                facility=receipt.facility,
                receipt_line=line.id,
                serial=next(numbers, unit.serial),
                damaged=looks.damaged,
                condition=looks.condition or unit.condition,
            )
    fold.put_receipt(replace(receipt, lines=(*receipt.lines, *lines)))
    fold.put_units(changed)
