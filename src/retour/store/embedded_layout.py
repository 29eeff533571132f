"""The folders of the embedded server: where each thing lies, who owns it, how it is made safe.

Here: paths, owners and modes. Never: a process, a lock, a byte of the database. Only folders
made here are given a mode; a folder found is judged, and refused in words when it cannot be
trusted.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from retour.store.embedded_account import Account, EmbeddedServerError

PORT: Final = 5432
"""Fixed: the socket's folder is private, so no two servers can meet in it."""

SOCKET_PATH_MAX: Final = 103
"""Bytes a socket's path may have: macOS takes 103, Linux 107; one limit is easier to trust."""

_PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9/._-]+")
"""Paths that need no quoting in postgresql.conf, in a URL and in a list of hosts."""

_UNSAFE_IN_PATH: Final = re.compile(r'["$`\\\x00-\x1f]')
"""initdb calls `postgres` through a shell, with the path between double quotes and no more."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Every path the embedded server uses below one data folder; nothing exists by naming it."""

    root: Path

    @property
    def programs(self) -> Path:
        """One folder per PostgreSQL version, and the ballast."""
        return self.root / "pg"

    @property
    def ballast(self) -> Path:
        """The file whose removal gives a full disk room for one recovery."""
        return self.programs / "ballast"

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data folder; it appears whole, by a rename, or not at all."""
        return self.root / "cluster"

    @property
    def configuration(self) -> Path:
        """Configuration files, outside the cluster: the server reads them and cannot write them."""
        return self.root / "conf"

    @property
    def sockets(self) -> Path:
        """The socket's folder, where the path is short and plain enough for one."""
        return self.root / "run"

    @property
    def log(self) -> Path:
        """The server's log; the one before it has `.1` added."""
        return self.root / "log" / "postgres.log"

    @property
    def users(self) -> Path:
        """One locked file for each process that needs the server."""
        return self.root / "users"

    @property
    def start_lock(self) -> Path:
        """Held by whoever starts or stops the server."""
        return self.root / "start.lock"

    @property
    def name(self) -> str:
        """Twelve letters that tell this data folder from every other, the same in every process."""
        return hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]


def prepare(data: Path) -> Layout:
    """Make the data folder and those below it that belong to whoever runs Retour.

    Raises EmbeddedServerError when a folder found there belongs to somebody else.
    """
    layout = Layout(data.expanduser().resolve())
    if _UNSAFE_IN_PATH.search(str(layout.root)):
        raise EmbeddedServerError(
            f"PostgreSQL's tools cannot work in {str(layout.root)!r}: its name has a quotation "
            "mark, a dollar sign, a backtick, a backslash or a line break. Choose another data "
            "folder with RETOUR_DATA."
        )
    as_root = os.geteuid() == 0
    # The server's system user must pass through what root makes; a user's data is nobody's concern.
    open_mode, private = (0o711 if as_root else 0o700), 0o700
    for folder in reversed(layout.root.parents):
        if not folder.exists():
            _make(folder, 0o755 if as_root else 0o700)
    if not _make(layout.root, open_mode):
        _judge_root(layout.root)
    own_folder(layout.programs, open_mode)
    own_folder(layout.configuration, open_mode)
    own_folder(layout.log.parent, private)
    own_folder(layout.users, private)
    return layout


def own_folder(folder: Path, mode: int, owner: Account | None = None) -> None:
    """Make `folder` with exactly this mode and owner, or prove that the one found is ours.

    A folder that belongs to the present user is brought to the wanted state, which ends a
    start that was cut between making and giving away. A link is never followed.
    """
    wanted = os.geteuid() if owner is None else owner.uid
    _make(folder, 0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {wanted, os.geteuid()}:
        raise EmbeddedServerError(
            f"{folder} exists and is not a folder of the user who should own it. "
            "Remove it or choose another data folder with RETOUR_DATA."
        )
    if found.st_uid == os.geteuid():
        folder.chmod(mode)
        if owner is not None and wanted != found.st_uid:
            os.chown(folder, owner.uid, owner.gid, follow_symlinks=False)


def socket_folder(layout: Layout, owner: Account) -> Path:
    """Make the private folder for the server's socket: inside the data folder where that fits.

    Elsewhere it is `/run` or `/tmp`, never the session's runtime folder: that one is swept
    when its user logs out, while the server goes on.
    """
    if _fits(layout.sockets):
        own_folder(layout.sockets, 0o700, owner)
        if _takes_sockets(layout.sockets):
            return layout.sockets
    base = Path("/run") if os.geteuid() == 0 and os.access("/run", os.W_OK) else Path("/tmp")  # noqa: S108 - the folder below is made private and checked.
    folder = base / f"retour-{owner.uid}-{layout.name}"
    try:
        own_folder(folder, 0o700, owner)
    except EmbeddedServerError:
        # Somebody planted the name; the server's own pid file tells the others which one is used.
        folder = Path(tempfile.mkdtemp(prefix="retour-", dir=base))
        own_folder(folder, 0o700, owner)
    return folder


def obstacle(target: Path, account: Account) -> Path | None:
    """Find the first folder on the way to `target` that `account` may not pass through."""
    for folder in reversed((target, *target.parents)):
        found = folder.stat()
        bit = stat.S_IXOTH
        if found.st_uid == account.uid:
            bit = stat.S_IXUSR
        elif found.st_gid == account.gid:
            bit = stat.S_IXGRP
        if folder.is_dir() and not found.st_mode & bit:
            return folder
    return None


def _make(folder: Path, mode: int) -> bool:
    """Make one folder with exactly `mode`; False when something has that name already."""
    try:
        folder.mkdir(mode=mode)
    except FileExistsError:
        return False
    folder.chmod(mode)  # mkdir's mode is thinned by the umask, and ours is meant.
    return True


def _judge_root(root: Path) -> None:
    found = root.stat()
    me = os.geteuid()
    if not root.is_dir():
        raise EmbeddedServerError(
            f"{root} is not a folder. Choose another data folder with RETOUR_DATA."
        )
    # Root may be trusted with a folder it prepared for us (a mounted volume); nobody else.
    if found.st_uid not in {me, 0} or not os.access(root, os.W_OK | os.X_OK):
        raise EmbeddedServerError(
            f"The data folder {root} belongs to user id {found.st_uid}, and Retour runs as user id "
            f"{me}. Run Retour as its owner, or choose another folder with RETOUR_DATA."
        )
    if found.st_mode & stat.S_IWOTH:
        raise EmbeddedServerError(
            f"Everybody may write to {root}, so it cannot hold a database. "
            f"Choose a folder of your own with RETOUR_DATA, for example {root / 'retour'}."
        )


def _fits(folder: Path) -> bool:
    path = str(folder / f".s.PGSQL.{PORT}")
    return len(os.fsencode(path)) <= SOCKET_PATH_MAX and _PLAIN_PATH.fullmatch(path) is not None


def _takes_sockets(folder: Path) -> bool:
    """Try it: network and shared folders of virtual machines hold files but no sockets."""
    if sys.platform == "win32":
        return False
    probe = folder / f"try.{os.getpid()}"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(probe))
    except OSError:
        return False
    finally:
        probe.unlink(missing_ok=True)
    return True
