"""Matching parcels with returns, and taking a match back.

A match receives what was in the parcel by the return's own command, a match taken back corrects
those receipt lines: nothing is ever edited.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from retour.desk.dock.announcing import announced
from retour.desk.dock.unmatched import (
    Unmatched,
    one_parcel,
    parcel_view,
    refused,
    taken_already,
    without_version,
)
from retour.desk.execute import Ahead, Asked, RequestKey, answer, execute
from retour.desk.keeping import kept_for
from retour.desk.outcome import NotFound, Outcome, Refused
from retour.kernel.ids import Mint, is_id
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import CorrectReceipt, Receive
from retour.lifecycle.decide import Step
from retour.lifecycle.dock.waiting import Cause, DockCase
from retour.lifecycle.model import Actor, Decision, Return, State
from retour.store.dock import SQL, returns_by_ids, text
from retour.store.telling import take_turn

if TYPE_CHECKING:
    from retour.desk.dock.bodies import Matched
    from retour.desk.house import House
    from retour.store.database import Connection

_ENCODE = msgspec.json.Encoder()
_MISSING = NotFound(what="unmatched parcel")


class _Faster(Exception):
    """Somebody else has matched, taken back or closed the parcel."""


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
        parcel = await one_parcel(connection, workspace_id, parcel_id)
        if parcel is None:
            return _MISSING
        ret = await _meant(connection, workspace_id, given)
    if refusal := _unfit(parcel, ret):
        return refusal
    assert not isinstance(ret, Refusal), "what was refused has been answered"
    held: list[str] = []

    def show(decision: Decision) -> bytes:
        assert decision.state.ret is not None, "goods are received into a return"
        held[:] = [decision.state.ret.id]
        return answer(decision.state, scopes)

    async def first(connection: Connection) -> None:
        await _take(connection, workspace_id, parcel, held[0])

    asked = Asked(
        workspace_id=workspace_id,
        actor=actor,
        source=source,
        return_id=None if ret is None else ret.id,
        ahead=Ahead(
            work_out=lambda state, _: _received(parcel, state, is_new=ret is None),
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


def _unfit(parcel: Unmatched, ret: Return | Refusal | None) -> Refused | None:
    """Refuse a parcel that waits no more, one that is empty on paper, and a return that is none."""
    if parcel.status != "open":
        return taken_already(parcel)
    if isinstance(ret, Refusal):
        return Refused(refusal=ret)
    if parcel.seen.lines:
        return None
    return refused(
        RefusalCode.UNNAMED_ITEM,
        "Nobody has said what was in the parcel. Receive its goods on the return itself, then close"
        " the parcel.",
    )


def _received(parcel: Unmatched, state: State, *, is_new: bool) -> list[Step] | Refusal:
    """Receive what was in a parcel, by an operation of the match's own."""
    goods = Receive(
        units=tuple(one.seen for one in parcel.seen.lines),
        facility=parcel.facility,
        operation_id=f"{parcel.id}/{parcel.matches + 1}",
    )
    if not is_new:
        return [goods]
    request = announced(parcel.seen.lines, state.order)
    return request if isinstance(request, Refusal) else [request, goods]


async def _take(
    connection: Connection, workspace_id: int, parcel: Unmatched, return_id: str
) -> None:
    matched = await connection.fetchval(
        SQL["match_unmatched"], workspace_id, parcel.id, return_id, parcel.matches
    )
    if matched is None:
        raise _Faster
    resolution = text({"remedy": "match", "return": return_id})
    await connection.execute(SQL["close_cases_of"], workspace_id, parcel.id, resolution)


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
        parcel = await one_parcel(connection, workspace_id, parcel_id)
    if parcel is None:
        return _MISSING
    if parcel.status != "matched":
        return refused(
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
        await _let_go(connection, workspace_id, parcel)

    waiting = msgspec.structs.replace(parcel, status="open", return_id=None)
    asked = Asked(
        workspace_id=workspace_id,
        actor=actor,
        source=source,
        return_id=parcel.return_id,
        ahead=Ahead(work_out=work_out, numbers=2 * len(parcel.seen.lines) + 2),
        show=lambda _: _ENCODE.encode(parcel_view(waiting)),
        first=first,
        key=key,
        status=200,
    )
    return without_version(await _carried_out(house, asked, parcel))


async def _let_go(connection: Connection, workspace_id: int, parcel: Unmatched) -> None:
    """Let a parcel wait again, and somebody look again."""
    undone = await connection.fetchval(
        SQL["unmatch_unmatched"], workspace_id, parcel.id, parcel.matches
    )
    if undone is None:
        raise _Faster
    said = DockCase(
        cause=Cause.UNMATCHED_PARCEL,
        subject=parcel.id,
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
        parcel.id,
        text(said),
    )


async def _carried_out(house: House, asked: Asked, parcel: Unmatched) -> Outcome:
    try:
        return await execute(house, asked)
    except _Faster:
        return taken_already(parcel)


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
