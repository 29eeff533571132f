"""A reconciliation whose process is killed: the next one goes on where it stood."""

from __future__ import annotations

import asyncio
import sys

import asyncpg
import msgspec

from retour.desk import reconciling
from retour.desk.house import House
from retour.desk.outcome import Done
from retour.desk.reconciling import ReconciliationNew
from retour.desk.reconciling.slices import go_on
from retour.lifecycle.model import Actor, ActorKind
from tests.crash.reconciling_worker import both
from tests.support.pg import Workspace

COUNT = 5000
_BOOKED = (
    "INSERT INTO retour.sandbox_booking (workspace_id, booking_id, intent, payment, amount,"
    " currency, status, at, booked_at) SELECT $1, 'bkg_' || n, 'leg_' || n, 'pay-1', 100, 'EUR',"
    " 'succeeded', clock_timestamp(), clock_timestamp() - interval '1 minute'"
    " FROM generate_series(1, $2) n"
)
_PAID = (
    "INSERT INTO retour.processor_leg (workspace_id, leg_id, return_id, executor, payment, amount,"
    " currency, status, reference, moved_at) SELECT $1, 'leg_' || n, 'ret_x', 'sandbox', 'pay-1',"
    " 100, 'EUR', 'succeeded', 'bkg_' || n, clock_timestamp() - interval '1 minute'"
    " FROM generate_series(1, $2) n"
)


async def test_a_killed_process_is_gone_on_from(
    house: House, workspace: Workspace, admin: asyncpg.Connection, admin_dsn: str
) -> None:
    """kill −9 while it compares: nothing is lost, nothing is counted twice."""
    ws = workspace.id
    for statement in (_BOOKED, _PAID):
        await admin.execute(statement, ws, COUNT)
    body = ReconciliationNew(processor="sandbox")
    begun = await reconciling.start(house, ws, body, actor=Actor(kind=ActorKind.SYSTEM))
    assert isinstance(begun, Done)
    one = str(msgspec.json.decode(begun.body)["id"])
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.crash.reconciling_worker",
        admin_dsn,
        str(ws),
        one,
        stdout=asyncio.subprocess.PIPE,
    )
    assert worker.stdout is not None
    async with asyncio.timeout(60):
        assert await worker.stdout.readline() == b"compared\n"
    worker.kill()
    await worker.wait()

    between = await _shown(house, ws, one)
    known = {"sandbox": both(house.database)}
    async with asyncio.timeout(60):
        while (await _shown(house, ws, one))["state"] == "running":
            if await go_on(house, known, ws, one) is None:
                await _let_time_pass(admin, ws)
    done = await _shown(house, ws, one)

    assert 0 < int(str(between["theirs"])) < COUNT
    assert ("done", COUNT, COUNT, COUNT, "100.00") == tuple(
        done[name] for name in ("state", "theirs", "found", "explained", "percent")
    )


async def _shown(house: House, ws: int, one: str) -> dict[str, object]:
    outcome = await reconciling.look_up(house, ws, one)
    assert isinstance(outcome, Done)
    return msgspec.json.decode(outcome.body)


async def _let_time_pass(admin: asyncpg.Connection, ws: int) -> None:
    """Let what the dead one had taken fall due."""
    await admin.execute(
        "UPDATE retour.reconciliation SET retry_at = clock_timestamp() WHERE workspace_id = $1", ws
    )
