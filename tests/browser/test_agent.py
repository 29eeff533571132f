"""An agent at work, in a real browser: by keyboard, beside a colleague, on a phone."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

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

    _is_printed_as_it_reads(page)
    _reaches_by_shift_and_peeks_along(page)
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


def _is_printed_as_it_reads(page: Page) -> None:
    """On paper stand the rows, and nothing that is pressed or filled in."""
    page.emulate_media(media="print")
    for row in page.locator("tbody tr").all():
        expect(row).to_be_visible()
    expect(
        page.locator("button:visible, input:visible, select:visible, nav:visible")
    ).to_have_count(0)
    said = "e => [getComputedStyle(e, '::after').content.slice(1, -1), e.title]"
    on_paper, whole = page.locator("td.moment time").first.evaluate(said)
    assert on_paper == whole, "a day that is called today is said by its date"
    page.emulate_media(media="screen")


def _reaches_by_shift_and_peeks_along(page: Page) -> None:
    """Shift ticks up to where one clicks; a peek goes on to the next row, in its queue."""
    boxes, ticked = page.locator("[name=pick]"), page.locator("[name=pick]:checked")
    boxes.first.click()
    boxes.last.click(modifiers=["Shift"])
    expect(ticked).to_have_count(3)
    page.get_by_role("button", name="Tick none").click()
    expect(ticked).to_have_count(0)
    for key, nth in (("j", 0), ("o", 0), ("j", 1)):
        page.keyboard.press(key)
        if key == "o" or nth:
            number = page.locator("tbody tr").nth(nth).locator("a").first.inner_text()
            opening = page.get_by_role("dialog", name=number).get_by_role("link", name="Open it")
            expect(opening).to_have_attribute("href", re.compile("in=authorize$"))
    page.keyboard.press("o")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.reload()


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
