"""The sandbox's ChannelEngine over HTTP on loopback, as a process of its own would be."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from retour.sandbox.channelengine.answers import ENCODE, KEY, REASONS, STATUSES
from retour.sandbox.channelengine.world import World

__all__ = ["ENCODE", "KEY", "REASONS", "STATUSES", "ChannelEngineServer", "channelengine_running"]


@dataclass
class ChannelEngineServer(World):
    """A world that answers requests; nothing of it is kept."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    port: int = 0

    @property
    def url(self) -> str:
        """Give the address that stands for a tenant's API."""
        return f"http://127.0.0.1:{self.port}/api"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests on one connection."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.strip().split("\r\n")
                headers = {
                    name.strip().lower(): value.strip()
                    for name, _, value in (line.partition(":") for line in lines)
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                method, target, _ = first.split(" ")
                answer = self.answer(method, target, body)
                if answer is None:
                    break
                writer.write(self._reply(*answer))
                await writer.drain()
        writer.close()

    def _reply(self, status: int, said: dict[str, object]) -> bytes:
        text = ENCODE.encode(said)
        lines = [*self.headers(status), ("content-length", str(len(text)))]
        head = "".join(f"{name}: {value}\r\n" for name, value in lines)
        return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + text


@contextlib.asynccontextmanager
async def channelengine_running() -> AsyncGenerator[ChannelEngineServer]:
    """Run one on loopback."""
    running = ChannelEngineServer()
    server = await asyncio.start_server(running.serve, "127.0.0.1", 0)
    running.port = server.sockets[0].getsockname()[1]
    async with server:
        yield running
