"""What an attempt came to, and when the next one is due.  Pure: chance and ages are handed in.

Senders answer with an outcome; what a status code means is read here, by the rules of the dialect
that was spoken.  Never here: who is told, or what happens to the lane (``runs``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Final

from retour.delivery.limits import RETRY_AFTER_MAX_S, RETRY_AFTER_MIN_S
from retour.dialects.dialect import DeliveryRules

GONE: Final = 410
_REDIRECTS: Final = range(300, 400)
_SECONDS: Final = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver has it."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Not this time.  ``after_s`` is ``None`` where the rules' schedule says when."""

    why: str
    after_s: int | None = None
    is_receivers: bool = True  # Else our own trouble, which says nothing about the receiver.


@dataclass(frozen=True, slots=True)
class Abandoned:
    """Never: another attempt would fail alike."""

    why: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The receiver wants nothing any more."""


@dataclass(frozen=True, slots=True)
class Held:
    """The receiver named a time before which it wants nothing at all."""

    after_s: int


@dataclass(frozen=True, slots=True)
class Unsent:
    """The receiver was not called; nothing is counted or kept."""


Outcome = Delivered | Retry | Abandoned | Gone | Held | Unsent

DELIVERED: Final = Delivered()

WORDS: Final[Mapping[type[Outcome], str]] = MappingProxyType(
    {
        Delivered: "delivered",
        Retry: "failed",
        Abandoned: "abandoned",
        Gone: "gone",
        Held: "held",
        Unsent: "unsent",
    }
)
"""How the attempt log names them: stored and shown, never renamed."""


def judge_status(
    status: int, rules: DeliveryRules, retry_after: str | None, now: datetime
) -> Outcome:
    """Read a reply: a redirect is a failure, 410 an end, ``Retry-After`` a hold on everything.

    Args:
        status: Of the final reply.
        rules: Whose success codes count; some producers take 200 and nothing else.
        retry_after: That header, where there is one.
        now: Database time, for a header that names a date.
    """
    if rules.succeeds(status):
        return DELIVERED
    if status == GONE:
        return Gone()
    if retry_after is not None and status not in _REDIRECTS:
        pause = pause_asked(retry_after, now)
        if pause is not None:
            return Held(pause)
    if status in _REDIRECTS:
        return Retry(f"Status {status}: redirects are not followed. Give the final address.")
    return Retry(f"Status {status}.")


def pause_asked(retry_after: str, now: datetime) -> int | None:
    """Read ``Retry-After`` (seconds or an HTTP date) as 1 s to 24 h; ``None`` if it is neither."""
    text = retry_after.strip()
    if _SECONDS.fullmatch(text):
        pause = int(text)
    else:
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return None
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        pause = int((until - now).total_seconds())
    return max(RETRY_AFTER_MIN_S, min(pause, RETRY_AFTER_MAX_S))


def pause_ms(rules: DeliveryRules, tries: int, age_s: int, chance: float) -> int | None:
    """Give the pause after ``tries`` failed attempts, lengthened by chance; ``None``: given up.

    Args:
        rules: Of the dialect.
        tries: Made in the present series, the last included.
        age_s: Since its first failure.
        chance: From 0 up to 1.
    """
    pause = rules.pause_s(max(tries, 1), age_s)
    return None if pause is None else int(pause * 1000 * (1 + rules.jitter * chance))
