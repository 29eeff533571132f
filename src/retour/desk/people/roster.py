"""Members and invitations as admins and their programs see and change them.

Nobody gives, changes or takes away a role that may more than they may themselves; a workspace
always keeps an admin.  Who gets another role signs in anew.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.desk.config import MEMBERS_MAX
from retour.desk.keeping import keep, kept_for
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, paged
from retour.desk.people import invitations, persons, posting, sessions
from retour.desk.people.invitations import INVITATIONS_MAX, LIFE, Invitation
from retour.desk.people.members import members_in, put_in
from retour.desk.people.persons import HOUSE, SQL
from retour.desk.people.roles import ROLES, Member, MemberRole, scopes_of
from retour.desk.scopes import holds
from retour.dialects.view import instant
from retour.kernel.ids import Mint, is_id
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.commands import Body, Word
from retour.store.telling import bump_epoch, take_turn

if TYPE_CHECKING:
    from retour.desk.config import Principal
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.desk.people.persons import Person
    from retour.store.database import Connection

RETURNS_MAX: Final = 1000
"""Returns of one member that are counted; more are "more than so many"."""
_ENCODE: Final = msgspec.json.Encoder()
_LAST: Final = "This is the last admin. Make somebody else one first."
_NO_MAIL: Final = "No mail relay is set up, so nothing is mailed. Send the link yourself."
_JUST_SENT: Final = (
    "It was mailed within the last minute, or names nobody. Wait, or send the link yourself."
)
Places = Annotated[tuple[Word, ...], Meta(min_length=1, max_length=100)]


class PersonPut(Body):
    """What a member is from now on; ``facilities`` bind a warehouse's to these docks."""

    role: MemberRole
    facilities: Places | None = None


class InvitationNew(Body):
    """Who is to become a member, and as what; ``mail`` has the link mailed where mail is set up."""

    email: Annotated[str, Meta(min_length=3, max_length=persons.EMAIL_LENGTH_MAX)]
    role: MemberRole
    facilities: Places | None = None
    mail: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A member with the account behind it."""

    member: Member
    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class HangsOn:
    """What hangs on a member: the returns they see to, up to a limit, and views of their own."""

    returns: int
    views: int


def _bad(pointer: str, code: str, detail: str) -> InvalidRequest:
    return InvalidRequest(FieldError(pointer=pointer, code=code, detail=detail))


async def _is_sandbox(house: House, workspace_id: int) -> bool:
    config = await house.configs.recent(workspace_id)
    assert config is not None, "who asks belongs to a workspace"
    return config.is_sandbox


def _expect_within(
    asker: Principal, *roles: MemberRole, is_sandbox: bool, places: Places | None = None
) -> None:
    """Refuse roles that may more than who gives them, and places for roles that have none."""
    for role in roles:
        wanted = scopes_of(role, is_sandbox=is_sandbox)
        beyond = sorted(one for one in wanted if not holds(asker.scopes, one))
        if beyond:
            detail = (
                f"The role {role.value} may {', '.join(beyond)}, and you may not. Ask an admin."
            )
            raise _bad("/role", "scope_missing", detail)
    if places is not None and not ROLES[roles[-1]].has_places:
        detail = f"A member who is {roles[-1].value} is bound to no facility. Leave them out."
        raise _bad("/facilities", "not_for_this_role", detail)


async def _expect_places(connection: Connection, workspace_id: int, at: Places | None) -> None:
    for index, code in enumerate(at or ()):
        if not await connection.fetchval(SQL["is_facility"], workspace_id, code):
            detail = f"There is no facility {code!r}. Put it first, or name another."
            raise _bad(f"/facilities/{index}", "unknown_facility", detail)


# ---------------------------------------------------------------- members


async def roster(house: House, workspace_id: int) -> list[Listed]:
    """List all members with their accounts, by name."""
    async with house.database.transaction(workspace_id) as connection:
        found = await members_in(connection, workspace_id)
    known = await persons.named_by(house, found)
    listed = [
        Listed(member=one, person=known[one.person_id])
        for one in found.values()
        if one.person_id in known
    ]
    return sorted(listed, key=lambda one: (one.person.name.casefold(), one.person.id))


def _member_view(one: Listed) -> dict[str, object]:
    at = one.member.facilities
    return {
        "id": one.person.id,
        "name": one.person.name,
        "email": one.person.email,
        "role": one.member.role.value,
        "facilities": None if at is None else sorted(at),
        "since": instant(one.member.since),
    }


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of members, by id."""
    rows = sorted(await roster(house, workspace_id), key=lambda one: one.person.id)
    rows = [one for one in rows if one.person.id > page.after]
    return paged(rows, page, _member_view, key=lambda one: one.person.id)


async def look_up(house: House, workspace_id: int, person_id: str) -> Outcome:
    """Give one member."""
    found = [one for one in await roster(house, workspace_id) if one.person.id == person_id]
    if not found:
        return NotFound(what="person")
    return Done(status=200, body=_ENCODE.encode(_member_view(found[0])))


async def hangs_on(house: House, workspace_id: int, person_id: str) -> HangsOn:
    """Count what a member leaves behind."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(
            SQL["hangs_on_member"], workspace_id, person_id, RETURNS_MAX + 1
        )
    assert row is not None, "counts are a row"
    return HangsOn(returns=row["returns"], views=row["views"])


async def change(house: House, asker: Principal, person_id: str, said: PersonPut) -> Outcome:
    """Give a member another role or other places.

    Raises:
        InvalidRequest: The role is beyond the asker's, the places are none, or nobody would be
            left to administer.
    """
    workspace_id = asker.workspace_id
    is_sandbox = await _is_sandbox(house, workspace_id)
    async with house.database.transaction(workspace_id) as connection:
        await take_turn(connection, workspace_id)
        known = await members_in(connection, workspace_id)
        member = known.get(person_id)
        if member is None:
            return NotFound(what="person")
        _expect_within(asker, member.role, said.role, is_sandbox=is_sandbox, places=said.facilities)
        await _expect_places(connection, workspace_id, said.facilities)
        if said.role is not MemberRole.ADMIN:
            _expect_another_admin(known, person_id)
        await put_in(
            connection, workspace_id, person_id, role=said.role, facilities=said.facilities
        )
    house.configs.forget(workspace_id)
    if said.role is not member.role:
        await sessions.end_all(house, person_id)
    return await look_up(house, workspace_id, person_id)


async def remove(house: House, asker: Principal, person_id: str) -> Outcome:
    """End a membership: at once in this process, within a second in others.

    Raises:
        InvalidRequest: The member may more than the asker, or is the last admin.
    """
    workspace_id = asker.workspace_id
    is_sandbox = await _is_sandbox(house, workspace_id)
    async with house.database.transaction(workspace_id) as connection:
        await take_turn(connection, workspace_id)
        known = await members_in(connection, workspace_id)
        if person_id not in known:
            return NotFound(what="person")
        _expect_within(asker, known[person_id].role, is_sandbox=is_sandbox)
        _expect_another_admin(known, person_id)
        await connection.execute(SQL["remove_member"], workspace_id, person_id)
        await bump_epoch(connection, workspace_id)
    house.configs.forget(workspace_id)
    return Done(status=204, body=b"")


def _expect_another_admin(known: dict[str, Member], person_id: str) -> None:
    admins = {one.person_id for one in known.values() if one.role is MemberRole.ADMIN}
    if admins == {person_id}:
        raise _bad("", "last_admin", _LAST)


# ---------------------------------------------------------------- invitations


def _invitation_view(one: Invitation) -> dict[str, object]:
    return {
        "id": one.id,
        "email": one.email,
        "role": one.role.value,
        "facilities": None if one.facilities is None else list(one.facilities),
        "made_by": one.made_by,
        "made_at": instant(one.made_at),
        "until": instant(one.until),
        "mail": one.mail,
        "mail_at": one.mail_at and instant(one.mail_at),
        "mail_words": one.mail_words,
    }


async def invite(
    house: House, asker: Principal, said: InvitationNew, key: RequestKey | None = None
) -> Outcome:
    """Invite somebody, by mail too; the link is in this answer, and in none that repeats it.

    Raises:
        InvalidRequest: The address is none, the role is beyond the asker's, or too many wait.
    """
    email = said.email.strip()
    if not persons.is_email(email):
        detail = f"{email[:80]!r} is no e-mail address. Give one such as ann@example.com."
        raise _bad("/email", "bad_value", detail)
    workspace_id = asker.workspace_id
    is_sandbox = await _is_sandbox(house, workspace_id)
    _expect_within(asker, said.role, is_sandbox=is_sandbox, places=said.facilities)
    person = await persons.by_email(house, email)
    is_mailed = said.mail and posting.sends_mail(house)
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        assert turn is not None, "who asks belongs to a workspace"
        await _expect_room(connection, workspace_id, person)
        await _expect_places(connection, workspace_id, said.facilities)
        made = Invitation(
            id=Mint(turn.tick, os.urandom(16))("inv"),
            workspace_id=workspace_id,
            email=email,
            role=said.role,
            facilities=said.facilities,
            made_by=asker.key_id,
            made_at=turn.tick,
            until=turn.tick + LIFE,
            is_good=True,
            mail="waits" if is_mailed else None,
            mail_at=turn.tick if is_mailed else None,
        )
        kept = _ENCODE.encode(_invitation_view(made))
        if answered := await keep(connection, workspace_id, key, 201, kept):
            return answered
        await invitations.write(connection, made)
        if is_mailed:
            await posting.post(connection, posting.about_invitation(workspace_id, made.id))
    if is_mailed:
        house.hints(HOUSE, {posting.LETTERS})
    link = invitations.link_of(house, workspace_id, made.id)
    return Done(status=201, body=_ENCODE.encode({**_invitation_view(made), "link": link}))


async def _expect_room(connection: Connection, workspace_id: int, person: Person | None) -> None:
    known = await members_in(connection, workspace_id)
    if person is not None and person.id in known:
        detail = f"{person.email} is a member already. Change the role instead."
        raise _bad("/email", "member_already", detail)
    waiting = await connection.fetch(SQL["list_invitations"], workspace_id, INVITATIONS_MAX)
    if len(known) >= MEMBERS_MAX or len(waiting) >= INVITATIONS_MAX:
        detail = f"At most {MEMBERS_MAX} members and {INVITATIONS_MAX} invitations. Remove one."
        raise _bad("", "too_many_members", detail)


async def waiting(
    house: House, workspace_id: int, page: Page, *, are_ended: bool = False
) -> Outcome:
    """Give a page of invitations that wait, or of those that ran out, newest first."""
    found = invitations.ended if are_ended else invitations.waiting
    rows = await found(house, workspace_id)
    rows = [one for one in rows if not page.after or one.id < page.after]
    return paged(rows, page, _invitation_view, key=lambda one: one.id)


async def invitation(house: House, workspace_id: int, invitation_id: str) -> Outcome:
    """Give one invitation that waits."""
    for one in await invitations.waiting(house, workspace_id):
        if one.id == invitation_id:
            return Done(status=200, body=_ENCODE.encode(_invitation_view(one)))
    return NotFound(what="invitation")


async def send_again(house: House, workspace_id: int, invitation_id: str) -> Outcome:
    """Mail an invitation's link once more; it is good for a week from now.

    Raises:
        InvalidRequest: No mail is set up, it is for nobody by name, or one was just asked for.
    """
    found = await invitation(house, workspace_id, invitation_id)
    if not isinstance(found, Done):
        return found
    if not posting.sends_mail(house):
        raise _bad("", "mail_not_set_up", _NO_MAIL)
    async with house.database.transaction(workspace_id) as connection:
        await take_turn(connection, workspace_id)
        asked = await connection.fetchval(
            SQL["ask_invitation_mail"], workspace_id, invitation_id, LIFE
        )
        if asked is None:
            raise _bad("", "mail_just_sent", _JUST_SENT)
        await posting.post(connection, posting.about_invitation(workspace_id, invitation_id))
    house.hints(HOUSE, {posting.LETTERS})
    return await invitation(house, workspace_id, invitation_id)


async def invite_again(
    house: House, asker: Principal, invitation_id: str, key: RequestKey | None = None
) -> Outcome:
    """Put a new invitation in the place of one that ran out.

    Raises:
        InvalidRequest: As a first invitation is refused, this one is good still, or names nobody.
    """
    async with house.database.transaction(asker.workspace_id) as connection:
        if answered := await kept_for(connection, asker.workspace_id, key):
            return answered
    old = await invitations.by_id(house, asker.workspace_id, invitation_id)
    if old is None or old.is_taken:
        return NotFound(what="invitation")
    if old.is_good:
        raise _bad("", "good_still", "It is good still. Mail it again, or take it back first.")
    if old.email is None:
        raise _bad("/email", "bad_value", "It names nobody. Invite somebody by their address.")
    said = InvitationNew(email=old.email, role=old.role, facilities=old.facilities)
    done = await invite(house, asker, said, key)
    await withdraw(house, asker.workspace_id, invitation_id)
    return done


async def withdraw(house: House, workspace_id: int, invitation_id: str) -> Outcome:
    """Take an invitation back: its link is good no more."""
    if not is_id(invitation_id, "inv"):
        return NotFound(what="invitation")
    async with house.database.transaction(workspace_id) as connection:
        await take_turn(connection, workspace_id)
        gone = await connection.fetchval(SQL["withdraw_invitation"], workspace_id, invitation_id)
    return NotFound(what="invitation") if gone is None else Done(status=204, body=b"")
