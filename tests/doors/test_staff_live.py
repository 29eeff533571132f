"""What is new, told to open pages: all of a process by one look, however slowly one reads."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import pytest_asyncio

from retour.api.app import build
from retour.desk.agents import leases, novelties
from retour.desk.people import sessions
from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from retour.screens.staff.work import live
from retour.store.database import Database
from tests.doors.staff_story import Browser, member, somebody
from tests.support.running import order_body

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Collection, Mapping
    from datetime import datetime

    import pytest
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Client
    from tests.support.pg import Workspace

_PAGES = 6
_LOOKS = 8
_PATIENCE_S = 60


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return build(house, extra=staff.routes(house))


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


def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count looks and transactions from now on."""
    counts, look, transaction = Counter[str](), novelties.look, Database.transaction

    async def counted_look(
        house: House, workspace_id: int, after: Mapping[str | None, datetime], ids: Collection[str]
    ) -> novelties.News:
        counts["looks"] += 1
        counts["things"] += len(after) + len(ids)
        return await look(house, workspace_id, after, ids)

    @asynccontextmanager
    async def counted_transaction(self: Database, workspace_id: int) -> AsyncGenerator[Any]:
        counts["transactions"] += 1
        async with transaction(self, workspace_id) as connection:
            yield connection

    monkeypatch.setattr(novelties, "look", counted_look)
    monkeypatch.setattr(Database, "transaction", counted_transaction)
    return counts


async def _asked(shop: Client, number: str) -> dict[str, Any]:
    await shop.ask("PUT", f"/orders/{number}", order_body(9))
    line = {"line": "1", "quantity": 1, "reason": "Torn"}
    made: dict[str, Any] = await shop.ask(
        "POST", "/returns", {"order_number": number, "lines": [line]}
    )
    return made


async def test_pages_are_looked_at_together(
    app: Litestar,
    house: House,
    workspace: Workspace,
    shop: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two people with six pages each cost what one costs; a page that never reads holds nobody."""
    monkeypatch.setattr(live, "LOOK_S", 0.05)
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
            ear.listen(app, browser, at + shown)
    every = [ear for mine in ears for ear in mine]
    await until(lambda: all(ear.said for ear in every))
    more = Ear()
    more.listen(app, people[0], f"{at}?since={since}")
    await until(lambda: more.is_over)
    assert more.status == 204, "a seventh page of one person is told that nobody can be told more"

    for mine in ears:
        assert mine[1].said[0] == {"new": 1}
        assert mine[2].said[0] == {"new": 0}
        assert mine[5].said[0]["changed"] == 0
    holders = [mine[3].said[-1]["mine"] for mine in ears]
    assert sorted(holders) == [False, True], "one has it open"
    first = holders.index(True)

    counts = counted(monkeypatch)
    await until(lambda: counts["looks"] >= _LOOKS)
    # Sessions and the workspace, each once; what is known of a workspace is read anew each second.
    looks, transactions = counts["looks"], counts["transactions"]
    seconds = looks * live.LOOK_S + 1
    assert transactions <= 2 * (looks + 1) + 2 * seconds + 2, counts
    assert counts["things"] == 4 * looks, "each look is for all: two lists and two returns"
    monkeypatch.undo()
    monkeypatch.setattr(live, "LOOK_S", 0.05)

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
