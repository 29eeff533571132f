"""Tickets whose order is not known: opened, noted, written in, ended; each in one transaction."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from retour.desk.config import WorkspaceConfig
from retour.desk.execute import TRIES_MAX, Busy
from retour.desk.fanout import fan_out_events
from retour.desk.keeping import keep
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.tickets.shown import Asker, TicketSource
from retour.kernel.ids import Mint
from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import Birth, Context
from retour.lifecycle.model import Customer, TicketStatus
from retour.lifecycle.talk.conversing import Said, open_ticket, ticket_words
from retour.store.committing import Fanout
from retour.store.database import Connection
from retour.store.tickets import (
    Clocks,
    EpochMoved,
    KeptTicket,
    TicketCommit,
    clocks,
    commit_ticket,
    next_number,
    one_ticket,
)

if TYPE_CHECKING:
    from retour.desk.house import House

WORKED_OUT_TOO_OFTEN: Final = "This ticket is being changed by many at once. Try again in a moment."
Change = Callable[[KeptTicket, Context], Said | Refusal]
"""Decides what becomes of a ticket; pure, and asked again where somebody else was faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Another answer than the ticket itself."""

    status: int
    show: Callable[[Said], bytes]


class Moved(Exception):
    """The ticket no longer waits as it was read, or waits no more: it is to be looked at again."""


class _Stale(Exception):
    """Somebody else was faster; nothing was written."""


async def open_waiting(house: House, asker: Asker, birth: Birth, *, asks_return: bool) -> Outcome:
    """Let a ticket begin that waits for its order."""

    async def once(connection: Connection, told: WorkspaceConfig) -> _Written:
        number = await next_number(connection, asker.workspace_id)
        now = await clocks(connection, asker.workspace_id)
        said = open_ticket(number, birth, _context(asker, now), asks_return=asks_return)
        body = asker.show(source_of(asker.workspace_id, said))
        if answered := await keep(connection, asker.workspace_id, asker.key, 201, body):
            return answered, []
        fanout = await _write(house, connection, asker, _Writing(said, 0, now, told))
        return Done(status=201, body=body, version=1), fanout

    return await _repeat(house, asker, once)


async def change_waiting(
    house: House,
    asker: Asker,
    ticket_id: str,
    change: Change,
    answering: Answering | None = None,
) -> Outcome:
    """Change a ticket that has no return; what changes nothing writes nothing.

    Raises:
        Moved: It has become a return.
    """
    status = 200 if answering is None else answering.status

    async def once(connection: Connection, told: WorkspaceConfig) -> _Written:
        kept = await one_ticket(connection, asker.workspace_id, ticket_id)
        if kept is None:
            return NotFound(what="ticket"), []
        if kept.ticket.status is TicketStatus.MATCHED:
            raise Moved
        now = await clocks(connection, asker.workspace_id)
        said = change(kept, _context(asker, now))
        if isinstance(said, Refusal):
            return Refused(refusal=said), []
        body = (
            asker.show(source_of(asker.workspace_id, said))
            if answering is None
            else answering.show(said)
        )
        done = Done(status=status, body=body, version=said.ticket.version)
        if not said.events:
            return done, []
        if answered := await keep(connection, asker.workspace_id, asker.key, status, body):
            return answered, []
        writing = _Writing(said, kept.ticket.version, now, told)
        return done, await _write(house, connection, asker, writing)

    async with house.turns.take(asker.workspace_id, ticket_id):
        return await _repeat(house, asker, once)


def source_of(workspace_id: int, said: Said | KeptTicket) -> TicketSource:
    """Give what a ticket without a return is shown from."""
    ticket = said.ticket
    if isinstance(said, KeptTicket):
        words, kept = ticket_words(said.words, ticket.id), said.words
    else:
        words, kept = said.words, said.kept_words
    customer = Customer(email=words.email or "", name=words.name)
    return TicketSource(workspace_id=workspace_id, customer=customer, ticket=ticket, words=kept)


@dataclass(frozen=True, slots=True)
class _Writing:
    """What is to be written, over which version, as of when."""

    said: Said
    before: int
    now: Clocks
    told: WorkspaceConfig


_Written = tuple[Outcome, Sequence[Fanout]]


def _context(asker: Asker, now: Clocks) -> Context:
    return Context(actor=asker.actor, source=asker.source, at=now.at, entropy=os.urandom(16))


async def _repeat(
    house: House,
    asker: Asker,
    once: Callable[[Connection, WorkspaceConfig], Awaitable[_Written]],
) -> Outcome:
    """Try until nobody else is faster."""
    for _ in range(TRIES_MAX):
        # Looked up outside: a transaction must not wait for a second connection.
        told = await house.configs.recent(asker.workspace_id)
        assert told is not None, "whoever asks belongs to a workspace"
        try:
            async with house.database.transaction(asker.workspace_id) as connection:
                outcome, fanout = await once(connection, told)
        except _Stale:
            continue
        except EpochMoved:
            house.configs.forget(asker.workspace_id)
            continue
        house.hints(asker.workspace_id, {item.subscription_id for item in fanout})
        return outcome
    raise Busy(WORKED_OUT_TOO_OFTEN)


async def _write(
    house: House, connection: Connection, asker: Asker, writing: _Writing
) -> list[Fanout]:
    """Write the ticket with its events; gives who is to be told."""
    said, now, told = writing.said, writing.now, writing.told
    if told.epoch < now.epoch:
        raise EpochMoved
    mint = Mint(now.tick, os.urandom(16))
    ticket = replace(said.ticket, version=writing.before + 1)
    fanout = fan_out_events(said.events, told.subscribers, mint, ticket.id)
    email = said.words.email
    done = await commit_ticket(
        connection,
        asker.workspace_id,
        TicketCommit(
            clocks=now,
            epoch=told.epoch,
            before=writing.before,
            ticket=ticket,
            email_digest=None if email is None else house.vault.digest(asker.workspace_id, email),
            actor=asker.actor,
            source=asker.source,
            personal=said.events[-1].personal,
            ids=[mint("evt") for _ in said.events],
            events=said.events,
            fanout=fanout,
        ),
    )
    if not done:
        raise _Stale
    return fanout
