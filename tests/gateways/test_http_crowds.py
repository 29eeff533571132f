"""The outgoing HTTP client under many requests, impatient callers and sudden endings."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from retour.gateways.egress import parse_allow
from retour.gateways.http import HttpClient, HttpReply, HttpRequest
from tests.gateways.clients import Names, client_with, meaning, to
from tests.gateways.servers import (
    OK,
    Sink,
    never_answer,
    request_of,
    serving,
)

LOOPBACK = parse_allow("127.0.0.0/8, [::1]")


@pytest_asyncio.fixture
async def client() -> AsyncGenerator[HttpClient]:
    async with client_with() as client:
        yield client


# --- How much at once -----------------------------------------------------------------------


async def test_one_host_gets_no_more_connections_than_its_share() -> None:
    """The rest wait their turn and are sent all the same."""
    slow, other = Sink(delay_s=0.1), Sink()
    async with client_with(per_host=3) as client, serving(slow) as port, serving(other) as free:
        waiting = [asyncio.create_task(client.send(to(port))) for _ in range(30)]
        await asyncio.sleep(0.02)
        beside = await client.send(to(free))
        is_first = not all(one.done() for one in waiting)
        replies = await asyncio.gather(*waiting)

    assert {200} == {reply.status for reply in (*replies, beside)}
    assert (3, 30) == (slow.busiest, len(slow.requests))
    assert slow.connections <= 3
    assert is_first


async def test_no_more_than_the_total_are_in_flight() -> None:
    """Over all hosts, and every one of them gets its turn."""
    sink = Sink(delay_s=0.05)
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(client_with(max_in_flight=5, per_host=2))
        ports = [await stack.enter_async_context(serving(sink)) for _ in range(4)]
        replies = await asyncio.gather(*(client.send(to(port)) for port in ports * 10))

    assert {200} == {reply.status for reply in replies}
    assert (5, 40) == (sink.busiest, len(sink.requests))
    hosts = [head.partition(b"Host: ")[2].split()[0] for head, _ in sink.requests]
    assert [10] * 4 == [hosts.count(b"127.0.0.1:%d" % port) for port in ports]


async def test_who_waits_longer_than_its_patience_is_told_it_was_never_sent() -> None:
    """Busy is not a timeout: the receiver has not heard of it."""
    sink = Sink(delay_s=0.4)
    async with client_with(per_host=1) as client, serving(sink) as port:
        first = asyncio.create_task(client.send(to(port)))
        await asyncio.sleep(0.05)
        second = asyncio.create_task(client.send(to(port, timeout_s=0.1)))
        third = asyncio.create_task(client.send(to(port)))

        assert ["200", "busy", "200"] == [
            meaning(r) for r in await asyncio.gather(first, second, third)
        ]
    assert 2 == len(sink.requests)


async def test_hundreds_at_once_are_all_answered_once(client: HttpClient) -> None:
    """More than select could watch, more than are kept alive, each reply to its own caller."""
    answered: list[tuple[int, int | None]] = []
    done = asyncio.Event()

    def take(number: int, reply: HttpReply) -> None:
        answered.append((number, reply.status))
        if len(answered) == 1400:
            done.set()

    sinks = [Sink(delay_s=0.5) for _ in range(14)]
    async with contextlib.AsyncExitStack() as stack:
        ports = [await stack.enter_async_context(serving(sink)) for sink in sinks]
        for number in range(1400):
            request = to(ports[number % 14], f"/{number}")
            client.submit(request, lambda reply, number=number: take(number, reply))
        await asyncio.wait_for(done.wait(), 30)
        await asyncio.sleep(0.05)

    assert [(number, 200) for number in range(1400)] == sorted(answered)
    assert {f"/{n}" for n in range(1400)} == {
        head.split()[1].decode() for sink in sinks for head, _ in sink.requests
    }
    assert sum(sink.busiest for sink in sinks) > 800


async def test_a_mixed_crowd_gets_each_its_own_answer(client: HttpClient) -> None:
    """Connections that die under us, beside some that live, never swap replies."""
    count = 0

    async def moody(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        while True:
            head, _ = await request_of(reader)
            path = head.split()[1]
            count += 1
            if count % 7 == 0:
                return
            writer.write(OK + b"Content-Length: %d\r\n\r\n%s" % (len(path), path))
            await writer.drain()
            if count % 5 == 0:
                return

    async with serving(moody) as port:
        replies = await asyncio.gather(*(client.send(to(port, f"/{n}")) for n in range(700)))

    for number, reply in enumerate(replies):
        assert (reply.status, reply.body) == (200, b"/%d" % number) or reply.error == "closed"
    assert sum(reply.status == 200 for reply in replies) > 400


async def test_a_connection_closed_while_idle_is_replaced(client: HttpClient) -> None:
    """A kept connection whose peer hung up costs nothing but a new one."""
    connections = 0

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await request_of(reader)
        writer.write(OK + b"Content-Length: 0\r\n\r\n")
        await writer.drain()

    async with serving(once) as port:
        for _ in range(5):
            assert 200 == (await client.send(to(port))).status
            await asyncio.sleep(0.02)

    assert 5 == connections


# --- Callers and endings --------------------------------------------------------------------


async def test_a_callers_bug_does_not_lose_the_others_replies(client: HttpClient) -> None:
    """The loop hears of it; the batch goes on."""
    heard: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: heard.append(context["exception"]))
    done: asyncio.Queue[HttpReply] = asyncio.Queue()

    def fail(_reply: HttpReply) -> None:
        raise ZeroDivisionError

    try:
        async with serving(Sink()) as port, asyncio.timeout(5):
            for on_reply in (done.put_nowait, fail, done.put_nowait, fail, done.put_nowait):
                client.submit(to(port), on_reply)
            replies = [await done.get() for _ in "abc"]
            await client.close()
    finally:
        loop.set_exception_handler(None)

    assert [200, 200, 200] == [reply.status for reply in replies]
    assert 2 == len(heard)


async def test_giving_up_waiting_gives_up_nothing_else() -> None:
    """A cancelled caller's request runs on; its place comes free."""
    sink = Sink(delay_s=0.1)
    async with client_with(per_host=1) as client, serving(sink) as port:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.send(to(port)), 0.02)
        assert 200 == (await client.send(to(port))).status

    assert 2 == len(sink.requests)


async def test_closing_answers_everybody_and_leaves_nothing_behind() -> None:
    """In flight, waiting for a place, waiting for a name: all are told, none hangs."""
    names = Names(slow=["127.0.0.1"])
    names.delay_s = 30
    before = _descriptors(), _threads()
    async with serving(never_answer) as port:
        client = HttpClient(allow=LOOPBACK, resolver=names, per_host=2)
        client.start()
        sent = [asyncio.create_task(client.send(to(port, timeout_s=60))) for _ in range(4)]
        sent.append(
            asyncio.create_task(client.send(HttpRequest(url=f"http://slow.example.com:{port}/")))
        )
        await asyncio.sleep(0.1)
        began = time.monotonic()
        await client.close()
        await client.close()
        replies = await asyncio.gather(*sent)
        late = await client.send(to(port))
        took = time.monotonic() - began
    await asyncio.sleep(0.05)

    assert ["canceled"] * 6 == [meaning(reply) for reply in (*replies, late)]
    assert took < 10  # They would have waited for a minute.
    assert before == (_descriptors(), _threads())


async def test_a_bug_in_beginning_is_reported_and_leaves_nobody_waiting() -> None:
    """It must not look like a slow network, and its place is free for the next."""
    reported: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: reported.append(str(context["message"]))
    )
    client = HttpClient(allow=LOOPBACK, ca_file=17, per_host=1)  # pyright: ignore[reportArgumentType] - breaks each handle
    client.start()
    async with serving(Sink()) as port:
        replies = await asyncio.gather(client.send(to(port)), client.send(to(port)))
    await client.close()

    assert ["invalid"] * 2 == [meaning(reply) for reply in replies]
    assert ["A request could not be begun."] * 2 == reported


async def test_many_lives_leave_no_trace() -> None:
    """Start, send, close, fifty times: threads and descriptors come back to where they were."""
    async with serving(Sink()) as port:
        async with client_with() as client:
            await client.send(to(port))
        await asyncio.sleep(0.05)
        before = _descriptors(), _threads()
        for _ in range(50):
            async with client_with() as client:
                assert 200 == (await client.send(to(port))).status
        await asyncio.sleep(0.05)

        assert before == (_descriptors(), _threads())


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _threads() -> int:
    return threading.active_count()
