"""What a decision looks at is one moment of the order, however slowly it is read."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from retour.desk.house import House
from retour.store.loading import LoadKey, load
from tests.support.money_ways import kept, put_paid
from tests.support.pg import Workspace

_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))"
MOVED = (
    "UPDATE retour.order_line SET requested = requested + 1 WHERE workspace_id = $1",
    "UPDATE retour.orders SET version = version + 1 WHERE workspace_id = $1",
)


async def _someone_waits(admin: asyncpg.Connection) -> None:
    pid = admin.get_server_pid()
    async with asyncio.timeout(10):
        while True:
            if await admin.fetchval(_WAITING, pid):
                return
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("numbers", [0, 1])
async def test_a_commit_amid_the_reading_is_seen_whole_or_not_at_all(
    house: House, workspace: Workspace, admin: asyncpg.Connection, numbers: int
) -> None:
    """The return and the order are read; before the counters are, somebody commits both."""
    await put_paid(house, workspace.id, "L-1")
    ret = await kept(house, workspace.id, "L-1")
    wanted = LoadKey(workspace_id=workspace.id, return_id=ret, numbers=numbers)
    pool = await house.database.pool()
    before = await load(pool, wanted)
    assert before is not None

    async with admin.transaction():
        await admin.execute("LOCK TABLE retour.order_line IN ACCESS EXCLUSIVE MODE")
        reading = asyncio.ensure_future(load(pool, wanted))
        await _someone_waits(admin)
        for statement in MOVED:
            await admin.execute(statement, workspace.id)
    seen = await reading

    assert seen is not None
    assert seen.state is not None
    moved = seen.order_version - before.order_version
    assert 1 + moved == seen.state.order.lines[0].counters.requested
