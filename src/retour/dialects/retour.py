"""The ``retour`` dialect: our own, an event with the whole return and the whole order.

JSON with its keys in a constant order, or XML with the same tree under ``<event>``.  The bytes
depend on the event alone, so that a retry, a resend and its signature agree.
"""

from __future__ import annotations

from typing import Final

from retour.dialects.dialect import Dialect, Wanted, written
from retour.dialects.order_view import order_view
from retour.dialects.stored import StoredEvent
from retour.dialects.trees import ROOT, SCHEMA_VERSION, event_tree
from retour.dialects.view import View, instant, return_view, waiting_view
from retour.kernel.wire import WireMessage
from retour.lifecycle.model import EventType


def event_view(event: StoredEvent) -> View:
    """Show an event in our own words: its envelope, the world after it, and what it is about."""
    seen = event.snapshot
    data: View = {
        "return": None if seen.ret is None else return_view(seen.ret, event.words),
        "order": None if seen.order is None else order_view(seen.order, event.customer),
    }
    if seen.ticket is not None:
        data["ticket"] = waiting_view(seen.ticket, event.words)
    for key, value in seen.details.items():
        data.setdefault(key, value)
    if "message" in seen.details:
        data["text"] = event.message
    if event.message_subject is not None:
        data["subject"] = event.message_subject
    return {
        "id": event.id,
        "type": event.type.value,
        "schema_version": SCHEMA_VERSION,
        "occurred_at": instant(event.occurred_at),
        "workspace": event.workspace,
        "sequence": event.sequence,
        "stream": event.stream,
        "stream_sequence": event.stream_sequence,
        "actor": {"kind": event.actor.kind.value, "id": event.actor.id},
        "source": event.source,
        "data": data,
    }


def render(event: StoredEvent, wanted: Wanted) -> WireMessage:
    """Say ``event`` with all we know of it; never silent."""
    return written(event, event_view(event), ROOT, wanted.format)


__all__ = ["DIALECT", "ROOT", "SCHEMA_VERSION", "event_view", "render"]

DIALECT: Final = Dialect(
    name="retour",
    source="our own (docs/events.md)",
    vocabulary={event_type: (event_type.value,) for event_type in EventType},
    formats=("json", "xml"),
    render=render,
    shape=lambda word: event_tree(EventType(word)),
)
