"""What waits without a return, and conversations: each has a page on which it is seen to."""

from __future__ import annotations

import html
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest_asyncio

from retour.api.published.examples import REQUESTS
from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from tests.doors.apps import app_of
from tests.doors.control_story import processed_return
from tests.doors.staff_story import Browser, member, words
from tests.support.running import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Client
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


def _at(shop: Client, path: str) -> str:
    return f"/w/{shop.workspace}{path}"


async def _asked(shop: Client, number: str) -> dict[str, str]:
    await shop.ask("PUT", f"/orders/{number}", order_body(9))
    line = {"line": "1", "quantity": 1, "reason": "Torn"}
    made: dict[str, str] = await shop.ask(
        "POST", "/returns", {"order_number": number, "lines": [line]}
    )
    return made


async def _link(agent: Browser, shop: Client, queue: str) -> str:
    """Give the address that a queue's only row leads to."""
    page = (await agent.open(_at(shop, f"/queues/{queue}"))).body.decode()
    found: list[str] = re.findall(r'<td[^>]*>(?:<div[^>]*>)?<a href="([^"]+)"', page)
    assert len(found) == 1, found
    return found[0]


async def test_a_parcel_of_nobody_s_is_received_taken_back_and_put_aside(
    shop: Client, agent: Browser
) -> None:
    made = await _asked(shop, "6101")
    await shop.ask("POST", f"/returns/{made['id']}/authorize", {})
    seen = {
        "operation_id": "op-1",
        "order_number": "6101",
        "lines": [{"sku": "SKU-1", "quantity": 1}],
    }
    parcel = await shop.ask("POST", "/facilities/main/unmatched-parcels", seen)
    page = await _link(agent, shop, "unmatched_parcel")
    assert page.endswith(parcel["id"])
    assert made["rma_number"] in words(await agent.open(page)), "its order leads to it"

    unsaid = await agent.press(page, do="close", reason=" ")
    assert (unsaid.status, "Say what became of it." in words(unsaid)) == (422, True)
    answer = await agent.press(page, **{"do": "match", "return": made["id"], "once": "a1"})
    assert "Received." in words(await agent.follow(answer))
    stands = await shop.ask("GET", f"/returns/{made['id']}")
    assert stands["status"] == "received"
    back = words(await agent.follow(await agent.press(page, do="unmatch")))
    assert "The parcel waits again." in back
    await agent.press(page, do="close", reason="Back to its sender")
    assert (await shop.ask("GET", f"/unmatched-parcels/{parcel['id']}"))["status"] == "closed"
    assert "Back to its sender" in words(await agent.open(page))


async def test_an_exception_of_the_dock_is_resolved_with_what_was_done(
    shop: Client, agent: Browser
) -> None:
    await shop.ask("POST", "/facilities/main/unmatched-parcels", REQUESTS["keep_unmatched_parcel"])
    page = await _link(agent, shop, "dock_exception")
    assert "A parcel came that no open return is known for." in words(await agent.open(page))
    unchosen = await agent.press(page, note="?")
    assert (unchosen.status, "Choose what was done" in words(unchosen)) == (422, True)
    wrong = await agent.press(page, remedy="donate")
    assert (wrong.status, "does not help" in words(wrong)) == (422, True)
    await agent.press(page, remedy="contact_customer", note="Asked for a photo")
    (case,) = (await shop.ask("GET", "/exceptions", query="status=resolved"))["data"]
    assert case["resolution"]["note"] == "Asked for a photo"
    assert "Asked for a photo" in words(await agent.open(page))


async def test_a_message_is_answered_from_what_was_written_once(
    shop: Client, agent: Browser
) -> None:
    made = await _asked(shop, "6102")
    await shop.ask("PUT", "/reply-templates/photo", REQUESTS["put_reply_template"])
    amount = {"name": "Amount", "text": "{{ amount }} is on its way."}
    await shop.ask("PUT", "/reply-templates/amount", amount)
    await shop.ask("POST", f"/returns/{made['id']}/customer-messages", {"text": "Where is it?"})
    link = await _link(agent, shop, "message")
    talk = await agent.follow(await agent.open(link))
    page = _at(shop, f"/returns/{made['id']}/talk")
    assert "Where is it?" in words(talk)
    assert "needs an answer" in words(talk)

    put_in = await agent.press(page, do="insert", reply="photo", message="Hello.")
    shown = put_in.body.decode()
    assert "Hello.\n\nDear Mira Sand,\n\nplease send us a photo of 1 × SKU-1." in shown
    open_ = await agent.press(page, do="insert", reply="amount")
    assert (open_.status, "Nothing is known yet" in words(open_)) == (422, True)
    empty = await agent.press(page, do="send", message=" ", kind="customer")
    assert (empty.status, "Write something first." in words(empty)) == (422, True)

    await agent.press(page, do="draft", message="I will look <now>", kind="internal")
    kept = (await agent.open(page)).body.decode()
    assert "I will look &lt;now&gt;</textarea>" in kept
    assert (await shop.call("GET", f"/returns/{made['id']}/message-draft")).status == 404
    await agent.press(page, do="send", message="Tomorrow", kind="customer")
    after = (await agent.open(page)).body.decode()
    assert "I will look" not in after, "what is sent is no draft any more"
    told = (await shop.ask("GET", f"/returns/{made['id']}/messages"))["data"]
    assert [(one["text"], one["way"]) for one in told] == [
        ("Tomorrow", "out"),
        ("Where is it?", "in"),
    ]
    assert "All clear" in words(await agent.open(_at(shop, "/queues/message")))


async def test_what_needs_no_answer_leaves_the_queue(shop: Client, agent: Browser) -> None:
    made = await _asked(shop, "6103")
    await shop.ask("POST", f"/returns/{made['id']}/customer-messages", {"text": "Thanks!"})
    await agent.press(_at(shop, f"/returns/{made['id']}/talk"), do="settled")
    await shop.ask("POST", "/messages", REQUESTS["create_message"])
    page = await _link(agent, shop, "message")
    shown = await agent.open(page)
    assert "mailto:" in shown.body.decode()
    await agent.press(page, do="settled")
    assert "All clear" in words(await agent.open(_at(shop, "/queues/message")))
    assert (await agent.open(_at(shop, "/messages/msg_01kagz4v1e8qj0m2h3n4p5r6s7"))).status == 404


async def test_an_answer_s_words_must_stand_for_something(shop: Client) -> None:
    said = {"name": "Odd", "text": "Dear {{ nobody }}"}
    wrong = await shop.call("PUT", "/reply-templates/odd", said)
    assert (wrong.status, "stands for nothing" in wrong.body.decode()) == (422, True)
    assert (await shop.call("PUT", "/reply-templates/Not%20One", said)).status == 422


async def test_how_much_waited_is_told_day_by_day(shop: Client) -> None:
    await _asked(shop, "6104")
    await shop.ask("POST", "/clock", {"advance": "P2D"})
    made = await _asked(shop, "6105")
    listed = (await shop.ask("GET", "/queue-depths"))["data"]
    days = next(one["days"] for one in listed if one["queue"] == "authorize")
    assert [one["count"] for one in days] == [None] * 11 + [1, 1, 2]
    await shop.ask("POST", f"/returns/{made['id']}/authorize", {})
    listed = (await shop.ask("GET", "/queue-depths"))["data"]
    days = next(one["days"] for one in listed if one["queue"] == "authorize")
    assert [one["count"] for one in days[-3:]] == [1, 1, 1], "today is as it is now"


async def test_home_says_what_waits_since_when_and_what_was_decided(
    shop: Client, agent: Browser
) -> None:
    home = _at(shop, "")
    assert "All clear" in words(await agent.open(home))
    made = await _asked(shop, "6106")
    await shop.ask("POST", f"/returns/{made['id']}/customer-messages", {"text": "Hello?"})
    shown = words(await agent.open(home))
    assert "1 Requests to answer" in shown
    assert "1 Messages" in shown
    assert "All clear" not in shown
    await agent.press(_at(shop, f"/returns/{made['id']}/talk"), do="settled")
    await shop.ask("POST", f"/returns/{made['id']}/authorize", {})
    shown = words(await agent.open(home))
    assert "All clear" in shown
    assert "Decided last" in shown
    assert made["rma_number"] in shown


async def test_what_is_due_by_law_is_listed_by_its_day(shop: Client, agent: Browser) -> None:
    page = _at(shop, "/refunds-due")
    assert "Nothing is due" in words(await agent.open(page))
    made = await _withdrawn(shop, "6107")
    assert (await shop.ask("GET", "/refunds-due"))["data"] == [], "it may wait for the goods"
    await _taken_in(shop, made)
    (due,) = (await shop.ask("GET", "/refunds-due"))["data"]
    assert (due["return"], due["is_withdrawal"]) == (made["id"], True)
    assert due["days_left"] in {13, 14}, "a day ends where the shop is"
    assert f"in {due['days_left']} days" in words(await agent.open(page))
    await shop.ask("POST", "/clock", {"advance": "P16D"})
    shown = words(await agent.open(page))
    assert f"late {16 - due['days_left']} days ago" in shown or "late 2 days ago" in shown
    assert "withdrawal" in shown

    other = await _withdrawn(shop, "6110")
    await _taken_in(shop, other)
    listed = (await agent.open(page)).body.decode()
    (link,) = re.findall(rf'href="([^"]+{made["id"]}/money[^"]+)"', listed)
    opened = (await agent.open(html.unescape(link))).body.decode()
    (behind,) = re.findall(r'rel="next" data-key="." href="([^"]+)"', opened)
    assert f"{other['id']}/money?in=refunds_due" in behind, "one goes from refund to refund"
    assert 'rel="prev"' not in opened
    opened = (await agent.open(html.unescape(behind))).body.decode()
    (before,) = re.findall(r'rel="prev" data-key="." href="([^"]+)"', opened)
    assert before == link
    assert 'rel="next"' not in opened


async def _withdrawn(shop: Client, number: str) -> dict[str, Any]:
    """Begin the return of an order that is withdrawn from."""
    await shop.ask("PUT", f"/orders/{number}", order_body(2, 1))
    said = {"name": "Mira Sand", "email": "mira.sand@example.com", "order_number": number}
    taken = await shop.ask("POST", "/withdrawals", {**said, "statement": "I withdraw."})
    made: dict[str, Any] = await shop.ask("POST", f"/withdrawals/{taken['id']}/return", {})
    return made


async def _taken_in(shop: Client, made: dict[str, Any]) -> None:
    """Let the goods of a return come back, so that its money is due."""
    if made["status"] == "requested":
        await shop.ask("POST", f"/returns/{made['id']}/authorize", {})
    for command, body in (("ship", {}), ("receive", {"units": [{"line": "1", "quantity": 2}]})):
        await shop.ask("POST", f"/returns/{made['id']}/{command}", body)


async def test_goods_are_judged_piece_by_piece_and_the_deduction_is_filled_in(
    shop: Client, agent: Browser
) -> None:
    await shop.ask("PUT", "/orders/6108", order_body(3, 1))
    at, other = [await _came(shop, count) for count in (2, 1)]
    first, second = [
        unit["id"] for one in (await shop.ask("GET", at))["lines"] for unit in one["units"]
    ]
    page = _at(shop, f"{at}/judge")
    assert "2 pieces wait in this return" in words(await agent.open(page))
    unsaid = await agent.press(page, do="reject", unit=first)
    assert (unsaid.status, "the customer reads it" in words(unsaid)) == (422, True)
    cut = await agent.press(page, do="reject", unit=first, reason="y" * 1001)
    assert (cut.status, "has 1,001 characters; 1,000 fit" in words(cut)) == (422, True)
    wrong = await agent.press(page, do="partial", unit=first, reason="Worn", percent="100")
    assert (wrong.status, "from 1 to 99" in words(wrong)) == (422, True)

    part = await agent.press(page, do="partial", unit=first, reason="Worn", percent="70", grade="C")
    onward = part.headers["location"]
    assert "less=3.00" in onward, "ten euros, seventy percent of which are paid back"
    more = await agent.press(
        onward, do="partial", unit=second, reason="Worn", percent="50", less="3.00"
    )
    money = more.headers["location"]
    assert "adjustments=-8.00" in money
    units = [unit for one in (await shop.ask("GET", at))["lines"] for unit in one["units"]]
    assert [one["acceptance"] for one in units] == ["accepted", "accepted"]
    assert (units[0]["grade"], units[0]["reason"]) == ("C", "Worn")
    await shop.ask("POST", f"{at}/finish_receipt", {})
    panel = words(await agent.open(money))
    assert "Refund €12.00" in panel, panel
    assert "Part of the price: Worn" in panel
    done = words(await agent.open(page))
    assert "Nothing to judge here" in done
    assert (await agent.open(_at(shop, "/judge"))).status == 303
    (last,) = [
        unit["id"] for one in (await shop.ask("GET", other))["lines"] for unit in one["units"]
    ]
    end = await agent.press(_at(shop, f"{other}/judge"), do="accept", unit=last)
    assert "Judged. Nothing else waits." in words(await agent.follow(end))


async def _came(shop: Client, count: int) -> str:
    """Have some pieces of order 6108 come back; gives the return's path."""
    line = {"line": "1", "quantity": count, "reason": "Torn"}
    made = await shop.ask("POST", "/returns", {"order_number": "6108", "lines": [line]})
    at = f"/returns/{made['id']}"
    if made["status"] == "requested":
        await shop.ask("POST", f"{at}/authorize", {})
    await shop.ask("POST", f"{at}/receive", {"units": [{"line": "1", "quantity": count}]})
    return at


async def test_a_settlement_names_where_it_goes_or_is_noted_as_paid_elsewhere(
    shop: Client, agent: Browser, app: Litestar, house: House, workspace: Workspace
) -> None:
    one = await processed_return(shop, "6109")
    money = _at(shop, f"/returns/{one}/money")
    panel = words(await agent.open(money))
    assert re.search(r"Refund €10\.00 to the \w+ at Sandbox", panel), panel
    assert "What was paid, and what remains" in panel
    view = await shop.ask("GET", f"/returns/{one}")
    unsaid = await agent.press(money, do="outside", version=view["version"])
    assert (unsaid.status, "by which reference" in words(unsaid)) == (422, True)
    assert (await shop.ask("GET", f"/returns/{one}"))["settlement"] is None, "nothing was promised"
    said = {"do": "outside", "version": view["version"], "reference": "SEPA 17"}
    assert "Noted as paid elsewhere." in words(await agent.follow(await agent.press(money, **said)))
    after = (await shop.ask("GET", f"/returns/{one}"))["settlement"]
    assert after["status"] == "settled"
    assert [(leg["executor"], leg["reference"]) for leg in after["legs"]] == [
        ("external", "SEPA 17")
    ]
    over = words(await agent.open(money))
    assert "€10.00 was paid" in over, over
    assert "Nothing more is owed" in over
    assert "Refund €" not in over
    assert "No unit is owed" not in over
    more = words(await agent.open(f"{money}?goodwill=3.50&goodwill-label=Late&how=credit"))
    assert "Give €3.50 as store credit" in more
    assert "Something was paid before" in more

    memo = await agent.open(_at(shop, f"/returns/{one}/papers/{after['id']}"))
    assert (memo.status, memo.body[:5]) == (200, b"%PDF-")
    assert memo.headers["cache-control"] == "no-store", "it names a person"
    assert memo.headers["cross-origin-resource-policy"] == "same-origin"
    assert memo.headers["content-security-policy"] == "default-src 'none'; sandbox"
    developer = await member(
        app, house, workspace.id, MemberRole.DEVELOPER, email=f"{uuid4().hex}@example.com"
    )
    hidden = await developer.open(_at(shop, f"/returns/{one}/papers/{after['id']}"))
    assert (hidden.status, "whom developers do not see" in words(hidden)) == (403, True)
    missing = await agent.open(_at(shop, f"/returns/{one}/papers/stl_01kagz4v1e8qj0m2h3n4p5r6s7"))
    assert missing.status == 404


async def test_what_is_above_a_limit_is_not_noted_as_paid_alone(
    shop: Client, agent: Browser
) -> None:
    await shop.ask("PUT", "/money-control", {"limits": {"agent": {"settlement": {"EUR": "9.99"}}}})
    one = await processed_return(shop, "6110")
    money = _at(shop, f"/returns/{one}/money")
    view = await shop.ask("GET", f"/returns/{one}")
    said = {"do": "outside", "version": view["version"], "reference": "SEPA 18"}
    refused = await agent.press(money, **said)
    assert (refused.status, "Somebody else has to agree first" in words(refused)) == (422, True)
    assert (await shop.ask("GET", f"/returns/{one}"))["settlement"] is None


async def test_a_course_of_days_stands_beside_its_number(shop: Client, agent: Browser) -> None:
    await _asked(shop, "6112")
    assert 'class="spark"' not in (await agent.open(_at(shop, ""))).body.decode()
    await shop.ask("POST", "/clock", {"advance": "P2D"})
    await _asked(shop, "6113")
    home = await agent.open(_at(shop, ""))
    assert 'class="spark"' in home.body.decode()
    assert "1 waited 2 days ago" in words(home)
    counted = (await shop.ask("GET", "/queues"))["data"]
    oldest = next(one["oldest_at"] for one in counted if one["queue"] == "authorize")
    asked = datetime.fromisoformat(oldest).astimezone(ZoneInfo("Europe/Berlin"))
    assert f"Oldest: {asked:%a} {asked.day} {asked:%b}" in words(home), "as of two days ahead"
    assert "a clock of its own, by which it is" in words(home)


async def test_an_answer_is_written_changed_and_forgotten(
    shop: Client, agent: Browser, app: Litestar, house: House, workspace: Workspace
) -> None:
    admin = await member(app, house, workspace.id, email=f"{uuid4().hex}@example.com")
    at = _at(shop, "/settings/replies")
    assert "No answers yet" in words(await admin.open(at))
    empty = await admin.press(f"{at}/new", name=" ", text=" ")
    assert empty.status == 422
    odd = await admin.press(f"{at}/new", name="Photo", text="Dear {{ nobody }}")
    assert (odd.status, "stands for nothing" in words(odd)) == (422, True)
    assert "Dear {{ nobody }}" in words(odd), "what was written stays"
    await admin.press(f"{at}/new", name="Größe?", text="Dear {{ name }}")
    again = await admin.press(f"{at}/new", name="Größe?", text="Other")
    assert (again.status, "one of that name" in words(again)) == (422, True)
    await admin.press(f"{at}/grosse", name="Size", text="Dear {{ name }}, which size?")
    assert [one["name"] for one in (await shop.ask("GET", "/reply-templates"))["data"]] == ["Size"]
    assert "Size" in words(await agent.open(at)), "agents read them"
    refused = await agent.press(f"{at}/grosse", do="forget")
    assert refused.status == 403
    await admin.press(f"{at}/grosse", do="forget")
    assert (await shop.ask("GET", "/reply-templates"))["data"] == []
    assert (await admin.open(f"{at}/grosse")).status == 404
