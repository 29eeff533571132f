"""What waits and is no return yet: mails and withdrawals find theirs; agents ask for customers."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pytest_asyncio

from retour.api.published.examples import REQUESTS
from retour.desk.conversation.arriving import take_mail
from retour.desk.people.masking import MASK, MASKED_EMAIL
from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from tests.doors import channel_story
from tests.doors.apps import app_of
from tests.doors.belongings import theirs
from tests.doors.staff_story import Browser, form_of, member, words
from tests.doors.test_masking import key_of
from tests.doors.test_tickets import CREATE
from tests.support.letters import letter
from tests.support.running import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Client
    from tests.support.pg import Workspace

_MIRA: Final = {"name": "Mira Sand", "email": "mira.sand@example.com"}
_COVERS: Final = {"name": MASK, "email": MASKED_EMAIL}
_WORDS: Final[dict[str, tuple[str, dict[str, str | None] | None, str | None]]] = {
    "withdrawal": ("Withdrawal ", {**_MIRA}, "order ??"),
    "withdrawal_without_return": ("Withdrawal ", {**_MIRA}, "order 6o12"),
    "mail": ("Mail", {**_MIRA}, "Re: Your return"),
    "message": ("Message", {**_MIRA}, "Shade of the lamp"),
    "ticket": ("Ticket ", {**_MIRA, "name": None}, "Return Request - Order #1234 · order 1234"),
    "unmatched_parcel": (
        "Parcel 00340434161094042557 at main",
        {**_MIRA, "email": None},
        "1 × 4006381333931 · No slip inside.",
    ),
    "dock_exception": (
        "Unmatched parcel 00340434161094042557 at main",
        {**_MIRA, "email": None},
        "1 × 4006381333931 · No slip inside.",
    ),
    "stray_parcel": ("Sandbox LOST-2", None, "Exception · Nobody opened · Ulm"),
    "payment_case": ("Stripe dispute of 0.01 EUR, dp_1", None, None),
    "channel_return": (
        "Marketplace return ce-5000",
        None,
        "1 × JKT-M · order M-1 · No order has these numbers.",
    ),
}
"""How what waits is titled, who it is from and what it is about, in each queue."""


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


async def _sold(shop: Client, number: str) -> None:
    await shop.ask("PUT", f"/orders/{number}", order_body(2, 1))


async def test_a_mail_of_nobody_s_finds_its_return(
    shop: Client, agent: Browser, house: House, workspace: Workspace
) -> None:
    await _sold(shop, "6002")
    line = {"line": "1", "quantity": 1, "reason": "Torn"}
    made = await shop.ask("POST", "/returns", {"order_number": "6002", "lines": [line]})
    for subject in ("Where is my money?", "Buy pills"):
        raw = (
            f"From: Somebody <who@example.com>\r\nTo: returns@shop.example\r\n"
            f"Subject: {subject}\r\nMessage-ID: <{uuid4().hex}@example.com>\r\n\r\n"
            "It is <late>.\r\n"
        )
        await take_mail(house, raw.encode(), workspace.id)
    waiting = (await shop.ask("GET", "/incoming-mails"))["data"]
    by_subject = {one["subject"]: one["id"] for one in waiting}

    queue = await agent.open(_at(shop, "/queues/mail"))
    assert f"/mails/{by_subject['Where is my money?']}" in queue.body.decode()
    page = _at(shop, f"/mails/{by_subject['Where is my money?']}")
    found = await agent.open(f"{page}?q={made['rma_number']}")
    assert "It is &lt;late&gt;." in found.body.decode()
    assert made["rma_number"] in words(found)
    answer = await agent.press(page, **{"do": "match", "return": made["id"]})
    assert "stands in the return" in words(await agent.follow(answer))
    told = await shop.ask("GET", f"/returns/{made['id']}/messages")
    assert [one["text"] for one in told["data"]] == ["It is <late>."]
    aside = _at(shop, f"/mails/{by_subject['Buy pills']}")
    await agent.press(aside, do="discard")
    assert "All clear" in words(await agent.open(_at(shop, "/queues/mail")))


async def test_a_withdrawal_finds_its_order_and_its_return(shop: Client, agent: Browser) -> None:
    await _sold(shop, "6003")
    said = {
        "name": "Mira Sand",
        "email": "other@example.com",
        "order_number": "??",
        "statement": "I withdraw.",
    }
    taken = await shop.ask("POST", "/withdrawals", said)
    page = _at(shop, f"/withdrawals/{taken['id']}")
    assert taken["reference"] in words(await agent.open(page))

    wrong = await agent.press(page, do="match", order="nowhere")
    assert (wrong.status, "There is no order" in words(wrong)) == (422, True)
    matched = words(await agent.follow(await agent.press(page, do="match", order="6003")))
    assert "Begin its return" in matched
    made = await agent.follow(await agent.press(page, do="return"))

    assert "The return is begun." in words(made)
    seen = await shop.ask("GET", f"/withdrawals/{taken['id']}")
    assert seen["return"] is not None


async def _waiting(shop: Client, agent: Browser, queue: str) -> str:
    """Give the page of the only thing that waits in a queue."""
    page = (await agent.open(_at(shop, f"/queues/{queue}"))).body.decode()
    (found,) = re.findall(r'<td[^>]*>(?:<div[^>]*>)?<a href="([^"]+)"', page)
    return str(found)


async def _refused(agent: Browser, page: str, why: str, **fields: str) -> None:
    """Press a button that cannot do it: the page says why, and keeps what was typed."""
    answer = await agent.press(page, **fields)
    assert (answer.status, why in words(answer)) == (422, True), words(answer)
    for typed in ("order", "items", "message", "note"):
        assert fields.get(typed, "").strip() in answer.body.decode(), typed


async def _ticket(shop: Client) -> str:
    ticket: str = (await shop.ask("POST", "/tickets", json.loads(CREATE)))["id"]
    return ticket


async def test_a_ticket_without_an_order_is_answered_matched_or_ended(
    shop: Client, agent: Browser
) -> None:
    """Each button once, each refusal once; what is over has no buttons left."""
    await _ticket(shop)
    page = await _waiting(shop, agent, "ticket")
    await _refused(agent, page, "Give the number of the order it is about.", do="match", order=" ")
    await _refused(agent, page, "There is no order of that number", do="match", order="999")
    await _refused(agent, page, "Write something first.", do="answer", message=" ")
    await _refused(agent, page, "Nothing was asked for.", do="dance")
    sent = await agent.press(page, do="answer", message="Which order is it?", once="t1")
    assert "Sent to the customer. " in words(await agent.follow(sent))
    assert "Which order is it?" in words(await agent.open(page))

    await _sold(shop, "6010")
    made = await agent.press(page, do="match", order="6010", items="SKU-1", once="t2")
    assert "The ticket is a return now." in words(await agent.follow(made))
    (ret,) = (await shop.ask("GET", "/returns"))["data"]
    assert (ret["order_number"], ret["lines"][0]["sku"]) == ("6010", "SKU-1")
    assert (await agent.open(page)).headers["location"].endswith(f"/returns/{ret['id']}/talk")

    for word in ("end", "spam"):
        await _ticket(shop)
        page = await _waiting(shop, agent, "ticket")
        over = await agent.press(page, do=word, once=f"t-{word}")
        assert "Ended. " in words(await agent.follow(over))
        assert 'name="do"' not in (await agent.open(page)).body.decode()
    assert (await agent.open(_at(shop, "/tickets/tkt_01kagz4v1e8qj0m2h3n4p5r6s7"))).status == 404


async def test_a_number_of_nobody_s_is_given_to_its_return(shop: Client, agent: Browser) -> None:
    await _sold(shop, "6011")
    line = {"line": "1", "quantity": 1, "reason": "Torn"}
    made = await shop.ask("POST", "/returns", {"order_number": "6011", "lines": [line]})
    await shop.ask("POST", f"/returns/{made['id']}/authorize", {})
    scan = {"code": "in_transit", "id": "s-1", "at": "2026-11-20T08:00:00Z"}
    await shop.ask(
        "POST", "/sandbox/carrier/tracking", {"tracking_number": "LOST-1", "scans": [scan]}
    )
    page = await _waiting(shop, agent, "stray_parcel")
    shown = words(await agent.open(page))
    assert "tells of a number that no return has" in shown
    assert "In transit" in shown
    assert "No return matches “zzz”" in words(await agent.open(f"{page}?q=zzz"))
    assert made["id"] in (await agent.open(f"{page}?q={made['order_number']}")).body.decode()

    await _refused(agent, page, "Nothing was asked for.")
    await _refused(agent, page, "no such", **{"return": "ret_01kagz4v1e8qj0m2h3n4p5r6s7"})
    given = await agent.press(page, **{"return": made["id"]})
    assert "It is that return’s parcel now" in words(await agent.follow(given))
    (parcel,) = (await shop.ask("GET", f"/returns/{made['id']}"))["parcels"]
    assert (parcel["tracking_number"], parcel["status"]) == ("LOST-1", "in_transit")
    assert "It has its return. " in words(await agent.open(page))
    assert "All clear" in words(await agent.open(_at(shop, "/queues/stray_parcel")))


async def test_what_no_payment_explains_is_closed_with_a_note(shop: Client, agent: Browser) -> None:
    case = await theirs(shop, "payment_case_id")
    page = await _waiting(shop, agent, "payment_case")
    assert page.endswith(case)
    assert "€0.01 that nothing here accounts for" in words(await agent.open(page))
    await _refused(agent, page, "Say what was made of it.", note=" ")
    closed = await agent.press(page, note="Refunded <there> by hand")
    assert "Closed. " in words(await agent.follow(closed))
    after = await agent.open(page)
    assert "Refunded &lt;there&gt; by hand" in after.body.decode()
    assert 'name="note"' not in after.body.decode()
    mark = form_of((await agent.open(_at(shop, "/new"))).body.decode())
    late = words(await agent.send(page, {"form": mark, "note": "Once more"}))
    assert "Somebody closed it meanwhile. Not kept: Once more" in late


async def _all_kinds(shop: Client, house: House, workspace: Workspace) -> str:
    """Let one of each kind wait that is no return; gives the withdrawal without an order."""
    await _sold(shop, "6012")
    said = {**_MIRA, "order_number": "??", "statement": "I withdraw."}
    lost: str = (await shop.ask("POST", "/withdrawals", said))["id"]
    taken = await shop.ask("POST", "/withdrawals", {**said, "order_number": "6o12"})
    await shop.ask("POST", f"/withdrawals/{taken['id']}/match", {"order_number": "6012"})
    await take_mail(house, letter("returns@shop.example"), workspace.id)
    await shop.ask("POST", "/messages", REQUESTS["create_message"])
    await _ticket(shop)
    parcel = REQUESTS["keep_unmatched_parcel"]
    await shop.ask("POST", "/facilities/main/unmatched-parcels", parcel)
    scans = [
        {"code": "in_transit", "id": "s-1", "at": "2026-11-20T08:00:00Z"},
        {
            "code": "exception",
            "id": "s-2",
            "at": "2026-11-21T08:00:00Z",
            "detail": "Nobody opened",
            "location": "Ulm",
        },
    ]
    await shop.ask(
        "POST", "/sandbox/carrier/tracking", {"tracking_number": "LOST-2", "scans": scans}
    )
    await theirs(shop, "payment_case_id")
    await channel_story.found(house, shop)
    return lost


async def test_each_row_says_who_it_is_from_and_what_it_is_about(
    shop: Client, agent: Browser, house: House, workspace: Workspace
) -> None:
    """By the API, on the page, to who sees no persons, and to a key that may not read the kind."""
    lost = await _all_kinds(shop, house, workspace)
    developer = await key_of(shop, "developer")
    for queue, (title, sender, text) in _WORDS.items():
        (row,) = (await shop.ask("GET", f"/queues/{queue}"))["data"]
        said = row["words"]
        assert (said["title"].startswith(title), said["sender"]) == (True, sender), said
        assert said["text"] == text, said
        assert (said["due_at"] is not None) == queue.startswith("withdrawal"), said
        page = words(await agent.open(_at(shop, f"/queues/{queue}")))
        assert (f"{said['title']}: {text}" if text else said["title"]) in page, page
        assert all(one in page for one in (sender or {}).values() if one), page

        answer = await developer.call("GET", f"/queues/{queue}")
        hidden = answer.json["data"][0]["words"]
        assert (hidden["title"], hidden["text"]) == (said["title"], text and MASK), hidden
        covered = sender and {key: one and _COVERS[key] for key, one in sender.items()}
        assert hidden["sender"] == covered, hidden
        assert b"Mira" not in answer.body, queue

    made = await shop.ask("POST", "/api-keys", {"name": "narrow", "scopes": ["returns:read"]})
    narrow = replace(shop, token=made["token"])
    for queue in _WORDS:
        (row,) = (await narrow.ask("GET", f"/queues/{queue}"))["data"]
        beyond = queue.startswith("withdrawal") or queue in {"unmatched_parcel", "dock_exception"}
        assert (row["words"] is None) == beyond, queue

    await shop.ask("POST", f"/withdrawals/{lost}/erase", REQUESTS["erase_withdrawal"])
    (row,) = (await shop.ask("GET", "/queues/withdrawal"))["data"]
    assert (row["words"]["sender"], row["words"]["text"]) == (None, "What was said is erased.")
    assert "What was said is erased." in words(await agent.open(_at(shop, "/queues/withdrawal")))
