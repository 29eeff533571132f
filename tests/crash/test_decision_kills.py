"""kill −9 while decisions are carried out: each happens once or is taken back, none is lost."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from retour.desk.agents.holding import hold, take_back
from retour.desk.house import House
from retour.desk.outcome import Done
from retour.lifecycle.actors import Actor
from retour.lifecycle.commands import Reject
from retour.lifecycle.words import ActorKind
from tests.crash.worker import Place, start
from tests.support.pg import MASTER_KEY, Workspace
from tests.support.timing import requested, under

RETURNS = 12
KILLS = 2
ME = "psn_0000000000000000000000agnt"


async def _held(admin: asyncpg.Connection, workspace: Workspace) -> int:
    return await admin.fetchval(
        "SELECT count(*) FROM retour.held_decision WHERE workspace_id = $1 AND status = 'held'",
        workspace.id,
    )


async def _fewer(admin: asyncpg.Connection, workspace: Workspace, than: int) -> None:
    """Wait until fewer decisions are held."""
    async with asyncio.timeout(60):
        while True:
            if await _held(admin, workspace) < than:
                return
            await asyncio.sleep(0.002)


async def _rejections(admin: asyncpg.Connection, workspace: Workspace) -> dict[str, int]:
    """Count how often each return was rejected."""
    rows = await admin.fetch(
        "SELECT return_id, count(*) AS n FROM retour.event"
        " WHERE workspace_id = $1 AND type = 'return.rejected' GROUP BY return_id",
        workspace.id,
    )
    return {row["return_id"]: row["n"] for row in rows}


@pytest.mark.timeout(180)
async def test_a_worker_killed_while_it_decides(
    house: House, workspace: Workspace, admin: asyncpg.Connection, admin_dsn: str
) -> None:
    """Half of them are taken back meanwhile: whoever was first has it, and nothing is half done."""
    place = Place(admin_dsn=admin_dsn, master_key=MASTER_KEY, settings=house.settings)
    await under(house, workspace.id, review_days=3)
    actor = Actor(kind=ActorKind.AGENT, id=ME)
    returns: list[str] = []
    taken: set[str] = set()
    for kill in range(KILLS):
        made = await requested(house, workspace, f"decided-{kill}", RETURNS)
        returns += made
        for one in made:
            held = await hold(house, workspace.id, one, Reject(reason="Worn"), actor=actor)
            assert isinstance(held, Done), held
        await admin.execute(
            "UPDATE retour.held_decision SET due_at = clock_timestamp() WHERE workspace_id = $1",
            workspace.id,
        )
        before = await _held(admin, workspace)
        worker = start(place, None)
        await _fewer(admin, workspace, before)
        for one in made[::2]:
            if isinstance(await take_back(house, workspace.id, one, me=ME), Done):
                taken.add(one)
        worker.kill()
        await asyncio.to_thread(worker.join, 30)
    worker = start(place, None)
    try:
        await _fewer(admin, workspace, 1)
    finally:
        worker.kill()
        worker.join()
    left = "SELECT count(*) FROM retour.held_decision WHERE workspace_id = $1"
    assert await admin.fetchval(left, workspace.id) == 0, "none was carried out twice"
    assert await _rejections(admin, workspace) == dict.fromkeys(set(returns) - taken, 1)
