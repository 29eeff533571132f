"""One libcurl handle: made to say one job after another, listening no longer than it must.

A handle can do nothing but one direct, verified HTTP/1.1 exchange with an address that was judged
for its job. Never here: waiting, or several handles at once (``engine``).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, Generic, TypeVar

import pycurl

from retour.gateways.egress import Address, Target, canonical
from retour.gateways.exchange import ErrorClass, HttpReply, words_of
from retour.gateways.limits import (
    CONNECT_TIMEOUT_S,
    REPLY_BODY_BYTES_MAX,
    REPLY_HEAD_BYTES_MAX,
    TLS_TIMEOUT_S,
)

_STOP: Final = 0
"""What a callback answers to make libcurl hang up: fewer bytes than it was given."""
_SYN_RETRIES: Final = 1
"""One second, then two: an address that never answers is given up after CONNECT_TIMEOUT_S."""
_STATUS: Final = pycurl.RESPONSE_CODE
_PEER: Final = pycurl.PRIMARY_IP
_NEW_CONNECTIONS: Final = pycurl.NUM_CONNECTS
_CONNECTED_US: Final = pycurl.CONNECT_TIME_T
_SECURED_US: Final = pycurl.APPCONNECT_TIME_T
_FIRST_BYTE_US: Final = pycurl.STARTTRANSFER_TIME_T
_TOTAL_US: Final = pycurl.TOTAL_TIME_T
_BODY_KEPT_BYTES: Final = 65_536

_OPTIONS: Final[dict[int, int | str]] = {
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
    pycurl.POST: 1,
}
"""A handle that can do nothing but one direct, verified HTTP/1.1 exchange."""

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
    100: ErrorClass.TOO_LARGE,  # One header line of libcurl's own limit; the stubs lack its name.
}


@dataclass(slots=True, eq=False)
class Job:
    """One exchange to be made: what to say, and the judged addresses it may be said to."""

    target: Target
    method: str
    lines: Sequence[str]
    body: bytes
    timeout_ms: int
    reply_bytes_max: int = REPLY_BODY_BYTES_MAX
    is_once: bool = False
    addresses: tuple[Address, ...] = ()
    peer: str | None = None  # Known beforehand where there is but one address.
    ms_dns: int | None = None


J = TypeVar("J", bound=Job)


class Slot(Generic[J]):
    """A curl handle with what it has heard so far; used for one job after another."""

    __slots__ = (
        "_body", "_body_bytes", "_head", "_head_bytes", "_is_flooded", "_is_full",
        "_is_local", "_is_refused", "_job", "_method", "_timeout_ms", "curl",
    )  # fmt: skip

    def __init__(
        self, on_socket: Callable[[int, int], int], options: Mapping[int, int | str]
    ) -> None:
        self._job: J | None = None
        self._method = "POST"
        self._timeout_ms = -1
        self._clear()
        self.curl = pycurl.Curl()
        for option, value in (_OPTIONS | dict(options)).items():
            self.curl.setopt(option, value)
        self.curl.setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)
        self.curl.setopt(pycurl.SOCKOPTFUNCTION, on_socket)
        self.curl.setopt(pycurl.HEADERFUNCTION, self._on_header)
        self.curl.setopt(pycurl.WRITEFUNCTION, self._on_body)

    def load(self, job: J) -> None:
        """Make the handle say ``job``."""
        assert job.addresses
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
        if job.is_once:
            curl.setopt(pycurl.FRESH_CONNECT, 1)
        if job.timeout_ms != self._timeout_ms:
            curl.setopt(pycurl.TIMEOUT_MS, job.timeout_ms)
            self._timeout_ms = job.timeout_ms

    def unload(self) -> J:
        """Give the job back and forget what was heard."""
        job = self._job
        assert job is not None
        if len(job.body) > _BODY_KEPT_BYTES:
            self.curl.setopt(pycurl.POSTFIELDS, b"")
        if job.is_once:
            self.curl.setopt(pycurl.FRESH_CONNECT, 0)
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
            body=b"".join(self._body)[: job.reply_bytes_max],
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
        error = _CLASSES.get(code, ErrorClass.PROTOCOL)
        if code == pycurl.E_RECV_ERROR and "chunk" in message:
            error = ErrorClass.PROTOCOL  # Libcurl has but one code for a cut line and a wrong word.
        return self.failure(error, message)

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
        if not self.curl.getinfo(_CONNECTED_US):
            return "while connecting"
        if self._job and self._job.target.scheme == "https" and not self.curl.getinfo(_SECURED_US):
            return "in the TLS handshake"
        return "while its reply was awaited"

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

    def _open_socket(self, _purpose: int, wanted: pycurl.CurlSockAddr) -> int:
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
        return opened.detach()  # Libcurl closes it.

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
        if self._job is None or self._body_bytes > self._job.reply_bytes_max:
            self._is_full = True
            return _STOP
        return None
