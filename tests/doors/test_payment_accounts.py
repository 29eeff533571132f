"""Payment accounts, and Stripe from its account to a settled return: refunds, messages, cases."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from retour.api.app import build
from retour.desk.payments import processors
from retour.gateways.http import HttpClient
from retour.gateways.payments import ProcessorOutcome, RefundOrder
from retour.wiring.working import delivering
from tests.doors.client import Answer, Client, call, client
from tests.support.running import order_body
from tests.support.stripe_server import KEY, WEBHOOK_SECRET, StripeServer, signed, stripe_running

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


async def not_installed() -> None:
    """Stand for a gateway whose client is not there."""


@pytest.mark.parametrize(
    ("load", "why"),
    [
        (processors.stripe_module, processors.NO_ACCOUNT),
        (not_installed, processors.NOT_INSTALLED),
    ],
)
async def test_who_cannot_be_asked_fails_in_words_and_leaves_doubts(
    house: House, workspace: Workspace, load: processors.Load, why: str
) -> None:
    """What may have been made is not called a failure only because nobody can look."""
    order = RefundOrder(
        workspace_id=workspace.id, intent="leg_1", payment="pi_1", amount=1, currency="EUR"
    )
    nobody = processors.StripeAccounts(house, HttpClient(allow=()), load)

    refused = await nobody.refund(order)
    assert (ProcessorOutcome.FAILED, why) == (refused.outcome, refused.error)
    assert await nobody.look_up(order) is None
    doubted = await nobody.look_up(replace(order, in_doubt=True))
    assert doubted is not None
    assert ProcessorOutcome.UNKNOWN is doubted.outcome


# ---------------------------------------------------------------- what Stripe tells


class Teller:
    """Tells a workspace's hook what Stripe would."""

    def __init__(self, app: Litestar, hook: str) -> None:
        self.app = app
        self.path = "/hooks/" + hook.partition("/hooks/")[2]
        self.events = 0

    async def tell(
        self, type_: str, said: JSON, *, secret: str = WEBHOOK_SECRET, late: int = 0
    ) -> Answer:
        """Send an event, signed some seconds ago."""
        self.events += 1
        event = {
            "id": f"evt_{self.events}",
            "object": "event",
            "type": type_,
            "created": 1_800_000_000 + self.events,
            "data": {"object": said},
        }
        body = json.dumps(event).encode()
        return await self.send(body, signed(body, secret, int(time.time()) - late))

    async def send(self, body: bytes, signature: str) -> Answer:
        """Send bytes as they are."""
        headers = {"content-type": "application/json", "stripe-signature": signature}
        return await call(self.app, "POST", self.path, body, headers)


async def teller(shop: Client, app: Litestar) -> Teller:
    """Make the workspace's account and give who tells its hook."""
    account = await shop.ask("PUT", "/payment-accounts/stripe", ACCOUNT)
    return Teller(app, account["hook_url"])


async def refunded(shop: Client, stripe: StripeServer, fault: str | None = None) -> str:
    """Have a refund of 10.00 asked for."""
    stripe.pay("pi_1", 5000)
    ret = await confirmed(shop)
    stripe.faults.extend([fault] if fault else [])
    await shop.ask("POST", f"/returns/{ret}/start_refund", {})
    async with asyncio.timeout(40):
        while True:
            if stripe.refunds:
                return ret
            await asyncio.sleep(0.05)


async def test_a_success_that_fails_later_reverses_the_leg_and_is_paid_again_by_hand(
    shop: Client, app: Litestar, stripe: StripeServer
) -> None:
    stripes = await teller(shop, app)
    ret = await refunded(shop, stripe)
    await until(shop, ret, lambda one: one["status"] == "succeeded")
    stripe.turn_out("re_1", "failed", "lost_or_stolen_card")

    for _ in range(2):
        told = await stripes.tell("refund.failed", stripe.refunds[0])
        assert (200, {"matched": True}) == (told.status, told.json)
    now = await shop.ask("GET", f"/returns/{ret}")
    assert ("reversed", 2) == (leg_of(now)["status"], len(leg_of(now)["attempts"]))
    assert "Stripe says: lost_or_stolen_card." == leg_of(now)["attempts"][-1]["error"]
    assert "retry_refund" in now["allowed_commands"]
    await stripes.tell("refund.updated", {**stripe.refunds[0], "status": "succeeded"})
    assert "reversed" == leg_of(await shop.ask("GET", f"/returns/{ret}"))["status"]

    await shop.ask("POST", f"/returns/{ret}/retry_refund", {"leg": leg_of(now)["id"]})
    again = await until(shop, ret, lambda one: one["status"] == "succeeded")
    assert ("re_2", 1000) == (again["reference"], stripe.refunded("pi_1"))


async def test_a_message_before_the_answer_is_one_record(
    shop: Client, app: Litestar, stripe: StripeServer
) -> None:
    stripes = await teller(shop, app)
    ret = await refunded(shop, stripe, "after")  # Booked, and the answer lost.
    assert {"matched": True} == (await stripes.tell("refund.created", stripe.refunds[0])).json
    pending = {**stripe.refunds[0], "status": "pending"}
    assert {"matched": True} == (await stripes.tell("refund.updated", pending)).json

    leg = leg_of(await shop.ask("GET", f"/returns/{ret}"))
    assert ("succeeded", "re_1") == (leg["status"], leg["reference"])
    said = [one["outcome"] for one in leg["attempts"]]
    assert 1 == said.count("succeeded")
    assert [] == (await shop.ask("GET", "/payment-cases"))["data"]


async def test_only_what_stripe_signed_lately_is_believed(
    shop: Client, app: Litestar, stripe: StripeServer
) -> None:
    stripes = await teller(shop, app)
    said = {"id": "dp_1", "amount": 1, "currency": "eur", "status": "lost"}
    assert 401 == (await stripes.tell("charge.dispute.closed", said, secret="whsec_x")).status
    assert 401 == (await stripes.tell("charge.dispute.closed", said, late=301)).status
    for bad in (b"{", b"\xff", b"[]", b'{"id":"evt_1"}'):
        assert (await stripes.send(bad, signed(bad))).status in (400, 401), bad
    both = {**ACCOUNT, "webhook_secrets": ["whsec_new", WEBHOOK_SECRET]}
    await shop.ask("PUT", "/payment-accounts/stripe", both)
    for secret in ("whsec_new", WEBHOOK_SECRET):
        assert 200 == (await stripes.tell("payout.paid", {}, secret=secret)).status
    assert [] == (await shop.ask("GET", "/payment-cases"))["data"]
    stripes.path += "0"
    assert 404 == (await stripes.tell("payout.paid", {})).status
    assert [] == stripe.refunds


async def test_what_no_leg_explains_is_a_case_until_a_person_closes_it(
    shop: Client, app: Litestar
) -> None:
    stripes = await teller(shop, app)
    await confirmed(shop)
    elsewhere: JSON = {
        "id": "re_9", "amount": 700, "currency": "eur", "status": "pending", "metadata": {},
        "payment_intent": "pi_1", "charge": "ch_1",
    }  # fmt: skip
    assert {"matched": False} == (await stripes.tell("refund.created", elsewhere)).json
    await stripes.tell("refund.updated", {**elsewhere, "status": "succeeded"})
    stray = {"retour_intent": "leg_1", "retour_return": "ret_01kagz4v1e8qj0m2h3n4p5r6s7"}
    await stripes.tell("refund.created", {**elsewhere, "id": "re_8", "metadata": stray})
    lost = {"id": "dp_1", "amount": 5000, "currency": "eur", "status": "needs_response",
            "payment_intent": "pi_1"}  # fmt: skip
    await stripes.tell("charge.dispute.created", lost)

    cases = (await shop.ask("GET", "/payment-cases", query="open=true"))["data"]
    assert [("dispute", "dp_1"), ("refund", "re_8"), ("refund", "re_9")] == [
        (one["kind"], one["reference"]) for one in cases
    ]
    found = cases[2]
    assert ("succeeded", "7.00", "EUR", "S-1") == tuple(
        found[name] for name in ("status", "amount", "currency", "order_number")
    )
    await stripes.tell("charge.dispute.closed", {**lost, "status": "won"})
    closed = await shop.ask("POST", f"/payment-cases/{found['id']}/close", {"note": "Lowered"})
    again = await shop.ask("POST", f"/payment-cases/{found['id']}/close", {"note": "Other"})
    assert ("Lowered", closed) == (closed["note"], again)
    left = (await shop.ask("GET", "/payment-cases", query="open=true"))["data"]
    assert ["re_8"] == [one["reference"] for one in left]
    assert 3 == len((await shop.ask("GET", "/payment-cases"))["data"])
    assert 404 == (await shop.call("GET", "/payment-cases/pmc_x")).status
