"""The server's protocol with a clock and a size on request heads, which uvicorn leaves open.

``wiring`` hands it to uvicorn as ``http=Protocol``, with ``timeout_keep_alive`` for idle
connections; bodies have their own limits in ``asgi``.  A client that says nothing, too little or
too much of a head is hung up on; it never was a request.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from retour.api.limits import HEAD_BYTES_MAX, HEAD_TIMEOUT_S


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 by httptools; a head has ``head_timeout_s`` and ``HEAD_BYTES_MAX``."""

    head_timeout_s = HEAD_TIMEOUT_S
    _head_timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _is_in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Start the clock of the first head with the connection itself."""
        super().connection_made(transport)
        self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock with the connection."""
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a head; hang up where it is too much."""
        if self._is_in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if not self._is_in_head or not self._head_bytes:
            return
        if self._head_bytes > HEAD_BYTES_MAX:
            self._hang_up()
        elif self._head_timer is None:  # Empty lines before a head count as one.
            self._start_clock()

    def on_headers_complete(self) -> None:
        """Stop the clock: the head is whole."""
        self._stop_clock()
        self._is_in_head = False
        self._head_bytes = 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Take what comes next for a head."""
        self._is_in_head = True
        self._head_bytes = 0
        super().on_message_complete()

    def on_message_begin(self) -> None:
        """Start the clock, where the connection or an empty line has not."""
        super().on_message_begin()
        if self._head_timer is None:
            self._start_clock()

    def _start_clock(self) -> None:
        self._head_timer = self.loop.call_later(self.head_timeout_s, self._hang_up)

    def _stop_clock(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _hang_up(self) -> None:
        self._stop_clock()
        transport: Any = self.transport
        if transport is not None and not transport.is_closing():
            transport.close()
