"""Subscriptions: made, listed, changed, ended; their secrets rotated; resumed after a pause.

Every change takes the workspace's turn, moves its epoch and is in force for the next commit.  Rows
are never deleted: what was told in a subscription's name keeps its origin.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.keeping import keep
from retour.desk.outcome import Done, NotFound, Outcome, VersionDiffers
from retour.desk.pages import Page, paged
from retour.desk.telling.repointing import follow
from retour.desk.telling.signing_keys import (
    SigningKey,
    fresh_key,
    open_keys,
    read_key,
    read_text_key,
    rotated,
    seal_keys,
    shown,
)
from retour.desk.telling.subscription_body import (
    RotateBody,
    SubscriptionNew,
    SubscriptionPatch,
    address_of,
    read_new,
    read_patch,
)
from retour.dialects.registry import DIALECTS
from retour.dialects.view import instant
from retour.kernel.ids import Mint
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.subscription import SubscriptionKind, SubscriptionState
from retour.store.telling import (
    Subscription,
    add_subscription,
    bump_epoch,
    list_subscriptions,
    newest_transaction,
    oldest_transaction,
    one_subscription,
    say_anew,
    set_secrets,
    set_state,
    skip_lanes,
    take_turn,
)

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()
_HIGHEST: Final = "sub_~"
"""Above every id: where the list starts."""
OVERLAP_MAX: Final = timedelta(days=30)
"""How long a replaced secret may stay good."""
_BY_REQUEST: Final = "by request"
_MADE_HERE: Final = frozenset({SubscriptionKind.WEBHOOK, SubscriptionKind.NOTICE})
_LANES_STEP: Final = 2000
_STRAGGLERS_WAIT_S: Final = 5.0
"""How long ending a subscription waits for commits that had not heard of it."""
_STRAGGLERS_LOOK_S: Final = 0.02


def view(subscription: Subscription, **more: object) -> bytes:
    """Write a subscription as every request answers it; never its secret, unless in ``more``."""
    said = subscription.body
    return _ENCODE.encode(
        {
            "id": subscription.id,
            "url": address_of(said),
            "events": said.events,
            "dialect": said.dialect,
            "format": said.format,
            "headers": said.headers,
            "filter": said.filter,
            "ordering": said.ordering,
            "on_dead": said.on_dead,
            "dialect_settings": said.dialect_settings,
            "status": subscription.state,
            "status_reason": subscription.state_reason,
            "status_at": instant(subscription.state_at),
            "failures": subscription.failures,
            "failing_since": subscription.failing_since and instant(subscription.failing_since),
            "hold_until": subscription.hold_until and instant(subscription.hold_until),
            "version": subscription.version,
            "created_at": instant(subscription.created_at),
            **more,
        }
    )


def is_made_here(subscription: Subscription | None) -> bool:
    """Say whether it is one that people made here, and have not deleted."""
    return (
        subscription is not None
        and subscription.kind in _MADE_HERE
        and subscription.template_id is None
        and subscription.profile_id is None
        and subscription.state is not SubscriptionState.DELETED
    )


async def webhook(
    connection: Connection, workspace_id: int, subscription_id: str
) -> Subscription | None:
    """Give a webhook that people made here, or ``None``."""
    found = await one_subscription(connection, workspace_id, subscription_id)
    return found if is_made_here(found) else None


async def create(
    house: House,
    workspace_id: int,
    body: SubscriptionNew,
    key: RequestKey | None = None,
    *,
    name: str = "",
) -> Outcome:
    """Make a subscription; its secret is in this answer and in no other, a replay included.

    Args:
        name: For dialects that let subscriptions have names.

    Raises:
        InvalidRequest: Naming everything that cannot be.
    """
    said = msgspec.structs.replace(read_new(house.settings, body), name=name)
    is_signed = said.kind is SubscriptionKind.WEBHOOK
    secret = _key(body.secret, body.dialect) if is_signed else None
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        if turn is None:
            return NotFound(what="workspace")
        subscription_id = Mint(turn.tick, os.urandom(16))("sub")
        made = Subscription(
            id=subscription_id,
            kind=said.kind,
            version=1,
            body=said,
            state=SubscriptionState(body.status),
            state_at=turn.tick,
            created_at=turn.tick,
            secrets=None
            if secret is None
            else seal_keys(house.vault, workspace_id, subscription_id, [secret]),
        )
        if answered := await keep(connection, workspace_id, key, 201, view(made)):
            return answered
        await add_subscription(connection, workspace_id, made)
        await bump_epoch(connection, workspace_id)
    house.configs.forget(workspace_id)
    more = {} if secret is None else {"secret": shown(secret)}
    return Done(status=201, body=view(made, **more), version=1)


def _key(secret: str | None, dialect: str) -> SigningKey:
    """Take the secret given, or make one; where receivers use it as text, any text will do."""
    if secret is None:
        return fresh_key()
    return read_key(secret) if DIALECTS[dialect].sign is None else read_text_key(secret)


async def look_up(house: House, workspace_id: int, subscription_id: str) -> Outcome:
    """Give one subscription."""
    async with house.database.transaction(workspace_id) as connection:
        found = await webhook(connection, workspace_id, subscription_id)
    if found is None:
        return NotFound(what="subscription")
    return Done(status=200, body=view(found), version=found.version)


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of subscriptions, newest first."""
    below = page.after or _HIGHEST
    async with house.database.transaction(workspace_id) as connection:
        found = await list_subscriptions(connection, workspace_id, below, page.limit + 1)
    return paged(found, page, view, key=lambda item: item.id)


async def patch(
    house: House,
    workspace_id: int,
    subscription_id: str,
    body: SubscriptionPatch,
    if_match: int | None = None,
) -> Outcome:
    """Change what the body names; another thing said is a new version, another status is not.

    What was committed before keeps its bytes; where those stay the same, it follows the change.

    Raises:
        InvalidRequest: Naming everything that cannot be.
    """
    async with house.database.transaction(workspace_id) as connection:
        await take_turn(connection, workspace_id)
        before = await webhook(connection, workspace_id, subscription_id)
        if before is None:
            return NotFound(what="subscription")
        if if_match is not None and if_match != before.version:
            return VersionDiffers(current=before.version)
        said = read_patch(house.settings, before.body, body)
        state = before.state if body.status is msgspec.UNSET else SubscriptionState(body.status)
        if said == before.body and state is before.state:
            return Done(status=200, body=view(before), version=before.version)
        if said != before.body:
            await say_anew(connection, workspace_id, before, said)
        if state is not before.state:
            reason = None if state is SubscriptionState.ACTIVE else _BY_REQUEST
            await set_state(connection, workspace_id, subscription_id, state, reason)
        await bump_epoch(connection, workspace_id)
        after = await webhook(connection, workspace_id, subscription_id)
    assert after is not None, "a subscription that was just changed is there"
    if said != before.body:
        await follow(house, workspace_id, [subscription_id])
    _changed(house, workspace_id, subscription_id)
    return Done(status=200, body=view(after), version=after.version)


def _changed(house: House, workspace_id: int, subscription_id: str) -> None:
    house.configs.forget(workspace_id)
    house.hints(workspace_id, (subscription_id,))


async def resume(
    house: House, workspace_id: int, subscription_id: str, key: RequestKey | None = None
) -> Outcome:
    """Serve a subscription again from where it stopped; an active one stays as it is."""
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        before = await webhook(connection, workspace_id, subscription_id)
        if turn is None or before is None:
            return NotFound(what="subscription")
        if before.state is SubscriptionState.ACTIVE:
            return Done(status=200, body=view(before), version=before.version)
        after = replace(
            before,
            state=SubscriptionState.ACTIVE,
            state_reason=None,
            state_at=turn.tick,
            hold_until=None,
            failures=0,
            failing_since=None,
        )
        if answered := await keep(connection, workspace_id, key, 200, view(after)):
            return answered
        await set_state(connection, workspace_id, subscription_id, SubscriptionState.ACTIVE)
        await bump_epoch(connection, workspace_id)
    _changed(house, workspace_id, subscription_id)
    return Done(status=200, body=view(after), version=after.version)


def check_overlap(overlap: timedelta) -> None:
    """Refuse a time for which no replaced secret stays good.

    Raises:
        InvalidRequest: It is negative or longer than 30 days.
    """
    if not timedelta(0) <= overlap <= OVERLAP_MAX:
        detail = "An overlap is at least PT0S and at most P30D; leave it out for 24 hours."
        raise InvalidRequest(FieldError(pointer="/overlap", code="out_of_range", detail=detail))


async def rotate(
    house: House,
    workspace_id: int,
    subscription_id: str,
    body: RotateBody,
    key: RequestKey | None = None,
) -> Outcome:
    """Put a new secret in force, shown this once; the old one signs beside it for the overlap.

    Raises:
        InvalidRequest: The overlap is negative or longer than 30 days, the secret is none, or
            nothing is signed.
    """
    check_overlap(body.overlap)
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        found = await webhook(connection, workspace_id, subscription_id)
        if turn is None or found is None:
            return NotFound(what="subscription")
        if found.kind is SubscriptionKind.NOTICE:
            detail = "Mails are not signed: there is no secret to rotate."
            raise InvalidRequest(FieldError(pointer="", code="not_applicable", detail=detail))
        secret = _key(body.secret, found.body.dialect)
        until = turn.tick + body.overlap
        more = {"previous_secret_until": instant(until)}
        if answered := await keep(connection, workspace_id, key, 200, view(found, **more)):
            return answered
        had = open_keys(house.vault, workspace_id, subscription_id, found.secrets)
        keys = rotated(had, secret, now=turn.tick, until=until)
        sealed = seal_keys(house.vault, workspace_id, subscription_id, keys)
        await set_secrets(connection, workspace_id, subscription_id, sealed)
        await bump_epoch(connection, workspace_id)
    house.configs.forget(workspace_id)
    answer = view(found, **more, secret=shown(secret))
    return Done(status=200, body=answer, version=found.version)


async def delete(house: House, workspace_id: int, subscription_id: str) -> Outcome:
    """End a subscription: nothing more is sent, and what was still to be is listed as skipped."""
    async with house.database.transaction(workspace_id) as connection:
        await take_turn(connection, workspace_id)
        found = await one_subscription(connection, workspace_id, subscription_id)
        is_there = is_made_here(found)
        if is_there:
            await end(connection, workspace_id, subscription_id)
            await bump_epoch(connection, workspace_id)
    if found is not None and found.state is SubscriptionState.DELETED:
        await sweep(house, workspace_id, (subscription_id,))  # An earlier end was cut short.
    if not is_there:
        return NotFound(what="subscription")
    house.configs.forget(workspace_id)
    await sweep(house, workspace_id, (subscription_id,))
    return Done(status=204, body=b"")


async def end(connection: Connection, workspace_id: int, subscription_id: str) -> None:
    """Mark a subscription as deleted; ``sweep`` follows when that is committed."""
    deleted = SubscriptionState.DELETED
    await set_state(connection, workspace_id, subscription_id, deleted, _BY_REQUEST)


async def sweep(house: House, workspace_id: int, subscription_ids: Sequence[str]) -> None:
    """List all that waits at ended subscriptions as skipped.

    A commit that had read the old epoch may still be on its way when the end is committed; sweeping
    starts when the last of those has ended, or after five seconds.
    """
    if not subscription_ids:
        return
    await _await_stragglers(house, workspace_id)
    for subscription_id in subscription_ids:
        swept = _LANES_STEP
        while swept == _LANES_STEP:
            async with house.database.transaction(workspace_id) as connection:
                swept = await skip_lanes(connection, workspace_id, subscription_id, _LANES_STEP)


async def _await_stragglers(house: House, workspace_id: int) -> None:
    async with house.database.transaction(workspace_id) as connection:
        newest = await newest_transaction(connection)
    for _ in range(round(_STRAGGLERS_WAIT_S / _STRAGGLERS_LOOK_S)):
        async with house.database.transaction(workspace_id) as connection:
            if await oldest_transaction(connection) >= newest:
                return
        await asyncio.sleep(_STRAGGLERS_LOOK_S)
