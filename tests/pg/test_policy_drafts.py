"""Drafts of policies: kept though they contradict themselves, in force when they should be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from retour.desk import auditing, policies
from retour.desk.outcome import Done, NotFound, Refused, VersionDiffers
from retour.desk.pages import Page
from retour.desk.policies import PolicyPut, drafts, versions
from retour.desk.policies.drafts import Publish, Rollback, Schedule
from retour.kernel.problems import InvalidRequest
from retour.lifecycle.model import Actor, ActorKind
from tests.support.backtesting import read

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.support.pg import Workspace

ANN = Actor(kind=ActorKind.AGENT, id="psn_ann")
EVE = Actor(kind=ActorKind.AGENT, id="psn_eve")
NEVER = msgspec.convert(
    {
        "rules": [
            {"id": "all", "then": {"review": "We look."}},
            {"id": "never", "then": {"reject": "No."}},
        ]
    },
    PolicyPut,
)


async def days(house: House, workspace: Workspace) -> tuple[int, int]:
    """Say which version is in force, and its window."""
    shown = read(await policies.look_up(house, workspace.id, "default"))
    return shown["version"], shown["window_days"]


async def put(house: House, workspace: Workspace, window: int, **more: Any) -> Any:  # noqa: ANN401 - any outcome
    body = PolicyPut(window_days=window)
    return await drafts.put(house, workspace.id, "default", body, actor=ANN, **more)


async def history(house: House, workspace: Workspace) -> list[dict[str, Any]]:
    shown = read(await versions.listing(house, workspace.id, "default", Page()))
    return list(shown["data"])


async def test_a_draft_changes_nothing_until_it_is_published(
    house: House, workspace: Workspace
) -> None:
    made = read(await put(house, workspace, 7))
    assert (made["version"], made["based_on"], made["faults"]) == (1, 1, [])
    assert await days(house, workspace) == (1, 30)
    done = await drafts.publish(house, workspace.id, "default", Publish(), actor=EVE)
    assert isinstance(done, Done)
    assert await days(house, workspace) == (2, 7)
    assert (await history(house, workspace))[0]["author"] == {"kind": "agent", "id": "psn_eve"}
    assert isinstance(await drafts.look_up(house, workspace.id, "default"), NotFound)


async def test_a_draft_may_contradict_itself_but_not_in_force(
    house: House, workspace: Workspace
) -> None:
    done = await drafts.put(house, workspace.id, "default", NEVER, actor=ANN)
    assert [one["path"] for one in read(done)["faults"]] == ["/rules/1"]
    for body in (Publish(), Schedule(at=datetime(2999, 1, 1, tzinfo=UTC))):
        with pytest.raises(InvalidRequest):
            await drafts.publish(house, workspace.id, "default", body, actor=ANN)
    assert await days(house, workspace) == (1, 30)


async def test_nobody_overwrites_what_they_did_not_see(house: House, workspace: Workspace) -> None:
    await put(house, workspace, 7)
    assert read(await put(house, workspace, 8, if_match=1))["version"] == 2
    assert await put(house, workspace, 9, if_match=1) == VersionDiffers(current=2)
    await policies.put(house, workspace.id, "default", PolicyPut(window_days=60), actor=EVE)
    refused = await drafts.publish(house, workspace.id, "default", Publish(), actor=ANN)
    assert isinstance(refused, Refused)
    assert refused.refusal.code.value == "policy_moved_on"
    assert await days(house, workspace) == (2, 60)
    await drafts.publish(house, workspace.id, "default", Publish(over=2), actor=ANN)
    assert await days(house, workspace) == (3, 8)


async def test_what_changes_nothing_is_not_published(house: House, workspace: Workspace) -> None:
    begun = read(await drafts.begin(house, workspace.id, "default", actor=ANN))
    assert not begun["changed"]
    for body in (Publish(), Schedule(at=datetime(2999, 1, 1, tzinfo=UTC))):
        refused = await drafts.publish(house, workspace.id, "default", body, actor=ANN)
        assert isinstance(refused, Refused), body
        assert refused.refusal.code.value == "policy_unchanged", body
    assert read(await put(house, workspace, 7))["changed"]
    assert read(await put(house, workspace, 30))["publish_at"] is None
    assert not read(await drafts.look_up(house, workspace.id, "default"))["changed"]
    assert await days(house, workspace) == (1, 30)


async def due_now(house: House, workspace: Workspace) -> None:
    """Have the draft's instant pass."""
    async with house.database.transaction(workspace.id) as connection:
        await connection.execute(
            "UPDATE retour.policy_draft SET publish_at = clock_timestamp() - interval '1 second'"
            " WHERE workspace_id = $1",
            workspace.id,
        )


async def test_what_is_scheduled_comes_into_force_by_itself(
    house: House, workspace: Workspace
) -> None:
    await put(house, workspace, 7)
    at = datetime.now(UTC) + timedelta(days=1)
    shown = read(await drafts.publish(house, workspace.id, "default", Schedule(at=at), actor=EVE))
    assert shown["publish_at"] is not None
    refused = await put(house, workspace, 9)
    assert isinstance(refused, Refused)
    assert refused.refusal.code.value == "policy_scheduled"
    mine = (workspace.id, "default")
    assert mine not in await drafts.due(house)
    assert not await drafts.publish_due(house, *mine), "it is not due yet"
    await due_now(house, workspace)
    assert mine in await drafts.due(house)
    assert await drafts.publish_due(house, *mine)
    assert await days(house, workspace) == (2, 7)
    log = read(await auditing.listing(house, workspace.id, Page(), word="policy.insert"))["data"]
    assert (log[0]["actor"], log[0]["subject"]) == ("person:psn_eve", "default/2")
    assert mine not in await drafts.due(house)


async def test_what_is_due_and_cannot_be_read_is_held_and_looked_for_no_more(
    house: House, workspace: Workspace
) -> None:
    await put(house, workspace, 7)
    at = datetime.now(UTC) + timedelta(days=1)
    await drafts.publish(house, workspace.id, "default", Schedule(at=at), actor=ANN)
    await due_now(house, workspace)
    async with house.database.transaction(workspace.id) as connection:
        broken = 'UPDATE retour.policy_draft SET body = \'{"window_days": "many"}\''
        await connection.execute(broken)
    mine = (workspace.id, "default")
    assert mine in await drafts.due(house)
    assert not await drafts.publish_due(house, *mine)
    assert mine not in await drafts.due(house)
    async with house.database.transaction(workspace.id) as connection:
        held = await connection.fetchval("SELECT held FROM retour.policy_draft")
    assert "can no longer be read" in held
    assert await days(house, workspace) == (1, 30)


async def test_what_is_due_but_would_undo_another_is_held(
    house: House, workspace: Workspace
) -> None:
    await put(house, workspace, 7)
    at = datetime.now(UTC) + timedelta(days=1)
    await drafts.publish(house, workspace.id, "default", Schedule(at=at), actor=ANN)
    await policies.put(house, workspace.id, "default", PolicyPut(window_days=60), actor=EVE)
    await due_now(house, workspace)
    assert not await drafts.publish_due(house, workspace.id, "default")
    assert await days(house, workspace) == (2, 60)
    shown = read(await drafts.look_up(house, workspace.id, "default"))
    assert shown["publish_at"] is None
    assert "Version 2 came into force" in shown["held"]


async def test_an_instant_that_has_passed_is_refused(house: House, workspace: Workspace) -> None:
    await put(house, workspace, 7)
    past = Schedule(at=datetime.now(UTC) - timedelta(minutes=1))
    with pytest.raises(InvalidRequest):
        await drafts.publish(house, workspace.id, "default", past, actor=ANN)


async def test_a_schedule_is_taken_back(house: House, workspace: Workspace) -> None:
    await put(house, workspace, 7)
    at = datetime.now(UTC) + timedelta(days=1)
    await drafts.publish(house, workspace.id, "default", Schedule(at=at), actor=ANN)
    shown = read(await drafts.unschedule(house, workspace.id, "default"))
    assert shown["publish_at"] is None
    assert read(await put(house, workspace, 9))["policy"]["window_days"] == 9


async def test_a_version_is_brought_back_as_the_next(house: House, workspace: Workspace) -> None:
    for window in (7, 14):
        await policies.put(house, workspace.id, "default", PolicyPut(window_days=window))
    back = Rollback(version=2)
    await drafts.roll_back(house, workspace.id, "default", back, actor=EVE)
    assert await days(house, workspace) == (4, 7)
    newest = (await history(house, workspace))[0]
    assert (newest["restores"], newest["author"]["id"]) == (2, "psn_eve")
    await drafts.roll_back(house, workspace.id, "default", back, actor=EVE)
    assert await days(house, workspace) == (4, 7), "it is in force already"
    for version in (0, 99, 2**40):
        missing = Rollback(version=version)
        with pytest.raises(InvalidRequest):
            await drafts.roll_back(house, workspace.id, "default", missing, actor=EVE)
