"""Returns as lists show them: one row each, with what one needs to choose which to open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.opening import opening_of, openings_of
from retour.dialects.view import View, instant
from retour.kernel.money import format_amount
from retour.lifecycle.model import Customer, Return
from retour.lifecycle.timers.table import TIMERS
from retour.policy.eligibility import ELIGIBLE, OVERRULED
from retour.policy.working_time import percent_used
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from retour.policy.working_time import Opening
    from retour.store.database import Connection

_SQL: Final = named("searching")
_RETURN: Final = msgspec.json.Decoder(Return)
_CUSTOMER: Final = msgspec.json.Decoder(Customer)
SKUS_SHOWN: Final = 5
_AWAITED: Final = [cause.value for cause, row in TIMERS.items() if row.is_queued]
"""What somebody can be late with."""


async def rows_of(
    connection: Connection, workspace_id: int, return_ids: Sequence[str]
) -> dict[str, View]:
    """Give the rows of some returns by their ids."""
    if not return_ids:
        return {}
    found = await connection.fetch(_SQL["rows"], workspace_id, list(return_ids), _AWAITED)
    if not found:
        return {}
    zone = found[0]["zone"]
    home = opening_of(found[0]["home"], zone)
    codes = sorted({row["facility"] for row in found if row["deadline"] and row["facility"]})
    places = await openings_of(connection, workspace_id, codes, zone) if codes else {}
    return {row["return_id"]: _row(row, places.get(row["facility"], home)) for row in found}


def _deadline(row: asyncpg.Record, place: Opening) -> View | None:
    """Say until when somebody waits for something, and how much of that time is over."""
    if row["deadline"] is None:
        return None
    since, due, now = row["deadline_since"], row["deadline"], row["now"]
    return {
        "cause": row["deadline_of"],
        "since": instant(since),
        "due_at": instant(due),
        "percent_used": percent_used(since, due, now, place),
        "seconds_left": int((due - now).total_seconds()),
    }


def _beside(row: asyncpg.Record) -> View:
    """Say who has it open, who put it off, and who is about to decide it."""
    until = row["snoozed_until"]
    return {
        "lease": None
        if row["holder"] is None
        else {
            "holder": row["holder"],
            "since": instant(row["leased_since"]),
            "until": instant(row["leased_until"]),
        },
        "snooze": None
        if row["snoozed_by"] is None
        else {"by": row["snoozed_by"], "until": None if until is None else instant(until)},
        "held": None
        if row["held_by"] is None
        else {
            "by": row["held_by"],
            "decision": row["held_command"],
            "due_at": instant(row["held_due"]),
        },
    }


def _row(row: asyncpg.Record, place: Opening) -> View:
    ret, customer = _RETURN.decode(row["body"]), _CUSTOMER.decode(row["customer"])
    against = [one for one in ret.verdict.trace if one.verdict not in {ELIGIBLE, OVERRULED}]
    has_facet = row["currency"] is not None
    return {
        "id": ret.id,
        "number": ret.number,
        "rma_number": ret.rma_number,
        "order_number": ret.order_number,
        "status": ret.status.value,
        "version": row["version"],
        "origin": ret.origin.value,
        "customer": {"name": customer.name, "email": customer.email},
        "skus": list(dict.fromkeys(line.sku for line in ret.lines))[:SKUS_SHOWN],
        "units": sum(line.quantity for line in ret.lines),
        "reason": row["reason"],
        "channel": row["channel"],
        "facility": row["facility"],
        "value": format_amount(row["value"], row["currency"]) if has_facet else None,
        "currency": row["currency"],
        "verdict": {
            "eligible": ret.verdict.eligible,
            "rule": against[0].rule if against else None,
            "detail": against[0].detail if against else None,
        },
        "concerns": row["concerns"] or [],
        "owner": row["owner"],
        "owned_since": None if row["owned_since"] is None else instant(row["owned_since"]),
        **_beside(row),
        "deadline": _deadline(row, place),
        "photo": next((one.id for one in ret.photos if one.erased_at is None), None),
        "requested_at": instant(ret.status_at["requested"]),
        "updated_at": instant(row["updated_at"]),
    }
