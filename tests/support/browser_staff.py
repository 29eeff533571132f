"""How pictures and audits come to the pages of staff: by a seat of some role.

Each subject has a module ``browser_staff_<subject>`` that gives a table of names and ways, made of
`at` and of functions that begin with `seated`; its table is named in ``browser_staff_places``.
Names begin with ``staff`` and the subject's word.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Final

from tests.support.browser_people import invited, register
from tests.support.browser_scene import Scene, Way

_FRESH_S: Final = 200.0
"""How long a session is shared: some pages ask who came five minutes ago who they are."""


def seated(scene: Scene, role: str = "admin") -> str:
    """Sign in as somebody of the shop, whose session is kept; gives the path of the workspace."""
    seats = scene.shop.seats
    context = scene.page.context
    since, kept = seats.get(role, (-math.inf, {}))
    if time.monotonic() - since >= _FRESH_S:
        register(scene.page, invited(scene.shop, role)[1], "Robin Example")
        kept = {one.get("name", ""): one.get("value", "") for one in context.cookies()}
        seats[role] = (time.monotonic(), kept)
    base = scene.shop.base
    context.add_cookies([{"name": k, "value": v, "url": base} for k, v in kept.items()])
    return f"/w/{scene.shop.api.workspace}"


def alone(scene: Scene) -> Scene:
    """Give the scene of a shop in which nothing ever happened."""
    return replace(scene, shop=scene.shops.plain())


def at(path: str, role: str = "admin", *, empty: bool = False) -> Way:
    """Open a page below the workspace; ``empty`` does so in a shop where nothing happened."""

    def way(scene: Scene) -> None:
        there = replace(scene, shop=scene.shops.kept("empty")) if empty else scene
        there.go(seated(there, role) + path)

    return way
