"""Deliveries looked into and repeated; what waits follows its address; recovery in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from retour.desk import deliveries, recover, subscriptions
from retour.desk.house import House
from retour.desk.outcome import Done, NotFound, Refused
from retour.desk.pages import Page, read_page
from retour.desk.subscription_body import RecoverBody, SubscriptionNew, SubscriptionPatch
from retour.desk.testing import send_test
from retour.kernel.problems import InvalidRequest
from retour.store.telling_deliveries import Wanted
from tests.support.pg import Workspace, fresh_workspace
from tests.support.told import (
    ACTOR,
    ask_return,
    asked_with,
    put_order,
    read,
    reject,
    shipped_return,
)

URL = "http://127.0.0.1:9/hook"
JSON = dict[str, Any]
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@pytest_asyncio.fixture
async def admin(admin_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """The administrator, who plays the part of delivery."""
    connection = await asyncpg.connect(admin_dsn)
    yield connection
    await connection.close()


async def subscribed(house: House, workspace: Workspace, **fields: object) -> str:
    body = msgspec.convert({"url": URL, **fields}, SubscriptionNew)
    made = await subscriptions.create(house, workspace.id, body)
    return str(read(made, 201)["id"])


async def ended(
    admin: asyncpg.Connection, workspace: Workspace, subscription: str, status: str
) -> None:
    """End all that waits at a subscription, as if delivery had."""
    await admin.execute(
        "WITH gone AS (DELETE FROM retour.delivery WHERE workspace_id = $1 AND subscription_id = $2"
        " RETURNING *), l AS (DELETE FROM retour.lane WHERE workspace_id = $1"
        " AND subscription_id = $2) INSERT INTO retour.delivery_log (workspace_id, delivery_id,"
        " subscription_id, lane, position, event_id, subscription_version, type, return_id,"
        " status, finished_at, resend_of) SELECT workspace_id, delivery_id, subscription_id, lane,"
        " position, event_id, subscription_version, type, return_id, $3, clock_timestamp(),"
        " resend_of FROM gone",
        workspace.id,
        subscription,
        status,
    )


async def listed(
    house: House, workspace: Workspace, wanted: Wanted | None = None, *, limit: int = 200
) -> list[JSON]:
    """Give all deliveries that fit, page by page."""
    found: list[JSON] = []
    page = Page(limit=limit)
    while True:
        answer = read(await deliveries.listing(house, workspace.id, wanted or Wanted(), page))
        found += answer["data"]
        if answer["next_cursor"] is None:
            return found
        page = read_page(str(limit), answer["next_cursor"])


async def rows(house: House, workspace: Workspace, subscription: str) -> list[asyncpg.Record]:
    async with house.database.transaction(workspace.id) as connection:
        return await connection.fetch(
            "SELECT d.*, l.blocked, l.pending, l.due_at FROM retour.delivery d JOIN retour.lane l"
            " USING (workspace_id, subscription_id, lane)"
            " WHERE workspace_id = $1 AND subscription_id = $2 ORDER BY lane, position",
            workspace.id,
            subscription,
        )


@pytest.mark.parametrize("limit", [1, 3, 200])
@pytest.mark.parametrize("step", [4, 6, 400])
async def test_what_waits_and_what_has_ended_are_one_list_newest_first(
    house: House,
    workspace: Workspace,
    admin: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    *,
    limit: int,
    step: int,
) -> None:
    monkeypatch.setattr(deliveries, "_STEP", step)
    first = await subscribed(house, workspace)
    await shipped_return(house, workspace.id, "A1")
    await ended(admin, workspace, first, "delivered")
    await shipped_return(house, workspace.id, "A2")
    found = await listed(house, workspace, Wanted(subscription_id=first), limit=limit)
    ids = [item["id"] for item in found]

    assert ids == sorted(set(ids), reverse=True)
    assert {item["status"] for item in found} == {"pending", "delivered"}
    assert len(found) == 10
    assert sum(item["status"] == "pending" for item in found) == 5


async def test_each_filter_finds_exactly_what_it_names(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    first, second = await subscribed(house, workspace), await subscribed(house, workspace)
    returns = [await shipped_return(house, workspace.id, "A1")]
    await ended(admin, workspace, first, "dead")
    returns.append(await shipped_return(house, workspace.id, "A2"))
    await ended(admin, workspace, second, "skipped")
    everything = await listed(house, workspace)
    event = next(item["event"] for item in everything if item["return"] == returns[1])
    repeated = next(
        item["id"] for item in everything if item["event"] == event and item["status"] == "skipped"
    )
    await deliveries.resend(house, workspace.id, repeated)
    await ended(admin, workspace, second, "skipped")
    again = read(await deliveries.resend(house, workspace.id, repeated), 201)
    everything = await listed(house, workspace)

    assert again in everything
    wanted: list[dict[str, str]] = [
        {"subscription_id": first},
        {"subscription_id": second, "status": "skipped"},
        {"subscription_id": second, "status": "pending"},
        {"return_id": returns[0]},
        {"return_id": returns[1], "type": "return.shipped"},
        {"event_id": event},
        {"event_id": event, "status": "pending"},
        {"event_id": event, "return_id": returns[1], "subscription_id": first},
        {"type": "order.delivered"},
        *({"status": status} for status in deliveries.STATUSES),
    ]
    keys = {"subscription_id": "subscription", "return_id": "return", "event_id": "event"}
    for by in wanted:
        expected = [
            item
            for item in everything
            if all(item[keys.get(name, name)] == value for name, value in by.items())
        ]
        assert expected or by == {"status": "delivered"}
        assert await listed(house, workspace, Wanted(**by)) == expected, by
        assert await listed(house, workspace, Wanted(**by), limit=1) == expected, by


async def test_an_orders_lane_is_found_by_its_return(house: House, workspace: Workspace) -> None:
    by_order = await subscribed(house, workspace, ordering="order")
    apart = await subscribed(house, workspace, ordering="none")
    return_id = await shipped_return(house, workspace.id, "A1")
    found = await listed(house, workspace, Wanted(return_id=return_id))
    for subscription in (by_order, apart):
        told = [item for item in found if item["subscription"] == subscription]
        assert len(told) == 4
        assert {item["return"] for item in told} == {return_id}


async def test_a_list_of_thousands_loses_none(house: House, workspace: Workspace) -> None:
    """More than one step of the merge, and more than is read at once."""
    first = await subscribed(house, workspace)
    async with house.database.transaction(workspace.id) as connection:
        await connection.execute(
            "INSERT INTO retour.delivery"
            " SELECT $1, $2, 'ret_x', g, 'dlv_' || lpad(g::text, 26, '0'),"
            " 'evt_' || lpad(g::text, 26, '0'), 1, CASE g % 997 WHEN 0 THEN 'rare' ELSE 'x' END"
            " FROM generate_series(1, 6000) g",
            workspace.id,
            first,
        )
        await connection.execute(
            "INSERT INTO retour.delivery_log"
            " SELECT $1, 'dlv_' || lpad(g::text, 26, '0') || 'x', $2,"
            " 'ret_y', g, 'evt_x', 1, 'x', NULL, 'delivered', clock_timestamp()"
            " FROM generate_series(1, 3000) g",
            workspace.id,
            first,
        )
    found = await listed(house, workspace, Wanted(subscription_id=first))
    rare = await listed(house, workspace, Wanted(subscription_id=first, type="rare"), limit=2)
    assert len(found) == 9000
    assert len({item["id"] for item in found}) == 9000
    assert len(rare) == 6


async def test_an_unknown_status_or_cursor_is_refused(house: House, workspace: Workspace) -> None:
    with pytest.raises(InvalidRequest):
        await deliveries.listing(house, workspace.id, Wanted(status="sent"), Page())
    with pytest.raises(InvalidRequest):
        await deliveries.listing(house, workspace.id, Wanted(), Page(after="evt_x"))


async def test_an_attempt_is_shown_with_what_was_said(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    first = await subscribed(house, workspace, events=["return.shipped"], headers={"X-A": "b"})
    await shipped_return(house, workspace.id, "A1")
    row = (await rows(house, workspace, first))[0]
    for n, code in ((1, 500), (2, 204)):
        await admin.execute(
            "INSERT INTO retour.attempt (workspace_id, attempt_id, delivery_id, subscription_id, n,"
            " at, outcome, status_code, error, detail, duration_ms, ms_dns, ms_first_byte, peer,"
            " request_headers, response_headers, response_body) VALUES ($1, 'att_' || $2, $3, $4,"
            " $5, clock_timestamp(), 'retry', $6, NULL, 'HTTP', 12, 3, 11, '127.0.0.1:9',"
            " 'webhook-id: x', 'server: y', $7)",
            workspace.id,
            str(n) * 26,
            row["delivery_id"],
            first,
            n,
            code,
            b"caf\xe9",
        )
    await admin.execute(
        "INSERT INTO retour.rendering VALUES ($1, $2, 'retour/json', 'application/json', '[]', $3)",
        workspace.id,
        row["event_id"],
        b'{"kept":true}',
    )
    whole = read(await deliveries.look_up(house, workspace.id, row["delivery_id"]))
    brief = (await listed(house, workspace, Wanted(subscription_id=first)))[0]

    assert [attempt["n"] for attempt in whole["attempts"]] == [1, 2]
    assert whole["attempts"][0]["request"] == {
        "to": URL,
        "headers": "webhook-id: x",
        "content_type": "application/json",
        "body": '{"kept":true}',
    }
    assert whole["attempts"][0]["response"] == {
        "status_code": 500,
        "headers": "server: y",
        "body": "caf\ufffd",
    }
    assert whole["attempts"][1]["timings"] == {
        "dns_ms": 3,
        "connect_ms": None,
        "tls_ms": None,
        "first_byte_ms": 11,
    }
    assert whole["attempts"][1]["duration_ms"] == 12
    assert whole["lane"]["head"] is True
    assert whole["lane"]["blocked"] is False
    assert [attempt["status_code"] for attempt in brief["attempts"]] == [500, 204]
    assert "request" not in brief["attempts"][0]


@pytest.mark.parametrize("status", ["delivered", "dead", "skipped", "pending"])
async def test_a_resend_is_a_new_delivery_of_the_same_event(
    house: House, workspace: Workspace, admin: asyncpg.Connection, status: str
) -> None:
    first = await subscribed(house, workspace, events=["return.shipped"])
    return_id = await shipped_return(house, workspace.id, "A1")
    before = (await listed(house, workspace, Wanted(subscription_id=first)))[0]
    if status != "pending":
        await ended(admin, workspace, first, status)
    again = read(await deliveries.resend(house, workspace.id, before["id"]), 201)
    row = next(
        row for row in await rows(house, workspace, first) if row["delivery_id"] == again["id"]
    )

    assert again["id"] != before["id"]
    assert again["resend_of"] == before["id"]
    assert again["event"] == before["event"]
    assert again["status"] == "pending"
    assert (row["lane"], row["position"], row["pending"]) == (again["id"], row["position"], 1)
    assert row["position"] > 0
    assert row["return_id"] == return_id
    assert row["due_at"] <= datetime.now(UTC) + timedelta(seconds=1)
    looked = read(await deliveries.look_up(house, workspace.id, before["id"]))
    assert looked["status"] == status


async def test_a_blocked_head_is_tried_again_itself(house: House, workspace: Workspace) -> None:
    first = await subscribed(house, workspace, on_dead="block")
    await shipped_return(house, workspace.id, "A1")
    async with house.database.transaction(workspace.id) as connection:
        await connection.execute(
            "UPDATE retour.lane SET blocked = true, attempt = 10, due_at = 'infinity'"
            " WHERE workspace_id = $1 AND subscription_id = $2 AND lane LIKE 'ret_%'",
            workspace.id,
            first,
        )
    waiting = [row for row in await rows(house, workspace, first) if row["blocked"]]
    head, behind = waiting[0]["delivery_id"], waiting[1]["delivery_id"]
    shown = read(await deliveries.look_up(house, workspace.id, head))
    beside = read(await deliveries.resend(house, workspace.id, behind), 201)
    still = [row["blocked"] for row in await rows(house, workspace, first)]
    rearmed = read(await deliveries.resend(house, workspace.id, head))
    after = await rows(house, workspace, first)

    assert shown["lane"] == {"head": True, "blocked": True, "due_at": None}
    assert beside["id"] != behind
    assert any(still)
    assert rearmed["id"] == head
    assert rearmed["resend_of"] is None
    assert not any(row["blocked"] for row in after)
    assert all(row["due_at"] <= datetime.now(UTC) + timedelta(seconds=1) for row in after)
    async with house.database.transaction(workspace.id) as connection:
        lane = await connection.fetchrow(
            "SELECT attempt, series_start FROM retour.lane WHERE workspace_id = $1"
            " AND subscription_id = $2 AND lane = $3",
            workspace.id,
            first,
            waiting[0]["lane"],
        )
    assert lane is not None
    assert tuple(lane) == (10, 10)


async def test_twenty_of_the_same_resend_make_one(house: House, workspace: Workspace) -> None:
    first = await subscribed(house, workspace, events=["return.shipped"])
    await shipped_return(house, workspace.id, "A1")
    one = (await listed(house, workspace, Wanted(subscription_id=first)))[0]["id"]
    key = asked_with("again")
    answers = await asyncio.gather(
        *(deliveries.resend(house, workspace.id, one, key) for _ in range(20))
    )
    assert len({read(answer, 201)["id"] for answer in answers}) == 1
    assert sum(answer.replayed for answer in answers if isinstance(answer, Done)) == 19
    assert len(await listed(house, workspace, Wanted(subscription_id=first))) == 2


async def test_what_cannot_be_repeated_says_why(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    first = await subscribed(house, workspace, events=["return.shipped"])
    await shipped_return(house, workspace.id, "A1")
    one = (await listed(house, workspace, Wanted(subscription_id=first)))[0]["id"]
    await subscriptions.patch(
        house, workspace.id, first, msgspec.convert({"status": "disabled"}, SubscriptionPatch)
    )
    disabled = await deliveries.resend(house, workspace.id, one)
    await subscriptions.delete(house, workspace.id, first)
    deleted = await deliveries.resend(house, workspace.id, one)
    await admin.execute(
        "INSERT INTO retour.delivery_log VALUES ($1, 'dlv_' || repeat('9', 26), 'sub_refund',"
        " 'leg_x', 1, 'evt_x', 1, 'refund.started', NULL, 'delivered', clock_timestamp())",
        workspace.id,
    )
    effect = await deliveries.resend(house, workspace.id, "dlv_" + "9" * 26)
    for outcome, word in ((disabled, "disabled"), (deleted, "deleted"), (effect, "refund")):
        assert isinstance(outcome, Refused)
        assert word in outcome.refusal.detail
    other = (await fresh_workspace(house)).id
    assert await deliveries.resend(house, other, one) == NotFound(what="delivery")
    assert await deliveries.look_up(house, other, one) == NotFound(what="delivery")


async def test_what_waits_follows_a_new_address_but_not_a_new_form(
    house: House, workspace: Workspace
) -> None:
    first = await subscribed(house, workspace)
    await shipped_return(house, workspace.id, "A1")

    async def change(**fields: object) -> set[int]:
        body = msgspec.convert(fields, SubscriptionPatch)
        await subscriptions.patch(house, workspace.id, first, body)
        return {row["subscription_version"] for row in await rows(house, workspace, first)}

    assert await change(url=URL + "/2") == {2}
    assert await change(headers={"X-A": "b"}) == {3}
    assert await change(events=["return.shipped"]) == {4}
    assert await change(status="paused") == {4}
    assert await change(format="xml", url=URL + "/3") == {4}
    assert await change(url=URL + "/4") == {4}
    assert await change(format="json") == {7}


async def test_a_resend_keeps_the_form_and_takes_the_new_address(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    first = await subscribed(house, workspace, events=["return.shipped"])
    await shipped_return(house, workspace.id, "A1")
    one = (await listed(house, workspace, Wanted(subscription_id=first)))[0]["id"]
    await ended(admin, workspace, first, "dead")

    async def version_after(**fields: object) -> int:
        body = msgspec.convert(fields, SubscriptionPatch)
        await subscriptions.patch(house, workspace.id, first, body)
        again = read(await deliveries.resend(house, workspace.id, one), 201)
        return int(again["subscription_version"])

    assert await version_after(url=URL + "/2") == 2
    assert await version_after(format="xml") == 1


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
    house: House, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        await shipped_return(house, workspace.id, f"A{number}")
    first = await subscribed(house, workspace)
    monkeypatch.setattr(recover, "_STEP", 4)
    monkeypatch.setattr(recover, "_STEPS_MAX", 1)
    body, count, calls = RecoverBody(since=EPOCH), 0, 0
    before: set[tuple[str, int]] = set()
    while True:
        answer = read(await recover.recover(house, workspace.id, first, body))
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


async def test_delivery_hears_of_work_at_once(house: House, workspace: Workspace) -> None:
    heard: list[tuple[int, str]] = []

    def hint(workspace_id: int, subscription_ids: Iterable[str]) -> None:
        heard.extend((workspace_id, one) for one in subscription_ids)

    attentive = replace(house, hints=hint)
    first = await subscribed(attentive, workspace)
    await put_order(house, workspace.id, "A1")
    one = (await listed(house, workspace))[0]["id"]
    paused = msgspec.convert({"status": "paused"}, SubscriptionPatch)
    await subscriptions.patch(house, workspace.id, first, paused)
    for work in (
        send_test(attentive, workspace.id, first, ACTOR),
        deliveries.resend(attentive, workspace.id, one),
        recover.recover(attentive, workspace.id, first, RecoverBody(since=EPOCH)),
        subscriptions.resume(attentive, workspace.id, first),
    ):
        heard.clear()
        assert isinstance(await work, Done)
        assert heard == [(workspace.id, first)]
