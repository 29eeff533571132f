"""Notifications at a browser: ticked in the grid, written in the editor, sent to endpoints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest_asyncio

from retour.api.app import build
from retour.desk.people.roles import MemberRole
from retour.kernel.subscription import SubscriptionState
from retour.screens.staff import all as staff
from retour.store.telling import set_state
from retour.store.telling_notifications import subscriptions_of_profiles
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
    return build(house, extra=staff.routes(house))


@pytest_asyncio.fixture
async def admin(app: Litestar, house: House, workspace: Workspace) -> Browser:
    """An admin at a browser."""
    return await member(app, house, workspace.id, MemberRole.ADMIN, email=somebody())


SLACK = "https://hooks.slack.com/services/T/B/x"


async def _profile(shop: Client, **said: object) -> str:
    body = {"name": "Ops", "type": "email", "address": "ops@example.com", **said}
    return str((await shop.ask("POST", "/notification-profiles", body))["id"])


async def _template(shop: Client, **said: object) -> str:
    body = {"event": "return_received", "type": "email", **said}
    return str((await shop.ask("POST", "/notification-templates", body))["id"])


# ---------------------------------------------------------------- the grid


async def test_a_tick_switches_and_what_others_did_stays(shop: Client, admin: Browser) -> None:
    at = f"/w/{shop.workspace}/settings/notifications"
    assert "Nobody is told anything yet" in words(await admin.open(at))
    ops = await _profile(shop)
    page = (await admin.open(at)).body.decode()
    cell = f"return_received|email|{ops}"
    assert f'value="{cell}"' in page
    assert page.count('name="cell"') == 18
    done = await admin.press(at, act="save", cell=[cell])
    assert "1 switched on" in words(await admin.follow(done))
    (made,) = (await shop.ask("GET", "/notification-templates"))["data"]
    assert (made["event"], made["profiles"], made["active"]) == ("return_received", [ops], True)
    # Somebody else switched another on since this page was shown: it says nothing of that one.
    other = {"event": "return_shipped", "type": "email", "profile": ops, "on": True}
    await shop.ask("PATCH", "/notification-matrix", {"cells": [other]})
    await admin.press(at, act="save", was=[cell], cell=[])
    on = {one["event"]: one["active"] for one in (await _all(shop))}
    assert on == {"return_received": False, "return_shipped": True}
    unchanged = await admin.press(at, act="save", was=[cell], cell=[cell])
    assert "Nothing was changed" in words(await admin.follow(unchanged))


async def _all(shop: Client) -> list[dict[str, object]]:
    found: list[dict[str, object]] = (await shop.ask("GET", "/notification-templates"))["data"]
    return found


async def test_a_cell_is_tried_whether_it_is_on_or_not(shop: Client, admin: Browser) -> None:
    at = f"/w/{shop.workspace}/settings/notifications"
    hook = await _profile(shop, type="custom", address=None, url="http://127.0.0.1:9/hook")
    tried = await admin.press(at, **{"try": f"return_settled|xml|{hook}"})
    assert "A sample is on its way to Ops" in words(await admin.follow(tried))
    customer = await _profile(shop, name="Customer", address="customer")
    tried = await admin.press(at, **{"try": f"return_received|email|{customer}"})
    assert "@example.com, marked as a test" in words(await admin.follow(tried))
    types = [one["type"] for one in (await shop.ask("GET", "/deliveries"))["data"]]
    assert types == ["return.received", "return.settled"]


async def test_addresses_are_told_of_troubles(shop: Client, admin: Browser) -> None:
    at = f"/w/{shop.workspace}/settings/notifications"
    await admin.open(at)
    form = {"form": _mark(admin), "act": "tell"}
    wrong = await admin.send(at, {**form, "address": "nobody"})
    assert wrong.status == 422
    assert 'id="address-wrong"' in wrong.body.decode()
    assert 'value="nobody"' in wrong.body.decode(), "what was typed stands there still"
    await admin.send(at, {**form, "address": "ops@example.com"})
    (made,) = (await shop.ask("GET", "/subscriptions"))["data"]
    assert (made["url"], len(made["events"])) == ("mailto:ops@example.com", 5)
    was = [f"{made['id']}|{event}" for event in made["events"]]
    await admin.press(at, act="choose", grid="notices", was=was, asked=was[:2])
    (now,) = (await shop.ask("GET", "/subscriptions"))["data"]
    assert now["events"] == made["events"][:2]
    none = await admin.press(at, act="choose", grid="notices", was=was[:2], asked=[])
    assert none.status == 422
    assert "Somebody has to hear of something" in words(none)


async def test_kibos_words_are_ticked_by_endpoint(shop: Client, admin: Browser) -> None:
    at = f"/w/{shop.workspace}/settings/notifications"
    body = {"url": "http://127.0.0.1:9/kibo", "dialect": "kibo"}
    made = await shop.ask("POST", "/subscriptions", body)
    page = (await admin.open(at)).body.decode()
    cells = re.findall(r'name="asked" value="([^"]+)"[^>]* checked', page)
    assert len(cells) == 7, "Kibo's six, and its error for a refund"
    await admin.press(at, act="choose", was=cells, asked=cells[:1])
    now = await shop.ask("GET", f"/subscriptions/{made['id']}")
    assert now["events"] == ["return_created"]


# ---------------------------------------------------------------- the editor


async def test_two_who_edit_lose_nothing(shop: Client, admin: Browser) -> None:
    template = await _template(shop, body="Dear Ann,\nit came.")
    at = f"/w/{shop.workspace}/settings/templates/{template}"
    there = f"/notification-templates/{template}"
    await shop.ask("PATCH", there, {"body": "Dear Ann,\nyour parcel came."})
    mine = {"version": "1", "active": "1", "body": "Dear Bob,\nit came.", "note": "For Bob"}
    stale = await admin.press(at, **mine)
    assert stale.status == 422
    page = stale.body.decode()
    assert "<mark>Bob</mark>" in page, "what differs is marked"
    assert "Dear Bob,\nit came." in page, "what was typed stands there still"
    assert 'value="For Bob"' in page
    assert 'name="version" value="2"' in page
    assert (await shop.ask("GET", there))["version"] == 2
    await admin.press(at, **{**mine, "version": "2"})
    newest = (await shop.ask("GET", f"{there}/versions"))["data"][0]
    assert (newest["version"], newest["note"]) == (3, "For Bob")
    assert newest["made_by"].startswith("person:")


async def test_versions_are_listed_compared_and_said_again(shop: Client, admin: Browser) -> None:
    template = await _template(shop, body="First words")
    at = f"/w/{shop.workspace}/settings/templates/{template}"
    await admin.press(at, version="1", active="1", body="Second words", note="Try")
    listed = words(await admin.open(f"{at}/versions"))
    assert "Ann Other" in listed
    assert "Try" in listed
    shown = (await admin.open(f"{at}/versions/2")).body.decode()
    assert "<mark>First</mark>" in shown
    assert "<mark>Second</mark>" in shown
    again = await admin.press(f"{at}/versions/1")
    assert "as version 3" in words(await admin.follow(again))
    there = f"/notification-templates/{template}"
    assert (await shop.ask("GET", there))["body"] == "First words"
    against = (await admin.open(f"{at}/versions/2?against=3")).body.decode()
    assert "Version 2 beside version 3" in against
    assert (await admin.open(f"{at}/versions/77")).status == 404


async def test_words_are_looked_over_and_tried_at_ones_own_address(
    shop: Client, admin: Browser
) -> None:
    customer = await _profile(shop, address="customer")
    template = await _template(shop, profiles=[customer])
    at = f"/w/{shop.workspace}/settings/templates/{template}"
    assert "Begin with the standard words" in words(await admin.open(at))
    begun = (await admin.open(f"{at}?from=standard")).body.decode()
    assert "{%" in begun.partition("<textarea")[2].partition("</textarea>")[0], "ours, to change"
    bad = '<a href="http://x.example">x</a>\n{{ custmer.name }}<img src="https://x.example/y.png">'
    looked = words(await admin.press(at, act="check", body=bad))
    assert "line 2, column 4: There is no variable custmer.name" in looked
    assert "This link is not encrypted" in looked
    assert "This picture has no words" in looked
    gone = '<a href="{{ message.text }}">Read</a>{% for one in (1..900) %}'
    large = words(
        await admin.press(at, act="check", body=f"{gone}<p>{'x' * 120}</p>{{% endfor %}}")
    )
    assert "line 1, column 10: Of this return the link “Read” comes out empty" in large
    assert "Of this return the mail has 12" in large
    named = await admin.press(at, act="check", body="Fine", of="none such")
    assert (named.status, 'id="of-wrong"' in named.body.decode()) == (422, True)
    admin.is_strict = False  # A piece of a page.
    form = {"form": _mark(admin)}
    asked = words(await admin.send(f"{at}/checked", {**form, "body": "Fine"}))
    assert "Nothing to mend" in asked
    assert re.search(r"the mail has \d\.\d kB of HTML", asked)
    unknown = await admin.send(f"{at}/checked", {**form, "of": "none such"})
    assert "No return is found" in words(unknown)
    await admin.open(at)
    wrong = await admin.press(at, act="try", to="nobody", body="Not kept")
    assert (wrong.status, 'id="to-wrong"' in wrong.body.decode()) == (422, True)
    tried = await admin.press(at, act="try", to="qa@example.com", subject="Draft", body="Not kept")
    assert "on their way to qa@example.com, marked as a test. Nothing is saved yet" in words(tried)
    assert "Not kept" in tried.body.decode()
    assert (await shop.ask("GET", f"/notification-templates/{template}"))["body"] is None
    assert len((await shop.ask("GET", "/deliveries"))["data"]) == 1


def _mark(browser: Browser) -> str:
    assert browser.last is not None
    return browser.last.body.decode().split('name="form" value="')[1].split('"')[0]


async def test_a_preview_goes_by_a_number(shop: Client, admin: Browser) -> None:
    template = await _template(shop, body="{{ return.order_number }}")
    at = f"/w/{shop.workspace}/settings/templates/{template}/shown"
    await shop.ask("PUT", "/orders/7009", order_body(9))
    line = {"line": "1", "quantity": 1, "reason": "Torn"}
    await shop.ask("POST", "/returns", {"order_number": "7009", "lines": [line]})
    admin.is_strict = False  # A mail is no page of ours.
    shown = await admin.open(f"{at}?of=7009&part=text")
    assert "7009" in words(shown)
    await shop.ask(
        "PATCH", f"/notification-templates/{template}", {"subject": "Of {{ order.number }}"}
    )
    framed = words(await admin.open(f"{at}?of=7009"))
    assert "Of 7009" in framed, "the subject stands on top of the mail"
    assert "No return is found by" in words(await admin.open(f"{at}?of=nothing-like-it"))


async def test_another_language_is_added_from_its_tab(shop: Client, admin: Browser) -> None:
    ops = await _profile(shop)
    template = await _template(shop, profiles=[ops])
    at = f"/w/{shop.workspace}/settings/templates/{template}"
    assert "Add Dutch missing" in words(await admin.open(at))
    added = await admin.press(at, act="language", language="nl")
    assert "It is said in Dutch too" in words(await admin.follow(added))
    assert {one["language"] for one in await _all(shop)} == {"en", "nl"}
    await shop.ask("PATCH", f"/notification-templates/{template}", {"subject": "Ours"})
    tabs = words(await admin.open(at))
    assert "English own words" in tabs
    assert "Dutch standard subject Add French missing" in tabs


async def test_why_a_customer_was_not_mailed_is_said(shop: Client, admin: Browser) -> None:
    """Each step of a return, its mail, and what to do where none went out."""
    await shop.ask("PUT", "/policies/default", {"approval": "manual"})
    await shop.ask("PUT", "/orders/8001", order_body(9))
    asked = {"lines": [{"line": "1", "quantity": 1, "reason": "Torn"}]}
    ret = (await shop.ask("POST", "/returns", {"order_number": "8001", **asked}))["id"]
    mails, page = f"/returns/{ret}/customer-mails", f"/w/{shop.workspace}/returns/{ret}/told"

    async def why() -> list[tuple[str, str, str | None]]:
        data = (await shop.ask("GET", mails))["data"]
        return [(one["event"], one["status"], one["why"]) for one in data]

    requested = ("return_requested", "not_sent", "mails_off")
    assert [requested] == await why()
    assert "No mails to customers are turned on" in words(await admin.open(page))
    made = await shop.ask("POST", "/notification-templates/defaults", {"languages": ["en", "de"]})
    requested = ("return_requested", "not_sent", "made_later")
    assert [requested] == await why()
    english, german = (
        f"/notification-templates/{one['id']}"
        for one in made["templates"]
        if one["event"] == "return_authorized"
    )
    for path in (english, german):
        await shop.ask("PATCH", path, {"active": False})
    await shop.ask("POST", f"/returns/{ret}/authorize", {})
    assert [("return_authorized", "not_sent", "switched_off"), requested] == await why()
    await shop.ask("PATCH", german, {"active": True})
    assert [("return_authorized", "not_sent", "off_then"), requested] == await why()
    for path in (english, german):
        await shop.ask("DELETE", path)
    assert ("return_authorized", "not_sent", "no_mail") == (await why())[0]
    await shop.ask("POST", f"/returns/{ret}/cancel", {"reason": "Changed their mind"})
    assert ("return_canceled", "pending", "waiting") == (await why())[0]
    await shop.ask("PATCH", f"/notification-profiles/{made['profile']}", {"status": "paused"})
    assert ("return_canceled", "pending", "paused") == (await why())[0]
    shown = words(await admin.open(page))
    for said in ("waits until it is resumed", "Tick it in the grid", "was made after", "Its words"):
        assert said in shown
    assert (await shop.call("GET", "/returns/ret_none/customer-mails")).status == 404


# ---------------------------------------------------------------- profiles and endpoints


async def test_endpoints_are_made_paused_and_ended(shop: Client, admin: Browser) -> None:
    at = f"/w/{shop.workspace}/settings/endpoints"
    assert "Messages go nowhere yet" in words(await admin.open(at))
    for address, form in (("http://127.0.0.1:9/x", "plain text"), (SLACK, "Slack’s form")):
        chat = await _profile(shop, type="chat", address=None, url=address)
        assert f"Chat, in {form}." in words(await admin.open(f"{at}/{chat}"))
        await shop.ask("DELETE", f"/notification-profiles/{chat}")
    wrong = await admin.press(f"{at}/new", kind="custom", name="", target="nowhere")
    assert wrong.status == 422
    hook = "http://127.0.0.1:9/hook"
    made = await admin.press(f"{at}/new", kind="custom", name="ERP", target=hook, headers="X-A: b")
    assert made.status == 201
    assert "whsec_" in words(made)
    (profile,) = (await shop.ask("GET", "/notification-profiles"))["data"]
    assert (profile["url"], profile["headers"]) == (hook, {"X-A": "b"})
    one = f"{at}/{profile['id']}"
    assert "whsec_" not in words(await admin.open(one)), "shown once"
    await admin.press(one, act="pause")
    there = f"/notification-profiles/{profile['id']}"
    assert (await shop.ask("GET", there))["status"] == "paused"
    await admin.press(one, act="resume")
    await admin.press(one, act="save", name="The ERP", target=hook, headers="")
    now = await shop.ask("GET", there)
    assert (now["status"], now["name"], now["headers"]) == ("active", "The ERP", {})
    broken = await admin.press(one, act="save", name="x", target=hook, headers="no colon")
    assert 'id="headers-wrong"' in broken.body.decode()
    unsure = await admin.press(one, act="end", named="something else")
    assert (unsure.status, "Nothing was ended" in words(unsure)) == (422, True)
    assert "nothing waits for it now" in words(unsure)
    title = (await admin.open(one)).body.decode().partition("Type ")[2].partition("<")[0]
    await admin.press(one, act="end", named=title)
    assert (await shop.call("GET", there)).status == 404


async def test_a_secret_is_made_anew_and_shown_again_for_a_reason(
    shop: Client, admin: Browser
) -> None:
    made = await shop.ask("POST", "/subscriptions", {"url": "http://127.0.0.1:9/hook"})
    profile = await _profile(shop, type="custom", address=None, url="http://127.0.0.1:9/hook")
    for one in (made["id"], profile):
        at = f"/w/{shop.workspace}/settings/endpoints/{one}"
        shown = await admin.press(f"{at}/secret")
        assert shown.status == 201
        assert "whsec_" in words(shown)
        assert "signs beside it until" in words(shown)
        secrets = re.findall(r"whsec_[\w+/=]+", words(shown))
        unsaid = await admin.press(f"{at}/reveal", reason=" ")
        assert (unsaid.status, "Say why" in words(unsaid)) == (422, True)
        again = words(await admin.press(f"{at}/reveal", reason="A new machine"))
        assert re.findall(r"whsec_[\w+/=]+", again)[:1] == secrets
        assert "signs beside it until" in again
        told = (await shop.ask("GET", "/audit", query="act=secret.revealed"))["data"][0]
        assert (told["subject"], told["details"]) == (one, {"reason": "A new machine"})
        assert told["actor"].startswith("person:")
    mails = await _profile(shop)
    unsigned = await shop.call(
        "POST", f"/notification-profiles/{mails}/reveal", {"reason": "To see"}
    )
    assert (unsigned.status, unsigned.pointers) == (422, {"": "not_applicable"})


async def _states(house: House, workspace: Workspace, profile: str) -> set[str]:
    async with house.database.transaction(workspace.id) as connection:
        pairs = await subscriptions_of_profiles(connection, workspace.id, [profile])
    return {f"{pair.state.value}: {pair.state_reason}" for pair in pairs}


async def _column(shop: Client) -> tuple[str, str | None]:
    one = (await shop.ask("GET", "/notification-matrix"))["columns"][0]
    return one["status"], one["status_reason"]


async def _fails(house: House, workspace: Workspace, profile: str) -> None:
    """Have a profile's receiver fail, as the engine notes it."""
    async with house.database.transaction(workspace.id) as connection:
        (pair,) = await subscriptions_of_profiles(connection, workspace.id, [profile])
        state = SubscriptionState.PROBING
        await set_state(connection, workspace.id, pair.id, state, "503")


async def test_a_paused_profile_holds_everything_and_loses_nothing(
    shop: Client, admin: Browser, house: House, workspace: Workspace
) -> None:
    hook = await _profile(shop, type="custom", address=None, url="http://127.0.0.1:9/hook")
    template = await _template(shop, event="return_requested", type="json", profiles=[hook])
    there = f"/notification-profiles/{hook}"
    await shop.ask("PATCH", there, {"status": "paused"})
    assert await _states(house, workspace, hook) == {"paused: profile paused"}
    assert await _column(shop) == ("paused", None)
    for active in (False, True):  # Whoever switches a template does not resume the profile.
        await shop.ask("PATCH", f"/notification-templates/{template}", {"active": active})
    assert await _states(house, workspace, hook) == {"paused: profile paused"}
    await shop.ask("PUT", "/orders/7010", order_body(9))
    line = {"line": "1", "quantity": 1}
    await shop.ask("POST", "/returns", {"order_number": "7010", "lines": [line]})
    (waiting,) = (await shop.ask("GET", "/deliveries", query="type=return.requested"))["data"]
    assert waiting["status"] == "pending"
    rotated = await shop.ask("POST", f"{there}/rotate", {})
    assert rotated["secret"].startswith("whsec_")
    await shop.ask("PATCH", there, {"status": "active"})
    assert await _states(house, workspace, hook) == {"active: None"}
    assert await _column(shop) == ("active", None)
    await _fails(house, workspace, hook)
    assert await _column(shop) == ("probing", "503")
    at = f"/w/{shop.workspace}/settings"
    for page in ("notifications", "endpoints", f"endpoints/{hook}"):
        assert "failing" in words(await admin.open(f"{at}/{page}"))
    await admin.press(f"{at}/endpoints/{hook}", act="resume")
    assert await _column(shop) == ("active", None)
    health = await shop.ask("GET", f"{there}/health")
    assert (health["attempts"], len(health["hours"])) == (0, 24)
