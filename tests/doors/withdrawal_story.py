"""Withdrawals used once each, to hold what is answered to documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retour.api.published.examples import REQUESTS

if TYPE_CHECKING:
    from tests.doors.shopper_story import Uses


async def tell(story: Uses) -> None:
    """Use everything about withdrawals."""
    one = (await story.use("take_withdrawal"))["id"]
    for name in ("match_withdrawal", "read_withdrawal", "read_withdrawal_evidence"):
        await story.use(name, withdrawal_id=one)
    await story.use("unmatch_withdrawal", withdrawal_id=one)
    await story.shop.ask("PUT", "/orders/2002", REQUESTS["put_order"])
    named = {"order_number": "2002"}
    await story.shop.ask("POST", f"/withdrawals/{one}/match", named)
    await story.use("return_withdrawn", withdrawal_id=one)
    again = (await story.use("take_withdrawal"))["id"]
    await story.use("dismiss_withdrawal", {"duplicate_of": one}, withdrawal_id=again)
    await story.use("erase_withdrawal", withdrawal_id=again)
    await story.use("list_withdrawals")
    await story.use("make_withdrawal_link", named)
    for name in ("put_withdrawal_settings", "read_withdrawal_settings", "read_withdrawal_rules"):
        await story.use(name)
