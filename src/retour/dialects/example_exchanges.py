"""The samples' exchange and repair: put aside, paid for, ordered, let go, and not to be had."""

from __future__ import annotations

from typing import Protocol

from retour.lifecycle.commands import (
    Command,
    ConfirmSettlement,
    DiscardSettlement,
    GoodsAsked,
    ProposeSettlement,
    RecordRefundOutcome,
    RecordStock,
    StartRefund,
)
from retour.lifecycle.model import Actor, Return, State


class Told(Protocol):
    """As much of the samples' story as is needed to go on with it."""

    state: State

    @property
    def ret(self) -> Return:
        """The return as it stands."""
        ...

    def aside(self, actor: Actor, hours: int, *plan: Command) -> State:
        """See what a plan would do; gives what it would lead to."""
        ...


def tell_exchanges(story: Told, agent: Actor, stock: Actor) -> None:
    """Give dearer goods for what came back, or mend it; then leave it all as it was."""
    before = story.state
    lamp = GoodsAsked(sku="LAMP-XL", title="Lamp, large", unit_price="150.00")
    story.state = story.aside(
        agent, 54, ProposeSettlement(kind="exchange", goods=(lamp,)), ConfirmSettlement()
    )
    (goods, *_, charge) = story.ret.settlements[-1].legs
    story.state = story.aside(stock, 54, RecordStock(leg=goods.id, outcome="reserved"))
    story.aside(agent, 55, DiscardSettlement())
    story.aside(stock, 55, RecordStock(leg=goods.id, outcome="out_of_stock"))
    story.state = story.aside(agent, 55, StartRefund())
    story.state = story.aside(agent, 56, _ended(charge.id, "shop_4711"))
    story.aside(stock, 56, _ended(goods.id, "R-1001"))
    story.state = before
    story.state = story.aside(agent, 54, ProposeSettlement(kind="repair"), ConfirmSettlement())
    mended = story.ret.settlements[-1].legs[0].id
    story.state = story.aside(agent, 55, StartRefund())
    story.aside(agent, 80, _ended(mended, "W-77"))
    story.aside(agent, 80, RecordRefundOutcome(leg=mended, outcome="failed", error="No parts."))
    story.state = before


def _ended(leg: str, reference: str) -> RecordRefundOutcome:
    return RecordRefundOutcome(leg=leg, outcome="succeeded", reference=reference)
