"""How ChannelEngine answers: its words and limits, its envelope, its pages, what it finds wrong."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

KEY: Final = "ce-key-1"
"""The key of an account that nobody gave another."""
PAGE: Final = 100
KEPT_MAX: Final = 2000
"""Orders and returns each; an account to practise with needs no more."""
REASONS: Final = (
    "PRODUCT_DEFECT",
    "PRODUCT_UNSATISFACTORY",
    "WRONG_PRODUCT",
    "TOO_MANY_PRODUCTS",
    "REFUSED",
    "REFUSED_DAMAGED",
    "WRONG_ADDRESS",
    "NOT_COLLECTED",
    "WRONG_SIZE",
    "OTHER",
)
STATUSES: Final = ("IN_PROGRESS", "RECEIVED", "CANCELLED")
EVENTS: Final = (
    "ORDERS_CREATE",
    "PRODUCTS_CHANGE",
    "RETURNS_CHANGE",
    "SHIPMENTS_CHANGE",
    "NOTIFICATIONS_CREATE",
    "BUNDLE_PRODUCTS_CHANGE",
    "ORDERS_CHANGE",
)
PRODUCT_LENGTH: Final = 64
NUMBER_LENGTH: Final = 50
COMMENT_LENGTH: Final = 4001
HOOK_NAME_LENGTH: Final = 128
HOOK_URL_LENGTH: Final = 1028
_NO: Final = 400
ENCODE: Final = msgspec.json.Encoder(decimal_format="number")
JSON = dict[str, Any]


class Invalid(Exception):
    """What is wrong with a request, by field."""

    def __init__(self, answered: int = 400, **errors: str) -> None:
        super().__init__()
        self.status = answered
        self.errors = {name: [words] for name, words in errors.items()}


def expect_room(kept: list[JSON]) -> None:
    """Refuse more than an account to practise with holds."""
    if len(kept) >= KEPT_MAX:
        raise Invalid(Content=f"An account to practise with holds {KEPT_MAX} of these.")


NOT_SINGLE: Final = ("ChannelOrderNo", "AcknowledgedDate")
NOT_LISTED: Final = ("AcceptedQuantity", "RejectedQuantity")


def order_line(product: str, count: int, price: str) -> JSON:
    """Make a line of an order."""
    return {
        "ChannelProductNo": f"CP-{product}"[:60],
        "MerchantProductNo": product,
        "Quantity": count,
        "UnitPriceInclVat": Decimal(price),
        "VatRate": Decimal("21.0"),
        "Description": f"Article {product}",
        "Status": "SHIPPED",
        "IsFulfillmentByMarketplace": False,
    }


def read_lines(given: JSON, counts: tuple[str, ...]) -> list[JSON]:
    """Check lines as the schema does."""
    lines: list[JSON] = given.get("Lines") or []
    if not lines:
        raise Invalid(Lines="At least one line is required.")
    for one in lines:
        product = one.get("MerchantProductNo")
        if not product or len(product) > PRODUCT_LENGTH:
            raise Invalid(Lines="MerchantProductNo must have 1 to 64 characters.")
        for name in counts:
            if not isinstance(one.get(name), int) or one[name] < 0:
                raise Invalid(Lines=f"{name} must be zero or more.")
    return lines


def checked_declaration(given: JSON) -> list[JSON]:
    """Check a return of the merchant's as the schema does; gives its lines."""
    for name in ("MerchantOrderNo", "MerchantReturnNo"):
        if not given.get(name) or len(given[name]) > NUMBER_LENGTH:
            raise Invalid(400, **{name: f"The field {name} must have 1 to 50 characters."})
    if given.get("Reason") not in (None, *REASONS):
        raise Invalid(Reason="The value is not valid for Reason.")
    for name in ("RefundInclVat", "RefundExclVat"):
        if given.get(name, 0) < 0:
            raise Invalid(400, **{name: "The value must not be negative."})
    for name in ("CustomerComment", "MerchantComment"):
        if len(given.get(name) or "") > COMMENT_LENGTH:
            raise Invalid(400, **{name: "The field must have 4001 characters at most."})
    return read_lines(given, ("Quantity",))


def counts_of(found: JSON) -> dict[str, int]:
    """Add up what a return is of, product by product."""
    counts: dict[str, int] = {}
    for line in found["Lines"]:
        name = line["MerchantProductNo"]
        counts[name] = counts.get(name, 0) + line["Quantity"]
    return counts


def is_asked_for(one: JSON, query: dict[str, list[str]], creator: str) -> bool:
    """Say whether a list's filters let a return through."""
    by_channel = one["ChannelReturnNo"] is not None
    start, end = query.get("fromdate"), query.get("todate")
    said = query.get("isacknowledged")
    return (
        (creator == "MIXED" or by_channel is (creator == "ONLY_FROM_CHANNEL"))
        and ("statuses" not in query or one["Status"] in query["statuses"])
        and ("reasons" not in query or one["Reason"] in query["reasons"])
        and ("channelids" not in query or str(one["ChannelId"]) in query["channelids"])
        and _is_named(one, query, "MerchantOrderNo")
        and _is_named(one, query, "ChannelOrderNo")
        and (
            start is None
            or datetime.fromisoformat(one["CreatedAt"]) >= datetime.fromisoformat(start[0])
        )
        and (
            end is None or datetime.fromisoformat(one["CreatedAt"]) < datetime.fromisoformat(end[0])
        )
        and (said is None or (one["AcknowledgedDate"] is not None) is (said[0].lower() == "true"))
    )


def _is_named(one: JSON, query: dict[str, list[str]], name: str) -> bool:
    wanted = query.get(f"{name.lower()}s")
    return wanted is None or one[name] in wanted


def page_number(text: str) -> int:
    """Read a page's number."""
    if not text.isdecimal() or int(text) < 1:
        raise Invalid(Page="Pages start at 1.")
    return int(text)


def without(one: JSON, names: tuple[str, ...]) -> JSON:
    """Leave fields out."""
    return {name: value for name, value in one.items() if name not in names}


def page_of(found: list[JSON], number: int) -> JSON:
    """Put one page into the envelope."""
    shown = found[(number - 1) * PAGE : number * PAGE]
    return envelope(200, None) | {
        "Content": shown,
        "Count": len(shown),
        "TotalCount": len(found),
        "ItemsPerPage": PAGE,
    }


def envelope(status: int, words: str | None) -> JSON:
    """Give what stands around every answer."""
    return {
        "StatusCode": status,
        "RequestId": None,
        "LogId": None,
        "Success": status < _NO,
        "Message": words,
        "ValidationErrors": {},
    }
