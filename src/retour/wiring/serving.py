"""The API process: the application on a socket, and the delivery process beside it.

Delivery runs as a supervised child where there is more than one core: the same code as
``retour work``, told over its standard input which lanes have become due.  The child ends when that
pipe closes, so it never outlives us.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import structlog
import uvicorn

from retour.api.protocol import Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from retour.settings import Settings

_LOG: Final = structlog.get_logger()
_GRACE_S: Final = 25
"""How long a stopping delivery process may take to finish what is in flight."""
_RESTART_MIN_S: Final = 0.2
_RESTART_MAX_S: Final = 10.0
_HINT_S: Final = 0.002
"""Hints of this long are told together."""
_KEEP_ALIVE_S: Final = 75


class HintPipe:
    """Tells the child which subscriptions have work; what is lost is found within a second."""

    def __init__(self) -> None:
        self._pending: set[tuple[int, str]] = set()
        self._pipe: asyncio.StreamWriter | None = None
        self._scheduled = False

    def attach(self, pipe: asyncio.StreamWriter | None) -> None:
        """Say where hints go from now on; nowhere while no child runs."""
        self._pipe = pipe

    def __call__(self, workspace_id: int, subscription_ids: Iterable[str]) -> None:
        """Take hints; they go out together a moment later."""
        self._pending.update((workspace_id, one) for one in subscription_ids)
        if self._pending and not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_later(_HINT_S, self._tell)

    def _tell(self) -> None:
        self._scheduled = False
        pending, self._pending = self._pending, set()
        pipe = self._pipe
        if pipe is None or pipe.transport.get_write_buffer_size() > 1 << 20:
            return
        lines = "".join(f"{workspace_id} {one}\n" for workspace_id, one in pending)
        with suppress(ConnectionError):
            pipe.write(lines.encode())


class DeliveryChild:
    """One delivery process, started again when it dies; asked to stop when we do."""

    def __init__(self, settings: Settings, hints: HintPipe) -> None:
        self._settings = settings
        self._hints = hints
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False

    async def keep_running(self) -> None:
        """Start the child, and start it again, slower each time it dies young."""
        pause = _RESTART_MIN_S
        while not self._stopping:
            started_at = asyncio.get_running_loop().time()
            process = await self._start()
            code = await process.wait()
            self._hints.attach(None)
            if self._stopping:
                return
            if self._settings.testing and self._settings.crash_at:
                os.kill(os.getpid(), signal.SIGKILL)  # The crash asked for takes all of us.
            lived_s = asyncio.get_running_loop().time() - started_at
            pause = _RESTART_MIN_S if lived_s > _RESTART_MAX_S else min(pause * 2, _RESTART_MAX_S)
            _LOG.warning("delivery ended; starting it again", exit_code=code, pause_s=pause)
            await asyncio.sleep(pause)

    async def _start(self) -> asyncio.subprocess.Process:
        arguments = ["work", "--hinted", "--data", str(self._settings.data)]
        if self._settings.database_url:
            arguments += ["--database-url", self._settings.database_url]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "retour.wiring",
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            env={**os.environ, **_environment(self._settings)},
        )
        self._hints.attach(self._process.stdin)
        return self._process

    async def stop(self) -> None:
        """Ask the child to finish what is in flight, and wait for it."""
        self._stopping = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _GRACE_S + 5)
        except TimeoutError:
            _LOG.warning("delivery did not stop in time; its leases end by themselves")
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _environment(settings: Settings) -> dict[str, str]:
    """Give the child what was decided here and not by the environment."""
    changed = {
        "RETOUR_EGRESS_ALLOW": settings.egress_allow,
        "RETOUR_LOG": settings.log,
        "RETOUR_MAIL_FROM": settings.mail_from,
        "RETOUR_PUBLIC_URL": settings.public_base,
    }
    if settings.smtp_url:
        changed["RETOUR_SMTP_URL"] = settings.smtp_url
    return changed


@asynccontextmanager
async def delivery_child(settings: Settings, hints: HintPipe) -> AsyncGenerator[None]:
    """Have a delivery process for as long as the block lasts."""
    child = DeliveryChild(settings, hints)
    keeping = asyncio.create_task(child.keep_running())
    try:
        yield
    finally:
        await child.stop()
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


class AddressInUse(OSError):
    """The address cannot be listened on; the message says what to do."""


def bind(host: str, port: int) -> socket.socket:
    """Take the address; port 0 takes any free one.

    Raises:
        AddressInUse: Somebody else has it, or it is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
        taken.listen(2048)
    except OSError as error:
        taken.close()
        message = f"Cannot listen on {host}:{port} ({error.strerror}). Choose another with --port."
        raise AddressInUse(message) from error
    return taken


@asynccontextmanager
async def listening(app: Any, taken: socket.socket, *, proxies: str = "") -> AsyncGenerator[None]:  # noqa: ANN401 - an ASGI application
    """Serve ``app`` on a bound socket; the block starts when requests are accepted.

    Args:
        proxies: Networks whose word is taken for who asks and how; nobody else's header counts.
    """
    config = uvicorn.Config(
        app,
        loop="none",
        http=Protocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=proxies,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve([taken]))  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # signals are ours
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn tells no other way
        await asyncio.sleep(0.002)
    try:
        yield
    finally:
        server.should_exit = True
        await serving


async def until_told_to_stop() -> None:
    """Wait for SIGTERM or SIGINT.

    A second one while we end cuts short what is waited for, but still ends the database server
    and what else is ours; a third one ends the process at once.
    """
    loop, told, whole = asyncio.get_running_loop(), asyncio.Event(), asyncio.current_task()
    assert whole is not None, "a coroutine runs in a task"
    signals = count(1)

    def tell() -> None:
        match next(signals):
            case 1:
                told.set()
            case 2:
                whole.cancel()
            case _:
                os._exit(130)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, tell)
    await told.wait()
