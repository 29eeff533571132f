"""Mails to customers as they arrive: what the first one can promise, and the way back."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from babel.dates import format_date

from retour.api.app import build
from retour.desk.house import House
from retour.dialects.notification.customer_words import CUSTOMER_LANGUAGES
from retour.dialects.portal.languages import JOURNEY, LANGUAGES
from retour.dialects.withdrawal.labels import LABELS
from retour.lifecycle.commands import Authorize
from retour.screens import follow
from retour.screens.portal import journey
from tests.doors.client import Client
from tests.doors.portal_walk import page, press, text
from tests.doors.test_notifications import PROFILES, TEMPLATES, a_template, delivered, text_of
from tests.support.pg import Workspace
from tests.support.told import ask_return, give, put_order

if TYPE_CHECKING:
    from litestar import Litestar

ZONE: Final = ZoneInfo("Europe/Berlin")
"""The workspace's."""


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The API, and the portal's pages beside it."""
    return build(house, extra=[*journey.routes(house), *follow.routes(house)])


async def test_the_mail_about_a_request_says_what_can_be_expected(
    shop: Client, house: House, workspace: Workspace
) -> None:
    await put_order(house, workspace.id, "A1")
    mail = await a_template(
        shop, "return_requested", "email", {"type": "email", "address": "customer"}
    )
    ret = await ask_return(house, workspace.id, "A1", 2)
    preview = await shop.ask("POST", f"{TEMPLATES}/{mail['id']}/preview")
    simulated = await shop.ask("POST", f"/returns/{ret}/settlements/simulate", {})
    await give(house, workspace.id, ret, Authorize())
    await ask_return(house, workspace.id, "A1", 1)
    first, second = await delivered(house, workspace)

    assert simulated["total"] == "20.00"
    assert "Expected amount: €20.00 (Money back, the way you paid)" in preview["text"]
    assert "€20.00" in preview["html"]
    assert "Expected amount: €20.00" in text_of(first)
    assert re.search(
        r"^Paid once the .*, on \w+day, .* at the latest\.\r?$", text_of(first), re.MULTILINE
    )
    assert "Expected amount: €10.00" in text_of(second)


async def test_what_cannot_be_foreseen_is_not_said(
    shop: Client, house: House, workspace: Workspace
) -> None:
    """Of an order that nothing was paid for."""
    await put_order(house, workspace.id, "A1", payments=[])
    await a_template(shop, "return_requested", "email", {"type": "email", "address": "customer"})
    ret = await ask_return(house, workspace.id, "A1")
    simulated = await shop.call("POST", f"/returns/{ret}/settlements/simulate", {})
    (mail,) = await delivered(house, workspace)

    assert simulated.status == 409
    assert "- 1 × Mug" in text_of(mail)
    assert "Expected" not in text_of(mail)
    assert "Paid" not in text_of(mail)


@pytest.mark.parametrize("language", sorted(JOURNEY))
async def test_the_way_back_is_one_button_that_nobody_else_hears_of(
    shop: Client, house: House, workspace: Workspace, language: str
) -> None:
    await put_order(house, workspace.id, "A1")
    hook = await shop.ask(
        "POST", "/subscriptions", {"url": "http://127.0.0.1:9/", "events": ["message.created"]}
    )
    await press(shop, f"/p/{shop.workspace}/resume?lang={language}", {"number": "A1"})
    told = await shop.ask("GET", "/deliveries", query=f"subscription={hook['id']}")
    (mail,) = await delivered(house, workspace)
    plain, html = text_of(mail), mail.get_body(("html",))
    assert html is not None
    shown = html.get_content()
    address = re.search(rf"{JOURNEY[language].mail_open}: https?://[^/]+(/p/\S+)", plain)
    assert address is not None

    assert told["data"] == []
    assert mail["Auto-Submitted"] == "auto-generated"
    assert shown.count('class="action"') == 1
    assert address[1] in shown
    assert shown.count(LABELS[language].entry) == plain.count(LABELS[language].entry) == 1
    items = text(await page(shop, address[1]))
    assert LANGUAGES[language].items_title in items
    assert not re.search(r"\[[a-z]+\]", plain)


@pytest.mark.parametrize("language", sorted(JOURNEY))
async def test_the_way_to_a_return_is_the_same_mail(
    shop: Client, house: House, workspace: Workspace, language: str
) -> None:
    await put_order(house, workspace.id, "A1")
    ret = await ask_return(house, workspace.id, "A1")
    await give(house, workspace.id, ret, Authorize())
    seen = await shop.ask("GET", f"/returns/{ret}")
    buyer = (await shop.ask("GET", "/orders/A1"))["customer"]
    sought = {"number": seen["rma_number"], "proof": buyer["email"]}
    await press(shop, f"/p/{shop.workspace}?lang={language}", sought)
    (mail,) = await delivered(house, workspace)
    plain = text_of(mail)
    address = re.search(rf"{JOURNEY[language].mail_open}: https?://[^/]+(/follow/\S+)", plain)

    assert address is not None
    assert seen["rma_number"] in mail["Subject"]
    assert seen["rma_number"] in plain
    assert not re.search(r"\[[a-z]+\]", plain)
    assert seen["rma_number"] in text(await page(shop, address[1]))


async def test_a_trial_through_one_s_own_profile_spares_the_customer(
    shop: Client, house: House, workspace: Workspace
) -> None:
    await put_order(house, workspace.id, "A1")
    ret = await ask_return(house, workspace.id, "A1", 1)
    mail = await a_template(
        shop, "return_requested", "email", {"type": "email", "address": "customer"}
    )
    own = await shop.ask(
        "POST", PROFILES, {"name": "Me", "type": "email", "address": "me@example.com"}
    )
    path = f"{TEMPLATES}/{mail['id']}"
    await shop.ask("PATCH", path, {"profiles": [*mail["profiles"], own["id"]]})

    sent = await shop.ask("POST", f"{path}/test", {"return": ret, "profile": own["id"]})
    wrong = await shop.call("POST", f"{path}/test", {"profile": "npr_01kagz4v1e8qj0m2h3n4p5r6s7"})
    (got,) = await delivered(house, workspace)

    assert [one["profile"] for one in sent["deliveries"]] == [own["id"]]
    assert got["To"] == "me@example.com"
    assert (wrong.status, wrong.code, list(wrong.pointers)) == (
        422,
        "invalid_request",
        ["/profile"],
    )


@pytest.mark.parametrize("language", sorted(JOURNEY))
async def test_who_has_few_days_left_is_told_the_last_one(
    shop: Client, house: House, workspace: Workspace, language: str
) -> None:
    await shop.ask("PUT", "/policies/default", {"deadlines": {"ship_days": 5, "warn_days": 3}})
    told = {"email": "ada@example.com", "locale": language}
    await put_order(house, workspace.id, "A1", customer=told)
    customer = {"type": "email", "address": "customer"}
    await a_template(shop, "return_expiring", "email", customer, language=language)
    ret = await ask_return(house, workspace.id, "A1")
    await give(house, workspace.id, ret, Authorize())
    await shop.ask("POST", "/clock", {"advance": "P3D"})
    (mail,) = await delivered(house, workspace)

    timers = (await shop.ask("GET", f"/returns/{ret}/timers"))["data"]
    (due,) = [one["deadline"] for one in timers if one["moment"] == "warning"]
    last = datetime.fromisoformat(due) - timedelta(seconds=1)
    day = format_date(last.astimezone(ZONE).date(), "full", locale=language)
    assert f"{CUSTOMER_LANGUAGES[language].send}: {day}" in text_of(mail)


async def test_no_listing_shows_the_link_that_acts_for_a_customer(
    shop: Client, house: House, workspace: Workspace
) -> None:
    await put_order(house, workspace.id, "A1")
    ret = await ask_return(house, workspace.id, "A1")
    await give(house, workspace.id, ret, Authorize())
    rma = (await shop.ask("GET", f"/returns/{ret}"))["rma_number"]
    for number in ("A1", rma):
        await press(shop, f"/p/{shop.workspace}/resume?lang=en", {"number": number})
    mails = await delivered(house, workspace)
    links = [re.findall(r"https?://[^/]+(/(?:p/\S+/items|follow)/\S+)", text_of(m)) for m in mails]
    tokens = {one.partition("?")[0].rpartition("/")[2] for found in links for one in found}

    listings = ["/events", "/deliveries", "/messages", f"/returns/{ret}/events"]
    shown = [f"/returns/{ret}/messages", f"/returns/{ret}", "/subscriptions", *listings]
    for path in listings[:2]:
        rows = (await shop.ask("GET", path, query="limit=100"))["data"]
        shown += [f"{path}/{one['id']}" for one in rows]
    seen = [(await shop.call("GET", path)).body.decode() for path in shown]

    assert len(tokens) == len(mails) == len(("order", "return"))
    assert not [
        path for path, body in zip(shown, seen, strict=True) if any(map(body.count, tokens))
    ]
    assert any("resume" in body for body in seen), "that it was asked for is told"
