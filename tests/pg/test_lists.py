"""Allow and block lists: kept without names, in force until they end, each in its workspace."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import pytest

from retour.desk import policies
from retour.desk.customers import erasing, lists
from retour.desk.customers.erasing import Erasure
from retour.desk.customers.lists import EntryNew, EntryPatch
from retour.desk.house import House
from retour.desk.outcome import Done, NotFound, Refused
from retour.desk.pages import Page
from retour.desk.policies import PolicyPut
from retour.desk.timers.clock import ClockBody, advance_clock
from retour.kernel.problems import InvalidRequest
from retour.policy.history import CustomerFacts
from tests.support.customers import ACTOR, HOME, asked, grounds_of, sold
from tests.support.pg import Workspace, fresh_workspace


async def listed(house: House, workspace: Workspace, **said: object) -> dict[str, Any]:
    body = msgspec.convert({"list": "block", "reason": "Empty boxes.", **said}, EntryNew)
    outcome = await lists.create(house, workspace.id, body, actor=ACTOR)
    assert isinstance(outcome, Done), outcome
    shown: dict[str, Any] = msgspec.json.decode(outcome.body)
    return shown


def trace(ret: dict[str, Any]) -> dict[str, str]:
    return {step["rule"]: step["verdict"] for step in ret["verdict"]["trace"]}


BY: list[dict[str, Any]] = [
    {"kind": "email", "value": "Mira.Sand+again@EXAMPLE.com"},
    {"kind": "phone", "value": "030 90 18 20", "country": "DE"},
    {"kind": "address", "address": {**HOME, "street": "torstrasse 12", "name": "Anybody"}},
    {"kind": "order", "value": "7"},
    {"kind": "sku", "value": "SKU-1"},
]


@pytest.mark.parametrize("by", BY, ids=lambda by: by["kind"])
async def test_each_kind_is_found_at_a_request(
    house: House, workspace: Workspace, by: dict[str, Any]
) -> None:
    entry = await listed(house, workspace, **by)
    other = await fresh_workspace(house)
    for place in (workspace, other):
        await sold(house, place, "7", 2, phone="+493090182 0".replace(" ", ""), address=HOME)

    here, there = await asked(house, workspace, "7"), await asked(house, other, "7")

    assert trace(here)["listed"] == "review"
    (step,) = [one for one in here["verdict"]["trace"] if one["rule"] == "listed"]
    assert entry["id"] in step["detail"]
    assert "Empty boxes" in step["detail"]
    assert not here["verdict"]["eligible"]
    assert "listed" not in trace(there)


async def test_an_entry_ends_by_business_time(house: House, workspace: Workspace) -> None:
    await sold(house, workspace, "7", 5)
    first = await asked(house, workspace, "7")
    now = (await grounds_of(house, workspace, first["id"])).occasion.at
    entry = await listed(
        house,
        workspace,
        kind="email",
        value="mira.sand@example.com",
        expires_at=(now + timedelta(hours=1)).isoformat(),
    )

    before = await asked(house, workspace, "7")
    await advance_clock(house, workspace.id, ClockBody(advance=timedelta(hours=2)))
    after = await asked(house, workspace, "7")

    assert (trace(before).get("listed"), trace(after).get("listed")) == ("review", None)
    shown = await lists.look_up(house, workspace.id, entry["id"])
    assert isinstance(shown, Done)
    assert msgspec.json.decode(shown.body)["expired"] is True


async def test_allowed_goes_through_where_all_else_says_no(
    house: House, workspace: Workspace
) -> None:
    """The very request that the window rejects."""
    policy = msgspec.convert(
        {"approval": "auto", "ineligible": "reject", "window_days": 0}, PolicyPut
    )
    await policies.put(house, workspace.id, "default", policy)
    for number in ("1", "2"):
        await sold(
            house, workspace, number, 2, delivered_at="2025-01-01T00:00:00Z", order_type="b2b"
        )
    refused = await asked(house, workspace, "1")
    await listed(house, workspace, list="allow", kind="order", value="2")
    let_in = await asked(house, workspace, "2")

    assert (refused["status"], let_in["status"]) == ("rejected", "authorized")


async def test_no_name_stands_in_the_lists_or_the_history(
    house: House, workspace: Workspace, admin: asyncpg.Connection
) -> None:
    """Whoever reads the tables finds digests and a hint."""
    shown = [await listed(house, workspace, **by) for by in BY[:3]]
    await sold(house, workspace, "7", 2, phone="+49309018200", address=HOME)
    made = await asked(house, workspace, "7")

    assert [one["hint"] for one in shown] == ["m…@e….com", "+49…20", "DE 10…"]
    for table in ("list_entry", "order_mark", "return_tally", "judgement"):
        rows = await admin.fetch(
            f"SELECT t::text AS row FROM retour.{table} t WHERE t.workspace_id = $1",
            workspace.id,
        )
        assert rows
        for row in rows:
            for told in ("mira", "sand@", "309018", "torstr", "10115"):
                assert told not in row["row"].casefold()
    assert (await grounds_of(house, workspace, made["id"])).occasion.listed


async def test_one_value_stands_on_one_list(house: House, workspace: Workspace) -> None:
    entry = await listed(house, workspace, kind="email", value="a@example.com")
    again = EntryNew(list="allow", kind="email", value="A@example.com", reason="Good.")
    refused = await lists.create(house, workspace.id, again, actor=ACTOR)

    assert isinstance(refused, Refused)
    assert refused.refusal.code == "already_listed"
    assert entry["id"] in refused.refusal.detail
    patched = await lists.change(house, workspace.id, entry["id"], EntryPatch(list="allow"))
    assert isinstance(patched, Done)
    assert msgspec.json.decode(patched.body)["list"] == "allow"


BAD: list[tuple[dict[str, Any], str]] = [
    ({"kind": "email", "value": "nobody"}, "/value"),
    ({"kind": "phone", "value": "030 901820"}, "/value"),
    ({"kind": "phone", "value": "+49"}, "/value"),
    ({"kind": "address", "address": {"city": "Berlin"}}, "/address"),
    ({"kind": "address", "value": "Torstr. 12"}, "/address"),
    ({"kind": "email"}, "/value"),
    ({"kind": "order", "value": "1", "address": {"city": "Berlin"}}, "/address"),
    ({"kind": "order", "value": "1", "expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
]


@pytest.mark.parametrize(("said", "pointer"), BAD)
async def test_what_could_never_match_is_refused(
    house: House, workspace: Workspace, said: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await listed(house, workspace, **said)
    assert [one.pointer for one in refused.value.errors] == [pointer]


async def test_another_workspace_has_lists_of_its_own(house: House, workspace: Workspace) -> None:
    other = await fresh_workspace(house)
    entry = await listed(house, workspace, kind="sku", value="SKU-1")
    await listed(house, other, kind="sku", value="SKU-1")
    missing = NotFound(what="list entry")

    assert await lists.look_up(house, other.id, entry["id"]) == missing
    assert await lists.change(house, other.id, entry["id"], EntryPatch(note="x")) == missing
    assert await lists.remove(house, other.id, entry["id"]) == missing
    page = await lists.listing(house, other.id, Page(), list_=None, kind=None)
    assert isinstance(page, Done)
    assert entry["id"].encode() not in page.body


# ---------------------------------------------------------------- forgetting


_COUNTED = ("orders", "list_entries_removed", "list_entries_left")


async def erased(house: House, workspace: Workspace, **said: object) -> dict[str, int]:
    outcome = await erasing.erase(house, workspace.id, msgspec.convert(said, Erasure), portion=2)
    assert isinstance(outcome, Done), outcome
    shown = msgspec.json.decode(outcome.body)
    return {name: shown[name] for name in _COUNTED}


async def test_who_is_forgotten_is_a_stranger(house: House, workspace: Workspace) -> None:
    for number in "12345":
        await sold(house, workspace, number, 2, phone="+493090182000", address=HOME)
    await sold(house, workspace, "6", 2, email="b@example.com")
    made = await asked(house, workspace, "1")
    entry = await listed(house, workspace, kind="phone", value="+493090182000")

    counts = await erased(house, workspace, email="mira.sand@example.com")
    known = await _known(house, workspace, "2")

    assert counts == {"orders": 5, "list_entries_removed": 0, "list_entries_left": 1}
    assert known == CustomerFacts()
    assert (await _known(house, workspace, "6")).orders_placed == 1
    assert (await grounds_of(house, workspace, made["id"])).said, "what was decided stays"
    assert isinstance(await lists.look_up(house, workspace.id, entry["id"]), Done)


async def test_forgetting_may_reach_the_lists(house: House, workspace: Workspace) -> None:
    other = await fresh_workspace(house)
    for place in (workspace, other):
        await sold(house, place, "1", 2, phone="+493090182000")
        await listed(house, place, kind="email", value="mira.sand@example.com")
        await listed(house, place, kind="phone", value="+493090182000")
        await listed(house, place, kind="sku", value="SKU-1")

    counts = await erased(house, workspace, email="mira.sand@example.com", lists=True)

    assert counts == {"orders": 1, "list_entries_removed": 2, "list_entries_left": 0}
    assert (await _known(house, other, "1")).orders_placed == 1
    page = await lists.listing(house, workspace.id, Page(), list_=None, kind=None)
    assert isinstance(page, Done)
    assert [one["kind"] for one in msgspec.json.decode(page.body)["data"]] == ["sku"]


@pytest.mark.parametrize("said", [{}, {"email": "nobody"}, {"phone": "030"}, {"lists": True}])
async def test_nobody_cannot_be_forgotten(
    house: House, workspace: Workspace, said: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequest):
        await erased(house, workspace, **said)


async def _known(house: House, workspace: Workspace, number: str) -> CustomerFacts:
    made = await asked(house, workspace, number)
    known = (await grounds_of(house, workspace, made["id"])).occasion.customer
    assert known is not None
    return known
