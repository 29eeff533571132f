"""Who may do what: every row of the route table, with every wrong key and every wrong id."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from retour.api.limits import RUNNING_MAX
from retour.api.published.examples import REQUESTS
from retour.api.routes import BASE, Route
from retour.api.table import OPEN_ROUTES, ROUTES
from retour.desk.scopes import SCOPES
from retour.lifecycle.steps import Verb
from tests.doors import channel_story, credit_story, memo_story, payment_story
from tests.doors.client import Answer, Client, call, client
from tests.doors.staff_story import admitted
from tests.support import pictures
from tests.support.letters import letter
from tests.support.pg import fresh_workspace
from tests.support.running import order_body
from tests.support.stripe_server import signed

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace

BY_NAME = {route.name: route for route in ROUTES}

MISSING = {
    "order_number": "no-such-order",
    "return_id": "ret_01kagz4v1e8qj0m2h3n4p5r6s7",
    "policy_id": "no-such-policy",
    "version": "999999",
    "example": "no-such-example",
    "code": "no-such-facility",
    "key_id": "00000000000000000000x",
    "subscription_id": "sub_01kagz4v1e8qj0m2h3n4p5r6s7",
    "delivery_id": "dlv_01kagz4v1e8qj0m2h3n4p5r6s7",
    "profile_id": "npr_01kagz4v1e8qj0m2h3n4p5r6s7",
    "template_id": "ntp_01kagz4v1e8qj0m2h3n4p5r6s7",
    "message_id": "msg_01kagz4v1e8qj0m2h3n4p5r6s7",
    "withdrawal_id": "wdr_01kagz4v1e8qj0m2h3n4p5r6s7",
    "parcel_id": "pcl_01kagz4v1e8qj0m2h3n4p5r6s7",
    "account": "no_such_account",
    "payment_account": "no_such_account",
    "channel_account": "no_such_account",
    "channel_return": "no_such_account-1",
    "channel_product": "NO-SUCH-PRODUCT",
    "payment_case_id": "pmc_01kagz4v1e8qj0m2h3n4p5r6s7",
    "reconciliation_id": "rcn_01kagz4v1e8qj0m2h3n4p5r6s7",
    "reconciliation_item_id": "rci_01kagz4v1e8qj0m2h3n4p5r6s7",
    "dispute_id": "dsp_01kagz4v1e8qj0m2h3n4p5r6s7",
    "store_credit_id": "crd_01kagz4v1e8qj0m2h3n4p5r6s7",
    "stock_sku": "NO-SUCH-SKU",
    "article": "no-such-article",
    "photo_id": "pho_01kagz4v1e8qj0m2h3n4p5r6s7",
    "mail_id": "iml_01kagz4v1e8qj0m2h3n4p5r6s7",
    "entry_id": "lst_01kagz4v1e8qj0m2h3n4p5r6s7",
    "backtest_id": "bkt_01kagz4v1e8qj0m2h3n4p5r6s7",
    "unmatched_id": "ump_01kagz4v1e8qj0m2h3n4p5r6s7",
    "exception_id": "exc_01kagz4v1e8qj0m2h3n4p5r6s7",
    "set_id": "no-such-set",
    "disposition": "no-such-disposition",
    "settlement_id": "stl_01kagz4v1e8qj0m2h3n4p5r6s7",
    "queue": "no-such-queue",
    "report": "no-such-report",
    "view_id": "svw_01kagz4v1e8qj0m2h3n4p5r6s7",
    "person_id": "psn_01kagz4v1e8qj0m2h3n4p5r6s7",
    "invitation_id": "inv_01kagz4v1e8qj0m2h3n4p5r6s7",
}
"""An id of each kind that names nothing; a parameter that is not here fails the tests below."""
EVERYBODY_S = {"example", "queue", "report"}
"""Parameters that name what is nobody's own."""
_FRESH = (f"SKU-{n}" for n in count())
POSTED: dict[str, tuple[str, object]] = {
    "key_id": ("/api-keys", {"name": "Theirs"}),
    "profile_id": (
        "/notification-profiles",
        {"name": "Theirs", "type": "email", "address": "theirs@example.com"},
    ),
    "template_id": (
        "/notification-templates",
        {"event": "return_received", "type": "email"},
    ),
    "message_id": ("/messages", REQUESTS["create_message"]),
    "withdrawal_id": ("/withdrawals", REQUESTS["take_withdrawal"]),
    "entry_id": (
        "/list-entries",
        lambda: {"list": "block", "kind": "sku", "value": next(_FRESH), "reason": "Theirs"},
    ),
    "backtest_id": ("/policies/default/backtest", REQUESTS["start_backtest"]),
    "view_id": ("/saved-views", REQUESTS["create_saved_view"]),
    "unmatched_id": ("/facilities/main/unmatched-parcels", REQUESTS["keep_unmatched_parcel"]),
    "dispute_id": ("/sandbox/processor/disputes", REQUESTS["open_dispute"]),
}
"""How what answers its id is made; what must be new each time is made by a call."""
PUT: dict[str, tuple[str, object]] = {
    "policy_id": ("/policies/theirs", {}),
    "version": ("/policies/default", {"window_days": 7}),
    "code": ("/facilities/theirs", {"name": "Theirs", "kind": "store"}),
    "set_id": ("/grading-sets/theirs", REQUESTS["put_grading_set"]),
    "account": ("/carrier-accounts/theirs", REQUESTS["put_carrier_account"]),
    "payment_account": ("/payment-accounts/theirs", REQUESTS["put_payment_account"]),
    "channel_account": ("/channel-accounts/theirs", REQUESTS["put_channel_account"]),
    "article": ("/articles/theirs", REQUESTS["put_article"]),
    "stock_sku": ("/sandbox/stock/items/THEIRS", REQUESTS["put_sandbox_stock"]),
}
"""How what has a name is put."""
_HOUSES: list[House] = []
MALFORMED = ("x", "ret_", "0", "-1", "'", "%27%20OR%201%3D1", "..%2F..", "%F0%9F%98%80", "*")
IMPOSSIBLE = ("%00", "a%00b", "%ff", "%C3%28", "x" * 256)
MAKES = {
    "put_order",
    "put_policy",
    "put_facility",
    "put_grading_set",
    "put_disposition",
    "put_carrier_account",
    "put_payment_account",
    "put_channel_account",
    "put_channel_product",
    "put_sandbox_stock",
    "put_article",
}
"""Routes whose last parameter may name what is not there yet: they make it."""


def path(route: Route, **values: str) -> str:
    """Fill in a route's parameters."""
    given = {**MISSING, **values}
    return route.path.removeprefix(BASE).format_map(given)


async def use(speaker: Client, route: Route, **values: str) -> Answer:
    """Call a route with its example body."""
    query = "subscription=" + values.get("subscription_id", MISSING["subscription_id"])
    return await speaker.call(
        route.method,
        path(route, **values),
        REQUESTS.get(route.name),
        query=query if route.name == "read_feed" else "",
    )


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
        foreign = await _theirs(owner, parameter)
        seen = set[str]()
        there = {"code": "main", "policy_id": "default"}
        there = {one: value for one, value in there.items() if one != parameter}
        there |= _ABOVE.get(foreign, {})
        for value in (foreign, MISSING[parameter], *MALFORMED, *IMPOSSIBLE):
            answer = await use(shop, route, **there, **{parameter: value})
            assert (answer.status, answer.code) == (404, "not_found"), (name, value)
            seen.add(_without_request_id(answer))
        assert len(seen) == 1, (name, seen)
        assert (await use(owner, route, **there, **{parameter: foreign})).status != 404, name


_ABOVE: dict[str, dict[str, str]] = {}
"""What stands before an id in its address, where that is not any other id's."""


async def _theirs(owner: Client, parameter: str) -> str:
    """Have a workspace own something that the parameter can name."""
    match parameter:
        case "order_number":
            await owner.ask("PUT", "/orders/theirs", order_body(100))
            return "theirs"
        case "return_id":
            await owner.ask("PUT", "/orders/theirs", order_body(100))
            lines = [{"line": "1", "quantity": 1}]
            body = {"order_number": "theirs", "lines": lines}
            made = str((await owner.ask("POST", "/returns", body))["id"])
            await owner.ask("POST", f"/returns/{made}/authorize", {})
            return made
        case "exception_id":
            parcel = REQUESTS["keep_unmatched_parcel"]
            await owner.ask("POST", "/facilities/main/unmatched-parcels", parcel)
            return str((await owner.ask("GET", "/exceptions"))["data"][0]["id"])
        case _ if parameter in _BEHIND:
            return await _BEHIND[parameter](owner)
        case "delivery_id":
            sent = await owner.ask("POST", f"/subscriptions/{await _subscription(owner)}/test")
            return str(sent["delivery"])
        case "parcel_id":
            there = f"/returns/{await _theirs(owner, 'return_id')}/add_parcel"
            return str((await owner.ask("POST", there, {}))["parcels"][-1]["id"])
        case "photo_id":
            jpeg = {"content-type": "image/jpeg"}
            photo = pictures.encoded(pictures.gradient(32, 32), "JPEG")
            return str((await owner.ask("POST", "/photos", photo, headers=jpeg))["id"])
        case "mail_id":
            hook = urlsplit(str((await owner.ask("GET", "/mail-settings"))["hook"])).path
            return str((await call(owner.app, "POST", hook, letter("theirs@x.example"))).json["id"])
        case _ if parameter in PUT:
            await owner.ask("PUT", *PUT[parameter])
            return "2" if parameter == "version" else "theirs"
        case _:
            where, body = POSTED[parameter]
            given = body() if callable(body) else body
            return str((await owner.ask("POST", where, given))["id"])


@pytest.fixture(autouse=True)
def at_home(house: House) -> None:
    """Know whose database it is: store credit comes by no call."""
    _HOUSES[:] = [house]


async def _payment_case(owner: Client) -> str:
    body = {**cast("dict[str, object]", PUT["payment_account"][1]), "webhook_secrets": ["whsec_a"]}
    account = await owner.ask("PUT", "/payment-accounts/theirs", body)
    dispute = {"id": "dp_1", "amount": 1, "currency": "eur", "status": "lost"}
    event = {"id": "evt_1", "type": "charge.dispute.closed", "created": 1}
    told = json.dumps({**event, "data": {"object": dispute}}).encode()
    signature = {"content-type": "application/json", "stripe-signature": signed(told, "whsec_a")}
    await call(owner.app, "POST", urlsplit(str(account["hook_url"])).path, told, signature)
    return str((await owner.ask("GET", "/payment-cases"))["data"][0]["id"])


async def _subscription(owner: Client) -> str:
    made = await owner.ask("POST", "/subscriptions", {"url": "http://127.0.0.1:9/hook"})
    return str(made["id"])


async def _store_credit(owner: Client) -> str:
    return await credit_story.issued(_HOUSES[-1], owner, await _theirs(owner, "return_id"))


async def _settlement(owner: Client) -> str:
    return_id, settlement_id = await memo_story.paid(owner, f"8100-{uuid4().hex}")
    _ABOVE[settlement_id] = {"return_id": return_id}
    return settlement_id


async def _channel_return(owner: Client) -> str:
    return await channel_story.found(_HOUSES[-1], owner)


async def _finding(owner: Client) -> str:
    finding = await payment_story.finding(_HOUSES[-1], owner)
    _ABOVE[finding] = {"reconciliation_id": await payment_story.reconciliation(owner)}
    return finding


async def _person(owner: Client) -> str:
    return await admitted(_HOUSES[-1], owner.workspace)


async def _invitation(owner: Client) -> str:
    body = {"email": f"{uuid4().hex}@example.com", "role": "agent"}
    return str((await owner.ask("POST", "/invitations", body))["id"])


_BEHIND = {
    "person_id": _person,
    "invitation_id": _invitation,
    "subscription_id": _subscription,
    "payment_case_id": _payment_case,
    "channel_return": _channel_return,
    "channel_product": lambda owner: channel_story.product(owner, _ABOVE),
    "settlement_id": _settlement,
    "store_credit_id": _store_credit,
    "reconciliation_id": payment_story.reconciliation,
    "reconciliation_item_id": _finding,
}


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
