"""The log and the feed: complete, in order, and never ahead of a commit under way."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import msgspec
import pytest

from retour.desk import events
from retour.desk.events import read_log_page
from retour.desk.house import House
from retour.desk.outcome import NotFound
from retour.desk.pages import Page
from retour.desk.telling import subscriptions
from retour.desk.telling.feed import feed
from retour.desk.telling.subscription_body import SubscriptionNew
from retour.desk.telling.testing import send_test
from retour.kernel.problems import InvalidRequest
from tests.support.pg import Workspace, fresh_workspace
from tests.support.told import ACTOR, ask_return, put_order, read, reject, shipped_return

URL = "http://127.0.0.1:9/hook"
JSON = dict[str, Any]


async def subscribed(house: House, workspace: Workspace, **fields: object) -> str:
    body = msgspec.convert({"url": URL, **fields}, SubscriptionNew)
    made = await subscriptions.create(house, workspace.id, body)
    return str(read(made, 201)["id"])


async def whole_log(house: House, workspace: Workspace, limit: int = 200) -> list[JSON]:
    """Follow the log page by page, by cursors."""
    found: list[JSON] = []
    after: str | None = None
    while True:
        page = read_log_page(str(limit), after)
        answer = read(await events.log(house, workspace.id, page))
        found += answer["data"]
        after = answer["next_cursor"]
        if after is None:
            return found


async def fed(house: House, workspace: Workspace, subscription: str, limit: int) -> list[JSON]:
    found: list[JSON] = []
    after: str | None = None
    while True:
        page = read_log_page(str(limit), after)
        answer = read(await feed(house, workspace.id, subscription, page))
        found += answer["data"]
        after = answer["next_cursor"]
        if after is None:
            return found


async def queued(house: House, workspace: Workspace, subscription: str) -> list[Any]:
    """Give what waits at a subscription, lane by lane in the order it will be sent."""
    async with house.database.transaction(workspace.id) as connection:
        return await connection.fetch(
            "SELECT lane, position, event_id, type FROM retour.delivery"
            " WHERE workspace_id = $1 AND subscription_id = $2 ORDER BY lane, position",
            workspace.id,
            subscription,
        )


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
async def test_the_log_is_complete_and_in_order_at_any_page_size(
    house: House, workspace: Workspace, limit: int
) -> None:
    for number in ("A1", "A2", "A3"):
        await shipped_return(house, workspace.id, number)
    found = await whole_log(house, workspace, limit)

    streams: dict[str, list[int]] = {}
    for event in found:
        streams.setdefault(event["stream"], []).append(event["stream_sequence"])
    assert len(streams) == 3
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in streams.values())
    assert [event["type"] for event in found[:3]] == [
        "order.delivered",
        "return.requested",
        "eligibility.checked",
    ]


async def test_who_follows_the_log_misses_no_late_commit(
    house: House, workspace: Workspace
) -> None:
    """A commit that began first and ends last holds the log back until it is there."""
    await put_order(house, workspace.id, "A1")
    last = (await whole_log(house, workspace))[-1]["id"]
    late = await asyncpg.connect(house.database.dsn("retour_app"))
    try:
        await late.execute(f"BEGIN; SET LOCAL app.ws = '{workspace.id}'")
        await late.execute(
            "INSERT INTO retour.event SELECT workspace_id, 'evt_' || repeat('0', 26),"
            " pg_current_xact_id(), type, stream || 'x', 1, NULL, NULL, occurred_at, recorded_at,"
            " actor, source, snapshot, personal FROM retour.event"
            " WHERE workspace_id = $1 AND event_id = $2",
            workspace.id,
            last,
        )
        await ask_return(house, workspace.id, "A1")  # Begins later, ends earlier.
        before = read(await events.log(house, workspace.id, read_log_page(None, last)))
        await late.execute("COMMIT")
    finally:
        await late.close()
    after = read(await events.log(house, workspace.id, read_log_page(None, last)))

    assert before == {"data": [], "next_cursor": None}
    assert after["data"][0]["id"] == "evt_" + "0" * 26
    assert len(after["data"]) == 3


async def test_the_log_goes_on_behind_the_id_of_any_event(
    house: House, workspace: Workspace
) -> None:
    await shipped_return(house, workspace.id, "A1")
    found = await whole_log(house, workspace)
    for index, event in enumerate(found):
        page = read_log_page(None, event["id"])
        rest = read(await events.log(house, workspace.id, page))["data"]
        assert rest == found[index + 1 :]


async def test_a_returns_events_are_its_own_by_sequence(house: House, workspace: Workspace) -> None:
    first = await shipped_return(house, workspace.id, "A1")
    second = await ask_return(house, workspace.id, "A1")
    await reject(house, workspace.id, second)
    found = read(await events.of_return(house, workspace.id, first, Page()))["data"]
    page = read(await events.of_return(house, workspace.id, first, Page(limit=2)))
    rest = read(
        await events.of_return(
            house, workspace.id, first, read_log_page("200", page["next_cursor"])
        )
    )
    behind = read(
        await events.of_return(house, workspace.id, first, read_log_page(None, found[0]["id"]))
    )

    assert [event["sequence"] for event in found] == list(range(1, len(found) + 1))
    assert {event["data"]["return"]["id"] for event in found} == {first}
    assert page["data"] + rest["data"] == found
    assert behind["data"] == found[1:]


async def test_an_orders_events_are_its_whole_stream(house: House, workspace: Workspace) -> None:
    await shipped_return(house, workspace.id, "A1")
    await reject(house, workspace.id, await ask_return(house, workspace.id, "A1"))
    await put_order(house, workspace.id, "A2")
    found = read(await events.of_order(house, workspace.id, "A1", Page()))["data"]
    assert [event["stream_sequence"] for event in found] == list(range(1, len(found) + 1))
    assert found[0]["type"] == "order.delivered"
    assert found[-1]["type"] == "return.rejected"
    assert {event["data"]["order"]["order_number"] for event in found} == {"A1"}


async def test_what_is_not_there_is_not_found(house: House, workspace: Workspace) -> None:
    return_id = await shipped_return(house, workspace.id, "A1")
    subscription = await subscribed(house, workspace)
    other = (await fresh_workspace(house)).id
    assert await events.of_return(house, other, return_id, Page()) == NotFound(what="return")
    assert await events.of_order(house, other, "A1", Page()) == NotFound(what="order")
    assert await feed(house, other, subscription, Page()) == NotFound(what="subscription")
    assert read(await events.log(house, other, Page()))["data"] == []


@pytest.mark.parametrize("after", ["nonsense", "MTIz", "evt_" + "0" * 26, "Li4u"])
async def test_a_cursor_of_elsewhere_is_refused(
    house: House, workspace: Workspace, after: str
) -> None:
    with pytest.raises(InvalidRequest):
        await events.log(house, workspace.id, read_log_page(None, after))


async def test_the_feed_is_what_is_queued_in_the_same_order(
    house: House, workspace: Workspace
) -> None:
    await shipped_return(house, workspace.id, "before")
    subscription = await subscribed(
        house, workspace, events=["return.requested", "return.shipped", "return.rejected"]
    )
    await shipped_return(house, workspace.id, "A1")
    await reject(house, workspace.id, await ask_return(house, workspace.id, "A1"))
    told = await fed(house, workspace, subscription, 2)
    rows = await queued(house, workspace, subscription)

    assert {item["id"] for item in told} == {row["event_id"] for row in rows}
    order = [item["id"] for item in told]
    for lane in {row["lane"] for row in rows}:
        places = [order.index(row["event_id"]) for row in rows if row["lane"] == lane]
        assert places == sorted(places)
    log = {event["id"]: event for event in await whole_log(house, workspace)}
    for item in told:
        assert item["content_type"] == "application/json"
        assert msgspec.json.decode(item["body"]) == log[item["id"]]
        assert item["type"] == log[item["id"]]["type"]
        assert item["sequence"] == log[item["id"]]["sequence"]


async def test_the_feed_filters_as_the_commit_does(house: House, workspace: Workspace) -> None:
    subscription = await subscribed(house, workspace, filter={"status": ["rejected"]})
    await shipped_return(house, workspace.id, "A1")
    await reject(house, workspace.id, await ask_return(house, workspace.id, "A1"))
    told = await fed(house, workspace, subscription, 50)
    rows = await queued(house, workspace, subscription)
    assert [item["id"] for item in told] == [row["event_id"] for row in rows]
    assert [item["type"] for item in told] == ["return.rejected"]


async def test_the_feed_gives_kept_bytes_before_fresh_ones(
    house: House, workspace: Workspace, admin_dsn: str
) -> None:
    subscription = await subscribed(house, workspace, events=["order.delivered"], format="xml")
    await put_order(house, workspace.id, "A1")
    fresh = (await fed(house, workspace, subscription, 50))[0]
    admin = await asyncpg.connect(admin_dsn)
    try:
        await admin.execute(
            "INSERT INTO retour.rendering VALUES ($1, $2, 'retour/xml', 'text/x', '[]', 'kept')",
            workspace.id,
            fresh["id"],
        )
    finally:
        await admin.close()
    kept = (await fed(house, workspace, subscription, 50))[0]

    assert fresh["content_type"].startswith("application/xml")
    assert fresh["body"].startswith("<?xml")
    assert (kept["content_type"], kept["body"]) == ("text/x", "kept")


async def test_a_test_is_an_event_of_its_subscription_alone(
    house: House, workspace: Workspace
) -> None:
    first, second = await subscribed(house, workspace), await subscribed(house, workspace)
    answers = [read(await send_test(house, workspace.id, first, ACTOR), 202) for _ in range(2)]
    rows = await queued(house, workspace, first)
    log = await whole_log(house, workspace)

    assert sorted(row["lane"] for row in rows) == sorted(one["delivery"] for one in answers)
    assert [event["id"] for event in log] == [one["event"] for one in answers]
    assert [event["stream_sequence"] for event in log] == [1, 2]
    assert {event["stream"] for event in log} == {first}
    assert log[0]["type"] == "subscription.test"
    assert log[0]["data"]["subscription"] == first
    assert log[0]["actor"] == {"kind": "api_key", "id": "key_test"}
    assert await queued(house, workspace, second) == []
    assert [item["id"] for item in await fed(house, workspace, first, 50)] == [
        one["event"] for one in answers
    ]
    assert await fed(house, workspace, second, 50) == []


async def test_tests_at_once_are_numbered_without_a_gap(house: House, workspace: Workspace) -> None:
    subscription = await subscribed(house, workspace)
    await asyncio.gather(*(send_test(house, workspace.id, subscription, ACTOR) for _ in range(20)))
    log = await whole_log(house, workspace)
    assert sorted(event["stream_sequence"] for event in log) == list(range(1, 21))


async def test_transactions_are_ordered_as_numbers(
    house: House, workspace: Workspace, admin_dsn: str
) -> None:
    """Transaction 10 comes after transaction 9, though not in the order of texts."""
    await put_order(house, workspace.id, "A1")
    last = (await whole_log(house, workspace))[-1]["id"]
    admin = await asyncpg.connect(admin_dsn)
    try:
        for tx, event_id in ((10, "evt_" + "1" * 26), (9, "evt_" + "2" * 26)):
            await admin.execute(
                "INSERT INTO retour.event SELECT workspace_id, $3, $4::text::xid8, type, stream,"
                " 100, NULL, NULL, occurred_at, recorded_at, actor, source, snapshot, personal"
                " FROM retour.event WHERE workspace_id = $1 AND event_id = $2",
                workspace.id,
                last,
                event_id,
                str(tx),
            )
    finally:
        await admin.close()
    for limit in (1, 200):
        found = [event["id"] for event in await whole_log(house, workspace, limit)]
        assert found == ["evt_" + "2" * 26, "evt_" + "1" * 26, last]
