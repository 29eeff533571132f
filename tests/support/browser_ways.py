"""What merchants arrange in the portal, and the way there: gifts, several orders, photos, goods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from playwright.sync_api import FilePayload

from tests.support.browser_scene import Scene, Way, give_reason
from tests.support.browser_shop import EMAIL
from tests.support.pictures import encoded, gradient
from tests.support.running import JSON

ARTICLE: Final[JSON] = {
    "title": "Chelsea boots",
    "variants": [
        {"sku": "BOOT-38", "title": "38", "prices": {"EUR": "149.00"}},
        {"sku": "BOOT-39", "title": "39", "prices": {"EUR": "149.00"}},
        {"sku": "BOOT-40", "title": "40, lined", "prices": {"EUR": "169.00"}},
        {"sku": "BOOT-41", "title": "41", "prices": {"EUR": "149.00"}},
    ],
}
CASES: Final[JSON] = {
    "use_cases": [
        {"id": "back", "label": {"en": "Send something back"}, "outcome": "return"},
        {"id": "help", "label": {"en": "Something else"}, "outcome": "question"},
        {
            "id": "parts",
            "under": "help",
            "label": {"en": "A part is missing"},
            "hint": {"en": "We send it within a day."},
            "outcome": "message",
            "to": "parts@example.com",
        },
    ]
}
REASONS: Final[JSON] = {
    "reasons": [
        {"code": "fit", "text": {"en": "They do not fit"}},
        {"code": "tight", "under": "fit", "text": {"en": "Too tight"}},
        {"code": "wide", "under": "fit", "text": {"en": "Too wide"}},
        {"code": "hole", "text": {"en": "They have a hole"}},
    ]
}
METHODS: Final[JSON] = {
    "methods": ["drop_off", "label", "pickup", "own"],
    "consumer_law": "off",
    "rules": [
        {
            "id": "pickup",
            "when": {"request": {"methods": ["pickup"]}},
            "then": {"fee": {"amounts": {"EUR": "4.90"}, "label": "Pick-up"}},
        }
    ],
}
PHOTOS: Final[JSON] = {"rules": [{"id": "seen", "then": {"photos_required": 2}}]}


def _found(scene: Scene, *, is_gift: bool = False) -> str:
    """Find an order; gives its number."""
    number = scene.shop.sold()
    scene.go(scene.shop.portal())
    scene.page.locator("#number").fill(number)
    scene.page.locator("#proof").fill(EMAIL)
    if is_gift:
        scene.page.locator("[name=gift]").check()
    scene.press()
    return number


def _chosen(scene: Scene) -> None:
    """Choose one of the first item of each order."""
    for fields in scene.page.locator("main ul.goods").all():
        fields.locator("input[type=number]").first.fill("1")
    gift = scene.page.locator("#gift_email")
    if gift.count():
        gift.fill("ben@example.com")
    scene.press()


def _explained(scene: Scene, reason: int | str = 1) -> None:
    for card in scene.page.locator("main fieldset.card").all():
        give_reason(card, reason)
    scene.press()


def _wished(scene: Scene, outcome: str = "refund") -> None:
    scene.page.locator(f"[name=outcome][value={outcome}]").check()
    scene.press()


def _gift(steps: int) -> Way:
    def way(scene: Scene) -> None:
        _found(scene, is_gift=True)
        for step in (_chosen, _explained, _wished)[:steps]:
            step(scene)

    return way


def _adding(scene: Scene) -> None:
    _found(scene)
    scene.page.locator("a[href*='/add/']").click()


def _two_orders(steps: int) -> Way:
    def way(scene: Scene) -> None:
        _adding(scene)
        scene.page.locator("#number").fill(scene.shop.sold())
        scene.page.locator("#proof").fill(EMAIL)
        scene.press()
        for step in (_chosen, _explained, _wished, Scene.press)[:steps]:
            step(scene)

    return way


def _arranged(path: str, body: JSON, then: Way) -> Way:
    """Do something in a shop of its own, which arranged something."""

    def way(scene: Scene) -> None:
        then(replace(scene, shop=scene.shops.arranged(path, body)))

    return way


def _policy(body: JSON, then: Way) -> Way:
    return _arranged("/policies/default", body, then)


def _at_wishes(scene: Scene) -> None:
    _found(scene)
    _chosen(scene)
    _explained(scene)


def _goods(scene: Scene) -> None:
    scene.shop.api.ask("PUT", "/articles/boots", ARTICLE)
    for sku, count in (("BOOT-39", 3), ("BOOT-40", 1), ("BOOT-41", 0)):
        scene.shop.api.ask("PUT", f"/sandbox/stock/items/{sku}", {"on_hand": count})
    _at_wishes(scene)
    _wished(scene, "exchange")


def _exchanged(scene: Scene) -> None:
    _goods(scene)
    scene.page.locator("main [type=radio][value=BOOT-40]").check()
    scene.press()


def _repaired(scene: Scene) -> None:
    _at_wishes(scene)
    _wished(scene, "repair")


def _bad_photo(scene: Scene) -> None:
    _at_wishes(scene)
    good = encoded(gradient(64, 48), "PNG")
    field = scene.page.locator("main input[type=file]").first
    field.set_input_files(
        [
            FilePayload(name="heel.png", mimeType="image/png", buffer=good),
            FilePayload(name="sole.png", mimeType="image/png", buffer=b"no photo"),
        ]
    )
    scene.press()


def _start(scene: Scene) -> None:
    scene.go(scene.shop.portal())


def _question(scene: Scene) -> None:
    _start(scene)
    scene.page.get_by_role("link", name="Something else").click()


def _write(scene: Scene) -> None:
    _question(scene)
    scene.page.get_by_role("link", name="A part is missing").click()


def _nothing_written(scene: Scene) -> None:
    _write(scene)
    scene.press()


def _written(scene: Scene) -> None:
    _write(scene)
    scene.page.locator("#email").fill(EMAIL)
    scene.page.locator("#text").fill("The left lace is missing.")
    scene.press()


def _resume(scene: Scene) -> None:
    _start(scene)
    scene.page.locator("a[href*='/resume']").click()


def _resumed(scene: Scene) -> None:
    _resume(scene)
    scene.page.locator("#number").fill("1001")
    scene.press()


def _all_asked_for(scene: Scene) -> None:
    _found(scene)
    for field in scene.page.locator("main input[type=number]").all():
        field.fill("9")
    scene.press()
    _explained(scene)
    _wished(scene)
    scene.press()
    number = scene.page.locator("dd").last.inner_text()
    _start(scene)
    scene.page.locator("#number").fill(number)
    scene.page.locator("#proof").fill(EMAIL)
    scene.press()


ARRANGED: Final[Mapping[str, Way]] = {
    "portal gift items": _gift(0),
    "portal gift check": _gift(3),
    "portal add an order": _adding,
    "portal two orders items": _two_orders(0),
    "portal two orders check": _two_orders(3),
    "portal two orders asked": _two_orders(4),
    "portal 2 all in a return": _all_asked_for,
    "portal 3 reasons in groups": _arranged("/portal-settings", REASONS, _gift(1)),
    "portal photos": _policy(PHOTOS, _at_wishes),
    "portal photos, one is none": _policy(PHOTOS, _bad_photo),
    "portal 4 ways to send": _policy(METHODS, _at_wishes),
    "portal repair": _policy({"outcomes": ["refund", "repair"]}, _at_wishes),
    "portal repair, check": _policy({"outcomes": ["refund", "repair"]}, _repaired),
    "portal other goods": _policy({"outcomes": ["refund", "exchange"]}, _goods),
    "portal other goods, check": _policy({"outcomes": ["refund", "exchange"]}, _exchanged),
    "portal use cases": _arranged("/portal-settings", CASES, _start),
    "portal use cases, question": _arranged("/portal-settings", CASES, _question),
    "portal use cases, write": _arranged("/portal-settings", CASES, _write),
    "portal use cases, nothing written": _arranged("/portal-settings", CASES, _nothing_written),
    "portal use cases, written": _arranged("/portal-settings", CASES, _written),
    "portal link by mail": _resume,
    "portal link by mail, sent": _resumed,
}
"""Places by name, beside the plain ones."""
