"""Who came in is noted in the log of each workspace they may do everything in; copies, in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from retour.desk import auditing
from retour.desk.people.members import workspaces_of
from retour.desk.people.roles import MemberRole
from retour.kernel.ids import workspace_number
from retour.store.database import acting_as

if TYPE_CHECKING:
    from retour.desk.house import House

_LOG: Final = structlog.get_logger("retour.desk")
SIGNED_IN: Final = "person.signed_in"
COPIED: Final = "person.session_copied"


async def note_sign_in(house: House, person_id: str, way: str) -> None:
    """Note that an admin signed in, and by what they proved who they are."""
    for one in await workspaces_of(house, person_id):
        workspace_id = workspace_number(one.workspace)
        if one.role is not MemberRole.ADMIN or workspace_id is None:
            continue
        with acting_as(f"person:{person_id}"):
            async with house.database.transaction(workspace_id) as connection:
                details = {"role": one.role.value, "way": way}
                await auditing.act(connection, workspace_id, SIGNED_IN, person_id, details)


async def note_copy(house: House, person_id: str, session_id: str) -> None:
    """Note that somebody's session was brought by two browsers, and ended: who did is not known."""
    _LOG.warning("a session was copied", person=person_id, session=session_id)
    for one in await workspaces_of(house, person_id):
        workspace_id = workspace_number(one.workspace)
        assert workspace_id is not None, "workspaces have numbers"
        async with house.database.transaction(workspace_id) as connection:
            details = {"role": one.role.value, "session": session_id}
            await auditing.act(connection, workspace_id, COPIED, person_id, details)
