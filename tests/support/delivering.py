"""Work for the delivery engine on a fresh workspace: subscriptions and events by hand.

Events are the product's samples under ids of their own; they go through ``retour.append`` as every
commit's do, so that lanes and positions are the real ones.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import asyncpg
import msgspec
from standardwebhooks import Webhook

from retour.delivery.engine import Bounds, Engine, Outside
from retour.delivery.protocols import Maker, Sender
from retour.delivery.signing import SigningKey
from retour.desk.house import House
from retour.dialects.stored import StoredEvent
from retour.gateways.egress import parse_allow
from retour.gateways.http import HttpClient
from retour.kernel.ids import Mint
from retour.kernel.subscription import (
    OnDead,
    SubscriptionBody,
    SubscriptionKind,
)
from retour.kernel.wire import WireMessage
from retour.lifecycle.model import EventType
from retour.store.database import DELIVERY
from tests.support import samples
from tests.support.receiver import Received, Receiver

_ENCODE = msgspec.json.Encoder()
_APPEND = "SELECT retour.append({})".format(", ".join(f"${n}" for n in range(1, 19)))


def _text(value: object) -> str:
    return _ENCODE.encode(value).decode()


@dataclass(frozen=True, kw_only=True)
class Subscribed:
    """A subscription, and the secret its messages are signed with."""

    id: str
    secret: str


@dataclass(kw_only=True)
class World:
    """One workspace to deliver in."""

    house: House
    id: int
    positions: dict[str, int] = field(default_factory=dict[str, int])

    async def mint(self) -> Mint:
        """Ids at database time."""
        pool = await self.house.database.pool()
        return Mint(await pool.fetchval("SELECT clock_timestamp()"), os.urandom(16))

    async def subscribe(
        self,
        url: str,
        *,
        kind: SubscriptionKind = SubscriptionKind.WEBHOOK,
        on_dead: OnDead = OnDead.SKIP,
        secrets: Sequence[SigningKey] | None = None,
        **said: object,
    ) -> Subscribed:
        """Make a subscription."""
        subscription_id = (await self.mint())("sub")
        body = msgspec.convert(
            {"kind": kind, "target": url, "on_dead": on_dead, **said}, SubscriptionBody
        )
        keys = secrets or [SigningKey(base64.b64encode(os.urandom(32)).decode())]
        sealed = self.house.vault.seal(
            f"{self.id}/subscription/{subscription_id}/secrets", _ENCODE.encode(keys)
        )
        async with self.house.database.transaction(self.id) as connection:
            await connection.execute(
                "INSERT INTO retour.subscription (workspace_id, subscription_id, kind, version,"
                " state, state_at, secrets, created_at)"
                " VALUES ($1, $2, $3, 1, 'active', clock_timestamp(), $4, clock_timestamp())",
                self.id, subscription_id, kind.value, sealed,
            )  # fmt: skip
            await connection.execute(
                "INSERT INTO retour.subscription_version VALUES ($1, $2, 1, $3, clock_timestamp())",
                self.id, subscription_id, _text(body),
            )  # fmt: skip
        return Subscribed(id=subscription_id, secret="whsec_" + keys[-1].key)

    async def reseal(self, subscribed: Subscribed, keys: Sequence[SigningKey]) -> None:
        """Replace a subscription's signing keys."""
        sealed = self.house.vault.seal(
            f"{self.id}/subscription/{subscribed.id}/secrets", _ENCODE.encode(keys)
        )
        async with self.house.database.transaction(self.id) as connection:
            await connection.execute(
                "UPDATE retour.subscription SET secrets = $3"
                " WHERE workspace_id = $1 AND subscription_id = $2",
                self.id, subscribed.id, sealed,
            )  # fmt: skip

    async def state(self, subscribed: Subscribed) -> asyncpg.Record:
        """Say how a subscription fares."""
        (row,) = await self.fetch(
            "SELECT state, state_reason, failures, failing_since, hold_until, probes"
            " FROM retour.subscription WHERE workspace_id = $1 AND subscription_id = $2",
            subscribed.id,
        )
        return row

    async def tell(
        self,
        return_id: str,
        subscriptions: Sequence[Subscribed],
        *,
        count: int = 1,
        sample: StoredEvent | None = None,
        apart: bool = False,
    ) -> list[str]:
        """Commit events of a return for these subscriptions; answers their ids.

        ``apart`` gives each delivery a lane of its own, as ``ordering`` none does.
        """
        mint = await self.mint()
        event = sample or samples.event(EventType.RETURN_RECEIVED)
        first = self.positions.get(return_id, 0) + 1
        self.positions[return_id] = first + count - 1
        ids = [mint("evt") for _ in range(count)]
        pairs = [(n, one) for n in range(count) for one in subscriptions]
        deliveries = [mint("dlv") for _ in pairs]
        lanes = [dlv if apart else return_id for dlv in deliveries]
        async with self.house.database.transaction(self.id) as connection:
            tick = await connection.fetchval("SELECT clock_timestamp()")
            await connection.execute(
                _APPEND, self.id, tick, return_id, return_id, _text(event.actor), event.source,
                _text(event.personal), ids, [event.type.value] * count,
                list(range(first, first + count)), list(range(first, first + count)),
                [event.occurred_at] * count, [_text(event.snapshot)] * count,
                [(n + 1) * 4 for n, _ in pairs], [one.id for _, one in pairs], [1] * len(pairs),
                lanes, deliveries,
            )  # fmt: skip
        return ids

    async def fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        """Ask the database about this workspace ($1)."""
        async with self.house.database.transaction(self.id) as connection:
            return list(await connection.fetch(sql, self.id, *arguments))

    async def value(self, sql: str, *arguments: object) -> object:
        """Ask for one value."""
        rows = await self.fetch(sql, *arguments)
        return rows[0][0] if rows else None

    async def forward(self, seconds: float) -> None:
        """Let so much time pass for everything that waits, as a sandbox's clock does."""
        async with self.house.database.transaction(self.id) as connection:
            step = f"interval '{seconds} seconds'"
            await connection.execute(
                f"UPDATE retour.lane SET due_at = due_at - {step},"
                f" first_fail_at = first_fail_at - {step} WHERE workspace_id = $1 AND token = 0",
                self.id,
            )
            await connection.execute(
                f"UPDATE retour.subscription SET hold_until = hold_until - {step},"
                f" failing_since = failing_since - {step} WHERE workspace_id = $1",
                self.id,
            )

    async def resend(self, event_id: str, subscribed: Subscribed) -> None:
        """Queue an ended delivery again, as the desk does: in a lane of its own."""
        (row,) = await self.fetch(
            "SELECT delivery_id, position, type, return_id FROM retour.delivery_log"
            " WHERE workspace_id = $1 AND event_id = $2 AND subscription_id = $3"
            " AND resend_of IS NULL",
            event_id, subscribed.id,
        )  # fmt: skip
        fresh = (await self.mint())("dlv")
        async with self.house.database.transaction(self.id) as connection:
            await connection.execute(
                "INSERT INTO retour.delivery VALUES ($1, $2, $3, $4, $3, $5, 1, $6, $7, $8)",
                self.id, subscribed.id, fresh, row["position"], event_id, row["type"],
                row["return_id"], row["delivery_id"],
            )  # fmt: skip
            await connection.execute(
                "INSERT INTO retour.lane (workspace_id, subscription_id, lane, due_at, pending)"
                " VALUES ($1, $2, $3, clock_timestamp(), 1)",
                self.id, subscribed.id, fresh,
            )  # fmt: skip

    async def spoil(self, event_id: str) -> None:
        """Make an event unreadable, as damage or a bug would."""
        async with self.house.database.transaction(self.id) as connection:
            await connection.execute(
                "UPDATE retour.delivery SET type = 'no.such.event'"
                " WHERE workspace_id = $1 AND event_id = $2",
                self.id, event_id,
            )  # fmt: skip

    async def clear_hold(self, subscribed: Subscribed) -> None:
        """Let the time pass for which a subscription is held."""
        async with self.house.database.transaction(self.id) as connection:
            await connection.execute(
                "UPDATE retour.subscription SET hold_until = NULL"
                " WHERE workspace_id = $1 AND subscription_id = $2",
                self.id, subscribed.id,
            )  # fmt: skip
        await self.forward(2)

    async def end_leases(self) -> None:
        """Let every lease run out, as time would."""
        async with self.house.database.transaction(self.id) as connection:
            await connection.execute(
                "UPDATE retour.lane SET due_at = clock_timestamp()"
                " WHERE workspace_id = $1 AND token <> 0",
                self.id,
            )

    async def to_next_timer(self) -> None:
        """Let time pass until the next lane is due."""
        waiting = await self.value(
            "SELECT extract(epoch FROM min(due_at) - clock_timestamp())::float8 FROM retour.lane"
            " WHERE workspace_id = $1 AND NOT blocked AND token = 0"
        )
        if isinstance(waiting, float) and waiting > 0:
            await self.forward(waiting)

    async def outcomes(self) -> list[str]:
        """How every attempt ended, in their order."""
        rows = await self.fetch(
            "SELECT outcome FROM retour.attempt WHERE workspace_id = $1 ORDER BY attempt_id"
        )
        return [row["outcome"] for row in rows]

    async def until_attempts(self, count: int, *, within_s: float = 20.0) -> None:
        """Wait until so many attempts are written."""
        until = time.monotonic() + within_s
        made = await self.outcomes()
        while len(made) < count and time.monotonic() < until:
            await asyncio.sleep(0.01)
            made = await self.outcomes()
        assert len(made) >= count, f"{len(made)} attempts: {made}"

    async def pending(self) -> int:
        """Count what has not ended."""
        count = await self.value("SELECT count(*) FROM retour.delivery WHERE workspace_id = $1")
        assert isinstance(count, int)
        return count

    async def is_empty(self) -> bool:
        """Say whether everything has ended."""
        return await self.pending() == 0

    async def until_empty(self, *, within_s: float = 30.0) -> None:
        """Wait until everything has ended."""
        until = time.monotonic() + within_s
        left = await self.pending()
        while left and time.monotonic() < until:
            await asyncio.sleep(0.02)
            left = await self.pending()
        assert left == 0, f"{left} deliveries have not ended"


@asynccontextmanager
async def a_world(house: House, workspace_id: int) -> AsyncGenerator[World]:
    """Deliver in one workspace; what is left at the end is no other test's business."""
    world = World(house=house, id=workspace_id)
    try:
        yield world
    finally:
        async with house.database.transaction(workspace_id) as connection:
            for table in ("lane", "delivery"):
                await connection.execute(
                    f"DELETE FROM retour.{table} WHERE workspace_id = $1", workspace_id
                )


async def _no_maker(event: StoredEvent, said: SubscriptionBody, word: str) -> WireMessage | None:
    del event, said, word


def verify(secret: str, received: Received) -> None:
    """Verify a signature as receivers do; the library wants JSON, but after it has verified."""
    with suppress(json.JSONDecodeError):
        Webhook(secret).verify(received.body, dict(received.headers))


def in_order(receiver: Receiver, told: Mapping[str, Sequence[str]]) -> list[str]:
    """List every way in which a receiver was told something out of order, or not at all.

    A message may come only when all before it in its return have been taken.
    """
    wrong: list[str] = []
    place = {event: (ret, n) for ret, ids in told.items() for n, event in enumerate(ids)}
    taken = dict.fromkeys(told, 0)
    took = {id(one) for one in receiver.taken}
    for one in receiver.got:
        ret, n = place[one.id]
        if n > taken[ret]:
            wrong.append(f"{ret}: message {n} came when {taken[ret]} had been taken")
        if id(one) in took and n == taken[ret]:
            taken[ret] += 1
    wrong += [
        f"{ret}: {taken[ret]} of {len(ids)}" for ret, ids in told.items() if taken[ret] < len(ids)
    ]
    return wrong


@asynccontextmanager
async def engine_of(
    house: House,
    *,
    bounds: Bounds | None = None,
    maker: Maker = _no_maker,
    senders: Mapping[SubscriptionKind, Sender] | None = None,
    pool: asyncpg.Pool | None = None,
) -> AsyncGenerator[Engine]:
    """Run an engine for as long as the block lasts; it is stopped gracefully."""
    http = HttpClient(allow=parse_allow("127.0.0.0/8"))
    http.start()
    engine = Engine(
        pool or await house.database.pool(DELIVERY),
        house.vault,
        Outside(http=http, maker=maker, senders=senders or {}),
        bounds,
    )
    running = asyncio.create_task(engine.run())
    try:
        yield engine
    finally:
        engine.stop()
        await running
        await http.close()
