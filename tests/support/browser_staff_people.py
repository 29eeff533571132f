"""The way to one's own account, and to what a shop shows of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.support.browser_people import invited, register
from tests.support.browser_scene import Scene, Way
from tests.support.browser_staff import at, seated


def _own(path: str) -> Way:
    """Open a page of one's account, or of all one's workspaces."""

    def way(scene: Scene) -> None:
        seated(scene)
        scene.go(path)

    return way


def _invitation(scene: Scene) -> None:
    scene.go(invited(scene.shop, "agent")[1])


def _second_factor(scene: Scene) -> None:
    """Set up codes, as somebody who has no second proof yet."""
    register(scene.page, invited(scene.shop)[1])
    scene.go("/me")
    scene.page.get_by_role("button", name="Set it up").click()
    scene.page.get_by_label("Code").wait_for()


def _member(scene: Scene) -> None:
    """Show a member about to be removed."""
    seated(scene, "agent")
    home = seated(scene)
    known = scene.shop.api.ask("GET", "/people")["data"]
    one = next(one for one in known if one["role"] == "agent")
    scene.go(f"{home}/settings/people/{one['id']}")
    scene.page.locator("summary", has_text="Remove from").click()


def _paying(scene: Scene) -> None:
    """Show an account at Stripe, about to be forgotten."""
    home = seated(scene)
    body = {"processor": "stripe", "name": "Stripe", "api_key": "sk_test_1"}
    scene.shop.api.ask("PUT", "/payment-accounts/stripe", body)
    scene.go(f"{home}/settings/payment")
    scene.page.locator("summary", has_text="Forget it").click()


PEOPLE: Final[Mapping[str, Way]] = {
    "staff people invitation": _invitation,
    "staff people me": _own("/me"),
    "staff people me, second factor": _second_factor,
    "staff people passkey": _own("/me/passkey"),
    "staff people prove": _own("/prove"),
    "staff people workspaces": _own("/w"),
    "staff people member": _member,
    "staff shop brand": at("/settings/brand"),
    "staff shop brand, logo gone": at(f"/settings/brand?gone=logo&was={0:064}", empty=True),
    "staff shop payment": at("/settings/payment"),
    "staff shop payment kept": _paying,
    "staff shop portal": at("/settings/portal"),
    "staff shop audit": at("/settings/audit"),
    "staff shop recovery": at("/reports/recovery"),
}
