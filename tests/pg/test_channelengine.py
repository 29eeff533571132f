"""ChannelEngine from a marketplace's return to its one PUT: found, received, judged, told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest_asyncio

from retour.desk.channels import accounts, queue, trials
from retour.desk.channels.accounts import ChannelAccountPut
from retour.desk.channels.queue import ChannelReturnMatch, PartAsked
from retour.desk.house import House
from retour.desk.outcome import Done
from retour.lifecycle.commands import (
    FinishReceipt,
)
from tests.support.channelengine_server import KEY, channelengine_running
from tests.support.channels import Shop, delivering, judged, seen, told
from tests.support.pg import Workspace


@pytest_asyncio.fixture
async def shop(house: House, workspace: Workspace) -> AsyncIterator[Shop]:
    """A shop before it goes live."""
    async with channelengine_running() as market:
        settings = replace(house.settings, channelengine_url=market.url)
        yield Shop(replace(house, settings=settings), workspace, market)


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
    shop.market.faults += ["rate", "after"]
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
    assert ("20.00", "16.81") == (str(post["RefundInclVat"]), str(post["RefundExclVat"]))
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
