"""What was announced against what has really come, line by line."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.outcome import Done, NotFound, Outcome
from retour.dialects.view import View
from retour.lifecycle.guards import SEEN
from retour.lifecycle.model import Order, ReceiptStatus, Reception, Return, ReturnLine
from retour.policy.grading import applying
from retour.store.dock import SQL
from retour.store.loading import FacilityBody, LoadKey, load

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.policy.grading import GradingSet

_ENCODE: Final = msgspec.json.Encoder()
_FACILITY: Final = msgspec.json.Decoder(FacilityBody)
MAIN: Final = "main"


async def compare(
    house: House, workspace_id: int, return_id: str, facility: str | None = None
) -> Outcome:
    """Show a return as a dock works on it; a blind facility sees only what it has counted."""
    loaded = await load(
        await house.database.pool(), LoadKey(workspace_id=workspace_id, return_id=return_id)
    )
    if loaded is None or loaded.state is None or loaded.state.ret is None:
        return NotFound(what="return")
    config = await house.configs.recent(workspace_id)
    assert config is not None, "whoever asks belongs to a workspace"
    place = await facility_at(house, workspace_id, facility or MAIN)
    is_blind = place is not None and place.blind
    ret = loaded.state.ret
    blind = is_blind and not any(one.status is ReceiptStatus.FINISHED for one in ret.receipts)
    body = compared(ret, loaded.state.order, config.grading_sets, blind=blind)
    return Done(status=200, body=_ENCODE.encode(body), version=loaded.return_version)


async def facility_at(house: House, workspace_id: int, code: str) -> FacilityBody | None:
    """Give a facility, if it is there."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(SQL["one_place"], workspace_id, code)
    return None if row is None else _FACILITY.decode(row["body"])


def compared(ret: Return, order: Order, sets: tuple[GradingSet, ...], *, blind: bool) -> View:
    """Lay what was announced beside what has come."""
    lines = [_line(line, order, sets, blind=blind) for line in ret.lines]
    return {
        "return": ret.id,
        "rma_number": ret.rma_number,
        "order_number": ret.order_number,
        "status": ret.status.value,
        "blind": blind,
        "complete": None if blind else all(_is_whole(line) for line in ret.lines),
        "lines": [line for line in lines if not blind or line["counted"]],
    }


def _is_whole(line: ReturnLine) -> bool:
    return all(unit.reception is Reception.RECEIVED for unit in line.units)


def _line(
    line: ReturnLine, order: Order, sets: tuple[GradingSet, ...], *, blind: bool
) -> dict[str, object]:
    item = next((one for one in order.lines if one.id == line.line), None)
    counts = Counter(unit.reception for unit in line.units if not unit.released)
    used = applying(sets, line.sku, None if item is None else item.group)
    seen = [unit for unit in line.units if unit.reception in SEEN]
    return {
        "id": line.id,
        "line": line.line,
        "sku": line.sku,
        "title": None if item is None else item.title,
        "image_url": None if item is None else item.image_url,
        "counted": len(seen),
        "announced": None if blind else line.quantity - line.refused_quantity,
        "expected": None if blind else counts[Reception.EXPECTED],
        "received": None if blind else counts[Reception.RECEIVED],
        "missing": None if blind else counts[Reception.MISSING],
        "unexpected": None if blind else counts[Reception.UNEXPECTED],
        "wrong_item": None if blind else counts[Reception.WRONG_ITEM],
        "damaged": sum(unit.damaged for unit in seen),
        "serials": [] if item is None or blind else list(item.serials),
        "grading_set": None if used is None else {"id": used.id, "version": used.version},
        "instructions": None if used is None else used.instructions,
        "units": [
            {
                "id": unit.id,
                "facility": unit.facility,
                "reception": unit.reception.value,
                "acceptance": unit.acceptance.value,
                "asks": unit.asks,
                "grade": unit.grade,
                "disposition": unit.disposition,
                "serial": unit.serial,
                "damaged": unit.damaged,
                "location": unit.location,
                "lpn": unit.lpn,
            }
            for unit in seen
        ],
    }
