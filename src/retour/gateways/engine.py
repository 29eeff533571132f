"""Many HTTP exchanges at once, driven by libcurl over one epoll; synchronous, for one thread.

``Engine`` takes jobs whose addresses are already judged and pinned, and gives back replies. It
connects to nothing that is not pinned: libcurl is told the addresses, and every socket it asks for
is compared with them once more. Never here: threads, event loops, resolving, or caps (``http``).
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, Generic, TypeVar

import pycurl

from retour.gateways.egress import Address, Target, canonical
from retour.gateways.exchange import ErrorClass, HttpReply, words_of
from retour.gateways.limits import (
    CONNECT_TIMEOUT_S,
    CONNECTION_LIFE_S,
    EVENTS_PER_WAKE_MAX,
    IDLE_CONNECTIONS_MAX,
    REPLY_BODY_BYTES_MAX,
    REPLY_HEAD_BYTES_MAX,
    TLS_TIMEOUT_S,
)

_MASKS: Final = {
    0: 0,
    pycurl.POLL_IN: select.EPOLLIN,
    pycurl.POLL_OUT: select.EPOLLOUT,
    pycurl.POLL_INOUT: select.EPOLLIN | select.EPOLLOUT,
}
_BEYOND_OUT: Final = ~select.EPOLLOUT
_STOP: Final = 0
"""What a callback answers to make libcurl hang up: fewer bytes than it was given."""
_SYN_RETRIES: Final = 1
"""One second, then two: an address that never answers is given up after CONNECT_TIMEOUT_S."""
_STATUS: Final = pycurl.RESPONSE_CODE
_PEER: Final = pycurl.PRIMARY_IP
_NEW_CONNECTIONS: Final = pycurl.NUM_CONNECTS
_CONNECTED_US: Final = pycurl.CONNECT_TIME_T
_SECURED_US: Final = pycurl.APPCONNECT_TIME_T
_SENT_US: Final = pycurl.PRETRANSFER_TIME_T
_FIRST_BYTE_US: Final = pycurl.STARTTRANSFER_TIME_T
_TOTAL_US: Final = pycurl.TOTAL_TIME_T
_BODY_KEPT_BYTES: Final = 65_536

_CLASSES: Final = {
    pycurl.E_URL_MALFORMAT: ErrorClass.INVALID,
    pycurl.E_COULDNT_RESOLVE_HOST: ErrorClass.DNS,
    pycurl.E_COULDNT_CONNECT: ErrorClass.CONNECT,
    pycurl.E_OPERATION_TIMEDOUT: ErrorClass.TIMEOUT,
    pycurl.E_SSL_CONNECT_ERROR: ErrorClass.TLS,
    pycurl.E_PEER_FAILED_VERIFICATION: ErrorClass.TLS,
    pycurl.E_SSL_CACERT_BADFILE: ErrorClass.TLS,
    pycurl.E_SSL_CERTPROBLEM: ErrorClass.TLS,
    pycurl.E_SSL_CIPHER: ErrorClass.TLS,
    pycurl.E_GOT_NOTHING: ErrorClass.CLOSED,
    pycurl.E_SEND_ERROR: ErrorClass.CLOSED,
    pycurl.E_RECV_ERROR: ErrorClass.CLOSED,
    pycurl.E_PARTIAL_FILE: ErrorClass.CLOSED,
}


@dataclass(slots=True, eq=False)
class Job:
    """One exchange to be made: what to say, and the judged addresses it may be said to."""

    target: Target
    method: str
    lines: Sequence[str]
    body: bytes
    timeout_ms: int
    addresses: tuple[Address, ...] = ()
    peer: str | None = None  # Known beforehand where there is but one address.
    ms_dns: int | None = None


J = TypeVar("J", bound=Job)


class Engine(Generic[J]):
    """Runs jobs side by side; ``wait`` then ``turn``, over and over, from one thread.

    Keeps connections alive for a few seconds and handles for ever. How many jobs run at once is
    the caller's to bound.
    """

    def __init__(self, *, user_agent: str, ca_file: str | None, wake_fd: int) -> None:
        self._user_agent = user_agent
        self._ca_file = ca_file
        self._wake_fd = wake_fd
        self._epoll = select.epoll()
        self._epoll.register(wake_fd, select.EPOLLIN)
        self._masks: dict[int, int] = {}  # What the kernel watches, for sockets in use or idle.
        self._live: set[int] = set()  # The sockets libcurl wants to hear about.
        self._alarm_at = 0.0
        self._running: dict[pycurl.Curl, _Slot[J]] = {}
        self._idle: list[_Slot[J]] = []
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_PIPELINING, 0)
        self._multi.setopt(pycurl.M_MAXCONNECTS, IDLE_CONNECTIONS_MAX)
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)

    def add(self, job: J) -> None:
        """Begin ``job``; nothing is sent before the next ``turn``."""
        slot = self._idle.pop() if self._idle else self._new_slot()
        slot.load(job)
        self._running[slot.curl] = slot
        self._multi.add_handle(slot.curl)

    def wait(self, seconds: float) -> Sequence[tuple[int, int]]:
        """Sleep until a socket, the alarm or the wake-up descriptor has something to say."""
        due_ms = self._multi.timeout()
        if 0 <= due_ms < seconds * 1000:
            seconds = due_ms / 1000
        self._alarm_at = time.monotonic() + seconds
        return self._epoll.poll(seconds, EVENTS_PER_WAKE_MAX)

    def turn(self, events: Iterable[tuple[int, int]]) -> list[tuple[J, HttpReply]]:
        """Move every exchange on that can move; give those that ended, in the order they did."""
        if self._alarm_at <= time.monotonic():
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        live, action = self._live, self._multi.socket_action
        for fd, event in events:
            if fd in live:
                readable = pycurl.CSELECT_IN if event & _BEYOND_OUT else 0
                action(fd, readable | (pycurl.CSELECT_OUT if event & select.EPOLLOUT else 0))
            elif fd != self._wake_fd:
                self._unwatch(fd)
        return self._collect()

    def abort(self) -> list[tuple[J, HttpReply]]:
        """Hang up on everybody."""
        ended = [(slot, slot.failure(ErrorClass.CANCELED)) for slot in self._running.values()]
        return [(self._release(slot), reply) for slot, reply in ended]

    def close(self) -> None:
        """Give back every handle, connection and descriptor; running jobs get no reply."""
        for slot in list(self._running.values()):
            self._release(slot)
        self._multi.close()
        for slot in self._idle:
            slot.curl.close()
        self._epoll.close()

    def _new_slot(self) -> _Slot[J]:
        return _Slot(self._forget, self._user_agent, self._ca_file)

    def _collect(self) -> list[tuple[J, HttpReply]]:
        done: list[tuple[J, HttpReply]] = []
        queued = 1
        while queued:
            queued, succeeded, failed = self._multi.info_read(EVENTS_PER_WAKE_MAX)
            for curl in succeeded:
                slot = self._running[curl]
                reply = slot.reply()
                done.append((self._release(slot), reply))
            for curl, code, message in failed:
                slot = self._running[curl]
                reply = slot.judge(code, message)
                done.append((self._release(slot), reply))
        return done

    def _release(self, slot: _Slot[J]) -> J:
        self._multi.remove_handle(slot.curl)
        del self._running[slot.curl]
        self._idle.append(slot)
        return slot.unload()

    def _watch(self, what: int, fd: int, _multi: object, _data: object) -> None:
        """Let the kernel watch ``fd`` as libcurl asks; a socket gone idle stays watched as it is.

        So a kept-alive connection costs no system call here; if its peer hangs up meanwhile,
        ``turn`` finds nobody interested and stops watching.
        """
        if what == pycurl.POLL_REMOVE:
            self._live.discard(fd)
            return
        self._live.add(fd)
        mask = _MASKS[what]
        if self._masks.get(fd) == mask:
            return
        self._masks[fd] = mask
        try:
            self._epoll.modify(fd, mask)
        except FileNotFoundError:
            self._epoll.register(fd, mask)

    def _unwatch(self, fd: int) -> None:
        self._masks.pop(fd, None)
        try:
            self._epoll.unregister(fd)
        except OSError:
            return  # Closed meanwhile, which ends the watch by itself.

    def _forget(self, fd: int, _purpose: int) -> int:
        """Forget what was watched under this number: ``fd`` is a new socket."""
        self._masks.pop(fd, None)
        return pycurl.SOCKOPT_OK


class _Slot(Generic[J]):
    """A curl handle with what it has heard so far; used for one job after another."""

    __slots__ = (
        "_body", "_body_bytes", "_has_pins", "_head", "_head_bytes", "_is_flooded", "_is_full",
        "_is_local", "_is_refused", "_job", "_method", "_timeout_ms", "curl",
    )  # fmt: skip

    def __init__(
        self, on_socket: Callable[[int, int], int], user_agent: str, ca_file: str | None
    ) -> None:
        self._job: J | None = None
        self._method = "POST"
        self._timeout_ms = -1
        self._has_pins = False
        self._clear()
        self.curl = _new_curl(user_agent, ca_file)
        self.curl.setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)
        self.curl.setopt(pycurl.SOCKOPTFUNCTION, on_socket)
        self.curl.setopt(pycurl.HEADERFUNCTION, self._on_header)
        self.curl.setopt(pycurl.WRITEFUNCTION, self._on_body)

    def load(self, job: J) -> None:
        """Make the handle say ``job``."""
        curl, target = self.curl, job.target
        self._job = job
        curl.setopt(pycurl.URL, target.url)
        curl.setopt(pycurl.HTTPHEADER, job.lines)
        if job.method != self._method:
            self._use_method(job.method)
        if job.method != "GET":
            curl.setopt(pycurl.POSTFIELDS, job.body)
        if target.address is None:
            pins = ",".join(map(str, job.addresses))
            curl.setopt(pycurl.RESOLVE, [f"+{target.host}:{target.port}:{pins}"])
            self._has_pins = True
        elif self._has_pins:
            curl.setopt(pycurl.RESOLVE, [])
            self._has_pins = False
        if job.timeout_ms != self._timeout_ms:
            curl.setopt(pycurl.TIMEOUT_MS, job.timeout_ms)
            self._timeout_ms = job.timeout_ms

    def unload(self) -> J:
        """Give the job back and forget what was heard."""
        job = self._job
        assert job is not None
        if len(job.body) > _BODY_KEPT_BYTES:
            self.curl.setopt(pycurl.POSTFIELDS, b"")
        self._job = None
        self._clear()
        return job

    def reply(self) -> HttpReply:
        """Give the reply that was heard to its end, or to as much of it as we read."""
        info, job = self.curl.getinfo, self._job
        assert job is not None
        connected = secured = None
        if info(_NEW_CONNECTIONS):
            connected = info(_CONNECTED_US) // 1000
            secured = info(_SECURED_US) // 1000
        return HttpReply(
            status=info(_STATUS),
            head=b"".join(self._head),
            body=b"".join(self._body)[:REPLY_BODY_BYTES_MAX],
            is_truncated=self._is_full,
            peer=job.peer or info(_PEER),
            ms_dns=job.ms_dns,
            ms_connect=connected,
            ms_tls=secured - connected if secured and connected is not None else None,
            ms_first_byte=info(_FIRST_BYTE_US) // 1000,
            ms_total=info(_TOTAL_US) // 1000 + (job.ms_dns or 0),
        )

    def judge(self, code: int, message: str) -> HttpReply:
        """Say what libcurl's ``code`` means, knowing whether we hung up ourselves and why."""
        if self._is_full:
            return self.reply()
        if self._is_refused:
            return self.failure(ErrorClass.BLOCKED)
        if self._is_local:
            return self.failure(ErrorClass.BUSY)
        if self._is_flooded:
            return self.failure(ErrorClass.TOO_LARGE)
        return self.failure(_CLASSES.get(code, ErrorClass.PROTOCOL), message)

    def failure(self, error: ErrorClass, message: str = "") -> HttpReply:
        """Give the reply for an exchange that has none, as far as it came."""
        info, job = self.curl.getinfo, self._job
        assert job is not None
        connected = info(_CONNECTED_US) // 1000
        secured = info(_SECURED_US) // 1000
        return HttpReply(
            error=error,
            detail=words_of(error, self._phase(), self._inert(message)),
            peer=info(_PEER) or None,
            ms_dns=job.ms_dns,
            ms_connect=connected if info(_CONNECTED_US) else None,
            ms_tls=secured - connected if secured else None,
            ms_first_byte=info(_FIRST_BYTE_US) // 1000 if self._head else None,
            ms_total=info(_TOTAL_US) // 1000 + (job.ms_dns or 0),
        )

    def _phase(self) -> str:
        if self._head:
            return f"after status {self.curl.getinfo(_STATUS)}"
        if self.curl.getinfo(_SENT_US):
            return "while its reply was awaited"
        if self.curl.getinfo(_CONNECTED_US):
            return "in the TLS handshake"
        return "while connecting"

    def _inert(self, message: str) -> str:
        """Take the addresses of a name out of ``message``: they are not the tenant's to learn."""
        assert self._job is not None
        if self._job.target.address is None:
            for address in self._job.addresses:
                message = message.replace(str(address), "…")
        return message

    def _clear(self) -> None:
        self._head: list[bytes] = []
        self._body: list[bytes] = []
        self._head_bytes = self._body_bytes = 0
        self._is_flooded = self._is_full = self._is_refused = self._is_local = False

    def _use_method(self, method: str) -> None:
        if method == "GET":
            self.curl.setopt(pycurl.HTTPGET, 1)
            self.curl.unsetopt(pycurl.CUSTOMREQUEST)
        else:
            self.curl.setopt(pycurl.POST, 1)
            self.curl.setopt(pycurl.CUSTOMREQUEST, method)
        self._method = method

    def _open_socket(self, _purpose: int, wanted: pycurl.CurlSockAddr) -> socket.socket | int:
        """Give libcurl a socket only towards an address that was judged for this very job."""
        assert self._job is not None
        pinned = {canonical(address) for address in self._job.addresses}
        if canonical(ip_address(wanted.addr[0])) not in pinned:
            self._is_refused = True
            return pycurl.SOCKET_BAD
        try:
            opened = socket.socket(wanted.family, wanted.socktype, wanted.protocol)
        except OSError:  # No descriptor left: ours to mend, nothing the receiver did.
            self._is_local = True
            return pycurl.SOCKET_BAD
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, _SYN_RETRIES)
        return opened

    def _on_header(self, line: bytes) -> int | None:
        self._head_bytes += len(line)
        if self._head_bytes > REPLY_HEAD_BYTES_MAX:
            self._is_flooded = True
            return _STOP
        if line.startswith(b"HTTP/"):
            self._head = [line]  # Interim replies are counted, not kept.
        else:
            self._head.append(line)
        return None

    def _on_body(self, chunk: bytes) -> int | None:
        self._body.append(chunk)
        self._body_bytes += len(chunk)
        if self._body_bytes > REPLY_BODY_BYTES_MAX:
            self._is_full = True
            return _STOP
        return None


def _new_curl(user_agent: str, ca_file: str | None) -> pycurl.Curl:
    """Make a handle that can do nothing but one direct, verified HTTP/1.1 exchange."""
    curl = pycurl.Curl()
    options: dict[int, int | str] = {
        pycurl.NOSIGNAL: 1,
        pycurl.PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
        pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_1_1,
        pycurl.FOLLOWLOCATION: 0,
        pycurl.PROXY: "",
        pycurl.NOPROXY: "*",
        pycurl.PATH_AS_IS: 1,
        pycurl.SSL_VERIFYPEER: 1,
        pycurl.SSL_VERIFYHOST: 2,
        pycurl.SSLVERSION: pycurl.SSLVERSION_TLSv1_2,
        pycurl.CONNECTTIMEOUT_MS: 1000 * (CONNECT_TIMEOUT_S + TLS_TIMEOUT_S),
        pycurl.MAXAGE_CONN: CONNECTION_LIFE_S,
        pycurl.MAXLIFETIME_CONN: CONNECTION_LIFE_S,
        pycurl.USERAGENT: user_agent,
        pycurl.POST: 1,
    }
    for option, value in options.items():
        curl.setopt(option, value)
    if ca_file is not None:
        curl.setopt(pycurl.CAINFO, ca_file)
    return curl
