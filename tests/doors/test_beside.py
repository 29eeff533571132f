"""A sandbox beside a live workspace: its rules and places, and nobody's orders."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest_asyncio

from retour.desk.people.roles import MemberRole
from retour.kernel.ids import workspace_number
from retour.screens.staff import all as staff
from tests.doors.apps import app_of
from tests.doors.client import call, client
from tests.doors.staff_story import form_of, member, somebody, words
from tests.support import pictures
from tests.support.running import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Client
    from tests.support.pg import Workspace


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


async def expect_apart(app: Litestar, house: House, sandbox: str, live: Client, token: str) -> None:
    """Look whether who is the sandbox's admin alone is nobody in the live one, by page and key."""
    number = workspace_number(sandbox)
    assert number is not None
    other = await member(app, house, number, email=somebody())
    home = await other.open(f"/w/{sandbox}")
    assert "Sandbox: play money" in words(home)
    for path in ("", "/settings/workspaces", "/settings/people", "/live"):
        assert (await other.open(f"/w/{live.workspace}{path}")).status == 404, path
    mark = form_of(home.body.decode())
    fields = {"form": mark, "act": "invite", "email": somebody(), "role": "admin"}
    sent = await other.send(f"/w/{live.workspace}/settings/people", fields)
    assert sent.status == 404
    shown = await other.open(f"/w/{sandbox}/settings/workspaces")
    assert live.workspace not in shown.body.decode()
    crossed = replace(live, token=token)
    for path in ("/orders/real", "/policies/default", "/people"):
        assert (await crossed.call("GET", path)).status == 404, path
    assert (await crossed.call("PUT", "/policies/default", {"window_days": 1})).status == 404
    assert (await live.ask("GET", "/policies/default"))["window_days"] == 47
    assert (await live.ask("GET", "/invitations"))["data"] == []


async def test_a_sandbox_takes_over_rules_and_places_alone(
    app: Litestar, house: House, live_workspace: Workspace
) -> None:
    """By page; its maker is its admin, it is clearly a sandbox, and there is but one."""
    live = client(app, live_workspace)
    await live.ask("PUT", "/orders/real", order_body(1))
    hub = {"name": "Hub", "kind": "merchant"}
    await live.ask("PUT", "/facilities/hub", hub)
    await live.ask("PUT", "/policies/default", {"window_days": 47})
    sent = await live.call(
        "POST", "/photos", pictures.jpeg_of_size(40, 40), {"content-type": "image/jpeg"}
    )
    photo = sent.json["id"]
    shown = {"pictures": [{"photo": photo, "text": "Heel"}], "name": {"en": "Like new"}}
    await live.ask("PUT", "/grades/A", shown)
    browser = await member(app, house, live_workspace.id, email=somebody())
    page = f"/w/{live_workspace.text}/settings/workspaces"
    assert "Make the sandbox" in words(await browser.open(page))
    made = await browser.press(page)
    home = await browser.follow(made)
    assert "is made. You are its admin" in words(home)
    assert "Sandbox: play money" in words(home)
    (sandbox,) = re.findall(r"/w/(ws_\w{13})$", made.headers["location"])
    listed = (await browser.open(page)).body.decode()
    assert f'href="/w/{sandbox}"' in listed
    again = await browser.follow(await browser.press(page))
    assert f"{sandbox} stands beside this workspace" in words(again)
    key = await browser.press(f"/w/{sandbox}/settings/keys/new", name="K", scopes="*", life="30")
    (token,) = set(re.findall(r"rk_test_[\w-]+", words(key)))
    seen = replace(live, workspace=sandbox, token=token)
    policy: dict[str, Any] = await seen.ask("GET", "/policies/default")
    assert policy["window_days"] == 47
    assert (await seen.ask("GET", "/facilities/hub"))["name"] == "Hub"
    grade: dict[str, Any] = await seen.ask("GET", "/grades/A")
    assert (grade["name"]["en"], grade["pictures"][0]["text"]) == ("Like new", "Heel")
    link = urlsplit(str(grade["pictures"][0]["links"]["full"]))
    kept = await seen.call("DELETE", f"/photos/{photo}")
    assert (kept.status, kept.pointers) == (422, {"": "in_use"})
    await live.ask("PUT", "/grades/A", {})
    assert (await call(app, "GET", link.path)).body.startswith(b"\xff\xd8")
    assert (await seen.call("GET", "/orders/real")).status == 404
    assert [one["name"] for one in (await seen.ask("GET", "/people"))["data"]] == ["Ann Other"]
    await expect_apart(app, house, sandbox, live, token)


async def test_only_who_may_makes_one_and_only_beside_a_live_workspace(
    app: Litestar, house: House, workspace: Workspace, live_workspace: Workspace
) -> None:
    agent = await member(app, house, live_workspace.id, MemberRole.AGENT, email=somebody())
    page = f"/w/{live_workspace.text}/settings/workspaces"
    assert "An admin can make one" in words(await agent.open(page))
    assert (await agent.press(page)).status == 403
    refused = await client(app, workspace).call("POST", "/sandbox")
    assert (refused.status, refused.json["errors"][0]["code"]) == (422, "sandbox_already")
