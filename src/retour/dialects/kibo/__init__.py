"""The ``kibo`` dialect: Kibo's return notifications, and its error for a refund that failed.

Source: Kibo's article on return event notifications, its examples before its table; where the two
disagree the examples win, for they are what receivers parse:

- every identifier is a string of JSON, however numeric; a quantity has two decimals;
- a time is ``YYYY-MM-DD HH:MM:SS`` without a zone;
- what is unknown is ``null`` and keeps its key; only ``returnTotal`` comes and goes;
- ``data`` is always ``null``.

The payment error is known by its list of fields alone; ``data`` and ``scope`` at its end are ours.
Bodies name no event, so the header ``X-Event-Id`` does.  Repetitions, and the two messages of one
failed refund, carry the same one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from retour.dialects.dialect import DAY, MINUTE, DeliveryRules, Dialect, Wanted
from retour.dialects.kibo.items import facility_of, has_accepted, is_decided, items, worth
from retour.dialects.kibo.shapes import notification, payment_error
from retour.dialects.shapes import Tree
from retour.dialects.stored import StoredEvent
from retour.dialects.view import View
from retour.kernel.money import format_amount
from retour.kernel.wire import WireMessage
from retour.lifecycle.model import EventType, Leg, Order, Origin, Return, Settlement

CREATED: Final = "return_created"
ACCEPTED: Final = "return_accepted"
DELETED: Final = "return_deleted"
CLEARED: Final = "return_cleared"
REOPENED: Final = "return_reopened"
ERRORED: Final = "return_errored"
REFUND: Final = "refund"

EVENT_ID: Final = "x-event-id"

_VOCABULARY: Final[Mapping[EventType, tuple[str, ...]]] = {
    EventType.RETURN_REQUESTED: (CREATED,),
    EventType.RETURN_PROCESSED: (ACCEPTED, DELETED),  # One of them, as something is accepted.
    EventType.RETURN_REJECTED: (DELETED,),
    EventType.RETURN_CANCELED: (DELETED,),
    EventType.RETURN_SETTLED: (CLEARED,),
    EventType.RETURN_REOPENED: (REOPENED,),
    EventType.REFUND_FAILED: (ERRORED, REFUND),
}

_BEFORE: Final = "Kibo's return stays Open until it is accepted or deleted."
_WAREHOUSE: Final = "Where goods lie is the warehouse's, and none of Kibo's events."
_WITHIN: Final = "Kibo's return stays Accepted until its refund has arrived or failed for good."
_TALK: Final = "What people write about a return, or show of it, changes nothing Kibo is told of."
_LATE: Final = "Kibo is told what is done, not what is late."
_ELSEWHERE: Final = "It is no event of a return, and these notifications know no other."

_SILENCES: Final[Mapping[EventType, str]] = {
    EventType.ORDER_DELIVERED: _ELSEWHERE,
    EventType.ORDER_AMENDED: _ELSEWHERE,
    EventType.ELIGIBILITY_CHECKED: _BEFORE,
    EventType.RETURN_AUTHORIZED: _BEFORE,
    EventType.RETURN_AMENDED: _BEFORE,
    EventType.LABEL_REQUESTED: _BEFORE,
    EventType.LABEL_CREATED: _BEFORE,
    EventType.LABEL_FAILED: _BEFORE,
    EventType.RETURN_DROPPED_OFF: _BEFORE,
    EventType.RETURN_SHIPPED: _BEFORE,
    EventType.RETURN_TRACKED: _BEFORE,
    EventType.PARCEL_UPDATED: _BEFORE,
    EventType.LABEL_VOID_REQUESTED: _BEFORE,
    EventType.LABEL_VOIDED: _BEFORE,
    EventType.LABEL_VOID_REFUSED: _BEFORE,
    EventType.PARCEL_ADDED: _BEFORE,
    EventType.PARCEL_SENT_BACK: "Kibo knows nothing of parcels to the customer.",
    EventType.PICKUP_REQUESTED: _BEFORE,
    EventType.PICKUP_SCHEDULED: _BEFORE,
    EventType.PICKUP_FAILED: _BEFORE,
    EventType.PICKUP_CANCEL_REQUESTED: _BEFORE,
    EventType.PICKUP_CANCELED: _BEFORE,
    EventType.RETURN_RECEIVED: _BEFORE,
    EventType.RECEIPT_UPDATED: _BEFORE,
    EventType.UNIT_INSPECTED: _BEFORE,
    EventType.RECEIPT_FINISHED: _BEFORE,
    EventType.RECEIPT_CORRECTED: _BEFORE,
    EventType.SETTLEMENT_APPROVAL_REQUESTED: _WITHIN,
    EventType.SETTLEMENT_APPROVED: _WITHIN,
    EventType.SETTLEMENT_DECLINED: _WITHIN,
    EventType.SETTLEMENT_MEMO_COMPLETED: _WITHIN,
    EventType.REFUND_STARTED: _WITHIN,
    EventType.REFUND_SUCCEEDED: _WITHIN,
    EventType.EXCHANGE_RESERVED: _WITHIN,
    EventType.CHARGE_REQUESTED: _WITHIN,
    EventType.CHARGE_PAID: _WITHIN,
    EventType.EXCHANGE_STARTED: _WITHIN,
    EventType.EXCHANGE_ORDERED: _WITHIN,
    EventType.EXCHANGE_FAILED: _WITHIN,
    EventType.EXCHANGE_RELEASED: _WITHIN,
    EventType.REPAIR_STARTED: _WITHIN,
    EventType.REPAIR_FINISHED: _WITHIN,
    EventType.REPAIR_FAILED: _WITHIN,
    EventType.SETTLEMENT_SETTLED: _WITHIN,
    EventType.REJECTION_RESOLVED: _WAREHOUSE,
    EventType.UNIT_DISPOSED: _WAREHOUSE,
    EventType.UNIT_STORED: _WAREHOUSE,
    EventType.RETURN_COMPLETED: "Kibo's return ended when it was cleared or deleted.",
    EventType.RETURN_ANNOTATED: _TALK,
    EventType.RETURN_REMINDED: _LATE,
    EventType.DEADLINE_APPROACHING: _LATE,
    EventType.DEADLINE_MISSED: _LATE,
    EventType.MESSAGE_CREATED: _TALK,
    EventType.PHOTO_ATTACHED: _TALK,
    EventType.PHOTO_ERASED: _TALK,
    EventType.TICKET_OPENED: _TALK,
    EventType.TICKET_ANNOTATED: _TALK,
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

_STATUSES: Final = {
    CREATED: "Open",
    ACCEPTED: "Accepted",
    DELETED: "Deleted",
    CLEARED: "Cleared",
    REOPENED: "Open",
}
"""The status each word says; a failed refund leaves it as it is."""

_TOTALED: Final = frozenset({DELETED, ERRORED})
"""Words that come with ``returnTotal``; in the others the key is absent."""

SOURCES: Final = {
    Origin.AGENT: "CCUI",
    Origin.API: "ADMIN",
    Origin.CHANNEL: "ADMIN",
    Origin.WAREHOUSE: "ADMIN",
    Origin.PORTAL: "PORTAL",
    Origin.WIDGET: "PORTAL",
}
"""Kibo names its back office and its customer care, "or otherwise"; ``PORTAL`` is our word."""

_SETTINGS: Final[Mapping[str, str | None]] = {
    "manufacturer_id": "0",
    "catalog_id": "0",
    "retailer_id": None,
    "zone": "UTC",
}
_NO_REASON: Final = "The payment system gave no reason."
_ENCODER: Final = msgspec.json.Encoder()


def render(event: StoredEvent, wanted: Wanted) -> WireMessage | None:
    """Say ``event`` by one of its words; of acceptance and deletion only the one that is true."""
    if wanted.word not in _VOCABULARY.get(event.type, ()):
        return None
    ret, order = event.snapshot.ret, event.snapshot.order
    assert ret is not None, "every event with a word is a return's"
    assert order is not None, "every return is of an order"
    if event.type is EventType.RETURN_PROCESSED and has_accepted(ret) != (wanted.word == ACCEPTED):
        return None
    settings = {**_SETTINGS, **wanted.settings}
    if wanted.word == REFUND:
        body = _payment_error(event, ret, order, settings)
    else:
        body = _notification(event, ret, order, wanted.word, settings)
    return WireMessage("application/json", _ENCODER.encode(body), ((EVENT_ID, event.id),))


def _notification(
    event: StoredEvent, ret: Return, order: Order, word: str, settings: Mapping[str, str | None]
) -> View:
    status = _STATUSES.get(word) or _status_kept(ret)
    is_accepted = status in {"Accepted", "Cleared"}
    place = facility_of(ret) if is_accepted else None
    total = {"returnTotal": _number(_total(event, ret, order), order)} if word in _TOTALED else {}
    return {
        "eventTypeID": word,
        "status": status,
        "source": SOURCES[ret.origin],
        "orderID": order.order_number,
        "shipmentID": _shipment(order),
        "externalOrderID": order.external_order_id,
        "returnID": str(ret.number),
        "manufacturerID": settings["manufacturer_id"],
        "catalogID": settings["catalog_id"],
        "retailerID": settings["retailer_id"],
        "returnLocationID": None if place is None else str(place.number),
        "externalStoreID": None if place is None else place.external_id or place.code,
        "returnLocationName": None if place is None else place.name,
        **total,
        "createdTime": _time(ret.status_at["requested"], settings),
        "acceptedTime": _time(ret.status_at["processed"], settings) if is_accepted else None,
        "clearedTime": _time(ret.status_at["settled"], settings) if status == "Cleared" else None,
        "returnItems": items(ret, order, is_judged=is_accepted or _was_accepted(ret, word)),
        "orderType": order.order_type,
        "data": None,
        "scope": _scope(settings),
    }


def _status_kept(ret: Return) -> str:
    """Say what Kibo was last told of a return: its refund may be earlier than its goods."""
    if not is_decided(ret):
        return "Open"
    return "Accepted" if has_accepted(ret) else "Deleted"


def _was_accepted(ret: Return, word: str) -> bool:
    """Say whether a deletion undoes an acceptance: its items stay as they were told."""
    return word == DELETED and is_decided(ret) and has_accepted(ret)


def _total(event: StoredEvent, ret: Return, order: Order) -> int:
    """Give what a deleted return was worth, or what the failed settlement was to pay."""
    if event.type is not EventType.REFUND_FAILED:
        return worth(ret, order)
    settlement, _ = _failed(event, ret)
    return settlement.total


def _payment_error(
    event: StoredEvent, ret: Return, order: Order, settings: Mapping[str, str | None]
) -> View:
    _, leg = _failed(event, ret)
    last = leg.attempts[-1]
    return {
        "orderID": order.order_number,
        "returnID": str(ret.number),
        "shipmentID": _shipment(order),
        "amount": _number(leg.amount, order),
        "errorMessage": last.error or _NO_REASON,
        "transactionDate": _time(last.at, settings),
        "eventTypeID": REFUND,
        "orderType": order.order_type,
        "data": None,
        "scope": _scope(settings),
    }


def _failed(event: StoredEvent, ret: Return) -> tuple[Settlement, Leg]:
    """Find the leg that an event of a failed refund is about."""
    name = event.snapshot.details["leg"]
    return next(
        (settlement, leg)
        for settlement in ret.settlements
        for leg in settlement.legs
        if leg.id == name
    )


def _shipment(order: Order) -> str | None:
    return order.shipments[0].id if order.shipments else None


def _scope(settings: Mapping[str, str | None]) -> View:
    return {"mfgID": settings["manufacturer_id"], "catalogID": settings["catalog_id"]}


def _number(minor: int, order: Order) -> msgspec.Raw:
    """Write an amount as a number of JSON, digit by digit: no float ever stands for it."""
    return msgspec.Raw(format_amount(minor, order.currency).encode())


def _time(at: datetime, settings: Mapping[str, str | None]) -> str:
    zone = settings["zone"]
    assert zone is not None, "the doors let only known zones through"
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"


def shape(word: str) -> Tree:
    """Say what the message of a word looks like."""
    if word == REFUND:
        return payment_error(word)
    return notification(word, is_totaled=word in _TOTALED)


def _zone_problem(zone: str | None) -> str | None:
    try:
        ZoneInfo(zone or "")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"There is no time zone {zone!r}. Give an IANA name, such as Europe/Berlin."
    return None


def _id_problem(text: str | None) -> str | None:
    if text is not None:
        return None
    return 'Kibo\'s receivers expect a string here. Give one, or leave it out for "0".'


DIALECT: Final = Dialect(
    name="kibo",
    source="Kibo's return event notifications and payment transaction error notification",
    vocabulary=_VOCABULARY,
    silences=_SILENCES,
    formats=("json",),
    render=render,
    shape=shape,
    rules=DeliveryRules(
        success=(200, 200),
        timeout_s=45,
        schedule_s=(0, MINUTE),
        goes_on=True,
        jitter=0.0,
        expiry_s=14 * DAY,
    ),
    settings=_SETTINGS,
    checks={
        "manufacturer_id": _id_problem,
        "catalog_id": _id_problem,
        "zone": _zone_problem,
    },
    is_signed=False,
)
