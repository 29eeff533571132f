"""The event log read by people and programs: all of it, a return's, an order's; oldest first.

Every event is shown in our own dialect.  The whole log ends where a commit still under way could
put an earlier event, so that who follows it misses none, however late that commit ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retour.desk.outcome import NotFound, Outcome
from retour.desk.pages import Page, paged, read_page
from retour.desk.stored_events import stored_event
from retour.dialects import retour
from retour.dialects.dialect import Wanted
from retour.kernel.ids import is_id
from retour.kernel.problems import FieldError, InvalidRequest
from retour.store.statements import named

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("events")
_JSON: Final = Wanted()
_PLACE: Final = re.compile(r"([0-9]{1,19})\.([0-9]{1,9})\.(evt_[0-9a-z]{26}|)")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the log, behind one event; the default is before all of them."""

    tx: str = "0"
    stream_sequence: int = 0
    event_id: str = ""

    @property
    def text(self) -> str:
        """Write it as a cursor's key."""
        return f"{self.tx}.{self.stream_sequence}.{self.event_id}"


def read_log_page(limit: str | None, after: str | None) -> Page:
    """Read ``limit`` and ``after`` of a query; ``after`` is a cursor or the last event's id.

    Raises:
        InvalidRequest: The limit is no number from 1 to 200, or ``after`` is neither.
    """
    if after is not None and is_id(after, "evt"):
        return Page(limit=read_page(limit, None).limit, after=after)
    return read_page(limit, after)


async def log(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of the log.

    Raises:
        InvalidRequest: The cursor is none of this list, or the event it names is not there.
    """
    async with house.database.transaction(workspace_id) as connection:
        place = await find_place(connection, workspace_id, page.after)
        rows = await log_rows(connection, workspace_id, place, page.limit + 1)
    return paged(rows, page, _shown(workspace_id), key=lambda row: place_of(row).text)


async def log_rows(
    connection: Connection, workspace_id: int, place: Place, limit: int
) -> Sequence[asyncpg.Record]:
    """Read the log behind a place, in the order of commits, up to the oldest one under way."""
    return await connection.fetch(
        _SQL["log_events"], workspace_id, place.tx, place.stream_sequence, place.event_id, limit
    )


async def find_place(connection: Connection, workspace_id: int, after: str) -> Place:
    """Find where ``after`` (a place, an event's id, or nothing) points.

    Raises:
        InvalidRequest: It is neither, or the event is not there.
    """
    if not after:
        return Place()
    if match := _PLACE.fullmatch(after):
        tx, stream_sequence, event_id = match.groups()
        return Place(tx=tx, stream_sequence=int(stream_sequence), event_id=event_id)
    if is_id(after, "evt"):
        row = await connection.fetchrow(_SQL["place_of_event"], workspace_id, after)
        if row is not None:
            return Place(tx=row["tx_text"], stream_sequence=row["stream_sequence"], event_id=after)
        detail = f"There is no event {after}. Give next_cursor of a page, or an event's id."
    else:
        detail = "This cursor is of another list. Give next_cursor of this one, unchanged."
    raise InvalidRequest(FieldError(pointer="/after", code="bad_cursor", detail=detail))


def place_of(row: asyncpg.Record) -> Place:
    """Give the place behind an event."""
    return Place(
        tx=row["tx_text"], stream_sequence=row["stream_sequence"], event_id=row["event_id"]
    )


def _shown(workspace_id: int) -> Callable[[asyncpg.Record], bytes]:
    return lambda row: retour.render(stored_event(workspace_id, row), _JSON).body


async def of_return(house: House, workspace_id: int, return_id: str, page: Page) -> Outcome:
    """Give a page of a return's events, by their sequence.

    Raises:
        InvalidRequest: The cursor is none of this list.
    """
    async with house.database.transaction(workspace_id) as connection:
        after = await _number(connection, workspace_id, page.after, "sequence")
        if not await connection.fetchval(_SQL["return_exists"], workspace_id, return_id):
            return NotFound(what="return")
        rows = await connection.fetch(
            _SQL["return_events"], workspace_id, return_id, after, page.limit + 1
        )
    return paged(rows, page, _shown(workspace_id), key=lambda row: row["sequence"])


async def of_order(house: House, workspace_id: int, order_number: str, page: Page) -> Outcome:
    """Give a page of an order's events, its returns' among them, by their stream's sequence.

    Raises:
        InvalidRequest: The cursor is none of this list.
    """
    async with house.database.transaction(workspace_id) as connection:
        after = await _number(connection, workspace_id, page.after, "stream_sequence")
        stream = await connection.fetchval(_SQL["order_stream"], workspace_id, order_number)
        if stream is None:
            return NotFound(what="order")
        rows = await connection.fetch(
            _SQL["stream_events"], workspace_id, stream, after, page.limit + 1
        )
    return paged(rows, page, _shown(workspace_id), key=lambda row: row["stream_sequence"])


async def _number(connection: Connection, workspace_id: int, after: str, name: str) -> int:
    """Read behind which number a list goes on: a cursor, or the last event's id."""
    if is_id(after, "evt"):
        row = await connection.fetchrow(_SQL["one_event"], workspace_id, after)
        number = None if row is None else row[name]
        if number is not None:
            return int(number)
    elif not after or _NUMBER.fullmatch(after):
        return int(after or 0)
    detail = "This cursor is of another list. Give next_cursor of this one, unchanged."
    raise InvalidRequest(FieldError(pointer="/after", code="bad_cursor", detail=detail))
