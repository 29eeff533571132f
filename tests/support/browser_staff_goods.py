"""The way to the pages on which an admin settles what becomes of goods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.support.browser_scene import Scene, Way
from tests.support.browser_staff import at, seated

LEIPZIG: Final = {
    "name": "Leipzig, Hall 4",
    "kind": "merchant",
    "external_id": "0042",
    "address": {
        "street": "Am Gleis 4",
        "postcode": "04356",
        "city": "Leipzig",
        "country": "DE",
    },
    "groups": ["shoes", "care"],
    "countries": ["DE", "AT"],
    "hours": {"mon": "08:00-17:00", "tue": "08:00-17:00", "fri": "08:00-12:00"},
    "holidays": ["2026-12-25", "2027-01-01"],
}
UTRECHT: Final = {
    "name": "Hub Utrecht",
    "kind": "hub",
    "address": {"street": "Kanaalweg 16", "postcode": "3526", "city": "Utrecht", "country": "NL"},
}
ROUTING: Final = {
    "rules": [
        {
            "id": "Boots to Leipzig",
            "facility": "leipzig",
            "when": {"order": {"countries": ["DE", "AT"]}, "item": {"groups": ["shoes"]}},
        },
        {
            "id": "Broken ones to Utrecht",
            "facility": "utrecht",
            "when": {"request": {"reasons": ["broken"]}},
        },
        {"id": "Outlet", "facility": "outlet", "when": {"order": {"channels": ["outlet"]}}},
    ],
    "fallback": "main",
}
_OUTLET: Final = {"name": "Outlet Metzingen", "kind": "store", "active": False}


def settled(scene: Scene) -> None:
    """Have the shop know several facilities, with rules between them."""
    for code, body in (("leipzig", LEIPZIG), ("utrecht", UTRECHT), ("outlet", _OUTLET)):
        scene.shop.api.ask("PUT", f"/facilities/{code}", body)
    scene.shop.api.ask("PUT", "/routing", ROUTING)


def _then(path: str, role: str = "admin") -> Way:
    """Open a page of a shop in which facilities are settled."""

    def way(scene: Scene) -> None:
        settled(scene)
        scene.go(seated(scene, role) + path)

    return way


def _wrong_facility(scene: Scene) -> None:
    settled(scene)
    scene.go(f"{seated(scene)}/settings/facilities/leipzig")
    scene.page.get_by_label("Country", exact=True).fill("Germany")
    scene.page.get_by_label("Name", exact=True).fill("")
    scene.press()


def _two_at_once(scene: Scene) -> None:
    settled(scene)
    scene.go(f"{seated(scene)}/settings/facilities/leipzig")
    scene.shop.api.ask("PUT", "/facilities/leipzig", {**LEIPZIG, "name": "Leipzig, Hall 5"})
    scene.page.get_by_label("Name", exact=True).fill("Leipzig, North")
    scene.press()


def _tried(scene: Scene) -> None:
    scene.shop.api.ask("PUT", "/facilities/main", {**LEIPZIG, "name": "Main"})
    scene.go(f"{seated(scene)}/settings/carriers/sandbox")
    scene.press()


def _wrong_carrier(scene: Scene) -> None:
    scene.go(f"{seated(scene)}/settings/new-carrier")
    scene.page.get_by_label("Weight in grams").fill("heavy")
    scene.press()


def _carrier(scene: Scene) -> None:
    body = {"carrier": "easypost", "name": "EasyPost Germany", "api_key": "EZTK-none"}
    scene.shop.api.ask("PUT", "/carrier-accounts/easypost", body)
    scene.go(f"{seated(scene)}/settings/carriers/easypost")


GOODS: Final[Mapping[str, Way]] = {
    "staff goods facilities": _then("/settings/facilities"),
    "staff goods facility": _then("/settings/facilities/leipzig"),
    "staff goods facility, closed": _then("/settings/facilities/outlet", "agent"),
    "staff goods facility, wrong": _wrong_facility,
    "staff goods facility, two at once": _two_at_once,
    "staff goods facility, new": at("/settings/new-facility"),
    "staff goods routing, none": at("/settings/routing", empty=True),
    "staff goods routing": _then("/settings/routing"),
    "staff goods routing, asked": _then("/settings/routing?country=DE&group=care&reason=broken"),
    "staff goods routing, wrong": _then("/settings/routing?order=nothing-like-it"),
    "staff goods carriers": _then("/settings/carriers?label=leipzig"),
    "staff goods carrier, sandbox tried": _tried,
    "staff goods carrier, new and wrong": _wrong_carrier,
    "staff goods carrier": _carrier,
    "staff goods routing rule": _then("/settings/routing/Boots%20to%20Leipzig"),
}
