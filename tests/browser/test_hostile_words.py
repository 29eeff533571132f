"""Whatever a shopper writes stays words: on every page, in mails, PDFs and what machines read.

One table of words (``tests/support/hostile_words.py``) and one of places.  Scripts are on: what
would run would be seen, by a dialog, a request elsewhere, or a policy that had to stop it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import pytest
from lxml import etree
from playwright.sync_api import Browser, FilePayload, Page, expect
from pypdf import PdfReader

from retour.dialects.portal.languages import FOLLOWING
from tests.support.browser import Auditor, Opener
from tests.support.browser_people import invited, register
from tests.support.browser_scene import give_reason
from tests.support.browser_shop import EMAIL, POSTCODE, Shop
from tests.support.hostile_words import HOSTILE, is_said
from tests.support.mailbox import Mailbox
from tests.support.pictures import encoded, gradient
from tests.support.running import JSON, Receiver, Retour, until

TEAM: Final = "team-of-hostile-words@example.com"
WORDS: Final = tuple(HOSTILE.values())
TOLD: Final = 2
"""How often the team is told: of one return in two ways."""
NAMES: Final = tuple(" ".join(WORDS[start : start + 3]) for start in range(0, len(WORDS), 3))
"""As long as names may be."""
WRAPPED: Final = "\r\nBcc: mallory@evil.invalid"
"""What begins a header of its own, where headers are put together as text."""
LOOP: Final = "{% for line in return.lines %}<p>{{ line.comment }}</p>{% endfor %}"


@dataclass(frozen=True, kw_only=True)
class Written:
    """A shop where everything was written everywhere, and what went out of it."""

    shop: Shop
    ret: JSON
    followed: str
    mails: Callable[[str], list[EmailMessage]]
    outside: Receiver


@pytest.fixture(scope="module")
def written(server: Retour, mailbox: Mailbox, browser: Browser) -> Iterator[Written]:
    """Write each word into each field of the journey, the return's page and the withdrawal."""
    shop, outside = Shop(api=server.workspace(), base=server.base), Receiver()
    _subscribe(shop, outside)
    opener = Opener(browser=browser, base=server.base)
    page = opener()
    number = shop.sold(lines=[_line(index) for index in range(len(WORDS))], customer=_buyer())
    _ask(page, shop, number)
    followed = page.url
    _write(page)
    for name in NAMES:
        _write_before(shop, name)
    for name in NAMES:
        _withdraw(page, shop, name)
    opener.close()

    def mails(to: str) -> list[EmailMessage]:
        return [mail for mail in mailbox.mails if to in str(mail["to"])]

    (ret,) = shop.returns(number)
    yield Written(shop=shop, ret=ret, followed=followed, mails=mails, outside=outside)
    outside.close()


def _buyer() -> JSON:
    """Be somebody who gave a shop words for a name and an address."""
    words = [WORDS[place % len(WORDS)] for place in range(3)]
    where = {"name": words[0], "street": words[1], "street2": words[2], "postcode": POSTCODE}
    said = {"shipping": {**where, "city": HOSTILE["formula"], "country": "DE"}}
    return {"email": EMAIL, "name": f"{HOSTILE['picture']} {WRAPPED}", "addresses": said}


def _line(index: int) -> JSON:
    """Sell something without a word of its own."""
    return {
        "id": str(index + 1),
        "sku": f"SKU-{index}",
        "title": f"Article {index}",
        "quantity": 1,
        "unit_price": "10.00",
        "tax_rate": "19",
    }


def _subscribe(shop: Shop, outside: Receiver) -> None:
    """Tell the team by mail, in the usual words and in ones of its own, and a system in XML."""
    api = shop.api
    api.ask("PUT", "/policies/default", {"approval": "manual"})
    profile = {"name": "Team", "type": "email", "address": TEAM}
    team = api.ask("POST", "/notification-profiles", profile)["id"]
    for event, more in (
        ("return_requested", {}),
        ("return_requested", {"body": LOOP, "name": "Own words"}),
    ):
        said = {"event": event, "type": "email", "profiles": [team], "active": True}
        api.ask("POST", "/notification-templates", {**said, **more})
    of_cases = {"event": "use_case_email", "type": "email", "profiles": [team], "active": True}
    api.ask("POST", "/notification-templates", of_cases)
    api.ask("POST", "/notification-templates/defaults", {"languages": ["en"]})
    told = {"url": outside.url, "events": ["*"], "format": "xml"}
    api.ask("POST", "/subscriptions", told)


def _ask(page: Page, shop: Shop, number: str) -> None:
    """Ask for everything back, a word beside each item; the last step shows them."""
    page.goto(shop.portal())
    page.locator("#number").fill(number)
    page.locator("#proof").fill(EMAIL)
    _on(page)
    for field in page.locator("main input[type=number]").all():
        field.fill("1")
    _on(page)
    for index, word in enumerate(WORDS):
        give_reason(page.locator("main fieldset.card").nth(index))
        page.locator("main textarea").nth(index).fill(word)
    _on(page)
    radios = page.locator("main [type=radio]").all()
    for name in dict.fromkeys(one.get_attribute("name") for one in radios):
        page.locator(f'main [type=radio][name="{name}"]').first.check()
    _on(page)
    sees(page)
    _on(page)
    page.wait_for_url("**/follow/**")


def sees(page: Page) -> None:
    """Expect each word on a page, as it was written."""
    shown = page.locator("body").inner_text()
    assert [word for word in WORDS if not is_said(shown, word)] == []


def _on(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main button.main").last.click()
    expect(page.locator("[role=alert]")).to_have_count(0)


def _write(page: Page) -> None:
    """Write all words to the shop, and send a photo that is called like one."""
    page.locator("summary", has_text=FOLLOWING["en"].write_title).click()
    page.locator("#text").fill("\n".join(WORDS))
    page.get_by_role("button", name=FOLLOWING["en"].send).click()
    expect(page.get_by_role("status").first).to_be_visible()
    page.locator("summary", has_text=FOLLOWING["en"].photo_title).first.click()
    picture = encoded(gradient(64, 48), "PNG")
    called = FilePayload(name=f"{HOSTILE['picture']}.png", mimeType="image/png", buffer=picture)
    page.locator("input[type=file]").first.set_input_files([called])
    page.get_by_role("button", name=FOLLOWING["en"].photo_send).first.click()
    expect(page.get_by_role("status").first).to_be_visible()


def _write_before(shop: Shop, words: str) -> None:
    """Write by a use case: as somebody of that name, under that subject, of a reason like it."""
    shop.api.ask(
        "POST",
        "/messages",
        {
            "kind": "use_case",
            "use_case": "other",
            "customer": {"email": "cleo-of-words@example.com", "name": words + WRAPPED},
            "subject": words + WRAPPED,
            "body": words,
        },
    )
    reason = {"reason": words, "line": "2"}
    shop.asked(**reason)


def _withdraw(page: Page, shop: Shop, name: str) -> None:
    """Withdraw from a contract of that name, as somebody of that name; each step says it."""
    page.goto(shop.withdraw())
    page.locator("#name").fill(name)
    page.locator("#contract").fill(name)
    page.locator("#email").fill("ada-of-words@example.com")
    page.locator("[value=part]").check()
    page.locator("#items").fill(name)
    for _ in range(2):
        page.locator("main button.main").click()
        assert is_said(page.locator(".statement").inner_text(), name)


def _authorize(written: Written) -> str:
    """Find the link where the team answers, in the mail it got."""
    number = rf"\b{written.ret['order_number']}\b"

    def links() -> list[str]:
        texts = [_part(mail, "plain") for mail in written.mails(TEAM)]
        about = [text for text in texts if re.search(number, text)]
        return re.findall(r"https?://\S+/authorize/[\w.~-]+", "\n".join(about))

    until(lambda: bool(links()), "the team was told")
    return urlsplit(links()[0]).path


PAGES: Final[Mapping[str, Callable[[Written], str]]] = {
    "the return's page": lambda written: written.followed,
    "the page of who decides": _authorize,
}


@pytest.mark.parametrize("place", PAGES)
def test_pages_show_words_as_words(
    written: Written, opened: Opener, auditor: Auditor, place: str
) -> None:
    page = opened(PAGES[place](written))
    sees(page)
    auditor.expect_no_flaws(page)


@pytest.mark.parametrize("word", WORDS, ids=list(HOSTILE))
def test_what_is_refused_is_shown_again_as_words(
    written: Written, opened: Opener, word: str
) -> None:
    page = opened(written.shop.portal())
    page.locator("#number").fill(word)
    page.locator("#proof").fill(word)
    page.locator("main button.main").click()
    assert page.locator("#number").input_value() == word

    page.goto(written.shop.withdraw())
    page.locator("#name").fill(word)
    page.locator("#contract").fill(word)
    page.locator("#email").fill(word)
    page.locator("main button.main").click()
    for field in ("#name", "#contract", "#email"):
        assert page.locator(field).input_value() == word
    expect(page.locator("[role=alert]")).to_be_visible()


def _filled(page: Page, word: str) -> None:
    """Write a word into every field of a form, send it, and expect it there again, as it was."""
    ids = ("#email", "#order", "#text")
    for one in ids:
        page.locator(one).fill(word)
    page.locator("main button.main").click()
    expect(page.locator("[role=alert]")).to_be_visible()
    assert [page.locator(one).input_value() for one in ids] == [word] * len(ids)


def test_forms_beside_the_journey_carry_words_as_words(
    server: Retour, opened: Opener, mailbox: Mailbox
) -> None:
    """What shoppers write without a return, to who answers by mail and on the page of an agent."""
    shop, page = Shop(api=server.workspace(), base=server.base), opened()
    to = "parts-of-hostile-words@example.com"
    case = {"id": "parts", "label": {"en": "Parts"}, "outcome": "message", "to": to}
    shop.api.ask("PUT", "/portal-settings", {"use_cases": [case]})
    profile = {"name": "Parts", "type": "email", "address": to}
    parts = shop.api.ask("POST", "/notification-profiles", profile)["id"]
    of_cases = {"event": "use_case_email", "type": "email", "profiles": [parts], "active": True}
    shop.api.ask("POST", "/notification-templates", of_cases)
    page.goto(shop.portal())
    page.get_by_role("link", name="Parts").click()
    for word in WORDS:
        _filled(page, word)
    page.locator("#email").fill(EMAIL)
    page.locator("#order").fill(HOSTILE["script"])
    page.locator("#text").fill("\n".join(WORDS))
    page.locator("main button.main").click()
    expect(page.get_by_role("status")).to_be_visible()

    until(lambda: any(to in str(mail["to"]) for mail in mailbox.mails), "it was mailed")
    (mail,) = [mail for mail in mailbox.mails if to in str(mail["to"])]
    page.goto("about:blank")
    page.set_content(_part(mail, "html"))
    sees(page)
    register(page, invited(shop)[1])
    page.goto(f"/w/{shop.api.workspace}/queues/message")
    page.locator("main a[href*='/messages/']").first.click()
    sees(page)


def test_who_was_given_it_writes_words_as_words(written: Written, opened: Opener) -> None:
    """An address that is none stands again in its field, and nothing else happens."""
    page = opened(written.shop.portal())
    page.locator("#number").fill(written.shop.sold())
    page.locator("#proof").fill(EMAIL)
    page.locator("[name=gift]").check()
    _on(page)
    for word in WORDS:
        page.locator("main input[type=number]").first.fill("1")
        page.locator("#gift_email").fill(word)
        page.locator("main button.main").click()
        expect(page.locator("[role=alert]")).to_be_visible()
        assert page.locator("#gift_email").input_value() == word


def test_addresses_carry_words_as_words(written: Written, opened: Opener) -> None:
    page = opened()
    for word in WORDS:
        for path in (written.shop.portal(), written.followed, written.shop.withdraw()):
            names = ("lang", "order", "sent", "for", "draft")
            query = "&".join(f"{name}={_quoted(word)}" for name in names)
            page.goto(f"{path.partition('?')[0]}?{query}")
            assert not page.locator("main script, main [onerror], main [onload]").count()


def test_staff_see_words_as_words(written: Written, opened: Opener) -> None:
    """Each page of an agent that says what shoppers wrote, and each search for it."""
    page, shop, ret = opened(), written.shop, written.ret
    register(page, invited(shop)[1])
    base = f"/w/{shop.api.workspace}"
    page.goto(f"{base}/returns/{ret['id']}")
    sees(page)
    leads = ["", "/returns", f"/returns/{ret['id']}/money", "/reports/by_reason", "/settings/audit"]
    leads += [f"/queues/{name}" for name in ("authorize", "message", "withdrawal")]
    leads += [f"/returns?q={_quoted(word)}" for word in WORDS]
    found = dict.fromkeys(base + one for one in leads)
    seen = list[str]()
    for path in found:
        page.goto(path)
        seen.append(page.locator("body").inner_text())
        one = page.locator("main a[href*='/withdrawals/'], main a[href*='/messages/']").first
        if one.count():
            page.goto(one.get_attribute("href") or "")
            seen.append(page.locator("body").inner_text())
    whole = "\n".join(seen)
    assert [word for word in WORDS if not is_said(whole, word)] == []
    assert is_said(whole, NAMES[0]), "who withdrew, or who wrote"


def test_exports_hold_no_formula(written: Written) -> None:
    """Reasons are words of whoever asked; a spreadsheet reads each as text."""
    answer = written.shop.api.call("GET", "/reports/by_reason/csv")
    rows = [*csv.reader(io.StringIO(answer.body.decode(), newline=""))]
    cells = [cell for row in rows[1:] for cell in row]

    assert answer.status == HTTPStatus.OK
    assert any(HOSTILE["formula"] in cell for cell in cells)
    assert not [cell for cell in cells if re.match(r"[=+@\t\r]|-\D", cell)]


def _quoted(word: str) -> str:
    return "".join(f"%{byte:02x}" for byte in word.encode())


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None, f"{mail['subject']} has no {kind} part"
    return str(body.get_content())


def test_mails_show_words_as_words(written: Written, opened: Opener) -> None:
    """Opened as browsers open them, with scripts on: more than any reader of mails allows."""
    customer, consumer = EMAIL, "ada-of-words@example.com"
    until(lambda: len(written.mails(consumer)) == len(NAMES), "all receipts came")
    page, seen = opened(), list[str]()
    number = written.ret["order_number"]
    about = [mail for mail in written.mails(customer) if number in str(mail)]
    told = TOLD * (1 + len(NAMES)) + len(NAMES)
    until(lambda: len(written.mails(TEAM)) == told, "the team read of all that was written")
    for mail in (*written.mails(TEAM), *written.mails(consumer), *about):
        assert set(map(str.lower, mail.keys())).isdisjoint({"bcc", "cc"})
        assert "mallory" not in "".join(str(mail.get(one, "")) for one in ("to", "reply-to"))
        page.goto("about:blank")
        page.set_content(_part(mail, "html"))
        seen.append(page.locator("body").inner_text())
        assert not page.locator("script, form, base, body link, [onerror], [onload]").count()
    whole = "\n".join(seen)
    assert [word for word in WORDS if not is_said(whole, word)] == []


def test_papers_print_words_as_words(written: Written) -> None:
    """A memo's text stands in its PDF word for word; nothing of it is typeset."""
    ret, shop = written.ret, written.shop
    pieces = [{"line": f"{index + 1}", "quantity": 1} for index in range(len(WORDS))]
    for command, body in (
        ("authorize", {}),
        ("receive", {"units": pieces}),
        ("inspect", {"units": [{**one, "acceptance": "accepted"} for one in pieces]}),
        ("finish_receipt", {}),
        ("propose_settlement", {"kind": "refund"}),
    ):
        ret = shop.act(ret, command, **body)
    path = f"/returns/{ret['id']}/settlements/{ret['settlement']['id']}/memo.pdf"
    answer = shop.api.call("GET", path)
    read = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.body)).pages)
    text = _closed(read)

    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert _closed("Article 0") in text
    assert _closed(HOSTILE["script"]) in text, "an address's name"
    assert b"/JavaScript" not in answer.body
    assert b"/OpenAction" not in answer.body


def _closed(text: str) -> str:
    """Leave out where a line may break: papers break long words anywhere."""
    return "".join(text.replace("\u200b", "").split())


def test_machines_read_words_as_words(written: Written, opened: Opener) -> None:
    """JSON says that it is JSON, XML stays in its elements, and a browser runs neither."""
    ret = f"/returns/{written.ret['id']}"
    for path in (ret, f"{ret}/messages", f"{ret}/events", "/messages", "/withdrawals?limit=200"):
        answer = written.shop.api.call("GET", path)
        assert answer.headers["content-type"].startswith("application/json"), path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        json.loads(answer.body)
    kept = [one["comment"] for one in written.shop.api.ask("GET", ret)["lines"]]
    assert kept == list(WORDS)

    got = written.outside.until(lambda got: any(b"return.requested" in one.body for one in got))
    told = next(one for one in got if b"return.requested" in one.body)
    comments = [one.text for one in etree.fromstring(told.body).iter("comment") if one.text]
    assert set(comments) == set(WORDS)
    page = opened()
    page.route("**/told", lambda route: route.fulfill(body=told.body, content_type="text/xml"))
    page.goto("/told")
