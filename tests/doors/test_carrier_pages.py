"""Carriers on pages: an account whose key is never shown, tried and forgotten; a label seen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest_asyncio

from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from tests.doors.apps import app_of
from tests.doors.client import client
from tests.doors.staff_story import Browser, member, somebody, words
from tests.support.running import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Client
    from tests.support.pg import Workspace

FIELDS = {
    "name": "EasyPost Germany",
    "api_key": "EZAK-secret-key",
    "webhook_secret": "hook-secret",
    "carriers": "DHLExpress, USPS",
    "label_format": "zpl",
    "weight_g": "800",
    "length_mm": "300",
    "width_mm": "200",
    "height_mm": "100",
}


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


@pytest_asyncio.fixture
async def admin(app: Litestar, house: House, workspace: Workspace) -> Browser:
    """An admin at a browser."""
    return await member(app, house, workspace.id, MemberRole.ADMIN, email=somebody())


async def test_an_account_is_kept_and_its_key_never_shown(shop: Client, admin: Browser) -> None:
    base = f"/w/{shop.workspace}/settings"
    wrong = {**FIELDS, "name": "", "api_key": "", "weight_g": "heavy"}
    refused = await admin.press(f"{base}/new-carrier", code="ep", **wrong)
    assert refused.status == 422
    for field in ("name", "api_key", "weight_g"):
        assert f'id="{field}-wrong"' in refused.body.decode(), field
    assert "hook-secret" not in refused.body.decode()
    made = await admin.press(f"{base}/new-carrier", code="ep", **FIELDS)
    page = await admin.follow(made)
    assert "EasyPost Germany is kept." in words(page)
    kept = await shop.ask("GET", "/carrier-accounts/ep")
    assert (kept["carriers"], kept["label_format"]) == (["DHLExpress", "USPS"], "zpl")
    assert kept["parcel"]["weight_g"] == 800
    assert kept["hook_url"] in page.body.decode()
    listed = await admin.open(f"{base}/carriers")
    for shown in (page, listed):
        assert "EZAK-secret-key" not in shown.body.decode()
    taken = await admin.press(f"{base}/new-carrier", code="ep", **FIELDS)
    assert taken.status == 422

    fields = {**FIELDS, "api_key": "", "webhook_secret": "", "name": "EasyPost Europe"}
    assert (await admin.press(f"{base}/carriers/ep", seen="1", **fields)).status == 303
    assert (await shop.ask("GET", "/carrier-accounts/ep"))["has_webhook_secret"] is True
    late = await admin.press(f"{base}/carriers/ep", seen="1", **{**fields, "name": "Other"})
    assert late.status == 409
    assert "Name EasyPost Europe Other" in words(late)


async def test_an_account_is_tried_and_forgotten(shop: Client, admin: Browser) -> None:
    base = f"/w/{shop.workspace}/settings"
    await admin.press(f"{base}/new-carrier", code="ep", **FIELDS)
    without = await admin.press(f"{base}/carriers/sandbox", act="try")
    assert "The facility 'main' has no address." in words(without)
    at = {"street": "Kai 1", "city": "Hamburg", "country": "DE"}
    await shop.ask("PUT", "/facilities/main", {"name": "Main", "kind": "merchant", "address": at})
    tried = await admin.press(f"{base}/carriers/sandbox", act="try")
    assert "standard 4.90 EUR 2" in words(tried)
    said = await shop.ask("POST", "/carrier-accounts/sandbox/test")
    assert [one["amount"] for one in said["prices"]] == ["4.90", "5.90"]

    await shop.ask("PUT", "/policies/express", {"carrier": "ep"})
    uses = await shop.ask("GET", "/carrier-accounts/ep/uses")
    assert uses == {"policies": ["express"], "labels": 0}
    assert "1 policy has labels made by it and will be told" in words(
        await admin.open(f"{base}/carriers/ep")
    )
    name = (await shop.ask("GET", "/carrier-accounts/ep"))["name"]
    unnamed = await admin.press(f"{base}/carriers/ep", act="forget", named="ep")
    assert (unnamed.status, f"Type {name} to forget it" in words(unnamed)) == (422, True)
    gone = await admin.press(f"{base}/carriers/ep", act="forget", named=name)
    assert "The account is forgotten." in words(await admin.follow(gone))
    assert (await shop.call("GET", "/carrier-accounts/ep")).status == 404


async def test_ways_to_send_are_told_as_policies_have_them(shop: Client, admin: Browser) -> None:
    fee = {"label": "Return label", "amounts": {"EUR": "4.90"}}
    when = {"request": {"methods": ["label"]}, "order": {"countries": ["CH"]}}
    rules = [{"id": "swiss", "when": when, "then": {"fee": fee}}]
    policy = {"methods": ["label", "drop_off"], "rules": rules}
    await shop.ask("PUT", "/policies/default", policy)
    said = words(await admin.open(f"/w/{shop.workspace}/settings/carriers"))
    assert "4.90 EUR from CH (swiss)" in said
    assert "Locker locker A box that fits; a code when the locker is emptied no policy" in said


async def test_a_label_can_be_looked_at(shop: Client, admin: Browser) -> None:
    at = {"street": "Kai 1", "city": "Hamburg", "country": "DE"}
    await shop.ask("PUT", "/facilities/main", {"name": "Main", "kind": "merchant", "address": at})
    there = f"/w/{shop.workspace}/settings/carriers/trial-label"
    assert (await admin.open(f"{there}?to=main")).body.startswith(b"\x89PNG")
    shown = await admin.open(f"{there}?to=main&as=pdf")
    assert shown.body.startswith(b"%PDF-")
    assert (await admin.open(f"{there}?to=nowhere")).status == 404
    zpl = await shop.call("GET", "/facilities/main/trial-label", query="format=zpl")
    assert b"Kai 1" in zpl.body
    assert (await shop.ask("GET", "/sandbox/carrier/ledger"))["data"] == []


async def test_a_live_workspace_s_policies_name_carriers_that_it_has(
    app: Litestar, house: House, live_workspace: Workspace
) -> None:
    live = client(app, live_workspace)
    admin = await member(app, house, live_workspace.id, MemberRole.ADMIN, email=somebody())
    at = f"/w/{live_workspace.text}/settings/policies"
    assert "Carrier of labels None yet: no label is made" in words(
        await admin.open(f"{at}/default")
    )
    await live.ask("PUT", "/orders/L-1", order_body(1, processor="external"))
    lines = [{"line": "1", "quantity": 1}]
    ret = await live.ask("POST", "/returns", {"order_number": "L-1", "lines": lines})
    play = await live.call("POST", f"/returns/{ret['id']}/quote", {"carrier": "sandbox"})
    assert play.code == "parcel_not_ready"
    assert "this workspace is live" in play.json["detail"]

    account = {"carrier": "easypost", "name": "Our post", "api_key": "EZTK_1"}
    await live.ask("PUT", "/carrier-accounts/ep", account)
    assert (await live.ask("GET", "/policy-examples/fashion"))["carrier"] == "ep"
    await admin.press(f"{at}-new", **{"id": "default", "from": "fashion"})
    there = f"{at}/default/draft"
    assert (await live.ask("GET", "/policies/default/draft"))["policy"]["carrier"] == "ep"
    form = (await admin.open(f"{there}/settings")).body.decode()
    chosen = form.split('name="carrier"')[1].split("</select>")[0]
    assert re.findall(r'<option value="([^"]*)"', chosen) == ["ep"]
    assert "Our post" in chosen
