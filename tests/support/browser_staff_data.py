"""The way to the pages of data, system and set-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from playwright.sync_api import Page, expect

from tests.support.browser_scene import Scene, Way
from tests.support.browser_staff import alone, at, seated

if TYPE_CHECKING:
    from tests.support.browser_shop import Shop

_LOOKS: Final = 180
_BETWEEN_MS: Final = 500


def _compared(scene: Scene) -> None:
    """Hold a file beside what is there."""
    scene.go(f"{seated(scene)}/settings/configuration")
    scene.page.get_by_text("Or its text").click()
    text = "policies: {default: {window_days: 45}, sale: {window_days: 7}}"
    scene.page.get_by_label("Text of the file").fill(text)
    scene.page.get_by_role("button", name="See what would change").click()


def _written(scene: Scene) -> None:
    """Have everything written into a file, and wait until it is."""
    page, way = scene.page, f"{seated(scene)}/settings/data/exports"
    scene.go(way)
    if page.get_by_role("button", name="Write everything into a file").count():
        scene.press()
    wait_for_file(page)


def wait_for_file(page: Page) -> None:
    """Look how far it is, as one does without scripts, until it can be taken."""
    for _ in range(_LOOKS):
        is_running = page.get_by_role("button", name="Stop it").count()
        if page.get_by_role("link", name="Download").count() and not is_running:
            return
        page.wait_for_timeout(_BETWEEN_MS)
        page.reload()
    raise AssertionError("The file is not there yet.")


def _writing(scene: Scene) -> None:
    """Have everything be written, and look at once; without scripts the page stays as it is."""
    there = alone(scene)
    there.go(f"{seated(there)}/settings/data/exports")
    there.press()
    expect(there.page.get_by_role("button", name="Stop it")).to_be_visible()


def _secret(scene: Scene) -> None:
    """See the secret of a webhook again."""
    hook = scene.shop.api.ask("POST", "/subscriptions", {"url": "https://erp.example.com/returns"})
    scene.go(f"{seated(scene)}/settings/endpoints/{hook['id']}/reveal")
    scene.page.get_by_label("Why it is to be shown").fill("The receiver moved")
    scene.press()


def _arrange_all(shop: Shop) -> None:
    """Do every step of the set-up; labels and refunds a sandbox has by itself."""
    at = {"street": "1 Dock", "postcode": "3511", "city": "Utrecht", "country": "NL"}
    main = {"name": "Main", "kind": "merchant", "address": at}
    shop.api.ask("PUT", "/facilities/main", main)
    shop.api.ask("PUT", "/policies/default", {"window_days": 45})
    shop.api.ask("PUT", "/portal-settings", {})
    shop.api.ask("POST", "/notification-templates/defaults", {"languages": ["en"]})
    shop.api.ask("PUT", "/brand", {"color": "#0F766E"})
    shop.sold()


def _all_set_up(scene: Scene) -> None:
    shop = scene.shops.kept("set up", _arrange_all)
    there = replace(scene, shop=shop)
    there.go(f"{seated(there)}/settings/setup")
    expect(there.page.get_by_text("Everything is set up.")).to_be_visible()


DATA: Final[Mapping[str, Way]] = {
    "staff data": at("/settings/data"),
    "staff data, columns": at("/settings/data/columns"),
    "staff data, exports": at("/settings/data/exports", empty=True),
    "staff data, exports running": _writing,
    "staff data, exports ready": _written,
    "staff data, secret shown again": _secret,
    "staff data, system": at("/settings/system"),
    "staff data, configuration": at("/settings/configuration"),
    "staff data, configuration compared": _compared,
    "staff data, set-up": at("/settings/setup"),
    "staff data, set-up, all done": _all_set_up,
    "staff data, set-up, nothing yet": at("/settings/setup", empty=True),
}
