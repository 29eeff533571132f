"""The way to the pages about who is told of what: the grid, the editor, versions, endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.support.browser_scene import Scene, Way
from tests.support.browser_staff import at, seated
from tests.support.running import JSON

_OWN: Final = (
    "<h1>Off you go</h1>\n<p>Dear {{ customer.name }},</p>\n<!--action-->\n"
    "<p>{{ return.reference }} may come back.</p>\n"
)
_BAD: Final = '<p>{{ custmer.name }}</p>\n<a href="http://x.example">x</a>'

_DOUBTFUL: Final = """<p style="background: #ffd400">Your items may come.</p>
<p><a href="https://example.com/help">Help</a> <a href="{{ message.id }}">Read it</a></p>"""
"""Words that can be saved, and may be stumbled over."""


def _profile(scene: Scene, name: str, **said: str) -> str:
    """Give the shop's profile of this name, made where there is none yet."""
    there = scene.shop.api.ask("GET", "/notification-profiles")["data"]
    found = next((one for one in there if one["name"] == name), None)
    made = found or scene.shop.api.ask("POST", "/notification-profiles", {"name": name, **said})
    return str(made["id"])


def _told(scene: Scene) -> JSON:
    """Have a shop that tells customers, its own people and its systems; gives a mail."""
    api = scene.shop.api
    mails = api.ask("POST", "/notification-templates/defaults", {"languages": ["en", "de"]})
    ops = _profile(scene, "Desk", type="email", address="desk@shop.example")
    sink = "http://127.0.0.1:9/hook"
    erp = _profile(scene, "ERP", type="custom", url=sink)
    chat = _profile(scene, "Returns channel", type="chat", url=sink)
    cells = [
        {"event": event, "type": type, "profile": profile, "on": True}
        for event, type, profile in (
            ("return_requested", "email", ops),
            ("return_received", "json", erp),
            ("return_processed", "xml", erp),
            ("return_requested", "chat", chat),
        )
    ]
    api.ask("PATCH", "/notification-matrix", {"cells": cells})
    api.ask("POST", f"/notification-profiles/{ops}/test", {})
    api.ask("PATCH", f"/notification-profiles/{chat}", {"status": "paused"})
    if not api.ask("GET", "/subscriptions")["data"]:
        api.ask("POST", "/subscriptions", {"url": "mailto:ops@shop.example"})
        api.ask("POST", "/subscriptions", {"url": sink, "dialect": "kibo"})
    mail: JSON = next(
        one
        for one in mails["templates"]
        if (one["event"], one["language"]) == ("return_authorized", "en")
    )
    if api.ask("GET", f"/notification-templates/{mail['id']}")["body"] is None:
        there = f"/notification-templates/{mail['id']}"
        api.ask("PATCH", there, {"body": _OWN, "note": "Warmer, and shorter"})
        api.ask("PATCH", there, {"body": _OWN.replace("may come", "can come")})
    return mail


def _way(path: str) -> Way:
    def way(scene: Scene) -> None:
        mail = _told(scene)
        scene.go(f"{seated(scene)}{path.format(mail=mail['id'])}")

    return way


def _pressed(path: str, button: str, **fields: str) -> Way:
    def way(scene: Scene) -> None:
        _way(path)(scene)
        for name, text in fields.items():
            scene.page.locator(f"[name={name}]").first.fill(text)
        with scene.page.expect_navigation():
            scene.page.get_by_role("button", name=button, exact=True).click()

    return way


def _endpoint(name: str, more: str = "") -> Way:
    def way(scene: Scene) -> None:
        _told(scene)
        scene.go(f"{seated(scene)}/settings/endpoints/{_profile(scene, name)}{more}")

    return way


_TEMPLATE: Final = "/settings/templates/{mail}"
TELLING: Final[Mapping[str, Way]] = {
    "staff telling grid": _way("/settings/notifications"),
    "staff telling grid, nobody yet": at("/settings/notifications", empty=True),
    "staff telling grid, wrong": _pressed("/settings/notifications", "Tell it", address="nobody"),
    "staff telling mails": _way("/settings/mails"),
    "staff telling editor": _way(_TEMPLATE),
    "staff telling editor, wrong": _pressed(_TEMPLATE, "Save", body=_BAD),
    "staff telling editor, looked over": _pressed(_TEMPLATE, "Look it over", body=_DOUBTFUL),
    "staff telling versions": _way(f"{_TEMPLATE}/versions"),
    "staff telling version": _way(f"{_TEMPLATE}/versions/3"),
    "staff telling endpoints": _way("/settings/endpoints"),
    "staff telling endpoints, none yet": at("/settings/endpoints", empty=True),
    "staff telling endpoint": _endpoint("Desk"),
    "staff telling endpoint, new": _way("/settings/endpoints/new"),
    "staff telling endpoint, wrong": _pressed("/settings/endpoints/new", "Make it"),
    "staff telling secret": _endpoint("ERP", "/secret"),
}
