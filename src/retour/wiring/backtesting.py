"""Backtests gone on with in the background, a slice at a time, each in its turn.

Between slices it rests as long as the last one took, so that at most half a core goes into them and
deliveries are never far behind.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from retour.desk.policies.trying import go_on, running
from retour.wiring.looking import apart, looking

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from retour.desk.house import House

_LOOK_S: Final = 1.0


def backtesting(house: House) -> AbstractAsyncContextManager[None]:
    """Go on with backtests for as long as the block lasts."""

    async def look() -> float:
        """Give every running backtest one slice."""
        has_worked = False
        for workspace_id, backtest_id in await running(house):
            with apart("backtests", workspace=workspace_id, backtest=backtest_id):
                done = await go_on(house, workspace_id, backtest_id)
                if done is not None:
                    has_worked = True
                    await asyncio.sleep(done.seconds)
        return 0.0 if has_worked else _LOOK_S

    return looking(look, "backtests")
