"""Child: a receiver that answers 204 to everything, counts, and remembers one request."""

from __future__ import annotations

import asyncio
import base64
import time
from typing import Any, cast

from bench.children import Questions, answer, run

_END = b"\r\n\r\n"
_OK = b"HTTP/1.1 204 No Content\r\n\r\n"


class Counting:
    """What all connections have received together."""

    def __init__(self) -> None:
        self.count = 0
        self.last = b""


class Receiver(asyncio.Protocol):
    """One connection; it looks for where a request ends, and for nothing else."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers go through."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole."""
        buffer = self._buffer + data if self._buffer else data
        head = buffer.find(_END)
        while head >= 0:
            place = buffer[:head].lower().find(b"\r\ncontent-length:")
            size = int(buffer[place + 17 : head].partition(b"\r")[0]) if place >= 0 else 0
            end = head + len(_END) + size
            if len(buffer) < end:
                break
            self._counting.last = buffer[:end]
            self._counting.count += 1
            self._transport.write(_OK)
            buffer = buffer[end:]
            head = buffer.find(_END)
        self._buffer = buffer


async def main(told: dict[str, Any], questions: Questions) -> None:
    """Receive until there are no more questions."""
    del told
    counting = Counting()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Receiver(counting), "127.0.0.1", 0, backlog=1024)
    answer({"port": server.sockets[0].getsockname()[1]})
    while await questions.next() is not None:
        last = base64.b64encode(counting.last).decode()
        answer({"count": counting.count, "at": time.monotonic(), "last": last})
    server.close()


if __name__ == "__main__":
    run(main)
