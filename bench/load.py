"""Child: HTTP load over kept connections, each sending its next request when it has its answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from functools import partial
from typing import Any, cast

from bench.children import Questions, answer, run

_END = b"\r\n\r\n"


class Client(asyncio.Protocol):
    """One connection; ``ended`` is set when it has nothing more to ask."""

    def __init__(self, requests: Iterator[bytes], until: float) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.times: list[float] = []
        self.failures: list[bytes] = []
        self._requests = requests
        self._until = until
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask at once."""
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def _next(self) -> None:
        request = next(self._requests, None) if time.monotonic() < self._until else None
        if request is None:
            self.ended.set_result(None)
            self._transport.close()
            return
        self._sent_at = time.monotonic()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Ask again once the answer is whole."""
        self._buffer = buffer = self._buffer + data if self._buffer else data
        head = buffer.find(_END)
        if head < 0:
            return
        place = buffer.lower().find(b"content-length:", 0, head)
        size = int(buffer[place + 15 : buffer.find(b"\r", place)])
        if len(buffer) < head + len(_END) + size:
            return
        self._buffer = b""
        self.times.append(time.monotonic() - self._sent_at)
        if not buffer.startswith(b"HTTP/1.1 200"):
            self.failures.append(buffer)
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count an answer that never came."""
        if not self.ended.done():
            self.failures.append(repr(exc).encode())
            self.ended.set_result(None)


def requests(question: dict[str, Any]) -> Iterator[bytes]:
    """Write one request per return, each once."""
    for number in range(question["first"], question["first"] + question["count"]):
        path = question["path"].format(number)
        yield (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            f"authorization: Bearer {question['token']}\r\ncontent-length: 2\r\n\r\n{{}}"
        ).encode()


async def main(told: dict[str, Any], questions: Questions) -> None:
    """Load whatever port each question names."""
    loop = asyncio.get_running_loop()
    while (question := await questions.next()) is not None:
        began = time.monotonic()
        make = partial(Client, requests(question), began + question["seconds"])
        clients = [
            (await loop.create_connection(make, "127.0.0.1", question["port"]))[1]
            for _ in range(told["connections"])
        ]
        await asyncio.gather(*(client.ended for client in clients))
        times = sorted(one for client in clients for one in client.times)
        failures = [one.decode("latin-1") for client in clients for one in client.failures]
        answer(
            {
                "done": len(times),
                "seconds": time.monotonic() - began,
                "failures": len(failures),
                "first_failure": failures[0] if failures else None,
                "p50_ms": 1000 * times[len(times) // 2],
                "p99_ms": 1000 * times[len(times) * 99 // 100],
            }
        )


if __name__ == "__main__":
    run(main)
