"""The way to who may come in: people, keys, workspaces, and what stands at the door."""

from __future__ import annotations

import time
from base64 import b32decode
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import expect

from tests.support.browser_people import PASSWORD, invited, register
from tests.support.browser_scene import Scene, Way
from tests.support.browser_staff import alone, at, seated

if TYPE_CHECKING:
    from tests.support.browser_shop import Shop

_GUESSES: Final = 10
"""After so many wrong ones in a quarter of an hour, one waits."""


def _people(scene: Scene) -> None:
    """Show people, with an invitation that waits."""
    home = seated(scene)
    invited(scene.shop, "agent")
    scene.go(f"{home}/settings/people")


def _invited_wrongly(scene: Scene) -> None:
    """Invite what is no address."""
    scene.go(f"{seated(scene)}/settings/people")
    scene.page.get_by_label("E-mail address").fill("no address")
    scene.page.get_by_role("button", name="Invite").click()


def _known(scene: Scene) -> None:
    """Invite who is a member already, and see what each role may."""
    there = _limited(scene)
    home = seated(there)
    email = str(there.shop.api.ask("GET", "/people")["data"][0]["email"])
    there.go(f"{home}/settings/people")
    there.page.get_by_label("E-mail address").fill(email)
    there.page.get_by_role("button", name="Invite", exact=True).click()
    there.page.locator("summary", has_text="Every right by its role").click()


def _last_admin(scene: Scene) -> None:
    """Show the only admin to themselves."""
    home = seated(alone(scene))
    scene.go(f"{home}/settings/people")
    scene.page.locator("tbody a").first.click()


def _taken_back(scene: Scene) -> None:
    """Open an invitation that was taken back."""
    _, path = invited(scene.shop, "agent")
    for one in scene.shop.api.ask("GET", "/invitations")["data"][:1]:
        scene.shop.api.ask("DELETE", f"/invitations/{one['id']}")
    _door(path)(scene)


def _key_of(scene: Scene, **said: object) -> str:
    body = {"name": "Warehouse", "scopes": ["receiving:read", "receiving:write"], **said}
    return str(scene.shop.api.ask("POST", "/api-keys", body)["id"])


def _keys(scene: Scene) -> None:
    """Show keys: one that ends by itself, from some networks, and one that was ended."""
    home = seated(scene)
    _key_of(scene, networks=["203.0.113.0/24"], life_days=30)
    scene.shop.api.ask("DELETE", f"/api-keys/{_key_of(scene, name='Old shop')}")
    scene.go(f"{home}/settings/keys")


def _key(scene: Scene) -> None:
    """Show a key about to end, its name not typed."""
    home = seated(scene)
    scene.go(f"{home}/settings/keys/{_key_of(scene, role='agent', scopes=['refunds:write'])}")
    scene.page.locator("summary", has_text="End it").click()
    scene.page.get_by_role("button", name="End it for good").click()


def _wrong_key(scene: Scene) -> None:
    """Ask for a key of no name, good from no network."""
    scene.go(f"{seated(scene)}/settings/keys/new?start=warehouse")
    scene.page.get_by_label("Name", exact=True).fill("Dock")
    scene.page.get_by_label("Good from these networks alone").fill("nowhere")
    scene.page.get_by_role("button", name="Make the key").click()


def _rotating(scene: Scene) -> None:
    """Ask for how long the old key stays good."""
    home = seated(scene)
    scene.go(f"{home}/settings/keys/{_key_of(scene)}/rotate")


def _rotated(scene: Scene) -> None:
    """Show a key that took over."""
    _rotating(scene)
    scene.page.get_by_role("button", name="Make its successor").click()


def _arrange(shop: Shop) -> None:
    """Say limits of each kind, one of which nobody's reaches beyond."""
    clerk = {"settlement": {"EUR": "100.00", "CHF": "90.00"}, "adjustment": {"EUR": "0"}}
    said = {
        "limits": {"agent": {"settlement": {"EUR": "200.00"}}, "clerk": clerk},
        "four_eyes_above": {"EUR": "1000.00"},
    }
    shop.api.ask("PUT", "/money-control", said)
    key = {"name": "Till", "role": "clerk", "scopes": ["refunds:write"]}
    shop.api.ask("POST", "/api-keys", key)


def _at_limits(path: str = "") -> Way:
    """Open a page in a shop with limits, which bars no other scene's money."""

    def way(scene: Scene) -> None:
        there = _limited(scene)
        there.go(f"{seated(there)}/settings/limits{path}")

    return way


def _limited(scene: Scene) -> Scene:
    return replace(scene, shop=scene.shops.kept("limits", _arrange))


def _limit(scene: Scene) -> None:
    """Show one role's limit, with what taking it away would do."""
    _at_limits("/clerk")(scene)
    scene.page.locator("summary", has_text="Take it away").click()


def _wrong_limit(scene: Scene) -> None:
    """Say a limit in no amount, of no currency."""
    _at_limits("/agent")(scene)
    scene.page.get_by_label("Up to").first.fill("2,000")
    scene.page.get_by_label("Up to").last.fill("10")
    scene.page.get_by_role("button", name="Save").click()


def _door(path: str) -> Way:
    def way(scene: Scene) -> None:
        scene.page.context.clear_cookies()
        scene.go(path)

    return way


def _asked(scene: Scene) -> None:
    """Ask for a new password."""
    _door("/sign-in/forgot")(scene)
    scene.page.get_by_label("E-mail address").fill("ann@example.com")
    scene.page.get_by_role("button", name="Mail me a link").click()


def _refused(scene: Scene) -> None:
    """Come back from the identity provider, which did not sign one in."""
    _door("/sign-in")(scene)
    away = scene.page.context.request.get("/sign-in/provider", max_redirects=0)
    state = parse_qs(urlsplit(away.headers["location"]).query)["state"][0]
    scene.go(f"/sign-in/provider/back?{urlencode({'error': 'access_denied', 'state': state})}")


def _mistyped(scene: Scene, times: int = 1) -> None:
    """Sign in by a password that is not it."""
    _door("/sign-in")(scene)
    scene.page.get_by_label("E-mail address").fill("nobody@example.com")
    typed = scene.page.get_by_label("Password")
    for _ in range(times):
        if typed.count():  # Who has to wait is asked no more.
            typed.fill("not this one")
            scene.press()


def _waiting(scene: Scene) -> None:
    """Guess a password until one has to wait; nobody else waits for that afterwards."""
    _mistyped(scene, _GUESSES + 1)
    scene.shops.forget_guesses()


def _code(scene: Scene) -> None:
    """Be asked for a code by who has set codes up, and give a wrong one."""
    email, path = invited(scene.shop)
    register(scene.page, path)
    scene.go("/me")
    scene.page.get_by_role("button", name="Set it up").click()
    key = b32decode(scene.page.locator(".copy code").inner_text())
    code = TOTP(key, 6, SHA1(), 30).generate(int(time.time()))
    scene.page.get_by_label("Code").fill(code.decode())
    scene.press()
    expect(scene.page.get_by_text("recovery codes").first).to_be_visible()
    _door("/sign-in")(scene)
    scene.page.get_by_label("E-mail address").fill(email)
    scene.page.get_by_label("Password").fill(PASSWORD)
    scene.press()
    scene.page.get_by_label("Code").fill("000000")
    scene.press()


ACCESS: Final[Mapping[str, Way]] = {
    "staff access people": _people,
    "staff access people wrong": _invited_wrongly,
    "staff access people known": _known,
    "staff access person last admin": _last_admin,
    "staff access invitation taken back": _taken_back,
    "staff access keys": _keys,
    "staff access keys empty": at("/settings/keys", empty=True),
    "staff access key": _key,
    "staff access key new": at("/settings/keys/new"),
    "staff access key wrong": _wrong_key,
    "staff access key rotate": _rotating,
    "staff access key rotated": _rotated,
    "staff access limits": _at_limits(),
    "staff access limits empty": at("/settings/limits", empty=True),
    "staff access limit": _limit,
    "staff access limit wrong": _wrong_limit,
    "staff access workspaces": at("/settings/workspaces"),
    "staff access workspaces agent": at("/settings/workspaces", "agent"),
    "staff access sign in": _door("/sign-in"),
    "staff access sign in wrong": _mistyped,
    "staff access sign in too often": _waiting,
    "staff access sign in code": _code,
    "staff access sign in passkey": _door("/sign-in/passkey"),
    "staff access sign in refused by provider": _refused,
    "staff access forgot": _door("/sign-in/forgot"),
    "staff access forgot asked": _asked,
}
