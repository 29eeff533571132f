"""An admin and a policy, in a real browser: edited, backtested, published, and brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import DESK, Auditor, Opener
from tests.support.browser_people import invited, register
from tests.support.browser_staff_policies import LIVE, ONE, look_until_it_ended

if TYPE_CHECKING:
    from tests.support.browser_shop import Shop


def test_a_policy_is_changed_after_a_backtest_and_brought_back(
    opened: Opener, shop: Shop, auditor: Auditor
) -> None:
    shop.api.ask("PUT", "/policies/default", LIVE)
    assert shop.asked()["status"] == "authorized"
    page = opened(width=DESK, script=False)
    register(page, invited(shop)[1])
    page.goto(f"/w/{shop.api.workspace}{ONE}")
    page.get_by_role("button", name="Edit", exact=True).click()

    page.get_by_role("link", name="Add a rule", exact=True).click()
    page.get_by_label("Name of the rule").fill("dear")
    costs = page.get_by_role("group", name="One piece costs")
    costs.get_by_label("from").fill("100.00")
    costs.get_by_label("in", exact=True).fill("EUR")
    page.get_by_label("Whether it may come back").select_option("Have a person look")
    page.get_by_label("In these words").fill("Somebody looks at what is dear.")
    page.get_by_role("button", name="Save the rule").click()
    expect(page.get_by_text("When one piece costs at least 100.00 EUR")).to_be_visible()
    auditor.expect_no_flaws(page)

    page.get_by_role("link", name="Publish…").click()
    expect(page.get_by_text("never backtested as it stands")).to_be_visible()
    page.get_by_role("link", name="backtest it first").click()
    page.get_by_role("button", name="Backtest it").click()
    look_until_it_ended(page)
    expect(page.get_by_text("1 of 1 would be answered otherwise")).to_be_visible()
    expect(page.get_by_text("left 1 to people")).to_be_visible()
    to_people = page.get_by_role("row", name="Left to a person 0 1 0.00 149.00")
    expect(to_people).to_be_visible()
    auditor.expect_no_flaws(page)

    page.get_by_role("link", name="Publish the draft…").click()
    expect(page.get_by_text("This very draft was backtested")).to_be_visible()
    page.get_by_role("button", name="Publish now").click()
    expect(page.get_by_role("status")).to_contain_text("Version 3 is in force")
    assert shop.asked()["status"] == "requested"

    page.get_by_role("link", name="Versions", exact=True).click()
    second = page.get_by_role("listitem").filter(has_text="Version 2")
    second.get_by_text("Bring back").click()
    second.get_by_role("button", name="Bring version 2 back").click()
    expect(page.get_by_role("status")).to_contain_text("Version 4 is in force")
    assert shop.asked()["status"] == "authorized"
