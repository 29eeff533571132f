"""A return found by its own number or its parcel's: with a proof, and by mail alone."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

import pytest_asyncio

from retour.api.app import build
from retour.desk.portal import resuming
from retour.dialects.portal.languages import JOURNEY, LANGUAGES
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
from tests.doors.test_portal_ways import gift, links, whole

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.support.pg import Workspace

MORE = JOURNEY["en"]


@pytest_asyncio.fixture
async def shop(house: House, workspace: Workspace) -> Client:
    """A shop with an order of Ann's."""
    app = build(house, extra=[*journey.routes(house), *follow.routes(house)])
    made = client(app, workspace)
    await sold(made, "0042")
    return made


async def mailed(shop: Client) -> int:
    events = (await shop.ask("GET", "/events"))["data"]
    return sum(one["type"] == "message.created" for one in events)


async def labelled(shop: Client) -> tuple[str, str]:
    """Ask for a return with a label; gives its number and its parcel's."""
    await policy_of(shop, approval="auto", label="manual")
    await on(shop, await whole(shop, await found(shop), {"quantity_0": 1}))
    (made,) = await listed(shop)
    sent = {"carrier": "PostNL", "tracking_number": "3S-ABC 123"}
    await shop.ask("POST", f"/returns/{made['id']}/add_parcel", {"method": "own", **sent})
    return made["rma_number"], sent["tracking_number"]


async def test_a_return_is_found_by_its_number_or_its_parcel_s(shop: Client) -> None:
    rma, tracking = await labelled(shop)
    answers = [
        await press(shop, start(shop), {"number": number, "proof": proof})
        for number, proof in (
            (rma, EMAIL),
            (f"#{rma.lower()}", "1012ab"),
            (tracking, EMAIL),
            ("3sabc123", "1012 AB"),
        )
    ]

    assert {one.status for one in answers} == {303}
    (location,) = {one.headers["location"] for one in answers}
    assert MORE.return_sent in text(await page(shop, location)), "the way there is in the mail"
    assert await mailed(shop) == 1, "once an hour"


async def test_a_return_without_its_proof_is_not_found(shop: Client) -> None:
    rma, tracking = await labelled(shop)
    (add,) = links(text(await page(shop, await found(shop))), "add")
    answers = [
        await press(shop, start(shop), {"number": rma, "proof": "bob@example.com"}),
        await press(shop, start(shop), {"number": tracking, "proof": "9999 ZZ"}),
        await press(shop, start(shop), {"number": f"{rma}0", "proof": EMAIL}),
        await press(shop, add, {"number": rma, "proof": EMAIL}),
    ]

    for answer in answers:
        assert answer.status == 422
        assert LANGUAGES["en"].not_found in text(answer)
    assert await mailed(shop) == 0


async def test_a_gift_s_return_is_found_by_who_received_it(shop: Client) -> None:
    await policy_of(shop, approval="auto")
    await on(shop, await gift(shop))
    rma = (await listed(shop))[0]["rma_number"]
    buyer = await press(shop, start(shop), {"number": rma, "proof": EMAIL})
    place = await press(shop, start(shop), {"number": rma, "proof": "1012AB"})
    before = await mailed(shop)
    recipient = await press(shop, start(shop), {"number": rma, "proof": "ben@example.com"})

    assert (buyer.status, place.status, before) == (422, 422, 0)
    assert (recipient.status, await mailed(shop)) == (303, 1)


async def test_a_link_is_mailed_for_any_number_of_a_return_and_said_of_none(shop: Client) -> None:
    rma, tracking = await labelled(shop)
    resume = f"/p/{shop.workspace}/resume?lang=en"
    shown = text(await page(shop, resume))
    known = [await press(shop, resume, {"number": one}) for one in (f"#{rma.lower()}", tracking)]
    before = monotonic()
    none = await press(shop, resume, {"number": f"{rma}0"})

    assert monotonic() - before >= resuming.BEAT_S, "where nothing is found it takes as long"
    assert MORE.any_number in shown
    assert {one.status for one in (*known, none)} == {303}
    assert len({one.headers["location"] for one in (*known, none)}) == 1, "one answer to all"
    assert await mailed(shop) == 1, "to the customer, once an hour"
