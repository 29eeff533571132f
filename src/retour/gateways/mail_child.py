"""The program of a mail child: reads mails it does not trust, and tells what is in them.

Started by ``crew``; it may open neither file nor socket nor more memory or time than its share.
What programs wrote by themselves (RFC 3834) and what the post says of our mails (RFC 3464) is told
apart here, from headers alone.
"""

from __future__ import annotations

import html.parser
import re
import sys
from collections.abc import Iterator
from email import policy
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parseaddr
from typing import Final, cast

import msgspec

from retour.gateways.cell import packed, serve
from retour.gateways.limits import (
    MAIL_ATTACHMENTS_MAX,
    MAIL_DEPTH_MAX,
    MAIL_MEMORY_BYTES,
    MAIL_ORIGINAL_MAX,
    MAIL_PARTS_MAX,
    PHOTO_BYTES_MAX,
)
from retour.gateways.quoting import new_text

_PICTURES: Final = re.compile(r"\.(?:jpe?g|png|webp|hei[cf]|avif)$", re.IGNORECASE)
_RECIPIENTS: Final = (
    *("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"),
    *("X-Forwarded-To", "X-RcptTo", "Apparently-To"),
)
_FORM_FIELDS: Final = frozenset({"email", "body-mime", "message"})
"""What mail services call the field that holds a mail whole."""
_RECIPIENTS_MAX: Final = 50
_DECORATION_BYTES: Final = 8192
"""An inline picture smaller than this is somebody's logo."""
_NAME_LENGTH_MAX: Final = 120
_MACHINES: Final = frozenset({"mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply"})
_BULK: Final = frozenset({"bulk", "list", "junk", "auto_reply"})
_UNSEEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Attachment(msgspec.Struct, frozen=True):
    """A part that is no text; ``length`` bytes of it follow, 0 where it is left out."""

    name: str
    type: str
    length: int


class Letter(msgspec.Struct, kw_only=True):
    """What is in a mail; its pictures' bytes follow, in the order of ``attachments``."""

    problem: str | None = None
    mail_id: str | None = None
    sender: str = ""
    sender_name: str | None = None
    recipients: list[str] = []
    subject: str = ""
    text: str = ""
    original: str = ""
    is_automatic: bool = False
    is_bounce: bool = False
    attachments: list[Attachment] = []


class Unfit(Exception):
    """The bytes are no mail we read; the message is a key of ``incoming.WORDS``."""


def read(data: bytes) -> tuple[Letter, list[bytes]]:
    """Read a mail.

    Raises:
        Unfit: It cannot be read.
    """
    try:
        message = _whole(BytesParser(policy=policy.compat32).parsebytes(data))
        parts = list(_parts(message, 0))
    except RecursionError as error:
        raise Unfit("too_deep") from error
    if not message.keys():
        raise Unfit("unreadable")
    name, sender = parseaddr(_header(message, "From"))
    letter = Letter(
        mail_id=_header(message, "Message-ID")[:998] or None,
        sender=sender.lower()[:320],
        sender_name=name[:200] or None,
        subject=_header(message, "Subject")[:1000],
    )
    letter.is_bounce = _is_bounce(message)
    letter.is_automatic = letter.is_bounce or _is_automatic(message, sender)
    letter.recipients = _recipients(message, parts if letter.is_bounce else [])
    letter.original = _text(parts)[:MAIL_ORIGINAL_MAX]
    letter.text = new_text(letter.original)
    letter.attachments, blobs = _attachments(parts)
    return letter, blobs


def _inner(message: Message) -> list[Message] | None:
    """Give the parts of a part; ``None`` where it holds something itself."""
    payload: object = message.get_payload()
    if not isinstance(payload, list):
        return None
    parts = cast("list[object]", payload)
    return [part for part in parts if isinstance(part, Message)]


def _whole(message: Message) -> Message:
    """Give the mail itself, where a form holds it as one of its fields."""
    fields = _inner(message)
    if message.get_content_type() != "multipart/form-data" or fields is None:
        return message
    for entry in fields[:MAIL_PARTS_MAX]:
        data = entry.get_payload(decode=True)
        name = entry.get_param("name", header="Content-Disposition")
        if name in _FORM_FIELDS and isinstance(data, bytes):
            return BytesParser(policy=policy.compat32).parsebytes(data)
    raise Unfit("no_mail_in_form")


def _parts(message: Message, depth: int) -> Iterator[Message]:
    """Give every part that holds something, and the heads of mails inside."""
    if depth > MAIL_DEPTH_MAX:
        raise Unfit("too_deep")
    inner = _inner(message)
    if inner is None:
        yield message
        return
    if len(inner) > MAIL_PARTS_MAX:
        raise Unfit("too_many_parts")
    if depth and message.get_content_maintype() == "message":
        yield message
    for part in inner:
        yield from _parts(part, depth + 1)


# ---------------------------------------------------------------- head


def _header(message: Message, name: str) -> str:
    raw = message.get(name)
    if raw is None:
        return ""
    try:
        text = str(make_header(decode_header(str(raw))))
    except (ValueError, LookupError):
        text = str(raw)
    return " ".join(_UNSEEN.sub(" ", text).split())


def _recipients(message: Message, inside: list[Message]) -> list[str]:
    """Give whom a mail went to; of a bounce also whom the mail inside asked to answer."""
    said = [str(value) for name in _RECIPIENTS for value in message.get_all(name, [])]
    said += [str(value) for part in inside for value in part.get_all("Reply-To", [])]
    for part in inside:
        if part.get_content_type() == "text/rfc822-headers":
            said += re.findall(r"^Reply-To:(.*)$", _decoded(part), re.IGNORECASE | re.MULTILINE)
    found = [address.lower()[:320] for _, address in getaddresses(said) if "@" in address]
    return list(dict.fromkeys(found))[:_RECIPIENTS_MAX]


def _is_bounce(message: Message) -> bool:
    report = str(message.get_param("report-type") or "").lower()
    if message.get_content_type() == "multipart/report":
        return report in {"", "delivery-status"}
    is_machine = parseaddr(_header(message, "From"))[1].lower().startswith("mailer-daemon")
    return is_machine and message.get("Return-Path", "").strip() == "<>"


def _is_automatic(message: Message, sender: str) -> bool:
    """Say whether a program wrote a mail, by all the ways in which they say so."""
    submitted = _header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in {"", "no"}
        or _header(message, "Precedence").lower() in _BULK
        or str(message.get("Return-Path", "x")).strip() == "<>"
        or message.get_content_type() == "multipart/report"  # Read, not delivered, complained of.
        or sender.partition("@")[0].lower() in _MACHINES
        or any(
            name in message
            for name in ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond")
        )
        or "X-Retour-Event-Id" in message  # One of ours has come round.
    )


# ---------------------------------------------------------------- body


def _text(parts: list[Message]) -> str:
    """Give the text as people read it: plain where there is any, else the page's words."""
    shown = [part for part in parts if part.get_content_disposition() != "attachment"]
    plain = [part for part in shown if part.get_content_type() == "text/plain"]
    if words := "\n\n".join(filter(None, (_decoded(part).strip() for part in plain))):
        return words
    pages = [_decoded(part) for part in shown if part.get_content_type() == "text/html"]
    return "\n\n".join(_page_words(page) for page in pages)


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        text = data.decode(part.get_content_charset() or "utf-8", errors="replace")
    except LookupError:  # A charset nobody knows.
        text = data.decode("utf-8", errors="replace")
    return _UNSEEN.sub("", text)[: 4 * MAIL_ORIGINAL_MAX]


class _Page(html.parser.HTMLParser):
    """Collects what a page says, line by line; what it quotes is marked as in plain mails."""

    _HIDDEN: Final = frozenset({"script", "style", "head", "title", "template"})
    _LINES: Final = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "table", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = [""]
        self._hidden = 0
        self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, hide, or quote."""
        del attrs
        if tag in self._HIDDEN:
            self._hidden += 1
        if tag == "blockquote":
            self._quoted += 1
        if tag in self._LINES or tag == "blockquote":
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        """End what was begun."""
        if tag in self._HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        if tag == "blockquote":
            self._quoted = max(0, self._quoted - 1)
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        """Take words, with single spaces between."""
        words = " ".join(data.split())
        if self._hidden or not words:
            return
        mark = "> " if self._quoted and not self.lines[-1] else ""
        space = " " if self.lines[-1] and data[:1].isspace() else ""
        self.lines[-1] += mark + space + words + (" " if data[-1:].isspace() else "")


def _page_words(page: str) -> str:
    reader = _Page()
    reader.feed(page)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in reader.lines)).strip()


def _attachments(parts: list[Message]) -> tuple[list[Attachment], list[bytes]]:
    """Name what is attached; pictures come along, the rest is left out."""
    listed: list[Attachment] = []
    blobs: list[bytes] = []
    for part in parts:
        name = _UNSEEN.sub("", str(part.get_filename() or ""))[-_NAME_LENGTH_MAX:]
        kind = part.get_content_type()
        is_picture = part.get_content_maintype() == "image" or _PICTURES.search(name) is not None
        if not is_picture and not name:
            continue
        payload = part.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        if _is_decoration(part, data) and is_picture:
            continue
        is_kept = is_picture and len(data) <= PHOTO_BYTES_MAX and len(blobs) < MAIL_ATTACHMENTS_MAX
        if len(listed) < 2 * MAIL_ATTACHMENTS_MAX:
            listed.append(Attachment(name or kind, kind, len(data) if is_kept else 0))
            if is_kept and data:
                blobs.append(data)
    return listed, blobs


def _is_decoration(part: Message, data: bytes) -> bool:
    is_inline = part.get_content_disposition() == "inline" or "Content-ID" in part
    return is_inline and len(data) < _DECORATION_BYTES


def answer(question: bytes) -> bytes:
    """Answer with what is in the mail, or with the word for why it is not told."""
    try:
        letter, blobs = read(question)
    except Unfit as unfit:
        return packed(msgspec.json.encode(Letter(problem=str(unfit))))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a reader of mails may fail in any way
        return packed(msgspec.json.encode(Letter(problem="unreadable")))
    return packed(msgspec.json.encode(letter), blobs)


_WARM_UP: Final = b"""From: =?utf-8?q?J=C3=BCrgen?= <a@example.com>
Subject: =?iso-8859-15?b?pA==?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html; charset=windows-1252

<p>a</p>
--b
Content-Type: image/png; name*=utf-8''a.png
Content-Transfer-Encoding: base64

AAAA
--b--
"""


def main(cpu_s: float) -> None:
    """Answer questions until the parent hangs up; die of any that takes more than ``cpu_s``."""
    answer(_WARM_UP)
    for charset in _CHARSETS:
        "".encode(charset)
    serve(answer, memory_bytes=MAIL_MEMORY_BYTES, cpu_s=cpu_s)


_CHARSETS: Final = (
    *("utf-8", "utf-16", "utf-7", "latin-1", "cp1250", "cp1251", "cp1252", "iso-8859-2"),
    *("iso-8859-9", "iso-8859-15", "koi8-r", "gb18030", "gbk", "big5", "euc-jp", "shift_jis"),
    *("iso-2022-jp", "euc-kr", "ascii"),
)
"""Codecs are files: what mails are written in must be at hand before files are out of reach."""

if __name__ == "__main__":
    main(float(sys.argv[1]))
