"""Events read back from the log, ready for a dialect; and what subscriptions ask of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.fanout import event_facts
from retour.dialects.speaking import heard
from retour.dialects.stored import StoredEvent, read_personal, read_snapshot
from retour.kernel.ids import workspace_text
from retour.kernel.subscription import Ordering, SubscriptionBody, lets_through
from retour.lifecycle.model import Actor, EventType

if TYPE_CHECKING:
    import asyncpg

_ACTOR: Final = msgspec.json.Decoder(Actor)


def stored_event(workspace_id: int, row: asyncpg.Record) -> StoredEvent:
    """Read a row of the log."""
    return StoredEvent(
        id=row["event_id"],
        type=EventType(row["type"]),
        workspace=workspace_text(workspace_id),
        occurred_at=row["occurred_at"],
        sequence=row["sequence"],
        stream=row["stream"],
        stream_sequence=row["stream_sequence"],
        actor=_ACTOR.decode(row["actor"]),
        source=row["source"],
        snapshot=read_snapshot(row["snapshot"]),
        personal=read_personal(row["personal"]),
    )


def words_for(said: SubscriptionBody, event: StoredEvent) -> tuple[str, ...]:
    """Give the words an event is told in; tests are nobody's but the one they were for."""
    if event.type is EventType.SUBSCRIPTION_TEST or not lets_through(
        said, event_facts(event.snapshot.ret, event.snapshot.order)
    ):
        return ()
    return heard(said, event.type)


def lane_key(ordering: Ordering, event: StoredEvent, delivery_id: str) -> str:
    """Name what must stay in order around an event: its return, its order, or nothing else."""
    match ordering:
        case Ordering.RETURN:
            ret = event.snapshot.ret
            return event.stream if ret is None else ret.id
        case Ordering.ORDER:
            return event.stream
        case Ordering.NONE:
            return delivery_id
