"""Limits and agreement over HTTP: who may set them, the queue, and two who decide at once."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from tests.doors.apps import app_of
from tests.doors.client import Client
from tests.doors.control_story import CLERKS_NOTHING, clerk_of, processed_return, promised
from tests.doors.staff_story import member, somebody, words

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.support.pg import Workspace


async def key(shop: Client, role: str) -> Client:
    made = await shop.ask("POST", "/api-keys", {"name": role.title(), "role": role})
    assert role == made["role"]
    return replace(shop, token=made["token"])


async def test_above_a_clerk_s_limit_it_waits_in_the_queue_and_is_then_paid(shop: Client) -> None:
    await shop.ask("PUT", "/money-control", {"limits": {"clerk": {"settlement": {"EUR": "9.99"}}}})
    clerk = await clerk_of(shop)
    one = await processed_return(shop)

    await promised(clerk, one)
    refused = await clerk.call("POST", f"/returns/{one}/start_refund", {})
    queue = (await shop.ask("GET", "/approvals"))["data"]
    count = await shop.ask("GET", "/approvals/count")

    assert (409, "approval_needed") == (refused.status, refused.code)
    assert (
        "The return gives 10.00 EUR, clerk promises up to 9.99 EUR alone" in refused.json["detail"]
    )
    assert {"approve_settlement", "decline_settlement"} <= set(refused.json["allowed_commands"])
    assert [(one, "10.00", "needed", None)] == [
        (row["return"], row["amount"], row["status"], row["by"]) for row in queue
    ]
    assert (1, False) == (count["count"], count["is_more"])
    assert queue[0]["asked_at"] == count["oldest_asked_at"]

    told = await shop.ask("POST", f"/returns/{one}/approve_settlement", {"note": "Seen"})

    assert "given" == told["settlement"]["approval"]["status"]
    assert told["settlement"]["memo_number"]
    assert [] == (await shop.ask("GET", "/approvals"))["data"]
    everything = (await shop.ask("GET", "/approvals", query="status=all"))["data"]
    assert [(one, "given", "Seen")] == [
        (row["return"], row["status"], row["note"]) for row in everything
    ]
    await clerk.ask("POST", f"/returns/{one}/start_refund", {})


async def test_a_clerk_does_not_agree_to_his_own_promise(shop: Client) -> None:
    await shop.ask("PUT", "/money-control", CLERKS_NOTHING)
    clerk = await clerk_of(shop)
    one = await processed_return(shop)
    await promised(clerk, one)

    refused = await clerk.call("POST", f"/returns/{one}/approve_settlement", {})

    assert (409, "above_limit") == (refused.status, refused.code)


async def test_the_same_key_is_the_same_eyes(shop: Client) -> None:
    await shop.ask("PUT", "/money-control", {"four_eyes_above": {"EUR": "5.00"}})
    one = await processed_return(shop)
    await promised(shop, one)

    refused = await shop.call("POST", f"/returns/{one}/approve_settlement", {})
    second = await key(shop, "owner")
    told = await second.ask("POST", f"/returns/{one}/approve_settlement", {})

    assert (409, "same_eyes") == (refused.status, refused.code)
    assert "given" == told["settlement"]["approval"]["status"]


async def test_limits_are_the_owner_s_and_roles_do_not_grow(shop: Client) -> None:
    clerk = await clerk_of(shop)

    limits = await clerk.call("PUT", "/money-control", {})
    grown = await clerk.call("POST", "/api-keys", {"name": "Boss", "role": "owner"})
    policy = await shop.call("POST", "/api-keys", {"name": "Policy", "role": "policy"})
    alike = await clerk.ask("POST", "/api-keys", {"name": "Clerk's own"})

    assert {"": "not_the_owners"} == limits.pointers
    assert {"/role": "role_missing"} == grown.pointers
    assert {"/role": "bad_role"} == policy.pointers
    assert "clerk" == alike["role"]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (
            {"limits": {"clerk": {"settlement": {"EUR": "-1.00"}}}},
            {"/limits/clerk/settlement": "bad_amount"},
        ),
        (
            {"limits": {"clerk": {"settlement": {"EUR": "1.001"}}}},
            {"/limits/clerk/settlement": "bad_amount"},
        ),
        (
            {"limits": {"clerk": {"settlement": {}, "adjustment": {"XXY": "1.00"}}}},
            {"/limits/clerk/adjustment": "bad_amount"},
        ),
        ({"limits": {"Clerk!": {"settlement": {}}}}, {"/limits": "bad_role"}),
        ({"four_eyes_above": {"JPY": "1.5"}}, {"/four_eyes_above": "bad_amount"}),
    ],
)
async def test_what_cannot_be_a_limit_is_refused_by_its_place(
    shop: Client, body: dict[str, object], pointers: dict[str, str]
) -> None:
    answer = await shop.call("PUT", "/money-control", body)

    assert 422 == answer.status
    assert pointers == answer.pointers


async def test_two_who_decide_at_once_decide_once(shop: Client) -> None:
    await shop.ask("PUT", "/money-control", CLERKS_NOTHING)
    clerk, second = await clerk_of(shop), await key(shop, "owner")
    for turn in range(8):
        one = await processed_return(shop, f"70{turn}0")
        await promised(clerk, one)
        here = f"/returns/{one}"

        agreed, declined, dropped, again = await asyncio.gather(
            shop.call("POST", f"{here}/approve_settlement", {}),
            second.call("POST", f"{here}/decline_settlement", {"reason": "No"}),
            clerk.call("POST", f"{here}/discard_settlement", {}),
            second.call("POST", f"{here}/approve_settlement", {}),
        )

        settlement = (await shop.ask("GET", here))["settlements"][-1]
        status = settlement["approval"]["status"]
        rows = (await shop.ask("GET", "/approvals", query="status=all"))["data"]
        assert [status] == [row["status"] for row in rows if row["return"] == one]
        assert 1 >= sum(answer.status == 200 for answer in (agreed, again))
        assert declined.status == 409 or dropped.status == 409
        if settlement["status"] == "confirmed":
            assert ("given", 409, 409) == (status, declined.status, dropped.status)
        else:
            assert "discarded" == settlement["status"]
            assert (declined.status == 200) is (status == "declined")
    assert [] == (await shop.ask("GET", "/approvals"))["data"]


async def test_the_queue_is_paged_the_oldest_first(shop: Client) -> None:
    await shop.ask("PUT", "/money-control", CLERKS_NOTHING)
    clerk = await clerk_of(shop)
    returns = [await processed_return(shop, f"80{n}0") for n in range(3)]
    for one in returns:
        await promised(clerk, one)

    first = await shop.ask("GET", "/approvals", query="limit=2")
    rest = await shop.ask("GET", "/approvals", query=f"limit=2&cursor={first['next_cursor']}")

    assert returns == [row["return"] for row in (*first["data"], *rest["data"])]
    assert rest["next_cursor"] is None


async def test_nothing_is_held_as_a_rule(shop: Client) -> None:
    epoch = await shop.ask("GET", "/epoch")

    assert (1, False, None) == (epoch["number"], epoch["held"], epoch["why"])


async def test_a_ticket_that_is_refunded_above_the_limit_asks_first(shop: Client) -> None:
    """Systems that know one word for all of it leave a promise behind, and no payment."""
    await shop.ask("PUT", "/money-control", CLERKS_NOTHING)
    clerk = await clerk_of(shop)
    one = await processed_return(shop)
    here = f"/tickets/{(await shop.ask('GET', '/tickets'))['data'][0]['id']}"

    ticket = await clerk.ask("PATCH", here, {"status": "refunded"})
    waiting = (await shop.ask("GET", "/approvals"))["data"]
    again = await clerk.call("PATCH", here, {"status": "refunded"})

    assert "refunded" != ticket["status"]
    assert [one] == [row["return"] for row in waiting]
    assert 409 == again.status
    await shop.ask("POST", f"/returns/{one}/approve_settlement", {})
    assert "refunded" != (await clerk.ask("GET", here))["status"]
    paid = await clerk.ask("PATCH", here, {"status": "refunded"})
    assert "in_progress" == (await shop.ask("GET", f"/returns/{one}"))["settlement"]["status"], paid


async def test_limits_are_set_on_a_page_that_works_them_out(
    house: House, workspace: Workspace, shop: Client
) -> None:
    """By an admin, in numbers; whoever looked before somebody else changed them says it anew."""
    app = app_of(house, staff.routes)
    admin = await member(app, house, workspace.id, email=somebody())
    at = f"/w/{workspace.text}/settings/limits"
    assert "No limits yet" in words(await admin.open(at))
    agents = await admin.open(f"{at}/agent")
    seen = re.findall(r'name="seen" value="(\w+)"', agents.body.decode())[0]

    line = {"currency_0": "EUR", "settlement_0": "200.00", "adjustment_0": "20"}
    for wrong, at_field in (
        ({}, "settlement_0"),
        ({**line, "settlement_0": "1.000"}, "settlement_0"),
        ({**line, "settlement_0": "1,50"}, "settlement_0"),
        ({**line, "currency_0": ""}, "currency_0"),
        ({**line, "currency_1": "EUR", "settlement_1": "1"}, "currency_1"),
        ({**line, "currency_1": "CHF", "settlement_1": "1"}, "adjustment_1"),
    ):
        answer = await admin.press(f"{at}/agent", seen=seen, **wrong)
        assert (answer.status, f'id="{at_field}-wrong"' in answer.body.decode()) == (422, True)
    kept = words(await admin.follow(await admin.press(f"{at}/agent", seen=seen, **line)))
    assert "Up to €200.00 , of that €20.00 given freely" in kept
    for example in (
        "€180.00: promised at once",
        "€260.00: waits until an admin agrees.",
        "€26.00 of goodwill: waits until an admin agrees.",
        "Holds for nobody yet",
        "by Ann Other",
    ):
        assert example in kept, example
    said = {"agent": {"settlement": {"EUR": "200.00"}, "adjustment": {"EUR": "20"}}}
    assert (await shop.ask("GET", "/money-control"))["limits"] == said

    late = await admin.press(f"{at}/four-eyes", seen=seen, currency_0="EUR", settlement_0="9")
    assert (late.status, "changed since you looked" in words(late)) == (409, True)
    assert (await shop.ask("GET", "/money-control"))["four_eyes_above"] is None

    await shop.ask("PUT", "/money-control", {"limits": {"owner": {"settlement": {"EUR": "150"}}}})
    assert "waits, and nobody’s limit reaches so far" in words(await admin.open(at))
    shown = (await admin.open(f"{at}/owner")).body.decode()
    seen = re.findall(r'name="seen" value="(\w+)"', shown)[0]
    gone = words(await admin.follow(await admin.press(f"{at}/owner", act="drop", seen=seen)))
    assert "no limit from now on" in gone
    assert (await shop.ask("GET", "/money-control"))["limits"] == {}
    log = words(await admin.open(f"/w/{workspace.text}/settings/audit?act=money_control.update"))
    assert "body limits owner settlement EUR: 150 → nothing" in log, log

    agent = await member(app, house, workspace.id, MemberRole.AGENT, email=somebody())
    assert "yours" in words(await agent.open(at))
    assert "Limits are set by admins" in words(await agent.open(f"{at}/agent"))
    assert (await agent.press(f"{at}/agent", seen="", **line)).status == 403
    assert (await admin.open(f"{at}/Clerk!")).status == 404
    assert (await admin.open(f"{at}?role=Clerk!")).status == 422
    assert (await admin.open(f"{at}?role=clerk")).headers["location"] == f"{at}/clerk"
