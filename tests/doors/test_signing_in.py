"""Who signs in, and how: invitations, passwords, sessions; nobody else, and nothing given away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest_asyncio

from retour.api.app import build
from retour.desk.people import invitations
from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from tests.doors.staff_story import PASSWORD, Browser, member, somebody, words

if TYPE_CHECKING:
    import asyncpg
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return build(house, extra=staff.routes(house))


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
    )
    for text in hostile:
        browser = Browser(app)
        page = await browser.open("/sign-in")
        form = page.body.decode().split('name="form" value="')[1].split('"')[0]
        fields = {"email": email, "password": PASSWORD, "form": form, "next": text}
        assert (await browser.send("/sign-in", fields)).headers["location"] == "/w", text


async def test_a_wrong_guess_says_nothing_and_costs_the_same(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    """An account that is there and one that is not: the same words, the same hashing."""
    email, nobody = somebody(), somebody()
    await member(app, house, workspace.id, email=email)
    seen = set[str]()
    for address in (email, nobody):
        answer = await Browser(app).press("/sign-in", email=address, password="a wrong guess")
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


async def test_pages_are_framed_and_kept_by_nobody(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    browser = await member(app, house, workspace.id, email=somebody())
    for address in ("/sign-in", "/me", "/w", f"/w/{workspace.text}", f"/w/{workspace.text}/x"):
        headers = (await browser.open(address)).headers
        if "content-security-policy" not in headers:
            continue
        assert "frame-ancestors 'none'" in headers["content-security-policy"], address
        assert "'unsafe" not in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-frame-options"] == "DENY"
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
    browser = await member(app, house, workspace.id, email=somebody())
    answer = await browser.open(f"/v1/workspaces/{workspace.text}/people")
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
