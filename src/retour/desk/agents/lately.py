"""What was decided last: to look back at where nothing waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.desk.searching.rows import rows_of
from retour.lifecycle.words import EventType
from retour.store.statements import named

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.dialects.view import View

_SQL: Final = named("agents")
_DECISIONS: Final = [
    one.value
    for one in (
        EventType.RETURN_AUTHORIZED,
        EventType.RETURN_REJECTED,
        EventType.RETURN_CANCELED,
        EventType.RETURN_REOPENED,
        EventType.SETTLEMENT_SETTLED,
    )
]
_LOOKED_AT: Final = 1000
"""The newest events that are looked at; what was decided before is not the last."""


async def decided(house: House, workspace_id: int, count: int) -> list[View]:
    """Give the rows of the returns that were decided on last, the latest first."""
    async with house.database.transaction(workspace_id) as connection:
        found = await connection.fetch(_SQL["decided_last"], workspace_id, _DECISIONS, _LOOKED_AT)
        ids = list(dict.fromkeys(row["return_id"] for row in found))[:count]
        rows = await rows_of(connection, workspace_id, ids)
    return [rows[one] for one in ids if one in rows]
