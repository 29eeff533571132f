"""What waits for a person, by its cause: counted, paged both ways, narrowed, and kept as views.

A queue holds what waits and nothing else, so it costs what it holds.  Places in it are ids, which
sort by age; in the queues of deadlines the instant and the timer's id.  What is put off, or decided
and about to leave, is not shown in queues of work; deadlines do not sleep.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, cursor
from retour.desk.searching import fits
from retour.desk.searching.asked import ASIDE, OWN, Wanted
from retour.desk.searching.rows import rows_of
from retour.desk.searching.words import fold
from retour.desk.timers.listing import QUEUED
from retour.desk.waiting_words import words_of
from retour.dialects.view import View, instant
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.concerns import Cause
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("searching")
_ENCODE: Final = msgspec.json.Encoder()
COUNTED_MAX: Final = 1000
"""Of one cause; more are "at least so many"."""
SOON: Final = timedelta(hours=24)
_SCANNED: Final = 2000
"""Waiting things looked at for one narrowed page; the next goes on behind them."""
_FIRST: Final = datetime(1, 1, 1, tzinfo=UTC)
_NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
_HIGHEST: Final = "~"
DUE: Final = "due_soon"
LATE: Final = "overdue"


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for one reason.

    Args:
        about: What is to be done, in words.
        of: What its ids name: a return, or something of its own.
    """

    name: str
    about: str
    of: str = "return"

    @property
    def is_tick(self) -> bool:
        """Whether it waits since an instant of the database's time; else of business time."""
        return self.of in _TICKED

    @property
    def is_timed(self) -> bool:
        """Whether it waits for an instant, and not since one."""
        return self.name in _BY_TIME


_TICKED: Final = frozenset(
    {"case", "dock case", "mail", "unmatched parcel", "stray parcel", "channel return"}
)
"""What comes from docks and from outside, and is no part of a return yet."""
QUEUES: Final[tuple[Queue, ...]] = (
    Queue(Cause.AUTHORIZE.value, "Say yes or no: nothing is against it."),
    Queue(Cause.POLICY_EXCEPTION.value, "Decide what the policy refuses or leaves to you."),
    Queue(DUE, "Do it within 24 hours, before its deadline.", of="timer"),
    Queue(LATE, "Do it now: its deadline has passed.", of="timer"),
    Queue("approval", "Agree to a promise above somebody's limit, or decline.", of="settlement"),
    Queue(Cause.PAYMENT_REFUSED.value, "Retry, pay another way, or say it was paid elsewhere."),
    Queue("payment_case", "Close what a processor told that no payment explains.", of="case"),
    Queue(Cause.SETTLE.value, "Propose and confirm what is given for accepted goods."),
    Queue(Cause.QUALITY.value, "Judge goods that wait for a second pair of eyes."),
    Queue("dock_exception", "Resolve what the dock could not.", of="dock case"),
    Queue(Cause.OUT_OF_STOCK.value, "Offer something else: there is nothing to exchange for."),
    Queue(Cause.ADDRESS.value, "Correct the address, then ask for the label again."),
    Queue(Cause.CARRIER_FAILED.value, "Ask again for a label or pickup, or find the parcel."),
    Queue("message", "Answer a customer.", of="message"),
    Queue("mail", "Say whose a mail is, or discard it.", of="mail"),
    Queue("ticket", "Say which order a ticket is about, or end it.", of="ticket"),
    Queue("withdrawal", "Say which order a withdrawal is about.", of="withdrawal"),
    Queue("withdrawal_without_return", "Begin the return of a withdrawal.", of="withdrawal"),
    Queue("unmatched_parcel", "Say whose a parcel at the dock is.", of="unmatched parcel"),
    Queue("stray_parcel", "Say whose a tracking number is.", of="stray parcel"),
    Queue("channel_return", "Say which order a marketplace's return is of.", of="channel return"),
)
"""Every queue, the order in which people see them."""
NAMED: Final = {one.name: one for one in QUEUES}
_BY_TIME: Final = frozenset({DUE, LATE})


async def counted(house: House, workspace_id: int) -> Outcome:
    """Count what waits, queue by queue, and say since when the oldest does."""
    names = [one.name for one in QUEUES if one.name not in _BY_TIME]
    most = COUNTED_MAX + 1
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(_SQL["count_waiting"], workspace_id, names, most)
        by_name: dict[str, Any] = {row["cause"]: row for row in rows}
        until = await _soon(connection, workspace_id)
        by_name[DUE] = await connection.fetchrow(_SQL["count_due"], workspace_id, until, most)
        by_name[LATE] = await connection.fetchrow(
            _SQL["count_late"], workspace_id, [one.value for one in QUEUED], most
        )
    items = [_count(one, by_name[one.name]) for one in QUEUES]
    return Done(status=200, body=_ENCODE.encode({"data": items, "next_cursor": None}))


def _count(queue: Queue, row: asyncpg.Record) -> View:
    return {
        "queue": queue.name,
        "about": queue.about,
        "count": min(row["count"], COUNTED_MAX),
        "is_more": row["count"] > COUNTED_MAX,
        "oldest_at": None if row["oldest"] is None else instant(row["oldest"]),
    }


async def _soon(connection: Connection, workspace_id: int) -> datetime:
    now: datetime = await connection.fetchval(_SQL["business_now"], workspace_id)
    return now + SOON


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which page of a queue: behind ``after``, or before it where one goes back."""

    page: Page
    is_back: bool = False


async def listing(
    house: House,
    workspace_id: int,
    name: str,
    wanted: Wanted,
    place: Place,
    *,
    me: str | None = None,
    scopes: frozenset[str] | None = frozenset(),
) -> Outcome:
    """Give a page of a queue, the oldest first.

    Args:
        scopes: Whose, so that what is no return has words where they reach it; None reaches all.

    Raises:
        InvalidRequest: A word to search for is asked, or the cursor is none of ours.
    """
    queue, limit = NAMED.get(name), place.page.limit
    if queue is None:
        return NotFound(what="queue")
    if wanted.words:
        detail = "A queue is narrowed, not searched. Leave the words out, or search all returns."
        raise InvalidRequest(FieldError(pointer="/q", code="bad_value", detail=detail))
    is_narrowed = wanted != Wanted()
    scanned = _SCANNED if is_narrowed else limit + 1
    async with house.database.transaction(workspace_id) as connection:
        aside = wanted.snoozed in {ASIDE, "any"}
        rows = await _waiting(connection, workspace_id, name, place, (scanned, aside))
        kept = rows
        if is_narrowed:
            kept = await _narrowed(connection, workspace_id, rows, wanted, me)
        shown = list(kept[:limit])
        ids = list(dict.fromkeys(row["return_id"] for row in shown if row["return_id"]))
        returns = await rows_of(connection, workspace_id, ids)
        others = [row["subject"] for row in shown if row["return_id"] not in returns]
        words = await words_of(connection, workspace_id, queue.of, others, scopes)
    # Where this way ends: at the last that is shown, or that was looked at; nowhere at the end.
    end = None
    if len(kept) > limit:
        end = _key(name, shown[-1])
    elif is_narrowed and len(rows) == scanned:
        end = _key(name, rows[-1])
    start = _key(name, shown[0]) if shown else place.page.after
    start = start if place.page.after else None
    if place.is_back:
        shown, start, end = shown[::-1], end, start
    body = {
        "data": [_item(queue, row, returns, words) for row in shown],
        "next_cursor": None if end is None else cursor(end),
        "previous_cursor": None if start is None else cursor(start),
    }
    return Done(status=200, body=_ENCODE.encode(body))


async def _waiting(
    connection: Connection,
    workspace_id: int,
    name: str,
    place: Place,
    asked: tuple[int, bool],
) -> Sequence[asyncpg.Record]:
    """Read what waits: so much of it, with what is set aside or without."""
    limit, aside = asked
    after, way = place.page.after, "before" if place.is_back else "after"
    if name not in _BY_TIME:
        key = after or (_HIGHEST if place.is_back else "")
        return await connection.fetch(_SQL[f"waiting_{way}"], workspace_id, name, key, limit, aside)
    at, timer = _read_place(after) if after else (_NEVER if place.is_back else _FIRST, "")
    if name == LATE:
        causes = [one.value for one in QUEUED]
        return await connection.fetch(_SQL[f"late_{way}"], workspace_id, causes, at, timer, limit)
    until = await _soon(connection, workspace_id)
    return await connection.fetch(_SQL[f"due_{way}"], workspace_id, until, at, timer, limit)


async def _narrowed(
    connection: Connection,
    workspace_id: int,
    rows: Sequence[asyncpg.Record],
    wanted: Wanted,
    me: str | None,
) -> list[asyncpg.Record]:
    """Keep what waits about returns that are as they are wanted."""
    ids = list({row["return_id"] for row in rows if row["return_id"]})
    fetched = await connection.fetch(_SQL["narrowed"], workspace_id, ids)
    owner = me if wanted.owner == OWN else wanted.owner
    fitting = {
        row["return_id"] for row in fetched if fits(row, wanted, owner) and _is_of(row, wanted)
    }
    if wanted.sku is not None and fitting:
        held = await connection.fetch(
            _SQL["subjects_holding"], workspace_id, sorted(fitting), [f"sku:{fold(wanted.sku)}"]
        )
        fitting = {row["subject"] for row in held}
    return [row for row in rows if row["return_id"] in fitting]


def _is_of(row: asyncpg.Record, wanted: Wanted) -> bool:
    pairs = ((row[name], getattr(wanted, name)) for name in ("reason", "channel", "facility"))
    return all(asked is None or fold(is_ or "") == fold(asked) for is_, asked in pairs)


def _item(
    queue: Queue, row: asyncpg.Record, returns: dict[str, View], words: dict[str, View]
) -> View:
    return {
        "queue": queue.name,
        "id": row["subject"],
        "of": queue.of,
        "since": instant(row["since"]),
        "cause": row["cause"] if queue.name in _BY_TIME else None,
        "return": returns.get(row["return_id"]),
        "words": words.get(row["subject"]),
    }


def _key(name: str, row: asyncpg.Record) -> str:
    if name in _BY_TIME:
        return f"{row['since'].isoformat()} {row['subject']}"
    return str(row["subject"])


def place_of(item: View) -> str:
    """Say where something that waits stands in its queue, as a page behind it is asked for."""
    return f"{item['since']} {item['id']}" if item["of"] == "timer" else item["id"]


def _read_place(text: str) -> tuple[datetime, str]:
    """Read a place among deadlines.

    Raises:
        InvalidRequest: It is none.
    """
    moment, _, timer = text.partition(" ")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not timer:
        detail = "This cursor is none of ours. Give next_cursor of the page before."
        raise InvalidRequest(FieldError(pointer="/cursor", code="bad_cursor", detail=detail))
    return at, timer
