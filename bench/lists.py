"""``python -m bench.lists``: pages of lists, search and queues at a million returns and at few.

Two embedded servers, each with one workspace: copies of a return that was really made, poured in by
the server itself.  The questions are asked in turns, a round at one and a round at the other, so
that what neighbours do to the machine is done to both.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import asyncpg
import msgspec
import uvloop

from bench.statements import statements
from retour.desk import orders, queues, reports
from retour.desk.execute import Asked, execute
from retour.desk.order_body import OrderBody
from retour.desk.outcome import Done
from retour.desk.pages import LIMIT_DEFAULT, Page
from retour.desk.queues import Place
from retour.desk.reports.spans import Span
from retour.desk.searching import search
from retour.desk.searching.asked import Wanted, read_chosen, read_query
from retour.desk.searching.words import fold, mark
from retour.desk.workspaces import NewWorkspace, create_workspace
from retour.lifecycle.commands import LineAsked, Request
from retour.lifecycle.model import Actor, ActorKind
from retour.settings import Settings
from retour.wiring.base import open_base, open_house

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from retour.desk.house import House
    from retour.desk.outcome import Outcome

_SQL: Final = statements("lists")
_SLICE: Final = 50_000
_WAITING: Final = 200
"""Of either world: what waits for people grows with people, not with what was done."""
_ACTOR: Final = Actor(kind=ActorKind.API_KEY, id="bench")
_GOAL: Final = 1.3


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A house with a workspace of so many returns."""

    house: House
    workspace_id: int
    count: int


async def _sample(house: House, workspace_id: int) -> tuple[str, str]:
    """Make one order and one return of it; gives their ids."""
    body = {
        "currency": "EUR",
        "customer": {"email": "mira.sand@example.com", "name": "Mira Sand", "country": "DE"},
        "channel": "c1",
        "delivered_at": "2026-11-01T00:00:00Z",
        "payments": [{"id": "p1", "processor": "external", "captured": "60.00"}],
        "lines": [
            {"id": "1", "sku": "SKU-1", "title": "Shirt", "quantity": 3, "unit_price": "20.00"}
        ],
    }
    put = msgspec.convert(body, OrderBody)
    made = await orders.put(house, workspace_id, "SAMPLE", put, actor=_ACTOR, source="api")
    assert isinstance(made, Done), made
    asked = (LineAsked(line="1", quantity=1, reason="r1"),)
    plan = [Request(order_number="SAMPLE", lines=asked)]
    ret = await execute(
        house, Asked(workspace_id=workspace_id, plan=plan, actor=_ACTOR, source="api")
    )
    assert isinstance(ret, Done), ret
    return str(msgspec.json.decode(made.body)["id"]), str(msgspec.json.decode(ret.body)["id"])


async def _pour(world: World, admin: asyncpg.Connection, say: Callable[[str], None]) -> None:
    ws, count = world.workspace_id, world.count
    order_id, return_id = await _sample(world.house, ws)
    await admin.execute("SET synchronous_commit = off")
    await admin.execute(_SQL["drop_index"])
    for first in range(0, count, _SLICE):
        last = min(first + _SLICE, count) - 1
        await admin.execute(_SQL["copy_orders"], ws, order_id, first // 2, last // 2)
        await admin.execute(_SQL["copy_returns"], ws, return_id, first, last)
        for name in ("copy_words", "copy_facets", "copy_skus"):
            await admin.execute(_SQL[name], ws, first, last)
        numbers = list(range(first // 2, last // 2 + 1))
        marks = [mark(world.house.vault, ws, f"u{n}@shop.example") for n in numbers]
        locals_ = [mark(world.house.vault, ws, fold(f"u{n}")) for n in numbers]
        await admin.execute(_SQL["copy_order_words"], ws, numbers, marks, locals_)
        say(f"{last + 1} returns")
    await admin.execute(_SQL["copy_concerns"], ws, _WAITING)
    await admin.execute(_SQL["copy_figures"], ws, count)
    await admin.execute(_SQL["make_index"])
    await admin.execute("VACUUM ANALYZE")


@asynccontextmanager
async def _world(data: Path, count: int, say: Callable[[str], None]) -> AsyncGenerator[World]:
    settings = Settings(data=data, master_key=bytes(range(32)), testing=True)
    poured = data / "poured"
    async with open_base(settings) as base, open_house(base) as house:
        if not poured.exists():
            made = await create_workspace(house, NewWorkspace(name="Lists", sandbox=False))
            world = World(house=house, workspace_id=made.number, count=count)
            admin = await asyncpg.connect(base.admin_dsn)
            try:
                await _pour(world, admin, say)
            finally:
                await admin.close()
            poured.write_text(f"{made.number} {count}")
        number, count = (int(one) for one in poured.read_text().split())
        yield World(house=house, workspace_id=number, count=count)


Question = Callable[[World, int], Awaitable["Outcome"]]


def _search(text: str, limit: int = LIMIT_DEFAULT) -> Question:
    """Ask in a box; ``{n}`` is a number of the world's, ``{slip}`` one with a slip."""

    async def ask(world: World, n: int) -> Outcome:
        number = f"{n:08d}"
        slip = f"{number[:5]}x{number[5:]}"
        typed = text.format(
            n=number,
            half=f"{n // 2:08d}",
            plain=n // 2,
            slip=slip,
            sku=n % 100,
            reason=n % 12,
            parcel=f"{n * 7919 % 100_000_000:010d}",
        )
        return await search(world.house, world.workspace_id, read_query(typed), Page(limit=limit))

    return ask


async def _deep(world: World, n: int) -> Outcome:
    """Go on in the middle of the list."""
    del n
    middle = f"ret_{await _middle(world)}"
    return await search(world.house, world.workspace_id, Wanted(), Page(after=middle))


async def _middle(world: World) -> str:
    async with world.house.database.transaction(world.workspace_id) as connection:
        return str(
            await connection.fetchval(
                "SELECT substr(retour.time_prefix('ret', '2026-01-01Z'::timestamptz"
                " + $1 * interval '15 seconds'), 5)",
                world.count // 2,
            )
        )


async def _queue(world: World, n: int) -> Outcome:
    del n
    place = Place(page=Page())
    return await queues.listing(world.house, world.workspace_id, "authorize", Wanted(), place)


async def _narrow_queue(world: World, n: int) -> Outcome:
    del n
    wanted = read_chosen({"channel": "c3", "min_value": "50"}, None, None)
    place = Place(page=Page())
    return await queues.listing(world.house, world.workspace_id, "authorize", wanted, place)


async def _counts(world: World, n: int) -> Outcome:
    del n
    return await queues.counted(world.house, world.workspace_id)


async def _report(world: World, n: int) -> Outcome:
    del n
    span = Span(since=date(2026, 1, 1), until=date(2026, 1, 3), zone="Europe/Berlin")
    return await reports.look_up(world.house, world.workspace_id, "by_sku", span)


QUESTIONS: Final[dict[str, Question]] = {
    "newest 50 returns": _search(""),
    "50 from the middle": _deep,
    "status:received": _search("status:received"),
    "status:completed sku:…": _search("status:completed sku:SKU-{sku}"),
    "status:rejected sku:…, 60 of the oldest": _search("status:rejected sku:SKU-7"),
    "status:requested sku:…, first 2": _search("status:requested sku:SKU-{sku}", limit=2),
    "sku:… reason:…, first 2": _search("sku:SKU-{sku} reason:r{reason}", limit=2),
    "RMA number": _search("K{n}"),
    "order number": _search("L{half}"),
    "e-mail address": _search("u{plain}@shop.example"),
    "tracking number": _search("JD{parcel}"),
    "SKU": _search("SKU-{sku}"),
    "beginning of a number": _search("K00001"),
    "number with a slip": _search("K{slip}"),
    "nothing of that name": _search("nothing{n}zz"),
    "queue": _queue,
    "queue, narrowed": _narrow_queue,
    "counts of all queues": _counts,
    "return rate by SKU, three days": _report,
}


async def _ask(world: World, question: Question, times: int, turn: int) -> float:
    """Ask some times; gives the milliseconds of the quickest: neighbours only ever add to it."""
    taken: list[float] = []
    for k in range(times):
        n = (turn * 7919 + k * 104_729) % world.count
        began = time.perf_counter()
        outcome = await question(world, n)
        taken.append((time.perf_counter() - began) * 1000)
        assert isinstance(outcome, Done), outcome
    return min(taken)


async def _measure(few: World, many: World, rounds: int) -> bool:
    """Print a row for each question; says whether every ratio reaches the goal."""
    is_good = True
    sys.stdout.write(f"| question | {few.count} | {many.count} | ratio |\n|---|---|---|---|\n")
    for name, question in QUESTIONS.items():
        for world in (few, many):
            await _ask(world, question, 5, 0)
        rows = [
            (await _ask(few, question, 9, turn), await _ask(many, question, 9, turn))
            for turn in range(1, rounds + 1)
        ]
        ratios = sorted(more / less for less, more in rows)
        ratio = statistics.median(ratios)
        is_good &= ratio <= _GOAL
        less, more = (statistics.median(one) for one in zip(*rows, strict=True))
        sys.stdout.write(
            f"| {name} | {less:.1f} ms | {more:.1f} ms |"
            f" {ratio:.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f}) |\n"
        )
        sys.stdout.flush()
    return is_good


async def _run(asked: argparse.Namespace, folder: Path) -> bool:
    def say(words: str) -> None:
        sys.stderr.write(f"\r{words}    ")
        sys.stderr.flush()

    async with AsyncExitStack() as stack:
        worlds: list[World] = []
        for name, count in (("few", asked.few), ("many", asked.many)):
            world = _world(folder / name, count, say)
            worlds.append(await stack.enter_async_context(world))
        sys.stderr.write("\n")
        few, many = worlds
        return await _measure(few, many, asked.rounds)


def main(arguments: Sequence[str]) -> int:
    """Measure; 1 where a page costs more than the goal allows."""
    parser = argparse.ArgumentParser(prog="python -m bench.lists", description=__doc__)
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--data", type=Path, help="where the worlds are kept, or were")
    asked = parser.parse_args(arguments)
    os.nice(10)
    folder: Path = asked.data or Path(tempfile.mkdtemp(prefix="retour-lists-"))
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)
    try:
        return 0 if uvloop.run(_run(asked, folder)) else 1
    finally:
        if asked.data is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
