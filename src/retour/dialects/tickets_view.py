"""A ticket as it is shown: one tree, spelled in snake_case or in camelCase.

A return is a ticket whose id ends like its own; what waits for its order is a ticket too.  Keys
inside ``custom_fields`` are the merchant's and keep their spelling in both.  Amounts are JSON
numbers with all digits of their currency, written from integers.  Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from retour.dialects.tickets_values import camel
from retour.dialects.view import View, instant, latest_settlement
from retour.kernel.money import format_amount
from retour.lifecycle.model import Return, ReturnLine, SettlementStatus

_ENCODE: Final = msgspec.json.Encoder(decimal_format="number")
_PREFIX: Final = "tkt_"
_LENGTH: Final = 26
_PROMISED: Final = frozenset(
    {
        SettlementStatus.CONFIRMED,
        SettlementStatus.IN_PROGRESS,
        SettlementStatus.SETTLED,
        SettlementStatus.FAILED,
    }
)
"""Settlements whose sum has been told to somebody."""


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


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """One comment of a ticket."""

    id: str
    ticket_id: str
    body: str
    author_type: str
    created_at: datetime
    author_id: str | None = None
    is_internal: bool = False


def ticket_id(other: str) -> str:
    """Give the ticket's id for the id of its return, or of anything that ends alike."""
    return _PREFIX + other[-_LENGTH:]


def return_id(ticket: str) -> str:
    """Give the id of the return that a ticket is, or would become."""
    return "ret_" + ticket[-_LENGTH:]


def formatted_number(number: int) -> str:
    """Write a ticket's number as comments' messages carry it."""
    return f"RT-{number}"


def title_of(ret: Return, subject: str | None) -> str:
    """Give a return's title: what was written, else what it is about."""
    return subject or f"Return Request - Order #{ret.order_number}"


# ---------------------------------------------------------------- custom fields


def return_fields(ret: Return) -> dict[str, object]:
    """Give the custom fields that a return itself knows; those still unknown are left out."""
    fields: dict[str, object] = {"order_id": ret.order_number}
    asked = [line for line in ret.lines if line.quantity]
    reasons = [reason for line in asked for reason in line.reasons]
    if reasons:
        fields["return_reason"] = reasons[0].code or reasons[0].text
    fields["items_to_return"] = list(dict.fromkeys(line.sku for line in asked))
    fields["return_lines"] = [_line(line) for line in asked]
    condition = common_condition(ret)
    if condition is not None:
        fields["condition"] = condition
    settlement = latest_settlement(ret)
    if settlement is not None and settlement.status in _PROMISED:
        fields["refund_amount"] = Decimal(format_amount(settlement.total, settlement.currency))
    return fields


def _line(line: ReturnLine) -> View:
    reason = line.reasons[0] if line.reasons else None
    return {
        "sku": line.sku,
        "quantity": line.quantity,
        "reason": None if reason is None else reason.code or reason.text,
    }


def common_condition(ret: Return) -> str | None:
    """Give the condition most units were seen in; ``None`` before anybody looked."""
    seen = Counter(
        unit.condition for line in ret.lines for unit in line.units if unit.condition is not None
    )
    return max(seen, key=lambda word: seen[word], default=None)


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
        "is_spam": False,
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
