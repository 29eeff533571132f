"""kill −9 while numbers are drawn: 1, 2, 3 … without a gap or a double, whoever died.

``RETOUR_KILLS`` says how many writers are killed (4 unless said).
"""

from __future__ import annotations

import asyncio
import os
import random

import asyncpg

from retour.desk.house import House
from tests.crash.worker import Place
from tests.support.numbering import drafted, numbers, start
from tests.support.pg import MASTER_KEY, fresh_workspace

KILLS = int(os.environ.get("RETOUR_KILLS", "4"))
WRITERS = 8
RETURNS = 64


async def test_numbers_have_no_gap_though_writers_are_killed(house: House, admin_dsn: str) -> None:
    """Eight processes promise the same returns; as one is killed, another takes its place."""
    workspace = await fresh_workspace(house)
    place = Place(admin_dsn=admin_dsn, master_key=MASTER_KEY, settings=house.settings)
    returns = [await drafted(house, workspace.id, str(one)) for one in range(RETURNS)]
    admin = await asyncpg.connect(admin_dsn)
    chance = random.Random(7)
    writers = [start(place, workspace.id, returns, seed) for seed in range(WRITERS)]
    try:
        for nth in range(1, KILLS + 1):
            await _at_least(admin, workspace.id, nth * RETURNS // (KILLS + 2))
            victim = writers.pop(chance.randrange(len(writers)))
            victim.kill()
            writers.append(start(place, workspace.id, returns, WRITERS + nth))
        for writer in writers:
            await asyncio.to_thread(writer.join, 120)
            assert writer.exitcode == 0
        found = await numbers(admin, workspace.id, "memo")
        assert found == list(range(1, RETURNS + 1))
        kept = await admin.fetch(
            "SELECT r.body #>> '{settlements,0,memo_number}' AS said, p.number"
            " FROM retour.returns r JOIN retour.paper p USING (workspace_id, return_id)"
            " WHERE r.workspace_id = $1 AND p.kind = 'memo'",
            workspace.id,
        )
        assert len(kept) == RETURNS
        assert all(row["said"] == row["number"] for row in kept)
    finally:
        for writer in writers:
            writer.kill()
        await admin.close()


async def _at_least(admin: asyncpg.Connection, workspace_id: int, number: int) -> None:
    async with asyncio.timeout(60):
        while True:
            if len(await numbers(admin, workspace_id, "memo")) >= number:
                return
            await asyncio.sleep(0.005)
