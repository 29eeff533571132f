"""Recovery tells again what a subscription missed: in order, once, where it stopped."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from retour.desk.house import House
from retour.desk.telling import recover
from retour.desk.telling.subscription_body import RecoverBody
from retour.kernel.problems import InvalidRequest
from retour.store.telling_deliveries import Wanted
from tests.support.pg import Workspace
from tests.support.queued import ended, listed, rows, subscribed
from tests.support.told import (
    ask_return,
    asked_with,
    put_order,
    read,
    reject,
    shipped_return,
)

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


async def test_recovery_tells_again_in_order_what_is_wanted_and_no_longer_waits(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    wanted = ["return.requested", "return.shipped", "return.rejected"]
    await shipped_return(house, workspace.id, "early")
    first = await subscribed(house, workspace, events=wanted)
    await shipped_return(house, workspace.id, "A1")
    before = await listed(house, workspace, Wanted(subscription_id=first))
    await ended(admin, workspace, first, "dead")
    await reject(house, workspace.id, await ask_return(house, workspace.id, "A1"))
    waiting = await listed(house, workspace, Wanted(subscription_id=first, status="pending"))
    answer = read(await recover.recover(house, workspace.id, first, RecoverBody(since=EPOCH)))
    fresh = [
        row
        for row in await rows(house, workspace, first)
        if row["delivery_id"] not in {item["id"] for item in waiting}
    ]

    assert answer == {"count": 4, "next_cursor": None}
    assert len(fresh) == 4
    assert not {row["event_id"] for row in fresh} & {item["event"] for item in waiting}
    again = {row["event_id"]: row["resend_of"] for row in fresh}
    assert {again.pop(item["event"]) for item in before} == {item["id"] for item in before}
    assert set(again.values()) == {None}
    by_lane: dict[str, list[str]] = {}
    for row in fresh:
        by_lane.setdefault(row["lane"], []).append(row["type"])
    assert list(by_lane.values()) == [["return.requested", "return.shipped"]] * 2
    assert all(row["pending"] == 2 for row in fresh)


async def test_recovery_twice_repeats_only_what_has_ended(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    await put_order(house, workspace.id, "A1")
    first = await subscribed(house, workspace)
    body = RecoverBody(since=EPOCH)
    counts = [
        read(await recover.recover(house, workspace.id, first, body))["count"] for _ in range(2)
    ]
    await ended(admin, workspace, first, "delivered")
    told = await listed(house, workspace, Wanted(subscription_id=first))
    third = read(await recover.recover(house, workspace.id, first, body))["count"]
    last = (await listed(house, workspace, Wanted(subscription_id=first, status="pending")))[0]
    assert counts == [1, 0]
    assert third == 1
    assert last["resend_of"] == told[0]["id"]


async def test_recovery_begins_at_its_instant_on_either_clock(
    house: House, workspace: Workspace
) -> None:
    """A sandbox's clock runs an hour ahead of the second order."""
    await put_order(house, workspace.id, "A1")
    middle = datetime.now(UTC)
    async with house.database.transaction(workspace.id) as connection:
        await connection.execute(
            "UPDATE retour.workspace SET clock_offset_us = 3600000000 WHERE workspace_id = $1",
            workspace.id,
        )
    await put_order(house, workspace.id, "A2")
    for since, count in (
        (EPOCH, 2),
        (middle, 1),
        (middle + timedelta(minutes=59), 1),
        (middle + timedelta(hours=2), 0),
    ):
        first = await subscribed(house, workspace)
        answer = await recover.recover(house, workspace.id, first, RecoverBody(since=since))
        assert read(answer)["count"] == count, since


async def test_a_long_recovery_goes_on_where_it_stopped_in_the_same_lanes(
    house: House, workspace: Workspace
) -> None:
    for number in range(30):
        await shipped_return(house, workspace.id, f"A{number}")
    first = await subscribed(house, workspace)
    body, count, calls = RecoverBody(since=EPOCH), 0, 0
    before: set[tuple[str, int]] = set()
    while True:
        told_again = await recover.recover(house, workspace.id, first, body, step=4, steps_max=1)
        answer = read(told_again)
        count, calls = count + answer["count"], calls + 1
        queued = {(row["lane"], row["position"]) for row in await rows(house, workspace, first)}
        for lane, position in queued - before:  # Never before what may have been sent already.
            assert position > max((at for own, at in before if own == lane), default=0)
        before = queued
        if answer["next_cursor"] is None:
            break
        body = RecoverBody(since=EPOCH, cursor=answer["next_cursor"])
    told = await rows(house, workspace, first)

    assert calls > 3
    assert count == len(told) == 150
    assert len({row["event_id"] for row in told}) == 150
    assert len({row["lane"] for row in told}) == 60
    bad = RecoverBody(since=EPOCH, cursor="bm9uc2Vuc2U")
    with pytest.raises(InvalidRequest):
        await recover.recover(house, workspace.id, first, bad)


async def test_recovery_is_had_once_per_key(house: House, workspace: Workspace) -> None:
    await shipped_return(house, workspace.id, "A1")
    first = await subscribed(house, workspace)
    key, body = asked_with("recover"), RecoverBody(since=EPOCH)
    answers = await asyncio.gather(
        *(recover.recover(house, workspace.id, first, body, key) for _ in range(10))
    )
    assert {read(answer)["count"] for answer in answers} == {5}
    assert len(await rows(house, workspace, first)) == 5
