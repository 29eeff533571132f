"""What a dock needs beside returns: codes to scan, operations, parcels without a return, cases.

Typed callers of ``sql/dock.sql``; ``dock_arguments`` are those of ``retour.keep_dock``, which a
commit calls behind its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.lifecycle.dock.waiting import Cause, DockCase, Moved
from retour.lifecycle.model import Order, Return
from retour.store.statements import named

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg

    from retour.store.database import Connection

SQL: Final = named("dock")
_ENCODE: Final = msgspec.json.Encoder()
_RETURN: Final = msgspec.json.Decoder(Return)
_ORDER: Final = msgspec.json.Decoder(Order)
_CASE: Final = msgspec.json.Decoder(DockCase)

EXCEPTION: Final = "exception"
QUALITY_CHECK: Final = "quality_check"
QUEUES: Final = (EXCEPTION, QUALITY_CHECK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a facility's operation came to when it was first reported.

    ``refused`` are the places of the lines that contradicted themselves.
    """

    digest: bytes
    return_id: str | None = None
    parcel_id: str | None = None
    refused: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing that waits for a person, or did."""

    id: str
    queue: str
    status: str
    said: DockCase
    return_id: str | None
    created_at: datetime
    resolution: dict[str, Any] | None = None
    resolved_at: datetime | None = None


def text(value: object) -> str:
    """Write a value as the JSON text that ``json`` columns hold."""
    return _ENCODE.encode(value).decode()


def queue_of(cause: Cause) -> str:
    """Name the queue that a cause waits in."""
    return QUALITY_CHECK if cause is Cause.QUALITY_CHECK else EXCEPTION


def dock_arguments(
    workspace_id: int,
    at: tuple[datetime, str],
    codes: Sequence[tuple[bytes, str]],
    moved: Moved,
    mint: Callable[[str], str],
) -> list[Any] | None:
    """Give what ``keep_dock`` is called with; ``None`` where there is nothing to keep.

    Args:
        at: The tick of the commit, and its return's id.
    """
    if not (codes or moved):
        return None
    tick, return_id = at
    cases = moved.opened
    return [
        workspace_id,
        tick,
        return_id,
        [digest for digest, _ in codes],
        [kind for _, kind in codes],
        [mint("exc") for _ in cases],
        [queue_of(one.cause) for one in cases],
        [one.cause.value for one in cases],
        [one.facility for one in cases],
        [one.subject for one in cases],
        [text(one) for one in cases],
        [cause.value for cause, _ in moved.closed],
        [subject for _, subject in moved.closed],
    ]


async def returns_by_ids(
    connection: Connection, workspace_id: int, ids: Sequence[str]
) -> dict[str, Return]:
    """Give returns by their ids; those that are not there are left out."""
    rows = await connection.fetch(SQL["dock_returns"], workspace_id, list(ids))
    return {row["return_id"]: _RETURN.decode(row["body"]) for row in rows}


async def orders_of(
    connection: Connection, workspace_id: int, ids: Sequence[str]
) -> dict[str, Order]:
    """Give the orders that returns are of, by the returns' ids; as put, without counters."""
    rows = await connection.fetch(SQL["dock_orders"], workspace_id, list(ids))
    return {row["return_id"]: _ORDER.decode(row["body"]) for row in rows}


async def found_codes(
    connection: Connection, workspace_id: int, digests: Sequence[bytes], limit: int
) -> list[tuple[bytes, str, str]]:
    """Give the newest returns that codes can mean, so many of each: digest, kind, return."""
    rows = await connection.fetch(SQL["found_codes"], workspace_id, list(digests), limit)
    return [(row["digest"], row["kind"], row["return_id"]) for row in rows]


async def one_operation(
    connection: Connection, workspace_id: int, facility: str, operation_id: str
) -> Operation | None:
    """Give what an operation came to, if it was reported."""
    row = await connection.fetchrow(SQL["one_operation"], workspace_id, facility, operation_id)
    if row is None:
        return None
    return Operation(
        digest=row["digest"],
        return_id=row["return_id"],
        parcel_id=row["parcel_id"],
        refused=tuple(row["refused"]),
    )


async def take_operation(
    connection: Connection, workspace_id: int, facility: str, operation_id: str, done: Operation
) -> bool:
    """Note an operation; False where somebody was faster."""
    taken = await connection.fetchval(
        SQL["take_operation"],
        workspace_id,
        facility,
        operation_id,
        done.digest,
        done.return_id,
        done.parcel_id,
        list(done.refused),
    )
    return taken is not None


async def one_case(connection: Connection, workspace_id: int, case_id: str) -> Case | None:
    """Give one thing that waits, or waited."""
    row = await connection.fetchrow(SQL["one_case"], workspace_id, case_id)
    return None if row is None else case_from(row)


async def cases_by_ids(connection: Connection, workspace_id: int, ids: Sequence[str]) -> list[Case]:
    """Give some things that wait, or waited, in any order."""
    rows = await connection.fetch(SQL["cases_by_ids"], workspace_id, list(ids))
    return [case_from(row) for row in rows]


def case_from(row: asyncpg.Record) -> Case:
    """Read a row of a case."""
    resolution = row["resolution"]
    return Case(
        id=row["case_id"],
        queue=row["queue"],
        status=row["status"],
        said=_CASE.decode(row["body"]),
        return_id=row["return_id"],
        created_at=row["created_at"],
        resolution=None if resolution is None else msgspec.json.decode(resolution),
        resolved_at=row["resolved_at"],
    )
