"""Messages: made from events once, remembered for the next subscription that says the same.

A message that was ever sent is kept in the database under (event, render key) and sent again as it
is; only what is no longer kept is made anew, and says so.  Never here: signatures, Liquid.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import msgspec

from retour.dialects.stored import StoredEvent, read_personal, read_snapshot
from retour.kernel.ids import workspace_text
from retour.kernel.wire import WireMessage
from retour.lifecycle.model import Actor, EventType
from retour.store.delivery_queries import KeptRendering, Leased

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTE: Final = "webhook-note"
"""The header that says how a message differs from its first sending."""
RENDERED_ANEW: Final = "rendered anew"
REDACTED: Final = "redacted"

_ACTOR: Final = msgspec.json.Decoder(Actor)
_HEADERS: Final = msgspec.json.Decoder(tuple[tuple[str, str], ...])
_OVERHEAD_BYTES: Final = 500
"""What an entry costs beside its body."""

RenderingKey = tuple[int, str, str]
"""A workspace, an event, and what the bytes depend on beside it."""


def stored_event(row: Leased, told_as: str) -> StoredEvent:
    """Read the event of a row that carries one; a test is told as what it is a test of."""
    assert row.snapshot is not None
    assert row.actor is not None
    assert row.stream is not None
    assert row.stream_sequence is not None
    assert row.occurred_at is not None
    assert row.source is not None
    return StoredEvent(
        id=row.event_id,
        type=EventType(told_as),
        workspace=workspace_text(row.workspace_id),
        occurred_at=row.occurred_at,
        sequence=row.sequence,
        stream=row.stream,
        stream_sequence=row.stream_sequence,
        actor=_ACTOR.decode(row.actor),
        source=row.source,
        snapshot=read_snapshot(row.snapshot),
        personal=read_personal(row.personal),
    )


def noted(wire: WireMessage, event: StoredEvent, *, is_resend: bool) -> WireMessage:
    """Say on a message made now that persons are erased from it, or that it was sent before."""
    if event.personal is None:
        note = REDACTED
    elif is_resend:
        note = RENDERED_ANEW
    else:
        return wire
    return WireMessage(wire.content_type, wire.body, (*wire.headers, (NOTE, note)))


class Message(msgspec.Struct, gc=False):
    """What is sent of an event, and whether the database has it."""

    wire: WireMessage
    is_kept: bool


def kept_message(kept: KeptRendering) -> Message:
    """Take a message as it was sent first."""
    wire = WireMessage(kept.content_type, kept.body, _HEADERS.decode(kept.headers))
    return Message(wire=wire, is_kept=True)


class Messages:
    """The messages this process remembers, the least used forgotten first, bounded in bytes."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._bytes = 0
        self._known: OrderedDict[RenderingKey, Message] = OrderedDict()

    def known(self, key: RenderingKey) -> Message | None:
        """Give a message made before, if it is still remembered."""
        found = self._known.get(key)
        if found is not None:
            self._known.move_to_end(key)
        return found

    def remember(self, key: RenderingKey, message: Message) -> None:
        """Remember a message for the next who says the same."""
        self.forget((key,))
        self._known[key] = message
        self._bytes += len(message.wire.body) + _OVERHEAD_BYTES
        while self._bytes > self._bytes_max and len(self._known) > 1:
            _, oldest = self._known.popitem(last=False)
            self._bytes -= len(oldest.wire.body) + _OVERHEAD_BYTES

    def forget(self, keys: Sequence[RenderingKey]) -> None:
        """Drop messages, as if they had never been made."""
        for key in keys:
            message = self._known.pop(key, None)
            if message is not None:
                self._bytes -= len(message.wire.body) + _OVERHEAD_BYTES
