"""When what failed is tried again by itself: for people who would otherwise try it by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retour.store.telling_deliveries import Wanted, all_pending, lane_of

if TYPE_CHECKING:
    from datetime import datetime

    from retour.desk.house import House


async def next_tries(house: House, workspace_id: int, return_id: str) -> dict[str, datetime]:
    """Say, by the id of a refund's leg, when its processor is asked for it next."""
    tries: dict[str, datetime] = {}
    async with house.database.transaction(workspace_id) as connection:
        wanted = Wanted(return_id=return_id)
        for one in await all_pending(connection, workspace_id, wanted) or ():
            if not one.lane.startswith("leg_") or one.lane in tries:
                continue
            lane = await lane_of(connection, workspace_id, one)
            if lane is not None and not lane.blocked:
                tries[one.lane] = lane.due_at
    return tries
