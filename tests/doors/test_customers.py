"""History, risk and lists from outside: put in a policy, shown on the return, never to shoppers."""

from __future__ import annotations

from typing import Any

import pytest

from retour.desk.house import House
from tests.doors.client import Client
from tests.support.customers import grounds_of
from tests.support.pg import Workspace
from tests.support.running import order_body

PIECE = {"line": "1", "quantity": 1}
RISKY: dict[str, Any] = {
    "approval": "auto",
    "risk": {"review_at": 20, "returns_7_days": {"over": 0, "points": 20}},
}


async def ordered(shop: Client, number: str, **more: object) -> None:
    await shop.ask("PUT", f"/orders/{number}", {**order_body(5), **more})


async def requested(shop: Client, number: str, **more: object) -> dict[str, Any]:
    body = {"order_number": number, "lines": [PIECE], "origin": "portal", **more}
    made: dict[str, Any] = await shop.ask("POST", "/returns", body)
    return made


async def test_the_second_return_of_a_week_is_looked_at(shop: Client) -> None:
    await shop.ask("PUT", "/policies/default", RISKY)
    await ordered(shop, "1")
    first, second = await requested(shop, "1"), await requested(shop, "1")

    assert (first["status"], second["status"]) == ("authorized", "requested")
    assert first["verdict"]["risk"] == {"score": 0, "flags": [], "contributions": []}
    assert second["verdict"]["risk"] == {
        "score": 20,
        "flags": ["returns_7_days"],
        "contributions": [
            {
                "signal": "returns_7_days",
                "points": 20,
                "value": 1,
                "inputs": {"returns": "1", "days": "7"},
                "detail": "1 earlier returns were asked for in the last 7 days.",
            }
        ],
    }


async def test_a_policy_without_weights_has_no_score(shop: Client) -> None:
    await ordered(shop, "1")
    assert (await requested(shop, "1"))["verdict"]["risk"] is None
    assert (await shop.ask("GET", "/policies/default"))["risk"] is None


async def test_risk_and_history_are_shown_as_they_were_put(shop: Client) -> None:
    rule = {
        "id": "often",
        "when": {
            "customer": {"return_rate": {"at_least": 50}},
            "risk": {"score": {"at_least": 10}, "flags": ["late"]},
        },
        "then": {"review": "Often."},
    }
    put = await shop.ask("PUT", "/policies/p", {**RISKY, "blocked": "reject", "rules": [rule]})

    assert put["risk"]["review_at"] == 20
    assert put["risk"]["returns_7_days"] == {"over": 0, "points": 20}
    assert put["blocked"] == "reject"
    (shown,) = put["rules"]
    assert shown["when"] == rule["when"]
    assert (
        await shop.ask("PUT", "/policies/p", {**RISKY, "blocked": "reject", "rules": [rule]}) == put
    )


BAD: list[tuple[dict[str, Any], str]] = [
    ({"risk": {}}, "/risk"),
    ({"risk": {"late": {"over": 1, "points": 20, "most": 10}}}, "/risk/late/most"),
    ({"risk": {"late": {"over": 1, "points": 0}}}, "/risk/late/points"),
    ({"risk": {"weather": {"over": 1, "points": 1}}}, "/risk/weather"),
    ({"blocked": "burn"}, "/blocked"),
]


@pytest.mark.parametrize(("fields", "pointer"), BAD)
async def test_weights_that_weigh_nothing_are_refused(
    shop: Client, fields: dict[str, Any], pointer: str
) -> None:
    answer = await shop.call("PUT", "/policies/default", fields)
    assert (answer.status, list(answer.pointers)) == (422, [pointer])


async def test_the_facts_of_a_decision_can_be_read(shop: Client) -> None:
    """As they were then: nothing that is put later reaches them."""
    await ordered(shop, "1")
    made = await requested(shop, "1")
    before = await shop.ask("GET", f"/returns/{made['id']}/judgement")
    await ordered(shop, "1", delivered_at="2020-01-01T00:00:00Z")
    await requested(shop, "1")

    assert await shop.ask("GET", f"/returns/{made['id']}/judgement") == before
    assert before["policy"] == {"id": "default", "version": 1}
    assert before["occasion"]["customer"]["orders_placed"] == 1
    assert before["occasion"]["zone"] == "Europe/Berlin"
    assert before["lines"][0]["sku"] == "SKU-1"
    (said,) = before["said"]
    assert (said["line"], said["word"]) == ("1", "review")
    assert "mira" not in str(before)


async def test_the_simulator_knows_the_customer(shop: Client) -> None:
    await shop.ask("PUT", "/policies/default", RISKY)
    await ordered(shop, "1")
    await requested(shop, "1")

    tried = await shop.ask(
        "POST", "/policies/default/simulate", {"order_number": "1", "lines": [PIECE]}
    )

    assert tried["eligible"] is False
    assert "risk" in {step["rule"] for step in tried["trace"]}


async def test_a_withdrawal_is_asked_nothing(
    shop: Client, house: House, workspace: Workspace
) -> None:
    """Neither lists nor risk stand between a consumer and the right, nor does it count later."""
    strict = {**RISKY, "blocked": "reject", "ineligible": "reject", "consumer_law": "off"}
    await shop.ask("PUT", "/policies/default", strict)
    await ordered(shop, "1")
    block = {"list": "block", "kind": "order", "value": "1", "reason": "Never again."}
    entry = await shop.ask("POST", "/list-entries", block)
    said = {
        "name": "Mira Sand",
        "email": "mira.sand@example.com",
        "order_number": "1",
        "statement": "I withdraw.",
    }
    taken = await shop.ask("POST", "/withdrawals", said)
    lines = {"lines": [PIECE]}
    await shop.ask("POST", f"/withdrawals/{taken['id']}/return", lines)
    (withdrawn,) = (await shop.ask("GET", "/returns"))["data"]
    blocked = await requested(shop, "1")
    await shop.ask("DELETE", f"/list-entries/{entry['id']}")
    later = await requested(shop, "1")

    assert withdrawn["status"] == "authorized"
    assert withdrawn["verdict"]["risk"] is None
    assert {step["rule"] for step in withdrawn["verdict"]["trace"]} == {"legal_basis"}
    assert blocked["status"] == "rejected"
    known = (await grounds_of(house, workspace, later["id"])).occasion.customer
    assert known is not None
    assert known.returns_placed == 1, "the rejected one, and no withdrawal"


async def test_entries_are_made_read_changed_and_removed(shop: Client) -> None:
    body = {
        "list": "block",
        "kind": "email",
        "value": "Mira.Sand@example.com",
        "reason": "Empty boxes",
        "expires_at": "2036-01-01T00:00:00Z",
    }
    made = await shop.ask("POST", "/list-entries", body)
    one = f"/list-entries/{made['id']}"

    assert made["hint"] == "m…@e….com"
    assert made["author"]["kind"] == "api_key"
    assert "mira" not in str(made).casefold()
    assert await shop.ask("GET", one) == made
    changed = await shop.ask("PATCH", one, {"note": "Talked.", "expires_at": None})
    assert (changed["note"], changed["expires_at"], changed["reason"]) == (
        "Talked.",
        None,
        "Empty boxes",
    )
    again = await shop.call("POST", "/list-entries", body)
    assert (again.status, again.code) == (409, "already_listed")
    assert (await shop.call("DELETE", one)).status == 204
    assert (await shop.call("GET", one)).status == 404
    assert (await shop.call("DELETE", one)).status == 404


async def test_entries_are_listed_by_pages(shop: Client) -> None:
    made = [
        await shop.ask(
            "POST",
            "/list-entries",
            {"list": list_, "kind": "sku", "value": f"SKU-{n}", "reason": "r"},
        )
        for n, list_ in enumerate(("block", "allow", "block"))
    ]
    first = await shop.ask("GET", "/list-entries", query="list=block&limit=1")
    second = await shop.ask(
        "GET", "/list-entries", query=f"list=block&limit=1&cursor={first['next_cursor']}"
    )

    assert [one["id"] for one in first["data"] + second["data"]] == [made[2]["id"], made[0]["id"]]
    assert second["next_cursor"] is None
    assert (await shop.ask("GET", "/list-entries", query="kind=email"))["data"] == []
    assert (await shop.call("GET", "/list-entries", query="list=grey")).status == 422


async def test_a_person_is_forgotten(shop: Client) -> None:
    await ordered(shop, "1")
    key = {"idempotency-key": "forget-mira"}
    mira = {"email": "mira.sand@example.com"}
    erased = await shop.ask("POST", "/customers/erase", mira, headers=key)
    again = await shop.ask("POST", "/customers/erase", mira, headers=key)
    nobody = await shop.call("POST", "/customers/erase", {})

    assert again == erased
    assert (erased["status"], erased["orders"], erased["list_entries_left"]) == ("done", 1, 0)
    assert (nobody.status, nobody.pointers) == (422, {"": "missing"})
