"""Letters of the house to people: invitations to workspaces, and links for new passwords.

They hold links by which somebody gets in.  So nothing of a letter is kept: its delivery names what
it is about, and the words are written anew for each attempt, the same while the same is true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from retour.delivery.effects import LETTER_RULES
from retour.delivery.ledger import Tried
from retour.delivery.mails import UNCONFIGURED, hand_over
from retour.delivery.outcome import Abandoned, Delivered, Outcome, Retry
from retour.delivery.settling import AWAY
from retour.gateways.message import InvalidMail

if TYPE_CHECKING:
    from retour.delivery.protocols import Letters
    from retour.gateways.mail import SmtpSettings
    from retour.store.delivery_queries import Leased

_LOG: Final = structlog.get_logger()
_BUSY_S: Final = 5
_UNWANTED: Final = "Nobody waits for it any more."


class LetterSender:
    """Hands letters to the operator's relay; without one they wait, and say why."""

    def __init__(self, smtp: SmtpSettings | None, letters: Letters) -> None:
        self._smtp = smtp
        self._letters = letters

    async def send(self, row: Leased, *, tries: int) -> Tried:
        """Write one and hand it over; say what became of it before its lane is settled."""
        if self._smtp is None:
            outcome = Retry(UNCONFIGURED, is_receivers=False)
            return Tried(outcome=outcome, error="unconfigured", detail=UNCONFIGURED)
        about = row.event_id
        try:
            mail = await self._letters.write(about, letter=row.delivery_id)
            if mail is None:
                return Tried(outcome=Abandoned(_UNWANTED), detail=_UNWANTED)
            tried = await hand_over(mail, self._smtp)
            outcome = _judged(tried.outcome, tries)
            if not isinstance(outcome, Retry):
                why = None if isinstance(outcome, Delivered) else tried.detail
                await self._letters.told(about, is_sent=why is None, why=why)
        except InvalidMail as error:
            await self._letters.told(about, is_sent=False, why=str(error))
            return Tried(outcome=Abandoned(str(error)), error="poison", detail=str(error))
        except AWAY as error:
            _LOG.warning("what became of a letter is not recorded yet", why=repr(error))
            return Tried(outcome=Retry(repr(error), after_s=_BUSY_S, is_receivers=False))
        return msgspec.structs.replace(tried, outcome=outcome)


def _judged(outcome: Outcome, tries: int) -> Outcome:
    """Let one address that cannot be reached speak of no other."""
    if not isinstance(outcome, Retry):
        return outcome
    schedule_s = LETTER_RULES.schedule_s
    if tries >= len(schedule_s):
        return Abandoned(outcome.why)
    return Retry(outcome.why, after_s=schedule_s[tries], is_receivers=False)
