"""Everything of a workspace as one file: whole, by slices, without secrets, dropped in time."""

from __future__ import annotations

import asyncio
import io
import json
import re
import tracemalloc
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from retour.desk import exports
from retour.desk.customers import erasing
from retour.desk.customers.erasing import Erasure
from retour.desk.exports import slices
from retour.desk.exports.contents import LEFT_OUT, PEOPLE, README, WITHOUT, contents, names
from retour.desk.notifications import profiles
from retour.desk.notifications.body import ProfileNew
from retour.desk.outcome import Done, Refused
from retour.desk.people import members, persons
from retour.desk.people.roles import MemberRole
from retour.desk.telling import subscriptions
from retour.desk.telling.subscription_body import SubscriptionNew
from retour.lifecycle.model import Actor, ActorKind
from retour.store.columns import tables
from tests.support.customers import sold
from tests.support.pg import fresh_workspace

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.support.pg import Workspace

JSON = dict[str, Any]
_MANY: Final = 4000
_SECRET: Final = re.compile(
    r'"\w*(secret|password|credential|token|sealed|authorization)\w*": *[^n{\[]', re.IGNORECASE
)
"""A field by whose name something lets in, and that holds anything."""
_FLAT_BYTES: Final = 32 << 20


async def begun(house: House, workspace: Workspace) -> str:
    """Begin an export, each time as somebody else, whom no pace holds up."""
    who = Actor(kind=ActorKind.AGENT, id=f"psn_{datetime.now().timestamp()}")  # noqa: DTZ005 - unlike any other
    outcome = await exports.start(house, workspace.id, actor=who)
    assert isinstance(outcome, Done)
    return str(json.loads(outcome.body)["id"])


async def written(house: House, workspace: Workspace, export_id: str, **how: int) -> int:
    """Write all of it; says in how many slices."""
    count = 0
    while (done := await slices.go_on(house, workspace.id, export_id, **how)) is not None:
        count += 1
        if done.is_last:
            break
    return count


async def seen(house: House, workspace: Workspace, export_id: str) -> JSON:
    outcome = await exports.look_up(house, workspace.id, export_id)
    assert isinstance(outcome, Done)
    shown: JSON = json.loads(outcome.body)
    return shown


async def taken(house: House, workspace: Workspace, export_id: str) -> zipfile.ZipFile:
    """Take the file as a browser does, and have somebody else's program read it."""
    file = await exports.opened(house, workspace.id, export_id)
    assert isinstance(file, exports.File)
    body = b"".join([piece async for piece in file.pieces])
    assert len(body) == file.length
    archive = zipfile.ZipFile(io.BytesIO(body))
    assert archive.testzip() is None
    return archive


def rows(archive: zipfile.ZipFile, name: str) -> list[JSON]:
    return [json.loads(line) for line in archive.read(f"{name}.jsonl").splitlines()]


def test_every_table_is_in_it_or_says_why_not() -> None:
    """A new table is in it by itself; what is left out exists, and no secret column is taken."""
    known = {table.name for table in tables()}
    assert set(LEFT_OUT) < known
    assert {one.table for one in contents().values()} == known - set(LEFT_OUT)
    assert (names()[0], names()[-1]) == (PEOPLE, README)
    secret = {(table.name, one) for table in tables() for one in table.columns.get("secret", ())}
    shown = {(one.table, column) for one in contents().values() for column in one.columns}
    assert not shown & secret
    assert set(WITHOUT) <= {one.table for one in contents().values()}


async def test_all_of_a_workspace_is_in_it_and_nothing_of_another(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """Each file has as many rows as its table; amounts are whole cents, instants UTC."""
    other = await fresh_workspace(house)
    await sold(house, other, "theirs", 1)
    for n in range(7):
        await sold(house, workspace, str(n), 1)
    email = f"{workspace.text}@example.com"
    person = await persons.make(house, email=email, name="Ada", password="correct horse battery")
    assert person is not None
    await members.put(house, workspace.id, person.id, role=MemberRole.AGENT)
    told = ProfileNew(name="ERP", type="custom", url="http://127.0.0.1:9/hook")
    await profiles.create(house, workspace.id, told)
    hook = SubscriptionNew(url="http://127.0.0.1:9/hook", headers={"authorization": "Bearer hush"})
    made = await subscriptions.create(house, workspace.id, hook)
    assert isinstance(made, Done)
    secret = json.loads(made.body)["secret"]
    text = json.dumps({"big": 2**60, "exact": "0.10"})
    await admin.execute(
        "INSERT INTO retour.article (workspace_id, article, body, updated_at)"
        " VALUES ($1, 'a', $2, '2026-01-02 05:04:05.123456+02')",
        workspace.id,
        text,
    )

    export_id = await begun(house, workspace)
    assert await written(house, workspace, export_id, rows=3) > len(names())
    archive = await taken(house, workspace, export_id)

    for name, one in contents().items():
        count = await admin.fetchval(
            f"SELECT count(*) FROM retour.{one.table} t WHERE t.workspace_id = $1", workspace.id
        )
        found = rows(archive, one.table)
        assert all(set(row) == set(one.columns) for row in found), name
        # The log has told since that the file was taken.
        assert count - len(found) == (1 if one.table == "audit" else 0), name
    assert {row["order_number"] for row in rows(archive, "orders")} == set(map(str, range(7)))
    assert [row["email"] for row in rows(archive, "people")] == [email]
    (article,) = rows(archive, "article")
    assert (article["body"]["big"], article["updated_at"]) == (
        2**60,
        "2026-01-02T03:04:05.123456+00:00",
    )
    readme = archive.read(README).decode()
    assert "orders.jsonl: What was sold. 7 rows." in readme
    assert all(why in readme for why in LEFT_OUT.values())
    said = [row for one in contents().values() for row in rows(archive, one.table)]
    assert [one for one in said if _SECRET.search(json.dumps(one))] == []
    whole = b"".join(archive.read(name) for name in archive.namelist())
    hidden = (secret, secret[6:], "hush", "argon2", workspace.api_key.rpartition("_")[2])
    assert [one for one in hidden if one.encode() in whole] == []


async def test_one_is_written_at_a_time_and_whoever_asks_again_is_shown_it(
    house: House, workspace: Workspace
) -> None:
    first, second = await asyncio.gather(begun(house, workspace), begun(house, workspace))
    assert first == second
    assert (await seen(house, workspace, first))["phase"] == "counting"
    assert isinstance(await exports.opened(house, workspace.id, first), Refused)

    await asyncio.gather(*(written(house, workspace, first) for _ in range(3)))
    shown = await seen(house, workspace, first)
    assert (shown["state"], shown["rows"], shown["files_whole"]) == (
        "done",
        shown["rows_total"],
        shown["files"],
    )
    await taken(house, workspace, first)


async def test_a_slice_that_is_cut_short_is_written_again_and_not_twice(
    house: House, workspace: Workspace
) -> None:
    """What another process began and never committed is not there; the file is whole."""
    for n in range(5):
        await sold(house, workspace, str(n), 1)
    export_id = await begun(house, workspace)
    cut = 0
    while (await seen(house, workspace, export_id))["state"] == "running":
        work = asyncio.create_task(slices.go_on(house, workspace.id, export_id, rows=2))
        await asyncio.sleep(0.002 * (cut % 5))
        cut += work.cancel()
        await asyncio.wait([work])
        await slices.go_on(house, workspace.id, export_id, rows=2)
    archive = await taken(house, workspace, export_id)
    assert cut > 0
    assert len(rows(archive, "orders")) == 5


async def test_the_file_goes_with_its_time_with_a_newer_one_and_when_somebody_is_forgotten(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    pieces = "SELECT count(*) FROM retour.workspace_export_piece WHERE workspace_id = $1"
    await sold(house, workspace, "1", 1)
    first, second = await begun(house, workspace), ""
    await written(house, workspace, first)
    second = await begun(house, workspace)
    await written(house, workspace, second)
    assert (await seen(house, workspace, first))["state"] == "gone"
    assert isinstance(await exports.opened(house, workspace.id, first), exports.Dropped)

    reading = await exports.opened(house, workspace.id, second)
    assert isinstance(reading, exports.File)
    assert await anext(reading.pieces)
    await admin.execute(
        "UPDATE retour.workspace_export SET kept_until = now() WHERE workspace_id = $1"
        " AND state = 'done'",
        workspace.id,
    )
    assert isinstance(await exports.opened(house, workspace.id, second), exports.Dropped)
    assert len(b"".join([piece async for piece in reading.pieces])) < reading.length
    (over,) = [one for one in await slices.waiting(house) if one.workspace_id == workspace.id]
    assert over.is_over
    await slices.drop_over(house, over.workspace_id, over.export_id)
    assert await admin.fetchval(pieces, workspace.id) == 0

    third = await begun(house, workspace)
    await written(house, workspace, third)
    assert await admin.fetchval(pieces, workspace.id) > 0
    await erasing.erase(house, workspace.id, Erasure(email="mira.sand@example.com"))
    assert (await seen(house, workspace, third))["state"] == "gone"
    assert await admin.fetchval(pieces, workspace.id) == 0

    fourth = await begun(house, workspace)
    await slices.go_on(house, workspace.id, fourth)
    await exports.cancel(house, workspace.id, fourth)
    assert (await seen(house, workspace, fourth))["state"] == "canceled"
    assert await slices.go_on(house, workspace.id, fourth) is None


async def test_what_cannot_be_read_fails_after_some_tries_and_says_why(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    export_id = await begun(house, workspace)
    await admin.execute(
        "UPDATE retour.workspace_export_file SET reached = '{x}', total = 1, position = -1"
        " WHERE workspace_id = $1 AND name = 'audit.jsonl'",
        workspace.id,
    )
    shown = await seen(house, workspace, export_id)
    while shown["state"] == "running":
        await slices.go_on(house, workspace.id, export_id)
        shown = await seen(house, workspace, export_id)
    assert shown["state"] == "failed"
    assert "The database could not give all of it" in shown["failure"]


async def test_memory_stays_flat_however_much_there_is(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """Forty megabytes go through fewer; a row larger than a slice is a slice of its own."""
    await admin.execute(
        "INSERT INTO retour.article (workspace_id, article, body, updated_at)"
        " SELECT $1, n::text, json_build_object('words', repeat(md5(n::text), 60)), now()"
        "   FROM generate_series(1, $2::integer) n",
        workspace.id,
        _MANY,
    )
    await admin.execute(
        "INSERT INTO retour.brand_font (workspace_id, digest, body)"
        " SELECT $1, n::text, convert_to(repeat(md5(n::text), 100000), 'UTF8')"
        "   FROM generate_series(1, 8) n",
        workspace.id,
    )
    export_id = await begun(house, workspace)
    tracemalloc.start()
    try:
        await written(house, workspace, export_id)
        file = await exports.opened(house, workspace.id, export_id)
        assert isinstance(file, exports.File)
        largest = max([len(piece) async for piece in file.pieces])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    shown = await seen(house, workspace, export_id)
    assert shown["rows"] > _MANY
    assert (largest < 8 << 20, peak < _FLAT_BYTES) == (True, True), (largest, peak)
