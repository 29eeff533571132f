"""Withdrawals over HTTP: taken whatever is known, kept word for word, queued, matched, proven.

The first tests follow what Article 11a of Directive 2011/83/EU asks of whoever takes the statement.
"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.doors.client import Client
from tests.support.ordering import order_body

JSON = dict[str, Any]
SAID: JSON = {
    "name": "Ann Other",
    "email": "ann.other@example.com",
    "statement": "  I withdraw\r\nfrom my contract “0042”. \U0001f44b ",
}
GONE = "wdr_01kagz4v1e8qj0m2h3n4p5r6s7"


async def sold(shop: Client, number: str, email: str) -> None:
    """Put an order of somebody's."""
    body = order_body(2)
    await shop.ask("PUT", f"/orders/{number}", {**body, "customer": {"email": email}})


async def limited(shop: Client, *scopes: str) -> Client:
    """Give a client whose key may do no more than that."""
    key = await shop.ask("POST", "/api-keys", {"name": "limited", "scopes": list(scopes)})
    return Client(app=shop.app, workspace=shop.workspace, token=key["token"])


async def test_a_name_a_statement_and_an_address_are_enough(shop: Client) -> None:
    taken = await shop.ask("POST", "/withdrawals", SAID)

    assert taken["id"].startswith("wdr_")
    assert {name: taken[name] for name in SAID} == SAID
    assert (taken["status"], taken["matched_order"]) == ("unmatched", None)
    assert (taken["order_number"], taken["contract"], taken["lines"]) == (None, None, [])
    assert taken["received_at"].endswith("Z")
    assert taken["refund_by"][:10] > taken["received_at"][:10]


async def test_an_order_of_the_same_address_is_matched_at_once(shop: Client) -> None:
    await sold(shop, "0042", "Ann.Other@example.com")

    taken = await shop.ask("POST", "/withdrawals", {**SAID, "order_number": "0042"})

    assert (taken["status"], taken["matched_order"]) == ("matched", "0042")
    assert (taken["matched_at"], taken["matched_by"]) == (taken["received_at"], None)


@pytest.mark.parametrize("number", ["0042", "0043"])
async def test_an_order_unknown_or_of_somebody_else_refuses_nothing(
    shop: Client, number: str
) -> None:
    await sold(shop, "0042", "somebody.else@example.com")

    taken = await shop.ask("POST", "/withdrawals", {**SAID, "order_number": number})

    assert (taken["status"], taken["order_number"]) == ("unmatched", number)


async def test_no_policy_is_asked(shop: Client) -> None:
    """Nothing can be returned of it any more; withdrawn from it can be all the same."""
    await shop.ask("PUT", "/policies/default", {"window_days": 0, "ineligible": "reject"})
    await sold(shop, "0042", SAID["email"])
    await shop.ask("POST", "/clock", {"advance": "P30D"})

    late = await shop.call("POST", "/withdrawals", {**SAID, "order_number": "0042"})

    assert late.status == 201


async def test_part_of_a_contract_is_named_in_the_consumers_words(shop: Client) -> None:
    lines = [{"title": "the blue one", "quantity": 1}, {"sku": "NO-SUCH-SKU"}]
    submitted = "2026-11-21T23:59:59+01:00"

    taken = await shop.ask(
        "POST", "/withdrawals", {**SAID, "lines": lines, "submitted_at": submitted, "contract": "C"}
    )

    assert taken["lines"] == [
        {"line": None, "sku": None, "title": "the blue one", "quantity": 1},
        {"line": None, "sku": "NO-SUCH-SKU", "title": None, "quantity": None},
    ]
    assert (taken["submitted_at"], taken["contract"]) == ("2026-11-21T22:59:59Z", "C")


async def test_evidence_can_be_recomputed_by_whoever_reads_it(shop: Client) -> None:
    first = await shop.ask("POST", "/withdrawals", SAID)
    second = await shop.ask("POST", "/withdrawals", SAID)

    one = await shop.ask("GET", f"/withdrawals/{first['id']}/evidence")
    two = await shop.ask("GET", f"/withdrawals/{second['id']}/evidence")

    for shown in (one, two):
        assert shown["verified"]
        content, record = shown["content"].encode(), shown["record"].encode()
        assert shown["content_sha256"] == hashlib.sha256(content).hexdigest()
        assert shown["hash"] == hashlib.sha256(record).hexdigest()
    assert one["content_sha256"] != two["content_sha256"], "the same words have a nonce each"
    assert (one["hash"], two["previous"]) == (first["hash"], first["hash"])
    assert (one["checks"]["following"], two["checks"]["following"]) == (True, None)


async def test_an_agent_works_the_queue(shop: Client) -> None:
    await sold(shop, "0042", "other.address@example.com")
    await sold(shop, "0043", "other.address@example.com")
    waiting = await shop.ask("POST", "/withdrawals", {**SAID, "order_number": "42"})
    path = f"/withdrawals/{waiting['id']}"
    before = await shop.ask("GET", f"{path}/evidence")

    queue = (await shop.ask("GET", "/withdrawals", query="status=unmatched"))["data"]
    unknown = await shop.call("POST", f"{path}/match", {"order_number": "0044"})
    matched = await shop.ask("POST", f"{path}/match", {"order_number": "0042"})
    again = await shop.ask("POST", f"{path}/match", {"order_number": "0042"})
    other = await shop.call("POST", f"{path}/match", {"order_number": "0043"})

    assert queue == [waiting]
    assert (unknown.status, unknown.code) == (422, "unknown_order")
    assert set(unknown.pointers) == {"/order_number"}
    assert (matched["status"], matched["matched_order"]) == ("matched", "0042")
    assert matched["matched_by"]["kind"] == "api_key"
    assert (matched["order_number"], matched["hash"]) == ("42", waiting["hash"])
    assert again == matched == await shop.ask("GET", path)
    assert (other.status, other.code) == (409, "not_allowed_in_status")
    after = await shop.ask("GET", f"{path}/evidence")
    assert [act["kind"] for act in after["acts"]] == ["matched"]
    assert {**after, "acts": []} == before
    assert (await shop.ask("GET", "/withdrawals", query="status=unmatched"))["data"] == []


async def test_pages_are_newest_first(shop: Client) -> None:
    taken = [await shop.ask("POST", "/withdrawals", SAID) for _ in range(3)]

    first = await shop.ask("GET", "/withdrawals", query="limit=2")
    rest = await shop.ask("GET", "/withdrawals", query=f"limit=2&cursor={first['next_cursor']}")

    assert {one["id"] for one in (*first["data"], *rest["data"])} == {one["id"] for one in taken}
    assert (len(first["data"]), len(rest["data"]), rest["next_cursor"]) == (2, 1, None)
    ids = [one["id"] for one in (*first["data"], *rest["data"])]
    assert ids == sorted(ids, reverse=True)


async def test_a_repetition_takes_nothing_twice(shop: Client) -> None:
    key = {"idempotency-key": "w1"}
    taken = await shop.ask("POST", "/withdrawals", SAID, headers=key)
    again = await shop.ask("POST", "/withdrawals", SAID, headers=key)
    other = await shop.call("POST", "/withdrawals", {**SAID, "name": "B"}, headers=key)

    assert again == taken
    assert other.status in {409, 422}
    assert len((await shop.ask("GET", "/withdrawals"))["data"]) == 1


async def test_it_is_told_in_a_stream_of_its_own(shop: Client) -> None:
    await sold(shop, "0042", SAID["email"])
    taken = await shop.ask("POST", "/withdrawals", {**SAID, "order_number": "0042"})

    events = (await shop.ask("GET", "/events"))["data"]

    (told,) = [event for event in events if event["type"] == "withdrawal.received"]
    assert (told["stream"], told["stream_sequence"], told["sequence"]) == (taken["id"], 1, None)
    assert told["data"] == {
        "return": None,
        "order": None,
        "withdrawal": taken["id"],
        "reference": "W-000001",
        "in_time": True,
        "submitted_at": taken["received_at"],
        "zone": "Europe/Berlin",
        "message": taken["id"],
        "order_number": "0042",
        "matched": True,
        "refund_by": taken["refund_by"],
        "hash": taken["hash"],
        "text": SAID["statement"],
    }


async def test_a_form_needs_no_more_than_the_right_to_hand_in(shop: Client) -> None:
    form = await limited(shop, "withdrawals:write")
    desk = await limited(shop, "withdrawals:read")

    taken = await form.ask("POST", "/withdrawals", SAID)

    assert (await form.call("GET", "/withdrawals")).status == 403
    assert (await desk.ask("GET", f"/withdrawals/{taken['id']}")) == taken
    assert (await desk.call("POST", "/withdrawals", SAID)).status == 403


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"email": "nobody"}, "/email"),
        ({"email": "a@b.c\r\nBcc: d@e.f"}, "/email"),
        ({"statement": ""}, "/statement"),
        ({"statement": "x" * 20_001}, "/statement"),
        ({"statement": "a\x00b"}, "/statement"),
        ({"submitted_at": "yesterday"}, "/submitted_at"),
        ({"submitted_at": "2026-11-21T23:59:59"}, "/submitted_at"),
        ({"lines": [{"quantity": 0}]}, "/lines/0/quantity"),
        ({"reason": "none asked"}, "/reason"),
    ],
)
async def test_what_cannot_be_read_is_named(shop: Client, change: JSON, pointer: str) -> None:
    answer = await shop.call("POST", "/withdrawals", {**SAID, **change})

    assert answer.status == 422
    assert set(answer.pointers) == {pointer}


async def test_what_is_not_there_is_not_found(shop: Client) -> None:
    for path in (GONE, "wdr_x", "ret_01kagz4v1e8qj0m2h3n4p5r6s7", f"{GONE}/evidence"):
        assert (await shop.call("GET", f"/withdrawals/{path}")).status == 404
    named = {"order_number": "1001"}
    assert (await shop.call("POST", f"/withdrawals/{GONE}/match", named)).status == 404
    assert (await shop.call("GET", "/withdrawals", query="status=refused")).status == 422
