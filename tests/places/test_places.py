"""Each page and state that has a picture is in order: on a phone and on a desk, light and dark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import DESK, HEIGHT, PHONE, Auditor, Opener
from tests.support.browser_places import PLACES
from tests.support.browser_scene import Scene
from tests.support.browser_shop import Shop, Shops
from tests.support.mailbox import Mailbox
from tests.support.running import Retour

ELSEWHERE = ("mail", "channel")
"""Mails are audited where they are written, channels in the order in which they come to be."""


@pytest.fixture(scope="module")
def shops(server: Retour) -> Shops:
    """Shops that arranged something, each made once."""
    return Shops(server)


@pytest.fixture(scope="module")
def reader(browser: Browser, server: Retour) -> Iterator[Opener]:
    """Who opened the one page that goes from place to place."""
    opener = Opener(browser=browser, base=server.base)
    yield opener
    opener.close()


@pytest.fixture(scope="module")
def handed_on(reader: Opener) -> Page:
    """A page without scripts, so that nothing of one place stays for the next but cookies."""
    return reader(script=False)


@pytest.fixture
def scene(
    reader: Opener, handed_on: Page, shop: Shop, shops: Shops, mailbox: Mailbox
) -> Iterator[Scene]:
    """A phone without scripts, of somebody who was nowhere yet."""
    page = reader.again(handed_on, PHONE)
    yield Scene(page=page, shop=shop, mailbox=mailbox, shops=shops)
    reader.watched.expect_no_complaints()


@pytest.mark.parametrize("place", [one for one in PLACES if not one.startswith(ELSEWHERE)])
def test_each_place_is_in_order(scene: Scene, auditor: Auditor, place: str) -> None:
    PLACES[place](scene)
    auditor.expect_no_flaws(scene.page)
    scene.page.set_viewport_size({"width": DESK, "height": HEIGHT})
    auditor.expect_no_flaws(scene.page, scheme="dark")
