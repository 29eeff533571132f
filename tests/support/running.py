"""Retour as its users run it: a process, an HTTP address, receivers outside of it.

All but how workspaces are made is outside of the program: receivers keep what they got, the ledger
that refunds are compared with is asked for over HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from retour.desk.people.invitations import first_admin
from retour.desk.people.persons import HOUSE
from retour.desk.workspaces import MadeWorkspace, NewWorkspace, create_workspace
from retour.settings import Settings, load
from retour.wiring.base import open_base, open_house

START_S = 60.0
_KEPT_S = 2.0
"""The server lets go of a connection that nobody used for some seconds."""
JSON = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> JSON:
        """The body, read as a JSON object."""
        return cast("JSON", json.loads(self.body)) if self.body else {}


class Api:
    """Speaks HTTP with one workspace's key; connections are kept, and made anew when they broke."""

    def __init__(self, base: str, workspace: str, api_key: str) -> None:
        self.workspace = workspace
        self.api_key = api_key
        self._place = urlsplit(base)
        self._root = f"/v1/workspaces/{workspace}"
        self._idle: list[tuple[http.client.HTTPConnection, float]] = []

    def call(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Make one call; connection errors are raised as they are."""
        sent = None if body is None else json.dumps(body).encode()
        given = {"authorization": f"Bearer {self.api_key}", **(headers or {})}
        if sent is not None:
            given["content-type"] = "application/json"
        connection = self._connection()
        try:
            connection.request(method, self._root + path, sent, given)
            answer = connection.getresponse()
            content = answer.read()
        except BaseException:
            connection.close()
            raise
        self._idle.append((connection, time.monotonic()))
        return Answer(
            status=answer.status,
            headers={name.lower(): value for name, value in answer.getheaders()},
            body=content,
        )

    def _connection(self) -> http.client.HTTPConnection:
        while self._idle:
            connection, used_at = self._idle.pop()
            if time.monotonic() - used_at < _KEPT_S:
                return connection
            connection.close()
        assert self._place.hostname is not None
        return http.client.HTTPConnection(self._place.hostname, self._place.port, timeout=30)

    def close(self) -> None:
        """Close what is kept open."""
        while self._idle:
            self._idle.pop()[0].close()

    def ask(self, method: str, path: str, body: object = None) -> JSON:
        """Make a call that must succeed, and give its answer."""
        answer = self.call(method, path, body)
        assert 200 <= answer.status < 300, f"{method} {path}: {answer.status} {answer.body!r}"
        return answer.json

    def at(self, base: str) -> Api:
        """Give the same key at another address."""
        return Api(base, self.workspace, self.api_key)


def order_body(*quantities: int, captured: str = "1000.00", processor: str = "sandbox") -> JSON:
    """Give an order delivered today with a line per quantity, 10.00 each."""
    return {
        "currency": "EUR",
        "customer": {"email": "mira.sand@example.com", "name": "Mira Sand"},
        "delivered_at": "2026-11-20T12:00:00Z",
        "payments": [{"id": "pay-1", "processor": processor, "captured": captured}],
        "lines": [
            {
                "id": str(index),
                "sku": f"SKU-{index}",
                "title": f"Article {index}",
                "quantity": quantity,
                "unit_price": "10.00",
                "tax_rate": "19",
            }
            for index, quantity in enumerate(quantities, start=1)
        ],
    }


@dataclass(kw_only=True)
class Retour:
    """A data folder and, most of the time, a server process on it."""

    data: Path
    environment: dict[str, str] = field(default_factory=dict[str, str])
    arguments: tuple[str, ...] = ()
    process: subprocess.Popen[str] | None = None
    base: str = ""
    apis: list[Api] = field(default_factory=list[Api])
    _log: Path | None = None

    def start(self, **environment: str) -> None:
        """Start the server and wait until it accepts requests."""
        log = self.data.parent / f"{self.data.name}.log"
        self._log = log
        where = ["--port", "0", "--data", str(self.data)]
        with log.open("a") as errors:
            self.process = subprocess.Popen(  # our own program
                [sys.executable, "-m", "retour.wiring", "serve", *where, *self.arguments],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env={**os.environ, **self.environment, **environment},
            )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("ready "):
                self.base = line.split()[1]
                return
        raise AssertionError(f"the server did not start:\n{log.read_text()[-4000:]}")

    def workspace(self, name: str = "Test", *, sandbox: bool = True) -> Api:
        """Make a workspace beside the running server, as the command does.

        Without the command, which takes longer to be loaded than to do it, and in a thread:
        Playwright's loop runs in this one.
        """
        new = NewWorkspace(name=name, sandbox=sandbox)
        settings = load({**os.environ, **self.environment}, data=self.data)
        with ThreadPoolExecutor(1) as thread:
            made = thread.submit(asyncio.run, _made(settings, new)).result()
        return self._api(made.id, made.api_key)

    def let_proofs_age(self) -> None:
        """Let everybody have proved who they are too long ago for what moves money."""
        settings = load({**os.environ, **self.environment}, data=self.data)
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, _aged(settings)).result()

    def forget_guesses(self) -> None:
        """Let nobody wait any more who guessed too often."""
        settings = load({**os.environ, **self.environment}, data=self.data)
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, _forgiven(settings)).result()

    def workspace_by_command(self, name: str = "Test") -> Api:
        """Make a sandbox as an operator does, by the command line."""
        words = ["workspace", "create", name, "--sandbox", "--json", "--data", str(self.data)]
        done = subprocess.run(  # our own program
            [sys.executable, "-m", "retour.wiring", *words],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **self.environment},
        )
        assert 0 == done.returncode, done.stderr
        made = json.loads(done.stdout)
        return self._api(made["id"], made["api_key"])

    def _api(self, workspace: str, api_key: str) -> Api:
        api = Api(self.base, workspace, api_key)
        self.apis.append(api)
        return api

    def wait(self, timeout_s: float = 60.0) -> int:
        """Wait until the server has ended."""
        assert self.process is not None
        code = self.process.wait(timeout_s)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None
        return code

    def kill(self) -> None:
        """End the server as kill -9 does."""
        assert self.process is not None
        self.process.kill()
        self.wait()

    def stop(self) -> int:
        """Ask the server to end, and give its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    @property
    def log(self) -> str:
        """What the server wrote to standard error."""
        return "" if self._log is None else self._log.read_text()


async def _made(settings: Settings, new: NewWorkspace) -> MadeWorkspace:
    async with open_base(settings) as base, open_house(base) as house:
        made = await create_workspace(house, new)
        await first_admin(house, made.number)
        return made


async def _aged(settings: Settings) -> None:
    async with (
        open_base(settings) as base,
        open_house(base) as house,
        house.database.transaction(HOUSE) as connection,
    ):
        await connection.execute(
            "UPDATE retour.person_session SET proved_at = proved_at - interval '6 minutes'"
        )


async def _forgiven(settings: Settings) -> None:
    async with (
        open_base(settings) as base,
        open_house(base) as house,
        house.database.transaction(HOUSE) as connection,
    ):
        await connection.execute("DELETE FROM retour.person_try")


@contextlib.contextmanager
def retour_running(*arguments: str, **environment: str) -> Generator[Retour]:
    """Run a server on a folder of its own; everything of it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="retour-system-"))
    folder.chmod(0o711)
    house = Retour(
        data=folder / "data",
        environment={
            "RETOUR_EGRESS_ALLOW": "127.0.0.0/8",
            "RETOUR_TESTING": "1",
            "RETOUR_MASTER_KEY": "07" * 32,
            **environment,
        },
        arguments=arguments,
    )
    try:
        house.start()
        yield house
    finally:
        for api in house.apis:
            api.close()
        if house.process is not None:
            house.stop()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, kw_only=True)
class Got:
    """One request that a receiver got."""

    at: float
    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int  # What it was answered.


class Receiver:
    """An endpoint outside: keeps every request, and answers what it is told to."""

    def __init__(self, answer: Callable[[Got], int] | None = None) -> None:
        self.got: list[Got] = []
        self.answer = answer
        self._changed = threading.Condition()
        receiver = self

        class Endpoint(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                """Keep and answer one request."""
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                status = receiver.take(
                    self.path, {k.lower(): v for k, v in self.headers.items()}, body
                )
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request: object, client_address: object) -> None:
                """A sender that was killed is no news."""

        self._server = Server(("127.0.0.1", 0), Endpoint)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()

    def take(self, path: str, headers: Mapping[str, str], body: bytes) -> int:
        """Keep a request and say what to answer."""
        seen = Got(at=time.monotonic(), path=path, headers=headers, body=body, status=204)
        status = self.answer(seen) if self.answer else 204
        with self._changed:
            self.got.append(Got(at=seen.at, path=path, headers=headers, body=body, status=status))
            self._changed.notify_all()
        return status

    def until(self, enough: Callable[[list[Got]], bool], timeout_s: float = 60.0) -> list[Got]:
        """Wait until what was got is enough, and give it."""
        with self._changed:
            if not self._changed.wait_for(lambda: enough(self.got), timeout_s):
                words = [got.headers.get("webhook-id", "?") for got in self.got]
                raise AssertionError(f"still not enough after {timeout_s} s: {len(words)} requests")
            return list(self.got)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def free_port() -> int:
    """Find a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(true: Callable[[], bool], what: str, timeout_s: float = 60.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline, f"still not so after {timeout_s} s: {what}"
        time.sleep(0.02)
