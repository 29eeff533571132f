"""Returns that wait for something, on a sandbox's clock that jumps past what is due."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta

import msgspec

from retour.desk.execute import Asked, execute
from retour.desk.house import House
from retour.desk.outcome import Done
from retour.desk.policies import PolicyPut
from retour.desk.policies import put as put_policy
from retour.lifecycle.commands import Command, LineAsked, Request
from retour.lifecycle.model import Actor, ActorKind
from tests.support.ordering import put_order
from tests.support.pg import Workspace

ACTOR = Actor(kind=ActorKind.API_KEY, id="key")
REVIEW = {"review_days": 3}


async def under(house: House, workspace_id: int, **deadlines: object) -> None:
    """Put a policy with deadlines."""
    body = msgspec.convert({"deadlines": deadlines}, PolicyPut)
    outcome = await put_policy(house, workspace_id, "default", body)
    assert isinstance(outcome, Done), outcome


async def act(house: House, workspace_id: int, return_id: str | None, *plan: Command) -> str:
    """Carry a plan out; gives the return's id."""
    asked = Asked(
        workspace_id=workspace_id, plan=plan, actor=ACTOR, source="api", return_id=return_id
    )
    outcome = await execute(house, asked)
    assert isinstance(outcome, Done), outcome
    return str(json.loads(outcome.body)["id"])


async def requested(house: House, workspace: Workspace, number: str, count: int) -> list[str]:
    """Ask for some returns of one order."""
    workspace_id = workspace.id
    await put_order(house, workspace, number, count)
    asked = Request(order_number=number, lines=(LineAsked(line="1", quantity=1, reason="x"),))
    return [await act(house, workspace_id, None, asked) for _ in range(count)]


async def jump(house: House, workspace_id: int, step: timedelta) -> None:
    """Move a sandbox's clock without stopping anywhere, as if everybody had slept."""
    async with house.database.transaction(workspace_id) as connection:
        await connection.execute(
            "UPDATE retour.workspace SET clock_offset_us = clock_offset_us + $2"
            " WHERE workspace_id = $1",
            workspace_id,
            step // timedelta(microseconds=1),
        )
    house.configs.forget(workspace_id)


async def missed(house: House, workspace_id: int) -> list[str]:
    """Give, per event that says so, which return missed a deadline."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            "SELECT return_id FROM retour.event"
            " WHERE workspace_id = $1 AND type = 'deadline.missed' ORDER BY return_id",
            workspace_id,
        )
    return [row["return_id"] for row in rows]


async def until_missed(
    house: House, workspace_id: int, count: int, *, within_s: float = 40.0
) -> list[str]:
    """Wait until so many deadlines are said to be missed, and all work on them has ended."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        said = await missed(house, workspace_id)
        async with house.database.transaction(workspace_id) as connection:
            left = await connection.fetchval(
                "SELECT count(*) FROM retour.delivery"
                " WHERE workspace_id = $1 AND subscription_id = 'sub_timer'",
                workspace_id,
            )
        if len(said) >= count and left == 0:
            return said
        await asyncio.sleep(0.1)
    return await missed(house, workspace_id)
