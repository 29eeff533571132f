"""The ``tickets`` dialect: a return told as a ticket of Dispatch Tickets.

One envelope for every message, ``brand_id`` in snake_case beside a camelCase ``data``, as its
shipped SDK declares them.  A ticket carries no custom fields in messages: ``changes`` names what
changed, and who wants the values reads the ticket.  What leaves a ticket as it was is not said; the
status before is worked out from the return's own history.

Signed by ``X-Dispatch-Signature``: the HMAC-SHA256 of the raw body, keyed by the bytes of the
secret as it was shown.  It holds no time, so receivers tell repetitions by the envelope's ``id``.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from retour.dialects.dialect import Dialect, Wanted
from retour.dialects.stored import StoredEvent
from retour.dialects.tickets import status as statuses
from retour.dialects.tickets.changes import STATUS, changes_of, was_waiting
from retour.dialects.tickets.known import formatted_number, told_ticket, written_comment
from retour.dialects.tickets.shapes import envelope
from retour.dialects.tickets.view import Ticket
from retour.dialects.view import View, instant
from retour.kernel.wire import WireMessage
from retour.lifecycle.model import EventType

CREATED: Final = "ticket.created"
UPDATED: Final = "ticket.updated"
CLOSED: Final = "ticket.closed"
REOPENED: Final = "ticket.reopened"
COMMENTED: Final = "comment.created"
ALIASES: Final[Mapping[str, str]] = {"ticket.comment.created": COMMENTED}
"""Other names under which words may be subscribed to."""
SIGNATURE: Final = "x-dispatch-signature"

_ENCODE: Final = msgspec.json.Encoder()


def sign(secrets: Sequence[bytes], body: bytes) -> tuple[tuple[str, str], ...]:
    """Sign a body with the newest live secret: the header holds one signature only."""
    if not secrets:
        return ()
    return ((SIGNATURE, f"sha256={hmac.digest(secrets[0], body, 'sha256').hex()}"),)


def render(event: StoredEvent, wanted: Wanted) -> WireMessage | None:
    """Say ``event`` in one of its words, or nothing where the ticket stayed as it was."""
    if wanted.word not in _VOCABULARY.get(event.type, ()):
        return None
    data = _SAY[wanted.word](event)
    if data is None:
        return None
    body: View = {
        "id": message_id(event, wanted.word),
        "event": wanted.word,
        "brand_id": event.workspace,
        "data": data,
        "timestamp": instant(event.occurred_at),
    }
    return WireMessage("application/json", _ENCODE.encode(body))


def message_id(event: StoredEvent, word: str) -> str:
    """Name a message, so that each is told apart from its repetitions.

    Of an event's several messages the first has the event's id; the others' end in their place.
    """
    place = _VOCABULARY[event.type].index(word)
    return event.id if place == 0 else f"{event.id}_{place + 1}"


# ---------------------------------------------------------------- words


def _created(event: StoredEvent) -> View | None:
    if event.type is EventType.RETURN_REQUESTED and was_waiting(event):
        return None
    ticket = told_ticket(event)
    return {
        **_head(ticket),
        "source": ticket.source,
        "createdAt": instant(ticket.created_at),
        **_customer(ticket),
    }


def _updated(event: StoredEvent) -> View | None:
    changes = changes_of(event)
    if not changes:
        return None
    ticket = told_ticket(event)
    return {
        **_head(ticket),
        "assigneeId": ticket.assignee_id,
        "updatedAt": instant(event.occurred_at),
        "changes": list(changes),
        **_customer(ticket),
    }


def _closed(event: StoredEvent) -> View | None:
    changes = changes_of(event)
    is_closed = told_ticket(event).status in statuses.FINAL
    return _updated(event) if is_closed and STATUS in changes else None


def _commented(event: StoredEvent) -> View | None:
    if event.snapshot.ret is None and event.snapshot.ticket is None:
        return None  # A message from a use case is about no ticket.
    comment = written_comment(event)
    if comment.is_internal:
        return None  # For agents only; who listens outside is none.
    return {
        "ticketId": comment.ticket_id,
        "ticketNumber": formatted_number(told_ticket(event).number),
        "comment": {
            "id": comment.id,
            "body": comment.body,
            "authorId": comment.author_id,
            "authorType": comment.author_type,
            "createdAt": instant(comment.created_at),
        },
    }


_SAY: Final[Mapping[str, Callable[[StoredEvent], View | None]]] = {
    CREATED: _created,
    UPDATED: _updated,
    CLOSED: _closed,
    REOPENED: _updated,
    COMMENTED: _commented,
}


def _head(ticket: Ticket) -> View:
    return {
        "id": ticket.id,
        "ticketNumber": ticket.number,
        "title": ticket.subject,
        "status": ticket.status,
        "priority": ticket.priority,
    }


def _customer(ticket: Ticket) -> View:
    return {
        "customerId": None,
        "customerEmail": ticket.customer_email,
        "customerName": ticket.customer_name,
    }


_VOCABULARY: Final[Mapping[EventType, tuple[str, ...]]] = {
    EventType.RETURN_REQUESTED: (CREATED, UPDATED),  # The latter where the ticket had waited.
    EventType.ELIGIBILITY_CHECKED: (UPDATED,),  # Where an agent has to review it.
    EventType.RETURN_AUTHORIZED: (UPDATED,),
    EventType.RETURN_REJECTED: (UPDATED, CLOSED),
    EventType.RETURN_AMENDED: (UPDATED,),
    EventType.LABEL_CREATED: (UPDATED,),
    EventType.LABEL_FAILED: (COMMENTED,),
    EventType.RETURN_SHIPPED: (UPDATED,),
    EventType.RETURN_RECEIVED: (UPDATED,),
    EventType.UNIT_INSPECTED: (UPDATED,),
    EventType.RETURN_PROCESSED: (UPDATED,),
    EventType.SETTLEMENT_MEMO_COMPLETED: (UPDATED,),
    EventType.REFUND_STARTED: (UPDATED,),
    EventType.REFUND_FAILED: (UPDATED,),
    EventType.SETTLEMENT_SETTLED: (UPDATED,),
    EventType.RETURN_COMPLETED: (UPDATED, CLOSED),
    EventType.RETURN_CANCELED: (UPDATED, CLOSED),
    EventType.RETURN_REOPENED: (UPDATED, REOPENED),
    EventType.RETURN_ANNOTATED: (UPDATED,),
    EventType.MESSAGE_CREATED: (COMMENTED,),
    EventType.TICKET_OPENED: (CREATED,),
    EventType.TICKET_ANNOTATED: (UPDATED, CLOSED),
}
_SAID: Final = "The event beside it has told the ticket's new status."
_INSIDE: Final = "It leaves the ticket as it was."
_ELSEWHERE: Final = "It is about no ticket."
_SILENCES: Final[Mapping[EventType, str]] = {
    EventType.ORDER_DELIVERED: _ELSEWHERE,
    EventType.ORDER_AMENDED: _ELSEWHERE,
    EventType.LABEL_REQUESTED: _INSIDE,
    EventType.RETURN_DROPPED_OFF: _INSIDE,
    EventType.RETURN_TRACKED: _INSIDE,
    EventType.PARCEL_UPDATED: _INSIDE,
    EventType.LABEL_VOID_REQUESTED: _INSIDE,
    EventType.LABEL_VOIDED: _INSIDE,
    EventType.LABEL_VOID_REFUSED: _INSIDE,
    EventType.PARCEL_ADDED: _INSIDE,
    EventType.PARCEL_SENT_BACK: _INSIDE,
    EventType.PICKUP_REQUESTED: _INSIDE,
    EventType.PICKUP_SCHEDULED: _INSIDE,
    EventType.PICKUP_FAILED: _INSIDE,
    EventType.PICKUP_CANCEL_REQUESTED: _INSIDE,
    EventType.PICKUP_CANCELED: _INSIDE,
    EventType.EXCHANGE_RESERVED: _INSIDE,
    EventType.CHARGE_REQUESTED: _INSIDE,
    EventType.CHARGE_PAID: _INSIDE,
    EventType.EXCHANGE_STARTED: _INSIDE,
    EventType.EXCHANGE_ORDERED: _INSIDE,
    EventType.EXCHANGE_FAILED: _INSIDE,
    EventType.EXCHANGE_RELEASED: _INSIDE,
    EventType.REPAIR_STARTED: _INSIDE,
    EventType.REPAIR_FINISHED: _INSIDE,
    EventType.REPAIR_FAILED: _INSIDE,
    EventType.REJECTION_RESOLVED: _INSIDE,
    EventType.RECEIPT_UPDATED: _INSIDE,
    EventType.RECEIPT_FINISHED: _INSIDE,
    EventType.RECEIPT_CORRECTED: _INSIDE,
    EventType.PHOTO_ATTACHED: _INSIDE,
    EventType.PHOTO_ERASED: _INSIDE,
    EventType.UNIT_DISPOSED: _INSIDE,
    EventType.UNIT_STORED: _INSIDE,
    EventType.RETURN_REMINDED: _INSIDE,
    EventType.DEADLINE_APPROACHING: _INSIDE,
    EventType.DEADLINE_MISSED: _INSIDE,
    EventType.SETTLEMENT_APPROVAL_REQUESTED: _INSIDE,
    EventType.SETTLEMENT_APPROVED: _INSIDE,
    EventType.SETTLEMENT_DECLINED: _INSIDE,
    EventType.REFUND_SUCCEEDED: "A ticket is refunded when the whole settlement is.",
    EventType.RETURN_SETTLED: _SAID,
    EventType.WITHDRAWAL_RECEIVED: _ELSEWHERE,
    EventType.WITHDRAWAL_ACKNOWLEDGED: _ELSEWHERE,
    EventType.ACKNOWLEDGEMENT_FAILED: _ELSEWHERE,
    EventType.PAYMENT_CHANGED: _ELSEWHERE,
    EventType.RECONCILIATION_DIFFERS: _ELSEWHERE,
    EventType.CHANNEL_REFUSED: _ELSEWHERE,
    EventType.CHANNEL_RESUMED: _ELSEWHERE,
    EventType.SUBSCRIPTION_PAUSED: _ELSEWHERE,
    EventType.SUBSCRIPTION_TEST: _ELSEWHERE,
}

DIALECT: Final = Dialect(
    name="tickets",
    source="Dispatch Tickets' returns guide and its shipped SDK",
    vocabulary=_VOCABULARY,
    silences=_SILENCES,
    formats=("json",),
    render=render,
    shape=envelope,
    sign=sign,
)
