"""Processes of a benchmark: each is a module that answers JSON lines with JSON lines.

A contender, its load and its receiver never share an interpreter, so none pays for another.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import uvloop

Told = Mapping[str, Any]
ROOT: Final = Path(__file__).resolve().parent.parent
_LINE_BYTES_MAX: Final = 1 << 24
_END_S: Final = 40


class ChildFailed(Exception):
    """A process ended before it answered; what it said stands on standard error."""


class Child:
    """One such process, seen by whoever started it."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self.process = process

    async def tell(self, words: Told) -> None:
        """Send a question without waiting for its answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(words).encode() + b"\n")
        await self.process.stdin.drain()

    async def hear(self) -> dict[str, Any]:
        """Wait for the next answer."""
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        if not line:
            code = await self.process.wait()
            raise ChildFailed(f"{self.name} ended with {code}; what it said stands above.")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def ask(self, words: Told) -> dict[str, Any]:
        """Send a question and give its answer."""
        await self.tell(words)
        return await self.hear()


@asynccontextmanager
async def child(module: str, told: Told) -> AsyncGenerator[Child]:
    """Have a process for as long as the block lasts; it ends when its questions do."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LINE_BYTES_MAX,
        cwd=ROOT,
    )
    started = Child(module, process)
    try:
        await started.tell(told)
        yield started
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(_END_S):
            await process.wait()
    except (TimeoutError, asyncio.CancelledError):
        if process.returncode is None:
            process.kill()
            await process.wait()
        raise


class Questions:
    """What the starter asks, read inside the child."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def next(self) -> dict[str, Any] | None:
        """Wait for a question; ``None`` once there will be no more."""
        line = await self._reader.readline()
        if not line:
            return None
        question: dict[str, Any] = json.loads(line)
        return question


def answer(words: Told) -> None:
    """Say one line to the starter."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


Main = Callable[[dict[str, Any], Questions], Awaitable[None]]


def run(main: Main) -> None:
    """Be a child: read what is told first, then go on."""

    async def begin() -> None:
        reader = asyncio.StreamReader(limit=_LINE_BYTES_MAX)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        questions = Questions(reader)
        told = await questions.next()
        if told is None:
            return
        await main(told, questions)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(begin())
