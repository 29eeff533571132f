"""Agents side by side: leases, what is put off, and decisions that can be taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from retour.desk.agents.holding import carry_out_due
from tests.doors.client import client
from tests.doors.side_by_side_story import time_passes
from tests.support.pg import fresh_workspace
from tests.support.running import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Client
    from tests.support.pg import Workspace


async def asked(shop: Client, number: str) -> dict[str, Any]:
    """Have a return asked for that waits for an answer."""
    await shop.ask("PUT", f"/orders/{number}", order_body(9))
    line = {"line": "1", "quantity": 1, "reason": "Torn"}
    made: dict[str, Any] = await shop.ask(
        "POST", "/returns", {"order_number": number, "lines": [line]}
    )
    assert made["status"] == "requested"
    return made


async def colleague(shop: Client, app: Litestar) -> Client:
    """Somebody else with a key of the same workspace."""
    made = await shop.ask("POST", "/api-keys", {"name": "Colleague", "scopes": ["*"]})
    return type(shop)(app=app, workspace=shop.workspace, token=made["token"])


async def waiting(shop: Client, queue: str = "authorize", query: str = "") -> list[str]:
    """Give the returns that wait in a queue."""
    page = await shop.call("GET", f"/queues/{queue}", query=query)
    assert page.status == 200, page
    return [one["return"]["id"] for one in page.json["data"]]


# ---------------------------------------------------------------- leases


async def test_a_lease_is_one_s_until_it_is_taken_over_or_given_back(
    shop: Client, app: Litestar
) -> None:
    there = f"/returns/{(await asked(shop, '7001'))['id']}/lease"
    other = await colleague(shop, app)
    mine = await shop.ask("PUT", there, {})
    again = await shop.ask("PUT", there, {})
    assert (again["since"], again["holder"]) == (mine["since"], mine["holder"])
    assert again["until"] >= mine["until"]

    refused = await other.call("PUT", there, {})
    assert (refused.status, refused.code) == (409, "leased")
    assert mine["holder"] in refused.json["detail"]
    theirs = await other.ask("PUT", there, {"over": True})
    assert theirs["holder"] != mine["holder"]
    assert (await shop.call("PUT", there, {})).code == "leased"

    await shop.call("DELETE", there)
    assert (await shop.call("PUT", there, {})).code == "leased", "one gives back only one's own"
    await other.call("DELETE", there)
    assert (await shop.ask("PUT", there, {}))["holder"] == mine["holder"]


async def test_a_lease_runs_out_and_is_seen_in_lists(
    shop: Client, app: Litestar, house: House, workspace: Workspace
) -> None:
    made = await asked(shop, "7002")
    there = f"/returns/{made['id']}/lease"
    mine = await shop.ask("PUT", there, {})
    (row,) = (await shop.ask("GET", "/queues/authorize"))["data"]
    assert row["return"]["lease"] == mine
    async with house.database.transaction(workspace.id) as connection:
        await connection.execute(
            "UPDATE retour.return_lease SET until = clock_timestamp() WHERE workspace_id = $1",
            workspace.id,
        )
    (row,) = (await shop.ask("GET", "/queues/authorize"))["data"]
    assert row["return"]["lease"] is None
    other = await colleague(shop, app)
    assert (await other.ask("PUT", there, {}))["holder"] != mine["holder"]


# ---------------------------------------------------------------- snoozing


async def test_what_is_put_off_leaves_queues_until_its_time(shop: Client) -> None:
    made = {name: (await asked(shop, f"7003{name}"))["id"] for name in "ab"}
    row = await shop.ask("PUT", f"/returns/{made['a']}/snooze", {"until": await _in(shop, hours=2)})
    assert row["snooze"]["until"] is not None

    assert await waiting(shop) == [made["b"]]
    assert await waiting(shop, query="snoozed=yes") == [made["a"]]
    assert await waiting(shop, query="snoozed=any") == [made["a"], made["b"]]
    found = (await shop.call("GET", "/search", query="q=snoozed:yes")).json
    assert [one["id"] for one in found["data"]] == [made["a"]]
    counts = await shop.ask("GET", "/queues")
    assert {one["queue"]: one["count"] for one in counts["data"]}["authorize"] == 1

    await shop.ask("POST", "/clock", {"advance": "PT3H"})
    assert await waiting(shop) == [made["a"], made["b"]]
    assert await waiting(shop, query="snoozed=yes") == []


async def _in(shop: Client, *, hours: int) -> str:
    """Give an instant so many hours after what was asked for last."""
    rows = await shop.ask("GET", "/search")
    last = datetime.fromisoformat(rows["data"][0]["requested_at"])
    return (last + timedelta(hours=hours)).isoformat()


async def test_a_reply_ends_a_snooze_and_an_answer_of_ours_does_not(shop: Client) -> None:
    made = await asked(shop, "7005")
    await shop.ask("PUT", f"/returns/{made['id']}/snooze", {"until": await _in(shop, hours=9)})
    ours = {"text": "Please send a photo", "author": "agent"}
    await shop.ask("POST", f"/returns/{made['id']}/comment", ours)
    assert await waiting(shop) == []
    theirs = {"text": "Here it is", "author": "customer"}
    await shop.ask("POST", f"/returns/{made['id']}/comment", theirs)
    assert await waiting(shop) == [made["id"]]


async def test_it_cannot_be_put_off_into_the_past_or_for_years(shop: Client) -> None:
    made = await asked(shop, "7006")
    for hours in (-1, 24 * 400):
        until = await _in(shop, hours=hours)
        answer = await shop.call("PUT", f"/returns/{made['id']}/snooze", {"until": until})
        assert (answer.status, "for a year at most" in str(answer.json)) == (422, True)
    assert await waiting(shop) == [made["id"]]


# ---------------------------------------------------------------- decisions that can be taken back


async def test_a_decision_is_told_to_nobody_until_it_can_no_longer_be_taken_back(
    shop: Client, house: House, workspace: Workspace
) -> None:
    made = await asked(shop, "7007")
    there = f"/returns/{made['id']}/held-decision"
    held = await shop.ask("PUT", there, {"decision": "reject", "reason": "Too late"})
    assert (held["status"], held["reason"]) == ("held", "Too late")
    assert 0 < held["left_s"] <= 10
    assert await waiting(shop) == [], "it waits for nobody any more"
    await carry_out_due(house)
    now = await shop.ask("GET", f"/returns/{made['id']}")
    assert (now["status"], now["version"]) == ("requested", made["version"])
    events = await shop.ask("GET", f"/returns/{made['id']}/events")
    assert len(events["data"]) == made["sequence"], "nothing is told of it"

    await time_passes(house, workspace)
    now = await shop.ask("GET", f"/returns/{made['id']}")
    assert now["status"] == "rejected"
    assert (await shop.call("GET", there)).status == 404
    late = await shop.call("DELETE", there)
    assert (late.status, late.code) == (409, "nothing_held")
    await carry_out_due(house)
    assert (await shop.ask("GET", f"/returns/{made['id']}"))["version"] == now["version"]


async def test_a_decision_that_breaks_does_not_hold_up_the_others(
    shop: Client, house: House, workspace: Workspace
) -> None:
    broken, sound = await asked(shop, "7040"), await asked(shop, "7041")
    for made in (broken, sound):
        there = f"/returns/{made['id']}/held-decision"
        await shop.ask("PUT", there, {"decision": "reject", "reason": "Too late"})
    async with house.database.transaction(workspace.id) as connection:
        await connection.execute(
            "UPDATE retour.held_decision SET body = '{\"reason\": 7}' WHERE return_id = $1",
            broken["id"],
        )
    await time_passes(house, workspace)
    assert (await shop.ask("GET", f"/returns/{sound['id']}"))["status"] == "rejected"
    left = await shop.ask("GET", f"/returns/{broken['id']}/held-decision")
    assert (left["status"], "Decide again" in left["why"]) == ("failed", True)
    assert (await shop.ask("GET", f"/returns/{broken['id']}"))["status"] == "requested"


async def test_what_is_taken_back_leaves_no_trace(
    shop: Client, app: Litestar, house: House, workspace: Workspace
) -> None:
    made = await asked(shop, "7008")
    there = f"/returns/{made['id']}/held-decision"
    await shop.ask("PUT", there, {"decision": "authorize"})
    other = await colleague(shop, app)
    refused = await other.call("PUT", there, {"decision": "reject", "reason": "No"})
    assert (refused.status, refused.code) == (409, "decision_held")
    assert (await other.call("DELETE", there)).code == "nothing_held", "it is not theirs"
    assert (await shop.call("DELETE", there)).status == 204
    await time_passes(house, workspace)
    now = await shop.ask("GET", f"/returns/{made['id']}")
    assert (now["status"], now["version"]) == ("requested", made["version"])
    assert await waiting(shop) == [made["id"]]


async def test_what_the_rules_refuse_is_refused_at_once(shop: Client) -> None:
    made = await asked(shop, "7009")
    there = f"/returns/{made['id']}/held-decision"
    await shop.ask("POST", f"/returns/{made['id']}/reject", {"reason": "No"})
    answer = await shop.call("PUT", there, {"decision": "authorize"})
    assert (answer.status, answer.code) == (409, "not_allowed_in_status")
    stale = {"if-match": f'"{made["version"]}"'}
    answer = await shop.call("PUT", there, {"decision": "authorize"}, headers=stale)
    assert answer.status == 412
    answer = await shop.call("PUT", there, {"decision": "reject"})
    assert (answer.status, "Say why in reason" in str(answer.json)) == (422, True)


async def test_what_changed_meanwhile_is_not_decided_and_says_so(
    shop: Client, house: House, workspace: Workspace
) -> None:
    """A message in between is no other return; what somebody did to it is."""
    quiet, changed = await asked(shop, "7010"), await asked(shop, "7011")
    for one in (quiet, changed):
        body = {"decision": "reject", "reason": "Worn"}
        await shop.ask("PUT", f"/returns/{one['id']}/held-decision", body)
    said = {"text": "When?", "author": "customer"}
    await shop.ask("POST", f"/returns/{quiet['id']}/comment", said)
    await shop.ask("POST", f"/returns/{changed['id']}/authorize", {})
    await time_passes(house, workspace)

    assert (await shop.ask("GET", f"/returns/{quiet['id']}"))["status"] == "rejected"
    assert (await shop.ask("GET", f"/returns/{changed['id']}"))["status"] == "authorized"
    (failed,) = (await shop.ask("GET", "/held-decisions"))["data"]
    assert (failed["return"], failed["status"]) == (changed["id"], "failed")
    assert (failed["reason"], "Decide again" in failed["why"]) == ("Worn", True)
    assert (await shop.call("DELETE", f"/returns/{changed['id']}/held-decision")).status == 204
    assert (await shop.ask("GET", "/held-decisions"))["data"] == []


async def test_another_workspace_sees_and_takes_nothing(
    shop: Client, app: Litestar, house: House, workspace: Workspace
) -> None:
    del workspace
    made = await asked(shop, "7012")
    await shop.ask("PUT", f"/returns/{made['id']}/held-decision", {"decision": "authorize"})
    stranger = client(app, await fresh_workspace(house))
    for path in ("lease", "snooze", "held-decision"):
        assert (await stranger.call("DELETE", f"/returns/{made['id']}/{path}")).status == 404
    assert (await shop.ask("GET", f"/returns/{made['id']}/held-decision"))["status"] == "held"
