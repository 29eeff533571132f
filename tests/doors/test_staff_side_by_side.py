"""Agents side by side on pages: what they see of each other, and what they can take back."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from tests.doors.apps import app_of
from tests.doors.control_story import CLERKS_NOTHING, clerk_of, processed_return, promised
from tests.doors.side_by_side_story import time_passes
from tests.doors.staff_story import Browser, member, somebody, words
from tests.support.running import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Client
    from tests.support.pg import Workspace


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


@pytest_asyncio.fixture
async def ann(app: Litestar, house: House, workspace: Workspace) -> Browser:
    """An agent at a browser."""
    return await member(app, house, workspace.id, MemberRole.AGENT, email=somebody())


@pytest_asyncio.fixture
async def ben(app: Litestar, house: House, workspace: Workspace) -> Browser:
    """Another agent."""
    return await member(app, house, workspace.id, MemberRole.AGENT, email=somebody())


def _at(shop: Client, path: str) -> str:
    return f"/w/{shop.workspace}{path}"


async def _asked(shop: Client, number: str) -> dict[str, Any]:
    await shop.ask("PUT", f"/orders/{number}", order_body(9))
    line = {"line": "1", "quantity": 1, "reason": "Torn"}
    made: dict[str, Any] = await shop.ask(
        "POST", "/returns", {"order_number": number, "lines": [line]}
    )
    return made


async def test_who_opens_a_return_is_seen_until_somebody_takes_it_over(
    shop: Client, ann: Browser, ben: Browser
) -> None:
    made = await _asked(shop, "8001")
    page = _at(shop, f"/returns/{made['id']}")
    assert "that you have it open" in words(await ann.open(page))
    assert "has it open" in words(await ben.open(_at(shop, "/queues/authorize")))
    assert "Ann Other has this open for less than a minute" in words(await ben.open(page))
    peeked = await ben.open(f"{page}/peek")
    assert (peeked.status, made["rma_number"] in words(peeked)) == (200, True)

    told = await ben.follow(await ben.press(page, do="over"))
    assert "It is yours to act on." in words(told)
    assert "Ann Other has this open" in words(await ann.open(page))


async def test_looking_ahead_and_peeking_open_nothing(shop: Client, ann: Browser) -> None:
    """Neither does a browser that fetches before anybody presses."""
    made = await _asked(shop, "8002")
    page = _at(shop, f"/returns/{made['id']}")
    assert (await ann.ask("GET", page, headers={"sec-purpose": "prefetch"})).status == 200
    assert (await ann.open(f"{page}/peek")).status == 200
    (row,) = (await shop.ask("GET", "/queues/authorize"))["data"]
    assert row["return"]["lease"] is None


async def test_a_decision_that_failed_says_why_and_what_was_written(
    shop: Client, ann: Browser, house: House, workspace: Workspace
) -> None:
    made = await _asked(shop, "8003")
    page = _at(shop, f"/returns/{made['id']}")
    seen = {"version": made["version"], "sequence": made["sequence"]}
    await ann.press(page, **{"do": "reject", "reject-reason": "Worn at the heel", **seen})
    assert "is rejected in" in words(await ann.open(page))
    await shop.ask("POST", f"/returns/{made['id']}/authorize", {})
    await time_passes(house, workspace)

    said = words(await ann.open(_at(shop, "/returns")))
    assert f"{made['rma_number']} was not rejected." in said
    assert "Decide again. You wrote: “Worn at the heel”" in said
    decisions = _at(shop, "/decisions")
    form = {"do": "read", "return": made["id"], "back": page, "form": await _mark(ann, page)}
    answer = await ann.send(decisions, form)
    assert (answer.status, answer.headers["location"]) == (303, page)
    assert "was not rejected" not in words(await ann.open(_at(shop, "/returns")))


async def test_a_decision_of_another_version_is_said_and_taken_back(
    shop: Client, ann: Browser, ben: Browser, house: House, workspace: Workspace
) -> None:
    """What cannot be read breaks no page, is never carried out, and leaves room for another."""
    made = await _asked(shop, "8009")
    page = _at(shop, f"/returns/{made['id']}")
    for command, body in (("authorize", '{"goods": "yes"}'), ("waive", "{}"), ("reject", "[1]")):
        await ann.press(page, do="authorize", version=made["version"])
        async with house.database.transaction(workspace.id) as connection:
            await connection.execute(
                "UPDATE retour.held_decision SET command = $1, body = $2", command, body
            )
        assert "this one cannot read it: it is not carried out." in words(await ben.open(page))
        mine = words(await ann.open(_at(shop, "/returns")))
        assert "Take it back, then decide again." in mine
        held = await shop.ask("GET", f"/returns/{made['id']}/held-decision")
        assert (held["decision"], held["status"]) == (None, "held")
        form = {"return": made["id"], "back": page, "form": await _mark(ann, page)}
        assert "Taken back." in words(
            await ann.follow(await ann.send(_at(shop, "/decisions"), form))
        )
    await ann.press(page, do="authorize", version=made["version"])
    async with house.database.transaction(workspace.id) as connection:
        await connection.execute("UPDATE retour.held_decision SET command = 'waive'")
    await time_passes(house, workspace)
    assert "was not decided. Another version of Retour wrote it" in words(await ann.open(page))
    assert (await shop.ask("GET", f"/returns/{made['id']}"))["status"] == "requested"


async def _mark(browser: Browser, page: str) -> str:
    shown = (await browser.open(page)).body.decode()
    return re.findall(r'name="form" value="([^"]*)"', shown)[-1]


async def test_undo_is_one_s_own_and_in_time(
    shop: Client, ann: Browser, ben: Browser, house: House, workspace: Workspace
) -> None:
    made = await _asked(shop, "8004")
    page, decisions = _at(shop, f"/returns/{made['id']}"), _at(shop, "/decisions")
    await ann.press(page, do="authorize", version=made["version"])
    for_ben = words(await ben.open(page))
    assert "is authorized by Ann Other in" in for_ben
    assert "Authorize all" not in for_ben
    undo = {"return": made["id"], "back": page}
    form = {**undo, "form": await _mark(ben, page)}
    assert "It is too late" in words(await ben.follow(await ben.send(decisions, form)))
    form = {**undo, "form": await _mark(ann, page)}
    assert "Taken back." in words(await ann.follow(await ann.send(decisions, form)))
    await time_passes(house, workspace)
    assert (await shop.ask("GET", f"/returns/{made['id']}"))["version"] == made["version"]

    await ann.press(page, do="authorize", version=made["version"])
    await time_passes(house, workspace)
    assert "It is too late" in words(await ann.follow(await ann.send(decisions, form)))
    elsewhere = {**form, "back": "https://example.com/"}
    answer = await ann.send(decisions, elsewhere)
    assert answer.headers["location"] == _at(shop, "/returns")


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"how-long": "reply"}, "Put off until the customer writes."),
        ({"how-long": "hours"}, "or an answer."),
        ({"how-long": "monday"}, "09:00"),
    ],
)
async def test_a_return_is_put_off_and_woken(
    shop: Client, ann: Browser, chosen: dict[str, str], said: str
) -> None:
    made = await _asked(shop, "8005")
    page, queue = _at(shop, f"/returns/{made['id']}"), _at(shop, "/queues/authorize")
    told = words(await ann.follow(await ann.press(page, do="snooze", **chosen)))
    assert said in told
    assert "All clear" in words(await ann.open(queue))
    assert made["rma_number"] in words(await ann.open(f"{queue}?snoozed=yes"))
    await ann.press(page, do="wake")
    assert made["rma_number"] in words(await ann.open(queue))


async def test_a_time_that_is_none_is_said_at_its_field(shop: Client, ann: Browser) -> None:
    made = await _asked(shop, "8006")
    page = _at(shop, f"/returns/{made['id']}")
    for until in ("", "soon", "1999-01-01T10:00"):
        answer = await ann.press(page, **{"do": "snooze", "how-long": "at", "until": until})
        assert (answer.status, 'id="until-wrong"' in answer.body.decode()) == (422, True), until


async def test_returns_are_assigned_one_by_one_and_together(
    shop: Client, ann: Browser, ben: Browser, house: House, workspace: Workspace
) -> None:
    del ben
    first, second = await _asked(shop, "8007"), await _asked(shop, "8008")
    page, queue = _at(shop, f"/returns/{first['id']}"), _at(shop, "/queues/authorize")
    shown = (await ann.open(page)).body.decode()
    colleague = re.findall(r'<option value="(psn_\w+)">Ann Other', shown)[0]
    assert "Ann Other sees to it" in words(
        await ann.follow(await ann.press(page, do="assign", to=colleague))
    )
    picked = [f"{one['id']}@{one['version']}" for one in (first, second)]
    assert "2 of 2 done" in words(await ann.press(queue, do="assign", to="me", pick=picked))
    assert first["rma_number"] in words(await ann.open(f"{queue}?owner=me"))
    wrong = await ann.press(queue, do="assign", to="psn_none", pick=picked)
    assert (wrong.status, "works on returns here" in words(wrong)) == (422, True)
    del house, workspace


async def test_what_cannot_be_done_is_shown_with_its_reason(shop: Client, ann: Browser) -> None:
    """As the status forbids it, and as a guard does, in the words of its refusal."""
    made = await _asked(shop, "8009")
    page = await ann.open(_at(shop, f"/returns/{made['id']}"))
    assert '<button type="button" disabled>Reopen</button>' in page.body.decode()
    assert "Not while it is requested." in words(page)
    assert '<button type="button" disabled>Cancel</button>' not in page.body.decode()

    paid = await processed_return(shop, "8010")
    refused = await shop.call("POST", f"/returns/{paid}/reject", {"reason": "No"})
    assert refused.json["detail"] in words(await ann.open(_at(shop, f"/returns/{paid}")))


async def test_two_at_one_settlement_are_shown_the_difference(shop: Client, ann: Browser) -> None:
    paid = await processed_return(shop, "8010")
    view = await shop.ask("GET", f"/returns/{paid}")
    await shop.ask("POST", f"/returns/{paid}/comment", {"text": "Wait", "internal": True})
    seen = {"version": view["version"], "sequence": view["sequence"]}
    answer = await ann.press(_at(shop, f"/returns/{paid}/money"), do="pay", fees="1.25", **seen)
    said = words(answer)
    assert answer.status == 422
    assert "New since you opened it" in said
    assert 'value="1.25"' in answer.body.decode(), "what was written is kept"
    assert (await shop.ask("GET", f"/returns/{paid}"))["settlement"] is None


async def test_a_no_to_a_promise_can_be_taken_back(
    shop: Client, app: Litestar, house: House, workspace: Workspace
) -> None:
    await shop.ask("PUT", "/money-control", CLERKS_NOTHING)
    paid = await processed_return(shop, "8013")
    await promised(await clerk_of(shop), paid)
    admin = await member(app, house, workspace.id, MemberRole.ADMIN, email=somebody())
    money, view = _at(shop, f"/returns/{paid}/money"), await shop.ask("GET", f"/returns/{paid}")
    no = {"do": "decline", "decline-reason": "Too much", "version": view["version"]}
    told = words(await admin.follow(await admin.press(money, **no)))
    assert f"The settlement of {view['rma_number']} is declined in" in told
    assert "Agree and pay" not in told
    assert (await shop.ask("GET", f"/returns/{paid}"))["version"] == view["version"]
    await time_passes(house, workspace)
    after = await shop.ask("GET", f"/returns/{paid}")
    assert after["settlement"] is None or after["settlement"]["status"] == "discarded"
    await shop.ask("PUT", "/money-control", {})


async def test_keys_and_rows_stay_as_each_likes_them(
    shop: Client, ann: Browser, ben: Browser
) -> None:
    await _asked(shop, "8011")
    keys = _at(shop, "/keys")
    now = dict(re.findall(r'name="(key-\d+)" value="([^"])"', (await ann.open(keys)).body.decode()))
    twice = await ann.press(keys, **{**now, "key-0": "k", "do": "keep"})
    assert (twice.status, "does something else already" in words(twice)) == (422, True)
    long = await ann.press(keys, **{**now, "key-0": "J", "do": "keep"})
    assert (long.status, "Give one character" in words(long)) == (422, True)
    await ann.press(keys, **{**now, "key-0": '"', "do": "keep"})
    kept = (await ann.open(_at(shop, "/returns"))).body.decode()
    mine = re.search(r'data-keys-mine="([^"]+)"', kept)
    assert mine is not None
    assert json.loads(html.unescape(mine[1])) == {"j": '"'}
    assert "data-keys-off" in kept, "the box was not sent"
    assert "data-keys-mine" not in (await ben.open(keys)).body.decode(), "they are hers alone"
    await ann.press(keys, do="first")
    assert "data-keys-mine" not in (await ann.open(keys)).body.decode()

    returns = _at(shop, "/returns")
    assert 'class="work dense"' in (await ann.open(returns)).body.decode()
    form = {"do": "roomy", "back": returns, "form": await _mark(ann, returns)}
    answer = await ann.send(_at(shop, "/views"), form)
    assert answer.headers["location"] == returns
    assert 'class="work dense"' not in (await ann.open(returns)).body.decode()


async def test_a_stream_is_for_what_is_known_and_for_who_may_look(
    shop: Client, ann: Browser
) -> None:
    """Anything else is answered so that a browser stops asking."""
    for query in ("", "?return=x&version=y", "?since=soon", "?queue=none&since=2026-01-01T00:00Z"):
        assert (await ann.open(_at(shop, f"/live{query}"))).status == 204, query
    ann.cookies.clear()
    assert (await ann.open(_at(shop, "/live"))).status == 303
