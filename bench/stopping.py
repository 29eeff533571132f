"""An end in order, whoever asks for it: a server of ours must not stay behind."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Final, TypeVar

INTERRUPTED: Final = 130
T = TypeVar("T")


async def run_until_told(work: Coroutine[None, None, T]) -> T:
    """Do the work; SIGTERM cancels it, as the runner lets SIGINT do."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task
