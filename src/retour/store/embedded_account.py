"""The system account the embedded server runs under, and programs started under it.

PostgreSQL refuses to run as root. A normal user runs it as himself; root runs it under the
system user `retour-pg`, which owns the database's files and nothing else. Never here: a
decision about the database.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypedDict

SYSTEM_USER: Final = "retour-pg"

SYSTEM_PATH: Final = "/usr/sbin:/sbin:/usr/bin:/bin"
"""Where `useradd` is looked for: root's own PATH often lacks the sbin folders."""

_ENVIRONMENT: Final = {"PATH": SYSTEM_PATH, "LC_ALL": "C", "TZ": "UTC"}
"""All a PostgreSQL program gets: no PG* variable of the caller may redirect it."""

_ACCOUNT_TIMEOUT_S: Final = 30
"""useradd waits for a lock on the account files; longer than this somebody else keeps it."""


class EmbeddedServerError(Exception):
    """The embedded database cannot serve; the message states the fact, then the remedy."""


@dataclass(frozen=True, slots=True)
class Account:
    """An entry of the system's user table, as far as a process needs it."""

    name: str
    uid: int
    gid: int

    @property
    def is_me(self) -> bool:
        """Whether a program started plainly already runs under this account."""
        return self.uid == os.geteuid()


class Identity(TypedDict, total=False):
    """The arguments of `subprocess` that change who a program runs as; empty for oneself."""

    user: int
    group: int
    extra_groups: list[int]


def identity(account: Account) -> Identity:
    """Say to `subprocess` whom to become: nothing for oneself, which needs no right."""
    if account.is_me:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Build the short, fixed environment PostgreSQL's programs run in."""
    return {**_ENVIRONMENT, **(extra or {})}


def my_account() -> Account:
    """Read the account of this process.

    Raises EmbeddedServerError for a bare user id: PostgreSQL needs a name to match peers by.
    """
    uid = os.geteuid()
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise EmbeddedServerError(
            f"User id {uid} has no entry in the system's user table, which PostgreSQL needs. "
            "Add one (for example in /etc/passwd), or set RETOUR_DATABASE_URL to a server."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def server_account() -> Account:
    """Give the account the server runs under: one's own, or the system user when root asks."""
    return my_account() if os.geteuid() != 0 else system_account(SYSTEM_USER)


def system_account(name: str, search_path: str = SYSTEM_PATH) -> Account:
    """Give a system user's account, making it with `useradd` when there is none.

    Two processes may ask at once: whoever comes second finds the user made.
    """
    found = _named(name)
    if found is not None:
        return found
    useradd = shutil.which("useradd", path=search_path)
    remedy = (
        f"Create the system user {name} with your system's own tool, "
        "run Retour as a normal user, or set RETOUR_DATABASE_URL to a server."
    )
    if useradd is None:
        raise EmbeddedServerError(
            "PostgreSQL does not run as root, and this system has no `useradd` to make a user "
            f"for it. {remedy}"
        )
    command = [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent"]
    made = subprocess.run(
        [*command, "--shell", "/usr/sbin/nologin", name],
        check=False,
        capture_output=True,
        env=environment(),
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=_ACCOUNT_TIMEOUT_S,
    )
    found = _named(name)
    if found is None:
        raise EmbeddedServerError(
            f"PostgreSQL does not run as root, and `useradd` could not make a user for it: "
            f"{made.stderr.strip().rstrip('.')}. {remedy}"
        )
    return found


def run(
    account: Account, command: Sequence[str | Path], *, timeout_s: int
) -> subprocess.CompletedProcess[str]:
    """Run one program to its end under `account`, with nothing inherited but the command.

    The exit status is the caller's to judge. Raises PermissionError when the account may not
    reach the program and subprocess.TimeoutExpired when it takes longer.
    """
    return subprocess.run(
        [str(word) for word in command],
        check=False,
        capture_output=True,
        cwd="/",  # The caller's folder may be closed to the account.
        env=environment(),
        errors="replace",
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=timeout_s,
        umask=0o077,
        **identity(account),
    )


def _named(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
