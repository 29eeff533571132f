"""Reconciliations: begun once a day or when asked for, watched, read, explained, canceled.

What is compared is in ``comparing``, how it goes on in ``slices``; here is what people ask for.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import Meta

from retour.desk.keeping import keep, kept_for
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.pages import Page, paged
from retour.desk.reconciling.comparing import REMEDIES, Why, percent
from retour.dialects.view import View, instant
from retour.kernel.ids import Mint, is_id
from retour.kernel.money import format_amount
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.refusal import RefusalCode, refuse
from retour.lifecycle.bodies import Body
from retour.lifecycle.model import Actor, ActorKind
from retour.lifecycle.words import AT_PROCESSORS
from retour.store.database import DELIVERY
from retour.store.reconciling import SQL
from retour.store.telling import take_turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.store.database import Connection

DAILY_S: Final = 86_400
DAYS: Final = 3
"""How far back a daily one looks: refunds are told late, and processors rest on holidays."""
KEPT_MAX: Final = 100
"""Ended ones that are kept; older ones are forgotten when a new one begins."""
MISSING: Final = NotFound(what="reconciliation")
_ITEM_MISSING: Final = NotFound(what="reconciliation item")
_ENCODE: Final = msgspec.json.Encoder()
_ACTOR: Final = msgspec.json.Decoder(Actor)
_HIGHEST: Final = "rcn_~"
_SYSTEM: Final = Actor(kind=ActorKind.SYSTEM)


class ReconciliationNew(Body):
    """Which processor, and how far back.

    Args:
        days: Refunds made within so many days, up to now.
    """

    processor: Annotated[str, Meta(min_length=1, max_length=40)]
    days: Annotated[int, Meta(ge=1, le=366)] = DAYS


class Explanation(Body):
    """What a person says of it."""

    note: Annotated[str, Meta(min_length=1, max_length=2000)]


async def start(
    house: House,
    workspace_id: int,
    body: ReconciliationNew,
    *,
    actor: Actor,
    key: RequestKey | None = None,
    kept_max: int = KEPT_MAX,
) -> Outcome:
    """Begin a reconciliation; it goes on by itself.

    Raises:
        InvalidRequest: Nobody can be asked for such a list.
    """
    known = sorted(one.value for one in AT_PROCESSORS)
    if body.processor not in known:
        detail = f"{body.processor!r} lists no refunds. Give {' or '.join(known)}."
        raise InvalidRequest(FieldError(pointer="/processor", code="bad_value", detail=detail))
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        if turn is None:
            return NotFound(what="workspace")
        if answered := await kept_for(connection, workspace_id, key):
            return answered
        reconciliation_id = Mint(turn.tick, os.urandom(16))("rcn")
        begun = await connection.fetchval(
            SQL["add"],
            workspace_id,
            reconciliation_id,
            body.processor,
            turn.tick - timedelta(days=body.days),
            turn.tick,
            _ENCODE.encode(actor).decode(),
            turn.tick,
        )
        if begun is None:
            running = await connection.fetchval(SQL["running_at"], workspace_id, body.processor)
            detail = (
                f"Reconciliation {running} with {body.processor} is running. Wait, or cancel it."
            )
            return Refused(refusal=refuse(RefusalCode.ALREADY_RECONCILING, detail))
        await _forget_old(connection, workspace_id, kept_max)
        answer = await _shown(connection, workspace_id, reconciliation_id)
        assert answer is not None, "it was begun just now"
        answered = await keep(connection, workspace_id, key, 202, answer)
        assert answered is None, "whoever has the turn is alone with the key"
    return Done(status=202, body=answer)


async def _forget_old(connection: Connection, workspace_id: int, kept_max: int) -> None:
    rows = await connection.fetch(SQL["old"], workspace_id, kept_max)
    ids = [row["reconciliation_id"] for row in rows]
    if ids:
        for name in ("forget_items", "forget_sums", "forget"):
            await connection.execute(SQL[name], workspace_id, ids)


async def begin_due(house: House, *, every_s: int = DAILY_S) -> int:
    """Begin what is due: each account's refunds are looked at once a day; says how many."""
    pool = await house.database.pool(DELIVERY)
    due = await pool.fetch(SQL["due_anywhere"], every_s)
    for row in due:
        body = ReconciliationNew(processor=row["processor"])
        await start(house, row["workspace_id"], body, actor=_SYSTEM)
    return len(due)


async def look_up(house: House, workspace_id: int, reconciliation_id: str) -> Outcome:
    """Give a reconciliation as far as it has come."""
    if not is_id(reconciliation_id, "rcn"):
        return MISSING
    async with house.database.transaction(workspace_id) as connection:
        shown = await _shown(connection, workspace_id, reconciliation_id)
    return MISSING if shown is None else Done(status=200, body=shown)


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of reconciliations, newest first."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            SQL["listing"], workspace_id, page.after or _HIGHEST, page.limit + 1
        )
        ids = [row["reconciliation_id"] for row in rows]
        sums = await connection.fetch(SQL["sums"], workspace_id, ids)

    def view(row: asyncpg.Record) -> bytes:
        mine = row["reconciliation_id"]
        return _view(row, [one for one in sums if one["reconciliation_id"] == mine])

    return paged(rows, page, view, key=lambda row: row["reconciliation_id"])


async def cancel(house: House, workspace_id: int, reconciliation_id: str) -> Outcome:
    """End a reconciliation as it stands; one that has ended stays as it is."""
    if not is_id(reconciliation_id, "rcn"):
        return MISSING
    async with house.database.transaction(workspace_id) as connection:
        await connection.execute(SQL["end"], workspace_id, reconciliation_id, "canceled", None)
    return await look_up(house, workspace_id, reconciliation_id)


async def items(
    house: House, workspace_id: int, reconciliation_id: str, page: Page, *, is_open: bool
) -> Outcome:
    """Give a page of what is not explained; with ``is_open`` only what no person has explained."""
    if not is_id(reconciliation_id, "rcn"):
        return MISSING
    statement = SQL["open_items" if is_open else "items"]
    async with house.database.transaction(workspace_id) as connection:
        if await connection.fetchrow(SQL["one"], workspace_id, reconciliation_id) is None:
            return MISSING
        rows = await connection.fetch(
            statement, workspace_id, reconciliation_id, page.after, page.limit + 1
        )
    return paged(rows, page, _item_view, key=lambda row: row["item_id"])


async def explain(
    house: House,
    workspace_id: int,
    reconciliation_id: str,
    item_id: str,
    body: Explanation,
    *,
    actor: Actor,
) -> Outcome:
    """Say what one of them was; later reconciliations take that word. The first word stands."""
    if not (is_id(reconciliation_id, "rcn") and is_id(item_id, "rci")):
        return _ITEM_MISSING
    author = _ENCODE.encode(actor).decode()
    async with house.database.transaction(workspace_id) as connection:
        said = await connection.fetchrow(
            SQL["explain_item"], workspace_id, reconciliation_id, item_id, body.note, author
        )
        if said is not None:
            await connection.execute(
                SQL["close_case"], workspace_id, said["processor"], said["subject"], body.note
            )
            await connection.execute(
                SQL["keep_note"],
                workspace_id,
                said["processor"],
                said["subject"],
                said["why"],
                body.note,
                author,
            )
            await connection.execute(
                SQL["add_sums"],
                workspace_id,
                reconciliation_id,
                [said["currency"]],
                [0],
                [1],
                [0],
                [said["amount"]],
            )
        row = await connection.fetchrow(SQL["item"], workspace_id, reconciliation_id, item_id)
    return _ITEM_MISSING if row is None else Done(status=200, body=_ENCODE.encode(_item_view(row)))


async def _shown(connection: Connection, workspace_id: int, reconciliation_id: str) -> bytes | None:
    row = await connection.fetchrow(SQL["one"], workspace_id, reconciliation_id)
    if row is None:
        return None
    return _view(row, await connection.fetch(SQL["sums"], workspace_id, [reconciliation_id]))


def _view(row: asyncpg.Record, sums: Sequence[asyncpg.Record]) -> bytes:
    found = sum(one["found"] for one in sums)
    explained = sum(one["explained"] for one in sums)
    author = _ACTOR.decode(row["author"])
    is_running = row["state"] == "running"
    finished_at: datetime | None = row["finished_at"]
    worked: int = row["theirs"] + row["ours"]
    shown: dict[str, Any] = {
        "id": row["reconciliation_id"],
        "processor": row["processor"],
        "state": row["state"],
        "phase": row["phase"] if is_running else "ended",
        "author": {"kind": author.kind.value, "id": author.id},
        "since": instant(row["since"]),
        "until": instant(row["until"]),
        "theirs": row["theirs"],
        "ours": row["ours"],
        "told": row["told"],
        "found": found,
        "explained": explained,
        "unexplained": found - explained,
        "percent": None if row["state"] == "failed" else percent(explained, found),
        "sums": [_sum_view(one) for one in sums],
        "listed": row["listed"],
        "per_second": 1000 * worked // row["worked_ms"] if row["worked_ms"] else None,
        "failure": row["failure"],
        "created_at": instant(row["created_at"]),
        "finished_at": finished_at and instant(finished_at),
    }
    return _ENCODE.encode(shown)


def _sum_view(one: asyncpg.Record) -> View:
    currency = one["currency"]
    return {
        "currency": currency,
        "found": one["found"],
        "explained": one["explained"],
        "amount": format_amount(one["found_amount"], currency),
        "explained_amount": format_amount(one["explained_amount"], currency),
        "percent": percent(one["explained_amount"], one["found_amount"]),
    }


def _item_view(row: asyncpg.Record) -> View:
    our_currency = row["our_currency"]
    explained_at: datetime | None = row["explained_at"]
    return {
        "id": row["item_id"],
        "why": row["why"],
        "remedy": REMEDIES[Why(row["why"])],
        "reference": row["reference"],
        "leg": row["leg_id"],
        "return": row["return_id"],
        "payment": row["payment"],
        "order_number": row["order_number"],
        "status": row["status"],
        "amount": format_amount(row["amount"], row["currency"]),
        "currency": row["currency"],
        "our_amount": None
        if our_currency is None
        else format_amount(row["our_amount"], our_currency),
        "our_currency": our_currency,
        "note": row["note"],
        "explained_at": explained_at and instant(explained_at),
    }
