"""Store credit, its movements, and legs one by one: callers of SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.lifecycle.model import Leg, LegStatus, Return
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from retour.store.database import Connection

_SQL: Final = named("credit")
_RETURN: Final = msgspec.json.Decoder(Return)
COUNTED_MAX: Final = 10_000
"""Beyond it nobody counts; counting on would only cost."""


class EntryKind(StrEnum):
    """What a movement is."""

    ISSUED = "issued"
    REDEEMED = "redeemed"
    REDEMPTION_CANCELED = "redemption_canceled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What a customer has in one currency."""

    credit_id: str
    currency: str
    balance: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One movement to be; ``amount`` is below zero where something is taken."""

    entry_id: str
    kind: EntryKind
    amount: int
    reference: str
    return_id: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Move):
    """A movement as it is written down, with what was left after it."""

    credit_id: str
    position: int
    balance: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRow:
    """A leg by its id, since when it stands as it does, and its return."""

    leg_id: str
    since: datetime
    ret: Return


async def open_credit(
    connection: Connection, workspace_id: int, credit_id: str, return_id: str, currency: str
) -> str | None:
    """Give the account of whoever a return is of, made where there is none yet."""
    await connection.execute(_SQL["open_credit"], workspace_id, return_id, credit_id, currency)
    return await connection.fetchval(_SQL["credit_of_return"], workspace_id, return_id, currency)


async def move_credit(
    connection: Connection, workspace_id: int, credit_id: str, move: Move
) -> Entry | None:
    """Give or take once per kind and reference; ``None`` where the balance does not suffice."""
    row = await connection.fetchrow(
        _SQL["move_credit"],
        workspace_id,
        credit_id,
        move.entry_id,
        move.kind.value,
        move.amount,
        move.reference,
        move.return_id,
        move.note,
    )
    return None if row is None else _entry(row)


async def entry_by_reference(
    connection: Connection, workspace_id: int, kind: EntryKind, reference: str
) -> Entry | None:
    """Give the movement of a kind that has this reference."""
    row = await connection.fetchrow(_SQL["entry_by_reference"], workspace_id, kind.value, reference)
    return None if row is None else _entry(row)


async def list_entries(
    connection: Connection, workspace_id: int, credit_id: str, after: int, limit: int
) -> list[Entry]:
    """Give an account's movements behind a position, oldest first."""
    rows = await connection.fetch(_SQL["entries"], workspace_id, credit_id, after, limit)
    return [_entry(row) for row in rows]


async def one_credit(connection: Connection, workspace_id: int, credit_id: str) -> Credit | None:
    """Give an account by its id."""
    row = await connection.fetchrow(_SQL["one_credit"], workspace_id, credit_id)
    return None if row is None else _credit(row)


async def list_credits(
    connection: Connection, workspace_id: int, below: str, limit: int, email_digest: bytes | None
) -> list[Credit]:
    """Give accounts below an id, newest first; one customer's where a digest is given."""
    if email_digest is None:
        rows = await connection.fetch(_SQL["credits"], workspace_id, below, limit)
    else:
        rows = await connection.fetch(_SQL["credits_of"], workspace_id, below, limit, email_digest)
    return [_credit(row) for row in rows]


async def legs_in(
    connection: Connection,
    workspace_id: int,
    statuses: Sequence[LegStatus],
    after: str,
    limit: int,
) -> list[LegRow]:
    """Give legs in one of these statuses behind an id, oldest first."""
    rows = await connection.fetch(
        _SQL["legs_in"], workspace_id, [one.value for one in statuses], after, limit
    )
    return [
        LegRow(leg_id=row["leg_id"], since=row["since"], ret=_RETURN.decode(row["body"]))
        for row in rows
    ]


async def count_legs_in(
    connection: Connection, workspace_id: int, statuses: Sequence[LegStatus]
) -> dict[str, int]:
    """Count the legs in each of these statuses, up to ``COUNTED_MAX``."""
    rows = await connection.fetch(
        _SQL["count_legs_in"], workspace_id, [one.value for one in statuses], COUNTED_MAX
    )
    return {row["status"]: row["legs"] for row in rows}


def legs_arguments(
    workspace_id: int, before: Return | None, after: Return, at: datetime
) -> list[Any] | None:
    """Give what ``keep_legs`` takes; ``None`` where every leg ever promised stands as it did."""
    had = {leg.id: leg.status for leg in _legs(before)}
    moved = [leg for leg in _legs(after) if _has_moved(had.get(leg.id), leg.status)]
    if not moved:
        return None
    ids, statuses = [leg.id for leg in moved], [leg.status.value for leg in moved]
    return [workspace_id, after.id, at, ids, statuses]


def _has_moved(was: LegStatus | None, now: LegStatus) -> bool:
    """Say whether a leg's status is news; what was never promised is nobody's."""
    if was in {None, LegStatus.DRAFT}:
        return now not in {LegStatus.DRAFT, LegStatus.ABANDONED}
    return was is not now


def _legs(ret: Return | None) -> list[Leg]:
    return [leg for settlement in (ret.settlements if ret else ()) for leg in settlement.legs]


def _credit(row: asyncpg.Record) -> Credit:
    return Credit(
        credit_id=row["credit_id"],
        currency=row["currency"],
        balance=row["balance"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _entry(row: asyncpg.Record) -> Entry:
    return Entry(
        entry_id=row["entry_id"],
        kind=EntryKind(row["kind"]),
        amount=row["amount"],
        reference=row["reference"],
        return_id=row["return_id"],
        note=row["note"],
        credit_id=row["credit_id"],
        position=row["position"],
        balance=row["balance"],
        created_at=row["created_at"],
    )
