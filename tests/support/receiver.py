"""A receiver of webhooks that keeps what it got and answers as it is told: the oracle outside.

Raw asyncio, one protocol per connection, keep-alive, no parsing beyond what a request needs.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

_REASONS: Final = {200: "OK", 204: "No Content", 410: "Gone", 429: "Too Many", 500: "Oh No"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request as it arrived."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float  # Of the loop's clock.

    @property
    def id(self) -> str:
        """The message's id."""
        return self.headers["webhook-id"]

    @property
    def sequence(self) -> int:
        """The message's place in its return."""
        return int(self.headers["webhook-sequence"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to say to a request, and after how long; status 0 hangs up instead."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    after_s: float = 0.0


Judge = Callable[[Received], Answer]
OK: Final = Answer()


class Receiver:
    """Keeps every request; answers 204 until told otherwise."""

    def __init__(self) -> None:
        self.got: list[Received] = []
        self.taken: list[Received] = []  # Those it answered 2xx.
        self.judge: Judge = lambda _: OK
        self.open_requests = 0
        self.port = 0
        self._changed = asyncio.Event()

    def url(self, path: str = "/hook") -> str:
        """Where to send to."""
        return f"http://127.0.0.1:{self.port}{path}"

    def answers(self, *statuses: int) -> None:
        """Answer with these statuses in turn, the last one for ever."""
        left = list(statuses)

        def judge(_: Received) -> Answer:
            return Answer(status=left.pop(0) if len(left) > 1 else left[0])

        self.judge = judge

    def by_path(self) -> dict[str, list[Received]]:
        """What was taken, by path."""
        found: dict[str, list[Received]] = defaultdict(list)
        for one in self.taken:
            found[one.path].append(one)
        return found

    async def until(self, done: Callable[[], bool], *, within_s: float = 20.0) -> None:
        """Wait until ``done`` says so; fails after ``within_s``."""
        async with asyncio.timeout(within_s):
            while not done():
                self._changed.clear()
                try:
                    async with asyncio.timeout(0.05):
                        await self._changed.wait()
                except TimeoutError:
                    continue

    @staticmethod
    async def pause(seconds: float) -> None:
        """Let things happen."""
        await asyncio.sleep(seconds)

    async def receive(self, received: Received, connection: _Connection) -> None:
        """Keep one request and answer it."""
        self.got.append(received)
        answer = self.judge(received)
        self.open_requests += 1
        if answer.after_s:
            await asyncio.sleep(answer.after_s)
        self.open_requests -= 1
        if 200 <= answer.status < 300:
            self.taken.append(received)
        self._changed.set()
        connection.answer(answer)


class _Connection(asyncio.Protocol):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._buffer = b""
        self._tasks: set[asyncio.Task[None]] = set()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            lines = self._buffer[:end].decode("latin-1").split("\r\n")
            pairs = (line.partition(":") for line in lines[1:])
            headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
            length = int(headers.get("content-length", "0"))
            start = end + 4
            if len(self._buffer) < start + length:
                return
            body = self._buffer[start : start + length]
            self._buffer = self._buffer[start + length :]
            loop = asyncio.get_running_loop()
            received = Received(
                path=lines[0].split(" ")[1], headers=headers, body=body, at=loop.time()
            )
            task = loop.create_task(self._receiver.receive(received, self))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def answer(self, answer: Answer) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if answer.status == 0:
            transport.abort()
            return
        reason = _REASONS.get(answer.status, "Other")
        lines = [f"HTTP/1.1 {answer.status} {reason}", f"Content-Length: {len(answer.body)}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + answer.body)


@asynccontextmanager
async def receiving(port: int = 0) -> AsyncGenerator[Receiver]:
    """Have a receiver for as long as the block lasts."""
    receiver = Receiver()
    loop = asyncio.get_running_loop()
    connections: list[_Connection] = []

    def connect() -> _Connection:
        connections.append(_Connection(receiver))
        return connections[-1]

    server = await loop.create_server(connect, "127.0.0.1", port)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for connection in connections:
            connection.answer(Answer(status=0))
