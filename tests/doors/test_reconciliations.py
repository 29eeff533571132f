"""Disputes, refunds made elsewhere and the daily comparison, as a merchant meets them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest_asyncio

from retour.api.app import build
from retour.wiring.working import delivering
from tests.doors.test_payment_accounts import (
    ACCOUNT,
    confirmed,
    leg_of,
    refunded,
    teller,
    until,
)
from tests.support.running import order_body
from tests.support.stripe_server import StripeServer, stripe_running

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Client

JSON = dict[str, Any]


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


async def reconciled(shop: Client, processor: str) -> JSON:
    """Have everything compared, and give what came of it."""
    begun = await shop.ask("POST", "/reconciliations", {"processor": processor})
    async with asyncio.timeout(40):
        while True:
            now = await shop.ask("GET", f"/reconciliations/{begun['id']}")
            if now["state"] != "running":
                return now
            await asyncio.sleep(0.05)


async def items(shop: Client, one: JSON, query: str = "") -> list[JSON]:
    return (await shop.ask("GET", f"/reconciliations/{one['id']}/items", query=query))["data"]


async def told(shop: Client, type_: str) -> list[JSON]:
    """Give the events of a type, in order."""
    feed = (await shop.ask("GET", "/events", query="limit=100"))["data"]
    return [one for one in feed if one["type"] == type_]


async def payment_of(shop: Client, number: str = "S-1") -> JSON:
    (payment,) = (await shop.ask("GET", f"/orders/{number}"))["payments"]
    return payment


async def sandbox_return(shop: Client, number: str = "S-1", payment: str = "pay_1") -> str:
    """Bring a return of 10.00, paid in the sandbox, to where its refund can start."""
    order = order_body(1)
    order["payments"] = [{"id": payment, "processor": "sandbox", "captured": "50.00"}]
    await shop.ask("PUT", f"/orders/{number}", order)
    ret = await shop.ask(
        "POST",
        "/returns",
        {"order_number": number, "lines": [{"line": "1", "quantity": 1, "reason": "x"}]},
    )
    path = f"/returns/{ret['id']}"
    await shop.ask("POST", f"{path}/authorize", {})
    await shop.ask("POST", f"{path}/receive", {"units": [{"sku": "SKU-1", "quantity": 1}]})
    units = [{"line": "1", "quantity": 1, "acceptance": "accepted"}]
    await shop.ask("POST", f"{path}/inspect", {"units": units})
    await shop.ask("POST", f"{path}/finish_receipt", {})
    await shop.ask("POST", f"{path}/propose_settlement", {})
    await shop.ask("POST", f"{path}/confirm_settlement", {})
    return str(ret["id"])


# ---------------------------------------------------------------- disputes


async def test_a_settlement_waits_for_a_dispute_and_goes_on_when_it_is_won(shop: Client) -> None:
    ret = await sandbox_return(shop)
    taken = {"payment": "pay_1", "amount": "48.85", "currency": "EUR"}
    dispute = await shop.ask("POST", "/sandbox/processor/disputes", taken)

    refused = await shop.call("POST", f"/returns/{ret}/start_refund", {})
    assert "payment_taken" == refused.code
    assert f"taken 48.85 back: dispute {dispute['id']} is open" in refused.json["detail"]
    payment = await payment_of(shop)
    assert ("0.00", "dispute", "48.85", False) == (
        payment["left"],
        *(payment["taken"][0][name] for name in ("by", "amount", "is_back")),
    )

    path = f"/sandbox/processor/disputes/{dispute['id']}/end"
    for outcome in ("won", "lost"):  # The first word stands.
        assert "won" == (await shop.ask("POST", path, {"outcome": outcome}))["status"]
    await shop.ask("POST", f"/returns/{ret}/start_refund", {})
    await until(shop, ret, lambda one: one["status"] == "succeeded")
    feed = await told(shop, "payment.changed")
    assert ["disputed", "dispute_won"] == [one["data"]["change"] for one in feed]


async def test_a_lost_dispute_keeps_its_room(shop: Client) -> None:
    ret = await sandbox_return(shop)
    await shop.ask("POST", f"/returns/{ret}/discard_settlement", {})
    taken = {"payment": "pay_1", "amount": "45.00", "currency": "EUR"}
    dispute = await shop.ask("POST", "/sandbox/processor/disputes", taken)
    path = f"/sandbox/processor/disputes/{dispute['id']}/end"
    await shop.ask("POST", path, {"outcome": "lost"})

    refused = await shop.call("POST", f"/returns/{ret}/propose_settlement", {})
    assert "cap_exceeded" == refused.code
    assert f"dispute {dispute['id']} is lost" in refused.json["detail"]
    assert 404 == (await shop.call("POST", path.replace("dsp_", "dsx_"), {"outcome": "won"})).status


async def test_stripe_s_words_of_a_dispute_count_once_in_any_order(
    shop: Client, app: Litestar, stripe: StripeServer
) -> None:
    stripes = await teller(shop, app)
    await confirmed(shop)
    stripe.pay("pi_1", 5000)
    said = stripe.dispute("pi_1", 4500)
    asked = {**said, "status": "warning_needs_response"}
    await stripes.tell("charge.dispute.created", asked)
    assert "40.00" == (await payment_of(shop))["left"]

    for _ in range(2):
        await stripes.tell("charge.dispute.funds_withdrawn", said)
    assert "0.00" == (await payment_of(shop))["left"]
    stripes.events += 10
    await stripes.tell("charge.dispute.closed", {**said, "status": "won"})
    stripes.events -= 10
    await stripes.tell("charge.dispute.updated", {**said, "status": "under_review"})
    assert "40.00" == (await payment_of(shop))["left"]
    cases = (await shop.ask("GET", "/payment-cases", query="open=true"))["data"]
    assert [] == cases


async def test_a_refund_that_the_bank_was_faster_than_is_reversed(
    shop: Client, app: Litestar, stripe: StripeServer
) -> None:
    stripes = await teller(shop, app)
    ret = await refunded(shop, stripe, "pending")
    await until(shop, ret, lambda one: bool(one["attempts"]))
    await stripes.tell("charge.dispute.created", stripe.dispute("pi_1", 5000))
    stripe.turn_out("re_1", "failed", "charge_for_pending_refund_disputed")
    await stripes.tell("refund.failed", stripe.refunds[0])

    now = await shop.ask("GET", f"/returns/{ret}")
    leg = leg_of(now)
    assert "failed" == leg["status"]
    assert "Stripe says: charge_for_pending_refund_disputed." == leg["attempts"][-1]["error"]
    assert ["re_1"] == [one["id"] for one in stripe.refunds]
    assert "0.00" == (await payment_of(shop))["left"]


# ---------------------------------------------------------------- refunds made elsewhere


async def test_a_dashboard_refund_is_never_paid_again(shop: Client, app: Litestar) -> None:
    stripes = await teller(shop, app)
    ret = await confirmed(shop)
    said: JSON = {
        "id": "re_9", "amount": 4500, "currency": "eur", "status": "succeeded", "metadata": {},
        "payment_intent": "pi_1", "charge": "ch_1",
    }  # fmt: skip
    for _ in range(2):
        await stripes.tell("refund.created", said)

    refused = await shop.call("POST", f"/returns/{ret}/start_refund", {})
    assert "payment_taken" == refused.code
    assert "45.00 was refunded at the processor itself (re_9)" in refused.json["detail"]
    (case,) = (await shop.ask("GET", "/payment-cases", query="open=true"))["data"]
    assert "It is counted" in case["why"]
    order = order_body(1)
    order["payments"] = [{"id": "pi_1", "processor": "stripe", "captured": "5.00"}]
    lowered = await shop.call("PUT", "/orders/S-1", order)
    assert "cap_exceeded" == lowered.code


async def test_what_came_before_its_order_is_counted_by_the_next_comparison(
    shop: Client,
) -> None:
    taken = {"payment": "pay_1", "amount": "7.00", "currency": "EUR"}
    await shop.ask("POST", "/sandbox/processor/refunds", taken)
    (case,) = (await shop.ask("GET", "/payment-cases"))["data"]
    assert (None, True) == (case["order_number"], "nothing is counted" in case["why"])

    await sandbox_return(shop)
    assert "left" not in await payment_of(shop)
    await reconciled(shop, "sandbox")
    assert "33.00" == (await payment_of(shop))["left"]
    (case,) = (await shop.ask("GET", "/payment-cases"))["data"]
    assert ("S-1", False) == (case["order_number"], "nothing is counted" in case["why"])


async def test_another_currency_is_not_counted_and_says_so(shop: Client) -> None:
    await sandbox_return(shop)
    taken = {"payment": "pay_1", "amount": "7.00", "currency": "SEK"}
    await shop.ask("POST", "/sandbox/processor/disputes", taken)

    (case,) = (await shop.ask("GET", "/payment-cases"))["data"]
    assert "nothing is counted" in case["why"]
    assert "left" not in await payment_of(shop)


# ---------------------------------------------------------------- compared


async def test_what_agrees_is_explained_to_the_last_cent(
    shop: Client, stripe: StripeServer
) -> None:
    await shop.ask("PUT", "/payment-accounts/stripe", ACCOUNT)
    ret = await refunded(shop, stripe)
    await until(shop, ret, lambda one: one["status"] == "succeeded")
    stripe.refunds[0]["created"] -= 1

    report = await reconciled(shop, "stripe")

    assert ("done", "100.00", 1, 1, 0) == tuple(
        report[name] for name in ("state", "percent", "found", "explained", "unexplained")
    )
    assert [
        {
            "currency": "EUR",
            "found": 1,
            "explained": 1,
            "amount": "10.00",
            "explained_amount": "10.00",
            "percent": "100.00",
        }
    ] == report["sums"]
    assert [] == await told(shop, "reconciliation.differs")


async def test_each_difference_is_found_with_why_and_remedy(
    shop: Client, stripe: StripeServer
) -> None:
    await shop.ask("PUT", "/payment-accounts/stripe", ACCOUNT)
    for n in range(1, 4):
        stripe.pay(f"pi_{n}", 5000)
        ret = await confirmed(shop, f"S-{n}", f"pi_{n}")
        await shop.ask("POST", f"/returns/{ret}/start_refund", {})
        await until(shop, ret, lambda one: one["status"] == "succeeded")
    cut, gone, twice = stripe.refunds
    cut["amount"] = 900
    stripe.refunds.remove(gone)
    stripe.refund_elsewhere("pi_2", 700)
    again = stripe.refund_elsewhere("pi_3", 1000)
    again["metadata"] = dict(twice["metadata"])
    for one in stripe.refunds:
        one["created"] -= 1

    report = await reconciled(shop, "stripe")

    found = {one["why"]: one for one in await items(shop, report)}
    assert {"amount_differs", "unknown_there", "unknown_here", "paid_twice"} == set(found)
    assert (5, 1, "20.00") == (report["found"], report["explained"], report["percent"])
    assert ("9.00", "10.00") == tuple(
        found["amount_differs"][name] for name in ("amount", "our_amount")
    )
    assert all(one["remedy"] for one in found.values())
    assert "S-2" == found["unknown_here"]["order_number"]
    assert "33.00" == (await payment_of(shop, "S-2"))["left"]
    feed = await told(shop, "reconciliation.differs")
    assert [(report["id"], 4, "20.00")] == [
        tuple(one["data"][name] for name in ("reconciliation", "unexplained", "percent"))
        for one in feed
    ]


async def test_a_person_s_word_explains_here_and_later(shop: Client, stripe: StripeServer) -> None:
    await shop.ask("PUT", "/payment-accounts/stripe", ACCOUNT)
    stripe.pay("pi_1", 5000)
    stripe.refund_elsewhere("pi_1", 700, ago_s=5)
    report = await reconciled(shop, "stripe")
    (found,) = await items(shop, report, "open=true")

    path = f"/reconciliations/{report['id']}/items/{found['id']}/explain"
    said = await shop.ask("POST", path, {"note": "Goodwill by phone"})
    assert said == await shop.ask("POST", path, {"note": "Other"})
    assert "Goodwill by phone" == said["note"]
    now = await shop.ask("GET", f"/reconciliations/{report['id']}")
    assert ("100.00", "7.00") == (now["percent"], now["sums"][0]["explained_amount"])
    assert [] == await items(shop, report, "open=true")
    (case,) = (await shop.ask("GET", "/payment-cases"))["data"]
    assert ("Goodwill by phone", True) == (case["note"], case["closed_at"] is not None)
    later = await reconciled(shop, "stripe")
    assert ("100.00", 0) == (later["percent"], later["listed"])


async def test_what_legs_have_not_heard_they_are_told(shop: Client, stripe: StripeServer) -> None:
    """No message came: a refund that failed after all, a dispute, a refund elsewhere."""
    await shop.ask("PUT", "/payment-accounts/stripe", ACCOUNT)
    ret = await refunded(shop, stripe)
    await until(shop, ret, lambda one: one["status"] == "succeeded")
    stripe.turn_out("re_1", "failed", "lost_or_stolen_card")
    stripe.refunds[0]["created"] -= 1
    stripe.dispute("pi_1", 4500)["created"] -= 1

    report = await reconciled(shop, "stripe")

    assert (1, "100.00") == (report["told"], report["percent"])
    assert "reversed" == leg_of(await shop.ask("GET", f"/returns/{ret}"))["status"]
    assert "5.00" == (await payment_of(shop))["left"]


async def test_a_processor_that_does_not_let_us_in_fails_in_words(shop: Client) -> None:
    missing = await reconciled(shop, "stripe")
    assert ("failed", True) == (missing["state"], "no account at Stripe" in missing["failure"])
    await shop.ask("PUT", "/payment-accounts/stripe", {**ACCOUNT, "api_key": "sk_test_other"})
    refused = await reconciled(shop, "stripe")
    assert "Stripe does not know the key. Renew it." == refused["failure"]
    unknown = await shop.call("POST", "/reconciliations", {"processor": "external"})
    assert {"/processor": "bad_value"} == unknown.pointers


async def test_the_sandbox_s_ledger_is_compared_as_well(shop: Client) -> None:
    ret = await sandbox_return(shop)
    await shop.ask("POST", f"/returns/{ret}/start_refund", {})
    await until(shop, ret, lambda one: one["status"] == "succeeded")
    taken = {"payment": "pay_1", "amount": "7.00", "currency": "EUR"}
    booked = await shop.ask("POST", "/sandbox/processor/refunds", taken)
    for amount in ("0.00", "-1.00", "1.001", "x"):
        bad = await shop.call("POST", "/sandbox/processor/refunds", {**taken, "amount": amount})
        assert {"/amount": "bad_value"} == bad.pointers

    report = await reconciled(shop, "sandbox")

    assert (2, 1, "50.00") == tuple(report[name] for name in ("found", "explained", "percent"))
    (found,) = await items(shop, report)
    assert (booked["id"], "unknown_here") == (found["reference"], found["why"])
    assert "33.00" == (await payment_of(shop))["left"]


async def test_one_runs_at_a_time_and_can_be_canceled(shop: Client, stripe: StripeServer) -> None:
    stripe.faults.clear()
    await shop.ask("PUT", "/payment-accounts/stripe", ACCOUNT)
    first, second = await asyncio.gather(
        *(shop.call("POST", "/reconciliations", {"processor": "stripe"}) for _ in range(2))
    )
    assert {202} <= {first.status, second.status}
    begun = first if first.status == 202 else second
    path = f"/reconciliations/{begun.json['id']}"
    assert (await shop.ask("POST", f"{path}/cancel"))["state"] in {"canceled", "done"}
    listed = (await shop.ask("GET", "/reconciliations"))["data"]
    assert begun.json["id"] in {one["id"] for one in listed}
    assert 404 == (await shop.call("GET", "/reconciliations/rcn_x")).status
