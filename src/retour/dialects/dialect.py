"""What a dialect is: its words, its forms, and how its receivers expect to be treated.

Each dialect is one module that ends in one ``Dialect`` value; ``registry`` lists them.  What a
producer promises its receivers is data here, so that one engine serves all; nothing is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from retour.dialects.shapes import Tree
from retour.dialects.stored import StoredEvent
from retour.dialects.view import View
from retour.dialects.xmltree import document
from retour.kernel.subscription import Ordering
from retour.kernel.wire import WireMessage
from retour.lifecycle.model import EventType

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


class DeliveryRules(msgspec.Struct, frozen=True, kw_only=True):
    """When a message counts as delivered, and how long and how often it is tried.

    Args:
        success: The lowest and the highest status code that mean success.
        timeout_s: For the whole exchange.
        schedule_s: The pause before each attempt; the first is made at once.
        goes_on: Whether the last pause repeats until ``expiry_s``; else the schedule's end is it.
        jitter: How much of each pause may be added by chance, as a fraction.
        expiry_s: How long after its first attempt a message is given up, whatever is scheduled.
    """

    success: tuple[int, int] = (200, 299)
    timeout_s: int = 15
    schedule_s: tuple[int, ...]
    goes_on: bool = False
    jitter: float = 0.1
    expiry_s: int

    def succeeds(self, status: int) -> bool:
        """Say whether a reply with this status code means that the message has arrived."""
        return self.success[0] <= status <= self.success[1]

    def pause_s(self, attempts: int, age_s: float) -> int | None:
        """Give the pause after ``attempts`` failed attempts, or ``None`` when it is given up.

        Args:
            attempts: Made so far; 1 or more.
            age_s: Since the first attempt.
        """
        if attempts < len(self.schedule_s):
            pause = self.schedule_s[attempts]
        elif self.goes_on:
            pause = self.schedule_s[-1]
        else:
            return None
        return pause if age_s + pause <= self.expiry_s else None


_OUR_SCHEDULE: Final = (
    0,
    5,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
)

OUR_RULES: Final = DeliveryRules(schedule_s=_OUR_SCHEDULE, expiry_s=4 * DAY)
"""How we treat receivers who expect nothing in particular.

The schedule ends after three days and a bit; the expiry lies beyond it, jitter included.
"""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which message is wanted: one of the event's words, a format, the dialect's own settings."""

    word: str = ""
    format: str = "json"
    settings: Mapping[str, str | None] = {}


Render = Callable[[StoredEvent, Wanted], WireMessage | None]
"""Says an event in a dialect; ``None`` is deliberate silence.  The same event, the same bytes."""


Sign = Callable[[Sequence[bytes], bytes], tuple[tuple[str, str], ...]]
"""Gives the headers that sign a body; live secrets as shown to their owner, newest first."""


Check = Callable[[str | None], str | None]
"""Says what is wrong with a setting's value, fact then remedy; ``None`` where nothing is."""


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """One way to say what happened.

    Args:
        name: As subscriptions name it.
        source: Whose words these are.
        vocabulary: The words each event is said in, mostly one; each is a message of its own.
        silences: Why each other event is not said.
        beside: Words its source does not have: told only to who asks for them by name.
        formats: Which ones it can be written in, the default first.
        ordering: What must stay in order at a receiver, unless its subscription says otherwise.
        settings: The ones it knows, with their defaults.
        checks: Of settings that not every value will do for, under their names.
        shape: What the JSON body of a message is, by its word; XML is the same tree.
        sign: Its own signature; without one it is Standard Webhooks'.
        is_signed: False where its receivers are known to check nothing but static headers.
    """

    name: str
    source: str
    vocabulary: Mapping[EventType, tuple[str, ...]]
    silences: Mapping[EventType, str] = {}
    beside: frozenset[str] = frozenset()
    formats: tuple[str, ...]
    render: Render
    ordering: Ordering = Ordering.RETURN
    rules: DeliveryRules = OUR_RULES
    settings: Mapping[str, str | None] = {}
    checks: Mapping[str, Check] = {}
    shape: Callable[[str], Tree]
    sign: Sign | None = None
    is_signed: bool = True


_ENCODER: Final = msgspec.json.Encoder()


def written(event: StoredEvent, view: View, root: str, format: str) -> WireMessage:
    """Write a tree as JSON, or as XML under ``root``, numbered per return where there is one."""
    numbered = () if event.sequence is None else (("webhook-sequence", str(event.sequence)),)
    if format == "xml":
        return WireMessage("application/xml; charset=utf-8", document(root, view), numbered)
    assert format == "json", "the doors let only a dialect's own formats through"
    return WireMessage("application/json", _ENCODER.encode(view), numbered)
