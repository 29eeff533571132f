"""Parcels through the store: cut connections, thousands of scans, and who may see what."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from retour.desk.execute import Asked, execute
from retour.desk.house import House
from retour.desk.outcome import Done
from retour.desk.parcels.tracking import tell
from retour.desk.timers.clock import ClockBody, advance_clock
from retour.gateways.carriers import Scan
from retour.lifecycle.commands import AddParcel, Authorize, Command, CreateLabel, LineAsked, Request
from retour.lifecycle.model import Actor, ActorKind
from retour.lifecycle.parcels.parcel import SCANS_MAX
from retour.sandbox.carrier import CarrierFault, SandboxCarrier
from retour.store.parcels import one_box
from retour.wiring.working import delivering
from tests.support.ordering import put_order
from tests.support.pg import Workspace, fresh_workspace

ACTOR = Actor(kind=ActorKind.API_KEY, id="key")
CUT = 200
"""Connections cut."""


async def make(house: House, workspace: Workspace, number: str, *more: Command) -> str:
    await put_order(house, workspace, number, 1)
    asked = Request(order_number=number, lines=(LineAsked(line="1", quantity=1, reason="x"),))
    outcome = await execute(
        house,
        Asked(
            workspace_id=workspace.id, plan=(asked, Authorize(), *more), actor=ACTOR, source="api"
        ),
    )
    assert isinstance(outcome, Done), outcome
    return str(json.loads(outcome.body)["id"])


async def statuses(house: House, workspace: Workspace) -> Counter[str]:
    async with house.database.transaction(workspace.id) as connection:
        rows = await connection.fetch("SELECT status FROM retour.parcel")
    return Counter(row["status"] for row in rows)


@pytest.mark.timeout(120)
async def test_two_hundred_cut_connections_make_one_label_for_each_parcel(
    house: House, workspace: Workspace
) -> None:
    carrier = SandboxCarrier(house.database)
    for outcome in ("timeout_after_booking", "timeout_before_booking", "drop_reply", "timeout"):
        fault = CarrierFault(outcome=outcome, times=CUT // 4)
        await carrier.add_fault(workspace.id, fault)
    for place in range(4):
        await make(house, workspace, f"C-{place}", *[CreateLabel()] * (CUT // 4))

    async with delivering(house) as engine, asyncio.timeout(60):
        told = replace(house, hints=engine.hint)
        while (await statuses(house, workspace))["label_created"] < CUT:
            await advance_clock(told, workspace.id, ClockBody(advance=timedelta(seconds=61)))
            await asyncio.sleep(0.1)

    async with house.database.transaction(workspace.id) as connection:
        intents = await connection.fetch("SELECT intent FROM retour.sandbox_label")
        left = await connection.fetchval("SELECT sum(times) FROM retour.sandbox_fault")
    assert CUT == len(intents) == len({row["intent"] for row in intents})
    assert 0 == left


async def test_ten_thousand_scans_through_the_store_come_to_the_same(
    house: House, workspace: Workspace
) -> None:
    begun = datetime(2026, 3, 2, tzinfo=UTC)
    chance = random.Random(5)
    codes = ("in_transit", "exception", "lost")
    scans = [
        Scan(event=f"e{place}", code=chance.choice(codes), at=begun + timedelta(minutes=place))
        for place in range(4999)
    ]
    scans.append(Scan(event="home", code="delivered", at=begun + timedelta(hours=3)))
    ends = list[tuple[str, tuple[str | None, ...]]]()
    for seed in range(2):
        number = f"N-{seed}"
        await make(house, workspace, number, AddParcel(tracking_number=number))
        told = scans * 2
        random.Random(seed).shuffle(told)
        for first in range(0, len(told), 500):
            await tell(house, workspace.id, "sandbox", number, told[first : first + 500])
        async with house.database.transaction(workspace.id) as connection:
            row = await connection.fetchrow(
                "SELECT parcel_id FROM retour.parcel WHERE tracking_key = $1", f"N{seed}"
            )
            assert row is not None
            box = await one_box(connection, workspace.id, row["parcel_id"])
        assert box is not None
        ends.append((box.parcel.status.value, tuple(one.id for one in box.parcel.scans)))

    assert ends[0] == ends[1]
    assert ("delivered", SCANS_MAX, "home") == (ends[0][0], len(ends[0][1]), ends[0][1][-1])


async def test_two_at_once_keep_one_stray(house: House, workspace: Workspace) -> None:
    scans = [
        Scan(event=f"e{place}", code="in_transit", at=datetime(2026, 3, 2, place, tzinfo=UTC))
        for place in range(8)
    ]
    await asyncio.gather(
        *(tell(house, workspace.id, "sandbox", "STRAY", [scan, scan]) for scan in scans)
    )

    async with house.database.transaction(workspace.id) as connection:
        rows = await connection.fetch("SELECT scans FROM retour.stray_parcel")
    assert [8] == [len(json.loads(row["scans"])) for row in rows]


async def test_a_number_of_another_workspace_is_nobody_s_here(
    house: House, workspace: Workspace
) -> None:
    other = await fresh_workspace(house)
    await make(house, other, "O-1", AddParcel(tracking_number="SHARED"))
    scan = Scan(event="e", code="in_transit", at=datetime(2026, 3, 2, tzinfo=UTC))

    assert not (await tell(house, workspace.id, "sandbox", "SHARED", [scan])).is_matched
    assert {"label_created": 1} == await statuses(house, other)
