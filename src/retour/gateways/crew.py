"""Children that read what strangers made: started, asked, killed, replaced, and ended when idle.

``Crew`` never has more children than places and holds a place until a lost child is replaced, so
that the next question does not wait for a start. Never here: what is asked (``templates``,
``photos``, ``incoming``).
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Coroutine
from typing import Final

from retour.gateways.limits import CHILD_START_S

_ENVIRONMENT: Final = {"TZ": "UTC", "LC_ALL": "C.UTF-8"}
_ANSWER_BYTES_MAX: Final = 40_000_000
_DYING_S: Final = 1.0
_EXIT_OUT_OF_MEMORY: Final = 9
_OVERTAXED: Final = frozenset(
    {-signal.SIGPROF, -signal.SIGXCPU, -signal.SIGSEGV, _EXIT_OUT_OF_MEMORY}
)
"""Ways to die that are the question's doing; a segmentation fault is its recursion."""


class Overtaxed(Exception):
    """The child was killed, or died, of the question it was asked."""


class Lost(Exception):
    """The child is gone for a reason of its own, or none could be started."""


class Crew:
    """At most ``places`` children, each asked one question at a time. Belongs to one loop.

    Args:
        program: What they run: a module by its dotted name, then what it is told beside its share.
    """

    def __init__(
        self, *program: str, places: int, cpu_s: float, wall_s: float, idle_s: float
    ) -> None:
        self._program = program
        self._places = asyncio.Semaphore(places)
        self._cpu_s = cpu_s
        self._wall_s = wall_s
        self._idle_s = idle_s
        self._children: set[Child] = set()
        self._idle: list[Child] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_tidying = False
        self._is_closed = False

    async def ask(self, question: bytes) -> bytes:
        """Give a child's answer.

        Raises:
            Overtaxed: the question cost more than its share.
            Lost: try again.
        """
        await self._places.acquire()
        child: Child | None = None
        answer: bytes | None = None
        try:
            child = await self._take()
            answer = await child.ask(question, self._wall_s)
        finally:  # Also when the caller was cancelled: a child in mid-question is of no use.
            if child is None:
                self._places.release()
            elif answer is None:
                self._begin(self._replace(child))
            else:
                self._rest(child)
                self._places.release()
        if answer is not None:
            return answer
        assert child is not None
        await child.end()
        raise Overtaxed if child.was_overtaxed else Lost

    async def close(self) -> None:
        """End every child, busy ones too; whoever waits for an answer is told ``Lost``."""
        self._is_closed = True
        for task in list(self._tasks):
            task.cancel()
        for child in list(self._children):
            await self._end(child)
        self._idle.clear()

    async def _take(self) -> Child:
        while self._idle:
            child = self._idle.pop()
            if child.is_alive:
                return child
            await self._end(child)
        return await self._start()

    async def _start(self) -> Child:
        if self._is_closed:
            raise Lost
        child = await Child.start(self._cpu_s, *self._program)
        self._children.add(child)
        return child

    def _rest(self, child: Child) -> None:
        child.rested_at = time.monotonic()
        self._idle.append(child)
        if not self._is_tidying:
            self._is_tidying = True
            self._begin(self._tidy())

    async def _replace(self, lost: Child) -> None:
        try:
            await self._end(lost)
            self._rest(await self._start())
        except Lost:
            return  # Whoever comes next will try, and be told.
        finally:
            self._places.release()

    async def _tidy(self) -> None:
        """End children that nobody needs any more, until none is resting."""
        while self._idle:
            await asyncio.sleep(self._idle_s / 2)
            before = time.monotonic() - self._idle_s
            tired = [child for child in self._idle if child.rested_at <= before]
            self._idle = [child for child in self._idle if child.rested_at > before]
            for child in tired:
                await self._end(child)
        self._is_tidying = False

    async def _end(self, child: Child) -> None:
        await child.end()
        self._children.discard(child)

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Child:
    """One process, between its readiness and its end."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._was_too_slow = False
        self._hung_up = False
        self.rested_at = 0.0

    @classmethod
    async def start(cls, cpu_s: float, module: str, *told: str) -> Child:
        """Start a child and wait until it is ready.

        Raises:
            Lost: it never was.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-m",
            module,
            str(cpu_s),
            *told,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env=_ENVIRONMENT,
        )
        child = cls(process)
        try:
            async with asyncio.timeout(CHILD_START_S):
                await child._hear()
        except (TimeoutError, EOFError):
            await child.end()
            raise Lost from None
        except BaseException:
            await child.end()
            raise
        return child

    @property
    def is_alive(self) -> bool:
        """Say whether the process has not ended, as far as we were told."""
        return self._process.returncode is None

    @property
    def was_overtaxed(self) -> bool:
        """Say whether the process died of what it was asked; true only after ``end``."""
        return self._was_too_slow or self._process.returncode in _OVERTAXED

    async def ask(self, question: bytes, wall_s: float) -> bytes | None:
        """Give the answer to ``question``, or ``None`` if there was none in time."""
        pipe = self._process.stdin
        assert pipe is not None
        try:
            async with asyncio.timeout(wall_s):
                pipe.write(len(question).to_bytes(4) + question)
                await pipe.drain()
                return await self._hear()
        except TimeoutError:
            self._was_too_slow = True
        except (EOFError, ConnectionError):
            self._hung_up = True
        return None

    async def end(self) -> None:
        """See the process to its end, by force unless it is dying already. Idempotent."""
        if self._hung_up:  # A kill now could take its exit status away from whoever waits for it.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), _DYING_S)
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    async def _hear(self) -> bytes:
        pipe = self._process.stdout
        assert pipe is not None
        length = int.from_bytes(await pipe.readexactly(4))
        return await pipe.readexactly(min(length, _ANSWER_BYTES_MAX))
