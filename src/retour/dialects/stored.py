"""An event as the log keeps it: the one thing every dialect renders from.

Everything a message may need stands in here, so that rendering never asks the database and a
message sent next month says what was true today.  No dialect's words live here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from retour.lifecycle.model import (
    Actor,
    CompactReturn,
    Customer,
    Event,
    EventType,
    LineWords,
    Order,
    Personal,
    Return,
    Ticket,
)

ERASED: Final = "[erased]"
"""Stands where a person's word was required and has been erased."""

_ERASED_CUSTOMER: Final = Customer(email=ERASED)


class StoredSnapshot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The world just after the event, as ``Snapshot`` wrote it.

    ``order`` is ``None`` only for events about something else, such as a subscription.
    """

    order: Order | None = None
    ret: Return | None = None
    others: tuple[CompactReturn, ...] = ()
    ticket: Ticket | None = None  # Of events about a ticket that has no return.
    details: dict[str, str | int | bool | None] = {}


class StoredEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A numbered fact of one workspace, with the world as it stood just after.

    Args:
        workspace: Its outward form, ``ws_…``.
        sequence: Gapless per return; ``None`` where the event has no return.
        stream: The order's id, or that of the object the event is about.
        stream_sequence: Gapless per stream.
        personal: ``None`` once erased.
    """

    id: str
    type: EventType
    workspace: str
    occurred_at: datetime
    sequence: int | None
    stream: str
    stream_sequence: int
    actor: Actor
    source: str
    snapshot: StoredSnapshot
    personal: Personal | None

    @property
    def customer(self) -> Customer:
        """The person, or a tombstone."""
        return _ERASED_CUSTOMER if self.personal is None else self.personal.customer

    @property
    def words(self) -> dict[str, LineWords]:
        """What persons wrote, by return line, return or ticket; nothing once erased."""
        return {} if self.personal is None else self.personal.words

    @property
    def message(self) -> str | None:
        """What the message said that this event is about; nothing once erased."""
        named = self.snapshot.details.get("message")
        said = {} if self.personal is None else self.personal.messages
        return said.get(named) if isinstance(named, str) else None

    @property
    def message_subject(self) -> str | None:
        """What the message is headed; nothing where it is not, or once erased."""
        said = {} if self.personal is None else self.personal.messages
        return said.get(f"{self.snapshot.details.get('message')}/subject")

    @property
    def message_link(self) -> str | None:
        """Where the message leads its reader alone; no dialect tells it to anybody else."""
        said = {} if self.personal is None else self.personal.messages
        return said.get(f"{self.snapshot.details.get('message')}/link")


_SNAPSHOT: Final = msgspec.json.Decoder(StoredSnapshot)
_PERSONAL: Final = msgspec.json.Decoder(Personal | None)


def read_snapshot(text: str | bytes) -> StoredSnapshot:
    """Decode the ``snapshot`` column of an event."""
    return _SNAPSHOT.decode(text)


def read_personal(text: str | bytes | None) -> Personal | None:
    """Decode the ``personal`` column of an event; ``None`` stays ``None``."""
    return None if text is None else _PERSONAL.decode(text)


def stored(
    event: Event, *, id: str, workspace: str, stream: str, stream_sequence: int
) -> StoredEvent:
    """Give a fresh event the form it will have once it is committed under these numbers."""
    seen = event.snapshot
    return StoredEvent(
        id=id,
        type=event.type,
        workspace=workspace,
        occurred_at=event.at,
        sequence=event.sequence,
        stream=stream,
        stream_sequence=stream_sequence,
        actor=event.actor,
        source=event.source,
        snapshot=StoredSnapshot(
            order=seen.order,
            ret=seen.ret,
            others=seen.others,
            ticket=seen.ticket,
            details=seen.details,
        ),
        personal=event.personal,
    )
