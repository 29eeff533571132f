"""Somebody comes in by a mail and decides what another mail asked for, in a real browser."""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from uuid import uuid4

from playwright.sync_api import expect

from tests.support.browser import Auditor, Opener
from tests.support.browser_people import PASSWORD, invited, register
from tests.support.browser_shop import Shop
from tests.support.mailbox import Mailbox
from tests.support.running import until


def link_to(mailbox: Mailbox, address: str, place: str) -> str:
    """Wait for a mail to an address; gives the path of its link to a place."""

    def links() -> list[str]:
        texts = [
            part.get_content()
            for mail in mailbox.mails
            if address in str(mail["to"]) and (part := mail.get_body(("plain",))) is not None
        ]
        return [str(one) for one in re.findall(rf"https?://\S+{place}\S+", "\n".join(texts))]

    until(lambda: bool(links()), "the mail has come")
    return str(urlsplit(links()[0]).path)


def test_a_colleague_comes_in_by_mail_and_decides_by_another(
    opened: Opener, shop: Shop, mailbox: Mailbox, auditor: Auditor
) -> None:
    """Without scripts; following the link from the mail changes nothing until one presses."""
    email, inbox = (f"{uuid4().hex[:12]}@example.com" for _ in range(2))
    page = opened(script=False)
    register(page, invited(shop)[1])
    page.goto(f"/w/{shop.api.workspace}/settings/people")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("status")).to_contain_text("A mail is on its way")
    colleague = opened(script=False)
    register(colleague, link_to(mailbox, email, "/welcome/"), "Kim Colleague")
    colleague.locator(".person > summary").click()
    colleague.get_by_role("button", name="Sign out").click()

    shop.api.ask("PUT", "/policies/default", {"approval": "manual"})
    profile = {"name": "Desk", "type": "email", "address": inbox}
    desk = shop.api.ask("POST", "/notification-profiles", profile)["id"]
    told = {"event": "return_requested", "type": "email", "profiles": [desk], "active": True}
    shop.api.ask("POST", "/notification-templates", told)
    ret = shop.asked()
    colleague.goto(link_to(mailbox, inbox, "/w/"))
    expect(colleague.get_by_role("heading", level=1)).to_have_text("Sign in")
    auditor.expect_no_flaws(colleague)
    colleague.get_by_label("E-mail address").fill(email)
    colleague.get_by_label("Password").fill(PASSWORD)
    colleague.get_by_role("button", name="Sign in", exact=True).click()
    assert urlsplit(colleague.url).path.endswith(f"/returns/{ret['id']}")
    assert shop.api.ask("GET", f"/returns/{ret['id']}")["status"] == "requested"
    colleague.get_by_role("button", name="Authorize all").click()
    expect(colleague.get_by_role("status").first).to_be_visible()
