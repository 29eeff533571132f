"""Mail: bytes that were written once, handed to the operator's relay.

A repetition is byte for byte the mail it repeats, with the same Message-ID, so that a mailbox may
see that it has it already.
"""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from retour.delivery.crash import crash_point
from retour.delivery.ledger import Tried
from retour.delivery.outcome import DELIVERED, Abandoned, Outcome, Retry
from retour.delivery.protocols import Work
from retour.gateways.mail import Mail, MailOutcome, SmtpSettings, send_mail
from retour.kernel.wire import WireMessage

_UNCONFIGURED: Final = "No mail relay is configured. Set RETOUR_SMTP_URL."
_OWN: Final = frozenset({"from", "to", "subject", "date", "message-id", "mime-version"})


class MailSender:
    """Hands mails to one relay; without a relay they wait, and say why."""

    def __init__(self, smtp: SmtpSettings | None) -> None:
        self._smtp = smtp

    async def send(self, work: Work, wire: WireMessage | None) -> Tried:
        """Hand one mail over."""
        del work
        assert wire is not None, "a mail has bytes"
        if self._smtp is None:
            outcome = Retry(_UNCONFIGURED, is_receivers=False)
            return Tried(outcome=outcome, error="unconfigured", detail=_UNCONFIGURED)
        reply = await send_mail(read_mail(wire.body), self._smtp)
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
            peer=self._smtp.host,
        )


def _judged(outcome: MailOutcome, detail: str) -> Outcome:
    match outcome:
        case MailOutcome.SENT:
            return DELIVERED
        case MailOutcome.TRANSIENT:
            return Retry(detail)
        case MailOutcome.PERMANENT:
            return Abandoned(detail)


def read_mail(written: bytes) -> Mail:
    """Read back a mail that was written here; writing it again gives the same bytes."""
    message = message_from_bytes(written, EmailMessage, policy=SMTP)
    text = message.get_body(("plain",))
    html = message.get_body(("html",))
    assert text is not None, "every mail of ours has a text"
    return Mail(
        from_=message["from"],
        to=message["to"],
        subject=message["subject"],
        text=text.get_content(),
        html=None if html is None else html.get_content(),
        message_id=message["message-id"],
        date=message["date"].datetime,
        headers={
            name: value
            for name, value in message.items()
            if name.lower() not in _OWN and not name.lower().startswith("content-")
        },
    )
