"""What receivers ask for, and what their failures make of subscriptions, lanes and messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
import pytest
import pytest_asyncio

from retour.delivery.engine import Bounds, Engine
from retour.desk.house import House
from retour.kernel.subscription import OnDead
from retour.store.database import APP, DELIVERY
from retour.store.delivery_queries import resume
from tests.support.delivering import Subscribed, World, a_world, engine_of, in_order
from tests.support.pg import Workspace
from tests.support.receiver import Answer, Received, receiving

SCHEDULE_TURNS = 12
"""More often than our schedule has attempts."""


@pytest_asyncio.fixture
async def world(house: House, workspace: Workspace) -> AsyncGenerator[World]:
    async with a_world(house, workspace.id) as made:
        yield made


async def turn(world: World, engine: Engine, *subscribed: Subscribed) -> None:
    """Let time pass until something is due, and be sent."""
    await world.to_next_timer()
    engine.hint(world.id, [one.id for one in subscribed])
    await asyncio.sleep(0.15)


async def ended(world: World) -> dict[str, str]:
    """Give how each event's delivery ended."""
    rows = await world.fetch(
        "SELECT event_id, status FROM retour.delivery_log WHERE workspace_id = $1"
    )
    return {row["event_id"]: row["status"] for row in rows}


@pytest.mark.parametrize("as_date", [False, True])
async def test_retry_after_holds_the_whole_subscription(world: World, *, as_date: bool) -> None:
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=600), usegmt=True)
    async with receiving() as receiver:
        receiver.judge = lambda _: Answer(
            status=429, headers={"Retry-After": when if as_date else "600"}
        )
        subscribed = await world.subscribe(receiver.url())
        for n in range(30):
            await world.tell(f"ret_{n}", [subscribed])
        async with engine_of(world.house, bounds=Bounds(per_subscription=1)) as engine:
            await receiver.until(lambda: len(receiver.got) == 1)
            await receiver.pause(1.3)
            assert len(receiver.got) == 1
            state = await world.state(subscribed)
            assert state["state"] == "active"
            left = state["hold_until"] - datetime.now(UTC)
            assert timedelta(seconds=550) < left <= timedelta(seconds=601)

            receiver.judge = lambda _: Answer()
            await world.forward(700)
            await world.until_empty()
            del engine
    assert len(receiver.got) == 31
    outcomes = await world.fetch(
        "SELECT outcome, count(*) AS n FROM retour.attempt WHERE workspace_id = $1 GROUP BY 1"
    )
    assert {row["outcome"]: row["n"] for row in outcomes} == {"held": 1, "delivered": 30}


async def test_a_hold_costs_a_message_none_of_its_attempts(world: World) -> None:
    async with receiving() as receiver:
        receiver.judge = lambda _: Answer(status=503, headers={"Retry-After": "1"})
        subscribed = await world.subscribe(receiver.url())
        await world.tell("ret_a", [subscribed])
        async with engine_of(world.house) as engine:
            for n in range(SCHEDULE_TURNS):
                await receiver.until(lambda n=n: len(receiver.got) > n)
                while (await world.state(subscribed))["hold_until"] is None:
                    await receiver.pause(0.01)
                await world.clear_hold(subscribed)
                engine.hint(world.id, [subscribed.id])
            receiver.answers(500)
            await world.clear_hold(subscribed)
            engine.hint(world.id, [subscribed.id])
            while "failed" not in await world.outcomes():
                await receiver.pause(0.02)
    due_s = await world.value(
        "SELECT extract(epoch FROM due_at - clock_timestamp())::float8 FROM retour.lane"
        " WHERE workspace_id = $1"
    )
    assert isinstance(due_s, float)
    assert 0 < due_s < 6  # The first pause of its schedule, some of which has passed.


async def test_gone_pauses_at_once_and_says_so(world: World) -> None:
    async with receiving() as receiver, receiving() as watching:
        receiver.answers(410)
        subscribed = await world.subscribe(receiver.url())
        watcher = await world.subscribe(watching.url(), events=["subscription.paused"])
        uninterested = await world.subscribe(watching.url("/no"), events=["return.received"])
        for n in range(20):
            await world.tell(f"ret_{n}", [subscribed])
        async with engine_of(world.house, bounds=Bounds(per_subscription=1)) as engine:
            await watching.until(lambda: len(watching.taken) == 1)
            engine.hint(world.id, [subscribed.id, uninterested.id])
            await receiver.pause(1.2)
            assert len(receiver.got) == 1
    state = await world.state(subscribed)
    assert state["state"] == "paused"
    assert "410" in state["state_reason"]
    (told,) = watching.taken
    body = msgspec.json.decode(told.body)
    assert body["type"] == "subscription.paused"
    assert body["data"]["subscription"] == subscribed.id
    assert body["stream"] == subscribed.id
    assert body["stream_sequence"] == 1
    assert (await world.state(watcher))["state"] == "active"
    assert await world.pending() == 20


async def test_a_paused_subscription_resumes_where_it_stopped(world: World) -> None:
    async with receiving() as receiver:
        answers = iter([204, 204, 410])
        receiver.judge = lambda _: Answer(status=next(answers, 204))
        subscribed = await world.subscribe(receiver.url())
        told = {"ret_a": await world.tell("ret_a", [subscribed], count=6)}
        async with engine_of(world.house) as engine:
            await receiver.until(lambda: len(receiver.got) == 3)
            while (await world.state(subscribed))["state"] != "paused":
                await receiver.pause(0.02)
            told["ret_a"] += await world.tell("ret_a", [subscribed], count=2)
            await receiver.pause(1.1)
            assert len(receiver.got) == 3

            waiting = await resume(await world.house.database.pool(APP), world.id, subscribed.id)
            assert waiting == 1
            engine.hint(world.id, [subscribed.id])
            await world.until_empty()
    assert in_order(receiver, told) == []
    assert [one.sequence for one in receiver.taken] == list(range(1, 9))


async def test_a_redirect_is_a_failure_and_is_not_followed(world: World) -> None:
    async with receiving() as receiver:
        receiver.judge = lambda one: Answer(
            status=301 if one.path == "/hook" else 204, headers={"Location": receiver.url("/new")}
        )
        subscribed = await world.subscribe(receiver.url())
        await world.tell("ret_a", [subscribed])
        async with engine_of(world.house):
            await receiver.until(lambda: len(receiver.got) == 1)
            await receiver.pause(0.2)
    assert [one.path for one in receiver.got] == ["/hook"]
    (attempt,) = await world.fetch(
        "SELECT outcome, status_code, detail FROM retour.attempt WHERE workspace_id = $1"
    )
    assert (attempt["outcome"], attempt["status_code"]) == ("failed", 301)
    assert "redirect" in attempt["detail"]


async def test_the_log_keeps_what_was_said_and_answered(world: World) -> None:
    async with receiving() as receiver:
        receiver.judge = lambda _: Answer(
            status=500, headers={"X-Why": "broken\x1fhere"}, body=b"\xff\x00oh no" + b"x" * 20_000
        )
        subscribed = await world.subscribe(receiver.url())
        (event,) = await world.tell("ret_a", [subscribed])
        async with engine_of(world.house):
            while not await world.value("SELECT 1 FROM retour.attempt WHERE workspace_id = $1"):
                await receiver.pause(0.02)
    (row,) = await world.fetch("SELECT * FROM retour.attempt WHERE workspace_id = $1")
    assert (row["n"], row["outcome"], row["status_code"], row["error"]) == (1, "failed", 500, None)
    assert row["peer"] == "127.0.0.1"
    assert f"webhook-id: {event}" in row["request_headers"]
    assert "HTTP/1.1 500" in row["response_headers"]
    assert "X-Why: broken\ufffdhere" in row["response_headers"]
    assert row["response_body"].startswith(b"\xff\x00oh no")
    assert len(row["response_body"]) <= 16_384
    assert row["duration_ms"] >= 0
    assert not row["fenced"]


async def test_a_dead_head_is_skipped_with_a_visible_gap(world: World) -> None:
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url())
        ids = await world.tell("ret_a", [subscribed], count=3)
        receiver.judge = lambda one: Answer(status=500 if one.id == ids[0] else 204)
        async with engine_of(world.house) as engine:
            for _ in range(SCHEDULE_TURNS):
                await turn(world, engine, subscribed)
            await world.until_empty()
            (later,) = await world.tell("ret_a", [subscribed])
            engine.hint(world.id, [subscribed.id])
            await world.until_empty()
    assert [one.id for one in receiver.got] == [ids[0]] * 10 + [*ids[1:], later]
    assert await ended(world) == {
        ids[0]: "dead", ids[1]: "delivered", ids[2]: "delivered", later: "delivered"
    }  # fmt: skip
    gaps = [one.headers.get("webhook-previous") for one in receiver.taken]
    assert gaps == [ids[0], None, None]


async def test_a_gap_is_told_by_the_next_message_however_late(world: World) -> None:
    """The lane was empty in between; the gap is remembered."""
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url())
        (first,) = await world.tell("ret_a", [subscribed])
        receiver.judge = lambda one: Answer(status=500 if one.id == first else 204)
        async with engine_of(world.house) as engine:
            for _ in range(SCHEDULE_TURNS):
                await turn(world, engine, subscribed)
            await world.until_empty()
            assert (
                await world.value("SELECT count(*) FROM retour.lane WHERE workspace_id = $1") == 0
            )
            await world.tell("ret_a", [subscribed], count=2)
            engine.hint(world.id, [subscribed.id])
            await world.until_empty()
    gaps = [one.headers.get("webhook-previous") for one in receiver.taken]
    assert gaps == [first, None]
    assert await world.value("SELECT count(*) FROM retour.lane_gap WHERE workspace_id = $1") == 0


async def test_a_dead_head_blocks_its_lane_and_no_other(world: World) -> None:
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url(), on_dead=OnDead.BLOCK)
        ids = await world.tell("ret_a", [subscribed], count=2)
        receiver.judge = lambda one: Answer(status=500 if one.id == ids[0] else 204)
        async with engine_of(world.house) as engine:
            for _ in range(SCHEDULE_TURNS):
                await turn(world, engine, subscribed)
            other = await world.tell("ret_b", [subscribed])
            engine.hint(world.id, [subscribed.id])
            await receiver.until(lambda: len(receiver.taken) == 1)
    assert await ended(world) == {other[0]: "delivered"}
    lane = await world.fetch(
        "SELECT blocked, attempt, pending FROM retour.lane WHERE workspace_id = $1"
    )
    assert [tuple(row) for row in lane] == [(True, 10, 2)]


async def test_a_dead_head_collapses_to_the_latest(world: World) -> None:
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url(), on_dead=OnDead.COLLAPSE)
        ids = await world.tell("ret_a", [subscribed], count=20)
        receiver.judge = lambda one: Answer(status=500 if one.id == ids[0] else 204)
        async with engine_of(world.house) as engine:
            for _ in range(SCHEDULE_TURNS):
                await turn(world, engine, subscribed)
            await world.until_empty()
    assert [one.id for one in receiver.taken] == [ids[-1]]
    assert await ended(world) == {
        ids[0]: "dead", **dict.fromkeys(ids[1:-1], "skipped"), ids[-1]: "delivered"
    }  # fmt: skip


async def age(world: World, subscribed: Subscribed, failures: int) -> None:
    """Let a subscription have failed so often, for longer than probing waits."""
    async with world.house.database.transaction(world.id) as connection:
        await connection.execute(
            "UPDATE retour.subscription SET failures = $3,"
            " failing_since = clock_timestamp() - interval '6 minutes'"
            " WHERE workspace_id = $1 AND subscription_id = $2",
            world.id,
            subscribed.id,
            failures,
        )


async def until_state(world: World, subscribed: Subscribed, state: str) -> None:
    """Wait until a subscription is in a state."""
    async with asyncio.timeout(10):
        found = await world.state(subscribed)
        while found["state"] != state:
            await asyncio.sleep(0.02)
            found = await world.state(subscribed)


async def test_a_failing_subscription_is_probed_one_lane_at_a_time(world: World) -> None:
    together: list[int] = []
    async with receiving() as receiver:

        def judge(_: Received) -> Answer:
            together.append(receiver.open_requests)
            return Answer(status=500)

        receiver.judge = judge
        subscribed = await world.subscribe(receiver.url())
        told = {f"ret_{n}": await world.tell(f"ret_{n}", [subscribed]) for n in range(30)}
        await age(world, subscribed, 19)
        async with engine_of(world.house) as engine:
            await until_state(world, subscribed, "probing")
            await receiver.pause(0.2)
            before = len(receiver.got)
            await receiver.pause(1.2)
            assert len(receiver.got) == before  # Its own schedule: ten seconds to the first probe.
            together.clear()
            for n in range(1, 6):  # More probes than a lane has attempts would kill nothing.
                await world.forward(301)
                engine.hint(world.id, [subscribed.id])
                await receiver.until(lambda n=n: len(receiver.got) == before + n)
                await receiver.pause(0.05)
            assert set(together) == {0}
            assert len(receiver.got) == before + 5
            assert len({one.id for one in receiver.got[before:]}) > 1  # Not always the same lane.

            receiver.judge = lambda _: Answer()
            await world.forward(301)
            engine.hint(world.id, [subscribed.id])
            await until_state(world, subscribed, "active")
            await world.until_empty()
    assert in_order(receiver, told) == []
    state = await world.state(subscribed)
    assert (state["failures"], state["failing_since"], state["hold_until"]) == (0, None, None)


async def test_probes_cost_the_probed_message_nothing(world: World) -> None:
    """More probes than it has attempts: it is still there, and delivered when that is possible."""
    async with receiving() as receiver:
        receiver.answers(500)
        subscribed = await world.subscribe(receiver.url())
        await world.tell("ret_a", [subscribed])
        await age(world, subscribed, 19)
        async with engine_of(world.house) as engine:
            await until_state(world, subscribed, "probing")
            for probe in range(2, SCHEDULE_TURNS + 2):
                await world.forward(301)
                engine.hint(world.id, [subscribed.id])
                await world.until_attempts(probe)
                while (await world.state(subscribed))["probes"] < probe - 1:
                    await receiver.pause(0.01)
            assert await world.pending() == 1
            receiver.answers(204)
            await world.forward(301)
            engine.hint(world.id, [subscribed.id])
            await world.until_empty()


async def test_nineteen_failures_or_four_minutes_are_no_reason_to_probe(world: World) -> None:
    pool = await world.house.database.pool(DELIVERY)
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url())

        async def judged(failures: int, minutes: int) -> str:
            async with world.house.database.transaction(world.id) as connection:
                await connection.execute(
                    "UPDATE retour.subscription SET state = 'active', failures = $3,"
                    " failing_since = clock_timestamp() - make_interval(mins => $4)"
                    " WHERE workspace_id = $1 AND subscription_id = $2",
                    world.id, subscribed.id, failures - 1, minutes,
                )  # fmt: skip
            await pool.execute(
                "SELECT retour.judge(ARRAY[$1::bigint], ARRAY[$2], '{f}', '{1}', '{0}', '{f}',"
                " '{345600}', 20, 300, '{10,30}')",
                world.id, subscribed.id,
            )  # fmt: skip
            return (await world.state(subscribed))["state"]

        assert await judged(19, 6) == "active"
        assert await judged(20, 4) == "active"
        assert await judged(20, 6) == "probing"


async def test_failing_for_the_whole_expiry_pauses_and_says_so(world: World) -> None:
    async with receiving() as receiver, receiving() as watching:
        receiver.answers(500)
        subscribed = await world.subscribe(receiver.url())
        await world.subscribe(watching.url(), events=["subscription.paused"])
        await world.tell("ret_a", [subscribed], count=2)
        async with engine_of(world.house) as engine:
            await receiver.until(lambda: len(receiver.got) == 1)
            while (await world.state(subscribed))["failing_since"] is None:
                await receiver.pause(0.02)
            await world.forward(96 * 3600)
            engine.hint(world.id, [subscribed.id])
            await watching.until(lambda: len(watching.taken) == 1)
    state = await world.state(subscribed)
    assert state["state"] == "paused"
    assert "Every attempt failed" in state["state_reason"]
    assert await world.pending() == 2  # Nothing is discarded.


async def test_a_success_between_failures_starts_the_count_anew(world: World) -> None:
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url())
        await age(world, subscribed, 19)
        await world.tell("ret_a", [subscribed])
        async with engine_of(world.house):
            await world.until_empty()
            await receiver.pause(0.2)
    state = await world.state(subscribed)
    assert (state["state"], state["failures"], state["failing_since"]) == ("active", 0, None)


async def test_a_slow_subscription_loses_lanes_and_gets_them_back(world: World) -> None:
    """The others' share is not taken by those who keep us waiting."""
    most: list[int] = []
    async with receiving() as receiver:

        def judge(_: Received) -> Answer:
            most.append(receiver.open_requests + 1)
            return Answer(after_s=1.1)

        receiver.judge = judge
        subscribed = await world.subscribe(receiver.url())
        for n in range(12):
            await world.tell(f"ret_{n}", [subscribed])
        async with engine_of(world.house):
            await receiver.until(lambda: len(receiver.got) == 3)
            assert max(most) == 1
            receiver.judge = lambda _: Answer()
            await world.until_empty()
