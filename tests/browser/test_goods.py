"""An admin settles where goods go, in a real browser: a rule, a trial, a closing; no scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.browser import DESK, Auditor, Opener
from tests.support.browser_people import invited, register
from tests.support.browser_staff_goods import LEIPZIG

if TYPE_CHECKING:
    from tests.support.browser_shop import Shop


def test_goods_go_by_a_rule_until_their_place_is_closed(
    opened: Opener, shop: Shop, auditor: Auditor
) -> None:
    shop.api.ask("PUT", "/facilities/leipzig", {**LEIPZIG, "groups": []})
    page = opened(width=DESK, script=False)
    register(page, invited(shop)[1])
    page.goto(f"/w/{shop.api.workspace}/settings/facilities")
    page.get_by_role("link", name="Where goods go").last.click()
    page.get_by_role("link", name="Add a rule").click()
    page.get_by_label("Name", exact=True).fill("Germany")
    page.get_by_label("Goods go to").select_option("leipzig")
    page.get_by_label("Countries").fill("de")
    page.get_by_role("button", name="Add the rule").click()
    expect(page.get_by_role("status")).to_have_text("The rule Germany is in force.")

    ret = shop.asked()
    assert ret["terms"]["destination"] == "leipzig"
    page.get_by_label("Order number").fill(ret["order_number"])
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("#answer .big")).to_have_text("Leipzig, Hall 4")
    auditor.expect_no_flaws(page)

    page.goto(f"/w/{shop.api.workspace}/settings/facilities/leipzig")
    page.get_by_text("Close it", exact=True).click()
    expect(page.get_by_text("1 return is still to come and will be received here")).to_be_visible()
    page.get_by_role("button", name="Close Leipzig, Hall 4").click()
    expect(page.get_by_role("status")).to_contain_text("Leipzig, Hall 4 is closed.")
    assert shop.asked()["terms"]["destination"] == "main"
    assert shop.read(ret)["terms"]["destination"] == "leipzig"
