"""From an order number to a return by keyboard alone, without scripts, narrow and wide."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from retour.dialects.portal.languages import FOLLOWING, LANGUAGES
from tests.support.browser import DESK, PHONE, TABLET, Auditor, Opener
from tests.support.browser_shop import EMAIL, POSTCODE, Shop
from tests.support.keyboard import Keyboard
from tests.support.pictures import encoded, gradient

STEPS_MAX = 12
SUMMARY = "[role=alert]"


def main(page: Page) -> Locator:
    """Give the one button that leads on."""
    return page.locator("main button.main").last


def fill(keyboard: Keyboard) -> None:
    """Answer what a page asks: the first of what can be chosen, one piece of each."""
    page = keyboard.page
    form = page.locator("main form", has=page.locator("button.main")).last
    for name in _names(form, "input[type=number]"):
        keyboard.write(form.locator(f'[name="{name}"]'), "1")
    for name in _names(form, "select"):
        field = form.locator(f'[name="{name}"]')
        first = field.locator("option:not([value=''])").first.get_attribute("value")
        keyboard.choose(field, first or "")
    for name in _names(form, "input[type=radio]"):
        keyboard.check(form.locator(f'[name="{name}"]').first)


def _names(form: Locator, what: str) -> list[str]:
    """Name the fields of a kind, each once, in their order."""
    names = [one.get_attribute("name") or "" for one in form.locator(what).all()]
    return [*dict.fromkeys(names)]


def through(keyboard: Keyboard, look: Callable[[Page], None]) -> None:
    """Go on until the return's own page is there, looking at each step."""
    for _ in range(STEPS_MAX):
        look(keyboard.page)
        if "/follow/" in keyboard.page.url:
            return
        fill(keyboard)
        keyboard.go(main(keyboard.page))
        assert not keyboard.page.locator(SUMMARY).count(), keyboard.page.content()
    raise AssertionError(f"still on the way at {keyboard.page.url}")


@pytest.mark.parametrize(
    ("width", "language"), [(PHONE, "en"), (PHONE, "de"), (TABLET, "de"), (DESK, "en")]
)
def test_the_whole_way_by_keyboard_without_scripts(
    shop: Shop, opened: Opener, auditor: Auditor, width: int, language: str
) -> None:
    number = shop.sold()
    page = opened(shop.portal(language), width=width, script=False)
    keyboard = Keyboard(page)
    keyboard.write(page.locator("#number"), number)
    keyboard.write(page.locator("#proof"), EMAIL if width == PHONE else POSTCODE)
    auditor.expect_no_flaws(page)
    keyboard.go(main(page))

    through(keyboard, auditor.expect_no_flaws)

    (made,) = shop.returns(number)
    assert {one["quantity"] for one in made["lines"]} == {1}
    assert made["origin"] == "portal"
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("main")).to_contain_text(FOLLOWING[language].nexts["requested"])


def at_items(shop: Shop, opened: Opener) -> Keyboard:
    """Find an order."""
    page = opened(shop.portal(number=shop.sold()), width=PHONE, script=False)
    keyboard = Keyboard(page)
    keyboard.write(page.locator("#proof"), EMAIL)
    keyboard.go(main(page))
    return keyboard


def test_each_step_that_is_left_empty_says_what_is_missing_and_leads_there(
    shop: Shop, opened: Opener, auditor: Auditor
) -> None:
    """The summary is what the browser stands at, and its links lead into the fields."""
    page = opened(shop.portal(), width=PHONE, script=False)
    keyboard = Keyboard(page)
    complained: list[str] = []
    for _ in range(STEPS_MAX):
        page.goto(page.url)
        if page.locator("input, select").count():
            keyboard.go(main(page))
            if page.locator(SUMMARY).count():
                complained.append(page.title())
                auditor.expect_no_flaws(page)
                leads_into_its_field(keyboard)
        if page.locator("#number").count():
            keyboard.write(page.locator("#number"), shop.sold())
            keyboard.write(page.locator("#proof"), EMAIL)
        else:
            page.goto(page.url)
            fill(keyboard)
        if not page.locator("main input, main select").count():
            break
        keyboard.go(main(page))

    assert len(complained) >= 3, complained
    assert all(one.startswith("! ") for one in complained)


def leads_into_its_field(keyboard: Keyboard) -> None:
    """Follow the summary's first link."""
    page = keyboard.page
    expect(page.locator(SUMMARY)).to_be_focused()
    link = page.locator(SUMMARY).locator("a").first
    target = (link.get_attribute("href") or "")[1:]
    keyboard.press(link)
    page.keyboard.press("Tab" if page.locator(f"#{target}:focus").count() == 0 else "Shift")
    assert page.locator(f"#{target}:focus, #{target} :focus").count() == 1, target


def test_wrong_pairs_are_one_answer(shop: Shop, opened: Opener, auditor: Auditor) -> None:
    said: set[str] = set()
    for number, proof in ((shop.sold(), "bob@example.com"), ("9999999", EMAIL)):
        page = opened(shop.portal(), width=PHONE, script=False)
        keyboard = Keyboard(page)
        keyboard.write(page.locator("#number"), number)
        keyboard.write(page.locator("#proof"), proof)
        keyboard.go(main(page))
        auditor.expect_no_flaws(page)
        said.add(page.locator("main").inner_text())
        expect(page.locator("#number")).to_have_value(number)

    assert len(said) == 1


def test_the_way_back_keeps_what_was_said(shop: Shop, opened: Opener) -> None:
    keyboard = at_items(shop, opened)
    page = keyboard.page
    fill(keyboard)
    keyboard.go(main(page))
    fill(keyboard)
    keyboard.write(page.locator("textarea").first, "Pinches at the heel")
    keyboard.go(main(page))
    keyboard.go(page.get_by_role("link", name=LANGUAGES["en"].back))

    assert page.locator("textarea").first.input_value() == "Pinches at the heel"


def photo(name: str, width: int) -> FilePayload:
    """Take a picture."""
    return FilePayload(name=name, mimeType="image/png", buffer=encoded(gradient(width, 48), "PNG"))


def test_a_return_is_followed_written_about_pictured_and_given_up(
    shop: Shop, opened: Opener, auditor: Auditor
) -> None:
    ret = shop.asked()
    words = FOLLOWING["en"]
    page = opened(shop.follow(ret), width=PHONE, script=False)
    keyboard = Keyboard(page)
    auditor.expect_no_flaws(page)

    keyboard.press(page.get_by_text(words.photo_title))
    auditor.expect_no_flaws(page)
    photos = [photo("heel.png", 64), photo("sole.png", 65)]
    page.locator("input[type=file]").first.set_input_files(photos)
    keyboard.go(page.get_by_role("button", name=words.photo_send).first)
    expect(page.locator("main")).to_contain_text(words.photos_sent)
    auditor.expect_no_flaws(page)

    keyboard.press(page.get_by_text(words.write_title))
    auditor.expect_no_flaws(page)
    keyboard.write(page.locator("#text"), "Where do I send them?")
    keyboard.go(page.get_by_role("button", name=words.send))
    expect(page.locator("main")).to_contain_text(words.sent)
    auditor.expect_no_flaws(page)

    keyboard.press(page.locator("summary", has_text=words.cancel_title))
    auditor.expect_no_flaws(page)
    keyboard.go(page.get_by_role("button", name=words.cancel, exact=True))
    expect(page.locator("main")).to_contain_text(words.nexts["canceled"])
    auditor.expect_no_flaws(page)

    assert shop.read(ret)["status"] == "canceled"
    assert len(shop.read(ret)["photos"]) == 2
    kept = shop.api.ask("GET", f"/returns/{ret['id']}/messages")["data"]
    assert [one["text"] for one in kept] == ["Where do I send them?"]


@pytest.mark.parametrize("script", [True, False])
def test_no_photo_is_said_in_words(
    shop: Shop, opened: Opener, auditor: Auditor, *, script: bool
) -> None:
    ret = shop.asked()
    page = opened(shop.follow(ret), width=PHONE, script=script)
    page.locator("summary", has_text=FOLLOWING["en"].photo_title).click()
    bad = FilePayload(name="x.png", mimeType="image/png", buffer=b"<svg onload=alert(1)>")
    page.locator("input[type=file]").first.set_input_files([bad])
    page.get_by_role("button", name=FOLLOWING["en"].photo_send).click()

    expect(page.locator(SUMMARY)).to_contain_text(FOLLOWING["en"].photo_bad)
    auditor.expect_no_flaws(page)
