"""The one outgoing HTTP client: guarded, pinned, bounded, and the same for every sender.

``HttpClient`` drives an ``Engine`` from the event loop it lives on, as one socket among others.
Everything about waiting is here: resolutions remembered, caps per host and in total. Never here:
retries, signatures, or what a status means.
"""

from __future__ import annotations

import asyncio
import resource
import ssl
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Final

import certifi

from retour.gateways.egress import Allowed, Lookup, Pinned
from retour.gateways.engine import NEVER, Engine
from retour.gateways.exchange import ErrorClass, HttpReply, HttpRequest, failed, header_lines
from retour.gateways.limits import (
    CONNECTION_LIFE_S,
    IN_FLIGHT_MAX,
    PER_HOST_MAX,
    PIN_LIFE_S,
)
from retour.gateways.resolver import SystemResolver
from retour.gateways.routes import Host, Routes
from retour.gateways.slot import Job

__all__ = ["ErrorClass", "HttpClient", "HttpReply", "HttpRequest"]

_DESCRIPTORS_BESIDE: Final = 512
"""Descriptors left for the database, log files and kept connections."""


@dataclass(slots=True, eq=False, kw_only=True)
class _Call(Job):
    """A job with the caller who waits for its reply."""

    host: Host[_Call]
    on_reply: Callable[[HttpReply], None]
    timeout_s: float
    began_at: float


class HttpClient:
    """Sends requests to guarded addresses, many at once, and never raises for what comes of them.

    ``allow`` is the operator's list; ``own_hosts`` are this platform's names, which tenants may not
    call; ``resolver`` replaces the system's name look-up; ``ca_file`` the system's trusted roots.
    All methods belong to the loop that called ``start``. A request beyond ``per_host`` or
    ``max_in_flight`` waits its turn; one that waited longer than its own ``timeout_s`` is answered
    ``busy`` without having been sent.
    """

    def __init__(
        self,
        *,
        allow: Sequence[Allowed] = (),
        max_in_flight: int = IN_FLIGHT_MAX,
        per_host: int = PER_HOST_MAX,
        own_hosts: frozenset[str] = frozenset(),
        resolver: Lookup | None = None,
        ca_file: str | None = None,
        pin_life_s: float = PIN_LIFE_S,
        connection_life_s: int = CONNECTION_LIFE_S,
    ) -> None:
        self._routes: Routes[_Call] = Routes(
            allow=allow,
            own_hosts=own_hosts,
            lookup=resolver or SystemResolver(),
            on_known=self._resume,
            pin_life_s=pin_life_s,
        )
        self._max_in_flight = max_in_flight
        self._per_host = per_host
        self._ca_file = ca_file or _system_ca_file()
        self._connection_life_s = connection_life_s
        self._waiting: deque[_Call] = deque()
        self._in_flight = 0
        self._outbox: list[_Call] = []  # Becomes one batch per turn of the loop.
        self._alarm: asyncio.TimerHandle | None = None
        self._is_closing = False

    def start(self) -> None:
        """Begin on the running loop. Makes room for enough open sockets where the system allows."""
        self._loop = asyncio.get_running_loop()
        self._max_in_flight = min(self._max_in_flight, _room_for(self._max_in_flight))
        self._engine: Engine[_Call] = Engine(
            user_agent=f"Retour/{metadata.version('retour')}",
            ca_file=self._ca_file,
            connection_life_s=self._connection_life_s,
        )
        self._loop.add_reader(self._engine, self._turn)

    async def send(self, request: HttpRequest) -> HttpReply:
        """Send ``request`` and give what came of it; cancelling the wait does not hang up."""
        answer: asyncio.Future[HttpReply] = self._loop.create_future()

        def settle(reply: HttpReply) -> None:
            if not answer.done():
                answer.set_result(reply)

        self.submit(request, settle)
        return await answer

    def submit(self, request: HttpRequest, on_reply: Callable[[HttpReply], None]) -> None:
        """Send ``request``; ``on_reply`` is called once, later, on the loop."""
        route = self._routes.find(request.url)
        if route is None:
            self._refuse(on_reply, ErrorClass.BLOCKED)
            return
        lines = header_lines(request)
        if lines is None:
            self._refuse(on_reply, ErrorClass.INVALID)
            return
        target, host = route
        call = _Call(
            target=target,
            method=request.method,
            lines=lines,
            body=request.body,
            timeout_ms=max(1, int(request.timeout_s * 1000)),
            reply_bytes_max=request.reply_bytes_max,
            is_once=request.is_once,
            host=host,
            on_reply=on_reply,
            timeout_s=request.timeout_s,
            began_at=time.monotonic(),
        )
        self._dispatch(call)

    async def close(self) -> None:
        """Hang up on everybody and answer them ``canceled``. Idempotent."""
        if self._is_closing:
            return
        self._is_closing = True
        for call in (*self._routes.close(), *self._waiting, *self._outbox):
            self._refuse(call.on_reply, ErrorClass.CANCELED)
        self._waiting.clear()
        self._outbox.clear()
        self._loop.remove_reader(self._engine)
        if self._alarm is not None:
            self._alarm.cancel()
        self._deliver(self._engine.abort())
        self._engine.close()

    # --- From request to engine -------------------------------------------------------------

    def _dispatch(self, call: _Call) -> None:
        """Send ``call`` on its way, or let it wait for an address or a place."""
        host = call.host
        if self._is_closing:
            self._refuse(call.on_reply, ErrorClass.CANCELED)
        elif host.believed_until <= time.monotonic():
            host.unresolved.append(call)
            self._routes.ask(host)
        elif not isinstance(host.pins, Pinned):
            self._refuse(call.on_reply, host.pins)
        elif host.busy >= self._per_host:
            host.waiting.append(call)
        elif self._in_flight >= self._max_in_flight:
            self._waiting.append(call)
        else:
            call.addresses = host.pins.addresses
            call.peer = host.peer
            host.busy += 1
            self._in_flight += 1
            if not self._outbox:
                self._loop.call_soon(self._flush)
            self._outbox.append(call)

    def _flush(self) -> None:
        calls, self._outbox = self._outbox, []
        for call in calls:
            try:
                self._engine.add(call)
            except Exception as error:  # noqa: BLE001 - a bug must not look like a slow network
                self._report("A request could not be begun.", error)
                self._deliver([(call, failed(ErrorClass.INVALID))])
        self._turn()

    def _resume(self, host: Host[_Call]) -> None:
        """Send on whoever waited to learn where ``host`` is."""
        calls, host.unresolved = host.unresolved, []
        if host.target.address is None:
            ms_dns = int((time.monotonic() - host.asked_at) * 1000)
            for call in calls:
                call.ms_dns = ms_dns
                call.timeout_ms = max(1, call.timeout_ms - ms_dns)
        for call in calls:
            self._dispatch(call)

    # --- From engine to caller --------------------------------------------------------------

    def _refuse(self, on_reply: Callable[[HttpReply], None], error: ErrorClass) -> None:
        self._loop.call_soon(on_reply, failed(error))

    def _turn(self) -> None:
        """Let the engine go on, and see to it that it is called again in time."""
        if self._is_closing:
            return
        self._deliver(self._engine.turn())
        due_at = self._engine.due_at
        if self._alarm is not None:
            if self._alarm.when() <= due_at:
                return
            self._alarm.cancel()
            self._alarm = None
        if due_at != NEVER:
            self._alarm = self._loop.call_at(due_at, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._turn()

    def _deliver(self, done: Sequence[tuple[_Call, HttpReply]]) -> None:
        """Hand every finished reply to its caller and its place to the next in line."""
        for call, reply in done:
            call.host.busy -= 1
            self._in_flight -= 1
            if call.host.waiting:
                self._admit(call.host.waiting)
            while self._waiting and self._in_flight < self._max_in_flight:
                self._admit(self._waiting)
            try:
                call.on_reply(reply)
            except Exception as error:  # noqa: BLE001 - one caller's bug is not the others' loss
                self._report("A reply could not be taken.", error)

    def _report(self, message: str, error: Exception) -> None:
        self._loop.call_exception_handler({"message": message, "exception": error})

    def _admit(self, waiting: deque[_Call]) -> None:
        """Let the first in line go whose patience has not run out."""
        now = time.monotonic()
        while waiting:
            call = waiting.popleft()
            if now - call.began_at <= call.timeout_s:
                self._dispatch(call)
                return
            self._refuse(call.on_reply, ErrorClass.BUSY)


def _system_ca_file() -> str:
    """Find the system's trusted roots, else those that came with us."""
    return ssl.get_default_verify_paths().cafile or certifi.where()


def _room_for(wanted: int) -> int:
    """Raise this process's limit of open files towards ``wanted``; say how many sockets fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted + _DESCRIPTORS_BESIDE:
        soft = wanted + _DESCRIPTORS_BESIDE
        if hard != resource.RLIM_INFINITY:
            soft = min(soft, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else max(1, soft - _DESCRIPTORS_BESIDE)
