"""Passkeys against devices that lie: whose they are, for whom, to what, and how often."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from retour.desk.people import provider, resets
from retour.desk.people.provider import Known
from retour.screens.staff import all as staff
from tests.doors.apps import app_of
from tests.doors.staff_story import PASSWORD, Browser, form_of, member, somebody, words
from tests.support.authenticator import PRESENT, VERIFIED, Answering, Authenticator

if TYPE_CHECKING:
    import asyncpg
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Answer
    from tests.support.pg import Workspace

HOST = "localhost:8700"
ORIGIN = f"http://{HOST}"
_HEADERS = {"sec-fetch-site": "same-origin", "host": HOST}


def browser_at(app: Litestar) -> Browser:
    """Give a browser that reaches us by a name, as passkeys need it."""
    return Browser(app, headers=dict(_HEADERS))


async def options_of(browser: Browser, path: str) -> tuple[dict[str, Any], str]:
    """Open a page that asks for a passkey: its options, and the mark of its form."""
    page = (await browser.open(path)).body.decode()
    found = re.search(r'data-options="([^"]*)"', page)
    assert found is not None, page
    return json.loads(html.unescape(found[1])), form_of(page)


async def kept_by(browser: Browser, device: Authenticator, name: str = "Telephone") -> Answer:
    """Make a passkey on one's own page."""
    options, form = await options_of(browser, "/me/passkey")
    fields = {"form": form, "name": name, "credential": device.make(options)}
    return await browser.send("/me/passkey", fields)


async def come_in(browser: Browser, device: Authenticator) -> Answer:
    """Sign in by a passkey."""
    options, form = await options_of(browser, "/sign-in/passkey")
    return await browser.send(
        "/sign-in/passkey", {"form": form, "next": "/w", "credential": device.answer(options)}
    )


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A house by name, and somebody with a passkey that was used five times."""

    app: Litestar
    email: str
    owner: Browser
    device: Authenticator


@pytest_asyncio.fixture
async def scene(house: House, workspace: Workspace) -> Scene:
    """Make one."""
    app, email = app_of(house, staff.routes), somebody()
    owner = await member(app, house, workspace.id, email=email)
    owner.headers = dict(_HEADERS)
    device = Authenticator(says=Answering(origin=ORIGIN, party="localhost", uses=5))
    kept = await kept_by(owner, device)
    assert kept.status == 303, words(kept)
    return Scene(app=app, email=email, owner=owner, device=device)


LIES: dict[str, dict[str, Any]] = {
    "another site": {"origin": "https://evil.example"},
    "a name below ours": {"origin": "http://evil.localhost:8700"},
    "another port of ours": {"origin": "http://localhost:8701"},
    "for another site": {"party": "evil.example"},
    "to another challenge": {"challenge": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
    "made, not used": {"kind": "webauthn.create"},
    "nobody looked": {"flags": PRESENT, "uses": 6},
    "nobody there": {"flags": VERIFIED, "uses": 6},
    "used less often than before": {"uses": 4},
    "used as often as before": {"uses": 5},
    "never counted": {"uses": 0},
    "in another's name": {"handle": b"psn_another", "uses": 6},
}


async def test_a_passkey_that_lies_lets_nobody_in(scene: Scene) -> None:
    """Each lie alone; an honest one comes in, and its answer is good once."""
    for name, lie in LIES.items():
        browser = browser_at(scene.app)
        lying = scene.device.lying(**{"uses": 6, **lie})
        answer = await come_in(browser, lying)
        assert (answer.status, "does not hold" in words(answer)) == (422, True), name
        assert "retour-session" not in browser.cookies, name
    browser = browser_at(scene.app)
    stranger = Authenticator(says=scene.device.says, id=scene.device.id).lying(uses=6)
    assert (await come_in(browser, stranger)).status == 422, "signed by another key"
    unknown = Authenticator(says=scene.device.says)
    assert (await come_in(browser, unknown)).status == 422, "never made here"

    options, form = await options_of(browser, "/sign-in/passkey")
    copied = dict(browser.cookies)
    said = {"form": form, "next": "/w", "credential": scene.device.lying(uses=6).answer(options)}
    assert (await browser.send("/sign-in/passkey", said)).status == 303
    assert (await browser.open("/me")).status == 200
    thief = Browser(scene.app, headers=dict(_HEADERS), cookies=copied)
    assert (await thief.send("/sign-in/passkey", said)).status == 422, "an answer is good once"
    assert "retour-session" not in thief.cookies


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.example"},
        {"party": "evil.example"},
        {"challenge": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
        {"kind": "webauthn.get"},
        {"flags": PRESENT},
    ],
    ids=lambda lie: next(iter(lie)),
)
async def test_a_passkey_that_was_made_elsewhere_is_not_kept(
    scene: Scene, lie: dict[str, Any]
) -> None:
    says = Answering(origin=ORIGIN, party="localhost")
    answer = await kept_by(scene.owner, Authenticator(says=says).lying(**lie))
    assert (answer.status, "could not be kept" in words(answer)) == (422, True)


async def test_a_passkey_proves_its_own_person_alone(
    scene: Scene, house: House, workspace: Workspace
) -> None:
    """Another's does not, nor is it theirs to keep; without its form or from elsewhere, nothing."""
    other = await member(scene.app, house, workspace.id, email=somebody())
    other.headers = dict(_HEADERS)
    before = dict(other.cookies)
    assert (await come_in(other, scene.device.lying(uses=7))).status == 422
    assert (await kept_by(other, scene.device)).status == 422, "it is somebody's"
    assert other.cookies["retour-session"] == before["retour-session"]
    stranger = browser_at(scene.app)
    for headers, form in (({"sec-fetch-site": "cross-site"}, None), ({}, "x" * 40)):
        options, mark = await options_of(stranger, "/sign-in/passkey")
        said = {"form": form or mark, "credential": scene.device.lying(uses=9).answer(options)}
        stranger.headers = {**_HEADERS, **headers}
        assert (await stranger.send("/sign-in/passkey", said)).status == 422
        stranger.headers = dict(_HEADERS)
    assert (await come_in(scene.owner, scene.device.lying(uses=9))).status == 303


async def test_a_new_password_by_mail_ends_what_was_made_before(
    scene: Scene, house: House, admin: asyncpg.Connection
) -> None:
    """Who made the account in somebody's name, or came into it, has no way in of their own left."""
    person_id = await admin.fetchval(
        "SELECT person_id FROM retour.person WHERE email = $1", scene.email
    )
    known = Known(issuer="https://id.example", subject=scene.email)
    assert await provider.link(house, person_id, known)
    link = await resets.link_for(house, scene.email)
    path = str(link).removeprefix(house.settings.public_base)
    owner, thief = browser_at(scene.app), browser_at(scene.app)
    assert "passkeys end" in words(await owner.open(path))
    entered = await come_in(thief, scene.device.lying(uses=6))
    assert entered.status == 303, "looking changes nothing"
    assert (await owner.press(path, password="nine long boats")).status == 303
    assert (await thief.open("/me")).status == 303
    assert (await come_in(thief, scene.device.lying(uses=7))).status == 422
    assert await provider.person_of(house, known) is None
    assert (await owner.press("/sign-in", email=scene.email, password=PASSWORD)).status == 422
    entered = await owner.press("/sign-in", email=scene.email, password="nine long boats")
    assert entered.status == 303
