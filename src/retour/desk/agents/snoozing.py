"""Snoozing: a return leaves the queues until an instant, or until its shopper writes.

Its deadlines do not sleep: the queues of deadlines show it all the same.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from retour.desk import searching
from retour.desk.outcome import Done, NotFound, Outcome
from retour.kernel.problems import FieldError, InvalidRequest
from retour.store.statements import named

if TYPE_CHECKING:
    from retour.desk.house import House

_SQL: Final = named("agents")
LONGEST: Final = timedelta(days=365)


async def snooze(
    house: House, workspace_id: int, return_id: str, me: str, until: datetime | None
) -> Outcome:
    """Put a return off; gives it as lists show it.

    Args:
        until: Business time; None is until the shopper writes, which ends every snooze.

    Raises:
        InvalidRequest: The instant is past, or further away than a year.
    """
    async with house.database.transaction(workspace_id) as connection:
        if not await connection.fetchval(_SQL["is_return"], workspace_id, return_id):
            return NotFound(what="return")
        now: datetime = await connection.fetchval(_SQL["business_now"], workspace_id)
        if until is not None and not now < until <= now + LONGEST:
            detail = "It can be put off for a year at most, and not into the past. Choose another."
            raise InvalidRequest(FieldError(pointer="/until", code="out_of_range", detail=detail))
        await connection.execute(_SQL["snooze"], workspace_id, return_id, me, until)
    return await searching.row(house, workspace_id, return_id)


async def wake(house: House, workspace_id: int, return_id: str) -> Outcome:
    """Let it wait where it belongs again; nothing happens where it did."""
    async with house.database.transaction(workspace_id) as connection:
        if not await connection.fetchval(_SQL["is_return"], workspace_id, return_id):
            return NotFound(what="return")
        await connection.execute(_SQL["wake"], workspace_id, return_id)
    return Done(status=204, body=b"")


async def now_of(house: House, workspace_id: int) -> datetime:
    """Give the workspace's business time."""
    async with house.database.transaction(workspace_id) as connection:
        now: datetime = await connection.fetchval(_SQL["business_now"], workspace_id)
    return now.astimezone(UTC)
