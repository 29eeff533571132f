"""An export's work: slice by slice, each one transaction, from where the last one ended.

Whoever takes a slice holds the export's row until it is written, so that no two processes do the
same, and one that dies gives it back with nothing done.  Memory holds one slice, however much there
is; what is written stands in the database, deflated, where every process finds it.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import asyncpg
import msgspec

from retour.desk.exports.contents import PEOPLE, README, WITHOUT, contents, readme
from retour.desk.exports.zipping import Entry, deflated
from retour.desk.people import persons
from retour.desk.people.members import members_in
from retour.dialects.view import instant
from retour.store.database import DELIVERY
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("exports")
_ENCODE: Final = msgspec.json.Encoder()
ROWS: Final = 2000
"""Rows of one slice at most."""
BYTES: Final = 1 << 20
"""Once a slice holds so many, as they are stored, it takes no more rows."""
KEPT: Final = timedelta(days=1)
"""For how long the file is kept."""
_TRIES: Final = 5
_NEWER: Final = "A newer one took its place."


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """How many rows a slice wrote, how long that took, and whether the export ended with it."""

    rows: int
    seconds: float
    is_last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An export that is to be gone on with, or whose time is over."""

    workspace_id: int
    export_id: str
    is_over: bool


async def waiting(house: House) -> list[Waiting]:
    """List what there is to be done, in every workspace."""
    pool = await house.database.pool(DELIVERY)
    return [
        Waiting(
            workspace_id=row["workspace_id"],
            export_id=row["export_id"],
            is_over=row["state"] == "done",
        )
        for row in await pool.fetch(_SQL["exports_anywhere"])
    ]


async def go_on(
    house: House, workspace_id: int, export_id: str, *, rows: int = ROWS
) -> Slice | None:
    """Write the next slice; None where the export has ended or somebody else is at it."""
    began = time.monotonic()
    try:
        async with house.database.transaction(workspace_id) as connection:
            await connection.execute(_SQL["be_patient"])
            begun_at = await connection.fetchval(_SQL["take_export"], workspace_id, export_id)
            if begun_at is None:
                return None
            file = await connection.fetchrow(_SQL["next_export_file"], workspace_id, export_id)
            if file is None:
                await _end(connection, workspace_id, export_id)
                return Slice(rows=0, seconds=time.monotonic() - began, is_last=True)
            if file["total"] is None:
                await _count(connection, workspace_id, export_id, file)
                written = 0
            else:
                written = await _write(
                    house, connection, (workspace_id, export_id, begun_at), file, rows
                )
            seconds = time.monotonic() - began
            worked = max(1, round(1000 * seconds))
            await connection.execute(_SQL["note_work"], workspace_id, export_id, worked)
    except asyncpg.PostgresError as error:
        await _note_failure(house, workspace_id, export_id, str(error))
        return None
    return Slice(rows=written, seconds=seconds)


async def drop(
    connection: Connection, workspace_id: int, export_id: str | None, state: str, why: str | None
) -> bool:
    """End one export, or all of a workspace, with their bytes; says whether there was one."""
    if export_id is None:
        rows = await connection.fetch(_SQL["drop_exports"], workspace_id, state, why)
    else:
        rows = await connection.fetch(_SQL["drop_export"], workspace_id, export_id, state, why)
    ids = [row["export_id"] for row in rows]
    await connection.execute(_SQL["drop_pieces"], workspace_id, ids)
    return bool(ids)


async def drop_over(house: House, workspace_id: int, export_id: str) -> None:
    """Drop a file whose time is over."""
    async with house.database.transaction(workspace_id) as connection:
        await drop(connection, workspace_id, export_id, "gone", None)


async def _end(connection: Connection, workspace_id: int, export_id: str) -> None:
    for row in await connection.fetch(_SQL["done_exports"], workspace_id):
        await drop(connection, workspace_id, row["export_id"], "gone", _NEWER)
    await connection.execute(_SQL["end_export"], workspace_id, export_id, KEPT)


async def _note_failure(house: House, workspace_id: int, export_id: str, words: str) -> None:
    why = f"The database could not give all of it: {words[:500]}"
    async with house.database.transaction(workspace_id) as connection:
        state = await connection.fetchval(
            _SQL["note_failure"], workspace_id, export_id, why, _TRIES
        )
        if state == "failed":
            await connection.execute(_SQL["drop_pieces"], workspace_id, [export_id])


async def _count(
    connection: Connection, workspace_id: int, export_id: str, file: asyncpg.Record
) -> None:
    content = contents().get(file["name"])
    total = 0
    if content is not None:
        total = await connection.fetchval(_SQL["count_rows"], workspace_id, content.table)
    await connection.execute(_SQL["note_total"], workspace_id, export_id, file["position"], total)


async def _write(
    house: House,
    connection: Connection,
    export: tuple[int, str, datetime],
    file: asyncpg.Record,
    most: int,
) -> int:
    """Write a file's next rows; says how many."""
    workspace_id, export_id, begun_at = export
    content = contents().get(file["name"])
    if file["name"] == PEOPLE:
        lines, reached = await _people(house, connection, workspace_id), None
    elif file["name"] == README:
        lines, reached = [await _readme(connection, workspace_id, export_id, begun_at)], None
    elif content is None:  # Its table went with a newer version.
        lines, reached = [], None
    else:
        found = await connection.fetch(
            _SQL["export_rows"],
            workspace_id,
            content.table,
            content.columns,
            WITHOUT.get(content.table, ()),
            file["reached"],
            most,
            BYTES,
        )
        lines = [row["line"].encode() + b"\n" for row in found]
        reached = found[-1]["key"] if found else None
    is_whole = not reached
    body, crc, size = await asyncio.to_thread(_packed, lines, file["crc"], is_whole=is_whole)
    place = (workspace_id, export_id, file["position"])
    await connection.execute(_SQL["add_piece"], *place, file["pieces"], body)
    count = 0 if file["name"] == README else len(lines)
    await connection.execute(
        _SQL["note_piece"], *place, count, reached, size, len(body), crc, is_whole
    )
    return count


def _packed(lines: Sequence[bytes], crc: int, *, is_whole: bool) -> tuple[bytes, int, int]:
    text = b"".join(lines)
    return deflated(text, is_last=is_whole), zlib.crc32(text, crc), len(text)


async def _people(house: House, connection: Connection, workspace_id: int) -> list[bytes]:
    members = await members_in(connection, workspace_id)
    known = await persons.named_by(house, members)
    return [
        _ENCODE.encode(
            {
                "person_id": one.person_id,
                "email": known[one.person_id].email if one.person_id in known else None,
                "name": known[one.person_id].name if one.person_id in known else None,
                "role": one.role.value,
                "facilities": None if one.facilities is None else sorted(one.facilities),
                "since": instant(one.since),
            }
        )
        + b"\n"
        for one in members.values()
    ]


async def _readme(
    connection: Connection, workspace_id: int, export_id: str, begun_at: datetime
) -> bytes:
    rows = await connection.fetch(_SQL["export_files"], workspace_id, export_id)
    files = [(entry_of(row), row["rows"]) for row in rows]
    return readme(files, instant(begun_at))


def entry_of(row: asyncpg.Record) -> Entry:
    """Read what an archive says of a file."""
    return Entry(name=row["name"], crc=row["crc"], size=row["bytes"], packed=row["packed"])
