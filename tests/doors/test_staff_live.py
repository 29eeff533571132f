"""What is new, told to open pages: all of a process by one look, however slowly one reads."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import pytest_asyncio

from retour.api.app import build
from retour.desk.agents import leases
from retour.desk.config import Configs
from retour.desk.people import members, sessions
from retour.desk.people.persons import HOUSE
from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from retour.screens.staff.work import live
from retour.store.database import APP, Database
from tests.doors.apps import app_of
from tests.doors.staff_story import Browser, member, somebody
from tests.support.running import order_body

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    import asyncpg
    from litestar import Litestar

    from retour.desk.house import House
    from retour.store.database import Connection
    from retour.store.secrets import Vault
    from tests.doors.client import Client
    from tests.support.pg import Workspace

_PAGES = 6
_HEARTBEATS = 3
_PATIENCE_S = 60


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


@dataclass
class Ear:
    """A page that listens; where it is deaf it never takes what it is sent."""

    said: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    status: int = 0
    is_deaf: bool = False
    left: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:  # noqa: ANN401 - ASGI's own
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif not message.get("more_body"):
            self.left.set()  # Nobody stays on the line behind the end.
        for line in message.get("body", b"").split(b"\n\n"):
            if line.startswith(b"data: "):
                self.said.append(msgspec.json.decode(line.removeprefix(b"data: ")))
                if self.is_deaf:
                    await self.left.wait()

    def listen(self, app: Litestar, browser: Browser, address: str) -> None:
        path, _, query = address.partition("?")
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        headers = {"host": "127.0.0.1:8700", "cookie": cookies, **browser.headers}
        scope: Any = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": (browser.network, 40000),
            "server": ("127.0.0.1", 8700),
        }

        async def speak() -> None:
            await app(scope, self.receive, self.send)  # pyright: ignore[reportArgumentType]  # ASGI by hand

        self.task = asyncio.create_task(speak())

    @property
    def is_over(self) -> bool:
        return self.task is not None and self.task.done()


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for something to become so."""
    async with asyncio.timeout(_PATIENCE_S):
        while not is_so():  # noqa: ASYNC110 - what is awaited is said by no event
            await asyncio.sleep(0.01)


class Counting(Database):
    """The database, of which is counted how often each workspace is asked."""

    def __init__(self, known: Database, admin_dsn: str, vault: Vault) -> None:
        super().__init__(admin_dsn, vault)
        self.known = known
        self.counts = Counter[int]()

    async def pool(self, role: str = APP) -> asyncpg.Pool:
        return await self.known.pool(role)

    @asynccontextmanager
    async def transaction(self, workspace_id: int) -> AsyncGenerator[Connection]:
        self.counts[workspace_id] += 1
        async with super().transaction(workspace_id) as connection:
            yield connection


@pytest.fixture
def counting(database: Database, admin_dsn: str, vault: Vault) -> Counting:
    """The same pools, counted."""
    return Counting(database, admin_dsn, vault)


async def _asked(shop: Client, number: str) -> dict[str, Any]:
    await shop.ask("PUT", f"/orders/{number}", order_body(9))
    line = {"line": "1", "quantity": 1, "reason": "Torn"}
    made: dict[str, Any] = await shop.ask(
        "POST", "/returns", {"order_number": number, "lines": [line]}
    )
    return made


async def _kept_by_who_opens_it_anew(
    stream: Litestar, agent: Browser, at: str, made: dict[str, Any]
) -> None:
    """Open a page anew; the one before is often seen to be gone only after that."""
    before_it = Ear()
    before_it.listen(stream, agent, f"{at}?return={made['id']}&version={made['version']}")
    await until(lambda: before_it.said != [] and before_it.said[-1]["mine"])
    await agent.open(at.replace("/live", f"/returns/{made['id']}"))
    before_it.left.set()
    await until(lambda: before_it.is_over)


async def _told_until(
    changed: Awaitable[None], stream: Litestar, agent: Browser, address: str
) -> None:
    """Whoever belongs here as something else now is told no more, though still signed in."""
    ear = Ear()
    ear.listen(stream, agent, address)
    await until(lambda: bool(ear.said))
    await changed
    await until(lambda: ear.is_over)
    assert (await agent.open("/me")).status == 200


async def _counted(counting: Counting, ear: Ear, workspace_id: int) -> None:
    """A page hears after five looks that we are there; each asks for sessions and the workspace."""
    heard, before = len(ear.said), counting.counts.copy()
    await until(lambda: len(ear.said) >= heard + _HEARTBEATS)
    since_then = counting.counts - before
    assert _HEARTBEATS - 1 <= since_then[HOUSE] / 5 <= _HEARTBEATS + 1, since_then
    assert since_then[workspace_id] <= 2 * since_then[HOUSE] + 2, since_then
    assert since_then.keys() == {HOUSE, workspace_id}


async def test_pages_are_looked_at_together(
    app: Litestar,
    house: House,
    workspace: Workspace,
    shop: Client,
    counting: Counting,
) -> None:
    """Two people with six pages each cost what one costs; a page that never reads holds nobody."""
    watched = replace(house, database=counting, configs=Configs(counting))
    stream = build(watched, extra=live.routes(watched, look_s=0.05))
    made = await _asked(shop, "9001")
    people = [
        await member(app, house, workspace.id, MemberRole.AGENT, email=somebody()) for _ in range(2)
    ]
    at, since = f"/w/{shop.workspace}/live", "2026-01-01T00:00:00Z"
    ears = [[Ear(is_deaf=n == 0) for n in range(_PAGES)] for _ in people]
    for browser, mine in zip(people, ears, strict=True):
        for ear, shown in zip(
            mine,
            (
                f"?since={since}",
                f"?queue=authorize&since={since}",
                "?since=2190-01-01T00:00:00Z",
                f"?return={made['id']}&version={made['version']}",
                f"?return={made['id']}&version={made['version']}",
                "?return=ret_none&version=1",
            ),
            strict=True,
        ):
            ear.listen(stream, browser, at + shown)
    every = [ear for mine in ears for ear in mine]
    await until(lambda: all(ear.said for ear in every))
    more = Ear()
    more.listen(stream, people[0], f"{at}?since={since}")
    await until(lambda: more.is_over)
    assert more.status == 204, "a seventh page of one person is told that nobody can be told more"

    for mine in ears:
        assert mine[1].said[0] == {"new": 1}
        assert mine[2].said[0] == {"new": 0}
        assert mine[5].said[0]["changed"] == 0
    holders = [mine[3].said[-1]["mine"] for mine in ears]
    assert sorted(holders) == [False, True], "one has it open"
    first = holders.index(True)

    await _counted(counting, ears[0][1], workspace.id)

    await _asked(shop, "9002")
    await shop.ask("POST", f"/returns/{made['id']}/comment", {"text": "Wait", "internal": True})
    await until(lambda: all(mine[1].said[-1] == {"new": 2} for mine in ears))
    await until(lambda: all(mine[4].said[-1]["changed"] > 0 for mine in ears))

    # Whoever is signed out is told no more, and gives back what they had open.
    lease = await leases.of_return(house, workspace.id, made["id"])
    assert lease is not None
    await sessions.end_all(house, lease.holder)
    await until(lambda: all(ear.is_over for ear in ears[first][1:]))
    await until(lambda: ears[1 - first][3].said[-1]["mine"])
    for ear in every:
        ear.left.set()
    await until(lambda: all(ear.is_over for ear in every))
    async with asyncio.timeout(_PATIENCE_S):
        while await leases.of_return(house, workspace.id, made["id"]) is not None:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)

    await _kept_by_who_opens_it_anew(stream, people[1 - first], at, made)
    lease = await leases.of_return(house, workspace.id, made["id"])
    assert lease is not None
    put = members.put(house, workspace.id, lease.holder, role=MemberRole.WAREHOUSE)
    await _told_until(put, stream, people[1 - first], f"{at}?since={since}")
