"""The dock over HTTP: receipts of a warehouse's own system, scans, parcels nobody knows."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from retour.desk.dock.writing import digest
from tests.doors.client import Client, client
from tests.doors.dock_acts import JSON, announced, goods, kept, ordered, told
from tests.support.pg import fresh_workspace

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.support.pg import Workspace

KEY = "idempotency-key"


# ---------------------------------------------------------------- receipts


async def test_a_warehouse_reports_what_it_received_and_judged(shop: Client) -> None:
    """One result does it all: received, graded, the receipt finished, the return processed."""
    ret = await announced(shop)
    judged = goods(2, acceptance="accepted", grade="B", disposition="resell", condition="Worn")

    (result,) = await told(
        shop,
        {"operation_id": "w1", "rma": ret["rma_number"], "lines": [judged], "finished": True},
    )

    assert result["status"] == "accepted"
    assert (result["return"], result["return_status"]) == (ret["id"], "processed")
    assert result["left_undone"] == []
    (line,) = result["lines"]
    assert [(one["quantity"], one["reception"]) for one in line["received"]] == [(2, "received")]
    after = await shop.ask("GET", f"/returns/{ret['id']}")
    units = after["lines"][0]["units"]
    assert {(unit["grade"], unit["disposition"], unit["condition"]) for unit in units} == {
        ("B", "resell", "Worn")
    }


async def test_every_result_is_answered_for_itself(shop: Client) -> None:
    """A bad one undoes no other, and nothing is lost."""
    ret = await announced(shop)

    results = await told(
        shop,
        {"operation_id": "1", "rma": ret["rma_number"], "lines": [goods()]},
        {
            "operation_id": "2",
            "rma": ret["rma_number"],
            "lines": [{"sku": "KETTLE", "quantity": 1}],
        },
        {"operation_id": "3", "rma": "RMA-NONE", "lines": [goods()]},
        {"operation_id": "4", "rma": ret["rma_number"], "lines": [goods(line="9")]},
        {"operation_id": "1", "rma": ret["rma_number"], "lines": [goods()]},
        {"operation_id": "1", "rma": ret["rma_number"], "lines": [goods(2)]},
        {"operation_id": "5", "rma": ret["rma_number"], "lines": [goods(damaged=True)]},
    )

    assert [one["status"] for one in results] == [
        "accepted",
        "exception",
        "unmatched",
        "refused",
        "duplicate",
        "refused",
        "exception",
    ]
    assert (results[3]["code"], results[5]["code"]) == ("unknown_line", "operation_reused")
    assert results[3]["lines"][0]["status"] == "refused"
    assert results[4]["lines"] == results[0]["lines"]
    assert results[1]["lines"][0]["received"][0]["reception"] == "wrong_item"
    waiting = (await shop.ask("GET", "/exceptions"))["data"]
    assert [(one["cause"], one["quantity"]) for one in waiting] == [
        ("wrong_item", 1),
        ("unmatched_parcel", 1),
        ("damaged_item", 1),
    ]


async def test_a_bad_line_undoes_no_other(shop: Client) -> None:
    """Two of four lines contradict themselves: the others are taken, and a repetition knows."""
    ret = await announced(shop)
    lines = [
        goods(line="9"),
        goods(1, acceptance="accepted"),
        goods(1, serials=["A", "B"]),
        goods(2, sku="KETTLE"),
    ]
    body = {"operation_id": "1", "rma": ret["rma_number"], "lines": lines}

    (first,) = await told(shop, body)
    (again,) = await told(shop, body)

    assert (first["status"], again["status"]) == ("partial", "duplicate")
    for result in (first, again):
        assert [one["status"] for one in result["lines"]] == [
            "refused",
            "accepted",
            "refused",
            "exception",
        ]
        assert [len(one["received"]) for one in result["lines"]] == [0, 1, 0, 1]
    assert [one["code"] for one in first["lines"]] == [
        "unknown_line",
        None,
        "not_enough_units",
        None,
    ]
    units = (await shop.ask("GET", f"/returns/{ret['id']}"))["lines"][0]["units"]
    assert [unit["acceptance"] for unit in units] == ["accepted", "pending"]


async def test_two_facilities_name_their_operations_alike(shop: Client) -> None:
    """Each has names of its own: neither's goods are taken for the other's repetition."""
    ret = await announced(shop)
    await shop.ask("PUT", "/facilities/dc-2", {"name": "DC 2", "kind": "3pl"})
    body = {"operation_id": "1", "rma": ret["rma_number"], "lines": [goods()]}

    for place in ("main", "dc-2"):
        (result,) = await told(shop, body, place=place)
        assert result["status"] == "accepted"

    (line,) = (await shop.ask("GET", f"/returns/{ret['id']}/receiving"))["lines"]
    assert line["received"] == 2


async def test_goods_are_taken_though_their_judgement_is_refused(shop: Client) -> None:
    """A grade without an acceptance waits for somebody; the goods are here all the same."""
    ret = await announced(shop)

    (result,) = await told(
        shop, {"operation_id": "1", "rma": ret["rma_number"], "lines": [goods(grade="C")]}
    )

    assert result["status"] == "accepted"
    assert [one["code"] for one in result["left_undone"]] == ["no_acceptance"]
    unit = (await shop.ask("GET", f"/returns/{ret['id']}"))["lines"][0]["units"][0]
    assert (unit["acceptance"], unit["grade"]) == ("waiting_for_input", "C")


async def test_an_order_without_a_return_gets_one(shop: Client) -> None:
    """Unannounced goods: a return of origin warehouse; what the order never held comes along."""
    await ordered(shop, 3)

    (result,) = await told(
        shop,
        {
            "operation_id": "1",
            "order_number": "1001",
            "lines": [goods(2), {"barcode": "KETTLE", "quantity": 1}],
        },
    )

    assert (result["status"], result["return_status"]) == ("exception", "received")
    ret = await shop.ask("GET", f"/returns/{result['return']}")
    assert ret["origin"] == "warehouse"
    assert [(line["line"], len(line["units"])) for line in ret["lines"]] == [("1", 2), (None, 1)]


async def test_goods_of_a_closed_return_are_kept(shop: Client) -> None:
    """The return cannot take them, so they wait as a parcel without one."""
    ret = await announced(shop)
    await shop.ask("POST", f"/returns/{ret['id']}/cancel", {"reason": "Kept"})

    (result,) = await told(
        shop, {"operation_id": "1", "rma": ret["rma_number"], "lines": [goods()]}
    )

    assert result["status"] == "unmatched"
    parcel = await shop.ask("GET", f"/unmatched-parcels/{result['unmatched_parcel']}")
    assert (parcel["status"], parcel["lines"][0]["sku"]) == ("open", "SKU-1")


async def test_workers_who_repeat_each_other_count_once(shop: Client) -> None:
    """Eight reports at once of the same three operations: three receipts, no more."""
    ret = await announced(shop, 6)
    results = [
        {"operation_id": f"op-{n}", "rma": ret["rma_number"], "lines": [goods()]} for n in range(3)
    ]

    answers = await asyncio.gather(
        *(told(shop, *(results if n % 2 else results[::-1])) for n in range(8))
    )

    said = [one["status"] for answer in answers for one in answer]
    assert (said.count("accepted"), said.count("duplicate")) == (3, 21)
    after = await shop.ask("GET", f"/returns/{ret['id']}/receiving")
    assert (after["lines"][0]["received"], after["lines"][0]["expected"]) == (3, 3)


async def test_a_report_repeated_by_its_key_answers_the_same(shop: Client) -> None:
    ret = await announced(shop)
    body = {
        "results": [{"operation_id": "1", "rma": ret["rma_number"], "lines": [goods()]}],
    }
    first = await shop.call("POST", "/facilities/main/receipts", body, {KEY: "k"})
    again = await shop.call("POST", "/facilities/main/receipts", body, {KEY: "k"})

    assert first.body == again.body
    assert again.headers["idempotent-replayed"] == "true"


async def test_a_report_has_a_limit(shop: Client) -> None:
    many: list[JSON] = [{"operation_id": str(n)} for n in range(101)]
    answer = await shop.call("POST", "/facilities/main/receipts", {"results": many})

    assert (answer.status, answer.pointers) == (422, {"/results": "too_long"})


# ---------------------------------------------------------------- keys


async def test_a_key_bound_to_a_facility_is_good_for_its_dock_alone(shop: Client) -> None:
    ret = await announced(shop)
    await shop.ask("PUT", "/facilities/dc-2", {"name": "DC 2", "kind": "3pl"})
    made = await shop.ask("POST", "/api-keys", {"name": "WMS", "facilities": ["dc-2"]})
    assert made["facilities"] == ["dc-2"]
    wms = replace(shop, token=made["token"])
    result = {"operation_id": "1", "rma": ret["rma_number"], "lines": [goods()]}

    (taken,) = await told(wms, result, place="dc-2")
    assert taken["status"] == "accepted"
    for method, path, body in (
        ("POST", "/facilities/main/receipts", {"results": [result]}),
        ("GET", f"/returns/{ret['id']}", None),
        ("GET", "/unmatched-parcels", None),
        ("POST", "/scan", {"code": "x"}),
        ("POST", "/api-keys", {"name": "More"}),
        ("GET", "/returns", None),
        ("POST", f"/returns/{ret['id']}/receive", {"units": [goods()]}),
    ):
        answer = await wms.call(method, path, body)
        assert (answer.status, answer.code) == (403, "facility_missing"), path
    for path in ("/tickets", "/webhooks"):
        assert (await wms.call("GET", path)).status == 403, "another system's words, the same wall"
    scanned = await wms.ask("POST", "/facilities/dc-2/scan", {"code": ret["rma_number"]})
    assert scanned["kind"] == "rma"


async def test_a_bound_key_gives_no_other_facility_away(shop: Client) -> None:
    listed = (await shop.ask("GET", "/api-keys"))["data"]

    assert [one["facilities"] for one in listed] == [None]


# ---------------------------------------------------------------- scan


async def test_one_box_knows_what_was_scanned(shop: Client) -> None:
    """RMA, order, item by SKU, EAN and UPC, serial, tracking, ids, commands, and nothing at all."""
    ret = await announced(shop, upc="036000291452", serials=["SN-1", "SN-2", "SN-3"])
    rid = ret["id"]
    await shop.ask("POST", f"/returns/{rid}/ship", {"tracking_number": "00340434161094042557"})
    kinds = {
        ret["rma_number"].lower(): "rma",
        "1001": "order",
        "sku-1": "item",
        "0036000291452": "item",
        "(01)00036000291452(21)SN-2": "serial",
        "SN-1": "serial",
        "00340434161094042557": "tracking",
        rid: "return",
    }
    for code, kind in kinds.items():
        found = await shop.ask("POST", "/scan", {"code": code})
        assert (found["kind"], found["matches"][0]["return"]) == (kind, rid), (code, found)
        assert "receive" in [one["command"] for one in found["matches"][0]["actions"]]
        assert found["otherwise"] == []
    item = await shop.ask("POST", "/scan", {"code": "036000291452", "return": rid})
    assert [(one["line"], one["expected"]) for one in item["matches"][0]["lines"]] == [("1", 2)]
    command = await shop.ask("POST", "/scan", {"code": "RT:GRADE-B"})
    assert (command["kind"], command["command"], command["matches"]) == ("command", "GRADE-B", [])
    nothing = await shop.ask("POST", "/scan", {"code": "no such thing"})
    assert (nothing["kind"], nothing["matches"]) == ("unknown", [])
    assert [one["action"] for one in nothing["otherwise"]] == ["keep_unmatched"]


async def test_an_order_that_nobody_asked_back_can_walk_in(shop: Client) -> None:
    await ordered(shop, 1)

    found = await shop.ask("POST", "/scan", {"code": "1001"})

    assert (found["kind"], found["matches"]) == ("order", [])
    assert [one["action"] for one in found["otherwise"]] == ["walk_in", "keep_unmatched"]


async def test_another_workspace_s_codes_are_not_found(shop: Client, house: House) -> None:
    """The digests are the same everywhere; the walls are not."""

    ret = await announced(shop)
    other = client(shop.app, await fresh_workspace(house))

    found = await other.ask("POST", "/scan", {"code": "SKU-1"})

    assert (found["kind"], found["matches"]) == ("unknown", [])
    assert (await shop.ask("POST", "/scan", {"code": "SKU-1"}))["matches"][0]["return"] == ret["id"]


async def test_a_return_is_found_however_many_hold_the_same_item(
    shop: Client, house: House, workspace: Workspace
) -> None:
    """Codes that many returns share crowd out none that one return has."""
    ret = await announced(shop)
    async with house.database.transaction(workspace.id) as connection:
        await connection.execute(
            "INSERT INTO retour.scan_code SELECT $1, $2, 'ret_z' || n, 'item'"
            " FROM generate_series(1, 1000) n",
            workspace.id,
            digest(house.vault, "sku-1"),
        )

    seen = await kept(shop, rma=ret["rma_number"])

    found = (await shop.ask("GET", f"/unmatched-parcels/{seen['id']}/candidates"))["data"]
    assert [one["return"] for one in found] == [ret["id"]]
    scanned = await shop.ask("POST", "/scan", {"code": ret["rma_number"]})
    assert [one["return"] for one in scanned["matches"]] == [ret["id"]]


async def test_a_blind_facility_sees_what_it_counted(shop: Client) -> None:
    ret = await announced(shop)
    facility = {"name": "Blind", "kind": "3pl", "blind": True}
    await shop.ask("PUT", "/facilities/dc-3", facility)
    before = await shop.ask("GET", f"/returns/{ret['id']}/receiving", query="facility=dc-3")
    assert (before["blind"], before["lines"], before["complete"]) == (True, [], None)

    await told(
        shop,
        {"operation_id": "1", "rma": ret["rma_number"], "lines": [goods()]},
        place="dc-3",
    )

    (line,) = (await shop.ask("GET", f"/returns/{ret['id']}/receiving", query="facility=dc-3"))[
        "lines"
    ]
    assert (line["counted"], line["expected"], line["announced"]) == (1, None, None)
    scanned = await shop.ask("POST", "/facilities/dc-3/scan", {"code": "SKU-1"})
    assert scanned["matches"][0]["lines"][0]["expected"] is None
    (seen,) = (await shop.ask("GET", f"/returns/{ret['id']}/receiving"))["lines"]
    assert (seen["expected"], seen["received"]) == (1, 1)


# ---------------------------------------------------------------- people bound to a facility


async def test_who_is_bound_to_a_facility_works_on_what_lies_there(shop: Client) -> None:
    """Received, judged, put away and finished by a 3PL's people; the customer is not shown."""
    ret = await announced(shop, 3)
    for code in ("dc-2", "dc-3"):
        await shop.ask("PUT", f"/facilities/{code}", {"name": code, "kind": "3pl"})
    keys = [
        await shop.ask("POST", "/api-keys", {"name": code, "facilities": [code]})
        for code in ("dc-2", "dc-3")
    ]
    two, three = (replace(shop, token=key["token"]) for key in keys)
    place, other = f"/facilities/dc-2/returns/{ret['id']}", f"/facilities/dc-3/returns/{ret['id']}"
    assert (await two.call("GET", place)).status == 404, "it is to go to main"

    shown = await two.ask("POST", f"{place}/receive", {"units": [goods(2)]})
    await three.ask("POST", f"{other}/receive", {"units": [goods(1)]})

    assert "mira" not in str(shown).lower()
    ours = [unit["id"] for unit in shown["lines"][0]["units"]]
    judged = {"units": [{"unit": ours[0], "acceptance": "accepted"}]}
    assert (await three.call("POST", f"{other}/inspect", judged)).code == "unknown_facility"
    vague = {"units": [{"line": "1", "quantity": 1, "acceptance": "accepted"}]}
    assert (await two.call("POST", f"{place}/inspect", vague)).code == "unknown_facility"
    await two.ask("POST", f"{place}/inspect", judged)
    judged["units"][0]["unit"] = ours[1]
    await two.ask("POST", f"{place}/inspect", judged)
    put = {"units": [{"unit": unit} for unit in ours], "location": "R-1"}
    stored = await two.ask("POST", f"{place}/put_away", put)
    assert [unit["location"] for unit in stored["lines"][0]["units"]] == ["R-1", "R-1", None]
    wrong = await two.call("POST", f"{place}/receive", {"units": [goods()], "facility": "main"})
    assert wrong.code == "unknown_facility"
    after = await shop.ask("GET", f"/returns/{ret['id']}")
    receipt = next(one["id"] for one in after["receipts"] if one["facility"] == "dc-3")
    finish = {"receipt": receipt}
    assert (await two.call("POST", f"{place}/finish_receipt", finish)).code == "unknown_facility"
    await two.ask("POST", f"{place}/finish_receipt", {})
    after = await shop.ask("GET", f"/returns/{ret['id']}")
    assert {one["facility"]: one["status"] for one in after["receipts"]} == {
        "dc-2": "finished",
        "dc-3": "open",
    }
