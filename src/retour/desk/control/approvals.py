"""Promises that wait for somebody's agreement: kept with the commit that asks, listed, counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.outcome import Done, Outcome
from retour.desk.pages import Page, paged
from retour.dialects.view import View, instant
from retour.kernel.money import format_amount
from retour.store.control import count_approvals, list_approvals

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.house import House
    from retour.lifecycle.model import Return, Settlement

COUNTED_MAX: Final = 1000
"""Waiting promises that are counted; more are "at least so many"."""
_ENCODE: Final = msgspec.json.Encoder()


def questions(before: Return | None, after: Return) -> tuple[Settlement, ...]:
    """Give the settlements whose question, or its answer, a decision changed."""
    if before is not None and before.settlements == after.settlements:
        return ()
    were = {} if before is None else {one.id: one.approval for one in before.settlements}
    return tuple(
        one
        for one in after.settlements
        if one.approval is not None and were.get(one.id) != one.approval
    )


async def listing(house: House, workspace_id: int, page: Page, *, is_needed: bool) -> Outcome:
    """Give a page of questions: what waits, the oldest first; or all, the newest first."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await list_approvals(
            connection, workspace_id, page.after, page.limit + 1, is_needed=is_needed
        )
    return paged(rows, page, _view, key=lambda row: row["settlement_id"])


async def counted(house: House, workspace_id: int) -> Outcome:
    """Count what waits, and say since when the oldest does."""
    async with house.database.transaction(workspace_id) as connection:
        waiting = await count_approvals(connection, workspace_id, COUNTED_MAX + 1)
    view: View = {
        "count": min(waiting.count, COUNTED_MAX),
        "is_more": waiting.count > COUNTED_MAX,
        "oldest_asked_at": None if waiting.oldest is None else instant(waiting.oldest),
    }
    return Done(status=200, body=_ENCODE.encode(view))


def _view(row: asyncpg.Record) -> View:
    return {
        "settlement": row["settlement_id"],
        "return": row["return_id"],
        "rma_number": row["rma_number"],
        "order_number": row["order_number"],
        "status": row["status"],
        "amount": format_amount(row["amount"], row["currency"]),
        "currency": row["currency"],
        "why": row["why"],
        "asked_by": row["asked_by"],
        "asked_at": instant(row["asked_at"]),
        "by": row["decided_by"],
        "at": None if row["decided_at"] is None else instant(row["decided_at"]),
        "note": row["note"],
    }
