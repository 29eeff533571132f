"""A gift that comes back, over HTTP: whose it is, who hears of it, who gets what is paid."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest_asyncio

from retour.api.app import build
from retour.wiring.working import delivering
from tests.doors.client import Client
from tests.support.running import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House

BEN = "ben@example.com"
_PIECE = {"line": "1", "quantity": 1}


@pytest_asyncio.fixture
async def app(house: House) -> AsyncIterator[Litestar]:
    """The application, and delivery beside it."""
    async with delivering(house) as engine:
        yield build(replace(house, hints=engine.hint))


async def test_a_gift_is_the_recipient_s_from_the_request_to_the_credit(shop: Client) -> None:
    order = order_body(9)
    buyer = order["customer"]["email"]
    await shop.ask("PUT", "/orders/G-1", order)
    asked = {"order_number": "G-1", "lines": [_PIECE], "gift": {"email": BEN, "name": "Ben"}}
    one = await shop.ask("POST", "/returns", asked)
    path = f"/returns/{one['id']}"
    await shop.ask("POST", f"{path}/authorize", {})
    await shop.ask("POST", f"{path}/receive", {"units": [_PIECE]})
    await shop.ask("POST", f"{path}/inspect", {"units": [{**_PIECE, "acceptance": "accepted"}]})
    for command in ("finish_receipt", "propose_settlement", "confirm_settlement", "start_refund"):
        await shop.ask("POST", f"{path}/{command}", {})
    async with asyncio.timeout(40):
        while (await shop.ask("GET", path))["status"] != "settled":  # noqa: ASYNC110 - asked over HTTP
            await asyncio.sleep(0.05)

    assert one["gift"] is True
    events = await shop.call("GET", f"{path}/events")
    assert buyer not in events.body.decode()
    for email, there in ((BEN, 1), (buyer, 0)):
        for what in ("store-credits", "returns"):
            found = await shop.call("GET", f"/{what}", query=f"email={quote(email)}")
            assert there == len(found.json["data"]), (what, email)
    assert buyer == (await shop.ask("GET", "/orders/G-1"))["customer"]["email"]
