"""Reports as files: every row, a page at a time, and the log knows who took how many."""

from __future__ import annotations

import asyncio
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Final

from retour.desk import auditing
from retour.desk.reports import KINDS, Part
from retour.desk.reports.tables import as_csv

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from retour.desk.house import House
    from retour.desk.reports import Kind
    from retour.desk.reports.spans import Span

BEGUN: Final = "report.export_begun"
EXPORTED: Final = "report.exported"
PAGE: Final = 5000
"""Rows of a file that are made at once."""


async def csv(
    house: House, workspace_id: int, name: str, span: Span, *, page: int = PAGE
) -> AsyncGenerator[bytes] | None:
    """Give a report as CSV, every row of it; ``None`` where there is none.

    The log says who takes it before the first row is given, and how many went once it ends.
    """
    kind = KINDS.get(name)
    if kind is None:
        return None
    await _log(house, workspace_id, BEGUN, name, _days(span))
    written = _written(house, workspace_id, kind, span, page)
    return _counted(house, workspace_id, written, (name, _days(span)), copy_context())


async def _counted(
    house: House,
    workspace_id: int,
    written: AsyncGenerator[tuple[int, bytes]],
    said: tuple[str, dict[str, object]],
    asker: Context,
) -> AsyncGenerator[bytes]:
    """Give what is written, and log how many rows were, also where their reader hangs up.

    Args:
        said: Which report, and of which days.
        asker: Who asks, as transactions know it: the file is given after their request was served.
    """
    rows, is_whole = 0, False
    try:
        async for count, piece in written:
            rows += count
            yield piece
        is_whole = True
    finally:
        name, days = said
        told = _log(house, workspace_id, EXPORTED, name, {**days, "rows": rows, "whole": is_whole})
        # A server that hangs up cancels whoever writes; the log is told all the same.
        await asyncio.shield(asyncio.create_task(told, context=asker))


async def _written(
    house: House, workspace_id: int, kind: Kind, span: Span, page: int
) -> AsyncGenerator[tuple[int, bytes]]:
    """Write a page at a time, with its count of rows; memory holds one, however many there are."""
    after: str | None = ""
    while after is not None:
        async with house.database.transaction(workspace_id) as connection:
            if kind.following is None:
                made = await kind.make(connection, workspace_id, span)
            else:
                made = await kind.following(
                    connection, workspace_id, span, Part(after=after, limit=page)
                )
        yield len(made.rows), as_csv(made, has_head=not after)
        is_full = kind.following is not None and len(made.rows) == page
        after = str(made.rows[-1].cells[0]) if is_full else None


def _days(span: Span) -> dict[str, object]:
    return {"since": span.since.isoformat(), "until": span.until.isoformat()}


async def _log(
    house: House, workspace_id: int, word: str, name: str, details: dict[str, object]
) -> None:
    async with house.database.transaction(workspace_id) as connection:
        await auditing.act(connection, workspace_id, word, name, details)
