"""A workspace's people and one's own account, as people keep them in a browser."""

from __future__ import annotations

import html
import json
import re
from base64 import b32decode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest_asyncio
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from retour.api.app import build
from retour.desk.people import resets
from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from retour.screens.staff import guard
from tests.doors.apps import app_of
from tests.doors.client import client
from tests.doors.staff_story import PASSWORD, Browser, admitted, form_of, member, somebody, words

if TYPE_CHECKING:
    import asyncpg
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


def people(workspace: Workspace) -> str:
    """Give the address of the list."""
    return f"/w/{workspace.text}/settings/people"


async def test_an_admin_invites_a_colleague_who_comes_in(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    admin = await member(app, house, workspace.id, email=somebody())
    email = somebody()
    sent = await admin.press(people(workspace), act="invite", email=email, role="agent")
    shown = await admin.follow(sent)
    assert f"{email} is invited" in words(shown)
    link = re.search(r"https?://[^<]*(/welcome/[0-9a-z-]+)", shown.body.decode())
    assert link is not None

    colleague = Browser(app)
    home = await colleague.follow(
        await colleague.press(link[1], name="Kim Colleague", password=PASSWORD)
    )
    assert "sandbox, agent" in words(home)
    assert (await colleague.open(people(workspace))).status == 403
    listed = words(await admin.open(people(workspace)))
    assert "Kim Colleague" in listed
    assert "Invitations that wait" not in listed


async def test_an_invitation_taken_back_is_good_no_more(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    admin = await member(app, house, workspace.id, email=somebody())
    await admin.press(people(workspace), act="invite", email=somebody(), role="agent")
    shown = (await admin.open(people(workspace))).body.decode()
    link = re.search(r"(/welcome/[0-9a-z-]+)", shown)
    one = re.search(r'name="invitation" value="(inv_\w+)"', shown)
    assert link is not None
    assert one is not None
    await admin.press(people(workspace), act="withdraw", invitation=one[1])
    gone = await Browser(app).open(link[1])
    assert (gone.status, "It was taken back" in words(gone)) == (410, True)
    again = await admin.press(people(workspace), act="withdraw", invitation=one[1])
    assert again.status == 404, "it is gone already"


async def test_an_invitation_that_ran_out_is_sent_anew_or_cleared(
    app: Litestar, house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    browser = await member(app, house, workspace.id, email=somebody())
    at, late, gone = people(workspace), somebody(), somebody()
    for email in (late, gone):
        await browser.press(at, act="invite", email=email, role="warehouse", facilities="main")
    link = re.findall(r"(/welcome/[0-9a-z-]+)", (await browser.open(at)).body.decode())[-1]
    await admin.execute(
        "UPDATE retour.invitation SET until = clock_timestamp() WHERE workspace_id = $1",
        workspace.id,
    )
    said = words(await Browser(app).open(link))
    assert "a week, which is over" in said, said
    shown = (await browser.open(at)).body.decode()
    assert "Invitations that ran out" in shown
    assert "Invitations that wait" not in shown
    ids = dict(re.findall(r"<strong>(\S+@\S+)</strong>.*?value=\"(inv_\w+)\"", shown, re.DOTALL))
    renewed = await browser.press(at, act="again", invitation=ids[late])
    assert f"{late} is invited" in words(await browser.follow(renewed))
    await browser.press(at, act="withdraw", invitation=ids[gone])
    kept = (await client(app, workspace).ask("GET", "/invitations"))["data"]
    assert [(late, "warehouse", ["main"])] == [
        (one["email"], one["role"], one["facilities"]) for one in kept
    ]
    assert "ran out" not in words(await browser.open(at))
    assert (await browser.press(at, act="again", invitation=ids[gone])).status == 404
    good = await browser.press(at, act="again", invitation=kept[0]["id"])
    assert "It is good still" in words(await browser.follow(good))
    taken = re.findall(r"(/welcome/[0-9a-z-]+)", (await browser.open(at)).body.decode())[0]
    await Browser(app).press(taken, name="Kim Late", password=PASSWORD)
    assert "It was used" in words(await Browser(app).open(taken))
    known = await browser.press(at, act="invite", email=late, role="agent")
    assert (known.status, "is a member already" in words(known)) == (422, True)


async def test_who_gets_another_role_signs_in_anew(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    admin = await member(app, house, workspace.id, email=somebody())
    email = somebody()
    agent = await member(app, house, workspace.id, MemberRole.AGENT, email=email)
    shown = (await admin.open(people(workspace))).body.decode()
    ids = re.findall(r"/settings/people/(psn_\w+)", shown)
    seen = {one: words(await admin.open(f"{people(workspace)}/{one}")) for one in set(ids)}
    (other,) = [one for one, said in seen.items() if email in said]
    sent = await admin.press(
        f"{people(workspace)}/{other}", act="change", role="warehouse", facilities="main"
    )
    assert sent.status == 303
    assert (await agent.open(f"/w/{workspace.text}")).status == 303, "signed out"
    again = Browser(app)
    home = await again.follow(await again.press("/sign-in", email=email, password=PASSWORD))
    assert "sandbox, warehouse" in words(home)
    page = f"{people(workspace)}/{other}"
    unnamed = await admin.press(page, act="remove", named="Nobody")
    assert (unnamed.status, "to end it" in words(unnamed)) == (422, True)
    assert (await again.open(f"/w/{workspace.text}")).status == 200
    await admin.press(page, act="remove", named="Ann Other")
    assert (await again.open(f"/w/{workspace.text}")).status == 404


async def test_the_last_admin_stays(app: Litestar, house: House, workspace: Workspace) -> None:
    """However it is tried; a second admin lets the first go."""
    admin = await member(app, house, workspace.id, email=somebody())
    shown = (await admin.open(people(workspace))).body.decode()
    (own,) = set(re.findall(r"/settings/people/(psn_\w+)", shown))
    page = f"{people(workspace)}/{own}"
    assert "You are the last admin" in words(await admin.open(page))
    for fields in ({"act": "remove", "named": "Ann Other"}, {"act": "change", "role": "agent"}):
        answer = await admin.press(page, **fields)
        assert (answer.status, "This is the last admin." in words(answer)) == (422, True)
    await admitted(house, workspace.text, MemberRole.ADMIN)
    left = await admin.press(page, act="remove", named="Ann Other")
    assert (left.status, left.headers["location"]) == (303, "/w")
    assert "You have left" in words(await admin.follow(left))


async def test_nobody_gives_what_they_lack_by_the_api(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    """A key with people:write alone makes no admin, and touches none."""
    shop = client(app, workspace)
    scopes = ["people:read", "people:write", "receiving:read", "receiving:write"]
    made = await shop.ask("POST", "/api-keys", {"name": "People", "scopes": scopes})
    narrow = type(shop)(app=app, workspace=shop.workspace, token=made["token"])
    admin = await admitted(house, workspace.text, MemberRole.ADMIN)
    for method, path, body in (
        ("POST", "/invitations", {"email": somebody(), "role": "admin"}),
        ("POST", "/invitations", {"email": somebody(), "role": "agent"}),
        ("PUT", f"/people/{admin}", {"role": "warehouse"}),
        ("DELETE", f"/people/{admin}", None),
    ):
        answer = await narrow.call(method, path, body)
        assert (answer.status, answer.pointers) == (422, {"/role": "scope_missing"}), path
    sent = {"email": somebody(), "role": "warehouse", "facilities": ["main"]}
    assert (await narrow.call("POST", "/invitations", sent)).status == 201
    nowhere = {**sent, "facilities": ["nowhere"]}
    answer = await narrow.call("POST", "/invitations", nowhere)
    assert answer.pointers == {"/facilities/0": "unknown_facility"}


async def with_codes(browser: Browser) -> tuple[TOTP, list[str]]:
    """Set up codes on one's own page; gives the telephone and the recovery codes."""
    await browser.follow(await browser.press("/me", act="ask_codes"))
    shown = (await browser.open("/me")).body.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", shown)
    assert secret is not None
    phone = TOTP(b32decode(secret[1]), 6, SHA1(), 30)
    wrong = await browser.press("/me", act="confirm_codes", code="000000")
    assert wrong.status == 422
    return phone, []


async def now(admin: asyncpg.Connection) -> int:
    """Give database time in seconds."""
    return int((await admin.fetchval("SELECT clock_timestamp()")).timestamp())


async def test_a_code_is_asked_for_and_good_once(
    app: Litestar, house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """After the password, within minutes; recovery codes work too, each once."""
    email = somebody()
    browser = await member(app, house, workspace.id, email=email)
    phone, _ = await with_codes(browser)
    first = phone.generate(await now(admin)).decode()
    shown = await browser.press("/me", act="confirm_codes", code=first)
    codes = re.findall(r"<li>(\w{4}-\w{4}-\w{4})</li>", shown.body.decode())
    assert len(codes) == 10

    async def begin() -> tuple[Browser, str]:
        fresh = Browser(app)
        sent = await fresh.press("/sign-in", email=email, password=PASSWORD)
        assert sent.headers["location"].startswith("/sign-in/code")
        assert (await fresh.open(f"/w/{workspace.text}")).status == 303, "not in yet"
        return fresh, html.unescape(sent.headers["location"])

    fresh, ask = await begin()
    assert (await fresh.press(ask, code=first)).status == 422, "the step was used"
    following = phone.generate(await now(admin) + 30).decode()
    assert (await fresh.press(ask, code=following)).status == 303
    assert (await fresh.open(f"/w/{workspace.text}")).status == 200
    fresh, ask = await begin()
    assert (await fresh.press(ask, code=following)).status == 422
    assert (await fresh.press(ask, code=codes[0])).status == 303
    fresh, ask = await begin()
    assert (await fresh.press(ask, code=codes[0])).status == 422
    half = json.loads(
        house.vault.open("half", urlsafe_b64decode(fresh.cookies["retour-half"] + "=="))
    )
    half["begun"] -= guard.HALF_S + 1
    sealed = house.vault.seal("half", json.dumps(half).encode())
    fresh.cookies["retour-half"] = urlsafe_b64encode(sealed).decode().rstrip("=")
    form = form_of((await fresh.open("/sign-in")).body.decode())
    late = await fresh.send(ask, {"form": form, "code": codes[1]})
    assert late.headers["location"] == "/sign-in", "a copied cookie is good for minutes, too"


async def test_codes_are_not_guessed_nor_half_a_sign_in_kept(
    app: Litestar, house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """Guesses count for the account, from whatever browser; a new password ends halves."""
    email = somebody()
    browser = await member(app, house, workspace.id, email=email)
    phone, _ = await with_codes(browser)
    code = phone.generate(await now(admin)).decode()
    assert (await browser.press("/me", act="confirm_codes", code=code)).status == 200
    halves: list[Browser] = []
    for number in range(11):
        fresh = Browser(app)
        sent = await fresh.press("/sign-in", email=email, password=PASSWORD)
        assert sent.headers["location"].startswith("/sign-in/code")
        guessed = await fresh.press("/sign-in/code", code=f"{number:06}")
        assert guessed.status == (422 if number < 10 else 429), number
        halves.append(fresh)
    later = phone.generate(await now(admin) + 30).decode()
    assert (await halves[0].press("/sign-in/code", code=later)).status == 429, "whoever it is"
    await admin.execute("UPDATE retour.person_try SET since = since - interval '16 minutes'")
    assert (await browser.press("/me", act="password", password="nine long boats")).status == 303
    form = form_of((await halves[0].open("/sign-in")).body.decode())
    ended = await halves[0].send("/sign-in/code", {"form": form, "code": later})
    assert ended.headers["location"] == "/sign-in"
    assert "retour-session" not in halves[0].cookies


async def test_admins_need_more_than_a_password_where_the_house_says_so(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """Until codes are asked for, and again without them; agents come in as ever."""
    strict = replace(house, settings=replace(house.settings, admin_factor=True))
    app, home = build(strict, extra=staff.routes(strict)), f"/w/{workspace.text}"
    agent = await member(app, strict, workspace.id, MemberRole.AGENT, email=somebody())
    assert (await agent.open(home)).status == 200
    browser = await member(app, strict, workspace.id, email=somebody())
    for path in (home, f"{home}/settings/people", f"{home}/live"):
        assert (await browser.open(path)).headers["location"] == "/me", path
    assert "Admins need more than a password" in words(await browser.open("/me"))
    phone, _ = await with_codes(browser)
    code = phone.generate(await now(admin)).decode()
    assert (await browser.press("/me", act="confirm_codes", code=code)).status == 200
    assert (await browser.open(home)).status == 200
    await browser.press("/me", act="drop_codes")
    assert (await browser.open(home)).headers["location"] == "/me"


async def test_a_new_password_signs_other_browsers_out(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    email = somebody()
    browser = await member(app, house, workspace.id, email=email)
    other = Browser(app)
    await other.press("/sign-in", email=email, password=PASSWORD)
    for bad in ("short", "12345678", "password1", email):
        assert (await browser.press("/me", act="password", password=bad)).status == 422, bad
    assert (await browser.press("/me", act="password", password="nine long boats")).status == 303
    assert (await browser.open("/me")).status == 200
    assert (await other.open("/me")).status == 303
    assert (await other.press("/sign-in", email=email, password=PASSWORD)).status == 422
    assert (await other.press("/sign-in", email=email, password="nine long boats")).status == 303


async def test_what_is_grave_asks_who_one_is(
    app: Litestar, house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """A proof older than five minutes is none; a new one comes with a new token."""
    browser = await member(app, house, workspace.id, email=somebody())
    await admin.execute(
        "UPDATE retour.person_session SET proved_at = proved_at - interval '6 minutes'"
    )
    mark = form_of((await browser.open("/me")).body.decode())
    for act in ("password", "ask_codes", "confirm_codes", "drop_codes"):
        fields = {"password": "nine long boats", "code": "000000"}
        sent = await browser.send("/me", {"form": mark, "act": act, **fields})
        assert sent.headers["location"] == "/prove?next=%2Fme", act
    before = browser.cookies["retour-session"]
    assert (await browser.press("/prove?next=%2Fme", password="wrong one")).status == 422
    assert (await browser.press("/prove?next=%2Fme", password=PASSWORD)).status == 303
    after = browser.cookies["retour-session"]
    assert after != before
    assert (await browser.press("/me", act="password", password="nine long boats")).status == 303
    thief = Browser(app, cookies={**browser.cookies, "retour-session": before})
    assert (await thief.open("/me")).status == 303


async def test_browsers_are_listed_and_signed_out_one_by_one(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    email = somebody()
    browser = await member(app, house, workspace.id, email=email)
    other = Browser(app, headers={"sec-fetch-site": "same-origin", "user-agent": "Old <b>Fox"})
    await other.press("/sign-in", email=email, password=PASSWORD)
    shown = await browser.open("/me")
    assert "Old <b>Fox" in words(shown)
    (session,) = re.findall(r'name="session" value="(ses_\w+)"', shown.body.decode())
    await browser.press("/me", act="end", session=session)
    assert (await other.open("/me")).status == 303
    assert (await browser.open("/me")).status == 200


async def test_a_link_sets_a_new_password_once(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    """And signs every browser out; a link that was replaced, used or bent is nothing."""
    email = somebody()
    browser = await member(app, house, workspace.id, email=email)
    assert await resets.link_for(house, somebody()) is None
    links = [await resets.link_for(house, email) for _ in range(2)]
    old, path = [str(link).removeprefix(house.settings.public_base) for link in links]
    bent = path[:-1] + ("0" if path[-1] != "0" else "1")
    for bad in (old, bent, "/reset/x"):
        assert (await Browser(app).open(bad)).status == 410, bad
    fresh = Browser(app)
    assert (await fresh.press(path, password="12345678")).status == 422
    assert (await fresh.press(path, password="nine long boats")).status == 303
    assert (await browser.open("/me")).status == 303
    assert (await fresh.open(path)).status == 410
    assert (await fresh.press("/sign-in", email=email, password=PASSWORD)).status == 422
    assert (await fresh.press("/sign-in", email=email, password="nine long boats")).status == 303
