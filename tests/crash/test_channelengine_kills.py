"""kill −9 between us and three marketplaces: each return is told once, as it was judged.

``RETOUR_CHANNEL_RETURNS`` says how many returns of both kinds there are (24 unless said), and
``RETOUR_KILLS`` how often the process is killed among them (4 unless said), ``RETOUR_SEED`` repeats
what chance did.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

import asyncpg
import pytest
import pytest_asyncio

from retour.desk.house import House
from retour.lifecycle.commands import Command, FinishReceipt
from tests.crash.worker import Place, start
from tests.support.channelengine_server import ChannelEngineServer, channelengine_running
from tests.support.channels import Shop, judged, seen
from tests.support.pg import MASTER_KEY, fresh_workspace

RETURNS = int(os.environ.get("RETOUR_CHANNEL_RETURNS", "24"))
KILLS = int(os.environ.get("RETOUR_KILLS", "4"))
SEED = int(os.environ.get("RETOUR_SEED", "7"))
FAULTS = ("rate", "trouble", "trouble_after", "before", "after", None, None, None, None)
"""More than half of all calls go wrong."""
UNITS = 3


@dataclass
class Crowd:
    """Returns of three marketplaces, and what is made of each."""

    shop: Shop
    place: Place
    admin_dsn: str
    chance: random.Random
    accepted: dict[str, int] = field(default_factory=dict[str, int])  # By return id.
    channel: dict[int, str] = field(default_factory=dict[int, str])  # Theirs, ours.
    own: list[str] = field(default_factory=list[str])

    @property
    def market(self) -> ChannelEngineServer:
        return self.shop.market

    async def wake(self, *, is_dead: bool = False) -> None:
        """Let what waits for its time be due, and what a dead process held; never what is held.

        A lease is what keeps two from asking at once, and ChannelEngine knows no key that would.
        """
        house, workspace_id = self.shop.house, self.shop.workspace.id
        async with house.database.transaction(workspace_id) as connection:
            await connection.execute(
                "UPDATE retour.channel_account SET due_at = clock_timestamp()"
                " WHERE workspace_id = $1",
                workspace_id,
            )
        admin = await asyncpg.connect(self.admin_dsn)
        try:
            await admin.execute(
                "UPDATE retour.lane SET due_at = clock_timestamp() WHERE ctid IN ("
                " SELECT ctid FROM retour.lane WHERE workspace_id = $1 AND (token = 0 OR $2)"
                " FOR UPDATE SKIP LOCKED)",
                workspace_id,
                is_dead,
            )
        finally:
            await admin.close()

    async def judge(self, return_id: str) -> None:
        """Receive a return, accept some of it, and say the rest rejected or missing."""
        if return_id in self.accepted:
            return
        taken = self.chance.randint(0, UNITS)
        self.accepted[return_id] = taken
        missing = self.chance.randint(0, UNITS - taken)
        plan: list[Command] = []
        if missing < UNITS:
            plan.append(seen("1", UNITS - missing))
        else:
            taken = self.accepted[return_id] = 0
            plan.append(seen("1", 1))
            missing = UNITS - 1
        if taken:
            plan.append(judged("1", taken, "accepted"))
        if UNITS - missing - taken:
            plan.append(judged("1", UNITS - missing - taken, "rejected"))
        plan.append(FinishReceipt(remaining="missing"))
        await self.shop.do(return_id, *plan)

    async def go_on(self) -> bool:
        """Judge what has been found; says whether every return has come to its end."""
        for row in await self.shop.found():
            if row["return_id"] is not None:
                self.channel[row["foreign_id"]] = row["return_id"]
        for return_id in (*self.channel.values(), *self.own):
            await self.judge(return_id)
        house, workspace_id = self.shop.house, self.shop.workspace.id
        async with house.database.transaction(workspace_id) as connection:
            ended: int = await connection.fetchval(
                "SELECT count(*) FROM retour.returns"
                " WHERE workspace_id = $1 AND status = 'completed'",
                workspace_id,
            )
            told: int = await connection.fetchval(
                "SELECT count(*) FROM retour.channel_return"
                " WHERE workspace_id = $1 AND acknowledged_at IS NOT NULL",
                workspace_id,
            )
        return (ended, told) == (RETURNS, len(self.market.returned_there))


@pytest_asyncio.fixture
async def crowd(house: House, admin_dsn: str) -> AsyncIterator[Crowd]:
    async with channelengine_running() as market:
        settings = replace(house.settings, channelengine_url=market.url)
        shop = Shop(replace(house, settings=settings), await fresh_workspace(house), market)
        place = Place(admin_dsn=admin_dsn, master_key=MASTER_KEY, settings=settings)
        yield Crowd(shop, place, admin_dsn, random.Random(SEED))


async def _sell(crowd: Crowd) -> None:
    """Sell on three marketplaces; half of it comes back there, half at our own portal."""
    await crowd.shop.live()
    for place in range(RETURNS):
        number = f"M-{place}"
        crowd.market.order(number, ("SKU-1", UNITS, "10.00"), channel=1 + place % 3)
        if place % 2:
            await crowd.shop.order(number, UNITS)
            crowd.own.append(await crowd.shop.asked(number, UNITS))
        else:
            crowd.market.returned(number, ("SKU-1", UNITS))


async def _killed(crowd: Crowd) -> None:
    """Let a process work for some calls, then kill it; the returns go on being judged."""
    worker = start(crowd.place, None)
    until = len(crowd.market.asked) + crowd.chance.randint(3, 3 + min(RETURNS, 60))
    async with asyncio.timeout(300):
        while len(crowd.market.asked) < until:
            await crowd.wake()
            if await crowd.go_on():
                break
            await asyncio.sleep(0.05)
    worker.kill()
    worker.join()
    await crowd.wake(is_dead=True)


@pytest.mark.timeout(3000)
async def test_each_return_is_told_once_as_it_was_judged(crowd: Crowd) -> None:
    await _sell(crowd)
    crowd.market.faults += [crowd.chance.choice(FAULTS) for _ in range(RETURNS * 2)]
    crowd.market.reading += [crowd.chance.choice(FAULTS) for _ in range(RETURNS)]
    for _ in range(KILLS):
        await _killed(crowd)
    worker = start(crowd.place, None)
    try:
        async with asyncio.timeout(2400):
            while not await crowd.go_on():
                await crowd.wake()
                await asyncio.sleep(0.2)
    finally:
        worker.kill()
        worker.join()
    await _hold_to_ledger(crowd)


async def _hold_to_ledger(crowd: Crowd) -> None:
    market = crowd.market
    puts = {one["ReturnId"]: one for one in market.puts}
    assert len(market.puts) == len(puts) == len(crowd.channel) == len(market.returned_there)
    for foreign_id, return_id in crowd.channel.items():
        (line,) = puts[foreign_id]["Lines"]
        taken = crowd.accepted[return_id]
        assert (taken, UNITS - taken) == (line["AcceptedQuantity"], line["RejectedQuantity"])
        told = {
            one["MerchantReturnNo"] for one in market.acknowledged if one["ReturnId"] == foreign_id
        }
        assert {(await crowd.shop.read(return_id))["rma_number"]} == told
    posts = {one["MerchantReturnNo"]: one for one in market.posts}
    paid = [one for one in crowd.own if crowd.accepted[one]]
    assert len(market.posts) == len(posts) == len(paid)
    for return_id in paid:
        ret = await crowd.shop.read(return_id)
        post = posts[ret["rma_number"]]
        (leg,) = ret["settlements"][-1]["legs"]
        assert Decimal(str(post["RefundInclVat"])) * 100 == leg["amount"]
        assert [crowd.accepted[return_id]] == [one["Quantity"] for one in post["Lines"]]
    sold = {one["MerchantOrderNo"]: one["GlobalChannelName"] for one in market.orders}
    updated = Counter(market.found(one)["GlobalChannelName"] for one in puts)
    declared = Counter(sold[one["MerchantOrderNo"]] for one in market.posts)
    writing = sum(method != "GET" for method, _ in market.asked)
    logging.getLogger(__name__).info(
        "%s channel returns and %s declared (%s); %s acknowledgements; %s calls, %s of them"
        " writing; %s kills",
        *(len(puts), len(paid)),
        ", ".join(f"{name} {updated[name]} and {declared[name]}" for name in sorted(updated)),
        *(len(market.acknowledged), len(market.asked), writing, KILLS),
    )
