"""An e-mail as data and as bytes: the same mail gives the same bytes, today and next month.

Pure. Everything that reaches a header is refused if it could end one. Never here: connections
(``mail``), templates, or who is told what.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import Final

import idna

from retour.gateways.limits import MAIL_BYTES_MAX, MAIL_HEADER_LENGTH_MAX

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,70}")
_OURS: Final = re.compile(
    r"from|to|cc|bcc|sender|reply-to|subject|date|message-id|return-path|received|mime-version"
    r"|content-.*|resent-.*|dkim-.*|arc-.*",
    re.IGNORECASE,
)
"""Headers a caller may not add: they are ours, the relay's, or change who gets the mail."""
_MESSAGE_ID: Final = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")
_MESSAGE_ID_LENGTH_MAX: Final = 64  # So that its header is one line, which nothing ever refolds.
_MAILBOX: Final = re.compile(
    r"(?P<local>[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64})@(?P<domain>[^@\s]+)"
)
_DOMAIN: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_NAMED: Final = re.compile(r"(?P<name>[^<>]*)<(?P<mailbox>[^<>]*)>")
_MOSTLY_ASCII: Final = 4
"""Below one byte in four beyond ASCII, quoted-printable is the shorter encoding."""


class InvalidMail(ValueError):
    """A mail that cannot be sent, ever, in words for the person who can change it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file that a mail carries; its type is ``application/`` and what is said."""

    name: str
    subtype: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to one mailbox. ``from_`` and ``to`` are ``name@host`` or ``Name <name@host>``.

    ``html`` is the same as ``text`` for programs that show it, ``None`` where there is but text.
    ``message_id`` (in angle brackets) and ``date`` (aware) are the caller's, so that a resend is
    byte for byte the mail it repeats. ``reply_to`` is who is answered instead of ``from_``.
    """

    from_: str
    to: str
    subject: str
    text: str
    html: str | None = None
    message_id: str
    date: datetime
    reply_to: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    attached: tuple[Attached, ...] = ()


def mail_bytes(mail: Mail) -> bytes:
    """Write ``mail`` as it goes over the wire, before dots are doubled: 7 bit, CRLF.

    Raises:
        InvalidMail: a header that would end itself, an address nobody can be reached at, a mail
            too large to be taken by most.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = address(mail.from_)
    message["To"] = address(mail.to)
    if mail.reply_to is not None:
        message["Reply-To"] = address(mail.reply_to)
    message["Subject"] = _header("The subject", mail.subject)
    message["Date"] = format_datetime(_aware(mail.date))
    message["Message-ID"] = _message_id(mail.message_id)
    for name, value in mail.headers.items():
        if not _NAME.fullmatch(name) or _OURS.fullmatch(name):
            raise InvalidMail(f"The header {name!r} cannot be added. Leave it out.")
        message[name] = _header(f"The header {name!r}", value)
    message.set_content(_inert(mail.text), cte=_encoding(mail.text))
    if mail.html is not None:
        message.add_alternative(_inert(mail.html), subtype="html", cte=_encoding(mail.html))
        message.set_boundary(_boundary(mail, "="))
    for one in mail.attached:
        name = _header("The name of an attachment", one.name)
        message.add_attachment(one.body, maintype="application", subtype=one.subtype, filename=name)
    if mail.attached:
        message.set_boundary(_boundary(mail, "+"))
    written = message.as_bytes()
    if len(written) > MAIL_BYTES_MAX:
        raise InvalidMail("The mail is larger than 2 MB. Shorten its text.")
    return written


def _boundary(mail: Mail, mark: str) -> str:
    """Part a mail's parts by what is the same in every repetition, and in no part."""
    return f"{mark}_{sha256(mail.message_id.encode()).hexdigest()[:40]}"


def address(text: str) -> Address:
    """Read ``name@host`` or ``Name <name@host>``; an international host becomes its ASCII form.

    Raises:
        InvalidMail: it is neither, or needs an extension most relays lack.
    """
    if _CONTROL.search(text) or len(text) > MAIL_HEADER_LENGTH_MAX:
        raise InvalidMail("The address has a line break or is too long. Write it on one line.")
    named = _NAMED.fullmatch(text.strip())
    name, mailbox = (named["name"], named["mailbox"]) if named else ("", text)
    match = _MAILBOX.fullmatch(mailbox.strip())
    domain = _ascii_domain(match["domain"]) if match else None
    if match is None or domain is None:
        raise InvalidMail("This is not an e-mail address. Write it as name@example.com.")
    return Address(name.strip().strip('"').strip(), match["local"], domain)


def _ascii_domain(domain: str) -> str | None:
    domain = domain.lower()
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True, std3_rules=True).decode()
        except idna.IDNAError:
            return None
    return domain if len(domain) <= 253 and _DOMAIN.fullmatch(domain) else None  # noqa: PLR2004 - DNS


def _header(what: str, value: str) -> str:
    if _CONTROL.search(value):
        raise InvalidMail(f"{what} has a line break or control character. Remove it.")
    if len(value) > MAIL_HEADER_LENGTH_MAX:
        raise InvalidMail(f"{what} is longer than {MAIL_HEADER_LENGTH_MAX} characters. Shorten it.")
    return value


def _message_id(text: str) -> str:
    if len(text) > _MESSAGE_ID_LENGTH_MAX or not _MESSAGE_ID.fullmatch(text):
        raise InvalidMail("The message id is not <left@right> in at most 64 characters.")
    return text


def _aware(date: datetime) -> datetime:
    assert date.tzinfo is not None
    return date


def _inert(text: str) -> str:
    """Take out what no mail program shows and some relays stumble over."""
    return text.replace("\x00", "").encode(errors="replace").decode()


def _encoding(text: str) -> str:
    beyond = sum(character > "\x7f" for character in text)
    return "quoted-printable" if beyond * _MOSTLY_ASCII <= len(text) else "base64"
