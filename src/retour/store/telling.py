"""Subscriptions as rows: read with what they now say, written with the epoch that tells commits.

Typed callers of ``sql/subscriptions.sql``.  Whoever changes what a workspace tells takes its turn
first (``take_turn``), so that two changes never interleave; commits on returns do not wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from retour.kernel.subscription import SubscriptionBody, SubscriptionKind, SubscriptionState
from retour.store.statements import named

if TYPE_CHECKING:
    import asyncpg

    from retour.store.database import Connection

_SQL: Final = named("subscriptions")
_ENCODE: Final = msgspec.json.Encoder()
_BODY: Final = msgspec.json.Decoder(SubscriptionBody)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The two instants of a change: database time, and the workspace's business time."""

    tick: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription, what it now says, and how its endpoint fares."""

    id: str
    kind: SubscriptionKind
    version: int
    body: SubscriptionBody
    state: SubscriptionState
    state_at: datetime
    created_at: datetime
    state_reason: str | None = None
    hold_until: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    secrets: bytes | None = None  # Sealed.
    template_id: str | None = None
    profile_id: str | None = None


async def take_turn(connection: Connection, workspace_id: int) -> Turn | None:
    """Wait for one's turn to change subscriptions; ``None`` where there is no such workspace."""
    row = await connection.fetchrow(_SQL["take_turn"], workspace_id)
    if row is None:
        return None
    tick: datetime = row["tick"]
    return Turn(tick=tick, at=tick + timedelta(microseconds=row["clock_offset_us"]))


async def bump_epoch(connection: Connection, workspace_id: int) -> None:
    """Tell every commit still to come that subscriptions changed."""
    await connection.execute(_SQL["bump_epoch"], workspace_id)


async def add_subscription(
    connection: Connection, workspace_id: int, subscription: Subscription
) -> None:
    """Make a subscription with its first version."""
    await connection.execute(
        _SQL["add_subscription"],
        workspace_id,
        subscription.id,
        subscription.kind.value,
        subscription.state.value,
        subscription.created_at,
        subscription.secrets,
        subscription.template_id,
        subscription.profile_id,
    )
    await _add_version(connection, workspace_id, subscription.id, 1, subscription.body)


async def _add_version(
    connection: Connection,
    workspace_id: int,
    subscription_id: str,
    version: int,
    body: SubscriptionBody,
) -> None:
    text = _ENCODE.encode(body).decode()
    await connection.execute(_SQL["add_version"], workspace_id, subscription_id, version, text)


async def say_anew(
    connection: Connection, workspace_id: int, before: Subscription, body: SubscriptionBody
) -> int:
    """Give a subscription its next version; answers its number."""
    version = before.version + 1
    await _add_version(connection, workspace_id, before.id, version, body)
    await connection.execute(_SQL["set_version"], workspace_id, before.id, version)
    return version


async def set_state(
    connection: Connection,
    workspace_id: int,
    subscription_id: str,
    state: SubscriptionState,
    reason: str | None = None,
) -> None:
    """Say whether a subscription is served; once active, what waits there becomes due."""
    if state is SubscriptionState.ACTIVE:
        await connection.execute(_SQL["resume"], workspace_id, subscription_id)
        return
    await connection.execute(_SQL["set_state"], workspace_id, subscription_id, state.value, reason)


async def set_secrets(
    connection: Connection, workspace_id: int, subscription_id: str, sealed: bytes
) -> None:
    """Replace the sealed keys of a subscription."""
    await connection.execute(_SQL["set_secrets"], workspace_id, subscription_id, sealed)


async def one_subscription(
    connection: Connection, workspace_id: int, subscription_id: str
) -> Subscription | None:
    """Give a subscription of any kind and state, deleted ones too."""
    found = await subscriptions_by_ids(connection, workspace_id, [subscription_id])
    return next(iter(found), None)


async def subscriptions_by_ids(
    connection: Connection, workspace_id: int, ids: Sequence[str]
) -> list[Subscription]:
    """Give some subscriptions of any kind and state, deleted ones too, in any order."""
    rows = await connection.fetch(_SQL["subscriptions_by_ids"], workspace_id, list(ids))
    return [subscription_from(row) for row in rows]


async def list_subscriptions(
    connection: Connection, workspace_id: int, below: str, limit: int
) -> Sequence[Subscription]:
    """Give the webhooks people made whose ids lie below ``below``, newest first."""
    rows = await connection.fetch(_SQL["list_subscriptions"], workspace_id, below, limit)
    return [subscription_from(row) for row in rows]


def subscription_from(row: asyncpg.Record) -> Subscription:
    """Read a row of the subscription with its body."""
    return Subscription(
        id=row["subscription_id"],
        kind=SubscriptionKind(row["kind"]),
        version=row["version"],
        body=_BODY.decode(row["body"]),
        state=SubscriptionState(row["state"]),
        state_at=row["state_at"],
        created_at=row["created_at"],
        state_reason=row["state_reason"],
        hold_until=row["hold_until"],
        failures=row["failures"],
        failing_since=row["failing_since"],
        secrets=row["secrets"],
        template_id=row["template_id"],
        profile_id=row["profile_id"],
    )


async def skip_lanes(
    connection: Connection, workspace_id: int, subscription_id: str, limit: int
) -> int:
    """List what waits in up to ``limit`` lanes as skipped; answers how many lanes there were."""
    rows = await connection.fetch(_SQL["lock_lanes"], workspace_id, subscription_id, limit)
    if rows:
        lanes = [row["lane"] for row in rows]
        await connection.execute(_SQL["skip_lanes"], workspace_id, subscription_id, lanes)
        await connection.execute(_SQL["drop_lanes"], workspace_id, subscription_id, lanes)
    return len(rows)


async def newest_transaction(connection: Connection) -> int:
    """Give a number that every transaction begun by now lies below."""
    number: int = await connection.fetchval(_SQL["newest_transaction"])
    return number


async def oldest_transaction(connection: Connection) -> int:
    """Give the number below which every transaction has ended."""
    number: int = await connection.fetchval(_SQL["oldest_transaction"])
    return number
