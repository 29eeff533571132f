"""The database as the house sees it: roles, migrations, pools, and a transaction per workspace.

Three roles: ``retour_owner`` owns the schema and logs in nowhere, ``retour_app`` serves requests
under row-level security, ``retour_delivery`` serves the lanes.  The account of the URL (or the
embedded server's administrator) is used for migrations only.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from retour.store.statements import migrations, named, statements

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from retour.store.secrets import Vault

APP: Final = "retour_app"
DELIVERY: Final = "retour_delivery"
OWNER: Final = "retour_owner"
_SQL: Final = named("roles")
_WHO: Final = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
_ACTING: Final[ContextVar[str | None]] = ContextVar("acting", default=None)
_MIGRATION_LOCK: Final = 7_263_868_701
AWAY: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What is raised where a database is away, restarts or has too much to do."""
POOL_SIZE: Final = 12
"""Connections of one process to serve requests; more only queue at the database."""

_ROLE_SETTINGS: Final = {
    APP: {
        "statement_timeout": "15s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "30s",
    },
    DELIVERY: {
        "statement_timeout": "30s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "30s",
    },
}

Connection = asyncpg.pool.PoolConnectionProxy


@contextmanager
def acting_as(who: str) -> Generator[None]:
    """Have the log name ``who`` for every transaction opened within the block."""
    assert _WHO.fullmatch(who), "ids are letters, digits and a few marks"
    token = _ACTING.set(who)
    try:
        yield
    finally:
        _ACTING.reset(token)


class SchemaTooNew(Exception):
    """The database was migrated by a newer Retour."""


def role_dsn(admin_dsn: str, role: str, password: str) -> str:
    """Give the address of the same database for another role."""
    parts = urlsplit(admin_dsn)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role)}:{quote(password)}@{host}"))


async def _can_login(dsn: str) -> bool:
    try:
        connection = await asyncpg.connect(dsn)
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError):
        return False
    await connection.close()
    return True


async def _write_and_run(connection: asyncpg.Connection, name: str, *values: str) -> None:
    """Have the server write a statement with its names and texts quoted, then run it."""
    statement: str = await connection.fetchval(_SQL[name], *values)
    await connection.execute(statement)


async def _provide_roles(connection: asyncpg.Connection, admin_dsn: str, vault: Vault) -> None:
    """See to it that the three roles exist and log in with our passwords."""
    present = {row["rolname"] for row in await connection.fetch(_SQL["present_roles"])}
    if OWNER not in present:
        await _write_and_run(connection, "write_owner", OWNER)
        await _write_and_run(connection, "write_membership", OWNER)
    for role, settings in _ROLE_SETTINGS.items():
        password = vault.password(role)
        if role not in present:
            await _write_and_run(connection, "write_role", role, password)
            for name, value in settings.items():
                await _write_and_run(connection, "write_role_setting", role, name, value)
        elif not await _can_login(role_dsn(admin_dsn, role, password)):
            await _write_and_run(connection, "write_password", role, password)
    await _write_and_run(connection, "write_create_right", OWNER)


async def migrate(admin_dsn: str, vault: Vault) -> list[str]:
    """Bring the schema up to date under an advisory lock; returns the names of what was applied.

    Raises:
        SchemaTooNew: The database knows a migration that this program does not.
    """
    connection = await asyncpg.connect(admin_dsn)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK)
        await connection.execute(_SQL["make_migration_log"])
        rows = await connection.fetch(_SQL["done_migrations"])
        done = {row["number"]: row["name"] for row in rows}
        known = migrations()
        if unknown := sorted(set(done) - {number for number, _, _ in known}):
            message = (
                f"The database holds migration {done[unknown[-1]]}, unknown to this version."
                " Install the newer Retour."
            )
            raise SchemaTooNew(message)
        await _provide_roles(connection, admin_dsn, vault)
        applied: list[str] = []
        for number, name, text in known:
            if number not in done:
                await _apply(connection, number, name, text)
                applied.append(name)
        return applied
    finally:
        await connection.close()  # gives the lock back


async def _apply(connection: asyncpg.Connection, number: int, name: str, text: str) -> None:
    async with connection.transaction():
        await _write_and_run(connection, "write_acting_as", OWNER)
        for statement in statements(text):
            await connection.execute(statement)
        await connection.execute("RESET ROLE")
        digest = hashlib.sha256(text.encode()).hexdigest()
        await connection.execute(_SQL["record_migration"], number, name, digest)


async def _leave_as_it_is(_: object) -> None:
    """Save the round trip that resets a session: ours set nothing that outlives a transaction."""


class Database:
    """Pools of one process, one per role, opened on demand."""

    def __init__(self, admin_dsn: str, vault: Vault, *, size: int = POOL_SIZE) -> None:
        self._admin_dsn = admin_dsn
        self._vault = vault
        self._size = size
        self._pools: dict[str, asyncpg.Pool] = {}
        self._opening = asyncio.Lock()

    def dsn(self, role: str) -> str:
        """Give the address under which ``role`` logs in."""
        return role_dsn(self._admin_dsn, role, self._vault.password(role))

    async def pool(self, role: str = APP) -> asyncpg.Pool:
        """Give the pool of ``role``, opening it at first use."""
        if role not in self._pools:
            async with self._opening:  # Whoever comes meanwhile would open another, and lose one.
                if role not in self._pools:
                    self._pools[role] = await self._open(role)
        return self._pools[role]

    async def _open(self, role: str) -> asyncpg.Pool:
        return await asyncpg.create_pool(
            self.dsn(role),
            min_size=1,
            max_size=self._size,
            max_inactive_connection_lifetime=300,
            reset=_leave_as_it_is,
            server_settings={"application_name": role, "jit": "off"},
        )

    @asynccontextmanager
    async def transaction(self, workspace_id: int) -> AsyncGenerator[Connection]:
        """Open a transaction of the application role in one workspace; commits unless it raises."""
        pool = await self.pool(APP)
        async with pool.acquire() as connection:
            # One round trip; a number, and a text that holds nothing to escape.
            begin = f"BEGIN; SET LOCAL app.ws = '{int(workspace_id)}'"
            if (who := _ACTING.get()) is not None:
                begin += f"; SET LOCAL app.actor = '{who}'"
            await connection.execute(begin)
            try:
                yield connection
            except BaseException:
                if not connection.is_closed():
                    await connection.execute("ROLLBACK")
                raise
            await connection.execute("COMMIT")

    async def close(self) -> None:
        """Close every pool, letting what runs finish."""
        for pool in self._pools.values():
            await pool.close()
        self._pools.clear()
