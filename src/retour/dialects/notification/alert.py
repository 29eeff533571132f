"""12Return's alert: the whole return as one tree, growing as it goes.

Every key is always there; what a return has not reached yet is ``null``: no RMA number before the
authorization, no shipment before the label, no receipt before goods, no memo before a settlement.
The article that describes the alert names no fields, so these names are ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID, uuid5

from retour.dialects.stored import StoredEvent
from retour.dialects.view import View, entered_at, instant, latest_settlement, settlement_view
from retour.kernel.money import format_amount
from retour.lifecycle.model import (
    Acceptance,
    Customer,
    LineWords,
    Order,
    ParcelStatus,
    Reception,
    Return,
    ReturnLine,
    ReturnStatus,
    Settlement,
    SettlementStatus,
    Unit,
)

_STATUS_WORDS: Final = {
    ReturnStatus.REQUESTED: "Authorization/Requested",
    ReturnStatus.REJECTED: "Authorization/Rejected",
    ReturnStatus.SHIPPED: "Logistics/Submitted",
    ReturnStatus.TRACKED: "Logistics/Submitted",
    ReturnStatus.RECEIVED: "Processing/Received",
    ReturnStatus.PROCESSED: "Settlement/Requested",
    ReturnStatus.SETTLED: "Settlement/Requested",
    ReturnStatus.COMPLETED: "Completed",
    ReturnStatus.CANCELED: "Canceled",
}
_APPROVED: Final = "Logistics/Approved"
_LABEL_WORDS: Final = {
    ParcelStatus.REQUESTED: "Logistics/Requested",
    ParcelStatus.LABEL_CREATED: "Logistics/Submitted",
    ParcelStatus.LABEL_FAILED: "Logistics/Failed",
}
"""What an authorized return's newest parcel makes of it; without one it is approved."""

STATUS_WORDS: Final = tuple(
    dict.fromkeys(
        ("Authorization/Requested", _APPROVED, *_LABEL_WORDS.values(), *_STATUS_WORDS.values())
    )
)
"""Every ``process/status`` pair a return can be in."""

_ARRIVED: Final = frozenset({Reception.RECEIVED, Reception.UNEXPECTED, Reception.WRONG_ITEM})
_UNANNOUNCED: Final = frozenset({Reception.UNEXPECTED, Reception.WRONG_ITEM})
_UNLABELED: Final = frozenset(
    {ParcelStatus.REQUESTED, ParcelStatus.LABEL_FAILED, ParcelStatus.VOIDED}
)
_NAMESPACE: Final = UUID("5f0d3f4e-0a5d-5f0e-9a51-0c6f2d1a7b1e")
"""Makes a notification's UUID from its event's id, always the same one."""


def alert_view(event: StoredEvent, name: str, process: str, kind: str) -> View:
    """Show an event as an alert under 12Return's name, process and class for it."""
    ret, order = event.snapshot.ret, event.snapshot.order
    view: View = {
        "notificationId": str(uuid5(_NAMESPACE, event.id)),
        "event": name,
        "process": process,
        "class": kind,
        "occurredAt": instant(event.occurred_at),
        "workspace": event.workspace,
        "return": None if ret is None or order is None else _return(event, ret, order),
    }
    if (message := message_view(event)) is not None and ret is None:
        view["message"] = {
            "id": message["id"],
            "useCase": message["use_case"],
            "subject": message["subject"],
            "text": message["text"],
            "customer": _customer(event.customer),
        }
    return view


def message_view(event: StoredEvent) -> View | None:
    """Show what somebody wrote, where the event is about that; its words are gone once erased."""
    details = event.snapshot.details
    if "message" not in details:
        return None
    return {
        "id": details["message"],
        "use_case": details.get("use_case"),
        "subject": event.message_subject,
        "text": event.message,
    }


def status_word(ret: Return) -> str:
    """Give 12Return's ``process/status`` pair for a return."""
    if ret.status is not ReturnStatus.AUTHORIZED:
        return _STATUS_WORDS[ret.status]
    newest = ret.parcels[-1].status if ret.parcels else None
    return _APPROVED if newest is None else _LABEL_WORDS.get(newest, _APPROVED)


def printed_rma_number(ret: Return) -> str | None:
    """Give the RMA number as people may see it: from authorization on."""
    return ret.rma_number if ReturnStatus.AUTHORIZED.value in ret.status_at else None


def _return(event: StoredEvent, ret: Return, order: Order) -> View:
    settlement = latest_settlement(ret)
    reasons = [line.reasons[0].text for line in ret.lines if line.reasons]
    shipments, receipts = _shipments(ret), _receipts(ret)
    return {
        "id": ret.id,
        "number": ret.number,
        "rmaNumber": printed_rma_number(ret),
        "status": status_word(ret),
        "policy": ret.policy.id,
        "eligible": ret.verdict.eligible,
        "channel": order.channel,
        "origin": ret.origin.value,
        "orderNumbers": [ret.order_number],
        "currency": order.currency,
        "customer": _customer(event.customer),
        "reason": reasons[0] if reasons else None,
        "serviceRequest": None,
        "rejectReason": ret.reject_reason,
        "cancelReason": ret.cancel_reason,
        "lines": _lines(event, ret, order, settlement),
        "shipment": shipments[-1] if shipments else None,
        "shipments": shipments,
        "receipt": receipts[-1] if receipts else None,
        "receipts": receipts,
        "settlementMemo": None if settlement is None else _memo(settlement),
        "settlementMemos": [_memo(paid) for paid in settlements(ret)],
        "timestamps": {f"{word}At": at for word, at in entered_at(ret).items()},
        "attributes": dict(ret.attributes),
    }


def _customer(customer: Customer) -> View:
    return {
        "email": customer.email,
        "name": customer.name,
        "phone": customer.phone,
        "country": customer.country,
        "postcode": customer.postcode,
        "locale": customer.locale,
    }


def _lines(
    event: StoredEvent, ret: Return, order: Order, settlement: Settlement | None
) -> list[View]:
    """Show the lines; an order line's amount stands at its first return line only: sums hold."""
    titles = {line.id: line.title for line in order.lines}
    amounts, written, silent = line_amounts(settlement), event.words, LineWords()
    return [
        {
            **_line(line, titles, has_receipts=bool(ret.receipts)),
            "comment": comment_of(written.get(line.id, silent)),
            "settlementAmount": amounts.pop(line.line, None) if line.line is not None else None,
            "units": [_unit(unit) for unit in line.units],
        }
        for line in ret.lines
    ]


def comment_of(words: LineWords) -> str | None:
    """Give what the shopper wrote about a line, or about the first reason that has words."""
    return words.comment or next((said for said in words.reason_comments if said), None)


def _line(line: ReturnLine, titles: dict[str, str], *, has_receipts: bool) -> View:
    units = line.units
    came = arrived(units)
    is_judged = any(unit.acceptance is not Acceptance.PENDING for unit in units)
    return {
        "id": line.id,
        "productNumber": line.sku,
        "orderLine": line.line,
        "description": None if line.line is None else titles.get(line.line),
        "quantity": line.quantity,
        "reason": line.reasons[0].text if line.reasons else None,
        "reasonCode": line.reasons[0].code if line.reasons else None,
        "serviceRequest": None,
        "rejectedQuantity": line.refused_quantity,
        "rejectReason": line.refused_reason,
        "receivedQuantity": len(came) if has_receipts else None,
        "acceptedQuantity": accepted(units) if has_receipts or is_judged else None,
        "grade": common(unit.grade for unit in came),
        "disposition": common(unit.disposition for unit in came),
        "deviation": deviation(line),
    }


def _unit(unit: Unit) -> View:
    return {
        "id": unit.id,
        "reception": unit.reception.value,
        "acceptance": unit.acceptance.value,
        "grade": unit.grade,
        "condition": unit.condition,
        "disposition": unit.disposition,
        "facility": unit.facility,
    }


def arrived(units: Iterable[Unit]) -> list[Unit]:
    """Give the units that really came, whatever they were."""
    return [unit for unit in units if unit.reception in _ARRIVED]


def accepted(units: Iterable[Unit]) -> int:
    """Count the units we grant."""
    return sum(unit.acceptance is Acceptance.ACCEPTED for unit in units)


def common(words: Iterable[str | None]) -> str | None:
    """Give the word all of them share, or ``None``: the units tell where they differ."""
    distinct = set(words)
    return distinct.pop() if len(distinct) == 1 else None


def deviation(line: ReturnLine) -> str | None:
    """Say how what came differs from what was announced.

    ``missing``: none of it came.  ``unexpected``: none of it was announced.  ``quantity``: fewer or
    more than announced.  ``None``: no difference that somebody has stated.
    """
    missing = sum(unit.reception is Reception.MISSING for unit in line.units)
    unannounced = sum(unit.reception in _UNANNOUNCED for unit in line.units)
    if unannounced and unannounced == len(line.units):
        return "unexpected"
    if missing and missing == len(line.units):
        return "missing"
    return "quantity" if missing or unannounced else None


def _shipments(ret: Return) -> list[View]:
    """Show the parcels that have a label; one without is nothing to speak of."""
    return [
        {
            "id": parcel.id,
            "status": parcel.status.value,
            "carrier": parcel.carrier,
            "trackingNumber": parcel.tracking_number,
            "labelUrl": parcel.label_url,
        }
        for parcel in ret.parcels
        if parcel.status not in _UNLABELED
    ]


def _receipts(ret: Return) -> list[View]:
    names = {facility.code: facility.name for facility in ret.facilities}
    return [
        {
            "id": receipt.id,
            "status": receipt.status.value,
            "facility": receipt.facility,
            "facilityName": names.get(receipt.facility),
            "receivedAt": instant(receipt.opened_at),
            "finishedAt": None if receipt.finished_at is None else instant(receipt.finished_at),
        }
        for receipt in ret.receipts
    ]


def settlements(ret: Return) -> list[Settlement]:
    """Give the settlements that count, the oldest first; discarded ones never did."""
    return [one for one in ret.settlements if one.status is not SettlementStatus.DISCARDED]


def _memo(settlement: Settlement) -> View:
    view = settlement_view(settlement)
    return {
        "number": view["memo_number"],
        "type": view["kind"],
        "status": view["status"],
        "currency": view["currency"],
        "total": view["total"],
        "lines": [
            {
                "kind": line["kind"],
                "orderLine": line["line"],
                "label": line["label"],
                "amount": line["amount"],
                "tax": line["tax"],
            }
            for line in view["lines"]
        ],
        "confirmedAt": view["confirmed_at"],
        "settledAt": view["settled_at"],
    }


def line_amounts(settlement: Settlement | None) -> dict[str, str]:
    """Give per order line what is paid for it, as a decimal string."""
    if settlement is None:
        return {}
    return {
        line.line: format_amount(line.amount, settlement.currency)
        for line in settlement.lines
        if line.line is not None
    }
