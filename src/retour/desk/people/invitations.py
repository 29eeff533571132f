"""Invitations: a membership that waits for its person, behind a link that is good once.

The link is not stored: it names the invitation, and the master key's mark at its end proves that it
is ours.  Who opens it and has an account signs in; who has none makes one.
"""

from __future__ import annotations

import hmac
import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from retour.desk.people import members
from retour.desk.people.members import put_in
from retour.desk.people.persons import HOUSE, SQL, email_key
from retour.desk.people.roles import MemberRole
from retour.kernel.ids import Mint, workspace_number, workspace_text
from retour.store.telling import take_turn

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.house import House
    from retour.desk.people.persons import Person
    from retour.store.database import Connection
    from retour.store.secrets import Vault

LIFE: Final = timedelta(days=7)
INVITATIONS_MAX: Final = 200
ENDED_MAX: Final = 50
"""Invitations that ran out which are shown, the newest."""
_PURPOSE: Final = "invitation"
_SHAPE: Final = re.compile(r"([0-9a-z]{13})-([0-9a-z]{26})-([0-9a-f]{40})")
_MARK_LENGTH: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A membership that waits; ``email`` is None where its first admin may be anybody.

    Args:
        mail: What became of the mail with its link: waits, sent or failed; None where none is.
        is_taken: Whether somebody used it.
    """

    id: str
    workspace_id: int
    email: str | None
    role: MemberRole
    facilities: tuple[str, ...] | None
    made_by: str | None
    made_at: datetime
    until: datetime
    is_good: bool
    mail: str | None = None
    mail_at: datetime | None = None
    mail_words: str | None = None
    is_taken: bool = False


def token_of(vault: Vault, workspace_id: int, invitation_id: str) -> str:
    """Write the last part of an invitation's link; the same invitation, the same text."""
    text = f"{workspace_text(workspace_id).removeprefix('ws_')}-{invitation_id.partition('_')[2]}"
    return f"{text}-{_mark(vault, text)}"


def _mark(vault: Vault, text: str) -> str:
    return vault.mark(_PURPOSE, text).hex()[:_MARK_LENGTH]


def link_of(house: House, workspace_id: int, invitation_id: str) -> str:
    """Give the address that an invitation is opened at."""
    token = token_of(house.vault, workspace_id, invitation_id)
    return f"{house.settings.public_base}/welcome/{token}"


def read_token(vault: Vault, token: str) -> tuple[int, str] | None:
    """Read which invitation a link names; ``None`` where we never wrote it."""
    match = _SHAPE.fullmatch(token)
    if match is None:
        return None
    text = token.rpartition("-")[0]
    workspace_id = workspace_number("ws_" + match[1])
    if workspace_id is None or not hmac.compare_digest(match[3], _mark(vault, text)):
        return None
    return workspace_id, "inv_" + match[2]


def _invitation(workspace_id: int, row: asyncpg.Record) -> Invitation:
    at: list[str] | None = row["facilities"]
    return Invitation(
        id=row["invitation_id"],
        workspace_id=workspace_id,
        email=row["email"],
        role=MemberRole(row["role"]),
        facilities=None if at is None else tuple(at),
        made_by=row["made_by"],
        made_at=row["made_at"],
        until=row["until"],
        is_good=row["is_good"],
        mail=row["mail"],
        mail_at=row["mail_at"],
        mail_words=row["mail_words"],
        is_taken=row["taken_at"] is not None,
    )


async def invite(
    house: House,
    workspace_id: int,
    *,
    email: str | None,
    role: MemberRole,
    facilities: tuple[str, ...] | None = None,
    by: str | None = None,
) -> Invitation | None:
    """Let a membership wait; ``None`` where there is no such workspace."""
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        if turn is None:
            return None
        made = Invitation(
            id=Mint(turn.tick, os.urandom(16))("inv"),
            workspace_id=workspace_id,
            email=None if email is None else email.strip(),
            role=role,
            facilities=None if facilities is None else tuple(sorted(set(facilities))),
            made_by=by,
            made_at=turn.tick,
            until=turn.tick + LIFE,
            is_good=True,
        )
        await write(connection, made)
    return made


async def write(connection: Connection, made: Invitation) -> None:
    """Keep a new invitation."""
    await connection.execute(
        SQL["insert_invitation"],
        made.workspace_id,
        made.id,
        made.email,
        made.role.value,
        made.facilities,
        made.made_by,
        made.made_at,
        made.until,
        made.mail,
        made.mail_at,
    )


async def look(house: House, token: str) -> Invitation | None:
    """Give the invitation a link names, still good or not; ``None`` where there is none."""
    named = read_token(house.vault, token)
    return None if named is None else await by_id(house, *named)


async def by_id(house: House, workspace_id: int, invitation_id: str) -> Invitation | None:
    """Give an invitation, still good or not."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(SQL["one_invitation"], workspace_id, invitation_id)
    return None if row is None else _invitation(workspace_id, row)


async def waiting(house: House, workspace_id: int) -> list[Invitation]:
    """List a workspace's invitations that nobody has taken yet."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(SQL["list_invitations"], workspace_id, INVITATIONS_MAX)
    return [_invitation(workspace_id, row) for row in rows]


async def ended(house: House, workspace_id: int) -> list[Invitation]:
    """List a workspace's invitations that ran out before anybody took them."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(SQL["ended_invitations"], workspace_id, ENDED_MAX)
    return [_invitation(workspace_id, row) for row in rows]


async def take(house: House, invitation: Invitation, person: Person) -> bool:
    """Make a person the member they were invited to be; False where somebody was faster."""
    workspace_id = invitation.workspace_id
    async with house.database.transaction(workspace_id) as connection:
        await take_turn(connection, workspace_id)
        known = (await members.members_in(connection, workspace_id)).get(person.id)
        taken = await connection.fetchval(
            SQL["take_invitation"], workspace_id, invitation.id, person.id
        )
        if taken is None:
            return False
        if known is None:
            await put_in(
                connection,
                workspace_id,
                person.id,
                role=invitation.role,
                facilities=invitation.facilities,
            )
    house.configs.forget(workspace_id)
    return True


def is_for(invitation: Invitation, person: Person) -> bool:
    """Say whether an invitation is this person's."""
    return invitation.email is None or email_key(invitation.email) == email_key(person.email)


async def first_admins(house: House, most: int = 20) -> list[tuple[str, str]]:
    """Write links for the first admins of workspaces that nobody can enter: (name, link)."""
    async with house.database.transaction(HOUSE) as connection:
        rows = await connection.fetch(SQL["memberless_workspaces"], most)
    links: list[tuple[str, str]] = []
    for row in rows:
        one = await first_admin(house, row["workspace_id"])
        if one is not None:
            links.append((row["name"], one))
    return links


async def first_admin(house: House, workspace_id: int) -> str | None:
    """Write a link for a workspace's first admin, the one that waits already if there is one."""
    for one in await waiting(house, workspace_id):
        if one.email is None and one.role is MemberRole.ADMIN:
            return link_of(house, workspace_id, one.id)
    made = await invite(house, workspace_id, email=None, role=MemberRole.ADMIN)
    return None if made is None else link_of(house, workspace_id, made.id)
