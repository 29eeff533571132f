"""Parcels from outside: labels of the sandbox's carrier, its ledger, its scans, and strays."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import pytest_asyncio
from pypdf import PdfReader

from retour.api.app import build
from retour.api.parcels.hooks import SIGNATURE, sandbox_token, signed
from retour.wiring.working import delivering
from tests.doors.client import Client, call
from tests.support.pictures import encoded, gradient
from tests.support.running import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace

JSON = {"content-type": "application/json"}


@pytest_asyncio.fixture
async def app(house: House) -> AsyncIterator[Litestar]:
    """The application with delivery beside it, as ``serve --in-process`` has it."""
    async with delivering(house) as engine:
        yield build(replace(house, hints=engine.hint))


async def authorized(shop: Client, number: str = "P-1", quantity: int = 3) -> str:
    await shop.ask("PUT", f"/orders/{number}", order_body(quantity))
    lines = [{"line": "1", "quantity": quantity, "reason": "x"}]
    ret = await shop.ask("POST", "/returns", {"order_number": number, "lines": lines})
    await shop.ask("POST", f"/returns/{ret['id']}/authorize", {})
    return str(ret["id"])


async def until(shop: Client, parcel: str, status: str) -> Any:  # noqa: ANN401 - any JSON
    """Wait until a parcel has come to a status."""
    async with asyncio.timeout(30):
        while True:
            found = await shop.ask("GET", f"/parcels/{parcel}")
            if found["status"] == status:
                return found
            await asyncio.sleep(0.05)


async def labelled(shop: Client, ret: str, **body: object) -> Any:  # noqa: ANN401 - any JSON
    answer = await shop.ask("POST", f"/returns/{ret}/create_label", body)
    return await until(shop, answer["parcels"][-1]["id"], "label_created")


async def see(shop: Client, number: str, *codes: str, **more: object) -> Any:  # noqa: ANN401 - any JSON
    scans = [
        {"code": code, "id": f"e{place}", "at": f"2026-11-2{place}T08:00:00Z"}
        for place, code in enumerate(codes)
    ]
    body = {"tracking_number": number, "scans": scans, **more}
    return await shop.ask("POST", "/sandbox/carrier/tracking", body)


async def test_a_label_is_bought_once_printed_and_tracked_home(shop: Client, app: Litestar) -> None:
    ret = await authorized(shop)
    parcel = await labelled(shop, ret, items=[{"line": "1", "quantity": 2}])

    ledger = (await shop.ask("GET", "/sandbox/carrier/ledger"))["data"]
    assert [(parcel["id"], parcel["tracking_number"])] == [
        (one["intent"], one["tracking_number"]) for one in ledger
    ]
    assert 2 == len(parcel["units"])
    path = f"/parcels/{parcel['id']}/label"
    for form, start in {
        "pdf": b"%PDF-",
        "png": b"\x89PNG",
        "zpl": b"^XA",
        "qr": b"\x89PNG",
    }.items():
        printed = await shop.call("GET", path, query=f"format={form}")
        assert (200, start) == (printed.status, printed.body[: len(start)])
    by_type = await shop.call("GET", path, headers={"accept": "application/zpl, */*;q=0.1"})
    assert "application/zpl" == by_type.headers["content-type"]
    link = "/labels/" + parcel["label_url"].rpartition("/")[2]
    assert 200 == (await call(app, "GET", link)).status
    assert 404 == (await call(app, "GET", link[:-1] + "0x")).status

    await see(shop, parcel["tracking_number"], "in_transit", "in_transit", "delivered", copies=2)
    found = await shop.ask("GET", f"/returns/{ret}")
    assert "tracked" == found["status"]
    assert 3 == len(found["parcels"][0]["scans"])
    spaced = " ".join(parcel["tracking_number"].lower())
    listed = await shop.ask("GET", "/parcels", query=f"tracking={spaced.replace(' ', '%20')}")
    assert [parcel["id"]] == [one["id"] for one in listed["data"]]


@pytest.mark.parametrize("fault", ["timeout_before_booking", "timeout_after_booking", "drop_reply"])
async def test_a_cut_connection_buys_no_second_label(shop: Client, fault: str) -> None:
    ret = await authorized(shop)
    await shop.ask("POST", "/sandbox/carrier/faults", {"outcome": fault, "times": 1})
    answer = await shop.ask("POST", f"/returns/{ret}/create_label", {})
    await waited(partial(attempts, shop))
    await shop.ask("POST", "/clock", {"advance": "PT1M"})
    await until(shop, answer["parcels"][0]["id"], "label_created")

    assert 1 == len((await shop.ask("GET", "/sandbox/carrier/ledger"))["data"])


async def waited(look: Callable[[], Awaitable[object]]) -> None:
    """Look until there is something to be seen."""
    async with asyncio.timeout(30):
        while True:
            if await look():
                return
            await asyncio.sleep(0.05)


async def failure(shop: Client, parcel: str) -> str | None:
    found = await shop.ask("GET", f"/parcels/{parcel}")
    return found["failure"]


async def attempts(shop: Client) -> int:
    found = await shop.ask("GET", "/deliveries")
    return sum(len(one["attempts"]) for one in found["data"])


async def test_a_label_that_fails_is_listed_and_asked_for_again(shop: Client) -> None:
    ret = await authorized(shop)
    await shop.ask("POST", "/sandbox/carrier/faults", {"outcome": "decline", "times": 1})
    answer = await shop.ask("POST", f"/returns/{ret}/create_label", {})
    failed = await until(shop, answer["parcels"][0]["id"], "label_failed")
    listed = await shop.ask("GET", "/parcels", query="status=label_failed")

    assert [failed["id"]] == [one["id"] for one in listed["data"]]
    assert "address" in failed["failure"]
    found = await shop.ask("GET", f"/returns/{ret}")
    assert ("authorized", True) == (found["status"], "retry_label" in found["allowed_commands"])
    assert "parcel_not_ready" == (await shop.call("GET", f"/parcels/{failed['id']}/label")).code
    await shop.ask("POST", f"/returns/{ret}/retry_label", {"parcel": failed["id"]})
    await until(shop, failed["id"], "label_created")


async def test_an_unused_label_is_taken_back_by_its_carrier(shop: Client) -> None:
    ret = await authorized(shop)
    kept, gone = await labelled(shop, ret), await labelled(shop, ret)
    await shop.ask("POST", f"/returns/{ret}/void_label", {"parcel": gone["id"]})
    await until(shop, gone["id"], "voided")
    await shop.ask("POST", "/sandbox/carrier/faults", {"outcome": "cancel_refused"})
    await shop.ask("POST", f"/returns/{ret}/void_label", {"parcel": kept["id"]})
    await waited(partial(failure, shop, kept["id"]))

    ledger = (await shop.ask("GET", "/sandbox/carrier/ledger"))["data"]
    assert {kept["id"]: "booked", gone["id"]: "canceled"} == {
        one["intent"]: one["status"] for one in ledger
    }
    await see(shop, kept["tracking_number"], "in_transit")
    used = await shop.call("POST", f"/returns/{ret}/void_label", {"parcel": kept["id"]})
    assert "label_used" == used.code


async def test_somebody_comes_and_stays_away(shop: Client) -> None:
    ret = await authorized(shop)
    parcel = await labelled(shop, ret, method="pickup")
    asked = {
        "parcel": parcel["id"],
        "earliest": "2031-01-01T08:00:00Z",
        "latest": "2031-01-01T12:00:00Z",
    }
    await shop.ask("POST", f"/returns/{ret}/schedule_pickup", asked)
    assert (await pickup(shop, parcel["id"], "scheduled"))["reference"].startswith("PU")
    await shop.ask("POST", f"/returns/{ret}/cancel_pickup", {"parcel": parcel["id"]})
    await pickup(shop, parcel["id"], "canceled")

    assert [None] == [
        one["pickup"] for one in (await shop.ask("GET", "/sandbox/carrier/ledger"))["data"]
    ]


async def pickup(shop: Client, parcel: str, status: str) -> Any:  # noqa: ANN401 - any JSON
    async with asyncio.timeout(30):
        while True:
            found = (await shop.ask("GET", f"/parcels/{parcel}"))["pickup"]
            if found["status"] == status:
                return found
            await asyncio.sleep(0.05)


async def test_one_box_carries_two_returns_and_moves_both(shop: Client) -> None:
    first, second = await authorized(shop, "B-1"), await authorized(shop, "B-2")
    parcel = await labelled(shop, first)
    body = {"return_id": second, "items": [{"line": "1", "quantity": 1}]}
    shared = await shop.ask("POST", f"/parcels/{parcel['id']}/returns", body)
    await see(shop, parcel["tracking_number"], "in_transit", "delivered", order="shuffled", seed=3)

    assert [first, second] == shared["returns"]
    for ret in (first, second):
        found = await shop.ask("GET", f"/returns/{ret}")
        assert ("tracked", "delivered") == (found["status"], found["parcels"][0]["status"])
    again = await shop.ask("POST", f"/parcels/{parcel['id']}/returns", body)
    assert [first, second] == again["returns"]


async def test_a_number_that_nobody_knows_is_kept_until_it_is_somebody_s(shop: Client) -> None:
    ret = await authorized(shop)
    await see(shop, "1Z 999", "in_transit")
    await see(shop, "1z999", "in_transit", "delivered", copies=3)
    strays = (await shop.ask("GET", "/parcels", query="unmatched=true"))["data"]

    assert [("1Z 999", 2, True)] == [
        (one["tracking_number"], len(one["scans"]), one["unmatched"]) for one in strays
    ]
    path = f"/parcels/{strays[0]['id']}/match"
    matched = await shop.ask("POST", path, {"return_id": ret})
    assert ([ret], "delivered", False) == (
        matched["returns"],
        matched["status"],
        matched["unmatched"],
    )
    assert matched == await shop.ask("POST", path, {"return_id": ret})
    assert [] == (await shop.ask("GET", "/parcels", query="unmatched=true"))["data"]
    assert "tracked" == (await shop.ask("GET", f"/returns/{ret}"))["status"]


async def test_scans_that_came_first_wait_for_their_parcel(shop: Client) -> None:
    ret = await authorized(shop)
    await see(shop, "OWN-7", "in_transit")
    await shop.ask("POST", f"/returns/{ret}/add_parcel", {"tracking_number": "OWN-7"})
    assert "tracked" == (await shop.ask("GET", f"/returns/{ret}"))["status"]
    assert [] == (await shop.ask("GET", "/parcels", query="unmatched=true"))["data"]
    await see(shop, "OWN-7", "in_transit", "delivered")

    assert "delivered" == (await shop.ask("GET", f"/returns/{ret}"))["parcels"][0]["status"]


async def test_a_scan_for_a_return_that_is_over_is_kept_with_its_reason(shop: Client) -> None:
    ret = await authorized(shop)
    await shop.ask("POST", f"/returns/{ret}/add_parcel", {"tracking_number": "LATE"})
    await shop.ask("POST", f"/returns/{ret}/cancel", {"reason": "Kept"})
    await see(shop, "LATE", "in_transit")

    (stray,) = (await shop.ask("GET", "/parcels", query="unmatched=true"))["data"]
    assert "canceled" in stray["why"]


async def test_an_unsigned_message_is_not_believed(
    app: Litestar, house: House, workspace: Workspace
) -> None:
    body = msgspec.json.encode({"tracking_number": "X", "scans": []})
    path = f"/hooks/sandbox/{sandbox_token(house, workspace.id)}"
    good = {**JSON, SIGNATURE.decode(): signed(house, workspace.id, body)}

    assert 200 == (await call(app, "POST", path, body, good)).status
    assert "unauthenticated" == (await call(app, "POST", path, body, JSON)).code
    assert "unauthenticated" == (await call(app, "POST", path, body + b" ", good)).code
    assert 404 == (await call(app, "POST", path[:-1] + "x", body, good)).status
    torn = b'{"tracking_number": 1'
    signed_torn = {**JSON, SIGNATURE.decode(): signed(house, workspace.id, torn)}
    assert 400 == (await call(app, "POST", path, torn, signed_torn)).status


async def test_a_label_of_one_s_own_is_uploaded_and_given_back(shop: Client) -> None:
    ret = await authorized(shop)
    added = await shop.ask("POST", f"/returns/{ret}/add_parcel", {"carrier": "Sendle"})
    path = f"/parcels/{added['parcels'][0]['id']}/label"
    png, headers = encoded(gradient(64, 32), "PNG"), {"content-type": "image/png"}
    plain = await shop.call("GET", path)
    await shop.ask("PUT", "/paper-settings/logo", png, headers=headers)
    await shop.ask("PUT", "/paper-settings", {"name": "Lampen GmbH", "language": "de"})
    await shop.ask("PUT", "/brand", {"color": "#ffd400"})
    zpl = (await shop.call("GET", path, query="format=zpl")).body
    for said in (b"Lampen GmbH", b"Retourenschein", b"Legen Sie dies in das Paket."):
        assert said in zpl
    assert (await shop.call("GET", path, query="format=png")).body.startswith(b"\x89PNG")
    (page,) = PdfReader(io.BytesIO((await shop.call("GET", path)).body)).pages
    words = page.extract_text()
    for line in ("Retourenschein", "3 × Article 1", "Retoure"):
        assert line in words
    assert (1, 0) == (len(page.images), len(PdfReader(io.BytesIO(plain.body)).pages[0].images))
    paper = b"%PDF-1.7 my own"
    sent = await shop.call("PUT", path, paper, {"content-type": "application/pdf"})
    assert ("label", "pdf") == tuple(sent.json["documents"][0][name] for name in ("kind", "format"))

    assert paper == (await shop.call("GET", path)).body
    assert "parcel_not_ready" == (await shop.call("GET", path, query="format=png")).code
    bad = await shop.call("PUT", path, b"<html>", {"content-type": "application/pdf"})
    assert 422 == bad.status


async def test_a_parcel_travels_by_the_sandbox_s_clock(shop: Client) -> None:
    ret = await authorized(shop)
    parcel = await labelled(shop, ret, service="travelling")
    await waited(partial(home, shop, parcel["id"]))

    found = await shop.ask("GET", f"/parcels/{parcel['id']}")
    assert 3 == len(found["scans"])


async def home(shop: Client, parcel: str) -> bool:
    """Let half a day pass; a look that is under way is not hurried by it."""
    await shop.ask("POST", "/clock", {"advance": "PT12H"})
    return bool((await shop.ask("GET", f"/parcels/{parcel}"))["status"] == "delivered")


async def test_rejected_goods_go_back_after_the_return_is_over(shop: Client) -> None:
    ret = await authorized(shop, quantity=1)
    seen = {"units": [{"line": "1", "quantity": 1}]}
    await shop.ask("POST", f"/returns/{ret}/receive", seen)
    over = await shop.ask("POST", f"/returns/{ret}/reject", {"reason": "Worn"})
    assert ["send_back"] == over["allowed_commands"]
    sent = await shop.ask("POST", f"/returns/{ret}/send_back", {"carrier": "sandbox"})
    parcel = await until(shop, sent["parcels"][-1]["id"], "label_created")
    await see(shop, parcel["tracking_number"], "delivered")

    found = await shop.ask("GET", f"/returns/{ret}")
    assert ("rejected", "delivered", "outbound") == (
        found["status"],
        found["parcels"][-1]["status"],
        found["parcels"][-1]["direction"],
    )
    again = await shop.call("POST", f"/returns/{ret}/send_back", {})
    assert "nothing_to_send_back" == again.code
