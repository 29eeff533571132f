"""Tests of subscriptions: an event made for one of them, sent the way all others go.

It belongs to the subscription's own stream, waits in a lane of its own, and is in the log like any
other: who reads a test's delivery reads what a real one would show.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from retour.desk.keeping import keep
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.telling.subscriptions import webhook
from retour.dialects.examples import example
from retour.dialects.registry import DIALECTS
from retour.dialects.speaking import heard, place
from retour.dialects.stored import StoredSnapshot
from retour.kernel.ids import Mint
from retour.kernel.refusal import Refusal, RefusalCode
from retour.kernel.subscription import SubscriptionBody, SubscriptionState
from retour.lifecycle.model import Actor, Customer, EventType, Personal
from retour.store.statements import named
from retour.store.telling import Subscription, Turn, take_turn
from retour.store.telling_deliveries import Delivery, queue

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("events")
_LOCKS: Final = named("subscriptions")
_ENCODE: Final = msgspec.json.Encoder()
NOBODY: Final = Personal(customer=Customer(email=""))
"""Stands in the personal part of an event about no person: nothing of it was erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The world a test speaks of."""

    snapshot: StoredSnapshot
    personal: Personal


@dataclass(frozen=True, slots=True)
class Made:
    """When and by whom a test's event is made, and its id."""

    turn: Turn
    actor: Actor
    event_id: str


async def send_test(
    house: House,
    workspace_id: int,
    subscription_id: str,
    actor: Actor,
    key: RequestKey | None = None,
) -> Outcome:
    """Send a sample event to one subscription by the real path; answers the delivery to look at."""
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        subscription = await webhook(connection, workspace_id, subscription_id)
        if turn is None or subscription is None:
            return NotFound(what="subscription")
        if subscription.state is SubscriptionState.DISABLED:
            detail = "This subscription is disabled. Set its status to active first."
            refusal = Refusal(code=RefusalCode.NOT_ALLOWED_IN_STATUS, detail=detail)
            return Refused(refusal=refusal)
        mint = Mint(turn.tick, os.urandom(16))
        event_id, delivery_id = mint("evt"), mint("dlv")
        body = _ENCODE.encode(
            {
                "delivery": delivery_id,
                "event": event_id,
                "type": EventType.SUBSCRIPTION_TEST,
                "subscription": subscription_id,
            }
        )
        if answered := await keep(connection, workspace_id, key, 202, body):
            return answered
        told_as, sample = _sample(subscription.body)
        number = await append_test(
            connection, workspace_id, subscription, sample, Made(turn, actor, event_id)
        )
        fresh = trial(subscription, delivery_id, event_id, told_as, number)
        await queue(connection, workspace_id, subscription_id, [fresh])
    house.hints(workspace_id, (subscription_id,))
    return Done(status=202, body=body)


def _sample(said: SubscriptionBody) -> tuple[EventType, Sample]:
    """Choose what a test says: that it is one, or in dialects without a word for it, a sample."""
    vocabulary = DIALECTS[said.dialect].vocabulary
    if EventType.SUBSCRIPTION_TEST in vocabulary:
        return EventType.SUBSCRIPTION_TEST, Sample(snapshot=StoredSnapshot(), personal=NOBODY)
    told_as = next((one for one in vocabulary if heard(said, one)), next(iter(vocabulary)))
    shown = example(told_as)
    return told_as, Sample(snapshot=shown.snapshot, personal=shown.personal or NOBODY)


async def append_test(
    connection: Connection,
    workspace_id: int,
    subscription: Subscription,
    sample: Sample,
    made: Made,
) -> int:
    """Put a test's event into the subscription's own stream; answers its number there."""
    # Held until the end, so that a notice about the subscription takes the number after this one.
    await connection.execute(_LOCKS["lock_subscription"], workspace_id, subscription.id)
    last: int = await connection.fetchval(_SQL["last_in_stream"], workspace_id, subscription.id)
    details = {**sample.snapshot.details, "subscription": subscription.id}
    await connection.execute(
        _SQL["append"],
        workspace_id,
        made.turn.tick,
        subscription.id,
        _text(made.actor),
        "api",
        _text(sample.personal),
        made.event_id,
        EventType.SUBSCRIPTION_TEST.value,
        last + 1,
        made.turn.at,
        _text(replace(sample.snapshot, details=details)),
    )
    return last + 1


def trial(
    subscription: Subscription, delivery_id: str, event_id: str, type: str, number: int
) -> Delivery:
    """Make the delivery of a test, in a lane of its own; ``type`` is what it is told as."""
    return Delivery(
        id=delivery_id,
        subscription_id=subscription.id,
        lane=delivery_id,
        position=place(number),
        event_id=event_id,
        version=subscription.version,
        type=type,
        return_id=None,
    )


def _text(value: msgspec.Struct) -> str:
    return _ENCODE.encode(value).decode()
