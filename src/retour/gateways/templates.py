"""Merchants' Liquid templates, rendered in children that may be killed at any moment.

``TemplatePool`` starts children when first needed, limits the time each question may take, and
replaces whoever breaks a limit. Rendering itself is ``template_child``'s, which shares nothing with
this process but a pipe. Never here: what the variables mean, or who is told of an error.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import OrderedDict
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Final, Literal

import msgspec

from retour.gateways.limits import (
    TEMPLATE_CHILDREN,
    TEMPLATE_CPU_S,
    TEMPLATE_IDLE_S,
    TEMPLATE_QUARANTINE_S,
    TEMPLATE_SOURCE_BYTES_MAX,
    TEMPLATE_START_S,
    TEMPLATE_VARIABLES_BYTES_MAX,
    TEMPLATE_WALL_S,
)

_PROGRAM: Final = str(Path(__file__).with_name("template_child.py"))
_ENVIRONMENT: Final = {"TZ": "UTC", "LC_ALL": "C.UTF-8"}
_QUARANTINED_MAX: Final = 1000
_ANSWER_BYTES_MAX: Final = 16_000_000
_EXIT_OUT_OF_MEMORY: Final = 9
_OVERTAXED: Final = frozenset(
    {-signal.SIGPROF, -signal.SIGXCPU, -signal.SIGSEGV, _EXIT_OUT_OF_MEMORY}
)
"""Ways to die that are the template's doing; a segmentation fault is its recursion."""


class TemplateError(msgspec.Struct, frozen=True, kw_only=True):
    """Why a template gave nothing, for the person who writes it.

    ``code`` is stable: ``syntax``, ``unknown_filter``, ``render``, ``not_well_formed``,
    ``too_much`` (a counted limit), ``too_large`` (source or variables), ``killed`` (time or
    memory), ``crashed`` (the child went away by itself; the only one worth another attempt).
    ``line`` and ``column`` count from one and are ``None`` where no place can be blamed.
    """

    code: Literal[
        "syntax",
        "unknown_filter",
        "render",
        "not_well_formed",
        "too_much",
        "too_large",
        "killed",
        "crashed",
    ]
    message: str
    part: str | None = None
    line: int | None = None
    column: int | None = None


class _Answer(msgspec.Struct, frozen=True):
    parts: dict[str, str] = {}
    problem: TemplateError | None = None


_KILLED: Final = TemplateError(
    code="killed", message="The template took too much time or memory. Loop less and build less."
)
_CRASHED: Final = TemplateError(
    code="crashed", message="The template could not be rendered this time. Try again."
)


class TemplatePool:
    """Renders templates, at most ``children`` at once; costs nothing before the first.

    Belongs to one event loop. A part's name says what it becomes and so how values are escaped in
    it: ``html`` or ``…_html``, likewise ``xml`` and ``json`` (whose results are checked to be
    that), ``subject`` (one line), anything else plain text.
    """

    def __init__(
        self,
        *,
        children: int = TEMPLATE_CHILDREN,
        cpu_s: float = TEMPLATE_CPU_S,
        wall_s: float = TEMPLATE_WALL_S,
        idle_s: float = TEMPLATE_IDLE_S,
    ) -> None:
        self._places = asyncio.Semaphore(children)
        self._cpu_s = cpu_s
        self._wall_s = wall_s
        self._idle_s = idle_s
        self._idle: list[_Child] = []
        self._quarantine: OrderedDict[bytes, float] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def render(
        self, source: Mapping[str, str], variables: Mapping[str, object]
    ) -> dict[str, str] | TemplateError:
        """Render every part of ``source`` with ``variables``, or give the first error.

        ``variables`` is anything JSON can say. What is not in it renders as nothing.
        """
        return await self._ask("render", source, variables)

    async def check(self, source: Mapping[str, str]) -> TemplateError | None:
        """Find the first error that needs no variables to be one."""
        answer = await self._ask("check", source, {})
        return answer if isinstance(answer, TemplateError) else None

    async def close(self) -> None:
        """End every child. Whoever still waits is answered ``crashed``."""
        self._is_closed = True
        for task in list(self._tasks):
            task.cancel()
        children, self._idle = self._idle, []
        for child in children:
            await child.end()

    async def _ask(
        self, op: str, source: Mapping[str, str], variables: Mapping[str, object]
    ) -> dict[str, str] | TemplateError:
        for part, text in source.items():
            if len(text.encode(errors="replace")) > TEMPLATE_SOURCE_BYTES_MAX:
                words = "The template is longer than 32 kB. Shorten it."
                return TemplateError(code="too_large", message=words, part=part)
        question = msgspec.json.encode({"op": op, "parts": source, "variables": variables})
        if len(question) > TEMPLATE_VARIABLES_BYTES_MAX:
            return TemplateError(code="too_large", message="The data is larger than 2 MB.")
        name = hashlib.sha256(msgspec.json.encode(source)).digest()
        if self._quarantine.get(name, 0.0) > time.monotonic():
            return _KILLED
        async with self._places:
            answer = await self._answer(question)
        if answer is _KILLED:
            self._remember_killed(name)
        return answer

    async def _answer(self, question: bytes) -> dict[str, str] | TemplateError:
        child = await self._take()
        if child is None:
            return _CRASHED
        said = None
        try:
            said = await child.ask(question, self._wall_s)
        finally:  # Also when the caller was cancelled: a child in mid-question is of no use.
            if said is None:
                await child.end()
                self._begin(self._replace())
            else:
                self._rest(child)
        if said is None:
            return _KILLED if child.was_overtaxed else _CRASHED
        answer = msgspec.json.decode(said, type=_Answer)
        return answer.problem or answer.parts

    async def _take(self) -> _Child | None:
        while self._idle:
            child = self._idle.pop()
            if child.is_alive:
                return child
        return None if self._is_closed else await _Child.start(self._cpu_s)

    def _rest(self, child: _Child) -> None:
        child.rested_at = time.monotonic()
        self._idle.append(child)
        if len(self._idle) == 1:
            self._begin(self._end_idle())

    async def _replace(self) -> None:
        child = None if self._is_closed else await _Child.start(self._cpu_s)
        if child is not None:
            self._rest(child)

    async def _end_idle(self) -> None:
        """End children that nobody needs any more; ends itself when none is resting."""
        while self._idle:
            await asyncio.sleep(self._idle_s / 2)
            before = time.monotonic() - self._idle_s
            tired = [child for child in self._idle if child.rested_at <= before]
            self._idle = [child for child in self._idle if child.rested_at > before]
            for child in tired:
                await child.end()

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _remember_killed(self, name: bytes) -> None:
        self._quarantine[name] = time.monotonic() + TEMPLATE_QUARANTINE_S
        if len(self._quarantine) > _QUARANTINED_MAX:
            self._quarantine.popitem(last=False)


class _Child:
    """One rendering process, between its readiness and its end."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._was_too_slow = False
        self.rested_at = 0.0

    @classmethod
    async def start(cls, cpu_s: float) -> _Child | None:
        """Start a child and wait until it is ready; ``None`` if it never is."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            _PROGRAM,
            str(cpu_s),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env=_ENVIRONMENT,
        )
        child = cls(process)
        try:
            async with asyncio.timeout(TEMPLATE_START_S):
                await child._hear()
        except BaseException as error:
            await child.end()
            if isinstance(error, TimeoutError | EOFError):
                return None
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
            pass
        return None

    async def end(self) -> None:
        """Kill the process, unless it is dead already, and bury it."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def _hear(self) -> bytes:
        pipe = self._process.stdout
        assert pipe is not None
        length = int.from_bytes(await pipe.readexactly(4))
        return await pipe.readexactly(min(length, _ANSWER_BYTES_MAX))
