"""How our own words show the goods of an exchange, and their shape."""

from __future__ import annotations

from typing import Final

from retour.dialects.shapes import Amount, Integer, ListOf, Tree, or_null
from retour.dialects.tree_parts import MAYBE, TEXT, words
from retour.kernel.money import format_amount
from retour.lifecycle.model import Executor, Fallback, GoodsWished, Settlement, StockStatus

GOODS: Final = Tree(
    name="exchange_goods",
    fields={
        "sku": TEXT,
        "quantity": Integer(minimum=1),
        "unit_price": Amount(nullable=True, about="Tax included; null in an even exchange."),
        "title": MAYBE,
    },
)
EXCHANGE: Final = Tree(
    name="exchange",
    about="What goes out instead of money.",
    fields={
        "goods": ListOf(item=GOODS),
        "executor": words(Executor),
        "fallback": words(Fallback),
        "stock": or_null(words(StockStatus), "Null before it is asked."),
        "pay_days": Integer(minimum=1, about="The time to pay a difference."),
        "replacement_order": or_null(TEXT, "What the goods go out with."),
    },
)


def goods_wished_view(one: GoodsWished) -> dict[str, object]:
    """Show what a customer would have instead."""
    return {
        "sku": one.sku,
        "quantity": one.quantity,
        "unit_price": one.unit_price,
        "title": one.title,
    }


def exchange_view(settlement: Settlement) -> dict[str, object] | None:
    """Show the goods, whose they are, and how far they have come."""
    exchange = settlement.exchange
    if exchange is None:
        return None
    currency = settlement.currency
    return {
        "goods": [
            {
                "sku": one.sku,
                "quantity": one.quantity,
                "unit_price": None
                if one.unit_price is None
                else format_amount(one.unit_price, currency),
                "title": one.title,
            }
            for one in exchange.goods
        ],
        "executor": exchange.executor.value,
        "fallback": exchange.fallback.value,
        "stock": None if exchange.stock is None else exchange.stock.value,
        "pay_days": exchange.pay_days,
        "replacement_order": exchange.replacement_order,
    }
