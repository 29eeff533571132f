"""Policies at a browser: begun, edited, compared, tried, backtested, published, brought back."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from retour.api.app import build
from retour.desk.people.roles import MemberRole
from retour.desk.policies import trying
from retour.screens.staff import all as staff
from tests.doors.staff_story import Browser, member, somebody, words
from tests.support.running import JSON, order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Answer, Client
    from tests.support.pg import Workspace

DEAR = {
    "id": "dear",
    "when": {"item": {"unit_price": {"currency": "EUR", "at_least": "10.00"}}},
    "then": {"review": "Somebody looks at what is dear."},
}
_AREA = re.compile(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', re.DOTALL)
_SELECT = re.compile(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', re.DOTALL)
LATE = {"id": "late", "then": {"reject": "Too late, sorry."}}


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return build(house, extra=staff.routes(house))


@pytest_asyncio.fixture
async def admin(app: Litestar, house: House, workspace: Workspace) -> Browser:
    """An admin at a browser."""
    return await member(app, house, workspace.id, MemberRole.ADMIN, email=somebody())


@pytest.fixture
def at(shop: Client) -> str:
    """The address of the policies."""
    return f"/w/{shop.workspace}/settings/policies"


def fields_of(page: Answer) -> dict[str, Any]:
    """Read what stands in a form: hidden fields, inputs, areas and choices."""
    text = page.body.decode()
    main = text[text.index("<main") :]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", main):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name is None or ("checkbox" in tag and "checked" not in tag):
            continue
        given = html.unescape(value[1]) if value else ""
        if "checkbox" in tag and name[1] in found:
            found[name[1]] = [*found[name[1]], given]
        else:
            found[name[1]] = [given] if "checkbox" in tag else given
    for name, value in re.findall(
        r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', main, re.DOTALL
    ):
        found[name] = html.unescape(value)
    for name, options in re.findall(
        r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', main, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = html.unescape(chosen[1]) if chosen else ""
    return found


async def edit(browser: Browser, address: str, **changes: Any) -> Answer:  # noqa: ANN401 - what forms say
    """Open a form, change what is said, and send all of it."""
    shown = await browser.open(address)
    assert shown.status == 200, words(shown)
    return await browser.send(address, {**fields_of(shown), **changes})


async def draft(shop: Client) -> JSON:
    return await shop.ask("GET", "/policies/default/draft")


async def test_the_first_page_leads_to_an_example(shop: Client, admin: Browser, at: str) -> None:
    page = await admin.open(at)
    assert "Your policy has no rules yet" in words(page)
    begin = f"{at}-new?id=default&from=fashion"
    assert html.escape(begin) in page.body.decode()
    made = await edit(admin, begin, **{"from": "fashion"})
    shown = await admin.follow(made)
    assert "Nothing is judged by it until you publish it" in words(shown)
    assert "When the reason is broken or wrong item" in words(shown)
    assert "Keep back 2.95 EUR or 3.50 USD as “Return label”" in words(shown)
    kept = await draft(shop)
    assert (kept["policy"]["name"], len(kept["policy"]["rules"])) == ("Fashion", 9)
    assert (await shop.ask("GET", "/policies/default"))["rules"] == []
    assert "no rules yet" not in words(await admin.open(at))


async def test_a_policy_has_an_id_that_can_be_said(admin: Browser, at: str) -> None:
    for policy_id in ("", "a b", "x" * 65, "../x"):
        answer = await admin.press(f"{at}-new", id=policy_id, name="n" * 81)
        assert answer.status == 422, policy_id
        assert 'id="id-wrong"' in answer.body.decode(), policy_id
        assert 'id="name-wrong"' in answer.body.decode()
    assert (await admin.press(f"{at}-new", id="outlet", name="Outlet")).status == 303
    again = await admin.press(f"{at}-new", id="outlet")
    assert "has a draft already" in words(again)


async def test_rules_are_added_moved_edited_and_removed(
    shop: Client, admin: Browser, at: str
) -> None:
    there = f"{at}/default/draft"
    assert (await admin.press(f"{at}/default")).status == 303
    first = {
        "id": "dear",
        "when.item.unit_price.currency": "EUR",
        "when.item.unit_price.at_least": "10.00",
        "when.request.reasons": 'broken, "worn, torn"',
        "when.order.attributes": "gift: yes, maybe",
        "answer": "review",
        "words": "Somebody looks.",
        "charge": "fee",
        "fee.label": "en: Label\nde: Etikett",
        "fee.amounts": "2.95 EUR, USD 3.50",
        "window_days": "60",
        "outcome.which": "exclude",
        "outcome.named": ["store_credit", "exchange"],
        "keeping": "return",
    }
    saved = await admin.follow(await edit(admin, f"{there}/rules/new", **first))
    assert "The rule is saved" in words(saved)
    await edit(admin, f"{there}/rules/new", id="late", answer="reject", words="Too late.")
    graded = {"id": "worn", "answer": "accept", "deduct.percent": "30", "deduct.label": "Worn"}
    await edit(admin, f"{there}/rules/new?at=grading", **graded, **{"when.unit.grades": "C"})
    rules = (await draft(shop))["policy"]["rules"]
    assert [one["id"] for one in rules] == ["dear", "late", "worn"]
    assert rules[0]["when"] == {
        "order": {"attributes": {"gift": ["yes", "maybe"]}},
        "item": {"unit_price": {"currency": "EUR", "at_least": "10.00"}},
        "request": {"reasons": ["broken", "worn, torn"]},
    }
    assert rules[0]["then"] == {
        "review": "Somebody looks.",
        "window_days": 60,
        "keep_item": False,
        "exclude_outcomes": ["store_credit", "exchange"],
        "fee": {
            "label": {"en": "Label", "de": "Etikett"},
            "amounts": {"EUR": "2.95", "USD": "3.50"},
        },
    }
    assert rules[2]["then"] == {"accept": True, "deduct": {"percent": "30", "label": "Worn"}}

    unchanged = (await draft(shop))["policy"]["rules"]
    for place in range(3):
        await edit(admin, f"{there}/rules/{place}")
    assert (await draft(shop))["policy"]["rules"] == unchanged, "a form says what it shows"

    version = str((await draft(shop))["version"])
    moved = await admin.press(there, act="up", rule="1", version=version)
    assert "The order of rules is changed" in words(await admin.follow(moved))
    assert [one["id"] for one in (await draft(shop))["policy"]["rules"]][:2] == ["late", "dear"]
    for rule, to, after in (("0", "1", ["dear", "late"]), ("1", "0", ["late", "dear"])):
        last = str((await draft(shop))["version"])
        went = await admin.press(there, act="move", rule=rule, to=to, version=last)
        assert went.headers["location"].endswith(f"#rule-{to}")
        now = [one["id"] for one in (await draft(shop))["policy"]["rules"]]
        assert now == [*after, "worn"], "what is let go of lies there"
    beyond = await admin.press(there, act="move", rule="0", to="2", version=version)
    assert "#" not in beyond.headers["location"], "a rule of another moment is no place for it"
    stale = await admin.press(there, act="remove", rule="0", version=version)
    assert "Somebody changed the draft meanwhile" in words(await admin.follow(stale))
    version = str((await draft(shop))["version"])
    await admin.press(there, act="remove", rule="0", version=version)
    assert [one["id"] for one in (await draft(shop))["policy"]["rules"]] == ["dear", "worn"]
    assert (await shop.ask("GET", "/policies/default"))["rules"] == []


async def test_what_a_form_cannot_say_is_said_at_its_field(
    shop: Client, admin: Browser, at: str
) -> None:
    there = f"{at}/default/draft"
    await admin.press(f"{at}/default")
    wrong = {"id": "x" * 256, "when.request.quantity.at_least": "-1", "window_days": "many"}
    answer = await edit(admin, f"{there}/rules/new", **wrong, answer="review")
    assert answer.status == 422
    page = answer.body.decode()
    for field in ("id", "window_days", "words"):
        assert f'id="{field}-wrong"' in page, field
    assert "when.request.quantity" in page.split('id="errors"')[1].split("</section>")[0]
    assert 'value="many"' in page, "what was typed stands there still"
    settings = await edit(admin, f"{there}/settings", window_days="", outcomes=[])
    assert settings.status == 422
    assert 'id="window_days-wrong"' in settings.body.decode()
    assert (await draft(shop))["policy"]["rules"] == []


async def test_a_draft_that_contradicts_itself_says_so_and_stays_a_draft(
    shop: Client, admin: Browser, at: str
) -> None:
    there = f"{at}/default/draft"
    await shop.ask("PUT", "/policies/default/draft", {"rules": [LATE, DEAR]})
    page = words(await admin.open(there))
    assert "It cannot come into force like this" in page
    version = str((await draft(shop))["version"])
    refused = await admin.press(f"{there}/publish", act="now", version=version, over="1")
    assert refused.status == 422
    assert (await shop.ask("GET", "/policies/default"))["version"] == 1


async def test_settings_are_what_the_form_says(shop: Client, admin: Browser, at: str) -> None:
    await admin.press(f"{at}/default")
    there = f"{at}/default/draft/settings"
    before = (await draft(shop))["policy"]
    await edit(admin, there)
    assert (await draft(shop))["policy"] == before, "a form says what it shows"
    changes = {
        "name": "Standard",
        "window_days": "14",
        "approval": "auto",
        "outcomes": ["refund", "exchange"],
        "first": "exchange",
        "methods": ["label", "drop_off"],
        "keep_item": "yes",
        "deadlines.remind_days": "3, 7",
        "deadlines.ship_days": "14",
    }
    await edit(admin, there, **changes)
    now = (await draft(shop))["policy"]
    assert (now["name"], now["window_days"], now["approval"]) == ("Standard", 14, "auto")
    assert (now["outcomes"], now["methods"]) == (["exchange", "refund"], ["label", "drop_off"])
    assert (now["keep_item"], now["deadlines"]["remind_days"]) == (True, [3, 7])
    assert now["deadlines"]["ship_days"] == 14
    assert now["phases"] == before["phases"]


async def test_yaml_is_read_or_said_to_be_wrong_by_line_and_column(
    shop: Client, admin: Browser, at: str
) -> None:
    await admin.press(f"{at}/default")
    there = f"{at}/default/draft/yaml"
    broken = await edit(admin, there, yaml="window_days: 7\nrules: [")
    assert broken.status == 422
    assert re.search(r"line \d+, column \d+", words(broken))
    strange = await edit(
        admin, there, yaml="window_days: 7\nrules:\n  - id: x\n    then: {fee: 3}\n"
    )
    assert strange.status == 422
    assert "Line 4, column 12" in words(strange)
    assert "then: {fee: 3}" in html.unescape(strange.body.decode())
    unknown = await edit(admin, there, yaml="window_dais: 7\napproval: maybe\n")
    assert "Line 1, column 1" in words(unknown)
    assert "Line 2, column 1" in words(unknown)
    assert (await draft(shop))["policy"]["window_days"] == 30
    await edit(admin, there, yaml="window_days: 7\n")
    assert (await draft(shop))["policy"]["window_days"] == 7


async def test_what_changes_is_said_rule_by_rule_and_line_by_line(
    shop: Client, admin: Browser, at: str
) -> None:
    await shop.ask("PUT", "/policies/default", {"rules": [DEAR, LATE]})
    later = {**DEAR, "then": {"review": "Two people look."}}
    more = {"id": "fee", "then": {"waive_fee": True}}
    await shop.ask("PUT", "/policies/default/draft", {"window_days": 14, "rules": [more, later]})
    said = words(await admin.open(f"{at}/default/draft/changes"))
    assert "fee added Always: no fee." in said
    assert "dear changed" in said
    assert "have a person look: “Two people look.”" in said
    assert "late removed" in said
    assert "Days to ask for a return changed Before: 30 Now: 14" in said
    assert "-window_days: 30 +window_days: 14" in said
    versions = words(await admin.open(f"{at}/default/versions/2/changes"))
    assert "From Version 1 to Version 2" in versions
    assert "late added" in versions


async def sold(shop: Client, number: str) -> None:
    await shop.ask("PUT", f"/orders/{number}", order_body(9, 9))


async def test_a_request_is_tried_on_draft_and_on_what_is_in_force(
    shop: Client, admin: Browser, at: str
) -> None:
    await sold(shop, "1001")
    await shop.ask("PUT", "/policies/default", {"approval": "auto"})
    await shop.ask("PUT", "/policies/default/draft", {"approval": "auto", "rules": [DEAR]})
    there = f"{at}/default/try"
    assert "There is no order 7" in words(await admin.open(f"{there}?order=7"))
    asked = await admin.open(f"{there}?order=1001")
    line = re.search(r'name="(q\.[^"]*)"', asked.body.decode())
    assert line is not None
    tried = f"{there}?order=1001&{line[1]}=1&go=1"
    on_draft = words(await admin.open(tried))
    assert "A person decides" in on_draft
    assert "one piece costs at least 10.00 EUR" in on_draft
    assert "It decides: answer." in on_draft
    live = words(await admin.open(f"{tried}&on=live"))
    assert "Approved at once" in live
    assert "Money, if all of it comes back" in live
    none = await admin.open(f"{there}?order=1001&{line[1]}=0&go=1")
    assert none.status == 422
    assert "Say how many of which item come back" in words(none)
    wrong = await admin.open(f"{tried}&at=never")
    assert 'id="at-wrong"' in wrong.body.decode()


async def test_a_case_can_be_made_up(shop: Client, admin: Browser, at: str) -> None:
    await shop.ask(
        "PUT",
        "/policies/default",
        {"approval": "auto", "consumer_law": "off", "ineligible": "reject"},
    )
    there = f"{at}/default/try?case=made-up&go=1"
    assert "Approved at once" in words(await admin.open(there))
    late = words(await admin.open(f"{there}&delivered=31"))
    assert "Rejected" in late
    for field, value in (
        ("price", "x"),
        ("delivered", "x"),
        ("currency", "XYZ"),
        ("quantity", "0"),
    ):
        answer = await admin.open(f"{there}&{field}={value}")
        assert answer.status == 422, field
        assert f'id="{field}-wrong"' in answer.body.decode(), field


async def test_a_backtest_is_watched_and_read(
    house: House, shop: Client, admin: Browser, at: str, workspace: Workspace
) -> None:
    await shop.ask("PUT", "/policies/default", {"approval": "auto"})
    await sold(shop, "1001")
    ret = await shop.ask(
        "POST", "/returns", {"order_number": "1001", "lines": [{"line": "1", "quantity": 1}]}
    )
    await shop.ask("PUT", "/policies/default/draft", {"approval": "auto", "rules": [DEAR]})
    there = f"{at}/default/backtests"
    assert "Nothing was tried yet" in words(await admin.open(there))
    bad = await admin.press(there, days="0", on="draft")
    assert bad.status == 422
    assert 'id="days-wrong"' in bad.body.decode()
    publish = f"{at}/default/draft/publish"
    assert "never backtested as it stands" in words(await admin.open(publish))

    begun = await admin.press(there, days="30", on="draft")
    running = await admin.follow(begun)
    assert "/static/progress.js" in running.body.decode()
    assert "1 return is to be tried" in words(running)
    backtest = begun.headers["location"].rpartition("/")[2]
    assert (await trying.go_on(house, workspace.id, backtest)) is not None
    done = await admin.open(f"{there}/{backtest}")
    assert "progress" not in done.body.decode()
    said = words(done)
    assert "approved 0 at once, left 1 to people and rejected 0 . 1 of 1" in said
    assert f"{ret['rma_number']} line 1 Approved at once" in said
    assert "review, Somebody looks at what is dear" in said
    assert "EUR as it was" in said
    assert f"/returns/{ret['id']}" in done.body.decode()
    assert "This very draft was backtested" in words(await admin.open(publish))
    assert "1 1" in words(await admin.open(there))


async def test_a_backtest_can_be_stopped(shop: Client, admin: Browser, at: str) -> None:
    del shop
    there = f"{at}/default/backtests"
    begun = await admin.press(there, days="30")
    stopped = await admin.follow(await admin.press(begun.headers["location"]))
    assert "canceled" in words(stopped)
    foreign = begun.headers["location"].replace("/default/", "/other/")
    assert (await admin.open(foreign)).status == 404


async def test_a_draft_is_published_and_a_version_brought_back(
    shop: Client, admin: Browser, at: str
) -> None:
    await shop.ask("PUT", "/policies/default/draft", {"window_days": 14})
    there = f"{at}/default/draft/publish"
    done = await edit(admin, there, act="now")
    assert "Version 2 is in force" in words(await admin.follow(done))
    assert (await shop.ask("GET", "/policies/default"))["window_days"] == 14
    history = f"{at}/default/versions"
    page = words(await admin.open(history))
    assert "Version 2 in force" in page
    assert "by Ann Other" in page
    back = await admin.press(history, version="1")
    assert "it says what version 1 said" in words(await admin.follow(back))
    now = await shop.ask("GET", "/policies/default")
    assert (now["version"], now["window_days"]) == (3, 30)
    assert "brought back 1" in words(await admin.open(history))
    assert "no such version" in words(await admin.press(history, version="77"))
    log = (await shop.ask("GET", "/audit"))["data"]
    assert [one["subject"] for one in log if one["act"] == "policy.insert"][:2] == [
        "default/3",
        "default/2",
    ]


async def test_a_draft_comes_into_force_later_and_that_is_taken_back(
    shop: Client, admin: Browser, at: str
) -> None:
    await shop.ask("PUT", "/policies/default/draft", {"window_days": 14})
    there = f"{at}/default/draft"
    for when in ("", "soon", "2020-01-01T00:00"):
        answer = await edit(admin, f"{there}/publish", act="later", at=when)
        assert answer.status == 422, when
        assert 'id="at-wrong"' in answer.body.decode(), when
    version = str((await draft(shop))["version"])
    later = {"act": "later", "at": "2999-01-01T00:00", "version": version, "over": "1"}
    done = await admin.press(f"{there}/publish", **later)
    shown = await admin.follow(done)
    assert "comes into force by itself Tue 1 Jan 2999, 00:00" in words(shown)
    assert "Publish…" not in words(shown)
    refused = await admin.send(
        f"{there}/yaml", {**fields_of(await admin.open(f"{there}/yaml")), "yaml": "window_days: 3"}
    )
    assert refused.status == 422
    assert (await draft(shop))["policy"]["window_days"] == 14
    assert "1 Jan 2999" in words(await admin.open(at))
    await admin.press(there, act="unschedule")
    assert (await draft(shop))["publish_at"] is None
    await admin.press(there, act="discard", version=version)
    assert (await admin.open(there)).status == 404


async def test_a_draft_that_changes_nothing_is_not_published(
    shop: Client, admin: Browser, at: str
) -> None:
    await admin.press(f"{at}/default")
    there = f"{at}/default/draft"
    page = await admin.open(there)
    assert "No changes yet" in words(page)
    assert "/draft/publish" not in page.body.decode()
    assert "Nothing to publish" in words(await admin.open(f"{there}/publish"))
    version = str((await draft(shop))["version"])
    refused = await admin.press(f"{there}/publish", act="now", version=version, over="1")
    assert (refused.status, "Nothing to publish" in words(refused)) == (422, True)
    await edit(admin, f"{there}/settings", window_days="21")
    page = await admin.open(there)
    assert "No changes yet" not in words(page)
    assert "/draft/publish" in page.body.decode()


async def test_what_came_into_force_meanwhile_is_seen_before_it_is_replaced(
    shop: Client, admin: Browser, at: str
) -> None:
    await shop.ask("PUT", "/policies/default/draft", {"window_days": 14})
    there = f"{at}/default/draft"
    form = fields_of(await admin.open(f"{there}/publish"))
    await shop.ask("PUT", "/policies/default", {"window_days": 60})
    refused = await admin.send(f"{there}/publish", {**form, "act": "now"})
    assert refused.status == 422
    assert "Version 2 came into force after this draft was begun" in words(refused)
    assert (await shop.ask("GET", "/policies/default"))["window_days"] == 60
    assert "Version 2 came into force" in words(await admin.open(there))
    await edit(admin, f"{there}/publish", act="now")
    assert (await shop.ask("GET", "/policies/default"))["window_days"] == 14


async def test_who_may_only_read_is_shown_no_button(
    app: Litestar, house: House, shop: Client, workspace: Workspace, at: str
) -> None:
    await shop.ask("PUT", "/policies/default/draft", {"rules": [DEAR]})
    reader = await member(app, house, workspace.id, MemberRole.AGENT, email=somebody())
    for path in (
        "/default",
        "/default/draft",
        "/default/versions",
        "/default/backtests",
        "/default/draft/publish",
    ):
        page = await reader.open(at + path)
        assert page.status == 200, path
        assert '<form method="post"' not in page.body.decode().split("<main")[1], path
