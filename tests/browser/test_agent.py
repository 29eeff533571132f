"""An agent at work, in a real browser: by keyboard, beside a colleague, on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browser import DESK, PHONE, Auditor, Opener
from tests.support.browser_people import invited, register
from tests.support.browser_shop import Shop
from tests.support.running import Retour


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
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2 done")
    page.keyboard.press("b")
    expect(rows).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What to do")).to_be_visible()
    page.keyboard.press("3")
    page.keyboard.type("1 crease in the 3rd shaft")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Rejected. The customer is told.")).to_be_visible()
    page.keyboard.press("h")
    expect(page.get_by_role("heading", level=1)).to_have_text("Home")
    expect(page.get_by_text("All clear")).to_be_visible()
    listed = shop.api.ask("GET", "/returns")["data"]
    assert sorted(one["status"] for one in listed) == ["authorized", "authorized", "rejected"]


def test_keys_are_listed_and_can_be_turned_off(opened: Opener, shop: Shop) -> None:
    page = opened(width=DESK, script=True)
    register(page, invited(shop, "agent")[1])
    page.goto(f"/w/{shop.api.workspace}/returns")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog.get_by_text("Tick the row", exact=True)).to_be_visible()
    dialog.get_by_label("Single keys are on").uncheck()
    dialog.get_by_role("button", name="Close").click()
    page.keyboard.press("h")
    assert page.url.endswith("/returns"), "a key that is off does nothing"
    page.keyboard.press("?")
    dialog.get_by_label("Single keys are on").check()
    dialog.get_by_role("button", name="Close").click()
    page.keyboard.press("h")
    expect(page.get_by_role("heading", level=1)).to_have_text("Home")


def test_two_agents_and_one_return_lose_nothing(opened: Opener, shop: Shop) -> None:
    made = shop.asked()
    path = f"/w/{shop.api.workspace}/returns/{made['id']}"
    first, second = opened(script=True), opened(script=True)
    for page, name in ((first, "Ann First"), (second, "Ben Second")):
        register(page, invited(shop, "agent")[1], name)
        page.goto(path)

    first.get_by_role("button", name="Authorize all").click()
    expect(first.get_by_text("Authorized. The customer is told.")).to_be_visible()
    second.locator("summary", has_text="Reject").click()
    second.get_by_label("Reason, for the customer").fill("Too long ago")
    second.get_by_role("button", name="Reject the return").click()

    fresh = second.get_by_role("region", name="New since you opened it")
    expect(fresh).to_contain_text("Return authorized")
    expect(fresh).to_contain_text("Ann First")
    assert shop.read(made)["status"] == "authorized"


@pytest.mark.parametrize(("scheme", "width"), [("light", DESK), ("dark", PHONE)])
def test_every_page_of_an_agent_is_without_flaws(
    opened: Opener, shop: Shop, auditor: Auditor, width: int, scheme: str
) -> None:
    page = opened(width=width, scheme="dark" if scheme == "dark" else "light")
    register(page, invited(shop, "agent")[1])
    asked, here, paid = shop.asked(), shop.standing("received"), shop.paid()
    base = f"/w/{shop.api.workspace}"
    for path in (
        "",
        "/returns",
        "/returns?q=nothing-like-it",
        "/queues/authorize",
        f"/returns/{asked['id']}",
        f"/returns/{here['id']}",
        f"/returns/{here['id']}/money",
        f"/returns/{paid['id']}/money",
    ):
        page.goto(base + path)
        auditor.expect_no_flaws(page)
