"""Leases: who has a return open to act on it, so that no two begin the same.

A lease bars nobody, for what is acted on is asked for by its version; it only says so in time.  It
ends by itself, so a browser that is gone blocks nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.dialects.view import instant
from retour.kernel.refusal import RefusalCode, refuse
from retour.store.statements import named

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("agents")
_ENCODE: Final = msgspec.json.Encoder()
LEASE: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who has a return open; all by database time."""

    holder: str
    since: datetime
    until: datetime
    now: datetime


async def have_open(
    house: House, workspace_id: int, return_id: str, me: str, *, over: bool = False
) -> Lease | None:
    """Have a return open, or go on having it; gives whose it is then, ``None`` without the return.

    Args:
        over: Take it from whoever has it.
    """
    async with house.database.transaction(workspace_id) as connection:
        await connection.execute(_SQL["drop_old_leases"], workspace_id, me)
        await connection.execute(_SQL["take_lease"], workspace_id, return_id, me, LEASE, over)
        return await _read(connection, workspace_id, return_id)


async def of_return(house: House, workspace_id: int, return_id: str) -> Lease | None:
    """Say who has a return open."""
    async with house.database.transaction(workspace_id) as connection:
        return await _read(connection, workspace_id, return_id)


async def _read(connection: Connection, workspace_id: int, return_id: str) -> Lease | None:
    row = await connection.fetchrow(_SQL["lease"], workspace_id, return_id)
    return None if row is None else Lease(**dict(row))


async def take(
    house: House, workspace_id: int, return_id: str, me: str, *, over: bool = False
) -> Outcome:
    """Take a lease, or renew it; refused where somebody else has it, unless it is taken over."""
    lease = await have_open(house, workspace_id, return_id, me, over=over)
    if lease is None:
        return NotFound(what="return")
    if lease.holder != me:
        detail = (
            f"{lease.holder} has it open until {instant(lease.until)}."
            ' Wait, or take it over with {"over": true}.'
        )
        return Refused(refusal=refuse(RefusalCode.LEASED, detail))
    view = {
        "holder": lease.holder,
        "since": instant(lease.since),
        "until": instant(lease.until),
    }
    return Done(status=200, body=_ENCODE.encode(view))


async def release(
    house: House, workspace_id: int, return_id: str, me: str, *, until: datetime | None = None
) -> Outcome:
    """Have it open no longer; nothing happens where somebody else has it.

    Args:
        until: How long one had it, as far as one knows; where it was renewed since, one still has.
    """
    async with house.database.transaction(workspace_id) as connection:
        if not await connection.fetchval(_SQL["is_return"], workspace_id, return_id):
            return NotFound(what="return")
        await connection.execute(_SQL["release"], workspace_id, return_id, me, until)
    return Done(status=204, body=b"")
