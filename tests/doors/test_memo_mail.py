"""The mail about a settlement memo carries it: the very bytes that are printed at its address."""

from __future__ import annotations

import asyncio
import secrets
from email.message import EmailMessage
from typing import TYPE_CHECKING

from tests.doors.client import Client
from tests.doors.memo_story import paid
from tests.doors.test_conversation_mail import mailing, mails_to

if TYPE_CHECKING:
    from retour.desk.house import House


def attached(mail: EmailMessage) -> list[tuple[str | None, str, bytes]]:
    """Give what a mail carries: name, type, bytes."""
    return [
        (part.get_filename(), part.get_content_type(), bytes(part.get_content()))
        for part in mail.iter_attachments()
    ]


async def told_of_memos(shop: Client) -> str:
    """Have somebody told of settlement memos by mail; gives the address."""
    address = f"books.{secrets.token_hex(4)}@example.com"
    profile = {"name": "Books", "type": "email", "address": address}
    made = await shop.ask("POST", "/notification-profiles", profile)
    template = {"event": "settlement_memo", "type": "email", "profiles": [made["id"]]}
    await shop.ask("POST", "/notification-templates", {**template, "active": True})
    return address


async def test_the_memo_comes_with_its_mail(shop: Client, house: House) -> None:
    """As PDF, named by its number, byte for byte what the address of the memo gives."""
    address = await told_of_memos(shop)
    async with mailing(house) as mailbox:
        _, settlement = await paid(shop, "9001")
        (mail,) = await mails_to(mailbox, address, 1)
    (memo,) = (await shop.ask("GET", "/papers", query="kind=memo"))["data"]
    printed = await shop.call("GET", f"/settlements/{settlement}/memo.pdf")
    assert attached(mail) == [(f"memo-{memo['number']}.pdf", "application/pdf", printed.body)]
    assert memo["number"] in mail["Subject"]
    body = mail.get_body(("plain",))
    assert body is not None
    assert "€10.00" in body.get_content()


async def test_a_workspace_may_attach_none(shop: Client, house: House) -> None:
    """The mail comes all the same."""
    await shop.ask("PUT", "/paper-settings", {"attach_memo": False})
    address = await told_of_memos(shop)
    async with mailing(house) as mailbox:
        await paid(shop, "9002")
        (mail,) = await mails_to(mailbox, address, 1)
    assert attached(mail) == []


async def test_a_mail_sent_again_carries_the_same(shop: Client, house: House) -> None:
    """A resend is the kept mail, whatever the documents would look like by now."""
    address = await told_of_memos(shop)
    async with mailing(house) as mailbox:
        await paid(shop, "9003")
        (first,) = await mails_to(mailbox, address, 1)
        deliveries = (await shop.ask("GET", "/deliveries", query="limit=200"))["data"]
        sent = next(one for one in deliveries if one["type"] == "settlement_memo.completed")
        async with asyncio.timeout(30):
            while sent["status"] != "delivered":
                await asyncio.sleep(0.05)
                sent = await shop.ask("GET", f"/deliveries/{sent['id']}")
        await shop.ask("PUT", "/paper-settings", {"attach_memo": False})
        await shop.ask("POST", f"/deliveries/{sent['id']}/resend")
        mails = await mails_to(mailbox, address, 2)
    assert mails[1].as_bytes() == first.as_bytes()
