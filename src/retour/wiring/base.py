"""A base and a house: the database brought up to date, and what use cases are handed.

On them stand the API process and the delivery process, together or apart.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import asyncpg
import structlog

from retour.desk.config import Configs
from retour.desk.house import Hints, House, no_hints
from retour.gateways.printing import PaperPool
from retour.sandbox.channelengine.practice import PracticeChannelEngine
from retour.settings import Settings, master_key
from retour.store.database import Database, migrate
from retour.store.embedded import (
    EmbeddedServerError,
    attach_or_start,
    release,
    restart_if_dead,
)
from retour.store.embedded_place import server_folder
from retour.store.secrets import Vault
from retour.wiring.holding import look_for_restore

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    from retour.store.embedded import EmbeddedServer

_LOG: Final = structlog.get_logger()
_ASK_S: Final = 5.0
_RETRY_S: Final = 0.2
_LOOK_S: Final = 60.0
"""How often a living server is looked at: its ballast may have been spent against a full disk."""
_LOST: Final = (
    OSError,  # TimeoutError is one.
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # The server died in mid-sentence.
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A database that is up to date, and what opens its secrets."""

    settings: Settings
    admin_dsn: str
    vault: Vault
    server: EmbeddedServer | None  # None where the operator runs the server.
    started_at: datetime  # Database time.


def _say_nothing(_: str) -> None:
    """Be quiet."""


@asynccontextmanager
async def open_base(
    settings: Settings,
    *,
    progress: Callable[[str], None] = _say_nothing,
    look_s: float = _LOOK_S,
) -> AsyncGenerator[Base]:
    """Have a database: start or attach to the embedded one, or use the operator's; migrate it.

    The embedded one is brought back when it dies, and looked at every ``look_s`` while it lives.
    """
    vault = Vault(master_key(settings))
    server: EmbeddedServer | None = None
    if settings.database_url is None:
        server = await _start(server_folder(settings.data), progress)
    keeper: _Keeper | None = None
    watching: asyncio.Task[None] | None = None
    try:
        admin_dsn = server.owner_dsn if server else settings.database_url
        assert admin_dsn is not None
        for name in await migrate(admin_dsn, vault):
            progress(f"migrated {name}")
        held = await look_for_restore(settings, admin_dsn, vault)
        if held is not None:
            progress(f"HELD: {held}")
        if server is not None:
            keeper = _Keeper(server, look_s)
            watching = asyncio.create_task(keeper.keep())
        yield Base(
            settings=settings,
            admin_dsn=admin_dsn,
            vault=vault,
            server=server,
            started_at=await _now(admin_dsn),
        )
    finally:
        if watching is not None:
            watching.cancel()
        if server is not None:
            await asyncio.to_thread(release, keeper.server if keeper else server)


async def _start(folder: Path, progress: Callable[[str], None]) -> EmbeddedServer:
    """Start the embedded server or attach to it; who is ended meanwhile leaves none behind."""
    starting = asyncio.create_task(asyncio.to_thread(attach_or_start, folder, progress=progress))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.to_thread(release, await starting)
        raise


async def _now(dsn: str) -> datetime:
    """Ask for database time."""
    connection = await asyncpg.connect(dsn)
    try:
        now: datetime = await connection.fetchval("SELECT clock_timestamp()")
        return now
    finally:
        await connection.close()


class _Keeper:
    """Brings the embedded server back whenever it dies; ``server`` is how it stands now."""

    def __init__(self, server: EmbeddedServer, look_s: float) -> None:
        self.server = server
        self._look_s = look_s

    async def keep(self) -> None:
        """Look after the server until cancelled."""
        while True:
            try:
                await _watch(self.server.owner_dsn, self._look_s)
            except _LOST:
                await asyncio.sleep(_RETRY_S)
            try:
                self.server = await asyncio.to_thread(
                    restart_if_dead, self.server, progress=_log_progress
                )
            except EmbeddedServerError as error:
                _LOG.error("the embedded database cannot be brought back", why=str(error))
                await asyncio.sleep(_RETRY_S)


async def _watch(dsn: str, look_s: float) -> None:
    """Return when the server dies, which an idle connection tells at once, or after a while."""
    connection = await asyncpg.connect(dsn, timeout=_ASK_S)
    died = asyncio.Event()
    connection.add_termination_listener(lambda _: died.set())
    try:
        await asyncio.wait_for(died.wait(), look_s)
    except TimeoutError:
        return  # It lives; time for a look at its ballast.
    finally:
        connection.terminate()


def _log_progress(words: str) -> None:
    _LOG.info("the embedded database is looked after", phase=words)


@asynccontextmanager
async def open_house(base: Base, *, hints: Hints = no_hints) -> AsyncGenerator[House]:
    """Open the pools and give what use cases are handed."""
    database = Database(base.admin_dsn, base.vault)
    house = House(
        settings=base.settings,
        database=database,
        vault=base.vault,
        configs=Configs(database),
        hints=hints,
        printers=PaperPool(fonts=base.settings.fonts),
        practice=PracticeChannelEngine(database),
    )
    try:
        yield house
    finally:
        await house.templates.close()
        await house.photos.close()
        await house.mails.close()
        await house.printers.close()
        await database.close()
