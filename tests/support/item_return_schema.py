"""What fulfillmenttools' public schema asks of the messages, written down from its tables."""

from __future__ import annotations

from typing import Any, Final

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string", "minLength": 1}
_UUID: Final[Schema] = {
    "type": "string",
    "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
}
_INSTANT: Final[Schema] = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT[\d:.]+Z$"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_CURRENCY: Final[Schema] = {"type": "string", "pattern": "^[A-Z]{3}$"}
_LOCALIZED: Final[Schema] = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"pattern": "^[a-z]{2}_[A-Z]{2}$"},
    "additionalProperties": _TEXT,
}


def _shape(required: Schema, optional: Schema | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def _some(item: Schema, most: int | None = None, least: int = 0) -> Schema:
    bound: Schema = {} if most is None else {"maxItems": most}
    return {"type": "array", "items": item, "minItems": least, **bound}


_ADDRESS: Final = _shape(
    {},
    {
        "addressType": {"enum": ["POSTAL_ADDRESS", "INVOICE_ADDRESS", "PARCEL_LOCKER"]},
        "phoneNumbers": _some(_shape({"value": _TEXT})),
        **dict.fromkeys(
            (
                *("lastName", "companyName", "street", "additionalAddressInfo", "postalCode"),
                *("city", "province", "country", "email"),
            ),
            _TEXT,
        ),
    },
)

_JOB_LINE: Final = _shape(
    {
        "id": _UUID,
        "delivered": _COUNT,
        "returnable": _COUNT,
        "returned": _COUNT,
        "article": _shape(
            {"tenantArticleId": _TEXT, "title": _TEXT},
            {
                "imageUrl": _TEXT,
                "prices": _some(
                    _shape({"pricePerUnit": {"type": "number"}, "currency": _CURRENCY})
                ),
            },
        ),
    },
    {"scannableCodes": _some(_TEXT)},
)

_REFUND: Final = _shape(
    {
        "status": {"enum": ["OPEN", "IN_PROGRESS", "CLOSED"]},
        "price": _shape({"value": {"type": "number", "minimum": 0}, "currency": _CURRENCY}),
        "percent": {"type": "null"},
    }
)

_LINE: Final = _shape(
    {
        "id": _UUID,
        "status": {
            "enum": [
                *("OPEN", "IN_PROGRESS", "WAITING_FOR_INPUT"),
                *("REJECTED", "ACCEPTED", "CANCELED"),
            ]
        },
        "tenantArticleId": _TEXT,
        "itemReturnJobLineItemRefs": _some(_UUID, most=100, least=1),
    },
    {
        "reasons": _some(
            _shape({"reasonLocalized": _LOCALIZED, "reason": _TEXT}, {"comment": _TEXT}), most=20
        ),
        "itemCondition": _TEXT,
        "itemConditionLocalized": _LOCALIZED,
        "itemConditionComment": _TEXT,
        "decisionReason": _TEXT,
        "scannedCodes": _some(_TEXT),
        "refund": _REFUND,
        "customAttributes": {"type": "object"},
    },
)

_ITEM_RETURN: Final = _shape(
    {
        "id": _UUID,
        "status": {
            "enum": [
                *("ANNOUNCED", "OPEN", "IN_PROGRESS", "PAUSED", "FINISHED"),
                *("WAITING_FOR_INPUT", "CANCELED", "OBSOLETE"),
            ]
        },
        "returnFacilityRef": _UUID,
        "returnedLineItems": _some(_LINE, most=100),
    },
    {
        "tenantOrderId": _TEXT,
        "returnedNotReturnableLineItems": _some(_LINE, most=100),
        "parcelRefs": _some(_UUID),
        "scannableCodes": _some(_TEXT),
        "created": _INSTANT,
    },
)

_JOB: Final = _shape(
    {
        "id": _UUID,
        "version": {"type": "integer", "minimum": 1},
        "status": {"enum": ["OPEN", "IN_PROGRESS", "FINISHED", "CANCELED"]},
        "processRef": _UUID,
        "originFacilityRefs": _some(_UUID, most=50),
        "consumerAddresses": _some(_ADDRESS),
        "returnableLineItems": _some(_JOB_LINE, most=100),
        "itemReturns": _some(_ITEM_RETURN, most=100),
    },
    {
        "notReturnableLineItems": _some(_JOB_LINE, most=100),
        "tenantOrderId": _TEXT,
        "shortId": {"type": "string", "pattern": "^[A-Z]{2}[1-9][0-9]?$"},
        "customAttributes": {"type": ["object", "null"]},
        "anonymized": {"type": "boolean"},
        "created": _INSTANT,
        "lastModified": _INSTANT,
    },
)

_TRIGGER: Final = _shape(
    {
        "created": _INSTANT,
        "refundedLineItems": _some(_LINE, least=1),
        "returnFacilityRef": _UUID,
        "itemReturnRef": _UUID,
    },
    {
        "itemReturnJobRef": _UUID,
        "itemReturnJobVersion": {"type": "integer"},
        "tenantOrderId": _TEXT,
    },
)


def _envelope(word: str, payload: Schema) -> Schema:
    return _shape({"event": {"const": word}, "payload": payload, "eventId": _UUID})


MESSAGE: Final[Schema] = {
    "oneOf": [
        _envelope("ITEM_RETURN_JOB_CREATED", _JOB),
        _envelope("ITEM_RETURN_JOB_UPDATED", _JOB),
        _envelope("REFUND_TRIGGERED", _TRIGGER),
    ]
}
