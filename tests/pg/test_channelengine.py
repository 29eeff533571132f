"""ChannelEngine from a marketplace's return to its one PUT: found, received, judged, told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest_asyncio

from retour.desk.channels import accounts
from retour.desk.channels.accounts import ChannelAccountPut
from retour.desk.execute import Asked, execute
from retour.desk.house import House
from retour.desk.outcome import Done
from retour.lifecycle.commands import (
    Command,
    FinishReceipt,
    Inspect,
    Receive,
    UnitsJudged,
    UnitsSeen,
)
from retour.lifecycle.model import Actor, ActorKind
from retour.wiring.working import delivering
from tests.support.channelengine_server import KEY, ChannelEngineServer, channelengine_running
from tests.support.pg import Workspace

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
            while not true(rows := await self.found()):
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


def judged(line: str, quantity: int, word: str) -> Inspect:
    return Inspect(units=(UnitsJudged(line=line, quantity=quantity, acceptance=word),))


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
        async with asyncio.timeout(20):
            while await shop.status(ret) != "completed":
                await asyncio.sleep(0.05)

    assert [made] == [one["ReturnId"] for one in shop.market.acknowledged]
    (put,) = shop.market.puts
    line = {"MerchantProductNo": "SKU-1", "AcceptedQuantity": 1, "RejectedQuantity": 1}
    assert {"ReturnId": made, "Lines": [line]} == put
