"""The ticket that a return is, or that waits for its order, put together from what is known.

Every return is a ticket whose id ends like its own.  What a return knows itself goes before what
was once written about it: a ticket's fields never contradict its return.  Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Final

import msgspec

from retour.dialects.stored import ERASED, StoredEvent
from retour.dialects.tickets import status as statuses
from retour.dialects.tickets.steps import steps_of
from retour.dialects.tickets.view import AUTHOR_WORDS, Comment, Ticket
from retour.dialects.view import View, latest_settlement
from retour.kernel.money import format_amount
from retour.lifecycle.model import (
    Customer,
    Event,
    LineWords,
    Origin,
    Return,
    ReturnLine,
    ReturnStatus,
    SettlementStatus,
    TicketFacts,
    TicketWords,
)
from retour.lifecycle.model import Ticket as WaitingTicket

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
_SOURCES: Final = {Origin.PORTAL: "web", Origin.WIDGET: "web", Origin.CHANNEL: "custom"}
_NO_WORDS: Final = LineWords()
KNOWN_FIELDS: Final = (
    "order_id",
    "return_reason",
    "items_to_return",
    "return_lines",
    "original_order_total",
    "received_date",
    "condition",
    "refund_amount",
)
"""Custom fields that mean something to us; a return's own come from the return."""


def ticket_id(other: str) -> str:
    """Give the ticket's id for the id of its return, or of anything that ends alike."""
    return _PREFIX + other[-_LENGTH:]


def return_id(ticket: str) -> str:
    """Give the id of the return that a ticket is, or would become."""
    return "ret_" + ticket[-_LENGTH:]


def formatted_number(number: int) -> str:
    """Write a ticket's number as comments' messages carry it."""
    return f"RT-{number}"


def told_ticket(event: StoredEvent) -> Ticket:
    """Give the ticket as it stood just after an event."""
    seen = event.snapshot
    if seen.ret is not None:
        return of_return(
            seen.ret,
            workspace=event.workspace,
            customer=event.customer,
            words=event.words,
            updated_at=event.occurred_at,
        )
    assert seen.ticket is not None, "the dialect is silent about everything else"
    said = event.words.get(seen.ticket.id, _NO_WORDS).ticket or TicketWords()
    return of_waiting(
        seen.ticket, workspace=event.workspace, words=said, updated_at=event.occurred_at
    )


def of_return(
    ret: Return,
    *,
    workspace: str,
    customer: Customer,
    words: Mapping[str, LineWords],
    updated_at: datetime,
    zone: tzinfo = UTC,
) -> Ticket:
    """Show a return as the ticket it is; ``zone`` says which day it was received on."""
    facts = ret.ticket or TicketFacts(source=_SOURCES.get(ret.origin, "api"))
    said = words.get(ret.id, _NO_WORDS).ticket or TicketWords()
    return Ticket(
        id=ticket_id(ret.id),
        number=ret.number,
        workspace=workspace,
        subject=said.subject or f"Return Request - Order #{ret.order_number}",
        body=said.body,
        status=statuses.status_of(ret),
        priority=facts.priority.value,
        assignee_id=facts.assignee,
        tags=facts.tags,
        source=facts.source,
        customer_email=said.email or customer.email,
        customer_name=said.name or customer.name,
        custom_fields=_joined(return_fields(ret, zone), _own_fields(said)),
        comment_count=facts.messages,
        is_spam=facts.is_spam,
        steps=steps_of(ret),
        created_at=facts.opened_at or ret.status_at[ReturnStatus.REQUESTED.value],
        updated_at=updated_at,
    )


def of_waiting(
    ticket: WaitingTicket, *, workspace: str, words: TicketWords, updated_at: datetime
) -> Ticket:
    """Show a ticket that has no return."""
    facts = ticket.facts
    return Ticket(
        id=ticket.id,
        number=ticket.number,
        workspace=workspace,
        subject=words.subject or f"Ticket {formatted_number(ticket.number)}",
        body=words.body,
        status=statuses.status_of_waiting(ticket.status, asks_return=ticket.asks_return),
        priority=facts.priority.value,
        assignee_id=facts.assignee,
        tags=facts.tags,
        source=facts.source,
        customer_email=words.email,
        customer_name=words.name,
        custom_fields=_ordered(_own_fields(words)),
        comment_count=facts.messages,
        is_spam=facts.is_spam,
        created_at=ticket.created_at,
        updated_at=updated_at,
    )


def written_comment(event: Event | StoredEvent) -> Comment:
    """Give the comment that an event is about, fresh or as the log keeps it.

    A label that could not be made is a comment of ours, for a person has to do something.
    """
    seen, details = event.snapshot, event.snapshot.details
    about = seen.ret or seen.ticket
    assert about is not None, "comments are written in tickets"
    author, writer = details.get("author") or "system", details.get("author_id")
    return Comment(
        id=_comment_id(event),
        ticket_id=ticket_id(about.id),
        body=_written_text(event),
        author_type=AUTHOR_WORDS[str(author)],
        author_id=None if writer is None else str(writer),
        is_internal=details.get("internal") is True,
        created_at=event.at if isinstance(event, Event) else event.occurred_at,
    )


def _comment_id(event: Event | StoredEvent) -> str:
    named = event.snapshot.details.get("message")
    if isinstance(named, str):
        return named
    assert isinstance(event, StoredEvent), "only what somebody wrote is answered at once"
    return "msg_" + event.id[-_LENGTH:]


def _written_text(event: Event | StoredEvent) -> str:
    named = event.snapshot.details.get("message")
    if isinstance(named, str):
        return ERASED if event.personal is None else event.personal.messages.get(named, ERASED)
    assert event.snapshot.ret is not None, "only a return has labels"
    parcels = {parcel.id: parcel for parcel in event.snapshot.ret.parcels}
    failure = parcels[str(event.snapshot.details["parcel"])].failure
    return f"The return label could not be made. {failure or 'The carrier gave no reason.'}"


# ---------------------------------------------------------------- custom fields


def _own_fields(words: TicketWords) -> dict[str, object]:
    """Give what was sent, digit by digit."""
    return {name: msgspec.Raw(text.encode()) for name, text in words.fields.items()}


_AS_SAID: Final = frozenset({"return_reason", "received_date"})
"""Fields that stand as somebody wrote them, whatever the return has noted."""


def _joined(known: Mapping[str, object], own: Mapping[str, object]) -> dict[str, object]:
    """Put what the return knows over what was written about it."""
    firm = {name: value for name, value in known.items() if name not in _AS_SAID}
    return _ordered({**known, **own, **firm})


def _ordered(fields: Mapping[str, object]) -> dict[str, object]:
    """Put the known fields first, in the order in which a return learns them."""
    known = {name: fields[name] for name in KNOWN_FIELDS if name in fields}
    return {**known, **fields}


def return_fields(ret: Return, zone: tzinfo = UTC) -> dict[str, object]:
    """Give the custom fields that a return itself knows; those still unknown are left out."""
    fields: dict[str, object] = {"order_id": ret.order_number}
    asked = [line for line in ret.lines if line.quantity]
    reasons = [reason for line in asked for reason in line.reasons]
    if reasons:
        fields["return_reason"] = reasons[0].code or reasons[0].text
    fields["items_to_return"] = list(dict.fromkeys(line.sku for line in asked))
    fields["return_lines"] = [_line(line) for line in asked]
    if ret.receipts:
        fields["received_date"] = ret.receipts[0].opened_at.astimezone(zone).date().isoformat()
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
