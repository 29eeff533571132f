"""kill −9 wherever goods are asked for: each exchange sends its piece once, and none is forgotten.

The oracle is the stock's own ledger.  ``RETOUR_KILLS`` says how often each point is hit (2 unless
said).
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter

import asyncpg
import msgspec
import pytest

from retour.delivery.crash import POINTS
from retour.desk.house import House
from retour.sandbox.stock import SandboxStock
from tests.crash.worker import Place, start
from tests.support.exchanging import exchanged, going, put_stock, stock, until
from tests.support.pg import MASTER_KEY, Workspace

KILLS = int(os.environ.get("RETOUR_KILLS", "2"))
RETURNS = 2
"""Made before each kill."""
PLENTY = 1000
GOODS_POINTS = [point for point in POINTS if point.startswith("goods_")]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("point", GOODS_POINTS)
async def test_a_worker_killed_where_goods_are_asked_for(
    point: str, house: House, workspace: Workspace, admin: asyncpg.Connection, admin_dsn: str
) -> None:
    place = Place(admin_dsn=admin_dsn, master_key=MASTER_KEY, settings=house.settings)
    chance = random.Random(point)
    await put_stock(house, workspace.id, PLENTY)
    returns: list[str] = []
    for kill in range(KILLS):
        for n in range(RETURNS):
            number = f"{point}-{kill}-{n}"
            returns.append(await exchanged(house, workspace.id, number, *going()))
        worker = start(place, f"{point}:{chance.randint(1, RETURNS)}")
        await asyncio.to_thread(worker.join, 30)
        code = worker.exitcode
        if code is None:
            worker.kill()
            worker.join()
        assert code == -9, f"the worker did not die at {point} ({code})"
        await _let_leases_end(admin, workspace)
        assert max((await _ordered(house, workspace)).values(), default=0) <= 1
    worker = start(place, None)
    try:
        for one in returns:
            await until(house, workspace.id, one, "settled")
    finally:
        worker.kill()
        worker.join()
    assert [1] * len(returns) == [*(await _ordered(house, workspace)).values()]
    assert (PLENTY - len(returns), 0) == await stock(house, workspace.id)


async def _ordered(house: House, workspace: Workspace) -> Counter[str]:
    """Count how often each intent was sent."""
    items, _ = await SandboxStock(house.database).ledger(workspace.id)
    moves = [msgspec.json.decode(item) for item in items]
    return Counter(move["intent"] for move in moves if move["kind"] == "ordered")


async def _let_leases_end(admin: asyncpg.Connection, workspace: Workspace) -> None:
    """Move every lane of the dead worker to where its lease has run out."""
    await admin.execute(
        "UPDATE retour.lane SET due_at = clock_timestamp() WHERE workspace_id = $1", workspace.id
    )
