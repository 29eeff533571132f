"""Calls the real application in this process: ASGI in, the answer out, no socket between."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec

if TYPE_CHECKING:
    from litestar import Litestar

    from tests.support.pg import Workspace

JSON = "application/json"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """The body, decoded."""
        return msgspec.json.decode(self.body)

    @property
    def code(self) -> str:
        """The problem's code; the answer must be a problem."""
        assert self.headers["content-type"] == "application/problem+json", self
        problem = self.json
        assert problem["status"] == self.status
        assert problem["type"] == f"urn:retour:problem:{problem['code']}"
        assert problem["request_id"] == self.headers["x-request-id"]
        assert problem["title"]
        assert problem["detail"]
        return str(problem["code"])

    @property
    def pointers(self) -> dict[str, str]:
        """Per field named by the problem, its code."""
        return {error["pointer"]: error["code"] for error in self.json.get("errors", ())}


@dataclass(frozen=True, kw_only=True)
class Client:
    """Speaks to one workspace of an application with one key."""

    app: Litestar
    workspace: str
    token: str | None

    def path(self, path: str) -> str:
        """Give the whole path of something in the workspace."""
        return f"/v1/workspaces/{self.workspace}{path}"

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        *,
        query: str = "",
    ) -> Answer:
        """Call something in the workspace; ``body`` is JSON to be, or bytes as they are."""
        sent = {} if self.token is None else {"authorization": f"Bearer {self.token}"}
        content = body if isinstance(body, bytes) else None
        if body is not None and content is None:
            content = msgspec.json.encode(body)
        if content is not None:
            sent["content-type"] = JSON
        sent.update(headers or {})
        return await call(self.app, method, self.path(path), content or b"", sent, query=query)

    async def ask(self, method: str, path: str, body: object = None, **more: Any) -> Any:  # noqa: ANN401 - any JSON
        """Call something that must succeed, and give its JSON."""
        answer = await self.call(method, path, body, **more)
        assert 200 <= answer.status < 300, answer
        return answer.json if answer.body else None


def client(app: Litestar, workspace: Workspace) -> Client:
    """Speak with a workspace's first key, which may do everything."""
    return Client(app=app, workspace=workspace.text, token=workspace.api_key)


async def call(
    app: Litestar,
    method: str,
    path: str,
    body: bytes | Sequence[bytes] = b"",
    headers: Mapping[str, str] | None = None,
    *,
    query: str = "",
) -> Answer:
    """Make one request; a sequence of bodies arrives in parts, without a length announced."""
    parts = [body] if isinstance(body, bytes) else list(body)
    given = headers or {}
    sent = [(name.lower().encode(), value.encode("latin-1")) for name, value in given.items()]
    names = {name for name, _ in sent}
    if isinstance(body, bytes):
        if body and b"content-length" not in names:
            sent.append((b"content-length", b"%d" % len(body)))
    else:
        sent.append((b"transfer-encoding", b"chunked"))
    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"testserver"), *sent],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    messages: list[Any] = []
    answered = asyncio.Event()

    async def receive() -> Any:  # noqa: ANN401 - an ASGI message
        await asyncio.sleep(0)
        if not parts:  # Nobody hangs up before the answer.
            await answered.wait()
            return {"type": "http.disconnect"}
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message: Any) -> None:  # noqa: ANN401 - an ASGI message
        messages.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            answered.set()

    await app(scope, receive, send)
    start, *rest = messages
    return Answer(
        status=start["status"],
        headers={name.decode(): value.decode("latin-1") for name, value in start["headers"]},
        body=b"".join(message.get("body", b"") for message in rest),
    )
