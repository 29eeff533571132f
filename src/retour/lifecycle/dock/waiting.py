"""What waits for a person at the dock, as far as a return itself says it.

``standing`` lists it from the return alone, so that what a commit opens and closes is a difference
of two lists, whatever door the goods came through.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from retour.kernel.status import ReturnStatus
from retour.kernel.value import Value
from retour.lifecycle.dock.receiving import sold_serials
from retour.lifecycle.guards import SEEN, UNDECIDED
from retour.lifecycle.model import Order, Policy, ReceiptLine, Reception, Return, ReturnLine, Unit
from retour.lifecycle.requests.offering import destination_of
from retour.lifecycle.words import Direction


class Cause(StrEnum):
    """Why somebody must look."""

    UNEXPECTED_ITEM = "unexpected_item"
    WRONG_ITEM = "wrong_item"
    MISSING_ITEM = "missing_item"
    DAMAGED_ITEM = "damaged_item"
    FOREIGN_SERIAL = "foreign_serial"  # Of an item whose sold serials are known.
    DUPLICATE_SERIAL = "duplicate_serial"
    UNMATCHED_PARCEL = "unmatched_parcel"
    QUALITY_CHECK = "quality_check"  # A second pair of eyes; a queue of its own.


class Remedy(StrEnum):
    """What can be done about it."""

    ACCEPT = "accept"
    JUDGE = "judge"
    RESCAN = "rescan"
    SEARCH = "search"
    MATCH = "match"
    CONTACT_CUSTOMER = "contact_customer"
    CLAIM = "claim"  # Hold the carrier to account.
    WRITE_OFF = "write_off"
    QUARANTINE = "quarantine"
    SEND_BACK = "send_back"
    DONATE = "donate"
    DESTROY = "destroy"


MOVES_GOODS: Final = frozenset({Remedy.QUARANTINE, Remedy.SEND_BACK, Remedy.DONATE, Remedy.DESTROY})
"""Remedies that are dispositions too: the goods are said to go there."""

_ASIDE: Final = (Remedy.SEND_BACK, Remedy.QUARANTINE, Remedy.CONTACT_CUSTOMER)
REMEDIES: Final[Mapping[Cause, tuple[Remedy, ...]]] = MappingProxyType(
    {
        Cause.UNEXPECTED_ITEM: (Remedy.ACCEPT, *_ASIDE),
        Cause.WRONG_ITEM: (*_ASIDE, Remedy.DONATE, Remedy.DESTROY),
        Cause.MISSING_ITEM: (
            Remedy.SEARCH,
            Remedy.CONTACT_CUSTOMER,
            Remedy.CLAIM,
            Remedy.WRITE_OFF,
        ),
        Cause.DAMAGED_ITEM: (Remedy.JUDGE, Remedy.CLAIM, Remedy.QUARANTINE, Remedy.DESTROY),
        Cause.FOREIGN_SERIAL: (Remedy.RESCAN, *_ASIDE, Remedy.ACCEPT),
        Cause.DUPLICATE_SERIAL: (Remedy.RESCAN, Remedy.QUARANTINE, Remedy.ACCEPT),
        Cause.UNMATCHED_PARCEL: (Remedy.MATCH, Remedy.CONTACT_CUSTOMER, Remedy.SEND_BACK),
        Cause.QUALITY_CHECK: (Remedy.JUDGE,),
    }
)
"""What helps with each cause, the best first; every cause is a key."""


class DockCase(Value):
    """One thing that waits: its cause, what it is about, and what can be done.

    ``subject`` names it within its return: a receipt line, a return line or a unit.
    """

    cause: Cause
    subject: str
    detail: str
    facility: str | None = None
    line: str | None = None
    sku: str | None = None
    quantity: int = 1
    units: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[Cause, str]:
        """What makes it the same one before and after a commit."""
        return self.cause, self.subject


class Moved(Value):
    """What a commit changed: what waits now that did not, and what has done waiting."""

    opened: tuple[DockCase, ...] = ()
    closed: tuple[tuple[Cause, str], ...] = ()

    def __bool__(self) -> bool:
        """Say whether anything did."""
        return bool(self.opened or self.closed)


NOTHING: Final = Moved()

MAIN: Final = "main"
"""Where goods go that nobody has sent elsewhere."""
_ON_ITS_WAY: Final = frozenset(
    {
        ReturnStatus.AUTHORIZED,
        ReturnStatus.SHIPPED,
        ReturnStatus.TRACKED,
        ReturnStatus.CANCELED,
    }
)


def heading_for(ret: Return) -> frozenset[str]:
    """Name the facilities a return concerns: those that have goods of it, and where it is to go."""
    places = {one.code for one in ret.facilities}
    if ret.status not in _ON_ITS_WAY or ReturnStatus.AUTHORIZED.value not in ret.status_at:
        return frozenset(places)
    sent = {parcel.facility for parcel in ret.parcels if parcel.direction is Direction.INBOUND}
    named = {place for place in (*sent, destination_of(ret)) if place}
    return frozenset(places | named or {MAIN})


def moved(before: Return | None, after: Return, order: Order, policy: Policy) -> Moved:
    """Say what waits now that did not before, and the other way round."""
    if not after.receipts:
        return NOTHING
    if before is not None and before.lines == after.lines and before.receipts == after.receipts:
        return NOTHING
    was = {} if before is None else {one.key: one for one in standing(before, order, policy)}
    now = {one.key: one for one in standing(after, order, policy)}
    return Moved(
        opened=tuple(one for key, one in now.items() if key not in was),
        closed=tuple(key for key in was if key not in now),
    )


def standing(ret: Return, order: Order, policy: Policy) -> Iterator[DockCase]:
    """List everything about a return's goods that somebody must look at."""
    units = {unit.id: (line, unit) for line in ret.lines for unit in line.units}
    for receipt in ret.receipts:
        for line in receipt.lines:
            here = [units[name] for name in line.units if name in units]
            open_ = [one for one in here if one[1].receipt_line == line.id and _waits(one[1])]
            if open_:
                yield from _as_it_came(line, receipt.facility, open_)
    yield from _missing(ret.lines)
    for line, unit in units.values():
        if unit.asks is not None:
            yield _about(Cause.QUALITY_CHECK, line, unit, unit.asks)
    if policy.foreign_serial != "ignore":
        yield from _foreign(units.values(), order)
    yield from _twice(units.values())


def _waits(unit: Unit) -> bool:
    return unit.reception in SEEN and unit.acceptance in UNDECIDED


_SAID: Final = {
    Reception.UNEXPECTED: (Cause.UNEXPECTED_ITEM, "came without having been announced."),
    Reception.WRONG_ITEM: (Cause.WRONG_ITEM, "came, which the order never held."),
}


def _as_it_came(
    line: ReceiptLine, facility: str, units: Sequence[tuple[ReturnLine, Unit]]
) -> Iterator[DockCase]:
    """Say what is odd about goods as they were written down."""
    causes: list[tuple[Cause, str]] = []
    if line.reception in _SAID:
        causes.append(_SAID[line.reception])
    if line.damaged:
        causes.append((Cause.DAMAGED_ITEM, "came damaged."))
    for cause, words in causes:
        yield DockCase(
            cause=cause,
            subject=line.id,
            detail=f"{len(units)} × {line.sku or 'an unnamed item'} {words}",
            facility=facility,
            line=units[0][0].id,
            sku=line.sku,
            quantity=len(units),
            units=tuple(unit.id for _, unit in units),
        )


def _missing(lines: Iterable[ReturnLine]) -> Iterator[DockCase]:
    for line in lines:
        gone = [unit.id for unit in line.units if unit.reception is Reception.MISSING]
        if gone:
            yield DockCase(
                cause=Cause.MISSING_ITEM,
                subject=line.id,
                detail=f"{len(gone)} × {line.sku} was announced and has not come.",
                line=line.id,
                sku=line.sku,
                quantity=len(gone),
                units=tuple(gone),
            )


def _foreign(units: Iterable[tuple[ReturnLine, Unit]], order: Order) -> Iterator[DockCase]:
    for line, unit in units:
        if unit.serial is None or not _waits(unit):
            continue
        sold = sold_serials(order, (line.sku,))
        if sold and unit.serial not in sold:
            words = f"The serial {unit.serial} is none of those sold with this order."
            yield _about(Cause.FOREIGN_SERIAL, line, unit, words)


def _twice(units: Iterable[tuple[ReturnLine, Unit]]) -> Iterator[DockCase]:
    seen: set[str] = set()
    for line, unit in units:
        if unit.serial is None or unit.reception not in SEEN:
            continue
        if unit.serial in seen and _waits(unit):
            words = f"The serial {unit.serial} was scanned on another unit of this return."
            yield _about(Cause.DUPLICATE_SERIAL, line, unit, words)
        seen.add(unit.serial)


def _about(cause: Cause, line: ReturnLine, unit: Unit, words: str) -> DockCase:
    return DockCase(
        cause=cause,
        subject=unit.id,
        detail=words,
        facility=unit.facility,
        line=line.id,
        sku=line.sku,
        units=(unit.id,),
    )
