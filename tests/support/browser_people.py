"""People of a shop at a browser: invited by the API, with an account made by their own hands."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.browser_shop import Shop

PASSWORD = "seven tall ships"


def invited(shop: Shop, role: str = "admin") -> tuple[str, str]:
    """Invite somebody; gives their address and the path of the link."""
    email = f"{uuid4().hex[:12]}@example.com"
    made = shop.api.ask("POST", "/invitations", {"email": email, "role": role})
    return email, urlsplit(str(made["link"])).path


def register(page: Page, path: str, name: str = "Robin Example") -> None:
    """Make an account by an invitation."""
    page.goto(path)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make my account").click()
    expect(page.locator(".person > summary")).to_be_visible()
