"""Two hundred replies to COMMIT are swallowed: two hundred effects, none lost, none twice.

Between us and PostgreSQL stands a proxy that, when armed, lets a commit through and then hangs up
before its reply can be read.  The caller sees an error and asks again with the same key.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import pytest_asyncio

from retour.desk.config import Configs
from retour.desk.execute import Asked, RequestKey, execute
from retour.desk.house import House
from retour.desk.outcome import Done
from retour.kernel.ids import is_id
from retour.lifecycle.commands import LineAsked, Request
from retour.lifecycle.model import Actor, ActorKind
from retour.store.database import Database
from tests.support.ordering import put_order
from tests.support.pg import Workspace

CUTS = 200
ACTOR = Actor(kind=ActorKind.API_KEY, id="key")


class Proxy:
    """A socket that passes everything on, until a commit is to be cut."""

    def __init__(self, target: str) -> None:
        self._target = target
        self.is_armed = False
        self.cuts = 0

    async def serve(self, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        """Pass one connection on."""
        upstream, ask = await asyncio.open_unix_connection(self._target)
        is_commit = asyncio.Event()
        up = asyncio.create_task(self._up(client, ask, is_commit))
        down = asyncio.create_task(self._down(upstream, answer, is_commit))
        await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        for task in (up, down):
            task.cancel()
        for writer in (ask, answer):
            writer.close()

    async def _up(
        self, client: asyncio.StreamReader, ask: asyncio.StreamWriter, is_commit: asyncio.Event
    ) -> None:
        while chunk := await client.read(1 << 16):
            # A commit's message carries the return's document; nothing else we send here does.
            if self.is_armed and b'"rma_number"' in chunk:
                self.is_armed = False
                is_commit.set()
            ask.write(chunk)
            await ask.drain()

    async def _down(
        self,
        upstream: asyncio.StreamReader,
        answer: asyncio.StreamWriter,
        is_commit: asyncio.Event,
    ) -> None:
        while chunk := await upstream.read(1 << 16):
            if is_commit.is_set():
                self.cuts += 1
                return  # The commit is done; its reply is not told.
            answer.write(chunk)
            await answer.drain()


@pytest_asyncio.fixture
async def proxied(
    house: House, admin_dsn: str, tmp_path: Path
) -> AsyncIterator[tuple[House, Proxy]]:
    """The same house behind the proxy."""
    query = parse_qs(urlsplit(admin_dsn).query)
    folder, port = query["host"][0], query["port"][0]
    proxy = Proxy(f"{folder}/.s.PGSQL.{port}")
    server = await asyncio.start_unix_server(proxy.serve, tmp_path / f".s.PGSQL.{port}")
    dsn = admin_dsn.replace(quote(folder, safe=""), quote(str(tmp_path), safe=""))
    database = Database(dsn, house.vault, size=2)
    yield replace(house, database=database, configs=Configs(database)), proxy
    await database.close()
    server.close()


async def test_two_hundred_swallowed_commits_are_two_hundred_effects(
    proxied: tuple[House, Proxy], house: House, workspace: Workspace
) -> None:
    """Each request is cut once after its commit; asked again with its key, it is answered."""
    behind, proxy = proxied
    await put_order(house, workspace, "S-1", CUTS)
    answers: list[bytes] = []

    for index in range(CUTS):
        asked = Asked(
            workspace_id=workspace.id,
            plan=[
                Request(order_number="S-1", lines=(LineAsked(line="1", quantity=1, reason="x"),))
            ],
            actor=ACTOR,
            source="api",
            key=RequestKey(key_id="key", key=f"swallowed-{index}", digest=b"%d" % index),
        )
        proxy.is_armed = True
        with pytest.raises((OSError, Exception)) as failure:
            await execute(behind, asked)
        assert "stale" not in str(failure.value)
        again = await execute(behind, asked)
        assert isinstance(again, Done)
        assert again.replayed
        answers.append(again.body)

    assert CUTS == proxy.cuts
    assert CUTS == len(set(answers))
    async with house.database.transaction(workspace.id) as connection:
        rows = await connection.fetch("SELECT return_id FROM retour.returns")
        counted = await connection.fetchval("SELECT requested FROM retour.order_line")
        events = await connection.fetch(
            "SELECT stream_sequence FROM retour.event ORDER BY stream_sequence"
        )
    assert CUTS == len(rows) == counted
    assert all(is_id(row["return_id"], "ret") for row in rows)
    assert list(range(1, len(events) + 1)) == [row["stream_sequence"] for row in events]
