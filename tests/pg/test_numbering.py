"""Numbers of memos and credit notes: 1, 2, 3 …, whoever asks at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import partial

import asyncpg
import pytest

from retour.desk.execute import Asked, execute
from retour.desk.house import House
from retour.desk.outcome import Outcome, Refused
from retour.lifecycle.commands import Complete, ConfirmSettlement
from retour.settings import Settings
from retour.store.secrets import Vault
from tests.support.numbering import ACTOR, done, drafted, numbers, promise
from tests.support.pg import Workspace
from tests.support.racing import RUNNERS, Runners, runners

ROUNDS = 8


@pytest.fixture
def eight(settings: Settings, vault: Vault, admin_dsn: str) -> Iterator[Runners]:
    with runners(settings, vault, admin_dsn) as found:
        yield found


def asking(workspace: Workspace, one: str) -> Callable[[House], Awaitable[Outcome]]:
    return lambda house: promise(house, workspace.id, one)


async def test_eight_processes_promising_eight_returns_leave_no_gap(
    house: House, workspace: Workspace, admin: asyncpg.Connection, eight: Runners
) -> None:
    """Each has connections and caches of its own; nobody is sent away as busy."""
    for nth in range(ROUNDS):
        returns = [await drafted(house, workspace.id, f"{nth}-{one}") for one in range(RUNNERS)]
        outcomes = await asyncio.to_thread(eight.race, [asking(workspace, one) for one in returns])
        assert done(outcomes) == RUNNERS
    assert await numbers(admin, workspace.id, "memo") == list(range(1, ROUNDS * RUNNERS + 1))


async def test_whoever_comes_second_leaves_no_gap(
    house: House, workspace: Workspace, admin: asyncpg.Connection, eight: Runners
) -> None:
    """Four ask for one return and four for another: two are done, the rest have drawn nothing."""
    for nth in range(ROUNDS):
        two = [await drafted(house, workspace.id, f"{nth}-{one}") for one in range(2)]
        asks = [asking(workspace, two[one % 2]) for one in range(RUNNERS)]
        outcomes = await asyncio.to_thread(eight.race, asks)
        assert done(outcomes) == len(two)
    assert await numbers(admin, workspace.id, "memo") == list(range(1, 2 * ROUNDS + 1))


async def test_a_plan_refused_after_its_number_leaves_no_gap(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """The number is drawn by the first command, the plan refused by the second."""
    one, other = [await drafted(house, workspace.id, name) for name in ("1", "2")]
    asked = partial(Asked, workspace_id=workspace.id, actor=ACTOR, source="api", return_id=one)
    refused = await execute(house, asked(plan=[ConfirmSettlement(), Complete()]))
    assert isinstance(refused, Refused)
    assert await numbers(admin, workspace.id, "memo") == []
    await promise(house, workspace.id, other)
    await promise(house, workspace.id, one)
    assert await numbers(admin, workspace.id, "memo") == [1, 2]


async def test_workspaces_number_apart(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """What one merchant promises moves nobody else's series."""
    await promise(house, workspace.id, await drafted(house, workspace.id, "1"))
    found = await admin.fetchval(
        "SELECT next FROM retour.paper_series WHERE workspace_id = $1 AND kind = 'memo'",
        workspace.id,
    )
    assert found == 2
    assert await numbers(admin, workspace.id, "credit_note") == []
