"""The little of ASGI that this door speaks itself: read a bounded body, send one answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from retour.api.limits import BODY_BYTES_MAX, DROP_BYTES_MAX
from retour.api.problems import CONTENT_TYPE, Problem, Stop

Scope = MutableMapping[str, Any]  # As ASGI 3 defines it.
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

JSON: Final = b"application/json"
_CLOSE: Final = ((b"connection", b"close"),)
_BODILESS: Final = frozenset({204, 304})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer, ready to be sent; ``pieces`` are the body of one too large to be held whole.

    ``length`` is theirs, where it is known.
    """

    status: int = 200
    body: bytes = b""
    content_type: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()
    pieces: AsyncGenerator[bytes] | None = None
    length: int | None = None


def problem_reply(problem: Problem, request_id: str) -> Reply:
    """Write a problem as the answer to a request."""
    return Reply(
        status=problem.status,
        body=problem.encode(request_id),
        content_type=CONTENT_TYPE,
        headers=problem.headers,
    )


class Gone(Exception):
    """The client hung up before its body was whole; nobody waits for an answer."""


async def read_body(
    headers: dict[bytes, bytes],
    receive: Receive,
    timeout_s: float,
    bytes_max: int = BODY_BYTES_MAX,
) -> bytes:
    """Read a body whole, within limits of size and time.

    Raises:
        Stop: 408 where it is too slow, 413 where it is too large; what is known to be too large
            beforehand is not read at all.
        Gone: The client hung up.
    """
    announced = headers.get(b"content-length")
    if announced is not None and announced.isdigit() and int(announced[:20]) > bytes_max:
        # What we leave unread the server drops; beyond some size it had better hang up.
        raise _too_large(bytes_max, hang_up=int(announced[:20]) > DROP_BYTES_MAX)
    if announced is None and b"transfer-encoding" not in headers:
        return b""
    try:
        async with asyncio.timeout(timeout_s):
            return await _read_all(receive, bytes_max)
    except TimeoutError as error:
        detail = f"The body did not arrive within {timeout_s:g} s. Send it faster."
        problem = Problem(code="request_timeout", detail=detail, headers=_CLOSE)
        raise Stop(problem) from error


async def _read_all(receive: Receive, bytes_max: int) -> bytes:
    """Collect the parts; past the limit they are only counted, so that our answer can be read."""
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part: bytes = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(part)
        if size <= bytes_max:
            parts.append(part)
        elif size > max(DROP_BYTES_MAX, bytes_max):
            raise _too_large(bytes_max, hang_up=True)
    if size > bytes_max:
        raise _too_large(bytes_max, hang_up=False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large(bytes_max: int, *, hang_up: bool) -> Stop:
    detail = f"The body is larger than {bytes_max} bytes. Send less, in several requests."
    problem = Problem(code="body_too_large", detail=detail, headers=_CLOSE if hang_up else ())
    return Stop(problem)


async def send_reply(
    send: Send,
    reply: Reply,
    extra: list[tuple[bytes, bytes]],
    *,
    is_head: bool = False,
    receive: Receive | None = None,
) -> None:
    """Send an answer with the headers every answer has and those in ``extra``."""
    headers = [(b"x-content-type-options", b"nosniff"), *reply.headers, *extra]
    if reply.pieces is not None:
        headers.append((b"content-type", reply.content_type))
        if reply.length is not None:
            headers.append((b"content-length", b"%d" % reply.length))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await _send_pieces(send, reply, receive, is_head=is_head)
        return
    if reply.body or reply.status not in _BODILESS:
        headers.append((b"content-type", reply.content_type))
        headers.append((b"content-length", b"%d" % len(reply.body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if is_head else reply.body})


async def _send_pieces(send: Send, reply: Reply, receive: Receive | None, *, is_head: bool) -> None:
    """Send a body as it is read, for as long as somebody listens.

    One that ends early is left open, and the server hangs up: its reader sees that it is not whole.
    """
    assert reply.pieces is not None, "a body in pieces has some"
    sent = 0
    async with aclosing(reply.pieces), _listening(receive) as has_left:
        if not is_head:
            async for piece in reply.pieces:
                if has_left():
                    return
                sent += len(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
    if is_head or reply.length in (None, sent):
        await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def _listening(receive: Receive | None) -> AsyncGenerator[Callable[[], bool]]:
    """Watch whether the client hangs up while something is sent."""

    async def hang_up() -> None:
        kind = "http.request"
        while receive is not None and kind != "http.disconnect":
            kind = (await receive())["type"]

    watching = asyncio.create_task(hang_up())
    try:
        yield lambda: receive is not None and watching.done()
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
