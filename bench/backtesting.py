"""``python -m bench.backtesting``: a backtest of 100 000 returns, and what history costs."""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import uvloop

from bench.ground import ACTOR, World, standing
from bench.statements import statements
from bench.stopping import INTERRUPTED, run_until_told
from retour.desk.outcome import Done
from retour.desk.policies import PolicyPut, backtesting, trying
from retour.desk.policies.backtesting import BacktestNew
from retour.store.loading import LoadKey, load

_SQL: Final = statements("backtesting")
_KINDS: Final = 20
"""Returns that really were asked for, and are copied."""
_LOADS: Final = 300
_WEIGHT: Final = {"over": 1, "points": 10, "most": 40}
DRAFT: Final[dict[str, Any]] = {
    "approval": "auto",
    "ineligible": "reject",
    "risk": {"review_at": 60, "returns_30_days": _WEIGHT, "return_rate": {"over": 50, "points": 5}},
    "rules": [
        {
            "id": f"rule-{n}",
            "when": {"item": {"skus": [f"OTHER-{n}"]}, "request": {"reasons": ["too small"]}},
            "then": {"review": "Somebody looks at it."},
        }
        for n in range(11)
    ]
    + [
        {
            "id": "often",
            "when": {"customer": {"returns_placed": {"at_least": 10}}},
            "then": {"review": "Often."},
        }
    ],
}


def _mebibytes() -> int:
    """Say how much memory this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


async def _backtest(world: World, count: int) -> dict[str, object]:
    """Try a draft of twelve rules on ``count`` returns; slices without a rest in between."""
    number = world.workspace.number
    kinds = [await world.one_return() for _ in range(_KINDS)]
    await world.admin.execute(_SQL["copy_judgements"], number, kinds, len(kinds), count - _KINDS)
    await world.admin.execute(_SQL["analyze"])
    body = BacktestNew(days=3650, policy=msgspec.convert(DRAFT, PolicyPut))
    begun = await backtesting.start(world.house, number, "default", body, actor=ACTOR)
    assert isinstance(begun, Done), begun
    backtest = msgspec.json.decode(begun.body)
    before, began, cpu = _mebibytes(), time.monotonic(), time.process_time()
    tried, told = 0, began
    while (done := await trying.go_on(world.house, number, backtest["id"])) is not None:
        tried += done.count
        if time.monotonic() - told > 1:
            told = time.monotonic()
            sys.stderr.write(f"  trying {tried}/{count}  {tried / (told - began):.0f}/s\n")
    seconds = time.monotonic() - began
    shown = await backtesting.look_up(world.house, number, backtest["id"])
    assert isinstance(shown, Done), shown
    ended = msgspec.json.decode(shown.body)
    assert ended["tried"] == tried == count, ended
    return {
        "returns": tried,
        "seconds": round(seconds, 1),
        "per_second": round(tried / seconds),
        "cpu_us_each": round(1e6 * (time.process_time() - cpu) / tried),
        "peak_mib_before": before,
        "peak_mib": _mebibytes(),
        "changed": ended["changed"],
    }


async def _loads(world: World, order_number: str, *, past: bool) -> float:
    """Give the median milliseconds of a load."""
    wanted = LoadKey(
        workspace_id=world.workspace.number, order_number=order_number, new=True, past=past
    )
    pool = await world.house.database.pool()
    took: list[float] = []
    for _ in range(_LOADS):
        began = time.perf_counter()
        await load(pool, wanted)
        took.append(1000 * (time.perf_counter() - began))
    return round(statistics.median(took), 3)


async def _history(world: World, count: int) -> dict[str, object]:
    """Measure a request's load among ``count`` orders of others, and of a customer with 1 000."""
    number = world.workspace.number
    ret = await world.one_return()
    order: str = await world.admin.fetchval(_SQL["order_of"], number, ret)
    order_number: str = await world.admin.fetchval(_SQL["number_of"], number, order)
    found: dict[str, object] = {}
    await world.admin.execute(_SQL["copy_marks"], number, order, count, True, 1)  # noqa: FBT003 - SQL
    await world.admin.execute(_SQL["copy_tallies"], number, ret, count, 1)
    await world.admin.execute(_SQL["analyze"])
    found["load_ms"] = await _loads(world, order_number, past=False)
    found["load_with_history_ms"] = await _loads(world, order_number, past=True)
    await world.admin.execute(_SQL["copy_marks"], number, order, 1000, False, count + 1)  # noqa: FBT003 - SQL
    await world.admin.execute(_SQL["copy_tallies"], number, ret, 1000, count + 1)
    await world.admin.execute(_SQL["analyze"])
    found["load_with_long_history_ms"] = await _loads(world, order_number, past=True)
    return found


async def measure(count: int) -> dict[str, object]:
    """Measure both, each in a database of its own."""

    def progress(words: str) -> None:
        sys.stderr.write(f"  {words}\n")

    async with standing(progress) as ground:
        async with ground.world("backtest") as world:
            found = await _backtest(world, count)
        async with ground.world("history") as world:
            return {**found, **await _history(world, count)}


def main(arguments: Sequence[str]) -> int:
    """Run and print one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.backtesting", description=__doc__)
    parser.add_argument("--returns", type=int, default=100_000)
    asked = parser.parse_args(arguments)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            found = runner.run(run_until_told(measure(asked.returns)))
        except (KeyboardInterrupt, asyncio.CancelledError):
            return INTERRUPTED
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
