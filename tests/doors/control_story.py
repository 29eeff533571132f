"""Limits of money and who agrees above them, used once each, to hold what is answered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.support.running import order_body

if TYPE_CHECKING:
    from tests.doors.client import Client
    from tests.doors.shopper_story import Uses

_ASKED = {"order_number": "7007", "lines": [{"line": "1", "quantity": 1, "reason": "Torn"}]}
_PIECE = {"line": "1", "quantity": 1}
CLERKS_NOTHING = {"limits": {"clerk": {"settlement": {"EUR": "0.00"}}}}


async def clerk_of(shop: Client) -> Client:
    """Give the client of a clerk's key."""
    made = await shop.ask("POST", "/api-keys", {"name": "Clerk", "role": "clerk"})
    return replace(shop, token=made["token"])


async def processed_return(shop: Client, order_number: str = "7007") -> str:
    """Have goods back and accepted; gives the return's id."""
    await shop.ask("PUT", f"/orders/{order_number}", order_body(9))
    asked = {**_ASKED, "order_number": order_number}
    one = str((await shop.ask("POST", "/returns", asked))["id"])
    await shop.ask("POST", f"/returns/{one}/authorize", {})
    await shop.ask("POST", f"/returns/{one}/receive", {"units": [_PIECE]})
    accepted = {"units": [{**_PIECE, "acceptance": "accepted"}]}
    await shop.ask("POST", f"/returns/{one}/inspect", accepted)
    await shop.ask("POST", f"/returns/{one}/finish_receipt", {})
    return one


async def promised(clerk: Client, one: str) -> None:
    """Have somebody promise what is owed."""
    await clerk.ask("POST", f"/returns/{one}/propose_settlement", {"kind": "refund"})
    await clerk.ask("POST", f"/returns/{one}/confirm_settlement", {})


async def tell(story: Uses) -> None:
    """Use everything about control."""
    await story.use("put_money_control", CLERKS_NOTHING)
    await story.use("read_money_control")
    await story.use("read_epoch")
    clerk = await clerk_of(story.shop)
    one = await processed_return(story.shop)
    await promised(clerk, one)
    await story.use("decline_settlement", return_id=one)
    await promised(clerk, one)
    await story.use("list_approvals")
    await story.use("count_approvals")
    await story.use("approve_settlement", return_id=one)
    await story.use("put_money_control", {})
