"""The way from a mail about a request to that return: through the door, and nowhere else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import pytest_asyncio

from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from tests.doors.apps import app_of
from tests.doors.staff_story import PASSWORD, Browser, member, somebody, words
from tests.doors.test_conversation_mail import mailing, mails_to
from tests.doors.test_notifications import a_template, text_of
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


async def link_in_mail(shop: Client, house: House) -> tuple[str, str]:
    """Have a request told to an inbox of the shop's own; gives the return and the mail's link."""
    inbox = f"desk.{shop.workspace}@shop.example.com"
    await a_template(shop, "return_requested", "email", {"type": "email", "address": inbox})
    async with mailing(house) as mailbox:
        await shop.ask("PUT", "/orders/7", order_body(2))
        lines = [{"line": "1", "quantity": 1}]
        ret = await shop.ask("POST", "/returns", {"order_number": "7", "lines": lines})
        (mail,) = await mails_to(mailbox, inbox, 1)
    (link,) = re.findall(rf"https?://\S+/w/{shop.workspace}/returns/\S+", text_of(mail))
    return str(ret["id"]), str(urlsplit(str(link)).path)


async def test_the_link_of_a_mail_leads_through_the_door_to_that_return(
    app: Litestar, house: House, workspace: Workspace, shop: Client
) -> None:
    """A program that follows links changes nothing; who signs in can authorize what they see."""
    email = somebody()
    await member(app, house, workspace.id, MemberRole.AGENT, email=email)
    return_id, path = await link_in_mail(shop, house)
    browser = Browser(app)
    await browser.open(path)
    asked = await browser.open(path)
    assert asked.status == 303
    door = asked.headers["location"]
    assert parse_qs(urlsplit(door).query) == {"next": [path]}
    assert (await shop.ask("GET", f"/returns/{return_id}"))["status"] == "requested"
    entered = await browser.press(door, email=email, password=PASSWORD)
    assert entered.headers["location"] == path
    page = await browser.open(path)
    assert "Authorize" in words(page)
    assert (await shop.ask("GET", f"/returns/{return_id}"))["status"] == "requested"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/w",
        "/\\evil.example/w",
        "/w\\..\\..//evil.example",
        "javascript:alert(1)",
        "/%2F/evil.example",
        "/logout",
        "\t//evil.example",
    ],
)
async def test_nobody_is_sent_elsewhere_after_signing_in(
    app: Litestar, house: House, workspace: Workspace, wanted: str
) -> None:
    """Whatever a link asks for, one ends on a page of one's own workspaces."""
    email = somebody()
    await member(app, house, workspace.id, MemberRole.AGENT, email=email)
    browser = Browser(app)
    await browser.open(f"/sign-in?next={quote(wanted)}")
    entered = await browser.press(
        f"/sign-in?next={quote(wanted)}", email=email, password=PASSWORD, next=wanted
    )
    assert entered.headers["location"] == "/w"
