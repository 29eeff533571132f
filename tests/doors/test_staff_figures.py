"""Keys, the log, reports and the portal at a browser: shown once, narrowed, drawn, arranged."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from retour.desk import auditing
from retour.desk.people.roles import MemberRole
from retour.desk.reports import KINDS
from retour.screens.staff import all as staff
from tests.doors.apps import app_of
from tests.doors.staff_story import Browser, member, somebody, words
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


@pytest_asyncio.fixture
async def admin(app: Litestar, house: House, workspace: Workspace) -> Browser:
    """An admin at a browser."""
    return await member(app, house, workspace.id, MemberRole.ADMIN, email=somebody())


async def test_a_key_is_made_shown_once_and_ended(shop: Client, admin: Browser) -> None:
    at = f"/w/{shop.workspace}/settings/keys"
    unsaid = await admin.press(f"{at}/new", name=" ")
    assert unsaid.status == 422
    assert 'id="name-wrong"' in unsaid.body.decode()
    assert "Tick what it may do." in words(unsaid)

    fields = {
        "name": "Till",
        "scopes": ["orders:read", "orders:write"],
        "role": "agent",
        "once": "00aa11bb",
    }
    made = await admin.press(f"{at}/new", **fields)
    assert made.status == 201
    token = re.search(r"rk_test_\w+", made.body.decode())
    assert token is not None
    again = await admin.press(f"{at}/new", **fields)
    listed = await admin.follow(again)
    assert "its token was shown then" in words(listed)
    assert token[0] not in listed.body.decode()
    kept = [one for one in (await shop.ask("GET", "/api-keys"))["data"] if one["name"] == "Till"]
    assert len(kept) == 1, "pressed twice is made once"
    assert (kept[0]["scopes"], kept[0]["role"]) == (["orders:read", "orders:write"], "agent")

    one = f"{at}/{kept[0]['id']}"
    assert "Nothing ever used it." in words(await admin.open(one))
    unnamed = await admin.press(one, named="till")
    assert (unnamed.status, "Type Till to end it" in words(unnamed)) == (422, True)
    assert (await shop.ask("GET", f"/api-keys/{kept[0]['id']}"))["revoked_at"] is None
    ended = await admin.press(one, named=" Till ")
    assert "The key has ended" in words(await admin.follow(ended))
    assert (await shop.ask("GET", f"/api-keys/{kept[0]['id']}"))["revoked_at"] is not None
    assert "End it for good" not in words(await admin.open(one))
    assert (await admin.open(f"{at}/nothing")).status == 404


async def test_the_log_says_who_changed_what(
    house: House, workspace: Workspace, shop: Client, admin: Browser
) -> None:
    async with house.database.transaction(workspace.id) as connection:
        await auditing.act(connection, workspace.id, "export.made", "returns", {"rows": 3})
    await admin.press(f"/w/{shop.workspace}/settings/brand", act="save", color="#0F766E")
    at = f"/w/{shop.workspace}/settings/audit"
    log = await admin.open(at)
    found = re.search(r'\?act=([\w.]*brand[\w.]*)"', log.body.decode())
    assert found is not None, words(log)
    narrowed = words(await admin.open(f"{at}?act={found[1]}"))
    assert "Ann Other" in narrowed.split("Changed")[1], narrowed
    noted = words(await admin.open(f"{at}?act=export.made"))
    assert "rows: 3" in noted, noted
    assert "Nothing matches" in words(await admin.open(f"{at}?subject=nowhere"))
    assert (await admin.open(f"{at}?cursor=x")).status == 422


@pytest.mark.parametrize("name", list(KINDS))
async def test_every_report_has_a_page_and_a_file(shop: Client, admin: Browser, name: str) -> None:
    await shop.ask("PUT", "/orders/7101", order_body(9))
    line = {"line": "1", "quantity": 1, "reason": "Torn"}
    await shop.ask("POST", "/returns", {"order_number": "7101", "lines": [line]})
    at = f"/w/{shop.workspace}/reports"
    assert KINDS[name].title in words(await admin.open(at))
    page = await admin.open(f"{at}/{name}")
    assert page.status == 200
    text = page.body.decode()
    rows = (await shop.ask("GET", f"/reports/{name}"))["rows"]
    assert ("Example figures" in text) is not bool(rows), "what never happened says so"
    assert "<svg" in text
    assert KINDS[name].how in words(page)
    if rows:
        assert text.count("<tr>") == len(rows) + 1
    file = await admin.open(f"{at}/{name}/csv")
    assert file.headers["content-type"].startswith("text/csv")
    assert file.body.count(b"\r\n") == len(rows) + 1
    assert "Bars: " in words(page) or "Each bar " in words(page) or "The line: " in words(page)
    if name == "by_reason":
        assert "Torn" in words(page)


async def test_a_number_leads_to_the_returns_behind_it(shop: Client, admin: Browser) -> None:
    await shop.ask("PUT", "/orders/7102", order_body(9))
    made = {}
    for reason in ("Torn", "Bleached"):
        line = {"line": "1", "quantity": 1, "reason": reason}
        body = {"order_number": "7102", "lines": [line]}
        made[reason] = (await shop.ask("POST", "/returns", body))["rma_number"]
    page = (await admin.open(f"/w/{shop.workspace}/reports/by_reason")).body.decode()
    link = re.search(r'href="([^"]*reason=Torn[^"]*)" aria-label="The returns: Torn"', page)
    assert link is not None, page

    behind = words(await admin.open(html.unescape(link[1])))
    assert made["Torn"] in behind
    assert made["Bleached"] not in behind
    line = {"line": "1", "quantity": 1, "reason": "changed_mind"}
    await shop.ask("POST", "/returns", {"order_number": "7102", "lines": [line]})
    page = words(await admin.open(f"/w/{shop.workspace}/reports/by_reason"))
    assert ("changed_mind" in page, "I changed my mind" in page) == (False, True), "in words"
    later = re.sub(r"since=[^&]*", "since=2100-01-01T00:00:00Z", html.unescape(link[1]))
    assert made["Torn"] not in words(await admin.open(later))
    await shop.ask("PUT", "/orders/7103", {**order_body(9), "channel": "kiosk"})
    sold = (await admin.open(f"/w/{shop.workspace}/reports/by_channel")).body.decode()
    assert ("kiosk" in sold, "The returns: kiosk" in sold) == (True, False), "there are none"
    wrong = await admin.open(f"/w/{shop.workspace}/returns?since=soon")
    assert (wrong.status, "since is no instant" in words(wrong)) == (422, True)


async def test_days_that_cannot_be_are_said_at_their_field(shop: Client, admin: Browser) -> None:
    at = f"/w/{shop.workspace}/reports"
    wrong = await admin.open(f"{at}/by_day?since=soon")
    assert wrong.status == 422
    assert 'id="since-wrong"' in wrong.body.decode()
    late = await admin.open(f"{at}/by_day?since=2026-05-02&until=2026-05-01")
    assert "The first day (since) is after the last" in words(late)
    assert (await admin.open(f"{at}/nothing")).status == 404
    assert (await admin.open(f"{at}/nothing/csv")).status == 404


async def test_the_portal_is_arranged(shop: Client, admin: Browser) -> None:
    at = f"/w/{shop.workspace}/settings/portal"
    assert "The portal begins with the order" in words(await admin.open(at))
    await admin.press(at, act="propose")
    proposed = (await shop.ask("GET", "/portal-settings"))["use_cases"]
    first = [one["id"] for one in proposed if one["under"] is None]
    assert len(first) > 1
    page = await admin.open(at)
    assert proposed[0]["label"]["en"] in words(page)

    await admin.press(at, act="up", case=first[1])
    moved = (await shop.ask("GET", "/portal-settings"))["use_cases"]
    assert [one["id"] for one in moved if one["under"] is None][:2] == [first[1], first[0]]
    question = next(one["id"] for one in proposed if one["outcome"] == "question")
    await admin.press(at, act="remove", case=question)
    left = (await shop.ask("GET", "/portal-settings"))["use_cases"]
    assert all(question not in (one["id"], one["under"]) for one in left)
    assert len(left) < len(proposed)

    wrong = await admin.press(at, email="care", phone="none", url="shop", orders="9")
    assert wrong.status == 422
    for name in ("phone", "url", "orders"):
        assert f'id="{name}-wrong"' in wrong.body.decode(), name
    saved = await admin.press(at, email="care@example.com", orders="2")
    assert saved.status == 303
    said = await shop.ask("GET", "/portal-settings")
    assert (said["contact"]["email"], said["orders"], said["gifts"]) == (
        "care@example.com",
        2,
        False,
    )
    assert said["use_cases"] == left, "what is arranged stays"
    unreal = await admin.press(at, email="care", orders="2")
    assert 'id="email-wrong"' in unreal.body.decode()
