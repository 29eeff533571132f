"""Invitations and new passwords by mail: sent by the one engine, and kept nowhere."""

from __future__ import annotations

import asyncio
import html
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from aiosmtpd.smtp import SMTP

from retour.api.app import build
from retour.screens.staff import all as staff
from retour.wiring.working import delivering
from tests.doors.apps import app_of
from tests.doors.client import client
from tests.doors.staff_story import PASSWORD, Browser, member, somebody, words
from tests.doors.test_conversation_mail import mails_to
from tests.support.mailbox import Mailbox

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from email.message import EmailMessage

    import asyncpg
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace

_WAIT_S: Final = 30.0


@dataclass
class Post:
    """An application whose house sends mail, and the mailbox it comes to."""

    app: Litestar
    house: House
    mailbox: Mailbox

    async def to(self, address: str, number: int = 1) -> EmailMessage:
        """Wait for the so-manieth mail to an address of this test's own."""
        return (await mails_to(self.mailbox, address, number))[number - 1]


@asynccontextmanager
async def posting(house: House) -> AsyncGenerator[Post]:
    """Deliver to a real SMTP server for as long as the block lasts."""
    mailbox, loop = Mailbox(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    told = replace(
        house.settings, smtp_url=f"smtp://127.0.0.1:{port}", mail_from="Retour <retour@example.org>"
    )
    sending = replace(house, settings=told)
    try:
        async with delivering(sending) as engine:
            hinted = replace(sending, hints=engine.hint)
            yield Post(build(hinted, extra=staff.routes(hinted)), hinted, mailbox)
    finally:
        server.close()


def parts_of(mail: EmailMessage) -> tuple[str, str]:
    """Give a mail's text, and its page."""
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    return text.get_content(), html.unescape(page.get_content())


def link_in(mail: EmailMessage) -> str:
    """Give the path of the one link of a mail, the same in both of its parts."""
    text, page = parts_of(mail)
    found = re.findall(r"https?://\S+", text)
    assert len(found) == 1
    assert page.count(found[0]) >= 2
    assert "http" not in page.replace(found[0], "").replace("http://www.w3.org", "").replace(
        "http-equiv", ""
    ), "nothing is fetched from anywhere"
    return str(urlsplit(str(found[0])).path)


async def people_page(browser: Browser, workspace: Workspace, text: str) -> str:
    """Open the list of people until it says something."""
    async with asyncio.timeout(_WAIT_S):
        while True:
            said = words(await browser.open(f"/w/{workspace.text}/settings/people"))
            if text in said:
                return said
            await asyncio.sleep(0.05)


async def test_who_is_invited_gets_a_mail_and_comes_in_by_it(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """The link is in the mail; of it nothing is in any table, nor in what was logged."""
    email = somebody()
    async with posting(house) as post:
        browser = await member(post.app, post.house, workspace.id, email=somebody())
        page = f"/w/{workspace.text}/settings/people"
        sent = await browser.press(page, act="invite", email=email, role="agent")
        assert "A mail is on its way" in words(await browser.follow(sent))
        mail = await post.to(email)
        assert mail["Subject"].startswith("Ann Other invites you to ")
        await people_page(browser, workspace, "· mailed ")
        link = link_in(mail)
        colleague = Browser(post.app)
        joined = await colleague.press(link, name="Kim Colleague", password=PASSWORD)
        assert joined.headers["location"] == f"/w/{workspace.text}"
    await expect_nowhere(admin, link.rpartition("-")[2])
    await expect_nowhere(admin, email, besides={"person", "invitation"})


async def expect_nowhere(
    admin: asyncpg.Connection, secret: str, besides: set[str] | None = None
) -> None:
    """Search every row of every table for a text."""
    tables = await admin.fetch(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'retour' AND c.relkind = 'r'"
    )
    for row in tables:
        name = row["relname"]
        found = await admin.fetchval(
            f"SELECT count(*) FROM retour.{name} t WHERE t::text LIKE '%' || $1 || '%'",
            secret,
        )
        assert not found or name in (besides or set()), name


async def test_a_mail_that_cannot_arrive_is_said_where_it_was_asked_for(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """Nobody else's letters wait for it; it can be mailed again, but not at once, or withdrawn."""
    bad, good = f"refused.{somebody()}", somebody()
    async with posting(house) as post:
        browser = await member(post.app, post.house, workspace.id, email=somebody())
        page = f"/w/{workspace.text}/settings/people"
        for email in (bad, good):
            await browser.press(page, act="invite", email=email, role="agent")
        await post.to(good)
        said = await people_page(browser, workspace, "could not be delivered")
        assert "5.1.1 No such mailbox here" in said
        await people_page(browser, workspace, "· mailed ")
        shown = (await browser.open(page)).body.decode()
        found = re.findall(
            r'value="mail"><input type="hidden" name="invitation" value="(\w+)"', shown
        )
        invitation = await admin.fetchval(
            "SELECT invitation_id FROM retour.invitation WHERE workspace_id = $1 AND email = $2",
            workspace.id,
            good,
        )
        assert invitation in found
        again = await browser.press(page, act="mail", invitation=invitation)
        assert "within the last minute" in words(await browser.follow(again))
        await admin.execute("UPDATE retour.invitation SET mail_at = mail_at - interval '2 minutes'")
        again = await browser.press(page, act="mail", invitation=invitation)
        assert "mailed again" in words(await browser.follow(again))
        first, second = await post.to(good), await post.to(good, 2)
        assert first["Message-ID"] != second["Message-ID"]
        assert link_in(first) == link_in(second)
        gone = await browser.press(page, act="mail", invitation="inv_" + "0" * 26)
        assert gone.status == 404


async def test_an_invitation_taken_back_is_not_mailed_any_more(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """What waits when delivery begins is looked at then."""
    told = replace(house, settings=replace(house.settings, smtp_url="smtp://127.0.0.1:1"))
    key = client(build(told), workspace)
    email, other = somebody(), somebody()
    made = await key.ask("POST", "/invitations", {"email": email, "role": "agent"})
    assert made["mail"] == "waits"
    by_hand = {"email": other, "role": "agent", "mail": False}
    assert (await key.ask("POST", "/invitations", by_hand))["mail"] is None
    await key.ask("DELETE", f"/invitations/{made['id']}")
    async with posting(house) as post:
        await until_ended(admin, made["id"])
        assert post.mailbox.mails == []


async def until_ended(admin: asyncpg.Connection, invitation: str) -> None:
    """Wait until the letter about an invitation has ended."""
    ended = "SELECT status FROM retour.delivery_log WHERE workspace_id = 0 AND event_id LIKE $1"
    async with asyncio.timeout(_WAIT_S):
        while True:
            if await admin.fetchval(ended, f"%/{invitation}") == "dead":
                return
            await asyncio.sleep(0.05)


async def test_a_new_password_by_mail(house: House, workspace: Workspace) -> None:
    """Who has an account gets a link, who has none gets no mail; both are told the same."""
    email, stranger = somebody(), somebody()
    async with posting(house) as post:
        await member(post.app, post.house, workspace.id, email=email)
        said: list[str] = []
        for address in (stranger, email):
            answer = await Browser(post.app).press("/sign-in/forgot", email=address)
            assert answer.status == 200
            said.append(answer.body.decode().replace(address, "").split("<main")[1])
        assert said[0] == said[1]
        mail = await post.to(email)
        assert [one["To"] for one in post.mailbox.mails] == [email]
        browser, link = Browser(post.app), link_in(mail)
        assert (await browser.open(link)).status == 200
        assert (await browser.press(link, password="nine long boats")).status == 303
        assert (await browser.open(link)).status == 410
        entered = await browser.press("/sign-in", email=email, password="nine long boats")
        assert entered.headers["location"] == "/w"


async def test_links_are_asked_for_a_few_times_and_no_more(house: House) -> None:
    """One address is not buried in mail, whoever asks; whether it has an account is not told."""
    told = replace(house, settings=replace(house.settings, smtp_url="smtp://127.0.0.1:1"))
    app = build(told, extra=staff.routes(told))
    for email in (somebody(), somebody()):
        answers = [
            (await Browser(app).press("/sign-in/forgot", email=email)).status for _ in range(6)
        ]
        assert answers == [200, 200, 200, 200, 200, 429]
    one = Browser(app)
    answers = [(await one.press("/sign-in/forgot", email=somebody())).status for _ in range(6)]
    assert answers[-1] == 429
    assert (await one.press("/sign-in/forgot", email="no address")).status == 422


async def test_without_mail_the_pages_say_so(house: House, workspace: Workspace) -> None:
    app = app_of(house, staff.routes)
    browser = await member(app, house, workspace.id, email=somebody())
    page = f"/w/{workspace.text}/settings/people"
    sent = await browser.press(page, act="invite", email=somebody(), role="agent")
    shown = await browser.follow(sent)
    assert "Send them the link that stands below" in words(shown)
    assert "This house sends no mail" in words(shown)
    assert "/welcome/" in shown.body.decode()
    assert "Mail again" not in words(shown)
    assert "sends no mail" in words(await browser.open("/sign-in/forgot"))
