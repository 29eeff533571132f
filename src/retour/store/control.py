"""Limits as they were said, and promises that wait for agreement: callers of SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import asyncpg

    from retour.lifecycle.model import Settlement
    from retour.store.database import Connection

_SQL: Final = named("control")
_LOWEST: Final = ""
_HIGHEST: Final = "stl_~"
"""Above every id: where a list that begins with the newest starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many promises wait, counted up to a limit, and since when the oldest."""

    count: int
    oldest: datetime | None


async def control_said(connection: Connection, workspace_id: int) -> str | None:
    """Give what a workspace has said about limits, as JSON; ``None`` where it has said nothing."""
    said: str | None = await connection.fetchval(_SQL["said"], workspace_id)
    return said


async def say_control(connection: Connection, workspace_id: int, body: str) -> None:
    """Keep what it says now."""
    await connection.execute(_SQL["say"], workspace_id, body)


async def control_changed(connection: Connection, workspace_id: int) -> asyncpg.Record | None:
    """Give when it was said last and by whom; ``None`` where it has said nothing."""
    return await connection.fetchrow(_SQL["changed"], workspace_id)


async def keep_approvals(
    connection: Connection, workspace_id: int, return_id: str, settlements: Iterable[Settlement]
) -> None:
    """Keep the questions that settlements raise, or what became of them."""
    for settlement in settlements:
        approval = settlement.approval
        assert approval is not None, "only settlements with a question are kept"
        await connection.execute(
            _SQL["put_approval"],
            workspace_id,
            settlement.id,
            return_id,
            approval.status.value,
            approval.amount,
            settlement.currency,
            approval.why,
            approval.asked_by.id or approval.asked_by.kind.value,
            approval.asked_at,
            None if approval.by is None else approval.by.id or approval.by.kind.value,
            approval.at,
            approval.note,
        )


async def list_approvals(
    connection: Connection, workspace_id: int, after: str, limit: int, *, is_needed: bool
) -> list[asyncpg.Record]:
    """Give questions behind an id: what waits, the oldest first; or all, the newest first."""
    if is_needed:
        return await connection.fetch(
            _SQL["approvals_needed"], workspace_id, after or _LOWEST, limit
        )
    return await connection.fetch(_SQL["approvals"], workspace_id, after or _HIGHEST, limit)


async def count_approvals(connection: Connection, workspace_id: int, most: int) -> Waiting:
    """Count what waits, up to so many."""
    row = await connection.fetchrow(_SQL["count_needed"], workspace_id, most)
    assert row is not None, "a count is a row"
    return Waiting(count=row["waiting"], oldest=row["oldest"])
