"""An agent asks for a return while the customer is on the telephone, all of it on one page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest_asyncio

from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from tests.doors.apps import app_of
from tests.doors.client import Client
from tests.doors.portal_walk import policy_of
from tests.doors.staff_story import Browser, form_of, member, words
from tests.doors.test_portal_ways import ARTICLE
from tests.support import pictures
from tests.support.running import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Answer
    from tests.support.pg import Workspace


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


@pytest_asyncio.fixture
async def agent(app: Litestar, house: House, workspace: Workspace) -> Browser:
    """An agent at a browser."""
    email = f"{uuid4().hex}@example.com"
    return await member(app, house, workspace.id, MemberRole.AGENT, email=email)


async def _sold(shop: Client, number: str, **changes: object) -> str:
    """Put an order; gives the page where its return is asked for."""
    await shop.ask("PUT", f"/orders/{number}", {**order_body(2, 1), **changes})
    return f"/w/{shop.workspace}/new?order={number}"


def _said(page: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - one value or several
    """Say that one piece is too small, and whatever else is filled in."""
    one = {"order": page.rpartition("=")[2], "quantity-1": "1", "reason-1": "too_small"}
    return {**one, **{name.replace("_", "-"): value for name, value in fields.items()}}


async def _worked_out(agent: Browser, page: str, **fields: str) -> tuple[str, dict[str, str]]:
    """Have it worked out; gives what the page says, and its form as it would be sent."""
    answer = await agent.press(page, **_said(page, **fields), do="work")
    assert answer.status == 200, words(answer)
    return words(answer), _form(answer, **fields)


def _form(answer: Answer, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - one value or several
    shown = answer.body.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', shown))
    picked = dict(re.findall(r'type="radio" name="(\w+)" value="(\w+)" checked', shown))
    page = f"?order={hidden['order']}"
    return {**hidden, **picked, **_said(page, **fields), "form": form_of(shown), "do": "ask"}


async def _returns(shop: Client) -> list[dict[str, Any]]:
    return (await shop.ask("GET", "/returns"))["data"]


async def test_what_they_get_is_seen_before_it_is_asked_for_once(
    shop: Client, agent: Browser
) -> None:
    page = await _sold(shop, "6001")
    assert "2 of 2 can come back" in words(await agent.open(page))
    early = await agent.press(page, **_said(page), do="ask")
    assert (early.status, "Tell them, then ask" in words(early)) == (422, True)
    assert await _returns(shop) == []

    shown, form = await _worked_out(agent, page, said_1="It rattles", quantity_1="2")
    assert "Money back, the way they paid €20.00" in shown
    made = await agent.send(page, form)
    again = await agent.send(page, form)

    assert made.status == 303, words(made)
    assert made.headers["location"] == again.headers["location"], "asked once, with nothing left"
    (asked,) = await _returns(shop)
    assert (asked["origin"], asked["source"]) == ("agent", "telephone")
    assert asked["lines"][0]["reasons"][0]["code"] == "too_small"
    assert asked["lines"][0]["comment"] == "It rattles"
    assert "by telephone" in words(await agent.follow(made))


async def test_who_has_no_number_is_found_or_led_on(shop: Client, agent: Browser) -> None:
    new = (await _sold(shop, "6002")).partition("?")[0]
    lost = await agent.open(f"{new}?order=9999")
    assert (lost.status, "There is no order 9999" in words(lost)) == (422, True)
    for queue in ("ticket", "mail", "unmatched_parcel", "stray_parcel", "withdrawal"):
        assert f"/queues/{queue}" in lost.body.decode()
    note = {"order": "9999", "number": "9999", "text": "It <rattles>", "do": "note"}
    lacks = await agent.press(f"{new}?order=9999", **note)
    assert (lacks.status, "Ask for their e-mail address" in words(lacks)) == (422, True)
    assert "It &lt;rattles&gt;" in lacks.body.decode()
    note = {**note, "email": "mira@example.com", "once": "n1"}
    taken = [await agent.press(f"{new}?order=9999", **note) for _ in range(2)]
    assert taken[0].headers["location"] == taken[1].headers["location"], "pressed twice, kept once"
    waits = words(await agent.follow(taken[0]))
    assert "By telephone, order 9999" in waits
    assert "Through telephone" in waits
    await _sold(shop, "6003")
    for said in ("mira sand", "mira.snad@example.com"):
        found = await agent.open(f"{new}?order={said.replace(' ', '+')}")
        assert "Choose 6003" in words(found), said
        assert f"{new}?order=6002" in found.body.decode()
    assert "These are close to it" in words(found)
    assert "It is none of these" in words(found)
    assert "longer than" not in words(await agent.open(f"{new}?order={'x' * 300}"))


async def test_what_is_wrong_is_said_at_its_line_and_nothing_is_lost(
    shop: Client, agent: Browser
) -> None:
    page = await _sold(shop, "6004")
    none = await agent.press(page, order="6004", do="work")
    assert (none.status, "how many come back" in words(none)) == (422, True)
    typed = _said(page, wish="store_credit", way="own", said_1="It <rattles>", reason_1="")
    for count, why in (
        ("3", "Of Article 1, from 0 to 2 can come back"),
        ("two", "Of Article 1, from 0 to 2 can come back"),
        ("1", "Choose why Article 1"),
    ):
        answer = await agent.press(page, **{**typed, "quantity-1": count}, do="ask")
        shown = answer.body.decode()
        assert (answer.status, why in words(answer)) == (422, True), count
        assert f'value="{count}"' in shown
        assert "It &lt;rattles&gt;" in shown
        assert 'name="wish" value="store_credit"' in shown
    assert await _returns(shop) == []


async def test_another_size_is_chosen_with_what_is_there_and_what_it_costs(
    shop: Client, agent: Browser
) -> None:
    page = await _sold(shop, "6005")
    await policy_of(shop, outcomes=["refund", "exchange"])
    await shop.ask("PUT", "/articles/shirt", ARTICLE)
    await shop.ask("PUT", "/sandbox/stock/items/SHIRT-L", {"on_hand": 3})

    shown, form = await _worked_out(agent, page, wish="exchange")
    assert "L · €12.50 · 3 in stock" in shown
    assert "XL · €9.00 · stock not known" in shown
    nothing = await agent.send(page, form)
    assert (nothing.status, "Choose what they want instead of" in words(nothing)) == (422, True)
    form = _form(nothing, instead_1="SHIRT-L", wish="exchange")
    dearer = await agent.send(page, form)
    assert dearer.status == 422, "what it comes to was not shown yet"
    assert "They pay the difference of €2.50" in words(dearer)
    assert await _returns(shop) == []

    form = _form(dearer, instead_1="SHIRT-L")
    made = await agent.send(page, form)
    assert made.status == 303, words(made)
    (asked,) = await _returns(shop)
    assert (asked["outcome"], asked["goods"][0]["sku"]) == ("exchange", "SHIRT-L")


async def test_what_the_rules_exclude_stays_visible_and_another_policy_may_grant_it(
    shop: Client, agent: Browser
) -> None:
    page = await _sold(shop, "6006", delivered_at="2020-01-01T00:00:00Z")
    await policy_of(shop, ineligible="queue", window_days=14, consumer_law="off")
    shown = words(await agent.open(page))
    assert "It could be sent back until Wednesday, 15 January 2020." in shown
    assert "ask for it all the same, then decide on its page" in shown

    await shop.ask("PUT", "/policies/kind", {"name": "Kind", "window_days": 3650})
    await policy_of(shop, ineligible="reject", window_days=14, consumer_law="off")
    shown = words(await agent.open(page))
    assert "15 January 2020" in shown
    assert "turns it down by itself" in shown
    assert "How many" not in shown
    kindly = page.replace("order=", "policy=kind&order=")
    _, form = await _worked_out(agent, kindly)
    made = await agent.send(kindly, form)
    assert made.status == 303, words(made)
    (asked,) = await _returns(shop)
    assert asked["policy"]["id"] == "kind"


# ---------------------------------------------------------------- gifts, several orders, pictures


async def _upload(agent: Browser, page: str, fields: dict[str, str], **files: bytes) -> Answer:
    """Send the page's form with files, as it stands."""
    parts = [("", name, value.encode()) for name, value in fields.items()]
    parts += [('; filename="a.jpg"', name.replace("_", "-"), data) for name, data in files.items()]
    body = b"".join(
        f'--x\r\ncontent-disposition: form-data; name="{name}"{more}\r\n\r\n'.encode()
        + data
        + b"\r\n"
        for more, name, data in parts
    )
    headers = {"content-type": "multipart/form-data; boundary=x"}
    return await agent.ask("POST", page, body + b"--x--\r\n", headers)


async def test_a_gift_shows_neither_who_gave_it_nor_what_it_cost(
    shop: Client, agent: Browser
) -> None:
    page = await _sold(shop, "6007")
    unread = await agent.press(page, **_said(page, gift="ben"), do="work")
    assert (unread.status, "Write the e-mail address of who" in words(unread)) == (422, True)
    shown, form = await _worked_out(agent, page, gift="ben@example.com")
    assert "mira" not in shown.lower()
    assert "€" not in shown
    assert "Store credit, for who received it" in shown
    made = await agent.send(page, form)
    assert made.status == 303, words(made)
    (asked,) = await _returns(shop)
    assert (asked["gift"], asked["source"]) == (True, "telephone")
    assert "A gift. Who received it is told of it" in words(await agent.follow(made))
    template = {"name": "Worn", "text": "Dear {{ name }}, {{ number }} was worn."}
    await shop.ask("PUT", "/reply-templates/worn", template)
    put = await agent.press(made.headers["location"], do="answer", answer="worn")
    assert "Nothing is known yet for the customer’s name" in words(put), "nor is who gave it"
    assert "Dear …, " in words(put)
    two = f"{page}&order=6007b"
    await _sold(shop, "6007b")
    both = await agent.press(
        two, **_said(page, order=["6007", "6007b"], gift="b@ex.org"), do="work"
    )
    assert (both.status, "A gift comes back by itself" in words(both)) == (422, True)


async def test_several_orders_come_back_in_one_parcel_asked_for_once(
    shop: Client, agent: Browser
) -> None:
    page = await _sold(shop, "6008")
    await _sold(shop, "6009")
    await _sold(shop, "6010", currency="USD")
    assert "Add it : order 6009" in words(await agent.open(page))
    apart = await agent.press(page, **_said(page), also="6010", do="add")
    assert (apart.status, "6010 was paid in another currency" in words(apart)) == (422, True)
    assert "There is no order 60" in words(await agent.press(page, order="6008", also="60"))
    joined = await agent.press(page, **_said(page), add="6009")
    assert (joined.status, 'value="too_small" selected' in joined.body.decode()) == (200, True)
    both = {"order": ["6008", "6009"], "quantity_3": "2", "reason_3": "broken"}
    shown = await agent.press(page, **_said(page, **both), do="work")
    assert "Money back, the way they paid €30.00" in words(shown)
    assert "2 returns are asked for, one for each order" in words(shown)
    await _sold(shop, "6014")
    three = {**both, "order": ["6008", "6009", "6014"], "quantity_5": "1", "said_5": "Last"}
    left = await agent.press(page, **_said(page, **three), drop="6009")
    assert 'name="quantity-3" type="number" value="1"' in left.body.decode()
    assert 'name="said-3" type="text" value="Last"' in left.body.decode()
    assert "quantity-5" not in left.body.decode()

    form = {**_form(shown, **both), "order": ["6008", "6009"]}
    made = await agent.send(page, form)
    assert made.status == 303, words(made)
    assert made.headers["location"] == (await agent.send(page, form)).headers["location"]
    later, first = await _returns(shop)
    assert (first["order_number"], later["order_number"]) == ("6008", "6009")
    assert later["together_with"] == first["id"]
    assert first["id"] in made.headers["location"]
    there = words(await agent.follow(made))
    assert "2 returns are asked for, in one parcel" in there
    assert f"in one parcel: {later['rma_number']} of order 6009" in there
    other = await agent.open(f"/w/{shop.workspace}/returns/{later['id']}")
    assert f"in one parcel: {first['rma_number']} of order 6008" in words(other)


async def test_what_only_half_happened_is_said_and_the_rest_is_still_filled_in(
    shop: Client, agent: Browser
) -> None:
    page = await _sold(shop, "6011")
    await _sold(shop, "6012")
    both = {"order": ["6011", "6012"], "quantity_3": "1", "reason_3": "broken"}
    shown = await agent.press(page, **_said(page, **both), do="work")
    form = {**_form(shown, **both), "order": ["6011", "6012"]}
    half = await agent.send(page, {**form, "photo-3": "pho_01kagz4v1e8qj0m2h3n4p5r6s7"})
    (asked,) = await _returns(shop)
    assert half.status == 422
    assert f"{asked['rma_number']} of order 6011 is asked for already" in words(half)
    assert "There is no photo" in words(half)
    assert 'id="quantity-1" name="quantity-1" type="number" value=""' in half.body.decode()

    rest = {**_form(half, **both), "order": ["6011", "6012"], "quantity-1": ""}
    made = await agent.send(page, {name: one for name, one in rest.items() if "photo" not in name})
    assert made.status == 303, words(made)
    assert [one["order_number"] for one in await _returns(shop)] == ["6012", "6011"]


async def test_pictures_that_were_mailed_go_with_their_item(shop: Client, agent: Browser) -> None:
    page = await _sold(shop, "6013")
    asks = {
        "id": "show",
        "when": {"request": {"reasons": ["broken"]}},
        "then": {"photos_required": 2},
    }
    await policy_of(shop, rules=[asks])
    shown, form = await _worked_out(agent, page, reason_1="broken")
    assert "0 of 2 that the policy asks for" in shown
    jpeg = pictures.encoded(pictures.gradient(32, 24), "JPEG")
    bad = await _upload(agent, page, form, pictures_1=b"no picture")
    assert (bad.status, "A picture of Article 1:" in words(bad)) == (422, True)
    taken = await _upload(agent, page, {**form, "do": "work"}, pictures_1=jpeg)
    assert "1 of 2 that the policy asks for" in words(taken)
    (name,) = re.findall(r'name="photo-1" value="(pho_\w+)" checked', taken.body.decode())
    seen = await agent.open(f"{page.partition('/new')[0]}/photos/{name}?size=thumb")
    assert seen.headers["content-type"] == "image/jpeg"
    wrong = await agent.send(page, {**_form(taken, reason_1=""), "photo-1": name})
    assert (wrong.status, f'name="photo-1" value="{name}"' in wrong.body.decode()) == (422, True)
    other = pictures.encoded(pictures.gradient(24, 32), "JPEG")
    last = {**_form(taken, reason_1="broken"), "photo-1": name}
    made = [await _upload(agent, page, last, pictures_1=other) for _ in range(2)]
    assert made[0].status == 303, words(made[0])
    assert made[0].headers["location"] == made[1].headers["location"], "pressed twice, asked once"
    (asked,) = await _returns(shop)
    assert asked["photos"][0]["id"] == name
    assert len(asked["photos"]) == 2
