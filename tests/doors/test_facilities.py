"""Facilities and where goods go: by the API, by pages, and by a return that really goes there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest_asyncio

from retour.api.app import build
from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from tests.doors.staff_story import Browser, member, somebody, words
from tests.support.running import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Client
    from tests.support.pg import Workspace

LEIPZIG = {"name": "Leipzig", "kind": "merchant", "address": {"city": "Leipzig", "country": "DE"}}
GERMAN = {"id": "German", "facility": "dc-2", "when": {"order": {"countries": ["DE"]}}}
MUGS = {"id": "Mugs", "facility": "dc-3", "when": {"item": {"skus": ["MUG-BLUE"]}}}


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return build(house, extra=staff.routes(house))


@pytest_asyncio.fixture
async def admin(app: Litestar, house: House, workspace: Workspace) -> Browser:
    """An admin at a browser."""
    return await member(app, house, workspace.id, MemberRole.ADMIN, email=somebody())


async def asked_back(shop: Client, number: str) -> Any:  # noqa: ANN401 - any JSON
    german = {"email": "mira@example.com", "country": "DE"}
    await shop.ask("PUT", f"/orders/{number}", {**order_body(100), "customer": german})
    lines = [{"line": "1", "quantity": 1}]
    return await shop.ask("POST", "/returns", {"order_number": number, "lines": lines})


async def two_places(shop: Client) -> None:
    await shop.ask("PUT", "/facilities/dc-2", LEIPZIG)
    await shop.ask("PUT", "/facilities/dc-3", {"name": "Hamburg", "kind": "hub"})


async def test_a_return_goes_where_the_table_says_until_the_facility_closes(shop: Client) -> None:
    await two_places(shop)
    assert (await asked_back(shop, "before"))["terms"]["destination"] is None
    await shop.ask("PUT", "/routing", {"rules": [GERMAN]})
    sent = await asked_back(shop, "first")
    assert sent["terms"]["destination"] == "dc-2"
    said = [one["detail"] for one in sent["verdict"]["trace"] if one["rule"] == "routing"]
    assert said == ["The routing rule 'German' sends it to dc-2 (order.countries DE)."]
    assert (await shop.ask("GET", "/facilities/dc-2/uses"))["returns"] == 1

    acts = [one["act"] for one in (await shop.ask("GET", "/audit"))["data"]]
    assert "routing.insert" in acts

    await shop.ask("PUT", "/facilities/dc-2", {**LEIPZIG, "active": False})
    again = await asked_back(shop, "second")
    assert again["terms"]["destination"] == "main"
    asked = {"order_number": "second"}
    where = await shop.ask("POST", "/routing/test", asked)
    assert where["facility"] == "main"
    assert "which is closed" in where["why"]
    uses = await shop.ask("GET", "/facilities/dc-2/uses")
    assert (uses["returns"], uses["routing_rules"]) == (1, ["German"])
    assert (await shop.ask("GET", f"/returns/{sent['id']}"))["terms"]["destination"] == "dc-2"


async def test_a_closed_facility_lets_no_time_pass(shop: Client) -> None:
    """How much of a time is over goes by the hours of where the goods go."""
    await two_places(shop)
    await shop.ask("PUT", "/policies/default", {"deadlines": {"review_days": 4}})
    await shop.ask("PUT", "/routing", {"rules": [GERMAN]})
    ret = await asked_back(shop, "slow")
    later = datetime.fromisoformat(ret["requested_at"]).astimezone(UTC) + timedelta(days=3)
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    await shop.ask("POST", "/clock", {"advance": "P2D"})
    used: list[int] = []
    for hours in (dict.fromkeys(days, "00:00-23:59"), {days[later.weekday()]: "00:00-23:59"}):
        place = {"name": "Leipzig", "kind": "merchant", "zone": "UTC", "hours": hours}
        await shop.ask("PUT", "/facilities/dc-2", place)
        (row,) = (await shop.ask("GET", "/search", query="q=slow"))["data"]
        assert row["deadline"]["cause"] == "review"
        used.append(row["deadline"]["percent_used"])
    assert 35 <= used[0] <= 55, "two days of four to five"
    assert used[1] == 0, "it has not been open since"


async def test_no_table_sends_goods_into_the_void(shop: Client) -> None:
    await two_places(shop)
    for table, pointer in (
        ({"rules": [{**GERMAN, "facility": "atlantis"}]}, "/rules/0/facility"),
        ({"rules": [GERMAN, GERMAN]}, "/rules/1/id"),
        ({"fallback": "atlantis"}, "/fallback"),
    ):
        refused = await shop.call("PUT", "/routing", table)
        assert refused.status == 422
        assert [one["pointer"] for one in refused.json["errors"]] == [pointer]
    closing = {"name": "Main", "kind": "merchant", "active": False}
    refused = await shop.call("PUT", "/facilities/main", closing)
    assert refused.status == 422
    assert refused.json["errors"][0]["code"] == "in_use"
    await shop.ask("PUT", "/routing", {"fallback": "dc-2"})
    await shop.ask("PUT", "/facilities/main", closing)
    refused = await shop.call("PUT", "/routing", {"fallback": "main"})
    assert refused.json["errors"][0]["code"] == "closed"
    assert (await asked_back(shop, "elsewhere"))["terms"]["destination"] == "dc-2"


async def test_goods_can_be_tried_on_another_table(shop: Client) -> None:
    await two_places(shop)
    asked: dict[str, Any] = {"country": "DE", "sku": "MUG-BLUE"}
    draft = {"rules": [MUGS, GERMAN], "fallback": "main"}
    where = await shop.ask("POST", "/routing/test", {**asked, "routing": draft})
    assert where["facility"] == "dc-3"
    assert [one["by"] for one in where["lines"][0]["stops"]] == ["Mugs", "German", "fallback"]
    assert (await shop.ask("POST", "/routing/test", asked))["facility"] == "main", "only tried"
    assert (await shop.ask("GET", "/routing"))["version"] == 0
    for body, pointer in (
        ({}, "/order_number"),
        ({**asked, "routing": {"fallback": "atlantis"}}, "/routing/fallback"),
    ):
        refused = await shop.call("POST", "/routing/test", body)
        assert refused.json["errors"][0]["pointer"] == pointer
    unknown = await shop.call("POST", "/routing/test", {"order_number": "none"})
    assert unknown.json["errors"][0]["code"] == "unknown_order"


async def test_who_saves_over_another_is_told(shop: Client) -> None:
    await two_places(shop)
    put = await shop.ask("PUT", "/routing", {"rules": [GERMAN]})
    stale = {"if-match": '"0"'}
    refused = await shop.call("PUT", "/routing", {"rules": []}, headers=stale)
    assert refused.status == 412
    assert (await shop.ask("GET", "/routing")) == put
    facility = await shop.call("PUT", "/facilities/dc-2", LEIPZIG, headers={"if-match": '"9"'})
    assert facility.status == 412


async def test_a_facility_is_made_changed_and_closed_on_pages(shop: Client, admin: Browser) -> None:
    base = f"/w/{shop.workspace}/settings"
    made = await admin.press(
        f"{base}/new-facility",
        seen="0",
        code="dc-2",
        name="Leipzig",
        kind="merchant",
        at_street="Am Gleis 4",
        at_city="Leipzig",
        at_country="de",
        countries="de, AT",
        groups="lamps",
        zone="Europe/Berlin",
        hours_mon="08:00 – 17:00",
        holidays="2026-12-25\n2026-01-01",
        blind="1",
    )
    assert "Leipzig is there." in words(await admin.follow(made))
    kept = await shop.ask("GET", "/facilities/dc-2")
    assert kept["countries"] == ["DE", "AT"]
    assert kept["hours"] == {"mon": "08:00-17:00"}
    assert kept["holidays"] == ["2026-01-01", "2026-12-25"]
    assert kept["address"] == {"street": "Am Gleis 4", "city": "Leipzig", "country": "DE"}
    assert kept["blind"] is True
    assert "Leipzig" in words(await admin.open(f"{base}/facilities"))

    twice = await admin.press(f"{base}/new-facility", code="dc-2", name="B", kind="store")
    assert twice.status == 422
    wrong = {"name": "", "kind": "castle", "at_country": "Germany", "countries": "DEU"}
    wrong |= {"holidays": "Christmas", "hours_tue": "nine to five", "zone": "Moon"}
    refused = await admin.press(f"{base}/facilities/dc-2", **wrong)
    assert refused.status == 422
    for field in ("name", "at_country", "countries", "holidays", "hours_tue"):
        assert f'id="{field}-wrong"' in refused.body.decode(), field
    assert "nine to five" in refused.body.decode(), "what was typed stands there still"

    closed = await admin.press(f"{base}/facilities/dc-2", act="close")
    assert "Leipzig is closed." in words(await admin.follow(closed))
    assert (await shop.ask("GET", "/facilities/dc-2"))["active"] is False
    await admin.press(f"{base}/facilities/dc-2", act="open")
    assert (await shop.ask("GET", "/facilities/dc-2"))["active"] is True
    refused = await admin.follow(await admin.press(f"{base}/facilities/main", act="close"))
    assert "Name another fallback" in words(refused)


async def test_two_admins_lose_nothing(shop: Client, admin: Browser) -> None:
    await two_places(shop)
    at = f"/w/{shop.workspace}/settings/facilities/dc-2"
    fields = {"name": "Leipzig North", "kind": "merchant", "at_city": "Leipzig"}
    await shop.ask("PUT", "/facilities/dc-2", {**LEIPZIG, "name": "Leipzig South"})
    answer = await admin.press(at, seen="1", **fields)
    assert answer.status == 409
    said = words(answer)
    assert "Somebody saved this while you were at it" in said
    assert "Name Leipzig South Leipzig North" in said
    assert (await shop.ask("GET", "/facilities/dc-2"))["name"] == "Leipzig South"
    again = await admin.press(at, seen="2", **fields)
    assert again.status == 303
    assert (await shop.ask("GET", "/facilities/dc-2"))["name"] == "Leipzig North"


async def test_rules_are_made_ordered_and_removed_on_pages(shop: Client, admin: Browser) -> None:
    await two_places(shop)
    base = f"/w/{shop.workspace}/settings"
    for name, facility, asked in (
        ("German", "dc-2", {"countries": "de"}),
        ("Mugs", "dc-3", {"skus": "MUG-BLUE"}),
    ):
        made = await admin.press(f"{base}/new-routing-rule", id=name, facility=facility, **asked)
        assert f"The rule {name} is in force." in words(await admin.follow(made))
    table = await shop.ask("GET", "/routing")
    assert table["rules"] == [GERMAN, MUGS]

    tried = await admin.open(f"{base}/routing?{urlencode({'country': 'DE', 'sku': 'MUG-BLUE'})}")
    assert "Leipzig The routing rule 'German' sends it to dc-2" in words(tried)
    moved = await admin.press(f"{base}/routing", act="up", rule="Mugs", seen=table["version"])
    assert moved.status == 303
    tried = await admin.open(f"{base}/routing?{urlencode({'country': 'DE', 'sku': 'MUG-BLUE'})}")
    assert "Hamburg The routing rule 'Mugs' sends it to dc-3" in words(tried)
    stale = await admin.press(f"{base}/routing", act="up", rule="German", seen=table["version"])
    assert "Somebody changed the table" in words(await admin.follow(stale))
    assert [one["id"] for one in (await shop.ask("GET", "/routing"))["rules"]] == ["Mugs", "German"]
    for asked in ("order=none", "country=Germany"):
        assert (await admin.open(f"{base}/routing?{asked}")).status == 422

    odd = {**MUGS, "when": {"item": {"skus": ["MUG-BLUE"], "weight_g": {"at_least": 5}}}}
    await shop.ask("PUT", "/routing", {"rules": [odd, GERMAN], "fallback": "dc-2"})
    page = await admin.open(f"{base}/routing/Mugs")
    assert "weight g: at least 5" in words(page)
    seen = (await shop.ask("GET", "/routing"))["version"]
    said = {"id": "Mugs", "facility": "dc-2", "skus": "MUG-RED"}
    assert (await admin.press(f"{base}/routing/Mugs", seen=seen, **said)).status == 303
    kept = (await shop.ask("GET", "/routing"))["rules"][0]
    assert kept["when"]["item"] == {"skus": ["MUG-RED"], "weight_g": {"at_least": 5}}
    late = await admin.press(f"{base}/routing/Mugs", seen=seen, **{**said, "skus": "X"})
    assert late.status == 409
    assert "SKUs MUG-RED X" in words(late)

    seen = (await shop.ask("GET", "/routing"))["version"]
    await admin.press(f"{base}/routing", act="remove", rule="Mugs", seen=seen)
    await admin.press(f"{base}/routing", act="fallback", fallback="dc-3", seen=seen + 1)
    table = await shop.ask("GET", "/routing")
    assert ([one["id"] for one in table["rules"]], table["fallback"]) == (["German"], "dc-3")
