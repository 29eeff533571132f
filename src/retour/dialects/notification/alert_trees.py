"""The declared shape of 12Return's alert, for each of its words: the one place that says it.

``alert.py`` builds these trees, ``schemas.py`` writes their schemas.
"""

from __future__ import annotations

from typing import Final

from retour.dialects.notification.alert import STATUS_WORDS
from retour.dialects.notification.words import ROOT, Word
from retour.dialects.shapes import Amount, Boolean, Integer, ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import AMOUNT, COUNT, FREE, MAYBE, MAYBE_MOMENT, MOMENT, TEXT, words
from retour.lifecycle.model import (
    Acceptance,
    Origin,
    ParcelStatus,
    ReceiptStatus,
    Reception,
    ReturnStatus,
    SettlementKind,
    SettlementStatus,
)

_LINE: Final = Tree(
    name="line",
    fields={
        "id": TEXT,
        "productNumber": TEXT,
        "orderLine": MAYBE,
        "description": MAYBE,
        "quantity": COUNT,
        "reason": MAYBE,
        "reasonCode": or_null(TEXT, "The merchant's, where one was chosen."),
        "serviceRequest": MAYBE,
        "rejectedQuantity": COUNT,
        "rejectReason": MAYBE,
        "receivedQuantity": Integer(minimum=0, nullable=True, about="Null until goods came."),
        "acceptedQuantity": Integer(minimum=0, nullable=True, about="Null until judged."),
        "grade": or_null(TEXT, "Where all units that came share one."),
        "disposition": or_null(TEXT, "Where all units that came share one."),
        "deviation": Text(words=("missing", "unexpected", "quantity"), nullable=True),
        "comment": or_null(TEXT, "What the customer wrote; null once erased."),
        "settlementAmount": Amount(
            nullable=True, about="Of the order line; stands at its first return line only."
        ),
        "units": ListOf(
            item=Tree(
                name="unit",
                fields={
                    "id": TEXT,
                    "reception": words(Reception),
                    "acceptance": words(Acceptance),
                    **dict.fromkeys(("grade", "condition", "disposition", "facility"), MAYBE),
                },
            )
        ),
    },
)
_SHIPMENT: Final = Tree(
    name="shipment",
    fields={
        "id": TEXT,
        "status": words(ParcelStatus),
        "carrier": MAYBE,
        "trackingNumber": MAYBE,
        "labelUrl": MAYBE,
    },
)
_RECEIPT: Final = Tree(
    name="receipt",
    fields={
        "id": TEXT,
        "status": words(ReceiptStatus),
        "facility": TEXT,
        "facilityName": MAYBE,
        "receivedAt": MOMENT,
        "finishedAt": MAYBE_MOMENT,
    },
)
_MEMO: Final = Tree(
    name="settlementMemo",
    fields={
        "number": MAYBE,
        "type": words(SettlementKind),
        "status": words(SettlementStatus),
        "currency": TEXT,
        "total": AMOUNT,
        "lines": ListOf(
            item=Tree(
                name="memoLine",
                fields={
                    "kind": TEXT,
                    "orderLine": MAYBE,
                    "label": MAYBE,
                    "amount": AMOUNT,
                    "tax": AMOUNT,
                },
            )
        ),
        "confirmedAt": MAYBE_MOMENT,
        "settledAt": MAYBE_MOMENT,
    },
)
_CUSTOMER: Final = Tree(
    name="customer",
    fields={
        "email": TEXT,
        **dict.fromkeys(("name", "phone", "country", "postcode", "locale"), MAYBE),
    },
)
_MESSAGE: Final = Tree(
    name="message",
    about="What the customer wrote in the portal.",
    fields={
        "id": TEXT,
        "useCase": TEXT,
        "subject": or_null(TEXT, "Null where there is none, and once erased."),
        "text": or_null(TEXT, "Null where there is none, and once erased."),
        "customer": _CUSTOMER,
    },
)
_RETURN: Final = Tree(
    name="return",
    fields={
        "id": TEXT,
        "number": COUNT,
        "rmaNumber": or_null(TEXT, "Null until authorized."),
        "status": Text(words=STATUS_WORDS),
        "policy": TEXT,
        "eligible": Boolean(about="Whether the policy lets it through."),
        "channel": MAYBE,
        "origin": words(Origin),
        "orderNumbers": ListOf(item=TEXT),
        "currency": TEXT,
        "customer": _CUSTOMER,
        "reason": MAYBE,
        "serviceRequest": MAYBE,
        "rejectReason": MAYBE,
        "cancelReason": MAYBE,
        "lines": ListOf(item=_LINE),
        "shipment": or_null(_SHIPMENT, "The latest; null until there is a label."),
        "shipments": ListOf(item=_SHIPMENT),
        "receipt": or_null(_RECEIPT, "The latest; null until goods came."),
        "receipts": ListOf(item=_RECEIPT),
        "settlementMemo": or_null(_MEMO, "The latest not discarded; null until there is one."),
        "settlementMemos": ListOf(item=_MEMO),
        "timestamps": Tree(
            name="timestamps",
            fields={f"{status.value}At": MAYBE_MOMENT for status in ReturnStatus},
        ),
        "attributes": FREE,
    },
)


def alert_tree(word: Word) -> Tree:
    """Declare what 12Return's alert of this word looks like."""
    is_message = word.name == "use_case_email"
    message = {"message": _MESSAGE} if is_message else {}
    return Tree(
        name=ROOT,
        fields={
            "notificationId": Text(about="A UUID; the same for every resend."),
            "event": Text(words=(word.name,)),
            "process": Text(words=word.processes),
            "class": Text(words=(word.kind,)),
            "occurredAt": MOMENT,
            "workspace": TEXT,
            "return": or_null(_RETURN, "Null: there is none yet.") if is_message else _RETURN,
            **message,
        },
    )
