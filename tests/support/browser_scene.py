"""Where somebody stands who looks at pages: a page, a shop, and what was mailed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page

from tests.support.browser_shop import Shop, Shops
from tests.support.mailbox import Mailbox
from tests.support.running import JSON


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A page, the shop it is looked at in, and the mails that were sent."""

    page: Page
    shop: Shop
    mailbox: Mailbox
    shops: Shops

    def go(self, path: str) -> None:
        """Open an address."""
        self.page.goto(path)

    def press(self, button: str = "main button.main") -> None:
        """Press what leads on."""
        with self.page.expect_navigation():
            self.page.locator(button).last.click()

    def follow(self, ret: JSON, language: str = "en") -> None:
        """Open a return's own page."""
        self.go(self.shop.follow(ret, language))


def give_reason(card: Locator, reason: int | str = 1) -> None:
    """Choose why an item comes back, from what is laid out or from a list: by place or code."""
    radios, folded = card.locator(".reasons [type=radio]"), card.locator("select")
    if radios.count():
        one = (
            radios.nth(reason - 1) if isinstance(reason, int) else card.locator(f"[value={reason}]")
        )
        one.check()
    elif isinstance(reason, str):
        folded.select_option(reason)
    else:
        folded.select_option(index=reason)


Way = Callable[[Scene], None]
