"""Drafts of policies brought into force when they are due, by the clocks of their workspaces."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

import asyncpg
import structlog

from retour.desk.policies.drafts import due, publish_due

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from retour.desk.house import House

_LOG: Final = structlog.get_logger()
_LOOK_S: Final = 1.0
_TROUBLE_S: Final = 5.0
_TROUBLE: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


@asynccontextmanager
async def publishing(house: House) -> AsyncGenerator[None]:
    """Look for drafts that are due for as long as the block lasts."""
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
            for workspace_id, policy_id in await due(house):
                done = await publish_due(house, workspace_id, policy_id)
                _LOG.info(
                    "a policy was due", workspace=workspace_id, policy=policy_id, published=done
                )
            await asyncio.sleep(_LOOK_S)
        except _TROUBLE as error:
            _LOG.warning("drafts of policies wait for the database", why=str(error))
            await asyncio.sleep(_TROUBLE_S)
