"""Exports gone on with in the background, a slice at a time; files dropped in time.

Between slices it rests as long as the last one took, so that deliveries are never far behind.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from retour.desk.exports.slices import drop_over, go_on, waiting
from retour.wiring.looking import apart, looking

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from retour.desk.house import House

_LOOK_S: Final = 1.0


def exporting(house: House) -> AbstractAsyncContextManager[None]:
    """Go on with exports for as long as the block lasts."""

    async def look() -> float:
        """Give every running export one slice, and drop what was kept long enough."""
        has_worked = False
        for one in await waiting(house):
            with apart("exports", workspace=one.workspace_id, export=one.export_id):
                if one.is_over:
                    await drop_over(house, one.workspace_id, one.export_id)
                    continue
                done = await go_on(house, one.workspace_id, one.export_id)
                if done is not None:
                    has_worked = True
                    await asyncio.sleep(done.seconds)
        return 0.0 if has_worked else _LOOK_S

    return looking(look, "exports")
