"""The look for decisions that are due: it remembers nothing, so whoever lives carries them out."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

import asyncpg
import structlog

from retour.desk.agents.holding import carry_out_due

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from retour.desk.house import House

_LOG: Final = structlog.get_logger()
_LOOK_S: Final = 1.0
_TROUBLE_S: Final = 5.0
_TROUBLE: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


@asynccontextmanager
async def deciding(house: House) -> AsyncGenerator[None]:
    """Carry out what has been held long enough, for as long as the block lasts."""
    task = asyncio.create_task(_keep_looking(house))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep_looking(house: House) -> None:
    while True:
        try:
            done = await carry_out_due(house)
            await asyncio.sleep(0.0 if done else _LOOK_S)
        except _TROUBLE as error:
            _LOG.warning("held decisions wait for the database", why=str(error))
            await asyncio.sleep(_TROUBLE_S)
