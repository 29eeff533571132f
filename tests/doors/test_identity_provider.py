"""Coming in by an identity provider, against one that speaks the protocol and one that lies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import pytest_asyncio

from retour.api.app import build
from retour.desk.people import invitations
from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from tests.doors.staff_story import PASSWORD, Browser, member, somebody, words
from tests.support.identity_provider import CLIENT, SECRET, IdentityProvider, Lie, identity_provider

if TYPE_CHECKING:
    import asyncpg
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A house with its provider."""

    app: Litestar
    house: House
    provider: IdentityProvider
    workspace: Workspace

    async def there(self, browser: Browser, wanted: str = "/w") -> str:
        """Have a browser go to the provider; gives the address it was sent to."""
        sent = await browser.open(f"/sign-in/provider?next={wanted}")
        assert sent.status == 303
        return sent.headers["location"]

    async def linked(self, email: str, subject: str) -> Browser:
        """Make a member whose account is linked."""
        browser = await member(self.app, self.house, self.workspace.id, email=email)
        page = (await browser.open("/me")).body.decode()
        form = page.split('name="form" value="')[1].split('"')[0]
        sent = await browser.send("/me/provider", {"form": form})
        back = await browser.open(self.provider.sign_in(sent.headers["location"], subject))
        assert back.headers["location"] == "/me", words(back)
        assert "is linked" in words(await browser.open("/me"))
        return browser


@pytest_asyncio.fixture
async def scene(house: House, workspace: Workspace) -> AsyncIterator[Scene]:
    """A house that people can come into by a provider."""
    async with identity_provider() as provider:
        settings = replace(
            house.settings,
            oidc_issuer=provider.issuer,
            oidc_client_id=CLIENT,
            oidc_client_secret=SECRET,
            oidc_name="Fjord ID",
        )
        there = replace(house, settings=settings)
        app = build(there, extra=staff.routes(there))
        yield Scene(app=app, house=there, provider=provider, workspace=workspace)


async def test_who_linked_the_account_comes_in(scene: Scene) -> None:
    subject = uuid4().hex
    await scene.linked(somebody(), subject)
    fresh = Browser(scene.app)
    assert "Sign in with Fjord ID" in words(await fresh.open("/sign-in"))
    home = f"/w/{scene.workspace.text}"
    back = scene.provider.sign_in(await scene.there(fresh, home), subject)
    sent = await fresh.open(back)
    assert sent.headers["location"] == home
    assert (await fresh.open(home)).status == 200
    again = await fresh.open(back)
    assert (again.status, "not begun in this browser" in words(again)) == (400, True)


async def test_an_address_in_a_claim_opens_no_account(scene: Scene) -> None:
    """Known by issuer and subject; whoever claims an admin's address, or a group, is nobody."""
    email = somebody()
    await scene.linked(email, uuid4().hex)
    thief = Browser(scene.app)
    back = scene.provider.sign_in(
        await scene.there(thief), "thief", email=email, email_verified=True, groups=["admin"]
    )
    answer = await thief.open(back)
    assert (answer.status, "No account here" in words(answer)) == (403, True)
    assert (await thief.open("/me")).status == 303


async def test_who_is_invited_gets_an_account_by_the_provider(scene: Scene) -> None:
    invited = await invitations.invite(
        scene.house, scene.workspace.id, email=somebody(), role=MemberRole.AGENT
    )
    assert invited is not None
    token = invitations.token_of(scene.house.vault, scene.workspace.id, invited.id)
    browser = Browser(scene.app)
    address = await scene.there(browser, f"/welcome/{token}")
    sent = await browser.open(scene.provider.sign_in(address, uuid4().hex, name="Kim Fjord"))
    home = await browser.follow(sent)
    assert "sandbox, agent" in words(home)
    assert "Kim Fjord" in words(home)


async def test_an_identity_belongs_to_one_account(scene: Scene) -> None:
    subject = uuid4().hex
    await scene.linked(somebody(), subject)
    other = await member(scene.app, scene.house, scene.workspace.id, email=somebody())
    page = (await other.open("/me")).body.decode()
    form = page.split('name="form" value="')[1].split('"')[0]
    sent = await other.send("/me/provider", {"form": form})
    answer = await other.open(scene.provider.sign_in(sent.headers["location"], subject))
    assert answer.status == 409


async def test_an_answer_goes_to_the_browser_that_asked(scene: Scene) -> None:
    """Another browser, another state, another provider's answer mixed in: nothing."""
    subject = uuid4().hex
    await scene.linked(somebody(), subject)
    attacker, victim = Browser(scene.app), Browser(scene.app)
    back = scene.provider.sign_in(await scene.there(attacker), subject)
    assert (await victim.open(back)).status == 400
    await scene.there(victim)
    assert (await victim.open(back)).status == 400, "another state"
    mixed = back.replace(
        f"iss={scene.provider.issuer}".replace(":", "%3A").replace("/", "%2F"),
        "iss=https%3A%2F%2Fevil.example",
    )
    assert mixed != back
    assert (await attacker.open(mixed)).status == 400
    assert "retour-session" not in victim.cookies


_NOW_PAST = 10_000
LIES: dict[str, Lie] = {
    "issuer": lambda said: {**said, "iss": "https://evil.example"},
    "audience": lambda said: {**said, "aud": "another client"},
    "audiences": lambda said: {**said, "aud": [CLIENT, "another client"]},
    "party": lambda said: {**said, "azp": "another client"},
    "expired": lambda said: {**said, "exp": said["exp"] - _NOW_PAST},
    "old": lambda said: {**said, "iat": said["iat"] - _NOW_PAST},
    "future": lambda said: {**said, "iat": said["iat"] + _NOW_PAST},
    "nonce": lambda said: {**said, "nonce": "another"},
    "no nonce": lambda said: {k: v for k, v in said.items() if k != "nonce"},
    "no expiry": lambda said: {k: v for k, v in said.items() if k != "exp"},
    "no subject": lambda said: {k: v for k, v in said.items() if k != "sub"},
    "nonces": lambda said: {**said, "nonce": [said["nonce"]]},
    "not yet": lambda said: {**said, "nbf": said["iat"] + _NOW_PAST},
    "a subject that is no text": lambda said: {**said, "sub": said["sub"] + "\x00"},
    "a subject too long": lambda said: {**said, "sub": "s" * 256},
}


@pytest.mark.parametrize("name", [*LIES, "none", "HS256", "HS256 by the public key", "foreign"])
async def test_a_token_that_does_not_hold_opens_nothing(scene: Scene, name: str) -> None:
    """Each claim is looked at, and the signature is one of the provider's own kinds and keys."""
    subject = uuid4().hex
    await scene.linked(somebody(), subject)
    scene.provider.lie = LIES.get(name)
    scene.provider.signs = "RS256" if name in LIES else name
    browser = Browser(scene.app)
    answer = await browser.open(scene.provider.sign_in(await scene.there(browser), subject))
    assert (answer.status, "does not hold" in words(answer)) == (502, True), words(answer)
    assert "retour-session" not in browser.cookies


async def test_a_provider_that_names_another_is_not_believed(scene: Scene) -> None:
    scene.provider.says_issuer = "https://evil.example"
    answer = await Browser(scene.app).open("/sign-in/provider?next=/w")
    assert (answer.status, "says it is another one" in words(answer)) == (502, True)


async def test_keys_that_cannot_be_read_are_said_to_be(scene: Scene) -> None:
    """And nobody comes in, nor are they believed in when there are better ones."""
    garbage: tuple[object, ...] = (["none"], {"keys": [1]}, {"keys": [{"kty": "RSA", "n": "!"}]})
    for keys in garbage:
        scene.provider.says_keys = keys
        browser = Browser(scene.app)
        answer = await browser.open(scene.provider.sign_in(await scene.there(browser), "somebody"))
        assert (answer.status, "gives no keys" in words(answer)) == (502, True), keys
        assert "retour-session" not in browser.cookies
    scene.provider.says_keys = None
    await scene.linked(somebody(), uuid4().hex)


async def test_what_was_begun_is_good_once_even_copied(scene: Scene) -> None:
    """Where a provider takes a code again, and somebody kept the cookies of the first time."""
    subject = uuid4().hex
    await scene.linked(somebody(), subject)
    scene.provider.takes_codes_again = True
    browser = Browser(scene.app)
    back = scene.provider.sign_in(await scene.there(browser), subject)
    thief = Browser(scene.app, cookies=dict(browser.cookies))
    assert (await browser.open(back)).status == 303
    again = await thief.open(back)
    assert (again.status, "not begun in this browser" in words(again)) == (400, True)
    assert "retour-session" not in thief.cookies


async def test_a_proof_of_before_is_none(scene: Scene) -> None:
    """A provider that does not ask again says when it last did, says nothing, or says a lie."""
    subject = uuid4().hex
    browser = await scene.linked(somebody(), subject)
    before = browser.cookies["retour-session"]
    lies: tuple[Lie, ...] = (
        lambda said: {**said, "auth_time": said["auth_time"] - 120},
        lambda said: {**said, "auth_time": said["auth_time"] + 120},
        lambda said: {k: v for k, v in said.items() if k != "auth_time"},
    )
    for lie in lies:
        scene.provider.lie = lie
        address = await scene.there(browser, "/me")
        assert (await browser.open(scene.provider.sign_in(address, subject))).status == 400
        assert browser.cookies["retour-session"] == before
    scene.provider.lie = None
    address = await scene.there(browser, "/me")
    assert (await browser.open(scene.provider.sign_in(address, subject))).status == 303
    assert browser.cookies["retour-session"] != before


async def test_who_has_no_password_proves_it_at_the_provider(
    scene: Scene, admin: asyncpg.Connection
) -> None:
    subject = uuid4().hex
    browser = await scene.linked(somebody(), subject)
    await admin.execute(
        "UPDATE retour.person_session SET proved_at = proved_at - interval '6 minutes'"
    )
    asks = await browser.press("/me", act="password", password="nine long boats")
    assert asks.headers["location"].startswith("/prove")
    before = browser.cookies["retour-session"]
    address = await scene.there(browser, "/me")
    assert "prompt=login" in address
    wrong = await browser.open(scene.provider.sign_in(address, "somebody else"))
    assert wrong.status == 400
    address = await scene.there(browser, "/me")
    sent = await browser.open(scene.provider.sign_in(address, subject))
    assert sent.headers["location"] == "/me"
    assert browser.cookies["retour-session"] != before
    done = await browser.press("/me", act="password", password="nine long boats")
    assert "Your password is changed" in words(await browser.follow(done))
    assert PASSWORD != "nine long boats"
