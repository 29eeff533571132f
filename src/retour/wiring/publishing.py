"""Drafts of policies brought into force when they are due, by the clocks of their workspaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from retour.desk.policies.drafts import due, publish_due
from retour.wiring.looking import apart, looking

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from retour.desk.house import House

_LOG: Final = structlog.get_logger()
_LOOK_S: Final = 1.0


def publishing(house: House) -> AbstractAsyncContextManager[None]:
    """Look for drafts that are due for as long as the block lasts."""

    async def look() -> float:
        for workspace_id, policy_id in await due(house):
            with apart("drafts of policies", workspace=workspace_id, policy=policy_id):
                done = await publish_due(house, workspace_id, policy_id)
                _LOG.info("a draft was due", workspace=workspace_id, policy=policy_id, done=done)
        return _LOOK_S

    return looking(look, "drafts of policies")
