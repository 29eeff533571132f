"""Every column of every table says what it holds; what says that it holds nothing special, does."""

from __future__ import annotations

import asyncpg

from retour.store.columns import CLASSES, tables

_COLUMNS = """
SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, NULL) AS type
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE n.nspname = 'retour' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND a.attname <> 'workspace_id' AND c.relname <> 'migration'
"""


async def test_every_column_is_declared_once(admin: asyncpg.Connection) -> None:
    """Say in ``store/columns.toml`` what a new column holds: pii, secret, money or plain."""
    there = {(row["table"], row["column"]) for row in await admin.fetch(_COLUMNS)}
    declared = [
        (table.name, column)
        for table in tables()
        for names in table.columns.values()
        for column in names
    ]

    assert there - set(declared) == set(), "undeclared: add them to store/columns.toml"
    assert set(declared) - there == set(), "declared, but not there"
    assert len(declared) == len(set(declared)), "declared twice"
    assert len(declared) > 700


async def test_what_is_sealed_or_by_its_name_a_secret_is_declared_as_one(
    admin: asyncpg.Connection,
) -> None:
    secret = {(table.name, one) for table in tables() for one in table.columns.get("secret", ())}
    named_so = {
        (row["table"], row["column"])
        for row in await admin.fetch(_COLUMNS)
        if row["column"] in {"credentials", "secrets", "password", "code_secret", "asked_secret"}
    }

    assert len(named_so) >= 6
    assert named_so <= secret


def test_every_table_says_what_it_is_for() -> None:
    assert {table.name for table in tables() if not table.about} == set()
    assert {one for table in tables() for one in table.columns} == set(CLASSES)
