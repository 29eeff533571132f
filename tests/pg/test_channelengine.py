"""ChannelEngine from a marketplace's return to its one PUT: found, received, judged, told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

import msgspec
import pytest_asyncio

from retour.desk import orders
from retour.desk.channels import accounts, queue, trials
from retour.desk.channels.accounts import ChannelAccountPut
from retour.desk.channels.queue import ChannelReturnMatch, PartAsked
from retour.desk.execute import Asked, execute
from retour.desk.house import House
from retour.desk.order_body import OrderBody
from retour.desk.outcome import Done
from retour.desk.timers.clock import ClockBody, advance_clock
from retour.lifecycle.commands import (
    Command,
    FinishReceipt,
    Inspect,
    LineAsked,
    Receive,
    Request,
    UnitsJudged,
    UnitsSeen,
)
from retour.lifecycle.model import Actor, ActorKind, Origin
from retour.store.channels import wake_account
from retour.wiring.working import delivering
from tests.support.channelengine_server import KEY, ChannelEngineServer, channelengine_running
from tests.support.pg import Workspace
from tests.support.running import order_body

AGENT = Actor(kind=ActorKind.API_KEY, id="key")
JSON = dict[str, Any]


@dataclass
class Shop:
    """A workspace with a live account at a ChannelEngine of its own."""

    house: House
    workspace: Workspace
    market: ChannelEngineServer

    async def live(self) -> None:
        """Set the account up and let it look."""
        given = ChannelAccountPut(tenant="shop", name="Shop", api_key=KEY)
        made = await accounts.put(self.house, self.workspace.id, "ce", given)
        assert isinstance(made, Done)
        assert isinstance(await accounts.go_live(self.house, self.workspace.id, "ce"), Done)

    async def found(self) -> list[JSON]:
        """Read what was found, as it stands."""
        async with self.house.database.transaction(self.workspace.id) as connection:
            rows = await connection.fetch(
                "SELECT * FROM retour.channel_return WHERE workspace_id = $1 ORDER BY foreign_id",
                self.workspace.id,
            )
        return [dict(row) for row in rows]

    async def until(self, true: Callable[[list[JSON]], bool]) -> list[JSON]:
        """Wait until what was found is so."""
        async with asyncio.timeout(20):
            while not true(rows := await self.found()):  # noqa: ASYNC110 - the database's rows
                await asyncio.sleep(0.05)
        return rows

    async def do(self, return_id: str, *plan: Command) -> JSON:
        """Carry a plan out on a return."""
        outcome = await execute(
            self.house,
            Asked(
                workspace_id=self.workspace.id,
                return_id=return_id,
                plan=plan,
                actor=AGENT,
                source="api",
            ),
        )
        assert isinstance(outcome, Done), outcome
        read: JSON = json.loads(outcome.body)
        return read

    async def opened(self, foreign_id: int) -> str:
        """Wait until a channel return is one of ours that the channel knows; gives its id."""
        rows = await self.until(
            lambda rows: any(
                one["foreign_id"] == foreign_id and one["acknowledged_at"] for one in rows
            )
        )
        return next(str(one["return_id"]) for one in rows if one["foreign_id"] == foreign_id)

    async def order(self, number: str, quantity: int) -> None:
        """Put an order of one line at 10.00 that a marketplace was paid for."""
        body = order_body(quantity, processor="channelengine")
        body["payments"][0]["id"] = number
        read = msgspec.convert(body, OrderBody)
        outcome = await orders.put(
            self.house, self.workspace.id, number, read, actor=AGENT, source="api"
        )
        assert isinstance(outcome, Done), outcome

    async def asked(self, number: str, quantity: int) -> str:
        """Ask for a return as a shopper does at our portal; gives its id."""
        lines = (LineAsked(line="1", quantity=quantity, reason="too small"),)
        outcome = await execute(
            self.house,
            Asked(
                workspace_id=self.workspace.id,
                plan=[
                    Request(
                        order_number=number,
                        lines=lines,
                        origin=Origin.PORTAL,
                        policy="ce_merchant",
                    )
                ],
                actor=AGENT,
                source="api",
            ),
        )
        assert isinstance(outcome, Done), outcome
        return str(json.loads(outcome.body)["id"])

    async def read(self, return_id: str) -> JSON:
        """Read a return."""
        async with self.house.database.transaction(self.workspace.id) as connection:
            body: str = await connection.fetchval(
                "SELECT body FROM retour.returns WHERE workspace_id = $1 AND return_id = $2",
                self.workspace.id,
                return_id,
            )
        read: JSON = json.loads(body)
        return read

    async def leg(self, return_id: str, true: Callable[[JSON], bool]) -> JSON:
        """Wait until the newest settlement's leg is so."""
        async with asyncio.timeout(20):
            while True:
                leg: JSON = (await self.read(return_id))["settlements"][-1]["legs"][0]
                if true({"attempts": (), **leg}):
                    return leg
                await asyncio.sleep(0.05)

    async def reaches(self, return_id: str, word: str) -> None:
        """Wait until a return has a status; what waits for its time need not wait so long."""
        async with asyncio.timeout(40):
            while await self.status(return_id) != word:
                await advance_clock(
                    self.house, self.workspace.id, ClockBody(advance=timedelta(seconds=61))
                )
                await asyncio.sleep(0.2)

    async def ping(self) -> None:
        """Have the account look at once."""
        async with self.house.database.transaction(self.workspace.id) as connection:
            await wake_account(connection, self.workspace.id, "ce")

    async def tried(self) -> JSON:
        """Try the account out."""
        outcome = await trials.try_account(self.house, self.workspace.id, "ce")
        assert isinstance(outcome, Done)
        read: JSON = json.loads(outcome.body)
        return read

    async def status(self, return_id: str) -> str:
        """Give a return's status."""
        async with self.house.database.transaction(self.workspace.id) as connection:
            word: str = await connection.fetchval(
                "SELECT status FROM retour.returns WHERE workspace_id = $1 AND return_id = $2",
                self.workspace.id,
                return_id,
            )
        return word


@pytest_asyncio.fixture
async def shop(house: House, workspace: Workspace) -> AsyncIterator[Shop]:
    """A shop before it goes live."""
    async with channelengine_running() as market:
        settings = replace(house.settings, channelengine_url=market.url)
        yield Shop(replace(house, settings=settings), workspace, market)


def seen(line: str, quantity: int) -> Receive:
    return Receive(units=(UnitsSeen(line=line, quantity=quantity),))


def judged(line: str, quantity: int, word: Literal["accepted", "rejected"]) -> Inspect:
    return Inspect(units=(UnitsJudged(line=line, quantity=quantity, acceptance=word),))


def told(put: JSON) -> list[tuple[str, int, int]]:
    """Read what a PUT says: product, accepted, rejected."""
    return [
        (one["MerchantProductNo"], one["AcceptedQuantity"], one["RejectedQuantity"])
        for one in put["Lines"]
    ]


async def test_a_channel_return_is_found_received_judged_and_told_once(shop: Shop) -> None:
    shop.market.order("M-1", ("SKU-1", 3, "20.00"))
    made = shop.market.returned("M-1", ("SKU-1", 2), reason="WRONG_SIZE")
    async with delivering(shop.house) as engine:
        shop.house = replace(shop.house, hints=engine.hint)
        await shop.live()
        (row,) = await shop.until(lambda rows: any(one["acknowledged_at"] for one in rows))
        ret = row["return_id"]
        assert "authorized" == await shop.status(ret)

        await shop.do(ret, seen("1", 2), judged("1", 1, "accepted"), judged("1", 1, "rejected"))
        await shop.do(ret, FinishReceipt())
        await shop.reaches(ret, "completed")

    assert [made] == [one["ReturnId"] for one in shop.market.acknowledged]
    (put,) = shop.market.puts
    line = {"MerchantProductNo": "SKU-1", "AcceptedQuantity": 1, "RejectedQuantity": 1}
    assert {"ReturnId": made, "Lines": [line]} == put


async def test_what_is_all_rejected_is_told_too(shop: Shop) -> None:
    shop.market.order("M-1", ("SKU-1", 3, "20.00"), ("SKU-2", 1, "5.00"))
    made = shop.market.returned("M-1", ("SKU-1", 2), ("SKU-2", 1))
    async with delivering(shop.house) as engine:
        shop.house = replace(shop.house, hints=engine.hint)
        await shop.live()
        ret = await shop.opened(made)
        await shop.do(
            ret, seen("1", 2), judged("1", 2, "rejected"), FinishReceipt(remaining="missing")
        )
        await shop.reaches(ret, "completed")

    (put,) = shop.market.puts
    assert [("SKU-1", 0, 2), ("SKU-2", 0, 1)] == told(put)


async def test_one_product_on_two_lines_is_spread_and_added_up(shop: Shop) -> None:
    shop.market.order("M-1", ("SKU-1", 1, "20.00"), ("SKU-1", 2, "18.00"))
    made = shop.market.returned("M-1", ("SKU-1", 2))
    async with delivering(shop.house) as engine:
        shop.house = replace(shop.house, hints=engine.hint)
        await shop.live()
        ret = await shop.opened(made)
        await shop.do(ret, seen("1", 1), seen("2", 1), judged("2", 1, "accepted"))
        await shop.do(ret, judged("1", 1, "rejected"), FinishReceipt())
        await shop.reaches(ret, "completed")

    (put,) = shop.market.puts
    assert [("SKU-1", 1, 1)] == told(put)


async def test_a_return_of_ours_is_declared_once_with_its_amounts(shop: Shop) -> None:
    shop.market.order("M-1", ("SKU-1", 3, "20.00"))
    shop.market.faults += ["rate", "trouble", "before", "after"]
    async with delivering(shop.house) as engine:
        shop.house = replace(shop.house, hints=engine.hint)
        await shop.live()
        await shop.order("M-1", 3)
        ret = await shop.asked("M-1", 2)
        await shop.do(ret, seen("1", 2), judged("1", 2, "accepted"), FinishReceipt())
        await shop.reaches(ret, "completed")

    (post,) = shop.market.posts
    rma = (await shop.read(ret))["rma_number"]
    assert ("M-1", rma, "WRONG_SIZE") == (
        post["MerchantOrderNo"],
        post["MerchantReturnNo"],
        post["Reason"],
    )
    assert (20.0, 16.81) == (post["RefundInclVat"], post["RefundExclVat"])
    assert [{"MerchantProductNo": "SKU-1", "Quantity": 2}] == post["Lines"]


async def test_what_matches_nothing_waits_until_a_person_says_what_it_is(shop: Shop) -> None:
    shop.market.order("M-1", ("JKT-M", 1, "20.00"))
    made = shop.market.returned("M-1", ("JKT-M", 1))
    async with delivering(shop.house) as engine:
        shop.house = replace(shop.house, hints=engine.hint)
        await shop.order("M-1", 3)
        await shop.live()
        (row,) = await shop.until(lambda rows: any(one["status"] == "unmatched" for one in rows))
        assert "has no line with the SKU 'JKT-M'" in row["why"]

        lines = (PartAsked(product="JKT-M", line="1", quantity=1),)
        given = ChannelReturnMatch(order_number="M-1", lines=lines)
        await queue.match_order(shop.house, shop.workspace.id, f"ce-{made}", given)
        ret = await shop.opened(made)
        await shop.do(ret, seen("1", 1), judged("1", 1, "accepted"), FinishReceipt())
        await shop.reaches(ret, "completed")

    assert [("JKT-M", 1, 0)] == told(shop.market.puts[0])


async def test_what_the_marketplace_cancels_is_canceled_here(shop: Shop) -> None:
    shop.market.order("M-1", ("SKU-1", 3, "20.00"))
    made = shop.market.returned("M-1", ("SKU-1", 1))
    async with delivering(shop.house) as engine:
        shop.house = replace(shop.house, hints=engine.hint)
        await shop.live()
        ret = await shop.opened(made)
        shop.market.cancel(made)
        await shop.ping()
        await shop.reaches(ret, "canceled")

    assert [] == shop.market.puts


async def test_what_a_channel_refuses_is_said_in_its_words_and_judged_anew(shop: Shop) -> None:
    shop.market.order("M-1", ("SKU-1", 3, "20.00"))
    shop.market.whole_only.add(1)
    made = shop.market.returned("M-1", ("SKU-1", 2))
    async with delivering(shop.house) as engine:
        shop.house = replace(shop.house, hints=engine.hint)
        await shop.live()
        ret = await shop.opened(made)
        await shop.do(ret, seen("1", 2), judged("1", 1, "accepted"), judged("1", 1, "rejected"))
        await shop.do(ret, FinishReceipt())
        leg = await shop.leg(ret, lambda one: bool(one["attempts"]))

    words = "ChannelEngine says: Lines: This channel does not support partial acceptance."
    assert words == leg["attempts"][0]["error"]
    assert [] == shop.market.puts


async def test_a_look_that_is_cut_off_goes_on_where_it_was(shop: Shop) -> None:
    """Two pages; between them the channel has had enough, hangs up, and is in trouble."""
    shop.market.order("M-1", ("SKU-1", 200, "1.00"))
    for _ in range(101):
        shop.market.returned("M-1", ("SKU-1", 1))
    shop.market.reading += [None, "before", None, "trouble"]
    async with delivering(shop.house) as engine:
        shop.house = replace(shop.house, hints=engine.hint)
        await shop.live()
        async with asyncio.timeout(60):
            while len(shop.market.acknowledged) < 101:
                await shop.ping()
                await asyncio.sleep(0.5)

    assert 101 == len({one["MerchantReturnNo"] for one in shop.market.acknowledged})


async def test_a_new_key_is_used_from_the_next_call_on(shop: Shop) -> None:
    await shop.live()
    shop.market.keys = {"ce-key-2"}
    assert not (await shop.tried())["ok"]

    given = ChannelAccountPut(tenant="shop", name="Shop", api_key="ce-key-2")
    await accounts.put(shop.house, shop.workspace.id, "ce", given)

    assert (await shop.tried())["ok"]


async def test_a_dry_run_says_what_would_be_and_does_nothing(shop: Shop) -> None:
    for number in ("M-1", "M-2", "M-3"):
        shop.market.order(number, ("SKU-1", 3, "20.00"), channel=int(number[-1]))
        shop.market.returned(number, ("SKU-1", 1))
    shop.market.cancel(5002)
    await shop.order("M-1", 3)
    given = ChannelAccountPut(tenant="shop", name="Shop", api_key=KEY)
    await accounts.put(shop.house, shop.workspace.id, "ce", given)
    outcome = await trials.dry_run(shop.house, shop.workspace.id, "ce")

    assert isinstance(outcome, Done)
    rows = json.loads(outcome.body)["returns"]
    assert ["left", "fetched", "opened"] == [row["outcome"] for row in rows]
    assert [] == await shop.found()
    assert [] == shop.market.acknowledged
