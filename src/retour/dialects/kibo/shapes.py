"""The declared shape of Kibo's notifications, key by key in the order of the wire."""

from __future__ import annotations

from typing import Final

from retour.dialects.shapes import ListOf, Nothing, Number, Text, Tree, or_null

_TEXT: Final = Text()
_MAYBE: Final = Text(nullable=True)
_TIME: Final = Text(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$")
_STATUSES: Final = ("Open", "Accepted", "Deleted", "Cleared")

_ITEM: Final = Tree(
    name="returnItem",
    fields={
        "returnItemID": _TEXT,
        "itemID": _TEXT,
        "quantity": Text(pattern="^[0-9]+\\.[0-9]{2}$"),
        "status": Text(words=("pending", "accepted", "rejected")),
        "reason": _MAYBE,
        "partNumber": _TEXT,
        "upc": _MAYBE,
        "sku": _MAYBE,
    },
)
_SCOPE: Final = Tree(name="scope", fields={"mfgID": _TEXT, "catalogID": _TEXT})
_TOTAL: Final = Number(about="What the return was worth, or what could not be refunded.")


def notification(word: str, *, is_totaled: bool) -> Tree:
    """Say what one of the six return notifications looks like."""
    return Tree(
        name=word,
        fields={
            "eventTypeID": Text(words=(word,)),
            "status": Text(words=_STATUSES),
            "source": _TEXT,
            "orderID": _TEXT,
            "shipmentID": _MAYBE,
            "externalOrderID": _MAYBE,
            "returnID": _TEXT,
            "manufacturerID": _TEXT,
            "catalogID": _TEXT,
            "retailerID": _MAYBE,
            "returnLocationID": or_null(_TEXT, "From acceptance on."),
            "externalStoreID": _MAYBE,
            "returnLocationName": _MAYBE,
            **({"returnTotal": _TOTAL} if is_totaled else {}),
            "createdTime": _TIME,
            "acceptedTime": or_null(_TIME),
            "clearedTime": or_null(_TIME),
            "returnItems": ListOf(item=_ITEM),
            "orderType": _MAYBE,
            "data": Nothing(),
            "scope": _SCOPE,
        },
    )


def payment_error(word: str) -> Tree:
    """Say what the payment transaction error looks like."""
    return Tree(
        name=word,
        fields={
            "orderID": _TEXT,
            "returnID": _TEXT,
            "shipmentID": _MAYBE,
            "amount": Number(),
            "errorMessage": _TEXT,
            "transactionDate": _TIME,
            "eventTypeID": Text(words=(word,)),
            "orderType": _MAYBE,
            "data": Nothing(),
            "scope": _SCOPE,
        },
    )
