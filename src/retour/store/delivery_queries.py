"""What delivery asks of the database, as the role ``retour_delivery``.

Typed callers of the functions of ``0004_delivery.sql`` and of ``sql/delivering.sql``, for all
workspaces at once.  Arrays travel in parallel; nothing is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from retour.store.statements import named

if TYPE_CHECKING:
    import asyncpg

    from retour.store.database import Connection

TOLD: Final = "-"
"""Says of a lane's gap that its receiver knows of it by now."""

_BETWEEN: Final = "\x1f"
_NUL: Final = "\x00"
_UNFIT: Final = re.compile("[\x00\x1f]")

Key = tuple[int, str]
"""A workspace's number and the id of one of its subscriptions."""


class Leased(msgspec.Struct, gc=False):
    """One delivery of a leased lane, in the order of its lane.

    Args:
        tick: Database time of the lease.
        is_probe: The subscription is failing, and this one lane is to find out whether it still is.
        failures: In a row at the subscription, as of the lease; the first ``failing_s`` ago.
        keys: Changes when the subscription's sealed keys do; ``None`` where it has none.
        attempt: Made of the lane's head so far; ``series_start`` of them before the present series.
        age_s: Of the head's first failure.
        is_asked: An earlier lease was never settled: the head may have been sent.
        gap: The event given up before this one that the receiver has not been told of.
        sequence: From here on the event, in the first row that needs it; else all ``None``.
    """

    tick: datetime
    workspace_id: int
    subscription_id: str
    is_probe: bool
    failures: int
    failing_s: int
    keys: int | None
    lane: str
    attempt: int
    series_start: int
    age_s: int
    is_asked: bool
    gap: str | None
    position: int
    delivery_id: str
    event_id: str
    version: int
    type: str
    return_id: str | None
    resend_of: str | None
    sequence: int | None
    stream: str | None
    stream_sequence: int | None
    occurred_at: datetime | None
    actor: str | None
    source: str | None
    snapshot: str | None
    personal: str | None


class SettleColumns(msgspec.Struct, frozen=True):
    """A batch of results as ``retour.settle`` takes it: columns in the order of its parameters.

    Args:
        bodies: Of replies, by the place of their attempt, from 1.
        rendered: The bytes that go with ``renderings``.
    """

    lanes: Sequence[Sequence[object]]
    ended: Sequence[Sequence[object]]
    attempts: Sequence[Sequence[object]]
    bodies: dict[int, bytes]
    renderings: Sequence[Sequence[object]]
    rendered: list[bytes]


class KeptRendering(msgspec.Struct, frozen=True):
    """Bytes as they were sent first."""

    content_type: str
    headers: str
    body: bytes


class Verdict(msgspec.Struct, frozen=True):
    """What a batch of results makes of a subscription: reopened, probing, gone or expired."""

    workspace_id: int
    subscription_id: str
    verdict: str


class Subscriber(msgspec.Struct, frozen=True):
    """A subscription with what it now says, as JSON."""

    id: str
    version: int
    body: str


def _call(function: str, arguments: int) -> str:
    places = ", ".join(f"${n}" for n in range(1, arguments + 1))
    return f"SELECT * FROM retour.{function}({places})"  # noqa: S608 - names of ours


_SQL: Final = named("delivering")
_LEASE: Final = _call("lease", 6)
_SETTLE: Final = _call("settle", 41)
_JUDGE: Final = _call("judge", 10)
_PAUSE: Final = _call("pause", 13)


async def enlist(connection: Connection, node: int) -> bool:
    """Let a connection be the life of this process; false where another has the number."""
    enlisted: bool = await connection.fetchval("SELECT retour.enlist($1)", node)
    return enlisted


async def discover(pool: asyncpg.Pool) -> list[Key]:
    """List the subscriptions that have something to lease now, lanes of dead processes included."""
    return [(row[0], row[1]) for row in await pool.fetch("SELECT * FROM retour.discover()")]


async def lease(
    pool: asyncpg.Pool,
    wanted: Sequence[tuple[Key, int]],
    *,
    lease_s: int,
    run_ahead: int,
    token: int,
) -> list[Leased]:
    """Lease up to so many lanes of each subscription, with up to ``run_ahead`` deliveries each.

    ``token`` marks the lanes as this call's and must never have been used before.
    """
    rows = await pool.fetch(
        _LEASE,
        [key[0] for key, _ in wanted],
        [key[1] for key, _ in wanted],
        [slots for _, slots in wanted],
        lease_s,
        run_ahead,
        token,
    )
    return [Leased(*row) for row in rows]


async def settle(
    pool: asyncpg.Pool, lease_s: int, columns: SettleColumns
) -> list[tuple[bool, int | None]]:
    """Write a batch of results; answers per lane whether it was still ours and how much is left."""
    rows = await pool.fetch(
        _SETTLE,
        lease_s,
        *map(_packed, columns.lanes),
        *map(_packed, columns.ended),
        *map(_packed, columns.attempts),
        _packed(columns.bodies),
        list(columns.bodies.values()),
        *map(_packed, columns.renderings),
        columns.rendered,
    )
    return [(row[0], row[1]) for row in rows]


def _packed(column: Iterable[object]) -> str:
    """Join a column's values; nothing from outside can break one in two, or the statement."""
    values = ["" if value is None else str(value) for value in column]
    packed = _BETWEEN.join(values)
    if packed.count(_BETWEEN) >= max(1, len(values)) or _NUL in packed:
        return _BETWEEN.join([_UNFIT.sub("\ufffd", value) for value in values])
    return packed


async def judge(pool: asyncpg.Pool, columns: Sequence[object]) -> list[Verdict]:
    """Let subscriptions feel what came of their deliveries."""
    return [Verdict(*row) for row in await pool.fetch(_JUDGE, *columns)]


async def pause(pool: asyncpg.Pool, workspace_id: int, columns: Sequence[object]) -> bool:
    """Pause a subscription and queue the event that says so; false if it was not served."""
    return bool(await pool.fetchval(_PAUSE, workspace_id, *columns))


async def resume(pool: asyncpg.Pool, workspace_id: int, subscription_id: str) -> int | None:
    """Serve a subscription again where it stopped; answers how many lanes wait there."""
    return await pool.fetchval("SELECT retour.resume($1, $2)", workspace_id, subscription_id)


async def said(
    pool: asyncpg.Pool, wanted: Sequence[tuple[int, str, int]]
) -> dict[tuple[int, str, int], str]:
    """Give what subscriptions said at some versions, as JSON."""
    rows = await pool.fetch(
        _SQL["subscription_bodies"],
        [key[0] for key in wanted],
        [key[1] for key in wanted],
        [key[2] for key in wanted],
    )
    return {(row[0], row[1], row[2]): row[3] for row in rows}


async def sealed_keys(pool: asyncpg.Pool, wanted: Sequence[Key]) -> dict[Key, bytes | None]:
    """Give the sealed signing keys of subscriptions."""
    rows = await pool.fetch(
        _SQL["sealed_keys"], [key[0] for key in wanted], [key[1] for key in wanted]
    )
    return {(row[0], row[1]): row[2] for row in rows}


async def kept_renderings(
    pool: asyncpg.Pool, wanted: Sequence[tuple[int, str, str]]
) -> dict[tuple[int, str, str], KeptRendering]:
    """Give the bytes that are kept of some (workspace, event, render key)."""
    rows = await pool.fetch(
        _SQL["kept_renderings"],
        [key[0] for key in wanted],
        [key[1] for key in wanted],
        [key[2] for key in wanted],
    )
    return {wanted[row[0] - 1]: KeptRendering(row[1], row[2], row[3]) for row in rows}


async def subscribers(pool: asyncpg.Pool, workspace_id: int) -> list[Subscriber]:
    """List everyone in a workspace who may have to be told something."""
    return [Subscriber(*row) for row in await pool.fetch(_SQL["subscribers"], workspace_id)]


async def now(pool: asyncpg.Pool, workspace_id: int) -> tuple[datetime, int]:
    """Give database time, and how far ahead of it the workspace's clock is, in microseconds."""
    row = await pool.fetchrow(_SQL["now"], workspace_id)
    assert row is not None, "a workspace with subscriptions exists"
    return row[0], row[1]


async def past_replies(pool: asyncpg.Pool, workspace_id: int, delivery_id: str) -> list[bytes]:
    """Give the bodies of all replies to a delivery so far, in their order."""
    rows = await pool.fetch(_SQL["past_replies"], workspace_id, delivery_id)
    return [row[0] for row in rows]


async def latest_snapshot(pool: asyncpg.Pool, workspace_id: int, return_id: str) -> str | None:
    """Give the world as a return's latest event left it; None where it has none."""
    return await pool.fetchval(_SQL["latest_snapshot"], workspace_id, return_id)


async def make_partitions(pool: asyncpg.Pool, days: int) -> int:
    """Have partitions for the days ahead; answers how many were new."""
    return await pool.fetchval("SELECT retour.make_partitions($1)", days)


async def drop_partitions(pool: asyncpg.Pool, days: int) -> int:
    """Drop the log, attempts and bytes older than so many days; answers how many days' went."""
    return await pool.fetchval("SELECT retour.drop_partitions($1)", days)


async def forget_replies(pool: asyncpg.Pool, days: int) -> str:
    """Drop some of the replies kept for idempotency keys longer than so many days."""
    return await pool.execute(_SQL["forget_replies"], days)
