"""A real PostgreSQL for the tests: the embedded one, started once, a fresh workspace per test."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from retour.desk.config import Configs
from retour.desk.house import House
from retour.desk.workspaces import NewWorkspace, create_workspace
from retour.sandbox.channelengine.practice import PracticeChannelEngine
from retour.settings import Settings
from retour.store.database import Database, migrate
from retour.store.embedded import EmbeddedServer, attach_or_start, release
from retour.store.secrets import Vault
from tests.support.cap_wall import build_wall

MASTER_KEY = bytes(range(32))


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A fresh workspace: its number, its outward id and a key that may do everything."""

    id: int
    text: str
    api_key: str


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """One embedded server for the whole run."""
    data = Path(tempfile.mkdtemp(prefix="retour-tests-"))
    data.chmod(0o711)  # Run by root, the server is another user's.
    try:
        started = attach_or_start(data)
        yield started
        release(started)
    finally:
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def vault() -> Vault:
    """Secrets of the test run."""
    return Vault(MASTER_KEY)


@pytest.fixture(scope="session")
def waits_for_disk() -> bool:
    """Whether commits wait for the disk, as the product's do; a ring that kills says yes."""
    return False


@pytest.fixture(scope="session")
def admin_dsn(server: EmbeddedServer, vault: Vault, *, waits_for_disk: bool) -> str:
    """The migrated database's address for its administrator; the wall around the cap stands."""
    asyncio.run(migrate(server.owner_dsn, vault))
    asyncio.run(build_wall(server.owner_dsn))
    if not waits_for_disk:
        asyncio.run(commit_at_once(server.owner_dsn))
    return server.owner_dsn


async def commit_at_once(admin_dsn: str) -> None:
    """Let no session opened from now on wait for the disk: half of the time went there.

    What is committed is seen by everybody as ever; only a PostgreSQL that dies would lose it.
    """
    admin = await asyncpg.connect(admin_dsn)
    try:
        database = await admin.fetchval("SELECT quote_ident(current_database())")
        await admin.execute(f"ALTER DATABASE {database} SET synchronous_commit = off")
    finally:
        await admin.close()


@pytest_asyncio.fixture(scope="session")
async def database(admin_dsn: str, vault: Vault) -> AsyncIterator[Database]:
    """Pools on the migrated database."""
    pools = Database(admin_dsn, vault)
    yield pools
    await pools.close()


@pytest.fixture(scope="session")
def settings(server: EmbeddedServer) -> Settings:
    """Settings of the test run; deliveries may go to loopback."""
    return Settings(
        data=server.data,
        egress_allow="127.0.0.0/8",
        stripe_url="http://127.0.0.1:9",
        testing=True,
        master_key=MASTER_KEY,
    )


@pytest_asyncio.fixture
async def admin(admin_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """The administrator, whom nothing is hidden from."""
    connection = await asyncpg.connect(admin_dsn)
    yield connection
    await connection.close()


@pytest_asyncio.fixture(scope="session")
async def standing(settings: Settings, database: Database, vault: Vault) -> AsyncIterator[House]:
    """The house of the whole run: what it caches it caches by workspace, and each test has its own.

    Its children, who write mails and look at pictures, are born once.
    """
    opened = House(
        settings=settings,
        database=database,
        vault=vault,
        configs=Configs(database),
        practice=PracticeChannelEngine(database),
    )
    yield opened
    await opened.templates.close()
    await opened.photos.close()
    await opened.mails.close()
    await opened.printers.close()


@pytest_asyncio.fixture
async def house(standing: House, admin_dsn: str) -> AsyncIterator[House]:
    """A house that never heard of the test's workspaces; what is left to do ends with the test."""
    yield standing
    await _end_what_is_left(admin_dsn)


async def _end_what_is_left(admin_dsn: str) -> None:
    """Leave nothing to deliver: engines of later tests deliver for every workspace there is."""
    admin = await asyncpg.connect(admin_dsn)
    try:
        await admin.execute(
            "DELETE FROM retour.timer WHERE status = 'waiting';"
            " DELETE FROM retour.lane; DELETE FROM retour.delivery"
        )
    finally:
        await admin.close()


@pytest_asyncio.fixture
async def workspace(house: House) -> Workspace:
    """A fresh sandbox workspace."""
    return await fresh_workspace(house)


@pytest_asyncio.fixture
async def live_workspace(house: House) -> Workspace:
    """A fresh live workspace."""
    return await fresh_workspace(house, sandbox=False)


async def fresh_workspace(
    house: House, *, sandbox: bool = True, zone: str = "Europe/Berlin"
) -> Workspace:
    """Make one more workspace."""
    made = await create_workspace(house, NewWorkspace(name="Test", sandbox=sandbox, zone=zone))
    return Workspace(id=made.number, text=made.id, api_key=made.api_key)
