"""Mails as customers, their programs and their enemies write them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from email.message import EmailMessage
from itertools import count

from tests.support import pictures

_NUMBERS = count(1)


def letter(
    to: str,
    text: str = "The ear is off.",
    *,
    sender: str = "mira.sand@example.com",
    mail_id: str | None = None,
    headers: Mapping[str, str] | None = None,
    photo: bytes | None = None,
    paper: bool = False,
) -> bytes:
    """Write a mail in answer to ours."""
    mail = EmailMessage()
    mail["From"] = f"Mira Sand <{sender}>"
    mail["To"] = to
    mail["Subject"] = "Re: Your return"
    mail["Message-ID"] = mail_id or f"<{next(_NUMBERS)}.mira@mail.example.com>"
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(text)
    if photo is not None:
        mail.add_attachment(photo, maintype="image", subtype="jpeg", filename="IMG_1.JPG")
    if paper:
        mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="bill.pdf")
    return mail.as_bytes()


def bounce(to: str, about: str) -> bytes:
    """Say that a mail could not be delivered (RFC 3464), with the head of the mail."""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.example.com
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{next(_NUMBERS)}.bounce@mx.example.com>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mail could not be delivered: no such mailbox.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; mira.sand@example.com
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

From: returns@shop.example.com
Reply-To: {about}
Subject: Your return

--b--
""".encode()


def nested(depth: int) -> bytes:
    """A mail in a mail in a mail …"""
    head = b"From: a@example.com\nMessage-ID: <deep@example.com>\nMIME-Version: 1.0\n"
    body = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
        for level in range(depth)
    )
    return head + body + b"Content-Type: text/plain\n\nhere\n"


def many_parts(number: int) -> bytes:
    """A mail of very many parts."""
    head = b"From: a@example.com\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    return head + b"--b\nContent-Type: text/plain\n\nx\n" * number + b"--b--\n"


def page(html: str) -> bytes:
    """A mail that is a page alone."""
    body = base64.encodebytes(html.encode("cp1252"))
    head = b"From: =?iso-8859-1?q?J=FCrgen?= <j@example.com>\nMessage-ID: <page@example.com>\n"
    kind = b"Content-Type: text/html; charset=windows-1252\nContent-Transfer-Encoding: base64\n\n"
    return head + kind + body


def snapshot() -> bytes:
    """A photo as a telephone takes it, with its place."""
    return pictures.encoded(pictures.gradient(200, 150), "JPEG", exif=pictures.exif(), quality=98)
