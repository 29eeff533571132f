"""Servers that are real and behave: badly on purpose, or well while they keep count.

Every behaviour is a coroutine over one connection. Used by the tests of this ring only.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import re
import socket
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter
Behaviour = Callable[[Reader, Writer], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\n"
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


async def request_of(reader: Reader) -> tuple[bytes, bytes]:
    """Read one whole request: its head as it came, and its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    return head, await reader.readexactly(int(length[1])) if length else b""


def saying(*pieces: bytes, pause_s: float = 0.0, then: bytes = b"") -> Behaviour:
    """Answer a request with ``pieces``, then repeat ``then`` for ever."""

    async def behave(reader: Reader, writer: Writer) -> None:
        await request_of(reader)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        while then:
            writer.write(then)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return behave


async def hang_up_at_once(_reader: Reader, _writer: Writer) -> None:
    """Accept and close."""


async def hang_up_after_request(reader: Reader, _writer: Writer) -> None:
    """Read everything, say nothing."""
    await request_of(reader)


async def reset(reader: Reader, writer: Writer) -> None:
    """Break the connection instead of closing it."""
    await request_of(reader)
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    writer.transport.abort()


async def never_answer(reader: Reader, _writer: Writer) -> None:
    """Hold the line."""
    await request_of(reader)
    await asyncio.sleep(60)


async def never_read(_reader: Reader, _writer: Writer) -> None:
    """Accept and look away."""
    await asyncio.sleep(60)


async def answer_early(_reader: Reader, writer: Writer) -> None:
    """Refuse before the request was read."""
    writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()


BOMB = gzip.compress(bytes(10_000_000))
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

MISBEHAVIOURS: dict[str, tuple[Behaviour, str]] = {
    "hangs up at once": (hang_up_at_once, "closed"),
    "hangs up after the request": (hang_up_after_request, "closed"),
    "resets": (reset, "closed"),
    "never answers": (never_answer, "timeout"),
    "never reads": (never_read, "timeout"),
    "refuses early": (answer_early, "413"),
    "redirects": (
        saying(b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
        "301",
    ),
    "asks for patience": (
        saying(b"HTTP/1.1 429 Slow down\r\nRetry-After: 17\r\nContent-Length: 0\r\n\r\n"),
        "429",
    ),
    "fails": (saying(b"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops"), "500"),
    "asks for a password": (
        saying(b"HTTP/1.1 401 No\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n"),
        "401",
    ),
    "drips its body": (
        saying(OK + b"Content-Length: 100\r\n\r\n", then=b"x", pause_s=0.3),
        "timeout",
    ),
    "drips its head": (saying(OK, then=b"X-Drip: 1\r\n", pause_s=0.3), "timeout"),
    "has no end": (saying(OK + b"\r\n", then=b"x" * 65_536), "200"),
    "announces ten gigabytes": (
        saying(OK + b"Content-Length: 10000000000\r\n\r\n", then=b"x" * 65_536),
        "200",
    ),
    "floods headers": (saying(OK, then=b"X-Flood: " + b"y" * 500 + b"\r\n"), "too_large"),
    "sends one endless header": (saying(OK + b"X: ", then=b"y" * 5000), "too_large"),
    "says continue for ever": (saying(then=b"HTTP/1.1 100 Continue\r\n\r\n"), "too_large"),
    "chunks for ever": (saying(CHUNKED, then=b"1\r\nx\r\n" * 64), "200"),
    "extends one chunk for ever": (
        saying(CHUNKED + b"1;", then=b"y" * 5000, pause_s=0.001),
        "timeout",
    ),
    "adds trailers for ever": (
        saying(CHUNKED + b"1\r\nx\r\n0\r\n", then=b"X-T: " + b"y" * 50 + b"\r\n"),
        "too_large",
    ),
    "miscounts a chunk": (saying(CHUNKED + b"zz\r\nx\r\n"), "protocol"),
    "sends a gzip bomb": (
        saying(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB),
        "200",
    ),
    "hides a bomb in its transfer": (
        saying(OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n%x\r\n" % len(BOMB) + BOMB),
        "protocol",
    ),
    "stops in the middle": (saying(OK + b"Content-Length: 100\r\n\r\nhalf"), "closed"),
    "closes after its head": (saying(OK + b"Content-Length: 5\r\n\r\n"), "closed"),
    "speaks another protocol": (saying(b"SSH-2.0-OpenSSH_9.6\r\n"), "protocol"),
    "speaks HTTP/0.9": (saying(b"<html>hello</html>"), "protocol"),
    "has two lengths": (
        saying(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        "protocol",
    ),
    "has a negative length": (saying(OK + b"Content-Length: -1\r\n\r\nab"), "protocol"),
    "has no status": (saying(b"HTTP/1.1 abc\r\nContent-Length: 0\r\n\r\n"), "protocol"),
    "puts NUL in a header": (saying(OK + b"X: a\0b\r\nContent-Length: 0\r\n\r\n"), "protocol"),
    "switches protocols": (
        saying(
            b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n", then=b"\x81\x00", pause_s=1
        ),
        "timeout",
    ),
}
"""What an endpoint does, and what it is called: a status, or the class of an error."""


@contextlib.asynccontextmanager
async def serving(
    behave: Behaviour, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[int]:
    """Serve ``behave`` on each connection; gives the port. Ends every connection afterwards."""
    running: set[asyncio.Task[None]] = set()

    async def connection(reader: Reader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            await behave(reader, writer)
        except (OSError, EOFError, asyncio.CancelledError):
            pass  # The client hung up, or the test is over.
        finally:
            running.discard(task)
            with contextlib.suppress(OSError):
                await _say_goodbye(writer)

    server = await asyncio.start_server(connection, host, port, ssl=tls, backlog=1024)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        await asyncio.sleep(0.02)  # Asyncio loses a socket it accepts while the server closes.
        server.close()
        for task in list(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _say_goodbye(writer: Writer) -> None:
    """Close in good order if the other side lets us, else at once."""
    try:
        writer.close()
        async with asyncio.timeout(1):
            await writer.wait_closed()
    except (TimeoutError, asyncio.CancelledError):
        writer.transport.abort()
        await asyncio.sleep(0)  # The transport closes its socket in the next turn of the loop.


class Sink:
    """A well-behaved receiver that keeps what it got and counts who is there at once."""

    def __init__(self, *, delay_s: float = 0.0, reply: bytes = b"") -> None:
        self.requests: list[tuple[bytes, bytes]] = []
        self.connections = 0
        self.busy = 0
        self.busiest = 0
        self.delay_s = delay_s
        self.reply = reply or OK + b"Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"

    async def __call__(self, reader: Reader, writer: Writer) -> None:
        """Answer one request after another."""
        self.connections += 1
        while True:
            request = await request_of(reader)
            self.busy += 1
            self.busiest = max(self.busiest, self.busy)
            self.requests.append(request)
            await asyncio.sleep(self.delay_s)
            self.busy -= 1
            writer.write(self.reply)
            await writer.drain()


class Authority:
    """A certificate authority of the test's own, with its root in ``ca_file``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test root")])
        root = self._certificate("Test root", key=self._key, is_ca=True)
        self.ca_file = str(folder / "ca.pem")
        Path(self.ca_file).write_bytes(root.public_bytes(serialization.Encoding.PEM))

    def server(self, *names: str, is_expired: bool = False) -> ssl.SSLContext:
        """Make a server's TLS context for ``names``, which may be addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._certificate(*names, key=key, is_expired=is_expired)
        pem = self.folder / f"{names[0].replace(':', '_')}-{is_expired}.pem"
        pem.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context

    def _certificate(
        self,
        *names: str,
        key: ec.EllipticCurvePrivateKey,
        is_ca: bool = False,
        is_expired: bool = False,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        until = now - timedelta(days=1) if is_expired else now + timedelta(days=1)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])]))
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=2))
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
        )
        if not is_ca:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False
            )
        return builder.sign(self._key, hashes.SHA256())


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
