"""fulfillmenttools' receivers by the real engine: only 200, its backoff, seven days, its order."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest_asyncio

from retour.desk.execute import Asked, execute
from retour.desk.house import House
from retour.desk.timers.clock import ClockBody, advance_clock
from retour.lifecycle.commands import (
    Authorize,
    ConfirmSettlement,
    FinishReceipt,
    Inspect,
    LineAsked,
    ProposeSettlement,
    Receive,
    Request,
    StartRefund,
    UnitsJudged,
    UnitsSeen,
)
from retour.wiring.working import delivering
from tests.support.delivering import World, a_world
from tests.support.pg import Workspace
from tests.support.queued import listed, subscribed
from tests.support.receiver import Answer, Received, Receiver, receiving
from tests.support.told import ACTOR, ask_return, give, put_order, read

JSON = dict[str, Any]
CREATED = "ITEM_RETURN_JOB_CREATED"
UPDATED = "ITEM_RETURN_JOB_UPDATED"
TRIGGERED = "REFUND_TRIGGERED"


@dataclass(kw_only=True)
class Told:
    """A sandbox with one subscription of fulfillmenttools', and who receives it."""

    house: House
    workspace: Workspace
    world: World
    receiver: Receiver

    async def advance(self, step: timedelta) -> None:
        """Let time pass in the sandbox, and what is due be sent."""
        await advance_clock(self.house, self.workspace.id, ClockBody(advance=step))

    def heard(self) -> list[tuple[str, int]]:
        """Give what was answered 2xx, in order: each word with the job's version."""
        said = [body_of(one) for one in self.receiver.taken]
        return [(str(one["event"]), version_of(one["payload"])) for one in said]


def body_of(received: Received) -> JSON:
    return json.loads(received.body, parse_float=Decimal)


def version_of(payload: JSON) -> int:
    return payload["itemReturnJobVersion" if "itemReturnRef" in payload else "version"]


@pytest_asyncio.fixture
async def told(house: House, workspace: Workspace) -> AsyncGenerator[Told]:
    async with (
        a_world(house, workspace.id) as world,
        receiving() as receiver,
        delivering(house) as engine,
    ):
        receiver.answers(200)
        awake = replace(house, hints=engine.hint)
        await subscribed(awake, workspace, url=receiver.url(), dialect="fulfillmenttools")
        yield Told(house=awake, workspace=workspace, world=world, receiver=receiver)


async def test_201_is_a_failure_and_each_pause_is_twice_the_last_up_to_ten_minutes(
    told: Told,
) -> None:
    """A receiver that does not follow the contract is tried until it does."""
    answers = [201, 204, 301, 500, 201, 201, 201, 201, 200]
    pauses = [20, 40, 80, 160, 320, 600, 600, 600]
    told.receiver.answers(*answers)
    await put_order(told.house, told.workspace.id, "0042")

    for n, pause in enumerate(pauses, start=1):
        await told.world.until_attempts(n)
        await told.advance(timedelta(seconds=pause - 5))
        await told.receiver.pause(0.05)
        assert len(told.receiver.got) == n
        await told.advance(timedelta(seconds=5))
        await told.receiver.until(lambda n=n: len(told.receiver.got) == n + 1)
    await told.world.until_empty()

    assert await told.world.outcomes() == ["failed"] * 8 + ["delivered"]
    assert len({one.body for one in told.receiver.got}) == 1
    assert set(told.heard()) == {(CREATED, 1)}
    first = told.receiver.got[0]
    assert first.headers["content-type"] == "application/json"
    assert not [name for name in first.headers if name.startswith(("x-", "webhook"))]


async def test_a_message_is_given_up_after_seven_days(told: Told) -> None:
    """Other orders' keep arriving, so that the subscription is well."""
    told.receiver.judge = lambda one: Answer(
        status=201 if b'"tenantOrderId":"1"' in one.body else 200
    )
    await put_order(told.house, told.workspace.id, "1")
    await told.world.until_attempts(1)
    for days, other in ((6, "2"), (1, "3")):
        await put_order(told.house, told.workspace.id, other)
        await told.world.until_attempts(2 * int(other) - 2)
        assert await told.world.pending() == 1
        await told.advance(timedelta(days=days))
        await told.world.until_attempts(2 * int(other) - 1)
    await told.world.until_empty()

    orders = [body_of(one)["payload"]["tenantOrderId"] for one in told.receiver.got]
    assert orders == ["1", "2", "1", "3", "1"]
    ended = sorted(one["status"] for one in await listed(told.house, told.workspace))
    assert ended == ["dead", "delivered", "delivered"]


async def test_a_message_about_one_return_shows_what_was_written_about_the_other(
    told: Told,
) -> None:
    where = told.house, told.workspace.id
    await put_order(*where, "7")
    line = LineAsked(line="1", quantity=1, reason="Wrong delivery", comment="Did not order this.")
    asked = Asked(
        workspace_id=told.workspace.id,
        plan=[Request(order_number="7", lines=(line,))],
        actor=ACTOR,
        source="api",
    )
    read(await execute(told.house, asked), 201)
    await ask_return(*where, "7")
    await told.world.until_empty()

    alone, together = (body_of(one)["payload"]["itemReturns"] for one in told.receiver.taken[1:])
    assert alone[0]["returnedLineItems"][0]["reasons"][0]["comment"] == "Did not order this."
    assert alone == together[:1]
    assert len(together) == 2


async def test_versions_rise_over_all_returns_of_an_order_whatever_fails(told: Told) -> None:
    """Two returns take turns; every third message fails at first, and none overtakes another."""
    tries: list[str] = []

    def judge(one: Received) -> Answer:
        event = str(body_of(one)["eventId"])
        tries.append(event)
        is_first = tries.count(event) == 1
        return Answer(status=503 if is_first and len(set(tries)) % 3 == 0 else 200)

    told.receiver.judge = judge
    where = told.house, told.workspace.id
    await put_order(*where, "7")
    first, second = await ask_return(*where, "7", 2), await ask_return(*where, "7")
    seen = UnitsSeen(line="1", quantity=1)
    for return_id in (first, second):
        await give(*where, return_id, Authorize(), Receive(units=(seen,), facility="main"))
    accepted = UnitsJudged(line="1", quantity=1, acceptance="accepted")
    for return_id in (second, first):
        await give(*where, return_id, Inspect(units=(accepted,)), FinishReceipt())
    await give(*where, second, ProposeSettlement(), ConfirmSettlement(), StartRefund())

    while await told.world.pending():
        await told.advance(timedelta(minutes=10))
        await told.receiver.pause(0.05)

    heard = told.heard()
    versions = [version for _, version in heard]
    assert heard[0] == (CREATED, 1)
    assert versions == sorted(versions)
    assert len(tries) > len(heard)
    both = [word for word, version in heard if versions.count(version) > 1]
    assert both == [UPDATED, TRIGGERED]
    job = body_of(told.receiver.taken[-1])["payload"]
    assert [one["status"] for one in job["itemReturns"]] == ["FINISHED", "OPEN", "FINISHED"]
    assert body_of(told.receiver.taken[-1])["event"] == UPDATED
    (paid,) = job["itemReturns"][2]["returnedLineItems"]
    assert paid["refund"] == {
        "status": "CLOSED",
        "price": {"value": Decimal("10.00"), "currency": "EUR"},
        "percent": None,
    }
