"""Who may do what at fulfillmenttools' doors, and that nothing sent there is ever our fault."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import pytest_asyncio

from retour.api.fulfillmenttools import TAG
from retour.api.routes import WITH_BODIES, Route
from retour.api.table import SPOKEN_ROUTES
from retour.desk.scopes import SCOPES
from tests.doors.client import client
from tests.support.fulfillmenttools import Fft, item_return, line
from tests.support.pg import fresh_workspace

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Answer, Client

ROUTES = [route for route in SPOKEN_ROUTES if route.tag == TAG]
NOBODY = "66a87c9b-0b91-8790-8a0a-23a92c5c1b27"
BODIES: dict[str, object] = {
    "fft_add_item_return": item_return(
        1, "main", "ANNOUNCED", {"itemReturnJobLineItemRef": NOBODY, "status": "OPEN"}
    ),
    "fft_act_on_item_return": {"name": "OpenItemReturn", "itemReturnJobVersion": 1},
    "fft_replace_lines": {
        "itemReturnJobVersion": 1,
        "returnedLineItems": [{"tenantArticleId": "A", "status": "OPEN"}],
    },
    "fft_patch_line": {"itemReturnJobVersion": 1, "status": "ACCEPTED"},
    "fft_replace_not_returnable_lines": {
        "itemReturnJobVersion": 1,
        "returnedNotReturnableLineItems": [{"tenantArticleId": "B", "status": "OPEN"}],
    },
    "fft_patch_not_returnable_line": {"itemReturnJobVersion": 1, "status": "ACCEPTED"},
    "fft_act_on_job": {"name": "StartItemReturnJob", "version": 1},
    "fft_create_job": {
        "originFacilityRefs": ["main"],
        "tenantOrderId": "1",
        "consumerAddresses": [{"email": "mira.sand@example.com"}],
        "returnableLineItems": [
            {"delivered": 1, "article": {"tenantArticleId": "A", "title": "A"}}
        ],
    },
    "fft_put_configuration": {"version": 1},
    "fft_subscribe": {
        "name": "Mine",
        "event": "ITEM_RETURN_JOB_UPDATED",
        "callbackUrl": "http://127.0.0.1:9/hook",
    },
}
"""A body that each route understands."""


@pytest_asyncio.fixture
async def fft(shop: Client) -> Fft:
    """A workspace spoken to in fulfillmenttools' words."""
    return Fft(client=shop)


async def use(fft: Fft, route: Route, ids: dict[str, str] | None = None) -> Answer:
    """Call a route with a body it understands."""
    known = ids or {}
    path = "/".join(
        known.get(part[1:-1], NOBODY) if part.startswith("{") else part
        for part in route.path.split("/")
    )
    return await fft.call(route.method, path, BODIES.get(route.name))


def said(answer: Answer) -> None:
    """Expect an error in their form."""
    assert answer.headers["content-type"] == "application/json"
    for error in answer.json:
        assert error["summary"]
        assert error["description"]
    assert answer.json


async def test_without_a_good_key_nothing_is_said(fft: Fft) -> None:
    """401 as a list, on every route."""
    for route in ROUTES:
        for token in (None, "rk_test_x", f"{fft.client.token}x"):
            answer = await use(Fft(client=replace(fft.client, token=token)), route)
            assert answer.status == 401, route.name
            said(answer)


async def test_each_route_asks_for_its_scope(fft: Fft) -> None:
    """403 without it; with that one alone it is not 403."""
    for scope in SCOPES:
        lacking = await _key(fft, [other for other in SCOPES if other != scope])
        holding = await _key(fft, [scope])
        for route in ROUTES:
            if route.scope != scope:
                continue
            answer = await use(lacking, route)
            assert answer.status == 403, route.name
            said(answer)
            assert (await use(holding, route)).status not in (401, 403), route.name


async def _key(fft: Fft, scopes: list[str]) -> Fft:
    made = await fft.client.ask("POST", "/api-keys", {"name": "Narrow", "scopes": scopes})
    return Fft(client=replace(fft.client, token=made["token"]))


async def test_refunds_ask_for_their_own_scope(fft: Fft) -> None:
    """Who may judge a line may not thereby refund it."""
    judge = await _key(fft, ["returns:read", "returns:write"])
    where = f"/api/itemreturnjobs/{NOBODY}/itemreturns/{NOBODY}/returnedlineitems/{NOBODY}"
    body = {"itemReturnJobVersion": 1, "refund": {"percent": 1}}

    assert "refunds:write" in await judge.refused(403, "PATCH", where, body)


async def test_what_others_own_is_not_there(fft: Fft, app: Litestar, house: House) -> None:
    """404 in the same words for what is foreign, missing or no id; its owner finds it."""
    owner = Fft(client=client(app, await fresh_workspace(house)))
    theirs = await _everything(owner)
    for route in ROUTES:
        names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
        if not names:
            continue
        seen = set[bytes]()
        for place in (theirs, {}, dict.fromkeys(names, "x"), dict.fromkeys(names, "%00")):
            answer = await use(fft, route, place)
            assert answer.status == 404, (route.name, place)
            seen.add(answer.body)
        assert (await use(owner, route, theirs)).status != 404, route.name
        for last in names[1:]:
            wrong = {**theirs, last: NOBODY}
            assert (await use(owner, route, wrong)).status == 404, (route.name, last)


async def _everything(owner: Fft) -> dict[str, str]:
    """Have a workspace own one of each; gives their ids by the names routes have for them."""
    path = await owner.deliver("THEIRS", "A", "B")
    job = await owner.ask("GET", path)
    body = item_return(1, "main", "IN_PROGRESS", line(job, 0, "OPEN"), line(job, 1, "OPEN"))
    made = await owner.ask("POST", f"{path}/itemreturns", body)
    made = await owner.kept(path, made, 1)
    one = made["itemReturns"][0]
    answer = await owner.call("POST", "/api/subscriptions", BODIES["fft_subscribe"])
    return {
        "itemReturnJobId": made["id"],
        "itemReturnId": one["id"],
        "returnedLineItemId": one["returnedLineItems"][0]["id"],
        "returnedNotReturnableLineItemId": one["returnedNotReturnableLineItems"][0]["id"],
        "subscriptionId": answer.json["id"],
    }


WRONG: tuple[bytes, ...] = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"{}",
    b'{"version": true, "itemReturnJobVersion": true}',
    b'{"version": [], "itemReturnJobVersion": {}, "name": 1, "status": 2, "refund": 3}',
    b'{"itemReturnForCreation": {"status": "OPEN", "returnFacilityRef": null}}',
    b'{"returnedLineItems": [{"status": "OPEN", "reasons": [{"reasonLocalized": {}}]}]}',
    b'{"a": "\\ud800"}',
    b"\xff",
    b"[" * 5000,
)


@pytest.mark.parametrize("body", WRONG, ids=lambda body: repr(body[:30]))
async def test_no_body_is_too_strange_to_be_answered(fft: Fft, body: bytes) -> None:
    """400 as a list, naming each field at fault; never our fault."""
    for route in ROUTES:
        if route.method not in WITH_BODIES:
            continue
        path = route.path.replace("{", "").replace("}", "")
        answer = await fft.call(route.method, path, body)
        assert answer.status == 400, (route.name, answer)
        said(answer)


@pytest.mark.parametrize("version", ["NaN", "Infinity", "-1", "0", "1.5", "1e400", "9" * 40])
async def test_a_version_that_is_no_number_is_refused(fft: Fft, version: str) -> None:
    """400, naming the field, however it is written."""
    path = await fft.deliver("ORDER-1", "A")
    for body, where in (
        ({"name": "StartItemReturnJob", "version": version}, f"{path}/actions"),
        (
            {"name": "OpenItemReturn", "itemReturnJobVersion": version},
            f"{path}/itemreturns/{NOBODY}/actions",
        ),
    ):
        assert "ersion" in await fft.refused(400, "POST", where, body)


async def test_of_two_who_saw_the_same_one_is_told(fft: Fft) -> None:
    """One ItemReturn is added; the others get 409 with the current version."""
    path = await fft.deliver("ORDER-1", "A", quantity=9)
    job = await fft.ask("GET", path)
    body = item_return(1, "main", "ANNOUNCED", line(job, 0, "OPEN"))

    answers = await asyncio.gather(
        *(fft.call("POST", f"{path}/itemreturns", body) for _ in range(5))
    )

    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409, 409]
    now = await fft.ask("GET", path)
    assert len(now["itemReturns"]) == 1
    for answer in answers:
        if answer.status == 409:
            assert answer.json[0]["version"] == now["version"]


async def test_the_same_request_again_is_answered_the_same(fft: Fft) -> None:
    """With an Idempotency-Key: the first answer, though the version has moved on."""
    path = await fft.deliver("ORDER-1", "A", "B")
    job = await fft.ask("GET", path)
    body = item_return(1, "main", "ANNOUNCED", line(job, 0, "OPEN"))
    key = {"idempotency-key": "k-1"}
    first = await fft.call("POST", f"{path}/itemreturns", body, key)
    more = item_return(first.json["version"], "main", "OPEN", line(job, 1, "OPEN"))
    await fft.ask("POST", f"{path}/itemreturns", more)

    again = await fft.call("POST", f"{path}/itemreturns", body, key)

    assert (again.status, again.body) == (200, first.body)
    assert again.headers["idempotent-replayed"] == "true"


async def test_answers_are_what_subscribers_are_told(fft: Fft) -> None:
    """The job of an answer is the payload of the last message about it, word for word."""
    await fft.refunds_allowed()
    subscribed = await fft.client.ask(
        "POST", "/subscriptions", {"url": "http://127.0.0.1:9/hook", "dialect": "fulfillmenttools"}
    )
    path = await fft.deliver("ORDER-1", "A", "B")
    hub = await fft.facility("hub")
    job = await fft.ask("GET", path)
    reason = {"reason": "Worn", "comment": "Heel"}
    made = await fft.ask(
        "POST",
        f"{path}/itemreturns",
        item_return(1, hub, "FINISHED", line(job, 0, "ACCEPTED", reasons=[reason])),
    )
    told = [job, made]
    item = made["itemReturns"][0]["returnedLineItems"][0]["id"]
    where = f"{path}/itemreturns/{made['itemReturns'][0]['id']}/returnedlineitems/{item}"
    refund = {"status": "CLOSED", "percent": 100}
    told.append(
        await fft.ask("PATCH", where, {"itemReturnJobVersion": made["version"], "refund": refund})
    )
    body = item_return(told[-1]["version"], hub, "ANNOUNCED", line(job, 1, "OPEN"))
    told.append(await fft.ask("POST", f"{path}/itemreturns", body))
    body = {"name": "FinishItemReturnJob", "version": told[-1]["version"]}
    told.append(await fft.ask("POST", f"{path}/actions", body))

    payloads = await _payloads(fft, subscribed["id"])

    for answer in told:
        latest = max(
            (one for one in payloads if one["version"] <= answer["version"]),
            key=lambda one: one["version"],
        )
        assert {**latest, "version": 0} == {**answer, "version": 0}


async def _payloads(fft: Fft, subscription: str) -> list[dict[str, Any]]:
    """Give the jobs in a subscription's feed."""
    found = await fft.client.ask("GET", "/feed", query=f"subscription={subscription}&limit=200")
    messages = [msgspec.json.decode(one["body"]) for one in found["data"]]
    return [one["payload"] for one in messages if one["event"] != "REFUND_TRIGGERED"]
