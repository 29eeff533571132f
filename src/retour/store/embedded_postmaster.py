"""The running server: found by its pid file, tested by connecting, started, stopped.

A pid alone proves nothing: it may be a zombie, or another program's by now. So a server counts
as alive when the process says it is our PostgreSQL, and as well when it answers a query. Never
here: what to do about it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from retour.store.embedded_account import Account, environment, identity
from retour.store.embedded_cluster import ADMIN
from retour.store.embedded_layout import PORT, Layout
from retour.store.embedded_processes import find_process, kill_all, send_signal

_ANSWER_TIMEOUT_S: Final = 5
_FAST_STOP_S: Final = 30
_QUICK_STOP_S: Final = 10
_POLL_S: Final = 0.005
_LOG_BYTES_MAX: Final = 8 * 1024 * 1024
_START_BYTES_MAX: Final = 64 * 1024

_started: Final[dict[int, subprocess.Popen[bytes]]] = {}
"""Servers this process started: their parent must collect them, or they stay as zombies."""


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What the pid file says of a server, true or not."""

    pid: int
    socket_dir: Path | None  # None while the server has not yet chosen it.
    is_ready: bool

    @property
    def has_socket(self) -> bool:
        """Whether there is something to connect to."""
        return self.socket_dir is not None and ((self.socket_dir / f".s.PGSQL.{PORT}").is_socket())


def read_pid_file(cluster: Path) -> Postmaster | None:
    """Read who last said to serve this cluster; None when nobody does."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    # pid, folder, start, port, socket folder, address, shared memory, state: written bit by bit.
    lines += [""] * 8
    folder, state = lines[4].strip(), lines[7].strip()
    return Postmaster(pid, Path(folder) if folder else None, state == "ready")


def is_alive(pid: int, layout: Layout, account: Account) -> bool:
    """Whether `pid` is the living server of this very cluster: no zombie, no namesake."""
    _collect()
    found = find_process(pid)
    return (
        found is not None
        and found.uid == account.uid
        and f"/postgres -D {layout.cluster} -c " in found.command
    )


def clear_sockets(socket_dir: Path, layout: Layout, account: Account) -> None:
    """Remove the socket a dead server left, whose lock may name a pid that lives again.

    The folder is this cluster's alone and the caller holds the start lock, so nobody is missed.
    """
    lock = socket_dir / f".s.PGSQL.{PORT}.lock"
    try:
        pid = int(lock.read_text().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        pid = 0
    if pid == 0 or not is_alive(pid, layout, account):
        for left_over in (socket_dir / f".s.PGSQL.{PORT}", lock):
            left_over.unlink(missing_ok=True)


def query(programs: Path, socket_dir: Path, sql: str, *, database: str = "postgres") -> str | None:
    """Ask the server as its superuser; None when it gave no answer, for whatever reason."""
    command = [programs / "psql", "-XAtqw", "-v", "ON_ERROR_STOP=1", "-d", database]
    command += ["-h", socket_dir, "-p", str(PORT), "-U", ADMIN, "-c", sql]
    try:
        done = subprocess.run(
            [str(word) for word in command],
            check=False,
            capture_output=True,
            env=environment({"PGCONNECT_TIMEOUT": str(_ANSWER_TIMEOUT_S)}),
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=2 * _ANSWER_TIMEOUT_S,
        )
    except (subprocess.TimeoutExpired, FileNotFoundError):
        return None  # A file not found: the programs were replaced by a newer version.
    return done.stdout.strip() if done.returncode == 0 else None


def launch(
    layout: Layout, account: Account, programs: Path, socket_dir: Path
) -> subprocess.Popen[bytes]:
    """Start the server in a session of its own, which no terminal and no parent's death ends."""
    settings = {
        "config_file": layout.configuration / "postgresql.conf",
        "hba_file": layout.configuration / "pg_hba.conf",
        "ident_file": layout.configuration / "pg_ident.conf",
        "listen_addresses": "",
        "unix_socket_directories": socket_dir,
        "unix_socket_permissions": "0700",
        "port": PORT,
        "cluster_name": f"retour-{layout.name}",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
    }
    command = [str(programs / "postgres"), "-D", str(layout.cluster)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with _open_log(layout.log) as log:
        child = subprocess.Popen(
            command,
            cwd="/",
            env=environment(_stale_owner(layout)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            umask=0o077,
            **identity(account),
        )
    _started[child.pid] = child
    return child


def stop(pid: int, layout: Layout, account: Account) -> bool:
    """End the server: sessions are cut, commits are kept. False when it would not end.

    After a while it is told to leave without a last checkpoint; the next start recovers.
    """
    for number, patience_s in ((signal.SIGINT, _FAST_STOP_S), (signal.SIGQUIT, _QUICK_STOP_S)):
        deadline = time.monotonic() + patience_s
        if is_alive(pid, layout, account):
            send_signal(pid, number)
        while is_alive(pid, layout, account):
            if time.monotonic() > deadline:
                break
            time.sleep(_POLL_S)
        else:
            return True
    return False


def kill_orphans(layout: Layout, account: Account) -> int:
    """Kill what a dead server's children still do to the cluster; the number killed.

    Only for a server proven dead: nothing such a child does can be committed any more.
    """
    return kill_all(f"postgres: retour-{layout.name}: ", account)


def rotate_log(log: Path) -> None:
    """Put a log that has grown large aside, over the one put aside before it."""
    if log_size(log) > _LOG_BYTES_MAX:
        log.replace(log.with_name(f"{log.name}.1"))


def log_size(log: Path) -> int:
    """Where the log ends now: what is written from here on belongs to the next start."""
    return log.stat().st_size if log.exists() else 0


def log_since(log: Path, offset: int) -> str:
    """Read what the server has logged since `offset`, cut to what a start can say."""
    with log.open("rb") as file:
        file.seek(offset)
        return file.read(_START_BYTES_MAX).decode(errors="replace")


def _open_log(log: Path) -> BinaryIO:
    return os.fdopen(os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "wb")


def _stale_owner(layout: Layout) -> dict[str, str]:
    """Tell PostgreSQL which pid of a left-over pid file is no server.

    A pid that is a zombie, or that another program got after a reboot, would make it refuse to
    start. It overlooks the pid in this variable (made for pg_ctl), and still refuses while a
    child of the dead server holds the shared memory, which deleting the file would hide.
    """
    found = read_pid_file(layout.cluster)
    return {} if found is None else {"PG_GRANDPARENT_PID": str(found.pid)}


def _collect() -> None:
    """Let the system forget the dead ones among the servers started here."""
    for pid, child in list(_started.items()):
        if child.poll() is not None:
            _started.pop(pid, None)
