"""Every route of the dock, used once, in an order that leaves none of its lists empty."""

from __future__ import annotations

from typing import Any, Protocol

from tests.support.running import order_body

JSON = dict[str, Any]


class Telling(Protocol):
    """Uses routes by name and keeps what they answer."""

    async def use(self, name: str, body: object = None, query: str = "", **values: str) -> Any:  # noqa: ANN401 - any JSON
        """Call a route that must succeed."""
        ...


async def tell(story: Telling) -> None:
    """Take goods in at a facility, in every way there is."""
    await story.use("put_grading_set", set_id="lamps")
    await story.use("put_disposition", disposition="staff_sale")
    for name in ("read_grading_set", "list_grading_set_versions"):
        await story.use(name, set_id="lamps")
    await story.use("list_grading_sets")
    await story.use("list_dispositions")
    for name in ("put_grade", "read_grade"):
        await story.use(name, grade="B")
    await story.use("list_grades")
    order = order_body(9)
    order["lines"][0] |= {"sku": "MUG-BLUE", "group": "lamps"}
    await story.use("put_order", order, order_number="dock")
    ret = await _announced(story)
    await _parcels(story, ret)
    await _at_the_facility(story, ret["id"])
    await _waiting(story)
    await story.use("list_grading_sets_of_return", return_id=ret["id"])
    await story.use("compare_receiving", return_id=ret["id"])
    await story.use("dispose", return_id=ret["id"])
    await story.use("put_away", return_id=ret["id"])
    await story.use("retire_grading_set", set_id="lamps")


async def _announced(story: Telling) -> JSON:
    lines = [{"line": "1", "quantity": 6}]
    ret = await story.use("request_return", {"order_number": "dock", "lines": lines})
    authorized: JSON = await story.use("authorize", {}, return_id=ret["id"])
    return authorized


async def _parcels(story: Telling, ret: JSON) -> None:
    parcel = {"operation_id": "dock-1", "lines": [{"sku": "MUG-BLUE", "quantity": 1}]}
    kept = (await story.use("keep_unmatched_parcel", parcel, code="main"))["id"]
    for name in ("read_unmatched_parcel", "list_candidates"):
        await story.use(name, unmatched_id=kept)
    await story.use("list_unmatched_parcels")
    await story.use("match_unmatched_parcel", {"return": ret["rma_number"]}, unmatched_id=kept)
    await story.use("unmatch_parcel", unmatched_id=kept)
    await story.use("close_unmatched_parcel", unmatched_id=kept)


async def _at_the_facility(story: Telling, ret: str) -> None:
    lines = [{"sku": "MUG-BLUE", "quantity": 1}, {"sku": "KETTLE", "quantity": 1}]
    result = {"operation_id": "1", "return": ret, "lines": lines}
    await story.use("report_receipts", {"results": [result]}, code="main")
    await story.use("scan", {"code": "MUG-BLUE"})
    await story.use("scan_at_facility", {"code": ret}, code="main")
    here = {"code": "main", "return_id": ret}
    await story.use("read_return_at_facility", **here)
    await story.use("receive_at_facility", **here)
    judged = {"works": "no", "scratch": 0}
    units = [{"line": "1", "quantity": 1, "answers": judged}]
    await story.use("inspect_at_facility", {"units": units}, **here)
    shown = await story.use("pause_receipt_at_facility", **here)
    await story.use("dispose_at_facility", **here)
    await story.use("put_away_at_facility", **here)
    seen = await story.use("receive", {"units": [{"line": "1", "quantity": 1}]}, return_id=ret)
    line = seen["receipts"][0]["lines"][-1]["id"]
    correction = {"receipt_line": line, "quantity": 0, "reason": "Counted twice"}
    await story.use("correct_receipt_at_facility", correction, **here)
    pending = [
        {"unit": unit["id"], "acceptance": "waiting_for_input"}
        for line in shown["lines"]
        for unit in line["units"]
        if unit["acceptance"] == "pending"
    ]
    await story.use("inspect_at_facility", {"units": pending}, **here)
    await story.use("finish_receipt_at_facility", {"remaining": "expected"}, **here)


async def _waiting(story: Telling) -> None:
    await story.use("list_quality_checks")
    await story.use("list_exceptions_at_facility", code="main")
    listed = (await story.use("list_exceptions"))["data"]
    one = next(case["id"] for case in listed if "quarantine" in case["remedies"])
    await story.use("read_exception", exception_id=one)
    await story.use("resolve_exception", {"remedy": "quarantine"}, exception_id=one)
