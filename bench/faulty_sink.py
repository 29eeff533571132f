"""Child: a receiver with three addresses that fail in their own ways, and a diary of all it got.

``/steady`` takes everything. ``/flaky`` refuses, hangs up or dawdles now and then. ``/outages`` is
away for seconds at a time. Told to heal, all three behave.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from pathlib import Path
from typing import IO, Any, Final, cast

from bench.children import Questions, answer, run

_END: Final = b"\r\n\r\n"
_ID: Final = re.compile(rb"\r\nwebhook-id: ([^\r]+)", re.IGNORECASE)
_LENGTH: Final = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_TAKEN: Final = b"HTTP/1.1 204 No Content\r\n\r\n"
_REFUSED: Final = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"
_REFUSES: Final = 0.05
_HANGS_UP: Final = 0.01
_DAWDLES: Final = 0.02
_DAWDLE_S: Final = 0.4
_OUTAGE_S: Final = 7.0
"""How long an outage lasts, and how long until the next."""


class Diary:
    """Every request with what became of it: when, which address, which event, taken or not."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.is_healed = False

    def write(self, path: str, event: str, *, taken: bool) -> None:
        """Add a line; the order of lines is the order of arrival."""
        self._file.write(f"{time.monotonic():.6f} {path} {event} {int(taken)}\n")

    def flush(self) -> None:
        """Have all of it in the file."""
        self._file.flush()

    def is_away(self, path: str) -> bool:
        """Say whether an address has an outage now."""
        periods = int(time.monotonic() / _OUTAGE_S)
        return not self.is_healed and path == "/outages" and periods % 2 == 1


class Receiver(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, diary: Diary) -> None:
        self._diary = diary
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers go through."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Judge a request once it is whole."""
        self._buffer += data
        head = self._buffer.find(_END)
        if head < 0:
            return
        length = _LENGTH.search(self._buffer, 0, head)
        if len(self._buffer) < head + len(_END) + (int(length[1]) if length else 0):
            return
        event = _ID.search(self._buffer, 0, head)
        path = self._buffer.split(b" ", 2)[1].decode()
        self._buffer = b""
        self._judge(path, event[1].decode() if event else "?")

    def _judge(self, path: str, event: str) -> None:
        chance = random.random() if path == "/flaky" and not self._diary.is_healed else 1.0  # noqa: S311 - plays faults
        if self._diary.is_away(path) or chance < _REFUSES:
            self._diary.write(path, event, taken=False)
            self._transport.write(_REFUSED)
        elif chance < _REFUSES + _HANGS_UP:
            self._diary.write(path, event, taken=False)
            self._transport.close()
        elif chance < _REFUSES + _HANGS_UP + _DAWDLES:
            asyncio.get_running_loop().call_later(_DAWDLE_S, self._take, path, event)
        else:
            self._take(path, event)

    def _take(self, path: str, event: str) -> None:
        self._diary.write(path, event, taken=True)
        if not self._transport.is_closing():
            self._transport.write(_TAKEN)


async def main(told: dict[str, Any], questions: Questions) -> None:
    """Receive until there are no more questions; any question flushes, ``heal`` also heals."""
    with Path(told["diary"]).open("w", encoding="utf-8") as file:  # noqa: ASYNC230 - opened once
        diary = Diary(file)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Receiver(diary), "127.0.0.1", 0, backlog=1024)
        answer({"port": server.sockets[0].getsockname()[1]})
        while (question := await questions.next()) is not None:
            diary.is_healed = diary.is_healed or bool(question.get("heal"))
            diary.flush()
            answer({})
        server.close()


if __name__ == "__main__":
    run(main)
