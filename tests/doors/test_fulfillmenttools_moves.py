"""ItemReturns on their way, and jobs closed and opened, by fulfillmenttools' named actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import pytest_asyncio

from tests.support.fulfillmenttools import Fft, item_return, line

if TYPE_CHECKING:
    from tests.doors.client import Client


@pytest_asyncio.fixture
async def fft(shop: Client) -> Fft:
    """A workspace spoken to in fulfillmenttools' words."""
    return Fft(client=shop)


async def announced(fft: Fft, path: str, facility: str = "main", **more: object) -> dict[str, Any]:
    """Announce every line of a job; gives the job."""
    job = await fft.ask("GET", path)
    lines = [line(job, place, "OPEN", **more) for place in range(len(job["returnableLineItems"]))]
    body = item_return(job["version"], facility, "ANNOUNCED", *lines)
    made: dict[str, Any] = await fft.ask("POST", f"{path}/itemreturns", body)
    return made


async def act(fft: Fft, path: str, job: dict[str, Any], name: str) -> dict[str, Any]:
    """Do something with the last ItemReturn; gives the job."""
    where = f"{path}/itemreturns/{job['itemReturns'][-1]['id']}/actions"
    made: dict[str, Any] = await fft.ask(
        "POST", where, {"name": name, "itemReturnJobVersion": job["version"]}
    )
    return made


def status(job: dict[str, Any]) -> tuple[str, list[str]]:
    """Give the status of the last ItemReturn and of its lines."""
    one = job["itemReturns"][-1]
    return one["status"], [item["status"] for item in one["returnedLineItems"]]


async def test_an_announced_return_goes_all_the_way(fft: Fft) -> None:
    """Announced, open, in progress at its facility, waiting, finished: one ItemReturn."""
    path = await fft.deliver("ORDER-1", "A", "B")
    hub = await fft.facility("hub")

    job = await announced(fft, path, hub)
    first = job["itemReturns"][0]["id"]
    assert status(job) == ("ANNOUNCED", ["OPEN", "OPEN"])
    assert job["itemReturns"][0]["returnFacilityRef"] == hub
    job = await act(fft, path, job, "OpenItemReturn")
    assert status(job) == ("OPEN", ["OPEN", "OPEN"])
    job = await act(fft, path, job, "StartItemReturn")
    assert status(job) == ("IN_PROGRESS", ["IN_PROGRESS", "IN_PROGRESS"])
    assert job["itemReturns"][0]["returnFacilityRef"] == hub
    job = await act(fft, path, job, "WaitForInputItemReturn")
    assert status(job) == ("WAITING_FOR_INPUT", ["WAITING_FOR_INPUT", "WAITING_FOR_INPUT"])
    job = await act(fft, path, job, "FinishItemReturn")
    assert status(job) == ("FINISHED", ["WAITING_FOR_INPUT", "WAITING_FOR_INPUT"])
    assert [one["id"] for one in job["itemReturns"]] == [first]


async def test_work_on_an_item_return_rests_and_goes_on(fft: Fft) -> None:
    """PAUSED in the job and in what subscribers are told, until it is started, waits or is done."""
    subscribed = await fft.client.ask(
        "POST", "/subscriptions", {"url": "http://127.0.0.1:9/hook", "dialect": "fulfillmenttools"}
    )
    path = await fft.deliver("ORDER-1", "A")
    job = await announced(fft, path)
    job = await act(fft, path, job, "StartItemReturn")

    job = await act(fft, path, job, "PauseItemReturn")

    assert status(job) == ("PAUSED", ["IN_PROGRESS"])
    assert await fft.ask("GET", path) == job
    query = f"subscription={subscribed['id']}&limit=200"
    told = (await fft.client.ask("GET", "/feed", query=query))["data"][-1]["body"]
    said = msgspec.json.decode(told)
    assert (said["event"], said["payload"]) == ("ITEM_RETURN_JOB_UPDATED", job)
    paused = await fft.ask("GET", "/api/itemreturnjobs", query="itemReturnStatus=PAUSED")
    assert paused["total"] == 1
    assert await act(fft, path, job, "PauseItemReturn") == job
    job = await act(fft, path, job, "StartItemReturn")
    assert status(job) == ("IN_PROGRESS", ["IN_PROGRESS"])
    job = await act(fft, path, job, "PauseItemReturn")
    job = await act(fft, path, job, "WaitForInputItemReturn")
    assert status(job) == ("WAITING_FOR_INPUT", ["WAITING_FOR_INPUT"])
    job = await act(fft, path, job, "PauseItemReturn")
    job = await act(fft, path, job, "FinishItemReturn")
    assert status(job) == ("FINISHED", ["WAITING_FOR_INPUT"])


async def test_an_action_done_again_changes_nothing(fft: Fft) -> None:
    """The same job, the same version; nothing is said twice."""
    path = await fft.deliver("ORDER-1", "A")
    job = await announced(fft, path)
    job = await act(fft, path, job, "OpenItemReturn")

    assert await act(fft, path, job, "OpenItemReturn") == job


async def test_unjudged_goods_keep_an_item_return_from_being_finished(fft: Fft) -> None:
    """409 with the reason and what to do."""
    path = await fft.deliver("ORDER-1", "A")
    job = await announced(fft, path)
    job = await act(fft, path, job, "StartItemReturn")
    where = f"{path}/itemreturns/{job['itemReturns'][0]['id']}/actions"

    body = {"name": "FinishItemReturn", "itemReturnJobVersion": job["version"]}
    said = await fft.refused(409, "POST", where, body)

    assert "Inspect them first" in said


@pytest.mark.parametrize("name", ["AnnounceItemReturn", "PauseItemReturn", "FinishItemReturn"])
async def test_what_leads_nowhere_is_refused(fft: Fft, name: str) -> None:
    """409: not from there; nothing changes."""
    path = await fft.deliver("ORDER-1", "A")
    job = await announced(fft, path)
    job = await act(fft, path, job, "OpenItemReturn")
    where = f"{path}/itemreturns/{job['itemReturns'][0]['id']}/actions"

    said = await fft.refused(
        409, "POST", where, {"name": name, "itemReturnJobVersion": job["version"]}
    )

    assert "OPEN" in said
    assert await fft.ask("GET", path) == job


@pytest.mark.parametrize("is_here", [False, True])
async def test_a_canceled_item_return_gives_its_units_back(fft: Fft, is_here: bool) -> None:  # noqa: FBT001 - a case
    """CANCELED, and what it held may be returned again; also where its goods had come."""
    path = await fft.deliver("ORDER-1", "A")
    job = await announced(fft, path)
    if is_here:
        job = await act(fft, path, job, "StartItemReturn")
    one = job["itemReturns"][0]["id"]

    gone = await fft.ask(
        "DELETE", f"{path}/itemreturns/{one}", query=f"itemReturnJobVersion={job['version']}"
    )

    assert status(gone) == ("CANCELED", ["CANCELED"])
    assert gone["returnableLineItems"][0]["returnable"] == 1
    assert await fft.ask("DELETE", f"{path}/itemreturns/{one}") == gone
    again = await announced(fft, path)
    assert [each["status"] for each in again["itemReturns"]] == ["CANCELED", "ANNOUNCED"]


async def test_lines_are_replaced_until_goods_have_come(fft: Fft) -> None:
    """An announced ItemReturn takes other lines; a received one keeps its own."""
    path = await fft.deliver("ORDER-1", "A", "B")
    job = await announced(fft, path)
    where = f"{path}/itemreturns/{job['itemReturns'][0]['id']}/returnedlineitems"
    other = {"returnedLineItems": [{"tenantArticleId": "B", "status": "OPEN"}]}

    replaced = await fft.ask("PUT", where, {**other, "itemReturnJobVersion": job["version"]})

    assert [one["tenantArticleId"] for one in replaced["itemReturns"][0]["returnedLineItems"]] == [
        "B"
    ]
    assert [one["returnable"] for one in replaced["returnableLineItems"]] == [1, 0]
    job = await act(fft, path, replaced, "StartItemReturn")
    for name in ("PauseItemReturn", "WaitForInputItemReturn", "FinishItemReturn"):
        now, _ = status(job)
        body = {**other, "itemReturnJobVersion": job["version"]}
        said = await fft.refused(409, "PUT", where, body)
        assert f"is {now}; its lines stay" in said
        assert "correct the return's receipt" in said
        assert await fft.ask("GET", path) == job
        job = await act(fft, path, job, name)
    assert status(job)[0] == "FINISHED"
    body = {**other, "itemReturnJobVersion": job["version"]}
    assert "FINISHED" in await fft.refused(409, "PUT", where, body)


async def test_lines_that_are_not_returnable_are_a_list_of_their_own(fft: Fft) -> None:
    """Replacing one list leaves the other, with its reasons, as it is; lines go to their own."""
    path = await fft.deliver("ORDER-1", "A", "B", "C")
    job = await announced(fft, path, reasons=[{"reason": "Worn", "comment": "Heel"}])
    job = await fft.kept(path, job, 1)
    before = job["itemReturns"][0]
    (final,) = before["returnedNotReturnableLineItems"]
    where = f"{path}/itemreturns/{before['id']}"
    (own,) = job["notReturnableLineItems"]

    body = {
        "itemReturnJobVersion": job["version"],
        "returnedLineItems": [{"tenantArticleId": "C", "status": "OPEN"}],
    }
    job = await fft.ask("PUT", f"{where}/returnedlineitems", body)

    assert job["itemReturns"][0]["returnedNotReturnableLineItems"] == [final]
    assert [one["tenantArticleId"] for one in job["itemReturns"][0]["returnedLineItems"]] == ["C"]
    loose = job["itemReturns"][0]["returnedLineItems"]
    body = {
        "itemReturnJobVersion": job["version"],
        "returnedNotReturnableLineItems": [{"tenantArticleId": "B", "status": "OPEN"}],
    }
    job = await fft.ask("PUT", f"{where}/returnednotreturnablelineitems", body)
    after = job["itemReturns"][0]
    assert after["returnedLineItems"] == loose
    assert after["returnedNotReturnableLineItems"] == [
        {key: said for key, said in final.items() if key != "reasons"}
    ]
    for door, name, ref, other in (
        ("returnedlineitems", "returnedLineItems", own, "returnednotreturnablelineitems"),
        (
            "returnednotreturnablelineitems",
            "returnedNotReturnableLineItems",
            job["returnableLineItems"][0],
            "to returnedlineitems",
        ),
    ):
        body = {
            "itemReturnJobVersion": job["version"],
            name: [{"itemReturnJobLineItemRef": ref["id"], "status": "OPEN"}],
        }
        assert other in await fft.refused(400, "PUT", f"{where}/{door}", body)


async def test_a_unit_that_is_not_returnable_is_judged_at_its_own_door(fft: Fft) -> None:
    """404 at the other one, either way."""
    path = await fft.deliver("ORDER-1", "A", "B")
    job = await announced(fft, path)
    job = await fft.kept(path, job, 1)
    job = await act(fft, path, job, "StartItemReturn")
    one = job["itemReturns"][0]
    (loose,), (final,) = one["returnedLineItems"], one["returnedNotReturnableLineItems"]
    where = f"{path}/itemreturns/{one['id']}"
    body = {"itemReturnJobVersion": job["version"], "status": "REJECTED"}
    for door, item in (
        ("returnedlineitems", final),
        ("returnednotreturnablelineitems", loose),
    ):
        await fft.refused(404, "PATCH", f"{where}/{door}/{item['id']}", body)

    door = f"{where}/returnednotreturnablelineitems/{final['id']}"
    judged = (await fft.ask("PATCH", door, body))["itemReturns"][0]

    assert judged["returnedNotReturnableLineItems"][0]["status"] == "REJECTED"
    assert judged["returnedLineItems"][0]["status"] == "IN_PROGRESS"


async def test_a_finished_job_takes_nothing_more(fft: Fft) -> None:
    """Until it is restarted; each step is one version and one event."""
    path = await fft.deliver("ORDER-1", "A")
    job = await fft.ask("GET", path)

    for name, expected in (
        ("StartItemReturnJob", "IN_PROGRESS"),
        ("FinishItemReturnJob", "FINISHED"),
    ):
        job = await fft.ask("POST", f"{path}/actions", {"name": name, "version": job["version"]})
        assert job["status"] == expected
    assert job["version"] == 3
    assert await fft.ask("GET", path) == job
    body = item_return(3, "main", "ANNOUNCED", line(job, 0, "OPEN"))
    assert "FINISHED" in await fft.refused(409, "POST", f"{path}/itemreturns", body)
    stale = await fft.call("POST", f"{path}/actions", {"name": "StartItemReturnJob", "version": 1})
    assert (stale.status, stale.json[0]["version"]) == (409, 3)
    illegal = {"name": "StartItemReturnJob", "version": 3}
    assert "FINISHED" in await fft.refused(409, "POST", f"{path}/actions", illegal)

    job = await fft.ask("POST", f"{path}/actions", {"name": "RestartItemReturnJob", "version": "3"})

    assert (job["status"], job["version"]) == ("OPEN", 4)
    events = await fft.client.ask("GET", "/orders/ORDER-1/events")
    assert [event["type"] for event in events["data"]] == [
        "order.delivered",
        *["order.amended"] * 3,
    ]


async def test_lines_can_be_said_not_to_be_returnable(fft: Fft) -> None:
    """They move to the other list, and back."""
    path = await fft.deliver("ORDER-1", "A", "B")
    job = await fft.ask("GET", path)
    kept = job["returnableLineItems"][1]["id"]
    word = "CHANGE_LINE_ITEMS_TO_{}_IN_ITEM_RETURN_JOB"

    body = {"name": word.format("NOT_RETURNABLE"), "version": 1, "lineItemIds": [kept]}
    fixed = await fft.ask("POST", f"{path}/actions", body)

    assert [one["id"] for one in fixed["notReturnableLineItems"]] == [kept]
    assert fixed["version"] == 2
    body = {"name": word.format("RETURNABLE"), "version": 2, "lineItemIds": [kept]}
    loose = await fft.ask("POST", f"{path}/actions", body)
    assert loose["returnableLineItems"] == job["returnableLineItems"]
    unknown = {"name": word.format("RETURNABLE"), "version": 3, "lineItemIds": ["x"]}
    assert "'x'" in await fft.refused(400, "POST", f"{path}/actions", unknown)


async def test_other_lines_take_the_place_of_those_that_are_not_in_a_return(fft: Fft) -> None:
    """Quantities may be quoted; what is in a return cannot be taken away."""
    path = await fft.deliver("ORDER-1", "A", "B")
    job = await fft.ask("GET", path)
    article = {"tenantArticleId": 4711, "title": "Bare figures"}
    body = {
        "name": "REPLACE_LINE_ITEMS_ON_ITEM_RETURN_JOB",
        "version": 1,
        "returnableLineItems": [
            {"article": {"tenantArticleId": "A", "title": "A"}, "delivered": "2.00"},
            {"article": {**article, "prices": [{"pricePerUnit": 1.5, "currency": "EUR"}]},
             "delivered": 1},
        ],
    }  # fmt: skip

    other = await fft.ask("POST", f"{path}/actions", body)

    lines = other["returnableLineItems"]
    assert [(one["article"]["tenantArticleId"], one["delivered"]) for one in lines] == [
        ("A", 2),
        ("4711", 1),
    ]
    assert lines[0]["id"] == job["returnableLineItems"][0]["id"]
    assert lines[1]["article"]["prices"] == [{"pricePerUnit": 1.5, "currency": "EUR"}]
    held = await announced(fft, path)
    gone = {**body, "version": held["version"], "returnableLineItems": [body_line("C")]}
    assert "in returns" in await fft.refused(409, "POST", f"{path}/actions", gone)


def body_line(sku: str) -> dict[str, object]:
    """Give a line as bodies hold it."""
    return {"article": {"tenantArticleId": sku, "title": sku}, "delivered": 1}
