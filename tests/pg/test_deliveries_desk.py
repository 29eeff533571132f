"""Deliveries looked into and repeated; what waits follows its address."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import msgspec
import pytest

from retour.desk.house import House
from retour.desk.outcome import Done, NotFound, Refused
from retour.desk.pages import Page
from retour.desk.telling import deliveries, recover, subscriptions
from retour.desk.telling.subscription_body import RecoverBody, SubscriptionPatch
from retour.desk.telling.testing import send_test
from retour.kernel.problems import InvalidRequest
from retour.store.telling_deliveries import Wanted
from tests.support.pg import Workspace, fresh_workspace
from tests.support.queued import URL, ended, listed, rows, subscribed
from tests.support.told import (
    ACTOR,
    asked_with,
    put_order,
    read,
    shipped_return,
)

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("limit", [1, 3, 200])
@pytest.mark.parametrize("step", [4, 6, 400])
async def test_what_waits_and_what_has_ended_are_one_list_newest_first(
    house: House,
    workspace: Workspace,
    admin: asyncpg.Connection,
    *,
    limit: int,
    step: int,
) -> None:
    first = await subscribed(house, workspace)
    await shipped_return(house, workspace.id, "A1")
    await ended(admin, workspace, first, "delivered")
    await shipped_return(house, workspace.id, "A2")
    found = await listed(house, workspace, Wanted(subscription_id=first), limit=limit, step=step)
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
