"""Timers over HTTP: a policy with deadlines, a sandbox's days, lists of what waits and is late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.doors.client import Client
from tests.support.running import order_body

DEADLINES = {
    "remind_days": [7, 14],
    "ship_days": 30,
    "label_days": 21,
    "dock_days": 2,
    "inspection_days": 5,
    "review_days": 3,
}


async def asked(shop: Client, order_number: str = "1001", **policy: object) -> Any:  # noqa: ANN401 - JSON
    """Ask for a return under a policy with deadlines."""
    await shop.ask("PUT", "/policies/default", {"deadlines": DEADLINES, **policy})
    await shop.ask("PUT", f"/orders/{order_number}", order_body(2, 1, processor="external"))
    lines = [{"line": "1", "quantity": 1, "reason": "broken"}]
    return await shop.ask("POST", "/returns", {"order_number": order_number, "lines": lines})


async def told(shop: Client, ret: Any) -> list[tuple[str, str | None, str]]:  # noqa: ANN401 - JSON
    """Give the log of a return: type, cause, day."""
    page = await shop.ask("GET", f"/returns/{ret['id']}/events")
    return [
        (event["type"], event["data"].get("cause"), event["occurred_at"][:10])
        for event in page["data"]
    ]


async def test_sixty_days_pass_as_they_would_by_themselves(shop: Client) -> None:
    ret = await asked(shop, approval="auto")
    assert ret["status"] == "authorized"
    begun = datetime.fromisoformat(ret["authorized_at"])
    clock = await shop.ask("POST", "/clock", {"advance": "P60D"})
    assert clock["advanced_by"] == "P60D"
    assert clock["returns_reached"] == 4
    log = [(kind, cause) for kind, cause, _ in await told(shop, ret)]
    assert log[-5:] == [
        ("return.reminded", "ship"),
        ("return.reminded", "ship"),
        ("deadline.approaching", "ship"),
        ("deadline.missed", "ship"),
        ("return.canceled", None),
    ]
    days = [
        round((datetime.fromisoformat(day) - begun.replace(tzinfo=None)) / timedelta(days=1))
        for _, _, day in (await told(shop, ret))[-5:]
    ]
    assert days[0] < days[1] < days[2] < days[3] == days[4] <= 31
    ended = await shop.ask("GET", f"/returns/{ret['id']}")
    assert (ended["status"], ended["cancel_reason"]) == ("canceled", "expired")
    assert (await shop.ask("GET", "/orders/1001"))["lines"][0]["returnable"] == 2
    timers = (await shop.ask("GET", f"/returns/{ret['id']}/timers"))["data"]
    assert [(one["moment"], one["status"], one["n"]) for one in timers] == [
        ("reminder", "fired", 1),
        ("reminder", "fired", 2),
        ("warning", "fired", None),
        ("deadline", "fired", None),
    ]


async def test_the_clock_stops_at_the_next_timer_and_fires_it(shop: Client) -> None:
    ret = await asked(shop)
    [timer] = (await shop.ask("GET", "/timers"))["data"]
    assert (timer["cause"], timer["moment"], timer["next"]) == ("review", "deadline", "agent")
    clock = await shop.ask("POST", "/clock", {"to_next_timer": True})
    now, due = (datetime.fromisoformat(one) for one in (clock["now"], timer["due_at"]))
    assert timedelta(0) <= now - due < timedelta(seconds=30)
    assert (await told(shop, ret))[-1][:2] == ("deadline.missed", "review")
    assert (await shop.ask("GET", "/timers"))["data"] == []


async def test_what_is_late_stands_in_the_queue_until_somebody_acts(shop: Client) -> None:
    ret = await asked(shop)
    assert (await shop.ask("GET", "/overdue"))["data"] == []
    await shop.ask("POST", "/clock", {"advance": "P5D"})
    [late] = (await shop.ask("GET", "/overdue"))["data"]
    assert (late["return"], late["cause"], late["status"]) == (ret["id"], "review", "requested")
    counts = {
        one["cause"]: one["count"] for one in (await shop.ask("GET", "/overdue/causes"))["data"]
    }
    assert counts.pop("review") == 1
    assert set(counts.values()) == {0}
    await shop.ask("POST", f"/returns/{ret['id']}/authorize", {})
    assert (await shop.ask("GET", "/overdue"))["data"] == []
    fired = [
        one
        for one in (await shop.ask("GET", f"/returns/{ret['id']}/timers"))["data"]
        if one["cause"] == "review"
    ]
    assert [(one["status"], one["is_overdue"]) for one in fired] == [("fired", False)]
    assert fired[0]["ended_at"] is not None


async def test_lists_go_on_where_they_stopped(shop: Client) -> None:
    for number in ("1", "2", "3"):
        await asked(shop, number, approval="auto")
    seen: list[str] = []
    page = await shop.ask("GET", "/timers", query="limit=5")
    while True:
        seen += [one["id"] for one in page["data"]]
        if page["next_cursor"] is None:
            break
        page = await shop.ask("GET", "/timers", query=f"limit=5&cursor={page['next_cursor']}")
    assert len(seen) == len(set(seen)) == 12
    due = [one["due_at"] for one in (await shop.ask("GET", "/timers"))["data"]]
    assert due == sorted(due)
    soon = await shop.ask("GET", "/timers", query=f"due_before={due[3]}")
    assert all(one["due_at"] < due[3] for one in soon["data"])
    assert soon["data"]
    wrong = await shop.call("GET", "/timers", query="cursor=eHg")
    assert (wrong.status, wrong.pointers) == (422, {"/cursor": "bad_cursor"})
    strange = await shop.call("GET", "/overdue", query="cause=label")
    assert strange.pointers == {"/cause": "bad_value"}
    assert (await shop.call("GET", "/returns/ret_x/timers")).status == 404


async def test_deadlines_that_cannot_be_kept_are_refused(shop: Client) -> None:
    for deadlines, pointer in (
        ({"remind_days": [14, 7]}, "/deadlines/remind_days"),
        ({"remind_days": [40], "ship_days": 30}, "/deadlines/remind_days"),
        ({"refund_days": 0}, "/deadlines/refund_days"),
        ({"sleep_days": 3}, "/deadlines/sleep_days"),
    ):
        refused = await shop.call("PUT", "/policies/default", {"deadlines": deadlines})
        assert refused.status == 422
        assert list(refused.pointers) == [pointer]
    shown = await shop.ask("GET", "/policies/default")
    assert shown["deadlines"]["refund_days"] == 14
    assert shown["deadlines"]["ship_days"] is None
