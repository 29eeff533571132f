"""The outgoing HTTP client: what it says, where it goes, and whom it asks for the way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from retour.gateways.egress import BLOCKED_WORDS, is_own, parse_allow
from retour.gateways.http import ErrorClass, HttpClient, HttpRequest
from retour.gateways.resolver import SystemResolver
from tests.gateways.clients import Names, client_with, meaning, to
from tests.gateways.servers import (
    OK,
    Sink,
    saying,
    serving,
)


@pytest_asyncio.fixture
async def client() -> AsyncGenerator[HttpClient]:
    async with client_with() as client:
        yield client


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
        is_first = not any(one.done() for one in slow)
        replies = await asyncio.gather(*slow)
        slow_s = time.monotonic() - began

    assert (200, True) == (quick.status, is_first)
    assert ["dns"] * 10 == [meaning(reply) for reply in replies]
    assert 1.9 < slow_s < 10
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
