"""The way to the pages on which an admin settles what becomes of goods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from retour.api.published.examples import REQUESTS
from tests.support.browser_scene import Scene, Way
from tests.support.browser_staff import at, seated
from tests.support.browser_staff_waiting import guided

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
REASONS: Final = {
    "reasons": [
        {"code": "fit", "text": {"en": "It does not fit", "de": "Es passt nicht"}},
        {
            "code": "tight",
            "under": "fit",
            "text": {"en": "Too tight", "de": "Zu eng", "nl": "Te strak", "fr": "Trop serré"},
        },
        {"code": "wide", "under": "fit", "text": {"en": "Too wide", "de": "Zu weit"}},
        {"code": "broken", "text": {"en": "Broken", "de": "Kaputt"}, "words_needed": True},
        {"code": "colour", "text": {"en": "The colour"}, "retired": True},
        {"code": "other", "text": {"en": "Something else", "de": "Etwas anderes"}},
    ]
}
POLICY: Final = {
    "rules": [
        {
            "id": "faulty",
            "when": {"request": {"reasons": ["broken"]}},
            "then": {"approve": True, "waive_fee": True, "photos_required": 1},
        },
        {
            "id": "label",
            "when": {"request": {"reasons": ["tight"]}},
            "then": {"fee": {"label": "Return label", "amounts": {"EUR": "2.95"}}},
        },
    ]
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
    scene.page.locator("summary", has_text="Forget it").click()


def _explained(path: str) -> Way:
    """Open a page of a shop with reasons of its own."""

    def way(scene: Scene) -> None:
        there = replace(scene, shop=scene.shops.arranged("/portal-settings", REASONS))
        there.shop.api.ask("PUT", "/policies/default", POLICY)
        there.go(seated(there) + path)

    return way


def _wrong_reason(scene: Scene) -> None:
    scene.go(f"{seated(scene)}/settings/new-reason")
    scene.page.get_by_label("Code", exact=True).fill("Too small!")
    scene.press()


def _graded(path: str) -> Way:
    """Open a page of a shop with grading sets."""

    def way(scene: Scene) -> None:
        scene.shop.api.ask("PUT", "/grading-sets/lamps", REQUESTS["put_grading_set"])
        scene.go(seated(scene) + path)

    return way


def _wrong_grade(scene: Scene) -> None:
    _graded("/settings/grades/lamps")(scene)
    scene.page.get_by_label("Answers", exact=True).first.fill("no = E: worse than D")
    scene.press()


def _said(path: str) -> Way:
    """Open a page of a shop that says what its grades are."""

    def way(scene: Scene) -> None:
        guided(scene.shop)
        scene.go(seated(scene) + path)

    return way


def _wrong_photo(scene: Scene) -> None:
    _said("/settings/grades/words/B")(scene)
    scene.press("form[enctype] button")


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
    "staff goods reasons, ours": at("/settings/reasons", empty=True),
    "staff goods reasons": _explained("/settings/reasons?lang=de"),
    "staff goods reason": _explained("/settings/reasons/tight"),
    "staff goods reason, wrong": _wrong_reason,
    "staff goods grades, none": at("/settings/grades", empty=True),
    "staff goods grades": _graded("/settings/grades"),
    "staff goods grading set": _graded("/settings/grades/lamps"),
    "staff goods grading set, wrong": _wrong_grade,
    "staff goods grade": _said("/settings/grades/words/B"),
    "staff goods grade, wrong": _wrong_photo,
    "staff goods disposition": at("/settings/dispositions/restock"),
    "staff goods routing rule": _then("/settings/routing/Boots%20to%20Leipzig"),
}
