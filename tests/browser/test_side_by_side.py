"""Two agents in real browsers: who has it open, what is undone, what is put off, what is new."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.browser import DESK, Auditor, Opener
from tests.support.browser_people import invited, register
from tests.support.browser_shop import Shop
from tests.support.running import Retour

HOLD_MS = 30_000
"""Ten seconds, and what a busy machine takes beside."""


def seated(opened: Opener, shop: Shop, name: str) -> Page:
    """Open a browser in which an agent of the shop sits."""
    page = opened(width=DESK, script=True)
    register(page, invited(shop, "agent")[1], name)
    return page


def test_two_agents_see_each_other_and_lose_nothing(opened: Opener, server: Retour) -> None:
    """The second sees who has it open, is shown the difference, and keeps what was written."""
    shop = Shop(api=server.workspace(), base=server.base)
    made = shop.asked()
    home = f"/w/{shop.api.workspace}"
    ann, ben = seated(opened, shop, "Ann First"), seated(opened, shop, "Ben Second")
    ann.goto(f"{home}/returns/{made['id']}")
    expect(ann.get_by_text("Others see for 5 minutes that you have it open")).to_be_visible()
    ben.goto(f"{home}/queues/authorize")
    expect(ben.get_by_text("Ann First has it open")).to_be_visible()
    ben.goto(f"{home}/returns/{made['id']}")
    beside = ben.get_by_role("region", name="Somebody else has it open")
    expect(beside).to_contain_text("Ann First has this open")

    shop.api.ask("POST", f"/returns/{made['id']}/authorize", {})
    expect(ben.get_by_role("link", name="This has changed")).to_be_visible(timeout=HOLD_MS)
    ben.locator("summary", has_text="Reject").click()
    ben.get_by_label("Reason, for the customer").fill("Too long ago")
    ben.get_by_role("button", name="Reject the return").click()
    fresh = ben.get_by_role("region", name="New since you opened it")
    expect(fresh).to_contain_text("Return authorized")
    expect(ben.get_by_text("Somebody changed this return after you opened it")).to_be_visible()
    assert shop.read(made)["status"] == "authorized"

    beside.get_by_role("button", name="Take it over").click()
    expect(ben.get_by_text("It is yours to act on.")).to_be_visible()
    expect(ann.get_by_text("Somebody else has taken it over.")).to_be_visible(timeout=HOLD_MS)
    ben.goto(home)  # Leaving gives it back.
    ann.goto(f"{home}/returns/{made['id']}")
    expect(ann.get_by_text("Others see for 5 minutes that you have it open")).to_be_visible()


def test_a_decision_is_undone_in_time_and_told_once_it_is_too_late(
    opened: Opener, server: Retour, auditor: Auditor
) -> None:
    shop = Shop(api=server.workspace(), base=server.base)
    first, second = shop.asked(), shop.asked()
    page = seated(opened, shop, "Ann First")
    page.goto(f"/w/{shop.api.workspace}/queues/authorize")
    for key in ("j", "x", "j", "x", "1"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2 decided")
    page.keyboard.press("u")
    expect(page.get_by_text("Taken back. Nobody was told anything.")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(2)

    page.goto(f"/w/{shop.api.workspace}/returns/{first['id']}")
    page.keyboard.press("1")
    bar = page.locator(".undo")
    expect(bar).to_contain_text("is authorized in")
    bar.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back. Nobody was told anything.")).to_be_visible()
    page.keyboard.press("1")
    expect(bar).to_contain_text("is authorized in")
    auditor.expect_no_flaws(page)
    assert shop.read(first)["version"] == first["version"], "nothing has happened yet"
    expect(bar.locator(".left")).to_have_text("now", timeout=HOLD_MS)
    expect(page.get_by_role("link", name="This has changed")).to_be_visible(timeout=HOLD_MS)
    page.reload()
    expect(page.locator(".marks")).to_contain_text("authorized")
    assert [shop.read(one)["status"] for one in (first, second)] == ["authorized", "requested"]


def test_what_is_put_off_comes_back_with_a_reply_and_the_page_says_so(
    opened: Opener, server: Retour, auditor: Auditor
) -> None:
    shop = Shop(api=server.workspace(), base=server.base)
    made = shop.asked()
    page = seated(opened, shop, "Ann First")
    queue = f"/w/{shop.api.workspace}/queues/authorize"
    page.goto(f"/w/{shop.api.workspace}/returns/{made['id']}")
    page.keyboard.press("h")
    page.get_by_role("button", name="Put it off").click()
    expect(page.get_by_text("Put off until the customer writes.").first).to_be_visible()
    page.goto(queue)
    expect(page.get_by_role("heading", name="All clear")).to_be_visible()
    page.goto(f"{queue}?snoozed=yes")
    expect(page.locator("tbody tr")).to_have_count(1)
    auditor.expect_no_flaws(page)

    other = shop.asked()
    page.goto(queue)
    expect(page.locator("tbody tr")).to_have_count(1)
    said = {"text": "Here is the photo", "author": "customer"}
    shop.api.ask("POST", f"/returns/{made['id']}/comment", said)
    shop.asked()
    expect(page.get_by_role("link", name="new. Show")).to_be_visible(timeout=HOLD_MS)
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="new. Show").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    assert other["rma_number"] in page.locator("tbody").inner_text()
