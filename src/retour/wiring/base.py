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

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from retour.store.embedded import EmbeddedServer

_LOG: Final = structlog.get_logger()
_ASK_S: Final = 5.0
_RETRY_S: Final = 0.2


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
    settings: Settings, *, progress: Callable[[str], None] = _say_nothing
) -> AsyncGenerator[Base]:
    """Have a database: start or attach to the embedded one, or use the operator's; migrate it."""
    vault = Vault(master_key(settings))
    server: EmbeddedServer | None = None
    if settings.database_url is None:
        folder = server_folder(settings.data)
        server = await asyncio.to_thread(attach_or_start, folder, progress=progress)
    watching: asyncio.Task[None] | None = None
    try:
        admin_dsn = server.owner_dsn if server else settings.database_url
        assert admin_dsn is not None
        for name in await migrate(admin_dsn, vault):
            progress(f"migrated {name}")
        if server is not None:
            watching = asyncio.create_task(_keep_alive(server))
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
            await asyncio.to_thread(release, server)


async def _now(dsn: str) -> datetime:
    """Ask for database time."""
    connection = await asyncpg.connect(dsn)
    try:
        now: datetime = await connection.fetchval("SELECT clock_timestamp()")
        return now
    finally:
        await connection.close()


async def _keep_alive(server: EmbeddedServer) -> None:
    """Start the embedded server again whenever it dies; one idle connection tells us at once."""
    while True:
        died = asyncio.Event()
        try:
            connection = await asyncpg.connect(server.owner_dsn, timeout=_ASK_S)
            connection.add_termination_listener(lambda _, died=died: died.set())
            await died.wait()
        except (OSError, asyncpg.PostgresError, TimeoutError):
            await asyncio.sleep(_RETRY_S)
        try:
            await asyncio.to_thread(restart_if_dead, server)
        except EmbeddedServerError as error:
            _LOG.error("the embedded database cannot be brought back", why=str(error))
            await asyncio.sleep(_RETRY_S)


@asynccontextmanager
async def open_house(base: Base, *, hints: Hints = no_hints) -> AsyncGenerator[House]:
    """Open the pools and give what use cases are handed."""
    database = Database(base.admin_dsn, base.vault)
    try:
        yield House(
            settings=base.settings,
            database=database,
            vault=base.vault,
            configs=Configs(database),
            hints=hints,
        )
    finally:
        await database.close()
