"""Sending e-mail through the operator's relay.

One connection per mail, one wall-clock limit around it, and one judgement of what happened. The
relay is the operator's setting, hence outside the egress guard. Never here: retries.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
import time
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

import aiosmtplib

from retour.gateways.limits import DETAIL_LENGTH_MAX, MAIL_TIMEOUT_S
from retour.gateways.message import InvalidMail, Mail, address, mail_bytes

__all__ = ["Mail", "MailOutcome", "MailReply", "SmtpSettings", "mail_bytes", "send_mail"]

_PORTS: Final = {"smtp": 25, "smtps": 465}
_QUIT_S: Final = 2.0
_PERMANENT: Final = 500
_SHUTTING_DOWN: Final = 421
_PRINTABLE: Final = re.compile(r"[^\x20-\x7e]+")

Security = Literal["auto", "never", "required", "tls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """Where and how mail leaves.

    ``auto`` takes STARTTLS where it is offered, ``tls`` is TLS from the first byte.
    Certificates are always verified, against ``ca_file`` where one is named.
    """

    host: str
    port: int
    security: Security = "auto"
    username: str | None = None
    password: str | None = None
    ca_file: str | None = None
    timeout_s: float = MAIL_TIMEOUT_S

    @classmethod
    def parse(cls, url: str) -> SmtpSettings:
        """Read ``smtp[s]://[user:password@]host[:port][?starttls=auto|never|required&ca=FILE]``.

        Raises:
            ValueError: it is not that, in words that do not repeat a password.
        """
        words = "The SMTP URL is not smtp[s]://[user:password@]host[:port][?starttls=required]."
        parts = urlsplit(url)
        try:
            port = parts.port or _PORTS[parts.scheme]
            options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        except (ValueError, KeyError):
            raise ValueError(words) from None
        starttls = options.pop("starttls", "auto")
        ca_file = options.pop("ca", None)
        is_known = starttls in {"auto", "never", "required"} and not options
        if not parts.hostname or not is_known or parts.path not in {"", "/"} or parts.fragment:
            raise ValueError(words)
        return cls(
            host=parts.hostname,
            port=port,
            security="tls" if parts.scheme == "smtps" else _SECURITIES[starttls],
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            ca_file=ca_file,
        )


_SECURITIES: Final[dict[str, Security]] = {
    "auto": "auto",
    "never": "never",
    "required": "required",
}


class MailOutcome(StrEnum):
    """What became of a mail."""

    SENT = "sent"
    """The relay has taken it over."""
    TRANSIENT = "transient"
    """Nothing was wrong with the mail; another attempt may succeed, or repeat it."""
    PERMANENT = "permanent"
    """Nobody will ever take this mail as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailReply:
    """What the relay said: its last ``code``, ``None`` if it came to none, and words for people."""

    outcome: MailOutcome
    code: int | None
    detail: str
    ms_total: int


async def send_mail(mail: Mail, smtp: SmtpSettings) -> MailReply:
    """Hand ``mail`` to the relay; never raises for what relay, network or mail do.

    A connection lost after the mail was said, before it was acknowledged, is ``TRANSIENT``: the
    repetition carries the same Message-ID.
    """
    started = time.monotonic()
    outcome, code, detail = await _judged(mail, smtp)
    return MailReply(
        outcome=outcome,
        code=code,
        detail=_PRINTABLE.sub(" ", detail)[:DETAIL_LENGTH_MAX],
        ms_total=int((time.monotonic() - started) * 1000),
    )


async def _judged(mail: Mail, smtp: SmtpSettings) -> tuple[MailOutcome, int | None, str]:
    try:
        written = mail_bytes(mail)
        async with asyncio.timeout(smtp.timeout_s):
            said = await _hand_over(mail, written, smtp)
    except InvalidMail as error:
        return MailOutcome.PERMANENT, None, str(error)
    except aiosmtplib.SMTPRecipientsRefused as error:
        refusal = error.recipients[0]
        return _refused(refusal.code), refusal.code, refusal.message
    except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
        return _refused(error.code), error.code, error.message
    except aiosmtplib.SMTPResponseException as error:
        # Greeting, EHLO, STARTTLS or AUTH: the relay refuses us, not this mail.
        return MailOutcome.TRANSIENT, error.code, error.message
    except TimeoutError:
        return MailOutcome.TRANSIENT, None, "The mail relay did not answer in time."
    except (aiosmtplib.SMTPException, OSError) as error:
        return MailOutcome.TRANSIENT, None, f"The mail relay could not be used. ({error})"
    return MailOutcome.SENT, 250, said


def _refused(code: int) -> MailOutcome:
    is_permanent = code >= _PERMANENT and code != _SHUTTING_DOWN
    return MailOutcome.PERMANENT if is_permanent else MailOutcome.TRANSIENT


async def _hand_over(mail: Mail, written: bytes, smtp: SmtpSettings) -> str:
    sender, recipient = address(mail.from_), address(mail.to)
    client = aiosmtplib.SMTP(
        hostname=smtp.host,
        port=smtp.port,
        username=smtp.username,
        password=smtp.password,
        local_hostname=_own_name(sender.domain),
        timeout=smtp.timeout_s,
        use_tls=smtp.security == "tls",
        start_tls={"required": True, "never": False}.get(smtp.security),
        tls_context=_tls_context(smtp.ca_file),
    )
    try:
        await client.connect()
        _, said = await client.sendmail(sender.addr_spec, [recipient.addr_spec], written)
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):  # The mail is theirs already.
            await client.quit(timeout=_QUIT_S)
    finally:
        client.close()
    return said


@cache
def _tls_context(ca_file: str | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file)


def _own_name(domain: str) -> str:
    """Say who we are: this machine's full name, or the domain we write for."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else domain
