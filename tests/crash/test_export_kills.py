"""An export whose process is killed: the next one goes on where it was, and the file is whole."""

from __future__ import annotations

import asyncio
import io
import json
import sys
import zipfile
from typing import TYPE_CHECKING, Final

from retour.desk import exports
from retour.desk.exports import slices
from retour.desk.outcome import Done
from retour.lifecycle.model import Actor, ActorKind

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.house import House
    from tests.support.pg import Workspace

_MANY: Final = 500
_ROWS: Final = 10
_REACHED: Final = (8, 20)
"""Pieces of the long file that are there when a process is killed."""
_ARTICLES: Final = "article.jsonl"


async def test_a_killed_process_is_gone_on_from(
    house: House, workspace: Workspace, admin: asyncpg.Connection, admin_dsn: str
) -> None:
    """kill −9 in the middle of slices, twice: each row is in the file once, and nothing else."""
    await admin.execute(
        "INSERT INTO retour.article (workspace_id, article, body, updated_at)"
        " SELECT $1, n::text, json_build_object('n', n), now() FROM generate_series(1, $2::int) n",
        workspace.id,
        _MANY,
    )
    asker = Actor(kind=ActorKind.AGENT, id="psn_asker")
    begun = await exports.start(house, workspace.id, actor=asker)
    assert isinstance(begun, Done)
    export_id = str(json.loads(begun.body)["id"])
    reached = [await _killed(admin, admin_dsn, workspace, export_id, most) for most in _REACHED]
    async with asyncio.timeout(60):  # Until the server has noticed, the row is still held.
        while (shown := await _seen(house, workspace, export_id))["state"] == "running":
            await slices.go_on(house, workspace.id, export_id)
            await asyncio.sleep(0.01)

    assert 0 < reached[0] < reached[1] < _MANY // _ROWS
    assert (shown["state"], shown["rows"]) == ("done", shown["rows_total"])
    file = await exports.opened(house, workspace.id, export_id)
    assert isinstance(file, exports.File)
    body = b"".join([piece async for piece in file.pieces])
    assert len(body) == file.length
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        lines = {name: archive.read(name).splitlines() for name in archive.namelist()}
    articles = [json.loads(line)["article"] for line in lines[_ARTICLES]]
    assert sorted(articles, key=int) == [str(n) for n in range(1, _MANY + 1)]
    told = await admin.fetch(
        "SELECT f.name, f.rows, f.pieces, count(p.n) AS kept FROM retour.workspace_export_file f"
        "  LEFT JOIN retour.workspace_export_piece p USING (workspace_id, export_id, position)"
        " WHERE f.workspace_id = $1 AND f.export_id = $2 GROUP BY f.name, f.rows, f.pieces",
        workspace.id,
        export_id,
    )
    assert [row for row in told if row["pieces"] != row["kept"]] == []
    assert {row["name"]: row["rows"] for row in told if row["rows"]} == {
        name: len(found) for name, found in lines.items() if found and name.endswith(".jsonl")
    }


async def _killed(
    admin: asyncpg.Connection, dsn: str, workspace: Workspace, export_id: str, pieces: int
) -> int:
    """Have a process go on until the long file has so many pieces, and kill it; says how many."""
    said = (dsn, str(workspace.id), export_id, str(_ROWS))
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.crash.export_worker", *said, stdout=asyncio.subprocess.PIPE
    )
    assert worker.stdout is not None
    async with asyncio.timeout(60):
        while await _pieces(admin, workspace, export_id) < pieces:
            assert await worker.stdout.readline() == b"written\n"
    worker.kill()
    await worker.wait()
    return await _pieces(admin, workspace, export_id)


async def _pieces(admin: asyncpg.Connection, workspace: Workspace, export_id: str) -> int:
    count: int = await admin.fetchval(
        "SELECT f.pieces FROM retour.workspace_export_file f"
        " WHERE f.workspace_id = $1 AND f.export_id = $2 AND f.name = $3",
        workspace.id,
        export_id,
        _ARTICLES,
    )
    return count


async def _seen(house: House, workspace: Workspace, export_id: str) -> dict[str, object]:
    outcome = await exports.look_up(house, workspace.id, export_id)
    assert isinstance(outcome, Done)
    shown: dict[str, object] = json.loads(outcome.body)
    return shown
