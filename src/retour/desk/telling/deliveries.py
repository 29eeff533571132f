"""Deliveries looked into and repeated: what was told whom, how it went, and tell it again.

A list merges what waits with what has ended, newest first, driven by one index on either side in
bounded steps; the other filters are applied to what those yield.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.keeping import keep
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.pages import Page, envelope
from retour.dialects.speaking import render_key, word_at, worded_key
from retour.dialects.view import instant
from retour.kernel.ids import Mint, is_id
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.refusal import Refusal, RefusalCode
from retour.kernel.subscription import EFFECT_KINDS, SubscriptionState
from retour.store.telling import Subscription, one_subscription
from retour.store.telling_deliveries import (
    Attempt,
    Delivery,
    Kept,
    LaneState,
    Wanted,
    all_pending,
    attempts_of,
    kept_renderings,
    lane_of,
    one_delivery,
    queue,
    rearm,
    some_ended,
    some_pending,
    tick,
    version_body,
)

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()
_HIGHEST: Final = "dlv_~"
"""Above every id: where the list starts."""
_STEP: Final = 400
_STEPS_MAX: Final = 25
"""One page looks at no more than 10 000 candidates; a rarer match continues behind the cursor."""
STATUSES: Final = ("pending", "delivered", "dead", "skipped")


@dataclass(frozen=True, slots=True)
class Found:
    """Deliveries that were asked for, and where the next page starts."""

    deliveries: list[Delivery]
    next_key: str | None


async def listing(
    house: House, workspace_id: int, wanted: Wanted, page: Page, *, step: int = _STEP
) -> Outcome:
    """Give a page of deliveries with how their attempts went, newest first.

    ``step`` bounds the candidates looked at in one go; it changes the cost, never the answer.

    Raises:
        InvalidRequest: There is no such status, or the cursor is none of this list.
    """
    _check(wanted, page)
    async with house.database.transaction(workspace_id) as connection:
        found = await find(connection, workspace_id, wanted, page, step=step)
        ids = [delivery.id for delivery in found.deliveries]
        attempts = await attempts_of(connection, workspace_id, ids)
    items = [
        _ENCODE.encode(_view(delivery, [_brief(one) for one in attempts.get(delivery.id, ())]))
        for delivery in found.deliveries
    ]
    return Done(status=200, body=envelope(items, found.next_key))


def _check(wanted: Wanted, page: Page) -> None:
    if wanted.status is not None and wanted.status not in STATUSES:
        detail = f"There is no status {wanted.status!r}; give one of {', '.join(STATUSES)}."
        raise InvalidRequest(FieldError(pointer="/status", code="unknown_value", detail=detail))
    if page.after and not is_id(page.after, "dlv"):
        detail = "This cursor is of another list. Give next_cursor of this one, unchanged."
        raise InvalidRequest(FieldError(pointer="/cursor", code="bad_cursor", detail=detail))


async def find(
    connection: Connection, workspace_id: int, wanted: Wanted, page: Page, *, step: int = _STEP
) -> Found:
    """Find a page of deliveries, newest first, what waits merged with what has ended."""
    below = page.after or _HIGHEST
    complete = await _complete_pending(connection, workspace_id, wanted)
    found: list[Delivery] = []
    for _ in range(_STEPS_MAX):
        # Waiting ones first: one that ends between the two looks is then seen twice, never missed.
        if complete is None:
            waiting = await some_pending(connection, workspace_id, below, step)
        else:
            waiting = [delivery for delivery in complete if delivery.id < below][:step]
        ended = await _some_ended(connection, workspace_id, wanted, below, step)
        both = {delivery.id: delivery for delivery in (*waiting, *ended)}
        ordered = [both[delivery_id] for delivery_id in sorted(both, reverse=True)[:step]]
        for delivery in ordered:
            if wanted.fits(delivery):
                if len(found) == page.limit:
                    return Found(found, found[-1].id)
                found.append(delivery)
        if max(len(waiting), len(ended)) < step and len(both) <= step:
            return Found(found, None)
        below = ordered[-1].id
    return Found(found, below)


async def _complete_pending(
    connection: Connection, workspace_id: int, wanted: Wanted
) -> list[Delivery] | None:
    """Give everything that waits, newest first, where that can be had at once."""
    if wanted.status not in (None, "pending"):
        return []
    pending = await all_pending(connection, workspace_id, wanted)
    if pending is None:
        return None
    return sorted(pending, key=lambda delivery: delivery.id, reverse=True)


async def _some_ended(
    connection: Connection, workspace_id: int, wanted: Wanted, below: str, step: int
) -> list[Delivery]:
    if wanted.status == "pending":
        return []
    return await some_ended(connection, workspace_id, wanted, below, step)


def _view(delivery: Delivery, attempts: list[dict[str, object]]) -> dict[str, object]:
    return {
        "id": delivery.id,
        "subscription": delivery.subscription_id,
        "event": delivery.event_id,
        "type": delivery.type,
        "return": delivery.return_id,
        "status": delivery.status,
        "subscription_version": delivery.version,
        "resend_of": delivery.resend_of,
        "finished_at": delivery.finished_at and instant(delivery.finished_at),
        "attempts": attempts,
    }


def _brief(attempt: Attempt) -> dict[str, object]:
    """Show how a try went, without what was said."""
    return {
        "n": attempt.n,
        "at": instant(attempt.at),
        "outcome": attempt.outcome,
        "status_code": attempt.status_code,
        "error": attempt.error,
        "detail": attempt.detail,
        "duration_ms": attempt.duration_ms,
        "timings": {
            "dns_ms": attempt.ms_dns,
            "connect_ms": attempt.ms_connect,
            "tls_ms": attempt.ms_tls,
            "first_byte_ms": attempt.ms_first_byte,
        },
        "peer": attempt.peer,
    }


async def look_up(house: House, workspace_id: int, delivery_id: str) -> Outcome:
    """Give one delivery with every attempt: what was sent, what came back."""
    async with house.database.transaction(workspace_id) as connection:
        delivery = await one_delivery(connection, workspace_id, delivery_id)
        if delivery is None:
            return NotFound(what="delivery")
        return Done(status=200, body=await _whole(connection, workspace_id, delivery))


async def _whole(connection: Connection, workspace_id: int, delivery: Delivery) -> bytes:
    attempts = await attempts_of(connection, workspace_id, [delivery.id])
    said = await version_body(connection, workspace_id, delivery.subscription_id, delivery.version)
    key = render_key(said, delivery.subscription_id, delivery.version)
    word = word_at(said, delivery.type, delivery.position)
    name = (delivery.event_id, worded_key(key, said, delivery.type, word))
    sent = (await kept_renderings(connection, workspace_id, [name])).get(name)
    tried = [
        {
            **_brief(attempt),
            "request": _request(said.target, attempt, sent),
            "response": _response(attempt),
        }
        for attempt in attempts.get(delivery.id, ())
    ]
    lane = None
    if delivery.status == "pending":
        lane = await lane_of(connection, workspace_id, delivery)
    return _ENCODE.encode({**_view(delivery, tried), "lane": _lane(delivery, lane)})


def _request(target: str, attempt: Attempt, sent: Kept | None) -> dict[str, object]:
    return {
        "to": target,
        "headers": attempt.request_headers,
        "content_type": sent and sent.content_type,
        "body": sent and sent.body.decode(errors="replace"),
    }


def _response(attempt: Attempt) -> dict[str, object] | None:
    if attempt.status_code is None and attempt.response_body is None:
        return None
    return {
        "status_code": attempt.status_code,
        "headers": attempt.response_headers,
        "body": attempt.response_body and attempt.response_body.decode(errors="replace"),
    }


def _lane(delivery: Delivery, lane: LaneState | None) -> dict[str, object] | None:
    """Say what a waiting delivery waits for; ``None`` once it has ended."""
    if lane is None:
        return None
    return {
        "head": lane.head == delivery.id,
        "blocked": lane.blocked,
        "due_at": None if lane.blocked else instant(lane.due_at),
    }


async def resend(
    house: House, workspace_id: int, delivery_id: str, key: RequestKey | None = None
) -> Outcome:
    """Tell it again: a new delivery of the same event with the same bytes, in a lane of its own.

    Where the delivery heads a blocked lane, it is itself tried again instead, and the lane goes on.
    """
    async with house.database.transaction(workspace_id) as connection:
        delivery = await one_delivery(connection, workspace_id, delivery_id)
        if delivery is None:
            return NotFound(what="delivery")
        subscription = await one_subscription(connection, workspace_id, delivery.subscription_id)
        assert subscription is not None, "rows of subscriptions are never deleted"
        lane = await lane_of(connection, workspace_id, delivery)
        is_blocked_head = lane is not None and lane.blocked and lane.head == delivery.id
        if refusal := _refusal(subscription, is_blocked_head=is_blocked_head):
            return Refused(refusal=refusal)
        if is_blocked_head:
            body = _ENCODE.encode(_view(delivery, []))
            if answered := await keep(connection, workspace_id, key, 200, body):
                return answered
            await rearm(connection, workspace_id, delivery)
            done = Done(status=200, body=body)
        else:
            fresh = await _again(connection, workspace_id, delivery, subscription)
            body = _ENCODE.encode(_view(fresh, []))
            if answered := await keep(connection, workspace_id, key, 201, body):
                return answered
            await queue(connection, workspace_id, subscription.id, [fresh])
            done = Done(status=201, body=body)
    house.hints(workspace_id, (subscription.id,))
    return done


def _refusal(subscription: Subscription, *, is_blocked_head: bool) -> Refusal | None:
    detail = None
    if subscription.kind in EFFECT_KINDS and not is_blocked_head:
        detail = (
            "This was no message but work of our own, such as a refund. "
            "Give the return's command instead, such as retry_refund."
        )
    elif subscription.state is SubscriptionState.DELETED:
        detail = "This subscription was deleted. Make a new one, then let it recover."
    elif subscription.state is SubscriptionState.DISABLED:
        detail = "This subscription is disabled. Set its status to active first."
    if detail is None:
        return None
    return Refusal(code=RefusalCode.NOT_ALLOWED_IN_STATUS, detail=detail)


async def _again(
    connection: Connection, workspace_id: int, delivery: Delivery, subscription: Subscription
) -> Delivery:
    """Make the repetition: as the subscription now stands, if that gives the same bytes."""
    said = await version_body(connection, workspace_id, delivery.subscription_id, delivery.version)
    is_same = render_key(said, subscription.id, delivery.version) == render_key(
        subscription.body, subscription.id, subscription.version
    )
    delivery_id = Mint(await tick(connection), os.urandom(16))("dlv")
    return replace(
        delivery,
        id=delivery_id,
        lane=delivery_id,
        version=subscription.version if is_same else delivery.version,
        resend_of=delivery.id,
        status="pending",
        finished_at=None,
    )
