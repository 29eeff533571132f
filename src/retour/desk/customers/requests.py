"""Requests of persons for what there is of them, or to be forgotten: due within a month.

Who asked is kept while it is to be answered, and forgotten with the answer.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from retour.desk.customers.marks import email_form
from retour.desk.customers.whom import Whom, meant
from retour.desk.keeping import keep, kept_for
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.pages import Page, paged
from retour.dialects.view import instant
from retour.kernel.ids import Mint, is_id
from retour.kernel.refusal import RefusalCode, refuse
from retour.lifecycle.bodies import Body, Text
from retour.store.statements import named

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg

    from retour.desk.execute import RequestKey
    from retour.desk.house import House

_SQL: Final = named("privacy")
_ENCODE: Final = msgspec.json.Encoder()
_WHO: Final = msgspec.json.Decoder(Whom)
_MISSING: Final = NotFound(what="data request")
Kind = Literal["export", "erase"]


class DataRequestNew(Whom):
    """Somebody asks for what there is of them (``export``) or to be forgotten (``erase``)."""

    kind: Kind = "export"


class DataRequestAnswer(Body):
    """What became of a request: ``done``, or ``declined`` with a note that says why."""

    status: Literal["done", "declined"]
    note: Text | None = None


async def create(
    house: House, workspace_id: int, body: DataRequestNew, *, key: RequestKey | None = None
) -> Outcome:
    """Keep a request.

    Raises:
        InvalidRequest: Nobody is named, or what is named cannot be read.
    """
    async with house.database.transaction(workspace_id) as connection:
        if answered := await kept_for(connection, workspace_id, key):
            return answered
        now: datetime = await connection.fetchval(_SQL["tick"])
        await meant(house, connection, workspace_id, body, now)
        request_id = Mint(now, os.urandom(16))("drq")
        who = msgspec.structs.asdict(body)
        kind = who.pop("kind")
        text = _ENCODE.encode(Whom(**who)).decode()
        await connection.execute(
            _SQL["add_request"], workspace_id, request_id, kind, text, hint_of(body), now
        )
        row = await connection.fetchrow(_SQL["one_request"], workspace_id, request_id)
        assert row is not None, "it was just written"
        answer = _ENCODE.encode(_view(row))
        if answered := await keep(connection, workspace_id, key, 201, answer):
            return answered
    return Done(status=201, body=answer)


def hint_of(body: Whom) -> str:
    """Say who is meant so that only who knows them already can tell.

    >>> hint_of(Whom(email="mira.sand@example.com"))
    'm…@e….com'
    >>> hint_of(Whom(order_number="1001"))
    'order 1001'
    """
    form = None if body.email is None else email_form(body.email)
    if form is not None:
        local, _, domain = form.partition("@")
        return f"{local[0]}…@{domain[0]}….{domain.rpartition('.')[2]}"
    if body.phone is not None:
        return f"{body.phone[:3]}…{body.phone[-2:]}"
    if body.order_number is not None:
        return f"order {body.order_number}"
    return f"return {body.return_id}" if body.return_id is not None else "an address"


async def listing(house: House, workspace_id: int, page: Page, *, is_open: bool) -> Outcome:
    """Give a page of requests that wait, the first that is due first, or of those answered."""
    name = "requests_open" if is_open else "requests_closed"
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(_SQL[name], workspace_id, page.after or "", page.limit + 1)
    return paged(rows, page, _view, key=lambda row: row["request_id"])


async def look_up(house: House, workspace_id: int, request_id: str) -> Outcome:
    """Give a request."""
    row = await _row(house, workspace_id, request_id)
    return _MISSING if row is None else Done(status=200, body=_ENCODE.encode(_view(row)))


async def whom(house: House, workspace_id: int, request_id: str) -> Whom | None:
    """Say who asks; None where there is no such request, or where it was answered."""
    row = await _row(house, workspace_id, request_id)
    return None if row is None or row["who"] is None else _WHO.decode(row["who"])


async def _row(house: House, workspace_id: int, request_id: str) -> asyncpg.Record | None:
    if not is_id(request_id, "drq"):
        return None
    async with house.database.transaction(workspace_id) as connection:
        return await connection.fetchrow(_SQL["one_request"], workspace_id, request_id)


async def close(
    house: House, workspace_id: int, request_id: str, body: DataRequestAnswer, *, by: str
) -> Outcome:
    """Say what became of a request, and forget who asked."""
    if not is_id(request_id, "drq"):
        return _MISSING
    async with house.database.transaction(workspace_id) as connection:
        closed = await connection.fetchval(
            _SQL["close_request"], workspace_id, request_id, body.status, body.note, by
        )
        row = await connection.fetchrow(_SQL["one_request"], workspace_id, request_id)
    if row is None:
        return _MISSING
    if closed is None and row["status"] != body.status:
        detail = f"It was answered already: {row['status']}. Nothing was changed."
        return Refused(refusal=refuse(RefusalCode.ALREADY_RESOLVED, detail))
    return Done(status=200, body=_ENCODE.encode(_view(row)))


def _view(row: asyncpg.Record) -> dict[str, object]:
    closed_at = row["closed_at"]
    return {
        "id": row["request_id"],
        "kind": row["kind"],
        "hint": row["hint"],
        "asked_at": instant(row["asked_at"]),
        "due_at": instant(row["due_at"]),
        "status": row["status"],
        "note": row["note"],
        "closed_at": None if closed_at is None else instant(closed_at),
        "closed_by": row["closed_by"],
    }
