"""Amounts through the API: what an order may say, what is owed, and no with its arithmetic."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.doors.client import Client
from tests.support.running import order_body

FIGURES = ("kind", "currency", "total", "lines")
LEG = ("kind", "executor", "payment", "amount")


def order(*lines: dict[str, Any], captured: str, **more: object) -> dict[str, Any]:
    body = order_body(1, captured=captured)
    sold = [
        {"id": str(n), "sku": f"SKU-{n}", "title": f"Article {n}", "quantity": 1} | line
        for n, line in enumerate(lines, start=1)
    ]
    return {**body, "lines": sold, **more}


async def asked_back(shop: Client, body: dict[str, Any], **units: int) -> str:
    """Put an order and ask some of it back."""
    await shop.ask("PUT", "/orders/1", body)
    asked = [{"line": line.removeprefix("_"), "quantity": n} for line, n in units.items()]
    ret = await shop.ask("POST", "/returns", {"order_number": "1", "lines": asked})
    return f"/returns/{ret['id']}"


async def accepted(shop: Client, at: str, **units: int) -> None:
    """Take goods in and accept them all."""
    seen = [{"line": line.removeprefix("_"), "quantity": n} for line, n in units.items()]
    await shop.ask("POST", f"{at}/receive", {"units": seen})
    judged = [{**one, "acceptance": "accepted"} for one in seen]
    await shop.ask("POST", f"{at}/inspect", {"units": judged})
    await shop.ask("POST", f"{at}/finish_receipt", {})


def figures(settlement: dict[str, Any]) -> bytes:
    """Give the figures of a settlement as bytes, without what only a kept one has."""
    legs = [{key: leg[key] for key in LEG} for leg in settlement["legs"]]
    return msgspec.json.encode({key: settlement[key] for key in FIGURES} | {"legs": legs})


RICH = order(
    {"quantity": 3, "unit_price": "13.956300", "tax_rate": "19"},
    {"quantity": 2, "unit_price": "30.00", "tax_rate": "7", "discount": "5.00"},
    captured="100.00",
    shipping={"amount": "19.90", "standard": "4.95", "tax_rate": "19"},
    discount={"amount": "7.77", "covers_shipping": True},
)


async def test_what_is_simulated_is_what_is_proposed_and_promised(shop: Client) -> None:
    body = {"shipping": "4.95", "fees": [{"label": "Label", "amount": "3.50"}]}
    at = await asked_back(shop, RICH | {"payments": _paid("109.00")}, _1=2, _2=1)
    early = await shop.ask("POST", f"{at}/settlements/simulate", body)
    await shop.ask("POST", f"{at}/authorize", {})
    await accepted(shop, at, _1=2, _2=1)
    before = await shop.ask("GET", at)

    late = await shop.ask("POST", f"{at}/settlements/simulate", body)

    assert before == await shop.ask("GET", at), "nothing is written"
    proposed = (await shop.ask("POST", f"{at}/propose_settlement", body))["settlement"]
    again = await shop.ask("POST", f"{at}/settlements/simulate", body)
    promised = (await shop.ask("POST", f"{at}/confirm_settlement", {}))["settlement"]
    assert {figures(early)} == {figures(one) for one in (late, again, proposed, promised)}
    assert [True, False] == [early["is_early"], late["is_early"]]


def _paid(captured: str) -> list[dict[str, str]]:
    return [{"id": "pay-1", "processor": "sandbox", "captured": captured}]


async def test_what_would_be_refused_is_refused_in_the_same_words(shop: Client) -> None:
    at = await asked_back(shop, order_body(3, captured="20.00"), _1=3)
    await shop.ask("POST", f"{at}/authorize", {})
    await accepted(shop, at, _1=3)
    for body in ({}, {"shipping": "1.00"}, {"fees": [{"label": "x", "amount": "99"}]}):
        tried = await shop.call("POST", f"{at}/settlements/simulate", body)
        asked = await shop.call("POST", f"{at}/propose_settlement", body)
        assert (asked.status, asked.code) == (tried.status, tried.code)
        assert asked.json["detail"] == tried.json["detail"]


async def test_an_order_says_fine_prices_kits_and_discounts(shop: Client) -> None:
    body = order(
        {"quantity": 9, "unit_price": "13.956300"},
        {"unit_price": "70.00", "line_total": "69.99"},
        {"unit_price": "60.00", "parent": "2", "included": True},
        {"unit_price": "20.00", "parent": "2", "included": True},
        captured="195.60",
    )

    answer = await shop.ask("PUT", "/orders/1", body)

    assert [("13.96", "125.61"), ("70.00", "69.99")] == [
        (line["unit_price"], line["line_total"]) for line in answer["lines"][:2]
    ]
    assert [False, False, True, True] == [line["included"] for line in answer["lines"]]
    at = await asked_back(shop, body, _1=9, _3=1, _4=1)
    would = await shop.ask("POST", f"{at}/settlements/simulate", {})
    assert ["125.61", "52.49", "17.50"] == [line["amount"] for line in would["lines"]]
    assert "195.60" == would["total"]


@pytest.mark.parametrize(
    ("wrong", "pointer", "code"),
    [
        ({"discount": "10.01"}, "/discount", "bad_amount"),
        ({"discount": {"amount": "1.001"}}, "/discount/amount", "bad_amount"),
        ({"shipping": {"amount": "1", "standard": "-1"}}, "/shipping/standard", "bad_amount"),
        (
            {"shipments": [{"id": "S", "shipping": {"amount": "x"}}]},
            "/shipments/0/shipping/amount",
            "bad_amount",
        ),
        (
            {"lines": [{**order_body(1)["lines"][0], "included": True, "parent": "9"}]},
            "/lines/0/parent",
            "unknown_line",
        ),
        (
            {"lines": [{**order_body(1)["lines"][0], "line_total": "9.999"}]},
            "/lines/0/line_total",
            "bad_amount",
        ),
        (
            {"lines": [{**order_body(1)["lines"][0], "unit_price": "1.123456789"}]},
            "/lines/0/unit_price",
            "bad_amount",
        ),
    ],
)
async def test_what_an_order_cannot_mean_is_pointed_at(
    shop: Client, wrong: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await shop.call("PUT", "/orders/1", order_body(1) | wrong)

    assert (422, {pointer: code}) == (answer.status, answer.pointers)


async def test_no_is_said_with_the_arithmetic(shop: Client) -> None:
    """Three of 12.95 each: two are paid back, the third was not accepted."""
    body = order({"quantity": 3, "unit_price": "12.95"}, captured="43.80", shipping="4.95")
    body["payments"][0]["processor"] = "external"
    at = await asked_back(shop, body, _1=3)
    await shop.ask("POST", f"{at}/authorize", {})
    await shop.ask("POST", f"{at}/receive", {"units": [{"line": "1", "quantity": 3}]})
    judged = [
        {"line": "1", "quantity": n, "acceptance": word}
        for n, word in ((2, "accepted"), (1, "rejected"))
    ]
    await shop.ask("POST", f"{at}/inspect", {"units": judged})
    ret = await shop.ask("POST", f"{at}/finish_receipt", {})
    await shop.ask("POST", f"{at}/propose_settlement", {"shipping": "2.00"})
    await shop.ask("POST", f"{at}/confirm_settlement", {})
    paid = await shop.ask("POST", f"{at}/start_refund", {})
    done = {"leg": paid["settlement"]["legs"][0]["id"], "outcome": "succeeded"}
    await shop.ask("POST", f"{at}/record_refund_outcome", done)
    unit = ret["lines"][0]["units"][-1]["id"]

    async def no(**asked: object) -> tuple[str, str]:
        answer = await shop.call("POST", f"{at}/propose_settlement", asked)
        return answer.code, answer.json["detail"]

    def more(amount: str) -> list[dict[str, str]]:
        return [{"label": "More", "amount": amount}]

    for asked, code, words in (
        (
            {"units": [unit]},
            "nothing_owed",
            "38.85 EUR was paid for 3 of line 1, 25.90 EUR has been given back for 2; at most",
        ),
        (
            {"shipping": "2.96"},
            "cap_exceeded",
            "4.95 EUR was paid for the shipping, 2.00 EUR of it has been given back; at most",
        ),
        (
            {"adjustments": more("15.91")},
            "cap_exceeded",
            "43.80 EUR was paid, 27.90 of it is given back or promised; at most 15.90 is left",
        ),
        ({"adjustments": more("1.001")}, "bad_amount", "'1.001' has 3 decimals, and EUR has 2"),
        ({"adjustments": more("1.00 USD")}, "bad_amount", "is not a plain decimal number"),
        ({"fees": more("-1.00")}, "bad_amount", "'-1.00' is out of range"),
        ({"fees": more("0")}, "bad_amount", "above zero"),
        ({"currency": "USD"}, "bad_amount", "The order was paid in EUR, not in 'USD'"),
        (
            {"fees": more("5.00"), "shipping": "1.00"},
            "bad_amount",
            "5.00 EUR would be kept back of 1.00 EUR that is owed",
        ),
    ):
        refused = await no(**asked)
        assert (code, True) == (refused[0], words in refused[1]), refused
