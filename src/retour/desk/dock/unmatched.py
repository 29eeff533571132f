"""Parcels whose return is not known: kept as they were seen, until somebody knows."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.dock.bodies import Closed, ParcelSeen
from retour.desk.dock.finding import candidates
from retour.desk.execute import RequestKey
from retour.desk.keeping import keep, kept_for
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.pages import Page, envelope, paged
from retour.dialects.view import View, instant
from retour.kernel.ids import Mint, is_id
from retour.kernel.refusal import RefusalCode, refuse
from retour.kernel.value import Value
from retour.lifecycle.dock.waiting import Cause, DockCase
from retour.lifecycle.model import Actor
from retour.store.dock import SQL, Operation, take_operation, text
from retour.store.telling import take_turn

if TYPE_CHECKING:
    from collections.abc import Sequence

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
                return refused(
                    RefusalCode.OPERATION_REUSED,
                    "This operation id stands for other goods. Give each operation its own.",
                    "/operation_id",
                )
            parcel_id = str(row["parcel_id"])
        parcel = await one_parcel(connection, workspace_id, parcel_id)
        assert parcel is not None, "it was kept just now"
        body = _ENCODE.encode(parcel_view(parcel))
        if answered := await keep(connection, workspace_id, key, 201, body):
            return answered
    return Done(status=201, body=body)


def digest_of(seen: ParcelSeen) -> bytes:
    """Tell reports of one operation apart that say different things."""
    return hashlib.sha256(_ENCODE.encode(seen)).digest()


async def look_up(house: House, workspace_id: int, parcel_id: str) -> Outcome:
    """Give one parcel."""
    async with house.database.transaction(workspace_id) as connection:
        parcel = await one_parcel(connection, workspace_id, parcel_id)
    return (
        _MISSING if parcel is None else Done(status=200, body=_ENCODE.encode(parcel_view(parcel)))
    )


async def listing(
    house: House, workspace_id: int, status: str | None, facility: str | None, page: Page
) -> Outcome:
    """Give a page of parcels, newest first."""
    below = page.after or _HIGHEST
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            SQL["list_unmatched"], workspace_id, below, page.limit + 1, status, facility
        )
    return paged(list(map(_from, rows)), page, parcel_view, key=lambda one: one.id)


async def list_candidates(house: House, workspace_id: int, parcel_id: str) -> Outcome:
    """List the returns a parcel may be of, the likeliest first, and what speaks for each."""
    async with house.database.transaction(workspace_id) as connection:
        parcel = await one_parcel(connection, workspace_id, parcel_id)
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
        parcel = await one_parcel(connection, workspace_id, parcel_id)
        if parcel is None:
            return _MISSING
        closed = await connection.fetchval(
            SQL["close_unmatched"], workspace_id, parcel_id, given.reason
        )
        if closed is None:
            return taken_already(parcel)
        by = {"kind": actor.kind.value, "id": actor.id}
        resolution = text({"remedy": "close", "note": given.reason, "by": by})
        await connection.execute(SQL["close_cases_of"], workspace_id, parcel_id, resolution)
        after = await one_parcel(connection, workspace_id, parcel_id)
        assert after is not None, "it was closed just now"
        body = _ENCODE.encode(parcel_view(after))
        if answered := await keep(connection, workspace_id, key, 200, body):
            return answered
    return Done(status=200, body=body)


async def one_parcel(connection: Connection, workspace_id: int, parcel_id: str) -> Unmatched | None:
    """Load a parcel as it is kept; ``None`` where there is none of that id."""
    if not is_id(parcel_id, "ump"):
        return None
    row = await connection.fetchrow(SQL["one_unmatched"], workspace_id, parcel_id)
    return None if row is None else _from(row)


async def parcels_by_ids(
    connection: Connection, workspace_id: int, ids: Sequence[str]
) -> list[Unmatched]:
    """Load some parcels, in any order."""
    rows = await connection.fetch(SQL["unmatched_by_ids"], workspace_id, list(ids))
    return [_from(row) for row in rows]


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


def parcel_view(parcel: Unmatched) -> View:
    """Show a parcel with all that was seen of it."""
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


def refused(code: RefusalCode, detail: str, pointer: str | None = None) -> Refused:
    """Say no as a use case ends."""
    return Refused(refusal=refuse(code, detail, pointer))


def without_version(outcome: Outcome) -> Outcome:
    """Answer something else than the return that was changed: its version is not the answer's."""
    return replace(outcome, version=None) if isinstance(outcome, Done) else outcome


def taken_already(parcel: Unmatched) -> Refused:
    """Refuse what somebody else has done, or undone, in the meantime."""
    where = "" if parcel.return_id is None else f" to {parcel.return_id}"
    return refused(
        RefusalCode.ALREADY_MATCHED,
        f"The parcel is {parcel.status}{where}, or somebody was faster. Look at it again.",
    )
