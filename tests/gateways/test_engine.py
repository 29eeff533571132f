"""The engine by itself: the last wall before a connection, and the sockets behind it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import select
import socket
import ssl
import time
from collections.abc import Generator
from ipaddress import ip_address
from pathlib import Path

import pytest

from retour.gateways.egress import BLOCKED_WORDS, Target, check_url, parse_allow
from retour.gateways.engine import Engine
from retour.gateways.exchange import ErrorClass, HttpReply
from retour.gateways.slot import Job, Slot
from tests.gateways.servers import OK, Sink, saying, serving


@contextlib.contextmanager
def running() -> Generator[Engine[Job]]:
    engine: Engine[Job] = Engine(
        user_agent="test",
        ca_file=str(ssl.get_default_verify_paths().cafile),
        connection_life_s=15,
    )
    try:
        yield engine
    finally:
        engine.close()


def job(url: str, *addresses: str) -> Job:
    target = check_url(url, parse_allow("127.0.0.0/8, ::1"))
    assert isinstance(target, Target)
    return Job(
        target=target,
        method="POST",
        lines=[],
        body=b"{}",
        timeout_ms=2000,
        addresses=tuple(ip_address(address) for address in addresses),
    )


def wait(engine: Engine[Job], seconds: float) -> None:
    left = engine.due_at - time.monotonic()
    select.select([engine], [], [], max(0.0, min(seconds, left)))


async def reply_to(engine: Engine[Job], wanted: Job) -> HttpReply:
    engine.add(wanted)
    for _ in range(1000):
        wait(engine, 0.005)
        done = engine.turn()
        if done:
            ((given, reply),) = done
            assert given is wanted
            return reply
        await asyncio.sleep(0)
    raise AssertionError("The exchange never ended.")


async def test_no_socket_is_opened_to_an_address_that_was_not_judged() -> None:
    """Even if everything before had erred: a literal, whose address curl reads by itself."""
    sink = Sink()
    with running() as engine:
        async with serving(sink) as port:
            reply = await reply_to(engine, job(f"http://127.0.0.1:{port}/", "127.0.0.9"))
            known = await reply_to(engine, job(f"http://127.0.0.1:{port}/", "127.0.0.1"))

    assert (ErrorClass.BLOCKED, BLOCKED_WORDS) == (reply.error, reply.detail)
    assert (200, 1) == (known.status, sink.connections)


async def test_curl_never_asks_a_name_server() -> None:
    """The pin decides, though the system would resolve the name otherwise."""
    sink = Sink()
    with running() as engine:
        async with serving(sink) as port:
            lost = await reply_to(engine, job(f"http://localhost:{port}/", "127.0.0.9"))
            found = await reply_to(engine, job(f"http://localhost:{port}/", "127.0.0.1"))

    assert ErrorClass.CONNECT == lost.error
    assert (200, 1) == (found.status, sink.connections)


def test_no_words_of_curls_give_an_address_away() -> None:
    """What a name resolved to is the operator's to see; what was typed is no secret."""
    slot: Slot[Job] = Slot(lambda _fd, _purpose: 0, {})
    words = "certificate of 127.0.0.9 is odd"

    slot.load(job("http://localhost:9000/", "127.0.0.9"))
    by_name = slot.judge(60, words)
    slot.load(job("http://127.0.0.9:9000/", "127.0.0.9"))
    by_address = slot.judge(60, words)

    assert ErrorClass.TLS == by_name.error == by_address.error
    assert "127.0.0.9" not in by_name.detail
    assert words in by_address.detail


def test_what_a_receiver_slips_into_curls_words_is_made_inert() -> None:
    """A certificate may name anything; the attempt log is text, and read in terminals."""
    slot: Slot[Job] = Slot(lambda _fd, _purpose: 0, {})
    slot.load(job("http://127.0.0.9:9000/", "127.0.0.9"))

    detail = slot.judge(60, "name 'b\u00fc\udcff\x1b[31m\n\r\x00\u202e'" + "x" * 9000).detail

    assert "name 'b\u00fc[31m'x" in detail
    assert detail.isprintable()
    assert len(detail) < 300


@pytest.mark.parametrize("mapped", ["::ffff:127.0.0.1"])
async def test_a_mapped_pin_is_the_address_it_maps(mapped: str) -> None:
    """The socket's address and the pin are compared in their canonical form."""
    sink = Sink()
    with running() as engine:
        async with serving(sink) as port:
            reply = await reply_to(engine, job(f"http://127.0.0.1:{port}/", mapped))

    assert 200 == reply.status


async def test_a_new_socket_under_an_old_number_is_watched() -> None:
    """Descriptors are reused; what the kernel watched under a number dies with the socket."""
    with running() as engine:
        for _ in range(20):
            sink = Sink()
            async with serving(sink) as port:
                for _ in range(2):
                    reply = await reply_to(engine, job(f"http://127.0.0.1:{port}/", "127.0.0.1"))
                    assert 200 == reply.status
            spare = socket.socket()
            wait(engine, 0.01)
            engine.turn()
            spare.close()


async def test_a_kept_connection_whose_peer_hung_up_wakes_nobody_twice() -> None:
    """The kernel would tell of it at every turn, for as long as the socket is open."""
    with running() as engine:
        async with serving(saying(OK + b"Content-Length: 0\r\n\r\n")) as port:
            reply = await reply_to(engine, job(f"http://127.0.0.1:{port}/", "127.0.0.1"))
            await asyncio.sleep(0.05)
        began = time.monotonic()
        for _ in range(6):
            wait(engine, 0.05)
            engine.turn()
        took = time.monotonic() - began

    assert 200 == reply.status
    assert took > 0.2


async def test_out_of_descriptors_is_our_own_fault() -> None:
    """The receiver was never called, and is not blamed."""
    with running() as engine:
        before = await reply_to(engine, job("http://127.0.0.1:1/", "127.0.0.1"))
        with no_descriptors_left():
            during = await reply_to(engine, job("http://127.0.0.1:1/", "127.0.0.1"))
        after = await reply_to(engine, job("http://127.0.0.1:1/", "127.0.0.1"))

    assert ["connect", "busy", "connect"] == [str(r.error) for r in (before, during, after)]


@contextlib.contextmanager
def no_descriptors_left() -> Generator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(path.name) for path in Path("/proc/self/fd").iterdir())
    taken: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, hard))
    try:
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.dup(0))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for descriptor in taken:
            os.close(descriptor)
