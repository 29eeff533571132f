"""A sandbox's own ChannelEngine over HTTP, as somebody else's client of it asks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import urlsplit

from retour.desk.house import House
from retour.wiring.application import build
from tests.doors.client import Client, call


async def test_any_client_reaches_it_by_its_key(house: House, shop: Client) -> None:
    app = build(house, now=datetime.now(UTC))
    there = await shop.ask("GET", "/sandbox/channelengine")
    path = f"{urlsplit(str(there['url'])).path}/v2/returns"
    asked = f"creatorType=ONLY_FROM_CHANNEL&apikey={there['api_key']}"
    answer = await call(app, "GET", path, query=asked)
    assert answer.status == 200
    said = json.loads(answer.body)
    assert (said["Success"], said["TotalCount"]) == (True, 3)
    assert said["Content"][0]["Lines"][0]["OrderLine"]["UnitPriceInclVat"] == 24.9

    told = b'{"ReturnId": 5000, "MerchantReturnNo": "RMA-1"}'
    path += "/merchant/acknowledge"
    assert (await call(app, "POST", path, told, query=f"apikey={there['api_key']}")).status == 201
    booked = (await shop.ask("GET", "/sandbox/channelengine/ledger"))["data"]
    assert [("acknowledged", 5000)] == [(one["kind"], one["return_id"]) for one in booked]


async def test_a_stranger_s_key_lets_nobody_in(house: House, shop: Client) -> None:
    app = build(house, now=datetime.now(UTC))
    there = await shop.ask("GET", "/sandbox/channelengine")
    path = f"{urlsplit(str(there['url'])).path}/v2/returns"
    answer = await call(app, "GET", path, query="apikey=other")
    assert answer.status == 401
    nowhere = path.replace(shop.workspace, "ws_zzzzzzzzzzzzz")
    assert (await call(app, "GET", nowhere)).status == 404
