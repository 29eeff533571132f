"""Every page and state that people meet, and the way to it; pictures are taken of each.

A place is a function that brings a page there.  Add yours to ``PLACES``; ``make screenshots`` shows
it narrow and wide, light and dark.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from playwright.sync_api import FilePayload

from tests.support.browser_channel_ways import CHANNELS
from tests.support.browser_scene import Scene, Way, give_reason
from tests.support.browser_shop import EMAIL
from tests.support.browser_staff_places import STAFF
from tests.support.browser_ways import ARRANGED
from tests.support.running import JSON, until


def _find(language: str = "en") -> Way:
    return lambda scene: scene.go(scene.shop.portal(language))


def _missed(scene: Scene) -> None:
    _find()(scene)
    scene.press()


def _wrong_pair(scene: Scene) -> None:
    _find()(scene)
    _say(scene, "9999999", EMAIL)


def _say(scene: Scene, number: str, proof: str) -> None:
    scene.page.locator("#number").fill(number)
    scene.page.locator("#proof").fill(proof)
    scene.press()


def _items(scene: Scene, language: str = "en") -> None:
    _find(language)(scene)
    _say(scene, scene.shop.sold(), EMAIL)


def _partly_gone(scene: Scene) -> None:
    number = scene.shop.sold()
    scene.shop.asked(number, line="2")
    _find()(scene)
    _say(scene, number, EMAIL)


def _late(scene: Scene) -> None:
    _find()(scene)
    _say(scene, scene.shop.sold(delivered_at="2026-08-03T12:00:00Z"), EMAIL)


def _none_chosen(scene: Scene) -> None:
    _items(scene)
    scene.press()


def _reasons(scene: Scene, language: str = "en") -> None:
    _items(scene, language)
    for field in scene.page.locator("main input[type=number]").all()[:2]:
        field.fill("1")
    scene.press()


def _no_reason(scene: Scene) -> None:
    _reasons(scene)
    scene.press()


def _wishes(scene: Scene, language: str = "en") -> None:
    _reasons(scene, language)
    for card in scene.page.locator("main fieldset.card").all():
        give_reason(card)
    comments = scene.page.locator("main textarea")
    if comments.count():
        comments.first.fill("They pinch at the heel.")
    scene.press()


def _check(scene: Scene, language: str = "en") -> None:
    _wishes(scene, language)
    _pick(scene)
    scene.press()


def _pick(scene: Scene) -> None:
    names = [one.get_attribute("name") for one in scene.page.locator("main [type=radio]").all()]
    for name in dict.fromkeys(names):
        scene.page.locator(f'main [type=radio][name="{name}"]').first.check()


def _asked(scene: Scene) -> None:
    _check(scene)
    scene.press()
    scene.page.wait_for_url("**/follow/**")


def _brought(scene: Scene) -> None:
    """Have a shopper bring the goods, to a shop that says when it is open."""
    hours = dict.fromkeys(("mon", "tue", "wed", "thu"), "09:00-18:00")
    address = {"street": "Am Hafen 3", "postcode": "20457", "city": "Hamburg", "country": "DE"}
    place = {"name": "Nordlicht", "kind": "store", "address": address}
    scene.shop.api.ask(
        "PUT", "/facilities/main", {**place, "hours": {**hours, "sat": "10:00-14:00"}}
    )
    asked = {"order_number": scene.shop.sold(), "method": "virtual"}
    line = {"line": "1", "quantity": 1, "reason": "Too small"}
    ret = scene.shop.api.ask("POST", "/returns", {**asked, "lines": [line]})
    scene.follow(scene.shop.act(ret, "authorize"))


def _standing(status: str, language: str = "en") -> Way:
    return lambda scene: scene.follow(scene.shop.standing(status), language)


def _labelled(scene: Scene) -> None:
    ret = scene.shop.standing("authorized")
    scene.shop.act(ret, "create_label", carrier="sandbox")
    until(lambda: _has_label(scene.shop.read(ret)), "the label is made")
    scene.follow(ret)


def _has_label(ret: JSON) -> bool:
    return any(parcel["status"] == "label_created" for parcel in ret["parcels"])


def _paid(scene: Scene) -> None:
    ret = scene.shop.paid()
    scene.follow(ret)


def _opened(what: str) -> Way:
    def way(scene: Scene) -> None:
        scene.follow(scene.shop.asked())
        for one in scene.page.locator("summary").all():
            one.click()
        if what == "bad photo":
            bad = FilePayload(name="a.png", mimeType="image/png", buffer=b"no photo")
            scene.page.locator("input[type=file]").first.set_input_files([bad])
            scene.page.locator("form[enctype] button").first.click()

    return way


def _withdraw(language: str = "en") -> Way:
    return lambda scene: scene.go(scene.shop.withdraw(language))


def _withdraw_missed(scene: Scene) -> None:
    _withdraw()(scene)
    scene.page.locator("[value=part]").check()
    scene.press()


def _withdraw_check(scene: Scene, language: str = "en") -> None:
    _withdraw(language)(scene)
    scene.page.locator("#name").fill("Zoë Ängström")
    scene.page.locator("#contract").fill("1042")
    scene.page.locator("#email").fill("zoe@example.com")
    scene.press()


def _withdrawn(scene: Scene) -> None:
    _withdraw_check(scene)
    scene.press()


def _linked(scene: Scene) -> None:
    made = scene.shop.api.ask("POST", "/withdrawal-links", {"order_number": scene.shop.sold()})
    scene.go(made["url"][made["url"].index("/p/") :])
    scene.page.locator("[value=part]").check()


def _receipt(scene: Scene) -> None:
    """The mail that follows a withdrawal, as it is shown by who shows HTML."""
    _withdrawn(scene)
    mails = scene.mailbox.mails
    until(lambda: any("zoe@" in str(mail["to"]) for mail in mails), "the receipt came")
    mail = next(mail for mail in mails if "zoe@" in str(mail["to"]))
    body = mail.get_body(("html", "plain"))
    assert body is not None
    scene.go("about:blank")  # The page before had a policy against styles of others.
    scene.page.set_content(str(body.get_content()))


def _at(path: str) -> Way:
    return lambda scene: scene.go(path)


PLACES: Final[Mapping[str, Way]] = {
    "directory": _at("/"),
    "portal 1 find": _find(),
    "portal 1 find, German": _find("de"),
    "portal 1 nothing said": _missed,
    "portal 1 wrong pair": _wrong_pair,
    "portal 2 items": _items,
    "portal 2 partly in a return": _partly_gone,
    "portal 2 too late": _late,
    "portal 2 nothing chosen": _none_chosen,
    "portal 3 reasons": _reasons,
    "portal 3 no reason": _no_reason,
    "portal 4 wishes": _wishes,
    "portal 4 wishes, German": lambda scene: _wishes(scene, "de"),
    "portal 5 check": _check,
    "portal 5 check, Polish": lambda scene: _check(scene, "pl"),
    "follow asked": _asked,
    "follow everything open": _opened(""),
    "follow no photo": _opened("bad photo"),
    "follow authorized": _standing("authorized"),
    "follow goods brought": _brought,
    "follow label": _labelled,
    "follow shipped": _standing("shipped"),
    "follow received": _standing("received", "de"),
    "follow rejected": _standing("rejected"),
    "follow canceled": _standing("canceled"),
    "follow paid": _paid,
    "follow nowhere": _at("/follow/x"),
    "portal nowhere": _at("/p/nowhere"),
    "withdraw 1 statement": _withdraw(),
    "withdraw 1 statement, German": _withdraw("de"),
    "withdraw 1 nothing said": _withdraw_missed,
    "withdraw 1 by a link": _linked,
    "withdraw 2 check": _withdraw_check,
    "withdraw 2 check, German": lambda scene: _withdraw_check(scene, "de"),
    "withdraw 3 received": _withdrawn,
    "mail withdrawal received": _receipt,
    **ARRANGED,
    **CHANNELS,
    **STAFF,
}
PRINTED: Final = ("follow label", "follow paid", "withdraw 3 received")
"""Places that people put on paper."""
