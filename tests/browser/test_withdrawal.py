"""The acceptance list of withdrawing (Article 11a), each point as a consumer meets it.

The labels stand here once more, on purpose: they are the law's words, and no change of ours may
alter them unnoticed.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from retour.dialects.withdrawal.languages import LANGUAGES
from tests.support.browser import DESK, PHONE, Auditor, Opener
from tests.support.browser_shop import EMAIL, Shop
from tests.support.keyboard import Keyboard
from tests.support.mailbox import Mailbox
from tests.support.running import JSON, Retour, until

LABELS: Final = {
    "en": ("withdraw from contract here", "confirm withdrawal"),
    "de": ("Vertrag widerrufen", "Widerruf bestätigen"),
    "fr": ("renoncer au contrat ici", "confirmer la rétractation"),
    "it": ("recedere dal contratto qui", "conferma recesso"),
    "es": ("desistir del contrato aquí", "confirmar desistimiento"),
}
JUDGING: Final = r"(?i)\b(approved|accepted|granted|genehmigt|akzeptiert|angenommen|bewilligt)\b"
BERLIN_MIDNIGHT: Final = datetime(2026, 12, 4, 23, 0, tzinfo=UTC)
"""When the period of goods ends that came on 20 November."""


@pytest.fixture
def person() -> str:
    """An address that nobody else's mail goes to."""
    return f"zoe+{datetime.now(UTC).timestamp():.6f}@example.com"


def filled(page: Page, email: str, *, contract: str = "0042", name: str = "Zoë Ängström") -> None:
    """Fill the statement in by keyboard and go on."""
    keyboard = Keyboard(page)
    keyboard.write(page.locator("#name"), name)
    keyboard.write(page.locator("#contract"), contract)
    keyboard.write(page.locator("#email"), email)
    keyboard.go(page.locator("button.main"))


def confirmed(page: Page) -> None:
    """Press the one button of the second step."""
    Keyboard(page).go(page.locator("button.main"))
    expect(page.locator(".panel.good")).to_be_visible()


def taken(shop: Shop, email: str) -> list[JSON]:
    """List what was taken of somebody."""
    found: list[JSON] = shop.api.ask("GET", "/withdrawals?limit=200")["data"]
    return [one for one in found if one["email"] == email]


def receipts(mailbox: Mailbox, email: str) -> list[EmailMessage]:
    """List the mails somebody got."""
    return [mail for mail in mailbox.mails if email in str(mail["to"])]


def one_receipt(mailbox: Mailbox, email: str) -> EmailMessage:
    """Wait for the one mail somebody gets."""
    until(lambda: bool(receipts(mailbox, email)), "the receipt came")
    (mail,) = receipts(mailbox, email)
    return mail


def plain(mail: EmailMessage, kind: str = "plain") -> str:
    """Read a mail's text, its lines as they were before they travelled."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("language", sorted(LABELS))
def test_1_the_words_are_the_laws(shop: Shop, opened: Opener, person: str, language: str) -> None:
    entry, confirm = LABELS[language]
    page = opened(shop.portal(language), script=False)
    link = page.get_by_role("link", name=entry, exact=True)
    expect(link).to_be_visible()
    Keyboard(page).go(link)
    assert "/withdraw" in page.url
    expect(page.locator("html")).to_have_attribute("lang", language)
    filled(page, person)

    expect(page.get_by_role("button", name=confirm, exact=True)).to_be_visible()
    assert page.locator("button, input[type=submit]").all_inner_texts() == [confirm]


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_2_the_way_in_stands_on_every_page_at_any_time(
    shop: Shop, opened: Opener, width: int
) -> None:
    """Before anything is known of anybody, on every step, and in every state of a return."""
    page = opened(width=width, script=False)
    number = shop.sold()
    places = [shop.portal(), shop.withdraw()]
    places += [shop.follow(shop.standing(one)) for one in ("requested", "rejected", "received")]
    for place in places:
        page.goto(place)
        sees_the_way_in(page)
    page.goto(shop.portal(number=number))
    page.locator("#proof").fill(EMAIL)
    page.locator("button.main").click()
    sees_the_way_in(page)
    page.locator("button.main").click()
    sees_the_way_in(page)
    expect(page.locator("[role=alert]")).to_be_visible()


def sees_the_way_in(page: Page) -> None:
    """The link is there, legible, without a login, a menu or a script, and it leads there."""
    link = page.get_by_role("link", name=LABELS["en"][0], exact=True)
    expect(link).to_be_visible()
    size = float(str(link.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")))
    assert size >= 14, page.url
    assert "/withdraw" in (link.get_attribute("href") or "")


def test_3_nothing_is_asked_but_who_which_contract_and_where_to(
    shop: Shop, opened: Opener, auditor: Auditor, person: str
) -> None:
    page = opened(shop.withdraw(), width=PHONE, script=False)
    names = {one.get_attribute("name") for one in page.locator("input, select, textarea").all()}
    assert names == {"name", "contract", "email", "scope", "items"}
    assert not page.locator("input[type=file], input[type=password]").count()
    assert page.context.cookies() == []
    auditor.expect_no_flaws(page)

    filled(page, person)
    auditor.expect_no_flaws(page)
    assert not page.locator("input:not([type=hidden]), select, textarea").count()
    assert taken(shop, person) == [], "nothing is kept before it is confirmed"


def test_3_part_of_a_contract_by_items_and_quantities(
    shop: Shop, opened: Opener, auditor: Auditor, person: str
) -> None:
    page = opened(shop.withdraw(), width=PHONE, script=False)
    keyboard = Keyboard(page)
    keyboard.check(page.locator('input[name="scope"][value="part"]'))
    keyboard.write(page.locator("#items"), "2 x wool socks")
    auditor.expect_no_flaws(page)
    page.goto(page.url)
    page.locator('input[name="scope"][value="part"]').check()
    page.locator("#items").fill("2 x wool socks")
    filled(page, person)
    confirmed(page)

    (one,) = taken(shop, person)
    assert [(line["title"], line["quantity"]) for line in one["lines"]] == [("wool socks", 2)]


def test_3_who_is_known_only_confirms(shop: Shop, opened: Opener, auditor: Auditor) -> None:
    number = shop.sold()
    link = shop.api.ask("POST", "/withdrawal-links", {"order_number": number})["url"]
    page = opened(link[link.index("/p/") :], width=PHONE, script=False)
    auditor.expect_no_flaws(page)
    keyboard = Keyboard(page)
    keyboard.go(page.locator("button.main"))
    confirmed(page)

    assert any(one["order_number"] == number for one in taken(shop, EMAIL))


def test_4_the_second_step_shows_what_is_kept_and_can_go_back(
    shop: Shop, opened: Opener, person: str
) -> None:
    page = opened(shop.withdraw(), width=PHONE, script=False)
    filled(page, person)
    statement = page.locator(".statement").inner_text()
    Keyboard(page).go(page.get_by_role("link", name=LANGUAGES["en"].back))
    expect(page.locator("#name")).to_have_value("Zoë Ängström")
    Keyboard(page).go(page.locator("button.main"))
    confirmed(page)

    (one,) = taken(shop, person)
    assert one["statement"] == statement
    assert page.locator(".statement").inner_text() == statement


@pytest.mark.parametrize("language", ["en", "de"])
def test_5_a_receipt_goes_out_with_the_statement_and_its_time(
    shop: Shop, opened: Opener, mailbox: Mailbox, person: str, language: str
) -> None:
    page = opened(shop.withdraw(language), width=PHONE, script=False)
    filled(page, person)
    confirmed(page)
    shown = page.locator("main").inner_text()

    mail = one_receipt(mailbox, person)
    (one,) = taken(shop, person)
    text = plain(mail)
    said_at = page.locator("time").inner_text()
    assert re.search(r"\d\d:\d\d:\d\d \(Europe/Berlin, UTC\+01:00\)", said_at)
    for part in (one["statement"], one["reference"], said_at):
        assert part in text
        assert part in shown
    assert person in shown
    for words in (shown, text, str(mail["subject"])):
        assert not re.search(JUDGING, words), "it was received; nobody judges it"
    until(lambda: taken(shop, person)[0]["acknowledgement"] == "sent", "its way is on record")
    evidence = shop.api.ask("GET", f"/withdrawals/{one['id']}/evidence")
    assert str(mail["message-id"]) in str(evidence)


def test_5_a_receipt_that_nobody_takes_waits_for_a_person(
    shop: Shop, opened: Opener, person: str
) -> None:
    lost = f"refused-{person}"
    page = opened(shop.withdraw(), script=False)
    filled(page, lost)
    confirmed(page)

    until(lambda: taken(shop, lost)[0]["acknowledgement"] == "failed", "the failure is known")
    waiting = shop.api.ask("GET", "/withdrawals?queue=unacknowledged")["data"]
    assert lost in {one["email"] for one in waiting}


def test_6_in_time_is_what_was_submitted_in_time(
    server: Retour, opened: Opener, mailbox: Mailbox, person: str
) -> None:
    """Seconds before midnight, and seconds after; both are taken and acknowledged."""
    shop = Shop(api=server.workspace(), base=server.base)
    number = shop.sold(email=person)
    now = datetime.fromisoformat(shop.api.ask("POST", "/clock", {"advance": "PT0S"})["now"])
    left = int((BERLIN_MIDNIGHT - now).total_seconds())
    shop.api.ask("POST", "/clock", {"advance": f"PT{left - 120}S"})
    page = opened(shop.withdraw(), script=False)
    filled(page, person, contract=number)
    confirmed(page)
    shop.api.ask("POST", "/clock", {"advance": "PT121S"})
    page.goto(shop.withdraw())
    filled(page, person, contract=number)
    confirmed(page)

    seen = sorted(taken(shop, person), key=lambda one: str(one["received_at"]))
    assert [one["in_time"] for one in seen] == [True, False]
    until(lambda: len(receipts(mailbox, person)) == 2, "both were acknowledged")


def test_7_an_unknown_order_is_taken_like_any_other(shop: Shop, opened: Opener) -> None:
    """No page tells whether there is such an order; people look at it later."""
    page, seen = opened(width=PHONE, script=False), list[str]()
    for number in (shop.sold(email="ada@example.com"), "9999999"):
        page.goto(shop.withdraw())
        filled(page, "ada@example.com", contract=number)
        confirmed(page)
        said = page.locator("body").inner_text().replace(number, "…")
        seen.append(re.sub(r"W-\d{6}|[^\n]*\d\d:\d\d:\d\d[^\n]*", "…", said))

    assert seen[0] == seen[1]
    assert {one["status"] for one in taken(shop, "ada@example.com")} == {"matched", "unmatched"}


def test_8_pressed_again_or_loaded_again_it_is_one(
    shop: Shop, opened: Opener, mailbox: Mailbox, person: str
) -> None:
    page = opened(shop.withdraw(), script=False)
    filled(page, person)
    check = page.url
    confirmed(page)
    page.reload()
    first = page.locator(".facts .big").inner_text()
    page.goto(check)
    confirmed(page)

    assert page.locator(".facts .big").inner_text() == first
    assert len(taken(shop, person)) == 1
    one_receipt(mailbox, person)


def test_9_many_from_one_network_are_taken_in_their_turn(
    shop: Shop, opened: Opener, person: str
) -> None:
    """No riddle, no refusal: the eleventh waits a moment."""
    page = opened(shop.withdraw(), script=False)
    filled(page, person)
    check = page.url
    for _ in range(11):
        assert page.request.post(check, max_redirects=0).status == 303
    confirmed(page)

    assert len(taken(shop, person)) == 1


def test_10_what_is_missing_is_named_and_nothing_is_lost(
    shop: Shop, opened: Opener, auditor: Auditor
) -> None:
    page = opened(shop.withdraw("de"), width=PHONE, script=False)
    keyboard = Keyboard(page)
    keyboard.write(page.locator("#contract"), "0042")
    keyboard.go(page.locator("button.main"))

    expect(page.locator("[role=alert]")).to_be_focused()
    auditor.expect_no_flaws(page)
    expect(page.locator("#contract")).to_have_value("0042")
    keyboard.press(page.locator("[role=alert] a").first)
    page.keyboard.type("Zoë")
    expect(page.locator("#name")).to_have_value("Zoë")


def test_11_the_receipt_prints(shop: Shop, opened: Opener, person: str) -> None:
    page = opened(shop.withdraw(), script=False)
    filled(page, person)
    confirmed(page)
    page.emulate_media(media="print")

    expect(page.locator(".statement")).to_be_visible()
    expect(page.locator("time")).to_be_visible()
    assert not [one for one in page.locator(".screen-only, nav").all() if one.is_visible()]


def test_12_a_return_is_never_called_a_withdrawal(shop: Shop, opened: Opener) -> None:
    page = opened(shop.follow(shop.asked()), script=False)
    said = page.locator("body").inner_text().replace(LABELS["en"][0], "")
    assert "withdraw" not in said.lower()
