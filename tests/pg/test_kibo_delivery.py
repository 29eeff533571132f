"""Kibo's receivers by the real engine: what they rely on about order, time and success."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pytest
import pytest_asyncio

from retour.delivery.engine import Engine
from retour.desk.house import House
from retour.desk.timers.clock import ClockBody, advance_clock
from retour.lifecycle.commands import (
    Authorize,
    ConfirmSettlement,
    FinishReceipt,
    Inspect,
    Judgement,
    ProposeSettlement,
    Receive,
    StartRefund,
    UnitsJudged,
    UnitsSeen,
)
from retour.sandbox.processor import ProcessorFault, SandboxProcessor
from retour.wiring.working import delivering
from tests.support.delivering import World, a_world
from tests.support.kibo import Body, parsed
from tests.support.pg import Workspace
from tests.support.queued import listed, subscribed
from tests.support.receiver import Answer, Received, Receiver, receiving
from tests.support.told import ask_return, give, put_order

MINUTE = timedelta(minutes=1)
HEADERS = {"x-event-id", "x-shop"}


@dataclass(kw_only=True)
class Told:
    """A sandbox with one subscription of Kibo's, and who receives it."""

    house: House
    workspace: Workspace
    world: World
    receiver: Receiver
    engine: Engine
    subscription: str

    async def advance(self, step: timedelta) -> None:
        """Let time pass in the sandbox, and what is due be sent."""
        await advance_clock(self.house, self.workspace.id, ClockBody(advance=step))

    async def until_attempts(self, count: int) -> None:
        """Wait until the log has so many attempts: what is in it has come back to its lane."""
        await self.world.until_attempts(count)

    def words(self) -> list[str]:
        """Give what was taken, in order."""
        return [str(body_of(one)["eventTypeID"]) for one in self.receiver.taken]


def body_of(received: Received) -> Body:
    return parsed(received.body)


@asynccontextmanager
async def listening(house: House, workspace: Workspace, *events: str) -> AsyncGenerator[Told]:
    async with (
        a_world(house, workspace.id) as world,
        receiving() as receiver,
        delivering(house) as engine,
    ):
        receiver.answers(200)
        awake = replace(house, hints=engine.hint)
        yield Told(
            house=awake,
            workspace=workspace,
            world=world,
            receiver=receiver,
            engine=engine,
            subscription=await subscribed(
                awake,
                workspace,
                url=receiver.url(),
                dialect="kibo",
                events=events or ("*",),
                headers={"X-Shop": "7"},
            ),
        )


@pytest_asyncio.fixture
async def told(house: House, workspace: Workspace) -> AsyncGenerator[Told]:
    async with listening(house, workspace) as made:
        yield made


async def test_only_200_is_success_and_each_failure_is_tried_again_after_a_minute(
    told: Told,
) -> None:
    answers = [201, 204, 302, 500, 200]
    told.receiver.answers(*answers)
    await put_order(told.house, told.workspace.id, "0042")
    await ask_return(told.house, told.workspace.id, "0042")

    for n in range(1, len(answers)):
        await told.until_attempts(n)
        await told.advance(MINUTE - timedelta(seconds=5))
        await told.receiver.pause(0.1)
        assert len(told.receiver.got) == n
        await told.advance(timedelta(seconds=5))
        await told.receiver.until(lambda n=n: len(told.receiver.got) == n + 1)
    await told.world.until_empty()

    assert await told.world.outcomes() == ["failed"] * 4 + ["delivered"]
    assert len({one.body for one in told.receiver.got}) == 1
    first = told.receiver.got[0]
    assert body_of(first)["orderID"] == "0042"
    assert first.headers["content-type"] == "application/json"
    assert {name for name in first.headers if name.startswith(("x-", "webhook"))} == HEADERS
    ids = {one.headers["x-event-id"] for one in told.receiver.got}
    assert ids == {(await listed(told.house, told.workspace))[0]["event"]}


async def test_a_message_is_given_up_after_fourteen_days(told: Told) -> None:
    """Another return's keep arriving, so that the subscription is well."""
    await put_order(told.house, told.workspace.id, "1")
    told.receiver.judge = lambda one: Answer(status=500 if b'"orderID":"1"' in one.body else 200)
    await ask_return(told.house, told.workspace.id, "1")
    await told.until_attempts(1)
    for days, other in ((13, "2"), (1, "3")):
        await put_order(told.house, told.workspace.id, other)
        await ask_return(told.house, told.workspace.id, other)
        await told.receiver.until(lambda other=other: len(told.receiver.taken) == int(other) - 1)
        await told.until_attempts(len(told.receiver.got))
        assert await told.world.pending() == 1
        await told.advance(timedelta(days=days))
        await told.until_attempts(2 * int(other) - 1)
    await told.world.until_empty()

    ended = {one["status"] for one in await listed(told.house, told.workspace)}
    assert [body_of(one)["orderID"] for one in told.receiver.taken] == ["2", "3"]
    assert ended == {"delivered", "dead"}


async def test_a_receiver_that_never_answers_is_paused_and_nothing_is_lost(told: Told) -> None:
    told.receiver.answers(500)
    await put_order(told.house, told.workspace.id, "1")
    await ask_return(told.house, told.workspace.id, "1")
    await told.until_attempts(1)
    while await failing_since(told) is None:
        await told.receiver.pause(0.02)
    await told.advance(timedelta(days=14))
    await told.until_attempts(2)

    while await state(told) != "paused":
        await told.receiver.pause(0.02)

    assert await told.world.pending() == 1


async def state(told: Told) -> object:
    return await told.world.value(
        "SELECT state FROM retour.subscription WHERE workspace_id = $1 AND subscription_id = $2",
        told.subscription,
    )


async def failing_since(told: Told) -> object:
    """Say since when nothing gets through; it is noted a moment after the attempt is."""
    return await told.world.value(
        "SELECT failing_since FROM retour.subscription"
        " WHERE workspace_id = $1 AND subscription_id = $2",
        told.subscription,
    )


async def accepted_return(told: Told, number: str, judgement: Judgement = "accepted") -> str:
    """Take a return of one piece in at the main facility and judge it."""
    await put_order(told.house, told.workspace.id, number)
    return_id = await ask_return(told.house, told.workspace.id, number)
    judged = UnitsJudged(line="1", quantity=1, acceptance=judgement)
    await give(
        told.house,
        told.workspace.id,
        return_id,
        Authorize(),
        Receive(units=(UnitsSeen(line="1", quantity=1),), facility="main"),
        Inspect(units=(judged,)),
        FinishReceipt(),
    )
    return return_id


async def test_the_third_refused_refund_is_told_in_two_messages(told: Told) -> None:
    """At once, after a minute, after ten; then the return's word, and the payment's right after."""
    processor = SandboxProcessor(told.house.database)
    await processor.add_fault(told.workspace.id, ProcessorFault(outcome="decline", times=3))
    return_id = await accepted_return(told, "0007")
    await give(
        told.house,
        told.workspace.id,
        return_id,
        ProposeSettlement(),
        ConfirmSettlement(),
        StartRefund(),
    )
    # Two notifications and the first two tries of the refund; each is pulled forward in turn.
    for attempts, pause in ((3, MINUTE), (4, 10 * MINUTE)):
        await told.until_attempts(attempts)
        assert told.words() == ["return_created", "return_accepted"]
        await told.advance(pause)
    await told.world.until_empty()

    assert told.words() == ["return_created", "return_accepted", "return_errored", "refund"]
    errored, refund = told.receiver.taken[-2:]
    assert errored.headers["x-event-id"] == refund.headers["x-event-id"]
    assert body_of(errored)["status"] == "Accepted"
    assert body_of(errored)["returnTotal"] == Decimal("10.00")
    assert body_of(errored)["externalStoreID"] == "main"
    assert body_of(refund)["amount"] == Decimal("10.00")
    assert body_of(refund)["errorMessage"] == "The processor declined the refund."
    assert body_of(refund)["returnID"] == body_of(errored)["returnID"]


async def test_the_payment_error_waits_for_the_notification_before_it(told: Told) -> None:
    """Both are of one return, so that they keep their order though the first fails once."""
    processor = SandboxProcessor(told.house.database)
    return_id = await accepted_return(told, "1")
    await told.world.until_empty()
    await processor.add_fault(told.workspace.id, ProcessorFault(outcome="decline", times=3))
    failing = ["return_errored"]

    def judge(one: Received) -> Answer:
        word = body_of(one)["eventTypeID"]
        if word in failing:
            failing.remove(word)
            return Answer(status=503)
        return Answer(status=200)

    told.receiver.judge = judge
    await give(
        told.house,
        told.workspace.id,
        return_id,
        ProposeSettlement(),
        ConfirmSettlement(),
        StartRefund(),
    )
    made = len(await told.world.outcomes())
    for n, pause in enumerate((MINUTE, 10 * MINUTE), start=1):
        await told.until_attempts(made + n)
        await told.advance(pause)
    await told.until_attempts(made + 4)
    await told.advance(MINUTE)
    await told.world.until_empty()

    assert [body_of(one)["eventTypeID"] for one in told.receiver.got][2:] == [
        "return_errored",
        "return_errored",
        "refund",
    ]


async def test_of_acceptance_and_deletion_the_untrue_one_is_passed_over(told: Told) -> None:
    await accepted_return(told, "1", "rejected")
    await told.world.until_empty()

    assert told.words() == ["return_created", "return_deleted"]
    ended = sorted(one["status"] for one in await listed(told.house, told.workspace))
    assert ended == ["delivered", "delivered", "skipped"]


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (("return_deleted",), ["return_deleted"]),
        (("return_accepted",), []),
        (("return.processed",), ["return_deleted"]),
        (("return_created", "return.processed"), ["return_created", "return_deleted"]),
    ],
)
async def test_a_subscription_may_name_single_words(
    house: House, workspace: Workspace, events: tuple[str, ...], words: list[str]
) -> None:
    async with listening(house, workspace, *events) as told:
        await accepted_return(told, "1", "rejected")
        await told.world.until_empty()

        assert told.words() == words
