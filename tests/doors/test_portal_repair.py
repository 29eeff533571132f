"""A repair as a wish: offered where the policy offers it, for nothing, and given by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from retour.api.app import build
from retour.dialects.portal.languages import JOURNEY, LANGUAGES
from retour.dialects.portal.next_words import NEXTS
from retour.screens import follow
from retour.screens.portal import journey
from tests.doors.client import Client, client
from tests.doors.portal_walk import EMAIL, found, listed, on, page, policy_of, sold, start, text
from tests.doors.test_portal_ways import whole

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.support.pg import Workspace


@pytest_asyncio.fixture
async def shop(house: House, workspace: Workspace) -> Client:
    """A shop that repairs what it sold."""
    made = client(build(house, extra=[*journey.routes(house), *follow.routes(house)]), workspace)
    await sold(made, "0042")
    await policy_of(made, outcomes=["refund", "repair"], approval="auto")
    return made


async def at_wishes(shop: Client, language: str = "en") -> str:
    """Walk to the step of wishes."""
    items = await found(shop, language)
    reasons = await on(shop, items, {"quantity_0": 1})
    return await on(shop, reasons, {"reason_0": "broken", "same": "1"})


@pytest.mark.parametrize("language", sorted(LANGUAGES))
async def test_it_costs_nothing_and_says_when(shop: Client, language: str) -> None:
    words, more = LANGUAGES[language], JOURNEY[language]
    wishes = await at_wishes(shop, language)
    shown = text(await page(shop, wishes))
    check = await on(shop, wishes, {"outcome": "repair"})
    last = text(await page(shop, check))

    assert words.outcomes["repair"] in shown
    assert words.outcomes["repair"] in last
    before = more.paid_by.partition("[day]")[0]
    for said in (shown, last):
        assert f"{more.repaired_when}, {before}" in said
        assert "0.00" in said or "0,00" in said
    assert more.paid_when["processed"] not in last, "nothing is paid"
    assert "Repaired instead" not in last, "the books' own words"


async def test_what_is_not_offered_is_not_there(shop: Client) -> None:
    await policy_of(shop, outcomes=["refund"], approval="auto")
    assert 'value="repair"' not in text(await page(shop, await at_wishes(shop)))


async def test_a_person_gives_it_and_its_page_says_so(shop: Client) -> None:
    await policy_of(shop, outcomes=["refund", "repair"], approval="auto", settlement="auto")
    check = await whole(shop, await found(shop), {"quantity_0": 1}, outcome="repair")
    address = await on(shop, check)
    (made,) = await listed(shop)
    piece = {"line": "1", "quantity": 1}
    for command, body in (
        ("receive", {"units": [piece]}),
        ("inspect", {"units": [{**piece, "acceptance": "accepted"}]}),
        ("finish_receipt", {}),
    ):
        await shop.ask("POST", f"/returns/{made['id']}/{command}", body)
    waiting = text(await page(shop, address))
    path = f"/returns/{made['id']}"
    await shop.ask("POST", f"{path}/propose_settlement", {"kind": "repair"})
    ret = await shop.ask("POST", f"{path}/confirm_settlement", {})

    assert made["outcome"] == "repair"
    assert ret["settlement"]["kind"] == "repair"
    assert (ret["settlement"]["total"], ret["status"]) == ("0.00", "processed")
    assert NEXTS["en"]["repair"] in waiting, "no policy pays it by itself"
    assert "Your refund" not in text(await page(shop, address))


async def test_a_gift_can_be_repaired(shop: Client) -> None:
    named = {"quantity_0": 1, "gift_email": "ben@example.com"}
    items = await on(shop, start(shop), {"number": "0042", "proof": EMAIL, "gift": "1"})
    check = await whole(shop, items, named, outcome="repair")
    assert "€" not in text(await page(shop, check))
    await on(shop, check)
    (made,) = await listed(shop)
    assert (made["gift"], made["outcome"]) == (True, "repair")
