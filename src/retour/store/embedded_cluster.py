"""The database's files: made whole or not at all, configured anew at every start, kept a reserve.

Here: initdb, the configuration, the version on disk, the ballast. Never here: a running
server. The caller holds the start lock.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from retour.store.embedded_account import (
    SYSTEM_USER,
    Account,
    EmbeddedServerError,
    my_account,
    run,
)
from retour.store.embedded_layout import Layout, obstacle, own_folder
from retour.store.embedded_processes import kill_all

ADMIN: Final = "retour_admin"
"""The one superuser; nothing of Retour works under it after the first start."""

BALLAST_BYTES: Final = 16 * 1024 * 1024
"""Four segments of the write-ahead log: what a recovery on a full disk needs to get through."""

_SEGMENT_MB: Final = 4
"""Of the write-ahead log. PostgreSQL's 16 would ask four times the room of a full disk."""

_FULL_BELOW: Final = 2 * _SEGMENT_MB * 1024 * 1024
_SPARE_ABOVE: Final = 4 * BALLAST_BYTES
"""Room that must be free before some of it is set aside, so that the ballast fills no disk."""

_INITDB_OPTIONS: Final = (
    "--no-sync",
    "--no-instructions",
    "--auth=peer",
    f"--username={ADMIN}",
    "--encoding=UTF8",
    # The same order and letters on every system, whatever locales it has.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    f"--wal-segsize={_SEGMENT_MB}",
)
_INITDB_TIMEOUT_S: Final = 120

_DISK_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})

_REASON: Final = re.compile('error:|ERROR|FATAL|PANIC|HINT| in file "')
"""Also the lines that tell which setting of which file is wrong."""

_POSTGRESQL_CONF: Final = """\
# Written by Retour at every start. Put settings of your own into custom.conf beside this file.
# What keeps committed returns safe (fsync, synchronous_commit, full_page_writes) and the closed
# network are given on the command line and cannot be changed here.

# A small machine: the whole product is to idle below 250 MB.
shared_buffers = 64MB
effective_cache_size = 256MB
work_mem = 8MB
maintenance_work_mem = 64MB
max_connections = 100
superuser_reserved_connections = 3
max_worker_processes = 4
max_parallel_workers = 2
max_parallel_workers_per_gather = 1
max_logical_replication_workers = 0
io_method = sync
huge_pages = off
jit = off
random_page_cost = 1.1

# Write-ahead log: recovery stays short, `pg_basebackup` stays possible.
wal_level = replica
max_wal_senders = 2
wal_buffers = 4MB
min_wal_size = 32MB
max_wal_size = 256MB
checkpoint_timeout = 10min
checkpoint_completion_target = 0.9

autovacuum = on
autovacuum_max_workers = 2
autovacuum_naptime = 20s

# A killed client frees its locks although its query was still running.
client_connection_check_interval = 5s
password_encryption = scram-sha-256
restart_after_crash = on

# The log tells of starts, stops and crashes. Failed statements are their caller's to report:
# their text and their details hold personal data.
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_checkpoints = off
log_line_prefix = '%m [%p] '
log_timezone = 'UTC'
timezone = 'UTC'
lc_messages = 'C'

include 'custom.conf'
"""

_CUSTOM_CONF: Final = """\
# Settings of your own for Retour's PostgreSQL; read at its start, never overwritten.
"""

_PG_HBA_CONF: Final = """\
# Written by Retour at every start. The kernel says who is calling; nobody is believed on his word.
local  all          all  peer  map=retour
local  replication  all  peer  map=retour
"""


def check_major(layout: Layout, version: str) -> None:
    """Refuse, in words, to open data that another major version of PostgreSQL wrote."""
    written_by = (layout.cluster / "PG_VERSION").read_text().strip()
    major = version.partition(".")[0]
    if written_by == major:
        return
    kept = sorted(str(path) for path in layout.programs.glob(f"{written_by}.*") if path.is_dir())
    raise EmbeddedServerError(
        f"The data in {layout.root} was written by PostgreSQL {written_by}, and this Retour brings "
        f"PostgreSQL {major}. Run `retour migrate --database` to carry it over"
        + (f"; the old programs are kept in {kept[-1]}." if kept else ".")
    )


def check_owner(layout: Layout, account: Account) -> None:
    """Refuse, in words, a database whose files belong to another account than the server's."""
    owner = layout.cluster.stat().st_uid
    if owner != account.uid:
        raise EmbeddedServerError(
            f"The database in {layout.cluster} belongs to user id {owner}, and the server would "
            f"run as {account.name}. Give it back with: chown -R {account.name} {layout.cluster}"
        )


def create(
    layout: Layout, account: Account, programs: Path, progress: Callable[[str], None]
) -> None:
    """Make the database's files and flush them to the disk before they get their name.

    initdb writes without flushing, then the whole tree is flushed at once: a power cut leaves
    either a sound cluster or none.
    """
    progress("Creating the database (once)")
    # A killed start leaves its files, and may leave an initdb and its children at work on them.
    kill_all(f"{layout.programs}/", account)
    for left_over in layout.root.glob("cluster.new-*"):
        shutil.rmtree(left_over)
    staged = layout.root / f"cluster.new-{secrets.token_hex(4)}"
    own_folder(staged, 0o700, account)
    try:
        _initdb(
            layout,
            account,
            [programs / "initdb", *_INITDB_OPTIONS, "-D", staged],
        )
        flush(layout, account, programs, staged)
        staged.rename(layout.cluster)
        _flush_folder(layout.root)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def flush(layout: Layout, account: Account, programs: Path, tree: Path) -> None:
    """Bring a cluster, and on Linux all else on its file system, safely to the disk."""
    method = ["--sync-method=syncfs"] if sys.platform == "linux" else []
    _initdb(layout, account, [programs / "initdb", "--sync-only", *method, "-D", tree])


def configure(layout: Layout, account: Account) -> None:
    """Write the configuration of this release; the operator's custom.conf is left alone."""
    allowed = {my_account().name, account.name, *([SYSTEM_USER] if not account.is_me else [])}
    ident = "# Written by Retour at every start. These users of the system may be any role here.\n"
    ident += "".join(f"retour  {_quoted(name)}  all\n" for name in sorted(allowed))
    own = layout.configuration / "custom.conf"
    if not own.exists():
        own.write_text(_CUSTOM_CONF)
        own.chmod(0o644)
    for name, text in (
        ("postgresql.conf", _POSTGRESQL_CONF),
        ("pg_hba.conf", _PG_HBA_CONF),
        ("pg_ident.conf", ident),
    ):
        path = layout.configuration / name
        staged = path.with_name(f"{name}.new")
        staged.write_text(text)
        staged.chmod(0o644)
        staged.replace(path)


def is_disk_full(layout: Layout) -> bool:
    """Whether less room is left than a start needs to write its first log segments."""
    return free_bytes(layout.root) < _FULL_BELOW


def free_bytes(folder: Path) -> int:
    """Count the bytes a normal user may still write where `folder` lies."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def spend_ballast(ballast: Path) -> bool:
    """Give the reserve up; False when it was spent before."""
    try:
        ballast.unlink()
    except FileNotFoundError:
        return False
    return True


def restore_ballast(ballast: Path, free: int) -> bool:
    """Set the reserve aside again when `free` bytes allow it; False when nothing was done."""
    if ballast.exists() or free < _SPARE_ABOVE:
        return False
    staged = ballast.with_name("ballast.new")
    try:
        with staged.open("wb") as file:
            _reserve(file.fileno())
        staged.replace(ballast)
    except OSError as problem:
        if problem.errno not in _DISK_FULL:
            raise
        return False
    finally:
        staged.unlink(missing_ok=True)
    return True


def last_words(text: str) -> str:
    """Pick from what a PostgreSQL program said the lines that tell why it ended."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if _REASON.search(line)]
    return " / ".join(errors[-3:] or lines[-3:] or ["it said nothing"]).rstrip(".")


def _reserve(descriptor: int) -> None:
    """Take the blocks for real; a file system that cannot promise them gets them written."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, BALLAST_BYTES)
        return
    chunk = secrets.token_bytes(1024 * 1024)  # Random, so that no compression makes it small.
    for _ in range(BALLAST_BYTES // len(chunk)):
        os.write(descriptor, chunk)


def _initdb(layout: Layout, account: Account, command: list[str | Path]) -> None:
    try:
        done = run(account, command, timeout_s=_INITDB_TIMEOUT_S)
    except PermissionError:
        raise out_of_reach(layout, account) from None
    except OSError as problem:
        raise EmbeddedServerError(
            f"The embedded PostgreSQL does not run on this system: {problem.strerror}. "
            "Set RETOUR_DATABASE_URL to a PostgreSQL 15 or later."
        ) from problem
    except subprocess.TimeoutExpired:
        raise EmbeddedServerError(
            f"Creating the database took longer than {_INITDB_TIMEOUT_S} s. "
            f"Look at the disk that holds {layout.root} and try again."
        ) from None
    if done.returncode != 0:
        raise EmbeddedServerError(
            f"PostgreSQL could not create the database in {layout.root}: "
            f"{last_words(done.stderr)}. Mend that and try again; nothing was kept."
        )


def out_of_reach(layout: Layout, account: Account) -> EmbeddedServerError:
    """Put into words why the server's account cannot run what lies in the data folder."""
    closed = obstacle(layout.programs, account)
    if closed is None:
        return EmbeddedServerError(
            f"The system forbids {account.name} to run programs in {layout.programs}; the folder "
            "may be mounted `noexec`. Choose another data folder with RETOUR_DATA."
        )
    return EmbeddedServerError(
        f"The user {account.name}, under which root runs the database, may not enter {closed}. "
        f"Choose a data folder elsewhere with RETOUR_DATA (root's own is /var/lib/retour), "
        f"or open this one yourself with: chmod o+x {closed}"
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
