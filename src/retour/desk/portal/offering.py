"""What of an order may come back, said line by line in the policy's own words.

Each line is judged by the code that judges requests, as if one more unit of it were asked for now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from retour.lifecycle.commands import Context, LineAsked, Request
from retour.lifecycle.model import Actor, ActorKind, Origin
from retour.lifecycle.requests.requesting import verdict_on
from retour.policy.eligibility import said_against
from retour.store.loading import LoadKey, load

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.portal.basket import Basket
    from retour.desk.withdrawals.page import Shop
    from retour.lifecycle.model import OrderLine, State, Verdict
    from retour.store.loading import Loaded

ROWS_MAX: Final = 100
"""Lines of an order that one page shows; what is beyond is for an agent."""
ACTOR: Final = Actor(kind=ActorKind.CUSTOMER)
SOURCE: Final = "portal"
_ENTROPY: Final = bytes(16)
"""What is minted while looking is shown to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An order line as the shopper sees it.

    Args:
        most: Units that may still be asked back.
        gone: Units in returns already.
        against: What the policy says against it; empty where nothing.
        is_open: Whether it may be asked for: the policy grants it, or lets people look at it.
    """

    name: str
    line: str
    title: str
    image_url: str | None
    sold: int
    most: int
    gone: int
    is_delivered: bool
    against: tuple[str, ...]
    is_open: bool


async def rows_of(house: House, shop: Shop, basket: Basket) -> tuple[Row, ...] | None:
    """Give the order's lines as they stand now; ``None`` where the order is gone."""
    loaded = await load(
        await house.database.pool(),
        LoadKey(workspace_id=shop.workspace_id, order_number=basket.order_number, past=True),
    )
    if loaded is None or loaded.state is None:
        return None
    config = await house.configs.at(shop.workspace_id, loaded.epoch)
    context = Context(
        actor=ACTOR,
        source=SOURCE,
        at=loaded.at,
        entropy=_ENTROPY,
        zone=ZoneInfo(config.zone),
        past=loaded.past,
    )
    lines = loaded.state.order.lines[:ROWS_MAX]
    return tuple(_row(loaded, context, place, line) for place, line in enumerate(lines))


def _row(loaded: Loaded, context: Context, place: int, line: OrderLine) -> Row:
    assert loaded.state is not None, "the caller has looked"
    most = max(line.counters.returnable, 0)
    verdict = _judged(loaded.state, context, line) if most else None
    return Row(
        name=f"quantity_{place}",
        line=line.id,
        title=line.title,
        image_url=line.image_url,
        sold=line.quantity,
        most=most,
        gone=line.counters.requested,
        is_delivered=line.counters.delivered > 0,
        against=() if verdict is None else said_against(verdict),
        is_open=verdict is not None
        and (verdict.eligible or loaded.state.policy.ineligible != "reject"),
    )


def _judged(state: State, context: Context, line: OrderLine) -> Verdict:
    asked = Request(
        order_number=state.order.order_number,
        lines=(LineAsked(line=line.id, quantity=1),),
        origin=Origin.PORTAL,
    )
    return verdict_on(state, context, asked)
