"""What waits, in a real browser: a message answered, its draft kept, goods judged by keyboard."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.support.browser import DESK, Opener
from tests.support.browser_people import PASSWORD, invited, register
from tests.support.browser_shop import Shop
from tests.support.running import Retour, until


def test_a_message_is_answered_and_its_draft_outlives_the_page(
    opened: Opener, server: Retour
) -> None:
    shop = Shop(api=server.workspace(), base=server.base)
    ret = shop.asked()
    shop.api.ask("POST", f"/returns/{ret['id']}/customer-messages", {"text": "Has it come?"})
    reply = {"name": "Thanks", "text": "Dear {{ name }}, we have {{ number }}."}
    shop.api.ask("PUT", "/reply-templates/thanks", reply)
    page = opened(width=DESK, script=True)
    register(page, invited(shop, "agent")[1])
    page.goto(f"/w/{shop.api.workspace}")
    page.get_by_role("link", name="Messages").click()
    page.wait_for_url("**/queues/message")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Has it come?")).to_be_visible()

    page.get_by_label("An answer written once").select_option("Thanks")
    page.get_by_role("button", name="Put it in").click()
    box = page.get_by_label("Write", exact=True)
    expect(box).to_have_value(f"Dear Mira Sand, we have {ret['rma_number']}.")
    box.fill("We look for it, and")
    expect(page.get_by_text("not sent yet.")).to_be_visible()
    page.goto(page.url)
    expect(box).to_have_value("We look for it, and")
    here = page.url
    box.fill("We look for it, and t")
    page.goto(f"/w/{shop.api.workspace}")

    def is_there() -> bool:
        page.goto(here)
        return box.input_value() == "We look for it, and t"

    until(is_there, "what was being written when one left was kept")
    box.fill("We look for it, and write tomorrow.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Sent to the customer.")).to_be_visible()
    expect(box).to_have_value("")
    told = shop.api.ask("GET", f"/returns/{ret['id']}/messages")["data"]
    assert [one["text"] for one in told if one["way"] == "out"] == [
        "We look for it, and write tomorrow."
    ]
    page.goto(f"/w/{shop.api.workspace}/returns?q=mira")
    page.goto(f"/w/{shop.api.workspace}")
    offered = page.locator("#searches option")
    expect(offered.first).to_have_attribute("value", "mira")
    page.keyboard.press("Control+k")
    page.keyboard.type("mira")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/returns\?q=mira$"))
    expect(page.get_by_role("link", name=ret["rma_number"], exact=True)).to_be_visible()


def test_goods_are_judged_by_keyboard_and_paid_once_after_a_proof(
    opened: Opener, shop: Shop, server: Retour
) -> None:
    """What was pressed waits for the proof and goes on by itself; going back presses nothing."""
    ret = shop.standing("received")
    page = opened(width=DESK, script=True)
    register(page, invited(shop, "agent")[1])
    page.goto(f"/w/{shop.api.workspace}/returns/{ret['id']}/judge")
    page.keyboard.press("2")
    expect(page.get_by_label("Percent of its price")).to_be_focused()
    page.keyboard.type("60")
    page.get_by_label("Reason, for the customer").fill("The sole is worn")
    page.get_by_role("button", name="Accept for a part").click()
    expect(page.get_by_text("The deduction is filled in; check the sum.")).to_be_visible()
    units = [unit for line in shop.read(ret)["lines"] for unit in line["units"]]
    assert [(one["acceptance"], one["reason"]) for one in units] == [
        ("accepted", "The sole is worn")
    ]

    shop.act(ret, "finish_receipt")
    server.let_proofs_age()
    page.reload()
    page.get_by_role("button", name=re.compile("^Refund")).click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/money*")
    expect(page.get_by_role("heading", name="How it is paid")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Show that it is you")
    assert len(shop.read(ret)["settlements"]) == 1
