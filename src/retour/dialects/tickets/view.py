"""A ticket as it is shown: one tree, spelled in snake_case or in camelCase.

Keys inside ``custom_fields`` are the merchant's and keep their spelling in both.  Amounts are JSON
numbers with all digits of their currency, written from integers.  Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Final

import msgspec

from retour.dialects.tickets.status import Status
from retour.dialects.tickets.values import camel
from retour.dialects.view import View, instant

_ENCODE: Final = msgspec.json.Encoder(decimal_format="number")
AUTHOR_WORDS: Final = {"customer": "CUSTOMER", "agent": "AGENT", "system": "SYSTEM"}
"""What the SDK calls those who write comments."""


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a ticket shows, wherever it is kept.

    Args:
        workspace: Its outward form, which is also the brand's.
        custom_fields: JSON values; amounts as ``Decimal`` with their currency's digits, what is
            the merchant's own as ``msgspec.Raw``.
        steps: The guide's six, as this ticket took them; none while it has no return.
    """

    id: str
    number: int
    workspace: str
    subject: str
    status: str
    created_at: datetime
    updated_at: datetime
    body: str | None = None
    priority: str = "normal"
    assignee_id: str | None = None
    tags: tuple[str, ...] = ()
    source: str = "api"
    customer_email: str | None = None
    customer_name: str | None = None
    custom_fields: Mapping[str, object] = {}
    comment_count: int = 0
    is_spam: bool = False
    steps: tuple[View, ...] = ()


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is told of tickets; ``secret`` in the answer that makes it only."""

    id: str
    workspace: str
    url: str
    events: tuple[str, ...]
    is_enabled: bool
    failure_count: int
    created_at: datetime
    updated_at: datetime
    secret: str | None = None


class WebhookDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """One message to a webhook, and how its latest attempt went; ``payload`` as it was sent."""

    id: str
    webhook_id: str
    event: str
    status: str
    attempts: int
    payload: msgspec.Raw | None = None
    last_attempt: datetime | None = None
    response_code: int | None = None
    response_body: str | None = None
    error: str | None = None


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """One comment of a ticket."""

    id: str
    ticket_id: str
    body: str
    author_type: str
    created_at: datetime
    author_id: str | None = None
    is_internal: bool = False


# ---------------------------------------------------------------- trees


class Spelling(Enum):
    """Whose names an answer uses: the document's, or the shipped SDK's."""

    SNAKE = "snake"
    CAMEL = "camel"


_SDK_NAMES: Final = {"number": "ticketNumber", "subject": "title", "workspace_id": "brandId"}
"""Where the SDK does not just spell a name in camelCase."""


def written(tree: View | list[View], spelling: Spelling) -> bytes:
    """Write a tree or a bare list of them, the names on its top level spelled as asked."""
    if spelling is Spelling.SNAKE:
        return _ENCODE.encode(tree)
    if isinstance(tree, list):
        return _ENCODE.encode([_camel(one) for one in tree])
    return _ENCODE.encode(_camel(tree))


def _camel(tree: View) -> View:
    return {_SDK_NAMES.get(key, camel(key)): value for key, value in tree.items()}


def page_of_tickets(tickets: Sequence[Ticket], following: str | None, spelling: Spelling) -> bytes:
    """Write a page of tickets, and where the next one starts, if anywhere."""
    trees = [ticket_tree(ticket) for ticket in tickets]
    is_camel = spelling is Spelling.CAMEL
    pagination = {
        "cursor": following,
        "hasMore" if is_camel else "has_more": following is not None,
    }
    data = [_camel(tree) for tree in trees] if is_camel else trees
    return _ENCODE.encode({"data": data, "pagination": pagination})


def ticket_tree(ticket: Ticket) -> View:
    """Show a ticket."""
    return {
        "id": ticket.id,
        "workspace_id": ticket.workspace,
        "number": ticket.number,
        "subject": ticket.subject,
        "body": ticket.body,
        "status": ticket.status,
        "priority": ticket.priority,
        "assignee_id": ticket.assignee_id,
        "customer_id": None,
        "customer_email": ticket.customer_email,
        "customer_name": ticket.customer_name,
        "tags": ticket.tags,
        "source": ticket.source,
        "custom_fields": ticket.custom_fields,
        "comment_count": ticket.comment_count,
        "attachment_count": 0,
        "is_spam": ticket.is_spam,
        "steps": ticket.steps,
        "created_at": instant(ticket.created_at),
        "updated_at": instant(ticket.updated_at),
    }


def comment_tree(comment: Comment) -> View:
    """Show a comment."""
    return {
        "id": comment.id,
        "ticket_id": comment.ticket_id,
        "body": comment.body,
        "author_id": comment.author_id,
        "author_type": comment.author_type,
        "is_internal": comment.is_internal,
        "created_at": instant(comment.created_at),
    }


def webhook_tree(webhook: Webhook) -> View:
    """Show a webhook."""
    tree: View = {
        "id": webhook.id,
        "workspace_id": webhook.workspace,
        "url": webhook.url,
        "events": webhook.events,
        "enabled": webhook.is_enabled,
        "failure_count": webhook.failure_count,
        "created_at": instant(webhook.created_at),
        "updated_at": instant(webhook.updated_at),
    }
    return tree if webhook.secret is None else {**tree, "secret": webhook.secret}


def delivery_tree(delivery: WebhookDelivery) -> View:
    """Show a message to a webhook."""
    return {
        "id": delivery.id,
        "webhook_id": delivery.webhook_id,
        "event": delivery.event,
        "payload": delivery.payload,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "last_attempt": delivery.last_attempt and instant(delivery.last_attempt),
        "response_code": delivery.response_code,
        "response_body": delivery.response_body,
        "error": delivery.error,
    }


def status_tree(status: Status, place: int) -> View:
    """Show a status of the list of statuses."""
    return {
        "key": status.key,
        "name": status.name,
        "color": status.color,
        "is_system": status.is_system,
        "sort_order": place,
        "step": status.step,
        "mode": status.mode,
    }
