"""Who needs the server: one locked file for each user, and one lock to start or stop under.

Both are `flock` locks, which the kernel drops with the process however it dies, so a killed
process leaves no ghost behind. Never here: PostgreSQL.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from retour.store.embedded_account import EmbeddedServerError

_WAIT_S: Final = 180
"""How long to wait for another's start or stop; above the longest of both, a crash recovery."""

_SAY_AFTER_S: Final = 1
_POLL_S: Final = 0.01


@dataclass(slots=True, eq=False)
class UserLock:
    """One use of the server; it ends with `leave` or with the process."""

    path: Path
    descriptor: int

    @property
    def is_held(self) -> bool:
        """Whether this use still counts."""
        return self.descriptor >= 0

    def leave(self) -> None:
        """End this use; a second call does nothing."""
        if not self.is_held:
            return
        descriptor, self.descriptor = self.descriptor, -1
        self.path.unlink(missing_ok=True)
        # A forked child may hold the same descriptor: unlock it, closing would not.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def enter(users: Path) -> UserLock:
    """Register one more user of the server. The caller holds the start lock."""
    path = users / f"{os.getpid()}-{secrets.token_hex(4)}.lock"
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return UserLock(path, descriptor)


def is_anyone_left(users: Path) -> bool:
    """Say whether a living process uses the server, and clear away what dead ones left.

    The caller holds the start lock, under which alone such files appear.
    """
    living = False
    for path in users.glob("*.lock"):
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            living = True
        else:
            path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)
    return living


@contextlib.contextmanager
def start_lock(path: Path, progress: Callable[[str], None]) -> Generator[None]:
    """Let one thread of one process at a time start or stop the server of a data folder.

    Raises EmbeddedServerError when another holds it for longer than any start takes.
    """
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        _acquire(descriptor, path, progress)
        yield
    finally:
        os.close(descriptor)  # Nobody else has this descriptor, so closing unlocks.


def _acquire(descriptor: int, path: Path, progress: Callable[[str], None]) -> None:
    begin = time.monotonic()
    told = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = time.monotonic() - begin
        else:
            return
        if waited > _WAIT_S:
            raise EmbeddedServerError(
                f"Another process has been starting or stopping the database for {_WAIT_S} s. "
                f"Find it with `fuser {path}`, end it, and try again."
            )
        if waited > _SAY_AFTER_S and not told:
            progress("Waiting for another process that is starting or stopping the database")
            told = True
        time.sleep(_POLL_S)
