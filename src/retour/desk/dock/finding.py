"""Which returns a code or a parcel can mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from retour.desk.dock.writing import ITEM, NAME, RMA, SERIAL, TRACKING, digest
from retour.kernel.barcode import normal, read_code
from retour.kernel.ids import is_id
from retour.kernel.status import ReturnStatus
from retour.store.dock import SQL, found_codes, returns_by_ids

if TYPE_CHECKING:
    from retour.desk.dock.bodies import ParcelSeen
    from retour.desk.house import House
    from retour.lifecycle.model import Return
    from retour.store.database import Connection

CANDIDATES_MAX: Final = 20
_LOOKED_AT_MAX: Final = 200
CODE_ROWS_MAX: Final = 100
"""Rows one code may bring; of an item that many returns hold, the newest are looked at."""

RECEIVING: Final = frozenset(
    {
        ReturnStatus.AUTHORIZED,
        ReturnStatus.SHIPPED,
        ReturnStatus.TRACKED,
        ReturnStatus.RECEIVED,
        ReturnStatus.PROCESSED,
    }
)
"""Where goods of a return can be received."""

_WEIGHTS: Final = {
    "return": 100,
    RMA: 100,
    TRACKING: 100,
    SERIAL: 60,
    "order": 50,
    "email": 30,
    NAME: 15,
    ITEM: 10,
}
"""How much each thing that fits speaks for a return."""
_OPEN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A return that a parcel may be of, and what speaks for it."""

    ret: Return
    by: tuple[str, ...]

    @property
    def waits(self) -> bool:
        """Say whether goods of it can be received."""
        return self.ret.status in RECEIVING

    @property
    def score(self) -> int:
        """How much speaks for it; a return that waits for goods comes before one that does not."""
        return sum(_WEIGHTS[one] for one in self.by) + (_OPEN if self.waits else 0)


@dataclass(slots=True)
class _Found:
    by: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def add(self, return_id: str, kind: str) -> None:
        kinds = self.by.setdefault(return_id, [])
        if kind == ITEM or kind not in kinds:
            kinds.append(kind)


async def candidates(
    house: House, connection: Connection, workspace_id: int, seen: ParcelSeen
) -> list[Candidate]:
    """List the returns a parcel may be of, the likeliest first."""
    found = _Found()
    if seen.return_id is not None and is_id(seen.return_id, "ret"):
        found.add(seen.return_id, "return")
    await _by_codes(house, connection, workspace_id, seen, found)
    if seen.order_number is not None:
        rows = await connection.fetch(
            SQL["returns_of_order"], workspace_id, seen.order_number, CANDIDATES_MAX
        )
        for row in rows:
            found.add(row["return_id"], "order")
    if seen.email is not None:
        email = house.vault.digest(workspace_id, seen.email)
        rows = await connection.fetch(SQL["returns_of_email"], workspace_id, email, CANDIDATES_MAX)
        for row in rows:
            found.add(row["return_id"], "email")
    likeliest = sorted(
        found.by, key=lambda one: (-sum(_WEIGHTS[kind] for kind in found.by[one]), one)
    )[:_LOOKED_AT_MAX]
    rets = await returns_by_ids(connection, workspace_id, likeliest)
    listed = [Candidate(ret=rets[one], by=tuple(found.by[one])) for one in likeliest if one in rets]
    return sorted(listed, key=lambda one: (-one.score, one.ret.id))[:CANDIDATES_MAX]


async def _by_codes(
    house: House, connection: Connection, workspace_id: int, seen: ParcelSeen, found: _Found
) -> None:
    wanted: dict[bytes, set[str]] = {}
    for kind, code in _said(seen):
        for one in read_code(code).candidates:
            wanted.setdefault(digest(house.vault, one), set()).add(kind)
    if seen.name is not None:
        wanted.setdefault(digest(house.vault, normal(seen.name)), set()).add(NAME)
    if not wanted:
        return
    rows = await found_codes(connection, workspace_id, [*wanted], CODE_ROWS_MAX)
    for code, kind, return_id in rows:
        if kind in wanted[code]:
            found.add(return_id, kind)


def _said(seen: ParcelSeen) -> Iterable[tuple[str, str]]:
    """List the codes a parcel was said to bear, with what each was said to be."""
    if seen.rma is not None:
        yield RMA, seen.rma
    if seen.tracking_number is not None:
        yield TRACKING, seen.tracking_number
    for goods in seen.lines:
        for code in (goods.sku, goods.barcode):
            if code is not None:
                yield ITEM, code
                yield SERIAL, code
        for serial in goods.serials:
            yield SERIAL, serial


def certain(seen: ParcelSeen, listed: list[Candidate]) -> Return | None:
    """Give the one return that was named by what names one; ``None`` where that is a guess."""
    for kinds in ({"return"}, {RMA}, {TRACKING}):
        named = [one.ret for one in listed if kinds & set(one.by)]
        if named:
            return named[0] if len(named) == 1 else None
    if seen.order_number is None:
        return None
    named = [one.ret for one in listed if "order" in one.by and one.waits]
    return named[0] if len(named) == 1 else None
