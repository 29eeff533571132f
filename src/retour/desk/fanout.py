"""Fan-out: which subscriptions an event is for, and in which lane it waits there. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retour.desk.notifications.addressing import addressed
from retour.dialects.notification import RESUME
from retour.dialects.speaking import heard
from retour.kernel.subscription import Ordering, SubscriptionKind, lets_through
from retour.lifecycle.dock.waiting import heading_for
from retour.lifecycle.talk.bodies import MessageWay
from retour.store.committing import Fanout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from retour.desk.config import Subscriber
    from retour.lifecycle.model import Decision, Event, Order, Return


def event_facts(ret: Return | None, order: Order | None) -> Mapping[str, frozenset[str]]:
    """Give what subscriptions can filter an event by, from the world as it stood just after."""
    facts: dict[str, frozenset[str]] = {}
    if order is not None:
        facts["channel"] = frozenset({order.channel} if order.channel else ())
    if ret is not None:
        facts["origin"] = frozenset({ret.origin.value})
        facts["policy"] = frozenset({ret.policy.id})
        facts["status"] = frozenset({ret.status.value})
        facts["facility"] = heading_for(ret)
    return facts


def fan_out(
    decision: Decision, subscribers: Sequence[Subscriber], mint: Callable[[str], str]
) -> list[Fanout]:
    """List the deliveries of a decision: its events for whom they concern, and its effects."""
    deliveries = fan_out_events(decision.events, subscribers, mint)
    for effect in decision.effects:
        kind = SubscriptionKind(effect.kind)
        deliveries.extend(
            _fanout(effect.event, subscriber, effect.lane, mint("dlv"))
            for subscriber in subscribers
            if subscriber.body.kind is kind
        )
    return deliveries


def fan_out_events(
    events: Sequence[Event],
    subscribers: Sequence[Subscriber],
    mint: Callable[[str], str],
    stream: str = "",
) -> list[Fanout]:
    """List the deliveries of events; ``stream`` names that of events that have no order."""
    deliveries: list[Fanout] = []
    for index, event in enumerate(events):
        facts = event_facts(event.snapshot.ret, event.snapshot.order)
        locale = event.personal.customer.locale
        for subscriber in addressed(subscribers, event.type, event.snapshot.details, locale):
            is_mail = subscriber.body.kind is SubscriptionKind.MESSAGE
            if not (_goes_out(event) if is_mail else _is_told(event)):
                continue
            words = heard(subscriber.body, event.type)
            if not (words and lets_through(subscriber.body, facts)):
                continue
            for part in range(len(words)):
                delivery_id = mint("dlv")
                lane = _lane(subscriber.body.ordering, event, stream, delivery_id)
                deliveries.append(_fanout(index, subscriber, lane, delivery_id, part))
    return deliveries


def _goes_out(event: Event) -> bool:
    """Say whether an event is a message to the customer: nothing else is mailed as one."""
    return event.snapshot.details.get("way") == MessageWay.OUT.value


def _is_told(event: Event) -> bool:
    """Say whether others may know: not of a link back that was mailed, for nobody wrote it."""
    return event.snapshot.details.get("kind") != RESUME


def _lane(ordering: Ordering, event: Event, stream: str, delivery_id: str) -> str:
    ret, order = event.snapshot.ret, event.snapshot.order
    whole = stream if order is None else order.id
    match ordering:
        case Ordering.RETURN:
            return whole if ret is None else ret.id
        case Ordering.ORDER:
            return whole
        case Ordering.NONE:
            return delivery_id


def _fanout(
    event: int, subscriber: Subscriber, lane: str, delivery_id: str, part: int = 0
) -> Fanout:
    return Fanout(
        event=event,
        part=part,
        subscription_id=subscriber.id,
        version=subscriber.version,
        lane=lane,
        delivery_id=delivery_id,
    )
