"""Lanes are locked in the order of their keys, so that no two ever wait for each other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest

from retour.desk.house import House
from retour.desk.timers.clock import ClockBody, advance_clock
from retour.store.database import DELIVERY
from retour.store.delivery_queries import resume
from tests.support.pg import Workspace
from tests.support.queued import subscribed

Work = Callable[[House, int, str], Awaitable[object]]
LOCK = (
    "SELECT 1 FROM retour.lane"
    " WHERE workspace_id = $1 AND subscription_id = $2 AND lane = $3 FOR UPDATE"
)


async def _advance(house: House, workspace_id: int, subscription: str) -> object:
    del subscription
    return await advance_clock(house, workspace_id, ClockBody(advance=timedelta(minutes=1)))


async def _resume(house: House, workspace_id: int, subscription: str) -> object:
    return await resume(await house.database.pool(DELIVERY), workspace_id, subscription)


async def _someone_waits(admin: asyncpg.Connection, pid: int) -> None:
    async with asyncio.timeout(10):
        while True:
            waiting = await admin.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))", pid
            )
            if waiting:
                return
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("work", [_advance, _resume])
async def test_many_lanes_are_locked_from_the_first(
    house: House, workspace: Workspace, admin: asyncpg.Connection, admin_dsn: str, work: Work
) -> None:
    """The first lane is another's: whoever waits for it holds none behind it."""
    subscription = await subscribed(house, workspace)
    for lane, hours in (("z", 1), ("m", 2), ("a", 3)):  # Due, and stored, the other way round.
        await admin.execute(
            "INSERT INTO retour.lane (workspace_id, subscription_id, lane, due_at, pending)"
            " VALUES ($1, $2, $3, clock_timestamp() + make_interval(hours => $4), 1)",
            workspace.id,
            subscription,
            lane,
            hours,
        )
    other = await asyncpg.connect(admin_dsn)
    try:
        async with other.transaction():
            await other.execute("SET LOCAL lock_timeout = '2s'")
            await other.execute(LOCK, workspace.id, subscription, "a")
            working = asyncio.ensure_future(work(house, workspace.id, subscription))
            await _someone_waits(admin, other.get_server_pid())
            for lane in ("m", "z"):
                assert await other.fetchval(LOCK, workspace.id, subscription, lane) == 1, lane
        await asyncio.wait_for(working, 10)
    finally:
        await other.close()
        await admin.execute("DELETE FROM retour.lane WHERE workspace_id = $1", workspace.id)
