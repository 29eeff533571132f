"""Parcels whose return is not known: kept as they were seen, found out, matched, and matched again.

A match receives what was in the parcel by the return's own command, a match taken back corrects
those receipt lines: nothing is ever edited.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.dock.bodies import Closed, Matched, ParcelSeen
from retour.desk.dock.finding import candidates
from retour.desk.execute import Ahead, Asked, RequestKey, answer, execute
from retour.desk.keeping import keep, kept_for
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.pages import Page, envelope
from retour.dialects.view import View, instant
from retour.kernel.ids import Mint, is_id
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.value import Value
from retour.lifecycle.commands import CorrectReceipt, LineAsked, Receive, Request
from retour.lifecycle.decide import Step
from retour.lifecycle.dock import Cause, DockCase
from retour.lifecycle.model import Actor, Decision, Origin, Return, State
from retour.store.dock import SQL, Operation, returns_by_ids, take_operation, text
from retour.store.telling import take_turn

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.house import House
    from retour.store.database import Connection

_SEEN: Final = msgspec.json.Decoder(ParcelSeen)
_ENCODE: Final = msgspec.json.Encoder()
_MISSING: Final = NotFound(what="unmatched parcel")
_HIGHEST: Final = "ump_~"
STATUSES: Final = ("open", "matched", "closed")


class Unmatched(Value):
    """A parcel as it is kept."""

    id: str
    facility: str
    status: str
    matches: int
    seen: ParcelSeen
    created_at: datetime
    updated_at: datetime
    return_id: str | None = None
    reason: str | None = None

    @property
    def operation_id(self) -> str:
        """The operation by which its newest match is received."""
        return f"{self.id}/{self.matches}"


class _Faster(Exception):
    """Somebody else has matched, taken back or closed the parcel."""


async def take_unmatched(
    house: House,
    workspace_id: int,
    facility: str,
    seen: ParcelSeen,
    *,
    has_candidates: bool,
) -> str | None:
    """Keep a parcel and say that it waits; ``None`` where the operation was reported before."""
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        assert turn is not None, "whoever asks belongs to a workspace"
        mint = Mint(turn.tick, os.urandom(16))
        parcel_id = mint("ump")
        done = Operation(digest=digest_of(seen), parcel_id=parcel_id)
        if not await take_operation(connection, workspace_id, facility, seen.operation_id, done):
            return None
        await connection.execute(
            SQL["add_unmatched"], workspace_id, parcel_id, facility, text(_plain(seen)), turn.tick
        )
        hint = "Candidates are known." if has_candidates else "Nothing that it bears is known."
        said = DockCase(
            cause=Cause.UNMATCHED_PARCEL,
            subject=parcel_id,
            detail=f"A parcel came that no open return is known for. {hint}",
            facility=facility,
            quantity=sum(goods.quantity for goods in seen.lines),
        )
        await connection.execute(
            SQL["add_case"],
            workspace_id,
            mint("exc"),
            said.cause.value,
            facility,
            parcel_id,
            text(said),
        )
    return parcel_id


def _plain(seen: ParcelSeen) -> ParcelSeen:
    """Give what was seen of a parcel, without what a report said beside it."""
    return ParcelSeen(**{name: getattr(seen, name) for name in ParcelSeen.__struct_fields__})


async def put(
    house: House,
    workspace_id: int,
    facility: str,
    seen: ParcelSeen,
    *,
    key: RequestKey | None = None,
) -> Outcome:
    """Keep a parcel that somebody at the dock could not place."""
    async with house.database.transaction(workspace_id) as connection:
        if await connection.fetchrow(SQL["one_place"], workspace_id, facility) is None:
            return NotFound(what="facility")
        if answered := await kept_for(connection, workspace_id, key):
            return answered
        listed = await candidates(house, connection, workspace_id, seen)
    parcel_id = await take_unmatched(
        house, workspace_id, facility, seen, has_candidates=bool(listed)
    )
    async with house.database.transaction(workspace_id) as connection:
        if parcel_id is None:
            row = await connection.fetchrow(
                SQL["one_operation"], workspace_id, facility, seen.operation_id
            )
            assert row is not None, "an operation that is taken is there"
            if row["parcel_id"] is None or row["digest"] != digest_of(seen):
                return _refused(
                    RefusalCode.OPERATION_REUSED,
                    "This operation id stands for other goods. Give each operation its own.",
                    "/operation_id",
                )
            parcel_id = str(row["parcel_id"])
        parcel = await _one(connection, workspace_id, parcel_id)
        assert parcel is not None, "it was kept just now"
        body = _ENCODE.encode(_view(parcel))
        if answered := await keep(connection, workspace_id, key, 201, body):
            return answered
    return Done(status=201, body=body)


def digest_of(seen: ParcelSeen) -> bytes:
    """Tell reports of one operation apart that say different things."""
    return hashlib.sha256(_ENCODE.encode(seen)).digest()


async def look_up(house: House, workspace_id: int, parcel_id: str) -> Outcome:
    """Give one parcel."""
    async with house.database.transaction(workspace_id) as connection:
        parcel = await _one(connection, workspace_id, parcel_id)
    return _MISSING if parcel is None else Done(status=200, body=_ENCODE.encode(_view(parcel)))


async def listing(
    house: House, workspace_id: int, status: str | None, facility: str | None, page: Page
) -> Outcome:
    """Give a page of parcels, newest first."""
    below = page.after or _HIGHEST
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            SQL["list_unmatched"], workspace_id, below, page.limit + 1, status, facility
        )
    shown = [_from(row) for row in rows[: page.limit]]
    more = shown[-1].id if len(rows) > page.limit else None
    return Done(status=200, body=envelope([_ENCODE.encode(_view(one)) for one in shown], more))


async def list_candidates(house: House, workspace_id: int, parcel_id: str) -> Outcome:
    """List the returns a parcel may be of, the likeliest first, and what speaks for each."""
    async with house.database.transaction(workspace_id) as connection:
        parcel = await _one(connection, workspace_id, parcel_id)
        if parcel is None:
            return _MISSING
        listed = await candidates(house, connection, workspace_id, parcel.seen)
    items = [
        _ENCODE.encode(
            {
                "return": one.ret.id,
                "rma_number": one.ret.rma_number,
                "order_number": one.ret.order_number,
                "status": one.ret.status.value,
                "receivable": one.waits,
                "score": one.score,
                "found_by": list(dict.fromkeys(one.by)),
                "skus": sorted({line.sku for line in one.ret.lines}),
            }
        )
        for one in listed
    ]
    return Done(status=200, body=envelope(items, None))


# ---------------------------------------------------------------- match, and take it back


async def match(
    house: House,
    workspace_id: int,
    parcel_id: str,
    given: Matched,
    *,
    actor: Actor,
    source: str,
    key: RequestKey | None = None,
    scopes: frozenset[str] | None = None,
) -> Outcome:
    """Receive a parcel into the return it is of, or into a new one of an order; answers the return.

    Everything happens in one commit: the goods are received and the parcel has its return.
    """
    async with house.database.transaction(workspace_id) as connection:
        if answered := await kept_for(connection, workspace_id, key):
            return answered
        parcel = await _one(connection, workspace_id, parcel_id)
        if parcel is None:
            return _MISSING
        ret = await _meant(connection, workspace_id, given)
    if parcel.status != "open":
        return _taken_already(parcel)
    if isinstance(ret, Refusal):
        return Refused(refusal=ret)
    if not parcel.seen.lines:
        return _refused(
            RefusalCode.UNNAMED_ITEM,
            "Nobody has said what was in the parcel. Receive its goods on the return itself, then"
            " close the parcel.",
        )
    next_one = msgspec.structs.replace(parcel, matches=parcel.matches + 1)
    held: list[str] = []

    def work_out(state: State, context: object) -> list[Step] | Refusal:
        del context
        goods = Receive(
            units=tuple(one.seen for one in parcel.seen.lines),
            facility=parcel.facility,
            operation_id=next_one.operation_id,
        )
        return [goods] if ret is not None else _announced(parcel, state, goods)

    def show(decision: Decision) -> bytes:
        assert decision.state.ret is not None, "goods are received into a return"
        held[:] = [decision.state.ret.id]
        return answer(decision.state, scopes)

    async def first(connection: Connection) -> None:
        matched = await connection.fetchval(
            SQL["match_unmatched"], workspace_id, parcel_id, held[0], parcel.matches
        )
        if matched is None:
            raise _Faster
        resolution = text({"remedy": "match", "return": held[0]})
        await connection.execute(SQL["close_cases_of"], workspace_id, parcel_id, resolution)

    asked = Asked(
        workspace_id=workspace_id,
        actor=actor,
        source=source,
        return_id=None if ret is None else ret.id,
        ahead=Ahead(
            work_out=work_out,
            order_number=given.order_number if ret is None else None,
            facility=parcel.facility,
            numbers=3 * len(parcel.seen.lines),
        ),
        show=show,
        first=first,
        key=key,
        status=200,
        scopes=scopes,
    )
    return await _carried_out(house, asked, parcel)


async def unmatch(
    house: House,
    workspace_id: int,
    parcel_id: str,
    *,
    actor: Actor,
    source: str,
    key: RequestKey | None = None,
) -> Outcome:
    """Take a match back: the receipt lines are corrected to nothing, the parcel waits again."""
    async with house.database.transaction(workspace_id) as connection:
        if answered := await kept_for(connection, workspace_id, key):
            return answered
        parcel = await _one(connection, workspace_id, parcel_id)
    if parcel is None:
        return _MISSING
    if parcel.status != "matched":
        return _refused(
            RefusalCode.NOT_MATCHED, "The parcel has no return. Match it, or leave it as it is."
        )

    def work_out(state: State, context: object) -> list[Step] | Refusal:
        del context
        assert state.ret is not None, "what was matched is there"
        return [
            CorrectReceipt(
                receipt_line=line, quantity=0, reason=f"The parcel {parcel_id} is another return's."
            )
            for line in _lines_of(state.ret, parcel.operation_id)
        ]

    async def first(connection: Connection) -> None:
        undone = await connection.fetchval(
            SQL["unmatch_unmatched"], workspace_id, parcel_id, parcel.matches
        )
        if undone is None:
            raise _Faster
        said = DockCase(
            cause=Cause.UNMATCHED_PARCEL,
            subject=parcel_id,
            detail=f"The match with the return {parcel.return_id} was taken back.",
            facility=parcel.facility,
        )
        turn = await take_turn(connection, workspace_id)
        assert turn is not None, "whoever asks belongs to a workspace"
        await connection.execute(
            SQL["add_case"],
            workspace_id,
            Mint(turn.tick, os.urandom(16))("exc"),
            said.cause.value,
            parcel.facility,
            parcel_id,
            text(said),
        )

    waiting = msgspec.structs.replace(parcel, status="open", return_id=None)
    asked = Asked(
        workspace_id=workspace_id,
        actor=actor,
        source=source,
        return_id=parcel.return_id,
        ahead=Ahead(work_out=work_out, numbers=2 * len(parcel.seen.lines) + 2),
        show=lambda _: _ENCODE.encode(_view(waiting)),
        first=first,
        key=key,
        status=200,
    )
    return await _carried_out(house, asked, parcel)


async def close(
    house: House,
    workspace_id: int,
    parcel_id: str,
    given: Closed,
    *,
    actor: Actor,
    key: RequestKey | None = None,
) -> Outcome:
    """Say what became of a parcel that no return was found for."""
    async with house.database.transaction(workspace_id) as connection:
        if answered := await kept_for(connection, workspace_id, key):
            return answered
        parcel = await _one(connection, workspace_id, parcel_id)
        if parcel is None:
            return _MISSING
        closed = await connection.fetchval(
            SQL["close_unmatched"], workspace_id, parcel_id, given.reason
        )
        if closed is None:
            return _taken_already(parcel)
        by = {"kind": actor.kind.value, "id": actor.id}
        resolution = text({"remedy": "close", "note": given.reason, "by": by})
        await connection.execute(SQL["close_cases_of"], workspace_id, parcel_id, resolution)
        after = await _one(connection, workspace_id, parcel_id)
        assert after is not None, "it was closed just now"
        body = _ENCODE.encode(_view(after))
        if answered := await keep(connection, workspace_id, key, 200, body):
            return answered
    return Done(status=200, body=body)


async def _carried_out(house: House, asked: Asked, parcel: Unmatched) -> Outcome:
    try:
        return await execute(house, asked)
    except _Faster:
        return _taken_already(parcel)


def _announced(parcel: Unmatched, state: State, goods: Receive) -> list[Step] | Refusal:
    """Announce what of an order has come, and receive it."""
    left = {line.id: line.counters.returnable for line in state.order.lines}
    asked: dict[str, int] = {}
    for one in parcel.seen.lines:
        for line in state.order.lines:
            names = {line.id, line.sku, line.upc, line.part_number, *line.serials}
            taken = min(one.quantity, left[line.id])
            if taken and names & ({one.line, one.sku, one.barcode} - {None}):
                left[line.id] -= taken
                asked[line.id] = asked.get(line.id, 0) + taken
                break
    if not asked:
        return refuse(
            RefusalCode.NOTHING_LEFT,
            "Nothing in the parcel can be asked back of this order. Match it to another, or close"
            " it.",
            "/order_number",
        )
    lines = tuple(LineAsked(line=line, quantity=quantity) for line, quantity in asked.items())
    number = state.order.order_number
    return [Request(order_number=number, origin=Origin.WAREHOUSE, lines=lines), goods]


def _lines_of(ret: Return, operation_id: str) -> list[str]:
    return [
        line.id
        for receipt in ret.receipts
        for line in receipt.lines
        if line.operation_id == operation_id
    ]


async def _meant(
    connection: Connection, workspace_id: int, given: Matched
) -> Return | Refusal | None:
    """Give the return that is named; ``None`` where an order is to get a new one."""
    if (given.return_id is None) == (given.order_number is None):
        return refuse(
            RefusalCode.UNKNOWN_RETURN,
            "Give either a return, or an order that a new return is made for.",
            "/return",
        )
    if given.return_id is None:
        return None
    return_id = given.return_id
    if not is_id(return_id, "ret"):
        row = await connection.fetchrow(SQL["return_by_rma"], workspace_id, return_id.upper())
        return_id = "" if row is None else str(row["return_id"])
    found = (await returns_by_ids(connection, workspace_id, [return_id])).get(return_id)
    return found or refuse(
        RefusalCode.UNKNOWN_RETURN,
        f"There is no return {given.return_id!r}. Name it by its id or RMA number.",
        "/return",
    )


async def _one(connection: Connection, workspace_id: int, parcel_id: str) -> Unmatched | None:
    if not is_id(parcel_id, "ump"):
        return None
    row = await connection.fetchrow(SQL["one_unmatched"], workspace_id, parcel_id)
    return None if row is None else _from(row)


def _from(row: asyncpg.Record) -> Unmatched:
    return Unmatched(
        id=row["parcel_id"],
        facility=row["facility"],
        status=row["status"],
        matches=row["matches"],
        seen=_SEEN.decode(row["body"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        return_id=row["return_id"],
        reason=row["reason"],
    )


def _view(parcel: Unmatched) -> View:
    seen = parcel.seen
    return {
        "id": parcel.id,
        "facility": parcel.facility,
        "status": parcel.status,
        "return": parcel.return_id,
        "operation_id": seen.operation_id,
        "rma": seen.rma or seen.return_id,
        "tracking_number": seen.tracking_number,
        "order_number": seen.order_number,
        "email": seen.email,
        "name": seen.name,
        "note": seen.note,
        "lines": [
            {
                "line": one.line,
                "sku": one.sku,
                "barcode": one.barcode,
                "quantity": one.quantity,
                "serials": list(one.serials),
                "condition": one.condition,
                "damaged": one.damaged,
            }
            for one in seen.lines
        ],
        "reason": parcel.reason,
        "created_at": instant(parcel.created_at),
        "updated_at": instant(parcel.updated_at),
    }


def _refused(code: RefusalCode, detail: str, pointer: str | None = None) -> Refused:
    return Refused(refusal=refuse(code, detail, pointer))


def _taken_already(parcel: Unmatched) -> Refused:
    where = "" if parcel.return_id is None else f" to {parcel.return_id}"
    return _refused(
        RefusalCode.ALREADY_MATCHED,
        f"The parcel is {parcel.status}{where}, or somebody was faster. Look at it again.",
    )
