"""What is no setting and yet must be known later: who came in as admin, and who took a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest_asyncio

from retour.desk import auditing
from retour.desk.outcome import Done
from retour.desk.pages import Page
from retour.desk.people import persons
from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from tests.doors.apps import app_of
from tests.doors.staff_story import PASSWORD, Browser, form_of, member, somebody

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Client
    from tests.support.pg import Workspace


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


async def acts(shop: Client, word: str) -> list[dict[str, Any]]:
    """Read the log's rows of one act."""
    page: dict[str, Any] = await shop.ask("GET", "/audit", query=f"act={word}")
    return page["data"]


async def test_who_comes_in_as_admin_is_noted(
    app: Litestar, house: House, workspace: Workspace, shop: Client
) -> None:
    """An agent's coming and going is not; the way is, and nothing of the password."""
    email = somebody()
    await member(app, house, workspace.id, MemberRole.AGENT, email=somebody())
    await member(app, house, workspace.id, email=email)
    before = len(await acts(shop, "person.signed_in"))
    await Browser(app).press("/sign-in", email=email, password="wrong one")
    await Browser(app).press("/sign-in", email=email, password=PASSWORD)
    rows = await acts(shop, "person.signed_in")
    assert len(rows) == before + 1
    assert rows[0]["details"] == {"role": "admin", "way": "password"}
    assert rows[0]["actor"] == f"person:{rows[0]['subject']}"


async def test_what_people_do_to_their_own_way_in_is_noted_in_their_name(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    """In the house's own log, whoever they are: coming, joining, proving, changing, leaving."""
    email = somebody()
    agent = await member(app, house, workspace.id, MemberRole.AGENT, email=email)
    person = await persons.by_email(house, email)
    assert person is not None
    await agent.press("/prove?next=%2Fme", password=PASSWORD)
    await agent.press("/me", act="password", password="nine long boats")
    await agent.press("/me", act="rename", name="Kim Other")
    form = form_of((await agent.open("/me")).body.decode())
    await agent.send("/sign-out", {"form": form})
    by = f"person:{person.id}"
    done = await auditing.listing(house, persons.HOUSE, Page(limit=200), actor=by)
    assert isinstance(done, Done)
    rows = [(one["act"], one["details"]) for one in msgspec.json.decode(done.body)["data"][::-1]]
    assert [act for act, _ in rows] == [
        "person_session.insert",
        "person_session.update",
        "person.update",
        "person.update",
        "person_session.delete",
    ]
    assert rows[0][1]["new"] == {**rows[0][1]["new"], "person_id": person.id, "way": "password"}
    assert rows[1][1]["changed"] == ["proved_at"]
    assert [details["changed"] for _, details in rows[2:4]] == [["password"], ["name"]]
    (joined,) = [
        one
        for one in await acts_of(house, workspace.id, "membership.insert")
        if one["subject"] == person.id
    ]
    assert (joined["actor"], joined["details"]["new"]["role"]) == (by, "agent")
    assert (await auditing.prove(house, persons.HOUSE)).faults == ()


async def acts_of(house: House, workspace_id: int, word: str) -> list[dict[str, Any]]:
    """Read the log's rows of one act from the house itself."""
    done = await auditing.listing(house, workspace_id, Page(limit=200), word=word)
    assert isinstance(done, Done)
    rows: list[dict[str, Any]] = msgspec.json.decode(done.body)["data"]
    return rows


async def test_who_takes_a_report_as_a_file_is_noted(
    app: Litestar, house: House, workspace: Workspace, shop: Client
) -> None:
    """Looking at it is not; before the first row and after the last, with how many there were."""
    browser = await member(app, house, workspace.id, email=somebody())
    page = f"/w/{workspace.text}/reports/by_sku"
    assert (await browser.open(page)).status == 200
    assert await acts(shop, "report.exported") == []
    assert (await browser.open(f"{page}/csv")).status == 200
    (begun,) = await acts(shop, "report.export_begun")
    (row,) = await acts(shop, "report.exported")
    assert (begun["subject"], set(begun["details"])) == ("by_sku", {"since", "until"})
    assert row["details"] == {**begun["details"], "rows": 0, "whole": True}
    assert row["actor"] == begun["actor"]
    assert row["actor"].startswith("person:psn_")
