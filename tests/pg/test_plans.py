"""What statements do at size: none goes through a table that grows with returns from end to end."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import asyncpg
import pytest_asyncio

from retour.store.database import APP, DELIVERY, migrate
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from retour.store.embedded import EmbeddedServer
    from retour.store.secrets import Vault

_ROWS: Final = 3000
"""Of every table: enough that going through it costs more than an index does."""
_GROWING: Final = {"order_id", "return_id", "event_id", "delivery_id", "item_return_id", "subject"}
"""A table with such a column grows with returns."""
_SMALL: Final = {
    "snooze": "as many as people put off",
    "delivery": "as many as wait for a subscriber",
    "person_try": "tries to sign in of the last minutes",
    "retention_run": "one a night",
}
"""Tables that have one and stay small nevertheless."""
_WHOLE: Final = {
    ("item_returns", "count_jobs"): "stops where nobody counts any more",
    ("privacy", "erase_attempts"): "in the background, and between instants that it is told",
    ("withdrawals", "drop_answers"): "in the background, and between instants that it is told",
}
"""Statements that may go through a table, and why."""
_VALUES: Final = {
    "text": "'v' || lpad(n::text, 8, '0')",
    "bigint": "n",
    "integer": "n",
    "smallint": "1",
    "numeric": "n",
    "boolean": "n % 50 = 0",
    "timestamp with time zone": "'2026-01-01Z'::timestamptz + n * interval '1 minute'",
    "date": "'2026-01-01'::date + n",
    "bytea": "sha256(n::text::bytea)",
    "json": "'{}'",
    "jsonb": "'{}'",
    "interval": "interval '1 hour'",
    "xid8": "pg_current_xact_id()",
}


@pytest_asyncio.fixture
async def poured(server: EmbeddedServer, vault: Vault) -> AsyncIterator[asyncpg.Connection]:
    """A database of its own with rows in every table, all of one workspace."""
    owner = await asyncpg.connect(server.owner_dsn)
    await owner.execute("CREATE DATABASE poured")
    dsn = server.owner_dsn.replace("/retour?", "/poured?")
    try:
        await migrate(dsn, vault)
        connection = await asyncpg.connect(dsn, statement_cache_size=0)
        try:
            await _pour(connection)
            yield connection
        finally:
            await connection.close()
    finally:
        await owner.execute("DROP DATABASE poured WITH (FORCE)")
        await owner.close()


async def _pour(connection: asyncpg.Connection) -> None:
    """Fill every table with rows that fit its columns; what they must say counts for nothing."""
    await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    for row in await connection.fetch(
        "SELECT conrelid::regclass::text AS name, quote_ident(conname) AS check FROM pg_constraint"
        " WHERE connamespace = 'retour'::regnamespace AND contype = 'c' AND conrelid <> 0"
    ):
        await connection.execute(
            f"ALTER TABLE {row['name']} DROP CONSTRAINT IF EXISTS {row['check']}"
        )
    for name, columns in (await _columns(connection)).items():
        values = [
            "1"
            if column == "workspace_id" and name != "workspace"
            else f"'{{}}'::{type_}"
            if type_.endswith("[]")
            else _VALUES[type_]
            for column, type_ in columns.items()
        ]
        await connection.execute(
            f"INSERT INTO retour.{name} ({', '.join(columns)}) SELECT {', '.join(values)}"
            f" FROM generate_series(1, {_ROWS}) AS n ON CONFLICT DO NOTHING"
        )
    await connection.execute("SET session_replication_role = origin; ANALYZE")
    await connection.execute("SET max_parallel_workers_per_gather = 0; SET app.ws = '1'")
    await connection.execute("SET plan_cache_mode = force_generic_plan")


async def _columns(connection: asyncpg.Connection) -> dict[str, dict[str, str]]:
    """Give the columns of each table, partitions apart, with their types."""
    columns: dict[str, dict[str, str]] = {}
    for row in await connection.fetch(
        "SELECT c.relname, quote_ident(a.attname) AS name, format_type(a.atttypid, NULL) AS type"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'retour'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped"
        " AND a.attgenerated = '' AND a.attidentity = '' ORDER BY c.relname, a.attnum"
    ):
        columns.setdefault(row["relname"], {})[row["name"]] = row["type"]
    return columns


async def _plan(connection: asyncpg.Connection, sql: str) -> dict[str, Any] | None:
    """Plan a statement for any values, as whoever may carry it out; ``None`` where it has none."""
    count = max((int(n) for n in re.findall(r"\$(\d+)", sql)), default=0)
    given = f"({', '.join(['NULL'] * count)})" if count else ""
    for role in (APP, DELIVERY, "NONE"):
        await connection.execute(f"SET ROLE {role}; DEALLOCATE ALL")
        try:
            await connection.execute(f"PREPARE asked AS {sql}")
            told = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE asked {given}")
        except asyncpg.InsufficientPrivilegeError:
            continue
        except asyncpg.PostgresSyntaxError:
            return None  # Nothing that is planned.
        plan: dict[str, Any] = json.loads(told)[0]["Plan"]
        return plan
    raise AssertionError("nobody may carry it out")


def _gone_through(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for one in node.get("Plans", ()):
        yield from _gone_through(one)


async def test_no_statement_goes_through_what_grows(poured: asyncpg.Connection) -> None:
    """Every statement there is, lists and reports among them, planned with its tables filled."""
    growing = {
        name for name, columns in (await _columns(poured)).items() if _GROWING & columns.keys()
    }
    assert {"returns", "orders", "event", "search_word", "timer", "counted"} <= growing
    filled = {
        row["relname"]
        for row in await poured.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = 'retour'::regnamespace"
            " AND relkind = 'r' AND reltuples > $1",
            _ROWS / 2,
        )
    }
    folder = resources.files("retour.store").joinpath("sql")
    files = sorted(one.name.removesuffix(".sql") for one in folder.iterdir())
    through: dict[tuple[str, str], set[str]] = {}
    count = 0
    for file in files:
        for name, sql in named(file).items():
            plan = await _plan(poured, sql)
            count += plan is not None
            whole = filled & set(_gone_through(plan)) if plan else set[str]()
            tables = {re.sub(r"_(\d{8}|default)$", "", one) for one in whole}
            if found := (tables & growing) - _SMALL.keys():
                through[file, name] = found
    assert count > 500
    assert {key: found for key, found in through.items() if key not in _WHOLE} == {}
    assert through.keys() == _WHOLE.keys(), "what is allowed is needed"
