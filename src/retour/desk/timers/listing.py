"""Timers listed: those of a return, those that are due next, and what is overdue by its cause.

A place in a list is the instant and the timer's id: cursors hold both.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, envelope, paged
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.timers.table import TIMERS
from retour.lifecycle.timers.timer import TimerCause
from retour.store.statements import named

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.house import House

_SQL: Final = named("timers")
_TALK: Final = named("talking")
_CLOCK: Final = named("searching")
_ENCODE: Final = msgspec.json.Encoder()
_FIRST: Final = datetime(1, 1, 1, tzinfo=UTC)
_NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
COUNTED_MAX: Final = 1000
"""Late returns of one cause that are counted; more are "at least so many"."""
QUEUED: Final = tuple(cause for cause, row in TIMERS.items() if row.is_queued)
"""What an agent can be late with."""


async def of_return(house: House, workspace_id: int, return_id: str, page: Page) -> Outcome:
    """Give a page of a return's timers, the earliest first, whatever became of them."""
    at, last = _read_place(page)
    async with house.database.transaction(workspace_id) as connection:
        if not await connection.fetchval(_SQL["is_return"], workspace_id, return_id):
            return NotFound(what="return")
        rows = await connection.fetch(
            _SQL["timers_of_return"], workspace_id, return_id, at, last, page.limit + 1
        )
    return paged(rows, page, _timer, key=_place)


async def due(house: House, workspace_id: int, before: datetime | None, page: Page) -> Outcome:
    """Give a page of the timers that wait, the next first."""
    at, last = _read_place(page)
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["timers_due"], workspace_id, before or _NEVER, at, last, page.limit + 1
        )
    return paged(rows, page, _timer, key=_place)


async def overdue(house: House, workspace_id: int, cause: str | None, page: Page) -> Outcome:
    """Give a page of what somebody has yet to see to, of one cause or all."""
    at, last = _read_place(page)
    causes = [one.value for one in QUEUED] if cause is None else [cause]
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["overdue"], workspace_id, causes, at, last, page.limit + 1
        )
    return paged(rows, page, _late, key=_place)


async def counted(house: House, workspace_id: int) -> Outcome:
    """Count what is overdue, by its cause."""
    causes = [one.value for one in QUEUED]
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(_SQL["count_overdue"], workspace_id, causes, COUNTED_MAX + 1)
    items = [
        _ENCODE.encode(
            {
                "cause": row["cause"],
                "count": min(row["late"], COUNTED_MAX),
                "is_more": row["late"] > COUNTED_MAX,
                "oldest_due_at": row["oldest"],
                "next": TIMERS[TimerCause(row["cause"])].then,
            }
        )
        for row in rows
    ]
    return Done(status=200, body=envelope(items, None))


async def refunds(house: House, workspace_id: int, page: Page, *, is_back: bool = False) -> Outcome:
    """Give a page of the returns whose money is due by law, the latest and the next first.

    Args:
        is_back: Give the last of those before its place instead, without a page beyond.
    """
    at, last = _read_place(page)
    limit, name = (page.limit, "refunds_before") if is_back else (page.limit + 1, "refunds_due")
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(_TALK[name], workspace_id, at, last, limit)
        now: datetime = await connection.fetchval(_CLOCK["business_now"], workspace_id)
    rows = rows[::-1] if is_back else rows
    return paged(rows, page, lambda row: _owed(row, now), key=_place)


def _owed(row: asyncpg.Record, now: datetime) -> bytes:
    return _ENCODE.encode(
        {
            "timer": row["timer_id"],
            "return": row["return_id"],
            "rma_number": row["rma_number"],
            "order_number": row["order_number"],
            "status": row["status"],
            "is_withdrawal": row["is_withdrawal"],
            "due_at": row["due_at"],
            # Whole days that are left; below zero once it is late.
            "days_left": (row["due_at"] - now).days,
        }
    )


def _timer(row: asyncpg.Record) -> bytes:
    return _ENCODE.encode(
        {
            "id": row["timer_id"],
            "return": row["return_id"],
            "cause": row["cause"],
            "moment": row["moment"],
            "status": row["status"],
            "due_at": row["due_at"],
            "deadline": row["deadline"],
            "since": row["since"],
            "parcel": row["subject"],
            "n": row["n"] or None,
            "next": row["then_what"],
            "is_overdue": row["is_open"],
            "fired_at": row["fired_at"],
            "ended_at": row["ended_at"],
        }
    )


def _late(row: asyncpg.Record) -> bytes:
    return _ENCODE.encode(
        {
            "timer": row["timer_id"],
            "cause": row["cause"],
            "due_at": row["due_at"],
            "fired_at": row["fired_at"],
            "next": row["then_what"],
            "parcel": row["subject"],
            "return": row["return_id"],
            "rma_number": row["rma_number"],
            "order_number": row["order_number"],
            "status": row["status"],
        }
    )


def _place(row: asyncpg.Record) -> str:
    return f"{row['due_at'].isoformat()} {row['timer_id']}"


def _read_place(page: Page) -> tuple[datetime, str]:
    """Read where a page begins.

    Raises:
        InvalidRequest: The cursor is none of ours.
    """
    if not page.after:
        return _FIRST, ""
    instant, _, timer = page.after.partition(" ")
    try:
        at = datetime.fromisoformat(instant)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not timer:
        detail = "This cursor is none of ours. Give next_cursor of the page before."
        raise InvalidRequest(FieldError(pointer="/cursor", code="bad_cursor", detail=detail))
    return at, timer
