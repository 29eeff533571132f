"""A ticket as it is shown: one tree, spelled in snake_case or in camelCase.

Keys inside ``custom_fields`` are the merchant's and keep their spelling in both.  Amounts are JSON
numbers with all digits of their currency, written from integers.  Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from retour.dialects.tickets_values import camel
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


def snake_view(ticket: Ticket) -> bytes:
    """Write a ticket as ``/v1/workspaces`` answers it."""
    return _ENCODE.encode(_tree(ticket))


def camel_view(ticket: Ticket) -> bytes:
    """Write a ticket as ``/v1/brands`` answers it."""
    renamed = {"number": "ticketNumber", "subject": "title", "workspace_id": "brandId"}
    return _ENCODE.encode({renamed.get(key, camel(key)): one for key, one in _tree(ticket).items()})


def _tree(ticket: Ticket) -> View:
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
        "created_at": instant(ticket.created_at),
        "updated_at": instant(ticket.updated_at),
    }


def comment_views(comments: Sequence[Comment], *, is_camel: bool) -> bytes:
    """Write comments as a bare list, oldest first, as both spellings' readers expect."""
    return _ENCODE.encode([comment_tree(one, is_camel=is_camel) for one in comments])


def comment_tree(comment: Comment, *, is_camel: bool) -> View:
    """Show one comment."""
    tree: View = {
        "id": comment.id,
        "ticket_id": comment.ticket_id,
        "body": comment.body,
        "author_id": comment.author_id,
        "author_type": comment.author_type,
        "is_internal": comment.is_internal,
        "created_at": instant(comment.created_at),
    }
    return {camel(key): value for key, value in tree.items()} if is_camel else tree
