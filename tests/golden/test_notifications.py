"""Chats and mails in the bytes on file: what Slack, Teams and support inboxes are handed.

A golden file changes only with ``RETOUR_GOLDEN=1``, and its difference is read like code.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from retour.desk.notifications.defaults import MAILS as MAILS_BY_DEFAULT
from retour.dialects.notification import WORDS
from retour.dialects.notification.chats import PLATFORMS, chat_message
from retour.dialects.notification.customer_words import CUSTOMER_LANGUAGES
from retour.dialects.withdrawal.labels import LABELS
from retour.gateways.mail import mail_bytes
from retour.kernel.subscription import CUSTOMER
from tests.support.notifying import BRANDED, HOME, chat, customers_page, mail, template, told_by_way

FOLDER = Path(__file__).parent / "notification"
MAILS = {
    "return_requested.desk": ("return_requested", "desk@example.com", None),
    "return_requested.zendesk": ("return_requested", "support@shop.zendesk.com", "zendesk"),
    "return_requested.intercom": ("return_requested", "shop@incoming.intercom.io", "intercom"),
    "return_requested.zendesk.sender": ("return_requested", "support@shop.zendesk.com", "zendesk"),
    "return_requested.customer": ("return_requested", CUSTOMER, None),
    "return_authorized.customer": ("return_authorized", CUSTOMER, None),
    "return_processed.zendesk": ("return_processed", "support@shop.zendesk.com", "zendesk"),
    "return_processed.intercom": ("return_processed", "shop@incoming.intercom.io", "intercom"),
    "use_case_email.zendesk": ("use_case_email", "support@shop.zendesk.com", "zendesk"),
}


def same_as_on_file(path: Path, written: bytes) -> None:
    if os.environ.get("RETOUR_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(written)
    assert path.read_bytes() == written


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("word", WORDS)
def test_chats_are_those_on_file(word: str, platform: str) -> None:
    """Indented on file, so that a difference can be read; sent without a space."""
    message = chat_message(platform, chat(template(word, "chat")))
    said = json.loads(message.body)
    written = json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n"

    assert message.content_type == "application/json"
    same_as_on_file(FOLDER / "chats" / f"{word}.{platform}.json", written)


@pytest.mark.parametrize("name", MAILS)
def test_mails_are_those_on_file(name: str) -> None:
    """With plain line ends on file, for those are what checkouts keep."""
    word, to, inbox = MAILS[name]
    is_answered = inbox is not None and not name.endswith(".sender")
    written = mail_bytes(mail(template(word), to, inbox, is_answered=is_answered))

    assert written.count(b"\n") == written.count(b"\r\n")
    same_as_on_file(FOLDER / "mails" / f"{name}.eml", written.replace(b"\r\n", b"\n"))


def test_no_chat_or_mail_is_left_over() -> None:
    expected = {f"{word}.{platform}.json" for word in WORDS for platform in PLATFORMS}

    assert {path.name for path in (FOLDER / "chats").iterdir()} == expected
    assert {path.name for path in (FOLDER / "mails").iterdir()} == {f"{name}.eml" for name in MAILS}


PAGES = {
    **{f"{word}.en": (word, "en", "") for word in MAILS_BY_DEFAULT},
    **{f"refund_paid.{code}": ("refund_paid", code, "") for code in CUSTOMER_LANGUAGES},
    **{f"return_requested.{code}": ("return_requested", code, "") for code in CUSTOMER_LANGUAGES},
    **{f"label_created.{code}": ("label_created", code, "") for code in CUSTOMER_LANGUAGES},
    "return_settled.branded": ("return_settled", "de", BRANDED),
}


@pytest.mark.parametrize("name", PAGES)
def test_customers_pages_are_those_on_file(name: str) -> None:
    """Every default mail in English, three in every language, and one that is a merchant's own."""
    word, language, brand = PAGES[name]
    page, text = customers_page(word, language, brand or None)

    same_as_on_file(FOLDER / "pages" / f"{name}.html", page.encode())
    same_as_on_file(FOLDER / "pages" / f"{name}.txt", text.encode())


@pytest.mark.parametrize("name", PAGES)
def test_customers_pages_ask_nobody_else(name: str) -> None:
    """No picture but the merchant's own; one button; a way to withdraw in both parts."""
    word, language, brand = PAGES[name]
    page, text = customers_page(word, language, brand or None)
    entry = LABELS[language].entry

    pictures = re.findall(r'<img[^>]*src="([^"]+)"', page)
    assert all(address.startswith(HOME) for address in pictures)
    assert len(pictures) == bool(brand)
    assert page.count('class="action"') == 1
    assert page.count(f"{HOME}/withdraw?lang={language}") == 1
    assert f"{entry}: {HOME}/withdraw?lang={language}" in text
    assert 'name="color-scheme" content="light dark"' in page


@pytest.mark.parametrize("language", CUSTOMER_LANGUAGES)
def test_what_customers_are_told_by_each_way_is_on_file(language: str) -> None:
    """Subject, opening, last day and button of every word that depends on how goods come."""
    told: list[str] = []
    for word, ways in CUSTOMER_LANGUAGES[language].coming.items():
        for way in ("label", *ways):
            said = told_by_way(word, language, way)
            told.append("\n".join((f"{word}, {way}", *said, "")))

    same_as_on_file(FOLDER / "ways" / f"{language}.txt", "\n".join(told).encode())


def test_no_page_is_left_over() -> None:
    files = {path.name for path in (FOLDER / "pages").iterdir()}

    assert files == {f"{name}.{form}" for name in PAGES for form in ("html", "txt")}
