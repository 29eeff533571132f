"""Where somebody stands who looks at pages: a page, a shop, and what was mailed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

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


Way = Callable[[Scene], None]
