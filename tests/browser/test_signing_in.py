"""People at the door, in a real browser: by keyboard, without scripts, and by a passkey."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import PHONE, Auditor, Opener
from tests.support.browser_people import PASSWORD, invited, register
from tests.support.browser_shop import Shop
from tests.support.running import Retour


@pytest.fixture
def named(browser: Browser, server: Retour) -> Iterator[Opener]:
    """Opens pages under a name; passkeys belong to one."""
    opener = Opener(browser=browser, base=server.base.replace("127.0.0.1", "localhost"))
    yield opener
    opener.close()


def test_one_signs_in_and_out_by_keyboard_alone_without_scripts(
    opened: Opener, shop: Shop, auditor: Auditor
) -> None:
    page = opened(width=PHONE, script=False)
    email, path = invited(shop)
    page.goto(path)
    auditor.expect_no_flaws(page)
    register(page, path)
    auditor.expect_no_flaws(page)
    page.locator(".person > summary").focus()
    page.keyboard.press("Enter")
    leave = page.get_by_role("button", name="Sign out")
    for _ in range(9):
        page.keyboard.press("Tab")
        if leave.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_label("E-mail address").focus()
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type("a wrong guess")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not go together")
    auditor.expect_no_flaws(page)
    page.get_by_label("Password").focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".person > summary")).to_be_visible()


def test_a_passkey_is_made_and_signs_in(named: Opener, shop: Shop) -> None:
    """By Chromium's own authenticator; it proves who one is too, and is nothing once removed."""
    page = named()
    _, path = invited(shop)
    register(page, path)
    device: Any = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    page.goto("/me/passkey")
    page.get_by_label("What to call it").fill("Telephone")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("status")).to_contain_text("The passkey is kept")
    expect(page.get_by_text("Telephone", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out").first.click()
    page.goto("/sign-in")
    page.get_by_role("link", name="Sign in with a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator(".person > summary")).to_be_visible()

    page.goto("/prove?next=/me")
    page.get_by_role("link", name="Show it with a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("status")).to_contain_text("good no more")
    page.get_by_role("button", name="Sign out").first.click()
    page.goto("/sign-in/passkey")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("not known here")
    assert page.url.endswith("/sign-in/passkey")
