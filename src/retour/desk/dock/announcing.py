"""Goods that nobody announced, announced by the dock that has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import LineAsked, Request
from retour.lifecycle.model import Origin

if TYPE_CHECKING:
    from retour.desk.dock.bodies import GoodsSeen
    from retour.lifecycle.model import Order


def announced(goods: Sequence[GoodsSeen], order: Order) -> Request | Refusal:
    """Ask back of an order what has come, as far as it can be; the rest is received as foreign."""
    left = {line.id: line.counters.returnable for line in order.lines}
    asked: dict[str, int] = {}
    for one in goods:
        wanted = one.quantity
        for line in order.lines:
            names = {line.id, line.sku, line.upc, line.part_number, *line.serials}
            taken = min(wanted, left[line.id])
            if taken and names & ({one.line, one.sku, one.barcode} - {None}):
                left[line.id] -= taken
                wanted -= taken
                asked[line.id] = asked.get(line.id, 0) + taken
    if not asked:
        return refuse(
            RefusalCode.NOTHING_LEFT,
            "Nothing of what came can be asked back of this order. Name another, or keep the parcel"
            " until somebody knows.",
            "/order_number",
        )
    lines = tuple(LineAsked(line=line, quantity=quantity) for line, quantity in asked.items())
    return Request(order_number=order.order_number, origin=Origin.WAREHOUSE, lines=lines)
