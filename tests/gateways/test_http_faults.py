"""The outgoing HTTP client against servers that misbehave and certificates that prove nothing."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from retour.gateways.http import HttpClient, HttpRequest
from tests.gateways.clients import Names, client_with, meaning, to
from tests.gateways.servers import (
    MISBEHAVIOURS,
    OK,
    Authority,
    Behaviour,
    Sink,
    never_answer,
    saying,
    serving,
)


@pytest_asyncio.fixture
async def client() -> AsyncGenerator[HttpClient]:
    async with client_with() as client:
        yield client


# --- Misbehaviour ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", MISBEHAVIOURS)
async def test_misbehaviour_ends_in_time_in_few_bytes_and_in_one_word(name: str) -> None:
    """Three at once of each; then the same client still serves the honest."""
    behave, expected = MISBEHAVIOURS[name]
    before = _resident_bytes()
    async with client_with() as client, serving(behave) as port, serving(Sink()) as honest:
        began = time.monotonic()
        replies = await asyncio.gather(*(client.send(to(port, timeout_s=1)) for _ in "abc"))
        took = time.monotonic() - began
        after = await client.send(to(honest))

    assert [expected] * 3 == [meaning(reply) for reply in replies]
    assert took < 10  # Each would go on for a minute, or for ever.
    assert all(len(reply.body) <= 16_384 and len(reply.head) <= 16_384 for reply in replies)
    assert all(len(reply.detail) < 500 for reply in replies)
    assert _resident_bytes() - before < 100_000_000
    assert 200 == after.status


async def test_a_long_body_is_cut_and_still_a_success(client: HttpClient) -> None:
    """2xx was said; how much was said after it is not our business."""
    for length, is_truncated in ((16_383, False), (16_384, False), (16_385, True), (99_999, True)):
        answer = OK + b"Content-Length: %d\r\n\r\n" % length + b"x" * length
        async with serving(saying(answer)) as port:
            reply = await client.send(to(port))

        assert (200, is_truncated) == (reply.status, reply.is_truncated)
        assert b"x" * min(length, 16_384) == reply.body


async def test_retry_after_is_there_for_whoever_reads_it(client: HttpClient) -> None:
    """Interim replies leave no trace in the head that is kept."""
    answer = (
        b"HTTP/1.1 103 Early Hints\r\nRetry-After: 1\r\n\r\n"
        b"HTTP/1.1 429 Slow\r\nRETRY-after:  17 \r\nContent-Length: 0\r\n\r\n"
    )
    async with serving(saying(answer)) as port:
        reply = await client.send(to(port))

    assert (429, "17") == (reply.status, reply.header("Retry-After"))
    assert (None, b"HTTP/1.1 429 Slow") == (reply.header("X"), reply.head.splitlines()[0])


async def test_odd_bytes_in_a_head_stay_in_their_line(client: HttpClient) -> None:
    """What some call a line end is none in HTTP."""
    answer = b"HTTP/1.1 200 \xff\r\nX: a\x85Retry-After: 1\x1cY: 2\r\nZ:\xe9 \r\n\r\n"
    async with serving(saying(answer)) as port:
        reply = await client.send(to(port))

    assert (("X", "a\x85Retry-After: 1\x1cY: 2"), ("Z", "\xe9")) == reply.headers
    assert reply.header("Retry-After") is None


async def test_a_refused_connection_and_a_silent_one(client: HttpClient) -> None:
    """The one fails at once, the other after the connection's own three seconds."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        refused_port = listening.getsockname()[1]
    refused = await client.send(to(refused_port))

    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        fillers = [_begin_connecting(port) for _ in range(4)]  # Beyond its queue, SYNs are dropped.
        short = await client.send(to(port, timeout_s=0.3))
        began = time.monotonic()
        silent = await client.send(to(port, timeout_s=15))  # On a socket of the same number.
        took = time.monotonic() - began
        for filler in fillers:
            filler.close()

    assert ["connect", "timeout", "timeout"] == [meaning(r) for r in (refused, silent, short)]
    assert all("while connecting" in reply.detail for reply in (silent, short))
    assert 2 < took < 10


@pytest.mark.parametrize("timeout_s", [0.0, -1.0, 0.0001, 0.2])
async def test_no_timeout_means_no_time_never_for_ever(
    client: HttpClient, timeout_s: float
) -> None:
    """Libcurl reads zero as unlimited; we do not."""
    async with serving(never_answer) as port:
        began = time.monotonic()
        reply = await client.send(to(port, timeout_s=timeout_s))

    assert "timeout" == meaning(reply)
    assert time.monotonic() - began < 10


# --- TLS ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


async def test_a_trusted_name_is_reached_at_its_pinned_address(authority: Authority) -> None:
    """The certificate is verified for the name, not for the address."""
    names, sink = Names(shop=["127.0.0.1"]), Sink()
    tls = authority.server("shop.example.com")
    async with (
        client_with(resolver=names, ca_file=authority.ca_file) as client,
        serving(sink, tls=tls) as port,
    ):
        first = await client.send(HttpRequest(url=f"https://shop.example.com:{port}/"))
        second = await client.send(HttpRequest(url=f"https://shop.example.com:{port}/"))

    assert (200, 200, 1) == (first.status, second.status, sink.connections)
    assert (True, True) == (first.ms_tls is not None, second.ms_tls is None)


@pytest.mark.parametrize("fault", ["another name", "expired", "unknown root", "no TLS", "address"])
async def test_a_certificate_that_proves_nothing_ends_the_attempt(
    authority: Authority, tmp_path: Path, fault: str
) -> None:
    """There is no switch, for anybody, to look the other way; not a byte of the request is sent."""
    names, sink = Names(shop=["127.0.0.1"]), Sink()
    tls = {
        "another name": authority.server("other.example.com"),
        "expired": authority.server("shop.example.com", is_expired=True),
        "unknown root": Authority(tmp_path).server("shop.example.com"),
        "no TLS": None,
        "address": authority.server("shop.example.com"),
    }[fault]
    host = "127.0.0.1" if fault == "address" else "shop.example.com"
    behave: Behaviour = saying(OK) if tls is None else sink
    async with (
        client_with(resolver=names, ca_file=authority.ca_file) as client,
        serving(behave, tls=tls) as port,
    ):
        reply = await client.send(HttpRequest(url=f"https://{host}:{port}/", timeout_s=1.5))

    assert reply.error in ({"timeout", "tls", "closed"} if tls is None else {"tls"})
    assert "127.0.0.1" not in reply.detail or host == "127.0.0.1"
    assert [] == sink.requests


async def test_a_stalled_handshake_is_told_as_one(authority: Authority) -> None:
    """The phase is in the words."""
    async with client_with(ca_file=authority.ca_file) as client, serving(never_answer) as port:
        reply = await client.send(HttpRequest(url=f"https://127.0.0.1:{port}/", timeout_s=0.5))

    assert "timeout" == meaning(reply)
    assert "in the TLS handshake" in reply.detail


def _begin_connecting(port: int) -> socket.socket:
    filler = socket.socket()
    filler.settimeout(0)
    with contextlib.suppress(BlockingIOError):
        filler.connect(("127.0.0.1", port))
    return filler


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()
