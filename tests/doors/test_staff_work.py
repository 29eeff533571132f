"""The agent's pages: what waits, one return, its money; two agents and one return lose nothing."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest_asyncio

from retour.desk.agents import novelties, snoozing
from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from tests.doors.apps import app_of
from tests.doors.control_story import processed_return
from tests.doors.side_by_side_story import time_passes
from tests.doors.staff_story import Browser, form_of, member, words
from tests.support import pictures
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
async def agent(app: Litestar, house: House, workspace: Workspace) -> Browser:
    """An agent at a browser."""
    email = f"{uuid4().hex}@example.com"
    return await member(app, house, workspace.id, MemberRole.AGENT, email=email)


def _at(shop: Client, path: str) -> str:
    return f"/w/{shop.workspace}{path}"


async def _asked(shop: Client, number: str, quantity: int = 1) -> dict[str, str]:
    """Have a return asked for that waits for an answer."""
    await shop.ask("PUT", f"/orders/{number}", order_body(9))
    line = {"line": "1", "quantity": quantity, "reason": "Torn"}
    body = {"order_number": number, "lines": [line]}
    made: dict[str, str] = await shop.ask("POST", "/returns", body)
    assert made["status"] == "requested"
    return made


async def test_an_agent_goes_from_what_waits_to_the_money_paid(
    shop: Client, agent: Browser, house: House, workspace: Workspace
) -> None:
    made = await _asked(shop, "5001")
    home = words(await agent.open(_at(shop, "")))
    assert "1 Requests to answer" in home, home

    queue = words(await agent.open(_at(shop, "/queues/authorize")))
    assert made["rma_number"] in queue
    page = _at(shop, f"/returns/{made['id']}")
    told = await agent.press(page, do="authorize", version=made["version"])
    assert "is authorized in" in words(await agent.follow(told))
    assert "All clear" in words(await agent.open(_at(shop, "/queues/authorize")))
    await time_passes(house, workspace)
    assert "is authorized in" not in words(await agent.open(page))
    assert (await shop.ask("GET", f"/returns/{made['id']}"))["status"] == "authorized"
    clear = words(await agent.open(_at(shop, "")))
    assert "All clear" in clear
    assert f"Decided last {made['rma_number']}" in clear
    told = words(await agent.open(f"{page}/told"))
    assert "Nothing of this kind" in told, "nobody subscribed"
    wrong = await agent.open(f"{page}/told?status=lost")
    assert (wrong.status, "There is no status" in words(wrong)) == (422, True)

    paid = await processed_return(shop, "5002")
    money = _at(shop, f"/returns/{paid}/money")
    panel = words(await agent.open(money))
    view = await shop.ask("GET", f"/returns/{paid}")
    plan = await shop.ask("POST", f"/returns/{paid}/settlements/simulate", {})
    assert f"Refund €{plan['total']}" in panel
    told = await agent.press(money, do="pay", version=view["version"])
    assert told.status == 303, words(told)
    after = await shop.ask("GET", f"/returns/{paid}")
    assert after["settlement"]["total"] == plan["total"]
    assert after["settlement"]["status"] == "in_progress"
    assert "Asked for to" in words(await agent.open(money)), "the next try is named"
    told = words(await agent.open(_at(shop, f"/returns/{paid}/told?status=pending")))
    assert "Our own call to the payment processor" in told
    story = words(await agent.open(_at(shop, f"/returns/{paid}?story=money")))
    assert ("Refund started" in story, "Return received" in story) == (True, False)


async def test_two_agents_and_one_return_lose_nothing(shop: Client, agent: Browser) -> None:
    """Who comes second is shown what happened, keeps what was written, and nothing is done."""
    made = await _asked(shop, "5003")
    page = _at(shop, f"/returns/{made['id']}")
    await shop.ask("POST", f"/returns/{made['id']}/authorize", {})

    seen = {"version": made["version"], "sequence": made["sequence"]}
    answer = await agent.press(page, **{"do": "reject", "reject-reason": "Too late, sorry", **seen})

    said = words(answer)
    assert answer.status == 422
    assert "Somebody changed this return after you opened it" in said
    assert "New since you opened it" in said
    assert "Return authorized" in said
    assert (await shop.ask("GET", f"/returns/{made['id']}"))["status"] == "authorized"


async def test_what_is_missing_in_a_form_is_said_at_its_field(shop: Client, agent: Browser) -> None:
    made = await _asked(shop, "5004")
    page = _at(shop, f"/returns/{made['id']}")

    answer = await agent.press(page, do="reject", version=made["version"])

    assert answer.status == 422
    assert "Say why; the customer reads it." in words(answer)
    assert 'aria-describedby=" reject-reason-wrong"' in answer.body.decode()


async def test_a_no_has_words_for_the_customer_and_words_for_people_here(
    shop: Client, agent: Browser, house: House, workspace: Workspace
) -> None:
    """An answer is put in, the note stays inside, and one goes on along the queue."""
    first, second = await _asked(shop, "5013"), await _asked(shop, "5014")
    template = {"name": "Worn", "text": "Dear {{ name }}, {{ number }} was worn."}
    await shop.ask("PUT", "/reply-templates/worn", template)
    queue = (await agent.open(_at(shop, "/queues/authorize?owner=nobody"))).body.decode()
    (address,) = re.findall(rf'href="([^"]+{first["id"]}[^"]+)"', queue)
    page = html.unescape(address)
    assert page.endswith("?in=authorize&owner=nobody")
    opened = (await agent.open(page)).body.decode()
    assert f"{second['id']}?in=authorize&amp;owner=nobody" in opened, "the next is a link"
    put = await agent.press(page, do="answer", answer="worn", **{"reject-note": "Third time"})
    shown = html.unescape(put.body.decode())
    assert f"{first['rma_number']} was worn." in shown
    assert "Third time" in shown, "what was written stays"

    await _foretold(shop, agent, page, first)
    asked = await shop.ask("GET", f"/returns/{first['id']}")
    assert (asked["status"], asked["version"]) == ("requested", first["version"]), "nothing is done"

    (onward,) = set(re.findall(r'name="onward" value="([^"]+)"', opened))
    said = {"reject-reason": "It was worn", "reject-note": "Third time", "do": "reject"}
    told = await agent.press(
        page, **said, version=first["version"], onward=html.unescape(onward), once="a1"
    )
    behind = await agent.follow(told)
    assert second["rma_number"] in words(behind), "one goes on along the queue"
    assert "is rejected in" in words(behind), "and can take back from there"
    await time_passes(house, workspace)
    rejected = await shop.ask("GET", f"/returns/{first['id']}")
    assert (rejected["status"], rejected["reject_reason"]) == ("rejected", "It was worn")
    seen = await shop.ask("GET", f"/returns/{first['id']}/messages")
    assert [(one["text"], one["internal"]) for one in seen["data"]] == [("Third time", True)]
    away = {"do": "authorize", "version": second["version"], "onward": "//evil.example/w"}
    told = await agent.press(_at(shop, f"/returns/{second['id']}"), **away)
    assert told.headers["location"] == _at(shop, f"/returns/{second['id']}")


async def _foretold(shop: Client, agent: Browser, page: str, made: dict[str, str]) -> None:
    """See the mail of a no in its frame: as it is, as text, on a dark screen, or why not."""
    frame, shown = _at(shop, f"/returns/{made['id']}/mail"), (await agent.open(page)).body.decode()
    assert f'formaction="{frame}" formtarget="mail"' in shown
    said = {"form": form_of(shown), "reject-reason": "Ganz & <gar>"}
    unsaid = await agent.send(frame, {**said, "reject-reason": " "})
    assert (unsaid.status, "Write the reason first" in words(unsaid)) == (422, True)
    assert "No mail is sent for it" in words(await agent.send(frame, said))
    await shop.ask("POST", "/notification-templates/defaults", {"languages": ["en", "de"]})
    agent.is_strict = False  # A mail is no page of ours.
    seen = await agent.send(frame, said)
    policy = seen.headers["content-security-policy"]
    assert ("sandbox;" in policy, "frame-ancestors 'self'" in policy) == (True, True)
    assert "Ganz &amp; &lt;gar&gt;" in seen.body.decode()
    bar = re.search(r"<body[^>]*><p [^>]+>([^<]+)</p>", seen.body.decode())
    assert bar is not None
    text = (await agent.send(frame, {**said, "part": "text"})).body.decode()
    assert text.startswith(f"{html.unescape(bar[1])}\n\n"), "both say the subject"
    assert "Ganz & <gar>" in text
    assert "@media not all" in seen.body.decode(), "light on whatever screen one sits at"
    dark = (await agent.send(frame, {**said, "dark": "1"})).body.decode()
    assert ("@media not all" in dark, "@media all" in dark) == (False, True)
    agent.is_strict = True


async def test_deadlines_lead_from_one_return_to_the_next(
    shop: Client, agent: Browser, house: House, workspace: Workspace
) -> None:
    """Soon or late: a decision goes on along what is due, and open pages count it as new."""
    await shop.ask("PUT", "/policies/default", {"deadlines": {"review_days": 3}})
    first, second, third = [await _asked(shop, number) for number in ("5018", "5019", "5020")]
    timer = (await shop.ask("GET", "/timers"))["data"][0]
    opened = await snoozing.now_of(house, workspace.id)
    left = datetime.fromisoformat(timer["due_at"]) - datetime.now(UTC)
    for hours, queue in ((left // timedelta(hours=1) - 1, "due_soon"), (48, "overdue")):
        assert await _new(house, workspace, queue, opened) == 0
        await shop.ask("POST", "/clock", {"advance": f"PT{hours}H"})
        assert await _new(house, workspace, queue, opened) == 3
        opened = await snoozing.now_of(house, workspace.id)
        assert await _new(house, workspace, queue, opened) == 0
        await _set_anew(house, workspace, first["id"])
        assert await _new(house, workspace, queue, opened) == (queue == "due_soon")
        listed = (await agent.open(_at(shop, f"/queues/{queue}?owner=nobody"))).body.decode()
        (link,) = re.findall(rf'href="([^"]+{first["id"]}[^"]+)"', listed)
        assert "owner=nobody" in link
        before, behind = await _beside(agent, html.unescape(link))
        assert (before, second["id"] in behind) == ("", True)
        before, behind = await _beside(agent, behind)
        assert (first["id"] in before, third["id"] in behind) == (True, True)
        before, behind = await _beside(agent, behind)
        assert (second["id"] in before, behind) == (True, "")
    told = await agent.press(before, do="authorize", version=second["version"], onward=link)
    assert first["id"] in (await agent.follow(told)).body.decode()
    astray = re.sub(r"at=[^&]+", "at=nowhere", html.unescape(link))
    assert (await _beside(agent, astray)) == ("", "")


async def _new(house: House, workspace: Workspace, queue: str, since: datetime) -> int:
    """Count what is new in a queue to a page that was opened then."""
    found = await novelties.look(house, workspace.id, {queue: since}, ())
    return found.count(queue, since)


async def _set_anew(house: House, workspace: Workspace, return_id: str) -> None:
    """Let a return's deadlines have been set just now."""
    now = await snoozing.now_of(house, workspace.id)
    async with house.database.transaction(workspace.id) as connection:
        await connection.execute(
            "UPDATE retour.timer SET since = $2 WHERE return_id = $1", return_id, now
        )


async def _beside(agent: Browser, page: str) -> tuple[str, str]:
    """Open a page; gives where it leads back and on along its queue."""
    shown = (await agent.open(page)).body.decode()
    found = dict(re.findall(r'<a rel="(prev|next)" data-key="." href="([^"]+)"', shown))
    return html.unescape(found.get("prev", "")), html.unescape(found.get("next", ""))


async def test_several_are_decided_at_once_and_each_says_what_became_of_it(
    shop: Client, agent: Browser, house: House, workspace: Workspace
) -> None:
    first, second = await _asked(shop, "5005"), await _asked(shop, "5006")
    await shop.ask("POST", f"/returns/{second['id']}/reject", {"reason": "No"})
    picked = [f"{one['id']}@{one['version']}" for one in (first, second)]
    answer = await agent.press(_at(shop, "/returns"), do="authorize", pick=picked)

    assert "1 of 2 decided" in words(answer)
    assert "Somebody changed this return" in words(answer)
    unpressed = r'value="authorize" [^>]*disabled'
    held = (await agent.open(_at(shop, "/returns"))).body.decode()
    assert re.search(unpressed, held), "what is decided is not decided again"
    await time_passes(house, workspace)
    assert (await shop.ask("GET", f"/returns/{first['id']}"))["status"] == "authorized"
    third = await _asked(shop, "5015")
    pick = f"{third['id']}@{third['version']}"
    entered = await agent.press(_at(shop, "/returns"), reason="Worn", pick=pick)
    assert (entered.status, "Press a button." in words(entered)) == (422, True)
    assert re.search(r'aria-label="Tick [^"]+" checked', entered.body.decode()), "ticks stay"
    first_button = re.search(r'id="rows".*?<button ([^>]+)>', entered.body.decode(), re.DOTALL)
    assert first_button is not None
    assert "name=" not in first_button[1], "Enter in a field decides nothing"
    assert re.search(unpressed, entered.body.decode()) is None, "the third can be"
    await shop.ask("POST", f"/returns/{third['id']}/reject", {"reason": "No"})
    over = await agent.open(_at(shop, "/returns"))
    assert "None of these can be authorized: each is decided already." in words(over)
    assert re.search(unpressed, over.body.decode())
    none = await agent.press(_at(shop, "/returns"), do="authorize")
    assert (none.status, "Tick the returns first." in words(none)) == (422, True)


async def test_several_are_rejected_each_in_its_own_words(
    shop: Client, agent: Browser, house: House, workspace: Workspace
) -> None:
    """An answer is put in as it is written; what stands in braces becomes each return's own."""
    asked = [await _asked(shop, number) for number in ("5016", "5017")]
    template = {"name": "Worn", "text": "Dear {{ name }}, {{ number }} was worn."}
    await shop.ask("PUT", "/reply-templates/worn", template)
    queue = _at(shop, "/queues/authorize")
    picked = [f"{one['id']}@{one['version']}" for one in asked]
    none = await agent.press(queue, do="answer", pick=picked)
    assert (none.status, "Choose an answer first." in words(none)) == (422, True)
    put = await agent.press(
        queue, do="answer", answer="worn", reason="Sorry.", note="x", pick=picked
    )
    shown = html.unescape(put.body.decode())
    assert "Sorry.\n\nDear {{ name }}, {{ number }} was worn.</textarea>" in shown
    ticks = re.findall(r'name="pick"[^>]* checked>', shown)
    assert len(ticks) == len(picked), "ticks stay"
    await _too_long(shop, agent, queue, picked)
    await _foretold_of_several(shop, agent, queue, asked)

    said = {"do": "reject", "note": "Seen it", "pick": picked}
    for lacking, why in (
        ("", "Say why; the customer reads it."),
        ("It is {{ worn }}", "{{ worn }} stands for nothing."),
    ):
        wrong = await agent.press(queue, **said, reason=lacking)
        assert (wrong.status, why in html.unescape(words(wrong))) == (422, True)
        assert "Seen it</textarea>" in wrong.body.decode(), "what was written stays"
    unknown = await agent.press(queue, **said, reason="You get {{ amount }}")
    assert "0 of 2 decided" in words(unknown)
    assert "Nothing is known yet for what is paid back" in words(unknown)

    told = await agent.press(queue, **said, reason=template["text"], once="b1")
    assert "2 of 2 decided" in words(told)
    await time_passes(house, workspace)
    for one in asked:
        rejected = await shop.ask("GET", f"/returns/{one['id']}")
        assert rejected["reject_reason"] == f"Dear Mira Sand, {one['rma_number']} was worn."
        seen = await shop.ask("GET", f"/returns/{one['id']}/messages")
        assert [(one["text"], one["internal"]) for one in seen["data"]] == [("Seen it", True)]


async def _too_long(shop: Client, agent: Browser, queue: str, picked: list[str]) -> None:
    """What does not fit is said with its length, and nothing of it is cut."""
    await shop.ask("PUT", "/reply-templates/long", {"name": "Long", "text": "x" * 3999})
    both = await agent.press(queue, do="answer", answer="long", reason="Sorry.", pick=picked)
    assert (both.status, "has 4,007 characters; 4,000 fit" in words(both)) == (422, True)
    assert "Sorry.</textarea>" in both.body.decode(), "what was written stays as it was"
    alone = await agent.press(queue, do="answer", answer="long", pick=picked)
    assert f"{'x' * 3999}</textarea>" in alone.body.decode()
    wide = {"do": "reject", "pick": picked, "reason": "y" * 4001, "note": "z" * 4001}
    cut = await agent.press(queue, **wide)
    assert (cut.status, "The reason has 4,001 characters" in words(cut)) == (422, True)
    assert "The note has 4,001 characters" in words(cut)
    lines = {**wide, "note": "", "reason": "a\r\n" * 1990 + "{{ amount }}"}
    ends = words(await agent.press(queue, **lines))
    assert "Nothing is known yet for what is paid back" in ends, "a line's end counts once"


async def _foretold_of_several(
    shop: Client, agent: Browser, queue: str, asked: list[dict[str, str]]
) -> None:
    """See the mail of one of those that are ticked, in its own words, and who reads what."""
    german = {**order_body(9), "customer": {**order_body(9)["customer"], "locale": "de"}}
    await shop.ask("PUT", "/orders/5017", german)
    frame, shown = _at(shop, "/reject/mail"), (await agent.open(queue)).body.decode()
    assert shown.count(f'formaction="{frame}" formtarget="mail"') == 2
    form = {"form": form_of(shown), "reason": "Dear {{ name }}, {{ number }} was worn."}
    unticked = await agent.send(frame, form)
    assert (unticked.status, "Tick the returns first" in words(unticked)) == (422, True)
    said = {**form, "pick": [f"{one['id']}@{one['version']}" for one in asked]}
    unsaid = await agent.send(frame, {**said, "reason": ""})
    assert (unsaid.status, "Write the reason first" in words(unsaid)) == (422, True)
    none = words(await agent.send(frame, said))
    assert "No mail is sent for it" in none
    first, second = [one["rma_number"] for one in asked]
    assert f"Ticked as well: {second} reads German." in none
    await shop.ask("POST", "/notification-templates/defaults", {"languages": ["en", "de"]})
    agent.is_strict = False  # A mail is no page of ours.
    one = await agent.send(frame, said)
    assert f"{first} reads a language that nobody said; this is its mail, in English." in words(one)
    assert f"Dear Mira Sand, {first} was worn." in words(one)
    other = await agent.send(frame, {**said, "of": asked[1]["id"], "part": "text"})
    assert other.body.decode().startswith(f"{second} reads German; this is its mail, in German.")
    assert f"Dear Mira Sand, {second} was worn." in other.body.decode()
    gone = await agent.send(frame, {**said, "reason": "You get {{ amount }}"})
    assert (gone.status, "Nothing is known yet for what is paid back" in words(gone)) == (422, True)
    agent.is_strict = True


async def test_a_search_finds_forgives_and_says_what_it_does_not_know(
    shop: Client, agent: Browser
) -> None:
    made = await _asked(shop, "5007")
    found = words(await agent.open(_at(shop, f"/returns?q={made['rma_number']}")))
    assert made["rma_number"] in found
    await shop.ask("PUT", "/orders/5037", order_body(2, 1))
    alone = (await agent.open(_at(shop, "/returns?q=5037"))).body.decode()
    assert f'href="{_at(shop, "/new?order=5037")}"' in alone, "an order leads to its return"
    wrong = await agent.open(_at(shop, "/returns?q=status:lost"))
    assert (wrong.status, "There is no status" in words(wrong)) == (422, True)
    assert "Nothing matches" not in words(wrong)
    nothing = words(await agent.open(_at(shop, "/returns?q=zzzzzzzz")))
    assert "Nothing matches" in nothing


async def test_notes_stay_inside_and_messages_reach_the_customer(
    shop: Client, agent: Browser
) -> None:
    made = await _asked(shop, "5008")
    page = _at(shop, f"/returns/{made['id']}")
    said = {"do": "send", "from": "return"}
    await agent.press(f"{page}/talk", **said, message="Looks worn <b>", kind="internal")
    sent = await agent.press(f"{page}/talk", **said, message="Please send a photo", kind="customer")

    shown = await agent.follow(sent)
    assert "Conversation" not in words(shown), "one comes back to the return's own page"
    assert "What to do" in words(shown)
    assert re.search(r'<svg class="sign".*?<strong>Internal note</strong>', shown.body.decode())
    assert "Looks worn &lt;b&gt;" in shown.body.decode()
    seen = await shop.ask("GET", f"/returns/{made['id']}/messages")
    assert {(one["text"], one["internal"]) for one in seen["data"]} == {
        ("Looks worn <b>", True),
        ("Please send a photo", False),
    }


async def test_an_amount_that_is_none_is_said_and_nothing_is_paid(
    shop: Client, agent: Browser
) -> None:
    paid = await processed_return(shop, "5009")
    money = _at(shop, f"/returns/{paid}/money")
    told = words(await agent.open(f"{money}?shipping=lots"))
    assert "lots" in told
    assert "Refund €" not in told
    view = await shop.ask("GET", f"/returns/{paid}")
    refused = await agent.press(money, do="pay", version=view["version"], adjustments="99999.00")
    assert refused.status == 422, words(refused)
    assert (await shop.ask("GET", f"/returns/{paid}"))["settlement"] is None


async def test_what_is_above_a_limit_is_agreed_to_by_somebody_else(
    shop: Client, agent: Browser, app: Litestar, house: House, workspace: Workspace
) -> None:
    await shop.ask("PUT", "/money-control", {"limits": {"agent": {"settlement": {"EUR": "9.99"}}}})
    one = await processed_return(shop, "5010")
    money = _at(shop, f"/returns/{one}/money")
    asking = words(await agent.open(money))
    assert "Ask for agreement to €10.00" in asking
    assert "Refund €10.00" not in asking
    view = await shop.ask("GET", f"/returns/{one}")
    told = await agent.follow(await agent.press(money, do="promise", version=view["version"]))
    assert "Somebody else has to agree" in words(told)
    view = await shop.ask("GET", f"/returns/{one}")
    refused = await agent.press(money, do="approve", version=view["version"])
    assert refused.status == 422

    admin = await member(app, house, workspace.id, email=f"{uuid4().hex}@example.com")
    assert "1 Approval" in words(await admin.open(_at(shop, "")))
    told = await admin.follow(await admin.press(money, do="approve", version=view["version"]))

    assert "Agreed. Paying began." in words(told)
    after = await shop.ask("GET", f"/returns/{one}")
    assert after["settlement"]["approval"]["status"] == "given"


async def test_a_view_is_kept_shared_and_forgotten(shop: Client, agent: Browser) -> None:
    await _asked(shop, "5011")
    views, page = _at(shop, "/views"), _at(shop, "/returns?status=requested")
    form = form_of((await agent.open(page)).body.decode())
    said = {"form": form, "status": "requested", "name": "To answer", "shared": "yes"}
    shown = await agent.follow(await agent.send(views, said))

    assert "Kept as “To answer”." in words(shown)
    (kept,) = (await shop.ask("GET", "/saved-views"))["data"]
    assert (kept["query"], kept["shared"]) == ("status=requested", True)
    gone = {"form": form, "do": "forget", "view": kept["id"]}
    assert "The view is forgotten." in words(await agent.follow(await agent.send(views, gone)))
    assert (await shop.ask("GET", "/saved-views"))["data"] == []
    unnamed = await agent.follow(await agent.send(views, {**said, "name": " "}))
    assert "give the view a name" in words(unnamed)


async def test_photos_stand_beside_the_goods(shop: Client, agent: Browser) -> None:
    made = await _asked(shop, "5012")
    jpeg = {"content-type": "image/jpeg"}
    picture = pictures.encoded(pictures.gradient(64, 64), "JPEG")
    photo = (await shop.ask("POST", "/photos", picture, headers=jpeg))["id"]
    await shop.ask("POST", f"/returns/{made['id']}/attach_photo", {"photo": photo})

    shown = (await agent.open(_at(shop, f"/returns/{made['id']}"))).body.decode()

    small = _at(shop, f"/photos/{photo}?size=thumb")
    assert f'src="{small}"' in shown
    got = await agent.open(small)
    assert (got.headers["content-type"], got.body[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert "sandbox" in got.headers["content-security-policy"]
    whole = await agent.open(_at(shop, f"/photos/{photo}"))
    assert whole.headers["cache-control"] == "no-store", "it may show a person"
    missing = await agent.open(_at(shop, "/photos/pho_01kagz4v1e8qj0m2h3n4p5r6s7"))
    assert missing.status == 404
