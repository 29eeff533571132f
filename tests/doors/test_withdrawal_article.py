"""Article 11a of Directive 2011/83/EU, requirement by requirement, as a consumer meets it."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from retour.dialects.withdrawal.languages import LANGUAGES
from retour.screens import withdraw
from tests.doors.apps import app_of
from tests.doors.client import Answer, Client, call, client
from tests.support.acknowledging import sending
from tests.support.ordering import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace

JSON = dict[str, Any]
FORM = {"content-type": "application/x-www-form-urlencoded"}
STATED = {"name": "Zoë Ängström", "contract": "0042", "email": "zoe@example.com"}
ENTRY = {
    "en": "withdraw from contract here",
    "de": "Vertrag widerrufen",
    "fr": "renoncer au contrat ici",
    "es": "desistir del contrato aquí",
    "it": "recedere dal contratto qui",
}
"""As the directive and its national laws have it."""


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with the page."""
    return app_of(house, withdraw.routes)


@pytest_asyncio.fixture
async def shop(app: Litestar, workspace: Workspace) -> Client:
    """A shop, whose order 0042 came twelve days ago."""
    made = client(app, workspace)
    came = (datetime.now(UTC) - timedelta(days=12)).isoformat()
    sold: JSON = {**order_body(2, 1), "delivered_at": came}
    customer = {"email": STATED["email"], "name": STATED["name"], "country": "DE"}
    await made.ask("PUT", "/orders/0042", {**sold, "customer": customer})
    return made


async def opened(shop: Client, address: str = "", language: str = "en") -> Answer:
    """Open a page as anybody can: without a key, a cookie or a script."""
    path, _, query = (address or f"/p/{shop.workspace}/withdraw?lang={language}").partition("?")
    return await call(shop.app, "GET", path, query=query)


async def pressed(shop: Client, address: str, fields: JSON | None = None) -> Answer:
    """Press a page's button."""
    path, _, query = address.partition("?")
    return await call(shop.app, "POST", path, urlencode(fields or {}).encode(), FORM, query=query)


async def stated(shop: Client, language: str = "en", **more: str) -> str:
    """State what Article 11a(2) names and nothing else; gives the address of the second step."""
    first = f"/p/{shop.workspace}/withdraw?lang={language}"
    answer = await pressed(shop, first, {**STATED, **more})
    assert answer.status == 303, answer
    return answer.headers["location"]


def text(answer: Answer) -> str:
    """Give what a page says."""
    return unescape(answer.body.decode())


async def taken(shop: Client) -> JSON:
    """Give the one withdrawal there is."""
    (found,) = (await shop.ask("GET", "/withdrawals"))["data"]
    return found


async def acknowledged(shop: Client) -> JSON:
    """Wait until the one withdrawal there is has been acknowledged."""
    async with asyncio.timeout(40):
        while True:
            one = await taken(shop)
            if one["acknowledgement"] == "sent":
                return one
            await asyncio.sleep(0.02)


async def test_1_the_function_is_labelled_as_the_law_says(shop: Client) -> None:
    """Its words stand on every page a consumer sees, as the link to it."""
    for language, label in ENTRY.items():
        first = await opened(shop, language=language)
        second = await opened(shop, await stated(shop, language))
        for page in (first, second):
            assert f'href="/p/{shop.workspace}/withdraw?lang={language}">{label}</a>' in text(page)
    rules = await shop.ask("GET", "/withdrawal-rules")
    assert {one["language"]: one["entry"] for one in rules["labels"]}.items() >= ENTRY.items()


async def test_2_it_is_there_during_the_whole_period_for_everybody(shop: Client) -> None:
    """No login, no app, no cookie, no script: on the first day, the last, and after it."""
    for days in (0, 2, 400):
        await shop.ask("POST", "/clock", {"advance": f"P{days}D"})
        page = await opened(shop)
        assert (page.status, "set-cookie" in page.headers) == (200, False)
        assert b"<script" not in page.body
        assert (await opened(shop, await stated(shop))).status == 200


async def test_3_name_contract_and_address_are_all_that_is_asked(shop: Client) -> None:
    """No reason, no photo, no question; and who is known already confirms what is filled in."""
    page = text(await opened(shop))
    asked = set(re.findall(r'<(?:input|textarea|select)[^>]* name="(\w+)"', page))
    required = set(re.findall(r'<input[^>]* name="(\w+)"[^>]* required', page))

    assert asked == {*STATED, "scope", "items"}
    assert required == set(STATED)
    assert (await opened(shop, await stated(shop))).status == 200, "these three are enough"
    link = (await shop.ask("POST", "/withdrawal-links", {"order_number": "0042"}))["url"]
    known = text(await opened(shop, link[link.index("/p/") :]))
    for value in STATED.values():
        assert f'value="{value}"' in known
    partial = await stated(shop, scope="part", items="1 x mug")
    assert "- 1 x mug" in text(await opened(shop, partial)), "part of a contract, by quantity"


async def test_4_a_second_function_confirms_in_these_words_only(shop: Client) -> None:
    """Until it is pressed nothing is submitted; its label is the law's and nothing more."""
    second = await stated(shop)
    page = text(await opened(shop, second))
    before = (await shop.ask("GET", "/withdrawals"))["data"]

    answer = await pressed(shop, second)

    assert re.findall(r"<button[^>]*>(.*?)</button>", page) == ["confirm withdrawal"]
    german = text(await opened(shop, await stated(shop, "de")))
    assert re.findall(r"<button[^>]*>(.*?)</button>", german) == ["Widerruf bestätigen"]
    assert (before, answer.status) == ([], 303)
    assert (await taken(shop))["statement"] in page


async def test_5_a_mail_acknowledges_it_with_content_date_and_time(
    shop: Client, house: House
) -> None:
    """On a durable medium and without delay, whether or not its order is known."""
    async with sending(house) as relay:
        await pressed(shop, await stated(shop, contract="no such order", email="zoe5@example.com"))
        one = await acknowledged(shop)
    (content,) = relay.to("zoe5@example.com")
    mail = message_from_bytes(content, policy=policy.default).get_body(("plain",))
    assert mail is not None
    said = mail.get_content().replace("\r\n", "\n")

    at = datetime.fromisoformat(one["received_at"]).astimezone(ZoneInfo("Europe/Berlin"))
    assert one["status"] == "unmatched"
    assert one["statement"] in said
    assert f"{at.day} " in said
    assert f"{at.year}, " in said
    assert re.search(rf"\d\d:{at:%M:%S} \(Europe/Berlin, UTC\+0\d:00\)", said)
    assert not re.search(r"\b(approved|accepted|granted)\b", said.lower())


@pytest.mark.parametrize(
    ("submitted", "in_time"),
    [("2026-06-16T23:59:59+02:00", True), ("2026-06-17T00:00:00+02:00", False)],
)
async def test_6_submitted_before_the_end_is_in_time(
    shop: Client, submitted: str, *, in_time: bool
) -> None:
    """Whatever happens later; and what comes too late is taken and acknowledged as well."""
    late = {**order_body(1), "delivered_at": "2026-06-02T09:00:00+02:00"}
    await shop.ask("PUT", "/orders/0043", {**late, "customer": {"email": "a@b.example"}})
    body = {"name": "A", "email": "a@b.example", "statement": "I withdraw.", "order_number": "0043"}

    await shop.ask("POST", "/withdrawals", {**body, "submitted_at": submitted})

    one = await taken(shop)
    assert (one["in_time"], one["acknowledgement"]) == (in_time, "waiting")
    await shop.ask("PUT", "/withdrawal-settings", {"who": "off"})
    await shop.ask("POST", "/clock", {"advance": "P30D"})
    assert (await taken(shop))["in_time"] is in_time


async def test_7_letters_and_mails_of_their_own_count_as_well(shop: Client) -> None:
    """The page says so in every language; what came by letter is kept and proven alike."""
    for language, words in LANGUAGES.items():
        assert words.other_ways in text(await opened(shop, language=language))
    letter = {
        "name": STATED["name"],
        "email": STATED["email"],
        "statement": "Sehr geehrte Damen und Herren, hiermit widerrufe ich. (Brief vom 3. März)",
        "order_number": "0042",
        "submitted_at": (datetime.now(UTC) - timedelta(days=1)).isoformat(),
    }

    await shop.ask("POST", "/withdrawals", letter)

    one = await taken(shop)
    proof = await shop.ask("GET", f"/withdrawals/{one['id']}/evidence")
    rules = await shop.ask("GET", "/withdrawal-rules")
    assert (one["in_time"], one["status"], proof["verified"]) == (True, "matched", True)
    assert rules["page"].endswith(f"/p/{shop.workspace}/withdraw"), "for what is told beforehand"
