"""fulfillmenttools' returns API, from outside: the flows of its own article on returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest_asyncio

from tests.support.fulfillmenttools import Fft, item_return, line

if TYPE_CHECKING:
    from tests.doors.client import Client

REASON = {
    "reason": "Don't like product",
    "reasonLocalized": {"de_DE": "Artikel gefällt nicht", "en_US": "Don't like product"},
}
DAMAGED = {"de_DE": "Beschädigt", "en_US": "Damaged"}


@pytest_asyncio.fixture
async def fft(shop: Client) -> Fft:
    """A workspace spoken to in fulfillmenttools' words."""
    return Fft(client=shop)


def counts(job: dict[str, Any]) -> list[tuple[int, int, int]]:
    """Give delivered, returnable and returned of each line."""
    return [
        (one["delivered"], one["returnable"], one["returned"]) for one in job["returnableLineItems"]
    ]


async def test_a_delivered_order_is_an_open_job(fft: Fft) -> None:
    """Version 1, everything returnable, nothing returned."""
    path = await fft.deliver("ORDER-1234", "TG560052", "NT420074")

    job = await fft.ask("GET", path)

    assert (job["version"], job["status"], job["tenantOrderId"]) == (1, "OPEN", "ORDER-1234")
    assert counts(job) == [(1, 1, 0), (1, 1, 0)]
    assert job["itemReturns"] == []


async def test_two_returns_in_two_facilities_and_no_third(fft: Fft) -> None:
    """Each is its own ItemReturn, finished at once; when nothing is left, no more is taken."""
    path = await fft.deliver("ORDER-1234", "TG560052", "NT420074")
    shop, hub = await fft.facility("shop"), await fft.facility("hub")
    job = await fft.ask("GET", path)

    first = await fft.ask(
        "POST",
        f"{path}/itemreturns",
        item_return(job["version"], shop, "FINISHED", line(job, 0, "ACCEPTED", reasons=[REASON])),
    )
    second = await fft.ask(
        "POST",
        f"{path}/itemreturns",
        item_return(
            str(first["version"]),
            hub,
            "FINISHED",
            line(
                job,
                1,
                "ACCEPTED",
                reasons=[{**REASON, "comment": "did not order this"}],
                tenantArticleId="NT420074",
            ),
        ),
    )

    assert counts(first) == [(1, 0, 1), (1, 1, 0)]
    assert counts(second) == [(1, 0, 1), (1, 0, 1)]
    assert second["version"] > first["version"] > 1
    one, two = second["itemReturns"]
    assert one == {**first["itemReturns"][0]}
    assert (one["status"], two["status"]) == ("FINISHED", "FINISHED")
    assert (one["returnFacilityRef"], two["returnFacilityRef"]) == (shop, hub)
    assert one["returnedLineItems"][0]["reasons"] == [REASON]
    assert two["returnedLineItems"][0]["reasons"][0]["comment"] == "did not order this"
    assert await fft.ask("GET", path) == second
    assert await fft.ask("GET", f"{path}/itemreturns") == second["itemReturns"]
    assert await fft.ask("GET", f"{path}/itemreturns/{two['id']}") == two

    said = await fft.refused(
        409,
        "POST",
        f"{path}/itemreturns",
        item_return(second["version"], shop, "FINISHED", line(job, 0, "ACCEPTED")),
    )
    assert "0 returnable" in said


async def test_a_quality_check_ends_in_a_rejection(fft: Fft) -> None:
    """The line waits in a finished ItemReturn, then is rejected; it stays counted as returned."""
    path = await fft.deliver("ORDER-2222", "CS0114141")
    shop = await fft.facility("shop")
    job = await fft.ask("GET", path)
    waiting = line(
        job,
        0,
        "WAITING_FOR_INPUT",
        reasons=[REASON],
        itemCondition="Damaged",
        itemConditionLocalized=DAMAGED,
        itemConditionComment="Upper corner",
    )

    made = await fft.ask(
        "POST", f"{path}/itemreturns", item_return(job["version"], shop, "FINISHED", waiting)
    )
    one = made["itemReturns"][0]
    item = one["returnedLineItems"][0]
    assert (one["status"], item["status"]) == ("FINISHED", "WAITING_FOR_INPUT")
    assert (item["itemCondition"], item["itemConditionLocalized"]) == ("Damaged", DAMAGED)
    assert item["itemConditionComment"] == "Upper corner"

    judged = await fft.ask(
        "PATCH",
        f"{path}/itemreturns/{one['id']}/returnedlineitems/{item['id']}",
        {
            "itemReturnJobVersion": made["version"],
            "status": "REJECTED",
            "decisionReason": {"reasonLocalized": {"en_US": "Worn"}, "comment": "Heel"},
        },
    )

    assert judged["itemReturns"][0]["returnedLineItems"][0]["status"] == "REJECTED"
    assert judged["itemReturns"][0]["returnedLineItems"][0]["decisionReason"] == "Worn: Heel"
    assert counts(judged) == [(1, 0, 1)]
    assert judged["version"] > made["version"]


async def test_another_version_is_refused_with_both(fft: Fft) -> None:
    """409, as a list, naming the version sent and the current one; nothing changes."""
    path = await fft.deliver("ORDER-1", "A")
    job = await fft.ask("GET", path)
    body = item_return("1.00", "main", "ANNOUNCED", line(job, 0, "OPEN"))
    made = await fft.ask("POST", f"{path}/itemreturns", body)

    answer = await fft.call("POST", f"{path}/itemreturns", body)

    assert answer.status == 409
    (error,) = answer.json
    assert (error["requestVersion"], error["version"]) == (1, made["version"])
    assert error["summary"]
    assert await fft.ask("GET", path) == made
