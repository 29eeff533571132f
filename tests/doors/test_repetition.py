"""Idempotency keys, versions and conditions: what the same request again does, and a late one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from retour.api.table import ROUTES
from tests.doors.belongings import use
from tests.doors.client import Answer, Client
from tests.support.running import order_body

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.support.pg import Workspace

GROUPS = 20
TWINS = 50
ASKED = {"order_number": "1", "lines": [{"line": "1", "quantity": 1, "reason": "x"}]}


async def _count(house: House, workspace: Workspace, table: str) -> int:
    async with house.database.transaction(workspace.id) as connection:
        return await connection.fetchval(f"SELECT count(*) FROM retour.{table}")


def _key(key: str) -> dict[str, str]:
    return {"idempotency-key": key}


async def test_twenty_groups_of_fifty_twins_have_one_effect_each(
    shop: Client, house: House, workspace: Workspace
) -> None:
    """Fifty identical requests at once: one return, fifty equal answers, one of them the first."""
    await shop.ask("PUT", "/orders/1", order_body(GROUPS))
    for group in range(GROUPS):
        answers = await asyncio.gather(
            *(shop.call("POST", "/returns", ASKED, _key(f"group {group}")) for _ in range(TWINS))
        )
        assert {answer.status for answer in answers} == {201}
        assert len({answer.body for answer in answers}) == 1
        replayed = [answer.headers.get("idempotent-replayed") for answer in answers]
        assert replayed.count("true") == TWINS - 1
        assert await _count(house, workspace, "returns") == group + 1


async def test_a_key_is_for_one_request(shop: Client, house: House, workspace: Workspace) -> None:
    """422 for another body, method or path under the same key, and nothing is written."""
    await shop.ask("PUT", "/orders/1", order_body(3))
    first = await shop.call("POST", "/returns", ASKED, _key("k"))
    ret = first.json["id"]
    events = await _count(house, workspace, "event")
    for path, body in (
        ("/returns", {**ASKED, "origin": "agent"}),
        (f"/returns/{ret}/authorize", {}),
        ("/subscriptions", {"url": "http://127.0.0.1:9/"}),
        ("/clock", {"advance": "PT1H"}),
    ):
        answer = await shop.call("POST", path, body, _key("k"))
        assert (answer.status, answer.code) == (422, "idempotency_key_reused"), path
    assert await _count(house, workspace, "event") == events
    assert (await shop.call("POST", "/returns", ASKED, _key("k"))).body == first.body


async def test_the_same_body_at_another_address_is_another_request(shop: Client) -> None:
    """422, and the second return stays as it was."""
    await shop.ask("PUT", "/orders/1", order_body(2))
    one, two = [(await shop.ask("POST", "/returns", ASKED))["id"] for _ in range(2)]
    assert (await shop.call("POST", f"/returns/{one}/authorize", {}, _key("k"))).status == 200
    answer = await shop.call("POST", f"/returns/{two}/authorize", {}, _key("k"))
    assert (answer.status, answer.code) == (422, "idempotency_key_reused")
    assert (await shop.ask("GET", f"/returns/{two}"))["status"] == "requested"


async def test_a_refused_request_leaves_its_key_free(shop: Client) -> None:
    """What did not happen may happen later under the same key."""
    refused = await shop.call("POST", "/returns", ASKED, _key("k"))
    assert refused.code == "unknown_order"
    await shop.ask("PUT", "/orders/1", order_body(1))
    assert (await shop.call("POST", "/returns", ASKED, _key("k"))).status == 201


async def test_a_command_repeated_under_its_key_is_answered_alike(shop: Client) -> None:
    """Even when the return has moved on, or the version asked for has passed."""
    await shop.ask("PUT", "/orders/1", order_body(1))
    ret = (await shop.ask("POST", "/returns", ASKED))["id"]
    headers = {**_key("authorize once"), "if-match": '"1"'}
    first = await shop.call("POST", f"/returns/{ret}/authorize", {}, headers)
    await shop.ask("POST", f"/returns/{ret}/ship")
    again = await shop.call("POST", f"/returns/{ret}/authorize", {}, headers)
    assert (again.status, again.body) == (200, first.body)
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers


SECRETS: dict[str, tuple[dict[str, Any], str]] = {
    "/subscriptions": ({"url": "http://127.0.0.1:9/"}, "secret"),
    "/api-keys": ({"name": "Twin"}, "token"),
    "/notification-profiles": (
        {"name": "Twin", "type": "custom", "url": "http://127.0.0.1:9/"},
        "secret",
    ),
}


@pytest.mark.parametrize("path", SECRETS)
async def test_a_replay_comes_without_the_secret(shop: Client, path: str) -> None:
    """One thing is made by many twins; whoever was not first sees everything but the secret."""
    body, secret = SECRETS[path]
    answers = await asyncio.gather(
        *(shop.call("POST", path, body, _key("twins")) for _ in range(10))
    )
    assert {answer.status for answer in answers} == {201}
    shown = [answer.json.pop(secret, None) for answer in answers]
    assert sum(one is not None for one in shown) == 1
    assert len({answer.json["id"] for answer in answers}) == 1
    assert len((await shop.ask("GET", path))["data"]) == (2 if path == "/api-keys" else 1)


async def test_every_post_keeps_its_answer_or_says_why_not(shop: Client) -> None:
    """Who keeps one reads the key, and finds that this is none; who does not says what it does."""
    written = [route for route in ROUTES if route.method == "POST"]
    keeping = set[str]()
    for route in written:
        answer = await use(shop, route, _key("x" * 256))
        if answer.status == 400 and answer.code == "bad_header":
            keeping.add(route.name)
    assert keeping == {route.name for route in written if route.keeps}
    assert [route.name for route in ROUTES if route.again and route.method != "POST"] == []
    assert len(written) > 100


async def test_an_export_is_begun_once_per_key(
    shop: Client, house: House, workspace: Workspace
) -> None:
    """Also by twins, and also once it has ended; another key is shown what is being written."""
    answers = await asyncio.gather(
        *(shop.call("POST", "/exports", headers=_key("night")) for _ in range(5))
    )
    other = await shop.call("POST", "/exports", headers=_key("morning"))
    one = answers[0].json["id"]
    assert {(answer.status, answer.json["id"]) for answer in answers} == {(202, one)}
    assert (other.status, other.json["id"]) == (200, one)
    early = await shop.call("GET", f"/exports/{one}/file")
    await shop.ask("POST", f"/exports/{one}/cancel")
    late = await shop.call("GET", f"/exports/{one}/file")
    never = await shop.call("GET", "/exports/exp_01kagz4v1e8qj0m2h3n4p5r6s7/file")
    for key in ("night", "morning"):
        assert (await shop.call("POST", "/exports", headers=_key(key))).json["id"] == one
    assert await _count(house, workspace, "workspace_export") == 1
    begun = await shop.ask("GET", "/audit", query="act=workspace.export_begun")
    assert len(begun["data"]) == 1
    told = [(answer.status, answer.code) for answer in (early, late, never)]
    assert told == [(409, "not_allowed_in_status"), (410, "gone"), (404, "not_found")]
    assert "canceled" in late.json["detail"]


async def test_a_secret_is_shown_again_under_its_key_and_kept_nowhere(
    shop: Client, house: House, workspace: Workspace
) -> None:
    """One act in the log, until there is another secret to see."""
    made = await shop.ask("POST", "/subscriptions", {"url": "http://127.0.0.1:9/"})
    path, why = f"/subscriptions/{made['id']}", {"reason": "A new machine"}

    async def shown(reason: dict[str, str] = why) -> Answer:
        return await shop.call("POST", f"{path}/reveal", reason, _key("see"))

    first, again = await shown(), await shown()
    assert [one["secret"] for one in first.json["secrets"]] == [made["secret"]]
    assert again.body == first.body
    assert again.headers["idempotent-replayed"] == "true"
    assert (await shown({"reason": "Another"})).code == "idempotency_key_reused"
    acts = "act=secret.revealed"
    assert len((await shop.ask("GET", "/audit", query=acts))["data"]) == 1
    await shop.ask("POST", f"{path}/rotate")
    assert len((await shown()).json["secrets"]) == 2
    assert len((await shop.ask("GET", "/audit", query=acts))["data"]) == 2
    async with house.database.transaction(workspace.id) as connection:
        kept = await connection.fetch("SELECT body FROM retour.idempotency")
    assert kept
    assert [row for row in kept if made["secret"].encode() in row["body"]] == []


async def test_a_policy_comes_into_force_once_per_key(shop: Client) -> None:
    """A draft that is none any more is answered as it was, and going back is no further version."""
    await shop.ask("PUT", "/policies/default", {"window_days": 7})
    await shop.ask("PUT", "/policies/default/draft", {"window_days": 9})
    for path, body in (("draft/publish", {}), ("rollback", {"version": 1})):
        asked = ("POST", f"/policies/default/{path}", body, _key(path))
        first, again = await shop.call(*asked), await shop.call(*asked)
        assert (first.status, again.body) == (200, first.body), first
        assert again.headers["idempotent-replayed"] == "true"
        await shop.ask("PUT", "/policies/default", {"window_days": 11})
        assert (await shop.call(*asked)).body == first.body
    assert (await shop.ask("GET", "/policies/default"))["window_days"] == 11


async def test_a_clock_is_advanced_once_per_key(shop: Client) -> None:
    """Twins wait for the first and get its answer; a refusal leaves the key free."""
    body = {"advance": "PT1H"}
    wrong = await shop.call("POST", "/clock", {"advance": "-PT1H"}, _key("hour"))
    assert wrong.pointers == {"/advance": "out_of_range"}
    answers = await asyncio.gather(
        *(shop.call("POST", "/clock", body, _key("hour")) for _ in range(10))
    )
    assert {answer.body for answer in answers} == {answers[0].body}
    assert answers[0].json["offset"] == "PT3600S"
    assert (await shop.ask("POST", "/clock", body))["offset"] == "PT7200S"


async def test_a_fault_is_ordered_once_per_key(
    shop: Client, house: House, workspace: Workspace
) -> None:
    """The same for what the sandbox is asked to do wrong."""
    for service in ("processor", "carrier"):
        body, key = {"outcome": "decline", "times": 2}, _key(service)
        path = f"/sandbox/{service}/faults"
        answers = [await shop.call("POST", path, body, key) for _ in range(3)]
        assert {answer.status for answer in answers} == {201}
        assert {answer.body for answer in answers} == {answers[0].body}
    assert await _count(house, workspace, "sandbox_fault") == 2


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "ü", "a\tb", "\x7f"])
async def test_a_key_is_printable_and_not_too_long(shop: Client, key: str) -> None:
    """400, rather than a request that can never be told from another."""
    answer = await shop.call("POST", "/returns", ASKED, _key(key))
    assert (answer.status, answer.code) == (400, "bad_header")
    longest = await shop.call("POST", "/returns", ASKED, _key("x" * 255))
    assert longest.code == "unknown_order"


async def test_a_command_with_a_passed_version_changes_nothing(shop: Client) -> None:
    """412 with the current ETag; the right one, a star and none at all go ahead."""
    await shop.ask("PUT", "/orders/1", order_body(1))
    made = await shop.call("POST", "/returns", ASKED)
    assert made.headers["etag"] == '"1"'
    path = f"/returns/{made.json['id']}"
    stale = await shop.call("POST", f"{path}/authorize", {}, {"if-match": '"2"'})
    assert (stale.status, stale.code) == (412, "version_differs")
    assert stale.headers["etag"] == '"1"'
    assert (await shop.ask("GET", path))["status"] == "requested"
    done = await shop.call("POST", f"{path}/authorize", {}, {"if-match": '"1"'})
    assert (done.status, done.headers["etag"]) == (200, '"2"')
    assert (await shop.call("POST", f"{path}/ship", {}, {"if-match": "*"})).status == 200


@pytest.mark.parametrize("tag", ["1", '"x"', '""', '"1", "2"', '"99999999999"', "W/", '"-1"'])
async def test_a_condition_that_cannot_be_read_is_refused(shop: Client, tag: str) -> None:
    """400: whoever sends a condition relies on it."""
    await shop.ask("PUT", "/orders/1", order_body(1))
    ret = (await shop.ask("POST", "/returns", ASKED))["id"]
    answer = await shop.call("POST", f"/returns/{ret}/authorize", {}, {"if-match": tag})
    assert (answer.status, answer.code) == (400, "bad_header")


async def test_a_condition_where_none_is_honoured_is_refused(shop: Client) -> None:
    """400 instead of pretending."""
    answer = await shop.call("POST", "/clock", {"advance": "PT1H"}, {"if-match": '"1"'})
    assert (answer.status, answer.code) == (400, "bad_header")


async def _read(shop: Client, path: str, seen: str) -> Answer:
    return await shop.call("GET", path, headers={"if-none-match": seen})


async def test_what_one_holds_already_is_not_sent_again(shop: Client) -> None:
    """304 for the current ETag, weak or listed or starred; 200 for any other."""
    put = await shop.call("PUT", "/orders/1", order_body(1))
    ret = (await shop.ask("POST", "/returns", ASKED))["id"]
    subscription = (await shop.ask("POST", "/subscriptions", {"url": "http://127.0.0.1:9/"}))["id"]
    for path in (
        "/orders/1",
        f"/returns/{ret}",
        "/policies/default",
        f"/subscriptions/{subscription}",
    ):
        tag = (await shop.call("GET", path)).headers["etag"]
        for seen in (tag, f"W/{tag}", f'"77", {tag}', "*"):
            answer = await _read(shop, path, seen)
            assert (answer.status, answer.body) == (304, b""), (path, seen)
            assert answer.headers["etag"] == tag
            assert "content-type" not in answer.headers
        assert (await _read(shop, path, '"77"')).status == 200
    assert put.headers["etag"] == '"1"'
    # The order's version has moved with its return: it is the stream's.
    assert (await _read(shop, "/orders/1", '"1"')).status == 200


async def test_a_page_goes_on_where_the_one_before_ended(shop: Client) -> None:
    """Newest first, every return once, however the pages are cut."""
    await shop.ask("PUT", "/orders/1", order_body(9))
    made = [(await shop.ask("POST", "/returns", ASKED))["id"] for _ in range(9)]
    for limit in (1, 4, 9, 50):
        seen: list[str] = []
        query = f"limit={limit}"
        while query:
            page = await shop.ask("GET", "/returns", query=query)
            assert len(page["data"]) <= limit
            seen += [ret["id"] for ret in page["data"]]
            cursor = page["next_cursor"]
            query = f"limit={limit}&cursor={cursor}" if cursor else ""
        assert seen == made[::-1]


async def test_returns_are_found_by_every_filter(shop: Client) -> None:
    """Status, order, address, SKU, change and the one field for anything, alone and together."""
    await shop.ask("PUT", "/orders/1", order_body(5, 5))
    await shop.ask("PUT", "/orders/2", order_body(5))
    one = await shop.ask("POST", "/returns", ASKED)
    two = await shop.ask(
        "POST", "/returns", {"order_number": "1", "lines": [{"line": "2", "quantity": 1}]}
    )
    three = await shop.ask("POST", "/returns", {**ASKED, "order_number": "2"})
    await shop.ask("POST", f"/returns/{two['id']}/authorize")
    for query, found in (
        ("", [three, two, one]),
        ("status=requested", [three, one]),
        ("status=authorized", [two]),
        ("order_number=1", [two, one]),
        ("sku=SKU-2", [two]),
        ("email=MIRA.sand%40example.com", [three, two, one]),
        ("email=nobody%40example.com", []),
        ("order_number=1&status=requested", [one]),
        ("sku=SKU-1&order_number=2", [three]),
        (f"q={three['rma_number']}", [three]),
        ("q=SKU-2", [two]),
        ("q=1", [two, one]),
        ("q=nothing", []),
        (f"updated_since={three['requested_at']}", [three, two]),
        ("updated_since=2999-01-01T00:00:00Z", []),
        ("updated_since=2026-01-01T00:00:00%2B02:00", [three, two, one]),
        ("updated_since=2026-01-01T00:00:00+02:00", [three, two, one]),
    ):
        page = await shop.ask("GET", "/returns", query=query)
        assert [ret["id"] for ret in page["data"]] == [ret["id"] for ret in found], query
