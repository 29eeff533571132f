"""Mail: bytes that were written once, handed to the operator's relay.

A repetition is byte for byte the mail it repeats, with the same Message-ID, so that a mailbox may
see that it has it already.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
import structlog

from retour.delivery.crash import crash_point
from retour.delivery.ledger import Tried
from retour.delivery.outcome import DELIVERED, Abandoned, Outcome, Retry
from retour.delivery.protocols import Work
from retour.gateways.mail import Mail, MailOutcome, SmtpSettings, mail_bytes, send_mail
from retour.gateways.message import Attached
from retour.kernel.wire import WireMessage

UNCONFIGURED: Final = "No mail relay is configured. Set RETOUR_SMTP_URL."
MAIL_TYPE: Final = "message/rfc822"
"""What a mail is kept as: its bytes as they go over the wire."""
_KEPT: Final = "retour-mail"
_LOG: Final = structlog.get_logger()


class MailSender:
    """Hands mails to one relay; without a relay they wait, and say why."""

    def __init__(self, smtp: SmtpSettings | None) -> None:
        self._smtp = smtp

    async def send(self, work: Work, wire: WireMessage | None) -> Tried:
        """Hand one mail over."""
        assert wire is not None, "a mail has bytes"
        if self._smtp is None:
            outcome = Retry(UNCONFIGURED, is_receivers=False)
            return Tried(outcome=outcome, error="unconfigured", detail=UNCONFIGURED)
        mail = read_mail(wire)
        if mail_bytes(mail) != wire.body:
            _LOG.warning("a mail is written otherwise than before", delivery=work.row.delivery_id)
        return await hand_over(mail, self._smtp)


async def hand_over(mail: Mail, smtp: SmtpSettings) -> Tried:
    """Give a mail to the relay, and say what it said."""
    reply = await send_mail(mail, smtp)
    if reply.outcome is MailOutcome.SENT:
        # The relay has the mail; whether we read its word or not is all the same to it.
        crash_point("data_sent")
        crash_point("250_read")
    return Tried(
        outcome=_judged(reply.outcome, reply.detail),
        status_code=reply.code,
        error=None if reply.outcome is MailOutcome.SENT else f"smtp_{reply.outcome.value}",
        detail=reply.detail,
        ms=reply.ms_total,
        peer=smtp.host,
    )


def _judged(outcome: MailOutcome, detail: str) -> Outcome:
    match outcome:
        case MailOutcome.SENT:
            return DELIVERED
        case MailOutcome.TRANSIENT:
            return Retry(detail)
        case MailOutcome.PERMANENT:
            return Abandoned(detail)


class _Parts(msgspec.Struct, frozen=True):
    """A mail's parts as they are kept beside its bytes."""

    sender: str
    to: str
    subject: str
    text: str
    html: str | None
    message_id: str
    date: datetime
    headers: dict[str, str]
    reply_to: str | None = None
    attached: tuple[Attached, ...] = ()


_ENCODE: Final = msgspec.json.Encoder()
_PARTS: Final = msgspec.json.Decoder(_Parts)


def mail_message(mail: Mail) -> WireMessage:
    """Write a mail, and keep what it was written from, so that a repetition is written alike.

    Raises:
        InvalidMail: It can never be sent.
    """
    parts = _Parts(
        sender=mail.from_,
        to=mail.to,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        message_id=mail.message_id,
        date=mail.date,
        headers=dict(mail.headers),
        reply_to=mail.reply_to,
        attached=mail.attached,
    )
    return WireMessage(MAIL_TYPE, mail_bytes(mail), ((_KEPT, _ENCODE.encode(parts).decode()),))


def read_mail(wire: WireMessage) -> Mail:
    """Give the mail that a message holds."""
    parts = next(_PARTS.decode(value) for name, value in wire.headers if name == _KEPT)
    return Mail(
        from_=parts.sender,
        to=parts.to,
        subject=parts.subject,
        text=parts.text,
        html=parts.html,
        message_id=parts.message_id,
        date=parts.date,
        headers=parts.headers,
        reply_to=parts.reply_to,
        attached=parts.attached,
    )
