"""What is owed: propose, confirm and discard a settlement; nothing here makes money move.

A draft is worked out anew whenever what it stands on changes, and once more when it is confirmed;
from then on it holds its units and its share of the payments until it is paid or dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from retour.kernel.money import format_amount, parse_amount
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import (
    ConfirmSettlement,
    DiscardSettlement,
    ExtraAsked,
    ProposeSettlement,
)
from retour.lifecycle.dock.judging import unknown_unit
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import (
    HELD,
    RANK,
    UNDECIDED,
    can_be_dropped,
    held_units,
    settlement_in,
    units_of,
)
from retour.lifecycle.model import (
    Acceptance,
    CompactReturn,
    EventType,
    Leg,
    LegStatus,
    Order,
    OrderLine,
    Payment,
    Reception,
    Return,
    Settlement,
    SettlementKind,
    SettlementLine,
    SettlementStatus,
    Unit,
)
from retour.lifecycle.money.charges import ADJUSTMENT, FEE, charges
from retour.lifecycle.numbering import memo_number
from retour.lifecycle.requests.offering import refunds_shipping
from retour.settlement.allocation import Money, paid, portion, split

_EARLY: Final = frozenset({Reception.EXPECTED, Reception.RECEIVED, Reception.WAIVED})
_PAYABLE: Final = frozenset({SettlementKind.REFUND, SettlementKind.NONE})
_RESERVING: Final = frozenset({LegStatus.RESERVED})
ITEM: Final = "item"
SHIPPING: Final = "shipping"


# ---------------------------------------------------------------- propose


def propose(fold: Fold, command: ProposeSettlement) -> Refusal | None:
    """Draft what is owed, in place of an earlier draft."""
    kind = SettlementKind(command.kind)
    if kind not in _PAYABLE:
        return refuse(
            RefusalCode.UNSUPPORTED_KIND,
            f"A settlement of kind {kind} cannot be paid yet. Propose a refund or none.",
            "/kind",
        )
    extras = _extras(fold.order, command)
    if isinstance(extras, Refusal):
        return extras
    if (refusal := _unlawful(fold.ret, extras)) is not None:
        return refusal
    if kind is SettlementKind.NONE and (extras or command.shipping is not None):
        return refuse(
            RefusalCode.BAD_AMOUNT,
            "A settlement of kind none pays nothing. Leave fees, adjustments and shipping out, or"
            " propose a refund.",
            "/kind",
        )
    shipping = None
    if command.shipping is not None:
        shipping = parse_amount(command.shipping, fold.order.currency)
        if shipping is None or shipping < 0:
            return _bad_amount(command.shipping, fold.order, "/shipping")
    known = {unit.id for unit in units_of(fold.ret)}
    for index, unit in enumerate(command.units):
        if unit not in known:
            return unknown_unit(unit, f"/units/{index}")
    draft = Settlement(
        id=fold.mint("stl"),
        kind=kind,
        status=SettlementStatus.DRAFT,
        currency=fold.order.currency,
        total=0,
        created_at=fold.at,
        shipping_asked=shipping,
        extras=extras,
        only=command.units,
        fees_waived=command.waive_fees,
    )
    worked_out = _worked_out(fold, draft)
    if isinstance(worked_out, Refusal):
        return worked_out
    drop_drafts(fold)
    fold.put_settlement(worked_out)
    return None


def _extras(order: Order, command: ProposeSettlement) -> tuple[SettlementLine, ...] | Refusal:
    """Read fees, which are kept back, and adjustments, which go either way."""
    lines: list[SettlementLine] = []
    for kind, asked, where in (
        (FEE, command.fees, "/fees"),
        (ADJUSTMENT, command.adjustments, "/adjustments"),
    ):
        for index, extra in enumerate(asked):
            amount = _extra_amount(order, kind, extra)
            if amount is None:
                return _bad_amount(extra.amount, order, f"{where}/{index}/amount")
            lines.append(SettlementLine(kind=kind, amount=amount, label=extra.label))
    return tuple(lines)


def _unlawful(ret: Return, extras: Sequence[SettlementLine]) -> Refusal | None:
    """Refuse what withdrawing may not cost (Directive 2011/83/EU, Articles 13 and 14)."""
    if ret.legal is None:
        return None
    if any(line.kind == FEE for line in extras):
        return refuse(
            RefusalCode.FEE_ON_WITHDRAWAL,
            "Withdrawing costs the consumer no fee. Leave it out; for goods handled more than was"
            " needed to try them, take an adjustment that says why.",
            "/fees",
        )
    for index, line in enumerate(line for line in extras if line.kind == ADJUSTMENT):
        if line.amount < 0 and not (line.label or "").strip():
            return refuse(
                RefusalCode.FEE_ON_WITHDRAWAL,
                "What is kept back of a withdrawal needs its reason. Say in its label how the goods"
                " were handled more than was needed to try them.",
                f"/adjustments/{index}/label",
            )
    return None


def _extra_amount(order: Order, kind: str, extra: ExtraAsked) -> int | None:
    amount = parse_amount(extra.amount, order.currency)
    if amount is None or amount == 0 or (kind == FEE and amount < 0):
        return None
    return -amount if kind == FEE else amount


def _bad_amount(text: str, order: Order, pointer: str) -> Refusal:
    return refuse(
        RefusalCode.BAD_AMOUNT,
        f"{text!r} is no amount that fits here. Give a decimal string in {order.currency}, above"
        " zero for fees, zero or more for shipping.",
        pointer,
    )


# ---------------------------------------------------------------- working out


def _worked_out(fold: Fold, draft: Settlement) -> Settlement | Refusal:
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
    legs = _legs(fold, draft, total)
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


def _legs(fold: Fold, draft: Settlement, total: int) -> tuple[Leg, ...] | Refusal:
    """Spread the total over the payments, keeping the ids of legs the draft already has."""
    payments = {payment.id: payment for payment in fold.order.payments}
    rooms = [(payment.id, room(payment)) for payment in fold.order.payments]
    parts = split(total, rooms)
    if parts is None:
        return cap_exceeded(fold.order, total)
    ids = [leg.id for leg in draft.legs]
    ids += [fold.mint("leg") for _ in range(len(parts) - len(ids))]
    return tuple(
        Leg(
            id=ids[place],
            kind="refund",
            executor=payments[part.payment].processor,
            amount=part.amount,
            status=LegStatus.DRAFT,
            payment=part.payment,
        )
        for place, part in enumerate(parts)
    )


def room(payment: Payment) -> int:
    """Say how much of a payment is neither paid back nor promised."""
    return max(payment.captured - payment.reserved, 0)


def cap_exceeded(order: Order, amount: int) -> Refusal:
    """Refuse to give back more than was paid."""
    left = sum(room(payment) for payment in order.payments)
    return refuse(
        RefusalCode.CAP_EXCEEDED,
        f"{format_amount(left, order.currency)} of the order's payments can still be refunded, not"
        f" {format_amount(amount, order.currency)}. Lower the amount, or put the order with what"
        " was captured since.",
    )


# ---------------------------------------------------------------- drafts


def refresh_draft(fold: Fold) -> bool:
    """Work a draft out anew where what it stands on has changed; drop it where nothing is left."""
    draft = settlement_in(fold.ret, SettlementStatus.DRAFT)
    if draft is None:
        return False
    fresh = _worked_out(fold, draft)
    if fresh == draft:
        return False
    if isinstance(fresh, Refusal):
        drop_drafts(fold)
    else:
        fold.put_settlement(fresh)
    return True


def drop_drafts(fold: Fold) -> None:
    """Discard drafts: nobody has promised them."""
    for settlement in fold.ret.settlements:
        if settlement.status is SettlementStatus.DRAFT:
            _drop(fold, settlement)


def drop_unpaid(fold: Fold) -> None:
    """Discard every settlement of which nothing has been paid, and give back what it holds."""
    for settlement in fold.ret.settlements:
        if can_be_dropped(settlement):
            _drop(fold, settlement)


# ---------------------------------------------------------------- confirm, discard


def confirm(fold: Fold, command: ConfirmSettlement) -> Refusal | None:
    """Promise the draft as it is worked out now; its legs are reserved."""
    del command
    draft = settlement_in(fold.ret, SettlementStatus.DRAFT)
    assert draft is not None, "a_draft guards this"
    fresh = _worked_out(fold, draft)
    if isinstance(fresh, Refusal):
        return fresh
    nth = 1 + sum(one.memo_number is not None for one in fold.ret.settlements)
    confirmed = replace(
        fresh,
        status=SettlementStatus.CONFIRMED,
        legs=tuple(replace(leg, status=LegStatus.RESERVED) for leg in fresh.legs),
        memo_number=memo_number(fold.ret.number, nth),
        confirmed_at=fold.at,
    )
    fold.put_settlement(confirmed)
    reserve(fold, confirmed.legs)
    _hold_shipping(fold, confirmed, 1)
    fold.say(
        EventType.SETTLEMENT_MEMO_COMPLETED,
        {"settlement": confirmed.id, "memo_number": confirmed.memo_number},
    )
    return None


def discard(fold: Fold, command: DiscardSettlement) -> Refusal | None:
    """Drop the newest settlement of which nothing has been paid."""
    del command
    settlement = next(one for one in reversed(fold.ret.settlements) if can_be_dropped(one))
    _drop(fold, settlement)
    return None


def _drop(fold: Fold, settlement: Settlement) -> None:
    """Discard a settlement and give back all it holds."""
    fold.put_settlement(
        replace(
            settlement,
            status=SettlementStatus.DISCARDED,
            legs=tuple(replace(leg, status=LegStatus.ABANDONED) for leg in settlement.legs),
        )
    )
    release(fold, [leg for leg in settlement.legs if leg.status in _RESERVING])
    if settlement.status is not SettlementStatus.DRAFT:
        _hold_shipping(fold, settlement, -1)


def reserve(fold: Fold, legs: Sequence[Leg]) -> None:
    """Let legs hold their amounts of the order's payments."""
    _move_reserved(fold, {leg.payment: leg.amount for leg in legs})


def release(fold: Fold, legs: Sequence[Leg]) -> None:
    """Give back what legs held of the order's payments."""
    _move_reserved(fold, {leg.payment: -leg.amount for leg in legs})


def _move_reserved(fold: Fold, moves: Mapping[str | None, int]) -> None:
    """Move what payments hold; each leg of a settlement is of another payment."""
    if not moves:
        return
    fold.order = replace(
        fold.order,
        payments=tuple(
            replace(payment, reserved=payment.reserved + moves[payment.id])
            if payment.id in moves
            else payment
            for payment in fold.order.payments
        ),
    )
    assert all(0 <= one.reserved <= one.captured for one in fold.order.payments), "the cap holds"


def _hold_shipping(fold: Fold, settlement: Settlement, sign: int) -> None:
    amount = sum(line.amount for line in settlement.lines if line.kind == SHIPPING)
    if amount:
        held = fold.order.shipping_refunded + sign * amount
        fold.order = replace(fold.order, shipping_refunded=held)
