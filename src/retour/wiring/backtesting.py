"""Backtests gone on with in the background, a slice at a time, each in its turn.

Between slices it rests as long as the last one took, so that at most half a core goes into them and
deliveries are never far behind.  It remembers nothing: kill it, and the next look goes on.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

import asyncpg
import structlog

from retour.desk.policies.trying import go_on, running

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from retour.desk.house import House

_LOG: Final = structlog.get_logger()
_LOOK_S: Final = 1.0
_TROUBLE_S: Final = 5.0
_TROUBLE: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


@asynccontextmanager
async def backtesting(house: House) -> AsyncGenerator[None]:
    """Go on with backtests for as long as the block lasts."""
    task = asyncio.create_task(_keep_going(house))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep_going(house: House) -> None:
    while True:
        try:
            if not await _one_round(house):
                await asyncio.sleep(_LOOK_S)
        except _TROUBLE as error:
            _LOG.warning("backtests wait for the database", why=str(error))
            await asyncio.sleep(_TROUBLE_S)


async def _one_round(house: House) -> bool:
    """Give every running backtest one slice; says whether there was any to give."""
    has_worked = False
    for workspace_id, backtest_id in await running(house):
        done = await go_on(house, workspace_id, backtest_id)
        if done is not None:
            has_worked = True
            await asyncio.sleep(done.seconds)
    return has_worked
