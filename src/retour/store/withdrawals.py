"""Withdrawals as rows: inserted with their place in the chain, and once matched to an order.

Typed callers of ``sql/withdrawals.sql``.  Whoever adds one holds the workspace's turn
(``telling.take_turn``), so that the chain never forks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from retour.kernel.ids import workspace_text
from retour.lifecycle.model import Actor
from retour.lifecycle.withdrawing import START, Link, WithdrawalStatus
from retour.store.statements import named

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg

    from retour.store.database import Connection

_SQL: Final = named("withdrawals")
_ENCODE: Final = msgspec.json.Encoder()
_ACTOR: Final = msgspec.json.Decoder(Actor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which order a withdrawal is about, and who found that out; ``by`` is None at its birth."""

    order_id: str
    order_number: str
    at: datetime
    by: Actor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A statement on record, with its order where that is known."""

    link: Link
    match: Match | None = None

    @property
    def status(self) -> WithdrawalStatus:
        """Whether an agent has yet to find its order."""
        return WithdrawalStatus.UNMATCHED if self.match is None else WithdrawalStatus.MATCHED


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The hashes around a record: of the one before, and what the one behind says came before."""

    before: bytes | None = None
    behind: bytes | None = None


async def chain_end(connection: Connection, workspace_id: int) -> tuple[int, bytes]:
    """Give the number and the hash of the last record; 0 and ``START`` where there is none."""
    row = await connection.fetchrow(_SQL["last_withdrawal"], workspace_id)
    return (0, START) if row is None else (row["number"], row["hash"])


async def stated_order(
    connection: Connection, workspace_id: int, order_number: str, email_digest: bytes
) -> str | None:
    """Give the id of an order sold to the same address."""
    return await connection.fetchval(_SQL["stated_order"], workspace_id, order_number, email_digest)


async def named_order(connection: Connection, workspace_id: int, order_number: str) -> str | None:
    """Give the id of an order, whoever it was sold to."""
    return await connection.fetchval(_SQL["named_order"], workspace_id, order_number)


async def add_withdrawal(
    connection: Connection, workspace_id: int, kept: Withdrawal, email_digest: bytes
) -> None:
    """Write a statement at the end of the chain."""
    link, match = kept.link, kept.match
    await connection.execute(
        _SQL["add_withdrawal"],
        workspace_id,
        link.id,
        link.number,
        link.received_at,
        link.recorded_at,
        link.content,
        link.content_digest,
        link.previous,
        link.hash,
        email_digest,
        kept.status.value,
        None if match is None else match.order_id,
        None if match is None else match.at,
        None if match is None or match.by is None else _ENCODE.encode(match.by).decode(),
    )


async def match_withdrawal(
    connection: Connection, workspace_id: int, withdrawal_id: str, match: Match
) -> bool:
    """Say which order a statement is about; False where somebody else had."""
    matched = await connection.fetchval(
        _SQL["match_withdrawal"],
        workspace_id,
        withdrawal_id,
        match.order_id,
        match.at,
        _ENCODE.encode(match.by).decode(),
    )
    return matched is not None


async def one_withdrawal(
    connection: Connection, workspace_id: int, withdrawal_id: str
) -> Withdrawal | None:
    """Give one statement."""
    row = await connection.fetchrow(_SQL["one_withdrawal"], workspace_id, withdrawal_id)
    return None if row is None else _withdrawal(workspace_id, row)


async def list_withdrawals(
    connection: Connection,
    workspace_id: int,
    below: str,
    limit: int,
    status: str | None,
) -> list[Withdrawal]:
    """Give statements below an id, newest first."""
    rows = await connection.fetch(_SQL["withdrawals"], workspace_id, below, limit, status)
    return [_withdrawal(workspace_id, row) for row in rows]


async def around(connection: Connection, workspace_id: int, number: int) -> Around:
    """Give what stands around a record of the chain."""
    rows = await connection.fetch(_SQL["neighbours"], workspace_id, number)
    by_number = {row["number"]: row for row in rows}
    before, behind = by_number.get(number - 1), by_number.get(number + 1)
    return Around(
        before=None if before is None else before["hash"],
        behind=None if behind is None else behind["previous"],
    )


def _withdrawal(workspace_id: int, row: asyncpg.Record) -> Withdrawal:
    match = None
    if row["order_id"] is not None:
        by = row["matched_by"]
        match = Match(
            order_id=row["order_id"],
            order_number=row["order_number"],
            at=row["matched_at"],
            by=None if by is None else _ACTOR.decode(by),
        )
    link = Link(
        workspace=workspace_text(workspace_id),
        id=row["withdrawal_id"],
        number=row["number"],
        received_at=row["received_at"],
        recorded_at=row["recorded_at"],
        content=row["content"],
        content_digest=row["content_digest"],
        previous=row["previous"],
        hash=row["hash"],
    )
    return Withdrawal(link=link, match=match)
