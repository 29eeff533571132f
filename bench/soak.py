"""``python -m bench.soak``: commit and deliver for minutes, with faults, then close the books.

Transitions are committed as in row 1; the delivery process is killed with SIGKILL at random and
started again; receivers refuse, hang up, dawdle and go away. Time is let pass for lanes that wait.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import uvloop
from rich.console import Console
from rich.table import Table

from bench.books import SHOWN_MAX, Committed, Verdict, close, read_diary
from bench.children import Child, child
from bench.ground import World, standing
from bench.rounds import Progress
from bench.row_commit import told_to_commit
from bench.statements import statements
from bench.stopping import INTERRUPTED, run_until_told

PATHS: Final = ("/steady", "/flaky", "/outages")
BUSY_AT: Final = 20_000
"""No more is committed while so much waits."""
_SQL: Final = statements("soak")
_LIFE_S: Final = (2.0, 9.0)
"""How long a delivery process may live."""
_STEP_S: Final = 0.5
_TELL_S: Final = 5.0
_DRAIN_S: Final = 180.0


@dataclass(kw_only=True)
class Soak:
    """One run: what happens to the world, and when."""

    world: World
    diary: Path
    kills: list[float] = field(default_factory=list[float])
    committed: int = 0
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    async def pending(self) -> int:
        """Count what waits."""
        count: int = await self.world.admin.fetchval(_SQL["pending"], self.world.workspace.number)
        return count

    async def pass_time(self) -> None:
        """Let five minutes pass for everything that waits."""
        for name in ("forward", "release"):
            await self.world.admin.execute(_SQL[name], self.world.workspace.number)

    async def kill_and_start(self) -> None:
        """Have a delivery process, never for long; the last one lives until the end."""
        while not self.ending.is_set():
            async with child("bench.delivering", self.world.told) as engine:
                await engine.hear()
                try:
                    async with asyncio.timeout(random.uniform(*_LIFE_S)):  # noqa: S311 - plays faults
                        await self.ending.wait()
                except TimeoutError:
                    engine.process.kill()
                    self.kills.append(time.monotonic())
                    await engine.process.wait()
        async with child("bench.delivering", self.world.told) as engine:
            await engine.hear()
            await self._drained()

    async def _drained(self) -> None:
        until = time.monotonic() + _DRAIN_S
        while await self.pending() and time.monotonic() < until:
            await self.pass_time()
            await asyncio.sleep(_STEP_S)

    async def commit(self, committing: Child, until: float, progress: Progress) -> None:
        """Commit while there is time and not too much waits."""
        told_at = 0.0
        while (left := until - time.monotonic()) > 0:
            waiting = await self.pending()
            await self.pass_time()
            if time.monotonic() - told_at > _TELL_S:
                told_at = time.monotonic()
                progress(
                    f"{left:5.0f} s left: {self.committed:,} transitions committed,"
                    f" {waiting:,} deliveries wait, {len(self.kills)} kills"
                )
            if waiting < BUSY_AT:
                self.committed += (await committing.ask({"seconds": _STEP_S}))["done"]
            else:
                await asyncio.sleep(_STEP_S)

    async def close_books(self) -> Verdict:
        """Read what each side has written down and compare."""
        number = self.world.workspace.number
        streams: dict[str, list[str]] = defaultdict(list)
        for event in await self.world.admin.fetch(_SQL["events"], number):
            streams[event["stream"]].append(event["event_id"])
        endings = {
            (row["event_id"], row["subscription_id"]): row["status"]
            for row in await self.world.admin.fetch(_SQL["endings"], number)
        }
        paths = dict(zip(self.world.subscriptions, PATHS, strict=True))
        came = read_diary(self.diary.read_text(encoding="utf-8").splitlines())
        known = {event for events in streams.values() for event in events}
        committed = Committed(streams=streams, paths=paths, endings=endings)
        return close(committed, [one for one in came if one.event in known], self.kills)


async def soak(minutes: float, progress: Progress) -> tuple[Soak, Verdict]:
    """Run for so long, drain, and close the books."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="retour-soak-"))
        ground = await stack.enter_async_context(standing(progress))
        world = await stack.enter_async_context(ground.world("soak"))
        run = Soak(world=world, diary=Path(folder) / "diary")
        sink = await stack.enter_async_context(
            child("bench.faulty_sink", {"diary": str(run.diary)})
        )
        port = (await sink.hear())["port"]
        await world.subscribe([f"http://127.0.0.1:{port}{path}" for path in PATHS])
        committing = await stack.enter_async_context(
            child("bench.committing", await told_to_commit(world))
        )
        killing = asyncio.create_task(run.kill_and_start())
        await run.commit(committing, time.monotonic() + 60 * minutes, progress)
        progress("healing the receivers and draining")
        await sink.ask({"heal": True})
        run.ending.set()
        await killing
        await sink.ask({})
        progress("closing the books")
        return run, await run.close_books()


def tell(run: Soak, verdict: Verdict) -> None:
    """Show the books."""
    shown = Table(title="Books", title_justify="left", show_header=False)
    ended = {name: f"{count:,}" for name, count in sorted(verdict.statuses.items())}
    rows = {
        "transitions committed": f"{run.committed:,}",
        "deliveries created": f"{verdict.created:,}",
        **ended,
        "requests received": f"{verdict.requests:,}",
        "kills": str(len(run.kills)),
        "came again around a kill": f"{verdict.repeated:,}",
        "broken promises": str(len(verdict.wrong)),
    }
    for name, value in rows.items():
        shown.add_row(name, value)
    console = Console()
    console.print(shown)
    for line in verdict.wrong[:SHOWN_MAX]:
        console.print(line, markup=False)


def main(arguments: Sequence[str]) -> int:
    """Soak, print, and fail where a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5, help="how long to commit")
    asked = parser.parse_args(arguments)

    def progress(words: str) -> None:
        sys.stderr.write(f"{words}\n")
        sys.stderr.flush()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            run, verdict = runner.run(run_until_told(soak(asked.minutes, progress)))
        except (KeyboardInterrupt, asyncio.CancelledError):
            return INTERRUPTED
    tell(run, verdict)
    return 1 if verdict.wrong or verdict.statuses["pending"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
