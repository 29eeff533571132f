"""ChannelEngine connected at a browser, and the queue of marketplace returns emptied there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import DESK, Auditor, Opener
from tests.support.browser_people import invited, register
from tests.support.browser_shop import Shop, order
from tests.support.keyboard import Keyboard
from tests.support.running import JSON, Retour, until

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

NARROW = 390


def shop_of(server: Retour) -> Shop:
    """Open a sandbox that nothing is connected in."""
    return Shop(api=server.workspace(), base=server.base)


def button(page: Page, name: str) -> Locator:
    """Give a button of the page by what it says."""
    return page.locator("main").get_by_role("button", name=name, exact=True)


def link(page: Page, name: str) -> Locator:
    """Give a link of the page by what it says."""
    return page.locator("main").get_by_role("link", name=name, exact=True)


@pytest.mark.parametrize(("scheme", "width"), [("light", DESK), ("dark", NARROW)])
def test_the_set_up_is_walked_by_keyboard_without_scripts(
    opened: Opener, server: Retour, auditor: Auditor, width: int, scheme: str
) -> None:
    shop = shop_of(server)
    page = opened(width=width, script=False, scheme="dark" if scheme == "dark" else "light")
    register(page, invited(shop)[1])
    keyboard = Keyboard(page)
    page.goto(f"/w/{shop.api.workspace}/settings/channels")
    auditor.expect_no_flaws(page)
    for step, press in (
        (link, "Connect ChannelEngine"),
        (button, "Use the sandbox’s ChannelEngine"),
        (button, "Make the test call"),
        (link, "Go on to the policies"),
        (button, "Make the two policies"),
        (link, "Go on to the dry run"),
        (button, "Make the dry run"),
        (link, "Go on"),
        (button, "Go live"),
    ):
        keyboard.go(step(page, press))
        auditor.expect_no_flaws(page)
    expect(page.get_by_role("status")).to_contain_text("Live. The first look is under way")
    set_up = shop.api.ask("GET", "/channel-accounts/ce/set_up")
    assert (set_up["stage"], set_up["next"]) == ("live", None)

    def found() -> bool:
        listed: list[JSON] = shop.api.ask("GET", "/returns")["data"]
        return len(listed) == 3  # As the sandbox's marketplaces begin with.

    until(found, "the declared returns are here")


def connected(page: Page, shop: Shop) -> None:
    """Connect the sandbox's ChannelEngine, as the walk above does."""
    walk = f"/w/{shop.api.workspace}/settings/channels/set-up"
    page.goto(f"{walk}/credentials")
    button(page, "Use the sandbox’s ChannelEngine").click()
    button(page, "Make the test call").click()
    link(page, "Go on to the policies").click()
    page.goto(f"{walk}/live")
    button(page, "Go live").click()


def happens(shop: Shop, scenario: str) -> JSON:
    """Let something happen at the sandbox's ChannelEngine."""
    return shop.api.ask("POST", "/sandbox/channelengine/scenarios", {"scenario": scenario})


def unmatched(shop: Shop, count: int) -> None:
    """Wait until so many wait for a person."""
    until(
        lambda: len(shop.api.ask("GET", "/channel-returns")["data"]) == count,
        f"{count} wait to be matched",
    )


def test_the_queue_is_emptied_by_matching(opened: Opener, server: Retour, auditor: Auditor) -> None:
    """One is found by its goods, one has a product that is called otherwise, one is not ours."""
    shop = shop_of(server)
    page = opened(width=DESK, script=False)
    register(page, invited(shop)[1])
    connected(page, shop)
    hidden = happens(shop, "unmatched_order")
    otherwise = happens(shop, "unmatched_product")
    stray = happens(shop, "unmatched_order")
    sold = order(payments=[{"id": "M-77", "processor": "channelengine", "captured": "60.00"}])
    sold["lines"][0] |= {"sku": "SKU-4", "quantity": 2, "unit_price": "24.90"}
    shop.api.ask("PUT", "/orders/OWN-77", sold)
    page.goto(f"/w/{shop.api.workspace}/settings/channels")
    button(page, "Look now").click()
    unmatched(shop, 3)

    queue = f"/w/{shop.api.workspace}/channel-returns"
    page.goto(queue)
    expect(page.locator("tbody tr")).to_have_count(3)
    auditor.expect_no_flaws(page)
    link(page, f"CR-{hidden['return_id']}").click()
    auditor.expect_no_flaws(page)
    button(page, "Match with OWN-77").click()
    expect(page.get_by_role("status")).to_contain_text("Matched")

    link(page, f"CR-{otherwise['return_id']}").click()
    page.get_by_label("2 × SKU-5-XL is").first.select_option(index=1)
    auditor.expect_no_flaws(page)
    button(page, f"Match with {otherwise['order_number']}").click()
    expect(page.get_by_role("status")).to_contain_text("Matched")

    link(page, f"CR-{stray['return_id']}").click()
    page.get_by_label("Why").fill("Sold by another merchant.")
    button(page, "Set it aside").click()
    auditor.expect_no_flaws(page)
    button(page, "Take it back").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    link(page, f"CR-{stray['return_id']}").click()
    page.get_by_label("Why").fill("Sold by another merchant.")
    button(page, "Set it aside").click()
    expect(page.get_by_role("heading", name="All clear")).to_be_visible()
    assert shop.api.ask("GET", "/channel-returns")["data"] == []
    statuses = [
        one["status"] for one in shop.api.ask("GET", "/channel-returns?status=open")["data"]
    ]
    assert statuses == ["open"] * 5, "three of the beginning, and the two that were matched"


def test_a_key_that_was_replaced_there_is_replaced_here(
    opened: Opener, server: Retour, auditor: Auditor
) -> None:
    """The account says that its key is refused; a new one has it live again."""
    shop = shop_of(server)
    page = opened(width=NARROW, script=False)
    register(page, invited(shop)[1])
    connected(page, shop)
    happens(shop, "key_rotated")
    home = f"/w/{shop.api.workspace}/settings/channels"
    page.goto(home)
    look = button(page, "Look now")
    if look.count():  # A look of its own may have heard of it already; then nothing is to press.
        look.click()
    until(
        lambda: shop.api.ask("GET", "/channel-accounts/ce")["stage"] == "refused",
        "the key is refused",
    )
    page.goto(home)
    auditor.expect_no_flaws(page)
    link(page, "Give a new key").click()
    page.get_by_label("New API key").fill("not-the-new-one")
    button(page, "Try it and use it").click()
    expect(page.get_by_role("alert")).to_contain_text("The key is not known there")
    auditor.expect_no_flaws(page)
    key = shop.api.ask("GET", "/sandbox/channelengine")["api_key"]
    page.get_by_label("New API key").fill(key)
    button(page, "Try it and use it").click()
    expect(page.get_by_text("Live since")).to_be_visible()
    link(page, "Disconnect").click()
    auditor.expect_no_flaws(page)
    page.get_by_label("Type the account’s name").fill("Practice ChannelEngine")
    button(page, "Disconnect").click()
    expect(page.get_by_role("heading", name="No channel is connected")).to_be_visible()
