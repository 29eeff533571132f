"""Tickets as Dispatch Tickets' API has them, under ``/v1/workspaces`` and under ``/v1/brands``.

Both addresses serve the same tickets and read either spelling; they differ in the names they
answer in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from retour.api.asgi import Reply
from retour.api.call import SOURCE
from retour.api.problems import Problem, Stop
from retour.api.tickets.call import Base, Row, key_of, read, routes
from retour.desk import tickets
from retour.desk.outcome import Done
from retour.desk.scopes import holds
from retour.desk.tickets.shown import Asker, TicketSource
from retour.dialects.tickets import parse as tickets_parse
from retour.dialects.tickets.known import of_return, of_waiting, written_comment
from retour.dialects.tickets.parse import CommentGiven
from retour.dialects.tickets.status import REFUNDED
from retour.dialects.tickets.view import Ticket, comment_tree, ticket_tree, written
from retour.kernel.ids import workspace_text
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.commands import Comment

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome
    from retour.lifecycle.model import Event

_NOUN: Final = "ticket"
_READ: Final = "returns:read"
_WRITE: Final = "returns:write"
_MONEY: Final = "refunds:write"
_AUTHORS: Final[Mapping[str, Literal["customer", "agent", "system"]]] = {
    "CUSTOMER": "customer",
    "AGENT": "agent",
    "SYSTEM": "system",
}


def shown(source: TicketSource, zone: ZoneInfo) -> Ticket:
    """Give the ticket behind what the house keeps of it; ``zone`` is the workspace's."""
    workspace = workspace_text(source.workspace_id)
    if source.ret is not None:
        return of_return(
            source.ret,
            workspace=workspace,
            customer=source.customer,
            words=source.words,
            updated_at=source.updated_at,
            zone=zone,
        )
    assert source.ticket is not None, "a ticket is one of both"
    return of_waiting(
        source.ticket, workspace=workspace, words=source.said, updated_at=source.updated_at
    )


async def asker_of(call: Call, base: Base) -> Asker:
    """Say who asks, and that the answer is a ticket in the address's names."""
    zone = await zone_of(call)
    return Asker(
        workspace_id=call.workspace_id,
        actor=call.actor,
        source=SOURCE,
        show=lambda source: written(ticket_tree(shown(source, zone)), base.spelling),
        key=key_of(call),
    )


async def zone_of(call: Call) -> ZoneInfo:
    """Give the workspace's zone, by whose days goods are received."""
    config = await call.house.configs.recent(call.workspace_id)
    assert config is not None, "whoever asks belongs to a workspace"
    return ZoneInfo(config.zone)


def _expect_money(call: Call, status: object) -> None:
    """Ask for the scope that moves money where a status does."""
    if status == REFUNDED and not holds(call.principal.scopes, _MONEY):
        detail = f"The status {REFUNDED} pays, and this key lacks the scope {_MONEY}. Use another."
        raise Stop(Problem(code="scope_missing", detail=detail))


def _comment(given: CommentGiven) -> Comment:
    author = _AUTHORS[given.author_type or "AGENT"]
    return Comment(
        text=given.body, author=author, author_id=given.author_id, internal=given.is_internal
    )


async def create(call: Call, base: Base) -> Outcome:
    """Open a ticket, with its return where the order is known."""
    given = read(call, tickets_parse.new_ticket)
    _expect_money(call, given.status)
    return await tickets.create(call.house, given, await asker_of(call, base))


async def look_up(call: Call, base: Base) -> Outcome:
    """Give one ticket."""
    return await tickets.look_up(call.house, await asker_of(call, base), _id(call))


async def change(call: Call, base: Base) -> Outcome:
    """Change a ticket, and its return with it."""
    given = read(call, tickets_parse.change)
    _expect_money(call, given.status)
    return await tickets.patch(call.house, _id(call), given, await asker_of(call, base))


async def delete(call: Call, base: Base) -> Outcome | Reply:
    """Withdraw a ticket, and its return with it."""
    outcome = await tickets.delete(call.house, _id(call), await asker_of(call, base))
    return Reply(status=204) if isinstance(outcome, Done) else outcome


async def mark_spam(call: Call, base: Base) -> Outcome:
    """Mark a ticket as spam.

    Raises:
        InvalidRequest: It is said to be none: what was marked stays so.
    """
    if not read(call, tickets_parse.spam):
        detail = "What was marked as spam stays so. Open another ticket for it."
        raise InvalidRequest(FieldError(pointer="/is_spam", code="bad_value", detail=detail))
    return await tickets.mark_spam(call.house, _id(call), await asker_of(call, base))


async def write(call: Call, base: Base) -> Outcome:
    """Write into a ticket."""
    message = _comment(read(call, tickets_parse.new_comment))

    def show(event: Event) -> bytes:
        return written(comment_tree(written_comment(event)), base.spelling)

    asker = await asker_of(call, base)
    return await tickets.comment(call.house, _id(call), message, asker, show)


def _id(call: Call) -> str:
    return call.params["ticket_id"]


_ALL: Final = "/tickets"
_ONE: Final = "/tickets/{ticket_id}"
ROUTES: Final = routes(
    (
        Row(
            method="POST",
            path=_ALL,
            name="create_ticket",
            summary="Open a ticket",
            about="Where custom_fields name an order we know and items of it, the return is made"
            " in the same commit; else the ticket waits for its order.",
            scope=_WRITE,
            noun=_NOUN,
            answer=create,
            statuses=(201,),
            creates=True,
            versioned=True,
        ),
        Row(
            method="GET",
            path=_ONE,
            name="read_ticket",
            summary="Read a ticket",
            scope=_READ,
            noun=_NOUN,
            answer=look_up,
            versioned=True,
        ),
        Row(
            method="PATCH",
            path=_ONE,
            name="change_ticket",
            summary="Change a ticket, and its return with it",
            about="Custom fields are merged. A status that cannot be reached from here is 409"
            " invalid_transition with those that can; the present one changes nothing.",
            scope=_WRITE,
            noun=_NOUN,
            answer=change,
            versioned=True,
        ),
        Row(
            method="DELETE",
            path=_ONE,
            name="delete_ticket",
            summary="Withdraw a ticket, and its return with it",
            scope=_WRITE,
            noun=_NOUN,
            answer=delete,
            statuses=(204,),
        ),
        Row(
            method="POST",
            path=f"{_ONE}/spam",
            name="mark_ticket_spam",
            summary="Mark a ticket as spam",
            about="One that waits for its order is closed; a return is marked and goes on.",
            scope=_WRITE,
            noun=_NOUN,
            answer=mark_spam,
            versioned=True,
        ),
        Row(
            method="POST",
            path=f"{_ONE}/comments",
            name="write_comment",
            summary="Write into a ticket",
            scope=_WRITE,
            noun=_NOUN,
            answer=write,
            statuses=(201,),
        ),
    )
)
