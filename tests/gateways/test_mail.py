"""Sending mail: real relays that take, delay or refuse it."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
from aiosmtpd import smtp
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from retour.gateways.mail import MailOutcome, MailReply, SmtpSettings, send_mail
from retour.gateways.message import mail_bytes
from tests.gateways.mails import MAIL, part, read
from tests.gateways.servers import Authority

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
        # Python 3.11 stumbles over a connection on TLS that the other side has ended already.
        with contextlib.suppress(AttributeError):
            relay.transport.abort()


class Mailbox:
    """What a relay does with what it is offered: a reply per step, and what it has taken."""

    def __init__(self, *, data: str = "", pause_s: float = 0.0) -> None:
        self.replies = {"rcpt": "", "data": data, "mail": ""}
        self.pause_s = pause_s
        self.taken: list[Envelope] = []

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self,
        _server: smtp.SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        await asyncio.sleep(self.pause_s)
        if not self.replies["mail"]:
            envelope.mail_from = address
        return self.replies["mail"] or "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: smtp.SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        await asyncio.sleep(self.pause_s)
        if not self.replies["rcpt"]:
            envelope.rcpt_tos.append(address)
        return self.replies["rcpt"] or "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: smtp.SMTP, _session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(self.pause_s)
        if self.replies["data"] == "drop":
            hang_up(server)
            return "250 never said"
        if self.replies["data"] == "sleep":
            await asyncio.sleep(30)
        if not self.replies["data"]:
            self.taken.append(envelope)
        return self.replies["data"] or "250 2.0.0 queued as 4711"


class Hasty(Mailbox):
    """A relay that takes a mail and hangs up without a goodbye."""

    async def handle_QUIT(  # noqa: N802 - aiosmtpd's name
        self, server: smtp.SMTP, _session: Session, _envelope: Envelope
    ) -> str:
        hang_up(server)
        return "221 never said"


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
    mailbox = Mailbox()
    mailbox.replies[step] = said
    async with relaying(mailbox) as settings:
        reply = await send_mail(MAIL, settings)

    assert outcome == reply.outcome
    assert (None if said == "drop" else int(said[:3])) == reply.code
    assert said == "drop" or said[4:] in reply.detail
    assert [] == mailbox.taken


async def test_a_mail_that_was_taken_is_sent_however_the_goodbye_goes() -> None:
    """Else it would be sent again."""
    mailbox = Hasty()
    async with relaying(mailbox) as settings:
        reply = await send_mail(MAIL, settings)

    assert (MailOutcome.SENT, 1) == (reply.outcome, len(mailbox.taken))


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


async def test_a_silent_relay_is_given_up() -> None:
    """Wall time around it all, shortened here from its thirty seconds."""
    mailbox = Mailbox(data="sleep")
    async with relaying(mailbox) as settings:
        began = time.monotonic()
        reply = await send_mail(MAIL, replace(settings, timeout_s=0.3))

    assert (MailOutcome.TRANSIENT, None) == (reply.outcome, reply.code)
    assert "in time" in reply.detail
    assert time.monotonic() - began < 10


async def test_a_dripping_relay_is_given_up_too() -> None:
    """Each step in time, all of them together not."""
    mailbox = Mailbox(pause_s=0.25)
    async with relaying(mailbox) as settings:
        reply = await send_mail(MAIL, replace(settings, timeout_s=0.5))
        patient = await send_mail(MAIL, replace(settings, timeout_s=5))

    assert (MailOutcome.TRANSIENT, None) == (reply.outcome, reply.code)
    assert MailOutcome.SENT == patient.outcome


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
