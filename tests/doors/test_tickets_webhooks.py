"""Webhooks of tickets, under both addresses: made, shown once, listed, ended."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from retour.api.table import SPOKEN_ROUTES
from retour.api.tickets.call import TAG
from tests.doors.client import Answer, Client, call, client
from tests.support.pg import fresh_workspace

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House

AS_DOCUMENTED = b"""{
  "url": "https://your-app.com/webhooks/dispatch",
  "events": ["ticket.updated"]
}"""
HOOK = {"url": "http://127.0.0.1:9/hook", "events": ["*"]}


@dataclass(frozen=True, kw_only=True)
class Brand(Client):
    """Speaks to the same workspace under the SDK's address."""

    def path(self, path: str) -> str:
        """Give the whole path of something in the brand."""
        return f"/v1/brands/{self.workspace}{path}"


def brand(shop: Client) -> Brand:
    return Brand(app=shop.app, workspace=shop.workspace, token=shop.token)


def complaint(answer: Answer) -> dict[str, Any]:
    """Give an error in their form."""
    assert answer.headers["content-type"] == "application/json"
    body: dict[str, Any] = answer.json
    assert {"message", "code", "errors"} <= set(body)
    assert all({"field", "message"} == set(error) for error in body["errors"])
    assert answer.headers["x-request-id"] == body["request_id"]
    return body


async def test_the_documents_webhook_gets_a_secret_shown_once(shop: Client) -> None:
    answer = await shop.call("POST", "/webhooks", AS_DOCUMENTED)

    assert answer.status == 201, answer
    made = answer.json
    assert made["secret"].startswith("whsec_")
    assert made["id"].startswith("wh_")
    assert made["workspace_id"] == shop.workspace
    assert (made["url"], made["events"]) == (
        "https://your-app.com/webhooks/dispatch",
        ["ticket.updated"],
    )
    assert answer.headers["location"].endswith(f"/webhooks/{made['id']}")
    del made["secret"]
    assert await shop.ask("GET", f"/webhooks/{made['id']}") == made
    assert await shop.ask("GET", "/webhooks") == [made]


async def test_the_sdks_address_speaks_camel_case_of_the_same(shop: Client) -> None:
    made = await shop.ask("POST", "/webhooks", HOOK)

    seen = await brand(shop).ask("GET", f"/webhooks/{made['id']}")

    assert seen["brandId"] == shop.workspace
    assert (seen["enabled"], seen["failureCount"]) == (True, 0)
    assert seen["createdAt"] == made["created_at"]


async def test_a_webhook_is_an_ordinary_subscription(shop: Client) -> None:
    aliased = {**HOOK, "events": ["ticket.comment.created", "ticket.created"]}
    made = await shop.ask("POST", "/webhooks", aliased)

    (subscription,) = (await shop.ask("GET", "/subscriptions"))["data"]

    assert subscription["id"] == "sub_" + made["id"].removeprefix("wh_")
    assert subscription["dialect"] == "tickets"
    assert subscription["events"] == ["comment.created", "ticket.created"]


async def test_other_subscriptions_are_no_webhooks_here(shop: Client) -> None:
    other = await shop.ask("POST", "/subscriptions", {"url": HOOK["url"], "events": ["*"]})
    same = "wh_" + other["id"].removeprefix("sub_")

    assert await shop.ask("GET", "/webhooks") == []
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/deliveries")):
        answer = await shop.call(method, f"/webhooks/{same}{path}")
        assert (answer.status, complaint(answer)["code"]) == (404, "not_found")


async def test_a_deleted_webhook_is_gone(shop: Client) -> None:
    made = await shop.ask("POST", "/webhooks", HOOK)

    assert (await shop.call("DELETE", f"/webhooks/{made['id']}")).status == 204

    assert (await shop.call("GET", f"/webhooks/{made['id']}")).status == 404
    assert (await shop.call("DELETE", f"/webhooks/{made['id']}")).status == 404
    assert await shop.ask("GET", "/webhooks") == []


@pytest.mark.parametrize("header", ["x-idempotency-key", "idempotency-key"])
async def test_a_repeated_request_makes_one_webhook(shop: Client, header: str) -> None:
    """The secret is in the first answer only."""
    first = await shop.call("POST", "/webhooks", HOOK, {header: "once"})
    again = await shop.call("POST", "/webhooks", HOOK, {header: "once"})
    other = await shop.call("POST", "/webhooks", {**HOOK, "events": ["x"]}, {header: "once"})

    assert (first.status, again.status) == (201, 201)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json == {key: one for key, one in first.json.items() if key != "secret"}
    assert other.status == 422
    assert len(await shop.ask("GET", "/webhooks")) == 1


async def test_a_secret_of_ones_own_is_any_text_long_enough(shop: Client) -> None:
    made = await shop.ask("POST", "/webhooks", {**HOOK, "secret": "shared with the receiver"})
    assert made["secret"] == "shared with the receiver"

    answer = await shop.call("POST", "/webhooks", {**HOOK, "secret": "short"})
    assert answer.status == 422
    assert [error["field"] for error in complaint(answer)["errors"]] == ["secret"]


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        (b"{", 400, []),
        (b"[]", 422, [""]),
        (b"{}", 422, ["url", "events"]),
        (b'{"url": "http://127.0.0.1/", "events": ["ticket.moved"]}', 422, ["events.0"]),
        (b'{"url": "http://127.0.0.1/", "events": ["*"], "colour": 1}', 422, ["colour"]),
        (b'{"url": "gopher://127.0.0.1/", "events": ["*"]}', 422, ["url"]),
        (b'{"url": "\\u0000", "events": ["*"]}', 422, ["url"]),
    ],
)
async def test_what_cannot_be_understood_is_named(
    shop: Client, body: bytes, status: int, fields: list[str]
) -> None:
    answer = await shop.call("POST", "/webhooks", body)

    assert answer.status == status
    assert [error["field"] for error in complaint(answer)["errors"]] == fields


async def test_the_list_of_statuses_is_the_way_of_a_return(shop: Client) -> None:
    snake = await shop.ask("GET", "/statuses")
    camel = await brand(shop).ask("GET", "/statuses")

    keys = [status["key"] for status in snake]
    six = ["return_requested", "eligibility_check", "approved", "label_sent", "item_received"]
    assert keys[1:7] == [*six, "refunded"]
    assert [status["sortOrder"] for status in camel] == list(range(len(keys)))
    assert {"key", "name", "color", "isSystem", "sortOrder", "step", "mode"} == set(camel[0])
    steps = [(status["step"], status["key"], status["mode"]) for status in camel if status["step"]]
    assert steps == [
        (1, "return_requested", "manual"),
        (2, "eligibility_check", "automated"),
        (3, "approved", "automated"),
        (4, "label_sent", "automated"),
        (5, "item_received", "manual"),
        (6, "refunded", "automated"),
    ]


# ---------------------------------------------------------------- who may do what

MISSING = "01kagz4v1e8qj0m2h3n4p5r6s7"
ROUTES = [route for route in SPOKEN_ROUTES if route.tag == TAG]


async def use(app: Litestar, path: str, method: str, token: str | None) -> Answer:
    headers: Mapping[str, str] = {} if token is None else {"authorization": f"Bearer {token}"}
    body = msgspec.json.encode({}) if method in ("POST", "PATCH") else b""
    return await call(app, method, path, body, headers)


def filled(path: str, workspace: str) -> str:
    names = {"webhook_id": f"wh_{MISSING}", "ticket_id": f"tkt_{MISSING}"}
    return path.format(ws=workspace, **names)


async def test_without_a_key_nothing_is_said(shop: Client) -> None:
    for route in ROUTES:
        for token in (None, "rk_test_x", f"{shop.token}x"):
            answer = await use(shop.app, filled(route.path, shop.workspace), route.method, token)
            assert (answer.status, complaint(answer)["code"]) == (401, "unauthenticated")


async def test_a_strangers_key_finds_nothing(shop: Client, app: Litestar, house: House) -> None:
    stranger = client(app, await fresh_workspace(house))
    for route in ROUTES:
        path = filled(route.path, shop.workspace)
        answer = await use(app, path, route.method, stranger.token)
        assert (answer.status, complaint(answer)["code"]) == (404, "not_found"), route.name


async def test_a_key_needs_each_routes_scope(shop: Client) -> None:
    made = await shop.ask("POST", "/api-keys", {"name": "Narrow", "scopes": ["settings:read"]})
    for route in ROUTES:
        path = filled(route.path, shop.workspace)
        answer = await use(shop.app, path, route.method, made["token"])
        assert (answer.status, complaint(answer)["code"]) == (403, "scope_missing"), route.name
        assert route.scope in answer.json["message"]


async def test_ids_that_name_nothing_are_not_there(shop: Client) -> None:
    for route in ROUTES:
        if "_id}" not in route.path:
            continue
        for value in (f"wh_{MISSING}", f"tkt_{MISSING}", "x", "%00", "wh_", "tkt_" + "z" * 300):
            path = route.path.format(ws=shop.workspace, webhook_id=value, ticket_id=value)
            body = b'{"body": "x"}' if route.path.endswith("comments") else b"{}"
            headers = {"authorization": f"Bearer {shop.token}"}
            sent = body if route.method in ("POST", "PATCH") else b""
            answer = await call(shop.app, route.method, path, sent, headers)
            assert (answer.status, complaint(answer)["code"]) == (404, "not_found"), path


async def test_other_methods_are_refused_in_their_form(shop: Client) -> None:
    answer = await shop.call("PUT", "/webhooks", {})

    assert (answer.status, complaint(answer)["code"]) == (405, "method_not_allowed")
    assert "POST" in answer.headers["allow"]


async def test_twins_of_a_request_make_one_webhook(shop: Client) -> None:
    headers = {"x-idempotency-key": "twins"}
    calls = [shop.call("POST", "/webhooks", HOOK, headers) for _ in range(6)]

    answers = await asyncio.gather(*calls)

    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
