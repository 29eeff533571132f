"""The words in which one HTTP exchange is asked for and answered.

A request and a reply as data, the closed list of ways it can go wrong, and the spelling of headers.
Pure. Never here: sockets (``engine``), or what a failure means for a delivery.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from retour.gateways.egress import BLOCKED_WORDS
from retour.gateways.limits import (
    DETAIL_LENGTH_MAX,
    REPLY_BODY_BYTES_MAX,
    REQUEST_BYTES_MAX,
    REQUEST_HEAD_BYTES_MAX,
    TOTAL_TIMEOUT_S,
)

Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

_METHODS: Final = frozenset(get_args(Method))
_OWN_LINES: Final = ("Accept-Encoding: identity", "Expect:")
"""No compressed reply, hence no bomb; no waiting for leave to send a body."""

_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_STEERING: Final = re.compile(
    r"host|content-length|transfer-encoding|connection|expect|te|trailer|upgrade|keep-alive|cookie"
    r"|accept-encoding|proxy-.*",
    re.IGNORECASE,
)
"""Headers that belong to the connection and are ours alone."""


class ErrorClass(StrEnum):
    """Why no complete reply was had. Stored in the attempt log: words are never renamed."""

    BLOCKED = "blocked"
    """The egress guard said no."""
    INVALID = "invalid"
    """The request itself cannot be said in HTTP; a repetition would fail alike."""
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    CLOSED = "closed"
    """The other side hung up before its reply was complete."""
    PROTOCOL = "protocol"
    """What came back was not HTTP."""
    TOO_LARGE = "too_large"
    BUSY = "busy"
    """Never sent: no place became free in time."""
    CANCELED = "canceled"
    """We hung up, because the client is closing."""


_WORDS: Final = {
    ErrorClass.BLOCKED: BLOCKED_WORDS,
    ErrorClass.INVALID: "The request cannot be said in HTTP. Check its headers and its size.",
    ErrorClass.DNS: "The name has no address. Check its spelling and its DNS records.",
    ErrorClass.CONNECT: "Nothing accepted the connection. Start the receiver or check the port.",
    ErrorClass.TLS: "No trusted TLS connection. Mend the receiver's certificate",
    ErrorClass.TIMEOUT: "The receiver took too long. Let it answer first and work afterwards",
    ErrorClass.CLOSED: "The receiver hung up before its reply was complete",
    ErrorClass.PROTOCOL: "The reply was not HTTP/1.1. Check what listens at this address",
    ErrorClass.TOO_LARGE: "The reply's headers exceed 16 kB. Let the receiver send fewer.",
    ErrorClass.BUSY: "Too many requests wait for this receiver. It was not called.",
    ErrorClass.CANCELED: "This process is stopping and hung up.",
}
_WITH_PHASE: Final = frozenset({ErrorClass.TIMEOUT, ErrorClass.CLOSED})
_WITH_MESSAGE: Final = frozenset({ErrorClass.TLS, ErrorClass.PROTOCOL})


class HttpRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request, exactly as it shall be said.

    ``timeout_s`` is wall time for everything from resolving the name to the last byte; of a reply's
    body at most ``reply_bytes_max`` is read.  ``is_once`` opens a connection of its own: on a kept
    one that turns out dead a request is said again by itself, which may be once too often.
    """

    url: str
    method: Method = "POST"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    timeout_s: float = TOTAL_TIMEOUT_S
    reply_bytes_max: int = REPLY_BODY_BYTES_MAX
    is_once: bool = False


class HttpReply(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one request: either ``status`` or ``error``, never both.

    ``head`` holds the final status line and headers, ``body`` at most the first 16 KiB, or what was
    asked for (``is_truncated`` if there was more). Times are whole milliseconds of each phase,
    ``None`` where it did not happen: no look-up for a literal or remembered address, no connecting
    on a kept one.
    ``detail`` is for people and never names an address; ``peer`` is the address and for operators.
    """

    status: int | None = None
    error: ErrorClass | None = None
    detail: str = ""
    head: bytes = b""
    body: bytes = b""
    is_truncated: bool = False
    peer: str | None = None
    ms_dns: int | None = None
    ms_connect: int | None = None
    ms_tls: int | None = None
    ms_first_byte: int | None = None
    ms_total: int | None = None

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Give the reply's headers in their order, names as sent, values stripped."""
        lines = self.head.decode("latin-1").split("\n")[1:]  # Not at U+0085, as splitlines would.
        pairs = (line.partition(":") for line in lines if ":" in line)
        return tuple((name.strip(" \t\r"), value.strip(" \t\r")) for name, _, value in pairs)

    def header(self, name: str) -> str | None:
        """Give the first value of header ``name``, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


def header_lines(request: HttpRequest) -> list[str] | None:
    """Spell the head of ``request`` line by line, or say by ``None`` that it cannot be said.

    Refused: names that steer the connection, characters that end a line, anything beyond ASCII,
    a head or body beyond the limits.
    """
    if request.method not in _METHODS:
        return None
    lines: list[str] = []
    is_typed = False
    for name, value in request.headers:
        kind = _kind(name)
        if kind == "refused":
            return None
        is_typed = is_typed or kind == "type"
        lines.append(
            f"{name}: {value}" if value.strip(" ") else f"{name};"
        )  # The client's spelling.
    text = "".join(lines)
    if not (text.isascii() and text.isprintable()):
        return None
    if len(request.body) > REQUEST_BYTES_MAX or len(text) > REQUEST_HEAD_BYTES_MAX:
        return None
    lines.extend(_OWN_LINES)
    if not is_typed:
        lines.append("Content-Type:")  # Else the client would call every body a form.
    return lines


@lru_cache(maxsize=1024)
def _kind(name: str) -> Literal["refused", "type", "plain"]:
    """Judge a header's name once; there are only so many of them."""
    if not _NAME.fullmatch(name) or _STEERING.fullmatch(name):
        return "refused"
    return "type" if name.lower() == "content-type" else "plain"


def failed(error: ErrorClass, ms_total: int | None = None) -> HttpReply:
    """Give the reply for a request that never left."""
    return HttpReply(error=error, detail=_WORDS[error], ms_total=ms_total)


def words_of(error: ErrorClass, phase: str, message: str) -> str:
    """Say to people what ``error`` means: the fact, the remedy, then how far things had come."""
    words = _WORDS[error]
    if error in _WITH_PHASE:
        return f"{words} ({phase})."
    if error in _WITH_MESSAGE and message:
        inert = "".join(letter for letter in message[:DETAIL_LENGTH_MAX] if letter.isprintable())
        return f"{words} ({inert})."
    return words if words.endswith(".") else words + "."
