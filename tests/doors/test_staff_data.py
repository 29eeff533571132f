"""The pages of data, system and set-up: found, counted, given, forgotten; what is to be mended."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest_asyncio

from retour.api.app import build
from retour.desk.exports import slices
from retour.desk.exports.contents import names
from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from tests.doors.apps import app_of
from tests.doors.staff_story import Browser, form_of, member, somebody, words
from tests.support.ordering import order_body

if TYPE_CHECKING:
    import asyncpg
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Client
    from tests.support.pg import Workspace

BUYER = {"email": "mira.sand@example.com", "name": "Mira Sand"}


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with the pages of staff."""
    return app_of(house, staff.routes)


async def admin_of(app: Litestar, house: House, workspace: Workspace) -> Browser:
    return await member(app, house, workspace.id, MemberRole.ADMIN, email=somebody())


async def bought(shop: Client) -> None:
    await shop.ask("PUT", "/orders/7", {**order_body(1), "customer": BUYER})


async def sent(browser: Browser, address: str, **fields: Any) -> Any:  # noqa: ANN401 - an answer
    """Send a form whose page was shown by another form."""
    assert browser.last is not None
    return await browser.send(address, {"form": form_of(browser.last.body.decode()), **fields})


async def test_a_person_is_counted_given_out_and_forgotten(
    app: Litestar, shop: Client, house: House, workspace: Workspace
) -> None:
    await bought(shop)
    browser = await admin_of(app, house, workspace)
    page = f"/w/{workspace.text}/settings/data/person"
    whom = {"way": "email", "value": BUYER["email"]}

    counted = words(await browser.press(page, **whom))
    given = await sent(browser, page, act="export", **whom)
    kept = zipfile.ZipFile(io.BytesIO(given.body))
    orders = json.loads(kept.read("orders.json"))
    await browser.press(page, **whom)
    unsure = await sent(browser, page, act="erase", typed="yes", **whom)
    told = words(unsure)
    after = await browser.follow(
        await sent(browser, page, act="erase", typed="forget", once="1", **whom)
    )

    assert "Orders stay, and name nobody 1" in counted
    assert (given.status, given.headers["content-type"]) == (200, "application/zip")
    assert orders["7"]["customer"]["name"] == BUYER["name"]
    assert unsure.status == 422
    assert "Nothing was changed. Type forget" in told
    assert "Forgotten: 1 orders" in words(after)
    assert "Nothing here names this person" in words(await browser.press(page, **whom))


async def test_a_request_stands_until_it_is_answered_and_then_names_nobody(
    app: Litestar, shop: Client, house: House, workspace: Workspace
) -> None:
    await bought(shop)
    browser = await admin_of(app, house, workspace)
    page = f"/w/{workspace.text}/settings/data"

    empty = words(await browser.open(page))
    wrong = await browser.press(page, kind="erase", way="order_number", value="none")
    kept = words(
        await browser.follow(await browser.press(page, kind="erase", way="order_number", value="7"))
    )
    (one,) = (await shop.ask("GET", "/data-requests"))["data"]
    opened = words(await browser.open(f"{page}/person?request={one['id']}"))
    done = await browser.follow(
        await browser.press(page, act="answer", request=one["id"], status="done")
    )

    assert "Nobody waits" in empty
    assert (wrong.status, "There is no such order here." in words(wrong)) == (422, True)
    assert "order 7 to be forgotten" in kept
    assert "Orders stay, and name nobody 1" in opened
    assert "Nobody waits" in words(done)
    (closed,) = (await shop.ask("GET", "/data-requests", query="status=closed"))["data"]
    assert (closed["status"], closed["closed_by"].partition(":")[0]) == ("done", "person")


async def test_every_column_is_shown_by_its_class(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    browser = await admin_of(app, house, workspace)
    page = f"/w/{workspace.text}/settings/data/columns"

    assert "withdrawal_content" in words(await browser.open(page))
    secret = words(await browser.open(f"{page}?class=secret"))
    assert ("code_secret" in secret, "withdrawal_content" in secret) == (True, False)


async def test_the_system_says_what_is_to_be_mended_and_sends_a_mail_to_oneself(
    app: Litestar, shop: Client, house: House, workspace: Workspace
) -> None:
    browser = await admin_of(app, house, workspace)
    page = f"/w/{workspace.text}/settings/system"
    quiet = words(await browser.open(page))
    assert ("No relay; mails wait" in quiet, "Nothing now: no backtest" in quiet) == (True, True)
    await shop.ask("POST", "/policies/default/backtest", {"days": 30})
    assert "1 backtest since" in words(await browser.open(page))

    deaf = replace(house, settings=replace(house.settings, smtp_url="smtp://127.0.0.1:9"))
    there = await admin_of(build(deaf, extra=staff.routes(deaf)), deaf, workspace)
    shown = words(await there.open(page))
    tried = await there.follow(await there.press(page))

    assert "RETOUR_SMTP_URL cannot be reached" in shown
    assert "to be mended" in shown
    assert "A mail is on its way to" in words(tried)


async def test_set_up_is_told_by_what_is_there(
    app: Litestar, shop: Client, house: House, workspace: Workspace
) -> None:
    browser = await admin_of(app, house, workspace)
    page = f"/w/{workspace.text}/settings/setup"
    before = (await shop.ask("GET", "/setup"))["done"]
    await shop.ask("PUT", "/brand", {"color": "#0F766E"})
    await bought(shop)

    half = {"name": "Main", "kind": "merchant", "address": {"street": "Kai 1"}}
    await shop.ask("PUT", "/facilities/main", half)
    shown = words(await browser.open(page))
    home = words(await browser.open(f"/w/{workspace.text}"))
    aside = words(await browser.follow(await browser.press(page, aside="yes")))

    assert (await shop.ask("GET", "/setup"))["done"] == before + 2
    assert "Next: an address that goods come back to. Go on with the set-up" in home
    assert "Go on with the set-up" not in words(await browser.open(f"/w/{workspace.text}"))
    assert f"{before + 2} of 8 steps are done" in shown
    assert "Your brand done Pages and mails look like you. See it as shoppers do" in shown
    assert "No facility has a street, a town and a country yet" in shown, "a street alone is none"
    assert "No mail to shoppers is switched on yet" in shown or "RETOUR_SMTP_URL" in shown
    mails = words(await browser.open(f"/w/{workspace.text}/settings/mails"))
    assert "No mail leaves: this house has no relay" in mails
    assert "You put this aside" in aside
    assert "steps are left" in words(await browser.follow(await browser.press(page, aside="no")))


async def test_how_long_what_is_kept_is_said_in_days(
    app: Litestar, shop: Client, house: House, workspace: Workspace
) -> None:
    browser = await admin_of(app, house, workspace)
    page = f"/w/{workspace.text}/settings/data"

    wrong = await browser.press(page, act="keep", mails="3")
    done = await browser.follow(
        await browser.press(page, act="keep", customers="", mails="90", photos="400")
    )

    assert (wrong.status, "Give days from 30 to 36500" in words(wrong)) == (422, True)
    assert "Kept so from now on" in words(done)
    kept = {
        one["subject"]: one["days"] for one in (await shop.ask("GET", "/retention"))["subjects"]
    }
    assert kept == {"customers": None, "mails": 90, "photos": 400, "withdrawals": 1095}


async def test_everything_is_written_into_a_file_that_is_taken_with_a_proof(
    app: Litestar, shop: Client, house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    await bought(shop)
    browser = await admin_of(app, house, workspace)
    page = f"/w/{workspace.text}/settings/data/exports"

    assert "Write everything into a file" in words(await browser.open(page))
    begun = words(await browser.follow(await browser.press(page)))
    (one,) = (await shop.ask("GET", "/exports"))["data"]
    done, shown = 0, ""
    while await slices.go_on(house, workspace.id, one["id"]) is not None:
        if (done := done + 1) == len(names()) + 1:  # Counted, and one is written.
            shown = words(await browser.open(page))
    ready = words(await browser.open(page))
    file = await browser.open(f"{page}/{one['id']}/file")
    await admin.execute(
        "UPDATE retour.person_session SET proved_at = proved_at - interval '6 minutes'"
    )
    unproved = await browser.open(f"{page}/{one['id']}/file")
    begin = await browser.send(page, {"form": form_of((await browser.open(page)).body.decode())})

    assert "Counting what there is" in begun
    assert "rows are written" in shown
    assert ("Download" in ready, "kept until" in ready) == (True, True)
    assert (file.status, file.headers["content-type"]) == (200, "application/zip")
    assert len(file.body) == int(file.headers["content-length"])
    orders = zipfile.ZipFile(io.BytesIO(file.body)).read("orders.jsonl").splitlines()
    assert [json.loads(line)["customer"]["name"] for line in orders] == [BUYER["name"]]
    for asked in (unproved, begin):
        assert (asked.status, asked.headers["location"].partition("?")[0]) == (303, "/prove")
    acts = {row["act"] for row in (await shop.ask("GET", "/audit"))["data"]}
    assert {"workspace.export_begun", "workspace.exported"} <= acts
