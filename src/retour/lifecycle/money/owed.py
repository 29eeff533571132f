"""What is owed, worked out: the units, the shipping, what is kept back, and the legs that pay it.

A draft is worked out anew whenever what it stands on changes, and once more when it is confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from retour.kernel.money import format_amount
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import (
    HELD,
    RANK,
    UNDECIDED,
    held_units,
)
from retour.lifecycle.model import (
    Acceptance,
    CompactReturn,
    Order,
    OrderLine,
    Reception,
    Return,
    Settlement,
    SettlementKind,
    SettlementLine,
    Unit,
)
from retour.lifecycle.money.charges import ADJUSTMENT, charges
from retour.lifecycle.money.legs import legs_for
from retour.lifecycle.requests.offering import refunds_shipping
from retour.settlement.allocation import Money, paid, portion

_EARLY: Final = frozenset({Reception.EXPECTED, Reception.RECEIVED, Reception.WAIVED})
ITEM: Final = "item"
SHIPPING: Final = "shipping"


def worked_out(fold: Fold, draft: Settlement) -> Settlement | Refusal:
    """Give the draft with the lines and legs it has as things stand."""
    items = _items(fold, draft)
    if draft.kind is SettlementKind.NONE:
        return _nothing(draft, items)
    shipping = _shipping(fold, draft, has_items=bool(items))
    if isinstance(shipping, Refusal):
        return shipping
    beside = sum(line.amount for line in (*shipping, *draft.extras))
    lines = (*items, *charges(fold, draft, items, beside), *shipping, *draft.extras)
    if not lines:
        return refuse(
            RefusalCode.NOTHING_OWED,
            "No unit is owed for. Accept units first, add an adjustment, or propose kind none.",
        )
    total = sum(line.amount for line in lines)
    if total < 0:
        return refuse(
            RefusalCode.BAD_AMOUNT,
            f"Fees and adjustments take {format_amount(-total, draft.currency)} more than is owed."
            " Lower them.",
            "/fees",
        )
    legs = legs_for(fold, draft, total)
    if isinstance(legs, Refusal):
        return legs
    return replace(draft, total=total, lines=lines, legs=legs)


def _nothing(draft: Settlement, items: tuple[SettlementLine, ...]) -> Settlement:
    """Say formally that nothing is paid; what the units are worth is kept back in one line."""
    worth = sum(line.amount for line in items)
    back = (SettlementLine(kind=ADJUSTMENT, amount=-worth, label="Nothing is paid"),)
    return replace(draft, total=0, lines=items + back if worth else items, legs=())


def _items(fold: Fold, draft: Settlement) -> tuple[SettlementLine, ...]:
    """Give the exact share of every order line that units are owed for."""
    entitled = entitled_units(fold.ret, early=draft.kind is not SettlementKind.NONE)
    if draft.only:
        meant = frozenset(draft.only)
        entitled = {
            name: [unit for unit in units if unit in meant] for name, units in entitled.items()
        }
    sold = {line.id: line for line in fold.order.lines}
    return tuple(_item(fold, sold[name], units) for name, units in entitled.items() if units)


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


def _item(fold: Fold, sold: OrderLine, units: Sequence[str]) -> SettlementLine:
    share = worth(fold.order, _held_lines(fold), sold, len(units))
    return SettlementLine(
        kind=ITEM, amount=share.amount, tax=share.tax, line=sold.id, units=tuple(units)
    )


def worth(order: Order, held: Iterable[SettlementLine], sold: OrderLine, units: int) -> Money:
    """Say what units of an order line are owed for.

    Args:
        held: What settlements of all returns of the order hold, as ``held_lines`` gives it.
    """
    whole = paid(
        sold.unit_price * sold.quantity - sold.discount,
        sold.tax_rate,
        includes_tax=order.prices_include_tax,
    )
    gone, gone_units = _given_back(held, sold.id)
    return portion(whole, gone, units, of=max(sold.quantity - gone_units, units))


def _given_back(held: Iterable[SettlementLine], line_id: str) -> tuple[Money, int]:
    """Sum what is held of a line, and for how many units."""
    amount = tax = units = 0
    for line in held:
        if line.kind == ITEM and line.line == line_id:
            amount += line.amount
            tax += line.tax
            units += len(line.units)
    return Money(amount, tax), units


def _held_lines(fold: Fold) -> Iterator[SettlementLine]:
    return held_lines((fold.ret, *fold.others))


def held_lines(returns: Iterable[Return | CompactReturn]) -> Iterator[SettlementLine]:
    """Give every line of settlements that hold something of the order, of all its returns."""
    for ret in returns:
        for settlement in ret.settlements:
            if settlement.status in HELD:
                yield from settlement.lines


def _shipping(
    fold: Fold, draft: Settlement, *, has_items: bool
) -> tuple[SettlementLine, ...] | Refusal:
    """Give back of the outward shipping what is asked, or what the policy says."""
    order, charge = fold.order, fold.order.shipping
    whole = Money(0, 0)
    if charge is not None:
        whole = paid(
            max(charge.amount - charge.discount, 0),
            charge.tax_rate,
            includes_tax=order.prices_include_tax,
        )
    left = max(whole.amount - order.shipping_refunded, 0)
    amount = draft.shipping_asked
    if amount is None:
        amount = left if has_items and _owes_shipping(fold) else 0
    if amount > left:
        return refuse(
            RefusalCode.CAP_EXCEEDED,
            f"{format_amount(left, order.currency)} of the shipping can still be refunded, not"
            f" {format_amount(amount, order.currency)}. Ask for at most that.",
            "/shipping",
        )
    if amount == 0:
        return ()
    gone = sum(line.tax for line in _held_lines(fold) if line.kind == SHIPPING)
    tax = portion(Money(left, whole.tax), Money(0, gone), amount, of=left).tax
    return (SettlementLine(kind=SHIPPING, amount=amount, tax=tax),)


def _owes_shipping(fold: Fold) -> bool:
    """Say whether the way out is paid back too: by the policy, or by the law (Article 13).

    The law means a contract withdrawn from as a whole; several parts that together leave nothing
    of the order with the consumer are that too.
    """
    if refunds_shipping(fold.ret, fold.policy):
        return True
    if fold.ret.legal is None:
        return False
    return fold.ret.legal.is_whole or all(
        line.counters.requested == line.quantity for line in fold.order.lines
    )
