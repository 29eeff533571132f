"""Lists of tickets and of what was written in one, under both addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.asgi import Reply
from retour.api.problems import Stop, invalid
from retour.api.routes import LIMIT, Parameter
from retour.api.tickets import shown, zone_of
from retour.api.tickets.call import Base, Row, routes
from retour.desk.outcome import NotFound
from retour.desk.pages import cursor
from retour.desk.tickets.listing import Sort, TicketFilters, conversation
from retour.desk.tickets.listing import listing as listing_of
from retour.dialects.tickets.known import written_comment
from retour.dialects.tickets.parse import PRIORITIES, SOURCES
from retour.dialects.tickets.status import FINAL, STATUSES
from retour.dialects.tickets.values import camel
from retour.dialects.tickets.view import (
    comment_tree,
    page_of_tickets,
)
from retour.kernel.problems import FieldError

if TYPE_CHECKING:
    from datetime import datetime

    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_READ: Final = "returns:read"
_NOUN: Final = "ticket"
_ACTIVE: Final = "active"
_KEYS: Final = tuple(status.key for status in STATUSES)
_SORTS: Final = {
    "created_at": Sort.CREATED,
    "createdAt": Sort.CREATED,
    "updated_at": Sort.UPDATED,
    "updatedAt": Sort.UPDATED,
    "priority": Sort.PRIORITY,
}
_CURSOR: Final = Parameter(name="cursor", about="The page before's pagination.cursor, unchanged.")


async def listing(call: Call, base: Base) -> Reply:
    """Give a page of tickets, newest first unless asked otherwise."""
    zone = await zone_of(call)
    found = await listing_of(call.house, call.workspace_id, _filters(call), call.page)
    following = None if found.next_key is None else cursor(found.next_key)
    tickets = [shown(source, zone) for source in found.sources]
    return Reply(body=page_of_tickets(tickets, following, base.spelling))


def _filters(call: Call) -> TicketFilters:
    statuses = _words(call, "status", (*_KEYS, _ACTIVE))
    if _ACTIVE in statuses:
        statuses = statuses - {_ACTIVE} | frozenset(_KEYS) - FINAL
    sort = _named(call, "sort")
    order = call.choice("order", frozenset({"asc", "desc"}))
    if sort is not None and sort not in _SORTS:
        raise _bad("sort", sort, tuple(_SORTS))
    return TicketFilters(
        statuses=statuses,
        priorities=_words(call, "priority", PRIORITIES),
        sources=_words(call, "source", SOURCES),
        tags=_words(call, "tag_ids"),
        assignee=_named(call, "assignee_id"),
        email=_named(call, "customer_email"),
        created_after=_instant(call, "created_after"),
        created_before=_instant(call, "created_before"),
        search=_named(call, "search"),
        sort=Sort.CREATED if sort is None else _SORTS[sort],
        rising=order == "asc",
    )


def _named(call: Call, name: str) -> str | None:
    """Give a parameter under either spelling."""
    return call.query.get(name) or call.query.get(camel(name))


def _words(call: Call, name: str, known: tuple[str, ...] = ()) -> frozenset[str]:
    """Read a list with commas between, each of known words where they are closed."""
    given = _named(call, name)
    words = [word.strip() for word in (given or "").split(",") if word.strip()]
    for word in words:
        if known and word not in known:
            raise _bad(name, word, known)
    return frozenset(words)


def _bad(name: str, word: str, known: tuple[str, ...]) -> Stop:
    detail = f"{name} is {word[:40]!r}; give one of {', '.join(known)}."
    return Stop(invalid(FieldError(pointer=f"/{name}", code="bad_value", detail=detail)))


def _instant(call: Call, name: str) -> datetime | None:
    return call.instant(name if name in call.query else camel(name))


async def comments(call: Call, base: Base) -> Outcome | Reply:
    """Give what was written in a ticket, oldest first."""
    found = await conversation(call.house, call.workspace_id, call.params["ticket_id"])
    if found is None:
        return NotFound(what=_NOUN)
    return base.reply([comment_tree(written_comment(event)) for event in found.events])


def _both(name: str, about: str, words: tuple[str, ...] = ()) -> tuple[Parameter, ...]:
    """Let a parameter be given in either spelling."""
    names = dict.fromkeys((name, camel(name)))
    return tuple(Parameter(name=one, about=about, words=words) for one in names)


ROUTES: Final = routes(
    (
        Row(
            method="GET",
            path="/tickets",
            name="list_tickets",
            summary="List or search tickets",
            scope=_READ,
            noun=_NOUN,
            answer=listing,
            query=(
                *_both("status", "In one of these, commas between; active is every open one."),
                *_both("priority", "Of one of these, commas between."),
                *_both("source", "From one of these, commas between."),
                *_both("tag_ids", "With one of these tags, commas between."),
                *_both("assignee_id", "Assigned to."),
                *_both("customer_email", "Of the customer with this address."),
                *_both("created_after", "Created at or after."),
                *_both("created_before", "Created at or before."),
                *_both("search", "A word of the subject, an address, a name or a number."),
                Parameter(name="sort", about="What orders the list.", words=tuple(_SORTS)),
                Parameter(
                    name="order", about="Which way; desc unless said.", words=("asc", "desc")
                ),
                LIMIT,
                _CURSOR,
            ),
        ),
        Row(
            method="GET",
            path="/tickets/{ticket_id}/comments",
            name="list_comments",
            summary="Read what was written in a ticket, oldest first",
            scope=_READ,
            noun=_NOUN,
            answer=comments,
        ),
    )
)
