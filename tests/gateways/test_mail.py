"""E-mail: the bytes that are written, and real relays that take, delay or refuse them."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd import smtp
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from hypothesis import example, given
from hypothesis import strategies as st

from retour.gateways.mail import MailOutcome, MailReply, SmtpSettings, send_mail
from retour.gateways.message import InvalidMail, Mail, mail_bytes
from tests.gateways.servers import Authority

MAIL = Mail(
    from_="Bücher & Co <returns@shop.example>",
    to="ann@customer.example",
    subject="Your return R-0001 – received",
    text="Dear Ann,\n\nwe have it: 12 €.\n.\nBye\n",
    html="<p>Dear Ann,</p><p>we have it: 12 €.</p>",
    message_id="<evt_01jq3.dlv_77@retour.example>",
    date=datetime(2026, 1, 15, 12, 30, tzinfo=UTC),
    headers={"List-Unsubscribe": "<https://shop.example/u/1>", "Auto-Submitted": "auto-generated"},
)


def read(written: bytes) -> EmailMessage:
    message = message_from_bytes(written, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert isinstance(body, EmailMessage)
    return body.get_content()


# --- The bytes ------------------------------------------------------------------------------


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


# --- The relay's address --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://127.0.0.1:1025", SmtpSettings(host="127.0.0.1", port=1025)),
        ("smtp://mail.example", SmtpSettings(host="mail.example", port=25)),
        ("smtps://mail.example", SmtpSettings(host="mail.example", port=465, security="tls")),
        ("smtp://[::1]:25/?starttls=never", SmtpSettings(host="::1", port=25, security="never")),
        (
            "smtp://u%40x:p%3A%2F@mail.example:587?starttls=required&ca=%2Fetc%2Fca.pem",
            SmtpSettings(
                host="mail.example",
                port=587,
                security="required",
                username="u@x",
                password="p:/",
                ca_file="/etc/ca.pem",
            ),
        ),
    ],
)
def test_a_relays_url_is_read(url: str, expected: SmtpSettings) -> None:
    """As operators write it."""
    assert expected == SmtpSettings.parse(url)


@pytest.mark.parametrize(
    "url",
    ["", "mail.example:25", "http://u:hush@mail.example", "smtp://u:hush@", "smtp://u:hush@h:x",
     "smtp://u:hush@h:99999", "smtp://u:hush@h?starttls=maybe", "smtp://u:hush@h?starttls",
     "smtp://u:hush@h?verify=no", "smtp://u:hush@h/path", "smtp://u:hush@h#x"],
)  # fmt: skip
def test_a_slip_in_the_relays_url_is_told_without_its_password(url: str) -> None:
    """Settings errors are printed."""
    with pytest.raises(ValueError, match="SMTP URL") as caught:
        SmtpSettings.parse(url)
    assert "hush" not in str(caught.value)


# --- Real relays ----------------------------------------------------------------------------


def hang_up(relay: smtp.SMTP) -> None:
    if isinstance(relay.transport, asyncio.WriteTransport):
        relay.transport.abort()


class Mailbox:
    """What a relay does with what it is offered: a reply per step, and what it has taken."""

    def __init__(self, *, rcpt: str = "", data: str = "", mail: str = "", ehlo: str = "") -> None:
        self.replies = {"rcpt": rcpt, "data": data, "mail": mail, "ehlo": ehlo}
        self.taken: list[Envelope] = []

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self,
        _server: smtp.SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if not self.replies["mail"]:
            envelope.mail_from = address
        return self.replies["mail"] or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self,
        _server: smtp.SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if not self.replies["rcpt"]:
            envelope.rcpt_tos.append(address)
        return self.replies["rcpt"] or "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: smtp.SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.replies["data"] == "drop":
            hang_up(server)
            return "250 never said"
        if self.replies["data"] == "sleep":
            await asyncio.sleep(30)
        if not self.replies["data"]:
            self.taken.append(envelope)
        return self.replies["data"] or "250 2.0.0 queued as 4711"


@contextlib.asynccontextmanager
async def relaying(
    mailbox: Mailbox,
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    password: bytes | None = None,
) -> AsyncGenerator[SmtpSettings]:
    def accept(
        _server: smtp.SMTP, _session: Session, _envelope: Envelope, _how: str, login: object
    ) -> AuthResult:
        is_right = isinstance(login, LoginPassword) and login.password == password
        return AuthResult(success=is_right, handled=False)

    loop = asyncio.get_running_loop()
    relays: list[smtp.SMTP] = []

    def make() -> smtp.SMTP:
        relay = smtp.SMTP(
            mailbox,
            hostname="relay.example",
            tls_context=starttls,
            authenticator=accept if password is not None else None,
            auth_required=password is not None,
            auth_require_tls=True,
            loop=loop,
        )
        relays.append(relay)
        return relay

    server = await loop.create_server(make, "127.0.0.1", 0, ssl=tls)
    try:
        yield SmtpSettings(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for relay in relays:
            hang_up(relay)
        await asyncio.sleep(0)


async def test_a_mail_arrives_byte_for_byte() -> None:
    """Envelope, dots and all; what the relay said is kept."""
    mailbox = Mailbox()
    async with relaying(mailbox) as settings:
        reply = await send_mail(MAIL, settings)
        again = await send_mail(MAIL, settings)

    assert (MailOutcome.SENT, 250) == (reply.outcome, reply.code)
    assert "queued as 4711" in reply.detail
    assert MailOutcome.SENT == again.outcome
    first, second = mailbox.taken
    assert ("returns@shop.example", ["ann@customer.example"]) == (first.mail_from, first.rcpt_tos)
    assert mail_bytes(MAIL) == first.original_content == second.original_content


@pytest.mark.parametrize(
    "text",
    [
        "a\n.\nRCPT TO:<x@y.example>\n",
        ".\r\n.\r\n",
        "a\r.\rb",
        "a\n.\r\nb\r\n.\n",
        "..",
        "\n.\n.\n",
    ],
)
async def test_no_text_ends_the_mail_early(text: str) -> None:
    """Lone dots and lone line ends smuggle nothing."""
    mailbox = Mailbox()
    async with relaying(mailbox) as settings:
        for html in (None, text):
            assert (
                MailOutcome.SENT
                == (await send_mail(replace(MAIL, text=text, html=html), settings)).outcome
            )

    assert [["ann@customer.example"]] * 2 == [envelope.rcpt_tos for envelope in mailbox.taken]
    for envelope in mailbox.taken:
        assert isinstance(envelope.original_content, bytes)
        body = part(read(envelope.original_content), "plain")
        assert text.splitlines() == body.splitlines()


@pytest.mark.parametrize(
    ("step", "said", "outcome"),
    [
        ("rcpt", "550 5.1.1 no such user", MailOutcome.PERMANENT),
        ("rcpt", "554 refused", MailOutcome.PERMANENT),
        ("rcpt", "450 4.2.0 greylisted", MailOutcome.TRANSIENT),
        ("rcpt", "421 4.3.2 shutting down", MailOutcome.TRANSIENT),
        ("mail", "553 sender not allowed", MailOutcome.PERMANENT),
        ("mail", "452 4.3.1 full", MailOutcome.TRANSIENT),
        ("data", "554 5.7.1 looks like spam", MailOutcome.PERMANENT),
        ("data", "552 too large", MailOutcome.PERMANENT),
        ("data", "451 4.3.0 try later", MailOutcome.TRANSIENT),
        ("data", "drop", MailOutcome.TRANSIENT),
    ],
)
async def test_a_refusal_is_judged_by_its_first_digit(
    step: str, said: str, outcome: MailOutcome
) -> None:
    """Five is for ever, four is for now, and a lost connection is for now."""
    mailbox = Mailbox(**{step: said})
    async with relaying(mailbox) as settings:
        reply = await send_mail(MAIL, settings)

    assert outcome == reply.outcome
    assert (None if said == "drop" else int(said[:3])) == reply.code
    assert said == "drop" or said[4:] in reply.detail
    assert [] == mailbox.taken


async def test_a_relay_that_is_not_there_is_for_now() -> None:
    """Nothing listens; or something does that never was a relay."""

    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
        await writer.drain()
        writer.close()

    async def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 relay is closed\r\n")
        await writer.drain()
        writer.close()

    replies: list[MailReply] = []
    for behave in (greet, refuse):
        server = await asyncio.start_server(behave, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        replies.append(await send_mail(MAIL, SmtpSettings(host="127.0.0.1", port=port)))
        server.close()
        replies.append(await send_mail(MAIL, SmtpSettings(host="127.0.0.1", port=port)))
    replies.append(await send_mail(MAIL, SmtpSettings(host="no.such.invalid", port=25)))

    assert {MailOutcome.TRANSIENT} == {reply.outcome for reply in replies}
    assert all(reply.detail for reply in replies)


async def test_a_silent_relay_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wall time around it all, shortened here from its thirty seconds."""
    monkeypatch.setattr("retour.gateways.mail.MAIL_TIMEOUT_S", 0.3)
    mailbox = Mailbox(data="sleep")
    async with relaying(mailbox) as settings:
        began = time.monotonic()
        reply = await send_mail(MAIL, settings)

    assert (MailOutcome.TRANSIENT, None) == (reply.outcome, reply.code)
    assert "in time" in reply.detail
    assert time.monotonic() - began < 3


async def test_a_mail_that_cannot_be_written_asks_no_relay() -> None:
    """It is permanent, and says why."""
    mailbox = Mailbox()
    async with relaying(mailbox) as settings:
        reply = await send_mail(replace(MAIL, subject="a\r\nBcc: x@y.example"), settings)

    assert (MailOutcome.PERMANENT, None) == (reply.outcome, reply.code)
    assert "line break" in reply.detail
    assert [] == mailbox.taken


async def test_a_relay_with_a_password_and_starttls(tmp_path: Path) -> None:
    """The certificate is verified before the password is said."""
    authority = Authority(tmp_path)
    context = authority.server("127.0.0.1")
    mailbox = Mailbox()
    async with relaying(mailbox, starttls=context, password=b"right") as settings:
        known = replace(settings, security="required", username="me", ca_file=authority.ca_file)
        sent = await send_mail(MAIL, replace(known, password="right"))
        wrong = await send_mail(MAIL, replace(known, password="wrong"))
        unverified = await send_mail(MAIL, replace(known, password="right", ca_file=None))

    assert MailOutcome.SENT == sent.outcome
    assert (MailOutcome.TRANSIENT, 535) == (wrong.outcome, wrong.code)
    assert (MailOutcome.TRANSIENT, None) == (unverified.outcome, unverified.code)
    assert 1 == len(mailbox.taken)
    assert not any("right" in reply.detail for reply in (sent, wrong, unverified))


async def test_starttls_that_is_required_and_missing_is_not_done_without(tmp_path: Path) -> None:
    """Required means required; auto takes what there is; never takes nothing."""
    authority = Authority(tmp_path)
    mailbox = Mailbox()
    async with relaying(mailbox) as plain:
        required = await send_mail(MAIL, replace(plain, security="required"))
        auto = await send_mail(MAIL, plain)
    async with relaying(mailbox, starttls=authority.server("127.0.0.1")) as offering:
        taken = await send_mail(MAIL, replace(offering, ca_file=authority.ca_file))
        never = await send_mail(MAIL, replace(offering, security="never"))

    outcomes = [reply.outcome for reply in (required, auto, taken, never)]
    assert ["transient", "sent", "sent", "sent"] == outcomes
    assert 3 == len(mailbox.taken)


async def test_a_relay_on_tls_from_the_first_byte(tmp_path: Path) -> None:
    """smtps."""
    authority = Authority(tmp_path)
    mailbox = Mailbox()
    async with relaying(mailbox, tls=authority.server("127.0.0.1")) as settings:
        secure = replace(settings, security="tls", ca_file=authority.ca_file)
        reply = await send_mail(MAIL, secure)

    assert MailOutcome.SENT == reply.outcome
    assert mail_bytes(MAIL) == mailbox.taken[0].original_content


async def test_many_mails_at_once_all_arrive_once() -> None:
    """A hundred connections side by side."""
    mailbox = Mailbox()
    mails = [replace(MAIL, message_id=f"<m{n}@retour.example>") for n in range(100)]
    async with relaying(mailbox) as settings:
        replies = await asyncio.gather(*(send_mail(mail, settings) for mail in mails))

    assert {MailOutcome.SENT} == {reply.outcome for reply in replies}
    received = {bytes(envelope.original_content or b"") for envelope in mailbox.taken}
    assert {mail_bytes(mail) for mail in mails} == received
