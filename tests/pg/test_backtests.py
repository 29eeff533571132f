"""Backtests: the same code on frozen facts, gone on with where they were, in one workspace."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from retour.desk.house import House
from retour.desk.outcome import NotFound, Refused
from retour.desk.pages import Page
from retour.desk.policies import backtesting, trying
from retour.desk.policies.backtesting import BacktestNew
from retour.wiring.backtesting import backtesting as backtesting_server
from tests.support.backtesting import (
    LENIENT,
    STRICT,
    begin,
    changes_of,
    copies,
    ended,
    read,
    state_of,
    three_returns,
)
from tests.support.customers import ACTOR, asked, sold
from tests.support.pg import Workspace, fresh_workspace


@pytest.fixture
async def past(house: House, workspace: Workspace) -> list[dict[str, Any]]:
    """Three returns under a policy that approves them all."""
    return await three_returns(house, workspace)


async def test_a_draft_says_what_would_change(
    house: House, workspace: Workspace, past: list[dict[str, Any]]
) -> None:
    begun = await begin(house, workspace, STRICT)
    done = await ended(house, workspace, begun)

    assert (begun["state"], begun["phase"], begun["total"], begun["tried"]) == (
        "running",
        "waiting",
        3,
        0,
    )
    assert (done["state"], done["phase"], done["tried"], done["changed"]) == ("done", "ended", 3, 2)
    assert done["would"] == {"approve": 1, "review": 1, "reject": 1}
    assert done["per_second"] > 0
    (worth,) = done["worth"]
    assert worth["was"]["approve"]["returns"] == 3
    assert [worth["would"][one]["returns"] for one in ("approve", "review", "reject")] == [1, 1, 1]
    total = Decimal(worth["was"]["approve"]["value"])
    assert total == sum(Decimal(one["value"]) for one in worth["would"].values())
    assert Decimal(worth["would"]["reject"]["value"]) == 3 * Decimal(
        worth["would"]["approve"]["value"]
    ), "three units are worth three times one"
    changes = await changes_of(house, workspace, done, limit=1)
    assert [
        (one["return"], one["line"], one["from"], one["to"], one["rule"]) for one in changes
    ] == [
        (past[1]["id"], "1", "approve", "reject", "many"),
        (past[2]["id"], "1", "approve", "review", "again"),
    ]
    assert [one["rma_number"] for one in changes] == [past[1]["rma_number"], past[2]["rma_number"]]
    assert changes[0]["from_rule"] is None
    assert changes[0]["from_detail"] == ""


async def test_a_draft_is_tried_once_its_backtest_has_ended(
    house: House, workspace: Workspace, past: list[dict[str, Any]]
) -> None:
    del past
    begun = await begin(house, workspace, STRICT)
    assert not await backtesting.is_tried(house, workspace.id, "default", STRICT)
    await ended(house, workspace, begun)
    assert await backtesting.is_tried(house, workspace.id, "default", STRICT)
    assert not await backtesting.is_tried(house, workspace.id, "default", LENIENT)


async def test_the_policy_in_force_changes_nothing(
    house: House, workspace: Workspace, past: list[dict[str, Any]]
) -> None:
    """What really became of the returns is what a backtest of the same policy says."""
    done = await ended(house, workspace, await begin(house, workspace))

    assert (done["changed"], done["would"]["approve"]) == (0, len(past))
    assert {one["status"] for one in past} == {"authorized"}
    assert done["policy"] == {"id": "default", "version": 2, "draft": False}


async def test_facts_stay_as_they_were(
    house: House, workspace: Workspace, past: list[dict[str, Any]]
) -> None:
    """What became known later is not held against a request."""
    await asked(house, workspace, "2", 1)
    await sold(house, workspace, "1", 5, email="somebody.else@example.com")

    done = await ended(house, workspace, await begin(house, workspace, STRICT))

    changes = await changes_of(house, workspace, done)
    assert past[0]["id"] not in {one["return"] for one in changes}
    assert [one["to"] for one in changes] == ["reject", "review", "review"]


async def test_another_workspace_is_not_looked_at(
    house: House, workspace: Workspace, past: list[dict[str, Any]]
) -> None:
    other = await fresh_workspace(house)
    here, there = await begin(house, workspace), await begin(house, other)

    assert (here["total"], there["total"]) == (len(past), 0)
    assert (await ended(house, other, there))["tried"] == 0
    gone = NotFound(what="backtest")
    assert await backtesting.look_up(house, other.id, here["id"]) == gone
    assert await backtesting.changes(house, other.id, here["id"], Page()) == gone
    assert await backtesting.cancel(house, other.id, here["id"]) == gone
    assert await trying.go_on(house, other.id, here["id"]) is None


async def test_a_canceled_one_stays_as_it_is(
    house: House, workspace: Workspace, past: list[dict[str, Any]]
) -> None:
    await copies(house, workspace, past[0]["id"], trying.SLICE)
    begun = await begin(house, workspace, STRICT)
    first = await trying.go_on(house, workspace.id, begun["id"])
    canceled = read(await backtesting.cancel(house, workspace.id, begun["id"]))

    assert first is not None
    assert not first.is_last
    assert (canceled["state"], canceled["tried"]) == ("canceled", trying.SLICE)
    assert await ended(house, workspace, begun) == canceled
    assert (workspace.id, begun["id"]) not in await trying.running(house)


async def test_so_many_run_at_once_and_no_more(house: House, workspace: Workspace) -> None:
    begun = [await begin(house, workspace) for _ in range(backtesting.RUNNING_MAX)]
    refused = await backtesting.start(house, workspace.id, "default", BacktestNew(), actor=ACTOR)

    assert isinstance(refused, Refused)
    assert refused.refusal.code == "too_many_backtests"
    await ended(house, workspace, begun[0])
    await begin(house, workspace)


async def test_two_processes_never_try_the_same(
    house: House, workspace: Workspace, past: list[dict[str, Any]]
) -> None:
    await copies(house, workspace, past[0]["id"], 4 * trying.SLICE)
    begun = await begin(house, workspace, STRICT)

    await asyncio.gather(*(ended(house, workspace, begun) for _ in range(4)))
    done = await ended(house, workspace, begun)

    assert done["tried"] == done["total"] == 4 * trying.SLICE + len(past)
    assert sum(done["would"].values()) == done["tried"]


@pytest.mark.usefixtures("past")
async def test_a_server_goes_on_by_itself(house: House, workspace: Workspace) -> None:
    begun = await begin(house, workspace, STRICT)
    async with backtesting_server(house), asyncio.timeout(60):
        while True:
            if await state_of(house, workspace, begun) != "running":
                break
            await asyncio.sleep(0.05)
    done = read(await backtesting.look_up(house, workspace.id, begun["id"]))
    assert (done["state"], done["tried"]) == ("done", 3)


async def test_what_cannot_be_read_ends_it_in_words(
    house: House, workspace: Workspace, past: list[dict[str, Any]]
) -> None:
    async with house.database.transaction(workspace.id) as connection:
        await connection.execute(
            "UPDATE retour.judgement j SET body = '{\"lines\": 7}'"
            " WHERE j.workspace_id = $1 AND j.return_id = $2",
            workspace.id,
            past[1]["id"],
        )

    done = await ended(house, workspace, await begin(house, workspace))

    assert done["state"] == "failed"
    assert "cannot be read" in done["failure"]


@pytest.mark.usefixtures("past")
async def test_changes_beyond_the_list_are_counted(house: House, workspace: Workspace) -> None:
    begun = await begin(house, workspace, STRICT)
    await trying.go_on(house, workspace.id, begun["id"], listed_max=1)
    done = await ended(house, workspace, begun)

    assert (done["changed"], done["listed"]) == (2, 1)
    assert len(await changes_of(house, workspace, done)) == 1


async def test_old_ones_are_forgotten(house: House, workspace: Workspace) -> None:
    begun: list[dict[str, Any]] = []
    for _ in range(4):
        begun.append(await begin(house, workspace))
        await ended(house, workspace, begun[-1])
    await backtesting.start(house, workspace.id, "default", BacktestNew(), actor=ACTOR, kept_max=2)

    shown = read(await backtesting.listing(house, workspace.id, Page()))
    assert [one["id"] for one in shown["data"][1:]] == [begun[3]["id"], begun[2]["id"]]
    gone = await backtesting.look_up(house, workspace.id, begun[0]["id"])
    assert gone == NotFound(what="backtest")
