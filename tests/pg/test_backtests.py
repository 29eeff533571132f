"""Backtests: the same code on frozen facts, gone on with where they were, in one workspace."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import msgspec
import pytest

from retour.desk import policies
from retour.desk.house import House
from retour.desk.outcome import Done, NotFound, Refused
from retour.desk.pages import Page
from retour.desk.policies import PolicyPut, backtesting, trying
from retour.desk.policies.backtesting import BacktestNew
from retour.policy.model import Approval
from retour.wiring.backtesting import backtesting as backtesting_server
from tests.support.backtesting import copies
from tests.support.customers import ACTOR, asked, sold
from tests.support.pg import Workspace, fresh_workspace

LENIENT = PolicyPut(approval=Approval.AUTO)
STRICT = msgspec.convert(
    {
        "approval": "auto",
        "ineligible": "reject",
        "rules": [
            {
                "id": "many",
                "when": {"request": {"quantity": {"at_least": 3}}},
                "then": {"reject": "Too many."},
            },
            {
                "id": "again",
                "when": {"customer": {"returns_placed": {"at_least": 1}}},
                "then": {"review": "Not the first one."},
            },
        ],
    },
    PolicyPut,
)


def read(outcome: object) -> dict[str, Any]:
    assert isinstance(outcome, Done), outcome
    shown: dict[str, Any] = msgspec.json.decode(outcome.body)
    return shown


async def begin(
    house: House, workspace: Workspace, draft: PolicyPut | None = None, days: int = 90
) -> dict[str, Any]:
    body = BacktestNew(days=days, policy=draft)
    return read(await backtesting.start(house, workspace.id, "default", body, actor=ACTOR))


async def ended(house: House, workspace: Workspace, backtest: dict[str, Any]) -> dict[str, Any]:
    while await trying.go_on(house, workspace.id, backtest["id"]) is not None:
        pass
    return read(await backtesting.look_up(house, workspace.id, backtest["id"]))


async def changes_of(
    house: House, workspace: Workspace, backtest: dict[str, Any], limit: int = 50
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page = Page(limit=limit)
    while True:
        shown = read(await backtesting.changes(house, workspace.id, backtest["id"], page))
        found += shown["data"]
        if shown["next_cursor"] is None:
            return found
        page = Page(limit=limit, after=str(len(found)))


@pytest.fixture
async def past(house: House, workspace: Workspace) -> list[dict[str, Any]]:
    """Three returns under a policy that approves them all."""
    await policies.put(house, workspace.id, "default", LENIENT)
    for number in ("1", "2"):
        await sold(house, workspace, number, 5, order_type="b2b")
    return [
        await asked(house, workspace, "1", 1),
        await asked(house, workspace, "1", 3),
        await asked(house, workspace, "2", 1),
    ]


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
    changes = await changes_of(house, workspace, done, limit=1)
    assert [
        (one["return"], one["line"], one["from"], one["to"], one["rule"]) for one in changes
    ] == [
        (past[1]["id"], "1", "approve", "reject", "many"),
        (past[2]["id"], "1", "approve", "review", "again"),
    ]


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


async def test_a_killed_process_is_gone_on_from(
    house: House, workspace: Workspace, past: list[dict[str, Any]], admin_dsn: str
) -> None:
    """kill −9 in the middle of a slice: nothing is lost, nothing is counted twice."""
    await copies(house, workspace, past[1]["id"], 6 * trying.SLICE)
    begun = await begin(house, workspace, STRICT)
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.backtesting",
        admin_dsn,
        str(workspace.id),
        begun["id"],
        stdout=asyncio.subprocess.PIPE,
    )
    assert worker.stdout is not None
    async with asyncio.timeout(60):
        assert await worker.stdout.readline() == b"tried\n"
    worker.kill()
    await worker.wait()
    between = read(await backtesting.look_up(house, workspace.id, begun["id"]))
    async with asyncio.timeout(60):  # Until the server has noticed, the row is still held.
        while (await _state(house, workspace, begun)) == "running":
            await trying.go_on(house, workspace.id, begun["id"])
            await asyncio.sleep(0.01)

    done = read(await backtesting.look_up(house, workspace.id, begun["id"]))
    assert 0 < between["tried"] < between["total"]
    assert done["tried"] == done["total"] == 6 * trying.SLICE + len(past)
    assert done["would"] == {"approve": 1, "review": 1, "reject": 6 * trying.SLICE + 1}
    assert len(await changes_of(house, workspace, done, limit=200)) == done["changed"]


async def _state(house: House, workspace: Workspace, backtest: dict[str, Any]) -> str:
    shown = read(await backtesting.look_up(house, workspace.id, backtest["id"]))
    return str(shown["state"])


@pytest.mark.usefixtures("past")
async def test_a_server_goes_on_by_itself(house: House, workspace: Workspace) -> None:
    begun = await begin(house, workspace, STRICT)
    async with backtesting_server(house), asyncio.timeout(60):
        while True:
            if await _state(house, workspace, begun) != "running":
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
