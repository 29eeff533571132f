"""What the desk promises of subscriptions, seen by a real receiver behind a real engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest_asyncio

from retour.delivery.templating import TemplateMaker
from retour.desk.events import read_log_page
from retour.desk.house import House
from retour.desk.notifications import profiles, templates
from retour.desk.notifications.body import PreviewBody, ProfileNew, TemplateNew
from retour.desk.notifications.trial import preview
from retour.desk.notifications.trial import send_test as try_template
from retour.desk.pages import Page
from retour.desk.telling import deliveries, recover, subscriptions
from retour.desk.telling.feed import feed
from retour.desk.telling.subscription_body import (
    RecoverBody,
    RotateBody,
    SubscriptionNew,
    SubscriptionPatch,
)
from retour.desk.telling.testing import send_test
from retour.gateways.templates import TemplatePool
from retour.store.database import DELIVERY
from retour.store.telling_deliveries import Wanted
from tests.support.delivering import engine_of, verify
from tests.support.pg import Workspace
from tests.support.receiver import Receiver, receiving
from tests.support.told import ACTOR, put_order, read, shipped_return

JSON = dict[str, Any]
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver that takes everything."""
    async with receiving() as listening:
        yield listening


@asynccontextmanager
async def delivering(house: House) -> AsyncGenerator[None]:
    """Deliver, templates too."""
    pool = TemplatePool()
    maker = TemplateMaker(await house.database.pool(DELIVERY), pool, "returns@example.com")
    try:
        async with engine_of(house, maker=maker):
            yield
    finally:
        await pool.close()


async def subscribed(house: House, workspace: Workspace, url: str, **fields: object) -> JSON:
    body = msgspec.convert({"url": url, **fields}, SubscriptionNew)
    return read(await subscriptions.create(house, workspace.id, body), 201)


async def told(house: House, workspace: Workspace, subscription: str) -> list[JSON]:
    """Give the deliveries of a subscription, oldest first, once none waits any more."""
    wanted = Wanted(subscription_id=subscription)
    async with asyncio.timeout(20):
        while True:
            page = await deliveries.listing(house, workspace.id, wanted, Page(limit=200))
            found = read(page)["data"]
            if all(item["status"] != "pending" for item in found):
                return found[::-1]
            await asyncio.sleep(0.05)


async def test_the_feed_gives_the_bytes_that_were_sent_in_their_order(
    house: House, workspace: Workspace, receiver: Receiver
) -> None:
    for format in ("json", "xml"):
        one = await subscribed(house, workspace, receiver.url("/" + format), format=format)
        async with delivering(house):
            await shipped_return(house, workspace.id, f"A-{format}")
            await told(house, workspace, one["id"])
        page = read_log_page("200", None)
        fed = read(await feed(house, workspace.id, one["id"], page))["data"]
        sent = {got.id: got for got in receiver.by_path()["/" + format]}
        assert len(fed) == len(sent) == 5
        for item in fed:
            assert item["body"].encode() == sent[item["id"]].body
            assert item["content_type"] == sent[item["id"]].headers["content-type"]
            verify(one["secret"], sent[item["id"]])
        by_return = [item["id"] for item in fed if item["sequence"]]
        came = [got.id for got in receiver.by_path()["/" + format] if got.id in by_return]
        assert came == by_return


async def test_what_is_resent_and_recovered_has_the_same_bytes(
    house: House, workspace: Workspace, receiver: Receiver
) -> None:
    one = await subscribed(house, workspace, receiver.url())
    async with delivering(house):
        await shipped_return(house, workspace.id, "A1")
        first = await told(house, workspace, one["id"])
        before = {got.id: got.body for got in receiver.taken}
        again = read(await deliveries.resend(house, workspace.id, first[-1]["id"]), 201)
        everything = await told(house, workspace, one["id"])
        await recover.recover(house, workspace.id, one["id"], RecoverBody(since=EPOCH))
        await told(house, workspace, one["id"])
    whole = read(await deliveries.look_up(house, workspace.id, again["id"]))

    assert len(before) == 5
    assert len(everything) == 6
    assert len(receiver.taken) == 11
    for got in receiver.taken:
        assert got.body == before[got.id]
        verify(one["secret"], got)
    assert whole["status"] == "delivered"
    assert whole["attempts"][0]["request"]["body"].encode() == before[again["event"]]
    assert f"webhook-id: {again['event']}" in whole["attempts"][0]["request"]["headers"]
    assert whole["attempts"][0]["response"]["status_code"] == 204
    by_return = [got for got in receiver.taken[6:] if "webhook-sequence" in got.headers]
    assert [got.sequence for got in by_return] == [1, 2, 3, 4]


async def test_a_rotation_signs_with_both_secrets(
    house: House, workspace: Workspace, receiver: Receiver
) -> None:
    one = await subscribed(house, workspace, receiver.url())
    new = read(await subscriptions.rotate(house, workspace.id, one["id"], RotateBody()))
    async with delivering(house):
        await send_test(house, workspace.id, one["id"], ACTOR)
        await told(house, workspace, one["id"])
    (got,) = receiver.taken
    assert len(got.headers["webhook-signature"].split()) == 2
    verify(one["secret"], got)
    verify(new["secret"], got)
    assert msgspec.json.decode(got.body)["type"] == "subscription.test"


async def test_who_mends_the_address_gets_what_was_held_up(
    house: House, workspace: Workspace, receiver: Receiver
) -> None:
    one = await subscribed(house, workspace, "http://127.0.0.1:9/nobody", status="paused")
    await shipped_return(house, workspace.id, "A1")
    mended = msgspec.convert({"url": receiver.url(), "status": "active"}, SubscriptionPatch)
    async with delivering(house):
        await subscriptions.patch(house, workspace.id, one["id"], mended)
        found = await told(house, workspace, one["id"])
    assert {item["status"] for item in found} == {"delivered"}
    assert len(receiver.taken) == 5


async def test_a_deleted_subscription_hears_no_more(
    house: House, workspace: Workspace, receiver: Receiver
) -> None:
    one = await subscribed(house, workspace, receiver.url("/one"))
    other = await subscribed(house, workspace, receiver.url("/other"))
    await put_order(house, workspace.id, "A1")
    await subscriptions.delete(house, workspace.id, one["id"])
    await put_order(house, workspace.id, "A2")
    async with delivering(house):
        await told(house, workspace, other["id"])
    assert {got.path for got in receiver.taken} == {"/other"}
    assert len(receiver.taken) == 2


async def test_alerts_are_signed_and_a_test_is_told_as_what_it_is_for(
    house: House, workspace: Workspace, receiver: Receiver
) -> None:
    body = msgspec.convert({"name": "ERP", "type": "custom", "url": receiver.url()}, ProfileNew)
    profile = read(await profiles.create(house, workspace.id, body), 201)
    own = '{"rma": {{ return.rma_number | json }}, "was": "{{ event.name }}"}'
    made = [
        read(
            await templates.create(
                house,
                workspace.id,
                msgspec.convert(
                    {"event": "return_shipped", "profiles": [profile["id"]], **said}, TemplateNew
                ),
            ),
            201,
        )
        for said in ({"type": "json"}, {"type": "xml"}, {"type": "json", "body": own})
    ]
    async with delivering(house):
        for template in made:
            answer = await try_template(
                house, workspace.id, template["id"], PreviewBody(), actor=ACTOR
            )
            (sent,) = read(answer, 202)["deliveries"]
            (ended,) = await told(house, workspace, sent["subscription"])
            assert ended["status"] == "delivered"
        shown = [
            read(await preview(house, workspace.id, template["id"], PreviewBody()))
            for template in made
        ]
    alert, xml, ours = receiver.taken

    for got in receiver.taken:
        verify(profile["secret"], got)
    assert msgspec.json.decode(alert.body)["event"] == "return_shipped"
    assert b"<event>return_shipped</event>" in xml.body
    assert msgspec.json.decode(ours.body)["was"] == "return_shipped"
    assert ours.body.decode() == shown[2]["body"]
    assert [one["sample"] for one in shown] == [True, True, True]
