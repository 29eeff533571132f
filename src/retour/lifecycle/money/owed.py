"""What is owed, worked out: the units, the shipping, what is kept back, and the legs that pay it.

A draft is worked out anew whenever what it stands on changes, and once more when it is confirmed.
The figures are ``settlement.entitlement``'s; here it is said what they are about.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import RANK, UNDECIDED, held_units
from retour.lifecycle.model import (
    Acceptance,
    Reception,
    Return,
    Settlement,
    SettlementKind,
    SettlementLine,
    Unit,
)
from retour.lifecycle.money.charges import cuts_of, fees_asked
from retour.lifecycle.money.crediting import for_recipient, with_bonus
from retour.lifecycle.money.excess import too_much
from retour.lifecycle.money.goods import exchange_legs, repair_legs
from retour.lifecycle.money.legs import legs_for
from retour.lifecycle.money.marketplaces import not_in_part, telling_legs
from retour.lifecycle.money.sale import (
    bill_of,
    given_of,
    held_lines,
    plain_line,
    settlement_line,
)
from retour.lifecycle.requests.offering import refunds_shipping
from retour.settlement.entitlement import (
    ADJUSTMENT,
    ITEM,
    SHIPPING,
    Claim,
    Excess,
    Item,
    WayOut,
    entitled,
)

__all__ = ["ITEM", "SHIPPING", "entitled_units", "worked_out"]

_UNPAID: Final = frozenset({SettlementKind.REPAIR, SettlementKind.NONE})
_EARLY: Final = frozenset({Reception.EXPECTED, Reception.RECEIVED, Reception.WAIVED})


def worked_out(fold: Fold, draft: Settlement) -> Settlement | Refusal:
    """Give the draft with the lines and legs it has as things stand."""
    order = fold.order
    bill, given = bill_of(order), given_of(order, _held_lines(fold))
    owed = entitled(bill, given, _claim(fold, draft))
    if isinstance(owed, Excess):
        return too_much(owed, order.currency)
    lines = tuple(settlement_line(line) for line in owed.lines)
    if draft.kind in _UNPAID:
        return _nothing(fold, draft, lines)
    if not lines:
        return refuse(
            RefusalCode.NOTHING_OWED,
            "No unit is owed for. Accept units first, add an adjustment, or propose kind none.",
        )
    lines = with_bonus(fold, draft, lines)
    draft = replace(draft, total=sum(line.amount for line in lines), lines=lines)
    draw = legs_for if draft.exchange is None else exchange_legs
    legs = draw(fold, draft, draft.total)
    if isinstance(legs, Refusal):
        return legs
    legs = for_recipient(fold, legs) or telling_legs(fold, draft)
    return not_in_part(fold.ret, legs) or replace(draft, legs=legs)


def _nothing(
    fold: Fold, draft: Settlement, items: tuple[SettlementLine, ...]
) -> Settlement | Refusal:
    """Say formally that nothing is paid; what the units are worth is kept back in one line."""
    is_repair = draft.kind is SettlementKind.REPAIR
    if is_repair and not items:
        return refuse(
            RefusalCode.NOTHING_OWED, "No unit is there to be repaired. Accept units first."
        )
    worth = sum(line.amount for line in items)
    label = "Repaired instead" if is_repair else "Nothing is paid"
    back = (SettlementLine(kind=ADJUSTMENT, amount=-worth, label=label),)
    legs = repair_legs(fold, draft) if is_repair else telling_legs(fold, draft)
    return replace(draft, total=0, lines=items + back if worth else items, legs=legs)


def _claim(fold: Fold, draft: Settlement) -> Claim:
    """Say what a draft is about: the units, and all that is asked or kept back beside them."""
    items = _items(fold, draft)
    if draft.kind in _UNPAID:
        return Claim(items)
    return Claim(
        items,
        fees=() if draft.fees_waived else fees_asked(fold.ret, items),
        shipping=_shipping(fold, draft, has_items=bool(items)),
        extras=[plain_line(line) for line in draft.extras],
    )


def _items(fold: Fold, draft: Settlement) -> list[Item]:
    """Name the units that are owed for, line by line, with what each has lost in value."""
    entitled_to = entitled_units(fold.ret, early=draft.kind is not SettlementKind.NONE)
    if draft.without_goods:
        return []
    if draft.only:
        meant = frozenset(draft.only)
        entitled_to = {
            name: [unit for unit in units if unit in meant] for name, units in entitled_to.items()
        }
    return [
        Item(name, tuple(units), cuts_of(fold.ret, units))
        for name, units in entitled_to.items()
        if units
    ]


def entitled_units(ret: Return, *, early: bool) -> dict[str, list[str]]:
    """Name per order line the units owed for and not yet held by a settlement.

    Args:
        early: Whether units still to be decided count too, before the return is processed.
    """
    held = held_units(ret)
    trusting = early and RANK[ret.status] < RANK[ReturnStatus.PROCESSED]
    entitled: dict[str, list[str]] = {}
    for line in ret.lines:
        if line.line is None:
            continue
        for unit in line.units:
            if unit.id not in held and _is_entitled(unit, trusting=trusting):
                entitled.setdefault(line.line, []).append(unit.id)
    return entitled


def _is_entitled(unit: Unit, *, trusting: bool) -> bool:
    if unit.acceptance is Acceptance.ACCEPTED:
        return True
    return trusting and unit.acceptance in UNDECIDED and unit.reception in _EARLY


def _held_lines(fold: Fold) -> Iterator[SettlementLine]:
    return held_lines((fold.ret, *fold.others))


def _shipping(fold: Fold, draft: Settlement, *, has_items: bool) -> int | WayOut:
    """Say how much of the way out is given back: as asked, by the policy, or by the law.

    The law means a contract withdrawn from as a whole (Article 13), several parts that together
    leave nothing of the order with the consumer being that too; and of a dearer way it means what
    the standard one would have cost.
    """
    if draft.shipping_asked is not None:
        return draft.shipping_asked
    if not has_items:
        return WayOut.NONE
    if refunds_shipping(fold.ret, fold.policy):
        return WayOut.FULL
    return WayOut.STANDARD if _withdrawn_as_a_whole(fold) else WayOut.NONE


def _withdrawn_as_a_whole(fold: Fold) -> bool:
    if fold.ret.legal is None:
        return False
    return fold.ret.legal.is_whole or all(
        line.counters.requested == line.quantity for line in fold.order.lines
    )
