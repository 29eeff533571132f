"""Eight who ask at the same moment, each with a process' worth of their own.

Each runner is a thread with its own loop, connections and caches; they share nothing but the
database, as so many servers would.  A barrier lets them go together.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

from retour.desk.config import Configs
from retour.desk.house import House
from retour.desk.outcome import Outcome
from retour.settings import Settings
from retour.store.database import Database
from retour.store.secrets import Vault

RUNNERS: Final = 8
Ask = Callable[[House], Awaitable[Outcome]]


class Runner:
    """One of those who ask."""

    def __init__(self, settings: Settings, vault: Vault, admin_dsn: str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._loop = asyncio.new_event_loop()
        database = Database(admin_dsn, vault, size=1)
        self._house = House(
            settings=settings, database=database, vault=vault, configs=Configs(database)
        )

    def start(self, ask: Ask, barrier: threading.Barrier) -> Future[Outcome]:
        """Ask as soon as everybody is ready."""
        return self._thread.submit(self._run, ask, barrier)

    def _run(self, ask: Ask, barrier: threading.Barrier) -> Outcome:
        async def run() -> Outcome:
            return await ask(self._house)

        self._loop.run_until_complete(self._house.database.pool())
        barrier.wait(30)
        return self._loop.run_until_complete(run())

    def close(self) -> None:
        """Hang up."""
        self._thread.submit(self._loop.run_until_complete, self._house.database.close()).result()
        self._loop.close()
        self._thread.shutdown()


class Runners:
    """Eight runners, kept between races."""

    def __init__(self, settings: Settings, vault: Vault, admin_dsn: str) -> None:
        self._runners = [Runner(settings, vault, admin_dsn) for _ in range(RUNNERS)]

    def race(self, asks: Sequence[Ask]) -> list[Outcome]:
        """Let everybody ask at once, each their own; gives the answers in the same order.

        Whatever one of them raises comes out, once all have come to an end.
        """
        assert RUNNERS == len(asks), "everybody runs"
        barrier = threading.Barrier(RUNNERS)
        running = [
            runner.start(ask, barrier) for runner, ask in zip(self._runners, asks, strict=True)
        ]
        ended = [one.exception() for one in running]
        for failure in ended:
            if failure is not None:
                raise failure
        return [one.result() for one in running]

    def close(self) -> None:
        """Hang up."""
        for runner in self._runners:
            runner.close()


@contextmanager
def runners(settings: Settings, vault: Vault, admin_dsn: str) -> Generator[Runners]:
    """Have eight runners for a while."""
    eight = Runners(settings, vault, admin_dsn)
    try:
        yield eight
    finally:
        eight.close()
