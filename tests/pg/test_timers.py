"""Timers in the database: they sleep for nothing, wake on their own clock, fire once, and end."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import asyncpg

from retour.desk.house import House
from retour.desk.timers.clock import ClockBody, advance_clock
from retour.lifecycle.commands import Authorize, Cancel
from retour.lifecycle.parcels.bodies import Track
from retour.store.database import DELIVERY
from retour.store.delivery_queries import discover
from retour.wiring.working import delivering
from tests.support.pg import Workspace, fresh_workspace
from tests.support.timing import act, jump, missed, requested, under, until_missed

WORKERS = 8
DAYS = timedelta(days=1)


async def states(house: House, workspace: Workspace) -> list[tuple[str, bool]]:
    """Give what became of the workspace's timers, and whether they have woken."""
    async with house.database.transaction(workspace.id) as connection:
        rows = await connection.fetch(
            "SELECT status, woken_at IS NOT NULL AS woken FROM retour.timer"
            " WHERE workspace_id = $1 ORDER BY due_at, timer_id",
            workspace.id,
        )
    return [(row["status"], row["woken"]) for row in rows]


async def lanes(house: House, workspace: Workspace) -> int:
    """Count the lanes of timers."""
    async with house.database.transaction(workspace.id) as connection:
        return int(
            await connection.fetchval(
                "SELECT count(*) FROM retour.lane"
                " WHERE workspace_id = $1 AND subscription_id = 'sub_timer'",
                workspace.id,
            )
        )


async def found(house: House, workspace: Workspace) -> bool:
    """Look for work as delivery does; say whether timers of the workspace are due."""
    return (workspace.id, "sub_timer") in await discover(await house.database.pool(DELIVERY))


async def test_a_timer_sleeps_outside_the_lanes_until_its_own_clock_reaches_it(
    house: House, workspace: Workspace
) -> None:
    other = await fresh_workspace(house)
    for one in (workspace, other):
        await under(house, one.id, review_days=3)
        await requested(house, one, "1", 2)
    assert await states(house, workspace) == [("waiting", False)] * 2
    assert not await found(house, workspace)
    assert await lanes(house, workspace) == 0
    await jump(house, workspace.id, 5 * DAYS)
    assert await found(house, workspace)
    assert await states(house, workspace) == [("waiting", True)] * 2
    assert await lanes(house, workspace) == 2
    assert await states(house, other) == [("waiting", False)] * 2, "its clock stands"
    assert await found(house, workspace), "it is still due"
    assert await lanes(house, workspace) == 2, "and woke once"


async def test_eight_workers_let_each_timer_fire_once(house: House, workspace: Workspace) -> None:
    await under(house, workspace.id, review_days=3)
    returns = [ret for number in "abc" for ret in await requested(house, workspace, number, 8)]
    await jump(house, workspace.id, 5 * DAYS)
    async with AsyncExitStack() as stack:
        for _ in range(WORKERS):
            await stack.enter_async_context(delivering(house))
        said = await until_missed(house, workspace.id, len(returns))
    assert said == sorted(returns)
    assert await states(house, workspace) == [("fired", True)] * len(returns)
    assert await lanes(house, workspace) == 0


async def test_days_pass_in_order_while_delivery_is_at_work(
    house: House, workspace: Workspace
) -> None:
    """Both the clock on its way and delivery let timers fire: each once, each in its turn."""
    await under(house, workspace.id, remind_days=(7, 14), ship_days=30)
    returns = [ret for number in "ab" for ret in await requested(house, workspace, number, 3)]
    for ret in returns:
        await act(house, workspace.id, ret, Authorize())
    async with delivering(house):
        await advance_clock(house, workspace.id, ClockBody(advance=60 * DAYS))
        assert await until_missed(house, workspace.id, len(returns)) == sorted(returns)
    async with house.database.transaction(workspace.id) as connection:
        rows = await connection.fetch(
            "SELECT return_id, array_agg(type ORDER BY sequence) AS types,"
            " array_agg(occurred_at ORDER BY sequence) AS instants FROM retour.event"
            " WHERE workspace_id = $1 AND actor ->> 'kind' = 'system' GROUP BY return_id",
            workspace.id,
        )
    story = ["return.reminded"] * 2 + ["deadline.approaching", "deadline.missed", "return.canceled"]
    assert [row["types"] for row in rows] == [story] * len(returns)
    for row in rows:
        days = [(one - row["instants"][0]) / DAYS for one in row["instants"]]
        assert [round(day) for day in days[:3]] == [0, 7, 20], days
        assert 23 <= days[3] == days[4] <= 24.5


async def test_what_becomes_moot_while_it_is_due_loses_its_lane(
    house: House, workspace: Workspace
) -> None:
    await under(house, workspace.id, review_days=3)
    answered, late = await requested(house, workspace, "1", 2)
    await jump(house, workspace.id, 5 * DAYS)
    await found(house, workspace)
    assert await lanes(house, workspace) == 2
    await act(house, workspace.id, answered, Authorize())
    assert await lanes(house, workspace) == 1
    async with delivering(house):
        assert await until_missed(house, workspace.id, 1) == [late]
    assert await missed(house, workspace.id) == [late]


async def test_a_timer_ends_in_the_commit_that_ends_the_wait(
    house: House, workspace: Workspace
) -> None:
    await under(house, workspace.id, review_days=3)
    [ret] = await requested(house, workspace, "1", 1)
    await act(house, workspace.id, ret, Cancel(reason="Not needed."))
    assert await states(house, workspace) == [("moot", False)]
    await jump(house, workspace.id, 400 * DAYS)
    assert not await found(house, workspace)


async def test_timers_far_ahead_cost_discovery_nothing(
    admin: asyncpg.Connection, workspace: Workspace
) -> None:
    """Fifty thousand sleepers in five hundred workspaces add nothing but their index's depth."""

    async def pages() -> int:
        async with admin.transaction():
            await admin.execute("SET LOCAL ROLE retour_delivery")
            await admin.fetch("SELECT * FROM retour.discover()")
            plan = await admin.fetch("EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM retour.discover()")
        read = re.search(r"Buffers: shared hit=(\d+)", "\n".join(row[0] for row in plan))
        assert read is not None, plan
        return int(read[1])

    del workspace
    await admin.execute("ANALYZE retour.timer")
    before = await pages()
    await admin.execute(
        "INSERT INTO retour.timer (workspace_id, timer_id, return_id, event_id, cause, moment, n,"
        " since, due_at, status) SELECT 1000000 + n / 100, 'tmr_far' || n, 'ret_far', 'evt_far',"
        " 'review', 'deadline', 0, clock_timestamp(), clock_timestamp() + n * interval '1 minute'"
        " + interval '1 hour', 'waiting' FROM generate_series(1, 50000) AS n"
    )
    try:
        await admin.execute("ANALYZE retour.timer")
        after = await pages()
    finally:
        await admin.execute("DELETE FROM retour.timer WHERE return_id = 'ret_far'")
        await admin.execute("VACUUM retour.timer")
    assert after <= 2 * before, f"{before} pages before, {after} with sleepers"


async def test_what_is_due_by_our_own_clock_fires_in_a_live_workspace(
    house: House, live_workspace: Workspace
) -> None:
    await under(house, live_workspace.id, dock_days=2)
    [ret] = await requested(house, live_workspace, "1", 1)
    long_ago = datetime.now(UTC) - 10 * DAYS
    arrived = Track(code="delivered", at=long_ago)
    await act(house, live_workspace.id, ret, Authorize(), arrived)
    assert await states(house, live_workspace) == [("waiting", False)] * 3, "dock, and the refund's"
    async with delivering(house):
        assert await until_missed(house, live_workspace.id, 1) == [ret]
    statuses = [status for status, _ in await states(house, live_workspace)]
    assert statuses == ["fired", "waiting", "waiting"]


async def test_workspaces_made_before_serve_their_timers(admin: asyncpg.Connection) -> None:
    migration = files("retour.store") / "migrations/0014_timers.sql"
    last = migration.read_text().partition("-- Every workspace serves its own timers")[2]
    undone = admin.transaction()
    await undone.start()
    try:
        for table in ("subscription_version", "subscription"):
            await admin.execute(f"DELETE FROM retour.{table} WHERE subscription_id = 'sub_timer'")
        await admin.execute("SET LOCAL ROLE retour_owner")
        await admin.execute("--" + last)
        await admin.execute("RESET ROLE")
        missing = await admin.fetchval(
            "SELECT count(*) FROM retour.workspace w WHERE NOT EXISTS ("
            " SELECT FROM retour.subscription s JOIN retour.subscription_version v"
            " USING (workspace_id, subscription_id, version) WHERE s.kind = 'timer'"
            " AND s.workspace_id = w.workspace_id AND v.body ->> 'kind' = 'timer')"
        )
        assert missing == 0
    finally:
        await undone.rollback()


async def test_many_wake_at_once_each_in_its_own_workspace(house: House) -> None:
    worlds = [await fresh_workspace(house) for _ in range(3)]
    for one in worlds:
        await under(house, one.id, review_days=3)
        await requested(house, one, "1", 1)
        await jump(house, one.id, 5 * DAYS)
    pool = await house.database.pool(DELIVERY)
    await asyncio.gather(*(discover(pool) for _ in range(4)))
    assert [await lanes(house, one) for one in worlds] == [1, 1, 1]
