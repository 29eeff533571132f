"""The ``retour`` dialect: our own, an event with the whole return and the whole order.

JSON with its keys in a constant order, or XML with the same tree under ``<event>``.  The bytes
depend on the event alone, so that a retry, a resend and its signature agree.
"""

from __future__ import annotations

from typing import Final

import msgspec

from retour.dialects.stored import StoredEvent
from retour.dialects.view import View, instant, order_view, return_view
from retour.dialects.xmltree import document
from retour.kernel.wire import WireMessage

SCHEMA_VERSION: Final = 1
"""Rises when something receivers may rely on changes; additions leave it alone."""

_ENCODER: Final = msgspec.json.Encoder()


def event_view(event: StoredEvent) -> View:
    """Show an event in our own words: its envelope, the world after it, and what it is about."""
    seen = event.snapshot
    data: View = {
        "return": None if seen.ret is None else return_view(seen.ret, event.words),
        "order": None if seen.order is None else order_view(seen.order, event.customer),
    }
    for key, value in seen.details.items():
        data.setdefault(key, value)
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


def render_json(event: StoredEvent) -> WireMessage:
    """Say ``event`` as JSON."""
    return WireMessage("application/json", _ENCODER.encode(event_view(event)), _headers(event))


def render_xml(event: StoredEvent) -> WireMessage:
    """Say ``event`` as XML."""
    body = document("event", event_view(event))
    return WireMessage("application/xml; charset=utf-8", body, _headers(event))


def _headers(event: StoredEvent) -> tuple[tuple[str, str], ...]:
    """Number the message per return, where there is one."""
    return () if event.sequence is None else (("webhook-sequence", str(event.sequence)),)
