"""Processes as the system tells of them, with or without /proc.

Here: looking one up, killing what a dead parent left. Never here: what PostgreSQL says of itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from retour.store.embedded_account import Account, environment

_GONE_S: Final = 5
_POLL_S: Final = 0.005


@dataclass(frozen=True, slots=True)
class Process:
    """What the system says of a process."""

    pid: int
    uid: int
    command: str


def find_process(pid: int) -> Process | None:
    """Look one process up; None when it is gone. A zombie has no command any more."""
    if not Path("/proc/self").exists():
        return next(_listed(["-p", str(pid)]), None)
    folder = Path(f"/proc/{pid}")
    try:
        command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
        uid = folder.stat().st_uid
    except (FileNotFoundError, ProcessLookupError):
        return None
    return Process(pid, uid, os.fsdecode(command))


def kill_all(prefix: str, account: Account) -> int:
    """Kill the account's processes whose command begins like this, and see them gone.

    Gives the number killed; one that is stuck in the kernel is not waited for for ever.
    """
    found = [p for p in _processes() if p.uid == account.uid and p.command.startswith(prefix)]
    for process in found:
        send_signal(process.pid, signal.SIGKILL)
    deadline = time.monotonic() + _GONE_S
    while time.monotonic() < deadline and any(find_process(p.pid) == p for p in found):
        time.sleep(_POLL_S)
    return len(found)


def send_signal(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process that may have ended by itself meanwhile."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # It ended by itself, which is what the signal was for.


def _processes() -> Iterator[Process]:
    if not Path("/proc/self").exists():
        yield from _listed(["-A"])
        return
    for folder in Path("/proc").iterdir():
        found = find_process(int(folder.name)) if folder.name.isdigit() else None
        if found is not None:
            yield found


def _listed(which: list[str]) -> Iterator[Process]:
    """Ask `ps`, where there is no /proc."""
    command = ["ps", *which, "-o", "pid=,uid=,args="]
    listing = subprocess.run(
        command, check=False, capture_output=True, text=True, env=environment()
    )
    for line in listing.stdout.splitlines():
        pid, uid, words = line.split(None, 2)
        yield Process(int(pid), int(uid), words)
