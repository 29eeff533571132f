"""Settlement: results are written in batches, one after another, until they really are written.

While the database is away, results wait and leasing stops.  A batch that the database refuses is
split until the culprit stands alone, so that one bad byte never holds up the rest.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Final

import asyncpg
import structlog

from retour.delivery.crash import crash_point
from retour.delivery.health import Health
from retour.delivery.ledger import Batch, Ledger
from retour.delivery.limits import (
    SETTLE_AGAIN_S,
    SETTLE_BATCH,
    SETTLE_PAUSE_S,
    UNSETTLED_MAX,
    UNSETTLED_S,
)
from retour.delivery.runs import Run
from retour.store.delivery_queries import Verdict, judge, settle

if TYPE_CHECKING:
    from retour.delivery.lines import Line

_LOG: Final = structlog.get_logger()
AWAY: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
)
"""Errors that say nothing about what was to be written."""


class Settling:
    """Writes the ledger; one batch at a time, so that results of a lane keep their order."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        ledger: Ledger,
        health: Health,
        *,
        lease_s: int,
        margin_s: int,
        on_more: Callable[[Line], None],
        on_written: Callable[[], None],
        on_verdict: Callable[[Verdict], Coroutine[Any, Any, None]],
    ) -> None:
        self._pool = pool
        self._ledger = ledger
        self._health = health
        self._lease_s = lease_s
        self._margin_s = margin_s
        self._on_more = on_more
        self._on_written = on_written
        self._on_verdict = on_verdict
        self._is_closing = False
        self._wake = asyncio.Event()

    @property
    def is_behind(self) -> bool:
        """Say whether so much waits to be written that nothing more should be begun."""
        if self._ledger.size >= UNSETTLED_MAX:
            return True
        oldest = self._ledger.oldest
        return oldest is not None and time.monotonic() - oldest > UNSETTLED_S

    def nudge(self) -> None:
        """Look whether there is something to write; cheap, called after each result."""
        if not self._wake.is_set():
            self._wake.set()

    def close(self) -> None:
        """Have what is there written now; ``run`` then ends."""
        self._is_closing = True
        self._wake.set()

    async def run(self) -> None:
        """Write until closed and empty."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._ledger.oldest is not None:
                await self._gather()
                await self._write(self._ledger.take())
            if self._is_closing:
                return

    async def _gather(self) -> None:
        """Let a batch grow for a moment, unless it is large already."""
        while not self._is_closing and self._ledger.waiting < SETTLE_BATCH:
            oldest = self._ledger.oldest
            assert oldest is not None, "there is something to gather"
            left_s = oldest + SETTLE_PAUSE_S - time.monotonic()
            if left_s <= 0:
                return
            await asyncio.sleep(min(left_s, SETTLE_PAUSE_S / 4))

    async def _write(self, batch: Batch) -> None:
        crash_point("recorded")
        await self._offer(batch, time.monotonic())
        crash_point("committed")
        self._ledger.wrote()
        self._on_written()
        await self._judge()

    async def _offer(self, batch: Batch, began: float, *, is_bare: bool = False) -> None:
        """Offer a batch until it is taken, unchanged; what the database refuses is split."""
        columns, tries = batch.columns(began), 0
        while True:
            try:
                answers = await settle(self._pool, self._lease_s, columns)
                break
            except AWAY as error:
                pause_s = SETTLE_AGAIN_S[min(tries, len(SETTLE_AGAIN_S) - 1)]
                _LOG.warning("results wait for the database", results=tries, why=repr(error))
                tries += 1
                await asyncio.sleep(pause_s)
            except (asyncpg.PostgresError, ValueError, OverflowError) as error:
                await self._refused(batch, began, error, is_bare=is_bare)
                return
        self._settled(batch.runs, answers, began)

    async def _refused(
        self, batch: Batch, began: float, error: Exception, *, is_bare: bool
    ) -> None:
        if len(batch.lanes) > 1:
            for half in batch.halves():
                await self._offer(half, began)
            return
        lane = batch.runs[0].lane
        _LOG.error("a result cannot be written", lane=lane, is_bare=is_bare, why=repr(error))
        if not is_bare:
            await self._offer(batch.bare(), began, is_bare=True)

    def _settled(
        self, runs: Sequence[Run], answers: Sequence[tuple[bool, int | None]], began: float
    ) -> None:
        for run, (is_ours, remaining) in zip(runs, answers, strict=True):
            if not run.is_over:
                run.is_lost = not is_ours
                if is_ours:
                    run.deadline = began + self._lease_s - self._margin_s
            elif remaining and run.due_ms == 0 and not run.is_blocked:
                self._on_more(run.line)

    async def _judge(self) -> None:
        for lines, news in self._health.take():
            await self._judge_alike(lines, news)

    async def _judge_alike(self, lines: Sequence[Line], news: Sequence[object]) -> None:
        try:
            verdicts = await judge(self._pool, news)
        except AWAY as error:
            _LOG.warning("receivers were not judged", why=repr(error))
            return
        for verdict in verdicts:
            await self._on_verdict(verdict)
        for line in lines:
            line.held_until = 0.0  # From here on the database holds it.
