"""Exchanges through the door: goods counted, promised, paid for, ordered, told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest_asyncio

from retour.api.app import build
from retour.wiring.working import delivering
from tests.doors.client import Client, client
from tests.doors.exchange_story import SKU, promised

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace

JSON = dict[str, Any]


@pytest_asyncio.fixture
async def app(house: House) -> AsyncIterator[Litestar]:
    """The application and delivery."""
    async with delivering(house) as engine:
        yield build(replace(house, hints=engine.hint))


async def until(shop: Client, one: str, word: str, *, of: str) -> JSON:
    """Wait until a settlement, or the goods of it, stand somewhere."""
    async with asyncio.timeout(40):
        while True:
            now: JSON = (await shop.ask("GET", f"/returns/{one}"))["settlement"]
            if (now["exchange"]["stock"] if of == "stock" else now["status"]) == word:
                return now
            await asyncio.sleep(0.05)


async def events_of(shop: Client, one: str) -> list[str]:
    told = await shop.ask("GET", f"/returns/{one}/events")
    return [str(one["type"]) for one in told["data"]]


async def test_dearer_goods_are_paid_for_and_go_out(shop: Client) -> None:
    await shop.ask("PUT", f"/sandbox/stock/items/{SKU}", {"on_hand": 1})
    goods = [{"sku": SKU, "unit_price": "12.50"}]
    one = await promised(shop, "7001", goods=goods, fallback="refund", pay_days=3)
    held = await until(shop, one, "held", of="stock")
    assert {"sku": SKU, "available": 0} == (
        await shop.ask("POST", "/stock/availability", {"skus": [SKU, "NOT-KNOWN"]})
    )["items"][0]
    assert "10.00" == held["total"]

    ret = await shop.ask("POST", f"/returns/{one}/start_refund", {})
    charge = next(leg for leg in ret["settlement"]["legs"] if leg["kind"] == "charge")
    assert ("2.50", "in_flight", "external") == (
        charge["amount"],
        charge["status"],
        charge["executor"],
    )
    await shop.ask(
        "POST",
        f"/returns/{one}/record_refund_outcome",
        {"leg": charge["id"], "outcome": "succeeded", "reference": "shop-4711"},
    )

    settled = await until(shop, one, "settled", of="status")
    assert settled["exchange"]["replacement_order"]
    assert [
        "settlement_memo.completed",
        "exchange.reserved",
        "charge.requested",
        "charge.paid",
        "exchange.started",
        "exchange.ordered",
        "settlement.settled",
    ] == [word for word in (await events_of(shop, one)) if word.split(".")[0] in _MONEY]
    moved = (await shop.ask("GET", "/sandbox/stock/ledger"))["data"]
    assert ["set", "held", "ordered"] == [move["kind"] for move in moved]


_MONEY = {"settlement_memo", "exchange", "charge", "settlement", "refund"}


async def test_a_difference_nobody_pays_becomes_a_refund(shop: Client) -> None:
    await shop.ask("PUT", f"/sandbox/stock/items/{SKU}", {"on_hand": 1})
    goods = [{"sku": SKU, "unit_price": "12.50"}]
    one = await promised(shop, "7002", goods=goods, fallback="refund", pay_days=3)
    await until(shop, one, "held", of="stock")
    await shop.ask("POST", f"/returns/{one}/start_refund", {})

    await shop.ask("POST", "/clock", {"advance": "P5D"})

    settled = await until(shop, one, "settled", of="status")
    assert [("refund", "10.00", "succeeded"), ("exchange", "2.50", "abandoned")] == [
        (leg["kind"], leg["amount"], leg["status"]) for leg in settled["legs"]
    ][:2]


async def test_what_is_put_aside_cannot_be_counted_away(shop: Client) -> None:
    await shop.ask("PUT", f"/sandbox/stock/items/{SKU}", {"on_hand": 1})
    one = await promised(shop, "7003")
    await until(shop, one, "held", of="stock")

    refused = await shop.call("PUT", f"/sandbox/stock/items/{SKU}", {"on_hand": 0})

    assert (422, "bad_goods") == (refused.status, refused.code)


async def test_a_live_workspace_knows_no_stock(app: Litestar, live_workspace: Workspace) -> None:
    live = client(app, live_workspace)

    told = await live.ask("POST", "/stock/availability", {"skus": ["A"]})

    assert [{"sku": "A", "available": None}] == told["items"]
