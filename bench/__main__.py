"""``python -m bench``: measure the promised rows, side by side, and tell what came of it."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Final

import uvloop

from bench import report, row_commit, row_delivery, row_http
from bench.ground import Ground, standing
from bench.rounds import Measured, Plan, Progress
from bench.stopping import INTERRUPTED, run_until_told

_LANES_TARGET: Final = "http://127.0.0.1:9/nobody"
"""Rows 1 and 2 commit deliveries that nobody sends."""


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """Read what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rows", default="1,2,3,4", help="which rows, such as 1,3")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contender")
    parser.add_argument("--seconds", type=float, default=4, help="of each turn")
    parser.add_argument("--quick", action="store_true", help="short turns, small backlogs")
    return parser.parse_args(arguments)


def plan_of(asked: argparse.Namespace) -> Plan:
    """Say how long to measure."""
    if asked.quick:
        return Plan(rounds=min(asked.rounds, 3), seconds=min(asked.seconds, 2.0), scale=0.2)
    return Plan(rounds=asked.rounds, seconds=asked.seconds)


async def commands(
    ground: Ground, rows: set[int], plan: Plan, progress: Progress
) -> list[Measured]:
    """Measure the rows that write."""
    measured: list[Measured] = []
    async with ground.world("commands") as world:
        await world.subscribe([f"{_LANES_TARGET}/{n}" for n in range(3)])
        if row_commit.ROW.number in rows:
            measured.append(await row_commit.measure(ground, world, plan, progress))
        if row_http.ROW.number in rows:
            measured.append(await row_http.measure(world, plan, progress))
    return measured


async def measure(rows: set[int], plan: Plan, progress: Progress) -> list[Measured]:
    """Measure the rows asked for, on a server of their own."""
    measured: list[Measured] = []
    async with AsyncExitStack() as stack:
        ground = await stack.enter_async_context(standing(progress))
        if rows & {row_commit.ROW.number, row_http.ROW.number}:
            measured += await commands(ground, rows, plan, progress)
        if rows & {row_delivery.ALONE.number, row_delivery.SIZES.number}:
            measured += await row_delivery.measure(ground, rows, plan, progress)
    return measured


def main(arguments: Sequence[str]) -> int:
    """Run, print, write; the exit code says whether it ran, not how fast."""
    asked = options(arguments)
    plan = plan_of(asked)
    rows = {int(word) for word in asked.rows.split(",")}
    began = time.monotonic()

    def progress(words: str) -> None:
        sys.stderr.write(f"[{time.monotonic() - began:6.1f} s] {words}\n")
        sys.stderr.flush()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            measured = runner.run(run_until_told(measure(rows, plan, progress)))
        except (KeyboardInterrupt, asyncio.CancelledError):
            return INTERRUPTED
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    about = {"at": stamp, "rounds": plan.rounds, "seconds": plan.seconds, "quick": asked.quick}
    written = report.tell(measured, about, stamp)
    sys.stdout.write(f"{written}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
