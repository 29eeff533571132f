"""Messages about no return: each a stream of its own, of one event.

Typed callers of ``sql/messages.sql``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import asyncpg

    from retour.lifecycle.model import Event
    from retour.store.committing import Fanout
    from retour.store.database import Connection

_SQL: Final = named("messages")
_ENCODE: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message's event, its ids, and where it goes."""

    id: str
    event_id: str
    event: Event
    tick: datetime
    fanout: Sequence[Fanout]


async def append_message(connection: Connection, workspace_id: int, message: NewMessage) -> None:
    """Write a message and queue it for whoever is told."""
    await connection.execute(_SQL["append_message"], workspace_id, *appended(message))


def appended(message: NewMessage) -> Sequence[object]:
    """Give what a statement takes that appends a stream's event and queues it."""
    event, fanout = message.event, message.fanout
    return (
        message.tick,
        message.id,
        _text(event.actor),
        event.source,
        _text(event.personal),
        message.event_id,
        event.type.value,
        event.at,
        _text(event.snapshot),
        [item.place for item in fanout],
        [item.subscription_id for item in fanout],
        [item.version for item in fanout],
        [item.lane for item in fanout],
        [item.delivery_id for item in fanout],
    )


async def one_message(
    connection: Connection, workspace_id: int, message_id: str
) -> asyncpg.Record | None:
    """Give the row of the event that a message began with."""
    return await connection.fetchrow(_SQL["message"], workspace_id, message_id)


def _text(value: msgspec.Struct) -> str:
    return _ENCODE.encode(value).decode()
