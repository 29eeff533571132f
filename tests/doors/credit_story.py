"""Store credit and legs that nobody could pay, used once each, to hold what is answered."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from retour.delivery.crediting import CreditLedger
from retour.gateways.payments import RefundOrder
from retour.kernel.ids import workspace_number
from tests.doors.control_story import processed_return

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.doors.client import Client
    from tests.doors.shopper_story import Uses


async def issued(house: House, shop: Client, return_id: str, amount: int = 5000) -> str:
    """Have whoever a return is of be given credit; gives the id of what they have."""
    workspace = workspace_number(shop.workspace)
    assert workspace is not None
    order = RefundOrder(
        workspace_id=workspace,
        intent=f"leg_{secrets.token_hex(8)}",
        payment="",
        amount=amount,
        currency="EUR",
        return_id=return_id,
    )
    await CreditLedger(house.database).refund(order)
    return str((await shop.ask("GET", "/store-credits"))["data"][0]["id"])


async def tell(story: Uses, house: House) -> None:
    """Use everything about them."""
    await _remedies(story)
    one = await processed_return(story.shop, "8009")
    credit = await issued(house, story.shop, one)
    await story.use("list_store_credits", query="email=mira.sand%40example.com")
    await story.use("list_store_credits")
    await story.use("redeem_store_credit", store_credit_id=credit)
    await story.use("cancel_store_credit_redemption", store_credit_id=credit)
    await story.use("read_store_credit", store_credit_id=credit)
    await story.use("list_store_credit_entries", store_credit_id=credit)


async def _remedies(story: Uses) -> None:
    one = await processed_return(story.shop, "8008")
    first = await _promised(story, one)
    await story.use("redirect_leg", {"leg": first, "to": "external"}, return_id=one)
    await story.shop.ask("POST", f"/returns/{one}/start_refund", {})
    failed = {"leg": first, "outcome": "failed", "error": "The account is closed"}
    await story.shop.ask("POST", f"/returns/{one}/record_refund_outcome", failed)
    await story.use("list_refunds")
    await story.use("count_refunds")
    done = {"leg": first, "reference": "SEPA-1"}
    await story.use("settle_elsewhere", done, return_id=one)


async def _promised(story: Uses, one: str) -> str:
    await story.shop.ask("POST", f"/returns/{one}/propose_settlement", {})
    ret: Any = await story.shop.ask("POST", f"/returns/{one}/confirm_settlement", {})
    return str(ret["settlement"]["legs"][0]["id"])
