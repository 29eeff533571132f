"""kill −9 while store credit is given: each leg once in the ledger, whatever the moment."""

from __future__ import annotations

import asyncio
import os
import random
from dataclasses import dataclass

import asyncpg
import pytest

from retour.desk.house import House
from retour.lifecycle.commands import ConfirmSettlement, ProposeSettlement, StartRefund
from tests.crash.worker import Place, start
from tests.support.money_ways import kept, put_paid
from tests.support.pg import MASTER_KEY, Workspace

KILLS = int(os.environ.get("RETOUR_KILLS", "3"))
RETURNS = 3
POINTS = ("reserved", "key_stored", "called", "replied", "booked", "recorded")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A workspace whose refunds are store credit."""

    house: House
    workspace: Workspace
    place: Place
    admin: asyncpg.Connection

    async def let_leases_end(self) -> None:
        """Move every lane of the dead worker to where its lease has run out."""
        await self.admin.execute(
            "UPDATE retour.lane SET due_at = clock_timestamp() WHERE ctid IN ("
            " SELECT ctid FROM retour.lane WHERE workspace_id = $1 FOR UPDATE SKIP LOCKED)",
            self.workspace.id,
        )

    async def some_work(self, number: str) -> None:
        """Make returns whose store credit is to be given."""
        await put_paid(self.house, self.workspace.id, number, quantity=RETURNS, captured="180.00")
        for _ in range(RETURNS):
            money = (ProposeSettlement(kind="store_credit"), ConfirmSettlement(), StartRefund())
            await kept(self.house, self.workspace.id, number, *money)

    async def kill_at(self, point: str, nth: int) -> None:
        """Run a worker until it dies at the point."""
        worker = start(self.place, f"{point}:{nth}")
        await asyncio.to_thread(worker.join, 30)
        code = worker.exitcode
        if code is None:
            worker.kill()
            worker.join()
        assert -9 == code, f"the worker did not die at {point} ({code})"
        await self.let_leases_end()

    async def until_paid(self, wanted: int) -> None:
        """Let a worker that nobody kills finish everything."""
        worker = start(self.place, None)
        try:
            async with asyncio.timeout(90):
                while await self._done() < wanted:
                    await self.let_leases_end()
                    await asyncio.sleep(0.3)
        finally:
            worker.kill()
            worker.join()

    async def _done(self) -> int:
        count: int = await self.admin.fetchval(
            "SELECT count(*) FROM retour.leg WHERE workspace_id = $1 AND status = 'succeeded'",
            self.workspace.id,
        )
        return count


@pytest.mark.timeout(600)
@pytest.mark.parametrize("point", POINTS)
async def test_credit_is_given_once_wherever_it_is_killed(
    house: House, workspace: Workspace, admin: asyncpg.Connection, admin_dsn: str, point: str
) -> None:
    place = Place(admin_dsn=admin_dsn, master_key=MASTER_KEY, settings=house.settings)
    stage = Stage(house=house, workspace=workspace, place=place, admin=admin)
    chance = random.Random(point)
    for kill in range(KILLS):
        await stage.some_work(f"{point}-{kill}")
        # What several legs came to may be recorded at once.
        await stage.kill_at(point, 1 if point == "recorded" else chance.randint(1, RETURNS))
    await stage.until_paid(KILLS * RETURNS)

    rows = await admin.fetch(
        "SELECT reference, amount FROM retour.store_credit_entry WHERE workspace_id = $1",
        workspace.id,
    )
    legs = await admin.fetch("SELECT leg_id FROM retour.leg WHERE workspace_id = $1", workspace.id)
    balance: int = await admin.fetchval(
        "SELECT sum(balance) FROM retour.store_credit WHERE workspace_id = $1", workspace.id
    )
    assert sorted(row["leg_id"] for row in legs) == sorted(row["reference"] for row in rows)
    assert KILLS * RETURNS * 6000 == balance == sum(row["amount"] for row in rows)
