"""Sessions: a browser in which somebody is signed in, known by the digest of what it brings.

A token is random and means nothing by itself; it is another one after every proof of who somebody
is, so that one that was planted or overheard before is worth nothing; a copy shows (``rotating``).
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from retour.desk.people import habits, rotating
from retour.desk.people.habits import EVERYBODYS, Habits
from retour.desk.people.members import workspaces_of
from retour.desk.people.noting import note_copy, note_sign_in
from retour.desk.people.persons import HOUSE, SQL, mint
from retour.desk.people.roles import MemberRole
from retour.store.database import acting_as

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import asyncpg

    from retour.desk.house import House
    from retour.store.database import Connection

IDLE: Final = timedelta(minutes=30)
"""How long a session lasts unused; its whole life at docks, in the browser it began in."""
LIFE: Final = timedelta(hours=12)
FRESH: Final = timedelta(minutes=5)
"""How long a proof is good for what moves much money or shows secrets."""
PLAIN: Final = "password"
CODED: Final = "password and code"
"""Ways of signing in; there are ``passkey`` and ``provider`` besides."""
_DEVICE_LENGTH_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who is signed in, and how lately they proved it."""

    id: str
    digest: bytes
    person_id: str
    email: str
    name: str
    way: str
    device: str
    is_fresh: bool
    now: datetime
    """What time it was, by the database, when it was found."""
    habits: Habits = EVERYBODYS
    brings: str | None = None
    """What the browser is to bring from now on, where that changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """What a session says of where it is, for its person to know it again.

    Args:
        brings: The token of who was signed in there before, whose session ends.
        known: Whose person has signed in there by a password before (``pacing.known_by``).
    """

    device: str = ""
    address: str = ""
    brings: str = ""
    known: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session as its person sees it in a list."""

    id: str
    way: str
    device: str
    address: str
    begun_at: datetime
    seen_at: datetime


class Copied(Exception):
    """A session was brought by two browsers, and was ended for both."""


@asynccontextmanager
async def _own(house: House, person_id: str) -> AsyncGenerator[Connection]:
    """Open a transaction in which somebody sees to their own sessions, as the log says then."""
    with acting_as(f"person:{person_id}"):
        async with house.database.transaction(HOUSE) as connection:
            yield connection


async def begin(house: House, person_id: str, *, way: str, browser: Browser) -> str:
    """Sign somebody in; gives the token, this once."""
    token, idle = rotating.draw(), await _idle(house, person_id)
    before = rotating.read(browser.brings)
    async with _own(house, person_id) as connection:
        await connection.execute(SQL["drop_dead_sessions"], HOUSE, person_id, idle, LIFE)
        if before is not None:
            await connection.execute(SQL["replace_session"], HOUSE, before.digest)
        await connection.execute(
            SQL["begin_session"],
            HOUSE,
            token.digest,
            await mint(connection, "ses"),
            person_id,
            way,
            browser.device[:_DEVICE_LENGTH_MAX],
            browser.address,
            token.part_digest,
        )
    await note_sign_in(house, person_id, way)
    return token.text


async def _idle(house: House, person_id: str) -> timedelta:
    """Say how long somebody's sessions last unused: who only works at docks lays devices aside."""
    roles = {one.role for one in await workspaces_of(house, person_id)}
    return LIFE if roles == {MemberRole.WAREHOUSE} else IDLE


async def _row(house: House, digest: bytes, device: str) -> asyncpg.Record | None:
    async with house.database.transaction(HOUSE) as connection:
        row = await connection.fetchrow(
            SQL["find_session"], HOUSE, digest, IDLE, LIFE, FRESH, rotating.EVERY
        )
    if row is None or not row["is_idle"]:
        return row
    is_there = device[:_DEVICE_LENGTH_MAX] == row["device"]
    return row if is_there and await _idle(house, row["person_id"]) == LIFE else None


async def find(
    house: House, token: str, device: str, *, may_rotate: bool = False
) -> Session | None:
    """Say who is signed in by a token in a browser; ``None`` where nobody is any more.

    Args:
        may_rotate: Whether the answer can give the browser another token: ``Session.brings``.

    Raises:
        Copied: Another browser brings a copy of it.
    """
    brought = rotating.read(token)
    row = None if brought is None else await _row(house, brought.digest, device)
    if brought is None or row is None:
        return None
    seen = await rotating.look(house, brought, row, may_rotate=may_rotate)
    if seen.is_copy:
        await _end_copied(house, row["person_id"], row["session_id"])
        raise Copied
    if row["is_old"]:
        async with house.database.transaction(HOUSE) as connection:
            await connection.execute(SQL["see_session"], HOUSE, brought.digest)
    return Session(
        id=row["session_id"],
        digest=brought.digest,
        brings=None if seen.instead is None else seen.instead.text,
        person_id=row["person_id"],
        email=row["email"],
        name=row["name"],
        way=row["way"],
        device=row["device"],
        is_fresh=row["is_fresh"],
        now=row["now"],
        habits=habits.read(row["habits"]),
    )


async def _end_copied(house: House, person_id: str, session_id: str) -> None:
    """End a session that two browsers bring: nobody can tell which of them is its person's."""
    async with house.database.transaction(HOUSE) as connection:
        await connection.execute(SQL["end_session"], HOUSE, person_id, session_id)
    await note_copy(house, person_id, session_id)


async def lives(house: House, session: Session) -> bool:
    """Say whether somebody is still signed in; unlike a page, asking keeps nobody signed in."""
    return await _row(house, session.digest, session.device) is not None


async def renew(
    house: House, session: Session, *, is_proof: bool = True, way: str | None = None
) -> str | None:
    """Give a session another token; ``None`` where it ended meanwhile.

    Args:
        is_proof: Whether its person has just proved who they are; else they may more than before.
        way: By what they did, where that says more than how they signed in.
    """
    token = rotating.draw()
    async with _own(house, session.person_id) as connection:
        there = await connection.fetchval(
            SQL["renew_session"],
            HOUSE,
            session.digest,
            token.digest,
            is_proof,
            way,
            token.part_digest,
        )
    return None if there is None else token.text


async def say_way(house: House, person_id: str, was: str, way: str) -> None:
    """Say that somebody's sessions of one way are of another: codes are asked for now, or not."""
    async with house.database.transaction(HOUSE) as connection:
        await connection.execute(SQL["say_way"], HOUSE, person_id, was, way)


async def end(house: House, person_id: str, session_id: str) -> bool:
    """Sign one browser out; says whether it was signed in."""
    async with _own(house, person_id) as connection:
        ended = await connection.fetchval(SQL["end_session"], HOUSE, person_id, session_id)
    return ended is not None


async def end_all(house: House, person_id: str, *, but: str | None = None) -> None:
    """Sign somebody out everywhere, ``but`` in one session."""
    async with house.database.transaction(HOUSE) as connection:
        await connection.execute(SQL["end_sessions"], HOUSE, person_id, but)


async def listing(house: House, person_id: str) -> list[SignedIn]:
    """List where somebody is signed in, the latest first."""
    idle = await _idle(house, person_id)
    async with house.database.transaction(HOUSE) as connection:
        rows = await connection.fetch(SQL["list_sessions"], HOUSE, person_id, idle, LIFE)
    return [
        SignedIn(
            id=row["session_id"],
            way=row["way"],
            device=row["device"],
            address=row["address"],
            begun_at=row["begun_at"],
            seen_at=row["seen_at"],
        )
        for row in rows
    ]
