"""The way to who may come in: people, keys, workspaces, and what stands at the door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.support.browser_people import invited
from tests.support.browser_scene import Scene, Way
from tests.support.browser_staff import at, seated


def _people(scene: Scene) -> None:
    """Show people, with an invitation that waits."""
    home = seated(scene)
    invited(scene.shop, "agent")
    scene.go(f"{home}/settings/people")


def _invited_wrongly(scene: Scene) -> None:
    """Invite what is no address."""
    scene.go(f"{seated(scene)}/settings/people")
    scene.page.get_by_label("E-mail address").fill("no address")
    scene.page.get_by_role("button", name="Invite").click()


def _key_of(scene: Scene, **said: object) -> str:
    body = {"name": "Warehouse", "scopes": ["receiving:read", "receiving:write"], **said}
    return str(scene.shop.api.ask("POST", "/api-keys", body)["id"])


def _keys(scene: Scene) -> None:
    """Show keys: one that ends by itself, from some networks, and one that was ended."""
    home = seated(scene)
    _key_of(scene, networks=["203.0.113.0/24"], life_days=30)
    scene.shop.api.ask("DELETE", f"/api-keys/{_key_of(scene, name='Old shop')}")
    scene.go(f"{home}/settings/keys")


def _wrong_key(scene: Scene) -> None:
    """Ask for a key of no name, good from no network."""
    scene.go(f"{seated(scene)}/settings/keys/new?start=warehouse")
    scene.page.get_by_label("Name", exact=True).fill("Dock")
    scene.page.get_by_label("Good from these networks alone").fill("nowhere")
    scene.page.get_by_role("button", name="Make the key").click()


def _rotating(scene: Scene) -> None:
    """Ask for how long the old key stays good."""
    home = seated(scene)
    scene.go(f"{home}/settings/keys/{_key_of(scene)}/rotate")


def _rotated(scene: Scene) -> None:
    """Show a key that took over."""
    _rotating(scene)
    scene.page.get_by_role("button", name="Make its successor").click()


def _limits(scene: Scene) -> None:
    """Show limits of each kind, with one that nobody's reaches beyond."""
    home = seated(scene)
    clerk = {"settlement": {"EUR": "100.00", "CHF": "90.00"}, "adjustment": {"EUR": "0"}}
    said = {
        "limits": {"agent": {"settlement": {"EUR": "200.00"}}, "clerk": clerk},
        "four_eyes_above": {"EUR": "1000.00"},
    }
    scene.shop.api.ask("PUT", "/money-control", said)
    _key_of(scene, name="Till", role="clerk", scopes=["refunds:write"])
    scene.go(f"{home}/settings/limits")


def _limit(scene: Scene) -> None:
    """Show one role's limit, with what taking it away would do."""
    _limits(scene)
    scene.page.get_by_role("link", name="Keys of the role clerk").click()
    scene.page.locator("summary", has_text="Take it away").click()


def _wrong_limit(scene: Scene) -> None:
    """Say a limit in no amount, of no currency."""
    _limits(scene)
    scene.go(f"{seated(scene)}/settings/limits/agent")
    scene.page.get_by_label("Up to").first.fill("2,000")
    scene.page.get_by_label("Up to").last.fill("10")
    scene.page.get_by_role("button", name="Save").click()


def _door(path: str) -> Way:
    def way(scene: Scene) -> None:
        scene.page.context.clear_cookies()
        scene.go(path)

    return way


def _asked(scene: Scene) -> None:
    """Ask for a new password."""
    _door("/sign-in/forgot")(scene)
    scene.page.get_by_label("E-mail address").fill("ann@example.com")
    scene.page.get_by_role("button", name="Mail me a link").click()


ACCESS: Final[Mapping[str, Way]] = {
    "staff access people": _people,
    "staff access people wrong": _invited_wrongly,
    "staff access keys": _keys,
    "staff access keys empty": at("/settings/keys", empty=True),
    "staff access key new": at("/settings/keys/new"),
    "staff access key wrong": _wrong_key,
    "staff access key rotate": _rotating,
    "staff access key rotated": _rotated,
    "staff access limits": _limits,
    "staff access limits empty": at("/settings/limits", empty=True),
    "staff access limit": _limit,
    "staff access limit wrong": _wrong_limit,
    "staff access workspaces": at("/settings/workspaces"),
    "staff access workspaces agent": at("/settings/workspaces", "agent"),
    "staff access sign in": _door("/sign-in"),
    "staff access forgot": _door("/sign-in/forgot"),
    "staff access forgot asked": _asked,
}
