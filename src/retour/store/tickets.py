"""Tickets without a return, as rows; and the one list of these and of returns.

Typed callers of ``sql/tickets.sql``.  A ticket is written with what was said of it, in one call
that writes nothing where somebody else was faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import asyncpg
import msgspec

from retour.lifecycle.model import Customer, Event, LineWords, Return, Ticket
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retour.lifecycle.model import Actor, Personal
    from retour.store.committing import Fanout
    from retour.store.database import Connection

_SQL: Final = named("tickets")
_ENCODE: Final = msgspec.json.Encoder()
_TICKET: Final = msgspec.json.Decoder(Ticket)
_RETURN: Final = msgspec.json.Decoder(Return)
_CUSTOMER: Final = msgspec.json.Decoder(Customer)
_WORDS: Final = msgspec.json.Decoder(dict[str, LineWords])
_EPOCH_MOVED: Final = "RT003"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Database time, the workspace's business time, and what its subscribers were as of."""

    tick: datetime
    at: datetime
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTicket:
    """A ticket without a return, and what persons said in it."""

    ticket: Ticket
    words: dict[str, LineWords]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCommit:
    """A ticket as it shall be, its events, and where they go.

    Args:
        before: The version it was read at; 0 for a new one.
    """

    clocks: Clocks
    epoch: int
    before: int
    ticket: Ticket
    email_digest: bytes | None
    actor: Actor
    source: str
    personal: Personal
    ids: Sequence[str]
    events: Sequence[Event]
    fanout: Sequence[Fanout]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRow:
    """One line of the list of tickets: a return, or a ticket that waits.

    Args:
        key: What the ids of a ticket and of its return have in common.
        customer: Of the return's order; None where there is none.
    """

    key: str
    updated_at: datetime
    words: dict[str, LineWords]
    ret: Return | None = None
    ticket: Ticket | None = None
    customer: Customer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in the list of tickets to go on from; ``touched`` where that is its order."""

    key: str
    touched: datetime | None = None
    rising: bool = False
    email_digest: bytes | None = None


class EpochMoved(Exception):
    """Subscribers changed since they were read; nothing was written."""


async def clocks(connection: Connection, workspace_id: int) -> Clocks:
    """Give what time it is; read it after all that is decided on."""
    row = await connection.fetchrow(_SQL["open_turn"], workspace_id)
    assert row is not None, "whoever asks belongs to a workspace"
    tick: datetime = row["tick"]
    at = tick + timedelta(microseconds=row["clock_offset_us"])
    return Clocks(tick=tick, at=at, epoch=row["epoch"])


async def next_number(connection: Connection, workspace_id: int) -> int:
    """Draw a ticket's number, which is its return's should it become one."""
    number: int = await connection.fetchval(_SQL["next_number"], workspace_id)
    return number


async def one_ticket(
    connection: Connection, workspace_id: int, ticket_id: str
) -> KeptTicket | None:
    """Give a ticket without a return; a matched one too."""
    row = await connection.fetchrow(_SQL["one_ticket"], workspace_id, ticket_id)
    return None if row is None else _kept(row)


async def tickets_by_ids(
    connection: Connection, workspace_id: int, ids: Sequence[str]
) -> list[KeptTicket]:
    """Give some tickets without a return, in any order."""
    rows = await connection.fetch(_SQL["tickets_by_ids"], workspace_id, list(ids))
    return [_kept(row) for row in rows]


def _kept(row: asyncpg.Record) -> KeptTicket:
    return KeptTicket(ticket=_TICKET.decode(row["body"]), words=_WORDS.decode(row["words"]))


async def commit_ticket(connection: Connection, workspace_id: int, commit: TicketCommit) -> bool:
    """Write a ticket with its events and deliveries; False where somebody else was faster.

    Raises:
        EpochMoved: Subscribers changed; the transaction is of no more use.
    """
    ticket = commit.ticket
    try:
        done: bool = await connection.fetchval(
            _SQL["commit_ticket"],
            workspace_id,
            commit.clocks.tick,
            commit.epoch,
            ticket.id,
            commit.before,
            ticket.number,
            ticket.status.value,
            _text(ticket),
            _ENCODE.encode(commit.personal.words).decode(),
            commit.email_digest,
            _text(commit.actor),
            commit.source,
            _text(commit.personal),
            list(commit.ids),
            [event.type.value for event in commit.events],
            [event.at for event in commit.events],
            [_text(event.snapshot) for event in commit.events],
            [item.place for item in commit.fanout],
            [item.subscription_id for item in commit.fanout],
            [item.version for item in commit.fanout],
            [item.lane for item in commit.fanout],
            [item.delivery_id for item in commit.fanout],
        )
    except asyncpg.PostgresError as error:
        if error.sqlstate == _EPOCH_MOVED:
            raise EpochMoved from error
        raise
    return done


async def match_ticket(
    connection: Connection, workspace_id: int, matched: Ticket, tick: datetime
) -> bool:
    """End a ticket's wait; False where it no longer waits as it was read.

    Args:
        matched: As it shall be, one version on.
    """
    ended = await connection.fetchval(
        _SQL["match_ticket"], workspace_id, matched.id, matched.version - 1, _text(matched), tick
    )
    return ended is not None


async def list_tickets(
    connection: Connection, workspace_id: int, spot: Spot, limit: int
) -> list[KeptRow]:
    """Give returns and tickets that wait, in one order, behind a place."""
    way = "rising" if spot.rising else "falling"
    arguments = [workspace_id, spot.key, limit, spot.email_digest]
    if spot.touched is None:
        rows = await connection.fetch(_SQL[f"tickets_{way}"], *arguments)
    else:
        rows = await connection.fetch(_SQL[f"tickets_touched_{way}"], *arguments, spot.touched)
    return [_row(row) for row in rows]


def _row(row: asyncpg.Record) -> KeptRow:
    ret, ticket, customer = row["return_body"], row["ticket_body"], row["customer"]
    return KeptRow(
        key=row["key"],
        updated_at=row["updated_at"],
        words=_WORDS.decode(row["words"]),
        ret=None if ret is None else _RETURN.decode(ret),
        ticket=None if ticket is None else _TICKET.decode(ticket),
        customer=None if customer is None else _CUSTOMER.decode(customer),
    )


async def messages(
    connection: Connection, workspace_id: int, key: str, limit: int
) -> list[asyncpg.Record]:
    """Give the events that wrote into a ticket, oldest first: while it waited, then as a return."""
    waiting = await connection.fetch(
        _SQL["messages_of_ticket"], workspace_id, "tkt_" + key, 0, limit
    )
    written = await connection.fetch(
        _SQL["messages_of_return"], workspace_id, "ret_" + key, 0, limit
    )
    return [*waiting, *written][:limit]


def _text(value: msgspec.Struct) -> str:
    return _ENCODE.encode(value).decode()
