"""The outgoing HTTP client against real servers, most of them hostile."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
import threading
import time
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from retour.gateways.egress import BLOCKED_WORDS, is_own, parse_allow
from retour.gateways.http import ErrorClass, HttpClient, HttpReply, HttpRequest
from retour.gateways.resolver import SystemResolver
from tests.gateways.servers import (
    MISBEHAVIOURS,
    OK,
    Authority,
    Behaviour,
    Sink,
    never_answer,
    request_of,
    saying,
    serving,
)

LOOPBACK = parse_allow("127.0.0.0/8, [::1]")


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


@pytest_asyncio.fixture
async def client() -> AsyncGenerator[HttpClient]:
    async with client_with() as client:
        yield client


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


# --- What is said ---------------------------------------------------------------------------


async def test_a_request_is_said_exactly_as_given(client: HttpClient) -> None:
    """Signed bytes arrive untouched, and nothing is added but what HTTP needs."""
    sink, body = Sink(), bytes(range(256)) * 40
    async with serving(sink) as port:
        reply = await client.send(
            HttpRequest(
                url=f"http://127.0.0.1:{port}/a/../b//c?x=%20&y={{}}",
                headers=(("webhook-id", "msg_1"), ("X-Empty", ""), ("X-Odd", "a: b;c")),
                body=body,
            )
        )

    ((head, received),) = sink.requests
    lines = head.decode().split("\r\n")
    assert body == received
    assert "POST /a/../b//c?x=%20&y={} HTTP/1.1" == lines[0]
    assert {
        f"Host: 127.0.0.1:{port}",
        "User-Agent: Retour/0.1.0",
        "Accept: */*",
        "Accept-Encoding: identity",
        "webhook-id: msg_1",
        "X-Empty:",
        "X-Odd: a: b;c",
        f"Content-Length: {len(body)}",
    } == {line.rstrip() for line in lines[1:] if line}
    assert (200, b"ok") == (reply.status, reply.body)
    assert "text/plain" == reply.header("content-type")
    assert (("Content-Type", "text/plain"), ("Content-Length", "2")) == reply.headers


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_every_method_is_said_in_any_order(client: HttpClient, method: str) -> None:
    """Handles are reused: what one request said must not colour the next."""
    sink = Sink()
    async with serving(sink) as port:
        for name in ("GET", "POST", method, "POST", "PUT", "GET", method):
            body = b"" if name == "GET" else b"body"
            request = HttpRequest(url=f"http://127.0.0.1:{port}/", method=name, body=body)  # pyright: ignore[reportArgumentType] - a name of the list
            assert 200 == (await client.send(request)).status

    said = [(head.split()[0].decode(), body) for head, body in sink.requests]
    names = ["GET", "POST", method, "POST", "PUT", "GET", method]
    assert [(name, b"" if name == "GET" else b"body") for name in names] == said


@pytest.mark.parametrize(
    "header",
    [
        ("Host", "evil"),
        ("content-LENGTH", "0"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "close"),
        ("Expect", "100-continue"),
        ("Proxy-Authorization", "x"),
        ("Accept-Encoding", "gzip"),
        ("Cookie", "a=b"),
        ("X-A", "b\r\nX-Evil: 1"),
        ("X-A", "b\nX-Evil: 1"),
        ("X-A", "b\rX-Evil: 1"),
        ("X-A", "b\0"),
        ("X-A", "b\x7f"),
        ("X-A", "ü"),
        ("X-A", "\u2028"),
        ("X A", "b"),
        ("X-A:", "b"),
        ("", "b"),
        ("X-A\r\nX-Evil", "b"),
        ("X-Ä", "b"),
        ("X-A", "b" * 17_000),
    ],
)
async def test_a_header_that_would_steer_or_split_is_never_sent(
    client: HttpClient, header: tuple[str, str]
) -> None:
    """The doors refuse such headers in words; this wall stands behind them."""
    sink = Sink()
    async with serving(sink) as port:
        reply = await client.send(HttpRequest(url=f"http://127.0.0.1:{port}/", headers=(header,)))

    assert ErrorClass.INVALID == reply.error
    assert 0 == sink.connections


async def test_what_cannot_be_said_is_refused(client: HttpClient) -> None:
    """A body of more than a megabyte, a method that is two lines."""
    sink = Sink()
    async with serving(sink) as port:
        large = await client.send(to(port, body=bytes(1_000_001)))
        largest = await client.send(to(port, body=bytes(1_000_000)))
        url = f"http://127.0.0.1:{port}/"
        split = await client.send(HttpRequest(url=url, method="GET / HTTP/1.1\r\nX: y"))  # pyright: ignore[reportArgumentType] - on purpose

    assert ["invalid", "200", "invalid"] == [meaning(reply) for reply in (large, largest, split)]
    assert 1 == len(sink.requests)


# --- Where it leads -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "https://127.0.0.1:{port}/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://2130706433/",
        "https://localhost/",
        "https://api.retour.example/",
        "https://mixed.example.com/",
        "https://private.example.com/",
        "file:///etc/passwd",
        "",
    ],
)
async def test_a_blocked_address_gets_no_connection_and_one_constant_answer(url: str) -> None:
    """Nobody learns from our words what stands where."""
    names = Names(mixed=["1.1.1.1", "127.0.0.1"], private=["127.0.0.1"])
    sink = Sink()
    async with client_with(resolver=names, allow="") as client, serving(sink) as port:
        reply = await client.send(HttpRequest(url=url.format(port=port)))

    assert (ErrorClass.BLOCKED, BLOCKED_WORDS) == (reply.error, reply.detail)
    assert (None, None, (), 0) == (reply.status, reply.peer, reply.headers, sink.connections)


async def test_a_name_is_reached_at_its_pinned_address_under_its_own_name() -> None:
    """We resolve, curl connects; the Host header stays the name."""
    names, sink = Names(sink=["127.0.0.1"]), Sink()
    async with client_with(resolver=names) as client, serving(sink) as port:
        first = await client.send(HttpRequest(url=f"http://sink.example.com:{port}/"))
        second = await client.send(HttpRequest(url=f"http://sink.example.com:{port}/other"))

    assert (200, "127.0.0.1") == (first.status, first.peer)
    assert (True, True) == (first.ms_dns is not None, second.ms_dns is None)
    assert ["sink.example.com"] == names.asked
    assert 1 == sink.connections
    assert f"Host: sink.example.com:{port}".encode() in sink.requests[0][0]


async def test_a_name_with_several_addresses_is_reached_at_one_that_answers() -> None:
    """All of them have passed, so any of them may be used."""
    names, sink = Names(sink=["127.0.0.9", "127.0.0.8", "127.0.0.1"]), Sink()
    async with client_with(resolver=names) as client, serving(sink) as port:
        reply = await client.send(HttpRequest(url=f"http://sink.example.com:{port}/"))

    assert (200, "127.0.0.1") == (reply.status, reply.peer)


async def test_a_name_that_moves_is_followed_and_one_that_turns_private_is_not() -> None:
    """Rebinding: each address is judged, connected to, and believed for a while only."""
    names, here, there = (
        Names(moving=["127.0.0.1"]),
        Sink(),
        Sink(reply=OK + b"Content-Length: 0\r\n\r\n"),
    )
    async with (
        client_with(
            resolver=names, allow="127.0.0.0/30", pin_life_s=0.05, connection_life_s=1
        ) as client,
        serving(here) as port,
        serving(there, host="127.0.0.2", port=port),
    ):
        request = HttpRequest(url=f"http://moving.example.com:{port}/")
        first = await client.send(request)
        names.records["moving"] = ["127.0.0.2"]
        await asyncio.sleep(2.1)  # The connection's life, in libcurl's whole seconds.
        second = await client.send(request)
        names.records["moving"] = ["127.0.0.77"]
        await asyncio.sleep(0.1)
        third = await client.send(request)

    assert ["127.0.0.1", "127.0.0.2", None] == [r.peer for r in (first, second, third)]
    assert ["200", "200", "blocked"] == [meaning(r) for r in (first, second, third)]
    assert (1, 1) == (len(here.requests), len(there.requests))


async def test_names_share_nothing_but_the_client() -> None:
    """Two names at once on one port are each pinned to their own address."""
    names, here, there = Names(here=["127.0.0.1"], there=["127.0.0.2"]), Sink(), Sink()
    async with (
        client_with(resolver=names) as client,
        serving(here) as port,
        serving(there, host="127.0.0.2", port=port),
    ):
        replies = await asyncio.gather(
            *(
                client.send(HttpRequest(url=f"http://{name}.example.com:{port}/{n}"))
                for n in range(20)
                for name in ("here", "there")
            )
        )

    assert ["127.0.0.1", "127.0.0.2"] * 20 == [reply.peer for reply in replies]
    assert (20, 20) == (len(here.requests), len(there.requests))


async def test_a_literal_after_a_name_is_not_led_by_the_names_pins() -> None:
    """One handle says both, one after the other."""
    names, sink = Names(sink=["127.0.0.1"]), Sink()
    async with client_with(resolver=names) as client, serving(sink) as port:
        for host in ("127.0.0.1", "sink.example.com", "127.0.0.1", "sink.example.com"):
            reply = await client.send(HttpRequest(url=f"http://{host}:{port}/"))
            assert 200 == reply.status

    assert ["sink.example.com"] == names.asked


async def test_the_environment_steers_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No proxy, no .netrc, no curlrc is picked up from whoever starts us."""
    proxy, sink = Sink(), Sink()
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    async with serving(proxy) as proxy_port, serving(sink) as port:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy_port}")
        monkeypatch.setenv("HOME", str(tmp_path))
        async with client_with() as client:
            reply = await client.send(to(port))

    assert (200, 0) == (reply.status, proxy.connections)
    assert b"authorization" not in sink.requests[0][0].lower()


async def test_nothing_is_remembered_from_a_reply(client: HttpClient) -> None:
    """Cookies, alternative services and strict transport are for browsers."""
    reply = (
        OK + b'Set-Cookie: a=b\r\nAlt-Svc: h2=":1"\r\n'
        b"Strict-Transport-Security: max-age=9\r\nContent-Length: 0\r\n\r\n"
    )
    sink = Sink(reply=reply)
    async with serving(sink) as port:
        replies = [await client.send(to(port)) for _ in range(2)]

    assert [200, 200] == [reply.status for reply in replies]
    assert b"cookie" not in sink.requests[1][0].lower()


async def test_a_redirect_is_an_answer_not_a_way() -> None:
    """301 to 308, to anywhere: the second server never hears of us."""
    elsewhere = Sink()
    async with client_with() as client, serving(elsewhere) as other:
        for status in (300, 301, 302, 303, 307, 308):
            answer = (
                b"HTTP/1.1 %d Go\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n"
            )
            async with serving(saying(answer % (status, other))) as port:
                assert status == (await client.send(to(port))).status

    assert 0 == elsewhere.connections


def test_the_machines_own_addresses_are_known() -> None:
    """Whatever is routed to ourselves is ours, public or not."""
    (address,) = (allowed.network.network_address for allowed in parse_allow("127.0.0.1"))
    (elsewhere,) = (allowed.network.network_address for allowed in parse_allow("192.0.2.1"))

    assert is_own(address)
    assert not is_own(elsewhere)


# --- Names that do not resolve --------------------------------------------------------------


async def test_a_name_nobody_knows_is_told_as_such() -> None:
    """And asked for once in a while, not at every attempt."""
    names = Names()
    async with client_with(resolver=names) as client:
        replies = [await client.send(HttpRequest(url="https://gone.example.com/")) for _ in "abc"]

    assert ["dns"] * 3 == [meaning(reply) for reply in replies]
    assert "DNS" in replies[0].detail
    assert 1 == len(names.asked)


async def test_a_dead_name_server_costs_two_seconds_and_only_its_own_name() -> None:
    """Everybody who waits for the name shares one question; other names pass by."""
    names, sink = Names(slow=["127.0.0.1"], quick=["127.0.0.1"]), Sink()
    names.delay_s = 30
    async with client_with(resolver=names) as client, serving(sink) as port:
        began = time.monotonic()
        slow = [
            asyncio.create_task(client.send(HttpRequest(url=f"http://slow.example.com:{port}/")))
            for _ in range(10)
        ]
        await asyncio.sleep(0.1)
        names.delay_s = 0
        quick = await client.send(HttpRequest(url=f"http://quick.example.com:{port}/"))
        quick_s = time.monotonic() - began
        replies = await asyncio.gather(*slow)
        slow_s = time.monotonic() - began

    assert (200, True) == (quick.status, quick_s < 1)
    assert ["dns"] * 10 == [meaning(reply) for reply in replies]
    assert 1.9 < slow_s < 4
    assert ["slow.example.com", "quick.example.com"] == names.asked


async def test_the_systems_resolver_answers_and_fails_in_words() -> None:
    """The real one, with a single thread for several questions."""
    resolver = SystemResolver(threads_max=1)

    known, unknown = await asyncio.gather(
        resolver("localhost"), resolver("nobody.invalid"), return_exceptions=True
    )

    assert isinstance(known, list)
    assert set(known) <= {"127.0.0.1", "::1"}
    assert isinstance(unknown, OSError)


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
    assert took < 3
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
        began = time.monotonic()
        silent, short = await asyncio.gather(
            client.send(to(port, timeout_s=15)), client.send(to(port, timeout_s=0.3))
        )
        took = time.monotonic() - began
        for filler in fillers:
            filler.close()

    assert ["connect", "timeout", "timeout"] == [meaning(r) for r in (refused, silent, short)]
    assert all("while connecting" in reply.detail for reply in (silent, short))
    assert 2 < took < 6


@pytest.mark.parametrize("timeout_s", [0.0, -1.0, 0.0001, 0.2])
async def test_no_timeout_means_no_time_never_for_ever(
    client: HttpClient, timeout_s: float
) -> None:
    """Libcurl reads zero as unlimited; we do not."""
    async with serving(never_answer) as port:
        began = time.monotonic()
        reply = await client.send(to(port, timeout_s=timeout_s))

    assert "timeout" == meaning(reply)
    assert time.monotonic() - began < 2


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


# --- How much at once -----------------------------------------------------------------------


async def test_one_host_gets_no_more_connections_than_its_share() -> None:
    """The rest wait their turn and are sent all the same."""
    slow, other = Sink(delay_s=0.05), Sink()
    async with client_with(per_host=3) as client, serving(slow) as port, serving(other) as free:
        waiting = [asyncio.create_task(client.send(to(port))) for _ in range(30)]
        await asyncio.sleep(0.02)
        began = time.monotonic()
        beside = await client.send(to(free))
        beside_s = time.monotonic() - began
        replies = await asyncio.gather(*waiting)

    assert {200} == {reply.status for reply in (*replies, beside)}
    assert (3, 30) == (slow.busiest, len(slow.requests))
    assert slow.connections <= 3
    assert beside_s < 0.25


async def test_no_more_than_the_total_are_in_flight() -> None:
    """Over all hosts, in the order they came."""
    sinks = [Sink(delay_s=0.05) for _ in range(4)]
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(client_with(max_in_flight=5, per_host=2))
        ports = [await stack.enter_async_context(serving(sink)) for sink in sinks]
        replies = await asyncio.gather(*(client.send(to(port)) for port in ports * 10))

    assert {200} == {reply.status for reply in replies}
    assert all(sink.busiest <= 2 for sink in sinks)
    assert [10] * 4 == [len(sink.requests) for sink in sinks]


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
    assert took < 1
    assert before == (_descriptors(), _threads())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_dead_thread_answers_whom_it_held_and_refuses_more() -> None:
    """A bug in the thread must not look like a slow network."""
    client = HttpClient(allow=LOOPBACK, ca_file=17)  # pyright: ignore[reportArgumentType] - breaks the first handle
    client.start()
    async with serving(Sink()) as port:
        replies = await asyncio.gather(client.send(to(port)), client.send(to(port)))

        assert ["canceled"] * 2 == [meaning(reply) for reply in replies]
        with pytest.raises(RuntimeError, match="Restart"):
            await client.send(to(port))
    await client.close()


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


def _begin_connecting(port: int) -> socket.socket:
    filler = socket.socket()
    filler.settimeout(0)
    with contextlib.suppress(BlockingIOError):
        filler.connect(("127.0.0.1", port))
    return filler


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _threads() -> int:
    return threading.active_count()
