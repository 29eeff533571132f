"""From whatever is there to a server that answers: one start, past what is in its way.

Here: attaching to a living server, starting a dead one, what a crash or a full disk asks for.
Never here: who may call (`embedded` holds the start lock around all of this).
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from retour.store import embedded_cluster as cluster
from retour.store import embedded_postmaster as postmaster
from retour.store.embedded_account import Account, EmbeddedServerError, server_account
from retour.store.embedded_layout import Layout, socket_folder
from retour.store.embedded_programs import (
    advisory,
    bin_folder,
    install,
    is_installed,
    sweep,
    wheel_version,
)

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


@dataclass(frozen=True, slots=True)
class Site:
    """One data folder with all that is needed to start its server; the start lock is held."""

    layout: Layout
    account: Account
    programs: Path
    progress: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """A server that answered a query just now."""

    pid: int
    socket_dir: Path
    version: str
    has_database: bool


def prepare_site(layout: Layout, progress: Callable[[str], None]) -> Site:
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
    return Site(layout, account, programs, progress)


def ensure_running(site: Site) -> Answer:
    """Give a server with the database `retour` that has answered a query just now.

    Raises EmbeddedServerError with the reason and the remedy when there can be none.
    """
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


def _attach(site: Site) -> Answer | None:
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
            stop_server(layout, site.account, found.pid)
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


def _ask(site: Site, found: postmaster.Postmaster) -> Answer | None:
    if found.socket_dir is None or not found.has_socket:
        return None
    row = postmaster.query(site.programs, found.socket_dir, _PROBE)
    if row is None:
        return None
    version, _, has_database = row.partition("|")
    return Answer(found.pid, found.socket_dir, version, has_database == "t")


def _start(site: Site) -> Answer:
    layout, progress = site.layout, site.progress
    version = wheel_version()
    warning = advisory(version)
    if warning is not None:
        progress(warning)
    if cluster.is_disk_full(layout):
        _give_up_ballast(site)
    cluster.configure(layout, site.account)
    postmaster.rotate_log(layout.log)
    progress(f"Starting PostgreSQL {version}")
    _launch(site, socket_folder(layout, site.account))
    answer = _attach(site)
    if answer is None:
        raise EmbeddedServerError(
            f"PostgreSQL ended just after its start. The reason is in {layout.log}; mend it and "
            "try again."
        )
    sweep(layout, version)
    refill_ballast(layout, progress)
    return answer


def _launch(site: Site, socket_dir: Path) -> None:
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
                raise disk_full(layout.root)
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


def _becomes_ready(site: Site, child: subprocess.Popen[bytes]) -> bool:
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


def stop_server(layout: Layout, account: Account, pid: int) -> None:
    """Stop the server, or raise EmbeddedServerError with the command that ends it."""
    if not postmaster.stop(pid, layout, account):
        raise EmbeddedServerError(
            f"PostgreSQL (process {pid}) did not stop when told to. "
            f"Its log is {layout.log}; end it with: kill -KILL {pid}"
        )


def _give_up_ballast(site: Site) -> bool:
    """Free the reserve and say so; False when it was spent before."""
    if not cluster.spend_ballast(site.layout.ballast):
        return False
    site.progress(
        f"The disk that holds {site.layout.root} is full. The reserve of "
        f"{cluster.BALLAST_BYTES // 1024**2} MB was given up so that the database can start: "
        "free some space now, or writes will fail again."
    )
    return True


def refill_ballast(layout: Layout, progress: Callable[[str], None]) -> None:
    """Set the reserve aside, and say so, when it is missing and there is space for it."""
    if cluster.restore_ballast(layout.ballast, cluster.free_bytes(layout.root)):
        size = cluster.BALLAST_BYTES // 1024**2
        progress(f"Set {size} MB aside against a full disk")


def disk_full(data: Path) -> EmbeddedServerError:
    """Say that the reserve is spent as well, and how much is to be freed where."""
    return EmbeddedServerError(
        f"The disk that holds {data} is full and the database needs room to start. "
        f"Free at least {2 * cluster.BALLAST_BYTES // 1024**2} MB there and try again."
    )
