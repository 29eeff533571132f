"""Fixtures of every ring that drives a browser: one server, one mail server and one Chromium.

Playwright's loop runs in this thread for as long as the browser does, so these rings have no test
that is ``async``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, Page

from tests.support.browser import Auditor, Opener, browsing, chromium
from tests.support.browser_shop import Shop
from tests.support.identity_provider import provider_running
from tests.support.mailbox import Mailbox
from tests.support.running import Retour, free_port, retour_running

__all__ = (
    "auditor",
    "browser",
    "mailbox",
    "mailing",
    "opened",
    "page",
    "pytest_collection_finish",
    "server",
    "shop",
)


def pytest_collection_finish() -> None:
    """See to Chromium before any test's time runs: installing it takes as long as it takes."""
    chromium()


@pytest.fixture(scope="session")
def mailing() -> Iterator[tuple[Mailbox, str]]:
    """A real SMTP server: what it was handed, and its address."""
    kept, port = Mailbox(), free_port()
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    yield kept, f"smtp://127.0.0.1:{port}"
    controller.stop()


@pytest.fixture(scope="session")
def mailbox(mailing: tuple[Mailbox, str]) -> Mailbox:
    """Every mail that was sent."""
    return mailing[0]


@pytest.fixture(scope="session")
def server(mailing: tuple[Mailbox, str]) -> Iterator[Retour]:
    """``retour serve`` on a PostgreSQL of its own."""
    with (
        provider_running() as sso,
        retour_running(RETOUR_SMTP_URL=mailing[1], **sso) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with browsing() as running:
        yield running


@pytest.fixture(scope="session")
def auditor(browser: Browser) -> Iterator[Auditor]:
    """axe, and what it looked at already."""
    made = Auditor(browser)
    yield made
    made.close()


@pytest.fixture
def opened(browser: Browser, server: Retour) -> Iterator[Opener]:
    """Opens pages; fails the test on a console error, a request elsewhere, or a broken policy."""
    opener = Opener(browser=browser, base=server.base)
    yield opener
    opener.close()


@pytest.fixture
def page(opened: Opener) -> Page:
    """A page of a desktop's width, with scripts."""
    return opened()


@pytest.fixture(scope="module")
def shop(server: Retour) -> Shop:
    """A sandbox workspace of the module's own."""
    return Shop(api=server.workspace(), base=server.base)
