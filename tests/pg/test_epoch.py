"""A held database leases nothing; released, it looks up refunds before it asks for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from retour.desk.control.epoch import why_held
from retour.desk.house import House
from retour.store.database import DELIVERY, migrate
from retour.store.delivery_queries import discover, lease
from retour.store.embedded_cluster import ADMIN
from retour.store.embedded_start import DATABASE
from retour.store.epoch import epoch_now, hold, release
from retour.store.secrets import Vault
from tests.support import embedded
from tests.support.pg import Workspace

TOKEN = 1 << 40
KINDS = ("sub_refund", "sub_label", "sub_tracking")


@pytest_asyncio.fixture(autouse=True)
async def _as_it_was(admin: asyncpg.Connection) -> AsyncIterator[None]:
    """Leave the epoch to later tests as it was found."""
    before = await admin.fetchrow("SELECT number, place, held, held_at FROM retour.epoch")
    assert before is not None
    yield
    await admin.execute(
        "UPDATE retour.epoch SET number = $1, place = $2, held = $3, held_at = $4", *before
    )


async def waiting(admin: asyncpg.Connection, workspace: Workspace) -> None:
    """Have a lane due of each kind of effect."""
    for name in KINDS:
        await admin.execute(
            "INSERT INTO retour.lane (workspace_id, subscription_id, lane, due_at, pending)"
            " VALUES ($1, $2, 'one', clock_timestamp(), 1)",
            workspace.id,
            name,
        )


async def leasable(pool: asyncpg.Pool, workspace: Workspace) -> set[str]:
    """Say what discovery finds in a workspace."""
    return {name for number, name in await discover(pool) if number == workspace.id}


@pytest.mark.parametrize("how", ["said", "another place"])
async def test_while_it_is_held_nothing_is_found_and_nothing_leased(
    house: House, workspace: Workspace, admin: asyncpg.Connection, how: str
) -> None:
    pool = await house.database.pool(DELIVERY)
    await waiting(admin, workspace)
    assert set(KINDS) == await leasable(pool, workspace)

    if how == "said":
        await hold(pool, "Somebody said so.")
    else:
        await admin.execute("UPDATE retour.epoch SET place = 'elsewhere/00000001/5/1'")

    assert set() == await leasable(pool, workspace)
    wanted = [((workspace.id, name), 1) for name in KINDS]
    await lease(pool, wanted, lease_s=30, run_ahead=1, token=TOKEN)
    tokens = await admin.fetch(
        "SELECT token FROM retour.lane WHERE workspace_id = $1", workspace.id
    )
    assert [0] * len(KINDS) == [row["token"] for row in tokens]
    now = await epoch_now(pool)
    assert now.is_held
    assert "retour epoch release" in str(why_held(now))


async def test_the_first_reason_stands(house: House) -> None:
    pool = await house.database.pool(DELIVERY)

    await hold(pool, "It is a backup.")
    await hold(pool, "Something else.")

    assert "It is a backup." == (await epoch_now(pool)).held


async def test_released_it_is_the_next_life_and_refunds_are_in_doubt(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    pool = await house.database.pool(DELIVERY)
    await waiting(admin, workspace)
    await hold(pool, "It is a backup.")
    number = (await epoch_now(pool)).number

    assert number + 1 == await release(pool, "a test")

    now = await epoch_now(pool)
    assert (False, None, number + 1) == (now.is_held, now.held, now.number)
    assert set(KINDS) == await leasable(pool, workspace)
    rows = await admin.fetch(
        "SELECT subscription_id, token FROM retour.lane WHERE workspace_id = $1", workspace.id
    )
    assert {"sub_refund": -1, "sub_label": -1, "sub_tracking": 0} == {
        row["subscription_id"]: row["token"] for row in rows
    }


async def test_a_copy_of_the_database_is_held_by_itself(
    house: House, admin: asyncpg.Connection
) -> None:
    """What a dump carries along names the place it was taken at."""
    carried = await admin.fetchval("SELECT place FROM retour.epoch")
    parts = carried.split("/")
    for index in range(len(parts)):
        other = "/".join([*parts[:index], parts[index] + "9", *parts[index + 1 :]])
        await admin.execute("UPDATE retour.epoch SET place = $1", other)
        assert (await epoch_now(await house.database.pool(DELIVERY))).is_held, other


def test_a_database_copied_beside_itself_is_held_and_the_original_is_not(vault: Vault) -> None:
    """As a dump that is loaded: the same rows, in another database of the same server."""
    with embedded.data_folder() as data, embedded.running(data) as server:
        copy = server.dsn(ADMIN, "copy")

        async def ask(dsn: str, question: str) -> object:
            connection = await asyncpg.connect(dsn)
            try:
                return await connection.fetchval(question)
            finally:
                await connection.close()

        asyncio.run(migrate(server.owner_dsn, vault))
        asyncio.run(ask(server.dsn(ADMIN, "postgres"), f"CREATE DATABASE copy TEMPLATE {DATABASE}"))
        held = "SELECT retour.is_held()"
        assert asyncio.run(ask(copy, held)) is True
        assert asyncio.run(ask(server.owner_dsn, held)) is False
        asyncio.run(ask(copy, "DELETE FROM retour.epoch"))
        assert asyncio.run(ask(copy, held)) is True, "a database without its epoch is nobody's"
