"""A sandbox's own ChannelEngine: connected to, practised with, and held to its ledger."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, get_args

import pytest
import pytest_asyncio

from retour.desk.channels import accounts, products, queue, setup, trials
from retour.desk.channels.accounts import ChannelAccountPut
from retour.desk.channels.products import ChannelProductPut
from retour.desk.channels.queue import ChannelReturnDismissal, ChannelReturnMatch, PartAsked
from retour.desk.house import House
from retour.desk.outcome import Done
from retour.desk.telling import subscriptions
from retour.desk.telling.subscription_body import SubscriptionNew
from retour.gateways.channelengine import PRACTICE
from retour.kernel.problems import InvalidRequest
from retour.lifecycle.commands import FinishReceipt
from retour.sandbox.channelengine.practice import PracticeChannelEngine
from retour.sandbox.channelengine.scenarios import FAULTS, Happened, Name, Scenario
from tests.support.channelengine_server import ChannelEngineServer
from tests.support.channels import Shop, delivering, judged, seen
from tests.support.pg import Workspace

BASE = "http://retour.example"


class Practice(Shop):
    """A sandbox connected to its own ChannelEngine."""

    @property
    def there(self) -> PracticeChannelEngine:
        return PracticeChannelEngine(self.house.database)

    async def put(self) -> None:
        """Put the account with the key that works now."""
        known = await self.there.look(self.workspace.id, BASE)
        assert known is not None
        given = ChannelAccountPut(tenant=PRACTICE, name="Practice", api_key=known["api_key"])
        assert isinstance(await accounts.put(self.house, self.workspace.id, "ce", given), Done)

    async def live(self) -> None:
        await self.put()
        assert (await self.tried())["ok"]
        assert isinstance(await accounts.go_live(self.house, self.workspace.id, "ce"), Done)

    async def happen(self, name: Name, **more: int) -> Happened:
        """Let something happen there."""
        happened = await self.there.happen(self.workspace.id, Scenario(scenario=name, **more))
        assert happened is not None
        return happened

    async def booked(self, kind: str) -> list[dict[str, Any]]:
        """Give what was booked of a kind."""
        rows, _ = await self.there.ledger(self.workspace.id, limit=1000)
        return [one["body"] for one in rows if one["kind"] == kind]

    async def settled(self, foreign_id: int, sku: str = "1") -> str:
        """Receive, accept and wait until all is told."""
        ret = await self.opened(foreign_id)
        await self.do(ret, seen(sku, 2), judged(sku, 2, "accepted"), FinishReceipt())
        return ret


@pytest_asyncio.fixture
async def practice(house: House, workspace: Workspace) -> AsyncIterator[Practice]:
    yield Practice(house, workspace, ChannelEngineServer())  # Which nobody asks.


async def _waits(practice: Practice, foreign_id: int, status: str) -> dict[str, Any]:
    rows = await practice.until(
        lambda rows: any(
            one["foreign_id"] == foreign_id and one["status"] == status for one in rows
        )
    )
    return next(one for one in rows if one["foreign_id"] == foreign_id)


async def test_a_sandbox_is_set_up_step_by_step_and_can_be_resumed(practice: Practice) -> None:
    house, ws = practice.house, practice.workspace.id
    walked = [(await setup.state(house, ws)).next]
    await practice.put()
    walked.append((await setup.state(house, ws)).next)
    with pytest.raises(InvalidRequest, match="Make a test call"):
        await accounts.go_live(house, ws, "ce")
    await trials.try_out(house, ws, "ce")
    walked.append((await setup.state(house, ws)).next)
    await accounts.make_policies(house, ws, "ce")
    walked.append((await setup.state(house, ws)).next)
    run = await trials.rehearse(house, ws, "ce")
    walked.append((await setup.state(house, ws)).next)
    await accounts.go_live(house, ws, "ce")
    walked.append((await setup.state(house, ws)).next)

    assert walked == ["credentials", "test", "policies", "dry_run", "live", None]
    assert run is not None
    assert ["fetched"] * 3 == [one.outcome for one in run.returns]
    assert [] == await practice.booked("acknowledged")
    await practice.put()  # Another key, or the same: what was tried is to be tried again.
    assert "test" == (await setup.state(house, ws)).next


async def test_what_was_practised_stands_in_the_ledger(practice: Practice) -> None:
    async with delivering(practice.house) as engine:
        practice.house = replace(practice.house, hints=engine.hint)
        await practice.live()
        ret = await practice.settled(5000)
        await practice.reaches(ret, "completed")
        state = await setup.state(practice.house, practice.workspace.id)

    (put,) = await practice.booked("updated")
    assert [("SKU-1", 2, 0)] == [
        (one["MerchantProductNo"], one["AcceptedQuantity"], one["RejectedQuantity"])
        for one in put["Lines"]
    ]
    assert 3 == len(await practice.booked("acknowledged"))
    assert state.account is not None
    assert state.account.hook_at is not None
    known = await practice.there.look(practice.workspace.id, BASE)
    assert known is not None
    assert [state.ping_url] == known["webhooks"]

    await setup.disconnect(practice.house, practice.workspace.id, "ce")
    known = await practice.there.look(practice.workspace.id, BASE)
    assert known is not None
    assert [] == known["webhooks"]


async def test_a_refused_key_stops_the_account_and_a_new_one_lets_it_go_on(
    practice: Practice,
) -> None:
    async with delivering(practice.house) as engine:
        practice.house = replace(practice.house, hints=engine.hint)
        await _watched(practice)
        await practice.live()
        ret = await practice.opened(5000)
        await practice.happen("key_rotated")
        await practice.do(ret, seen("1", 2), judged("1", 2, "accepted"), FinishReceipt())
        leg = await practice.leg(ret, lambda one: bool(one["attempts"]))
        state = await setup.state(practice.house, practice.workspace.id)

        assert leg["status"] == "unknown"  # Nothing has failed: it waits for a key.
        assert "does not know the API key" in leg["attempts"][0]["error"]
        assert state.account is not None
        assert state.account.stage == "refused"
        assert "new one" in (state.trouble or "")
        assert [] == await practice.booked("updated")

        await practice.put()
        state = await setup.state(practice.house, practice.workspace.id)
        assert state.account is not None
        assert state.account.stage == "live"
        await practice.leg(
            ret, lambda one: one["status"] == "succeeded"
        )  # At once: no clock moves.
        told = await _told(practice)
    assert 1 == len(await practice.booked("updated"))
    said = [(one["type"], one["stream_sequence"]) for one in told]
    assert said == [("channel.refused", 1), ("channel.resumed", 2)], "once each, in their order"
    refused, resumed = (json.loads(one["snapshot"])["details"] for one in told)
    assert "does not know the API key" in refused["reason"]
    assert refused["waiting"] in {0, 1}, "a look may hear of it before the payment does"
    assert resumed["waiting"] == 1
    assert [(one["lane"], one["position"]) for one in told] == [
        ("channel/ce", 4),
        ("channel/ce", 8),
    ]


async def _watched(practice: Practice) -> None:
    """Have somebody hear of channels, whom nothing reaches: what he is told stays queued."""
    wanted = SubscriptionNew(
        url="http://127.0.0.1:9/", events=("channel.refused", "channel.resumed")
    )
    made = await subscriptions.create(practice.house, practice.workspace.id, wanted)
    assert isinstance(made, Done)


async def _told(practice: Practice) -> list[dict[str, Any]]:
    """Read what was said of the account, and in which lane and place it is told."""
    async with practice.house.database.transaction(practice.workspace.id) as connection:
        rows = await connection.fetch(
            "SELECT e.type, e.stream_sequence, e.snapshot, d.lane, d.position FROM retour.event e"
            " LEFT JOIN retour.delivery d ON d.workspace_id = $1 AND d.event_id = e.event_id"
            " WHERE e.workspace_id = $1 AND e.stream = 'channel/ce' ORDER BY e.stream_sequence",
            practice.workspace.id,
        )
    return [dict(row) for row in rows]


async def test_what_matches_nothing_is_tried_again_when_something_of_it_is_new(
    practice: Practice,
) -> None:
    async with delivering(practice.house) as engine:
        practice.house = replace(practice.house, hints=engine.hint)
        await practice.live()
        other = await practice.happen("unmatched_product")
        lost = await practice.happen("unmatched_order")
        assert other.return_id is not None
        assert lost.return_id is not None
        assert lost.order_number is not None
        await practice.ping()
        await _waits(practice, other.return_id, "unmatched")
        await _waits(practice, lost.return_id, "unmatched")
        found, _ = await queue.waiting(practice.house, practice.workspace.id, text="-xl")
        assert [f"ce-{other.return_id}"] == [one.id for one in found]

        offers = await queue.offers(practice.house, practice.workspace.id, found[0].id)
        assert offers is not None
        assert found[0].merchant_order_no == offers[0].order_number
        lines = (PartAsked(product=found[0].products[0].product, line="1", quantity=2),)
        await queue.match_order(
            practice.house,
            practice.workspace.id,
            found[0].id,
            ChannelReturnMatch(order_number=offers[0].order_number, lines=lines, remember=True),
        )
        await practice.opened(other.return_id)
        await practice.order(lost.order_number, 2, sku="SKU-5")
        await practice.ping()
        await practice.opened(lost.return_id)
        named = await practice.happen("unmatched_product")
        assert named.return_id is not None
        await practice.ping()
        row = await _waits(practice, named.return_id, "unmatched")
        (line,) = json.loads(row["body"])["Lines"]
        product = str(line["MerchantProductNo"])
        given = ChannelProductPut(sku=product.removesuffix("-XL"))
        await products.put(practice.house, practice.workspace.id, "ce", product, given)
        await practice.opened(named.return_id)
        left, _ = await queue.waiting(practice.house, practice.workspace.id)
    assert [] == left


async def test_goods_of_a_return_that_was_canceled_there_wait_for_a_word(
    practice: Practice,
) -> None:
    async with delivering(practice.house) as engine:
        practice.house = replace(practice.house, hints=engine.hint)
        await practice.live()
        ret = await practice.opened(5000)
        await practice.do(ret, seen("1", 2))
        await practice.happen("canceled", return_id=5000)
        await practice.ping()
        row = await _waits(practice, 5000, "recalled")
        assert "pays nothing for it, but the goods are here" in row["why"]
        given = ChannelReturnDismissal(note="Paid by bank transfer")
        await queue.dismiss(practice.house, practice.workspace.id, "ce-5000", given)
        await _waits(practice, 5000, "canceled")


async def test_what_a_buyer_wrote_is_kept_by_the_return_alone(practice: Practice) -> None:
    async with delivering(practice.house) as engine:
        practice.house = replace(practice.house, hints=engine.hint)
        await practice.live()
        lost = await practice.happen("unmatched_order")
        await practice.opened(5000)
        await practice.ping()
        waits = await _waits(practice, lost.return_id or 0, "unmatched")
        (kept,) = [one for one in await practice.found() if one["foreign_id"] == 5000]
        await practice.ping()  # What is seen again brings it back no more.
        await practice.until(lambda rows: all(one["seen_at"] > kept["seen_at"] for one in rows))
        rows = {one["foreign_id"]: one for one in await practice.found()}

    assert "Too small" in waits["body"]
    assert "Too small" not in kept["body"]
    assert "Too small" not in rows[5000]["body"]


async def test_what_a_buyer_wrote_of_what_nobody_matched_is_forgotten_after_90_days(
    practice: Practice,
) -> None:
    async with delivering(practice.house) as engine:
        practice.house = replace(practice.house, hints=engine.hint)
        lost = [(await practice.happen("unmatched_order")).return_id or 0 for _ in range(2)]
        await practice.live()
        for foreign_id, days in zip(lost, (89, 91), strict=True):
            before = await _waits(practice, foreign_id, "unmatched")
            assert "Too small" in before["body"]
            async with practice.house.database.transaction(practice.workspace.id) as connection:
                await connection.execute(
                    "UPDATE retour.channel_return SET declared_at = clock_timestamp()"
                    " - $3 * interval '1 day' WHERE workspace_id = $1 AND foreign_id = $2",
                    practice.workspace.id,
                    foreign_id,
                    days,
                )
        await practice.ping()
        rows = await practice.until(
            lambda rows: all(
                "Too small" not in one["body"] for one in rows if one["foreign_id"] == lost[1]
            )
        )
    bodies = {one["foreign_id"]: one["body"] for one in rows}
    assert "Too small" in bodies[lost[0]]
    assert "SKU-" in bodies[lost[1]], "what it is of stays"


@pytest.mark.parametrize("name", [*FAULTS])
async def test_every_fault_that_can_be_ordered_is_survived(practice: Practice, name: Name) -> None:
    async with delivering(practice.house) as engine:
        practice.house = replace(practice.house, hints=engine.hint)
        await practice.live()
        await practice.opened(5002)
        await practice.happen(name)
        ret = await practice.settled(5000)
        await practice.leg(ret, lambda one: bool(one["attempts"]))
        await practice.reaches(ret, "completed")
    assert 1 == len(await practice.booked("updated"))


def test_every_scenario_has_a_name_of_its_own() -> None:
    assert len(get_args(Name)) == len(set(get_args(Name)))
    assert set(FAULTS) < set(get_args(Name))
