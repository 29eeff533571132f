"""Policies with rules from outside: put, refused, frozen onto returns, and tried beforehand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.doors.client import Client
from tests.support.running import order_body

HYGIENE: dict[str, Any] = {
    "id": "hygiene",
    "when": {"item": {"groups": ["hygiene"]}},
    "then": {"reject": "Hygiene articles stay with you.", "legal_ground": "sealed_hygiene"},
}
DEAR: dict[str, Any] = {
    "id": "dear",
    "when": {
        "item": {"unit_price": {"currency": "EUR", "at_least": "10.00"}},
        "request": {"reasons": ["changed_mind"]},
    },
    "then": {"review": "Somebody looks at it.", "window_days": 60},
}
POLICY: dict[str, Any] = {
    "window_days": 14,
    "approval": "auto",
    "ineligible": "reject",
    "rules": [HYGIENE, DEAR],
}
PIECE = {"line": "1", "quantity": 1}


def grouped(group: str) -> dict[str, Any]:
    order = order_body(3)
    return {**order, "lines": [{**line, "group": group} for line in order["lines"]]}


async def test_rules_are_shown_as_they_were_put(shop: Client) -> None:
    """The same again is the same version."""
    first = await shop.ask("PUT", "/policies/fashion", POLICY)
    again = await shop.ask("PUT", "/policies/fashion", POLICY)

    assert first["rules"] == [HYGIENE, DEAR]
    assert again == first
    assert (await shop.ask("GET", "/policies/fashion"))["version"] == 1


BAD: list[tuple[list[dict[str, Any]], dict[str, str]]] = [
    ([{**HYGIENE, "then": {"destroy": True}}], {"/rules/0/then/destroy": "unknown_field"}),
    (
        [{**HYGIENE, "when": {"weather": {}}}],
        {"/rules/0/when/weather": "unknown_field"},
    ),
    (
        [{**HYGIENE, "then": {"approve": True, "reject": "No."}}],
        {"/rules/0/then/reject": "contradictory"},
    ),
    ([HYGIENE, {**HYGIENE, "id": "again"}], {"/rules/1": "contradictory"}),
    ([HYGIENE, {**DEAR, "id": "hygiene"}], {"/rules/1/id": "duplicate"}),
    ([{**HYGIENE, "skus": ["A"]}], {"/rules/0/skus": "contradictory"}),
    ([{"then": "eligible", "id": "short"}], {"/rules/0/id": "contradictory"}),
    ([{"then": {"approve": True}}], {"/rules/0/id": "missing"}),
]


@pytest.mark.parametrize(("rules", "wrong"), BAD)
async def test_what_cannot_be_carried_out_is_refused_and_the_live_one_stays(
    shop: Client, rules: list[dict[str, Any]], wrong: dict[str, str]
) -> None:
    live = await shop.ask("PUT", "/policies/fashion", POLICY)

    answer = await shop.call("PUT", "/policies/fashion", {**POLICY, "rules": rules})

    assert answer.status == 422
    assert wrong.items() <= answer.pointers.items()
    assert await shop.ask("GET", "/policies/fashion") == live


async def test_a_return_is_rejected_in_the_rule_s_words_and_keeps_its_version(shop: Client) -> None:
    await shop.ask("PUT", "/policies/default", POLICY)
    await shop.ask("PUT", "/orders/1", grouped("hygiene"))

    ret = await shop.ask("POST", "/returns", {"order_number": "1", "lines": [PIECE]})
    await shop.ask("PUT", "/policies/default", {})

    kept = await shop.ask("GET", f"/returns/{ret['id']}")
    assert (kept["status"], kept["reject_reason"]) == ("rejected", HYGIENE["then"]["reject"])
    assert kept["policy"]["version"] == ret["policy"]["version"]
    steps = {step["rule"]: step for step in kept["verdict"]["trace"]}
    assert steps["hygiene"]["verdict"] == "ineligible"
    assert "item.groups hygiene" in steps["hygiene"]["detail"]


async def test_a_request_is_tried_at_any_instant_and_nothing_is_written(shop: Client) -> None:
    """Of an order that is here and of the same one described; late, and by each rule."""
    await shop.ask("PUT", "/policies/fashion", POLICY)
    await shop.ask("PUT", "/orders/1", grouped("garden"))
    before = await shop.ask("GET", "/orders/1")

    tried = {
        "lines": [{**PIECE, "reason": "changed_mind"}],
        "at": "2026-12-20T12:00:00Z",
    }
    here = await shop.ask("POST", "/policies/fashion/simulate", {**tried, "order_number": "1"})
    described = await shop.ask(
        "POST", "/policies/fashion/simulate", {**tried, "order": grouped("garden")}
    )

    assert here == described
    assert (here["eligible"], here["status"], here["at"]) == (
        False,
        "requested",
        "2026-12-20T12:00:00Z",
    )
    hygiene, dear = here["lines"][0]["rules"]
    assert (hygiene["matches"], dear["speaks_of"]) == (False, ["answer", "window"])
    assert here["lines"][0]["window_days"] == 60
    assert hygiene["detail"].endswith("item.groups should be hygiene, and is garden.")
    assert await shop.ask("GET", "/orders/1") == before
    assert not (await shop.ask("GET", "/returns"))["data"]

    late = await shop.ask(
        "POST",
        "/policies/fashion/simulate",
        {"order_number": "1", "lines": [PIECE], "at": "2026-12-20T12:00:00Z"},
    )
    assert (late["status"], late["lines"][0]["window_days"]) == ("rejected", 14)


async def test_a_trial_names_what_is_missing(shop: Client) -> None:
    body = {"order_number": "none", "lines": [PIECE]}
    unknown = await shop.call("POST", "/policies/default/simulate", body)
    assert (unknown.status, unknown.code) == (422, "unknown_order")
    neither = await shop.call("POST", "/policies/default/simulate", {"lines": [PIECE]})
    assert neither.pointers == {"/order_number": "bad_value"}
    order = {**order_body(1), "currency": "QQQ"}
    described = await shop.call(
        "POST", "/policies/default/simulate", {"lines": [PIECE], "order": order}
    )
    assert described.pointers == {"/order/currency": "unknown_currency"}
    nowhere = await shop.call("POST", "/policies/none/simulate", body)
    assert (nowhere.status, nowhere.code) == (404, "not_found")
