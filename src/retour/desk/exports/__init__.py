"""Exports: everything of a workspace as one file; begun, watched, canceled, given out.

What is written is in ``slices``; here is everything a person asks for.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk.auditing import act
from retour.desk.customers.exporting import TooSoon, paced
from retour.desk.exports.contents import names
from retour.desk.exports.slices import drop, entry_of
from retour.desk.exports.zipping import directory, header, length
from retour.desk.keeping import keep, kept_for
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.pages import Page, paged
from retour.dialects.view import instant
from retour.kernel.ids import Mint, is_id, workspace_text
from retour.kernel.refusal import RefusalCode, refuse
from retour.lifecycle.model import Actor
from retour.store.statements import named
from retour.store.telling import take_turn

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg

    from retour.desk.execute import RequestKey
    from retour.desk.exports.zipping import Entry
    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("exports")
_ENCODE: Final = msgspec.json.Encoder()
_ACTOR: Final = msgspec.json.Decoder(Actor)
_MISSING: Final = NotFound(what="export")
_HIGHEST: Final = "exp_~"
_PREFIX: Final = "exp"
_ENDED: Final = {
    "canceled": "This export was canceled before it was whole.",
    "failed": "This export failed, and has no file.",
}
_KEPT: Final = "The file of this export is not kept any more."
_RUNNING: Final = "This export is being written. Take its file once its state is done."
LISTED_MAX: Final = 20
"""Exports that have ended and stay listed; older ones are forgotten when a new one begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file to be given out: its bytes in pieces, none larger than a slice."""

    name: str
    length: int
    pieces: AsyncGenerator[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """There is no file, and there will be none: why, and what to do."""

    detail: str


async def start(
    house: House, workspace_id: int, *, actor: Actor, key: RequestKey | None = None
) -> Outcome | TooSoon:
    """Begin an export, which goes on by itself; where one is being written, that is the answer."""
    async with house.turns.take(workspace_id, "export"):  # A twin is no second one to the pace.
        return await _start(house, workspace_id, actor, key)


async def _start(
    house: House, workspace_id: int, actor: Actor, key: RequestKey | None
) -> Outcome | TooSoon:
    async with house.database.transaction(workspace_id) as connection:
        if answered := await kept_for(connection, workspace_id, key):
            return answered
        running = await connection.fetchval(_SQL["running_export"], workspace_id)
    wait_s = 0 if running else await paced(house, workspace_id, actor.id or actor.kind.value)
    if wait_s:
        return TooSoon(wait_s=wait_s)
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        if turn is None:
            return NotFound(what="workspace")
        if answered := await kept_for(connection, workspace_id, key):  # A twin was faster.
            return answered
        export_id = running or await connection.fetchval(_SQL["running_export"], workspace_id)
        status = 200 if export_id else 202
        if export_id is None:
            export_id = Mint(turn.tick, os.urandom(16))(_PREFIX)
            await _add(connection, workspace_id, export_id, actor, turn.tick)
        row = await connection.fetchrow(_SQL["one_export"], workspace_id, export_id)
        assert row is not None, "it is there by now"
        body = _view(row)
        await keep(connection, workspace_id, key, status, body)
        if status == 202:  # noqa: PLR2004 - the log's row is the last thing of its transaction
            await act(connection, workspace_id, "workspace.export_begun", export_id, {})
    return Done(status=status, body=body)


async def _add(
    connection: Connection, workspace_id: int, export_id: str, actor: Actor, at: datetime
) -> None:
    """Write an export that has yet to be worked at, and forget the oldest."""
    author, files = _ENCODE.encode(actor).decode(), names()
    await connection.execute(_SQL["add_export"], workspace_id, export_id, author, at)
    await connection.execute(
        _SQL["add_export_files"], workspace_id, export_id, list(range(len(files))), files
    )
    old = await connection.fetch(_SQL["old_exports"], workspace_id, LISTED_MAX)
    ids = [row["export_id"] for row in old]
    await connection.execute(_SQL["forget_export_files"], workspace_id, ids)
    await connection.execute(_SQL["forget_exports"], workspace_id, ids)


async def look_up(house: House, workspace_id: int, export_id: str) -> Outcome:
    """Give an export as far as it has come."""
    if not is_id(export_id, _PREFIX):
        return _MISSING
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["one_export"], workspace_id, export_id)
    return _MISSING if row is None else Done(status=200, body=_view(row))


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of exports, newest first."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["exports"], workspace_id, page.after or _HIGHEST, page.limit + 1
        )
    return paged(rows, page, _view, key=lambda row: row["export_id"])


async def cancel(house: House, workspace_id: int, export_id: str) -> Outcome:
    """End an export that runs, or drop the file of one that is done; one that ended stays so."""
    if not is_id(export_id, _PREFIX):
        return _MISSING
    async with house.database.transaction(workspace_id) as connection:
        if await drop(connection, workspace_id, export_id, "canceled", None):
            await act(connection, workspace_id, "workspace.export_dropped", export_id, {})
    return await look_up(house, workspace_id, export_id)


async def opened(
    house: House, workspace_id: int, export_id: str
) -> File | Refused | Dropped | NotFound:
    """Give the file of an export that is done, while it is kept; the log says who took it."""
    if not is_id(export_id, _PREFIX):
        return _MISSING
    async with house.database.transaction(workspace_id) as connection:
        at = await connection.fetchval(_SQL["export_to_give"], workspace_id, export_id)
        if at is None:
            row = await connection.fetchrow(_SQL["one_export"], workspace_id, export_id)
            return _MISSING if row is None else _without_file(row)
        rows = await connection.fetch(_SQL["export_files"], workspace_id, export_id)
        size = length([entry_of(row) for row in rows], at)
        await act(connection, workspace_id, "workspace.exported", export_id, {"bytes": size})
    return File(
        name=f"{workspace_text(workspace_id)}-{at.date().isoformat()}.zip",
        length=size,
        pieces=_pieces(house, workspace_id, export_id, rows, at),
    )


def _without_file(row: asyncpg.Record) -> Refused | Dropped:
    """Say why an export has no file: it is being written, it never came to one, or it had one."""
    if row["state"] == "running":
        return Refused(refusal=refuse(RefusalCode.NOT_ALLOWED_IN_STATUS, _RUNNING))
    return Dropped(detail=f"{_ENDED.get(row['state'], _KEPT)} Begin another.")


async def _pieces(
    house: House, workspace_id: int, export_id: str, rows: list[asyncpg.Record], at: datetime
) -> AsyncGenerator[bytes]:
    """Read the file a piece at a time; ends early where it is dropped meanwhile."""
    entries: list[Entry] = []
    for row in rows:
        entries.append(entry_of(row))
        yield header(entries[-1], at)
        for n in range(row["pieces"]):
            place = (workspace_id, export_id, row["position"], n)
            async with house.database.transaction(workspace_id) as connection:
                body = await connection.fetchval(_SQL["next_piece"], *place)
            if body is None:
                return
            yield body
    yield directory(entries, at)


def _view(row: asyncpg.Record) -> bytes:
    author = _ACTOR.decode(row["author"])
    rate = 1000 * row["rows"] // row["worked_ms"] if row["worked_ms"] else None
    left = max(0, row["total"] - row["rows"])
    is_running = row["state"] == "running"
    shown: dict[str, Any] = {
        "id": row["export_id"],
        "state": row["state"],
        "phase": _phase(row),
        "author": {"kind": author.kind.value, "id": author.id},
        "files": row["files"],
        "files_whole": row["whole"],
        "rows": row["rows"],
        "rows_total": row["total"],
        "bytes": row["packed"],
        "seconds_left": left // rate if rate and is_running else None,
        "failure": row["failure"],
        "created_at": instant(row["created_at"]),
        "finished_at": row["finished_at"] and instant(row["finished_at"]),
        "kept_until": row["kept_until"] and instant(row["kept_until"]),
    }
    return _ENCODE.encode(shown)


def _phase(row: asyncpg.Record) -> str:
    """Say in one word what is being done."""
    if row["state"] != "running":
        return "ended"
    return "writing" if row["counted"] == row["files"] else "counting"
