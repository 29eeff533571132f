"""Backtests for tests: a past, a draft that changes it, and ways to begin, end and read one."""

from __future__ import annotations

from typing import Any

import msgspec

from retour.desk import policies
from retour.desk.house import House
from retour.desk.outcome import Done
from retour.desk.pages import Page
from retour.desk.policies import PolicyPut, backtesting, trying
from retour.desk.policies.backtesting import BacktestNew
from retour.policy.model import Approval
from tests.support.customers import ACTOR, asked, sold
from tests.support.pg import Workspace

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
    """Read what must have been done."""
    assert isinstance(outcome, Done), outcome
    shown: dict[str, Any] = msgspec.json.decode(outcome.body)
    return shown


async def begin(
    house: House, workspace: Workspace, draft: PolicyPut | None = None, days: int = 90
) -> dict[str, Any]:
    """Begin a backtest of a draft, or of the policy in force."""
    body = BacktestNew(days=days, policy=draft)
    return read(await backtesting.start(house, workspace.id, "default", body, actor=ACTOR))


async def ended(house: House, workspace: Workspace, backtest: dict[str, Any]) -> dict[str, Any]:
    """Go on until it has ended; gives how it stands."""
    while await trying.go_on(house, workspace.id, backtest["id"]) is not None:
        pass
    return read(await backtesting.look_up(house, workspace.id, backtest["id"]))


async def changes_of(
    house: House, workspace: Workspace, backtest: dict[str, Any], limit: int = 50
) -> list[dict[str, Any]]:
    """Give every changed line, page by page."""
    found: list[dict[str, Any]] = []
    page = Page(limit=limit)
    while True:
        shown = read(await backtesting.changes(house, workspace.id, backtest["id"], page))
        found += shown["data"]
        if shown["next_cursor"] is None:
            return found
        page = Page(limit=limit, after=str(len(found)))


async def state_of(house: House, workspace: Workspace, backtest: dict[str, Any]) -> str:
    """Give the word a backtest stands at."""
    shown = read(await backtesting.look_up(house, workspace.id, backtest["id"]))
    return str(shown["state"])


async def three_returns(house: House, workspace: Workspace) -> list[dict[str, Any]]:
    """Ask for three returns under a policy that approves them all."""
    await policies.put(house, workspace.id, "default", LENIENT)
    for number in ("1", "2"):
        await sold(house, workspace, number, 5, order_type="b2b")
    return [
        await asked(house, workspace, "1", 1),
        await asked(house, workspace, "1", 3),
        await asked(house, workspace, "2", 1),
    ]


async def copies(house: House, workspace: Workspace, return_id: str, count: int) -> None:
    """Freeze the facts of a return for as many others, a second apart."""
    async with house.database.transaction(workspace.id) as connection:
        await connection.execute(
            "INSERT INTO retour.judgement"
            " (workspace_id, return_id, asked_at, policy_id, policy_version, body)"
            " SELECT j.workspace_id, 'ret_copy_' || n, j.asked_at - n * interval '1 second',"
            "        j.policy_id, j.policy_version, j.body"
            "   FROM retour.judgement j CROSS JOIN generate_series(1, $3::integer) AS n"
            "  WHERE j.workspace_id = $1 AND j.return_id = $2",
            workspace.id,
            return_id,
            count,
        )
