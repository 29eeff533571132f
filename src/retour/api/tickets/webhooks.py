"""Webhooks of tickets and the list of statuses, under both addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.tickets.call import Base, Row, key_of, read, routes
from retour.desk.outcome import Done, NotFound
from retour.desk.tickets import webhooks as ticket_webhooks
from retour.dialects.tickets import parse as tickets_parse
from retour.dialects.tickets.status import STATUSES
from retour.dialects.tickets.view import delivery_tree, status_tree, webhook_tree, written

if TYPE_CHECKING:
    from retour.api.asgi import Reply
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_NOUN: Final = "webhook"


async def create(call: Call, base: Base) -> Outcome:
    """Make a webhook; its secret is in this answer only."""
    given = read(call, tickets_parse.new_webhook)
    outcome = await ticket_webhooks.create(call.house, call.workspace_id, given, key_of(call))
    if not isinstance(outcome, Done):
        return outcome
    made = ticket_webhooks.read(outcome, call.workspace_id)
    body = written(webhook_tree(made), base.spelling)
    return Done(status=outcome.status, body=body, replayed=outcome.replayed)


async def listing(call: Call, base: Base) -> Reply:
    """List the webhooks, newest first."""
    found = await ticket_webhooks.listing(call.house, call.workspace_id)
    return base.reply([webhook_tree(one) for one in found])


async def look_up(call: Call, base: Base) -> Outcome | Reply:
    """Give one webhook; never its secret."""
    found = await ticket_webhooks.look_up(call.house, call.workspace_id, _id(call))
    return found if isinstance(found, NotFound) else base.reply(webhook_tree(found))


async def delete(call: Call, base: Base) -> Outcome:
    """End a webhook."""
    del base
    return await ticket_webhooks.delete(call.house, call.workspace_id, _id(call))


async def deliveries(call: Call, base: Base) -> Outcome | Reply:
    """Give the newest messages to a webhook."""
    found = await ticket_webhooks.deliveries(call.house, call.workspace_id, _id(call))
    if isinstance(found, NotFound):
        return found
    return base.reply([delivery_tree(one) for one in found])


async def statuses(call: Call, base: Base) -> Reply:
    """List the statuses; they are the same for everybody."""
    del call
    return base.reply([status_tree(one, place) for place, one in enumerate(STATUSES)])


def _id(call: Call) -> str:
    return call.params["webhook_id"]


_ALL: Final = "/webhooks"
_ONE: Final = "/webhooks/{webhook_id}"
ROUTES: Final = routes(
    (
        Row(
            method="POST",
            path=_ALL,
            name="create_webhook",
            summary="Be told of tickets",
            about="Without a secret one is made; it is shown in this answer only, and its bytes as"
            " shown key X-Dispatch-Signature.",
            scope="subscriptions:write",
            noun=_NOUN,
            answer=create,
            statuses=(201,),
            creates=True,
        ),
        Row(
            method="GET",
            path=_ALL,
            name="list_webhooks",
            summary="List webhooks",
            scope="subscriptions:read",
            noun=_NOUN,
            answer=listing,
        ),
        Row(
            method="GET",
            path=_ONE,
            name="read_webhook",
            summary="Read a webhook; never its secret",
            scope="subscriptions:read",
            noun=_NOUN,
            answer=look_up,
        ),
        Row(
            method="DELETE",
            path=_ONE,
            name="delete_webhook",
            summary="End a webhook",
            scope="subscriptions:write",
            noun=_NOUN,
            answer=delete,
            statuses=(204,),
        ),
        Row(
            method="GET",
            path=f"{_ONE}/deliveries",
            name="list_webhook_deliveries",
            summary="Read the newest messages to a webhook",
            scope="deliveries:read",
            noun=_NOUN,
            answer=deliveries,
        ),
        Row(
            method="GET",
            path="/statuses",
            name="list_statuses",
            summary="List the statuses a ticket can have",
            scope="returns:read",
            noun="status",
            answer=statuses,
        ),
    )
)
