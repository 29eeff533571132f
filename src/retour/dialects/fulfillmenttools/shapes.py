"""The declared shape of fulfillmenttools' events: every key its schemas require, and those we add.

What was never said or decided has no key, so those stand among the extras.
"""

from __future__ import annotations

from typing import Final

from retour.dialects.shapes import (
    Boolean,
    Instant,
    Integer,
    ListOf,
    Nothing,
    Number,
    StringMap,
    Text,
    Tree,
    or_null,
)

_TEXT: Final = Text()
_COUNT: Final = Integer(minimum=0)
_REFS: Final = ListOf(item=_TEXT)
_LOCALIZED: Final = StringMap(about="By locale, such as de_DE.")

_PRICE_PER_UNIT: Final = Tree(name="price", fields={"pricePerUnit": Number(), "currency": _TEXT})
_ARTICLE: Final = Tree(
    name="article",
    fields={"tenantArticleId": _TEXT, "title": _TEXT},
    extras={"imageUrl": _TEXT, "prices": ListOf(item=_PRICE_PER_UNIT)},
)
_JOB_LINE: Final = Tree(
    name="itemReturnJobLineItem",
    fields={
        "id": _TEXT,
        "delivered": _COUNT,
        "returnable": _COUNT,
        "returned": _COUNT,
        "article": _ARTICLE,
    },
    extras={"scannableCodes": _REFS},
)
_REASON: Final = Tree(
    name="reason",
    fields={"reasonLocalized": _LOCALIZED, "reason": _TEXT},
    extras={"comment": _TEXT},
)
_REFUND: Final = Tree(
    name="refund",
    fields={
        "status": Text(words=("OPEN", "IN_PROGRESS", "CLOSED")),
        "price": Tree(name="refundPrice", fields={"value": Number(), "currency": _TEXT}),
        "percent": Nothing(about="Amounts are always said as a price."),
    },
)
_LINE_STATUSES: Final = (
    "OPEN",
    "IN_PROGRESS",
    "WAITING_FOR_INPUT",
    "REJECTED",
    "ACCEPTED",
    "CANCELED",
)
_LINE: Final = Tree(
    name="itemReturnLineItem",
    fields={
        "id": _TEXT,
        "status": Text(words=_LINE_STATUSES),
        "tenantArticleId": _TEXT,
        "itemReturnJobLineItemRefs": _REFS,
    },
    extras={
        "reasons": ListOf(item=_REASON),
        "itemCondition": _TEXT,
        "itemConditionLocalized": _LOCALIZED,
        "itemConditionComment": _TEXT,
        "decisionReason": _TEXT,
        "scannedCodes": _REFS,
        "refund": _REFUND,
        "customAttributes": Tree(name="customAttributes", fields={"refund_failed": Boolean()}),
    },
)
_RETURN_STATUSES: Final = (
    "ANNOUNCED",
    "OPEN",
    "IN_PROGRESS",
    "PAUSED",
    "FINISHED",
    "WAITING_FOR_INPUT",
    "CANCELED",
    "OBSOLETE",
)
_ITEM_RETURN: Final = Tree(
    name="itemReturn",
    fields={
        "id": _TEXT,
        "status": Text(words=_RETURN_STATUSES),
        "returnFacilityRef": _TEXT,
        "tenantOrderId": _TEXT,
        "returnedLineItems": ListOf(item=_LINE),
        "scannableCodes": _REFS,
    },
    extras={
        "returnedNotReturnableLineItems": ListOf(item=_LINE),
        "parcelRefs": _REFS,
        "created": Instant(),
    },
)
_PHONE: Final = Tree(name="phoneNumber", fields={"value": _TEXT})
_ADDRESS: Final = Tree(
    name="consumerAddress",
    fields={"addressType": Text(words=("POSTAL_ADDRESS", "INVOICE_ADDRESS"))},
    extras={
        "lastName": _TEXT,
        "companyName": _TEXT,
        "street": _TEXT,
        "additionalAddressInfo": _TEXT,
        "postalCode": _TEXT,
        "city": _TEXT,
        "province": _TEXT,
        "country": _TEXT,
        "email": _TEXT,
        "phoneNumbers": ListOf(item=_PHONE),
    },
)
_JOB: Final = Tree(
    name="itemReturnJob",
    fields={
        "id": _TEXT,
        "version": Integer(minimum=1),
        "created": Instant(),
        "lastModified": Instant(),
        "status": Text(words=("OPEN", "IN_PROGRESS", "FINISHED", "CANCELED")),
        "processRef": _TEXT,
        "tenantOrderId": _TEXT,
        "shortId": _TEXT,
        "originFacilityRefs": _REFS,
        "consumerAddresses": ListOf(item=_ADDRESS),
        "anonymized": Boolean(),
        "returnableLineItems": ListOf(item=_JOB_LINE),
        "notReturnableLineItems": ListOf(item=_JOB_LINE),
        "itemReturns": ListOf(item=_ITEM_RETURN),
        "customAttributes": or_null(StringMap()),
    },
)
_TRIGGER: Final = Tree(
    name="refundTrigger",
    fields={
        "created": Instant(),
        "refundedLineItems": ListOf(item=_LINE),
        "returnFacilityRef": _TEXT,
        "itemReturnRef": _TEXT,
        "itemReturnJobRef": _TEXT,
        "itemReturnJobVersion": Integer(minimum=1),
        "tenantOrderId": _TEXT,
    },
)


def envelope(word: str, *, is_trigger: bool) -> Tree:
    """Say what an event looks like: its name, the whole entity, and its id."""
    payload = _TRIGGER if is_trigger else _JOB
    return Tree(
        name=word, fields={"event": Text(words=(word,)), "payload": payload, "eventId": _TEXT}
    )
