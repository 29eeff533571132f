"""What a browser brings: a part that names its session, and one that changes while it is used.

Every half hour of use the browser is given another second part.  Two that bring copies of the same
part company then: whoever comes with the part before ends the session for both.  An answer that
got lost costs nobody anything: what was brought before is good until its successor has come.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from retour.desk.people.persons import HOUSE, SQL

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.house import House

EVERY: Final = timedelta(minutes=30)
"""How long a browser brings the same; requests under way count for a minute more."""
_NAME_BYTES: Final = 32
_NAME_LENGTH: Final = 43
_PART_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A cookie in its two parts; sessions from before there were two have an empty second."""

    name: str
    part: str = ""

    @property
    def text(self) -> str:
        """As the browser brings it."""
        return f"{self.name}.{self.part}"

    @property
    def digest(self) -> bytes:
        """By which the session is known."""
        return _digest(self.name)

    @property
    def part_digest(self) -> bytes:
        """By which it is known whether this was rotated."""
        return _digest(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is thought of it: a copy, or good; and what to bring instead, where that changed."""

    is_copy: bool = False
    instead: Brought | None = None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def draw() -> Brought:
    """Draw what a new session is known by."""
    return _with_new_part(secrets.token_urlsafe(_NAME_BYTES))


def _with_new_part(name: str) -> Brought:
    return Brought(name=name, part=secrets.token_urlsafe(_PART_BYTES))


def read(text: str) -> Brought | None:
    """Take a cookie apart; ``None`` where we never wrote it."""
    name, _, part = text.partition(".")
    return Brought(name=name, part=part) if len(name) == _NAME_LENGTH else None


async def look(house: House, brought: Brought, row: asyncpg.Record, *, may_rotate: bool) -> Seen:
    """Hold what was brought to its session's row.

    Args:
        may_rotate: Whether the answer can give the browser something else.
    """
    given, old = brought.part_digest, row["part_old"]
    is_now = hmac.compare_digest(given, row["part"])
    if not is_now and not (old is not None and hmac.compare_digest(given, old)):
        return Seen(is_copy=True)
    has_come = is_now and old is not None and row["is_settled"]
    is_due = may_rotate and row["is_due"]
    if not has_come and not is_due:
        return Seen()
    fresh = _with_new_part(brought.name)
    async with house.database.transaction(HOUSE) as connection:
        if has_come:
            await connection.execute(SQL["drop_old_part"], HOUSE, brought.digest, given)
        if not is_due:
            return Seen()
        rotated = await connection.fetchval(
            SQL["rotate_session"],
            HOUSE,
            brought.digest,
            fresh.part_digest,
            given,
            row["rotated_at"],
        )
    return Seen(instead=None if rotated is None else fresh)
