"""A delivery process for the tests to kill: the real engine, joined as ``retour work`` joins it."""

from __future__ import annotations

import asyncio
import multiprocessing
from dataclasses import dataclass, replace
from multiprocessing.context import ForkServerProcess

from retour.desk.config import Configs
from retour.desk.house import House
from retour.settings import Settings
from retour.store.database import Database
from retour.store.secrets import Vault
from retour.wiring.working import delivering

_FORK = multiprocessing.get_context("forkserver")
_FORK.set_forkserver_preload(["tests.crash.worker"])


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a worker finds its database, and how it is set up."""

    admin_dsn: str
    master_key: bytes
    settings: Settings


def start(place: Place, crash_at: str | None) -> ForkServerProcess:
    """Start a worker that dies at ``crash_at``, or delivers until it is killed."""
    settings = replace(place.settings, crash_at=crash_at)
    process = _FORK.Process(target=_work, args=(replace(place, settings=settings),), daemon=True)
    process.start()
    return process


def _work(place: Place) -> None:
    asyncio.run(_deliver(place))


async def _deliver(place: Place) -> None:
    vault = Vault(place.master_key)
    database = Database(place.admin_dsn, vault, size=3)
    house = House(
        settings=place.settings, database=database, vault=vault, configs=Configs(database)
    )
    async with delivering(house):
        await asyncio.Event().wait()
