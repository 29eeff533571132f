"""Figures: kept by commits, added up behind them, and equal to a recount whatever happened."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from retour.desk.catching_up import add_up, catch_up
from retour.desk.house import House
from retour.lifecycle.commands import Authorize, Cancel
from retour.lifecycle.figures import STEPS, figures_of_order, figures_of_return, step_of
from retour.lifecycle.model import Order, Return
from retour.store.loading import LoadKey, load
from tests.support.customers import asked, done, sold
from tests.support.pg import Workspace

Sums = Counter[tuple[str, str, str, str]]


async def busy(house: House, workspace: Workspace) -> list[str]:
    """Sell, ask, authorize, cancel, sell anew."""
    made: list[str] = []
    for n in range(4):
        await sold(house, workspace, f"F-{n}", 3, 2, channel="otto" if n % 2 else None)
        made.append((await asked(house, workspace, f"F-{n}", n % 3 + 1, 1))["id"])
    await done(house, workspace, [Authorize()], made[0])
    await done(house, workspace, [Cancel(reason="never mind")], made[1])
    await sold(house, workspace, "F-3", 5, 2, channel="amazon")
    return made


async def kept(admin: asyncpg.Connection, workspace: Workspace) -> Sums:
    rows = await admin.fetch(
        "SELECT report, day::text AS day, item, detail, amount FROM retour.figure"
        " WHERE workspace_id = $1 UNION ALL SELECT w.report, w.day::text, w.item, w.detail,"
        " w.amount FROM retour.figure_change c CROSS JOIN"
        " unnest(c.reports, c.days, c.items, c.details, c.amounts)"
        " AS w(report, day, item, detail, amount) WHERE c.workspace_id = $1",
        workspace.id,
    )
    sums: Sums = Counter()
    for row in rows:
        sums[row["report"], row["day"], row["item"], row["detail"]] += row["amount"]
    return Counter({key: amount for key, amount in sums.items() if amount})


async def recounted(house: House, admin: asyncpg.Connection, workspace: Workspace) -> Sums:
    zone, sums = ZoneInfo("Europe/Berlin"), Sums()
    pool = await house.database.pool()
    orders = await admin.fetch(
        "SELECT order_number FROM retour.orders WHERE workspace_id = $1", workspace.id
    )
    figures: list[Any] = []
    for row in orders:
        key = LoadKey(workspace_id=workspace.id, order_number=row["order_number"])
        loaded = await load(pool, key)
        assert loaded is not None
        assert loaded.state is not None
        figures += figures_of_order(loaded.state.order, zone)
    returns = await admin.fetch(
        "SELECT r.body, o.body AS order_body FROM retour.returns r JOIN retour.orders o"
        " ON o.workspace_id = r.workspace_id AND o.order_id = r.order_id WHERE r.workspace_id = $1",
        workspace.id,
    )
    for row in returns:
        ret = msgspec.json.decode(row["body"], type=Return)
        order = msgspec.json.decode(row["order_body"], type=Order)
        figures += figures_of_return(ret, order, zone)
    for one in figures:
        sums[one.report.value, one.day.isoformat(), one.item, one.detail] += one.amount
    return sums


async def test_what_is_kept_is_what_a_recount_comes_to(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    await busy(house, workspace)
    expected = await recounted(house, admin, workspace)
    assert len(expected) > 15
    assert await kept(admin, workspace) == expected
    while await add_up(house, limit=3):
        assert await kept(admin, workspace) == expected
    await asked(house, workspace, "F-3", 1)
    assert await kept(admin, workspace) == await recounted(house, admin, workspace)


async def test_what_was_there_before_is_caught_up_with(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """As in a workspace from before all this; one commit comes between."""
    made = await busy(house, workspace)
    tables = ("figure", "figure_change", "counted", "search_word", "return_facet", "concern")
    words = "SELECT word, subject FROM retour.search_word WHERE workspace_id = $1 ORDER BY 1, 2"
    waiting = "SELECT * FROM retour.concern WHERE workspace_id = $1 ORDER BY return_id, cause"
    before = [await admin.fetch(one, workspace.id) for one in (words, waiting)]
    for table in tables:
        await admin.execute(f"DELETE FROM retour.{table} WHERE workspace_id = $1", workspace.id)
    await admin.execute(
        "INSERT INTO retour.catching_up VALUES ($1, 'order', '~'), ($1, 'return', '~')",
        workspace.id,
    )
    await catch_up(house, portion=3)
    await done(house, workspace, [Cancel(reason="changed my mind")], made[2])
    while await catch_up(house, portion=3):
        pass
    assert await admin.fetchval("SELECT count(*) FROM retour.catching_up") == 0
    assert await kept(admin, workspace) == await recounted(house, admin, workspace)
    after = [await admin.fetch(one, workspace.id) for one in (words, waiting)]
    was, now = ([tuple(row) for row in rows] for rows in (before[0], after[0]))
    assert now == sorted(
        (word.replace("=requested", "=canceled") if of == made[2] else word, of) for word, of in was
    )
    assert after[1] == [row for row in before[1] if row["return_id"] != made[2]]


def test_steps_grow_by_an_eighth() -> None:
    assert [step_of(s) for s in (0, 60, 61, 67, 68)] == [0, 0, 1, 1, 2]
    for before, after in pairwise(STEPS):
        assert before < after <= before + before // 8 + 1
    assert step_of(10**12) == len(STEPS) - 1
