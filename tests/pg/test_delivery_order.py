"""Messages arrive, signed, in the order of their return, whatever their receivers answer."""

from __future__ import annotations

import base64
import os
import random
from collections import Counter
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio
from standardwebhooks import Webhook, WebhookVerificationError

from retour.delivery.engine import Bounds
from retour.delivery.signing import SigningKey
from retour.desk.house import House
from retour.lifecycle.model import EventType
from tests.support import samples
from tests.support.delivering import World, a_world, engine_of, in_order, verify
from tests.support.pg import Workspace
from tests.support.receiver import Answer, Received, receiving

IN_FORCE = samples.event(EventType.RETURN_RECEIVED)


@pytest_asyncio.fixture
async def world(house: House, workspace: Workspace) -> AsyncGenerator[World]:
    async with a_world(house, workspace.id) as made:
        yield made


async def test_messages_arrive_signed_and_in_order(world: World) -> None:
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url())
        told = {ret: await world.tell(ret, [subscribed], count=20) for ret in ("ret_a", "ret_b")}
        async with engine_of(world.house):
            await receiver.until(lambda: len(receiver.taken) == 40)
            await world.until_empty()
    assert in_order(receiver, told) == []
    assert len(receiver.got) == 40
    for one in receiver.got:
        verify(subscribed.secret, one)
        with pytest.raises(WebhookVerificationError):
            Webhook(subscribed.secret).verify(one.body + b" ", dict(one.headers))


async def test_a_tenth_of_failures_reorders_nothing(world: World) -> None:
    """Each return's next message waits until the one before has been taken."""
    chance = random.Random(7)

    def judge(_: Received) -> Answer:
        return Answer(status=500 if chance.random() < 0.1 else 204, after_s=chance.random() / 200)

    async with receiving() as receiver:
        receiver.judge = judge
        subscribed = await world.subscribe(receiver.url())
        told = {
            ret: await world.tell(ret, [subscribed], count=12)
            for ret in (f"ret_{n}" for n in range(25))
        }
        async with engine_of(world.house) as engine:
            while await world.pending():
                await world.forward(400)
                engine.hint(world.id, [subscribed.id])
                await receiver.pause(0.05)
    assert in_order(receiver, told) == []
    assert len(receiver.taken) == 300
    failed = len(receiver.got) - 300
    assert failed > 10
    logged = await world.fetch(
        "SELECT outcome, count(*) AS n FROM retour.attempt WHERE workspace_id = $1 GROUP BY 1"
    )
    assert {row["outcome"]: row["n"] for row in logged} == {"delivered": 300, "failed": failed}


async def test_a_lane_is_sent_one_after_another_even_when_leased_ahead(world: World) -> None:
    """Sixteen leased together are never two at once; eight lanes of one subscription are."""
    open_per_lane: Counter[str] = Counter()
    together: list[int] = []

    async with receiving() as receiver:

        def judge(_: Received) -> Answer:
            together.append(receiver.open_requests + 1)
            return Answer(after_s=0.01)

        receiver.judge = judge
        subscribed = await world.subscribe(receiver.url())
        told = {
            ret: await world.tell(ret, [subscribed], count=20)
            for ret in (f"ret_{n}" for n in range(20))
        }
        async with engine_of(world.house):
            await world.until_empty()
    assert in_order(receiver, told) == []
    for ret, ids in told.items():
        open_per_lane[ret] = sum(one.id in ids for one in receiver.got)
    assert set(open_per_lane.values()) == {20}
    assert 1 < max(together) <= 8


async def test_a_failing_subscription_delays_no_other(world: World) -> None:
    async with receiving() as bad, receiving() as good:
        bad.answers(500)
        failing = await world.subscribe(bad.url())
        healthy = await world.subscribe(good.url())
        told = {
            ret: await world.tell(ret, [failing, healthy], count=5)
            for ret in (f"ret_{n}" for n in range(40))
        }
        async with engine_of(world.house):
            await good.until(lambda: len(good.taken) == 200, within_s=15)
        assert in_order(good, told) == []
        assert bad.taken == []
        assert await world.pending() == 200

        bad.answers(204)
        async with engine_of(world.house) as engine:
            while await world.pending():
                await world.forward(3600)
                engine.hint(world.id, [failing.id])
                await bad.pause(0.05)
    assert in_order(bad, told) == []


async def test_a_failing_return_delays_no_other_of_its_subscription(world: World) -> None:
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url())
        stuck = await world.tell("ret_stuck", [subscribed], count=3)
        free = await world.tell("ret_free", [subscribed], count=30)
        receiver.judge = lambda one: Answer(status=500 if one.id in stuck else 204)
        async with engine_of(world.house):
            await receiver.until(lambda: len(receiver.taken) == 30)
    assert {one.id for one in receiver.taken} == set(free)
    assert {one.id for one in receiver.got if one.id in stuck} == {stuck[0]}


async def test_repetitions_carry_the_same_bytes_with_a_fresh_timestamp(world: World) -> None:
    async with receiving() as receiver:
        receiver.answers(500, 503, 204)
        subscribed = await world.subscribe(receiver.url(), format="xml")
        await world.tell("ret_a", [subscribed])
        for attempts in (1, 2, 3):
            async with engine_of(world.house):  # Another process each time: nothing remembered.
                await receiver.until(lambda n=attempts: len(receiver.got) == n)
            await world.forward(3600)
            await receiver.pause(1.0)
    first, *again = receiver.got
    assert len(again) == 2
    for one in again:
        assert one.body == first.body
        assert one.id == first.id
        assert one.headers["webhook-timestamp"] > first.headers["webhook-timestamp"]
        verify(subscribed.secret, one)
    assert first.headers["content-type"] == "application/xml; charset=utf-8"
    kept = await world.fetch(
        "SELECT body, render_key FROM retour.rendering WHERE workspace_id = $1"
    )
    assert [(row["body"], row["render_key"]) for row in kept] == [(first.body, "retour/xml")]


async def test_what_was_sent_is_sent_again_whatever_has_become_of_its_event(
    world: World, admin_dsn: str
) -> None:
    """Kept bytes, not the same answer to the same question."""
    admin = await asyncpg.connect(admin_dsn)
    async with receiving() as receiver:
        receiver.answers(500, 204)
        subscribed = await world.subscribe(receiver.url())
        (event,) = await world.tell("ret_a", [subscribed])
        async with engine_of(world.house):
            await world.until_attempts(1)
        await admin.execute(
            "UPDATE retour.event SET source = 'other' WHERE workspace_id = $1 AND event_id = $2",
            world.id,
            event,
        )
        await world.to_next_timer()
        async with engine_of(world.house):
            await world.until_empty()
        await world.resend(event, subscribed)
        async with engine_of(world.house):
            await world.until_empty()
    await admin.close()
    assert len(receiver.got) == 3
    assert {one.body for one in receiver.got} == {receiver.got[0].body}
    assert {one.headers.get("webhook-note") for one in receiver.got} == {None}


@pytest.mark.parametrize(("erased", "note"), [(False, "rendered anew"), (True, "redacted")])
async def test_after_retention_a_resend_is_made_anew_and_says_so(
    world: World, admin_dsn: str, *, erased: bool, note: str
) -> None:
    admin = await asyncpg.connect(admin_dsn)
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url())
        (event,) = await world.tell("ret_a", [subscribed])
        async with engine_of(world.house):
            await world.until_empty()
        await admin.execute("DELETE FROM retour.rendering WHERE workspace_id = $1", world.id)
        if erased:
            await admin.execute(
                "UPDATE retour.event SET personal = NULL WHERE workspace_id = $1", world.id
            )
        await world.resend(event, subscribed)
        async with engine_of(world.house):
            await world.until_empty()
    await admin.close()
    first, again = receiver.got
    assert "webhook-note" not in first.headers
    assert again.headers["webhook-note"] == note
    assert again.id == first.id
    assert (b"[erased]" in again.body) == erased
    assert (again.body == first.body) == (not erased)
    verify(subscribed.secret, again)


async def test_the_same_bytes_are_kept_once_for_all_subscriptions(world: World) -> None:
    async with receiving() as receiver:
        subscribed = [await world.subscribe(receiver.url(f"/{n}")) for n in range(3)]
        await world.tell("ret_a", subscribed, count=2)
        async with engine_of(world.house):
            await world.until_empty()
    kept = await world.fetch("SELECT event_id FROM retour.rendering WHERE workspace_id = $1")
    assert len(kept) == 2
    assert len({one.body for one in receiver.got}) == 2


async def test_a_rotated_key_signs_beside_its_successor_until_it_ends(world: World) -> None:
    now = datetime.now(UTC)
    keys = [base64.b64encode(os.urandom(32)).decode() for _ in range(3)]
    sealed = [
        SigningKey(keys[0], now - timedelta(hours=1)),
        SigningKey(keys[1], now + timedelta(hours=1)),
        SigningKey(keys[2]),
    ]
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url(), secrets=sealed)
        await world.tell("ret_a", [subscribed])
        async with engine_of(world.house):
            await world.until_empty()
    (one,) = receiver.got
    assert len(one.headers["webhook-signature"].split(" ")) == 2
    for key in keys[1:]:
        verify("whsec_" + key, one)
    with pytest.raises(WebhookVerificationError):
        verify("whsec_" + keys[0], one)


async def test_new_keys_sign_from_the_next_lease_on(world: World) -> None:
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url())
        async with engine_of(world.house) as engine:
            await world.tell("ret_a", [subscribed])
            engine.hint(world.id, [subscribed.id])
            await receiver.until(lambda: len(receiver.got) == 1)
            new = base64.b64encode(os.urandom(32)).decode()
            await world.reseal(subscribed, [SigningKey(new)])
            await world.tell("ret_b", [subscribed])
            engine.hint(world.id, [subscribed.id])
            await receiver.until(lambda: len(receiver.got) == 2)
    verify(subscribed.secret, receiver.got[0])
    verify("whsec_" + new, receiver.got[1])
    with pytest.raises(WebhookVerificationError):
        verify(subscribed.secret, receiver.got[1])


async def test_static_headers_are_sent_and_cannot_replace_ours(world: World) -> None:
    async with receiving() as receiver:
        subscribed = await world.subscribe(
            receiver.url(), headers={"X-Shop": "7", "Webhook-Id": "forged"}
        )
        (event,) = await world.tell("ret_a", [subscribed])
        async with engine_of(world.house):
            await world.until_empty()
    (one,) = receiver.got
    assert one.headers["x-shop"] == "7"
    assert one.headers["webhook-id"] == event
    assert one.headers["webhook-sequence"] == "1"
    assert one.headers["user-agent"].startswith("Retour/")


async def test_what_needs_no_order_is_not_kept_in_one(world: World) -> None:
    """A lane of its own each: the first one's failure holds nobody up."""
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url(), ordering="none")
        ids = await world.tell("ret_a", [subscribed], count=5, apart=True)
        receiver.judge = lambda one: Answer(status=500 if one.id == ids[0] else 204)
        async with engine_of(world.house):
            await receiver.until(lambda: len(receiver.taken) == 4)
    assert {one.id for one in receiver.taken} == set(ids[1:])


async def test_one_lane_at_a_time_where_a_subscription_may_have_one(world: World) -> None:
    together: list[int] = []
    async with receiving() as receiver:

        def judge(_: Received) -> Answer:
            together.append(receiver.open_requests)
            return Answer(after_s=0.005)

        receiver.judge = judge
        subscribed = await world.subscribe(receiver.url())
        for n in range(12):
            await world.tell(f"ret_{n}", [subscribed])
        async with engine_of(world.house, bounds=Bounds(per_subscription=1)):
            await world.until_empty()
    assert max(together) == 0
    assert len(receiver.taken) == 12
