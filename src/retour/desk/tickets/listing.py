"""Tickets listed, whether a return or still waiting, in one order; and what was written in one.

A page looks at a bounded number of candidates, so it costs the same whatever is asked; a rare match
goes on behind the cursor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from retour.desk.stored_events import stored_event
from retour.desk.tickets import find
from retour.desk.tickets.shown import TicketSource
from retour.desk.tickets.waiting import source_of
from retour.dialects.tickets.status import status_of, status_of_waiting
from retour.kernel.ids import time_prefix
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.model import Priority
from retour.store.tickets import KeptRow, KeptTicket, Spot, list_tickets, messages

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.pages import Page
    from retour.dialects.stored import StoredEvent
    from retour.store.database import Connection

MESSAGES_MAX: Final = 1000
"""Messages of one ticket that are shown; the oldest ones first."""
_STEP: Final = 200
_STEPS_MAX: Final = 25
"""One page looks at no more than 5000 candidates."""
_HIGHEST: Final = "~"
_LOWEST: Final = ""
_PAST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FUTURE: Final = datetime(9000, 1, 1, tzinfo=UTC)
_BY_WEIGHT: Final = tuple(reversed(Priority))


class Sort(Enum):
    """What orders the list."""

    CREATED = auto()
    UPDATED = auto()
    PRIORITY = auto()  # The most urgent ones first, within one priority by age.


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilters:
    """What a list of tickets is narrowed to, and its order; nothing given narrows nothing.

    Args:
        statuses: As tickets have them.
        search: Part of a subject, an address, a name, an order number, an RMA number.
        rising: Oldest, or least urgent, first.
    """

    statuses: frozenset[str] = frozenset()
    priorities: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    assignee: str | None = None
    email: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    search: str | None = None
    sort: Sort = Sort.CREATED
    rising: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page of tickets; ``next_key`` is for ``pages.cursor``, None at the end."""

    sources: tuple[TicketSource, ...]
    next_key: str | None


def status_shown(source: TicketSource) -> str:
    """Give the status a ticket is shown with."""
    if source.ret is not None:
        return status_of(source.ret)
    assert source.ticket is not None, "a ticket is one of both"
    return status_of_waiting(source.ticket.status, asks_return=source.ticket.asks_return)


async def listing(house: House, workspace_id: int, filters: TicketFilters, page: Page) -> Listed:
    """Give a page of tickets.

    Raises:
        InvalidRequest: The cursor is of another list.
    """
    email = None if filters.email is None else house.vault.digest(workspace_id, filters.email)
    walk = _Walk(workspace_id, filters, email)
    async with house.database.transaction(workspace_id) as connection:
        match filters.sort:
            case Sort.CREATED:
                return await walk.page(connection, walk.spot(page.after), page.limit)
            case Sort.UPDATED:
                return await walk.page(connection, walk.touched_spot(page.after), page.limit)
            case Sort.PRIORITY:
                return await _by_priority(connection, walk, page)


async def _by_priority(connection: Connection, walk: _Walk, page: Page) -> Listed:
    """Give one priority after the other, each by age."""
    order = tuple(Priority) if walk.filters.rising else _BY_WEIGHT
    word, _, key = page.after.partition("|")
    if page.after and word not in set(Priority):
        raise _bad_cursor()
    found: list[TicketSource] = []
    for priority in order[order.index(Priority(word)) if page.after else 0 :]:
        if walk.filters.priorities and priority not in walk.filters.priorities:
            continue
        only = replace(walk.filters, priorities=frozenset({priority.value}))
        one = _Walk(walk.workspace_id, only, walk.email)
        room = page.limit - len(found)
        listed = await one.page(connection, one.spot(key), room)
        key = ""
        found += listed.sources
        if listed.next_key is not None:
            return Listed(sources=tuple(found), next_key=f"{priority}|{listed.next_key}")
        if len(found) == page.limit:
            following = order[order.index(priority) + 1 :]
            next_key = f"{following[0]}|" if following else None
            return Listed(sources=tuple(found), next_key=next_key)
    return Listed(sources=tuple(found), next_key=None)


@dataclass(frozen=True, slots=True)
class _Walk:
    """One list being walked, step by step."""

    workspace_id: int
    filters: TicketFilters
    email: bytes | None

    def spot(self, after: str) -> Spot:
        """Say where to start: behind a key, or at the edge of the range asked for."""
        filters = self.filters
        edge = filters.created_after if filters.rising else filters.created_before
        start = after or (_LOWEST if filters.rising else _HIGHEST)
        if edge is not None and not after:
            # Keys begin with the instant; the suffix covers the whole millisecond.
            start = time_prefix("", edge)[1:] + ("" if filters.rising else _HIGHEST)
        return Spot(key=start, rising=filters.rising, email_digest=self.email)

    def touched_spot(self, after: str) -> Spot:
        """Say where to start in the order of changes."""
        rising = self.filters.rising
        if not after:
            at, key = (_PAST, _LOWEST) if rising else (_FUTURE, _HIGHEST)
            return Spot(key=key, touched=at, rising=rising, email_digest=self.email)
        at_text, _, key = after.partition("|")
        try:
            at = datetime.fromisoformat(at_text)
        except ValueError as error:
            raise _bad_cursor() from error
        return Spot(key=key, touched=at, rising=rising, email_digest=self.email)

    async def page(self, connection: Connection, spot: Spot, limit: int) -> Listed:
        """Collect what fits, from a place on."""
        found: list[TicketSource] = []
        last = spot
        for _ in range(_STEPS_MAX):
            rows = await list_tickets(connection, self.workspace_id, last, _STEP)
            for row in rows:
                if self._is_past(row, spot):
                    return Listed(sources=tuple(found), next_key=None)
                source = self._source(row)
                if self._fits(source):
                    if len(found) == limit:
                        return Listed(sources=tuple(found), next_key=_key(last))
                    found.append(source)
                last = _behind(spot, row)
            if len(rows) < _STEP:
                return Listed(sources=tuple(found), next_key=None)
        return Listed(sources=tuple(found), next_key=_key(last))

    def _is_past(self, row: KeptRow, spot: Spot) -> bool:
        """Say whether nothing behind a row can lie in the range asked for."""
        filters = self.filters
        if spot.touched is not None:
            return False
        if filters.rising:
            return filters.created_before is not None and row.key > _ceiling(filters.created_before)
        return filters.created_after is not None and row.key < _floor(filters.created_after)

    def _source(self, row: KeptRow) -> TicketSource:
        if row.ret is None:
            assert row.ticket is not None, "a line is one of both"
            return source_of(self.workspace_id, KeptTicket(ticket=row.ticket, words=row.words))
        assert row.customer is not None, "a return has an order"
        return TicketSource(
            workspace_id=self.workspace_id, customer=row.customer, ret=row.ret, words=row.words
        )

    def _fits(self, source: TicketSource) -> bool:
        filters, facts = self.filters, source.facts
        return (
            (not filters.statuses or status_shown(source) in filters.statuses)
            and (not filters.priorities or facts.priority in filters.priorities)
            and (not filters.sources or facts.source in filters.sources)
            and (not filters.tags or not filters.tags.isdisjoint(facts.tags))
            and (filters.assignee is None or facts.assignee == filters.assignee)
            and (filters.created_after is None or source.created_at >= filters.created_after)
            and (filters.created_before is None or source.created_at <= filters.created_before)
            and (filters.search is None or _holds(source, filters.search))
        )


def _floor(at: datetime) -> str:
    return time_prefix("", at)[1:]


def _ceiling(at: datetime) -> str:
    return _floor(at) + _HIGHEST


def _holds(source: TicketSource, search: str) -> bool:
    """Say whether a ticket holds a text somewhere a person would look for it."""
    said, ret = source.said, source.ret
    texts = [said.subject, said.email, said.name, source.customer.email, source.customer.name]
    texts += [said.fields.get("order_id"), str(source.number)]
    if ret is not None:
        texts += [ret.order_number, ret.rma_number, *(line.sku for line in ret.lines)]
    word = search.strip().casefold()
    return any(text is not None and word in text.casefold() for text in texts)


def _behind(spot: Spot, row: KeptRow) -> Spot:
    touched = None if spot.touched is None else row.updated_at
    return replace(spot, key=row.key, touched=touched)


def _key(spot: Spot) -> str:
    return spot.key if spot.touched is None else f"{spot.touched.isoformat()}|{spot.key}"


def _bad_cursor() -> InvalidRequest:
    detail = "This cursor is of another list. Give the one of this list's last page, unchanged."
    return InvalidRequest(FieldError(pointer="/cursor", code="bad_cursor", detail=detail))


# ---------------------------------------------------------------- what was written


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A ticket and the events that wrote into it, oldest first; a failed label writes too."""

    source: TicketSource
    events: tuple[StoredEvent, ...]


async def conversation(house: House, workspace_id: int, ticket_id: str) -> Conversation | None:
    """Give what was written in a ticket; ``None`` where there is no such ticket."""
    source = await find(house, workspace_id, ticket_id)
    if source is None:
        return None
    async with house.database.transaction(workspace_id) as connection:
        rows = await messages(connection, workspace_id, source.key, MESSAGES_MAX)
    events = tuple(stored_event(workspace_id, row) for row in rows)
    return Conversation(source=source, events=events)
