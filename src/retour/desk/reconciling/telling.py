"""The end of a reconciliation is told where something is not explained, in the same commit."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from retour.desk.fanout import fan_out_events
from retour.desk.messages import subscribers
from retour.desk.reconciling.comparing import percent
from retour.kernel.ids import Mint
from retour.lifecycle.model import (
    Actor,
    ActorKind,
    Customer,
    Event,
    EventType,
    Personal,
    Snapshot,
)
from retour.store.messages import NewMessage, append_message
from retour.store.reconciling import SQL
from retour.store.telling import take_turn

if TYPE_CHECKING:
    from retour.store.database import Connection

_SOURCE: Final = "reconciliation"
_NOBODY: Final = Personal(customer=Customer(email=""))
"""Stands in the personal part of an event about no person: nothing of it was erased."""


async def tell(connection: Connection, workspace_id: int, reconciliation_id: str) -> set[str]:
    """Say that a reconciliation has ended with something unexplained; gives whom it is told."""
    turn = await take_turn(connection, workspace_id)
    row = await connection.fetchrow(SQL["one"], workspace_id, reconciliation_id)
    assert turn is not None, "a reconciliation is a workspace's"
    assert row is not None, "it has just been written"
    sums = await connection.fetch(SQL["sums"], workspace_id, [reconciliation_id])
    found = sum(one["found"] for one in sums)
    explained = sum(one["explained"] for one in sums)
    if found == explained:
        return set()
    event = Event(
        type=EventType.RECONCILIATION_DIFFERS,
        at=turn.at,
        actor=Actor(kind=ActorKind.SYSTEM),
        source=_SOURCE,
        snapshot=Snapshot(
            details={
                "reconciliation": reconciliation_id,
                "processor": row["processor"],
                "found": found,
                "unexplained": found - explained,
                "percent": percent(explained, found),
            }
        ),
        personal=_NOBODY,
    )
    mint = Mint(turn.tick, os.urandom(16))
    told = await subscribers(connection, workspace_id)
    fanout = fan_out_events([event], told, mint, reconciliation_id)
    said = NewMessage(
        id=reconciliation_id, event_id=mint("evt"), event=event, tick=turn.tick, fanout=fanout
    )
    await append_message(connection, workspace_id, said)
    return {item.subscription_id for item in fanout}
