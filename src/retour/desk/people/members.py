"""Members: who belongs to a workspace and as what; a change moves its epoch, as a key's does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retour.desk.config import MEMBERS_MAX, Principal
from retour.desk.people.persons import HOUSE, SQL
from retour.desk.people.roles import ROLES, Member, MemberRole, scopes_of
from retour.kernel.ids import workspace_text
from retour.store.telling import bump_epoch, take_turn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retour.desk.config import WorkspaceConfig
    from retour.desk.house import House
    from retour.store.database import Connection

WORKSPACES_MAX: Final = 200
"""Workspaces that are listed for one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """A workspace as one of its members sees it in a list."""

    workspace: str
    name: str
    role: MemberRole
    is_sandbox: bool


class TooManyMembers(Exception):
    """The workspace has as many members as every process keeps in memory."""


def principal_of(config: WorkspaceConfig, person_id: str) -> Principal | None:
    """Give a person the rights of their membership; ``None`` where they have none here."""
    member = config.members.get(person_id)
    if member is None:
        return None
    return Principal(
        workspace_id=config.id,
        key_id=person_id,
        scopes=scopes_of(member.role, is_sandbox=config.is_sandbox),
        facilities=member.facilities,
        role=ROLES[member.role].limits,
    )


async def workspaces_of(house: House, person_id: str) -> list[Belonging]:
    """List where somebody belongs, live workspaces first."""
    async with house.database.transaction(HOUSE) as connection:
        rows = await connection.fetch(SQL["workspaces_of_person"], person_id, WORKSPACES_MAX)
    return [
        Belonging(
            workspace=workspace_text(row["workspace_id"]),
            name=row["name"],
            role=MemberRole(row["role"]),
            is_sandbox=row["mode"] == "sandbox",
        )
        for row in rows
    ]


async def members_in(connection: Connection, workspace_id: int) -> dict[str, Member]:
    """Read who belongs to a workspace, within a transaction."""
    rows = await connection.fetch(SQL["workspace_members"], workspace_id, MEMBERS_MAX)
    return {
        row["person_id"]: Member(
            person_id=row["person_id"],
            role=MemberRole(row["role"]),
            since=row["since"],
            facilities=None if row["facilities"] is None else frozenset(row["facilities"]),
        )
        for row in rows
    }


async def put(
    house: House,
    workspace_id: int,
    person_id: str,
    *,
    role: MemberRole,
    facilities: Iterable[str] | None = None,
) -> None:
    """Make somebody a member, or what they are another.

    Raises:
        TooManyMembers: There is no room for one more.
    """
    async with house.database.transaction(workspace_id) as connection:
        await take_turn(connection, workspace_id)
        await put_in(connection, workspace_id, person_id, role=role, facilities=facilities)
    house.configs.forget(workspace_id)


async def put_in(
    connection: Connection,
    workspace_id: int,
    person_id: str,
    *,
    role: MemberRole,
    facilities: Iterable[str] | None = None,
) -> None:
    """Do that within a transaction that has taken its turn."""
    known = await members_in(connection, workspace_id)
    if person_id not in known and len(known) >= MEMBERS_MAX:
        raise TooManyMembers
    at = None if facilities is None else sorted(set(facilities))
    await connection.execute(SQL["put_member"], workspace_id, person_id, role.value, at)
    await bump_epoch(connection, workspace_id)
