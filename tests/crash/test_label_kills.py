"""kill −9 while a carrier is asked: each parcel has one label in the carrier's own ledger.

``RETOUR_KILLS`` says how often each point is hit (4 unless said).
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest
import pytest_asyncio

from retour.delivery.crash import POINTS
from retour.desk.execute import Asked, execute
from retour.desk.house import House
from retour.desk.outcome import Done
from retour.lifecycle.commands import Authorize, Command, CreateLabel, LineAsked, Request
from retour.lifecycle.model import Actor, ActorKind
from tests.crash.worker import Place, start
from tests.support.ordering import put_order
from tests.support.pg import MASTER_KEY, Workspace, fresh_workspace

KILLS = int(os.environ.get("RETOUR_KILLS", "4"))
LABELS = 3
"""Asked for before each kill."""
LABEL_POINTS = [point for point in POINTS if point.startswith("label_")]
ACTOR = Actor(kind=ActorKind.API_KEY, id="key")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One workspace whose labels are asked for."""

    house: House
    workspace: Workspace
    place: Place
    admin_dsn: str


@pytest_asyncio.fixture
async def stage(house: House, admin_dsn: str) -> AsyncIterator[Stage]:
    workspace = await fresh_workspace(house)
    place = Place(admin_dsn=admin_dsn, master_key=MASTER_KEY, settings=house.settings)
    yield Stage(house=house, workspace=workspace, place=place, admin_dsn=admin_dsn)


async def _ask_for_labels(stage: Stage, number: str) -> None:
    await put_order(stage.house, stage.workspace, number, 1)
    asked = Request(order_number=number, lines=(LineAsked(line="1", quantity=1, reason="x"),))
    plan: list[Command] = [asked, Authorize(), *(CreateLabel() for _ in range(LABELS))]
    outcome = await execute(
        stage.house,
        Asked(workspace_id=stage.workspace.id, plan=plan, actor=ACTOR, source="api"),
    )
    assert isinstance(outcome, Done), outcome


async def _let_leases_end(stage: Stage) -> None:
    connection = await asyncpg.connect(stage.admin_dsn)
    try:
        await connection.execute(
            "UPDATE retour.lane SET due_at = clock_timestamp() WHERE ctid IN ("
            " SELECT ctid FROM retour.lane WHERE workspace_id = $1 FOR UPDATE SKIP LOCKED)",
            stage.workspace.id,
        )
    finally:
        await connection.close()


async def _kill_at(stage: Stage, point: str, chance: random.Random) -> None:
    worker = start(stage.place, f"{point}:{chance.randint(1, LABELS)}")
    await asyncio.to_thread(worker.join, 30)
    code = worker.exitcode
    if code is None:
        worker.kill()
        worker.join()
    assert -9 == code, f"the worker did not die at {point} ({code})"
    await _let_leases_end(stage)


async def _until_labelled(stage: Stage, wanted: int) -> None:
    worker = start(stage.place, None)
    try:
        async with asyncio.timeout(60):
            while await _count(stage, "retour.parcel WHERE status = 'label_created'") < wanted:
                await _let_leases_end(stage)
                await asyncio.sleep(0.2)
    finally:
        worker.kill()
        worker.join()


async def _count(stage: Stage, what: str) -> int:
    async with stage.house.database.transaction(stage.workspace.id) as connection:
        found: int = await connection.fetchval(f"SELECT count(*) FROM {what}")
    return found


@pytest.mark.timeout(300)
async def test_killed_while_asking(stage: Stage) -> None:
    """Whatever the point, the carrier made one label for each parcel, and each return knows it."""
    chance = random.Random(11)
    kills = 0
    for point in LABEL_POINTS:
        for kill in range(KILLS):
            await _ask_for_labels(stage, f"{point}-{kill}")
            await _kill_at(stage, point, chance)
            kills += 1
    await _until_labelled(stage, kills * LABELS)

    async with stage.house.database.transaction(stage.workspace.id) as connection:
        ledger = await connection.fetch("SELECT intent, tracking_number FROM retour.sandbox_label")
        parcels = await connection.fetch("SELECT parcel_id, body FROM retour.parcel")
    assert kills * LABELS == len(ledger) == len({row["intent"] for row in ledger})
    known = {row["parcel_id"]: json.loads(row["body"])["tracking_number"] for row in parcels}
    assert known == {row["intent"]: row["tracking_number"] for row in ledger}
