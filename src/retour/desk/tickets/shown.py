"""A ticket as the house keeps it: a return seen as a conversation, or one without a return."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from retour.lifecycle.model import Customer, LineWords, Return, Ticket, TicketFacts, TicketWords
from retour.lifecycle.talk.conversing import ticket_words

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.lifecycle.model import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSource:
    """Everything a ticket can be shown from: either ``ret`` or ``ticket`` is there.

    Args:
        customer: The order's where there is one; else made of what the ticket says.
        words: By return line, return or ticket.
    """

    workspace_id: int
    customer: Customer
    ret: Return | None = None
    ticket: Ticket | None = None
    words: dict[str, LineWords] = field(default_factory=dict[str, LineWords])

    @property
    def id(self) -> str:
        """The id it is shown under."""
        return "tkt_" + self.key

    @property
    def key(self) -> str:
        """What its id and its return's have in common."""
        owner = self.ret or self.ticket
        assert owner is not None, "a ticket is one of both"
        return owner.id[-26:]

    @property
    def number(self) -> int:
        """Its number, the same before and after it became a return."""
        owner = self.ret or self.ticket
        assert owner is not None, "a ticket is one of both"
        return owner.number

    @property
    def facts(self) -> TicketFacts:
        """What is noted about it."""
        if self.ret is not None:
            return self.ret.ticket or TicketFacts()
        assert self.ticket is not None, "a ticket is one of both"
        return self.ticket.facts

    @property
    def said(self) -> TicketWords:
        """What persons said when it was opened, and the merchant's own fields."""
        owner = self.ret or self.ticket
        assert owner is not None, "a ticket is one of both"
        return ticket_words(self.words, owner.id)

    @property
    def created_at(self) -> datetime:
        """When the conversation began."""
        if self.ret is not None:
            return self.facts.opened_at or self.ret.status_at["requested"]
        assert self.ticket is not None, "a ticket is one of both"
        return self.ticket.created_at

    @property
    def updated_at(self) -> datetime:
        """When anything about it last changed, in business time."""
        if self.ret is not None:
            return max(_instants(self.ret))
        return self.facts.touched_at or self.created_at


def _instants(ret: Return) -> list[datetime]:
    """List when anything happened to a return, as far as it says."""
    found = [*ret.status_at.values(), *(parcel.created_at for parcel in ret.parcels)]
    for receipt in ret.receipts:
        found += [receipt.opened_at, *(line.at for line in receipt.lines)]
        found += [receipt.finished_at] if receipt.finished_at else []
    for paid in ret.settlements:
        found += [at for at in (paid.created_at, paid.confirmed_at, paid.settled_at) if at]
        found += [attempt.at for leg in paid.legs for attempt in leg.attempts]
    touched = None if ret.ticket is None else ret.ticket.touched_at
    return found + ([touched] if touched else [])


Show = Callable[[TicketSource], bytes]
"""Writes a ticket as its reader wants it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks something of a ticket, and how the answer shall look.

    Args:
        show: Writes the ticket, inside the commit where a reply is kept.
    """

    workspace_id: int
    actor: Actor
    source: str
    show: Show
    key: RequestKey | None = None
