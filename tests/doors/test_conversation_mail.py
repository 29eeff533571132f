"""A conversation by real mail: written here, read there, answered there, read here."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from aiosmtpd.smtp import SMTP

from retour.desk.house import House
from retour.kernel.subscription import SubscriptionKind
from retour.wiring.working import delivering
from tests.doors.client import Client, call
from tests.support.mailbox import Mailbox
from tests.support.ordering import order_body

if TYPE_CHECKING:
    import asyncpg
    from litestar import Litestar

JSON = dict[str, Any]
DOMAIN = "reply.example.com"
MAIL = {"content-type": "message/rfc822"}
_WAIT_S = 40.0


@asynccontextmanager
async def mailing(house: House, **settings: str | None) -> AsyncGenerator[Mailbox]:
    """Deliver mails to a real SMTP server for as long as the block lasts."""
    mailbox, loop = Mailbox(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    told = replace(
        house.settings,
        smtp_url=f"smtp://127.0.0.1:{port}",
        mail_from="Shop <returns@shop.example.com>",
        **settings,
    )
    try:
        async with delivering(replace(house, settings=told)):
            yield mailbox
    finally:
        server.close()


async def mails_to(mailbox: Mailbox, address: str, number: int) -> list[EmailMessage]:
    """Wait until so many mails have come to an address of this test's own."""
    async with asyncio.timeout(_WAIT_S):
        while True:
            found = [mail for mail in mailbox.mails if mail["To"] == address]
            if len(found) >= number:
                return found
            await asyncio.sleep(0.05)


async def asked(shop: Client, address: str, locale: str = "de-DE") -> JSON:
    customer = {"email": address, "name": "Mira Sand", "locale": locale}
    await shop.ask("PUT", "/orders/7", {**order_body(2), "customer": customer})
    lines = [{"line": "1", "quantity": 1}]
    ret: JSON = await shop.ask("POST", "/returns", {"order_number": "7", "lines": lines})
    return ret


async def write(shop: Client, ret: JSON, text: str, **more: object) -> None:
    await shop.ask("POST", f"/returns/{ret['id']}/comment", {"text": text, **more})


def answer_to(mail: EmailMessage, text: str) -> bytes:
    """Answer as a customer's program does, with what it quotes."""
    reply = EmailMessage()
    reply["From"], reply["To"] = mail["To"], mail["Reply-To"]
    reply["Subject"] = f"AW: {mail['Subject']}"
    reply["Message-ID"] = f"<answer.{mail['Message-ID'][1:-1]}>"
    reply["In-Reply-To"] = reply["References"] = mail["Message-ID"]
    body = mail.get_body(("plain",))
    assert body is not None
    quoted = "".join(f"> {line}\n" for line in body.get_content().splitlines())
    reply.set_content(f"{text}\n\nAm Montag schrieb Shop <returns@shop.example.com>:\n{quoted}")
    return reply.as_bytes()


async def test_a_conversation_goes_there_and_back_and_there_again(
    shop: Client, app: Litestar, house: House
) -> None:
    address = f"mira.{shop.workspace}@example.com"
    ret = await asked(shop, address)
    hook = urlsplit(str((await shop.ask("GET", "/mail-settings"))["hook"])).path
    async with mailing(house, reply_domain=DOMAIN) as mailbox:
        await write(shop, ret, "Bitte senden Sie ein Foto.\n\nDanke <Mira>!")
        (first,) = await mails_to(mailbox, address, 1)
        taken = await call(app, "POST", hook, answer_to(first, "Gern, morgen."), MAIL)
        await write(shop, ret, "Nur unter uns: sie ist nett.", internal=True)
        await write(shop, ret, "Danke!")
        _, second = await mails_to(mailbox, address, 2)

    assert taken.json["status"] == "threaded"
    listed = await shop.ask("GET", f"/returns/{ret['id']}/messages")
    assert [(one["way"], one["text"]) for one in listed["data"]] == [
        ("out", "Danke!"),
        ("inside", "Nur unter uns: sie ist nett."),
        ("in", "Gern, morgen."),
        ("out", "Bitte senden Sie ein Foto.\n\nDanke <Mira>!"),
    ]
    plain, page = first.get_body(("plain",)), first.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert "Retoure verfolgen: http" in plain.get_content()
    assert re.search(f"Vertrag widerrufen: http.*/p/{shop.workspace}/withdraw", plain.get_content())
    assert ">Retoure verfolgen</a>" in page.get_content()
    assert first["Reply-To"] == second["Reply-To"]
    assert first["Reply-To"].startswith("reply+")
    assert first["Reply-To"].endswith(f"@{DOMAIN}")
    assert len(first["Reply-To"].partition("@")[0]) <= 64
    assert (first["In-Reply-To"], first["Auto-Submitted"]) == (None, None)
    assert second["In-Reply-To"] == f"<answer.{first['Message-ID'][1:-1]}>"
    assert second["References"] == second["In-Reply-To"]
    text, page = first.get_body(("plain",)), first.get_body(("html",))
    assert text is not None
    assert page is not None
    words = text.get_content().splitlines()
    assert words[:3] == ["Bitte senden Sie ein Foto.", "", "Danke <Mira>!"]
    assert "Bestellung: 7" in words
    assert "Danke &lt;Mira&gt;!" in page.get_content()
    for mail in (first, second):
        assert b"unter uns" not in mail.as_bytes()


async def test_without_a_domain_answers_go_to_the_sender(shop: Client, house: House) -> None:
    address = f"ann.{shop.workspace}@example.com"
    ret = await asked(shop, address, "en")
    async with mailing(house, reply_domain=None) as mailbox:
        await write(shop, ret, "Hello.")
        await write(shop, ret, "Written by the customer.", author="customer")
        await write(shop, ret, "Written by a program.", author="system")
        await write(shop, ret, "Good bye.")
        mails = await mails_to(mailbox, address, 2)

    bodies = [mail.get_body(("plain",)) for mail in mails]
    assert [body.get_content().splitlines()[0] for body in bodies if body] == [
        "Hello.",
        "Good bye.",
    ]
    assert [mail["Reply-To"] for mail in mails] == [None, None]


async def test_every_mail_to_the_customer_asks_for_answers_there(
    shop: Client, house: House
) -> None:
    """Not only agents' words: who answers “your return is authorized” is heard as well."""
    address = f"bo.{shop.workspace}@example.com"
    profile = await shop.ask(
        "POST", "/notification-profiles", {"name": "C", "type": "email", "address": "customer"}
    )
    await shop.ask(
        "POST",
        "/notification-templates",
        {"event": "return_authorized", "type": "email", "profiles": [profile["id"]]},
    )
    ret = await asked(shop, address)
    async with mailing(house, reply_domain=DOMAIN) as mailbox:
        await shop.ask("POST", f"/returns/{ret['id']}/authorize", {})
        (mail,) = await mails_to(mailbox, address, 1)

    assert ret["id"][4:] in mail["Reply-To"]


@pytest.mark.parametrize("kind", [SubscriptionKind.MESSAGE])
async def test_every_workspace_has_what_mails_its_conversations(
    admin: asyncpg.Connection, shop: Client, kind: SubscriptionKind
) -> None:
    rows = await admin.fetch(
        "SELECT s.state FROM retour.subscription s WHERE s.subscription_id = 'sub_message'"
        " AND s.kind = $1",
        kind.value,
    )
    count = await admin.fetchval("SELECT count(*) FROM retour.workspace")
    assert shop.workspace
    assert len(rows) == count
