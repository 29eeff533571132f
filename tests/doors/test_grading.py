"""Grading sets, second pairs of eyes, dispositions and advance notices, over HTTP."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from retour.api.published.examples import REQUESTS
from retour.policy.dispositions import DISPOSITIONS
from tests.doors.client import Client
from tests.support.running import order_body

JSON = dict[str, Any]
LAMPS: JSON = REQUESTS["put_grading_set"]


async def received(shop: Client, quantity: int = 1, group: str | None = None) -> JSON:
    """Have goods of an authorized return at the main facility."""
    body = order_body(max(quantity, 2))
    body["lines"][0]["group"] = group
    await shop.ask("PUT", "/orders/1001", body)
    lines = [{"line": "1", "quantity": quantity}]
    ret = await shop.ask("POST", "/returns", {"order_number": "1001", "lines": lines})
    await shop.ask("POST", f"/returns/{ret['id']}/authorize", {})
    units = [{"line": "1", "quantity": quantity}]
    taken: JSON = await shop.ask("POST", f"/returns/{ret['id']}/receive", {"units": units})
    return taken


async def second(shop: Client) -> Client:
    """Somebody else, with a key of their own."""
    made = await shop.ask("POST", "/api-keys", {"name": "Second"})
    return replace(shop, token=made["token"])


def answers(**given: object) -> JSON:
    return {"units": [{"line": "1", "quantity": 1, "answers": given}]}


async def test_a_set_is_put_in_versions(shop: Client) -> None:
    """The same again makes none; old ones stay readable; a retired one applies to nothing."""
    first = await shop.call("PUT", "/grading-sets/lamps", LAMPS)
    again = await shop.call("PUT", "/grading-sets/lamps", LAMPS)
    assert (first.status, again.status) == (201, 200)
    assert first.headers["etag"] == again.headers["etag"] == '"1"'
    changed = await shop.ask("PUT", "/grading-sets/lamps", {**LAMPS, "name": "Lights"})
    assert changed["version"] == 2
    old = await shop.ask("GET", "/grading-sets/lamps", query="version=1")
    assert (old["name"], old["version"]) == ("Lamps", 1)
    listed = (await shop.ask("GET", "/grading-sets/lamps/versions"))["data"]
    assert [one["version"] for one in listed] == [2, 1]
    ret = await received(shop, group="lamps")
    path = f"/returns/{ret['id']}/grading-sets"
    assert (await shop.ask("GET", path))["data"][0]["grading_set"]["id"] == "lamps"

    assert (await shop.call("DELETE", "/grading-sets/lamps")).status == 204

    assert (await shop.ask("GET", path))["data"][0]["grading_set"] is None
    assert (await shop.ask("PUT", "/grading-sets/lamps", LAMPS))["retired"] is False
    for query in ("version=9", "version=x"):
        assert (await shop.call("GET", "/grading-sets/lamps", query=query)).status == 404


async def test_a_set_that_contradicts_itself_is_refused_by_place(shop: Client) -> None:
    check = {"id": "a", "ask": "?", "answers": ["yes", "no"]}
    bad = {
        "checks": [
            {**check, "outcomes": [{"grade": "D", "answers": ["maybe"]}]},
            {**check, "outcomes": [{"grade": "D"}]},
            {"id": "b", "ask": "?", "outcomes": [{"grade": "D", "answers": ["x"]}]},
            {"id": "c", "ask": "?", "outcomes": [{"grade": "B", "at_least": 5, "at_most": 4}]},
        ],
        "results": [{"grade": "A"}, {"grade": "A"}],
        "quality_check": {"over": {"currency": "EUR", "at_least": "1.234"}},
    }

    answer = await shop.call("PUT", "/grading-sets/bad", bad)

    assert answer.status == 422
    assert set(answer.pointers) == {
        "/checks/0/outcomes/0/answers",
        "/checks/1/id",
        "/checks/1/outcomes/0",
        "/checks/2/outcomes/0",
        "/checks/3/outcomes/0",
        "/results",
        "/quality_check/over/at_least",
    }
    assert (await shop.call("GET", "/grading-sets/bad")).status == 404


async def test_answers_make_the_grade_and_say_how(shop: Client) -> None:
    await shop.ask("PUT", "/grading-sets/lamps", {**LAMPS, "quality_check": None})
    ret = await received(shop, group="lamps")
    refused = await shop.call("POST", f"/returns/{ret['id']}/inspect", answers(works="perhaps"))
    assert (refused.status, refused.code) == (422, "bad_answer")

    after = await shop.ask("POST", f"/returns/{ret['id']}/inspect", answers(works=True, scratch=5))

    unit = after["lines"][0]["units"][0]
    assert (unit["grade"], unit["acceptance"], unit["disposition"]) == ("B", "accepted", "resell")
    (judgement,) = unit["judgements"]
    assert judgement["grading"]["version"] == 1
    assert [step["grade"] for step in judgement["grading"]["trace"]] == ["A", "B"]


async def test_somebody_else_ends_a_quality_check(shop: Client) -> None:
    """It stands in the queue until then, and whoever judged first is refused."""
    await shop.ask("PUT", "/policies/default", {"quality_check": {"grades": ["C"]}})
    ret = await received(shop)
    judged = {"units": [{"line": "1", "quantity": 1, "acceptance": "rejected", "grade": "C"}]}
    await shop.ask("POST", f"/returns/{ret['id']}/inspect", judged)
    (check,) = (await shop.ask("GET", "/quality-checks"))["data"]
    assert (check["return"], check["cause"]) == (ret["id"], "quality_check")
    assert (await shop.ask("GET", "/exceptions"))["data"] == []
    same = await shop.call("POST", f"/returns/{ret['id']}/inspect", judged)
    assert (same.status, same.code) == (409, "same_judge")
    by_hand = await shop.call("POST", f"/exceptions/{check['id']}/resolve", {"remedy": "judge"})
    assert by_hand.code == "unknown_remedy"

    other = await second(shop)
    judged["units"][0]["acceptance"] = "accepted"
    after = await other.ask("POST", f"/returns/{ret['id']}/inspect", judged)

    unit = after["lines"][0]["units"][0]
    assert (unit["acceptance"], unit["asks"]) == ("accepted", None)
    assert [one["acceptance"] for one in unit["judgements"]] == ["rejected", "accepted"]
    assert (await shop.ask("GET", "/quality-checks"))["data"] == []
    done = (await shop.ask("GET", "/quality-checks", query="status=resolved"))["data"]
    assert [one["id"] for one in done] == [check["id"]]


async def test_dispositions_are_the_house_s_and_the_workspace_s(shop: Client) -> None:
    listed = (await shop.ask("GET", "/dispositions"))["data"]
    assert {one["code"] for one in listed} == set(DISPOSITIONS)
    ret = await received(shop)
    place, body = f"/returns/{ret['id']}/dispose", {"units": [{"line": "1", "quantity": 1}]}
    staff = {**body, "disposition": "staff_sale"}
    assert (await shop.call("POST", place, staff)).code == "unknown_disposition"

    made = await shop.call("PUT", "/dispositions/staff_sale", REQUESTS["put_disposition"])

    assert made.status == 201
    after = await shop.ask("POST", place, staff)
    assert after["lines"][0]["units"][0]["disposition"] == "staff_sale"
    renamed = await shop.call("PUT", "/dispositions/restock", {"name": "OK", "stock": "sellable"})
    assert (renamed.status, renamed.json["own"]) == (200, True)
    assert len((await shop.ask("GET", "/dispositions"))["data"]) == len(DISPOSITIONS) + 1


async def test_a_warehouse_is_told_what_comes_and_another_is_not(shop: Client) -> None:
    """By a subscription with a filter: a notice from the authorization on, whole, by facility."""
    told: dict[str, str] = {}
    for code in ("main", "dc-2"):
        if code != "main":
            await shop.ask("PUT", f"/facilities/{code}", {"name": code, "kind": "wms"})
        made = await shop.ask(
            "POST",
            "/subscriptions",
            {
                "url": "http://127.0.0.1:9/wms",
                "dialect": "warehouse",
                "filter": {"facility": [code]},
                "dialect_settings": {"facility_id": "0042", "blind": "false"},
            },
        )
        told[code] = made["id"]

    ret = await received(shop, 2)
    rid = ret["id"]
    units = [{"line": "1", "quantity": 2}]
    await shop.ask("POST", f"/returns/{rid}/put_away", {"units": units, "location": "R-1"})

    feed = await shop.ask("GET", "/feed", query=f"subscription={told['main']}")
    notices = [json.loads(item["body"]) for item in feed["data"]]
    assert [one["type"] for one in notices] == ["advance_notice.created", "units.stored"]
    first, moved = notices
    assert (first["return"], first["facility"], first["facility_id"]) == (rid, "main", "0042")
    assert [(line["sku"], line["quantity"]) for line in first["lines"]] == [("SKU-1", 2)]
    assert (moved["sku"], moved["quantity"], moved["location"]) == ("SKU-1", 2, "R-1")
    assert "mira" not in feed["data"][0]["body"].lower()
    other = await shop.ask("GET", "/feed", query=f"subscription={told['dc-2']}")
    assert other["data"] == []


async def test_a_warehouse_s_settings_are_checked(shop: Client) -> None:
    body = {
        "url": "http://127.0.0.1:9/wms",
        "dialect": "warehouse",
        "dialect_settings": {"blind": "perhaps"},
    }
    answer = await shop.call("POST", "/subscriptions", body)

    assert answer.pointers == {"/dialect_settings/blind": "unknown_value"}
