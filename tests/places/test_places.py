"""Each page and state that has a picture is in order: on a phone and on a desk, light and dark."""

from __future__ import annotations

import pytest

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


@pytest.fixture
def scene(opened: Opener, shop: Shop, shops: Shops, mailbox: Mailbox) -> Scene:
    """A phone without scripts."""
    page = opened(width=PHONE, script=False)
    return Scene(page=page, shop=shop, mailbox=mailbox, shops=shops)


@pytest.mark.parametrize("place", [one for one in PLACES if not one.startswith(ELSEWHERE)])
def test_each_place_is_in_order(scene: Scene, auditor: Auditor, place: str) -> None:
    PLACES[place](scene)
    auditor.expect_no_flaws(scene.page)
    scene.page.set_viewport_size({"width": DESK, "height": HEIGHT})
    auditor.expect_no_flaws(scene.page, scheme="dark")
