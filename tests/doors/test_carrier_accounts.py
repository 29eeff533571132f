"""Carrier accounts, and EasyPost from its account to the dock: labels, webhooks, refusals."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from retour.api.app import build
from retour.wiring.working import delivering
from tests.doors.client import Client, call
from tests.support.easypost import KEY, PAPER, FakeEasyPost, tracker
from tests.support.running import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House

SECRET = "a secret of two"
ACCOUNT = {"carrier": "easypost", "name": "EP", "api_key": KEY, "webhook_secret": SECRET}
DOCK = {
    "name": "Main",
    "kind": "merchant",
    "address": {"street": "1 Dock", "postcode": "3511", "city": "Utrecht", "country": "NL"},
}


@pytest.fixture
def fake() -> Iterator[FakeEasyPost]:
    served = FakeEasyPost()
    yield served
    served.close()


@pytest_asyncio.fixture
async def app(house: House, fake: FakeEasyPost) -> AsyncIterator[Litestar]:
    """The application and delivery, whose EasyPost is the stand-in."""
    settings = replace(house.settings, easypost_url=fake.api, egress_allow="127.0.0.0/8")
    here = replace(house, settings=settings)
    async with delivering(here) as engine:
        yield build(replace(here, hints=engine.hint))


async def a_label(shop: Client) -> Any:  # noqa: ANN401 - any JSON
    await shop.ask("PUT", "/facilities/main", DOCK)
    await shop.ask("PUT", "/orders/E-1", order_body(1))
    lines = [{"line": "1", "quantity": 1, "reason": "x"}]
    ret = await shop.ask("POST", "/returns", {"order_number": "E-1", "lines": lines})
    await shop.ask("POST", f"/returns/{ret['id']}/authorize", {})
    path = f"/returns/{ret['id']}/create_label"
    asked = await shop.ask("POST", path, {"carrier": "ep"})
    async with asyncio.timeout(30):
        while True:
            found = await shop.ask("GET", f"/parcels/{asked['parcels'][0]['id']}")
            if found["status"] != "requested":
                return found
            await asyncio.sleep(0.05)


async def test_a_real_carrier_s_label_from_its_account_to_the_dock(
    shop: Client, app: Litestar, fake: FakeEasyPost
) -> None:
    made = await shop.ask("PUT", "/carrier-accounts/ep", ACCOUNT)
    parcel = await a_label(shop)
    assert ("label_created", "EZ00000001", "USPS First") == (
        parcel["status"],
        parcel["tracking_number"],
        parcel["service"],
    )
    assert [parcel["id"]] == fake.bought
    assert PAPER == (await shop.call("GET", f"/parcels/{parcel['id']}/label")).body
    other = await shop.call("GET", f"/parcels/{parcel['id']}/label", query="format=zpl")
    assert "parcel_not_ready" == other.code

    hook = made["hook_url"].partition("/hooks/")[2]
    event = {"result": tracker("EZ00000001", ("in_transit", "2026-03-02T08:00:00Z"))}
    assert 401 == (await told(app, hook, event, "another")).status
    assert {"matched": True} == (await told(app, hook, event)).json
    assert {"matched": True} == (await told(app, hook, event)).json
    found = await shop.ask("GET", f"/returns/{parcel['returns'][0]}")
    assert ("tracked", 1) == (found["status"], len(found["parcels"][0]["scans"]))
    unknown = {"result": tracker("EZ999", ("in_transit", "2026-03-02T08:00:00Z"))}
    assert {"matched": False} == (await told(app, hook, unknown)).json
    assert {"matched": False} == (await told(app, hook, {"result": {"object": "Batch"}})).json


async def told(app: Litestar, hook: str, event: object, secret: str = SECRET) -> Any:  # noqa: ANN401 - an answer
    body = json.dumps(event).encode()
    mark = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-hmac-signature": f"hmac-sha256-hex={mark}"}
    return await call(app, "POST", f"/hooks/{hook}", body, headers)


async def test_what_a_carrier_refuses_is_a_failed_label_in_its_words(shop: Client) -> None:
    await shop.ask("PUT", "/carrier-accounts/ep", {**ACCOUNT, "carriers": ["UPS"]})
    parcel = await a_label(shop)

    assert "label_failed" == parcel["status"]
    assert "No carrier of the account has a price" in parcel["failure"]


async def test_an_account_is_put_tried_and_forgotten_and_never_shows_its_key(
    shop: Client,
) -> None:
    assert (
        "invalid_request"
        == (await shop.call("PUT", "/carrier-accounts/ep", {**ACCOUNT, "api_key": None})).code
    )
    for bad in ("sandbox", "Ep", "x" * 41):
        assert 422 == (await shop.call("PUT", f"/carrier-accounts/{bad}", ACCOUNT)).status
    made = await shop.call("PUT", "/carrier-accounts/ep", ACCOUNT)
    assert (201, False) == (made.status, KEY.encode() in made.body)
    again = await shop.ask("PUT", "/carrier-accounts/ep", {"carrier": "easypost", "name": "Two"})
    assert ("Two", True, 2) == (again["name"], again["has_webhook_secret"], again["version"])
    assert "invalid_request" == (await shop.call("POST", "/carrier-accounts/ep/test")).code
    await shop.ask("PUT", "/facilities/main", DOCK)
    tried = await shop.ask("POST", "/carrier-accounts/ep/test")
    assert (True, 3) == (tried["ok"], tried["rates"])
    await shop.ask("PUT", "/carrier-accounts/ep", {**ACCOUNT, "api_key": "wrong"})
    refused = await shop.ask("POST", "/carrier-accounts/ep/test")
    assert (False, "EasyPost: The API key is wrong.") == (refused["ok"], refused["error"])

    assert ["ep"] == [one["code"] for one in (await shop.ask("GET", "/carrier-accounts"))["data"]]
    await shop.ask("DELETE", "/carrier-accounts/ep")
    assert 404 == (await shop.call("GET", "/carrier-accounts/ep")).status
    assert "label_failed" == (await a_label(shop))["status"]


async def test_prices_are_asked_for_without_buying(shop: Client, fake: FakeEasyPost) -> None:
    await shop.ask("PUT", "/carrier-accounts/ep", {**ACCOUNT, "carriers": ["UPS"]})
    parcel = await a_label(shop)
    path = f"/returns/{parcel['returns'][0]}/quote"
    none = await shop.call("POST", path, {"carrier": "ep"})
    assert "parcel_not_ready" == none.code
    await shop.ask("PUT", "/carrier-accounts/ep", ACCOUNT)
    rates = (await shop.ask("POST", path, {"carrier": "ep"}))["rates"]
    assert ("USPS First", "4.05", "USD") == tuple(
        rates[0][name] for name in ("service", "amount", "currency")
    )
    assert ["4.90", "5.90"] == [
        rate["amount"] for rate in (await shop.ask("POST", path, {}))["rates"]
    ]
    assert [] == fake.bought
