"""The ``fulfillmenttools`` dialect: the whole ItemReturnJob whenever it changes.

Source: fulfillmenttools' article on returns with events, its event reference for REFUND_TRIGGERED.
An envelope of event, payload and eventId; the payload is never a difference.  Versions are those of
the order's stream and have gaps, for not every event changes the job.  A change of what is listed
or counted is said whatever it is called inside, so a receiver's copy never goes stale.

A refund that covers units of several ItemReturns is one REFUND_TRIGGERED: all its units are in it,
for somebody pays by them, and it names the first ItemReturn that holds any.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from retour.dialects.dialect import DAY, DeliveryRules, Dialect, Wanted
from retour.dialects.fulfillmenttools.ids import event_id, job_id
from retour.dialects.fulfillmenttools.job import job_view, line_view, return_facility
from retour.dialects.fulfillmenttools.layout import ItemReturn, Piece, item_returns
from retour.dialects.fulfillmenttools.refunds import Refund, refunds_of
from retour.dialects.fulfillmenttools.shapes import envelope
from retour.dialects.shapes import Tree
from retour.dialects.stored import StoredEvent
from retour.dialects.view import View, instant
from retour.kernel.subscription import Ordering
from retour.kernel.wire import WireMessage
from retour.lifecycle.model import EventType, Order

CREATED: Final = "ITEM_RETURN_JOB_CREATED"
UPDATED: Final = "ITEM_RETURN_JOB_UPDATED"
TRIGGERED: Final = "REFUND_TRIGGERED"

_VOCABULARY: Final[Mapping[EventType, tuple[str, ...]]] = MappingProxyType(
    {
        EventType.ORDER_DELIVERED: (CREATED,),
        EventType.ORDER_AMENDED: (UPDATED,),
        EventType.RETURN_REQUESTED: (UPDATED,),
        EventType.RETURN_AUTHORIZED: (UPDATED,),
        EventType.RETURN_REJECTED: (UPDATED,),
        EventType.RETURN_AMENDED: (UPDATED,),
        EventType.LABEL_CREATED: (UPDATED,),
        EventType.LABEL_VOIDED: (UPDATED,),
        EventType.PARCEL_ADDED: (UPDATED,),
        EventType.RETURN_RECEIVED: (UPDATED,),
        EventType.RECEIPT_UPDATED: (UPDATED,),
        EventType.RECEIPT_CORRECTED: (UPDATED,),
        EventType.UNIT_INSPECTED: (UPDATED,),
        EventType.RECEIPT_FINISHED: (UPDATED,),
        EventType.REFUND_STARTED: (UPDATED, TRIGGERED),
        EventType.REFUND_FAILED: (UPDATED,),
        EventType.SETTLEMENT_SETTLED: (UPDATED,),
        EventType.RETURN_CANCELED: (UPDATED,),
        EventType.RETURN_REOPENED: (UPDATED,),
    }
)

_NO_WORD: Final = "An ItemReturnJob has no place for it."

_SILENCES: Final[Mapping[EventType, str]] = MappingProxyType(
    {
        EventType.ELIGIBILITY_CHECKED: "An ItemReturnJob has no place for a verdict.",
        EventType.LABEL_REQUESTED: "It is told once the label is there.",
        EventType.LABEL_FAILED: "The job stays as it is without a label.",
        EventType.RETURN_DROPPED_OFF: "An ItemReturn is open until its goods are seen.",
        EventType.RETURN_SHIPPED: "An ItemReturn is open until its goods are seen.",
        EventType.RETURN_TRACKED: "An ItemReturn is open until its goods are seen.",
        EventType.PARCEL_UPDATED: "An ItemReturn is open until its goods are seen.",
        EventType.LABEL_VOID_REQUESTED: "It is told once the carrier has taken the label back.",
        EventType.LABEL_VOID_REFUSED: "The label stays as it was told.",
        EventType.PARCEL_SENT_BACK: "An ItemReturnJob has no place for parcels to the customer.",
        EventType.PICKUP_REQUESTED: "An ItemReturnJob has no place for a pick-up.",
        EventType.PICKUP_SCHEDULED: "An ItemReturnJob has no place for a pick-up.",
        EventType.PICKUP_FAILED: "An ItemReturnJob has no place for a pick-up.",
        EventType.PICKUP_CANCEL_REQUESTED: "An ItemReturnJob has no place for a pick-up.",
        EventType.PICKUP_CANCELED: "An ItemReturnJob has no place for a pick-up.",
        EventType.RETURN_PROCESSED: "Each unit's decision has been told; of goods that need not"
        " come, the refund tells it.",
        EventType.SETTLEMENT_APPROVAL_REQUESTED: "A refund is told once it is started.",
        EventType.SETTLEMENT_APPROVED: "A refund is told once it is started.",
        EventType.SETTLEMENT_DECLINED: "A refund is told once it is started.",
        EventType.SETTLEMENT_MEMO_COMPLETED: "A refund is told once it is started.",
        EventType.REFUND_SUCCEEDED: "A refund is closed once all of its settlement is paid.",
        EventType.RETURN_SETTLED: "Each refund's closing has been told.",
        EventType.RETURN_COMPLETED: "A job stays open until its own action finishes it.",
        EventType.EXCHANGE_RESERVED: _NO_WORD,
        EventType.CHARGE_REQUESTED: _NO_WORD,
        EventType.CHARGE_PAID: _NO_WORD,
        EventType.EXCHANGE_STARTED: _NO_WORD,
        EventType.EXCHANGE_ORDERED: _NO_WORD,
        EventType.EXCHANGE_FAILED: _NO_WORD,
        EventType.EXCHANGE_RELEASED: _NO_WORD,
        EventType.REPAIR_STARTED: _NO_WORD,
        EventType.REPAIR_FINISHED: _NO_WORD,
        EventType.REPAIR_FAILED: _NO_WORD,
        EventType.REJECTION_RESOLVED: _NO_WORD,
        EventType.UNIT_DISPOSED: _NO_WORD,
        EventType.UNIT_STORED: _NO_WORD,
        EventType.RETURN_ANNOTATED: _NO_WORD,
        EventType.RETURN_REMINDED: _NO_WORD,
        EventType.DEADLINE_APPROACHING: _NO_WORD,
        EventType.DEADLINE_MISSED: _NO_WORD,
        EventType.MESSAGE_CREATED: _NO_WORD,
        EventType.PHOTO_ATTACHED: _NO_WORD,
        EventType.PHOTO_ERASED: _NO_WORD,
        EventType.TICKET_OPENED: _NO_WORD,
        EventType.TICKET_ANNOTATED: _NO_WORD,
        EventType.WITHDRAWAL_RECEIVED: _NO_WORD,
        EventType.WITHDRAWAL_ACKNOWLEDGED: _NO_WORD,
        EventType.ACKNOWLEDGEMENT_FAILED: _NO_WORD,
        EventType.PAYMENT_CHANGED: "It is about no job.",
        EventType.RECONCILIATION_DIFFERS: "It is about no job.",
        EventType.CHANNEL_REFUSED: "It is about no job.",
        EventType.CHANNEL_RESUMED: "It is about no job.",
        EventType.SUBSCRIPTION_PAUSED: "It is about no job.",
        EventType.SUBSCRIPTION_TEST: "It is about no job.",
    }
)

_RULES: Final = DeliveryRules(
    success=(200, 200),
    timeout_s=10,
    schedule_s=(0, 20, 40, 80, 160, 320, 600),
    goes_on=True,
    jitter=0.0,
    expiry_s=7 * DAY,
)

_ENCODER: Final = msgspec.json.Encoder()


def render(event: StoredEvent, wanted: Wanted) -> WireMessage | None:
    """Say ``event`` by one of its words; silent where a refund concerns no unit."""
    order = event.snapshot.order
    if order is None or wanted.word not in _VOCABULARY.get(event.type, ()):
        return None
    payload = _trigger(event, order) if wanted.word == TRIGGERED else job_of(event, order)
    if payload is None:
        return None
    message = {
        "event": wanted.word,
        "payload": payload,
        "eventId": event_id(event.id, wanted.word),
    }
    return WireMessage("application/json", _ENCODER.encode(message))


def job_of(event: StoredEvent, order: Order) -> View:
    """Show the job as it stood just after an event."""
    seen = event.snapshot
    returns = seen.others if seen.ret is None else (*seen.others, seen.ret)
    return job_view(
        order,
        returns,
        version=event.stream_sequence,
        modified=event.occurred_at,
        customer=None if event.personal is None else event.personal.customer,
        words=event.words,
    )


def _trigger(event: StoredEvent, order: Order) -> View | None:
    ret = event.snapshot.ret
    assert ret is not None, "a refund is of a return"
    settlement = event.snapshot.details["settlement"]
    refunds = {
        unit: refund for unit, refund in refunds_of(ret).items() if refund.settlement == settlement
    }
    found = [
        (one, piece)
        for one in item_returns((ret,))
        for piece in one.pieces
        if _is_paid(piece, refunds)
    ]
    if not found:
        return None
    first: ItemReturn = found[0][0]
    return {
        "created": instant(event.occurred_at),
        "refundedLineItems": [line_view(order, piece, refunds, event.words) for _, piece in found],
        "returnFacilityRef": return_facility(first),
        "itemReturnRef": first.id,
        "itemReturnJobRef": job_id(order.id),
        "itemReturnJobVersion": event.stream_sequence,
        "tenantOrderId": order.order_number,
    }


def _is_paid(piece: Piece, refunds: Mapping[str, Refund]) -> bool:
    return piece.now is not None and piece.unit in refunds


def shape(word: str) -> Tree:
    """Say what the message of a word looks like."""
    return envelope(word, is_trigger=word == TRIGGERED)


DIALECT: Final = Dialect(
    name="fulfillmenttools",
    source="fulfillmenttools' article on returns with events, and its public API",
    vocabulary=_VOCABULARY,
    silences=_SILENCES,
    formats=("json",),
    render=render,
    shape=shape,
    ordering=Ordering.ORDER,
    rules=_RULES,
    is_signed=False,
)
