"""Data folders, users and processes for the tests of the embedded server.

Everything made here is ended and removed with its `with` block, whatever the test did to it.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

import asyncpg

from retour.store.embedded import EmbeddedServer, attach_or_start, release
from retour.store.embedded_account import server_account
from retour.store.embedded_layout import Layout
from retour.store.embedded_postmaster import is_alive, kill_orphans, read_pid_file, stop

NOBODY_UID: Final = 65534
"""A user who owns nothing, there on every system, for what root must show as somebody else."""

HOLD: Final = """
import sys
from pathlib import Path
from retour.store.embedded import attach_or_start, release
server = attach_or_start(Path(sys.argv[1]), progress=lambda said: print(said, file=sys.stderr))
print(server.pid, flush=True)
sys.stdin.readline()
release(server)
"""
"""A process that uses the server from its first line of output to its first line of input."""


@contextlib.contextmanager
def folder_in_reach() -> Generator[Path]:
    """Make a folder that the server's system user may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="retour-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def data_folder(copied_from: Path | None = None) -> Generator[Path]:
    """Name a data folder that is not there yet, or a copy of a stopped one's."""
    with folder_in_reach() as folder:
        data = folder / "data"
        if copied_from is not None:
            data.mkdir(mode=0o711)
            for part in copied_from.iterdir():
                # Programs are only ever replaced, so links are as good as copies, and quicker.
                how = "-al" if part.name == "pg" else "-a"
                subprocess.run(["cp", how, part, data], check=True)
        try:
            yield data
        finally:
            end(data)


@contextlib.contextmanager
def running(data: Path) -> Generator[EmbeddedServer]:
    """Use the server of a data folder."""
    server = attach_or_start(data)
    try:
        yield server
    finally:
        release(server)


@functools.cache
def stopped_server() -> Path:
    """Name the data folder that all tests of this run share: one row in `kept`, no server on it.

    A test that does more to it than a start mends takes a copy.
    """
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    data = stack.enter_context(data_folder())
    with running(data) as server:
        ask(server, "create table kept (word text primary key)")
        ask(server, "insert into kept values ('first')")
    return data


def end(data: Path) -> None:
    """End whatever still runs on a data folder, however many users say they need it."""
    layout, account = Layout(data.resolve()), server_account()
    found = read_pid_file(layout.cluster)
    if found is not None:
        stop(found.pid, layout, account)
    kill_orphans(layout, account)


def lives(data: Path, pid: int) -> bool:
    """Say whether `pid` is the living server of a data folder."""
    return is_alive(pid, Layout(data.resolve()), server_account())


def ask(server: EmbeddedServer, sql: str, *args: object) -> list[asyncpg.Record]:
    """Run one statement as the administrator, through the driver the product uses."""

    async def fetch() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(server.owner_dsn, timeout=10)
        try:
            return await connection.fetch(sql, *args)
        finally:
            await connection.close()

    return asyncio.run(fetch())


class Holder:
    """Another process that uses the server of a data folder until it is told to leave."""

    def __init__(self, data: Path, *, code: str = HOLD) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            start_new_session=True,
            text=True,
        )

    def server_pid(self) -> int:
        """Wait until it uses the server, and tell which one."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.strip().isdigit(), self.leave()
        return int(line)

    def leave(self) -> str:
        """Let it release the server and end; what it said on the way."""
        _, said = self.process.communicate("leave\n", timeout=60)
        return said

    def signal(self, number: int) -> None:
        """Send a signal to it and to all of its process group, as a terminal does."""
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """End it the hard way."""
        self.process.kill()
        self.process.communicate(timeout=60)


def as_somebody_else(uid: int, act: Callable[[], object]) -> object:
    """Run `act` in a forked child under another user id; its answer, or what it raised as text.

    A fork, because a private interpreter could not be started by that user; root only.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Python warns that forked threads may hold locks; the child calls what needs none of them.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            try:
                answer: object = act()
            except Exception as problem:  # noqa: BLE001 - told to the parent
                answer = f"{type(problem).__name__}: {problem}"
            os.write(writing, json.dumps(answer).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        written = pipe.read()
    os.waitpid(pid, 0)
    return json.loads(written)
