"""A mail as bytes: what it says, and what nobody can make it say."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retour.gateways.message import InvalidMail, mail_bytes
from tests.gateways.mails import MAIL, part, read


def test_a_mail_says_what_it_was_given() -> None:
    """Two alternatives, text first; every header as asked."""
    message = read(mail_bytes(MAIL))

    assert "multipart/alternative" == message.get_content_type()
    assert ["text/plain", "text/html"] == [p.get_content_type() for p in message.iter_parts()]
    assert MAIL.subject == message["Subject"]
    assert "Bücher & Co" == message["From"].addresses[0].display_name
    assert "returns@shop.example" == message["From"].addresses[0].addr_spec
    assert MAIL.to == message["To"]
    assert MAIL.message_id == message["Message-ID"]
    assert MAIL.date == message["Date"].datetime
    assert "auto-generated" == message["Auto-Submitted"]
    assert MAIL.text == part(message, "plain").replace("\r\n", "\n")
    assert MAIL.html == part(message, "html").rstrip("\r\n")


def test_a_mail_without_html_is_plain() -> None:
    """No empty alternative."""
    message = read(mail_bytes(replace(MAIL, html=None)))

    assert "text/plain" == message.get_content_type()


def test_the_same_mail_is_the_same_bytes() -> None:
    """A resend repeats; another delivery differs, its boundary too."""
    other = mail_bytes(replace(MAIL, message_id="<evt_2@retour.example>"))

    assert mail_bytes(MAIL) == mail_bytes(replace(MAIL))
    assert read(other).get_boundary() != read(mail_bytes(MAIL)).get_boundary()


def test_a_date_keeps_its_instant_in_any_zone() -> None:
    """Offsets are written as they are."""
    date = datetime(2026, 7, 1, 9, tzinfo=timezone(timedelta(hours=5, minutes=30)))

    assert b"Date: Wed, 01 Jul 2026 09:00:00 +0530\r\n" in mail_bytes(replace(MAIL, date=date))


LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=120)


@given(subject=LINES, name=LINES, text=st.text(max_size=300), html=st.text(max_size=300))
@example(subject="é" * 80 + " a, b; c", name='"quoted, \\ name"', text=".\r\n.\n", html="\r\n.\r\n")
@example(subject="", name="", text="a\x00b", html="\x00")
@example(subject=" x " * 100, name="a" * 200, text="x" * 3000, html="\x00\x01\x0c")
@example(
    subject="=?utf-8?q?fake?=", name="=?utf-8?q?a?= <x@y.z>".replace("<", "("), text="", html=""
)
@example(subject="\U0001f4e6" * 40, name="日本語" * 30, text="日本語" * 100, html="\ud800")
def test_any_words_arrive_as_they_were_and_add_no_header(
    subject: str, name: str, text: str, html: str
) -> None:
    """Whatever a shopper is called or writes, it is seven bits, short lines and no new header."""
    name = name.replace("<", "").replace(">", "")
    mail = replace(MAIL, subject=subject, from_=f"{name} <a@b.example>", text=text, html=html)

    written = mail_bytes(mail)
    message = read(written)

    assert written.isascii()
    assert b"\x00" not in written
    assert all(len(line) <= 998 for line in written.split(b"\r\n"))
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert b"\r" not in written.replace(b"\r\n", b"")
    assert "a@b.example" == message["From"].addresses[0].addr_spec
    assert 1 == len(message["From"].addresses)
    assert {
        "From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "Auto-Submitted",
        "MIME-Version", "Content-Type",
    } == set(message.keys())  # fmt: skip
    assert 9 == len(message.keys())
    if "=?" not in subject:
        assert subject.split() == str(message["Subject"]).split()
    wanted = text.replace("\x00", "").encode(errors="replace").decode()
    assert wanted.splitlines() == part(message, "plain").splitlines()[
        : len(wanted.splitlines())
    ] or _odd(wanted)
    assert 2 == len(list(message.iter_parts()))


def _odd(text: str) -> bool:
    """Line ends in a lone CR are written as CRLF, which leaves nothing to compare line by line."""
    return "\r" in text


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "a\r\nBcc: evil@x.example"},
        {"subject": "a\nb"},
        {"subject": "a\rb"},
        {"subject": "a\x00b"},
        {"subject": "a\x85b"},
        {"subject": "a\u2028b"},
        {"subject": "\ud800"},
        {"subject": "x" * 901},
        {"to": "a@b.example\r\nBcc: evil@x.example"},
        {"to": "a@b.example, evil@x.example"},
        {"to": "a@b.example evil@x.example"},
        {"to": "a@b.example> RCPT TO:<evil@x.example"},
        {"to": "<a@b.example> <evil@x.example>"},
        {"to": "Name <a@b.example> extra"},
        {"to": "a@b@c.example"},
        {"to": "a b@c.example"},
        {"to": '"a b"@c.example'},
        {"to": "ü@c.example"},
        {"to": "a@[127.0.0.1]"},
        {"to": "a@-b.example"},
        {"to": "a@b..example"},
        {"to": "a@b_c.example"},
        {"to": "@b.example"},
        {"to": "a@"},
        {"to": "a"},
        {"to": ""},
        {"to": "x" * 65 + "@b.example"},
        {"from_": "Evil\nBcc: x <a@b.example>"},
        {"from_": "Shop"},
        {"message_id": "evt_1@retour"},
        {"message_id": "<evt_1@retour>\r\nBcc: evil@x.example"},
        {"message_id": "<evt 1@retour>"},
        {"message_id": "<" + "x" * 64 + "@retour>"},
        {"headers": {"X-A": "b\r\nBcc: evil@x.example"}},
        {"headers": {"X-A\r\nBcc": "b"}},
        {"headers": {"X A": "b"}},
        {"headers": {"": "b"}},
        {"headers": {"Bcc": "evil@x.example"}},
        {"headers": {"to": "evil@x.example"}},
        {"headers": {"Content-Type": "text/plain"}},
        {"headers": {"Resent-To": "evil@x.example"}},
        {"text": "x" * 2_000_001},
    ],
)
def test_what_would_add_a_header_or_a_recipient_is_refused(changes: dict[str, object]) -> None:
    """In words, before a relay is asked."""
    with pytest.raises(InvalidMail, match=r"\.$"):
        mail_bytes(replace(MAIL, **changes))


@pytest.mark.parametrize(
    ("typed", "name", "mailbox"),
    [
        ("a@b.example", "", "a@b.example"),
        (" a@b.example ", "", "a@b.example"),
        ("Ann <a@b.example>", "Ann", "a@b.example"),
        ('"Ann, Bee" <a@b.example>', "Ann, Bee", "a@b.example"),
        ("Ann (home) <a+b.c@B.Example>", "Ann (home)", "a+b.c@b.example"),
        ("ö <a@bücher.example>", "ö", "a@xn--bcher-kva.example"),
        ("o'neil@b.example", "", "o'neil@b.example"),
        ("a..b.@b.example", "", "a..b.@b.example"),
        ("root@localhost", "", "root@localhost"),
    ],
)
def test_addresses_are_read_as_people_write_them(typed: str, name: str, mailbox: str) -> None:
    """One mailbox, with or without a name."""
    message = message_from_bytes(mail_bytes(replace(MAIL, to=typed)), policy=policy.default)

    (address,) = message["To"].addresses
    assert name == address.display_name
    assert mailbox.replace('"', "") == address.addr_spec.replace('"', "")
