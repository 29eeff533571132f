"""A server, a mail server and a browser for who looks at pages outside of the tests."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from aiosmtpd.controller import Controller
from playwright.sync_api import Page

from tests.support.browser import Opener, browsing
from tests.support.browser_places import PLACES
from tests.support.browser_scene import Scene
from tests.support.browser_shop import Shop, Shops
from tests.support.identity_provider import provider_running
from tests.support.mailbox import Mailbox
from tests.support.running import free_port, retour_running


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Everything that pages are looked at with."""

    opener: Opener
    shop: Shop
    mailbox: Mailbox
    shops: Shops

    @contextmanager
    def at(self, place: str, width: int) -> Generator[Page]:
        """Go to a place, without scripts."""
        page = self.opener(width=width, script=False)
        try:
            PLACES[place](Scene(page=page, shop=self.shop, mailbox=self.mailbox, shops=self.shops))
            yield page
        finally:
            page.context.close()


@contextmanager
def stage() -> Generator[Stage]:
    """Start everything; it stands for as long as the block lasts."""
    with ExitStack() as stack:
        mailbox, port = Mailbox(), free_port()
        controller = Controller(mailbox, hostname="127.0.0.1", port=port)
        controller.start()
        stack.callback(controller.stop)
        where = f"smtp://127.0.0.1:{port}"
        sso = stack.enter_context(provider_running())
        server = stack.enter_context(retour_running(RETOUR_SMTP_URL=where, **sso))
        opener = Opener(browser=stack.enter_context(browsing()), base=server.base)
        shops = Shops(server, "Nordlicht")
        yield Stage(opener=opener, shop=shops.plain(), mailbox=mailbox, shops=shops)
