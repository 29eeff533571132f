"""Withdrawals by the desk: one chain per workspace, whoever writes at once; nobody rewrites it."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import msgspec
import pytest

from retour.desk import withdrawals
from retour.desk.house import House
from retour.desk.outcome import Done, NotFound
from retour.desk.withdrawals import MatchWithdrawal
from retour.lifecycle.model import Actor, ActorKind
from retour.lifecycle.withdrawing import Withdraw
from tests.support.ordering import put_order
from tests.support.pg import Workspace, fresh_workspace

ACTOR = Actor(kind=ActorKind.API_KEY, id="key_1")


async def took(house: House, workspace: Workspace, words: str = "I withdraw.") -> dict[str, Any]:
    said = Withdraw(name="Ann", email="ann@example.com", statement=words)
    done = await withdrawals.take(house, workspace.id, said, actor=ACTOR, source="api")
    assert isinstance(done, Done), done
    return msgspec.json.decode(done.body)


async def evidence(house: House, workspace: Workspace, withdrawal_id: object) -> dict[str, Any]:
    done = await withdrawals.evidence(house, workspace.id, str(withdrawal_id))
    assert isinstance(done, Done), done
    return msgspec.json.decode(done.body)


async def test_statements_at_once_make_one_chain(house: House, workspace: Workspace) -> None:
    taken = await asyncio.gather(*(took(house, workspace, f"No. {n}") for n in range(12)))

    taken.sort(key=lambda one: one["number"])
    records = [await evidence(house, workspace, one["id"]) for one in taken]
    assert [one["number"] for one in taken] == list(range(1, 13))
    assert all(record["verified"] for record in records)
    assert [record["previous"] for record in records] == [
        "0" * 64,
        *(record["hash"] for record in records[:-1]),
    ]


async def test_each_workspace_has_a_chain_of_its_own(house: House, workspace: Workspace) -> None:
    other = await fresh_workspace(house)
    here, there = await took(house, workspace), await took(house, other)

    assert (here["number"], there["number"]) == (1, 1)
    missing = await withdrawals.look_up(house, other.id, here["id"])
    assert missing == NotFound(what="withdrawal")
    assert await withdrawals.evidence(house, other.id, here["id"]) == missing
    named = MatchWithdrawal(order_number="1001")
    assert await withdrawals.match(house, other.id, here["id"], named, actor=ACTOR) == missing


@pytest.mark.parametrize(
    "change",
    [
        "content = 'x'",
        "content_digest = 'x'",
        "hash = 'x'",
        "previous = 'x'",
        "number = 7",
        "received_at = now()",
        "recorded_at = now()",
    ],
)
async def test_the_application_may_not_rewrite_what_was_said(
    house: House, workspace: Workspace, change: str
) -> None:
    await took(house, workspace)

    async with house.database.transaction(workspace.id) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"UPDATE retour.withdrawal SET {change}")


async def test_the_application_may_not_drop_what_was_said(
    house: House, workspace: Workspace
) -> None:
    await took(house, workspace)

    async with house.database.transaction(workspace.id) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("DELETE FROM retour.withdrawal")


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("content = convert_to(replace(convert_from(content, 'UTF8'), 'No. 1', 'No. 9'), 'UTF8')",
         "content"),
        ("received_at = received_at - interval '1 day'", "record"),
        ("hash = decode(repeat('00', 32), 'hex')", "following"),
    ],
)  # fmt: skip
async def test_what_somebody_stronger_rewrote_is_found(
    house: House, workspace: Workspace, admin: asyncpg.Connection, change: str, broken: str
) -> None:
    taken = [await took(house, workspace, f"No. {n}") for n in range(3)]
    assert (await evidence(house, workspace, taken[1]["id"]))["verified"]

    await admin.execute(
        f"UPDATE retour.withdrawal SET {change} WHERE withdrawal_id = $1", taken[1]["id"]
    )

    found = await evidence(house, workspace, taken[1]["id"])
    assert (found["verified"], found["checks"][broken]) == (False, False)


async def test_a_dropped_record_is_found(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    taken = [await took(house, workspace, f"No. {n}") for n in range(3)]

    await admin.execute("DELETE FROM retour.withdrawal WHERE withdrawal_id = $1", taken[1]["id"])

    found = await evidence(house, workspace, taken[2]["id"])
    assert (found["verified"], found["checks"]["previous"]) == (False, False)


async def test_two_agents_who_match_at_once_agree(house: House, workspace: Workspace) -> None:
    for number in ("1001", "1002"):
        await put_order(house, workspace, number, 1)
    taken = await took(house, workspace)

    outcomes = await asyncio.gather(
        *(
            withdrawals.match(
                house, workspace.id, taken["id"], MatchWithdrawal(order_number=number), actor=ACTOR
            )
            for number in ("1001", "1002")
        )
    )

    (done,) = [outcome for outcome in outcomes if isinstance(outcome, Done)]
    shown = await withdrawals.look_up(house, workspace.id, taken["id"])
    assert isinstance(shown, Done)
    assert shown.body == done.body
