"""What there is of a person, as a file they can be given: JSON, photos and papers in a ZIP.

What staff say among themselves is left out, and so are secrets and whatever names somebody else.
"""

from __future__ import annotations

import asyncio
import io
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.auditing import act, person_mark
from retour.desk.customers.traces import Traces, traces
from retour.desk.customers.whom import Whom, meant
from retour.desk.people.pacing import wait_for
from retour.dialects.view import instant
from retour.store.statements import named

if TYPE_CHECKING:
    from datetime import datetime

    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("privacy")
HOURLY: Final = 2
"""How many exports may be made in an hour, of persons and of the whole."""
_BYTES_MAX: Final = 64 << 20
"""Of photos and papers in one file; what is beyond is named in it, to be fetched one by one."""
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TooSoon:
    """So many were made already; after so many seconds there may be another."""

    wait_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file to be given to a person."""

    name: str
    body: bytes


async def export(house: House, workspace_id: int, body: Whom, *, by: str) -> Export | TooSoon:
    """Write down what there is of a person; the log notes that it was done.

    Args:
        by: Who asks, for the pace.

    Raises:
        InvalidRequest: Nobody is named, or what is named cannot be read.
    """
    async with house.database.transaction(workspace_id) as connection:
        now: datetime = await connection.fetchval(_SQL["tick"])
        who = await meant(house, connection, workspace_id, body, now)
        found = await traces(house, connection, workspace_id, who, now)
    if wait_s := await paced(house, workspace_id, by):
        return TooSoon(wait_s=wait_s)
    async with house.database.transaction(workspace_id) as connection:
        files, left_out = await _files(connection, workspace_id, found)
        about = {"made_at": instant(now), "left_out": left_out}
        files["about.json"] = msgspec.json.format(msgspec.json.encode(about))
        form = next(iter(who.forms.values()), "")
        mark = await person_mark(house, connection, workspace_id, form)
        counts = {"orders": len(found.orders), "returns": len(found.returns), "files": len(files)}
        await act(connection, workspace_id, "customer.exported", mark, counts)
    day = now.date().isoformat()
    return Export(name=f"person-{day}.zip", body=await asyncio.to_thread(_packed, files))


async def paced(house: House, workspace_id: int, by: str) -> int:
    """Count one more export; gives the seconds to wait, 0 for none."""
    subject = ("export", f"{workspace_id}/{by}")
    return await wait_for(house, subject, most=HOURLY, period=_HOUR)


async def _files(
    connection: Connection, workspace_id: int, found: Traces
) -> tuple[dict[str, bytes], list[str]]:
    """Give the files by name, and the names of what is too much for one."""
    threads = [*found.threads, *(one[4:] for one in found.messages)]
    wanted = {
        "orders": list(found.orders),
        "returns": list(found.returns),
        "tickets": list(found.tickets),
        "mails": list(found.mails),
        "messages": threads,
        "withdrawals": list(found.withdrawals),
        "parcels": list(found.parcels),
        "papers": list(found.returns),
    }
    files: dict[str, bytes] = {}
    for kind, ids in wanted.items():
        rows = await connection.fetch(_SQL[f"export_{kind}"], workspace_id, ids)
        if rows:
            shown = {str(row[0]): msgspec.Raw(row[1].encode()) for row in rows}
            files[f"{kind}.json"] = msgspec.json.format(msgspec.json.encode(shown))
    left_out: list[str] = []
    size = 0
    for photo in found.photos:
        picture = await connection.fetchval(_SQL["export_photo"], workspace_id, photo)
        size += 0 if picture is None else len(picture)
        if size > _BYTES_MAX:
            left_out.append(photo)
        elif picture is not None:
            files[f"photos/{photo}.jpg"] = picture
    for row in await connection.fetch(_SQL["export_labels"], workspace_id, list(found.returns)):
        name = f"parcels/{row['parcel_id']}-{row['kind']}.{row['format']}"
        size += len(row["body"])
        if size > _BYTES_MAX:
            left_out.append(name)
        else:
            files[name] = row["body"]
    return files, left_out


def _packed(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in sorted(files.items()):
            packed.writestr(name, body)
    return held.getvalue()
