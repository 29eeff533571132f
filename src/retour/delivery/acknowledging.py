"""Acknowledgements of withdrawals: mails that the law asks for, and what the mail server said.

No merchant's template, profile or pause stands in their way.  What became of a mail is recorded
before its lane is settled; a crash in between sends the same bytes again under the same Message-ID.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from retour.delivery.effects import ACKNOWLEDGEMENT_PATIENCE, Patience
from retour.delivery.ledger import Tried
from retour.delivery.mails import MailSender, read_mail
from retour.delivery.outcome import Abandoned, Delivered, Outcome, Retry
from retour.delivery.protocols import Acknowledge, Work
from retour.delivery.settling import AWAY
from retour.kernel.wire import WireMessage

if TYPE_CHECKING:
    from retour.lifecycle.withdrawals.acts import Details

_LOG: Final = structlog.get_logger()
_ANSWER_LENGTH_MAX: Final = 300
_BUSY_S: Final = 2


class AcknowledgementSender:
    """Sends the mails by the operator's relay, and reports its answers."""

    def __init__(
        self,
        mails: MailSender,
        acknowledge: Acknowledge,
        patience: Patience = ACKNOWLEDGEMENT_PATIENCE,
    ) -> None:
        self._mails = mails
        self._patience = patience
        self._acknowledge = acknowledge

    async def send(self, work: Work, wire: WireMessage | None) -> Tried:
        """Hand one mail over; report when it is taken, and when people must see to it."""
        assert wire is not None, "a mail has bytes"
        tried = await self._mails.send(work, wire)
        outcome = self._judged(work, tried.outcome)
        is_sent = isinstance(outcome, Delivered)
        is_final = isinstance(outcome, Abandoned)
        if is_sent or is_final or work.tries >= self._patience.alarm_after:
            proof = _proof(work, tried, wire, is_final=is_final)
            try:
                await self._acknowledge(
                    work.row.workspace_id, work.event.stream, is_sent=is_sent, proof=proof
                )
            except AWAY as error:
                _LOG.warning("an acknowledgement is not recorded yet", why=repr(error))
                outcome = Retry(str(error), after_s=_BUSY_S, is_receivers=False)
        return msgspec.structs.replace(tried, outcome=outcome)

    def _judged(self, work: Work, outcome: Outcome) -> Outcome:
        """Let one bad mail speak of no other, and try for as long as patience lasts."""
        if not isinstance(outcome, Retry):
            return outcome
        pauses_s = self._patience.pauses_s
        if work.tries > len(pauses_s):
            return Abandoned(outcome.why)
        return Retry(outcome.why, after_s=pauses_s[work.tries - 1], is_receivers=False)


def _proof(work: Work, tried: Tried, wire: WireMessage, *, is_final: bool) -> Details:
    proof: Details = {
        "delivery": work.row.delivery_id,
        "attempt": work.n,
        "relay": tried.peer,
        "status_code": tried.status_code,
        "answer": None if tried.detail is None else tried.detail[:_ANSWER_LENGTH_MAX],
    }
    if isinstance(tried.outcome, Delivered):
        digest = hashlib.sha256(wire.body).hexdigest()
        return proof | {"message_id": read_mail(wire).message_id, "mail_sha256": digest}
    return proof | {"is_final": is_final}
