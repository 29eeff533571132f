"""fulfillmenttools' subscriptions: webhooks of its dialect, one event each, without signatures.

Underneath they are ordinary subscriptions, seen and told of like any other; what was subscribed to
through our own API in this dialect is listed here as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.keeping import kept_for
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.telling import subscriptions
from retour.desk.telling.subscription_body import SubscriptionNew
from retour.dialects.fulfillmenttools import DIALECT
from retour.dialects.fulfillmenttools.parse import SubscriptionAdd
from retour.dialects.fulfillmenttools.plan import Objection
from retour.dialects.view import instant
from retour.kernel.ids import as_uuid, from_uuid
from retour.kernel.subscription import SubscriptionKind, SubscriptionState
from retour.store.telling import Subscription, list_subscriptions, one_subscription

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.dialects.view import View

_ENCODE: Final = msgspec.json.Encoder()
_HIGHEST: Final = "sub_~"
_STEP: Final = 200
_TURN: Final = "fulfillmenttools subscriptions"
PER_EVENT_MAX: Final = 5
"""How many may be told of the same event, as there."""
EVENTS: Final = tuple(
    dict.fromkeys(word for words in DIALECT.vocabulary.values() for word in words)
)
"""What can be subscribed to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A part of a list: how many, behind which id."""

    size: int
    after: str | None = None


async def create(
    house: House, workspace_id: int, body: SubscriptionAdd, key: RequestKey | None
) -> Outcome | Objection:
    """Subscribe an address to one event.

    Raises:
        InvalidRequest: The address or a header cannot be.
    """
    if body.event not in EVENTS:
        known = ", ".join(EVENTS)
        return Objection(400, f"There is no event {body.event[:80]!r}.", f"Known are {known}.")
    url = body.callback_url if body.target is None else body.target.callback_url
    if url is None or (body.target is not None and body.callback_url is not None):
        return Objection(
            400, "The subscription has no one address.", "Give target, with type WEBHOOK."
        )
    given = (body.headers if body.target is None else body.target.headers) or ()
    wanted = SubscriptionNew(
        url=url,
        events=(body.event,),
        dialect=DIALECT.name,
        headers={header.key: header.value for header in given},
    )
    async with house.turns.take(workspace_id, _TURN):
        outcome = await _answered(house, workspace_id, key)
        if outcome is None:
            ours = await _ours(house, workspace_id)
            if sum(body.event in one.body.events for one in ours) >= PER_EVENT_MAX:
                return Objection(
                    409,
                    f"{PER_EVENT_MAX} subscriptions are told of {body.event} already.",
                    "Delete one of them first.",
                )
            outcome = await subscriptions.create(house, workspace_id, wanted, key, name=body.name)
    if not isinstance(outcome, Done):
        return outcome
    made = msgspec.json.decode(outcome.body, type=_Made)
    found = await _one(house, workspace_id, made.id)
    if found is None:  # A replay of what has been deleted since.
        return NotFound(what="subscription")
    return Done(status=201, body=_ENCODE.encode(_view(found)), replayed=outcome.replayed)


async def _answered(house: House, workspace_id: int, key: RequestKey | None) -> Outcome | None:
    """Give the answer the same request had before, if it had one."""
    async with house.database.transaction(workspace_id) as connection:
        return await kept_for(connection, workspace_id, key)


class _Made(msgspec.Struct):
    id: str


async def listing(house: House, workspace_id: int, window: Window) -> Outcome | Objection:
    """Give a page of subscriptions, newest first."""
    everything = [_view(one) for one in await _ours(house, workspace_id)]
    start = 0
    if window.after is not None:
        ids = [one["id"] for one in everything]
        if window.after not in ids:
            return Objection(
                400, "startAfterId names no subscription.", "Give the id of the last one read."
            )
        start = ids.index(window.after) + 1
    page = everything[start : start + window.size]
    return Done(status=200, body=_ENCODE.encode({"subscriptions": page, "total": len(everything)}))


async def look_up(house: House, workspace_id: int, name: str) -> Outcome:
    """Give one subscription."""
    found = await _one(house, workspace_id, from_uuid(name, "sub"))
    if found is None:
        return NotFound(what="subscription")
    return Done(status=200, body=_ENCODE.encode(_view(found)))


async def delete(house: House, workspace_id: int, name: str) -> Outcome:
    """End a subscription of this dialect."""
    found = await _one(house, workspace_id, from_uuid(name, "sub"))
    if found is None:
        return NotFound(what="subscription")
    return await subscriptions.delete(house, workspace_id, found.id)


async def _one(house: House, workspace_id: int, own_id: str | None) -> Subscription | None:
    """Give a subscription that callers of this dialect may see."""
    if own_id is None:
        return None
    async with house.database.transaction(workspace_id) as connection:
        found = await one_subscription(connection, workspace_id, own_id)
    return found if found is not None and _is_ours(found) else None


def _is_ours(one: Subscription) -> bool:
    return (
        one.kind is SubscriptionKind.WEBHOOK
        and one.body.dialect == DIALECT.name
        and one.state is not SubscriptionState.DELETED
        and one.template_id is None
        and one.profile_id is None
    )


async def _ours(house: House, workspace_id: int) -> list[Subscription]:
    """Give every subscription of this dialect, newest first."""
    ours: list[Subscription] = []
    below = _HIGHEST
    while True:
        async with house.database.transaction(workspace_id) as connection:
            step = await list_subscriptions(connection, workspace_id, below, _STEP)
        ours += [one for one in step if _is_ours(one)]
        if len(step) < _STEP:
            return ours
        below = step[-1].id


def _view(one: Subscription) -> View:
    said = one.body
    headers = [{"key": key, "value": value} for key, value in said.headers.items()]
    return {
        "id": as_uuid(one.id),
        "version": one.version,
        "created": instant(one.created_at),
        "lastModified": instant(one.state_at),
        "name": said.name or one.id,
        "event": said.events[0],
        "target": {"type": "WEBHOOK", "callbackUrl": said.target, "headers": headers},
        "callbackUrl": said.target,
        "headers": headers,
    }
