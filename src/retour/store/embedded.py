"""The embedded server: PostgreSQL for one data folder, shared by all processes that use it.

Here: attach or start, restart after a crash, stop when the last user leaves. The parts are in
`embedded_users` (locks), `embedded_start` (how a start goes), `embedded_postmaster` (the process),
`embedded_cluster` (its files), `embedded_programs` (binaries), `embedded_layout` (folders) and
`embedded_account` (who runs it). Never here: tables, roles, pools. All of it blocks; call it from
a thread.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from retour.store import embedded_postmaster as postmaster
from retour.store.embedded_account import EmbeddedServerError, server_account
from retour.store.embedded_cluster import ADMIN
from retour.store.embedded_layout import PORT, Layout, prepare
from retour.store.embedded_programs import advisory, bin_folder
from retour.store.embedded_start import (
    DATABASE,
    disk_full,
    ensure_running,
    prepare_site,
    refill_ballast,
    stop_server,
)
from retour.store.embedded_users import UserLock, enter, is_anyone_left, start_lock

__all__ = [
    "EmbeddedServer",
    "EmbeddedServerError",
    "advisory",
    "attach_or_start",
    "release",
    "restart_if_dead",
]


def _quiet(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedServer:
    """One use of the running server: where it is, and the lock that says it is needed."""

    data: Path
    socket_dir: Path
    port: int
    version: str
    pid: int
    user: UserLock = field(repr=False, compare=False)

    @property
    def owner_dsn(self) -> str:
        """Address the database as its administrator: for migrations and roles, nothing else."""
        return self.dsn(ADMIN)

    def dsn(self, user: str, database: str = DATABASE) -> str:
        """Address a database as one of its roles; the kernel vouches for us, so no password."""
        host = quote(str(self.socket_dir), safe="")
        names = f"{quote(user, safe='')}@/{quote(database, safe='')}"
        return f"postgresql://{names}?host={host}&port={self.port}"


def attach_or_start(data: Path, *, progress: Callable[[str], None] = _quiet) -> EmbeddedServer:
    """Give a server that answers, starting, recovering or creating it where needed.

    Each call is one more user, to be ended by `release` (or by the process's death). Processes
    and threads may call at once: one starts, the others attach. Raises EmbeddedServerError with
    words for a person; then nothing is left registered.
    """
    with _in_words(data):
        layout = prepare(data)
        with start_lock(layout.start_lock, progress):
            user = enter(layout.users)
            try:
                answer = ensure_running(prepare_site(layout, progress))
            except BaseException:
                user.leave()
                raise
    return EmbeddedServer(
        data=layout.root,
        socket_dir=answer.socket_dir,
        port=PORT,
        version=answer.version,
        pid=answer.pid,
        user=user,
    )


def restart_if_dead(
    server: EmbeddedServer, *, progress: Callable[[str], None] = _quiet
) -> EmbeddedServer:
    """Give the same server when it answers a query, else one brought back to life.

    What comes back stands for the same use: release that one, or the one passed in. Raises
    EmbeddedServerError when it cannot be brought back; calling again later is sensible.
    """
    assert server.user.is_held, "the server was released"
    with _in_words(server.data):
        layout = Layout(server.data)
        programs = bin_folder(layout, server.version)
        is_alive = postmaster.query(programs, server.socket_dir, "select 1") == "1"
        if is_alive and layout.ballast.exists():
            return server
        with start_lock(layout.start_lock, progress):
            if not server.user.is_held:
                return server  # Released meanwhile: a start now would serve nobody, for ever.
            if is_alive:
                refill_ballast(layout, progress)
                return server
            answer = ensure_running(prepare_site(layout, progress))
    return replace(server, socket_dir=answer.socket_dir, version=answer.version, pid=answer.pid)


def release(server: EmbeddedServer) -> None:
    """End one use; the last one stops the server, keeping every commit. Twice is once.

    Raises EmbeddedServerError when the server would not stop.
    """
    if not server.user.is_held:
        return
    layout = Layout(server.data)
    with _in_words(server.data):
        if not layout.start_lock.exists():
            server.user.leave()  # The data folder was removed under the server; end it as well.
            stop_server(layout, server_account(), server.pid)
            return
        with start_lock(layout.start_lock, _quiet):
            server.user.leave()
            if is_anyone_left(layout.users):
                return
            found = postmaster.read_pid_file(layout.cluster)
            stop_server(layout, server_account(), server.pid if found is None else found.pid)
            if server.socket_dir != layout.sockets:
                with contextlib.suppress(OSError):  # Empty or not there: nothing depends on it.
                    server.socket_dir.rmdir()


@contextlib.contextmanager
def _in_words(data: Path) -> Generator[None]:
    """Turn what the system refuses (space, rights) into words with a remedy."""
    try:
        yield
    except OSError as problem:
        if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise disk_full(data) from problem
        if problem.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise EmbeddedServerError(
                f"The system forbids to use {problem.filename or data}: {problem.strerror}. Run "
                "Retour as the owner of its data, or choose another folder with RETOUR_DATA."
            ) from problem
        raise
