"""A customer's own link to the page: their order filled in, for them to confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.withdrawals.drafts import OrderLink, seal
from retour.kernel.ids import workspace_text
from retour.lifecycle.bodies import Body, Word
from retour.store.withdrawals import business_now, named_order

if TYPE_CHECKING:
    from retour.desk.house import House

_ENCODE: Final = msgspec.json.Encoder()


class WithdrawalLinkAsked(Body):
    """Whose link."""

    order_number: Word


async def make_link(house: House, workspace_id: int, asked: WithdrawalLinkAsked) -> Outcome:
    """Write the link of an order's customer; nothing of it is stored."""
    async with house.database.transaction(workspace_id) as connection:
        now = await business_now(connection, workspace_id)
        order_id = await named_order(connection, workspace_id, asked.order_number)
    if now is None or order_id is None:
        return NotFound(what="order")
    token = seal(house.vault, workspace_id, OrderLink(order_id=order_id, at=now))
    page = f"{house.settings.public_base}/p/{workspace_text(workspace_id)}/withdraw"
    return Done(status=201, body=_ENCODE.encode({"url": f"{page}?for={token}"}))
