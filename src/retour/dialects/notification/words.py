"""12Return's twelve events and some of ours: names, classes, the process each belongs to.

Source: 12Return's notification article.  Each is primary (the status changed) or secondary (a
subprocess ended).  Ours say what customers wait for and its twelve leave out.  What is said of them
is ``notifications``'.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import msgspec

from retour.lifecycle.model import EventType

NOTICES: Final = frozenset(
    {
        EventType.PAYMENT_CHANGED,
        EventType.RECONCILIATION_DIFFERS,
        EventType.CHANNEL_REFUSED,
        EventType.CHANNEL_RESUMED,
        EventType.SUBSCRIPTION_PAUSED,
    }
)
"""What a workspace's own people can be told by plain mail: troubles that are no return's."""
ROOT: Final = "returnAlert"
"""The element an alert stands in."""


class Word(msgspec.Struct, frozen=True):
    """One of 12Return's events.

    Args:
        name: As templates name it.
        title: As people read it.
        type: The event it is said of.
        processes: Where it can occur; several where that depends on how far the return had come.
        kind: Its class, primary or secondary.
        is_ours: Whether 12Return has no such event.
    """

    name: str
    title: str
    type: str
    processes: tuple[str, ...]
    kind: str = "primary"
    is_ours: bool = False


_AUTHORIZATION: Final = ("authorization",)
_LOGISTICS: Final = ("logistics",)
_PROCESSING: Final = ("processing",)
_SETTLEMENT: Final = ("settlement",)
_ANY: Final = (*_AUTHORIZATION, *_LOGISTICS, *_PROCESSING, *_SETTLEMENT)

_WORDS: Final = (
    Word("return_requested", "Return requested", "return.requested", _AUTHORIZATION),
    Word("return_rejected", "Return rejected", "return.rejected", _AUTHORIZATION),
    Word("return_authorized", "Return authorized", "return.authorized", _AUTHORIZATION),
    Word("return_shipped", "Return shipped", "return.shipped", _LOGISTICS),
    Word("return_tracked", "Return tracked", "return.tracked", _LOGISTICS),
    Word("return_received", "Return received", "return.received", _PROCESSING),
    Word("return_processed", "Return processed", "return.processed", _PROCESSING),
    Word("return_settled", "Return settled", "return.settled", _SETTLEMENT),
    Word("return_completed", "Return completed", "return.completed", _SETTLEMENT),
    Word("return_canceled", "Return canceled", "return.canceled", _ANY),
    Word(
        "settlement_memo", "Settlement memo", "settlement_memo.completed", _SETTLEMENT, "secondary"
    ),
    Word("use_case_email", "Use case email", "message.created", ("initiate",), "secondary"),
    Word("label_created", "Label created", "label.created", _LOGISTICS, "secondary", is_ours=True),
    Word(
        "refund_paid", "Refund paid", "settlement.settled", _SETTLEMENT, "secondary", is_ours=True
    ),
    Word("refund_failed", "Refund failed", "refund.failed", _SETTLEMENT, "secondary", is_ours=True),
    Word(
        "return_reminder",
        "Return reminder",
        "return.reminded",
        _LOGISTICS,
        "secondary",
        is_ours=True,
    ),
    Word(
        "return_expiring",
        "Return expiring",
        "deadline.approaching",
        _LOGISTICS,
        "secondary",
        is_ours=True,
    ),
    Word("deadline_missed", "Deadline missed", "deadline.missed", _ANY, "secondary", is_ours=True),
)

WORDS: Final = MappingProxyType({word.name: word for word in _WORDS})
"""12Return's twelve events under their names, in its order; then ours."""

_BY_TYPE: Final = {word.type: word for word in _WORDS}


def word_of(event_type: EventType) -> Word | None:
    """Give the word for an event, or ``None`` where there is none."""
    return _BY_TYPE.get(event_type.value)
