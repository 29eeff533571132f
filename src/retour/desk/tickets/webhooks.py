"""Webhooks of tickets: ordinary subscriptions of that dialect, made and shown in its words.

A webhook's id ends like its subscription's.  Subscriptions of other dialects are none of these, and
cannot be seen or ended here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import LIMIT_MAX, Page
from retour.desk.telling import subscriptions
from retour.desk.telling.deliveries import find
from retour.desk.telling.subscription_body import SubscriptionNew
from retour.dialects.speaking import render_key, word_at, worded_key
from retour.dialects.tickets import ALIASES, DIALECT
from retour.dialects.tickets.parse import WebhookGiven
from retour.dialects.tickets.view import Webhook, WebhookDelivery
from retour.kernel.ids import is_id, workspace_text
from retour.kernel.subscription import SubscriptionState
from retour.store.telling import Subscription, list_subscriptions
from retour.store.telling_deliveries import (
    Attempt,
    Delivery,
    Kept,
    Wanted,
    attempts_of,
    kept_renderings,
    version_body,
)

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.kernel.subscription import SubscriptionBody
    from retour.store.database import Connection

_WEBHOOK: Final = "wh_"
_SUBSCRIPTION: Final = "sub_"
_WHAT: Final = "webhook"
_SERVED: Final = frozenset({SubscriptionState.ACTIVE, SubscriptionState.PROBING})
_LISTED_MAX: Final = 1000
"""Webhooks in one list, which has no pages."""
_DELIVERIES_MAX: Final = 50
"""Messages in one list, which has no pages."""
_HIGHEST: Final = "sub_~"


class _Said(msgspec.Struct):
    """As much of a subscription's own answer as a webhook shows."""

    id: str
    url: str
    events: tuple[str, ...]
    status: SubscriptionState
    failures: int
    created_at: datetime
    status_at: datetime
    secret: str | None = None


_SAID: Final = msgspec.json.Decoder(_Said)


async def create(
    house: House, workspace_id: int, given: WebhookGiven, key: RequestKey | None = None
) -> Outcome:
    """Make a webhook; ``read`` makes one of the answer, which alone holds the secret.

    Raises:
        InvalidRequest: Naming everything that cannot be.
    """
    events = tuple(ALIASES.get(event, event) for event in given.events)
    body = SubscriptionNew(url=given.url, events=events, dialect=DIALECT.name, secret=given.secret)
    return await subscriptions.create(house, workspace_id, body, key)


def read(done: Done, workspace_id: int) -> Webhook:
    """Read a webhook from what was answered when it was made, then or in a repetition."""
    said = _SAID.decode(done.body)
    return Webhook(
        id=_webhook_id(said.id),
        workspace=workspace_text(workspace_id),
        url=said.url,
        events=said.events,
        is_enabled=said.status in _SERVED,
        failure_count=said.failures,
        created_at=said.created_at,
        updated_at=said.status_at,
        secret=said.secret,
    )


async def listing(house: House, workspace_id: int) -> list[Webhook]:
    """Give the workspace's webhooks, newest first."""
    found: list[Webhook] = []
    below = _HIGHEST
    async with house.database.transaction(workspace_id) as connection:
        while len(found) < _LISTED_MAX:
            some = await list_subscriptions(connection, workspace_id, below, LIMIT_MAX)
            found += [_webhook(workspace_id, one) for one in some if _is_ours(one)]
            if len(some) < LIMIT_MAX:
                break
            below = some[-1].id
    return found[:_LISTED_MAX]


async def look_up(house: House, workspace_id: int, webhook_id: str) -> Webhook | NotFound:
    """Give one webhook; never its secret."""
    async with house.database.transaction(workspace_id) as connection:
        found = await _one(connection, workspace_id, webhook_id)
    return NotFound(what=_WHAT) if found is None else _webhook(workspace_id, found)


async def delete(house: House, workspace_id: int, webhook_id: str) -> Outcome:
    """End a webhook: nothing more is sent."""
    async with house.database.transaction(workspace_id) as connection:
        found = await _one(connection, workspace_id, webhook_id)
    if found is None:
        return NotFound(what=_WHAT)
    return await subscriptions.delete(house, workspace_id, found.id)


async def deliveries(
    house: House, workspace_id: int, webhook_id: str
) -> list[WebhookDelivery] | NotFound:
    """Give the newest messages to a webhook; what was not said on purpose is not among them."""
    async with house.database.transaction(workspace_id) as connection:
        found = await _one(connection, workspace_id, webhook_id)
        if found is None:
            return NotFound(what=_WHAT)
        wanted, page = Wanted(subscription_id=found.id), Page(limit=_DELIVERIES_MAX)
        page_of = await find(connection, workspace_id, wanted, page)
        told = [one for one in page_of.deliveries if one.status != "skipped"]
        attempts = await attempts_of(connection, workspace_id, [one.id for one in told])
        sent = await _sent(connection, workspace_id, told)
    return [_delivery(one, attempts.get(one.id, ()), sent[one.id]) for one in told]


def _is_ours(subscription: Subscription) -> bool:
    return subscriptions.is_made_here(subscription) and subscription.body.dialect == DIALECT.name


async def _one(connection: Connection, workspace_id: int, webhook_id: str) -> Subscription | None:
    if not is_id(webhook_id, _WEBHOOK[:-1]):
        return None
    subscription_id = _SUBSCRIPTION + webhook_id.removeprefix(_WEBHOOK)
    found = await subscriptions.webhook(connection, workspace_id, subscription_id)
    return found if found is not None and _is_ours(found) else None


def _webhook_id(subscription_id: str) -> str:
    return _WEBHOOK + subscription_id.removeprefix(_SUBSCRIPTION)


def _webhook(workspace_id: int, subscription: Subscription) -> Webhook:
    said = subscription.body
    return Webhook(
        id=_webhook_id(subscription.id),
        workspace=workspace_text(workspace_id),
        url=said.target,
        events=said.events,
        is_enabled=subscription.state in _SERVED,
        failure_count=subscription.failures,
        created_at=subscription.created_at,
        updated_at=subscription.state_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """Which word a delivery says, and its bytes, if they have been made."""

    word: str
    kept: Kept | None


async def _sent(
    connection: Connection, workspace_id: int, told: list[Delivery]
) -> dict[str, _Sent]:
    bodies: dict[int, SubscriptionBody] = {}
    words: dict[str, str] = {}
    names: dict[str, tuple[str, str]] = {}
    for one in told:
        if one.version not in bodies:
            bodies[one.version] = await version_body(
                connection, workspace_id, one.subscription_id, one.version
            )
        said = bodies[one.version]
        words[one.id] = word_at(said, one.type, one.position)
        key = render_key(said, one.subscription_id, one.version)
        names[one.id] = (one.event_id, worded_key(key, said, one.type, words[one.id]))
    kept = await kept_renderings(connection, workspace_id, list(names.values()))
    return {one.id: _Sent(word=words[one.id], kept=kept.get(names[one.id])) for one in told}


def _delivery(one: Delivery, attempts: list[Attempt] | tuple[()], sent: _Sent) -> WebhookDelivery:
    last = max(attempts, key=lambda attempt: attempt.n, default=None)
    answer = None if last is None else last.response_body
    return WebhookDelivery(
        id=one.id,
        webhook_id=_webhook_id(one.subscription_id),
        event=sent.word,
        payload=None if sent.kept is None else msgspec.Raw(sent.kept.body),
        status=_status(one.status, len(attempts)),
        attempts=len(attempts),
        last_attempt=last and last.at,
        response_code=last and last.status_code,
        response_body=None if answer is None else answer.decode(errors="replace"),
        error=last and (last.detail or last.error),
    )


def _status(status: str, attempts: int) -> str:
    """Say where a message stands in the SDK's words."""
    if status == "pending":
        return "RETRYING" if attempts else "PENDING"
    return "SUCCESS" if status == "delivered" else "FAILED"
