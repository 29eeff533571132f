"""The ``cloudevents`` dialect: every event as a CloudEvent 1.0, for whoever routes those already.

Source: CloudEvents 1.0.2 with its JSON format, HTTP binding and ``sequence`` extension; ``data`` is
the ``data`` of our own dialect.  The setting ``mode`` says whether attributes stand in the body
(``structured``) or in headers (``binary``).

- ``type`` is our event type after ``retour.``; ``source`` the workspace; ``subject`` the return, or
  what the event is about where there is none.
- ``dataschema`` has to be an absolute URI, so it is the ``$id`` of what is published under
  ``/schemas/{event}.data.json``, whatever the address of this installation.
- ``sequence`` orders the events of one subject; it is padded, for it is compared as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

import msgspec

from retour.dialects.dialect import Dialect, Wanted
from retour.dialects.retour import event_view
from retour.dialects.schemas import Schema, json_definitions
from retour.dialects.shapes import Instant, Text, Tree
from retour.dialects.stored import StoredEvent
from retour.dialects.trees import SCHEMA_VERSION, event_tree
from retour.dialects.view import View, instant
from retour.kernel.wire import WireMessage
from retour.lifecycle.model import EventType

STRUCTURED: Final = "structured"
BINARY: Final = "binary"
MODES: Final = (STRUCTURED, BINARY)

_STRUCTURED_TYPE: Final = "application/cloudevents+json"
_DATA_TYPE: Final = "application/json"
_PREFIX: Final = "retour."
_SETTINGS: Final[Mapping[str, str | None]] = {"mode": STRUCTURED}
_SEQUENCE_DIGITS: Final = 10
_FORBIDDEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Characters no attribute may hold."""
_PLAIN: Final = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')
"""Characters that stand for themselves in a header."""
_ENCODER: Final = msgspec.json.Encoder()


def render(event: StoredEvent, wanted: Wanted) -> WireMessage:
    """Say ``event`` in the subscription's mode; never silent."""
    mode = {**_SETTINGS, **wanted.settings}["mode"]
    attributes, data = _attributes(event), event_view(event)["data"]
    if mode == BINARY:
        headers = tuple(
            (f"ce-{name}", quote(value, safe=_PLAIN))
            for name, value in attributes.items()
            if name != "datacontenttype"
        )
        return WireMessage(_DATA_TYPE, _ENCODER.encode(data), headers)
    assert mode == STRUCTURED, "the doors let only these two modes through"
    body: View = {**attributes, "data": data}
    return WireMessage(_STRUCTURED_TYPE, _ENCODER.encode(body))


def _attributes(event: StoredEvent) -> dict[str, str]:
    attributes = {
        "specversion": "1.0",
        "id": event.id,
        "source": f"/workspaces/{event.workspace}",
        "type": _type(event.type),
        "subject": _FORBIDDEN.sub("\ufffd", _subject(event)),
        "time": instant(event.occurred_at),
        "datacontenttype": _DATA_TYPE,
        "dataschema": _schema_id(event.type),
    }
    if event.sequence is not None:
        attributes["sequence"] = str(event.sequence).rjust(_SEQUENCE_DIGITS, "0")
    return attributes


def _type(event_type: EventType) -> str:
    return _PREFIX + event_type


def _subject(event: StoredEvent) -> str:
    ret, order = event.snapshot.ret, event.snapshot.order
    if ret is not None:
        return ret.id
    return event.stream if order is None else order.order_number


def _schema_id(event_type: EventType) -> str:
    return f"urn:retour:data:{SCHEMA_VERSION}:{event_type}"


def _mode_problem(mode: str | None) -> str | None:
    if mode in MODES:
        return None
    return f"There is no mode {mode!r}. Give {' or '.join(MODES)}."


def _data_tree(event_type: EventType) -> Tree:
    tree = event_tree(event_type).fields["data"]
    assert isinstance(tree, Tree), "data is an object"
    return tree


def data_schema(event_type: EventType) -> Schema:
    """Give the JSON Schema of ``data``, which ``dataschema`` names."""
    tree = _data_tree(event_type)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": _schema_id(event_type),
        "$ref": f"#/$defs/{tree.name}",
        "$defs": json_definitions(tree, "#/$defs/"),
    }


def shape(word: str) -> Tree:
    """Say what a structured message looks like; a binary one has ``data`` for its body."""
    event_type = EventType(word.removeprefix(_PREFIX))
    return Tree(
        name="cloudevent",
        fields={
            "specversion": Text(words=("1.0",)),
            "id": Text(about="The same for every resend; also the header webhook-id."),
            "source": Text(about="The workspace, as a path."),
            "type": Text(words=(word,)),
            "subject": Text(about="The return, or what the event is about where there is none."),
            "time": Instant(),
            "datacontenttype": Text(words=(_DATA_TYPE,)),
            "dataschema": Text(words=(_schema_id(event_type),)),
            "data": _data_tree(event_type),
        },
        extras={
            "sequence": Text(
                pattern=f"^[0-9]{{{_SEQUENCE_DIGITS}}}$",
                about="Gapless per return, compared as text; absent where there is no return.",
            )
        },
    )


DIALECT: Final = Dialect(
    name="cloudevents",
    source="CloudEvents 1.0.2: JSON format, HTTP binding, sequence extension",
    vocabulary={event_type: (_type(event_type),) for event_type in EventType},
    formats=("json",),
    render=render,
    shape=shape,
    settings=_SETTINGS,
    checks={"mode": _mode_problem},
)
