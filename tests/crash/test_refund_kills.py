"""kill −9 while a refund is asked for, and the processor's message is there before we are again.

Twice told, before and after the next worker has looked the refund up: it is one refund, recorded
once.  ``RETOUR_KILLS`` says how often each point is hit (2 unless said).
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter
from datetime import UTC, datetime

import asyncpg
import pytest

from retour.desk.house import House
from retour.desk.payments.messages import take
from retour.gateways.payments import ProcessorOutcome
from retour.gateways.payments.messages import MessageKind, ProcessorMessage
from tests.crash.worker import Place, start
from tests.support.money_ways import STARTED, kept, put_paid
from tests.support.pg import MASTER_KEY, Workspace

KILLS = int(os.environ.get("RETOUR_KILLS", "2"))
RETURNS = 3
"""Paid before each kill."""
REFUND_POINTS = ("called", "replied", "booked")


async def _pay(house: House, workspace: Workspace, number: str) -> None:
    await put_paid(
        house, workspace.id, number, quantity=RETURNS, captured="1000.00", processor="sandbox"
    )
    for _ in range(RETURNS):
        await kept(house, workspace.id, number, *STARTED)


async def _let_leases_end(admin: asyncpg.Connection, workspace: Workspace) -> None:
    await admin.execute(
        "UPDATE retour.lane SET due_at = clock_timestamp() WHERE ctid IN ("
        " SELECT ctid FROM retour.lane WHERE workspace_id = $1 FOR UPDATE SKIP LOCKED)",
        workspace.id,
    )


async def _kill_at(place: Place, point: str, nth: int) -> None:
    worker = start(place, f"{point}:{nth}")
    await asyncio.to_thread(worker.join, 30)
    code = worker.exitcode
    if code is None:
        worker.kill()
        worker.join()
    assert -9 == code, f"the worker did not die at {point} ({code})"


async def _tell(house: House, admin: asyncpg.Connection, workspace: Workspace) -> int:
    """Have the processor tell of every refund in its ledger; says how many there are."""
    bookings = await admin.fetch(
        "SELECT intent, booking_id AS reference, amount, currency, payment, status"
        " FROM retour.sandbox_booking WHERE workspace_id = $1",
        workspace.id,
    )
    for booking in bookings:
        message = ProcessorMessage(
            event_id=f"evt-{booking['reference']}",
            event_at=datetime.now(UTC),
            kind=MessageKind.REFUND,
            reference=booking["reference"],
            status=booking["status"],
            outcome=ProcessorOutcome(booking["status"]),
            is_final=True,
            is_moot=False,
            takes=True,
            payments=(booking["payment"],),
            amount=booking["amount"],
            currency=booking["currency"],
            intent=booking["intent"],
            return_id=await _return_of(admin, workspace, booking["intent"]),
        )
        assert await take(house, workspace.id, "sandbox", message)
    return len(bookings)


async def _return_of(admin: asyncpg.Connection, workspace: Workspace, leg: str) -> str:
    found: str = await admin.fetchval(
        "SELECT return_id FROM retour.returns"
        " WHERE workspace_id = $1 AND body::text LIKE '%' || $2 || '%'",
        workspace.id,
        leg,
    )
    return found


async def _until_paid(place: Place, admin: asyncpg.Connection, workspace: Workspace) -> None:
    worker = start(place, None)
    try:
        async with asyncio.timeout(60):
            while await admin.fetchval(
                "SELECT count(*) FROM retour.delivery WHERE workspace_id = $1", workspace.id
            ):
                await _let_leases_end(admin, workspace)
                await asyncio.sleep(0.2)
    finally:
        worker.kill()
        worker.join()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("point", REFUND_POINTS)
async def test_killed_with_the_answer_while_the_message_comes(
    house: House,
    workspace: Workspace,
    admin: asyncpg.Connection,
    admin_dsn: str,
    point: str,
) -> None:
    """Between the processor's booking and our record: whoever tells first, it is told once."""
    chance = random.Random(point)
    place = Place(admin_dsn=admin_dsn, master_key=MASTER_KEY, settings=house.settings)
    told = 0
    for kill in range(KILLS):
        await _pay(house, workspace, f"{point}-{kill}")
        await _kill_at(place, point, chance.randint(1, RETURNS))
        told += await _tell(house, admin, workspace)
        await _let_leases_end(admin, workspace)
    await _until_paid(place, admin, workspace)

    assert KILLS * RETURNS == await _tell(house, admin, workspace)
    assert told or KILLS == 1, "some messages came first"
    await _check(admin, workspace)


async def _check(admin: asyncpg.Connection, workspace: Workspace) -> None:
    """The ledger has each intent once, and each return knows it by one attempt and one event."""
    ledger = await admin.fetch(
        "SELECT intent, booking_id AS reference FROM retour.sandbox_booking"
        " WHERE workspace_id = $1",
        workspace.id,
    )
    bodies = await admin.fetch(
        "SELECT body FROM retour.returns WHERE workspace_id = $1", workspace.id
    )
    legs = [json.loads(row["body"])["settlements"][0]["legs"][0] for row in bodies]
    said = await admin.fetch(
        "SELECT return_id, type FROM retour.event WHERE workspace_id = $1", workspace.id
    )
    counted = Counter((row["return_id"], row["type"]) for row in said)

    assert KILLS * RETURNS == len(ledger) == len({row["intent"] for row in ledger})
    assert {row["intent"]: row["reference"] for row in ledger} == {
        leg["id"]: leg["reference"] for leg in legs
    }
    assert {("succeeded",)} == {tuple(one["outcome"] for one in leg["attempts"]) for leg in legs}
    assert {1} == {n for (_, word), n in counted.items() if word == "refund.succeeded"}
