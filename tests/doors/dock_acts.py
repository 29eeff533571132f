"""What the tests of the dock do over HTTP: announce goods, report them, keep parcels."""

from __future__ import annotations

from typing import Any

from tests.doors.client import Client
from tests.support.running import order_body

JSON = dict[str, Any]


async def ordered(shop: Client, *quantities: int, **more: object) -> None:
    """Put an order, with more said of its first line."""
    body = order_body(*quantities)
    body["lines"][0].update(more)
    await shop.ask("PUT", "/orders/1001", body)


async def announced(shop: Client, quantity: int = 2, **more: object) -> JSON:
    """Have an authorized return of so many of the first line."""
    await ordered(shop, max(quantity, 3), **more)
    lines = [{"line": "1", "quantity": quantity}]
    made = await shop.ask("POST", "/returns", {"order_number": "1001", "lines": lines})
    return await shop.ask("POST", f"/returns/{made['id']}/authorize", {})


async def told(shop: Client, *results: JSON, place: str = "main") -> list[JSON]:
    """Report receipts; gives the results."""
    answer = await shop.ask("POST", f"/facilities/{place}/receipts", {"results": list(results)})
    return list(answer["results"])


def goods(quantity: int = 1, **more: object) -> JSON:
    """Pieces of the first line, with more said of them."""
    return {"sku": "SKU-1", "quantity": quantity, **more}


async def kept(shop: Client, **more: object) -> JSON:
    """Keep a parcel that nobody can place."""
    seen = {"operation_id": "dock-1", "lines": [goods()], **more}
    return await shop.ask("POST", "/facilities/main/unmatched-parcels", seen)
