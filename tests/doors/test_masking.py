"""What developers and warehouses do not see of persons: not by the API, not on any page."""

from __future__ import annotations

import re
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import pytest
import pytest_asyncio

from retour.api.table import ROUTES
from retour.desk.people.masking import Sight, masked
from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from retour.screens.staff.seat import RULES
from tests.doors.apps import app_of
from tests.doors.belongings import path
from tests.doors.client import Client
from tests.doors.staff_story import Browser, member, somebody
from tests.support import pictures
from tests.support.running import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace

_CONTACTS: Final = ("kanarie@example.com", "+49 30 5550199")
_PERSON: Final = ("Kanarie", "Vogelsang", "Nestweg", "Vogelnest GmbH", "Zwitscherstadt")
_WORDS: Final = "Kanarie schreibt: bitte anrufen"
_PARAMETER: Final = re.compile(r"\{(\w+):\w+\}")


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


async def said_by_a_customer(shop: Client) -> dict[str, str]:
    """Have an order with everything that tells who somebody is, and a return of it."""
    address = {
        "name": "Kanarie Vogelsang",
        "company": "Vogelnest GmbH",
        "street": "Nestweg 4",
        "city": "Zwitscherstadt",
        "postcode": "10997",
        "country": "DE",
    }
    customer = {
        "email": _CONTACTS[0],
        "name": "Kanarie Vogelsang",
        "phone": _CONTACTS[1],
        "postcode": "10997",
        "addresses": {"billing": address, "shipping": address},
    }
    await shop.ask("PUT", "/orders/K-1", {**order_body(3), "customer": customer})
    lines = [{"line": "1", "quantity": 1, "comment": _WORDS}]
    ret: dict[str, Any] = await shop.ask(
        "POST", "/returns", {"order_number": "K-1", "lines": lines}
    )
    await shop.ask("POST", f"/returns/{ret['id']}/comment", {"text": _WORDS})
    feed = await shop.ask("GET", "/events")
    return {
        "order_number": "K-1",
        "return_id": ret["id"],
        "event_id": feed["data"][0]["id"],
        "code": "main",
        "rma_number": ret["rma_number"],
    }


async def key_of(shop: Client, role: str) -> Client:
    """Make a key that may read everything, of a role."""
    scopes = ["*"]
    made = await shop.ask("POST", "/api-keys", {"name": role, "scopes": scopes, "role": role})
    return replace(shop, token=made["token"])


@pytest.mark.parametrize(
    ("role", "hidden"), [("developer", (*_CONTACTS, *_PERSON)), ("warehouse", _CONTACTS)]
)
async def test_no_answer_of_the_api_holds_what_a_role_does_not_see(
    shop: Client, role: str, hidden: tuple[str, ...]
) -> None:
    """Every route that reads, with what there is; an owner's key sees all of it somewhere."""
    known = await said_by_a_customer(shop)
    key = await key_of(shop, role)
    seen = set[str]()
    for route in ROUTES:
        if route.method != "GET":
            continue
        for query in ("", f"q={_CONTACTS[0]}"):
            plain = await shop.call("GET", path(route, **known), query=query)
            answer = await key.call("GET", path(route, **known), query=query)
            seen |= {one for one in hidden if one in plain.body.decode(errors="replace")}
            text = answer.body.decode(errors="replace")
            assert [one for one in hidden if one in text] == [], (route.name, text)
    assert seen == set(hidden), "the owner sees what is hidden"


async def test_no_page_holds_what_a_role_does_not_see(
    app: Litestar, house: House, workspace: Workspace, shop: Client
) -> None:
    """Every page that developers and docks may open, searched for the customer; an admin sees them.

    Docks are looked at bound to a facility and unbound; a parcel of nobody's lies there.
    """
    known = await said_by_a_customer(shop)
    stray = {
        "operation_id": "k-1",
        "name": "Slip Reader",
        "note": _CONTACTS[0],
        "order_number": "K-1",
    }
    kept = await shop.ask("POST", "/facilities/main/unmatched-parcels", stray)
    known |= {"parcel_id": kept["id"], "unmatched_id": kept["id"]}
    looking: dict[str, Browser] = {}
    for name, role, places in (
        ("admin", MemberRole.ADMIN, None),
        ("developer", MemberRole.DEVELOPER, None),
        ("dock", MemberRole.WAREHOUSE, ("main",)),
        ("docks", MemberRole.WAREHOUSE, None),
    ):
        looking[name] = await member(
            app, house, workspace.id, role, email=somebody(), facilities=places
        )
        looking[name].is_strict = False
    seen: dict[str, set[str]] = {name: set() for name in looking}
    opened, dock_reads = dict.fromkeys(looking, 0), ""
    for rule in RULES.values():
        if "GET" not in rule.methods:
            continue
        address = rule.path.replace("{workspace:str}", workspace.text)
        address = _PARAMETER.sub(lambda found: known.get(found[1], "missing"), address)
        for query in ("", "?q=kanarie", "?order=K-1"):
            for name, browser in looking.items():
                answer = await browser.open(f"{address}{query}")
                text = answer.body.decode(errors="replace").replace("&#43;", "+")
                seen[name] |= {one for one in (*_CONTACTS, *_PERSON) if one in text}
                opened[name] += answer.status == HTTPStatus.OK
                dock_reads += text if name == "docks" else ""
                assert name == "admin" or not seen[name], (name, address, query, seen[name])
    assert {"Kanarie", _CONTACTS[0]} <= seen["admin"]
    assert "Slip Reader" in dock_reads, "what the dock itself read on the box stays"
    assert opened["developer"] > 10
    assert opened["docks"] > opened["dock"] > 1
    picture = pictures.encoded(pictures.gradient(64, 64), "JPEG")
    jpeg = {"content-type": "image/jpeg"}
    photo = (await shop.ask("POST", "/photos", picture, headers=jpeg))["id"]
    at = f"/w/{workspace.text}/photos/{photo}"
    kinds = {
        name: (await looking[name].open(at)).headers["content-type"]
        for name in ("admin", "developer")
    }
    assert kinds == {"admin": "image/jpeg", "developer": "image/svg+xml"}


async def test_a_preview_names_nobody_to_who_sees_nobody(
    app: Litestar, house: House, workspace: Workspace, shop: Client
) -> None:
    """Whatever words are tried: they speak of our sample, by the API and beside the editor."""
    known = await said_by_a_customer(shop)
    said = {"event": "return_requested", "type": "email"}
    template = (await shop.ask("POST", "/notification-templates", said))["id"]
    at = f"/notification-templates/{template}/preview"
    asked = {"body": "{{ customer.name }}, {{ customer.email }}", "return": known["return_id"]}
    owner = await shop.ask("POST", at, asked)
    key = await key_of(shop, "developer")
    shown = await key.call("POST", at, asked)
    assert any(one in str(owner) for one in _PERSON)
    assert [one for one in (*_CONTACTS, *_PERSON) if one in shown.body.decode()] == []
    assert (owner["sample"], b'"sample":true' in shown.body) == (False, True)
    browser = await member(app, house, workspace.id, MemberRole.DEVELOPER, email=somebody())
    browser.is_strict = False
    frame = f"/w/{workspace.text}/settings/templates/{template}/shown"
    page = await browser.open(f"{frame}?of={known['return_id']}")
    assert (page.status, [one for one in _PERSON if one in page.body.decode()]) == (200, [])

    await shop.ask("POST", "/notification-templates/defaults", {"languages": ["en"]})
    for one in (await shop.ask("GET", "/notification-templates"))["data"]:
        if one["event"] == "return_rejected":
            named = {"subject": "For {{ customer.name }}", "body": "Dear {{ customer.name }}"}
            await shop.ask("PATCH", f"/notification-templates/{one['id']}", named)
    decision = {"decision": "reject", "reason": "No"}
    at = f"/returns/{known['return_id']}/held-decision/preview"
    assert _PERSON[0] in str(await shop.ask("POST", at, decision))
    seen = await key.call("POST", at, decision)
    assert (seen.status, [one for one in _PERSON if one in seen.body.decode()]) == (200, [])


def test_what_is_covered_and_what_is_not() -> None:
    """Numbers, countries and codes stay; names, addresses and words of persons do not."""
    said = {
        "number": "R-1",
        "name": "Main",
        "customer": {"name": "Ann", "email": "a@b.de", "billing_address": {"country": "DE"}},
        "note": "ask ann@example.com",
        "sum": "12.00",
        "lines": [{"comment": "Ann", "sku": "A-1", "quantity": 2}],
        "withdrawal": {"name": "Ann", "email": "a@b.de", "order_number": "7"},
        "request": {"body": '{"customerName":"Ann","id":7}'},
        "response": {"body": "<name>Ann</name>"},
        "mail": {"sender": "a@b.de", "sender_name": "Ann", "subject": "Ann asks"},
        "message": {"author": "customer", "subject": "Ann's boots"},
        "template": {"subject": "Your return"},
    }
    developer = masked(said, Sight.NO_PERSON)
    assert "Ann" not in str(developer)
    assert developer["customer"]["billing_address"] == {"country": "DE"}
    assert (developer["name"], developer["number"]) == ("Main", "R-1")
    assert developer["template"]["subject"] == "Your return"
    assert developer["withdrawal"]["order_number"] == "7"
    assert developer["request"]["body"] == '{"customerName":"•••","id":7}'
    assert developer["lines"][0]["sku"] == "A-1"
    dock = masked(said, Sight.NO_CONTACT)
    assert dock["customer"]["name"] == "Ann"
    assert "@b.de" not in str(dock)
    assert "ann@example.com" not in str(dock)
    assert masked(said, Sight.ALL) is said
