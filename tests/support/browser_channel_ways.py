"""The way to every page about channels, in the order in which an account comes to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.support.browser_people import invited, register
from tests.support.browser_scene import Scene, Way
from tests.support.running import until

_SET_UP: Final = "/settings/channels/set-up"


def _at(path: str) -> Way:
    """Open a page as an admin who came just now."""

    def way(scene: Scene) -> None:
        register(scene.page, invited(scene.shop)[1])
        scene.go(f"/w/{scene.shop.api.workspace}{path}")

    return way


def _pressed(path: str, button: str) -> Way:
    """Open a page and press one of its buttons."""

    def way(scene: Scene) -> None:
        _at(path)(scene)
        scene.page.locator("main").get_by_role("button", name=button).click()

    return way


def _refused(scene: Scene) -> None:
    """Make a test call that ChannelEngine has had too many of."""
    _happen(scene, "rate_limit")
    _pressed(f"{_SET_UP}/test", "call")(scene)


def _happen(scene: Scene, scenario: str) -> None:
    scene.shop.api.ask("POST", "/sandbox/channelengine/scenarios", {"scenario": scenario})


def _unmatched(scene: Scene) -> None:
    """Let two wait for a person, and open the list."""
    api = scene.shop.api
    for scenario in ("unmatched_order", "unmatched_product"):
        _happen(scene, scenario)
    _pressed("/settings/channels", "Look now")(scene)
    until(lambda: len(api.ask("GET", "/channel-returns")["data"]) > 1, "two wait")
    scene.go(f"/w/{api.workspace}/channel-returns")


def _one(scene: Scene) -> None:
    waiting = scene.shop.api.ask("GET", "/channel-returns")["data"]
    _at(f"/channel-returns/{waiting[-1]['id']}")(scene)


CHANNELS: Final[Mapping[str, Way]] = {
    "channels none": _at("/settings/channels"),
    "channels 1 account": _at(f"{_SET_UP}/credentials"),
    "channels 1 nothing said": _pressed(f"{_SET_UP}/credentials", "Keep and go on"),
    "channels 2 test": _pressed(f"{_SET_UP}/credentials", "Use the sandbox"),
    "channels 2 too many calls": _refused,
    "channels 2 let in": _pressed(f"{_SET_UP}/test", "call"),
    "channels 3 policies": _pressed(f"{_SET_UP}/policies", "Make the two policies"),
    "channels 4 dry run": _pressed(f"{_SET_UP}/dry-run", "dry run"),
    "channels 5 go live": _at(f"{_SET_UP}/live"),
    "channels live": _pressed(f"{_SET_UP}/live", "Go live"),
    "channels key": _at("/settings/channels/key"),
    "channels disconnect": _at("/settings/channels/leave"),
    "channel returns unmatched": _unmatched,
    "channel returns one": _one,
    "channel returns recalled": _at("/channel-returns?view=recalled"),
    "channel returns closing": _at("/channel-returns/closing"),
    "channel returns refused": _at("/channel-returns/refused"),
}
