"""Withdrawals by the desk: one chain per workspace, whoever writes at once; nobody rewrites it."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import msgspec
import pytest

from retour.desk import orders, withdrawals
from retour.desk.house import House
from retour.desk.order_body import OrderBody
from retour.desk.outcome import Done, NotFound
from retour.desk.withdrawals import deciding
from retour.desk.withdrawals.deciding import Asker, DismissWithdrawal, MatchWithdrawal
from retour.lifecycle.model import Actor, ActorKind
from retour.lifecycle.withdrawals.withdrawing import Withdraw
from tests.support.ordering import order_body, put_order
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
    assert await deciding.match(house, other.id, here["id"], named, Asker(actor=ACTOR)) == missing


@pytest.mark.parametrize(
    "change",
    [
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


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM retour.withdrawal",
        "UPDATE retour.withdrawal_content SET content = 'x'",
        "UPDATE retour.withdrawal_act SET record = 'x'",
        "DELETE FROM retour.withdrawal_act",
        "UPDATE retour.event SET snapshot = '{}'",
    ],
)
async def test_the_application_may_not_drop_or_reword_evidence(
    house: House, workspace: Workspace, change: str
) -> None:
    await took(house, workspace)

    async with house.database.transaction(workspace.id) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(change)


@pytest.mark.parametrize(
    ("table", "change", "broken"),
    [
        ("withdrawal_content",
         "content = convert_to(replace(convert_from(content, 'UTF8'), 'No. 1', 'No. 9'), 'UTF8')",
         "content"),
        ("withdrawal", "received_at = received_at - interval '1 day'", "record"),
        ("withdrawal", "hash = decode(repeat('00', 32), 'hex')", "following"),
        ("withdrawal_act",
         "record = convert_to(replace(convert_from(record, 'UTF8'), 'spam', 'ham'), 'UTF8')",
         "acts"),
        ("withdrawal_act", "hash = decode(repeat('00', 32), 'hex')", "acts"),
    ],
)  # fmt: skip
async def test_what_somebody_stronger_rewrote_is_found(
    house: House,
    workspace: Workspace,
    admin: asyncpg.Connection,
    *,
    table: str,
    change: str,
    broken: str,
) -> None:
    taken = [await took(house, workspace, f"No. {n}") for n in range(3)]
    aside = DismissWithdrawal(reason="It is spam.")
    await deciding.dismiss(house, workspace.id, taken[1]["id"], aside, Asker(actor=ACTOR))
    assert (await evidence(house, workspace, taken[1]["id"]))["verified"]

    await admin.execute(
        f"UPDATE retour.{table} SET {change} WHERE withdrawal_id = $1", taken[1]["id"]
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
            deciding.match(
                house,
                workspace.id,
                taken["id"],
                MatchWithdrawal(order_number=number),
                Asker(actor=ACTOR),
            )
            for number in ("1001", "1002")
        )
    )

    (done,) = [outcome for outcome in outcomes if isinstance(outcome, Done)]
    shown = await withdrawals.look_up(house, workspace.id, taken["id"])
    assert isinstance(shown, Done)
    assert shown.body == done.body


@pytest.mark.parametrize(("locale", "spoken"), [(None, "nl-NL"), ("pl", "pl")])
async def test_who_says_no_language_is_answered_in_the_orders(
    house: House, workspace: Workspace, locale: str | None, spoken: str
) -> None:
    customer = {"email": "ann@example.com", "locale": "nl-NL"}
    body = msgspec.convert({**order_body(1), "customer": customer}, OrderBody)
    await orders.put(house, workspace.id, "1001", body, actor=ACTOR, source="api")
    said = Withdraw(
        name="Ann",
        email="ann@example.com",
        statement="I withdraw.",
        order_number="1001",
        locale=locale,
    )

    await withdrawals.take(house, workspace.id, said, actor=ACTOR, source="api")

    async with house.database.transaction(workspace.id) as connection:
        told = await connection.fetchval(
            "SELECT personal -> 'customer' ->> 'locale' FROM retour.event"
            " WHERE workspace_id = $1 AND type = 'withdrawal.received'",
            workspace.id,
        )
    assert told == spoken
