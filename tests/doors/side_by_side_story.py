"""Seconds that pass while a decision can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retour.desk.agents.holding import carry_out_due

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.support.pg import Workspace


async def time_passes(house: House, workspace: Workspace) -> None:
    """Let what is held be due, and carry it out."""
    async with house.database.transaction(workspace.id) as connection:
        await connection.execute(
            "UPDATE retour.held_decision SET due_at = clock_timestamp() WHERE workspace_id = $1",
            workspace.id,
        )
    await carry_out_due(house)
