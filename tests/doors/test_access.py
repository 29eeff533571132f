"""Who may do what: every row of the route table, with every wrong key and every wrong id."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from retour.api.limits import RUNNING_MAX
from retour.api.table import OPEN_ROUTES, ROUTES
from retour.desk.scopes import SCOPES
from retour.lifecycle.steps import Verb
from tests.doors.belongings import ABOVE, EVERYBODY_S, HOUSES, MISSING, path, theirs, use
from tests.doors.client import Answer, Client, call, client
from tests.support.pg import fresh_workspace
from tests.support.running import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace

BY_NAME = {route.name: route for route in ROUTES}

MALFORMED = ("x", "ret_", "0", "-1", "'", "%27%20OR%201%3D1", "..%2F..", "%F0%9F%98%80", "*")
IMPOSSIBLE = ("%00", "a%00b", "%ff", "%C3%28", "x" * 256)
MAKES = {
    "put_order",
    "put_policy",
    "put_policy_draft",
    "put_facility",
    "put_grading_set",
    "put_disposition",
    "put_carrier_account",
    "put_payment_account",
    "put_channel_account",
    "put_channel_product",
    "put_sandbox_stock",
    "put_article",
    "put_reply_template",
}
"""Routes whose last parameter may name what is not there yet: they make it."""


async def test_without_a_good_key_nothing_is_said(shop: Client) -> None:
    """401 on every route, whatever is wrong with the key, and how to bring one."""
    assert shop.token is not None
    kind, mode, key_id, secret = shop.token.split("_")
    other = "x" if key_id[-1] != "x" else "y"
    tokens = (
        None,
        "",
        "rk_test_x",
        f"{kind}_{mode}_{key_id}_{secret[:-1]}",
        f"{kind}_{mode}_{key_id}_{'A' * len(secret)}",
        f"{kind}_{mode}_{key_id[:-1]}{other}_{secret}",
        f"{kind}_{mode}_zzzzzzzzzzzzz{key_id[13:]}_{secret}",
        f"sk_{mode}_{key_id}_{secret}",
        f"{shop.token}_more",
    )
    for route in ROUTES:
        for token in tokens:
            answer = await use(replace(shop, token=token), route)
            assert (answer.status, answer.code) == (401, "unauthenticated"), (route.name, token)
            assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_key_of_another_workspace_finds_nothing(
    shop: Client, app: Litestar, house: House
) -> None:
    """404, the same for a workspace that is there, one that is not, and what is no workspace."""
    stranger = client(app, await fresh_workspace(house))
    seen = set[str]()
    for route in ROUTES:
        for workspace in (shop.workspace, "ws_zzzzzzzzzzzzz", "ws_0000000000000", "ws_1", "x"):
            answer = await use(replace(stranger, workspace=workspace), route)
            assert (answer.status, answer.code) == (404, "not_found"), (route.name, workspace)
            seen.add(_without_request_id(answer))
    assert len(seen) == 1


async def test_a_key_without_the_scope_is_told_which(
    shop: Client, app: Litestar, workspace: Workspace
) -> None:
    """403 naming the scope; with that one scope alone it is not 403."""
    for scope in SCOPES:
        lacking = await _key(shop, [other for other in SCOPES if other != scope])
        holding = await _key(shop, [scope])
        for route in ROUTES:
            if route.scope != scope:
                continue
            speaker = Client(app=app, workspace=workspace.text, token=lacking)
            answer = await use(speaker, route)
            assert (answer.status, answer.code) == (403, "scope_missing"), route.name
            assert scope in answer.json["detail"]
            answer = await use(replace(speaker, token=holding), route)
            assert answer.status not in (401, 403), route.name


async def _key(shop: Client, scopes: list[str]) -> str:
    made = await shop.ask("POST", "/api-keys", {"name": "Narrow", "scopes": scopes})
    return str(made["token"])


def _without_request_id(answer: Answer) -> str:
    problem = answer.json
    del problem["request_id"]
    return json.dumps(problem, sort_keys=True)


def _named() -> Iterator[tuple[str, str]]:
    """List the routes with a parameter of their own, and its name."""
    for route in ROUTES:
        names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
        if names[1:] and route.name not in MAKES and names[-1] not in EVERYBODY_S:
            yield route.name, names[-1]


async def test_foreign_missing_and_malformed_ids_look_alike(
    shop: Client, app: Litestar, house: House
) -> None:
    """404 with the same words, so that nobody learns what others have."""
    owner = client(app, await fresh_workspace(house))
    for name, parameter in _named():
        route = BY_NAME[name]
        foreign = await theirs(owner, parameter)
        seen = set[str]()
        there = {"code": "main", "policy_id": "default"}
        there = {one: value for one, value in there.items() if one != parameter}
        there |= ABOVE.get(foreign, {})
        for value in (foreign, MISSING[parameter], *MALFORMED, *IMPOSSIBLE):
            answer = await use(shop, route, **there, **{parameter: value})
            assert (answer.status, answer.code) == (404, "not_found"), (name, value)
            seen.add(_without_request_id(answer))
        assert len(seen) == 1, (name, seen)
        assert (await use(owner, route, **there, **{parameter: foreign})).status != 404, name


@pytest.fixture(autouse=True)
def at_home(house: House) -> None:
    """Know whose database it is: store credit comes by no call."""
    HOUSES[:] = [house]


@pytest.mark.parametrize("name", [route.name for route in ROUTES if route.sandbox_only])
async def test_sandbox_tools_are_not_there_in_a_live_workspace(
    app: Litestar, live_workspace: Workspace, name: str
) -> None:
    """404, as if there were no such address."""
    answer = await use(client(app, live_workspace), BY_NAME[name])
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize("name", MAKES)
async def test_an_id_that_nothing_can_carry_makes_nothing(shop: Client, name: str) -> None:
    """NUL, bytes that are no UTF-8, and what is too long are not made into anything."""
    route = BY_NAME[name]
    parameter = next(part[1:-1] for part in reversed(route.path.split("/")) if "{" in part)
    for value in IMPOSSIBLE:
        assert (await use(shop, route, **{parameter: value})).status == 404, value


async def test_other_methods_are_not_done(shop: Client) -> None:
    """405 with what is; TRACE and CORS preflights too."""
    every = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}
    for route in ROUTES:
        here = {str(other.method) for other in ROUTES if other.path == route.path}
        for method in every - here:
            answer = await shop.call(method, path(route))
            assert (answer.status, answer.code) == (405, "method_not_allowed"), route.name
            assert here <= set(answer.headers["allow"].split(", "))
            assert "access-control-allow-origin" not in answer.headers


async def test_a_cookie_is_no_key(shop: Client) -> None:
    """Only the header is looked at."""
    for headers in ({"cookie": f"authorization={shop.token}"}, {"x-api-key": str(shop.token)}):
        answer = await call(shop.app, "GET", shop.path("/policies/default"), headers=headers)
        assert answer.status == 401
    in_query = await call(
        shop.app, "GET", shop.path("/policies/default"), query=f"key={shop.token}"
    )
    assert in_query.status == 401


async def test_a_revoked_key_is_none(shop: Client) -> None:
    """At once, for the process that revoked it."""
    made = await shop.ask("POST", "/api-keys", {"name": "Short-lived"})
    bearer = replace(shop, token=made["token"])
    assert (await bearer.call("GET", "/policies/default")).status == 200
    assert (await shop.call("DELETE", f"/api-keys/{made['id']}")).status == 204
    assert (await bearer.call("GET", "/policies/default")).status == 401
    assert (await shop.ask("GET", f"/api-keys/{made['id']}"))["revoked_at"] is not None


async def test_a_key_gives_away_only_what_it_has(shop: Client) -> None:
    """Scopes beyond its own, the star, and words that are none, each named."""
    narrow = replace(shop, token=await _key(shop, ["keys:write", "returns:read"]))
    scopes = ["returns:read", "refunds:write", "*", "returns:fly"]
    answer = await narrow.call("POST", "/api-keys", {"name": "More", "scopes": scopes})
    assert answer.status == 422
    assert answer.pointers == {
        "/scopes/1": "scope_missing",
        "/scopes/2": "scope_missing",
        "/scopes/3": "unknown_scope",
    }
    inherited = await narrow.ask("POST", "/api-keys", {"name": "Same"})
    assert inherited["scopes"] == ["keys:write", "returns:read"]


async def test_commands_out_of_a_keys_scopes_are_not_offered(shop: Client) -> None:
    """``allowed_commands`` is of the state, within the key's scopes."""
    await shop.ask("PUT", "/orders/1", order_body(1))
    lines = [{"line": "1", "quantity": 1}]
    ret = await shop.ask("POST", "/returns", {"order_number": "1", "lines": lines})
    assert "authorize" in ret["allowed_commands"]
    reader = replace(shop, token=await _key(shop, ["returns:read"]))
    assert (await reader.ask("GET", f"/returns/{ret['id']}"))["allowed_commands"] == []


async def test_more_than_64_requests_at_once_are_too_many(
    shop: Client, app: Litestar, house: House
) -> None:
    """429 for the 65th of a workspace; another workspace is served, and so is the next one."""
    other = client(app, await fresh_workspace(house))
    gate = asyncio.Event()
    held = [asyncio.create_task(_dawdle(shop, gate)) for _ in range(RUNNING_MAX)]
    await _settle()
    answer = await shop.call("GET", "/policies/default")
    assert (answer.status, answer.code) == (429, "too_many_requests")
    assert answer.headers["retry-after"] == "1"
    assert (await other.call("GET", "/policies/default")).status == 200
    gate.set()
    assert {one.status for one in await asyncio.gather(*held)} == {422}
    assert (await shop.call("GET", "/policies/default")).status == 200


async def _settle() -> None:
    """Let every request come as far as it can."""
    for _ in range(50):
        await asyncio.sleep(0.01)


async def _dawdle(shop: Client, gate: asyncio.Event) -> Answer:
    """Hold a slot with a body that does not come until the gate opens."""
    messages: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        await gate.wait()
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": shop.path("/returns"),
        "raw_path": shop.path("/returns").encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"authorization", f"Bearer {shop.token}".encode()),
            (b"content-length", b"2"),
        ],
    }
    await shop.app(scope, receive, send)  # pyright: ignore[reportArgumentType]  # ASGI by hand
    status = messages[0]["status"]
    assert isinstance(status, int)
    return Answer(status=status, headers={}, body=b"")


def test_every_command_that_people_can_give_has_its_address() -> None:
    """The table has them all, and none that only machines give."""
    addressed = {route.name for route in ROUTES if route.tag == "Commands"}
    assert addressed == {verb.value for verb in Verb} - {
        "request",
        "record_label",
        "record_void",
        "record_pickup",
        "join_parcel",
        "record_stock",
        "record_mail",
        "fire_timers",
        "erase_photo",
    }


def test_every_scope_is_asked_for_by_some_route() -> None:
    """A scope that opens nothing would be a promise of nothing; one unknown opens to nobody."""
    assert {route.scope for route in ROUTES} == set(SCOPES)


async def test_what_is_open_needs_no_key(app: Litestar) -> None:
    """Documents and health, with headers that keep browsers from guessing."""
    for route in OPEN_ROUTES:
        path = route.path.format(dialect="retour", file="return.received.json")
        answer = await call(app, "GET", path)
        assert answer.status == 200, route.path
        assert answer.headers["content-type"].startswith(route.content_type)
        assert answer.headers["x-content-type-options"] == "nosniff"
    for unknown in ("/schemas/nothing.json", "/schemas/return.received", "/v1/nothing", "/v2"):
        assert (await call(app, "GET", unknown)).code == "not_found"
