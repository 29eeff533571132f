"""The page where consumers withdraw: two steps, no login, script or cookie, nothing revealed."""

from __future__ import annotations

import asyncio
import html
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from retour.api.app import build
from retour.desk.withdrawals.pacing import Line
from retour.dialects.withdrawal.languages import LANGUAGES
from retour.screens import withdraw
from tests.doors.apps import app_of
from tests.doors.client import Answer, Client, call, client
from tests.support.ordering import order_body
from tests.support.pages import flaws

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace

JSON = dict[str, Any]
FORM = {"content-type": "application/x-www-form-urlencoded"}
FILLED = {
    "name": "Zoë Ängström",
    "contract": "0042",
    "email": "zoe@example.com",
    "scope": "whole",
    "items": "",
}


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with the page."""
    return app_of(house, withdraw.routes)


@pytest_asyncio.fixture
async def shop(app: Litestar, workspace: Workspace) -> Client:
    """A shop that has the page."""
    return client(app, workspace)


async def page(shop: Client, path: str = "", *, query: str = "", **headers: str) -> Answer:
    """Open a page of the shop's."""
    whole = path or f"/p/{shop.workspace}/withdraw"
    return await call(shop.app, "GET", whole, headers=headers, query=query)


async def press(shop: Client, path: str, fields: JSON | None = None, *, query: str = "") -> Answer:
    """Press a button of a page."""
    body = urlencode(fields or {}).encode()
    return await call(shop.app, "POST", path, body, FORM, query=query)


async def checked(shop: Client, language: str = "en", **change: object) -> str:
    """Fill the form in; gives the address of the second step."""
    answer = await press(
        shop, f"/p/{shop.workspace}/withdraw", {**FILLED, **change}, query=f"lang={language}"
    )
    assert answer.status == 303, answer
    return answer.headers["location"]


def text(answer: Answer) -> str:
    """Give what a page says."""
    return html.unescape(answer.body.decode())


async def listed(shop: Client) -> list[JSON]:
    """List the withdrawals that were taken."""
    return (await shop.ask("GET", "/withdrawals"))["data"]


async def sold(shop: Client, number: str, email: str) -> None:
    """Put an order of somebody's."""
    body = {**order_body(2, 1), "customer": {"email": email, "name": "Ann Other"}}
    await shop.ask("PUT", f"/orders/{number}", body)


async def test_two_steps_and_what_was_said_is_kept(shop: Client) -> None:
    second = await checked(shop)
    shown = await page(shop, second)
    assert await listed(shop) == [], "nothing is kept before it is confirmed"

    answer = await press(shop, second)
    last = await page(shop, answer.headers["location"])

    (taken,) = await listed(shop)
    statement = taken["statement"]
    assert answer.status == 303
    assert statement in text(shown)
    assert statement in text(last)
    assert "I hereby withdraw from my contract as a whole." in statement
    assert (taken["name"], taken["email"]) == (FILLED["name"], FILLED["email"])
    assert (taken["order_number"], taken["locale"]) == ("0042", "en")
    assert taken["reference"] in text(last)
    assert re.search(r"\d\d:\d\d:\d\d \(Europe/Berlin, UTC\+0\d:00\)", text(last))
    assert "zoe@example.com" in text(last)
    assert not re.search(r"\b(approved|accepted|granted)\b", text(last).lower())


async def test_behind_it_stands_the_way_to_send_the_goods_back(shop: Client) -> None:
    done = await press(shop, await checked(shop))
    shown = text(await page(shop, done.headers["location"]))

    assert f"/p/{shop.workspace}/find?lang=en&order=" in shown


async def test_the_second_step_has_one_button_with_the_confirm_words_alone(shop: Client) -> None:
    for language, label in (("en", "confirm withdrawal"), ("de", "Widerruf bestätigen")):
        shown = text(await page(shop, await checked(shop, language)))
        assert re.findall(r"<button[^>]*>(.*?)</button>", shown) == [label]


async def test_evidence_says_what_was_shown_and_not_who_exactly(shop: Client) -> None:
    await press(shop, await checked(shop, "de"))
    (taken,) = await listed(shop)

    content = (await shop.ask("GET", f"/withdrawals/{taken['id']}/evidence"))["content"]

    for part in (
        '"labels":{"confirm":"Widerruf bestätigen","entry":"Vertrag widerrufen"}',
        '"locale":"de"',
        '"network":"127.0.0.0/24"',
        f'"page":"{"2026-11"}"',
    ):
        assert part in content


async def test_pressed_twice_it_is_taken_once(shop: Client) -> None:
    second = await checked(shop)

    answers = await asyncio.gather(*(press(shop, second) for _ in range(4)))

    assert [answer.status for answer in answers] == [303] * 4
    assert len(await listed(shop)) == 1
    for answer in answers:
        assert (await listed(shop))[0]["reference"] in text(
            await page(shop, answer.headers["location"])
        )


async def test_what_is_missing_is_named_and_nothing_is_lost(shop: Client) -> None:
    first = f"/p/{shop.workspace}/withdraw"
    bad = {**FILLED, "name": " ", "email": "nobody", "scope": "part", "items": "\n"}
    answer = await press(shop, first, bad)
    shown = text(answer)

    assert answer.status == 422
    for field in ("name", "email", "items"):
        assert f'href="#{field}"' in shown
        assert f'id="{field}-wrong"' in shown
    assert 'value="0042"' in shown
    assert 'href="#contract"' not in shown
    assert await listed(shop) == []


@pytest.mark.parametrize("field", ["name", "contract", "email", "items"])
async def test_what_is_too_long_is_said(shop: Client, field: str) -> None:
    bad = {**FILLED, "scope": "part", "items": "a mug", field: "x" * 2500}

    answer = await press(shop, f"/p/{shop.workspace}/withdraw", bad)

    assert (answer.status, f'id="{field}-wrong"' in text(answer)) == (422, True)


async def test_an_order_is_neither_shown_nor_denied(shop: Client) -> None:
    """Known or not, the pages differ in nothing but what the consumer wrote."""
    await sold(shop, "0042", "zoe@example.com")
    seen: list[str] = []
    for number in ("0042", "0043"):
        second = await checked(shop, contract=number)
        answer = await press(shop, second)
        last = text(await page(shop, answer.headers["location"]))
        for own in (number, *re.findall(r"W-\d{6}|\d\d:\d\d:\d\d|\d{4}-[^\"]*\+00:00", last)):
            last = last.replace(own, "…")
        seen.append(re.sub(r"<time.*?</time>", "", last))

    assert seen[0] == seen[1]
    assert [one["status"] for one in await listed(shop)] == ["unmatched", "matched"]


async def test_part_of_an_order_by_items_and_quantities(shop: Client) -> None:
    items = "2 x blue shirt\r\nthe mug <with> a crack\n3 × pens"
    second = await checked(shop, scope="part", items=items)
    await press(shop, second)

    (taken,) = await listed(shop)

    assert [(one["title"], one["quantity"]) for one in taken["lines"]] == [
        ("blue shirt", 2),
        ("the mug <with> a crack", None),
        ("pens", 3),
    ]
    assert "- 2 x blue shirt" in taken["statement"]


async def test_a_customers_own_link_fills_in_their_order(shop: Client) -> None:
    await sold(shop, "0042", "ann@example.com")
    made = await shop.ask("POST", "/withdrawal-links", {"order_number": "0042"})
    path, _, query = made["url"].partition("?")
    first = await page(shop, path[path.index("/p/") :], query=query)
    shown = text(first)
    assert 'value="ann@example.com"' in shown
    assert 'name="quantity_0"' in shown

    token = query.removeprefix("for=")
    fields = {**FILLED, "email": "other@example.com", "scope": "part", "for": token}
    second = await press(
        shop, f"/p/{shop.workspace}/withdraw", {**fields, "quantity_0": "9", "quantity_1": "0"}
    )
    back = re.search(
        r'href="([^"]*draft=[^"]*)"', text(await page(shop, second.headers["location"]))
    )
    assert back is not None
    again = text(await page(shop, back[1].partition("?")[0], query=back[1].partition("?")[2]))
    await press(shop, second.headers["location"])

    (taken,) = await listed(shop)
    assert re.search(r'name="quantity_0"[^>]*value="2"', again), "at most what was sold"
    assert (taken["status"], taken["matched_order"]) == ("matched", "0042")
    assert [(one["line"], one["quantity"]) for one in taken["lines"]] == [("1", 2)]
    assert (await shop.call("POST", "/withdrawal-links", {"order_number": "9"})).status == 404


@pytest.mark.parametrize("language", sorted(LANGUAGES))
async def test_every_language_is_whole(shop: Client, language: str) -> None:
    header = {"accept-language": f"xx, {language}-AT;q=0.9, en;q=0.3"}
    first = text(await page(shop, **header))
    words = LANGUAGES[language]

    assert f'<html lang="{language}"' in first
    assert words.lead in first
    assert "[" not in first
    assert text(await page(shop, query=f"lang={language}")) == first
    second = await checked(shop, language)
    assert words.whole_said in text(await page(shop, second))
    answer = await press(shop, second)
    assert words.done_title in text(await page(shop, answer.headers["location"]))


async def test_pages_are_closed_in_themselves(shop: Client) -> None:
    second = await checked(shop)
    answer = await press(shop, second)
    for opened in (await page(shop), await page(shop, second), answer):
        assert "set-cookie" not in opened.headers
        assert "default-src 'none'" in opened.headers["content-security-policy"]
        assert "form-action 'self'" in opened.headers["content-security-policy"]
        assert opened.headers["referrer-policy"] == "no-referrer"
        assert opened.headers["cache-control"] == "no-store"
        assert b"<script" not in opened.body
        assert not re.search(rb'(src|href|action)="(https?:)?//', opened.body)


async def test_a_merchants_own_labels_are_shown_and_kept(shop: Client) -> None:
    labels = {"en": {"entry": "Withdraw <here>", "confirm": "Confirm it"}}
    await shop.ask("PUT", "/withdrawal-settings", {"labels": labels})

    first = text(await page(shop, query="lang=en"))
    second = text(await page(shop, await checked(shop)))

    assert ">Withdraw <here></a>" in first
    assert re.findall(r"<button[^>]*>(.*?)</button>", second) == ["Confirm it"]


async def test_a_page_left_open_for_long_goes_back_with_everything_in_it(shop: Client) -> None:
    second = await checked(shop)
    await shop.ask("POST", "/clock", {"advance": "PT25H"})

    late = await press(shop, second)

    assert (late.status, await listed(shop)) == (422, [])
    assert LANGUAGES["en"].expired in text(late)
    assert 'value="zoe@example.com"' in text(late)


async def test_made_up_addresses_lead_nowhere(shop: Client) -> None:
    second = await checked(shop)
    for path in (
        "/p/ws_0000000000zzz/withdraw",
        "/p/nonsense/withdraw",
        second[:-3] + "abc",
        f"/p/{shop.workspace}/withdraw/received/{second.rpartition('/')[2]}",
        f"/p/{shop.workspace}/withdraw/check/x",
    ):
        answer = await page(shop, path)
        assert (answer.status, b"Nothing here" in answer.body) == (404, True), path
    assert (await press(shop, second[:-3] + "abc")).status == 404


async def test_where_it_is_off_nothing_is_offered(shop: Client) -> None:
    second = await checked(shop)
    await shop.ask("PUT", "/withdrawal-settings", {"who": "off"})

    assert (await page(shop)).status == 404
    assert (await press(shop, second)).status == 404
    assert await listed(shop) == []


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"name=%ff", b"a=1&" * 500, b"=", b"name=" + b"x" * 60_000]
)
async def test_a_body_that_is_no_form_is_asked_for_again(shop: Client, body: bytes) -> None:
    answer = await call(shop.app, "POST", f"/p/{shop.workspace}/withdraw", body, FORM)

    assert answer.status == 422


async def test_many_from_one_network_wait_in_line(house: House, workspace: Workspace) -> None:
    """Ten go at once, the next wait, and only a long line is asked to press again."""
    clock, waits = [0.0], list[float]()

    async def rest(wait_s: float) -> None:
        waits.append(wait_s)

    line = Line(interval_s=2, wait_max_s=8, now=lambda: clock[0], rest=rest)
    shop = client(build(house, extra=withdraw.routes(house, line)), workspace)
    steps = [await checked(shop) for _ in range(16)]

    answers = await asyncio.gather(*(press(shop, step) for step in steps))

    status = [answer.status for answer in answers]
    busy = answers[status.index(503)]
    assert sorted(waits) == [2, 4, 6, 8]
    assert (status.count(303), status.count(503)) == (14, 2)
    assert len(await listed(shop)) == 14
    assert LANGUAGES["en"].busy in text(busy)
    clock[0] += float(busy.headers["retry-after"])
    assert (await press(shop, steps[status.index(503)])).status == 303


async def test_machines_find_their_way_on_every_step(shop: Client) -> None:
    """Labels, names, levels, links: of each step, as it is first shown and as it complains."""
    base = f"/p/{shop.workspace}/withdraw"
    check = await checked(shop)
    last = (await press(shop, check)).headers["location"]
    answers = [await page(shop), await press(shop, base, {"scope": "part"})]
    answers += [await page(shop, one) for one in (check, last, f"{base}/check/x")]

    assert {text(one): flaws(text(one)) for one in answers if flaws(text(one))} == {}
