"""What a shopper may wish for a basket, and what each wish would come to.

Each order's part is decided as it would be if it were sent, and settled as if all of it came back
as it is described; nothing of that is kept, and no figure here is worked out twice.
"""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from retour.desk.parcels.papers import address_of
from retour.desk.portal.asking import goods_of, request_of
from retour.desk.portal.offering import loaded_for, spoken_to
from retour.kernel.money import format_amount
from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import Context, ProposeSettlement
from retour.lifecycle.decide import decide, numbers_needed
from retour.lifecycle.model import Actor, ActorKind, Approval, LegKind, Outcome, ParcelMethod
from retour.lifecycle.money.foreseeing import foreseen, paid_by
from retour.lifecycle.requests.offering import destination_of, may_be_kept, settles_from, terms_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from retour.desk.house import House
    from retour.desk.portal.asking import Priced
    from retour.desk.portal.basket import Basket
    from retour.desk.withdrawals.page import Shop
    from retour.lifecycle.commands import GoodsAsked, Request
    from retour.lifecycle.model import Decision, Settlement, State

Kind = Literal["refund", "store_credit", "exchange", "repair"]
_KINDS: Final[dict[str, Kind]] = {
    Outcome.REFUND: "refund",
    Outcome.STORE_CREDIT: "store_credit",
    Outcome.REPAIR: "repair",
}
"""Outcomes whose worth is known before anybody says which goods are wanted instead."""
_GOODS: Final = frozenset({Outcome.EXCHANGE.value, Outcome.REPAIR.value})
"""Wishes that no policy settles by itself: goods go out for them, and a person says so."""
_FORESEER: Final = Actor(kind=ActorKind.SYSTEM)
_ENTROPY_BYTES: Final = 16
_SOURCE: Final = "portal"
_BY_THEMSELVES: Final = frozenset({ParcelMethod.OWN.value, ParcelMethod.VIRTUAL.value})
_FEE: Final = "fee"
_BONUS: Final = "bonus"
"""Its label is ours, and the page's own word for it is in the shopper's language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What an outcome would come to: decimal amounts, and lines of kind, label and amount."""

    total: str
    currency: str
    lines: tuple[tuple[str, str | None, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What an exchange would come to: what is paid back, and what the customer pays."""

    worth: str
    back: str | None
    to_pay: str | None
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is offered for all of the basket.

    Args:
        outcomes: Each with what it would come to, where that can be said.
        methods: The ways to send it, each with what it costs; empty where it is all one.
        must_choose: Whether one of them has to be named; else the first is what happens.
        may_keep: Whether all of it may stay with the shopper.
        goes_to: Where the goods go, as it is written on a parcel.
        settles_at: From which status on money moves.
        pay_by: The last day of the time to pay back, where there is one.
        photos: How many photos are asked for, by the place of what is wanted.
        exchange: What the goods that are wanted instead come to.
    """

    outcomes: dict[str, Estimate | None]
    methods: dict[str, str | None]
    currency: str
    settles_at: str
    pay_by: date | None
    photos: dict[int, int] = field(default_factory=dict[int, int])
    exchange: Difference | None = None
    must_choose: bool = True
    may_keep: bool = False
    goes_to: tuple[str, ...] = ()

    def figure(self, outcome: str | None) -> str | None:
        """Give what the shopper is told that a wish comes to, in one text."""
        if outcome == Outcome.EXCHANGE.value and self.exchange is not None:
            one = self.exchange
            return f"{one.back or '-'}/{one.to_pay or '-'} {one.currency}"
        estimate = self.outcomes.get(outcome or "")
        return None if estimate is None else f"{estimate.total} {estimate.currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One order's part of the basket, decided."""

    state: State
    decision: Decision
    context: Context
    command: Request
    goods: tuple[GoodsAsked, ...]


async def wishes_of(
    house: House, shop: Shop, basket: Basket, language: str, priced: Priced
) -> Wishes | Refusal | None:
    """Say what is offered; a refusal where an order has changed, ``None`` where one is gone."""
    parts: list[_Part] = []
    for order in basket.going:
        part = await _part(house, shop, basket, (order, language), priced)
        if not isinstance(part, _Part):
            return part
        parts.append(part)
    ret = parts[0].decision.state.ret
    assert ret is not None, "it has just begun"
    goes_to = await address_of(house, shop.workspace_id, destination_of(ret))
    return dataclasses.replace(_summed(basket, parts), goes_to=goes_to)


async def _part(
    house: House, shop: Shop, basket: Basket, which: tuple[int, str], priced: Priced
) -> _Part | Refusal | None:
    order, language = which
    loaded = await loaded_for(house, shop, basket, basket.orders[order])
    if loaded is None or loaded.state is None:
        return None
    config = await house.configs.at(shop.workspace_id, loaded.epoch)
    asked = request_of(basket, order, language, priced)
    lines = tuple(replace(one, photos=()) for one in asked.lines)
    command = replace(asked, lines=lines, outcome=None, method=None, goods=())
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
        routing=config.routing,
    )
    state = spoken_to(loaded.state, language)
    decision = decide(state, [command], context)
    if isinstance(decision, Refusal):
        return decision
    goods = goods_of(basket, order, priced)
    return _Part(state=state, decision=decision, context=context, command=command, goods=goods)


def _summed(basket: Basket, parts: Sequence[_Part]) -> Wishes:
    """Offer what every part has, and sum up what it comes to."""
    currency = parts[0].state.order.currency
    offered = _common([_outcomes(part) for part in parts])
    methods = _ways(parts)
    first = parts[0]
    ret = first.decision.state.ret
    assert ret is not None, "it has just begun"
    is_gift = basket.is_gift
    return Wishes(
        outcomes={
            one: None if is_gift else _sum([_estimate(part, one) for part in parts], currency)
            for one in (_for_a_gift(offered) if is_gift else offered)
        },
        methods={one: _cost(parts, one) for one in methods},
        currency=currency,
        settles_at=settles_from(ret, first.state.policy).value,
        pay_by=paid_by(first.state.policy, first.context.at, first.context.zone),
        photos=_photos(basket, parts),
        exchange=None if is_gift else _difference(parts, currency),
        may_keep=all(_may_keep(part) for part in parts),
        must_choose=len(methods) > 1 and any(_methods(part) for part in parts),
    )


def _for_a_gift(offered: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out money where store credit is offered: a gift's is paid as such in any case."""
    if Outcome.STORE_CREDIT.value in offered:
        return tuple(one for one in offered if one != Outcome.REFUND.value)
    return offered


def _outcomes(part: _Part) -> tuple[str, ...]:
    ret = part.decision.state.ret
    offer = None if ret is None else ret.verdict.offer
    return (Outcome.REFUND.value,) if offer is None else offer.outcomes


def _methods(part: _Part) -> tuple[str, ...]:
    ret = part.decision.state.ret
    offer = None if ret is None else ret.verdict.offer
    return () if offer is None else offer.methods


def _ways(parts: Sequence[_Part]) -> tuple[str, ...]:
    """Give the ways to send it that are worth a word.

    Where the policy names one that somebody else sees to, nothing is left to say.  Where it names
    none, people send it themselves, unless they are given a label at once.
    """
    said = [_methods(part) for part in parts]
    if any(said):
        named = _common(said)
        return () if len(named) == 1 and named[0] not in _BY_THEMSELVES else named
    policy = parts[0].state.policy
    is_given = policy.label is Approval.AUTO and policy.phases.logistics
    own = ParcelMethod.OWN.value
    return (ParcelMethod.LABEL.value, own) if is_given else (own,)


def _may_keep(part: _Part) -> bool:
    ret, policy = part.decision.state.ret, part.state.policy
    return ret is not None and all(may_be_kept(ret, policy, one.line) for one in ret.lines)


def _common(said: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Give what every part has; a part that names nothing has everything."""
    named = [one for one in said if one]
    return tuple(one for one in named[0] if all(one in other for other in named)) if named else ()


def _photos(basket: Basket, parts: Sequence[_Part]) -> dict[int, int]:
    needed: dict[int, int] = {}
    for order, part in zip(basket.going, parts, strict=True):
        ret = part.decision.state.ret
        assert ret is not None, "it has just begun"
        for place, one in enumerate(basket.wanted):
            terms = terms_for(ret, one.line) if one.order == order else None
            if terms is not None and terms.photos_required:
                needed[place] = terms.photos_required
    return needed


# ---------------------------------------------------------------- money


def _sum(parts: Sequence[Settlement | None], currency: str) -> Estimate | None:
    settled = [one for one in parts if one is not None]
    if len(settled) < len(parts):
        return None
    return Estimate(
        total=format_amount(sum(one.total for one in settled), currency),
        currency=currency,
        lines=tuple(
            (
                line.kind,
                None if line.kind == _BONUS else line.label,
                format_amount(line.amount, currency),
            )
            for one in settled
            for line in one.lines
        ),
    )


def _estimate(part: _Part, outcome: str) -> Settlement | None:
    """Give the settlement that the policy makes at once, or the one that would be made."""
    kind = _KINDS.get(outcome)
    if kind is None:
        return None
    made = _settled(part.decision, ProposeSettlement(kind=kind), part.context)
    if made is None:
        return None
    titles = {line.id: line.title for line in part.state.order.lines}
    lines = (replace(one, label=one.label or titles.get(one.line or "")) for one in made.lines)
    return replace(made, lines=tuple(lines))


def _settled(decision: Decision, asked: ProposeSettlement, context: Context) -> Settlement | None:
    if asked.kind not in _GOODS and (made := _latest(decision.state)) is not None:
        return made
    told = foreseen(decision.state, asked, context)
    return None if isinstance(told, Refusal) else _latest(told.state)


def _latest(state: State) -> Settlement | None:
    assert state.ret is not None, "a return was looked at"
    return state.ret.settlements[-1] if state.ret.settlements else None


def _cost(parts: Sequence[_Part], method: str) -> str | None:
    """Say what a way to send goods costs more than sending them any way; ``None`` for nothing."""
    more = 0
    for part in parts:
        command = replace(part.command, method=ParcelMethod(method))
        chosen = decide(part.state, [command], part.context)
        if isinstance(chosen, Refusal):
            continue
        asked = ProposeSettlement()
        made = _settled(chosen, asked, part.context)
        usual = _settled(part.decision, asked, part.context)
        if made is not None and usual is not None:
            more += _fees(made) - _fees(usual)
    return format_amount(more, parts[0].state.order.currency) if more > 0 else None


def _fees(made: Settlement) -> int:
    return -sum(line.amount for line in made.lines if line.kind == _FEE)


def _difference(parts: Sequence[_Part], currency: str) -> Difference | None:
    """Say what the goods wanted instead come to, where each part has some."""
    worth = back = to_pay = 0
    for part in parts:
        asked = ProposeSettlement(kind="exchange", goods=part.goods)
        made = _settled(part.decision, asked, part.context) if part.goods else None
        if made is None:
            return None
        worth += made.total
        back += _legs(made, (LegKind.REFUND, LegKind.STORE_CREDIT))
        to_pay += _legs(made, (LegKind.CHARGE,))
    return Difference(
        worth=format_amount(worth, currency),
        back=format_amount(back, currency) if back else None,
        to_pay=format_amount(to_pay, currency) if to_pay else None,
        currency=currency,
    )


def _legs(made: Settlement, kinds: Iterable[LegKind]) -> int:
    return sum(leg.amount for leg in made.legs if leg.kind in kinds)
