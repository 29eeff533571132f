"""Channels looked at in the background, each account when it is due.

It remembers nothing: an account says itself when its turn is, and one whose look was cut off is due
again in minutes.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

import structlog

from retour.desk.channels.polling import poll
from retour.store.channels import due_anywhere
from retour.store.database import DELIVERY

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from retour.desk.channels.calling import Calls
    from retour.desk.house import House

_LOG: Final = structlog.get_logger()
LOOK_S: Final = 1.0
"""How often it is looked up which accounts are due."""
_TROUBLE_S: Final = 5.0


@asynccontextmanager
async def polling(house: House, calls: Calls, look_s: float = LOOK_S) -> AsyncGenerator[None]:
    """Look at channels for as long as the block lasts."""
    task = asyncio.create_task(_keep_looking(house, calls, look_s))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep_looking(house: House, calls: Calls, look_s: float) -> None:
    while True:
        try:
            pool = await house.database.pool(DELIVERY)
            due = await due_anywhere(pool)
            async with asyncio.TaskGroup() as looks:  # A long look of one keeps nobody waiting.
                for workspace_id, code in due:
                    looks.create_task(poll(house, calls, workspace_id, code))
            await asyncio.sleep(look_s)
        except* Exception as error:  # noqa: BLE001 - it looks for every workspace, and may not end
            _LOG.warning("channels are looked at later", why=repr(error.exceptions[0]))
            await asyncio.sleep(_TROUBLE_S)
