"""Withdrawals as rows: their chain, what was said, what became of them, and the agents' queues.

Typed callers of ``sql/withdrawals.sql``.  Whoever adds or changes one holds the workspace's turn
(``telling.take_turn``), so that neither the chain nor the acts behind a statement ever fork.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from retour.kernel.ids import workspace_text
from retour.kernel.status import ReturnStatus
from retour.lifecycle.model import Actor, Customer, Order
from retour.lifecycle.withdrawals.acts import ActKind, KeptAct
from retour.lifecycle.withdrawals.withdrawing import START, Acknowledgement, Link, WithdrawalStatus
from retour.store.messages import appended
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import asyncpg

    from retour.store.database import Connection
    from retour.store.messages import NewMessage

_SQL: Final = named("withdrawals")
_ENCODE: Final = msgspec.json.Encoder()
_ACTOR: Final = msgspec.json.Decoder(Actor)
_ORDER: Final = msgspec.json.Decoder(Order)
_CUSTOMER: Final = msgspec.json.Decoder(Customer)


class Queue(StrEnum):
    """What somebody has to look at."""

    UNMATCHED = "unmatched"
    OUT_OF_TIME = "out_of_time"
    UNACKNOWLEDGED = "unacknowledged"
    REFUND_DUE = "refund_due"
    RETURNLESS = "returnless"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which order a withdrawal is about, and who found that out; ``by`` is None at its birth."""

    order_id: str
    order_number: str
    at: datetime
    by: Actor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a statement stands: what was found out about it since it was taken."""

    status: WithdrawalStatus
    match: Match | None = None
    period_ends_at: datetime | None = None
    in_time: bool | None = None
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A statement on record, and all that is known of it."""

    link: Link
    standing: Standing
    refund_by: datetime
    acknowledgement: Acknowledgement = Acknowledgement.WAITING
    acknowledged_at: datetime | None = None
    return_id: str | None = None
    return_status: ReturnStatus | None = None
    erased_at: datetime | None = None

    @property
    def match(self) -> Match | None:
        """Its order, where that is known."""
        return self.standing.match


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The hashes around a record: of the one before, and what the one behind says came before."""

    before: bytes | None = None
    behind: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """What was sold, and to whom."""

    order: Order
    customer: Customer


async def chain_end(connection: Connection, workspace_id: int) -> tuple[int, bytes]:
    """Give the number and the hash of the last record; 0 and ``START`` where there is none."""
    row = await connection.fetchrow(_SQL["last_withdrawal"], workspace_id)
    return (0, START) if row is None else (row["number"], row["hash"])


async def business_now(connection: Connection, workspace_id: int) -> datetime | None:
    """Say what time it is for a workspace; ``None`` where there is no such workspace."""
    return await connection.fetchval(_SQL["business_now"], workspace_id)


async def stated_order(
    connection: Connection, workspace_id: int, order_number: str, email_digest: bytes
) -> str | None:
    """Give the id of an order sold to the same address."""
    return await connection.fetchval(_SQL["stated_order"], workspace_id, order_number, email_digest)


async def named_order(connection: Connection, workspace_id: int, order_number: str) -> str | None:
    """Give the id of an order, whoever it was sold to."""
    return await connection.fetchval(_SQL["named_order"], workspace_id, order_number)


async def sold_orders(
    connection: Connection, workspace_id: int, order_ids: Sequence[str]
) -> dict[str, Sold]:
    """Give by id what judgements ask of orders; counters are left as they were first put."""
    if not order_ids:
        return {}
    rows = await connection.fetch(_SQL["sold_orders"], workspace_id, list(order_ids))
    return {
        row["order_id"]: Sold(
            order=_ORDER.decode(row["body"]), customer=_CUSTOMER.decode(row["customer"])
        )
        for row in rows
    }


async def add_withdrawal(
    connection: Connection, workspace_id: int, kept: Withdrawal, email_digest: bytes
) -> None:
    """Write a statement at the end of the chain."""
    link, standing = kept.link, kept.standing
    assert link.content is not None, "nobody takes a statement without words"
    await connection.execute(
        _SQL["add_withdrawal"],
        workspace_id,
        link.id,
        link.number,
        link.received_at,
        link.recorded_at,
        link.content_digest,
        link.previous,
        link.hash,
        email_digest,
        standing.status.value,
        *_matched(standing.match),
        kept.refund_by,
        standing.period_ends_at,
        standing.in_time,
    )
    await connection.execute(_SQL["add_content"], workspace_id, link.id, link.content)


def _matched(match: Match | None) -> tuple[str | None, datetime | None, str | None]:
    if match is None:
        return None, None, None
    by = None if match.by is None else _ENCODE.encode(match.by).decode()
    return match.order_id, match.at, by


async def set_standing(
    connection: Connection, workspace_id: int, withdrawal_id: str, standing: Standing
) -> None:
    """Say how a statement stands by now."""
    await connection.execute(
        _SQL["set_standing"],
        workspace_id,
        withdrawal_id,
        standing.status.value,
        *_matched(standing.match),
        standing.period_ends_at,
        standing.in_time,
        standing.duplicate_of,
    )


async def set_acknowledgement(
    connection: Connection,
    workspace_id: int,
    withdrawal_id: str,
    state: Acknowledgement,
    at: datetime,
) -> None:
    """Say what became of the mail."""
    await connection.execute(
        _SQL["set_acknowledgement"], workspace_id, withdrawal_id, state.value, at
    )


async def set_return(
    connection: Connection, workspace_id: int, withdrawal_id: str, return_id: str
) -> bool:
    """Say which return follows a statement; False where another one does."""
    written = await connection.fetchval(_SQL["set_return"], workspace_id, withdrawal_id, return_id)
    return written is not None


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
    *,
    status: WithdrawalStatus | None = None,
    queue: Queue | None = None,
    due_days: int = 0,
) -> list[Withdrawal]:
    """Give statements below an id, newest first: of one status, of one queue, or all.

    Args:
        due_days: For the queue of refunds: how soon they are due.
    """
    name, more = _found_by(status, queue, due_days)
    rows = await connection.fetch(_SQL[name], workspace_id, below, limit, *more)
    ids = [row["withdrawal_id"] for row in rows]
    by_id = {one.link.id: one for one in await withdrawals_by_ids(connection, workspace_id, ids)}
    return [by_id[one] for one in ids]


async def withdrawals_by_ids(
    connection: Connection, workspace_id: int, ids: Sequence[str]
) -> list[Withdrawal]:
    """Give some statements, in any order."""
    rows = await connection.fetch(_SQL["withdrawals_by_ids"], workspace_id, list(ids))
    return [_withdrawal(workspace_id, row) for row in rows]


def _found_by(
    status: WithdrawalStatus | None, queue: Queue | None, due_days: int
) -> tuple[str, tuple[str, ...]]:
    match queue:
        case None:
            return ("ids_all", ()) if status is None else ("ids_by_status", (status.value,))
        case Queue.UNMATCHED:
            return "ids_by_status", (WithdrawalStatus.UNMATCHED.value,)
        case Queue.REFUND_DUE:
            return "ids_refund_due", (f"{due_days} days",)
        case Queue.OUT_OF_TIME | Queue.UNACKNOWLEDGED | Queue.RETURNLESS:
            return f"ids_{queue.value}", (queue.value,)


async def around(connection: Connection, workspace_id: int, number: int) -> Around:
    """Give what stands around a record of the chain."""
    rows = await connection.fetch(_SQL["neighbours"], workspace_id, number)
    by_number = {row["number"]: row for row in rows}
    before, behind = by_number.get(number - 1), by_number.get(number + 1)
    return Around(
        before=None if before is None else before["hash"],
        behind=None if behind is None else behind["previous"],
    )


async def acts_of(connection: Connection, workspace_id: int, withdrawal_id: str) -> list[KeptAct]:
    """Give what became of a statement, oldest first."""
    rows = await connection.fetch(_SQL["acts"], workspace_id, withdrawal_id)
    return [
        KeptAct(kind=ActKind(row["kind"]), record=row["record"], hash=row["hash"]) for row in rows
    ]


async def append_act(connection: Connection, workspace_id: int, kept: KeptAct) -> None:
    """Write an act behind those there are."""
    act = kept.act
    await connection.execute(
        _SQL["add_act"],
        workspace_id,
        act.withdrawal,
        act.n,
        act.kind.value,
        kept.record,
        kept.hash,
    )


async def append_event(connection: Connection, workspace_id: int, message: NewMessage) -> None:
    """Write a statement's next event and queue it for whoever is told."""
    await connection.execute(_SQL["append_event"], workspace_id, *appended(message))


async def erase(
    connection: Connection,
    workspace_id: int,
    withdrawal_id: str,
    at: datetime,
    *,
    touched_at: Sequence[datetime],
    reply: bytes,
) -> None:
    """Drop what was said, in the record and in all that was told of it; the chain stays.

    Args:
        touched_at: When, by database time, requests were answered with what was said.
        reply: What such requests are answered with from now on.
    """
    await connection.execute(
        _SQL["erase_replies"], workspace_id, withdrawal_id.encode(), list(touched_at), reply
    )
    for name in ("drop_renderings", "drop_answers", "erase_events", "drop_content"):
        await connection.execute(_SQL[name], workspace_id, withdrawal_id)
    await connection.execute(_SQL["set_erased"], workspace_id, withdrawal_id, at)


async def settings_said(connection: Connection, workspace_id: int) -> str | None:
    """Give what the workspace said about withdrawals, as JSON."""
    return await connection.fetchval(_SQL["settings"], workspace_id)


async def put_settings(connection: Connection, workspace_id: int, body: str) -> None:
    """Keep what the workspace says about withdrawals."""
    await connection.execute(_SQL["put_settings"], workspace_id, body)


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
    status = row["return_status"]
    return Withdrawal(
        link=link,
        standing=Standing(
            status=WithdrawalStatus(row["status"]),
            match=match,
            period_ends_at=row["period_ends_at"],
            in_time=row["in_time"],
            duplicate_of=row["duplicate_of"],
        ),
        refund_by=row["refund_by"],
        acknowledgement=Acknowledgement(row["acknowledgement"]),
        acknowledged_at=row["acknowledged_at"],
        return_id=row["return_id"],
        return_status=None if status is None else ReturnStatus(status),
        erased_at=row["erased_at"],
    )
