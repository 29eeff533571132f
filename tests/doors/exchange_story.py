"""Exchanges and the sandbox's stock used once each, to hold what is answered to documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.doors.control_story import processed_return

if TYPE_CHECKING:
    from tests.doors.client import Client
    from tests.doors.shopper_story import Uses

SKU = "MUG-RED"
GOODS = [{"sku": SKU, "title": "Mug, red"}]


async def promised(shop: Client, order_number: str, **more: object) -> str:
    """Have goods back, and others promised instead; gives the return's id."""
    one = await processed_return(shop, order_number)
    body: dict[str, Any] = {"kind": "exchange", "goods": GOODS, **more}
    await shop.ask("POST", f"/returns/{one}/propose_settlement", body)
    await shop.ask("POST", f"/returns/{one}/confirm_settlement", {})
    return one


async def tell(story: Uses) -> None:
    """Use everything about exchanges."""
    await story.use("put_sandbox_stock", stock_sku=SKU)
    await story.use("list_sandbox_stock")
    await story.use("check_availability")
    await story.use("add_stock_fault")
    await story.use("read_stock_ledger")
    await story.use("fall_back", return_id=await promised(story.shop, "7011"))
