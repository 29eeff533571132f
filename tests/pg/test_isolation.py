"""Nothing of one workspace is seen, changed or proven to exist from another.

The tables are read from the database, so a new table without its walls fails here.
"""

from __future__ import annotations

import asyncpg
import pytest

from retour.desk.house import House
from retour.desk.people import members
from retour.desk.people.roles import MemberRole
from retour.store.database import APP, DELIVERY, OWNER, Database
from tests.support.pg import Workspace, fresh_workspace

_TABLES = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
       pg_get_userbyid(c.relowner) AS owner
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'retour' AND c.relkind IN ('r', 'p') ORDER BY c.relname
"""


async def tables(admin_dsn: str) -> list[asyncpg.Record]:
    """List the tables of the schema as the administrator sees them."""
    connection = await asyncpg.connect(admin_dsn)
    try:
        return await connection.fetch(_TABLES)
    finally:
        await connection.close()


async def test_every_table_forces_row_level_security(admin_dsn: str) -> None:
    """A table without FORCE would open to its owner, one without RLS to all."""
    found = [row for row in await tables(admin_dsn) if not row["relispartition"]]

    assert len(found) > 20
    assert [] == [
        row["relname"]
        for row in found
        if not (row["relrowsecurity"] and row["relforcerowsecurity"])
    ]
    assert {OWNER} == {row["owner"] for row in found}


ACROSS = {
    "retour.channel_account_due",
    "retour.held_decision_due",
    "retour.membership_of",
    "retour.timer_asleep",
}
"""Indexes, no keys, by which delivery finds what is due wherever it is, without asking each, and
the house where a person belongs."""


async def test_every_key_starts_with_the_workspace(admin_dsn: str) -> None:
    """No unique constraint can tell a workspace what another one holds."""
    connection = await asyncpg.connect(admin_dsn)
    rows = await connection.fetch(
        """
        SELECT i.indexrelid::regclass::text AS index,
               (SELECT a.attname FROM pg_attribute a
                 WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[0]) AS first
          FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'retour' AND NOT c.relispartition
        """
    )
    await connection.close()

    assert rows
    others = {row["index"] for row in rows if row["first"] != "workspace_id"}
    assert others == ACROSS


async def test_our_roles_are_nobody_special(admin_dsn: str) -> None:
    """Neither role owns anything, creates anything, or looks past the walls."""
    connection = await asyncpg.connect(admin_dsn)
    rows = await connection.fetch(
        "SELECT * FROM pg_roles WHERE rolname = ANY ($1)", [APP, DELIVERY]
    )
    owned = await connection.fetchval(
        "SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = ANY ($1)", [APP, DELIVERY]
    )
    await connection.close()

    powers = ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication")
    assert 2 == len(rows)
    assert not any(row[power] for row in rows for power in powers)
    assert 0 == owned


async def test_partitions_are_out_of_reach(admin_dsn: str, database: Database) -> None:
    """A partition has no policy of its own, so nobody of ours may touch it directly."""
    partitions = [row["relname"] for row in await tables(admin_dsn) if row["relispartition"]]
    pool = await database.pool(APP)

    assert partitions
    for name in partitions:
        async with pool.acquire() as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(f'SELECT 1 FROM retour."{name}"')


async def test_without_a_workspace_every_table_is_an_error(
    admin_dsn: str, database: Database, house: House, workspace: Workspace
) -> None:
    """A forgotten setting is an error, on a fresh connection and on a used one."""
    # Read by the house too, so that no index answers for its policy: a row has to.
    await members.put(house, workspace.id, "psn_nobody", role=MemberRole.AGENT)
    names = [row["relname"] for row in await tables(admin_dsn) if not row["relispartition"]]
    readable = [name for name in names if await _may_read(admin_dsn, name)]
    pool = await database.pool(APP)

    assert len(readable) > 15
    async with pool.acquire() as connection:
        # A scan of a table without rows asks its policy nothing; one by an index does.
        await connection.execute("SET enable_seqscan = off")
        for name in readable:
            await connection.execute(f"BEGIN; SET LOCAL app.ws = '{workspace.id}'")
            await connection.fetch(f"SELECT 1 FROM retour.{name} LIMIT 1")
            await connection.execute("COMMIT")
            with pytest.raises((asyncpg.UndefinedObjectError, asyncpg.DataError)):
                await connection.fetch(f"SELECT 1 FROM retour.{name} LIMIT 1")
        await connection.execute("RESET enable_seqscan")


async def _may_read(admin_dsn: str, table: str) -> bool:
    connection = await asyncpg.connect(admin_dsn)
    try:
        allowed: bool = await connection.fetchval(
            "SELECT has_table_privilege($1, $2, 'SELECT')", APP, f"retour.{table}"
        )
        return allowed
    finally:
        await connection.close()


async def test_another_workspace_is_not_there(house: House, workspace: Workspace) -> None:
    """Rows of one workspace are neither read nor written under another's setting."""
    other = await fresh_workspace(house)

    async with house.database.transaction(other.id) as connection:
        seen = await connection.fetch(
            "SELECT 1 FROM retour.facility WHERE workspace_id = $1", workspace.id
        )
        changed = await connection.execute(
            "UPDATE retour.facility SET body = body WHERE workspace_id = $1", workspace.id
        )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with house.database.transaction(other.id) as connection:
            await connection.execute(
                "INSERT INTO retour.numbering (workspace_id, kind, next) VALUES ($1, 'x', 1)",
                workspace.id,
            )

    assert [] == seen
    assert "UPDATE 0" == changed
