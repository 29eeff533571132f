"""Row 1: commit one transition, its event and three deliveries; asyncpg against pgbench."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from pathlib import Path
from typing import Any, Final

from bench.children import Child, child
from bench.ground import Ground, World
from bench.rounds import Leg, Measured, Plan, Progress, Row, interleave
from bench.statements import numbered, statements
from retour.store.database import APP

ROW: Final = Row(
    number=1,
    title="commit one transition + event + 3 deliveries",
    ours="asyncpg, 8 connections",
    theirs="pgbench, the same SQL",
    goal=0.85,
    unit="commits/s",
)
CLIENTS: Final = 8
_OF_EACH: Final = 500
"""Returns per connection: enough that no row is hot."""
_DONE: Final = re.compile(r"number of transactions actually processed: (\d+)")
_RATE: Final = re.compile(r"tps = ([\d.]+)")
_FAILED: Final = re.compile(r"number of failed transactions: (\d+)")


class PgbenchFailed(Exception):
    """The database's own client could not do it; the message is what it said."""


async def measure(ground: Ground, world: World, plan: Plan, progress: Progress) -> Measured:
    """Let both commit on returns of their own."""
    progress("row 1: laying out returns")
    values = await _values(world)
    async with child("bench.committing", _told(world, values)) as committing:
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "commit.sql"
            script.write_text(_script(), encoding="utf-8")
            pgbench = _Pgbench(ground, world, script, values)
            ours = _Ours(committing)
            return await interleave(ROW, plan, ours.run, pgbench.run, progress)


async def told_to_commit(world: World) -> dict[str, Any]:
    """Lay returns out and say what ``bench.committing`` needs to commit on them."""
    return _told(world, await _values(world))


def _told(world: World, values: dict[str, object]) -> dict[str, Any]:
    sql, names = numbered(statements("commit")["commit"])
    return {
        **world.told,
        "sql": sql,
        "arguments": [values.get(name, 0) for name in names],
        "place": names.index("i"),
        "clients": CLIENTS,
        "of_each": _OF_EACH,
    }


async def _values(world: World) -> dict[str, object]:
    one = await world.one_return()
    prefix = await world.time_prefix()
    await world.copy(one, prefix, 0, CLIENTS * _OF_EACH)
    await world.settle_down()
    sample = await world.sample(one)
    # Versions are read before the commit, outside of the function that names the workspace.
    database = await world.admin.fetchval("SELECT current_database()")
    await world.admin.execute(
        f"ALTER ROLE {APP} IN DATABASE {database} SET app.ws = '{world.workspace.number}'"
    )
    return {
        "ws": world.workspace.number,
        "epoch": await world.epoch(),
        "time": prefix,
        "prefix": prefix,
        "subscriptions": world.subscriptions[:3],
        **{name: sample[name] for name in ("actor", "personal", "body", "snapshot")},
    }


def _script() -> str:
    low = f":client_id * {_OF_EACH}"
    return f"\\set i random({low}, {low} + {_OF_EACH - 1})\n{statements('commit')['commit']};\n"


class _Ours:
    def __init__(self, committing: Child) -> None:
        self._committing = committing

    async def run(self, seconds: float) -> Leg:
        told = await self._committing.ask({"seconds": seconds})
        return Leg(
            done=told["done"],
            seconds=told["seconds"],
            cpu_us=1e6 * told["cpu_s"] / told["done"],
        )


class _Pgbench:
    def __init__(
        self, ground: Ground, world: World, script: Path, values: dict[str, object]
    ) -> None:
        self._program = str(ground.pgbench)
        self._dsn = world.house.database.dsn(APP)
        self._script = script
        self._values = values

    async def run(self, seconds: float) -> Leg:
        process = await asyncio.create_subprocess_exec(
            *(self._program, "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}"),
            *("--jobs=1", f"--time={max(1, round(seconds))}", f"--file={self._script}"),
            *(f"--define={name}={_plain(value)}" for name, value in self._values.items()),
            self._dsn,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "PGOPTIONS": "-c jit=off"},
        )
        out, err = (part.decode() for part in await process.communicate())
        done, rate, failed = _DONE.search(out), _RATE.search(out), _FAILED.search(out)
        if process.returncode or not done or not rate or (failed and failed[1] != "0"):
            raise PgbenchFailed(f"{out}\n{err}")
        return Leg(done=int(done[1]), seconds=int(done[1]) / float(rate[1]))


def _plain(value: object) -> str:
    return "{" + ",".join(map(str, value)) + "}" if isinstance(value, list) else str(value)
