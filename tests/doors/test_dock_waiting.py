"""What waits at the dock, over HTTP: parcels nobody knows, exceptions with their remedies."""

from __future__ import annotations

from tests.doors.client import Client
from tests.doors.dock_acts import announced, goods, kept, ordered, told

# ---------------------------------------------------------------- parcels without a return


async def test_a_parcel_finds_its_return_and_loses_it_again(shop: Client) -> None:
    """Matched, taken back, matched again: receipts are corrected, never edited."""
    ret = await announced(shop)
    rid = ret["id"]
    parcel = await kept(shop, email="mira.sand@example.com", name="MIRA  SAND")
    place = f"/unmatched-parcels/{parcel['id']}"
    found = (await shop.ask("GET", f"{place}/candidates"))["data"]
    assert (found[0]["return"], found[0]["found_by"]) == (rid, ["item", "name", "email"])

    matched = await shop.ask("POST", f"{place}/match", {"return": ret["rma_number"]})
    assert (matched["id"], matched["status"]) == (rid, "received")
    assert (await shop.ask("GET", place))["return"] == rid
    (case,) = (await shop.ask("GET", "/exceptions", query="status=resolved"))["data"]
    assert case["resolution"]["return"] == rid
    again = await shop.call("POST", f"{place}/match", {"return": rid})
    assert (again.status, again.code) == (409, "already_matched")

    undone = await shop.ask("POST", f"{place}/unmatch", {})
    assert (undone["status"], undone["return"]) == ("open", None)
    after = await shop.ask("GET", f"/returns/{rid}/receiving")
    assert (after["lines"][0]["expected"], after["lines"][0]["received"]) == (2, 0)
    assert len((await shop.ask("GET", "/exceptions"))["data"]) == 1
    refused = await shop.call("POST", f"{place}/unmatch", {})
    assert (refused.status, refused.code) == (409, "not_matched")

    await shop.ask("POST", f"{place}/match", {"return": rid})
    after = await shop.ask("GET", f"/returns/{rid}")
    assert [len(one["units"]) for one in after["receipts"][0]["lines"]] == [1, 0, 1]


async def test_a_parcel_can_be_a_return_of_its_own(shop: Client) -> None:
    await ordered(shop, 2)
    parcel = await kept(shop)

    ret = await shop.ask(
        "POST", f"/unmatched-parcels/{parcel['id']}/match", {"order_number": "1001"}
    )

    assert (ret["origin"], ret["status"]) == ("warehouse", "received")


async def test_a_parcel_can_be_closed_once(shop: Client) -> None:
    parcel = await kept(shop)
    place = f"/unmatched-parcels/{parcel['id']}"

    closed = await shop.ask("POST", f"{place}/close", {"reason": "Not ours"})

    assert (closed["status"], closed["reason"]) == ("closed", "Not ours")
    for verb, body in (("close", {"reason": "Again"}), ("match", {"return": "RMA-1"})):
        assert (await shop.call("POST", f"{place}/{verb}", body)).code == "already_matched"
    assert (await shop.ask("GET", "/exceptions"))["data"] == []
    assert await kept(shop) == closed, "the same operation, whatever became of it"
    other = await shop.call(
        "POST",
        "/facilities/main/unmatched-parcels",
        {"operation_id": "dock-1", "lines": [goods(5)]},
    )
    assert (other.status, other.code) == (409, "operation_reused")


async def test_a_match_says_which(shop: Client) -> None:
    parcel = await kept(shop)
    place = f"/unmatched-parcels/{parcel['id']}/match"

    for body in ({}, {"return": "RMA-9", "order_number": "9"}, {"return": "RMA-9"}):
        assert (await shop.call("POST", place, body)).code == "unknown_return"
    assert (await shop.call("POST", place, {"order_number": "9"})).code == "unknown_order"


# ---------------------------------------------------------------- exceptions


async def test_exceptions_are_narrowed_by_place_and_cause(shop: Client) -> None:
    """Page by page, oldest first; of one facility, of one cause, of both."""
    ret = await announced(shop)
    await shop.ask("PUT", "/facilities/dc-2", {"name": "DC 2", "kind": "3pl"})
    odd = [goods(sku="KETTLE"), goods(damaged=True)]
    for place in ("main", "dc-2"):
        body = {"operation_id": place, "rma": ret["rma_number"], "lines": odd}
        await told(shop, body, place=place)

    async def listed(query: str) -> list[tuple[str, str]]:
        found = (await shop.ask("GET", "/exceptions", query=query))["data"]
        return [(one["facility"], one["cause"]) for one in found]

    every = [
        (place, cause) for place in ("main", "dc-2") for cause in ("wrong_item", "damaged_item")
    ]
    assert sorted(await listed("")) == sorted(every)
    assert [one[0] for one in await listed("")] == ["main", "main", "dc-2", "dc-2"]
    assert await listed("cause=wrong_item") == [("main", "wrong_item"), ("dc-2", "wrong_item")]
    assert {one[0] for one in await listed("facility=dc-2")} == {"dc-2"}
    assert await listed("facility=dc-2&cause=damaged_item") == [("dc-2", "damaged_item")]
    here = (await shop.ask("GET", "/facilities/dc-2/exceptions"))["data"]
    assert {one["facility"] for one in here} == {"dc-2"}
    assert (await shop.call("GET", "/exceptions", query="facility=none")).status == 404
    first = await shop.ask("GET", "/exceptions", query="limit=3")
    rest = await shop.ask("GET", "/exceptions", query=f"limit=3&cursor={first['next_cursor']}")
    assert (len(first["data"]), len(rest["data"]), rest["next_cursor"]) == (3, 1, None)


async def test_an_exception_closes_when_its_goods_are_judged(shop: Client) -> None:
    ret = await announced(shop)
    await told(
        shop, {"operation_id": "1", "rma": ret["rma_number"], "lines": [goods(damaged=True)]}
    )
    (case,) = (await shop.ask("GET", "/exceptions"))["data"]
    assert (case["cause"], case["remedies"][0]) == ("damaged_item", "judge")

    judged = {"units": [{"unit": case["units"][0], "acceptance": "rejected"}]}
    await shop.ask("POST", f"/returns/{ret['id']}/inspect", judged)

    after = await shop.ask("GET", f"/exceptions/{case['id']}")
    assert (after["status"], after["resolution"]) == ("resolved", None)


async def test_a_remedy_that_moves_goods_says_where_they_go(shop: Client) -> None:
    ret = await announced(shop)
    await told(
        shop,
        {
            "operation_id": "1",
            "rma": ret["rma_number"],
            "lines": [goods(2), goods(1, sku="KETTLE")],
        },
    )
    (case,) = (await shop.ask("GET", "/exceptions", query="cause=wrong_item"))["data"]
    place = f"/exceptions/{case['id']}/resolve"
    assert (await shop.call("POST", place, {"remedy": "claim"})).code == "unknown_remedy"

    done = await shop.ask("POST", place, {"remedy": "quarantine", "note": "Ask the customer"})

    assert (done["status"], done["resolution"]["remedy"]) == ("resolved", "quarantine")
    after = await shop.ask("GET", f"/returns/{ret['id']}")
    assert after["lines"][1]["units"][0]["disposition"] == "quarantine"
    assert (await shop.call("POST", place, {"remedy": "quarantine"})).code == "already_resolved"


async def test_what_never_came_is_an_exception(shop: Client) -> None:
    """Said missing when the receipt is finished, and gone again when it comes after all."""
    ret = await announced(shop, 3)
    rma = ret["rma_number"]
    judged = goods(2, acceptance="accepted")
    await told(
        shop,
        {
            "operation_id": "1",
            "rma": rma,
            "lines": [judged],
            "finished": True,
            "remaining": "missing",
        },
    )
    (case,) = (await shop.ask("GET", "/exceptions"))["data"]
    assert (case["cause"], case["quantity"]) == ("missing_item", 1)

    await told(shop, {"operation_id": "2", "rma": rma, "lines": [goods()]})

    assert (await shop.ask("GET", f"/exceptions/{case['id']}"))["status"] == "resolved"
