"""The way to the pages that agents work on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.support.browser_scene import Scene, Way
from tests.support.browser_staff import at, seated


def _one(status: str, more: str = "") -> Way:
    """Open a return that stands somewhere."""

    def way(scene: Scene) -> None:
        ret = scene.shop.standing(status)
        scene.go(f"{seated(scene, 'agent')}/returns/{ret['id']}{more}")

    return way


def _paid(scene: Scene) -> None:
    ret = scene.shop.paid()
    scene.go(f"{seated(scene, 'agent')}/returns/{ret['id']}/money")


def _door(path: str) -> Way:
    return lambda scene: scene.go(path)


WORK: Final[Mapping[str, Way]] = {
    "staff sign in": _door("/sign-in"),
    "staff home": at("", "agent"),
    "staff home, nothing yet": at("", "agent", empty=True),
    "staff returns": at("/returns", "agent"),
    "staff returns, none yet": at("/returns", "agent", empty=True),
    "staff returns, none found": at("/returns?q=nothing-like-it", "agent"),
    "staff queue": at("/queues/authorize", "agent"),
    "staff return requested": _one("requested"),
    "staff return received": _one("received"),
    "staff return rejected": _one("rejected"),
    "staff return nowhere": at("/returns/ret_0000000000000", "agent"),
    "staff money": _one("received", "/money"),
    "staff money, paid": _paid,
    "staff new return": at("/new", "agent"),
}
