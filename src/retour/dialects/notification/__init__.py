"""The ``notification`` dialect: 12Return's words, and its alert as JSON or XML.

Source: 12Return's notification article.  Twelve events, each with a class (primary: the status
changed; secondary: a subprocess ended) and the process it belongs to; some of ours beside them.
``alert.py`` holds the tree.

E-mail and chat are the same words through a merchant's template: ``variables.py`` says what a
template may use, ``texts.py`` what is said without one.  Rendering Liquid is not done here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from retour.dialects.dialect import Dialect, Wanted, written
from retour.dialects.notification.alert import alert_view
from retour.dialects.notification.alert_trees import alert_tree
from retour.dialects.notification.words import ROOT, WORDS, Word, word_of
from retour.dialects.stored import StoredEvent
from retour.dialects.view import View
from retour.kernel.wire import WireMessage
from retour.lifecycle.model import EventType, LegKind, Return, ReturnStatus
from retour.lifecycle.timers.timer import TimerCause

__all__ = [
    "DIALECT",
    "RESUME",
    "ROOT",
    "WORDS",
    "Word",
    "alert_of",
    "is_worth_saying",
    "process_of",
    "render",
    "word_of",
]

Details = Mapping[str, str | int | bool | None]

USE_CASE: Final = "use_case"
"""The kind of message that a customer writes from a use case of the portal."""

RESUME: Final = "resume"
"""The kind of message that we write ourselves, to lead a customer back to their order."""

SENDING: Final = frozenset({TimerCause.SHIP.value, TimerCause.LABEL.value})
"""Causes that wait for goods to be sent."""
_OURS: Final = frozenset(
    cause.value
    for cause in (
        TimerCause.DOCK,
        TimerCause.INSPECTION,
        TimerCause.REVIEW,
        TimerCause.REFUND,
        TimerCause.CHANNEL,
    )
)
_CAUSES: Final[Mapping[EventType, frozenset[str]]] = {
    EventType.RETURN_REMINDED: frozenset({TimerCause.SHIP.value}),
    EventType.DEADLINE_APPROACHING: SENDING,
    EventType.DEADLINE_MISSED: _OURS,
}
"""What is said of which cause: customers hear when to send, and when we are late.

The end of a return that was never sent is told by its cancellation.
"""

_PROCESSES: Final = {
    ReturnStatus.REQUESTED: "authorization",
    ReturnStatus.AUTHORIZED: "logistics",
    ReturnStatus.SHIPPED: "logistics",
    ReturnStatus.TRACKED: "logistics",
    ReturnStatus.RECEIVED: "processing",
    ReturnStatus.PROCESSED: "settlement",
    ReturnStatus.SETTLED: "settlement",
}
"""Which of 12Return's processes a return is in while it has this status."""


def process_of(event: StoredEvent) -> str | None:
    """Name the process an event belongs to; ``None`` where 12Return has no word for the event.

    A cancellation belongs to the process the return was in when it was canceled.
    """
    word = word_of(event.type)
    if word is None:
        return None
    if len(word.processes) == 1:
        return word.processes[0]
    ret = event.snapshot.ret
    assert ret is not None, "only returns are canceled"
    return _PROCESSES[_status_before_cancel(ret)]


def _status_before_cancel(ret: Return) -> ReturnStatus:
    """Give the status entered last; of several entered at one instant, the furthest."""
    order = list(_PROCESSES)
    entered = [status for status in order if status.value in ret.status_at]
    assert entered, "a canceled return was requested once"
    return max(entered, key=lambda status: (ret.status_at[status.value], order.index(status)))


def is_said(event_type: EventType, details: Details) -> bool:
    """Say whether 12Return has a word for an event; of messages, only for those of a use case."""
    if event_type is EventType.MESSAGE_CREATED:
        return details.get("kind") == USE_CASE
    if (causes := _CAUSES.get(event_type)) is not None:
        return details.get("cause") in causes
    return word_of(event_type) is not None


_PAID: Final = frozenset({LegKind.REFUND, LegKind.STORE_CREDIT})
"""Forms of what a customer is told to have been given back."""


def is_worth_saying(event: StoredEvent) -> bool:
    """Say whether there is a word for this very event; who gets goods alone is paid nothing."""
    if event.type is EventType.SETTLEMENT_SETTLED and event.snapshot.ret is not None:
        named = event.snapshot.details.get("settlement")
        return any(
            leg.kind in _PAID
            for one in event.snapshot.ret.settlements
            if one.id == named
            for leg in one.legs
        )
    return is_said(event.type, event.snapshot.details)


def alert_of(event: StoredEvent) -> View | None:
    """Show an event as an alert's tree, or give nothing where 12Return has no word for it."""
    word, process = word_of(event.type), process_of(event)
    if word is None or process is None or not is_worth_saying(event):
        return None
    return alert_view(event, word.name, process, word.kind)


def render(event: StoredEvent, wanted: Wanted) -> WireMessage | None:
    """Say ``event`` as an alert; silent where 12Return has no word for it."""
    alert = alert_of(event)
    return None if alert is None else written(event, alert, ROOT, wanted.format)


DIALECT: Final = Dialect(
    name="notification",
    source="12Return's notification article; the alert's fields are ours",
    vocabulary={
        event_type: (word.name,)
        for event_type in EventType
        if (word := word_of(event_type)) is not None
    },
    silences={
        event_type: "12Return's notifications have no event for it."
        for event_type in EventType
        if word_of(event_type) is None
    },
    beside=frozenset(word.name for word in WORDS.values() if word.is_ours),
    formats=("json", "xml"),
    render=render,
    shape=lambda word: alert_tree(WORDS[word]),
)
