"""An agent at work, in a real browser: by keyboard, beside a colleague, on a phone."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.browser import DESK, Opener
from tests.support.browser_people import invited, register
from tests.support.browser_shop import Shop
from tests.support.running import Retour, until


def test_an_agent_clears_a_queue_by_keyboard(opened: Opener, server: Retour) -> None:
    """Two are ticked and authorized, the third is opened and rejected with a reason."""
    shop = Shop(api=server.workspace(), base=server.base)
    for _ in range(3):
        shop.asked()
    page = opened(width=DESK, script=True)
    register(page, invited(shop, "agent")[1])
    page.goto(f"/w/{shop.api.workspace}/queues/authorize")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(3)

    for key in ("j", "x", "j", "x", "1"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2 decided")
    page.keyboard.press("b")
    expect(rows).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What to do")).to_be_visible()
    page.keyboard.press("3")
    page.keyboard.type("1 crease in the 3rd shaft")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Requests to answer")
    undo = page.locator("[data-undo]", has_text="is rejected in")
    left = undo.locator(".left")
    expect(left).not_to_have_text(left.inner_text())
    page.keyboard.press("u")
    expect(page.get_by_text("Taken back. Nobody was told anything.")).to_be_visible()
    expect(rows).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("3")
    page.keyboard.type("Worn")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 1 decided")
    expect(page.locator("[data-undo] button")).to_have_count(1)
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.get_by_role("heading", level=1)).to_have_text("Home")
    expect(page.get_by_text("All clear")).to_be_visible()
    wanted = ["authorized", "authorized", "rejected"]

    def carried_out() -> bool:
        listed = shop.api.ask("GET", "/returns")["data"]
        return sorted(one["status"] for one in listed) == wanted

    until(carried_out, "what was decided was carried out")
    assert shop.api.ask("GET", "/held-decisions")["data"] == []


def test_keys_are_listed_given_to_others_and_turned_off(opened: Opener, shop: Shop) -> None:
    page = opened(width=DESK, script=True)
    register(page, invited(shop, "agent")[1])
    page.goto(f"/w/{shop.api.workspace}/returns")
    dialog = page.get_by_role("dialog", name="Keys")
    search = page.locator("form[role=search] [type=search]")

    def keep() -> None:
        with page.expect_navigation():
            dialog.get_by_role("button", name="Keep", exact=True).click()

    page.keyboard.press("?")
    expect(dialog.get_by_label("Tick the row")).to_have_value("x")
    dialog.get_by_label("Single keys are on").uncheck()
    keep()
    assert page.url.endswith("/returns"), "one is where one was"
    page.keyboard.press("/")
    expect(search).not_to_be_focused()
    page.keyboard.press("?")
    dialog.get_by_label("Single keys are on").check()
    dialog.get_by_label("Search", exact=True).fill("y")
    keep()
    page.keyboard.press("/")
    expect(search).not_to_be_focused()
    page.keyboard.press("y")
    expect(search).to_be_focused()
