"""The way of every request through this door, from its headers to its answer.

Authenticate, find the workspace one's own, take a slot, read the body, let the route answer; turn
whatever ends it early into a problem.  The outermost place of the house: nothing escapes it.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote_to_bytes

import msgspec
import structlog

from retour.api import metrics
from retour.api.asgi import Gone, Receive, Reply, Scope, Send, problem_reply, read_body, send_reply
from retour.api.call import Call, read_etag, read_query
from retour.api.limits import (
    BODY_BYTES_MAX,
    LARGE_BODIES_MAX,
    PARAMETER_LENGTH_MAX,
    REQUEST_ID_LENGTH_MAX,
    RUNNING_MAX,
)
from retour.api.paths import AnyRoute, Paths
from retour.api.problems import Problem, Stop, not_found, of_invalid, of_outcome, unavailable
from retour.api.routes import WITH_BODIES, Complain, Hooked, HookRoute, OpenRoute, Route
from retour.desk.api_keys import is_from, note_use
from retour.desk.config import authenticate
from retour.desk.outcome import Done
from retour.desk.people.masking import Sight, masked_body, sight_of
from retour.desk.scopes import holds
from retour.kernel.ids import workspace_number
from retour.kernel.problems import InvalidRequest, Transient
from retour.store.database import acting_as
from retour.store.failures import is_transient

if TYPE_CHECKING:
    from retour.desk.config import Principal
    from retour.desk.house import House
    from retour.desk.outcome import Outcome

_LOG: Final = structlog.get_logger("retour.api")
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,%d}" % REQUEST_ID_LENGTH_MAX)
_NO_STORE: Final = (b"cache-control", b"no-store")
_REPLAYED: Final = (b"idempotent-replayed", b"true")
_CLIENT_FAULT: Final = 400
_POLICY_VIOLATION: Final = 1008
_FILE_OF_PERSONS: Final = (
    "This file may name persons, whom a developer's key does not see. Use another role's."
)
_NOT_FROM_HERE: Final = "This key is not good from here. Use it in its networks, or another key."


class _Id(msgspec.Struct):
    id: str


_ID: Final = msgspec.json.Decoder(_Id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """A request as far as it is read before anybody is known to have sent it."""

    scope: Scope
    path: str
    headers: dict[bytes, bytes]
    receive: Receive


class Door:
    """Serves the rows of the route table; counts what runs per workspace, in this process."""

    def __init__(self, house: House, routes: Iterable[AnyRoute], *, body_timeout_s: float) -> None:
        self._house = house
        self._body_timeout_s = body_timeout_s
        self._paths = Paths(routes)
        self._running: Counter[int] = Counter()
        self._large = asyncio.Semaphore(LARGE_BODIES_MAX)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; anything but HTTP is turned away."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        started_at = time.monotonic()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        request_id = read_request_id(headers)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        request = _Request(scope=scope, path=raw_path(scope), headers=headers, receive=receive)
        found = self._paths.find(request.path)
        method: str = scope["method"]
        route = None
        try:
            if found is None:
                reply = problem_reply(not_found("address"), request_id)
            else:
                route = found.routes.get("GET" if method == "HEAD" else method)
                if route is None:
                    here = next(iter(found.routes.values()))
                    reply = _complaint(here)(_not_allowed(method, found.routes), request_id)
                else:
                    reply = await self._answer(route, request, found.parameters, request_id)
        except Gone:
            return
        extra = [(b"x-request-id", request_id.encode())]
        if not isinstance(route, OpenRoute) and all(
            name != _NO_STORE[0] for name, _ in reply.headers
        ):
            extra.append(_NO_STORE)
        await send_reply(send, reply, extra, is_head=method == "HEAD", receive=receive)
        seconds = time.monotonic() - started_at
        metrics.count("unknown" if route is None else route.name, method, reply.status, seconds)
        if reply.status >= _CLIENT_FAULT:
            _LOG.debug("not served", method=method, path=request.path, status=reply.status)

    async def _answer(
        self,
        route: AnyRoute,
        request: _Request,
        sent: Mapping[str, str],
        request_id: str,
    ) -> Reply:
        """Give the route's answer, or the problem that came between."""
        complain = _complaint(route)
        try:
            if isinstance(route, OpenRoute):
                return await route.answer(self._house, _decoded(sent, route.noun))
            if isinstance(route, HookRoute):
                return await self._hooked(route, request, sent)
            return await self._secured(route, request, sent)
        except Stop as stop:
            return complain(stop.problem, request_id)
        except InvalidRequest as error:
            return complain(of_invalid(error), request_id)
        except Gone:
            raise
        except Exception as error:  # noqa: BLE001 - the outermost place: a bug ends this request only
            if is_transient(error):
                _LOG.warning("unavailable", route=route.name, error=repr(error))
                return complain(unavailable(_patience(error)), request_id)
            _LOG.exception("internal error", route=route.name)
            detail = "Something went wrong on our side. Tell us the request id."
            return complain(Problem(code="internal_error", detail=detail), request_id)

    async def _hooked(self, route: HookRoute, request: _Request, sent: Mapping[str, str]) -> Reply:
        """Let a hook answer; its own token is all the proof there is."""
        params = _decoded(sent, route.noun)
        if route.accepts:
            _expect_one_of(route.accepts, request.headers.get(b"content-type"))
        async with self._room(route.bytes_max):
            body = b""
            if route.method in WITH_BODIES:
                body = await read_body(
                    request.headers, request.receive, self._body_timeout_s, route.bytes_max
                )
            hooked = Hooked(params=params, headers=request.headers, body=body)
            outcome = await route.answer(self._house, hooked)
        if isinstance(outcome, Reply):
            return outcome
        if not isinstance(outcome, Done):
            raise Stop(of_outcome(outcome))
        return Reply(status=outcome.status, body=outcome.body)

    def _room(self, bytes_max: int) -> AbstractAsyncContextManager[object]:
        """Wait for one's turn to hold a large body; others need none."""
        return self._large if bytes_max > BODY_BYTES_MAX else nullcontext()

    async def _secured(self, route: Route, request: _Request, sent: Mapping[str, str]) -> Reply:
        headers = request.headers
        principal = await self._principal(headers)
        if not is_from(principal, sender_of(request.scope)):
            raise Stop(Problem(code="network_refused", detail=_NOT_FROM_HERE))
        await note_use(self._house, principal)
        params = _decoded(sent, route.noun)
        if "ws" in params and workspace_number(params["ws"]) != principal.workspace_id:
            raise Stop(not_found("workspace"))  # Where no path names one, the key does.
        if not holds(principal.scopes, route.scope):
            detail = f"This key lacks the scope {route.scope}. Use a key that has it."
            raise Stop(Problem(code="scope_missing", detail=detail))
        _expect_place(route, principal, params)
        workspace_id = principal.workspace_id
        if self._running[workspace_id] >= RUNNING_MAX:
            raise Stop(_too_many())
        self._running[workspace_id] += 1
        try:
            if route.sandbox_only:
                await self._expect_sandbox(workspace_id)
            async with self._room(route.bytes_max):
                raw = request.scope["query_string"]
                call = Call(
                    house=self._house,
                    principal=principal,
                    method=route.method,
                    path=request.path,
                    params=params,
                    query=read_query(raw, route.parameters, route.repeated),
                    headers=headers,
                    body=await self._body(route, request),
                )
                _refuse_unmatched(route, headers)
                with acting_as(f"api_key:{principal.key_id}"):
                    reply = _reply(route, call, await route.answer(call))
                return _seen_by(principal, reply)
        finally:
            self._running[workspace_id] -= 1
            if not self._running[workspace_id]:
                del self._running[workspace_id]

    async def _body(self, route: Route, request: _Request) -> bytes:
        if route.method not in WITH_BODIES:
            return b""
        content_type = request.headers.get(b"content-type")
        if route.accepts:
            _expect_one_of(route.accepts, content_type)
        elif content_type is not None and content_type != b"application/json":
            _expect_json(content_type)
        return await read_body(
            request.headers, request.receive, self._body_timeout_s, route.bytes_max
        )

    async def _principal(self, headers: dict[bytes, bytes]) -> Principal:
        scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
        principal = None
        if scheme.lower() == b"bearer":
            principal = await authenticate(self._house.configs, token.strip().decode("latin-1"))
        if principal is None:
            raise Stop(
                Problem(
                    code="unauthenticated",
                    detail="There is no good API key here. Send Authorization: Bearer rk_…",
                    headers=((b"www-authenticate", b'Bearer realm="retour"'),),
                )
            )
        return principal

    async def _expect_sandbox(self, workspace_id: int) -> None:
        config = await self._house.configs.recent(workspace_id)
        if config is None or not config.is_sandbox:
            raise Stop(not_found("sandbox"))


def _complaint(route: AnyRoute) -> Complain:
    """Give the form in which a route's problems are said."""
    return route.complain if isinstance(route, Route) else problem_reply


def _expect_place(route: Route, principal: Principal, params: Mapping[str, str]) -> None:
    """Let a key that is bound to facilities act there, and nowhere else."""
    bound = principal.facilities
    if bound is None or (route.at_facility and params.get("code") in bound):
        return
    places = ", ".join(sorted(bound))
    detail = f"This key is good for the docks of {places} alone. Use one that is bound to none."
    raise Stop(Problem(code="facility_missing", detail=detail))


def _patience(error: Exception) -> str:
    """Say what is busy, where it said so itself."""
    if isinstance(error, Transient) and str(error):
        return str(error)
    return "The database is slow or busy. Send the same request again in a moment."


def read_request_id(headers: Mapping[bytes, bytes]) -> str:
    """Take over the caller's x-request-id where it is a plain word, or mint one."""
    given = headers.get(b"x-request-id", b"")
    if _REQUEST_ID.fullmatch(given):
        return given.decode("ascii")
    return f"req_{os.urandom(12).hex()}"


def sender_of(scope: Scope) -> str:
    """Give the sender's address: the nearest one that is no proxy of the operator's own."""
    client: tuple[str, int] | None = scope.get("client")
    return "" if client is None else client[0]


def raw_path(scope: Scope) -> str:
    """Give the path as it was sent, percent-encoding and all."""
    raw: bytes | None = scope.get("raw_path")
    return quote(scope["path"]) if raw is None else raw.decode("latin-1")


def _decoded(sent: Mapping[str, str], noun: str) -> dict[str, str]:
    """Decode the path's parameters; what cannot be anybody's id is simply not there."""
    decoded: dict[str, str] = {}
    for name, text in sent.items():
        value = text
        if "%" in text:
            try:
                value = unquote_to_bytes(text).decode()
            except UnicodeDecodeError as error:
                raise Stop(not_found(noun)) from error
        if len(value) > PARAMETER_LENGTH_MAX or "\x00" in value:
            raise Stop(not_found(noun))
        decoded[name] = value
    return decoded


def _expect_one_of(types: Sequence[str], content_type: bytes | None) -> None:
    """Refuse a body that says to be something else; one that says nothing is looked at."""
    kind = (content_type or b"").lower().partition(b";")[0].strip().decode("latin-1")
    if kind and kind not in types:
        detail = f"The body's type is {kind[:80]!r}. Send {', '.join(types)}."
        raise Stop(Problem(code="unsupported_media_type", detail=detail))


def _expect_json(content_type: bytes) -> None:
    kind, _, rest = content_type.lower().partition(b";")
    kind = kind.strip()
    charset = re.search(rb'charset\s*=\s*"?([^";\s]+)', rest)
    if not (kind.startswith(b"application/") and kind.endswith((b"/json", b"+json"))):
        shown = content_type[:80].decode("latin-1")
        detail = f"The body's type is {shown!r}. Send application/json."
        raise Stop(Problem(code="unsupported_media_type", detail=detail))
    if charset is not None and charset.group(1) not in (b"utf-8", b"utf8"):
        detail = "The body's charset is not UTF-8. Send application/json in UTF-8."
        raise Stop(Problem(code="unsupported_media_type", detail=detail))


def _refuse_unmatched(route: Route, headers: dict[bytes, bytes]) -> None:
    """Never ignore a precondition: whoever sends one relies on it."""
    if b"if-match" in headers and not route.matched and route.method != "GET":
        detail = "If-Match is not honoured here. Leave it out."
        raise Stop(Problem(code="bad_header", detail=detail))


def _seen_by(principal: Principal, reply: Reply) -> Reply:
    """Cover what a key's role does not see of persons; a file that may name them is not given."""
    sight = sight_of(principal)
    if sight is Sight.ALL or (not reply.body and reply.pieces is None):
        return reply
    if b"json" in reply.content_type:
        return replace(reply, body=masked_body(reply.body, sight))
    if sight is Sight.NO_PERSON:
        raise Stop(Problem(code="persons_hidden", detail=_FILE_OF_PERSONS))
    return reply


def _reply(route: Route, call: Call, outcome: Outcome | Reply) -> Reply:
    if isinstance(outcome, Reply):
        return outcome
    if not isinstance(outcome, Done):
        raise Stop(of_outcome(outcome))
    headers: list[tuple[bytes, bytes]] = []
    if outcome.version is not None:
        headers.append((b"etag", b'"%d"' % outcome.version))
        seen = call.headers.get(b"if-none-match")
        if seen is not None and call.method == "GET" and _has_seen(seen, outcome.version):
            return Reply(status=304, headers=tuple(headers))
    if outcome.replayed:
        headers.append(_REPLAYED)
    if route.creates:
        location = f"{call.path}/{_ID.decode(outcome.body).id}"
        headers.append((b"location", location.encode("latin-1")))
    return Reply(status=outcome.status, body=outcome.body, headers=tuple(headers))


def _has_seen(header: bytes, version: int) -> bool:
    return header.strip() == b"*" or any(read_etag(tag) == version for tag in header.split(b","))


def _not_allowed(method: str, routes: Mapping[str, AnyRoute]) -> Problem:
    allowed = ", ".join(_allowed(routes))
    return Problem(
        code="method_not_allowed",
        detail=f"{method} is not done here. Use {allowed}.",
        headers=((b"allow", allowed.encode()),),
    )


def _allowed(routes: Mapping[str, AnyRoute]) -> Sequence[str]:
    return [*routes, *(("HEAD",) if "GET" in routes else ())]


def _too_many() -> Problem:
    return Problem(
        code="too_many_requests",
        detail=f"{RUNNING_MAX} requests of this workspace are running. Wait for one to end.",
        headers=((b"retry-after", b"1"),),
    )
