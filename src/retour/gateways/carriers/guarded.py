"""A transport for clients made with ``requests``: what they say leaves by our own guarded way.

The client runs in a thread; its bytes go through ``HttpClient`` on the loop, so that no address is
reached that was not judged, no redirect followed, and no proxy of the environment asked.  A kept
connection that turns out dead is opened anew, so a request may arrive twice: whoever uses this
looks up before it buys.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, cast

import requests.adapters  # tidy: allow(http-client) what its adapters send leaves by ours
import requests.structures  # tidy: allow(http-client) as above

from retour.gateways.exchange import ErrorClass, HttpRequest, Method

if TYPE_CHECKING:
    from retour.gateways.http import HttpClient

REPLY_BYTES_MAX: Final = 4_000_000
"""A label of several pages, or an answer with hundreds of prices."""
TIMEOUT_S: Final = 30.0
_LATE: Final = frozenset({ErrorClass.TIMEOUT, ErrorClass.BUSY})
_OURS: Final = frozenset(
    {"host", "content-length", "connection", "accept-encoding", "transfer-encoding"}
)
"""Headers that the way out says itself."""


class GuardedAdapter(requests.adapters.BaseAdapter):
    """Sends prepared requests by the guarded client; mount it for every prefix."""

    def __init__(self, http: HttpClient, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._http = http
        self._loop = loop

    def send(  # pyright: ignore[reportIncompatibleMethodOverride] - all else they give is unused
        self, request: requests.PreparedRequest, **beside: object
    ) -> requests.Response:
        """Send once, from the client's thread.

        Raises:
            Timeout: Nothing came back in time; it may have been done.
            ConnectionError: Nothing came back at all.
        """
        del beside  # Their timeouts, proxies and certificates: the way out has its own.
        body = request.body or b""
        assert isinstance(body, bytes | str), "their client sends JSON"
        wanted = HttpRequest(
            url=request.url or "",
            method=cast("Method", (request.method or "GET").upper()),
            headers=tuple(
                (name, _text(value))
                for name, value in request.headers.items()
                if name.lower() not in _OURS
            ),
            body=body.encode() if isinstance(body, str) else body,
            timeout_s=TIMEOUT_S,
            reply_bytes_max=REPLY_BYTES_MAX,
        )
        reply = asyncio.run_coroutine_threadsafe(self._http.send(wanted), self._loop).result()
        if reply.error in _LATE:
            raise requests.Timeout(reply.detail, request=request)
        if reply.status is None:
            raise requests.ConnectionError(reply.detail, request=request)
        response = requests.Response()
        response.status_code = reply.status
        response.headers = requests.structures.CaseInsensitiveDict[str](reply.headers)
        response.url = request.url or ""
        response.request = request
        response.encoding = "utf-8"
        response._content = reply.body  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - as their adapters do
        return response

    def close(self) -> None:
        """Leave the client open: others use it."""


def _text(value: Any) -> str:  # noqa: ANN401 - requests' headers are either
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
