"""The epoch of the database, as the role that delivers reads and changes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from retour.store.statements import named

if TYPE_CHECKING:
    import asyncpg

_SQL: Final = named("epoch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One life of the database.

    Args:
        place: Where it lived when this life began; ``actual`` is where it lives now.
        held: Why nothing is sent and paid, where somebody said so.
        is_held: Whether nothing is, for that reason or because the place differs.
        tick: Database time.
        reached: How many bytes of log it has safely written, counted from the cluster's birth.
    """

    number: int
    place: str
    actual: str
    held: str | None
    is_held: bool
    held_at: datetime | None
    began_at: datetime
    tick: datetime
    reached: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups:
    """What is known of backups.

    Args:
        backed_up_at: When somebody said last that one was made.
        is_archiving: Whether the server archives its log by itself; ``archived_at`` and
            ``failed_at`` are when it last did, and last could not.
        is_live: Whether there is a workspace that is no sandbox.
    """

    backed_up_at: datetime | None
    tick: datetime
    is_archiving: bool
    archived_at: datetime | None
    failed_at: datetime | None
    is_live: bool


async def backups(pool: asyncpg.Pool) -> Backups:
    """Say what is known of backups."""
    row = await pool.fetchrow(_SQL["backups"])
    assert row is not None, "the schema comes with an epoch"
    return Backups(**row)


async def backup_done(pool: asyncpg.Pool) -> datetime:
    """Remember that a backup was made just now."""
    noted: datetime = await pool.fetchval(_SQL["backup_done"])
    return noted


async def epoch_now(pool: asyncpg.Pool) -> Epoch:
    """Say how the epoch stands."""
    row = await pool.fetchrow(_SQL["now"])
    assert row is not None, "the schema comes with an epoch"
    return Epoch(**row)


async def hold(pool: asyncpg.Pool, why: str) -> None:
    """Send and pay nothing from now on; a reason given before stands."""
    await pool.execute(_SQL["hold"], why)


async def release(pool: asyncpg.Pool, by: str) -> int:
    """Let everything go on; refunds and labels are looked up first.  Answers the new number."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_SQL["in_doubt"])
        number: int = await connection.fetchval(_SQL["release"], by)
        return number


async def accounts(pool: asyncpg.Pool) -> list[tuple[int, str]]:
    """Give every account at a processor: workspace and processor."""
    return [(row[0], row[1]) for row in await pool.fetch(_SQL["accounts"])]
