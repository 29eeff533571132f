"""The embedded server: PostgreSQL for one data folder, shared by all processes that use it.

Here: attach or start, restart after a crash, stop when the last user leaves. The parts are in
`embedded_account` (who runs it), `embedded_layout` (folders), `embedded_programs` (binaries),
`embedded_cluster` (files), `embedded_postmaster` (process) and `embedded_users` (locks). Never
here: tables, pools, rights beyond the first role. All of it blocks; call it from a thread.
"""

from __future__ import annotations

import contextlib
import errno
import re
import subprocess
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import quote

from retour.store import embedded_cluster as cluster
from retour.store import embedded_postmaster as postmaster
from retour.store.embedded_account import Account, EmbeddedServerError, server_account
from retour.store.embedded_layout import PORT, Layout, default_data_dir, prepare, socket_folder
from retour.store.embedded_programs import (
    advisory,
    bin_folder,
    install,
    is_installed,
    sweep,
    wheel_version,
)
from retour.store.embedded_users import UserLock, enter, is_anyone_left, start_lock

__all__ = [
    "EmbeddedServer",
    "EmbeddedServerError",
    "advisory",
    "attach_or_start",
    "default_data_dir",
    "release",
    "restart_if_dead",
]

DATABASE: Final = "retour"

_READY_S: Final = 120
"""How long a start may take, recovery after a crash included; `max_wal_size` bounds that."""

_ORPHANS_S: Final = 1
"""How long a killed server's children get to notice; then they are killed."""

_IN_THE_WAY_S: Final = 30
"""How long what a server before this one left behind is waited for, then said in words."""

_SAY_AFTER_S: Final = 2
_POLL_S: Final = 0.005

_PROBE: Final = (
    "select split_part(current_setting('server_version'), ' ', 1), "
    "exists (select from pg_database where datname = 'retour')"
)
_MAKE_DATABASE: Final = "create database retour"

_DISK_FULL: Final = re.compile("No space left on device|Disk quota exceeded")
_IN_THE_WAY: Final = re.compile("shared memory block|lock file .* already exists")
"""What PostgreSQL logs when something of a server before it is still there."""


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
        return self.dsn(cluster.ADMIN)

    def dsn(self, user: str, database: str = DATABASE) -> str:
        """Address a database as one of its roles; the kernel vouches for us, so no password."""
        host = quote(str(self.socket_dir), safe="")
        names = f"{quote(user, safe='')}@/{quote(database, safe='')}"
        return f"postgresql://{names}?host={host}&port={self.port}"


@dataclass(frozen=True, slots=True)
class _Site:
    """One data folder with all that is needed to start its server; the start lock is held."""

    layout: Layout
    account: Account
    programs: Path
    progress: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Answer:
    """A server that answered a query just now."""

    pid: int
    socket_dir: Path
    version: str
    has_database: bool


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
                answer = _ensure_running(_site(layout, progress))
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
            if is_alive:
                _refill(layout, progress)
                return server
            answer = _ensure_running(_site(layout, progress))
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
            _stop(layout, server_account(), server.pid)
            return
        with start_lock(layout.start_lock, _quiet):
            server.user.leave()
            if is_anyone_left(layout.users):
                return
            found = postmaster.read_pid_file(layout.cluster)
            _stop(layout, server_account(), server.pid if found is None else found.pid)
            if server.socket_dir != layout.sockets:
                with contextlib.suppress(OSError):  # Empty or not there: nothing depends on it.
                    server.socket_dir.rmdir()


def _site(layout: Layout, progress: Callable[[str], None]) -> _Site:
    """Bring account, programs and cluster to where a start needs them."""
    account = server_account()
    version = wheel_version()
    programs = bin_folder(layout, version)
    is_first = not layout.cluster.exists()
    if not is_first:
        cluster.check_owner(layout, account)
    if is_first or not is_installed(layout):
        install(layout, progress)
        if not is_first:
            cluster.flush(layout, account, programs, layout.cluster)
    if is_first:
        cluster.create(layout, account, programs, progress)
    cluster.check_major(layout, version)
    return _Site(layout, account, programs, progress)


def _ensure_running(site: _Site) -> _Answer:
    answer = _attach(site)
    if answer is None:
        answer = _start(site)
    if answer.has_database:
        return answer
    if postmaster.query(site.programs, answer.socket_dir, _MAKE_DATABASE) is None:
        raise EmbeddedServerError(
            f"The database `{DATABASE}` could not be made. "
            f"The reason is in {site.layout.log}; mend it and try again."
        )
    return answer


def _attach(site: _Site) -> _Answer | None:
    """Wait for a living server to answer; None when there is none (any more)."""
    layout = site.layout
    begin = time.monotonic()
    is_told = False
    while True:
        found = postmaster.read_pid_file(layout.cluster)
        if found is None or not postmaster.is_alive(found.pid, layout, site.account):
            return None
        answer = _ask(site, found)
        if answer is not None:
            return answer
        if found.is_ready and found.socket_dir is not None and not found.has_socket:
            site.progress("The socket of PostgreSQL was removed; restarting it")
            _stop(layout, site.account, found.pid)
            return None
        waited = time.monotonic() - begin
        if waited > _READY_S:
            raise EmbeddedServerError(
                f"PostgreSQL (process {found.pid}) runs and has not answered for {_READY_S} s. "
                f"Its log is {layout.log}; if it hangs, end it with: kill -QUIT {found.pid}"
            )
        if waited > _SAY_AFTER_S and not is_told:
            site.progress("Waiting for PostgreSQL, which may be recovering from a crash")
            is_told = True
        time.sleep(_POLL_S)


def _ask(site: _Site, found: postmaster.Postmaster) -> _Answer | None:
    if found.socket_dir is None or not found.has_socket:
        return None
    row = postmaster.query(site.programs, found.socket_dir, _PROBE)
    if row is None:
        return None
    version, _, has_database = row.partition("|")
    return _Answer(found.pid, found.socket_dir, version, has_database == "t")


def _start(site: _Site) -> _Answer:
    layout, progress = site.layout, site.progress
    version = wheel_version()
    warning = advisory(version)
    if warning is not None:
        progress(warning)
    if cluster.is_disk_full(layout):
        _give_up_ballast(site)
    cluster.configure(layout, site.account)
    progress(f"Starting PostgreSQL {version}")
    _launch(site, socket_folder(layout, site.account))
    answer = _attach(site)
    if answer is None:
        raise EmbeddedServerError(
            f"PostgreSQL ended just after its start. The reason is in {layout.log}; mend it and "
            "try again."
        )
    sweep(layout, version)
    _refill(layout, progress)
    return answer


def _launch(site: _Site, socket_dir: Path) -> None:
    """Start the server until it is ready, past what a crash or a full disk left in its way."""
    layout = site.layout
    begin = time.monotonic()
    while True:
        postmaster.clear_sockets(socket_dir, layout, site.account)
        offset = postmaster.log_size(layout.log)
        try:
            child = postmaster.launch(layout, site.account, site.programs, socket_dir)
        except PermissionError:
            raise cluster.out_of_reach(layout, site.account) from None
        if _becomes_ready(site, child):
            return
        said = postmaster.log_since(layout.log, offset)
        waited = time.monotonic() - begin
        # On a full disk the log itself may have ended in the middle of the reason.
        if _DISK_FULL.search(said) or cluster.is_disk_full(layout):
            if not _give_up_ballast(site):
                raise _disk_full(layout.root)
        elif _IN_THE_WAY.search(said) and waited < _IN_THE_WAY_S:
            found = postmaster.read_pid_file(layout.cluster)
            if found is not None and postmaster.is_alive(found.pid, layout, site.account):
                return  # Started by a process that was killed before it could say so.
            if waited > _ORPHANS_S:
                postmaster.kill_orphans(layout, site.account)
            time.sleep(10 * _POLL_S)
        else:
            raise EmbeddedServerError(
                f"PostgreSQL did not start: {cluster.last_words(said)}. "
                f"Its log is {layout.log}; mend what it names and try again."
            )


def _becomes_ready(site: _Site, child: subprocess.Popen[bytes]) -> bool:
    """Wait until the server takes queries; False when it ended instead."""
    begin = time.monotonic()
    is_told = False
    while child.poll() is None:
        found = postmaster.read_pid_file(site.layout.cluster)
        if found is not None and found.pid == child.pid and found.is_ready:
            return True
        waited = time.monotonic() - begin
        if waited > _READY_S:
            raise EmbeddedServerError(
                f"PostgreSQL (process {child.pid}) has been starting for {_READY_S} s and goes "
                f"on. Watch {site.layout.log} and try again when it says it is ready."
            )
        if waited > _SAY_AFTER_S and not is_told:
            site.progress("PostgreSQL is recovering from a crash; this may take a moment")
            is_told = True
        time.sleep(_POLL_S)
    return False


def _stop(layout: Layout, account: Account, pid: int) -> None:
    if not postmaster.stop(pid, layout, account):
        raise EmbeddedServerError(
            f"PostgreSQL (process {pid}) did not stop when told to. "
            f"Its log is {layout.log}; end it with: kill -KILL {pid}"
        )


def _give_up_ballast(site: _Site) -> bool:
    """Free the reserve and say so; False when it was spent before."""
    if not cluster.spend_ballast(site.layout.ballast):
        return False
    site.progress(
        f"The disk that holds {site.layout.root} is full. The reserve of "
        f"{cluster.BALLAST_BYTES // 1024**2} MB was given up so that the database can start: "
        "free some space now, or writes will fail again."
    )
    return True


def _refill(layout: Layout, progress: Callable[[str], None]) -> None:
    if cluster.restore_ballast(layout.ballast, cluster.free_bytes(layout.root)):
        size = cluster.BALLAST_BYTES // 1024**2
        progress(f"Set {size} MB aside against a full disk")


def _disk_full(data: Path) -> EmbeddedServerError:
    return EmbeddedServerError(
        f"The disk that holds {data} is full and the database needs room to start. "
        f"Free at least {2 * cluster.BALLAST_BYTES // 1024**2} MB there and try again."
    )


@contextlib.contextmanager
def _in_words(data: Path) -> Generator[None]:
    """Turn what the system refuses (space, rights) into words with a remedy."""
    try:
        yield
    except OSError as problem:
        if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise _disk_full(data) from problem
        if problem.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise EmbeddedServerError(
                f"The system forbids to use {problem.filename or data}: {problem.strerror}. Run "
                "Retour as the owner of its data, or choose another folder with RETOUR_DATA."
            ) from problem
        raise
