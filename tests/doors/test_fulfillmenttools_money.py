"""Refunds asked for by fulfillmenttools' API: off unless allowed, never more than was paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from tests.support.fulfillmenttools import Fft, item_return, line

if TYPE_CHECKING:
    from tests.doors.client import Client


@pytest_asyncio.fixture
async def fft(shop: Client) -> Fft:
    """A workspace spoken to in fulfillmenttools' words."""
    return Fft(client=shop)


async def returned(fft: Fft, path: str, *statuses: str) -> tuple[dict[str, Any], list[str]]:
    """Have the first lines come back, judged so; gives the job and the lines' own addresses."""
    job = await fft.ask("GET", path)
    lines = [line(job, place, status) for place, status in enumerate(statuses)]
    made = await fft.ask(
        "POST", f"{path}/itemreturns", item_return(job["version"], "main", "FINISHED", *lines)
    )
    one = made["itemReturns"][-1]
    base = f"{path}/itemreturns/{one['id']}/returnedlineitems"
    return made, [f"{base}/{item['id']}" for item in one["returnedLineItems"]]


def price(value: object, status: str = "OPEN") -> dict[str, object]:
    """Give a refund of an amount; percent stands there as null, as in their samples."""
    return {"status": status, "price": {"value": value, "currency": "EUR"}, "percent": None}


async def patch(fft: Fft, where: str, version: int, refund: object) -> dict[str, Any]:
    return await fft.ask("PATCH", where, {"itemReturnJobVersion": version, "refund": refund})


async def native(fft: Fft) -> list[dict[str, Any]]:
    """Give the settlements of the newest return, in our own words."""
    found = await fft.client.ask("GET", "/returns")
    return list(found["data"][0]["settlements"])


async def test_refunds_are_off_until_the_configuration_allows_them(fft: Fft) -> None:
    """403 in their form; once allowed the whole price is refunded, and no other line."""
    path = await fft.deliver("ORDER-3333", "PP591833623", "OTHER")
    job, (where, _) = await returned(fft, path, "ACCEPTED", "ACCEPTED")
    body = {"itemReturnJobVersion": job["version"], "refund": price(49.95, "CLOSED")}
    said = await fft.refused(403, "PATCH", where, body)
    assert "allowTriggerRefund" in said

    await fft.refunds_allowed()
    paid = await fft.ask("PATCH", where, body)

    one, other = paid["itemReturns"][0]["returnedLineItems"]
    assert one["refund"] == price(49.95, "CLOSED")
    assert "refund" not in other
    (settlement,) = await native(fft)
    assert (settlement["status"], settlement["total"]) == ("settled", "49.95")


async def test_lines_of_one_item_return_are_refunded_one_by_one(fft: Fft) -> None:
    """A merchant's own system that says CLOSED has paid; the next line can follow at once."""
    path = await fft.deliver("ORDER-1", "A", "B")
    await fft.refunds_allowed()
    job, (first, second) = await returned(fft, path, "ACCEPTED", "ACCEPTED")

    half = await patch(fft, first, job["version"], {"status": "CLOSED", "percent": 50})
    whole = await patch(fft, second, half["version"], price("49.95", "CLOSED"))

    one, other = whole["itemReturns"][0]["returnedLineItems"]
    assert one["refund"]["price"] == {"value": 24.98, "currency": "EUR"}
    assert other["refund"]["price"] == {"value": 49.95, "currency": "EUR"}
    assert [paid["total"] for paid in await native(fft)] == ["24.98", "49.95"]


async def test_a_refund_under_way_is_closed_by_who_pays_it(fft: Fft) -> None:
    """OPEN starts it; CLOSED with the same amount reports it; another amount is refused."""
    path = await fft.deliver("ORDER-1", "A")
    await fft.refunds_allowed()
    job, (where,) = await returned(fft, path, "ACCEPTED")

    started = await patch(fft, where, job["version"], price("10"))
    assert [paid["status"] for paid in await native(fft)] == ["in_progress"]
    version = started["version"]
    other = {"itemReturnJobVersion": version, "refund": price("11", "CLOSED")}
    assert "another amount" in await fft.refused(409, "PATCH", where, other)
    await patch(fft, where, version, price("10.00", "CLOSED"))

    (settlement,) = await native(fft)
    assert (settlement["status"], settlement["total"]) == ("settled", "10.00")
    last = await fft.ask("GET", path)
    again = {"itemReturnJobVersion": last["version"], "refund": price("10", "CLOSED")}
    assert "started already" in await fft.refused(409, "PATCH", where, again)


async def test_one_request_accepts_and_refunds(fft: Fft) -> None:
    """Both or neither: a refund that cannot be leaves the line undecided."""
    path = await fft.deliver("ORDER-1", "A", discount="10.00")
    await fft.refunds_allowed()
    job, (where,) = await returned(fft, path, "WAITING_FOR_INPUT")
    body = {"itemReturnJobVersion": job["version"], "status": "ACCEPTED", "refund": price("49.95")}

    said = await fft.refused(409, "PATCH", where, body)
    assert "39.95" in said
    assert await fft.ask("GET", path) == job

    body["refund"] = price("39.95")
    paid = await fft.ask("PATCH", where, body)
    item = paid["itemReturns"][0]["returnedLineItems"][0]
    assert (item["status"], item["refund"]["price"]["value"]) == ("ACCEPTED", 39.95)


@pytest.mark.parametrize(
    ("refund", "status", "word"),
    [
        ({"status": "OPEN"}, 400, "either a price or a percent"),
        ({**price(1), "percent": 10}, 400, "either a price or a percent"),
        (price("49.96"), 400, "49.95"),
        (price("-1"), 400, "49.95"),
        (price("1.005"), 400, "49.95"),
        (price("1e2"), 400, "49.95"),
        (price("NaN"), 400, "49.95"),
        ({"percent": 101}, 400, "0 to 100"),
        ({"percent": "Infinity"}, 400, "0 to 100"),
        ({"price": {"value": 1, "currency": "USD"}}, 400, "EUR"),
        ({"percent": 10, "reason": "x"}, 400, "reason"),
    ],
)
async def test_what_is_no_refund_is_said_to_be_none(
    fft: Fft, refund: object, status: int, word: str
) -> None:
    """400 in their form, whatever is wrong; nothing is proposed."""
    path = await fft.deliver("ORDER-1", "A")
    await fft.refunds_allowed()
    job, (where,) = await returned(fft, path, "ACCEPTED")

    body = {"itemReturnJobVersion": job["version"], "refund": refund}
    said = await fft.refused(status, "PATCH", where, body)

    assert word in said
    assert await native(fft) == []


async def test_what_was_rejected_is_not_refunded(fft: Fft) -> None:
    """409: accept it first."""
    path = await fft.deliver("ORDER-1", "A")
    await fft.refunds_allowed()
    job, (where,) = await returned(fft, path, "REJECTED")

    body = {"itemReturnJobVersion": job["version"], "refund": {"percent": 100}}
    assert "REJECTED" in await fft.refused(409, "PATCH", where, body)
