"""The ground of a run: a PostgreSQL of its own, a workspace, and as many returns as are wanted.

Returns are copies, made by SQL, of one that went through the product's own front door.
"""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import asyncpg
import msgspec

from bench.statements import statements
from retour.delivery.signing import SigningKey
from retour.desk import orders
from retour.desk.config import Configs
from retour.desk.execute import Asked, execute
from retour.desk.house import House
from retour.desk.order_body import OrderBody
from retour.desk.outcome import Done
from retour.desk.workspaces import MadeWorkspace, NewWorkspace, create_workspace
from retour.kernel.ids import Mint
from retour.kernel.subscription import SubscriptionBody, SubscriptionKind
from retour.lifecycle.commands import LineAsked, ReasonGiven, Request
from retour.lifecycle.model import Actor, ActorKind
from retour.settings import Settings
from retour.store.database import Database, migrate
from retour.store.embedded import EmbeddedServer, attach_or_start, release
from retour.store.secrets import Vault

MASTER_KEY: Final = bytes(range(32))
"""Secrets of a throw-away database."""
ACTOR: Final = Actor(kind=ActorKind.API_KEY, id="bench")
SOURCE: Final = "api"

_SQL: Final = statements("ground")
_ENCODE: Final = msgspec.json.Encoder()
_COPIES: Final = ("copy_orders", "copy_lines", "copy_payments", "copy_returns")
_SETTINGS: Final = ("max_wal_size = '8GB'", "checkpoint_timeout = '30min'")
_ORDER: Final = {
    "currency": "EUR",
    "customer": {"email": "mira.sand@example.com", "name": "Mira Sand"},
    "delivered_at": "2026-11-20T12:00:00Z",
    "payments": [{"id": "pay-1", "processor": "sandbox", "captured": "119.70"}],
    "lines": [
        {"id": str(n), "sku": f"SKU-{n}", "title": f"Article number {n}", "quantity": 2,
         "unit_price": "19.95", "tax_rate": "19"}
        for n in range(1, 4)
    ],
}  # fmt: skip


@dataclass(kw_only=True)
class World:
    """One database with one workspace in it."""

    house: House
    admin: asyncpg.Connection
    admin_dsn: str
    data: Path
    workspace: MadeWorkspace
    subscriptions: list[str] = field(default_factory=list[str])

    @property
    def told(self) -> dict[str, Any]:
        """What a child needs to open the same database."""
        return {"admin_dsn": self.admin_dsn, "data": str(self.data)}

    async def mint(self) -> Mint:
        """Ids at database time."""
        at = await self.admin.fetchval("SELECT clock_timestamp()")
        return Mint(at, os.urandom(16))

    async def time_prefix(self) -> str:
        """Give the characters with which ids minted now begin."""
        prefix: str = await self.admin.fetchval(_SQL["time_prefix"])
        return prefix

    async def epoch(self) -> int:
        """Give the workspace's epoch."""
        epoch: int = await self.admin.fetchval(_SQL["epoch"], self.workspace.number)
        return epoch

    async def subscribe(self, targets: Sequence[str]) -> list[str]:
        """Add a webhook, native JSON, per target; answers their ids in the order of their names."""
        mint = await self.mint()
        subs: list[tuple[object, ...]] = []
        versions: list[tuple[object, ...]] = []
        number = self.workspace.number
        for target in targets:
            one = mint("sub")
            key = SigningKey(base64.b64encode(os.urandom(32)).decode())
            context = f"{number}/subscription/{one}/secrets"
            subs.append((number, one, self.house.vault.seal(context, _ENCODE.encode([key]))))
            body = SubscriptionBody(kind=SubscriptionKind.WEBHOOK, target=target)
            versions.append((number, one, _ENCODE.encode(body).decode()))
        await self.admin.executemany(_SQL["add_subscription"], subs)
        await self.admin.executemany(_SQL["add_subscription_version"], versions)
        self.house.configs.forget(number)
        made = [str(row[1]) for row in subs]
        self.subscriptions += made
        return made

    async def one_return(self) -> str:
        """Put an order and ask for a return of two of its lines, as the API would."""
        number = self.workspace.number
        body = msgspec.convert(_ORDER, OrderBody)
        name = f"O-{(await self.mint())('x')[2:]}"
        _expect(
            await orders.put(
                self.house, number, name, body, actor=ACTOR, source=SOURCE, if_match=None
            )
        )
        lines = tuple(
            LineAsked(line=one, quantity=1, reasons=(ReasonGiven(text="Too small"),))
            for one in ("1", "2")
        )
        done = _expect(
            await execute(
                self.house,
                Asked(
                    workspace_id=number,
                    plan=(Request(order_number=name, lines=lines),),
                    actor=ACTOR,
                    source=SOURCE,
                ),
            )
        )
        return str(msgspec.json.decode(done.body)["id"])

    async def sample(self, return_id: str) -> asyncpg.Record:
        """Give a return's documents and those of its last event."""
        row = await self.admin.fetchrow(_SQL["sample"], self.workspace.number, return_id)
        assert row is not None
        return row

    async def copy(self, return_id: str, prefix: str, first: int, count: int) -> None:
        """Make ``count`` more of a return, numbered from ``first``, each with an own order."""
        async with self.admin.transaction():
            for name in _COPIES:
                await self.admin.execute(
                    _SQL[name], self.workspace.number, return_id, prefix, first, first + count - 1
                )

    async def settle_down(self) -> None:
        """Vacuum and analyze, so that no contender meets what another one left behind."""
        await self.admin.execute(_SQL["settle_down"])


def _expect(outcome: object) -> Done:
    assert isinstance(outcome, Done), f"refused: {outcome!r}"
    return outcome


def return_id(prefix: str, number: int) -> str:
    """Name a copy."""
    return f"ret_{prefix}{number:016d}"


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The server of a run; each world is a database on it."""

    server: EmbeddedServer

    @property
    def pgbench(self) -> Path:
        """Where the server's own benchmark program is."""
        found = sorted(self.server.data.glob("pg/*/*/pginstall/bin/pgbench"))
        assert found, "the embedded server was copied without pgbench"
        return found[-1]

    @asynccontextmanager
    async def world(self, name: str) -> AsyncGenerator[World]:
        """Have a migrated database of this name, with a workspace."""
        main = await asyncpg.connect(self.server.owner_dsn)
        await main.execute(f"CREATE DATABASE {name}")
        await main.close()
        dsn = self.server.owner_dsn.replace(f"/{_database(self.server.owner_dsn)}?", f"/{name}?")
        vault = Vault(MASTER_KEY)
        await migrate(dsn, vault)
        admin = await asyncpg.connect(dsn)
        await admin.execute(_SQL["make_room"])
        house = open_house(dsn, self.server.data)
        try:
            made = await create_workspace(house, NewWorkspace(name="Bench"))
            yield World(
                house=house, admin=admin, admin_dsn=dsn, data=self.server.data, workspace=made
            )
        finally:
            await house.templates.close()
            await house.database.close()
            await admin.close()


def _database(dsn: str) -> str:
    return dsn.partition("@/")[2].partition("?")[0]


def open_house(admin_dsn: str, data: Path) -> House:
    """Open a world's database for use cases, in whatever process."""
    vault = Vault(MASTER_KEY)
    database = Database(admin_dsn, vault)
    settings = Settings(data=data, egress_allow="127.0.0.0/8", master_key=MASTER_KEY)
    return House(settings=settings, database=database, vault=vault, configs=Configs(database))


@asynccontextmanager
async def standing(progress: Callable[[str], None]) -> AsyncGenerator[Ground]:
    """Start a server in a folder of its own; nothing of it is left afterwards."""
    data = _folder()
    try:
        server = await asyncio.to_thread(attach_or_start, data, progress=progress)
        try:
            await _tune(server)
            yield Ground(server=server)
        finally:
            await asyncio.to_thread(release, server)
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _folder() -> Path:
    data = Path(tempfile.mkdtemp(prefix="retour-bench-"))
    data.chmod(0o711)  # Run by root, the server is another user's.
    return data


async def _tune(server: EmbeddedServer) -> None:
    """Keep checkpoints out of the windows; what is fsynced at commit stays as it is."""
    admin = await asyncpg.connect(server.owner_dsn)
    for setting in _SETTINGS:
        await admin.execute(f"ALTER SYSTEM SET {setting}")
    await admin.execute("SELECT pg_reload_conf()")
    await admin.close()
