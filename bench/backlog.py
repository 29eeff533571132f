"""A backlog: committed deliveries to a sink that waits for them, topped up as they are sent."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from bench.children import Child, child
from bench.ground import World
from bench.rounds import Leg, Progress
from bench.statements import statements

FAN_OUT: Final = 4
"""Subscriptions that each event is for."""
SETTLED_IN_S: Final = 1.5
"""After so long an engine has filled its slots and its connections."""
_SQL: Final = statements("backlog")
_STEP: Final = 25_000


class Miscounted(Exception):
    """Sink and log differ, or the backlog ran dry, so the numbers mean nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much waits, and for how many."""

    pending: int
    subscriptions: int


class Backlog:
    """The waiting deliveries of one world."""

    def __init__(self, world: World, sink: Child, size: Size) -> None:
        self.world = world
        self.size = size
        self._sink = sink
        self._next = 0
        self._original = ""
        self._prefix = ""

    async def lay(self, targets: str, progress: Progress) -> None:
        """Make the subscriptions and commit what they have not been told."""
        self._original = await self.world.one_return()
        urls = [f"{targets}/{number:05d}" for number in range(self.size.subscriptions)]
        await self.world.subscribe(urls)
        self._prefix = await self.world.time_prefix()
        await self._add(self.size.pending // FAN_OUT, progress)
        await self.world.settle_down()

    async def _add(self, events: int, progress: Progress) -> None:
        number, admin = self.world.workspace.number, self.world.admin
        end = self._next + events
        while self._next < end:
            first, last = self._next, min(self._next + _STEP, end) - 1
            same = (number, self._original, self._prefix, first, last)
            subscriptions = self.world.subscriptions
            async with admin.transaction():
                await admin.execute(_SQL["add_events"], *same)
                await admin.execute(_SQL["add_deliveries"], *same, FAN_OUT, subscriptions)
                await admin.execute(
                    _SQL["add_lanes"], number, first, last, FAN_OUT, subscriptions, self._prefix
                )
            self._next = last + 1
            if events > _STEP:
                laid = self._next * FAN_OUT
                progress(f"backlog: {laid:,}/{self.size.pending:,} deliveries committed")

    async def deliver(self, seconds: float) -> Leg:
        """Run one delivery process; measures a window in the middle of its work at the sink."""
        before = await self._attempts()
        first = await self._sink.ask({})
        async with child("bench.delivering", self.world.told) as engine:
            await engine.hear()
            await asyncio.sleep(SETTLED_IN_S)
            began, cpu = await self._sink.ask({}), (await engine.ask({}))["cpu_s"]
            await asyncio.sleep(seconds)
            ended, cpu = await self._sink.ask({}), (await engine.ask({}))["cpu_s"] - cpu
            told = time.monotonic()
        stopped_s = time.monotonic() - told
        last = await self._sink.ask({})
        tried = await self._attempts() - before
        sent = last["count"] - first["count"]
        if tried != sent:
            raise Miscounted(f"{sent} requests came, but {tried} attempts were written.")
        await self._add(-(-sent // FAN_OUT), lambda _: None)
        await self.world.settle_down()
        done = ended["count"] - began["count"]
        return Leg(
            done=done,
            seconds=ended["at"] - began["at"],
            cpu_us=1e6 * cpu / max(1, done),
            more={"in_all": sent, "stopped_s": stopped_s},
        )

    async def _attempts(self) -> int:
        row = await self.world.admin.fetchrow(_SQL["attempts"], self.world.workspace.number)
        assert row is not None
        if not row["pending"]:
            raise Miscounted("The backlog ran dry within the window. Give a longer one.")
        attempts: int = row["attempts"]
        return attempts
