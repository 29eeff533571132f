"""An admin at work, in a real browser: every settings page for everybody, and a brand put on."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Final

from playwright.sync_api import expect

from tests.support.browser import DESK, PHONE, Auditor, Opener
from tests.support.browser_people import invited, register
from tests.support.browser_staff_data import wait_for_file
from tests.support.browser_staff_policies import ONE, begin_backtest

if TYPE_CHECKING:
    from playwright.sync_api import Position

    from tests.support.browser_shop import Shop


_SALE = {
    "id": "sale",
    "when": {"item": {"groups": ["sale"]}},
    "then": {"reject": "The sale is final."},
}
_FIRST = {
    "id": "first",
    "when": {"request": {"reasons": ["broken"]}},
    "then": {"review": "We look."},
}
_TOP: Position = {"x": 2, "y": 1}


_WRITE: Final = re.compile("^Write ")
"""Everything into a file, or another where there is one."""


def test_a_brand_is_tried_kept_and_worn_by_the_portal(
    opened: Opener, shop: Shop, auditor: Auditor
) -> None:
    page = opened(width=DESK, script=False)
    register(page, invited(shop)[1])
    page.goto(f"/w/{shop.api.workspace}/settings/brand")
    page.get_by_label("Colour").fill("#FFE100")
    page.get_by_label("Corners").select_option("Round")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("This is a preview")).to_be_visible()
    worn = page.locator(".brand-pane.dark .brand-button").first
    expect(worn).to_have_css("background-color", "rgb(255, 225, 0)")
    expect(worn).to_have_css("border-radius", "999px")
    expect(page.get_by_text("Buttons on light pages get a grey edge")).to_be_visible()
    auditor.expect_no_flaws(page)
    portal = opened(f"/p/{shop.api.workspace}", width=PHONE, script=False)
    button = portal.locator("button.main").first
    expect(button).not_to_have_css("background-color", "rgb(255, 225, 0)")

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("The brand is saved. Shoppers see it now.")
    portal.reload()
    expect(button).to_have_css("background-color", "rgb(255, 225, 0)")
    auditor.expect_no_flaws(portal)


def test_a_mail_is_written_seen_and_kept_without_scripts(
    opened: Opener, shop: Shop, auditor: Auditor
) -> None:
    page = opened(width=DESK, script=False)
    register(page, invited(shop)[1])
    page.goto(f"/w/{shop.api.workspace}/settings/mails")
    page.get_by_role("button", name="Turn on the mails").click()
    page.get_by_role("link", name="Return authorized, English").click()
    shown = page.frame_locator("iframe")
    expect(shown.get_by_role("heading", level=1)).to_contain_text("approved")
    page.get_by_role("textbox", name="Words").fill(
        "<h1>Off you go</h1><p>{{ return.reference }}</p>"
    )
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(shown.get_by_role("heading", level=1)).to_have_text("Off you go")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Version 2 is saved")
    expect(shown.get_by_role("heading", level=1)).to_have_text("Off you go")
    auditor.expect_no_flaws(page)


def test_a_template_is_seen_as_it_is_written_and_an_old_one_said_again(
    opened: Opener, shop: Shop, auditor: Auditor
) -> None:
    said = {"event": "return_authorized", "type": "email"}
    made = shop.api.ask("POST", "/notification-templates", said)
    page = opened(width=DESK, script=True)
    register(page, invited(shop)[1])
    page.goto(f"/w/{shop.api.workspace}/settings/templates/{made['id']}")
    shown = page.frame_locator("iframe")
    words = page.get_by_role("textbox", name="Words")
    words.fill("{{ custmer.name }}")
    expect(page.get_by_text("There is no variable custmer.name").first).to_be_visible()
    words.fill("<h1>Off you go</h1>")
    expect(shown.get_by_role("heading", level=1)).to_have_text("Off you go")
    expect(page.get_by_text("Nothing to mend")).to_be_visible()
    light = shown.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    page.get_by_label("Dark").check()
    expect(shown.locator("body")).not_to_have_css("background-color", light)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Version 2 is saved")
    page.get_by_role("link", name="See version 2").click()
    expect(page.locator("mark").first).to_be_visible()
    auditor.expect_no_flaws(page)
    page.go_back()
    page.get_by_role("link", name="See version 1").click()
    page.get_by_role("button", name="Say this again").click()
    expect(page.get_by_role("status")).to_contain_text("as version 3")
    expect(shown.get_by_role("heading", level=1)).to_contain_text("authorized")


def test_a_person_is_found_given_what_there_is_and_forgotten_without_scripts(
    opened: Opener, shop: Shop, auditor: Auditor
) -> None:
    """And all of the workspace is taken out as a file, which names them no more."""
    email = "wanda.vogel@example.com"
    number = shop.sold(customer={"email": email, "name": "Wanda Vogel"})
    page = opened(width=DESK, script=False)
    register(page, invited(shop)[1])
    page.goto(f"/w/{shop.api.workspace}/settings/data")
    page.get_by_role("link", name="Find a person").click()
    page.get_by_label("Who").fill(email)
    page.get_by_role("button", name="Count what there is").click()
    expect(page.get_by_role("row", name="Orders")).to_contain_text("1")
    auditor.expect_no_flaws(page)
    with page.expect_download() as given:
        page.get_by_role("button", name="Download").click()
    with zipfile.ZipFile(given.value.path()) as kept:
        assert "Wanda Vogel" in kept.read("orders.json").decode()
    page.get_by_label("Type forget").fill(email)
    page.get_by_role("button", name="Forget 1 order’s customer").click()
    expect(page.get_by_role("status")).to_contain_text("Forgotten: 1 orders")

    page.get_by_role("link", name="Take everything out").click()
    page.get_by_role("button", name=_WRITE).click()
    expect(page.get_by_role("status")).to_contain_text("It is being written")
    wait_for_file(page)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download").click()
    with zipfile.ZipFile(taken.value.path()) as whole:
        assert whole.testzip() is None
        orders = whole.read("orders.jsonl").decode()
        assert (number in orders, "anda" in orders.lower()) == (True, False)


def test_scripts_show_a_brand_let_rules_be_dragged_and_follow_what_takes_a_while(
    opened: Opener, shop: Shop, auditor: Auditor
) -> None:
    shop.api.ask("PUT", "/policies/default/draft", {"rules": [_FIRST, _SALE]})
    page = opened(width=DESK, script=True)
    register(page, invited(shop)[1])
    page.goto(f"/w/{shop.api.workspace}/settings/brand")
    page.get_by_label("Colour", exact=True).fill("#FFE100")
    worn = page.locator(".brand-pane.dark .brand-button").first
    expect(worn).to_have_css("background-color", "rgb(255, 225, 0)")
    auditor.expect_no_flaws(page)

    page.goto(f"/w/{shop.api.workspace}/settings/policies/default/draft")
    page.locator("#rule-1 .handle").drag_to(page.locator("#rule-0 h3"), target_position=_TOP)
    expect(page.get_by_role("status")).to_have_text("The order of rules is changed.")
    expect(page.locator(".rule h3")).to_have_text(["sale", "first"])

    begin_backtest(page, f"/w/{shop.api.workspace}{ONE}/backtests")
    page.evaluate("window.isTheSame = true")
    others = page.get_by_role("link", name="All backtests")
    others.focus()
    told = page.get_by_role("status").filter(has_text="The backtest has ended.")
    expect(told).to_have_count(1, timeout=30_000)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(others).to_be_focused()
    assert page.evaluate("window.isTheSame")

    page.goto(f"/w/{shop.api.workspace}/settings/data/exports")
    page.get_by_role("button", name=_WRITE).click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.evaluate("window.isTheSame = true")
    ended = page.get_by_role("status").filter(has_text="It has ended.")
    expect(ended).to_have_count(1, timeout=90_000)
    expect(page.get_by_role("link", name="Download")).to_be_visible()
    assert page.evaluate("window.isTheSame")
