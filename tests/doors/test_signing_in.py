"""Who signs in, and how: invitations, passwords, sessions; nobody else, and nothing given away."""

from __future__ import annotations

from dataclasses import replace
from time import process_time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest_asyncio

from retour.api.app import build
from retour.desk.people import invitations, passwords, persons, resets
from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from retour.screens.staff import guard
from tests.doors.apps import app_of
from tests.doors.staff_story import PASSWORD, Browser, member, somebody, words

if TYPE_CHECKING:
    from collections.abc import Awaitable

    import asyncpg
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


async def test_the_first_admin_comes_by_a_link_that_is_good_once(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    link = await invitations.first_admin(house, workspace.id)
    assert link is not None
    assert link == await invitations.first_admin(house, workspace.id), "one waits, not two"
    path = link.removeprefix(house.settings.public_base)
    first, email = Browser(app), somebody()

    assert "invited as admin" in words(await first.open(path))
    answer = await first.press(path, email=email, name="Ann", password=PASSWORD)
    home = await first.follow(answer)

    assert home.status == 200
    assert "sandbox, admin" in words(home)
    again = await Browser(app).open(path)
    assert (again.status, "not good any more" in words(again)) == (410, True)
    signed = Browser(app)
    home = await signed.follow(await signed.press("/sign-in", email=email, password=PASSWORD))
    assert "sandbox, admin" in words(home)


async def test_nobody_comes_in_without_signing_in(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    """The page asked for is where one goes on after."""
    email = somebody()
    await member(app, house, workspace.id, email=email)
    stranger = Browser(app)
    sent = await stranger.open(f"/w/{workspace.text}")
    assert sent.status == 303
    assert sent.headers["location"] == f"/sign-in?next=%2Fw%2F{workspace.text}"
    into = await stranger.press(sent.headers["location"], email=email, password=PASSWORD)
    assert into.headers["location"] == f"/w/{workspace.text}"


async def test_a_member_of_one_workspace_is_a_stranger_in_others(
    app: Litestar, house: House, workspace: Workspace, live_workspace: Workspace
) -> None:
    browser = await member(app, house, workspace.id, email=somebody())
    seen = set[str]()
    for other in (live_workspace.text, "ws_zzzzzzzzzzzzz", "ws_0000000000000", "x"):
        answer = await browser.open(f"/w/{other}")
        assert answer.status == 404
        seen.add(words(answer))
    assert len(seen) == 1
    asked = await invitations.invite(house, live_workspace.id, email=None, role=MemberRole.AGENT)
    assert asked is not None
    before = browser.cookies["retour-session"]
    link = f"/welcome/{invitations.token_of(house.vault, live_workspace.id, asked.id)}"
    joined = await browser.press(link)
    assert joined.headers["location"] == f"/w/{live_workspace.text}"
    assert browser.cookies["retour-session"] != before, "who may more has another token"
    assert (await browser.open(f"/w/{live_workspace.text}")).status == 200
    thief = Browser(app, cookies={"retour-session": before})
    assert (await thief.open("/me")).status == 303


async def test_signing_out_ends_the_session_in_the_database(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    browser = await member(app, house, workspace.id, email=somebody())
    kept = dict(browser.cookies)
    home = f"/w/{workspace.text}"
    assert (await browser.open(home)).status == 200
    form = (await browser.open(home)).body.decode().split('name="form" value="')[1].split('"')[0]
    await browser.send("/sign-out", {"form": form})
    assert "retour-session" not in browser.cookies
    thief = Browser(app, cookies=kept)
    assert (await thief.open(home)).status == 303


async def test_a_warehouse_member_sees_no_settings(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    browser = await member(
        app, house, workspace.id, MemberRole.WAREHOUSE, email=somebody(), facilities=("main",)
    )
    home = words(await browser.open(f"/w/{workspace.text}"))
    assert "People" not in home


async def test_a_form_from_elsewhere_does_nothing(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    """Another site's, one without the session's mark, one marked for another session."""
    browser = await member(app, house, workspace.id, email=somebody())
    other = await member(app, house, workspace.id, email=somebody())
    address = f"/w/{workspace.text}/settings/people"
    invite = {"act": "invite", "email": somebody(), "role": "agent"}
    mine, theirs = [await _mark(one, address) for one in (browser, other)]
    same = {"sec-fetch-site": "same-origin"}
    hostile: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
        (same, {}),
        (same, {"form": theirs}),
        (same, {"form": "x" * 40}),
        ({"sec-fetch-site": "cross-site"}, {"form": mine}),
        ({"sec-fetch-site": "same-site"}, {"form": mine}),
        ({"origin": "https://evil.example"}, {"form": mine}),
        ({"origin": "null"}, {"form": mine}),
        ({"origin": "null", **same}, {"form": mine}),
        ({"origin": "http://127.0.0.1:8701"}, {"form": mine}),
        ({"origin": "https://127.0.0.1:8700"}, {"form": mine}),
        ({"origin": "http://127.0.0.1:8700.evil.example"}, {"form": mine}),
        ({"sec-fetch-site": "none", "origin": "https://evil.example"}, {"form": mine}),
        ({"referer": "http://127.0.0.1:8700/w"}, {"form": mine}),
        ({}, {"form": mine}),
    )
    for headers, fields in hostile:
        browser.headers = headers
        await browser.send(address, {**invite, **fields})
        browser.headers = same
        assert "Invitations that wait" not in words(await browser.open(address)), headers
    browser.headers = {"origin": "http://127.0.0.1:8700"}
    await browser.send(address, {**invite, "form": mine})
    assert "Invitations that wait" in words(await browser.open(address))


async def _mark(browser: Browser, address: str) -> str:
    return (await browser.open(address)).body.decode().split('name="form" value="')[1].split('"')[0]


async def test_nobody_is_signed_in_from_elsewhere(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    """A sign-in form that another site sends, with its own account, signs nobody in."""
    email = somebody()
    await member(app, house, workspace.id, email=email)
    victim = Browser(app, headers={"sec-fetch-site": "cross-site"})
    answer = await victim.press("/sign-in", email=email, password=PASSWORD)
    assert answer.status == 422
    other, victim = Browser(app), Browser(app)
    borrowed = await _mark(other, "/sign-in")
    fields = {"email": email, "password": PASSWORD, "form": borrowed}
    assert (await victim.send("/sign-in", fields)).status == 422
    assert "retour-session" not in victim.cookies


async def test_nobody_is_changed_from_elsewhere(
    app: Litestar, house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """Each form of the doors and of one's account, right but for where it was sent from."""
    email = somebody()
    browser, stranger = await member(app, house, workspace.id, email=email), Browser(app)
    asked = await invitations.invite(house, workspace.id, email=None, role=MemberRole.AGENT)
    link = await resets.link_for(house, email)
    assert (asked, link) != (None, None)
    reset = str(link).removeprefix(house.settings.public_base)
    welcome = f"/welcome/{invitations.token_of(house.vault, workspace.id, str(asked and asked.id))}"
    proof = {"password": PASSWORD, "code": "000000", "name": "Eve", "email": somebody()}
    mine, theirs = await _mark(browser, "/me"), await _mark(stranger, "/sign-in")
    fresh = {"password": "nine long boats"}
    before = await _accounts(admin)
    for path in (welcome, reset):
        for method in ("GET", "HEAD"):  # As whatever looks through mails does, more than once.
            for _ in range(2):
                await Browser(app).ask(method, path)
    assert await _accounts(admin) == before, "a link that is looked at is as good as before"
    acts = ("rename", "password", "ask_codes", "drop_codes", "recovery", "end")
    forms: list[tuple[Browser, str, dict[str, str]]] = [
        *((browser, "/me", {**proof, **fresh, "act": act}) for act in acts),
        *((browser, path, proof) for path in ("/sign-out", "/prove", welcome)),
        (browser, "/me/passkey/remove", {"passkey": "00"}),
        *((stranger, path, {**proof, **fresh}) for path in (welcome, reset)),
        (stranger, "/sign-in", {"email": email, "password": PASSWORD}),
    ]
    for who, path, fields in forms:
        who.headers = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
        await who.send(path, {**fields, "form": mine if who is browser else theirs})
        assert await _accounts(admin) == before, (path, fields)
    same = {"sec-fetch-site": "same-origin"}
    browser.headers = same
    await browser.send("/me", {**proof, "act": "rename", "form": mine})
    assert await _accounts(admin) != before, "what is looked at would show it"


async def _accounts(admin: asyncpg.Connection) -> list[str]:
    """Give all that says who may come in, and how."""
    seen: list[str] = []
    for table in ("person", "person_reset", "person_recovery", "invitation", "membership"):
        rows = await admin.fetch(f"SELECT t::text AS said FROM retour.{table} t ORDER BY 1")
        seen += [row["said"] for row in rows]
    rows = await admin.fetch("SELECT digest, proved_at FROM retour.person_session ORDER BY 1")
    return [*seen, *(str(tuple(row)) for row in rows)]


async def test_a_planted_session_is_never_used(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    """Signing in makes a new token, whatever the browser brought before."""
    email = somebody()
    attacker = await member(app, house, workspace.id, email=somebody())
    await member(app, house, workspace.id, email=email)
    planted = attacker.cookies["retour-session"]
    for token in ("x" * 43, planted):
        victim = Browser(app, cookies={"retour-session": token})
        await victim.send("/sign-out", {"form": await _mark(victim, "/w/" + workspace.text)}) if (
            token == planted
        ) else None
        await victim.press("/sign-in", email=email, password=PASSWORD)
        assert victim.cookies["retour-session"] not in (token, planted)


async def test_who_signs_in_anew_is_signed_in_once(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    """What the browser brought before ends; sessions in other browsers go on."""
    email = somebody()
    elsewhere, browser = await member(app, house, workspace.id, email=email), Browser(app)
    mark, tokens = await _mark(browser, "/sign-in"), list[str]()
    for _ in range(2):
        fields = {"email": email, "password": PASSWORD, "form": mark}
        assert (await browser.send("/sign-in", fields)).status == 303
        tokens.append(browser.cookies["retour-session"])
    assert (await Browser(app, cookies={"retour-session": tokens[0]}).open("/me")).status == 303
    for one in (browser, elsewhere):
        assert (await one.open("/me")).status == 200


async def test_a_form_that_cannot_be_read_is_asked_for_again(app: Litestar) -> None:
    browser = Browser(app)
    mark = await _mark(browser, "/sign-in")
    for bad in (b"a\x00b@example.com", b"a\xff@example.com"):
        parts = {"form": mark.encode(), "email": bad, "password": b"a guess\x00"}
        said = (b'"%s"\r\n\r\n%s\r\n' % (name.encode(), one) for name, one in parts.items())
        body = b"".join(b"--cut\r\ncontent-disposition: form-data; name=" + one for one in said)
        kind = {"content-type": "multipart/form-data; boundary=cut"}
        answer = await browser.ask("POST", "/sign-in", body + b"--cut--\r\n", kind)
        assert answer.status == 422, bad


async def test_one_goes_on_to_our_own_pages_alone(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    """An address elsewhere, however it is written, leads to the workspaces instead."""
    email = somebody()
    await member(app, house, workspace.id, email=email)
    hostile = (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/w\\..\\..//evil.example",
        "javascript:alert(1)",
        "/p/ws_1",
        "/w\r\nlocation: https://evil.example",
        "///evil.example/w",
        "///w.evil.example",
        "////w",
        "\t//evil.example",
        "/\t/evil.example",
        "http:evil.example",
        "/%2f/evil.example",
        "/@evil.example",
        "/.evil.example",
        "w//evil.example",
        "/ww.evil.example",
        "/w/..//evil.example",
        "/w/%2e%2e//evil.example",
        "/w/%2E.",
        "/w//evil.example",
        "/w/%2f/evil.example",
        "",
    )
    own = ("/w", "/me", f"/w/{workspace.text}/returns?q=https%3A//x&sort=a", "/w/", "/me?a=//b#c")
    for text, goes_to in (*((one, "/w") for one in hostile), *((one, one) for one in own)):
        assert guard.own_path(text) == goes_to, text
    for text in hostile[:4]:
        browser = Browser(app)
        page = await browser.open("/sign-in")
        form = page.body.decode().split('name="form" value="')[1].split('"')[0]
        fields = {"email": email, "password": PASSWORD, "form": form, "next": text}
        assert (await browser.send("/sign-in", fields)).headers["location"] == "/w", text


async def _cpu(work: Awaitable[object]) -> float:
    """Give what something costs this process, whoever else is at work on the machine."""
    before = process_time()
    await work
    return process_time() - before


async def test_a_wrong_guess_says_nothing_and_costs_the_same(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    """An account that is there, one without a password, none: the same words, one hash each."""
    email, without, nobody = somebody(), somebody(), somebody()
    await member(app, house, workspace.id, email=email)
    assert await persons.make(house, email=without, name="Kim", password=None) is not None
    kept = await passwords.hashed(PASSWORD)
    hashing = min([await _cpu(passwords.matches(kept, "a wrong guess")) for _ in range(3)])
    await passwords.matches(None, "nobody's is made once")
    seen = set[str]()
    for address in (email, without, nobody):
        browser = Browser(app)
        mark = await _mark(browser, "/sign-in")
        guess = {"form": mark, "email": address, "password": "a wrong guess"}
        assert await _cpu(browser.send("/sign-in", guess)) > hashing / 2, address
        answer = browser.last
        assert answer is not None
        assert answer.status == 422
        seen.add(
            answer.body.decode().replace(address, "").split("<main")[1].split('name="form"')[0]
        )
    assert len(seen) == 1


async def test_the_eleventh_guess_waits_and_others_do_not(
    app: Litestar, house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """429 with the minutes; known or not; another network still signs in to other accounts."""
    email, nobody = somebody(), somebody()
    await member(app, house, workspace.id, email=email)
    for address in (email, nobody):
        for _ in range(10):
            wrong = await Browser(app).press("/sign-in", email=address, password="a wrong guess")
            assert wrong.status == 422
        answer = await Browser(app).press("/sign-in", email=address, password=PASSWORD)
        assert (answer.status, "retry-after" in answer.headers) == (429, True)
        assert "locked out for longer" in words(answer)
        await admin.execute("UPDATE retour.person_try SET since = since - interval '16 minutes'")
    guesser = Browser(app)
    for _ in range(10):
        wrong = await guesser.press("/sign-in", email=somebody(), password="a wrong guess")
        assert wrong.status == 422
    answer = await guesser.press("/sign-in", email=email, password=PASSWORD)
    assert answer.status == 429, "the network is counted too"
    late = await Browser(app).press("/sign-in", email=email, password=PASSWORD)
    assert late.status == 303, "nobody is locked out for good"


async def test_strangers_use_up_their_own_tries_alone(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    """Who has signed in there before gets in while others guess, and has tries of their own."""
    email, other = somebody(), somebody()
    for one in (email, other):
        await member(app, house, workspace.id, email=one)
    owner, neighbour = Browser(app), Browser(app)
    marks = [await _mark(one, "/sign-in") for one in (owner, neighbour)]
    for browser, address, mark in ((owner, email, marks[0]), (neighbour, other, marks[1])):
        fields = {"form": mark, "email": address, "password": PASSWORD}
        assert (await browser.send("/sign-in", fields)).status == 303
        assert email not in browser.cookies["retour-known"]
    for _ in range(10):
        wrong = await Browser(app).press("/sign-in", email=email, password="a wrong guess")
        assert wrong.status == 422
    right = {"email": email, "password": PASSWORD}
    assert (await Browser(app).press("/sign-in", **right)).status == 429
    assert (await neighbour.send("/sign-in", {"form": marks[1], **right})).status == 429
    for said in ("x" * 200, "", neighbour.cookies["retour-known"]):
        forged = Browser(app, cookies={"retour-known": said} if said else {})
        assert (await forged.press("/sign-in", **right)).status == 429, said
    known = {"form": marks[0], **right}
    assert (await owner.send("/sign-in", known)).status == 303
    thief = Browser(app, cookies=dict(owner.cookies))
    for _ in range(10):
        assert (await thief.send("/sign-in", {**known, "password": "no"})).status == 422
    assert (await thief.send("/sign-in", known)).status == 429, "and no more than ten of them"


_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
        " connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none';"
        " form-action 'self'; frame-src 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
    "x-robots-tag": "noindex, nofollow",
}


async def test_pages_are_framed_and_kept_by_nobody(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    browser = await member(app, house, workspace.id, email=somebody())
    home = f"/w/{workspace.text}"
    own = (
        "/sign-in",
        "/sign-in/forgot",
        "/prove",
        "/me",
        "/w",
        "/welcome/x",
        "/reset/x",
        "/held/x",
    )
    for address in (*own, home, f"{home}/returns", f"{home}/returns/x", "/w/x"):
        headers = (await browser.open(address)).headers
        assert {name: headers.get(name) for name in _HEADERS} == _HEADERS, address
    for written in browser.set_cookies:
        assert "HttpOnly" in written
        assert "SameSite=lax" in written


async def test_by_https_the_cookie_is_bound_to_this_host(
    house: House, workspace: Workspace
) -> None:
    """``__Host-`` and Secure; a cookie of the plain name is not looked at."""
    settings = replace(house.settings, public_url="https://returns.example.com")
    secure = replace(house, settings=settings)
    app = build(secure, extra=staff.routes(secure))
    browser = await member(app, secure, workspace.id, email=somebody())
    assert set(browser.cookies) >= {"__Host-retour-session"}
    (written,) = [one for one in browser.set_cookies if "-session=" in one] or [""]
    token = browser.cookies["__Host-retour-session"]
    assert (await Browser(app, cookies={"retour-session": token}).open("/me")).status == 303
    page = await browser.open("/me")
    assert "max-age" in page.headers["strict-transport-security"]
    assert written == "" or "Secure" in written


async def test_an_api_key_opens_no_page_and_a_cookie_no_api(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    bearer = Browser(app, headers={"authorization": f"Bearer {workspace.api_key}"})
    assert (await bearer.open(f"/w/{workspace.text}")).status == 303
    people = f"/v1/workspaces/{workspace.text}/people"
    for name in ("api_key", "key", "token", "access_token", "authorization"):
        query = urlencode({name: workspace.api_key})
        assert (await Browser(app).open(f"{people}?{query}")).status == 401, name
    browser = await member(app, house, workspace.id, email=somebody())
    answer = await browser.open(people)
    assert answer.status == 401


async def test_sessions_end_by_idling_and_by_age(
    app: Litestar, house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    for column, spent in (("seen_at", "31 minutes"), ("begun_at", "12 hours 1 minute")):
        browser = await member(app, house, workspace.id, email=somebody())
        assert (await browser.open("/me")).status == 200
        await admin.execute(
            f"UPDATE retour.person_session SET {column} = {column} - interval '{spent}'"
        )
        assert (await browser.open("/me")).status == 303, column
    docker = await member(app, house, workspace.id, MemberRole.WAREHOUSE, email=somebody())
    await admin.execute("UPDATE retour.person_session SET seen_at = seen_at - interval '11 hours'")
    docker.headers |= {"user-agent": "Another Browser"}
    assert (await docker.open("/me")).status == 303, "it goes on in the browser it began in"
    del docker.headers["user-agent"]
    assert (await docker.open("/me")).status == 200, "a device is laid aside at the docks"
    await admin.execute(
        "UPDATE retour.person_session SET begun_at = begun_at - interval '12 hours'"
    )
    assert (await docker.open("/me")).status == 303
