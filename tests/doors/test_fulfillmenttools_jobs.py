"""Jobs made and listed, the return configuration, subscriptions: fulfillmenttools' other doors."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import pytest_asyncio

from tests.support.fulfillmenttools import Fft, item_return, line

if TYPE_CHECKING:
    from tests.doors.client import Client

JOBS = "/api/itemreturnjobs"
CONFIGURATION = "/api/configurations/return"
SUBSCRIPTIONS = "/api/subscriptions"
EVENTS = ["ITEM_RETURN_JOB_CREATED", "ITEM_RETURN_JOB_UPDATED", "REFUND_TRIGGERED"]


@pytest_asyncio.fixture
async def fft(shop: Client) -> Fft:
    """A workspace spoken to in fulfillmenttools' words."""
    return Fft(client=shop)


def new_job(**more: object) -> dict[str, object]:
    """Give the body that makes a job."""
    return {
        "tenantOrderId": "007",
        "status": "OPEN",
        "originFacilityRefs": ["main"],
        "consumerAddresses": [
            {
                "firstName": "Mira",
                "lastName": "Sand",
                "street": "Damrak",
                "houseNumber": "1",
                "postalCode": "1012 AB",
                "city": "Amsterdam",
                "country": "NL",
                "email": "mira.sand@example.com",
            }
        ],
        "returnableLineItems": [
            {
                "delivered": "2",
                "article": {
                    "tenantArticleId": 47110,
                    "title": "Stick",
                    "prices": [{"pricePerUnit": 49.95, "currency": "EUR"}],
                },
                "scannableCodes": ["0012345678905"],
            }
        ],
        **more,
    }


async def listed(fft: Fft, query: str = "") -> list[str]:
    """Give the order numbers of the jobs a query lists."""
    found = await fft.ask("GET", JOBS, query=query)
    jobs = [one["itemReturnJob"] for one in found["itemReturnJobsWithSearchPaths"]]
    return [job["tenantOrderId"] for job in jobs]


# ---------------------------------------------------------------- jobs


async def test_a_job_can_be_made_without_an_order_put_before(fft: Fft) -> None:
    """Version 1, with its addresses; refunds of it are paid outside, up to what it cost."""
    job = await fft.ask("POST", JOBS, new_job())

    assert (job["version"], job["tenantOrderId"]) == (1, "007")
    (sold,) = job["returnableLineItems"]
    assert (sold["delivered"], sold["article"]["tenantArticleId"]) == (2, "47110")
    assert sold["scannableCodes"] == ["0012345678905"]
    assert job["consumerAddresses"][0]["street"] == "Damrak 1"
    assert await fft.ask("GET", f"{JOBS}/{job['id']}") == job
    order = await fft.client.ask("GET", "/orders/007")
    assert order["payments"][0]["captured"] == "99.90"
    assert "already" in await fft.refused(409, "POST", JOBS, new_job())


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"originFacilityRefs": ["nowhere"]}, "nowhere"),
        ({"status": "FINISHED"}, "FINISHED"),
        ({"consumerAddresses": [{"city": "Amsterdam"}]}, "e-mail"),
        ({"consumerAddresses": [{"email": "a b@c"}]}, "customer.email"),
        ({"shortId": "ER8"}, "shortId"),
        ({"returnableLineItems": []}, "returnableLineItems"),
    ],
)
async def test_what_makes_no_job_is_said(fft: Fft, more: dict[str, object], word: str) -> None:
    """400, naming what is wrong; unknown fields by their name."""
    assert word in await fft.refused(400, "POST", JOBS, new_job(**more))
    assert await listed(fft) == []


async def test_an_order_not_handed_over_has_no_job(fft: Fft) -> None:
    """404, and no list shows it."""
    body = {
        "currency": "EUR",
        "customer": {"email": "mira.sand@example.com"},
        "lines": [{"id": "1", "sku": "A", "title": "A", "quantity": 1, "unit_price": "1.00"}],
    }
    await fft.client.ask("PUT", "/orders/waiting", body)

    assert await listed(fft) == []


async def test_jobs_are_listed_by_id_and_by_the_page(fft: Fft) -> None:
    """Each once, with how many there are."""
    numbers = [f"N-{n}" for n in range(5)]
    for number in numbers:
        await fft.deliver(number, "A")

    seen: list[str] = []
    query = "size=2"
    while page := (await fft.ask("GET", JOBS, query=query))["itemReturnJobsWithSearchPaths"]:
        seen += [one["itemReturnJob"]["tenantOrderId"] for one in page]
        query = f"size=2&startAfterId={page[-1]['itemReturnJob']['id']}"

    assert sorted(seen) == numbers
    assert (await fft.ask("GET", JOBS))["total"] == 5


async def test_jobs_are_narrowed_by_what_came_back(fft: Fft) -> None:
    """By status, facility, code and word; several values of one filter widen it."""
    hub = await fft.facility("hub")
    path = await fft.deliver("ORDER-A", "A")
    other = await fft.deliver("ORDER-B", "B")
    job = await fft.ask("GET", path)
    body = item_return(1, hub, "FINISHED", line(job, 0, "ACCEPTED"), scannableCodes=["0042", 7])
    job = await fft.ask("POST", f"{path}/itemreturns", body)
    rma = job["itemReturns"][0]["scannableCodes"][0]
    await fft.ask("POST", f"{other}/actions", {"name": "FinishItemReturnJob", "version": 1})

    for query, expected in (
        ("itemReturnStatus=FINISHED", ["ORDER-A"]),
        ("itemReturnStatus=OPEN", []),
        ("itemReturnStatus=OPEN&itemReturnStatus=FINISHED", ["ORDER-A"]),
        ("itemReturnJobStatus=FINISHED", ["ORDER-B"]),
        ("itemReturnJobStatus=OPEN,FINISHED", ["ORDER-A", "ORDER-B"]),
        (f"facilityId={hub}", ["ORDER-A"]),
        ("facilityId=hub", ["ORDER-A"]),
        (f"itemReturnScannableCodes={rma}", ["ORDER-A"]),
        ("itemReturnScannableCodes=7", ["ORDER-A"]),
        ("itemReturnScannableCodes=42", []),
        (f"searchTerm={rma}", ["ORDER-A"]),
        ("searchTerm=ORDER-B", ["ORDER-B"]),
        (f"searchTerm={job['id']}", ["ORDER-A"]),
        (f"searchTerm={quote('mira.sand@example.com')}", ["ORDER-A"]),
        ("anonymized=true", []),
        ("anonymized=false&searchTerm=A", ["ORDER-A"]),
    ):
        assert sorted(await listed(fft, query)) == expected, query

    found = await fft.ask("GET", "/api/itemreturns", query="itemReturnLineItemStatus=ACCEPTED")
    assert found["totalCount"] == 1
    assert found["itemReturns"] == [{**job["itemReturns"][0], "itemReturnJobRef": job["id"]}]
    assert (await fft.ask("GET", "/api/itemreturns", query="itemReturnStatus=OPEN")) == {
        "itemReturns": [],
        "totalCount": 0,
    }


@pytest.mark.parametrize(
    "query",
    [
        "size=0",
        "size=101",
        "size=x",
        "startAfterId=x",
        "itemReturnStatus=DONE",
        "anonymized=maybe",
        "colour=red",
        "searchTerm=a&searchTerm=b",
    ],
)
async def test_a_query_that_means_nothing_is_refused(fft: Fft, query: str) -> None:
    """400 as a list, naming the parameter."""
    answer = await fft.call("GET", JOBS, query=query)

    assert answer.status == 400
    assert query.partition("=")[0] in answer.json[0]["description"]


# ---------------------------------------------------------------- configuration


async def test_the_configuration_is_put_over_the_version_that_was_seen(fft: Fft) -> None:
    """At its defaults in version 1 at first; of two at once one is told to read again."""
    first = await fft.ask("GET", CONFIGURATION)
    assert (first["version"], first["allowTriggerRefund"]) == (1, False)
    reasons = [{"identifier": "A", "reasonLocalized": {"de_DE": "Defekt", "en_US": "Broken"}}]
    body = {"version": "1", "allowTriggerRefund": True, "availableReturnReasons": reasons}

    answers = await asyncio.gather(*(fft.call("PUT", CONFIGURATION, body) for _ in range(4)))

    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    stale = next(answer for answer in answers if answer.status == 409)
    assert (stale.json[0]["requestVersion"], stale.json[0]["version"]) == (1, 2)
    now = await fft.ask("GET", CONFIGURATION)
    assert (now["version"], now["allowTriggerRefund"]) == (2, True)
    assert now["availableReturnReasons"] == reasons


async def test_a_configured_reason_brings_its_translations(fft: Fft) -> None:
    """Whichever of its words was given; and what is only translated is said in one's language."""
    words = {"de_DE": "Defekt", "en_US": "Broken"}
    body = {"version": 1, "availableReturnReasons": [{"reasonLocalized": words}]}
    await fft.ask("PUT", CONFIGURATION, body)
    path = await fft.deliver("ORDER-1", "A", "B")
    job = await fft.ask("GET", path)
    lines = [
        line(job, 0, "OPEN", reasons=[{"reason": "Defekt"}]),
        line(job, 1, "OPEN", reasons=[{"reasonLocalized": words}]),
    ]

    made = await fft.ask(
        "POST",
        f"{path}/itemreturns",
        item_return(1, "main", "ANNOUNCED", *lines),
        headers={"accept-language": "de-AT,de;q=0.9"},
    )

    one, other = made["itemReturns"][0]["returnedLineItems"]
    assert one["reasons"] == [{"reason": "Defekt", "reasonLocalized": words}]
    assert other["reasons"] == [{"reason": "Defekt", "reasonLocalized": words}]


# ---------------------------------------------------------------- subscriptions


def subscription(**more: object) -> dict[str, object]:
    """Give the body of a subscription."""
    target = {
        "type": "WEBHOOK",
        "callbackUrl": "http://127.0.0.1:9/hook",
        "headers": [{"key": "x-api-key", "value": "s3cret"}],
    }
    return {"name": "Mine", "event": EVENTS[0], "target": target, **more}


async def test_a_subscription_is_an_ordinary_one_of_this_dialect(fft: Fft) -> None:
    """Made, read, listed here and in our own words, and ended."""
    answer = await fft.call("POST", SUBSCRIPTIONS, subscription())
    assert answer.status == 201
    made: dict[str, Any] = answer.json

    assert (made["name"], made["event"]) == ("Mine", EVENTS[0])
    assert made["target"] == subscription()["target"]
    assert await fft.ask("GET", f"{SUBSCRIPTIONS}/{made['id']}") == made
    assert await fft.ask("GET", SUBSCRIPTIONS) == {"subscriptions": [made], "total": 1}
    (ours,) = (await fft.client.ask("GET", "/subscriptions"))["data"]
    assert (ours["dialect"], ours["events"]) == ("fulfillmenttools", [EVENTS[0]])
    assert ours["headers"] == {"x-api-key": "s3cret"}
    assert (await fft.call("DELETE", f"{SUBSCRIPTIONS}/{made['id']}")).status == 204
    assert (await fft.call("GET", f"{SUBSCRIPTIONS}/{made['id']}")).status == 404
    assert (await fft.call("DELETE", f"{SUBSCRIPTIONS}/{made['id']}")).status == 404


async def test_five_are_told_of_one_event_and_no_sixth(fft: Fft) -> None:
    """The older form with the address beside the target counts like the other."""
    old = {
        "name": "Old",
        "event": EVENTS[1],
        "callbackUrl": "http://127.0.0.1:9/hook",
    }
    answers = await asyncio.gather(*(fft.call("POST", SUBSCRIPTIONS, old) for _ in range(7)))

    assert sorted(answer.status for answer in answers) == [201] * 5 + [409] * 2
    key = {"idempotency-key": "k-1"}
    made = [await fft.call("POST", SUBSCRIPTIONS, subscription(), key) for _ in range(6)]
    assert {(answer.status, answer.body) for answer in made} == {(201, made[0].body)}
    first = await fft.ask("GET", SUBSCRIPTIONS, query="size=4")
    rest = await fft.ask(
        "GET", SUBSCRIPTIONS, query=f"startAfterId={first['subscriptions'][-1]['id']}"
    )
    assert (len(first["subscriptions"]), len(rest["subscriptions"]), rest["total"]) == (4, 2, 6)
    assert await fft.ask("GET", "/api/supportedevents") == {"events": EVENTS}


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"event": "RETURN_CREATED"}, "RETURN_CREATED"),
        ({"callbackUrl": "http://127.0.0.1:9/other"}, "no one address"),
        ({"target": {"type": "GOOGLE_CLOUD_PUB_SUB", "callbackUrl": "x"}}, "WEBHOOK"),
        ({"target": {"type": "WEBHOOK", "callbackUrl": "ftp://example.com/"}}, "url"),
        ({"contexts": []}, "contexts"),
    ],
)
async def test_what_cannot_be_told_is_refused(fft: Fft, more: dict[str, object], word: str) -> None:
    """400 as a list; nothing is made."""
    assert word in await fft.refused(400, "POST", SUBSCRIPTIONS, subscription(**more))
    assert (await fft.ask("GET", SUBSCRIPTIONS))["total"] == 0
