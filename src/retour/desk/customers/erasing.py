"""Forgetting a person: everything that says who they are, wherever it came in; by portions.

What stays names nobody: what was bought and returned, the money and its documents with their
numbers, the chains of withdrawals and of the log.  What the law wants kept for a while, statements
of withdrawal, goes when its time is over.  A stone stays of each erasure: with it a database that
is restored from before forgets again (docs/privacy.md).
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk.auditing import act, forget_person, person_mark
from retour.desk.customers.traces import Traces, beside, list_entries, orders_of, traces
from retour.desk.customers.whom import AUDIT, Meant, Whom, meant
from retour.desk.customers.wiping import wipe, wipe_beside
from retour.desk.exports.slices import drop
from retour.desk.keeping import keep, kept_for
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, paged
from retour.desk.photos import erase as erase_photo
from retour.desk.withdrawals.erasing import EraseWithdrawal, erase_words
from retour.desk.withdrawals.settings import said_of
from retour.dialects.view import instant
from retour.kernel.ids import Mint
from retour.lifecycle.model import Actor, ActorKind
from retour.store.database import DELIVERY
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    import asyncpg

    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("privacy")
_CUSTOMERS: Final = named("customers")
_AUDITING: Final = named("auditing")
_ENCODE: Final = msgspec.json.Encoder()
_SYSTEM: Final = Actor(kind=ActorKind.SYSTEM)
PORTION: Final = 50
"""Orders forgotten in one transaction."""
AT_ONCE: Final = 20
"""Portions that a request waits for; the house goes on with the rest."""
_HIGHEST: Final = "era_~"
_NAMES_THEM: Final = "Somebody was forgotten whom it named. Begin another."
_STONES: Final = 1000
_COUNTS: Final = (
    "orders",
    "returns",
    "tickets",
    "mails",
    "photos",
    "withdrawals",
    "withdrawals_kept",
    "list_entries_removed",
    "list_entries_left",
)


class Erasure(Whom):
    """Who is to be forgotten; ``lists`` takes them off all lists too.

    ``withdrawals`` erases statements that are still evidence as well.
    """

    lists: bool = False
    withdrawals: bool = False


async def survey(house: House, workspace_id: int, body: Whom) -> Outcome:
    """Say by count what there is of a person, and what of it stays when they are forgotten.

    Raises:
        InvalidRequest: Nobody is named, or what is named cannot be read.
    """
    async with house.database.transaction(workspace_id) as connection:
        now: datetime = await connection.fetchval(_SQL["tick"])
        who = await meant(house, connection, workspace_id, body, now)
        found = await traces(house, connection, workspace_id, who, now)
        settings = await said_of(connection, workspace_id)
        money = await connection.fetchrow(
            _SQL["money_of_returns"], workspace_id, list(found.returns)
        )
        credit = await connection.fetch(_SQL["credits_of_person"], workspace_id, list(who.digests))
        held = await list_entries(connection, workspace_id, who)
    assert money is not None, "an aggregate has a row"
    ends = [one + timedelta(days=settings.keep_days) for one in found.withdrawals.values()]
    kept = [one for one in ends if one > now]
    shown = {
        "orders": len(found.orders),
        "returns": len(found.returns),
        "open_returns": found.open_returns,
        "tickets": len(found.tickets),
        "mails": len(found.mails) + len(found.messages),
        "photos": len(found.photos),
        "withdrawals": len(found.withdrawals),
        "withdrawals_kept": len(kept),
        "withdrawals_kept_until": instant(max(kept)) if kept else None,
        "list_entries": held,
        "store_credits": len(credit),
        **dict(money),
    }
    return Done(status=200, body=_ENCODE.encode(shown))


async def erase(
    house: House,
    workspace_id: int,
    body: Erasure,
    *,
    actor: Actor = _SYSTEM,
    key: RequestKey | None = None,
    portion: int = PORTION,
) -> Outcome:
    """Forget somebody: what a request can wait for at once, the rest by the house.

    Raises:
        InvalidRequest: Nobody is named, or what is named cannot be read.
    """
    async with house.database.transaction(workspace_id) as connection:
        answered = await kept_for(connection, workspace_id, key)
        if answered is not None and not isinstance(answered, Done):
            return answered
        if answered is None:
            now: datetime = await connection.fetchval(_SQL["tick"])
            who = await meant(house, connection, workspace_id, body, now)
            erasure_id = Mint(now, os.urandom(16))("era")
            answer = _ENCODE.encode({"id": erasure_id})
            if (answered := await keep(connection, workspace_id, key, 200, answer)) is None:
                await _note(
                    house, connection, workspace_id, (erasure_id, now, actor), who=who, body=body
                )
        else:
            erasure_id = msgspec.json.decode(answered.body)["id"]
    for _ in range(AT_ONCE):
        if await go_on(house, workspace_id, erasure_id, portion=portion):
            break
    done = await look_up(house, workspace_id, erasure_id)
    return replace(done, replayed=answered is not None) if isinstance(done, Done) else done


async def _note(
    house: House,
    connection: Connection,
    workspace_id: int,
    told: tuple[str, datetime, Actor],
    *,
    who: Meant,
    body: Erasure,
) -> None:
    """Set the stone, and have nobody able to tell any more whom rows of the log were about."""
    erasure_id, now, actor = told
    by = actor.kind.value if actor.id is None else f"{actor.kind.value}:{actor.id}"
    await connection.execute(
        _SQL["add_erasure"],
        workspace_id,
        erasure_id,
        now,
        by,
        *who.columns,
        body.withdrawals,
        body.lists,
    )
    form = next(iter(who.forms.values()), None)
    mark = erasure_id if form is None else await person_mark(house, connection, workspace_id, form)
    await forget_person(house, connection, workspace_id, who.forms.values())
    await drop(connection, workspace_id, None, "canceled", _NAMES_THEM)
    await act(connection, workspace_id, "customer.erasing", mark, {"erasure": erasure_id})


# ---------------------------------------------------------------- going on


async def go_on(
    house: House, workspace_id: int, erasure_id: str, *, portion: int = PORTION
) -> bool:
    """Forget the next portion of somebody; says whether that was all."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["one_erasure"], workspace_id, erasure_id)
        if row is None or row["done_at"] is not None:
            return True
        who, until = _who(row), row["asked_at"]
        found = await _next(house, connection, workspace_id, who, until=until, portion=portion)
    for photo in found.photos:
        await erase_photo(house, workspace_id, photo, actor=_SYSTEM, source=_SYSTEM.kind.value)
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["one_erasure"], workspace_id, erasure_id)
        if row is None or row["done_at"] is not None:
            return True
        counts = Counter(msgspec.json.decode(row["counts"], type=dict[str, int]))
        counts.update(photos=len(found.photos))
        counts.update(await wipe(connection, workspace_id, found))
        if len(found.orders) < portion:
            await wipe_beside(connection, workspace_id, who.digests, until)
            counts.update(await _lists(connection, workspace_id, who, is_off=row["with_lists"]))
        text = _ENCODE.encode(counts).decode()
        await connection.execute(_SQL["count_erasure"], workspace_id, erasure_id, text)
    if len(found.orders) == portion:
        return False
    counts.update(await _statements(house, workspace_id, found, is_forced=row["with_evidence"]))
    async with house.database.transaction(workspace_id) as connection:
        text = _ENCODE.encode(counts).decode()
        await connection.execute(_SQL["end_erasure"], workspace_id, erasure_id, text)
        await act(connection, workspace_id, "customer.erased", erasure_id, counts)
    return True


async def _next(
    house: House,
    connection: Connection,
    workspace_id: int,
    who: Meant,
    *,
    until: datetime,
    portion: int,
) -> Traces:
    orders, returns = await orders_of(connection, workspace_id, who, until, portion)
    return await beside(
        house, connection, workspace_id, who, until=until, orders=orders, returns=returns
    )


async def _lists(
    connection: Connection, workspace_id: int, who: Meant, *, is_off: bool
) -> dict[str, int]:
    """Take somebody off all lists, or say on how many they stay."""
    removed = 0
    if is_off:
        rows = await connection.fetch(_CUSTOMERS["entries_of_marks"], workspace_id, *who.listed)
        removed = len(rows)
    left = await list_entries(connection, workspace_id, who)
    return {"list_entries_removed": removed, "list_entries_left": left}


async def _statements(
    house: House, workspace_id: int, found: Traces, *, is_forced: bool
) -> dict[str, int]:
    """Erase statements of withdrawal whose time is over, or all of them."""
    told = EraseWithdrawal(force=is_forced, reason=_FORGOTTEN if is_forced else None)
    erased = 0
    for one in found.withdrawals:
        outcome = await erase_words(house, workspace_id, one, told, actor=_SYSTEM)
        erased += isinstance(outcome, Done)
    return {"withdrawals": erased, "withdrawals_kept": len(found.withdrawals) - erased}


_FORGOTTEN: Final = "The person is forgotten, with evidence."


def _who(row: asyncpg.Record) -> Meant:
    return Meant(
        marks=tuple(zip(row["kinds"], row["marks"], strict=True)),
        digests=tuple(row["digests"]),
        orders=tuple(row["orders"]),
        forms={},
    )


async def go_on_with_all(house: House) -> int:
    """Go on with whoever is not forgotten wholly, in every workspace; says how many portions."""
    rows = await (await house.database.pool(DELIVERY)).fetch(_SQL["open_erasures"])
    for row in rows:
        await go_on(house, row["workspace_id"], row["erasure_id"])
    return len(rows)


# ---------------------------------------------------------------- stones


class Stone(msgspec.Struct, frozen=True, kw_only=True):
    """What stays of an erasure, to be kept outside of the database: it names nobody."""

    asked_at: datetime
    asked_by: str
    marks: tuple[tuple[str, bytes], ...]
    digests: tuple[bytes, ...]
    orders: tuple[str, ...]
    withdrawals: bool
    lists: bool


async def stones_after(house: House, workspace_id: int, after: str) -> dict[str, Stone]:
    """Give the next stones of a workspace above an id."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(_SQL["erasures_above"], workspace_id, after, _STONES)
    return {
        row["erasure_id"]: Stone(
            asked_at=row["asked_at"],
            asked_by=row["asked_by"],
            marks=_who(row).marks,
            digests=tuple(row["digests"]),
            orders=tuple(row["orders"]),
            withdrawals=row["with_evidence"],
            lists=row["with_lists"],
        )
        for row in rows
    }


async def forget_again(house: House, workspace_id: int, stones: Mapping[str, Stone]) -> int:
    """Forget whom a database that was restored knows again; says how many those were."""
    anew: list[str] = []
    async with house.database.transaction(workspace_id) as connection:
        for erasure_id, one in stones.items():
            added = await connection.execute(
                _SQL["add_erasure"],
                workspace_id,
                erasure_id,
                one.asked_at,
                one.asked_by,
                [kind for kind, _ in one.marks],
                [mark for _, mark in one.marks],
                list(one.digests),
                list(one.orders),
                one.withdrawals,
                one.lists,
            )
            if added.endswith(" 1"):
                anew.append(erasure_id)
                await drop(connection, workspace_id, None, "canceled", _NAMES_THEM)
                told = [mark for kind, mark in one.marks if kind == AUDIT]
                await connection.fetch(_AUDITING["forget_person"], workspace_id, told)
    for erasure_id in anew:
        while not await go_on(house, workspace_id, erasure_id):
            continue
    return len(anew)


# ---------------------------------------------------------------- told


async def look_up(house: House, workspace_id: int, erasure_id: str) -> Outcome:
    """Say how far somebody is forgotten."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["one_erasure"], workspace_id, erasure_id)
    if row is None:
        return NotFound(what="erasure")
    return Done(status=200, body=_ENCODE.encode(_view(row)))


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of who was forgotten, newest first."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["erasures"], workspace_id, page.after or _HIGHEST, page.limit + 1
        )
    return paged(rows, page, _view, key=lambda row: row["erasure_id"])


def _view(row: asyncpg.Record) -> dict[str, Any]:
    counts = msgspec.json.decode(row["counts"], type=dict[str, int])
    done_at = row["done_at"]
    return {
        "id": row["erasure_id"],
        "asked_at": instant(row["asked_at"]),
        "asked_by": row["asked_by"],
        "status": "running" if done_at is None else "done",
        "done_at": None if done_at is None else instant(done_at),
        **{name: counts.get(name, 0) for name in _COUNTS},
    }
