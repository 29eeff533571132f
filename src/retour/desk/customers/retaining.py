"""For how long what is kept: what its time is over for goes by itself, a portion at a time.

Amounts, settlements, memos and their numbers are never dropped; who they were for is.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.desk.customers import traces
from retour.desk.customers.whom import Meant
from retour.desk.customers.wiping import wipe
from retour.desk.outcome import Done, Outcome
from retour.desk.photos import erase as erase_photo
from retour.desk.withdrawals.erasing import EraseWithdrawal, erase_words
from retour.desk.withdrawals.settings import said_of
from retour.dialects.view import instant
from retour.lifecycle.bodies import Body
from retour.lifecycle.model import Actor, ActorKind
from retour.store.database import DELIVERY
from retour.store.statements import named

if TYPE_CHECKING:
    from datetime import datetime

    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("privacy")
_WORKSPACES: Final = named("auditing")
_ENCODE: Final = msgspec.json.Encoder()
_SYSTEM: Final = Actor(kind=ActorKind.SYSTEM)
PORTION: Final = 50
"""What goes of one kind at a time."""
_MANY: Final = 10_000
_AT_ONCE: Final = 500
Days = Annotated[int, Meta(ge=30, le=36_500)]

WHY: Final = {
    "customers": "Who bought what, once nothing happened to the order for so long and no return is"
    " open. Amounts and memos stay; tax law asks for those for six to ten years.",
    "mails": "What stood in mails that came and need nobody any more.",
    "photos": "Pictures of goods and damages. Claims of consumers end after two to three years in"
    " most of the Union.",
    "withdrawals": "Statements of withdrawal, the evidence for what was ended when; set with the"
    " withdrawals.",
}
"""What each subject is, and what the law says of it."""


class Retention(Body):
    """For how many days what is kept; null keeps it until somebody is forgotten."""

    customers: Days | None = None
    mails: Days | None = 730
    photos: Days | None = 1095


_KEPT: Final = msgspec.json.Decoder(Retention)


async def said(connection: Connection, workspace_id: int) -> dict[str, int | None]:
    """Give the days of every subject."""
    body = await connection.fetchval(_SQL["kept_days"], workspace_id)
    kept = Retention() if body is None else _KEPT.decode(body)
    settings = await said_of(connection, workspace_id)
    return {**msgspec.structs.asdict(kept), "withdrawals": settings.keep_days}


async def look_up(house: House, workspace_id: int) -> Outcome:
    """Tell what is kept for how long, what went, and how much is next."""
    async with house.database.transaction(workspace_id) as connection:
        days = await said(connection, workspace_id)
        now: datetime = await connection.fetchval(_SQL["tick"])
        runs = {row["subject"]: row for row in await connection.fetch(_SQL["runs"], workspace_id)}
        shown: list[dict[str, object]] = []
        for subject, why in WHY.items():
            run, kept = runs.get(subject), days[subject]
            ids = await _old(connection, workspace_id, subject, days=kept, limit=_MANY, now=now)
            soon = await _old(
                connection,
                workspace_id,
                subject,
                days=kept,
                limit=_MANY,
                now=now + timedelta(days=30),
            )
            shown.append(
                {
                    "subject": subject,
                    "days": kept,
                    "why": why,
                    "gone": 0 if run is None else int(run["count"]),
                    "ran_at": None if run is None else instant(run["ran_at"]),
                    "due": len(ids),
                    "due_within_30_days": len(soon),
                }
            )
    return Done(status=200, body=_ENCODE.encode({"subjects": shown}))


async def put(house: House, workspace_id: int, body: Retention) -> Outcome:
    """Say for how long what is kept; withdrawals have a setting of their own."""
    async with house.database.transaction(workspace_id) as connection:
        text = _ENCODE.encode(body).decode()
        await connection.execute(_SQL["keep_days"], workspace_id, text)
    return await look_up(house, workspace_id)


async def _old(
    connection: Connection,
    workspace_id: int,
    subject: str,
    *,
    days: int | None,
    limit: int,
    now: datetime,
) -> list[str]:
    if days is None:
        return []
    before = now - timedelta(days=days)
    rows = await connection.fetch(_SQL[f"old_{subject}"], workspace_id, before, limit)
    return [row[0] for row in rows]


async def run(house: House, workspace_id: int, *, portion: int = PORTION) -> int:
    """Let go of the next portion of everything whose time is over; says how much that was."""
    async with house.database.transaction(workspace_id) as connection:
        days = await said(connection, workspace_id)
        now: datetime = await connection.fetchval(_SQL["tick"])
        due = {
            subject: await _old(
                connection, workspace_id, subject, days=days[subject], limit=portion, now=now
            )
            for subject in WHY
        }
    gone = {
        "customers": await _customers(house, workspace_id, due["customers"], now),
        "mails": await _mails(house, workspace_id, due["mails"]),
        "photos": 0,
        "withdrawals": 0,
    }
    for photo in due["photos"]:
        done = await erase_photo(
            house, workspace_id, photo, actor=_SYSTEM, source=_SYSTEM.kind.value
        )
        gone["photos"] += isinstance(done, Done)
    for one in due["withdrawals"]:
        done = await erase_words(house, workspace_id, one, EraseWithdrawal(), actor=_SYSTEM)
        gone["withdrawals"] += isinstance(done, Done)
    async with house.database.transaction(workspace_id) as connection:
        for subject, count in gone.items():
            if count:
                await connection.execute(_SQL["count_run"], workspace_id, subject, count)
    return sum(gone.values())


async def _customers(house: House, workspace_id: int, numbers: list[str], now: datetime) -> int:
    if not numbers:
        return 0
    nobody = Meant(marks=(), digests=(), orders=tuple(numbers), forms={})
    async with house.database.transaction(workspace_id) as connection:
        found = await traces.traces(house, connection, workspace_id, nobody, now)
        await wipe(connection, workspace_id, found)
    return len(found.orders)


async def _mails(house: House, workspace_id: int, mails: list[str]) -> int:
    if not mails:
        return 0
    async with house.database.transaction(workspace_id) as connection:
        await wipe(connection, workspace_id, traces.Traces(mails=tuple(mails)))
    return len(mails)


async def run_all(house: House) -> int:
    """Let go of the next portion in every workspace; says how much that was."""
    pool, above, count = await house.database.pool(DELIVERY), 0, 0
    while True:
        rows = await pool.fetch(_WORKSPACES["workspaces"], above, _AT_ONCE)
        for row in rows:
            count += await run(house, row["workspace_id"])
        if len(rows) < _AT_ONCE:
            return count
        above = rows[-1]["workspace_id"]
