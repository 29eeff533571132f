"""A backtest whose process is killed: the next one goes on where it was."""

from __future__ import annotations

import asyncio
import sys

from retour.desk.house import House
from retour.desk.policies import backtesting, trying
from tests.support.backtesting import (
    STRICT,
    begin,
    changes_of,
    copies,
    read,
    state_of,
    three_returns,
)
from tests.support.pg import Workspace


async def test_a_killed_process_is_gone_on_from(
    house: House, workspace: Workspace, admin_dsn: str
) -> None:
    """kill −9 in the middle of a slice: nothing is lost, nothing is counted twice."""
    past = await three_returns(house, workspace)
    await copies(house, workspace, past[1]["id"], 6 * trying.SLICE)
    begun = await begin(house, workspace, STRICT)
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.crash.backtest_worker",
        admin_dsn,
        str(workspace.id),
        begun["id"],
        stdout=asyncio.subprocess.PIPE,
    )
    assert worker.stdout is not None
    async with asyncio.timeout(60):
        assert await worker.stdout.readline() == b"tried\n"
    worker.kill()
    await worker.wait()
    between = read(await backtesting.look_up(house, workspace.id, begun["id"]))
    async with asyncio.timeout(60):  # Until the server has noticed, the row is still held.
        while (await state_of(house, workspace, begun)) == "running":
            await trying.go_on(house, workspace.id, begun["id"])
            await asyncio.sleep(0.01)

    done = read(await backtesting.look_up(house, workspace.id, begun["id"]))
    assert 0 < between["tried"] < between["total"]
    assert done["tried"] == done["total"] == 6 * trying.SLICE + len(past)
    assert done["would"] == {"approve": 1, "review": 1, "reject": 6 * trying.SLICE + 1}
    assert len(await changes_of(house, workspace, done, limit=200)) == done["changed"]
