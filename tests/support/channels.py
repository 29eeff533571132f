"""A shop with an account at a ChannelEngine of its own, and what people do with its returns."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Literal

import msgspec

from retour.desk import orders, policies
from retour.desk.channels import accounts, trials
from retour.desk.channels.accounts import ChannelAccountPut
from retour.desk.execute import Asked, execute
from retour.desk.house import House
from retour.desk.order_body import OrderBody
from retour.desk.outcome import Done
from retour.desk.policies.deadlines_body import DeadlinesBody
from retour.desk.timers.clock import ClockBody, advance_clock
from retour.lifecycle.commands import (
    Command,
    Inspect,
    LineAsked,
    Receive,
    Request,
    UnitsJudged,
    UnitsSeen,
)
from retour.lifecycle.model import Actor, ActorKind, Origin
from retour.store.channels import wake_account
from retour.wiring import working
from tests.support.channelengine_server import KEY, ChannelEngineServer
from tests.support.pg import Workspace
from tests.support.running import order_body

delivering = partial(working.delivering, look_s=0.05)
"""Delivers, and looks at an account that is due sooner than after a second."""
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
        assert (await self.tried())["ok"]
        assert isinstance(await accounts.go_live(self.house, self.workspace.id, "ce"), Done)

    async def warn_after(self, marketplace: str, days: int) -> None:
        """Have its policy know when a marketplace cancels what nobody handled."""
        body = accounts.dedicated()
        deadlines = DeadlinesBody(channel_days={marketplace: days})
        body = msgspec.structs.replace(body, deadlines=deadlines)
        await policies.put(self.house, self.workspace.id, "ce_channel", body)

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

    async def order(self, number: str, quantity: int, *, sku: str = "SKU-1") -> None:
        """Put an order of one line at 10.00 that a marketplace was paid for."""
        body = order_body(quantity, processor="channelengine")
        body["lines"][0]["sku"] = sku
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
