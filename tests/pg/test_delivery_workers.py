"""Delivery processes killed, frozen, stopped, fenced: nothing is lost or comes out of order."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncGenerator

import asyncpg
import pytest
import pytest_asyncio

from retour.desk.house import House
from retour.dialects.speaking import place
from retour.store.database import DELIVERY
from retour.store.delivery_queries import SettleColumns, discover, enlist, lease, settle
from tests.support.delivering import Subscribed, World, a_world, engine_of, in_order
from tests.support.delivery_worker import working
from tests.support.pg import MASTER_KEY, Workspace
from tests.support.receiver import Answer, receiving

FREEZABLE = {"lease_s": 20, "margin_s": 1}
"""Four seconds in which a message may be begun, with our receivers' fifteen."""


@pytest_asyncio.fixture
async def world(house: House, workspace: Workspace) -> AsyncGenerator[World]:
    async with a_world(house, workspace.id) as made:
        yield made


async def leased(world: World, subscribed: Subscribed, token: int, *, lanes: int = 8) -> list[str]:
    """Lease as a worker would; answers the deliveries' ids."""
    rows = await lease(
        await world.house.database.pool(DELIVERY),
        [((world.id, subscribed.id), lanes)],
        lease_s=60,
        run_ahead=16,
        token=token,
    )
    return [row.delivery_id for row in rows]


async def settled(
    world: World,
    subscribed: Subscribed,
    *,
    token: int,
    acked: int,
    due_ms: int | None,
    attempt: int = 0,
    attempt_id: str | None = None,
) -> tuple[bool, int | None]:
    """Settle lane ``ret_a`` as a worker would."""
    delivery = await world.value(
        "SELECT min(delivery_id) FROM retour.delivery WHERE workspace_id = $1"
    )
    done = place(acked)
    row = (world.id, subscribed.id, "ret_a", token, done, done, due_ms, attempt, 0, attempt > 0)
    attempts = (
        [(1, attempt_id, delivery, 1, 0, "delivered", 204, *[None] * 10)] if attempt_id else []
    )
    columns = SettleColumns(
        lanes=[[value] for value in (*row, False, False, None)],
        ended=[(), ()],
        attempts=[[one[n] for one in attempts] for n in range(17)],
        bodies={},
        renderings=[()] * 5,
        rendered=[],
    )
    (answer,) = await settle(await world.house.database.pool(DELIVERY), 60, columns)
    return answer


async def test_acknowledgements_are_facts_and_schedules_are_owned(world: World) -> None:
    """A worker whose lease another has taken over still says what was delivered, not when."""
    subscribed = await world.subscribe("http://127.0.0.1:9/")
    await world.tell("ret_a", [subscribed], count=5)
    assert len(await leased(world, subscribed, 11)) == 5
    await world.end_leases()
    assert len(await leased(world, subscribed, 22)) == 5

    stale = await settled(
        world, subscribed, token=11, acked=2, due_ms=9_999_000, attempt=3, attempt_id="att_stale"
    )
    assert stale == (False, 3)
    (lane,) = await world.fetch(
        "SELECT token, attempt, pending, due_at < clock_timestamp() + interval '61 s' AS soon"
        " FROM retour.lane WHERE workspace_id = $1"
    )
    assert tuple(lane) == (22, 0, 3, True)
    assert await world.value("SELECT fenced FROM retour.attempt WHERE workspace_id = $1") is True

    owner = await settled(world, subscribed, token=22, acked=3, due_ms=5000, attempt=1)
    assert owner == (True, 2)
    (lane,) = await world.fetch(
        "SELECT token, attempt, pending FROM retour.lane WHERE workspace_id = $1"
    )
    assert tuple(lane) == (0, 1, 2)
    ended = await world.fetch("SELECT status FROM retour.delivery_log WHERE workspace_id = $1")
    assert [row["status"] for row in ended] == ["delivered"] * 3


async def test_a_settlement_repeated_changes_nothing(world: World) -> None:
    """The reply to COMMIT may be lost; the same batch is then offered again."""
    subscribed = await world.subscribe("http://127.0.0.1:9/")
    await world.tell("ret_a", [subscribed], count=3)
    await leased(world, subscribed, 11)
    for _ in range(2):
        await settled(world, subscribed, token=11, acked=2, due_ms=0, attempt_id="att_once")
    assert await world.pending() == 1
    assert await world.value("SELECT pending FROM retour.lane WHERE workspace_id = $1") == 1
    assert await world.value("SELECT count(*) FROM retour.attempt WHERE workspace_id = $1") == 1
    assert (
        await world.value("SELECT count(*) FROM retour.delivery_log WHERE workspace_id = $1") == 2
    )


async def test_a_lane_is_leased_once_until_its_lease_ends(world: World) -> None:
    subscribed = await world.subscribe("http://127.0.0.1:9/")
    await world.tell("ret_a", [subscribed])
    assert len(await leased(world, subscribed, 11)) == 1
    assert await leased(world, subscribed, 22) == []
    left = await world.value(
        "SELECT extract(epoch FROM due_at - clock_timestamp())::float8 FROM retour.lane"
        " WHERE workspace_id = $1"
    )
    assert isinstance(left, float)
    assert 55 < left <= 60
    await world.end_leases()
    assert len(await leased(world, subscribed, 33)) == 1


async def test_what_was_never_settled_is_known_to_be_in_doubt(world: World) -> None:
    subscribed = await world.subscribe("http://127.0.0.1:9/")
    await world.tell("ret_a", [subscribed])
    pool = await world.house.database.pool(DELIVERY)
    wanted = [((world.id, subscribed.id), 1)]
    (first,) = await lease(pool, wanted, lease_s=60, run_ahead=1, token=11)
    await world.end_leases()
    (second,) = await lease(pool, wanted, lease_s=60, run_ahead=1, token=22)
    assert (first.is_asked, second.is_asked) == (False, True)


async def test_who_loses_sight_of_the_database_sends_nothing_more_of_what_it_had_leased(
    world: World, admin_dsn: str
) -> None:
    """Its lanes are another's by then; what was on its way still counts."""
    admin = await asyncpg.connect(admin_dsn)
    async with receiving() as receiver:
        receiver.judge = lambda _: Answer(after_s=0.25)
        subscribed = await world.subscribe(receiver.url())
        told = {"ret_a": await world.tell("ret_a", [subscribed], count=16)}
        async with engine_of(world.house):
            await receiver.until(lambda: len(receiver.got) == 3)
            await admin.execute(
                "SELECT pg_terminate_backend(l.pid) FROM pg_locks l"
                " WHERE l.locktype = 'advisory' AND l.classid = 726386870"
            )
            await world.until_empty()
    await admin.close()
    assert in_order(receiver, told) == []
    assert 16 <= len(receiver.got) <= 18


async def test_many_workers_share_one_backlog(world: World) -> None:
    """Two engines on one database: each lane is one's or the other's, none is both's."""
    async with receiving() as receiver:
        receiver.judge = lambda _: Answer(after_s=0.001)
        subscribed = await world.subscribe(receiver.url())
        told = {
            ret: await world.tell(ret, [subscribed], count=10)
            for ret in (f"ret_{n}" for n in range(60))
        }
        async with engine_of(world.house), engine_of(world.house):
            await world.until_empty()
    assert in_order(receiver, told) == []
    assert len(receiver.got) == 600


async def test_a_graceful_stop_repeats_nothing_and_leaves_nothing_leased(world: World) -> None:
    async with receiving() as receiver:
        receiver.judge = lambda _: Answer(after_s=0.02)
        subscribed = await world.subscribe(receiver.url())
        told = {
            ret: await world.tell(ret, [subscribed], count=12)
            for ret in (f"ret_{n}" for n in range(20))
        }
        stops = 0
        while await world.pending() and stops < 200:
            async with engine_of(world.house):
                await receiver.pause(0.15)
            stops += 1
            assert (
                await world.value(
                    "SELECT count(*) FROM retour.lane WHERE workspace_id = $1 AND token <> 0"
                )
                == 0
            )
            assert (
                await world.value(
                    "SELECT count(*) FROM retour.lane WHERE workspace_id = $1"
                    " AND due_at > clock_timestamp()"
                )
                == 0
            )
        assert stops > 2
    assert in_order(receiver, told) == []
    assert len(receiver.got) == 240


async def test_a_stop_waits_for_what_is_on_its_way_and_not_for_the_rest_of_its_lane(
    world: World,
) -> None:
    async with receiving() as receiver:
        receiver.judge = lambda _: Answer(after_s=0.3)
        subscribed = await world.subscribe(receiver.url())
        await world.tell("ret_a", [subscribed], count=16)
        async with engine_of(world.house):
            await receiver.until(lambda: len(receiver.got) == 2)
    assert len(receiver.got) == len(receiver.taken) == 2
    assert await world.pending() == 14


class SlowToLease:
    """A pool whose leases are long on their way back."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self.leased = asyncio.Event()

    async def fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        rows = await self._pool.fetch(sql, *arguments)
        if "lease" in sql and rows:
            self.leased.set()
            await asyncio.sleep(0.3)
        return rows

    def __getattr__(self, name: str) -> object:
        return getattr(self._pool, name)


async def test_what_was_just_being_leased_at_a_stop_is_given_back(world: World) -> None:
    slow = SlowToLease(await world.house.database.pool(DELIVERY))
    subscribed = await world.subscribe("http://127.0.0.1:9/")
    await world.tell("ret_a", [subscribed])
    async with engine_of(world.house, pool=slow):  # pyright: ignore[reportArgumentType] - a pool in all but type
        await slow.leased.wait()
    (lane,) = await world.fetch(
        "SELECT token, due_at <= clock_timestamp() AS is_due FROM retour.lane"
        " WHERE workspace_id = $1"
    )
    assert tuple(lane) == (0, True)


async def test_a_probe_never_takes_a_lane_that_is_on_its_way(world: World) -> None:
    """Due or not, but leased by nobody."""
    subscribed = await world.subscribe("http://127.0.0.1:9/")
    await world.tell("ret_a", [subscribed])
    assert len(await leased(world, subscribed, 11)) == 1
    async with world.house.database.transaction(world.id) as connection:
        await connection.execute(
            "UPDATE retour.subscription SET state = 'probing' WHERE workspace_id = $1", world.id
        )
    assert await leased(world, subscribed, 22) == []


async def test_a_stopped_process_finishes_and_exits(world: World, admin_dsn: str) -> None:
    """SIGTERM under load, again and again: zero duplicates, exit code zero."""
    async with receiving() as receiver:
        receiver.judge = lambda _: Answer(after_s=0.01)
        subscribed = await world.subscribe(receiver.url())
        told = {
            ret: await world.tell(ret, [subscribed], count=16)
            for ret in (f"ret_{n}" for n in range(30))
        }
        for _ in range(3):
            before = len(receiver.got)
            async with working(admin_dsn, MASTER_KEY) as worker:
                await receiver.until(lambda n=before: len(receiver.got) > n + 20)
                worker.signal(signal.SIGTERM)
                assert await worker.ends() == 0
        async with engine_of(world.house):
            await world.until_empty()
    assert in_order(receiver, told) == []
    assert len(receiver.got) == 480


async def test_a_killed_workers_lanes_come_back_at_once(world: World, admin_dsn: str) -> None:
    async with receiving() as receiver:
        receiver.judge = lambda _: Answer(after_s=0.01)
        subscribed = await world.subscribe(receiver.url())
        told = {
            ret: await world.tell(ret, [subscribed], count=8)
            for ret in (f"ret_{n}" for n in range(40))
        }
        async with working(admin_dsn, MASTER_KEY) as worker:
            await receiver.until(lambda: len(receiver.got) > 60)
            worker.signal(signal.SIGKILL)
            await worker.ends()
        async with engine_of(world.house):
            await world.until_empty(within_s=20)  # A lease would be sixty.
    assert in_order(receiver, told) == []
    repeated = len(receiver.got) - 320
    assert 0 < repeated <= 8 * 16


async def test_a_lease_that_ends_after_its_process_is_given_back_as_well(world: World) -> None:
    """The database may still work at a lease whose process has died and been buried."""
    subscribed = await world.subscribe("http://127.0.0.1:9/")
    await world.tell("ret_a", [subscribed], count=5)
    pool = await world.house.database.pool(DELIVERY)
    node = 726_000_000 + world.id
    async with pool.acquire() as connection:
        assert await enlist(connection, node)
        connection.terminate()
    alive = "SELECT count(*) FROM retour.delivery_node WHERE node = $1 AND died_at IS NULL"
    while await pool.fetchval(alive, node):
        await discover(pool)
    assert len(await leased(world, subscribed, node << 32 | 7)) == 5

    await discover(pool)

    assert len(await leased(world, subscribed, 11)) == 5


async def test_a_frozen_worker_does_not_go_on_behind_its_successor(
    world: World, admin_dsn: str
) -> None:
    """Thawed after its lease, it says what it delivered and sends nothing more of those lanes."""
    async with receiving() as receiver:
        receiver.judge = lambda _: Answer(after_s=0.05)
        subscribed = await world.subscribe(receiver.url())
        told = {"ret_a": await world.tell("ret_a", [subscribed], count=16)}
        async with working(admin_dsn, MASTER_KEY, bounds=FREEZABLE) as worker:
            await receiver.until(lambda: len(receiver.got) == 3)
            worker.signal(signal.SIGSTOP)
            await receiver.pause(1.2)
            assert (
                await world.value(
                    "SELECT count(*) FROM retour.lane WHERE workspace_id = $1 AND token > 0"
                )
                == 1
            )  # Frozen is not dead.
            await world.end_leases()
            async with engine_of(world.house):
                await receiver.until(lambda: len(receiver.taken) > 12)
                await receiver.pause(4.5)
                await world.until_empty()
                before = len(receiver.got)
                worker.signal(signal.SIGCONT)
                await receiver.pause(1.0)
                worker.signal(signal.SIGTERM)
                assert await worker.ends() == 0
    assert len(receiver.got) == before
    assert in_order(receiver, told) == []
    assert before <= 16 + 2
    ended = await world.value("SELECT count(*) FROM retour.delivery_log WHERE workspace_id = $1")
    assert ended == 16


@pytest.mark.parametrize(
    ("point", "times"),
    [
        ("claimed", 1),
        ("rendered", 1),
        ("connected", 2),
        ("sent", 2),
        ("2xx_read", 2),
        ("recorded", 2),
        ("committed", 1),
    ],
)
async def test_killed_at_any_step_a_message_comes_twice_only_between_sent_and_recorded(
    world: World, admin_dsn: str, point: str, times: int
) -> None:
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url())
        (event,) = await world.tell("ret_a", [subscribed])
        async with working(admin_dsn, MASTER_KEY, crash_at=point) as worker:
            assert await worker.ends() == -signal.SIGKILL
        async with engine_of(world.house):
            await world.until_empty()
    came = Counter(one.id for one in receiver.got)
    assert came[event] in ({times} if point != "connected" else {1, 2})  # On its way, or not yet.
    assert (
        await world.value("SELECT count(*) FROM retour.delivery_log WHERE workspace_id = $1") == 1
    )


@pytest.mark.parametrize("point", ["claimed", "rendered", "sent", "recorded", "committed"])
async def test_killed_again_and_again_everything_arrives_in_order(
    world: World, admin_dsn: str, point: str
) -> None:
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url())
        told = {
            ret: await world.tell(ret, [subscribed], count=4)
            for ret in (f"ret_{n}" for n in range(12))
        }
        kills = 0
        for nth in (1, 2, 3):
            async with working(admin_dsn, MASTER_KEY, crash_at=f"{point}:{nth}") as worker:
                if not await worker.dies_before(world.is_empty):
                    break
            kills += 1
        async with engine_of(world.house):
            await world.until_empty()
    assert kills
    assert in_order(receiver, told) == []
    assert len(receiver.got) - 48 <= kills * 8 * 16
    ended = await world.value("SELECT count(*) FROM retour.delivery_log WHERE workspace_id = $1")
    assert ended == 48


async def test_nothing_more_is_begun_while_results_cannot_be_written(
    world: World, admin_dsn: str
) -> None:
    """Admission control: leases must not outlive their results."""
    blocker = await asyncpg.connect(admin_dsn)
    async with receiving() as receiver:
        subscribed = [await world.subscribe(receiver.url(f"/{n}")) for n in range(20)]
        for n in range(150):
            await world.tell(f"ret_{n}", subscribed)
        async with engine_of(world.house):
            await receiver.until(lambda: len(receiver.got) > 100)
            async with blocker.transaction():
                await blocker.execute("LOCK TABLE retour.delivery_log IN ACCESS EXCLUSIVE MODE")
                seen = -1
                while len(receiver.got) != seen:
                    seen = len(receiver.got)
                    await receiver.pause(1.0)
                assert seen < 3000
            await world.until_empty(within_s=60)
    await blocker.close()
    assert len(receiver.got) == 3000


async def test_a_result_that_cannot_be_written_does_not_hold_up_the_rest(
    world: World, admin_dsn: str
) -> None:
    """The culprit is found by halving; whatever of it can be written is."""
    admin = await asyncpg.connect(admin_dsn)
    async with receiving() as receiver:
        bad = await world.subscribe(receiver.url("/bad"))
        good = await world.subscribe(receiver.url("/good"))
        for n in range(30):
            await world.tell(f"ret_{n}", [good])
        await world.tell("ret_bad", [bad])
        await admin.execute(
            "ALTER TABLE retour.attempt ADD CONSTRAINT refused CHECK (request_headers IS NULL OR"
            f" subscription_id <> '{bad.id}') NOT VALID"
        )
        try:
            async with engine_of(world.house):
                await world.until_empty()
        finally:
            await admin.execute("ALTER TABLE retour.attempt DROP CONSTRAINT refused")
    await admin.close()
    assert len(receiver.got) == 31
    attempts = await world.fetch(
        "SELECT request_headers IS NULL AS bare, count(*) AS n"
        " FROM retour.attempt WHERE workspace_id = $1 GROUP BY 1 ORDER BY 1"
    )
    assert [tuple(row) for row in attempts] == [(False, 30), (True, 1)]
