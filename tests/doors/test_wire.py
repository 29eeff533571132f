"""The application behind the real server on a real socket: what only the wire can do wrong."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING

import pytest_asyncio
import uvicorn

from retour.api import protocol
from retour.api.app import build
from retour.api.limits import BODY_BYTES_MAX

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace


FIRST_S, QUIET_S = 20.0, 0.7
"""How long a first word may take on a full machine, and what follows one."""


class Hurried(protocol.Protocol):
    """The same protocol with less patience."""

    head_timeout_s = 0.3


@contextlib.asynccontextmanager
async def serving(app: Litestar, kind: type[protocol.Protocol]) -> AsyncGenerator[int, None]:
    """Serve on a loopback port as ``retour serve`` does, and give the port."""
    config = uvicorn.Config(app, port=0, http=kind, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    task = asyncio.create_task(server.serve([listening]))
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    yield listening.getsockname()[1]
    server.should_exit = True
    await task


@pytest_asyncio.fixture
async def port(house: House) -> AsyncIterator[int]:
    """The application as it is."""
    async with serving(build(house), protocol.Protocol) as listening:
        yield listening


@pytest_asyncio.fixture
async def hurried(house: House) -> AsyncIterator[int]:
    """The application with limits of time that a test can wait for."""
    async with serving(build(house, body_timeout_s=0.3), Hurried) as listening:
        yield listening


async def exchange(port: int, *parts: bytes, pause_s: float = 0) -> bytes:
    """Send bytes as they are, and read until the other side hangs up or is quiet for a moment."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    got = b""
    with contextlib.suppress(ConnectionError, TimeoutError):
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause_s)
        while chunk := await asyncio.wait_for(reader.read(65536), QUIET_S if got else FIRST_S):
            got += chunk
    writer.close()
    return got


def head(workspace: Workspace, *lines: str, method: str = "POST", path: str = "/returns") -> bytes:
    """Write a request's head with a good key."""
    return "\r\n".join(
        (
            f"{method} /v1/workspaces/{workspace.text}{path} HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {workspace.api_key}",
            *lines,
            "",
            "",
        )
    ).encode()


async def test_a_body_of_five_megabytes_is_refused_before_it_is_read(
    port: int, workspace: Workspace
) -> None:
    """413 as soon as the head is there; the sender can still read it."""
    size = 5_000_000
    got = await exchange(port, head(workspace, f"Content-Length: {size}"))
    assert got.startswith(b"HTTP/1.1 413")
    assert b"application/problem+json" in got
    whole = await exchange(port, head(workspace, f"Content-Length: {size}"), b"x" * size)
    assert whole.startswith(b"HTTP/1.1 413")


async def test_a_body_without_a_length_is_refused_when_it_is_too_large(
    port: int, workspace: Workspace
) -> None:
    """Chunks past the limit are dropped, and the answer comes."""
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    chunks = chunk * (BODY_BYTES_MAX // 0x10000 + 4)
    got = await exchange(port, head(workspace, "Transfer-Encoding: chunked"), chunks, b"0\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 413")


async def test_a_connection_goes_on_after_a_refused_body(port: int, workspace: Workspace) -> None:
    """What was not read of one request is never taken for the next."""
    refused = head(workspace, "Content-Length: 2000000") + b"x" * 2_000_000
    following = head(workspace, method="GET", path="/policies/default")
    got = await exchange(port, refused + following)
    assert got.count(b"HTTP/1.1 413") == 1
    assert got.count(b"HTTP/1.1 200") == 1


async def test_a_head_that_dribbles_in_is_hung_up_on(hurried: int, workspace: Workspace) -> None:
    """Slowloris: a byte now and then does not hold a connection."""
    started_at = time.monotonic()
    sent = head(workspace, method="GET", path="/policies/default")
    got = await exchange(hurried, *(sent[at : at + 1] for at in range(60)), pause_s=0.15)
    assert got == b""
    assert time.monotonic() - started_at < 8  # All of it takes nine.


async def test_a_client_that_says_nothing_is_hung_up_on(hurried: int) -> None:
    """Silence and empty lines are no request."""
    for said in ((), (b"\r\n",) * 20):
        reader, writer = await asyncio.open_connection("127.0.0.1", hurried)
        got = b""
        with contextlib.suppress(ConnectionError):  # It may be gone before we have said it all.
            for part in said:
                writer.write(part)
                await asyncio.sleep(0.02)
            got = await asyncio.wait_for(reader.read(), FIRST_S)
        assert got == b""
        writer.close()


async def test_a_head_without_end_is_hung_up_on(port: int, workspace: Workspace) -> None:
    """Headers are not collected for ever: long before the head's time is up."""
    endless = head(workspace, method="GET", path="/policies/default")[:-2]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    got = b""
    with contextlib.suppress(ConnectionError):  # It may be gone before we have said it all.
        writer.write(endless + (b"X-Filler: " + b"x" * 1000 + b"\r\n") * 100)
        got = await asyncio.wait_for(reader.read(), protocol.Protocol.head_timeout_s / 3)
    assert got == b""
    writer.close()


async def test_a_body_that_dribbles_in_times_out(hurried: int, workspace: Workspace) -> None:
    """408, and the connection ends."""
    got = await exchange(hurried, head(workspace, "Content-Length: 100"), b"{", pause_s=0.1)
    assert got.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in got.lower()


async def test_a_request_in_parts_is_served(port: int, workspace: Workspace) -> None:
    """The limits do not touch a slow but honest client."""
    sent = head(workspace, method="GET", path="/policies/default")
    got = await exchange(port, sent[:40], sent[40:], pause_s=0.1)
    assert got.startswith(b"HTTP/1.1 200")


async def test_head_answers_without_a_body(port: int, workspace: Workspace) -> None:
    """HEAD is GET without the body; its length is still told."""
    got = await exchange(port, head(workspace, method="HEAD", path="/policies/default"))
    assert got.startswith(b"HTTP/1.1 200")
    assert got.endswith(b"\r\n\r\n")
    assert b"content-length: 0" not in got
