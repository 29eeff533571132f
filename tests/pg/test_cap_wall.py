"""The wall that test databases build around the cap can tell, and lets pass what is right."""

from __future__ import annotations

import asyncpg
import pytest

from retour.desk.house import House
from retour.store.statements import migrations
from tests.support.cap_wall import BREACH, WALLS
from tests.support.money_ways import PROMISED, kept, put_paid
from tests.support.pg import Workspace

_COUNTER = "UPDATE retour.payment SET {} WHERE workspace_id = $1"
_BODY = (
    "UPDATE retour.returns SET body = replace(body::text, '{}', '{}')::json WHERE workspace_id = $1"
)
BROKEN = {
    "a counter too low": _COUNTER.format("reserved = reserved - 1"),
    "a counter too high": _COUNTER.format("reserved = reserved + 1"),
    "another payment": _COUNTER.format("payment_id = 'pay-2'"),
    "a leg too dear": _BODY.format('"amount":6000,"status"', '"amount":6001,"status"'),
    "a leg that was forgotten": _BODY.format('"status":"reserved"', '"status":"failed"'),
    "a total that its lines do not give": _BODY.format('"total":6000', '"total":5999'),
}


async def _promised(house: House, workspace: Workspace) -> str:
    await put_paid(house, workspace.id, "W-1")
    return await kept(house, workspace.id, "W-1", *PROMISED)


async def _reserved(admin: asyncpg.Connection, workspace: Workspace) -> int:
    reserved: int = await admin.fetchval(
        "SELECT reserved FROM retour.payment WHERE workspace_id = $1", workspace.id
    )
    return reserved


@pytest.mark.parametrize("what", BROKEN)
async def test_no_commit_breaks_it(
    house: House, workspace: Workspace, admin: asyncpg.Connection, what: str
) -> None:
    """Whatever moves one side alone is not committed, by whomever."""
    await _promised(house, workspace)

    with pytest.raises(asyncpg.PostgresError) as raised:
        await admin.execute(BROKEN[what], workspace.id)

    assert BREACH == raised.value.sqlstate
    assert 6000 == await _reserved(admin, workspace)


async def test_it_looks_at_the_end_of_a_transaction(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """What is mended before the commit never was."""
    await _promised(house, workspace)

    async with admin.transaction():
        await admin.execute(_COUNTER.format("reserved = 0"), workspace.id)
        await admin.execute(_COUNTER.format("reserved = 6000"), workspace.id)

    assert 6000 == await _reserved(admin, workspace)


async def test_it_stands_all_around(admin: asyncpg.Connection) -> None:
    """Every part of it is there, and none of it comes from a migration."""
    stands = await admin.fetch(
        "SELECT tgrelid::regclass::text AS on, tgname FROM pg_trigger"
        " WHERE tgfoid::regproc::text LIKE 'walls.%' AND NOT tgisinternal AND tgenabled = 'O'"
    )
    built = {(f"retour.{table}", name) for table, names in WALLS.items() for name in names}

    assert built == {(row["on"], row["tgname"]) for row in stands}
    assert not [name for _, name, text in migrations() if "walls." in text]
