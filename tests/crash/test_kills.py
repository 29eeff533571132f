"""kill −9 at every named point, again and again: nothing lost, nothing out of order, paid once.

The oracles stand outside: an endpoint and a mailbox that keep what they got, the processor's own
ledger.  Between two kills the database's clock is moved past the dead worker's leases.
``RETOUR_KILLS`` says how often each point is hit (5 unless said; ``make soak ARGS=kills`` says 20).
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import asyncpg
import pytest
import pytest_asyncio
from aiosmtpd.controller import Controller

from retour.delivery.crash import POINTS
from retour.desk.execute import Asked, execute
from retour.desk.house import House
from retour.desk.outcome import Done
from retour.lifecycle.commands import (
    Authorize,
    Command,
    ConfirmSettlement,
    LineAsked,
    ProposeSettlement,
    Request,
    StartRefund,
    WaiveReceipt,
)
from retour.lifecycle.model import Actor, ActorKind
from tests.crash.worker import Place, start
from tests.support.mailbox import Mailbox
from tests.support.ordering import put_order
from tests.support.pg import MASTER_KEY, Workspace, fresh_workspace
from tests.support.running import Got, Receiver, free_port
from tests.support.telling import subscribe_mail, subscribe_webhook

KILLS = int(os.environ.get("RETOUR_KILLS", "5"))
RETURNS = 3
"""Made before each kill, so that every point is passed so often at least."""
MAIL_POINTS = POINTS[12:14]
ACTOR = Actor(kind=ActorKind.API_KEY, id="key")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One workspace with everybody who listens."""

    house: House
    workspace: Workspace
    place: Place
    receiver: Receiver
    mailbox: Mailbox
    admin_dsn: str


@pytest_asyncio.fixture
async def stage(house: House, admin_dsn: str) -> AsyncIterator[Stage]:
    """A workspace whose events go to an endpoint and to a mailbox."""
    workspace = await fresh_workspace(house)
    receiver, mailbox, port = Receiver(), Mailbox(), free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    place = Place(
        admin_dsn=admin_dsn,
        master_key=MASTER_KEY,
        settings=replace(house.settings, smtp_url=f"smtp://127.0.0.1:{port}"),
    )
    yield Stage(
        house=house,
        workspace=workspace,
        place=place,
        receiver=receiver,
        mailbox=mailbox,
        admin_dsn=admin_dsn,
    )
    controller.stop()
    receiver.close()


async def _do(stage: Stage, return_id: str | None, *plan: Command) -> str:
    outcome = await execute(
        stage.house,
        Asked(
            workspace_id=stage.workspace.id,
            plan=plan,
            actor=ACTOR,
            source="api",
            return_id=return_id,
        ),
    )
    assert isinstance(outcome, Done), outcome
    return str(json.loads(outcome.body)["id"])


async def _some_work(stage: Stage, number: str) -> None:
    """Make some returns, each with several events and a refund to be paid."""
    await put_order(stage.house, stage.workspace, number, RETURNS)
    for _ in range(RETURNS):
        asked = Request(order_number=number, lines=(LineAsked(line="1", quantity=1, reason="x"),))
        ret = await _do(stage, None, asked)
        await _do(stage, ret, Authorize())
        await _do(stage, ret, WaiveReceipt())
        await _do(stage, ret, ProposeSettlement(), ConfirmSettlement(), StartRefund())


async def _let_leases_end(stage: Stage) -> None:
    """Move every lane of the dead worker to where its lease has run out."""
    connection = await asyncpg.connect(stage.admin_dsn)
    try:
        await connection.execute(
            "UPDATE retour.lane SET due_at = clock_timestamp() WHERE ctid IN ("
            " SELECT ctid FROM retour.lane WHERE workspace_id = $1 FOR UPDATE SKIP LOCKED)",
            stage.workspace.id,
        )
    finally:
        await connection.close()


async def _until_empty(stage: Stage) -> None:
    """Let a worker that nobody kills finish everything."""
    worker = start(stage.place, None)
    try:
        async with asyncio.timeout(60):
            while True:
                async with stage.house.database.transaction(stage.workspace.id) as connection:
                    left = await connection.fetchval("SELECT count(*) FROM retour.delivery")
                if left == 0:
                    return
                await _let_leases_end(stage)
                await asyncio.sleep(0.3)
    finally:
        worker.kill()
        worker.join()


async def _kill_at(stage: Stage, point: str, chance: random.Random) -> None:
    """Run a worker until it dies at the point."""
    worker = start(stage.place, f"{point}:{chance.randint(1, RETURNS)}")
    await asyncio.to_thread(worker.join, 30)
    code = worker.exitcode
    if code is None:
        worker.kill()
        worker.join()
    assert -9 == code, f"the worker did not die at {point} ({code})"
    await _let_leases_end(stage)


@pytest.mark.timeout(max(300, 60 * KILLS))
@pytest.mark.parametrize("point", POINTS[:14])
async def test_killed_at(point: str, stage: Stage) -> None:
    """Whatever the point, everything arrives in order, and each refund is one."""
    chance = random.Random(point)
    if point in MAIL_POINTS:
        await subscribe_mail(stage.house, stage.workspace)
    else:
        await subscribe_webhook(stage.house, stage.workspace, stage.receiver.url)

    recorded: list[tuple[int, set[str]]] = []
    for kill in range(KILLS):
        await _some_work(stage, f"{point}-{kill}")
        await _kill_at(stage, point, chance)
        recorded.append((len(stage.receiver.got), await _recorded(stage)))
    await _until_empty(stage)

    await _check_refunds(stage, KILLS * RETURNS)
    if point in MAIL_POINTS:
        await _check_mail(stage)
    else:
        await _check_webhooks(stage, recorded)


async def _events(stage: Stage) -> dict[str, list[str]]:
    """Read the log: event ids per return, in their order."""
    async with stage.house.database.transaction(stage.workspace.id) as connection:
        rows = await connection.fetch(
            "SELECT return_id, event_id, type FROM retour.event WHERE return_id IS NOT NULL"
            " ORDER BY return_id, sequence"
        )
    events: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        events[row["return_id"]].append(row["event_id"])
    return events


async def _recorded(stage: Stage) -> set[str]:
    """Read which events are recorded as delivered."""
    async with stage.house.database.transaction(stage.workspace.id) as connection:
        rows = await connection.fetch(
            "SELECT event_id FROM retour.delivery_log WHERE status = 'delivered'"
            " AND subscription_id NOT IN ('sub_refund', 'sub_label', 'sub_timer')"
        )
    return {row["event_id"] for row in rows}


async def _check_webhooks(stage: Stage, recorded: list[tuple[int, set[str]]]) -> None:
    """Everything arrived, in order; what was recorded before a kill never came again."""
    arrived: dict[str, list[str]] = defaultdict(list)
    for got in stage.receiver.got:
        ids = arrived[_return_of(got)]
        if got.headers["webhook-id"] not in ids:
            ids.append(got.headers["webhook-id"])
    arrived.pop("", None)

    assert await _events(stage) == dict(arrived)
    for count, before in recorded:
        again = {got.headers["webhook-id"] for got in stage.receiver.got[count:]}
        assert set() == before & again


def _return_of(got: Got) -> str:
    ret = json.loads(got.body)["data"]["return"]
    return "" if ret is None else str(ret["id"])


async def _check_mail(stage: Stage) -> None:
    """Each requested return was told by mail, at least once."""
    told = {mail["x-retour-event-id"] for mail in stage.mailbox.mails}
    async with stage.house.database.transaction(stage.workspace.id) as connection:
        rows = await connection.fetch(
            "SELECT event_id FROM retour.event WHERE type = 'return.requested'"
        )
    assert {row["event_id"] for row in rows} == told


async def _check_refunds(stage: Stage, wanted: int) -> None:
    """The processor's own ledger has each intent once."""
    async with stage.house.database.transaction(stage.workspace.id) as connection:
        rows = await connection.fetch("SELECT intent, status FROM retour.sandbox_booking")
    assert wanted == len(rows) == len({row["intent"] for row in rows})
    assert {"succeeded"} == {row["status"] for row in rows}
