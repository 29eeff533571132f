"""The way to the pages that agents work on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import Final
from urllib.parse import quote_plus

from tests.support import pictures
from tests.support.browser_scene import Scene, Way
from tests.support.browser_staff import at, seated

_CALLERS: Final = count(1)


def _one(status: str, more: str = "") -> Way:
    """Open a return that stands somewhere."""

    def way(scene: Scene) -> None:
        ret = scene.shop.standing(status)
        scene.go(f"{seated(scene, 'agent')}/returns/{ret['id']}{more}")

    return way


def _paid(scene: Scene) -> None:
    ret = scene.shop.paid()
    scene.go(f"{seated(scene, 'agent')}/returns/{ret['id']}/money")


def _owed(scene: Scene) -> None:
    """Look at what is owed as if it had been paid elsewhere."""
    ret = scene.shop.standing("received")
    judged = {"line": "1", "quantity": 1, "acceptance": "accepted", "grade": "A"}
    scene.shop.act(ret, "inspect", units=[judged])
    scene.shop.act(ret, "finish_receipt")
    scene.go(f"{seated(scene, 'agent')}/returns/{ret['id']}/money?how=elsewhere")


def _told(scene: Scene) -> None:
    ret = scene.shop.paid()
    scene.go(f"{seated(scene, 'agent')}/returns/{ret['id']}/told")


def _declined(scene: Scene) -> None:
    """Open a return from its queue, to say no in two texts."""
    scene.shop.asked()
    ret = scene.shop.asked()
    scene.shop.api.ask("PUT", "/reply-templates/worn", {"name": "Worn", "text": "It was worn."})
    scene.go(f"{seated(scene, 'agent')}/returns/{ret['id']}?in=authorize")
    scene.page.locator("summary", has_text="Reject").click()


def _declined_all(scene: Scene) -> None:
    """See the mail that a no to several would send the first of them."""
    shop = scene.shops.plain()
    there = replace(scene, shop=shop)
    for locale in ("en", "de"):
        customer = {"email": "mira.sand@example.com", "name": "Mira Sand", "locale": locale}
        shop.asked(shop.sold(customer=customer))
    shop.api.ask("POST", "/notification-templates/defaults", {"languages": ["en", "de"]})
    there.go(f"{seated(there, 'agent')}/queues/authorize")
    page = scene.page
    for box in page.locator("input[name=pick]").all():
        box.check()
    page.locator("summary", has_text="Reject, with a reason").click()
    page.locator("#reason").fill("Dear {{ name }}, the soles show that they were worn outside.")
    page.locator("button[formtarget=mail][value=html]").click()
    page.frame_locator("iframe[name=mail]").locator("p").first.wait_for()


def _searched(text: str) -> Way:
    """Search, where there is an order with a return and one without."""

    def way(scene: Scene) -> None:
        scene.shop.asked()
        number = scene.shop.sold()
        q = quote_plus(text.replace("[order]", number))
        scene.go(f"{seated(scene, 'agent')}/returns?q={q}")

    return way


def _called(scene: Scene, *, more: str = "") -> Scene:
    """Open an order whose customer is on the telephone, and say what comes back of it."""
    email = f"mira.{next(_CALLERS)}@example.com"
    number = scene.shop.sold(email=email)
    for _ in range(2 if more else 0):
        scene.shop.sold(email=email)
    scene.go(f"{seated(scene, 'agent')}/new?order={number}")
    scene.page.locator("#quantity-1").fill("1")
    scene.page.locator("#reason-1").select_option("broken")
    return scene


def _together(scene: Scene) -> None:
    """Put a second order and a picture to what comes back, and see what it comes to."""
    page = _called(scene, more="orders").page
    page.locator("summary", has_text="Another order").click()
    scene.press("button[name=add]")
    page.locator("#quantity-4").fill("1")
    page.locator("#reason-4").select_option("too_small")
    scene.press()
    data = pictures.encoded(pictures.gradient(640, 480), "JPEG")
    shown = {"name": "boots.jpg", "mimeType": "image/jpeg", "buffer": data}
    page.locator("#pictures-1").set_input_files(shown)  # pyright: ignore[reportArgumentType]  # a file, by its parts
    scene.press(".onward [value=work]")


def _received(scene: Scene) -> None:
    """See what who received a gift is offered for it."""
    page = _called(scene).page
    page.locator("summary", has_text="a gift").click()
    page.locator("#gift").fill("ben@example.com")
    scene.press()


def _door(path: str) -> Way:
    return lambda scene: scene.go(path)


WORK: Final[Mapping[str, Way]] = {
    "staff sign in": _door("/sign-in"),
    "staff home": at("", "agent"),
    "staff home, nothing yet": at("", "agent", empty=True),
    "staff returns": at("/returns", "agent"),
    "staff returns, none yet": at("/returns", "agent", empty=True),
    "staff returns, none found": at("/returns?q=nothing-like-it", "agent"),
    "staff returns, a slip": _searched("mira.snad@example.com"),
    "staff returns, an order alone": _searched("[order]"),
    "staff returns, no such token": _searched("statu:requested"),
    "staff queue": at("/queues/authorize", "agent"),
    "staff queue, a no to several": _declined_all,
    "staff return requested": _one("requested"),
    "staff return received": _one("received"),
    "staff return rejected": _one("rejected"),
    "staff return nowhere": at("/returns/ret_0000000000000", "agent"),
    "staff money": _one("received", "/money"),
    "staff money, paid": _paid,
    "staff money, paid elsewhere": _owed,
    "staff told": _told,
    "staff return, by API": _one("received", "/calls"),
    "staff return, said no to": _declined,
    "staff keys": at("/keys", "agent"),
    "staff new return": at("/new", "agent"),
    "staff new return, two orders": _together,
    "staff new return, a gift": _received,
}
