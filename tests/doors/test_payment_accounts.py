"""Payment accounts, and Stripe from its account to a settled return: refunds, messages, cases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest_asyncio

from retour.api.app import build
from retour.wiring.working import delivering
from tests.doors.client import Client, client
from tests.support.running import order_body
from tests.support.stripe_server import KEY, WEBHOOK_SECRET, StripeServer, stripe_running

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace

JSON = dict[str, Any]
ACCOUNT = {
    "processor": "stripe",
    "name": "Stripe",
    "api_key": KEY,
    "webhook_secrets": [WEBHOOK_SECRET],
}


@pytest_asyncio.fixture
async def stripe() -> AsyncIterator[StripeServer]:
    async with stripe_running() as running:
        yield running


@pytest_asyncio.fixture
async def app(house: House, stripe: StripeServer) -> AsyncIterator[Litestar]:
    """The application and delivery, whose Stripe is the stand-in."""
    settings = replace(house.settings, stripe_url=stripe.url, egress_allow="127.0.0.0/8")
    here = replace(house, settings=settings)
    async with delivering(here) as engine:
        yield build(replace(here, hints=engine.hint))


async def confirmed(shop: Client, number: str = "S-1", payment: str = "pi_1") -> str:
    """Bring a return of 10.00 to where its refund can start."""
    order = order_body(1)
    order["payments"] = [{"id": payment, "processor": "stripe", "captured": "50.00"}]
    await shop.ask("PUT", f"/orders/{number}", order)
    lines = [{"line": "1", "quantity": 1, "reason": "x"}]
    ret = await shop.ask("POST", "/returns", {"order_number": number, "lines": lines})
    path = f"/returns/{ret['id']}"
    await shop.ask("POST", f"{path}/authorize", {})
    await shop.ask("POST", f"{path}/receive", {"units": [{"sku": "SKU-1", "quantity": 1}]})
    units = [{"line": "1", "quantity": 1, "acceptance": "accepted"}]
    await shop.ask("POST", f"{path}/inspect", {"units": units})
    await shop.ask("POST", f"{path}/finish_receipt", {})
    await shop.ask("POST", f"{path}/propose_settlement", {})
    await shop.ask("POST", f"{path}/confirm_settlement", {})
    return str(ret["id"])


def leg_of(ret: JSON) -> JSON:
    """Give a return's one leg."""
    (leg,) = ret["settlement"]["legs"]
    return leg


async def until(shop: Client, ret: str, is_there: Callable[[JSON], bool]) -> JSON:
    """Wait until a return's leg is as wanted."""
    async with asyncio.timeout(40):
        while True:
            leg = leg_of(await shop.ask("GET", f"/returns/{ret}"))
            if is_there(leg):
                return leg
            await asyncio.sleep(0.05)


async def test_a_refund_goes_back_by_the_workspace_s_account(
    shop: Client, stripe: StripeServer
) -> None:
    stripe.pay("pi_1", 5000)
    ret = await confirmed(shop)
    assert (
        "executor_unavailable" == (await shop.call("POST", f"/returns/{ret}/start_refund", {})).code
    )

    await shop.ask("PUT", "/payment-accounts/stripe", ACCOUNT)
    await shop.ask("POST", f"/returns/{ret}/start_refund", {})
    leg = await until(shop, ret, lambda one: one["status"] == "succeeded")

    (made,) = stripe.refunds
    assert (made["id"], 1000, "pi_1") == (leg["reference"], made["amount"], made["payment_intent"])
    assert {"retour_intent": leg["id"], "retour_return": ret} == made["metadata"]


async def test_an_account_is_put_tried_and_forgotten_and_never_shows_its_key(
    shop: Client,
) -> None:
    first = await shop.call("PUT", "/payment-accounts/stripe", {**ACCOUNT, "api_key": None})
    assert {"/api_key": "required"} == first.pointers
    live = await shop.call("PUT", "/payment-accounts/stripe", {**ACCOUNT, "api_key": "sk_live_1"})
    assert {"/api_key": "bad_value"} == live.pointers
    made = await shop.call("PUT", "/payment-accounts/stripe", ACCOUNT)
    assert (201, False) == (made.status, KEY.encode() in made.body)
    assert ("test", 1, 1) == tuple(
        made.json[name] for name in ("mode", "webhook_secrets", "version")
    )
    named = {"processor": "stripe", "name": "Two"}
    again = await shop.ask("PUT", "/payment-accounts/stripe", named)
    assert ("Two", 1, 2) == (again["name"], again["webhook_secrets"], again["version"])
    second = await shop.call("PUT", "/payment-accounts/other", ACCOUNT)
    assert {"/processor": "bad_value"} == second.pointers

    assert {"ok": True, "error": None} == await shop.ask("POST", "/payment-accounts/stripe/test")
    await shop.ask("PUT", "/payment-accounts/stripe", {**ACCOUNT, "api_key": "sk_test_other"})
    refused = await shop.ask("POST", "/payment-accounts/stripe/test")
    assert (False, "Stripe does not know the key. Renew it.") == (refused["ok"], refused["error"])

    listed = (await shop.ask("GET", "/payment-accounts"))["data"]
    assert ["stripe"] == [one["code"] for one in listed]
    await shop.ask("DELETE", "/payment-accounts/stripe")
    assert 404 == (await shop.call("GET", "/payment-accounts/stripe")).status


async def test_live_workspaces_take_live_keys_and_no_play_money(
    app: Litestar, live_workspace: Workspace
) -> None:
    live = client(app, live_workspace)
    refused = await live.call("PUT", "/payment-accounts/stripe", ACCOUNT)
    assert {"/api_key": "bad_value"} == refused.pointers
    key = {**ACCOUNT, "api_key": "sk_live_1"}
    assert "live" == (await live.ask("PUT", "/payment-accounts/stripe", key))["mode"]
