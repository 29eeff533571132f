"""Row 2: authorize a return over HTTP; the whole application against its bare handler."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Final

from bench.children import Child, child
from bench.ground import World
from bench.rounds import Leg, Measured, Plan, Progress, Row, interleave

ROW: Final = Row(
    number=2,
    title="POST …/returns/{id}/authorize",
    ours="the application",
    theirs="bare ASGI, the same handler",
    goal=0.80,
    unit="requests/s",
)
CONNECTIONS: Final = 32
_COPIES_A_SECOND: Final = 3500
"""Requested returns laid out per second of a window; a leg ends early once they are used up."""


class NotServed(Exception):
    """A request was refused, so the numbers mean nothing; the message is what was answered."""


class _Legs:
    """Serves both contenders with returns that nobody has authorized yet."""

    def __init__(self, world: World, load: Child, original: str, prefix: str) -> None:
        self._world = world
        self._load = load
        self._original = original
        self._prefix = prefix
        self._next = 0

    async def run(self, server: Child, port: int, seconds: float) -> Leg:
        count = int(seconds * _COPIES_A_SECOND)
        first, self._next = self._next, self._next + count
        await self._world.copy(self._original, self._prefix, first, count)
        cpu = (await server.ask({}))["cpu_s"]
        workspace = self._world.workspace
        returns = f"/v1/workspaces/{workspace.id}/returns"
        told = await self._load.ask(
            {
                "port": port,
                "seconds": seconds,
                "first": first,
                "count": count,
                "token": workspace.api_key,
                "path": f"{returns}/ret_{self._prefix}{{:016d}}/authorize",
            }
        )
        if told["failures"]:
            raise NotServed(f"{told['failures']} requests failed, first: {told['first_failure']}")
        cpu = (await server.ask({}))["cpu_s"] - cpu
        return Leg(
            done=told["done"],
            seconds=told["seconds"],
            cpu_us=1e6 * cpu / told["done"],
            more={"p50_ms": told["p50_ms"], "p99_ms": told["p99_ms"]},
        )


async def measure(world: World, plan: Plan, progress: Progress) -> Measured:
    """Let both authorize returns of their own, under the same load."""
    original = await world.one_return()
    prefix = await world.time_prefix()
    async with AsyncExitStack() as stack:
        told = {**world.told, "workspace": world.workspace.number}
        load = await stack.enter_async_context(child("bench.load", {"connections": CONNECTIONS}))
        served: dict[str, tuple[Child, int]] = {}
        for kind in ("api", "bare"):
            server = await stack.enter_async_context(child("bench.web", {**told, "kind": kind}))
            served[kind] = (server, (await server.hear())["port"])
        legs = _Legs(world, load, original, prefix)

        async def application(seconds: float) -> Leg:
            return await legs.run(*served["api"], seconds)

        async def bare(seconds: float) -> Leg:
            return await legs.run(*served["bare"], seconds)

        return await interleave(ROW, plan, application, bare, progress)
