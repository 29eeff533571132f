"""The way to what waits: queues with pages of their own, messages, goods to judge, figures."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from retour.api.published.examples import REQUESTS
from tests.support import pictures
from tests.support.browser_scene import Scene, Way
from tests.support.browser_shop import Shop
from tests.support.browser_staff import at, seated
from tests.support.browser_ways import ARTICLE, METHODS
from tests.support.running import JSON
from tests.support.stripe_server import signed

_PARCEL: Final = {
    "operation_id": "scan-17",
    "tracking_number": "00340434161094042557",
    "name": "M. Sand",
    "note": "The label is torn at its corner.",
    "lines": [{"sku": "BOOT-38", "quantity": 1, "serials": ["SN-00871"], "damaged": True}],
}
_REPLY: Final = {
    "name": "Ask for a photo",
    "text": "Dear {{ name }},\n\nplease send us a photo of {{ items }}.",
}


def _opened(prepare: Callable[[Shop], str], role: str = "agent") -> Way:
    """Prepare something, then open the page that it names."""

    def way(scene: Scene) -> None:
        scene.go(seated(scene, role) + prepare(scene.shop))

    return way


def _parcel(shop: Shop) -> str:
    shop.standing("shipped")
    seen = {**_PARCEL, "operation_id": f"scan-{next(shop.numbers)}"}
    made = shop.api.ask("POST", "/facilities/main/unmatched-parcels", seen)
    return f"/unmatched-parcels/{made['id']}"


def _parcels(shop: Shop) -> str:
    _parcel(shop)
    return "/queues/unmatched_parcel"


def _withdrawals(shop: Shop) -> str:
    said = {
        "name": "Mira Sand",
        "email": "mira.sand@example.com",
        "order_number": "the one of last Tuesday",
        "statement": "I withdraw.",
    }
    shop.api.ask("POST", "/withdrawals", said)
    return "/queues/withdrawal"


def _case(shop: Shop) -> str:
    _parcel(shop)
    case = shop.api.ask("GET", "/exceptions")["data"][0]
    return f"/dock-cases/{case['id']}"


def _damaged(shop: Shop) -> str:
    ret = shop.standing("shipped")
    shop.act(ret, "receive", units=[{"line": "1", "quantity": 1, "damaged": True}])
    listed = shop.api.ask("GET", "/exceptions?limit=100")["data"]
    case = next(one for one in listed if one["cause"] == "damaged_item")
    return f"/dock-cases/{case['id']}"


def _written(shop: Shop) -> JSON:
    ret = shop.standing("shipped")
    path = f"/returns/{ret['id']}/customer-messages"
    shop.api.ask("POST", path, {"text": "Hello, has my parcel come?\nI sent it on Monday."})
    shop.act(ret, "comment", text="The carrier has no scan yet.", internal=True)
    shop.act(ret, "comment", text="We are asking the carrier and write to you today.")
    shop.api.ask("POST", path, {"text": "Thank you! Here is the receipt of the post office."})
    shop.api.ask("PUT", "/reply-templates/ask-for-photo", _REPLY)
    return ret


def _talk(shop: Shop) -> str:
    return f"/returns/{_written(shop)['id']}/talk"


def _message(shop: Shop) -> str:
    said = {
        "kind": "use_case",
        "use_case": "missing_part",
        "customer": {"email": "mira.sand@example.com", "name": "Mira Sand", "country": "DE"},
        "subject": "A screw is missing",
        "body": "The bag with the small parts was open when it came.",
    }
    return f"/messages/{shop.api.ask('POST', '/messages', said)['id']}"


def photo_sent(shop: Shop) -> str:
    """Send a photo that nothing has yet; gives its id."""
    asked = urllib.request.Request(
        f"{shop.base}/v1/workspaces/{shop.api.workspace}/photos",
        pictures.encoded(pictures.gradient(640, 480 + next(shop.numbers) % 90), "JPEG"),
        {"authorization": f"Bearer {shop.api.api_key}", "content-type": "image/jpeg"},
        method="POST",
    )
    with urllib.request.urlopen(asked) as answer:
        photo: str = json.load(answer)["id"]
    return photo


def guided(shop: Shop) -> None:
    """Show what two grades look like, in words of the shop's own and by photos."""
    said = {
        "B": ("Worn", "Getragen", ["Light marks at the heel.", "The box is open, all is there."]),
        "C": ("Well loved", "Sehr getragen", ["The sole is worn through in one place."]),
    }
    for grade, (name, german, shows) in said.items():
        body = {
            "name": {"en": name, "de": german},
            "text": {"en": "It was out in the street, and tells of it."},
            "pictures": [{"photo": photo_sent(shop), "text": text} for text in shows],
        }
        shop.api.ask("PUT", f"/grades/{grade}", body)


def _judged(shop: Shop) -> str:
    ret = shop.standing("received")
    shop.act(ret, "attach_photo", photo=photo_sent(shop))
    guided(shop)
    return f"/returns/{ret['id']}/judge"


def _ticket(shop: Shop) -> str:
    asked = {
        "subject": "The boots do not fit",
        "customer_email": "mira.sand@example.com",
        "status": "return_requested",
        "custom_fields": {"order_id": "0815", "items_to_return": ["BOOT-38"]},
    }
    ticket = shop.api.ask("POST", "/tickets", asked)["id"]
    return f"/tickets/{ticket}"


def _wrong_ticket(scene: Scene) -> None:
    _opened(_ticket)(scene)
    scene.press()


def _stray(shop: Shop) -> str:
    number = f"LOST-{next(shop.numbers)}"
    scans = [
        {"code": code, "id": f"{number}-{code}", "at": f"2026-11-{day}T08:00:00Z"}
        for code, day in (("in_transit", 18), ("exception", 19))
    ]
    shop.api.ask("POST", "/sandbox/carrier/tracking", {"tracking_number": number, "scans": scans})
    listed = shop.api.ask("GET", "/parcels?unmatched=true&limit=100")["data"]
    stray = next(one["id"] for one in listed if one["tracking_number"] == number)
    ret = shop.standing("authorized")
    return f"/stray-parcels/{stray}?q={ret['rma_number']}"


def _unexplained(shop: Shop) -> str:
    """Have a processor tell of money that nothing here accounts for."""
    account = {**REQUESTS["put_payment_account"], "webhook_secrets": ["whsec_a"]}
    hook: str = shop.api.ask("PUT", "/payment-accounts/stripe", account)["hook_url"]
    reference = f"dp_{next(shop.numbers)}"
    dispute = {"id": reference, "amount": 4900, "currency": "eur", "status": "lost"}
    event = {"id": f"evt_{reference}", "type": "charge.dispute.closed", "created": 1_750_000_000}
    told = json.dumps({**event, "data": {"object": dispute}}).encode()
    headers = {"content-type": "application/json", "stripe-signature": signed(told, "whsec_a")}
    asked = urllib.request.Request(f"{shop.base}{urlsplit(hook).path}", told, headers)
    with urllib.request.urlopen(asked):
        listed = shop.api.ask("GET", "/payment-cases?open=true&limit=100")["data"]
    case = next(one["id"] for one in listed if one["reference"] == reference)
    return f"/payment-cases/{case}"


def _due(shop: Shop) -> str:
    number = shop.sold()
    said = {"name": "Mira Sand", "email": "mira.sand@example.com", "order_number": number}
    taken = shop.api.ask("POST", "/withdrawals", {**said, "statement": "I withdraw."})
    ret = shop.api.ask("POST", f"/withdrawals/{taken['id']}/return", {})
    shop.act(ret, "ship")
    return "/refunds-due"


def _due_soon(shop: Shop) -> str:
    _due(shop)
    shop.standing("received")
    return "/refunds-due"


def _refused(shop: Shop) -> str:
    """Give a settlement whose deduction is more than there is."""
    return f"{_to_pay(shop)}?adjustments=-9999&kind=refund"


def _to_pay(shop: Shop) -> str:
    ret = shop.standing("received")
    judged = {"line": "1", "quantity": 1, "acceptance": "accepted", "grade": "A"}
    shop.act(ret, "inspect", units=[judged])
    shop.act(ret, "finish_receipt")
    return f"/returns/{ret['id']}/money"


def _new(shop: Shop) -> str:
    return f"/new?order={shop.sold()}"


def _calling(*presses: str, instead: str = "", counts: tuple[str, ...] = ()) -> Way:
    """Fill in what a customer on the telephone says, and press: to work it out, then to ask.

    Args:
        instead: What they want in exchange, once it is worked out.
        counts: How many come back, item by item.
    """

    def way(scene: Scene) -> None:
        shop = scene.shops.kept("telephone", _answering)
        there = replace(scene, shop=shop)
        there.go(seated(there, "agent") + f"/new?order={shop.sold()}&policy=calls")
        for item, count in enumerate(counts, start=1):
            scene.page.locator(f"#quantity-{item}").fill(count)
            scene.page.locator(f"#reason-{item}").select_option(index=1)
        for press in presses:
            if press == "ask":
                scene.page.locator("[name=wish][value=exchange]").check()
                scene.page.locator("#instead-1").select_option(instead)
                scene.page.locator("[name=way][value=drop_off]").check()
            scene.page.locator(f".onward [value={press}]:not([aria-hidden])").click()

    return way


def _answering(shop: Shop) -> None:
    """Put goods in stock, and a policy that grants much and keeps a little back."""
    shop.api.ask("PUT", "/articles/boots", ARTICLE)
    for sku, pieces in (("BOOT-38", 0), ("BOOT-39", 3), ("BOOT-40", 1), ("BOOT-41", 0)):
        shop.api.ask("PUT", f"/sandbox/stock/items/{sku}", {"on_hand": pieces})
    fee = {"amounts": {"EUR": "2.90"}, "label": "Return fee"}
    opened = "Care products come back unopened alone."
    rules = [
        *METHODS["rules"],
        {"id": "fee", "then": {"fee": fee}},
        {"id": "care", "when": {"item": {"skus": ["CARE-1"]}}, "then": {"reject": opened}},
    ]
    said = {"outcomes": ["refund", "store_credit", "exchange"], "methods": ["drop_off", "pickup"]}
    body = {"name": "By telephone", "window_days": 30, "rules": rules, "consumer_law": "off"}
    shop.api.ask("PUT", "/policies/calls", {**body, **said, "ineligible": "reject"})


def _unwritten(scene: Scene) -> None:
    """Write down what somebody says, but not where to answer them."""
    scene.go(f"{seated(scene, 'agent')}/new?order=9999")
    scene.page.locator("#text").fill("The boots are torn at the heel.")
    scene.page.locator("[name=do][value=note]").click()


def _slip(shop: Shop) -> str:
    """Show the orders of somebody whose address was misheard."""
    shop.sold()
    shop.asked()
    return "/new?order=mira.snad@example.com"


def _busy(shop: Shop) -> str:
    """Let something wait in many queues."""
    _parcel(shop)
    _written(shop)
    _message(shop)
    _due(shop)
    shop.asked()
    shop.standing("received")
    _to_pay(shop)
    return ""


WAITING: Final[Mapping[str, Way]] = {
    "staff waiting home": _opened(_busy),
    "staff waiting parcels": _opened(_parcels),
    "staff waiting parcel": _opened(_parcel),
    "staff waiting withdrawals": _opened(_withdrawals),
    "staff waiting dock case": _opened(_case),
    "staff waiting dock case, damaged": _opened(_damaged),
    "staff waiting ticket": _opened(_ticket),
    "staff waiting ticket, no such order": _wrong_ticket,
    "staff waiting number of nobody's": _opened(_stray),
    "staff waiting payment case": _opened(_unexplained),
    "staff waiting talk": _opened(_talk),
    "staff waiting message": _opened(_message),
    "staff waiting judge": _opened(_judged),
    "staff waiting refunds due": _opened(_due_soon),
    "staff waiting refunds due, none": at("/refunds-due", "agent", empty=True),
    "staff waiting to pay": _opened(_to_pay),
    "staff waiting to pay, refused": _opened(_refused),
    "staff waiting new return": _opened(_new),
    "staff waiting new return, no order": at("/new?order=9999", "agent"),
    "staff waiting new return, no address": _unwritten,
    "staff waiting new return, a slip": _opened(_slip),
    "staff waiting new return, by rules": _calling(),
    "staff waiting new return, wrong": _calling("work", counts=("9",)),
    "staff waiting new return, what they get": _calling("work", counts=("1", "1")),
    "staff waiting new return, exchange": _calling("work", "ask", instead="BOOT-40", counts=("1",)),
    "staff waiting new return, sold out": _calling("work", "ask", instead="BOOT-41", counts=("1",)),
    "staff waiting messages, none": at("/queues/message", "agent", empty=True),
    "staff waiting answers, none": at("/settings/replies", empty=True),
    "staff waiting answer": at("/settings/replies/new"),
    "staff waiting reports": at("/reports"),
    "staff waiting report, example": at("/reports/by_sku", empty=True),
    "staff waiting report": at("/reports/by_reason"),
    "staff waiting report of days": at("/reports/by_day"),
    "staff waiting report, wrong days": at("/reports/by_sku?since=2026-05-02&until=2026-05-01"),
}
