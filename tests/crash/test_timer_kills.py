"""kill −9 where a timer fires: each deadline is said to be missed once, and none is lost."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import asyncpg
import pytest

from retour.delivery.crash import POINTS
from retour.desk.house import House
from tests.crash.worker import Place, start
from tests.support.pg import MASTER_KEY, Workspace
from tests.support.timing import jump, missed, requested, under, until_missed

RETURNS = 3
KILLS = 3


async def _let_leases_end(admin: asyncpg.Connection, workspace: Workspace) -> None:
    """Move every lane of the dead worker to where its lease has run out."""
    await admin.execute(
        "UPDATE retour.lane SET due_at = clock_timestamp() WHERE workspace_id = $1", workspace.id
    )


@pytest.mark.timeout(120)
@pytest.mark.parametrize("point", ["claimed", *POINTS[-2:]])
async def test_a_worker_killed_where_timers_fire(
    point: str, house: House, workspace: Workspace, admin: asyncpg.Connection, admin_dsn: str
) -> None:
    assert POINTS[-2:] == ("timer_due", "timer_fired")
    place = Place(admin_dsn=admin_dsn, master_key=MASTER_KEY, settings=house.settings)
    chance = random.Random(point)
    await under(house, workspace.id, review_days=3)
    returns: list[str] = []
    for kill in range(KILLS):
        returns += await requested(house, workspace, f"{point}-{kill}", RETURNS)
        await jump(house, workspace.id, timedelta(days=5))
        nth = 1 if point == "claimed" else chance.randint(1, RETURNS)
        worker = start(place, f"{point}:{nth}")
        await asyncio.to_thread(worker.join, 30)
        code = worker.exitcode
        if code is None:
            worker.kill()
            worker.join()
        assert code == -9, f"the worker did not die at {point} ({code})"
        await _let_leases_end(admin, workspace)
        assert set(await missed(house, workspace.id)) <= set(returns)
    worker = start(place, None)
    try:
        assert await until_missed(house, workspace.id, len(returns)) == sorted(returns)
    finally:
        worker.kill()
        worker.join()
