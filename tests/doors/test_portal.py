"""The shopper's portal: order found, items chosen, reasons given, sent once; nothing revealed."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from retour.api.app import build
from retour.desk.withdrawals.pacing import Line
from retour.dialects.portal.languages import LANGUAGES
from retour.screens import follow
from retour.screens.portal import journey
from tests.doors.client import Client, client
from tests.doors.portal_walk import (
    EMAIL,
    found,
    listed,
    on,
    page,
    policy_of,
    press,
    sold,
    start,
    text,
)
from tests.support.pages import flaws

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace

NASTY = "<script>alert(1)</script> \"'{{7*7}}"


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with the portal and the page behind a return's own link."""
    return build(house, extra=[*journey.routes(house), *follow.routes(house)])


@pytest_asyncio.fixture
async def shop(app: Litestar, workspace: Workspace) -> Client:
    """A shop with an order of two lines: 2 and 1 pieces."""
    made = client(app, workspace)
    await sold(made, "0042")
    return made


async def to_check(shop: Client, language: str = "en", *, comment: str = "", count: int = 2) -> str:
    """Go up to the last step."""
    reasons = await on(shop, await found(shop, language), {"quantity_0": count})
    wishes = await on(shop, reasons, {"reason_0": "too_small", "comment_0": comment})
    return await on(shop, wishes, {"outcome": "refund"})


async def test_from_an_order_number_to_a_return_in_five_steps(shop: Client) -> None:
    check = await to_check(shop, comment="the sleeves")
    shown = text(await page(shop, check))
    assert await listed(shop) == [], "nothing is sent before the button is pressed"

    last = await on(shop, check)

    (made,) = await listed(shop)
    (line,) = made["lines"]
    assert "2 × " in shown
    assert "Too small" in shown
    assert "the sleeves" in shown
    assert (made["order_number"], made["origin"], line["quantity"]) == ("0042", "portal", 2)
    assert line["reasons"][0]["code"] == "too_small"
    assert line["comment"] == "the sleeves"
    assert "2 × " in text(await page(shop, last))


async def test_pressed_twice_or_at_once_it_is_one_return(shop: Client) -> None:
    check = await to_check(shop, count=1)

    answers = await asyncio.gather(*(press(shop, check) for _ in range(4)))

    assert {one.status for one in answers} == {303}
    assert len({one.headers["location"] for one in answers}) == 1
    assert len(await listed(shop)) == 1


async def test_the_same_again_later_is_a_return_of_its_own(shop: Client) -> None:
    await on(shop, await to_check(shop, count=1))
    await on(shop, await to_check(shop, count=1))

    assert len(await listed(shop)) == 2


async def test_what_was_chosen_elsewhere_meanwhile_is_said(shop: Client) -> None:
    check = await to_check(shop, count=2)
    await on(shop, await to_check(shop, count=1))

    answer = await press(shop, check)

    assert answer.status == 422
    assert LANGUAGES["en"].refused in text(answer)
    assert "1 of 2 in a return already" in text(answer)
    assert len(await listed(shop)) == 1


@pytest.mark.parametrize("proof", [EMAIL, " ANN@example.com ", "1012AB", "1012 ab"])
async def test_an_order_is_found_by_address_or_postcode(shop: Client, proof: str) -> None:
    answer = await press(shop, start(shop), {"number": "#0042", "proof": proof})

    assert answer.status == 303


@pytest.mark.parametrize(
    ("number", "proof"),
    [("0042", "bob@example.com"), ("0042", "1012"), ("0043", EMAIL), ("0042", "@"), ("#", EMAIL)],
)
async def test_every_wrong_pair_is_one_answer(shop: Client, number: str, proof: str) -> None:
    answer = await press(shop, start(shop), {"number": number, "proof": proof})
    other = await press(shop, start(shop), {"number": "nothing", "proof": "nobody"})

    assert answer.status == other.status == 422
    plain = text(answer).replace(number, "nothing").replace(proof.strip(), "nobody")
    assert LANGUAGES["en"].not_found in plain
    assert set(re.findall(r"role=\S+", plain)) == set(re.findall(r"role=\S+", text(other)))


async def test_who_looks_too_often_waits_and_is_told(house: House, workspace: Workspace) -> None:
    pages = journey.routes(house, Line(wait_max_s=0))
    shop = client(build(house, extra=pages), workspace)
    answers = [
        await press(shop, start(shop), {"number": str(n), "proof": "nobody"}) for n in range(12)
    ]

    assert [one.status for one in answers[:9]] == [422] * 9
    assert answers[-1].status == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert "Go on in 1 minutes" in text(answers[-1])


async def test_what_is_missing_is_named_at_its_field(shop: Client) -> None:
    nothing = await press(shop, start(shop), {"number": "", "proof": ""})
    assert nothing.status == 422
    assert 'href="#number"' in text(nothing)
    assert LANGUAGES["en"].no_proof in text(nothing)

    items = await found(shop)
    none = await press(shop, items, {"quantity_0": "0", "quantity_1": "many"})
    assert none.status == 422
    assert LANGUAGES["en"].no_items in text(none)

    reasons = await on(shop, items, {"quantity_0": "1", "quantity_1": "1"})
    half = await press(shop, reasons, {"reason_0": "other", "comment_0": "x", "reason_1": "nope"})
    assert half.status == 422
    assert 'href="#reason_1"' in text(half)
    assert 'name="reason_0" value="other" required checked' in text(half)
    assert ">x</textarea>" in text(half)


async def test_no_more_is_asked_than_there_is(shop: Client) -> None:
    check = await to_check(shop, count=400)

    assert "2 × " in text(await page(shop, check))


async def test_what_the_policy_is_against_is_said_in_its_words(shop: Client) -> None:
    await sold(shop, "0043", delivered_at="2024-01-02T00:00:00Z")
    shown = text(await page(shop, await found(shop, number="0043")))

    assert LANGUAGES["en"].asked_anyway in shown
    assert 'class="why"' in shown


async def test_what_a_policy_rejects_cannot_be_chosen(shop: Client) -> None:
    await policy_of(shop, ineligible="reject")
    await sold(shop, "0043", delivered_at="2024-01-02T00:00:00Z")
    items = await found(shop, number="0043")
    shown = text(await page(shop, items))

    answer = await press(shop, items, {"quantity_0": "1"})

    assert LANGUAGES["en"].nothing in shown
    assert "<input" not in shown
    assert answer.status == 422


async def test_each_wish_says_what_it_comes_to_and_that_is_what_is_owed(shop: Client) -> None:
    rules = [
        {
            "id": "wishes",
            "then": {
                "exclude_outcomes": ["exchange"],
                "exclude_methods": ["pickup", "locker"],
                "fee": {"amounts": {"EUR": "3.00"}, "label": "Way back"},
                "bonus": {"percent": "10"},
            },
        }
    ]
    offered = ["refund", "store_credit"]
    await policy_of(shop, rules=rules, outcomes=offered, consumer_law="off")
    reasons = await on(shop, await found(shop), {"quantity_0": 2})
    wishes = await on(shop, reasons, {"reason_0": "other"})
    shown = text(await page(shop, wishes))

    nothing = await press(shop, wishes, {})
    check = await on(shop, wishes, {"outcome": "store_credit", "method": "drop_off"})
    checked = text(await page(shop, check))
    await on(shop, check)

    assert nothing.status == 422
    assert LANGUAGES["en"].no_outcome in text(nothing)
    assert LANGUAGES["en"].no_method in text(nothing)
    (made,) = await listed(shop)
    assert (made["outcome"], made["method"]) == ("store_credit", "drop_off")
    for outcome, kind in (("refund", "refund"), ("store_credit", "store_credit")):
        told = await shop.ask("POST", f"/returns/{made['id']}/settlements/simulate", {"kind": kind})
        assert f"€{told['total']}" in shown, outcome
    assert f"€{told['total']}" in checked
    assert "Way back" in checked


async def test_what_a_shopper_writes_stays_words(shop: Client) -> None:
    check = await to_check(shop, comment=NASTY)
    shown = await page(shop, check)
    again = await press(shop, start(shop), {"number": NASTY, "proof": NASTY})

    for answer in (shown, again):
        assert b"<script>" not in answer.body
        assert "{{7*7}}" in text(answer)
        assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
async def test_every_language_is_whole(shop: Client, language: str) -> None:
    words = LANGUAGES[language]
    check = await to_check(shop, language)
    first, last = await page(shop, start(shop, language)), await page(shop, check)

    assert f'<html lang="{language}"' in text(first)
    assert words.find_title in text(first)
    assert words.reasons["too_small"] in text(last)
    assert set(words.reasons) == set(LANGUAGES["en"].reasons)
    for one in (first, last):
        assert not re.search(r"\[[a-z]+\]", text(one)), "every slot is filled"
        assert "set-cookie" not in one.headers


async def test_a_basket_is_nobody_else_s_to_read_or_make(
    shop: Client, app: Litestar, live_workspace: Workspace
) -> None:
    items = await found(shop)
    token = items.split("/")[-1].partition("?")[0]
    other = client(app, live_workspace)

    for address in (
        f"/p/{other.workspace}/items/{token}",
        f"/p/{shop.workspace}/items/{token[:-4]}AAAA",
        f"/p/{shop.workspace}/items/x",
        "/p/nowhere/items/x",
        "/p/ws-0000",
    ):
        assert (await page(shop, address)).status == 404, address


async def test_a_basket_left_for_long_starts_again_with_its_number(shop: Client) -> None:
    items = await found(shop)
    await shop.ask("POST", "/clock", {"advance": "P2D"})

    shown = text(await page(shop, items))

    assert LANGUAGES["en"].expired in shown
    assert 'value="0042"' in shown


async def test_machines_find_their_way_on_every_page_and_state(shop: Client) -> None:
    """Labels, names, levels, links: of each step, as it is first shown and as it complains."""
    items = await found(shop)
    reasons = await on(shop, items, {"quantity_0": 1, "quantity_1": 1})
    wishes = await on(shop, reasons, {"reason_0": "other", "reason_1": "broken"})
    check = await on(shop, wishes, {"outcome": "refund"})
    steps = [start(shop), items, reasons, wishes, check]
    answers = [await page(shop, one) for one in steps]
    answers += [await press(shop, one, {}) for one in steps[:-1]]
    answers.append(await page(shop, "/p/nowhere"))

    assert {text(one): flaws(text(one)) for one in answers if flaws(text(one))} == {}
