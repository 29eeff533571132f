"""What a browser brings changes while it is used, so that a copy of it shows, and ends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
import pytest
import pytest_asyncio

from retour.desk import auditing
from retour.desk.outcome import Done
from retour.desk.pages import Page
from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from tests.doors.apps import app_of
from tests.doors.staff_story import Browser, member, somebody, words

if TYPE_CHECKING:
    import asyncpg
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


async def pass_by(admin: asyncpg.Connection, spent: str) -> None:
    """Let time go by since browsers were told to bring something else."""
    await admin.execute(
        f"UPDATE retour.person_session SET rotated_at = rotated_at - interval '{spent}'"
    )


async def test_what_a_browser_brings_changes_while_it_is_used(
    app: Litestar, house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """Each half hour, for one of several requests; an answer that got lost costs nothing."""
    browser = await member(app, house, workspace.id, email=somebody())
    home, first = f"/w/{workspace.text}", browser.cookies["retour-session"]
    for path in (home, "/me"):
        await pass_by(admin, "14 minutes")
        assert (await browser.open(path)).status == 200
        assert browser.cookies["retour-session"] == first, path
    await pass_by(admin, "3 minutes")
    assert (await browser.open("/me")).status == 200
    assert browser.cookies["retour-session"] == first, "pages of workspaces alone rotate it"
    deaf = [Browser(app, cookies=dict(browser.cookies)) for _ in range(4)]
    answers = await asyncio.gather(*(one.open(home) for one in deaf))
    assert {one.status for one in answers} == {200}
    assert len([one for one in deaf if one.cookies["retour-session"] != first]) == 1
    await pass_by(admin, "20 minutes")
    assert (await browser.open(home)).status == 200, "what it was to bring never arrived"
    await pass_by(admin, "11 minutes")
    assert (await browser.open(home)).status == 200
    second = browser.cookies["retour-session"]
    assert (second == first, second.split(".")[0] == first.split(".")[0]) == (False, True)
    late = Browser(app, cookies={"retour-session": first})
    assert (await browser.open(home)).status == (await late.open(home)).status == 200, "on its way"
    forged = Browser(app, cookies={"retour-session": second.split(".")[0]})
    assert (await forged.open(home)).status == 303, "half of it is a copy of nothing"


@pytest.mark.parametrize("role", [MemberRole.ADMIN, MemberRole.WAREHOUSE])
@pytest.mark.parametrize("first", ["thief", "owner"])
async def test_a_copied_session_ends_for_both(
    house: House, workspace: Workspace, admin: asyncpg.Connection, role: MemberRole, first: str
) -> None:
    """Whichever of them goes on first; the log says so."""
    app = app_of(house, staff.routes)
    owner = await member(app, house, workspace.id, role, email=somebody())
    thief, home = Browser(app, cookies=dict(owner.cookies)), f"/w/{workspace.text}"
    goes_on, stays = (thief, owner) if first == "thief" else (owner, thief)
    await pass_by(admin, "31 minutes")
    for spent in ("0 minutes", "2 minutes"):
        await pass_by(admin, spent)
        assert (await goes_on.open(home)).status == 200
    sent = await stays.open(home)
    assert sent.status == 303, "what it was before came again"
    assert "in use in two browsers at once" in words(await stays.follow(sent))
    assert (await goes_on.open(home)).status == 303
    log = await auditing.listing(house, workspace.id, Page(limit=9), word="person.session_copied")
    assert isinstance(log, Done)
    (noted,) = msgspec.json.decode(log.body)["data"]
    assert noted["details"]["role"] == role.value
