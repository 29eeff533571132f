"""One scan box: whatever was scanned, what it is and what can be done with it now.

A code is looked up by its keyed digest, which is the same in every workspace: a facility that
serves several can be asked for in each of them that its key is a member of.  Today a key belongs
to one workspace, and that one is looked in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.desk.dock.comparing import MAIN, facility_at
from retour.desk.dock.finding import CODE_ROWS_MAX, RECEIVING
from retour.desk.dock.writing import ITEM, LPN, NAME, NUMBER, RMA, SERIAL, TRACKING, digest
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.scopes import within
from retour.kernel.barcode import CODE_MAX, Scanned, normal, read_code
from retour.kernel.ids import is_id
from retour.lifecycle.bodies import Body, Word
from retour.lifecycle.guards import SEEN, UNDECIDED
from retour.lifecycle.machine import TRANSITIONS
from retour.lifecycle.model import Order, OrderLine, Reception, Return, ReturnLine, Unit
from retour.lifecycle.steps import Verb
from retour.store.dock import SQL, found_codes, orders_of, returns_by_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from retour.desk.house import House
    from retour.dialects.view import View
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()
MATCHES_MAX: Final = 20
_ROWS_MAX: Final = 200
_ORDER: Final = "order"
_UNIT: Final = "unit"
_RETURN: Final = "return"
KINDS: Final = (RMA, NUMBER, TRACKING, _ORDER, _RETURN, _UNIT, LPN, SERIAL, ITEM)
"""What a code can be of a return, the surest first."""
_AT_THE_DOCK: Final = (
    Verb.RECEIVE,
    Verb.INSPECT,
    Verb.DISPOSE,
    Verb.PUT_AWAY,
    Verb.FINISH_RECEIPT,
    Verb.PAUSE_RECEIPT,
    Verb.CORRECT_RECEIPT,
)


class Scan(Body):
    """What was scanned, where, and within which return, if one is being worked on."""

    code: Annotated[str, Meta(min_length=1, max_length=CODE_MAX)]
    facility: Word | None = None
    return_id: Word | None = msgspec.field(name="return", default=None)


async def scan(
    house: House,
    workspace_id: int,
    body: Scan,
    scopes: frozenset[str] | None = None,
    place: str | None = None,
) -> Outcome:
    """Say what a code is, here and now; one that nobody knows can still be kept.

    ``place`` is the facility of the address, which must be there.
    """
    read = read_code(body.code)
    facility = place or body.facility or MAIN
    found = await facility_at(house, workspace_id, facility)
    if place is not None and found is None:
        return NotFound(what="facility")
    blind = found is not None and found.blind
    if read.command is not None:
        return _answer(read, "command", [], [])
    async with house.database.transaction(workspace_id) as connection:
        known = await _found(house, connection, workspace_id, read, body.return_id)
        order = await _order(connection, workspace_id, read.text)
        wanted = list(known)[:_ROWS_MAX]
        if order is not None:
            rows = await connection.fetch(SQL["returns_of_order"], workspace_id, order, MATCHES_MAX)
            for row in rows:
                known.setdefault(row["return_id"], set()).add(_ORDER)
                wanted.append(row["return_id"])
        rets = await returns_by_ids(connection, workspace_id, wanted)
    listed = sorted(
        ((rets[one], kinds) for one, kinds in known.items() if one in rets),
        key=lambda one: _rank(one[0], one[1], body.return_id),
    )[:MATCHES_MAX]
    async with house.database.transaction(workspace_id) as connection:
        orders = await orders_of(connection, workspace_id, [ret.id for ret, _ in listed])
    matches = [
        {
            **_match(ret, orders[ret.id], kinds, read, blind=blind),
            "actions": _actions(ret, scopes),
        }
        for ret, kinds in listed
    ]
    kind = _kind(kinds for _, kinds in listed) or (_ORDER if order else "unknown")
    return _answer(read, kind, matches, _otherwise(listed, order, facility))


async def _found(
    house: House,
    connection: Connection,
    workspace_id: int,
    read: Scanned,
    within_return: str | None,
) -> dict[str, set[str]]:
    """Give the returns a code can mean, with what it is of each."""
    found: dict[str, set[str]] = {}
    if is_id(read.text, "ret"):
        found[read.text] = {_RETURN}
    digests = [digest(house.vault, one) for one in read.candidates]
    for _, kind, return_id in await found_codes(connection, workspace_id, digests, CODE_ROWS_MAX):
        if kind != NAME:
            found.setdefault(return_id, set()).add(kind)
    if within_return is not None and is_id(within_return, "ret"):
        found.setdefault(within_return, set())
        if is_id(read.text, "unt"):
            found[within_return].add(_UNIT)
        if not found[within_return]:
            del found[within_return]
    return found


async def _order(connection: Connection, workspace_id: int, text: str) -> str | None:
    row = await connection.fetchrow(SQL["order_by_number"], workspace_id, text)
    return None if row is None else str(row["order_number"])


def _rank(ret: Return, kinds: set[str], within_return: str | None) -> tuple[bool, int, bool, str]:
    """Order what was found: the return at hand, then the surest, then the open ones."""
    surest = min((KINDS.index(kind) for kind in kinds), default=len(KINDS))
    # The newest of equals first: ids sort by time.
    newest = "".join(chr(0x10FFFF - ord(letter)) for letter in ret.id)
    return ret.id != within_return, surest, ret.status not in RECEIVING, newest


def _kind(found: Iterable[set[str]]) -> str | None:
    """Name what a code is, by the surest that it is of any return."""
    kinds = set[str]().union(*found)
    return next((kind for kind in KINDS if kind in kinds), None)


def _match(ret: Return, order: Order, kinds: set[str], read: Scanned, *, blind: bool) -> View:
    items = {line.id: line for line in order.lines}
    lines = [line for line in ret.lines if _names(line, items.get(line.line or ""), read)]
    units = [unit for line in ret.lines for unit in line.units if _is_scanned(unit, read)]
    return {
        "return": ret.id,
        "rma_number": ret.rma_number,
        "order_number": ret.order_number,
        "status": ret.status.value,
        "is": [kind for kind in KINDS if kind in kinds],
        "lines": [
            {
                "id": line.id,
                "line": line.line,
                "sku": line.sku,
                "expected": None if blind else _count(line, Reception.EXPECTED),
                "counted": sum(unit.reception in SEEN for unit in line.units),
                "undecided": sum(_waits(unit) for unit in line.units),
            }
            for line in lines
        ],
        "units": [unit.id for unit in units],
    }


def _names(line: ReturnLine, item: OrderLine | None, read: Scanned) -> bool:
    """Say whether a code is a return line's: by SKU, barcode, part number or a sold serial."""
    own = () if item is None else (item.upc, item.part_number, *item.serials)
    return any(code and normal(code) in read.candidates for code in (line.sku, *own))


def _is_scanned(unit: Unit, read: Scanned) -> bool:
    if unit.id == read.text:
        return True
    codes = (unit.serial, unit.lpn)
    return any(code is not None and normal(code) in read.candidates for code in codes)


def _count(line: ReturnLine, reception: Reception) -> int:
    return sum(unit.reception is reception for unit in line.units)


def _waits(unit: Unit) -> bool:
    return unit.reception in SEEN and unit.acceptance in UNDECIDED


def _actions(ret: Return, scopes: frozenset[str] | None) -> list[View]:
    """List what the table lets be done at a dock, within the key's scopes."""
    row = TRANSITIONS[ret.status]
    verbs = [verb.value for verb in _AT_THE_DOCK if verb in row]
    return [
        {"command": verb, "method": "POST", "path": f"/returns/{ret.id}/{verb}"}
        for verb in within(verbs, scopes)
    ]


def _otherwise(
    listed: Sequence[tuple[Return, set[str]]], order: str | None, facility: str
) -> list[View]:
    """Say what can be done where no return takes the goods."""
    if any(ret.status in RECEIVING for ret, _ in listed):
        return []
    receipts = {"method": "POST", "path": f"/facilities/{facility}/receipts"}
    parcels = {"method": "POST", "path": f"/facilities/{facility}/unmatched-parcels"}
    walk_in = [] if order is None else [{"action": "walk_in", **receipts}]
    return [*walk_in, {"action": "keep_unmatched", **parcels}]


def _answer(read: Scanned, kind: str, matches: list[View], otherwise: list[View]) -> Done:
    body = {
        "code": read.text,
        "kind": kind,
        "command": read.command,
        "gtin": read.gtin,
        "serial": read.serial,
        "batch": read.batch,
        "sscc": read.sscc,
        "matches": matches,
        "otherwise": otherwise,
    }
    return Done(status=200, body=_ENCODE.encode(body))
