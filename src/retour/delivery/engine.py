"""The engine: finds what is due, leases fairly, and keeps sending and settlement going.

Discovery each second is the truth, hints only make it fast.  Leasing stops while results wait to be
written and while no slot is free.  A stop finishes what is in flight and hands back the rest.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog

from retour.delivery.book import Book
from retour.delivery.clock import TickClock
from retour.delivery.crash import crash_point
from retour.delivery.health import Health
from retour.delivery.house_letters import LetterSender
from retour.delivery.ledger import Ledger
from retour.delivery.limits import (
    DISCOVERY_S,
    GRACE_S,
    IN_FLIGHT_MAX,
    LEASE_LANES_MAX,
    LEASE_MARGIN_S,
    LEASE_PAUSE_S,
    LEASE_S,
    LOOK_WHEN_RICH_S,
    PER_SUBSCRIPTION,
    RENDERED_BYTES_MAX,
    RUN_AHEAD,
)
from retour.delivery.lines import Line, Lines
from retour.delivery.meters import Meters
from retour.delivery.node import Node
from retour.delivery.notices import pause_and_tell
from retour.delivery.protocols import Maker, Sender
from retour.delivery.rendering import Messages, RenderingKey, kept_message
from retour.delivery.runs import Run
from retour.delivery.sending import Means, Sending
from retour.delivery.settling import AWAY, Settling
from retour.delivery.taking import Taking
from retour.gateways.http import HttpClient
from retour.kernel.subscription import SubscriptionKind
from retour.store.delivery_queries import Leased, Verdict, discover, kept_renderings, lease, resume

if TYPE_CHECKING:
    import asyncpg

    from retour.store.secrets import Vault

_LOG: Final = structlog.get_logger()
_AWAY_S: Final = 0.5
"""Between two tries to reach a database that is away."""
_FORGET_S: Final = 600.0
"""A subscription without work for so long is forgotten; the next work makes it known again."""
_LOOK_PAUSE_S: Final = 0.01
"""Between two looks that were asked for: a busy inbox is no reason to look all the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much of everything one engine takes on; the defaults suit a small machine."""

    in_flight: int = IN_FLIGHT_MAX
    per_subscription: int = PER_SUBSCRIPTION
    lease_s: int = LEASE_S
    margin_s: int = LEASE_MARGIN_S
    run_ahead: int = RUN_AHEAD
    grace_s: float = GRACE_S
    rendered_bytes: int = RENDERED_BYTES_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What the engine reaches the world with."""

    http: HttpClient
    maker: Maker
    senders: Mapping[SubscriptionKind, Sender]
    letters: LetterSender | None = None


class Engine:
    """Delivers everything that is due, for all workspaces, until it is stopped."""

    def __init__(
        self, pool: asyncpg.Pool, vault: Vault, outside: Outside, bounds: Bounds | None = None
    ) -> None:
        self._pool = pool
        self._bounds = bounds or Bounds()
        self.meters = Meters()
        self._book = Book(vault)
        self._clock = TickClock()
        self._ledger = Ledger()
        self._messages = Messages(self._bounds.rendered_bytes)
        self._lines = Lines(
            in_flight_max=self._bounds.in_flight, per_subscription=self._bounds.per_subscription
        )
        health = Health()
        taking = Taking(
            clock=self._clock,
            lines=self._lines,
            ledger=self._ledger,
            health=health,
            meters=self.meters,
            on_result=self._on_result,
        )
        means = Means(
            http=outside.http,
            maker=outside.maker,
            letters=outside.letters,
            senders=outside.senders,
            book=self._book,
            messages=self._messages,
            clock=self._clock,
            lines=self._lines,
        )
        self._node = Node(pool)
        self._sending = Sending(means, taking, self._node)
        self._settling = Settling(
            pool,
            self._ledger,
            health,
            lease_s=self._bounds.lease_s,
            margin_s=self._bounds.margin_s,
            on_more=self._on_more,
            on_written=self._wake_leasing,
            on_verdict=self._on_verdict,
        )
        self._wake = asyncio.Event()
        self._look = asyncio.Event()
        self._stopped = asyncio.Event()
        self._idle = asyncio.Event()

    def hint(self, workspace_id: int, subscription_ids: Iterable[str]) -> None:
        """Look soon whether these subscriptions have something to lease."""
        now = time.monotonic()
        for subscription_id in subscription_ids:
            self._lines.make_due(self._lines.line((workspace_id, subscription_id)), now)
        self._wake.set()

    async def run(self) -> None:
        """Deliver until stopped; returns when all that was in flight is written or given back."""
        settling = asyncio.create_task(self._settling.run(), name="settling")
        discovering = asyncio.create_task(self._discover(), name="discovering")
        leasing = asyncio.create_task(self._lease(), name="leasing")
        living = asyncio.create_task(self._node.live(), name="living")
        stopping = asyncio.create_task(self._stopped.wait(), name="stopping")
        tasks = (settling, discovering, leasing, living, stopping)
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if stopping in done:
                await _end(discovering)
                await leasing  # Never cancelled: what it has just leased is to be given back.
                await self._drain()
                self._settling.close()
                await settling
            for task in done:
                task.result()
        finally:
            self._sending.hang_up()
            await _end(*tasks)

    def stop(self) -> None:
        """Begin to stop: nothing new is leased or sent."""
        self._sending.is_stopping = True
        self._stopped.set()
        self._wake.set()

    async def _drain(self) -> None:
        """Let what is in flight finish, for as long as is decent."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._bounds.grace_s):
                while self._lines.busy:
                    self._idle.clear()
                    await self._idle.wait()
        if self._lines.busy:
            _LOG.warning("lanes are left to their leases", lanes=self._lines.busy)

    # --- Finding and leasing ----------------------------------------------------------------

    async def _discover(self) -> None:
        looked_at = -LOOK_WHEN_RICH_S
        while True:
            if self._lines.is_rich and time.monotonic() < looked_at + LOOK_WHEN_RICH_S:
                await self._until_next_look()
                continue
            looked_at = time.monotonic()
            try:
                found = await discover(self._pool)
            except AWAY as error:
                _LOG.warning("nothing can be discovered", why=repr(error))
                found = []
            now = time.monotonic()
            for key in found:
                self._lines.make_due(self._lines.line(key), now)
            self._lines.forget(now - _FORGET_S)
            self.meters.busy.set(self._lines.busy)
            self.meters.unsettled.set(self._ledger.size)
            self._wake.set()
            await self._until_next_look()

    async def _until_next_look(self) -> None:
        """Wait for a second, or less where an inbox's next template may have become free."""
        with suppress(TimeoutError):
            async with asyncio.timeout(DISCOVERY_S):
                await self._look.wait()
                await asyncio.sleep(_LOOK_PAUSE_S)
        self._look.clear()

    async def _lease(self) -> None:
        while not self._sending.is_stopping:
            await self._wake.wait()
            self._wake.clear()
            while self._may_lease():
                wanted = self._lines.choose(LEASE_LANES_MAX, time.monotonic())
                if not wanted:
                    break
                try:
                    await self._lease_once(wanted)
                    pause_s = LEASE_PAUSE_S
                except AWAY as error:
                    _LOG.warning("nothing can be leased", why=repr(error))
                    pause_s = _AWAY_S
                await asyncio.sleep(pause_s)

    def _may_lease(self) -> bool:
        is_open = not (self._sending.is_stopping or self._settling.is_behind)
        return is_open and self._lines.has_ready

    async def _lease_once(self, wanted: Sequence[tuple[Line, int]]) -> None:
        token = await self._node.token()
        began = time.monotonic()
        rows = await lease(
            self._pool,
            [(line.key, slots) for line, slots in wanted],
            lease_s=self._bounds.lease_s,
            run_ahead=self._bounds.run_ahead,
            token=token,
        )
        crash_point("claimed")
        runs: list[Run] = []
        if rows:
            self._clock.set(rows[0].tick)
            runs = self._runs(rows, token, began)
            await self._book.learn(self._pool, rows)
            await self._recall(runs)
        self._account(wanted, runs)
        for run in runs:
            self._sending.start(run)

    def _runs(self, rows: Sequence[Leased], token: int, began: float) -> list[Run]:
        """Bring the rows of each lane together; they come lane by lane, in order."""
        events = {(row.workspace_id, row.event_id): row for row in rows if row.snapshot is not None}
        deadline = began + self._bounds.lease_s - self._bounds.margin_s
        runs: list[Run] = []
        for row in rows:
            run = runs[-1] if runs else None
            if run is None or run.lane != row.lane or run.line.key != _key_of(row):
                line = self._lines.line(_key_of(row))
                line.failures, line.failing_s = row.failures, row.failing_s
                line.is_probed = row.is_probe
                run = Run(
                    line=line,
                    token=token,
                    lane=row.lane,
                    events=events,
                    deadline=deadline,
                    attempt=row.attempt,
                    series_start=row.series_start,
                    age_s=row.age_s,
                    is_asked=row.is_asked,
                    is_probe=row.is_probe,
                    gap=row.gap,
                )
                runs.append(run)
            run.rows.append(row)
        return runs

    async def _recall(self, runs: Sequence[Run]) -> None:
        """Have the bytes at hand of all that was sent before."""
        wanted: dict[RenderingKey, None] = {}
        for run in runs:
            row = run.rows[0]
            if run.attempt > 0 or row.resend_of is not None:
                spoken = self._book.spoken(row)
                if spoken is not None:
                    wanted[spoken.key(row)] = None
        unknown = [key for key in wanted if self._messages.known(key) is None]
        if unknown:
            found = await kept_renderings(self._pool, unknown)
            for key, kept in found.items():
                self._messages.remember(key, kept_message(kept))

    def _account(self, wanted: Sequence[tuple[Line, int]], runs: Sequence[Run]) -> None:
        """Have workspaces pay for what they got; who got all it asked for may have more."""
        lanes: dict[Line, int] = {}
        deliveries: dict[Line, int] = {}
        for run in runs:
            lanes[run.line] = lanes.get(run.line, 0) + 1
            deliveries[run.line] = deliveries.get(run.line, 0) + len(run.rows)
        now = time.monotonic()
        for line, slots in wanted:
            self._lines.charge(line.workspace_id, deliveries.get(line, 0) - slots)
            if lanes.get(line, 0) >= slots:
                self._lines.make_due(line, now)

    # --- What sending and settling say ------------------------------------------------------

    def _on_result(self) -> None:
        self._settling.nudge()
        self._wake.set()
        if not self._lines.busy:
            self._idle.set()

    def _wake_leasing(self) -> None:
        if self._sending.frees_siblings:
            self._sending.frees_siblings = False
            self._look.set()
        self._wake.set()

    def _on_more(self, line: Line) -> None:
        self._lines.make_due(line, time.monotonic())

    async def _on_verdict(self, verdict: Verdict) -> None:
        """Act on what a batch of results made of a subscription."""
        workspace_id, subscription_id = verdict.workspace_id, verdict.subscription_id
        _LOG.warning(
            "subscription judged",
            workspace=workspace_id,
            subscription=subscription_id,
            verdict=verdict.verdict,
        )
        if verdict.verdict == "reopened":
            await resume(self._pool, workspace_id, subscription_id)
            self.hint(workspace_id, (subscription_id,))
        elif verdict.verdict in ("gone", "expired"):
            told = await pause_and_tell(self._pool, verdict)
            self.hint(workspace_id, told)


def _key_of(row: Leased) -> tuple[int, str]:
    """Name the subscription of a row."""
    return row.workspace_id, row.subscription_id


async def _end(*tasks: asyncio.Task[object]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
