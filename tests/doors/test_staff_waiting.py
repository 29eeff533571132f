"""What waits and is no return yet: mails and withdrawals find theirs; agents ask for customers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest_asyncio

from retour.api.app import build
from retour.desk.conversation.arriving import take_mail
from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
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
    return build(house, extra=staff.routes(house))


@pytest_asyncio.fixture
async def agent(app: Litestar, house: House, workspace: Workspace) -> Browser:
    """An agent at a browser."""
    email = f"{uuid4().hex}@example.com"
    return await member(app, house, workspace.id, MemberRole.AGENT, email=email)


def _at(shop: Client, path: str) -> str:
    return f"/w/{shop.workspace}{path}"


async def _sold(shop: Client, number: str) -> None:
    await shop.ask("PUT", f"/orders/{number}", order_body(2, 1))


async def test_an_agent_asks_for_a_customer_on_the_telephone(shop: Client, agent: Browser) -> None:
    await _sold(shop, "6001")
    new = _at(shop, "/new")
    assert "There is no order 9999" in words(await agent.open(f"{new}?order=9999"))
    await _sold(shop, "6002")
    for said in ("mira sand", "mira.snad@example.com"):
        found = await agent.open(f"{new}?order={said.replace(' ', '+')}")
        assert "Choose 6002" in words(found), said
        assert f"{new}?order=6001" in found.body.decode()
    assert "These are close to it" in words(found)
    assert "longer than" not in words(await agent.open(f"{new}?order={'x' * 300}"))
    shown = words(await agent.open(f"{new}?order=6001"))
    assert "Mira Sand" in shown
    assert "2 of 2 can come back" in shown
    page = f"{new}?order=6001"

    none = await agent.press(page, order="6001")
    assert (none.status, "how many come back" in words(none)) == (422, True)
    unsaid = await agent.press(page, order="6001", **{"quantity-1": "1"})
    assert (unsaid.status, "Say why it comes back." in words(unsaid)) == (422, True)
    said = {"order": "6001", "quantity-1": "1", "reason-1": "Too small", "once": "abc"}
    made = await agent.press(page, **said)
    again = await agent.press(page, **said)

    assert made.headers["location"] == again.headers["location"], "pressed twice, asked once"
    listed = (await shop.ask("GET", "/returns"))["data"]
    assert [(one["origin"], one["order_number"]) for one in listed] == [("agent", "6001")]


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
