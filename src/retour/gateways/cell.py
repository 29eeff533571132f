"""The walls of a child process that reads what strangers made, and how it is asked.

Runs inside the child: it gives up files, sockets, processes and all memory but its share, and there
is no way back. Questions and answers are frames: four bytes of length, then bytes. Standard library
only, so that a child holds nothing worth stealing. The parent's side is ``crew``.
"""

from __future__ import annotations

import resource
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

OUT_OF_MEMORY: Final = 9
"""The exit code by which the parent knows."""
_DESCRIPTORS: Final = 3  # Standard input, output and error, all open already.


def serve(answer: Callable[[bytes], bytes], *, memory_bytes: int, cpu_s: float) -> None:
    """Answer questions until the parent hangs up; die of any that takes more than its share.

    Args:
        answer: Must have imported and warmed up all it needs: from here on no file can be opened.
        memory_bytes: What answering may take beside what the process has already.
        cpu_s: Processor time of one answer.
    """
    lock_down(memory_bytes)
    say(b"{}")
    for question in iter(partial(hear, sys.stdin.buffer.read), None):
        signal.setitimer(signal.ITIMER_PROF, cpu_s)  # Not handled: it ends the process.
        try:
            said = answer(question)
        except MemoryError:
            sys.exit(OUT_OF_MEMORY)
        signal.setitimer(signal.ITIMER_PROF, 0)
        say(said)


def lock_down(memory_bytes: int) -> None:
    """Give up everything answering does not need; there is no way back."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    memory = pages * resource.getpagesize() + memory_bytes
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: _DESCRIPTORS,
        resource.RLIMIT_NPROC: 0,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


def hear(read: Callable[[int], bytes]) -> bytes | None:
    """Read one frame; ``None`` once the parent has hung up."""
    head = read(4)
    return read(int.from_bytes(head)) if head else None


def say(frame: bytes) -> None:
    """Write one frame."""
    sys.stdout.buffer.write(len(frame).to_bytes(4) + frame)
    sys.stdout.buffer.flush()


def packed(head: bytes, blobs: Sequence[bytes] = ()) -> bytes:
    """Put a head and blobs into one frame; the head says how long each blob is."""
    return b"".join((len(head).to_bytes(4), head, *blobs))


def unpacked(frame: bytes) -> tuple[bytes, bytes]:
    """Take a frame apart: its head, and all blobs in one."""
    end = 4 + int.from_bytes(frame[:4])
    return frame[4:end], frame[end:]
