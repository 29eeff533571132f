"""Deliveries as rows: found by any of their filters, looked into, queued again.

Typed callers of ``sql/deliveries.sql``.  What waits and what has ended are two tables; a
delivery is in one of them.  Who reads both reads the waiting ones first: they only move one way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from retour.kernel.subscription import SubscriptionBody
from retour.store.statements import named

if TYPE_CHECKING:
    import asyncpg

    from retour.store.database import Connection

_SQL: Final = named("deliveries")
_BODY: Final = msgspec.json.Decoder(SubscriptionBody)
_COMPLETE_MAX: Final = 5000
"""How many waiting deliveries are read at once to find one's own among them."""

_REPOINTED_MAX: Final = 5000
_VERSIONS_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event for one subscription."""

    id: str
    subscription_id: str
    lane: str
    position: int
    event_id: str
    version: int
    type: str
    return_id: str | None
    resend_of: str | None = None
    status: str = "pending"
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list of deliveries is narrowed to."""

    subscription_id: str | None = None
    status: str | None = None
    event_id: str | None = None
    type: str | None = None
    return_id: str | None = None

    def fits(self, delivery: Delivery) -> bool:
        """Say whether a delivery is asked for."""
        return (
            self.subscription_id in (None, delivery.subscription_id)
            and self.status in (None, delivery.status)
            and self.event_id in (None, delivery.event_id)
            and self.type in (None, delivery.type)
            and self.return_id in (None, delivery.return_id)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try: when, what came of it, what was said."""

    delivery_id: str
    n: int
    at: datetime
    outcome: str
    status_code: int | None
    error: str | None
    detail: str | None
    duration_ms: int | None
    ms_dns: int | None
    ms_connect: int | None
    ms_tls: int | None
    ms_first_byte: int | None
    peer: str | None
    request_headers: str | None
    response_headers: str | None
    response_body: bytes | None
    fenced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneState:
    """How the lane of a waiting delivery stands."""

    blocked: bool
    due_at: datetime
    attempt: int
    head: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The bytes of an event as they were sent."""

    content_type: str
    body: bytes


def _delivery(row: asyncpg.Record) -> Delivery:
    return Delivery(
        id=row["delivery_id"],
        subscription_id=row["subscription_id"],
        lane=row["lane"],
        position=row["position"],
        event_id=row["event_id"],
        version=row["subscription_version"],
        type=row["type"],
        return_id=row["return_id"],
        resend_of=row["resend_of"],
        status=row["status"],
        finished_at=row["finished_at"],
    )


async def all_pending(
    connection: Connection, workspace_id: int, wanted: Wanted
) -> list[Delivery] | None:
    """Give every waiting delivery that an index narrows to; ``None`` where none does, or too many.

    The other filters are not applied.
    """
    for name, value in (
        ("pending_of_event", wanted.event_id),
        ("pending_of_return", wanted.return_id),
        ("pending_of_subscription", wanted.subscription_id),
    ):
        if value is None:
            continue
        rows = await connection.fetch(_SQL[name], workspace_id, value, _COMPLETE_MAX + 1)
        if len(rows) <= _COMPLETE_MAX:
            return [_delivery(row) for row in rows]
    return None


async def some_pending(
    connection: Connection, workspace_id: int, below: str, limit: int
) -> list[Delivery]:
    """Give the newest waiting deliveries below an id, newest first."""
    rows = await connection.fetch(_SQL["pending_all"], workspace_id, below, limit)
    return [_delivery(row) for row in rows]


async def some_ended(
    connection: Connection, workspace_id: int, wanted: Wanted, below: str, limit: int
) -> list[Delivery]:
    """Give the newest ended deliveries below an id that an index narrows to, newest first.

    The other filters are not applied.
    """
    name, more = "ended_all", []
    if wanted.event_id is not None:
        name, more = "ended_of_event", [wanted.event_id]
    elif wanted.return_id is not None:
        name, more = "ended_of_return", [wanted.return_id]
    elif wanted.status in ("dead", "skipped"):
        name = "ended_given_up"
    elif wanted.subscription_id is not None:
        name, more = "ended_of_subscription", [wanted.subscription_id]
    rows = await connection.fetch(_SQL[name], workspace_id, below, limit, *more)
    return [_delivery(row) for row in rows]


async def one_delivery(
    connection: Connection, workspace_id: int, delivery_id: str
) -> Delivery | None:
    """Give a delivery, waiting or ended."""
    row = await connection.fetchrow(_SQL["one_delivery"], workspace_id, delivery_id)
    return None if row is None else _delivery(row)


async def attempts_of(
    connection: Connection, workspace_id: int, delivery_ids: Iterable[str]
) -> Mapping[str, list[Attempt]]:
    """Give the tries of some deliveries, each in their order; deliveries without any are absent."""
    rows = await connection.fetch(_SQL["attempts"], workspace_id, list(delivery_ids))
    found: dict[str, list[Attempt]] = {}
    for row in rows:
        attempt = Attempt(**dict(row.items()))
        found.setdefault(attempt.delivery_id, []).append(attempt)
    return found


async def lane_of(
    connection: Connection, workspace_id: int, delivery: Delivery
) -> LaneState | None:
    """Say how the lane of a delivery stands; ``None`` once nothing waits in it."""
    row = await connection.fetchrow(
        _SQL["lane_of"], workspace_id, delivery.subscription_id, delivery.lane
    )
    return None if row is None else LaneState(**dict(row.items()))


async def rearm(connection: Connection, workspace_id: int, delivery: Delivery) -> None:
    """Set the blocked lane that ``delivery`` heads going again."""
    await connection.execute(_SQL["rearm"], workspace_id, delivery.subscription_id, delivery.lane)


async def queue(
    connection: Connection, workspace_id: int, subscription_id: str, fresh: Sequence[Delivery]
) -> None:
    """Queue deliveries of one subscription in lanes that are theirs alone, due at once."""
    lanes = [delivery.lane for delivery in fresh]
    await connection.execute(
        _SQL["queue_deliveries"],
        workspace_id,
        subscription_id,
        lanes,
        [delivery.position for delivery in fresh],
        [delivery.id for delivery in fresh],
        [delivery.event_id for delivery in fresh],
        [delivery.version for delivery in fresh],
        [delivery.type for delivery in fresh],
        [delivery.return_id for delivery in fresh],
        [delivery.resend_of for delivery in fresh],
    )
    await connection.execute(_SQL["queue_lanes"], workspace_id, subscription_id, lanes)


async def earlier_versions(
    connection: Connection, workspace_id: int, subscription_id: str, version: int
) -> list[tuple[int, SubscriptionBody]]:
    """Give what a subscription said before a version, the latest first; not all of a long past."""
    rows = await connection.fetch(
        _SQL["earlier_versions"], workspace_id, subscription_id, version, _VERSIONS_MAX
    )
    return [(row["version"], _BODY.decode(row["body"])) for row in rows]


async def repoint(
    connection: Connection,
    workspace_id: int,
    subscription_id: str,
    versions: tuple[Sequence[int], int],
    after: tuple[str, int],
) -> tuple[str, int] | None:
    """Let some of what waits behind ``after`` under old versions be told under a new one.

    Answers behind what to go on; ``None`` at the end.
    """
    old, new = versions
    row = await connection.fetchrow(
        _SQL["repoint"], workspace_id, subscription_id, list(old), new, *after, _REPOINTED_MAX
    )
    return None if row is None else (row["lane"], row["position"])


async def told_before(
    connection: Connection, workspace_id: int, subscription_id: str, event_ids: Sequence[str]
) -> tuple[frozenset[str], Mapping[str, str]]:
    """Say which events still wait for a subscription, and by which first delivery others ended."""
    ids = list(event_ids)
    pending = await connection.fetch(
        _SQL["first_deliveries_pending"], workspace_id, subscription_id, ids
    )
    ended = await connection.fetch(
        _SQL["first_deliveries_ended"], workspace_id, subscription_id, ids
    )
    return (
        frozenset(row["event_id"] for row in pending),
        {row["event_id"]: row["delivery_id"] for row in ended},
    )


async def version_body(
    connection: Connection, workspace_id: int, subscription_id: str, version: int
) -> SubscriptionBody:
    """Give what a subscription said at one of its versions."""
    text = await connection.fetchval(_SQL["version_body"], workspace_id, subscription_id, version)
    assert text is not None, "a version that deliveries name is kept"
    return _BODY.decode(text)


async def kept_renderings(
    connection: Connection, workspace_id: int, names: Sequence[tuple[str, str]]
) -> Mapping[tuple[str, str], Kept]:
    """Give the bytes kept under some (event, render key); names without any are absent."""
    rows = await connection.fetch(
        _SQL["renderings"], workspace_id, [name[0] for name in names], [name[1] for name in names]
    )
    return {
        (row["event_id"], row["render_key"]): Kept(
            content_type=row["content_type"], body=row["body"]
        )
        for row in rows
    }


async def tick(connection: Connection) -> datetime:
    """Tell the database's time."""
    now: datetime = await connection.fetchval(_SQL["tick"])
    return now
