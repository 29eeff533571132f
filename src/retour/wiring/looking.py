"""Looks that are taken again and again for as long as a process lives.

None of them remembers anything, so whoever lives goes on.  None of them may end either: what one
stumbles over is told, and the next look comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

import structlog

from retour.kernel.problems import Transient
from retour.store.database import AWAY

_LOG: Final = structlog.get_logger()
_TROUBLE_S: Final = 5.0
_TROUBLE: Final = (*AWAY, Transient)
"""What the world does; told without a traceback."""
Look = Callable[[], Awaitable[float]]
"""Looks once; gives how many seconds to rest before the next."""


@asynccontextmanager
async def looking(look: Look, what: str, *, trouble_s: float = _TROUBLE_S) -> AsyncGenerator[None]:
    """Look for as long as the block lasts.

    Args:
        what: What waits meanwhile where a look fails; several of them.
        trouble_s: How long to rest after a look that failed.
    """

    async def keep_looking() -> None:
        while True:
            try:
                await asyncio.sleep(await look())
            except _TROUBLE as error:
                _LOG.warning(f"{what} wait", why=str(error))
                await asyncio.sleep(trouble_s)
            except Exception:  # noqa: BLE001 - it looks for every workspace, and may not end
                _LOG.exception(f"{what} wait: a look failed")
                await asyncio.sleep(trouble_s)

    task = asyncio.create_task(keep_looking())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@contextmanager
def apart(what: str, **which: object) -> Generator[None]:
    """Keep what one of many stumbles over from the others of the same look, save the world's."""
    try:
        yield
    except _TROUBLE:
        raise
    except Exception:  # noqa: BLE001 - the others' turn comes all the same
        _LOG.exception(f"{what} wait: one failed", **which)
