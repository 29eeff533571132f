"""A sandbox's ChannelEngine, kept in the database: answers our own client, and anybody else's.

Our connector reaches it without leaving the house, by the same requests that would leave it
otherwise; programs outside reach it over HTTP, below ``/sandbox/channelengine/<workspace>/api``.
Calls of one workspace take turns.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from retour.gateways.exchange import ErrorClass, HttpReply
from retour.kernel.ids import workspace_number, workspace_text
from retour.sandbox.channelengine.answers import ENCODE
from retour.sandbox.channelengine.scenarios import Happened, Scenario, begin, happen
from retour.sandbox.channelengine.world import World
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from retour.gateways.exchange import HttpRequest
    from retour.sandbox.channelengine.answers import JSON
    from retour.store.database import Database

T = TypeVar("T")
_SQL: Final = named("sandbox_channelengine")
_PATH: Final = re.compile(r"/(?P<workspace>ws_[0-9a-z]+)(?P<target>/api/.*)")
BODY_BYTES_MAX: Final = 262_144
_ASGIMessage = dict[str, Any]
_NOWHERE: Final = b'{"StatusCode":404,"Success":false,"Message":"No such account."}'


class PracticeChannelEngine:
    """One account for each sandbox; live workspaces have none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def send(self, request: HttpRequest) -> HttpReply:
        """Carry a request of our own client; never raises for what is asked."""
        split = urlsplit(request.url)
        target = f"{split.path}?{split.query}" if split.query else split.path
        answered = await self._answered(request.method, target, request.body)
        if answered is None:
            why = "The practice ChannelEngine hung up before it answered."
            return HttpReply(error=ErrorClass.CLOSED, detail=why)
        status, headers, body = answered
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        head = f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode("latin-1")
        return HttpReply(status=status, head=head, body=body)

    async def _answered(
        self, method: str, target: str, body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes] | None:
        """Answer a request by its path; None hangs up."""
        found = _PATH.search(target)
        workspace_id = None if found is None else workspace_number(found["workspace"])
        if found is None or workspace_id is None:
            return 404, [], _NOWHERE

        def answer(world: World) -> tuple[int, list[tuple[str, str]], bytes] | None:
            answered = world.answer(method, found["target"], body)
            if answered is None:
                return None
            status, said = answered
            return status, world.headers(status), ENCODE.encode(said)

        turn = await self._turn(workspace_id, answer)
        return (404, [], _NOWHERE) if isinstance(turn, _NoAccount) else turn

    async def look(self, workspace_id: int, public_base: str) -> JSON | None:
        """Say how a sandbox's account is reached, and what is in it; None: it is no sandbox's."""

        def look(world: World) -> JSON:
            return {
                "tenant": "retour-sandbox",
                "api_key": min(world.keys),
                "url": f"{public_base}/sandbox/channelengine/{workspace_text(workspace_id)}/api",
                "orders": len(world.orders),
                "returns": len(world.returned_there),
                "webhooks": [one["Url"] for one in world.webhooks.values() if one["IsActive"]],
            }

        turn = await self._turn(workspace_id, look)
        return None if isinstance(turn, _NoAccount) else turn

    async def ledger(
        self, workspace_id: int, *, after: int = 0, limit: int = 200
    ) -> tuple[list[JSON], int | None]:
        """Give what the account booked behind a place, kind by kind, and the next place."""
        turn = await self._turn(workspace_id, lambda world: world.ledger)
        booked = [] if isinstance(turn, _NoAccount) else turn
        more = after + limit if len(booked) > after + limit else None
        return booked[after : after + limit], more

    async def happen(self, workspace_id: int, asked: Scenario) -> Happened | None:
        """Let something happen there; None: it is no sandbox's.

        Raises:
            Invalid: There is no such return, or no room for another.
        """
        turn = await self._turn(workspace_id, lambda world: happen(world, asked))
        return None if isinstance(turn, _NoAccount) else turn

    async def _turn(self, workspace_id: int, act: Callable[[World], T]) -> T | _NoAccount:
        """Do something with a workspace's account while nobody else does."""
        async with self._database.transaction(workspace_id) as connection:
            row = await connection.fetchrow(_SQL["hold_account"], workspace_id)
            if row is None:
                first = World(now=await connection.fetchval(_SQL["account_now"]))
                begin(first)
                await connection.execute(_SQL["make_account"], workspace_id, first.dump())
                row = await connection.fetchrow(_SQL["hold_account"], workspace_id)
            if row is None:
                return _NoAccount()
            world = World.load(row["body"], row["now"])
            done = act(world)
            await connection.execute(_SQL["keep_account"], workspace_id, world.dump())
        return done

    async def __call__(
        self,
        scope: _ASGIMessage,
        receive: Callable[[], Awaitable[_ASGIMessage]],
        send: Callable[[_ASGIMessage], Awaitable[None]],
    ) -> None:
        """Serve one request of somebody else's client."""
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more and len(body) <= BODY_BYTES_MAX:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        target = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode("latin-1")
        answered = await self._answered(scope["method"], target, body[:BODY_BYTES_MAX])
        # Who hangs up in the middle of HTTP leaves the caller without an answer; a gateway says so.
        status, headers, said = answered or (504, [], b"")
        headers = headers or [("content-type", "application/json")]
        raw = [  # The server in front of us dates its answers itself.
            (name.encode(), value.encode("latin-1")) for name, value in headers if name != "date"
        ]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": said})


class _NoAccount:
    """There is none: the workspace is no sandbox."""
