"""What a shopper may wish for a basket, and what each wish would come to.

The basket is decided as it would be if it were sent, and settled as if all of it came back as it is
described; nothing of that is kept, and no figure here is worked out twice.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from retour.desk.portal.asking import request_of
from retour.kernel.money import format_amount
from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import Context, ProposeSettlement
from retour.lifecycle.decide import decide, numbers_needed
from retour.lifecycle.model import Actor, ActorKind, Outcome
from retour.lifecycle.money.foreseeing import foreseen
from retour.store.loading import LoadKey, load

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.portal.basket import Basket
    from retour.desk.withdrawals.page import Shop
    from retour.lifecycle.model import Decision, Settlement, State

_KINDS: Final[dict[str, Literal["refund", "store_credit"]]] = {
    Outcome.REFUND: "refund",
    Outcome.STORE_CREDIT: "store_credit",
}
"""Outcomes whose worth is known before anybody says which goods are wanted instead."""
_FORESEER: Final = Actor(kind=ActorKind.SYSTEM)
_ENTROPY_BYTES: Final = 16
_SOURCE: Final = "portal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What an outcome would come to: decimal amounts, and lines of kind, label and amount."""

    total: str
    currency: str
    lines: tuple[tuple[str, str | None, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is offered for all of the basket.

    Args:
        outcomes: Each with what it would come to, where that can be said.
        methods: The ways to send it; empty where it is all one.
    """

    outcomes: dict[str, Estimate | None]
    methods: tuple[str, ...]


async def wishes_of(
    house: House, shop: Shop, basket: Basket, language: str
) -> Wishes | Refusal | None:
    """Say what is offered; a refusal where the order has changed, ``None`` where it is gone."""
    loaded = await load(
        await house.database.pool(),
        LoadKey(workspace_id=shop.workspace_id, order_number=basket.order_number, past=True),
    )
    if loaded is None or loaded.state is None:
        return None
    config = await house.configs.at(shop.workspace_id, loaded.epoch)
    command = replace(request_of(basket, language), outcome=None, method=None)
    context = Context(
        actor=_FORESEER,
        source=_SOURCE,
        at=loaded.at,
        entropy=os.urandom(_ENTROPY_BYTES),
        numbers=tuple(range(1, numbers_needed([command]) + 2)),
        executors=config.executors,
        zone=ZoneInfo(config.zone),
        grading_sets=config.grading_sets,
        past=loaded.past,
    )
    decision = decide(loaded.state, [command], context)
    if isinstance(decision, Refusal):
        return decision
    ret = decision.state.ret
    assert ret is not None, "it has just begun"
    offer = ret.verdict.offer
    offered = (Outcome.REFUND.value,) if offer is None else offer.outcomes
    return Wishes(
        outcomes={one: _estimate(decision, one, context) for one in offered},
        methods=() if offer is None or len(offer.methods) == 1 else offer.methods,
    )


def _estimate(decision: Decision, outcome: str, context: Context) -> Estimate | None:
    if outcome not in _KINDS:
        return None
    made = _settled(decision, outcome, context)
    if made is None:
        return None
    titles = {line.id: line.title for line in decision.state.order.lines}
    return Estimate(
        total=format_amount(made.total, made.currency),
        currency=made.currency,
        lines=tuple(
            (
                line.kind,
                line.label or titles.get(line.line or ""),
                format_amount(line.amount, made.currency),
            )
            for line in made.lines
        ),
    )


def _settled(decision: Decision, outcome: str, context: Context) -> Settlement | None:
    """Give the settlement that the policy makes at once, or the one that would be made."""
    if (made := _latest(decision.state)) is not None:
        return made
    told = foreseen(decision.state, ProposeSettlement(kind=_KINDS[outcome]), context)
    return None if isinstance(told, Refusal) else _latest(told.state)


def _latest(state: State) -> Settlement | None:
    assert state.ret is not None, "a return was looked at"
    return state.ret.settlements[-1] if state.ret.settlements else None
