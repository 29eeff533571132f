"""What of the orders may come back, said line by line.

Each line is judged by the code that judges requests, as if one more unit of it were asked for now,
in the language of who looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from retour.desk.shopper import follow_address
from retour.kernel.money import format_amount
from retour.lifecycle.commands import Context, LineAsked, Request
from retour.lifecycle.model import Actor, ActorKind, ReturnStatus
from retour.lifecycle.requests.requesting import last_day_on, verdict_on
from retour.policy.eligibility import HANDED_OVER, INELIGIBLE, said_against
from retour.settlement.allocation import share
from retour.store.loading import LoadKey, load

if TYPE_CHECKING:
    from datetime import date

    from retour.desk.house import House
    from retour.desk.portal.basket import Basket
    from retour.desk.withdrawals.page import Shop
    from retour.lifecycle.model import CompactReturn, OrderLine, State, Verdict
    from retour.store.loading import Loaded

ROWS_MAX: Final = 100
"""Lines of an order that one page shows; what is beyond is for an agent."""
ACTOR: Final = Actor(kind=ActorKind.CUSTOMER)
SOURCE: Final = "portal"
PAST: Final = "window"
FINAL: Final = "returnable"
_ENTROPY: Final = bytes(16)
"""What is minted while looking is shown to nobody."""
_OVER: Final = frozenset(
    {ReturnStatus.COMPLETED, ReturnStatus.REJECTED, ReturnStatus.CANCELED, ReturnStatus.SETTLED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Underway:
    """An open return: its number and page as its shopper knows them, and as agents do."""

    reference: str
    address: str
    id: str
    rma_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An order line as the shopper sees it.

    Args:
        price: What was paid for one of it; ``None`` where nobody shall see that.
        most: Units that may still be asked back.
        gone: Units in returns already; ``returns`` are those that are open.
        last_day: Until when it may be asked back.
        rule: Which of our own rules is against it, for words of our own.
        against: What the policy says against it, in its words; empty where nothing.
        is_open: Whether it may be asked for: the policy grants it, or lets people look at it.
    """

    order: int
    name: str
    line: str
    sku: str
    title: str
    image_url: str | None
    price: str | None
    sold: int
    most: int
    gone: int
    returns: tuple[Underway, ...]
    is_delivered: bool
    last_day: date | None
    rule: str | None
    against: tuple[str, ...]
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """One of the basket's orders with its lines."""

    order: int
    number: str
    currency: str
    rows: tuple[Row, ...]


async def sold_in(
    house: House, shop: Shop, basket: Basket, language: str
) -> tuple[Sold, ...] | None:
    """Give the orders with their lines as they stand now; ``None`` where one is gone."""
    found: list[Sold] = []
    for order, number in enumerate(basket.orders):
        loaded = await loaded_for(house, shop, basket, number)
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
            routing=config.routing,
        )
        state = spoken_to(loaded.state, language)
        look = _Look(house=house, shop=shop, basket=basket, order=order, context=context)
        lines = state.order.lines[:ROWS_MAX]
        rows = tuple(look.row(state, place, line) for place, line in enumerate(lines))
        found.append(Sold(order=order, number=number, currency=state.order.currency, rows=rows))
    return tuple(found)


async def loaded_for(house: House, shop: Shop, basket: Basket, number: str) -> Loaded | None:
    """Load an order with the policy that its basket is asked under."""
    key = LoadKey(
        workspace_id=shop.workspace_id, order_number=number, policy=basket.policy, past=True
    )
    return await load(await house.database.pool(), key)


def spoken_to(state: State, language: str) -> State:
    """Have rules speak the language of who looks, whatever the order's is."""
    return replace(state, customer=replace(state.customer, locale=language))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One look at one order."""

    house: House
    shop: Shop
    basket: Basket
    order: int
    context: Context

    def row(self, state: State, place: int, line: OrderLine) -> Row:
        """Say what may be done about a line."""
        most = max(line.counters.returnable, 0)
        asked = Request(
            order_number=state.order.order_number,
            lines=(LineAsked(line=line.id, quantity=1),),
            origin=self.basket.origin,
        )
        verdict = verdict_on(state, self.context, asked) if most else None
        rule = None if verdict is None else _rule(verdict)
        paid = share(line.price - line.discount, 1, line.quantity)
        place_name = f"quantity_{place}" if self.order == 0 else f"quantity_{self.order}_{place}"
        return Row(
            order=self.order,
            name=place_name,
            line=line.id,
            sku=line.sku,
            title=line.title,
            image_url=line.image_url,
            price=None if self.basket.is_gift else format_amount(paid, state.order.currency),
            sold=line.quantity,
            most=most,
            gone=line.counters.requested,
            returns=self._open_returns(state, line),
            is_delivered=line.counters.delivered > 0,
            last_day=last_day_on(state, self.context, asked) if most else None,
            rule=rule,
            against=() if verdict is None or rule is not None else said_against(verdict),
            is_open=verdict is not None
            and (verdict.eligible or state.policy.ineligible != "reject"),
        )

    def _open_returns(self, state: State, line: OrderLine) -> tuple[Underway, ...]:
        """Give the open returns that have some of a line; a gift's are not the buyer's to see."""
        if self.basket.is_gift:
            return ()
        return tuple(
            Underway(
                reference=_reference(one),
                address=follow_address(self.house, self.shop.workspace_id, one.id, self.shop.now),
                id=one.id,
                rma_number=one.rma_number,
            )
            for one in state.others
            if one.status not in _OVER
            and not one.gift
            and any(its.line == line.id and its.units for its in one.lines)
        )


def _reference(ret: CompactReturn) -> str:
    is_answered = ReturnStatus.AUTHORIZED.value in ret.status_at
    return ret.rma_number if is_answered else str(ret.number)


def _rule(verdict: Verdict) -> str | None:
    """Name the one rule of ours that is against it; ``None`` where a merchant's own words stand."""
    if any(terms.against is not None for terms in verdict.terms):
        return None
    said = [step.rule for step in verdict.trace if step.verdict == INELIGIBLE]
    return said[0] if said and set(said) <= {PAST, FINAL, HANDED_OVER} else None
