"""The declared shape of an order."""

from __future__ import annotations

from typing import Final

from retour.dialects.shapes import Amount, Boolean, Integer, ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import (
    AMOUNT,
    COUNT,
    FREE,
    MAYBE,
    MAYBE_MOMENT,
    MOMENT,
    TEXT,
    words,
)
from retour.lifecycle.model import Executor
from retour.lifecycle.money.taken import TakenBy

ADDRESS: Final = Tree(
    name="address",
    fields=dict.fromkeys(
        ("name", "company", "street", "street2", "postcode", "city", "region", "country"), MAYBE
    ),
)
CUSTOMER: Final = Tree(
    name="customer",
    about="The person; “[erased]” and null once erased.",
    fields={
        "email": TEXT,
        "name": MAYBE,
        "phone": MAYBE,
        "country": MAYBE,
        "postcode": MAYBE,
        "locale": MAYBE,
        "addresses": Tree(
            name="addresses", fields={"shipping": or_null(ADDRESS), "billing": or_null(ADDRESS)}
        ),
    },
)
_CHARGE: Final = {
    "amount": AMOUNT,
    "tax_rate": Amount(nullable=True, about="Percent."),
    "discount": AMOUNT,
    "standard": Amount(nullable=True, about="What the cheapest way on offer would have cost."),
}
SHIPMENT: Final = Tree(
    name="shipment",
    about="Goods on their way out; without lines it carried the whole order.",
    fields={
        "id": TEXT,
        "shipped_at": MAYBE_MOMENT,
        "delivered_at": MAYBE_MOMENT,
        "facility": MAYBE,
        "tracking_number": MAYBE,
        "lines": ListOf(
            item=Tree(name="shipment_line", fields={"line": TEXT, "quantity": Integer(minimum=1)})
        ),
        "shipping": Tree(
            name="shipment_shipping",
            nullable=True,
            about="What it cost by itself, beside the order's.",
            fields=_CHARGE,
        ),
    },
)
ORDER_LINE: Final = Tree(
    name="order_line",
    fields={
        "id": TEXT,
        "number": COUNT,
        "sku": TEXT,
        "part_number": MAYBE,
        "upc": MAYBE,
        "title": TEXT,
        "image_url": MAYBE,
        "quantity": COUNT,
        "unit_price": AMOUNT,
        "line_total": Amount(about="Of all units, before the discount."),
        "tax_rate": Amount(nullable=True, about="Percent."),
        "discount": Amount(about="Of the whole line."),
        "group": MAYBE,
        "parent": MAYBE,
        "included": Boolean(about="Its price is a part of its parent's."),
        "weight_g": Integer(nullable=True),
        "serials": ListOf(item=TEXT),
        "is_returnable": Boolean(about="Whether the merchant takes it back at all."),
        **dict.fromkeys(
            ("delivered", "requested", "received", "accepted", "rejected", "settled"), COUNT
        ),
        "returnable": Integer(minimum=0, about="Delivered and not asked back yet."),
        "return_state": Text(words=("none", "requested", "partly_returned", "returned")),
        "attributes": FREE,
    },
)
TAKEN: Final = Tree(
    name="payment_taken",
    about="Money that left a payment without a leg.",
    fields={
        "by": words(TakenBy),
        "reference": Text(about="The processor's id of the refund or dispute."),
        "amount": AMOUNT,
        "status": Text(about="In the processor's own word."),
        "is_back": Boolean(about="The merchant has it again, or it never left."),
        "told_at": MOMENT,
    },
)
ORDER: Final = Tree(
    name="order",
    fields={
        "id": TEXT,
        "order_number": TEXT,
        "external_order_id": MAYBE,
        "currency": Text(about="ISO 4217."),
        "prices_include_tax": Boolean(),
        "customer": CUSTOMER,
        "order_type": MAYBE,
        "channel": MAYBE,
        "facility": MAYBE,
        "ordered_at": MAYBE_MOMENT,
        "delivered_at": MAYBE_MOMENT,
        "handed_over_at": MAYBE_MOMENT,
        "created_at": MOMENT,
        "shipments": ListOf(item=SHIPMENT),
        "shipping": Tree(
            name="shipping",
            nullable=True,
            fields={
                **_CHARGE,
                "refunded": Amount(about="In live settlements."),
            },
        ),
        "discount": Tree(
            name="order_discount",
            nullable=True,
            about="Taken off the whole order, shared over its lines by what they cost.",
            fields={"amount": AMOUNT, "covers_shipping": Boolean()},
        ),
        "payments": ListOf(
            item=Tree(
                name="payment",
                fields={
                    "id": TEXT,
                    "processor": words(Executor),
                    "kind": MAYBE,
                    "captured": AMOUNT,
                    "reserved": Amount(about="Held or already paid back."),
                },
                extras={
                    "left": Amount(about="What can still be refunded, where others took of it."),
                    "taken": ListOf(item=TAKEN, about="What others took of it."),
                },
            )
        ),
        "lines": ListOf(item=ORDER_LINE),
        "attributes": FREE,
    },
)
