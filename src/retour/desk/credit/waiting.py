"""Legs of money one by one: those that wait for a person first, each with why and what helps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.outcome import Done, Outcome
from retour.desk.pages import Page, paged
from retour.dialects.view import View, instant, leg_view
from retour.kernel.refusal import Refusal
from retour.lifecycle.model import Leg, LegStatus
from retour.lifecycle.money.paying import find_leg
from retour.lifecycle.money.remedies import LOST, remedies
from retour.store.credit import COUNTED_MAX, LegRow, count_legs_in, legs_in

if TYPE_CHECKING:
    from retour.desk.house import House

_ENCODE: Final = msgspec.json.Encoder()
LISTED: Final = frozenset(LegStatus) - {LegStatus.DRAFT, LegStatus.ABANDONED}
"""What can be asked for; what was never promised or is dropped is nobody's business."""
COUNTED: Final = (*sorted(LOST), LegStatus.UNKNOWN, LegStatus.IN_FLIGHT, LegStatus.RESERVED)


async def listing(house: House, workspace_id: int, page: Page, status: LegStatus | None) -> Outcome:
    """Give a page of legs, oldest first; those that failed or were reversed unless told others."""
    statuses = sorted(LOST) if status is None else [status]
    async with house.database.transaction(workspace_id) as connection:
        rows = await legs_in(connection, workspace_id, statuses, page.after, page.limit + 1)
    return paged(rows, page, _item, key=lambda row: row.leg_id)


async def counts(house: House, workspace_id: int) -> Outcome:
    """Count the legs that are not done, by status, as far as anybody counts."""
    async with house.database.transaction(workspace_id) as connection:
        known = await count_legs_in(connection, workspace_id, COUNTED)
    shown = {"counted_to": COUNTED_MAX, **{one.value: known[one.value] for one in COUNTED}}
    return Done(status=200, body=_ENCODE.encode(shown))


def _item(row: LegRow) -> View:
    found = find_leg(row.ret, row.leg_id)
    assert not isinstance(found, Refusal), "a leg that is listed is in its return"
    settlement, leg = found
    return {
        "leg": leg_view(leg, settlement.currency),
        "currency": settlement.currency,
        "settlement": settlement.id,
        "return": row.ret.id,
        "rma_number": row.ret.rma_number,
        "order_number": row.ret.order_number,
        "return_status": row.ret.status.value,
        "since": instant(row.since),
        "tries": len(leg.attempts),
        "why": _why(leg),
        "remedies": list(remedies(row.ret, row.leg_id)),
    }


def _why(leg: Leg) -> str | None:
    """Give the executor's last words about what went wrong."""
    return next((one.error for one in reversed(leg.attempts) if one.error is not None), None)
