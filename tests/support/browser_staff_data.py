"""The way to the pages of data, system and set-up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.support.browser_scene import Scene, Way
from tests.support.browser_staff import at, seated


def _compared(scene: Scene) -> None:
    """Hold a file beside what is there."""
    scene.go(f"{seated(scene)}/settings/configuration")
    scene.page.get_by_text("Or its text").click()
    text = "policies: {default: {window_days: 45}, sale: {window_days: 7}}"
    scene.page.get_by_label("Text of the file").fill(text)
    scene.page.get_by_role("button", name="See what would change").click()


def _written(scene: Scene) -> None:
    """Have everything written into a file, and wait until it is."""
    page = scene.page
    scene.go(f"{seated(scene)}/settings/data/exports")
    if page.get_by_role("link", name="Download").count() == 0:
        page.get_by_role("button", name="Write everything into a file").click()
    page.get_by_role("link", name="Download").wait_for(timeout=90_000)


def _secret(scene: Scene) -> None:
    """See the secret of a webhook again."""
    hook = scene.shop.api.ask("POST", "/subscriptions", {"url": "https://erp.example.com/returns"})
    scene.go(f"{seated(scene)}/settings/endpoints/{hook['id']}/reveal")
    scene.page.get_by_label("Why it is to be shown").fill("The receiver moved")
    scene.press()


DATA: Final[Mapping[str, Way]] = {
    "staff data": at("/settings/data"),
    "staff data, columns": at("/settings/data/columns"),
    "staff data, exports": at("/settings/data/exports", empty=True),
    "staff data, exports ready": _written,
    "staff data, secret shown again": _secret,
    "staff data, system": at("/settings/system"),
    "staff data, configuration": at("/settings/configuration"),
    "staff data, configuration compared": _compared,
    "staff data, set-up": at("/settings/setup"),
    "staff data, set-up, nothing yet": at("/settings/setup", empty=True),
}
