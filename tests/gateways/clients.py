"""HTTP clients for the tests of this ring, and a name server in memory."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence

from retour.gateways.egress import parse_allow
from retour.gateways.http import HttpClient, HttpReply, HttpRequest


class Names:
    """A name server in memory, whose answers a test may change at any time."""

    def __init__(self, **records: Sequence[str]) -> None:
        self.records = dict(records)
        self.asked: list[str] = []
        self.delay_s = 0.0

    async def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        await asyncio.sleep(self.delay_s)
        try:
            return self.records[host.partition(".")[0]]
        except KeyError:
            raise OSError("no such name") from None


@contextlib.asynccontextmanager
async def client_with(
    *,
    resolver: Names | None = None,
    allow: str = "127.0.0.0/8, [::1]",
    max_in_flight: int = 1000,
    per_host: int = 100,
    ca_file: str | None = None,
    pin_life_s: float = 15.0,
    connection_life_s: int = 15,
) -> AsyncGenerator[HttpClient]:
    client = HttpClient(
        allow=parse_allow(allow),
        own_hosts=frozenset({"api.retour.example"}),
        resolver=resolver,
        max_in_flight=max_in_flight,
        per_host=per_host,
        ca_file=ca_file,
        pin_life_s=pin_life_s,
        connection_life_s=connection_life_s,
    )
    client.start()
    try:
        yield client
    finally:
        await client.close()


def to(port: int, path: str = "/", *, timeout_s: float = 5.0, body: bytes = b"{}") -> HttpRequest:
    return HttpRequest(
        url=f"http://127.0.0.1:{port}{path}",
        headers=(("Content-Type", "application/json"),),
        body=body,
        timeout_s=timeout_s,
    )


def meaning(reply: HttpReply) -> str:
    """Say a reply in one word: its status or the class of its error, never both."""
    assert (reply.status is None) != (reply.error is None)
    return str(reply.status or reply.error)
