"""How much is new since somebody began to look: numbers only, and no more than somebody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.store.statements import named

if TYPE_CHECKING:
    from datetime import datetime

    from retour.desk.house import House

_SQL: Final = named("agents")
COUNTED_MAX: Final = 100


async def count(house: House, workspace_id: int, queue: str | None, since: datetime) -> int:
    """Count what came into a queue, or what was asked for, after an instant of business time."""
    async with house.database.transaction(workspace_id) as connection:
        if queue is None:
            found = await connection.fetchval(_SQL["new_returns"], workspace_id, since, COUNTED_MAX)
        else:
            found = await connection.fetchval(
                _SQL["new_in_queue"], workspace_id, queue, since, COUNTED_MAX
            )
    return int(found)


async def version(house: House, workspace_id: int, return_id: str) -> int | None:
    """Give a return's version; ``None`` where there is no such return."""
    async with house.database.transaction(workspace_id) as connection:
        found: int | None = await connection.fetchval(_SQL["version"], workspace_id, return_id)
    return found
