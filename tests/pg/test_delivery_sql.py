"""The database's side of delivery: finding, pausing, resuming, partitions, and its cost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio

from retour.delivery.engine import Bounds
from retour.delivery.notices import pause_and_tell
from retour.desk.house import House
from retour.kernel.ids import time_prefix
from retour.lifecycle.model import EventType
from retour.store.database import APP, DELIVERY
from retour.store.delivery_queries import (
    Verdict,
    discover,
    drop_partitions,
    forget_replies,
    make_partitions,
    pause,
    resume,
)
from tests.support import samples
from tests.support.delivering import Subscribed, World, a_world, engine_of
from tests.support.pg import Workspace
from tests.support.receiver import Answer, receiving

NOWHERE = "http://127.0.0.1:9/"


@pytest_asyncio.fixture
async def world(house: House, workspace: Workspace) -> AsyncGenerator[World]:
    async with a_world(house, workspace.id) as made:
        yield made


@pytest_asyncio.fixture
async def pool(house: House) -> asyncpg.Pool:
    return await house.database.pool(DELIVERY)


async def set_state(world: World, subscribed: Subscribed, said: str) -> None:
    """Change a subscription's row."""
    async with world.house.database.transaction(world.id) as connection:
        await connection.execute(
            f"UPDATE retour.subscription SET {said}"
            " WHERE workspace_id = $1 AND subscription_id = $2",
            world.id,
            subscribed.id,
        )


@pytest.mark.parametrize(
    ("said", "is_found"),
    [
        ("state = 'active'", True),
        ("state = 'active', hold_until = clock_timestamp() + interval '1 minute'", False),
        ("state = 'active', hold_until = clock_timestamp() - interval '1 minute'", True),
        ("state = 'probing', hold_until = clock_timestamp() - interval '1 minute'", True),
        ("state = 'probing', hold_until = clock_timestamp() + interval '1 minute'", False),
        ("state = 'paused'", False),
        ("state = 'disabled'", False),
        ("state = 'deleted'", False),
    ],
)
async def test_only_what_may_be_served_is_found(
    world: World, pool: asyncpg.Pool, said: str, *, is_found: bool
) -> None:
    subscribed = await world.subscribe(NOWHERE)
    await world.tell("ret_a", [subscribed])
    await set_state(world, subscribed, said)
    assert ((world.id, subscribed.id) in await discover(pool)) == is_found


async def test_what_is_due_later_is_not_found_yet(world: World, pool: asyncpg.Pool) -> None:
    subscribed = await world.subscribe(NOWHERE)
    await world.tell("ret_a", [subscribed])
    await world.forward(-60)
    assert (world.id, subscribed.id) not in await discover(pool)
    await world.forward(60)
    assert (world.id, subscribed.id) in await discover(pool)


async def test_a_pause_is_said_once_in_the_subscriptions_own_stream(
    world: World, pool: asyncpg.Pool
) -> None:
    subscribed = await world.subscribe(NOWHERE)
    watcher = await world.subscribe(NOWHERE, events=["subscription.paused"])
    verdict = Verdict(world.id, subscribed.id, "gone")
    told = await asyncio.gather(*(pause_and_tell(pool, verdict) for _ in range(5)))
    assert sorted(map(len, told)) == [0, 0, 0, 0, 1]
    assert [watcher.id] in told
    await resume(await world.house.database.pool(APP), world.id, subscribed.id)
    assert await pause_and_tell(pool, verdict) == [watcher.id]
    events = await world.fetch(
        "SELECT type, stream_sequence, sequence FROM retour.event"
        " WHERE workspace_id = $1 AND stream = $2 ORDER BY stream_sequence",
        subscribed.id,
    )
    assert [tuple(row) for row in events] == [
        (EventType.SUBSCRIPTION_PAUSED.value, 1, None),
        (EventType.SUBSCRIPTION_PAUSED.value, 2, None),
    ]


async def test_what_was_not_being_served_is_not_paused(world: World, pool: asyncpg.Pool) -> None:
    subscribed = await world.subscribe(NOWHERE)
    await set_state(world, subscribed, "state = 'deleted'")
    assert await pause_and_tell(pool, Verdict(world.id, subscribed.id, "gone")) == []
    assert (await world.state(subscribed))["state"] == "deleted"


async def test_a_resumption_spreads_many_lanes_and_starts_their_series_anew(
    world: World, pool: asyncpg.Pool
) -> None:
    del pool
    subscribed = await world.subscribe(NOWHERE)
    for n in range(300):
        await world.tell(f"ret_{n}", [subscribed])
    async with world.house.database.transaction(world.id) as connection:
        await connection.execute(
            "UPDATE retour.lane SET attempt = 7, due_at = clock_timestamp() + interval '1 day',"
            " first_fail_at = clock_timestamp() - interval '2 days' WHERE workspace_id = $1",
            world.id,
        )
        await connection.execute(
            "UPDATE retour.lane SET token = 5 WHERE workspace_id = $1 AND lane = 'ret_0'", world.id
        )
        await connection.execute(
            "UPDATE retour.lane SET blocked = true WHERE workspace_id = $1 AND lane = 'ret_1'",
            world.id,
        )
    await set_state(world, subscribed, "state = 'paused', failures = 30")
    app = await world.house.database.pool(APP)
    assert await resume(app, world.id, subscribed.id) == 299
    assert await resume(app, world.id, "sub_none") is None
    rows = await world.fetch(
        "SELECT lane, extract(epoch FROM due_at - clock_timestamp())::float8 AS due, attempt,"
        " series_start, first_fail_at FROM retour.lane WHERE workspace_id = $1"
    )
    untouched = {row["lane"] for row in rows if row["due"] > 60}
    assert untouched == {"ret_0", "ret_1"}
    spread = [row for row in rows if row["lane"] not in untouched]
    assert {(row["attempt"], row["series_start"], row["first_fail_at"]) for row in spread} == {
        (7, 7, None)
    }
    assert max(row["due"] for row in spread) - min(row["due"] for row in spread) > 1


async def test_rows_of_today_lie_in_todays_partition(world: World) -> None:
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url())
        await world.tell("ret_a", [subscribed])
        async with engine_of(world.house):
            await world.until_empty()
    now = await world.value(
        "SELECT clock_timestamp() FROM retour.workspace WHERE workspace_id = $1"
    )
    assert isinstance(now, datetime)
    day = now.astimezone(UTC).strftime("%Y%m%d")
    for table in ("event", "delivery_log", "attempt", "rendering"):
        where = await world.value(
            f"SELECT tableoid::regclass::text FROM retour.{table} WHERE workspace_id = $1"
        )
        assert where == f"retour.{table}_{day}"


async def test_ids_and_partitions_agree_on_where_a_day_begins(world: World, admin_dsn: str) -> None:
    """The database writes the prefix of an instant as we do."""
    del world
    connection = await asyncpg.connect(admin_dsn)
    for at in (
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 21, 23, 59, 59, 999_000, tzinfo=UTC),
        datetime(2099, 12, 31, tzinfo=UTC),
    ):
        written = await connection.fetchval("SELECT retour.time_prefix('evt', $1)", at)
        assert written == time_prefix("evt", at)
    await connection.close()


async def test_partitions_are_made_ahead_and_early_rows_move_into_them(
    world: World, pool: asyncpg.Pool, admin_dsn: str
) -> None:
    """Whoever was away for long finds the rows where they belong."""
    admin = await asyncpg.connect(admin_dsn)
    far = datetime.now(UTC) + timedelta(days=15)
    event_id = time_prefix("evt", far) + "0" * 16
    event = samples.event(EventType.RETURN_RECEIVED)
    async with world.house.database.transaction(world.id) as connection:
        await connection.execute(
            "INSERT INTO retour.event (workspace_id, event_id, tx, type, stream, stream_sequence,"
            " occurred_at, recorded_at, actor, source, snapshot)"
            " VALUES ($1, $2, pg_current_xact_id(), 'x', 's', 1, $3, $3, '{}', 'api', '{}')",
            world.id, event_id, event.occurred_at,
        )  # fmt: skip
    where = (
        "SELECT tableoid::regclass::text FROM retour.event"
        " WHERE workspace_id = $1 AND event_id = $2"
    )
    assert await world.value(where, event_id) == "retour.event_default"
    made = await make_partitions(pool, 16)
    assert made >= 4
    assert await make_partitions(pool, 16) == 0
    assert await world.value(where, event_id) == f"retour.event_{far:%Y%m%d}"
    names = await admin.fetch(
        "SELECT relname FROM pg_class WHERE relname LIKE 'event_2%' AND relispartition"
    )
    assert len(names) >= 17
    owners = await admin.fetch(
        "SELECT DISTINCT pg_get_userbyid(relowner) AS owner FROM pg_class WHERE relispartition"
    )
    assert [row["owner"] for row in owners] == ["retour_owner"]
    await admin.close()


async def test_only_finished_work_ages(world: World, pool: asyncpg.Pool, admin_dsn: str) -> None:
    """Whole days go, of the log, its attempts and its bytes; events stay, and so does today."""
    admin = await asyncpg.connect(admin_dsn)
    old = datetime.now(UTC) - timedelta(days=40)
    for table, prefix in (("attempt", "att"), ("event", "evt"), ("rendering", "evt")):
        low, high = (time_prefix(prefix, old + timedelta(days=n)) for n in (0, 1))
        await admin.execute(
            f"CREATE TABLE retour.{table}_{old:%Y%m%d} PARTITION OF retour.{table}"
            f" FOR VALUES FROM ('{low}') TO ('{high}')"
        )
        await admin.execute(f"ALTER TABLE retour.{table}_{old:%Y%m%d} OWNER TO retour_owner")
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url())
        await world.tell("ret_a", [subscribed])
        async with engine_of(world.house):
            await world.until_empty()
    assert await drop_partitions(pool, 30) == 2
    left = await admin.fetch(
        "SELECT relname FROM pg_class WHERE relname LIKE $1", f"%_{old:%Y%m%d}"
    )
    assert [row["relname"] for row in left] == [f"event_{old:%Y%m%d}"]
    await admin.execute(f"DROP TABLE retour.event_{old:%Y%m%d}")
    await admin.close()
    assert await world.value("SELECT count(*) FROM retour.attempt WHERE workspace_id = $1") == 1


async def test_replies_are_forgotten_when_nobody_repeats_any_more(
    world: World, pool: asyncpg.Pool
) -> None:
    async with world.house.database.transaction(world.id) as connection:
        for key, days in (("old", 31), ("young", 29)):
            await connection.execute(
                "INSERT INTO retour.idempotency VALUES"
                " ($1, 'k', $2, '', 200, '', clock_timestamp() - make_interval(days => $3))",
                world.id, key, days,
            )  # fmt: skip
    await forget_replies(pool, 30)
    left = await world.fetch("SELECT key FROM retour.idempotency WHERE workspace_id = $1")
    assert [row["key"] for row in left] == ["young"]


async def test_the_delivery_role_may_not_make_or_drop_anything_itself(
    pool: asyncpg.Pool, house: House
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute("DROP TABLE retour.attempt_default")
    app = await house.database.pool(APP)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.fetchval("SELECT retour.drop_partitions(30)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.fetch("SELECT 1 FROM retour.orders")
    assert await drop_partitions(pool, 0) == 0  # Not even today's by mistake.


class Counting:
    """A pool that counts what it is asked, for the engine it is given to."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self.statements = 0

    def __getattr__(self, name: str) -> object:
        if name in ("fetch", "fetchval", "fetchrow", "execute"):
            self.statements += 1
        return getattr(self._pool, name)


async def test_a_backlog_costs_less_than_a_tenth_of_a_statement_per_delivery(
    world: World, pool: asyncpg.Pool
) -> None:
    counting = Counting(pool)
    async with receiving() as receiver:
        receiver.judge = lambda _: Answer()
        subscribed = [await world.subscribe(receiver.url(f"/{n}")) for n in range(10)]
        for n in range(100):
            await world.tell(f"ret_{n}", subscribed, count=3)
        async with engine_of(world.house, bounds=Bounds(), pool=counting):  # pyright: ignore[reportArgumentType] - counts, and is a pool
            await world.until_empty(within_s=60)
    assert len(receiver.got) == 3000
    assert 0 < counting.statements / 3000 < 0.1


async def test_pausing_needs_a_subscription(pool: asyncpg.Pool, world: World) -> None:
    texts = ("sub_none", "why", "evt_x", datetime.now(UTC), "{}", "x", "{}", "{}")
    columns: list[object] = [*texts, *([] for _ in range(4))]
    assert await pause(pool, world.id, columns) is False
