"""EasyPost by its own client, by our own way out, against a stand-in that keeps books."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from retour.gateways.carriers import Answer, LabelOrder, Party, PickupOrder
from retour.gateways.carriers.easypost import EasyPostCarrier, EasyPostTerms, scans_of, verified
from retour.gateways.egress import parse_allow
from retour.gateways.http import HttpClient
from tests.support.easypost import KEY, PAPER, FakeEasyPost, tracker

HERE = Party(name="Main", street="1 Dock", city="Utrecht", postcode="3511", country="NL")
ORDER = LabelOrder(
    workspace_id=1, parcel="pcl_1", carrier="ep", rma_number="R-1", sender=HERE, receiver=HERE
)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def fake() -> Iterator[FakeEasyPost]:
    served = FakeEasyPost()
    yield served
    served.close()


@pytest_asyncio.fixture
async def http() -> AsyncIterator[HttpClient]:
    opened = HttpClient(allow=parse_allow("127.0.0.0/8"))
    opened.start()
    yield opened
    await opened.close()


@pytest.fixture
def carrier(fake: FakeEasyPost, http: HttpClient) -> EasyPostCarrier:
    return EasyPostCarrier(http, EasyPostTerms(api_key=KEY, api_base=fake.api))


async def test_the_cheapest_label_is_bought_with_its_paper(
    carrier: EasyPostCarrier, fake: FakeEasyPost
) -> None:
    reply = await carrier.create(ORDER)

    assert (Answer.DONE, "EZ00000001", "USPS First") == (
        reply.answer,
        reply.tracking_number,
        reply.service,
    )
    assert [PAPER] == [one.body for one in reply.documents]
    assert ["pcl_1"] == fake.bought


async def test_the_named_product_is_what_is_bought(carrier: EasyPostCarrier) -> None:
    express = await carrier.create(replace(ORDER, service="USPS Express"))
    nowhere = await carrier.create(replace(ORDER, parcel="pcl_2", service="Pigeon"))

    assert "USPS Express" == express.service
    assert (Answer.REFUSED, True) == (nowhere.answer, "Pigeon" in (nowhere.error or ""))


@pytest.mark.parametrize(
    "cuts", [["before"], ["after"], ["", "before"], ["", "after"], ["after", "after"]]
)
async def test_whatever_is_cut_a_label_is_paid_for_once(
    carrier: EasyPostCarrier, fake: FakeEasyPost, cuts: list[str]
) -> None:
    """What is unknown is looked up by our reference before anything is bought."""
    fake.cuts = cuts
    reply = await carrier.create(ORDER)
    for _ in range(4):
        assert reply.answer in {Answer.UNKNOWN, Answer.DONE}
        if reply.answer is Answer.DONE:
            break
        reply = await carrier.look_up(ORDER) or await carrier.create(ORDER)

    assert Answer.DONE is reply.answer
    assert ["pcl_1"] == fake.bought
    assert reply == await carrier.look_up(ORDER)


async def test_an_intent_nobody_asked_for_is_not_known(carrier: EasyPostCarrier) -> None:
    assert await carrier.look_up(ORDER) is None
    assert Answer.DONE is (await carrier.cancel(ORDER)).answer


async def test_a_label_is_taken_back_until_it_is_used(
    carrier: EasyPostCarrier, fake: FakeEasyPost
) -> None:
    await carrier.create(ORDER)
    assert Answer.DONE is (await carrier.cancel(ORDER)).answer
    assert await carrier.look_up(ORDER) is None  # Nothing is made of what was taken back.

    used = replace(ORDER, parcel="pcl_2")
    number = (await carrier.create(used)).tracking_number or ""
    fake.shipments["shp_2"]["tracker"] = tracker(number, ("in_transit", "2026-03-02T08:00:00Z"))
    refused = await carrier.cancel(used)
    assert (Answer.REFUSED, "EasyPost: The label has been used.") == (
        refused.answer,
        refused.error,
    )


async def test_what_their_api_refuses_is_refused_in_its_words(
    fake: FakeEasyPost, http: HttpClient, carrier: EasyPostCarrier
) -> None:
    nowhere = await carrier.create(replace(ORDER, receiver=Party(name="?")))
    wrong = EasyPostCarrier(http, EasyPostTerms(api_key="no", api_base=fake.api))

    assert (Answer.REFUSED, "EasyPost: The address has no country.") == (
        nowhere.answer,
        nowhere.error,
    )
    assert Answer.REFUSED is (await wrong.quote(ORDER)).answer


async def test_no_address_is_reached_that_the_guard_forbids(fake: FakeEasyPost) -> None:
    guarded = HttpClient()
    guarded.start()
    carrier = EasyPostCarrier(guarded, EasyPostTerms(api_key=KEY, api_base=fake.api))
    reply = await carrier.create(ORDER)
    await guarded.close()

    assert Answer.UNKNOWN is reply.answer
    assert [] == fake.asked


async def test_prices_come_cheapest_first_and_cost_nothing(
    carrier: EasyPostCarrier, fake: FakeEasyPost
) -> None:
    reply = await carrier.quote(ORDER)

    assert ["4.05", "7.20", "21.00"] == [rate.amount for rate in reply.rates]
    assert [] == fake.bought


async def test_somebody_comes_once_however_often_it_is_asked(
    carrier: EasyPostCarrier, fake: FakeEasyPost
) -> None:
    await carrier.create(ORDER)
    asked = PickupOrder(label=ORDER, earliest=NOON, latest=NOON + timedelta(hours=4))
    fake.cuts = ["", "after"]
    assert (await carrier.come(asked)).answer in {Answer.UNKNOWN, Answer.DONE}
    first, again = await carrier.come(asked), await carrier.come(asked)

    assert (Answer.DONE, first) == (first.answer, again)
    assert 1 == len(fake.pickups)
    await carrier.stay(replace(asked, confirmation=first.reference))
    assert [None] == [one["confirmation"] for one in fake.pickups.values()]


async def test_a_tracker_says_where_a_parcel_has_been(
    carrier: EasyPostCarrier, fake: FakeEasyPost
) -> None:
    number = (await carrier.create(ORDER)).tracking_number or ""
    assert ((), False) == await said(carrier)
    fake.shipments["shp_1"]["tracker"] = tracker(
        number,
        ("pre_transit", "2026-03-01T08:00:00Z"),
        ("out_for_delivery", "2026-03-02T08:00:00Z"),
        ("delivered", "2026-03-02T12:00:00Z"),
    )

    assert (("in_transit", "delivered"), True) == await said(carrier)


async def said(carrier: EasyPostCarrier) -> tuple[tuple[str, ...], bool]:
    reply = await carrier.track(ORDER)
    return tuple(scan.code for scan in reply.scans), reply.is_over


def test_a_scan_is_named_by_what_makes_it_one() -> None:
    scans = scans_of(tracker("N", ("in_transit", "2026-03-02T08:00:00Z")))

    assert [("N/2026-03-02T08:00:00Z/in_transit", "UTRECHT, NL")] == [
        (one.event, one.location) for one in scans
    ]


def test_a_webhook_is_believed_by_their_signature_only() -> None:
    body = b'{"result": {}}'
    good = "hmac-sha256-hex=0cf8a77b0d9dff1d7a5e8d2a9b6d3b5c"

    assert verified(body, good, "secret") is None
    assert verified(body, None, "secret") is None
