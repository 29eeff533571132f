"""What is filled in waits where one must prove first who one is, and then goes on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest_asyncio

from retour.desk.people import holding
from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from tests.doors.apps import app_of
from tests.doors.staff_story import PASSWORD, Browser, admitted, form_of, member, somebody, words

if TYPE_CHECKING:
    import asyncpg
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace

_AGE: Final = "UPDATE retour.person_session SET proved_at = proved_at - interval '6 minutes'"
_NEXT: Final = re.compile(r"/prove\?next=%2Fheld%2F(hld_[0-9a-z]{26})")


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


async def held_by(browser: Browser, page: str, **fields: str) -> str:
    """Send a form too long after the last proof; gives the id under which it waits."""
    sent = await browser.press(page, **fields)
    match = _NEXT.fullmatch(sent.headers["location"])
    assert match is not None, sent.headers
    return match[1]


async def go_on(browser: Browser, held: str, page: str) -> str:
    """Press the button of the page that a proof leads to; gives where it leads."""
    shown = (await browser.open(f"/held/{held}")).body.decode()
    sent = await browser.send(page, {"form": form_of(shown), "held": held})
    assert sent.status == 303
    return sent.headers["location"]


async def test_a_form_waits_for_the_proof_and_goes_on_once(
    app: Litestar, house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """Nothing changes before; then all that was filled in is done, and never a second time."""
    browser = await member(app, house, workspace.id, email=somebody())
    other = await admitted(house, workspace.text)
    page = f"/w/{workspace.text}/settings/people/{other}"
    await admin.execute(_AGE)
    held = await held_by(browser, page, act="change", role="warehouse", facilities="main")
    kept = await admin.fetchval(
        "SELECT sealed FROM retour.held_form WHERE workspace_id = 0 AND held_id = $1", held
    )
    assert b"warehouse" not in kept
    ask = f"/prove?next=%2Fheld%2F{held}"
    assert (await browser.press(ask, password="wrong one")).status == 422
    assert await role_of(house, workspace, other) is MemberRole.AGENT
    proved = await browser.press(ask, password=PASSWORD)
    assert proved.headers["location"] == f"/held/{held}"
    assert await role_of(house, workspace, other) is MemberRole.AGENT, "looking sends nothing"
    assert await go_on(browser, held, page) == f"/w/{workspace.text}/settings/people"
    assert await role_of(house, workspace, other) is MemberRole.WAREHOUSE
    assert (await browser.open(f"/held/{held}")).status == 410
    mark = form_of((await browser.open(page)).body.decode())
    again = await browser.send(page, {"form": mark, "held": held})
    assert "is not waiting any more" in words(await browser.follow(again))


async def test_a_form_waits_for_its_own_session_and_page_alone(
    app: Litestar, house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    email = somebody()
    browser = await member(app, house, workspace.id, email=email)
    other = await admitted(house, workspace.text)
    people = f"/w/{workspace.text}/settings/people"
    page = f"{people}/{other}"
    await admin.execute(_AGE)
    held = await held_by(browser, page, act="remove", named="Kim Member")
    twin = Browser(app)
    await twin.press("/sign-in", email=email, password=PASSWORD)
    assert (await twin.open(f"/held/{held}")).status == 410, "of another browser"
    mark = form_of((await twin.open(page)).body.decode())
    await twin.send(page, {"form": mark, "held": held})
    await browser.press("/prove", password=PASSWORD)
    shown = (await browser.open(f"/held/{held}")).body.decode()
    await browser.send(people, {"form": form_of(shown), "held": held})
    await browser.send(page, {"form": "none of ours", "held": held})
    assert await role_of(house, workspace, other) is MemberRole.AGENT
    await admin.execute("UPDATE retour.held_form SET until = clock_timestamp()")
    assert (await browser.open(f"/held/{held}")).status == 410, "after five minutes"


async def test_of_one_session_the_latest_few_wait(
    app: Litestar, house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    browser = await member(app, house, workspace.id, email=somebody())
    page = f"/w/{workspace.text}/settings/people"
    await admin.execute(_AGE)
    held = [
        await held_by(browser, page, act="invite", email=somebody(), role="agent")
        for _ in range(holding.WAITING_MAX + 1)
    ]
    assert (await browser.open(f"/held/{held[0]}")).status == 410
    assert (await browser.open(f"/held/{held[-1]}")).status == 200


async def role_of(house: House, workspace: Workspace, person_id: str) -> MemberRole | None:
    """Say what somebody is now."""
    house.configs.forget(workspace.id)
    config = await house.configs.recent(workspace.id)
    assert config is not None
    found = config.members.get(person_id)
    return None if found is None else found.role
