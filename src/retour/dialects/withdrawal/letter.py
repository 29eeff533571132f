"""The mail that acknowledges a withdrawal: what was said, word for word, and when.  Pure."""

from __future__ import annotations

import html
from datetime import datetime, tzinfo
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from retour.dialects.stored import ERASED, StoredEvent
from retour.dialects.withdrawal.labels import language_of
from retour.dialects.withdrawal.languages import LANGUAGES
from retour.dialects.withdrawal.words import fill

_MOMENT: Final = "d MMMM y, HH:mm:ss"


class Letter(NamedTuple):
    """A mail's words, and the language they are in."""

    language: str
    subject: str
    text: str
    html: str


def moment(at: datetime, zone: tzinfo, language: str) -> str:
    """Write an instant to the second as people read it, with the zone it is meant in.

    >>> moment(datetime(2026, 6, 19, 21, 59, 59, tzinfo=UTC), ZoneInfo("Europe/Berlin"), "de")
    '19. Juni 2026, 23:59:59 (Europe/Berlin, UTC+02:00)'
    """
    local = at.astimezone(zone)
    pattern = _MOMENT.replace("d ", "d. ") if language == "de" else _MOMENT
    written: str = format_datetime(local, pattern, locale=language)
    return f"{written} ({zone}, {_offset(local)})"


def _offset(local: datetime) -> str:
    text = local.strftime("%z")
    return f"UTC{text[:3]}:{text[3:5]}"


def letter(event: StoredEvent, merchant: str) -> Letter:
    """Write the mail for a ``withdrawal.received``, in the consumer's language."""
    details = event.snapshot.details
    language = language_of(event.customer.locale, LANGUAGES)
    words = LANGUAGES[language]
    zone = ZoneInfo(str(details["zone"]))
    said = event.message or ERASED
    submitted = datetime.fromisoformat(str(details["submitted_at"]))
    facts = [
        (words.reference, str(details["reference"])),
        (words.received, moment(event.occurred_at, zone, language)),
    ]
    if submitted != event.occurred_at:
        facts.append((words.submitted, moment(submitted, zone, language)))
    subject = fill(words.subject, reference=str(details["reference"]))
    lines = "\n".join(f"{name}: {value}" for name, value in facts)
    text = (
        f"{words.mail_lead}\n\n{lines}\n\n{words.statement}:\n\n{said}\n\n"
        f"{words.mail_keep}\n\n{merchant}\n"
    )
    rows = "".join(
        f"<p><strong>{html.escape(name)}</strong><br />{html.escape(value)}</p>"
        for name, value in facts
    )
    broken = html.escape(said).replace("\n", "<br />")
    page = (
        f"<p>{html.escape(words.mail_lead)}</p>{rows}"
        f"<p><strong>{html.escape(words.statement)}</strong></p>"
        f'<p style="overflow-wrap:anywhere">{broken}</p>'
        f"<p>{html.escape(words.mail_keep)}</p>"
    )
    return Letter(language=language, subject=subject, text=text, html=page)
