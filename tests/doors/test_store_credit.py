"""Store credit from a return to a purchase, and legs that nobody could pay, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest_asyncio

from retour.api.app import build
from retour.wiring.working import delivering
from tests.doors.client import Client
from tests.doors.control_story import processed_return
from tests.doors.credit_story import issued
from tests.support.running import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House

JSON = dict[str, Any]


@pytest_asyncio.fixture
async def app(house: House) -> AsyncIterator[Litestar]:
    """The application, and delivery beside it."""
    async with delivering(house) as engine:
        yield build(replace(house, hints=engine.hint))


async def until(shop: Client, ret: str, is_there: Callable[[JSON], bool]) -> JSON:
    """Wait until a return is as wanted."""
    async with asyncio.timeout(40):
        while True:
            now = await shop.ask("GET", f"/returns/{ret}")
            if is_there(now):
                return now
            await asyncio.sleep(0.05)


async def credited(shop: Client, order: str = "C-1") -> tuple[JSON, JSON]:
    """Have a return paid as store credit; gives it, and what the customer has by then."""
    one = await processed_return(shop, order)
    await shop.ask("POST", f"/returns/{one}/propose_settlement", {"kind": "store_credit"})
    await shop.ask("POST", f"/returns/{one}/confirm_settlement", {})
    await shop.ask("POST", f"/returns/{one}/start_refund", {})
    ret = await until(shop, one, lambda now: now["status"] == "settled")
    (credit,) = (await shop.ask("GET", "/store-credits"))["data"]
    return ret, credit


async def test_a_return_is_paid_as_store_credit_and_spent(shop: Client) -> None:
    ret, credit = await credited(shop)
    (leg,) = ret["settlement"]["legs"]
    path = f"/store-credits/{credit['id']}"
    assert ("store_credit", "credit", "succeeded") == (
        leg["kind"],
        leg["executor"],
        leg["status"],
    )
    assert leg["amount"] == credit["balance"] == ret["settlement"]["total"] == "10.00"

    taken = await shop.ask("POST", f"{path}/redeem", {"amount": "4.00", "reference": "o-7"})
    again = await shop.ask("POST", f"{path}/redeem", {"amount": "4.00", "reference": "o-7"})
    assert ("redeemed", "-4.00", "6.00") == (taken["kind"], taken["amount"], taken["balance"])
    assert taken == again

    back = await shop.ask("POST", f"{path}/cancel_redemption", {"reference": "o-7"})
    assert back == await shop.ask("POST", f"{path}/cancel_redemption", {"reference": "o-7"})
    assert ("redemption_canceled", "4.00", "10.00") == (
        back["kind"],
        back["amount"],
        back["balance"],
    )
    entries = (await shop.ask("GET", f"{path}/entries"))["data"]
    assert [("issued", "10.00"), ("redeemed", "-4.00"), ("redemption_canceled", "4.00")] == [
        (one["kind"], one["amount"]) for one in entries
    ]
    assert (ret["id"], leg["id"]) == (entries[0]["return"], entries[0]["reference"])
    assert entries[0]["id"] == leg["reference"]


async def test_what_cannot_be_taken_is_refused_in_words(shop: Client) -> None:
    _, credit = await credited(shop)
    path = f"/store-credits/{credit['id']}"
    await shop.ask("POST", f"{path}/redeem", {"amount": "4.00", "reference": "o-7"})

    for body, code in (
        ({"amount": "6.01", "reference": "o-8"}, "not_enough_credit"),
        ({"amount": "0.00", "reference": "o-8"}, "bad_amount"),
        ({"amount": "1.001", "reference": "o-8"}, "bad_amount"),
        ({"amount": "3.00", "reference": "o-7"}, "reference_used"),
    ):
        assert code == (await shop.call("POST", f"{path}/redeem", body)).code, body
    wrong = await shop.call("POST", f"{path}/cancel_redemption", {"reference": "o-9"})
    assert "unknown_reference" == wrong.code
    assert "6.00" == (await shop.ask("GET", path))["balance"]


async def test_one_customer_has_one_account_and_a_reference_one_credit(
    shop: Client, house: House
) -> None:
    _, mine = await credited(shop)
    again = await processed_return(shop, "C-2")
    assert mine["id"] == await issued(house, shop, again, 100)
    body = {**order_body(9), "customer": {"email": "other@example.com"}}
    await shop.ask("PUT", "/orders/C-3", body)
    lines = [{"line": "1", "quantity": 1}]
    asked = await shop.ask("POST", "/returns", {"order_number": "C-3", "lines": lines})
    theirs = await issued(house, shop, asked["id"], 900)
    assert theirs != mine["id"]

    taken = {"amount": "1.00", "reference": "o-7"}
    await shop.ask("POST", f"/store-credits/{mine['id']}/redeem", taken)
    refused = await shop.call("POST", f"/store-credits/{theirs}/redeem", taken)

    assert "reference_used" == refused.code
    assert "9.00" == (await shop.ask("GET", f"/store-credits/{theirs}"))["balance"]
    assert "10.00" == (await shop.ask("GET", f"/store-credits/{mine['id']}"))["balance"]


async def test_a_customer_s_credit_is_found_by_their_address_only(shop: Client) -> None:
    _, credit = await credited(shop)
    email = (await shop.ask("GET", "/orders/C-1"))["customer"]["email"]

    found = await shop.call("GET", "/store-credits", query=f"email={quote(email)}")
    nobody = await shop.call("GET", "/store-credits", query="email=nobody%40example.com")
    assert [credit["id"]] == [one["id"] for one in found.json["data"]]
    assert [] == nobody.json["data"]


async def failed(shop: Client, order: str) -> JSON:
    """Have a refund fail for good; gives the return."""
    one = await processed_return(shop, order)
    await shop.ask("POST", f"/returns/{one}/propose_settlement", {})
    ret = await shop.ask("POST", f"/returns/{one}/confirm_settlement", {})
    leg = ret["settlement"]["legs"][0]["id"]
    await shop.ask("POST", f"/returns/{one}/redirect_leg", {"leg": leg, "to": "external"})
    await shop.ask("POST", f"/returns/{one}/start_refund", {})
    said = {"leg": leg, "outcome": "failed", "error": "The account is closed"}
    return await shop.ask("POST", f"/returns/{one}/record_refund_outcome", said)


async def test_what_failed_waits_in_a_list_with_what_helps(shop: Client) -> None:
    first, second = await failed(shop, "F-1"), await failed(shop, "F-2")

    page = await shop.call("GET", "/refunds", query="limit=1")
    (item,) = page.json["data"]
    rest = await shop.call("GET", "/refunds", query=f"cursor={page.json['next_cursor']}")

    assert (first["id"], second["id"]) == (item["return"], rest.json["data"][0]["return"])
    assert ("The account is closed", 1, "failed") == (
        item["why"],
        item["tries"],
        item["leg"]["status"],
    )
    ret = await shop.ask("GET", f"/returns/{item['return']}")
    assert set(item["remedies"]) <= set(ret["allowed_commands"])
    assert {"retry_refund", "settle_elsewhere", "redirect_leg", "discard_settlement"} == set(
        item["remedies"]
    )
    assert 2 == (await shop.ask("GET", "/refunds/counts"))["failed"]


async def test_a_remedy_takes_it_off_the_list(shop: Client) -> None:
    paid, given = await failed(shop, "F-1"), await failed(shop, "F-2")
    leg = paid["settlement"]["legs"][0]["id"]
    done = await shop.ask(
        "POST",
        f"/returns/{paid['id']}/settle_elsewhere",
        {"leg": leg, "reference": "SEPA-9", "note": "By hand"},
    )
    assert ("settled", "SEPA-9", "By hand") == (
        done["status"],
        done["settlement"]["legs"][0]["reference"],
        done["settlement"]["legs"][0]["note"],
    )
    leg = given["settlement"]["legs"][0]["id"]
    body = {"leg": leg, "to": "store_credit"}
    await shop.ask("POST", f"/returns/{given['id']}/redirect_leg", body)
    await until(shop, given["id"], lambda now: now["status"] == "settled")

    assert [] == (await shop.ask("GET", "/refunds"))["data"]
    assert 0 == (await shop.ask("GET", "/refunds/counts"))["failed"]
    done = await shop.call("GET", "/refunds", query="status=succeeded")
    assert {paid["id"], given["id"]} == {one["return"] for one in done.json["data"]}
    assert all(one["remedies"] == [] for one in done.json["data"])
    (credit,) = (await shop.ask("GET", "/store-credits"))["data"]
    assert "10.00" == credit["balance"]


async def test_credit_that_another_system_keeps_is_told_and_reported(shop: Client) -> None:
    await shop.ask("PUT", "/money-control", {"store_credit": "external"})
    assert "external" == (await shop.ask("GET", "/money-control"))["store_credit"]
    one = await processed_return(shop, "E-1")
    path = f"/returns/{one}"
    await shop.ask("POST", f"{path}/propose_settlement", {"kind": "store_credit"})
    await shop.ask("POST", f"{path}/confirm_settlement", {})
    ret = await shop.ask("POST", f"{path}/start_refund", {})
    (leg,) = ret["settlement"]["legs"]
    assert ("store_credit", "external", "in_flight") == (
        leg["kind"],
        leg["executor"],
        leg["status"],
    )

    said = {"leg": leg["id"], "outcome": "succeeded", "reference": "GC-77"}
    done = await shop.ask("POST", f"{path}/record_refund_outcome", said)

    assert ("settled", "GC-77") == (done["status"], done["settlement"]["legs"][0]["reference"])
    assert [] == (await shop.ask("GET", "/store-credits"))["data"]
