"""Who signs in, and how: invitations, passwords, sessions; nobody else, and nothing given away."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest_asyncio

from retour.api.app import build
from retour.desk.people import invitations
from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from tests.doors.staff_story import PASSWORD, Browser, member, words

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return build(house, extra=staff.routes(house))


def somebody() -> str:
    """Give an address that has no account."""
    return f"{uuid4().hex}@example.com"


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
    assert "You work here as admin" in words(home)
    again = await Browser(app).open(path)
    assert (again.status, "not good any more" in words(again)) == (410, True)
    signed = Browser(app)
    home = await signed.follow(await signed.press("/sign-in", email=email, password=PASSWORD))
    assert "You work here as admin" in words(home)


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
