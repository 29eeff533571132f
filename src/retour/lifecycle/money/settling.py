"""Settlements proposed, promised and dropped: propose, confirm, discard; no money moves here.

From its confirmation on a settlement holds its units and its share of the payments, until it is
paid or dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from retour.kernel.money import parse_amount
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import (
    ConfirmSettlement,
    DiscardSettlement,
    ExtraAsked,
    ProposeSettlement,
)
from retour.lifecycle.dock.judging import unknown_unit
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import (
    can_be_dropped,
    settlement_in,
    units_of,
)
from retour.lifecycle.model import (
    EventType,
    LegStatus,
    Order,
    Return,
    Settlement,
    SettlementKind,
    SettlementLine,
    SettlementStatus,
)
from retour.lifecycle.money.asking import approval_wanted
from retour.lifecycle.money.charges import ADJUSTMENT, FEE
from retour.lifecycle.money.crediting import GOODWILL, credit_asked
from retour.lifecycle.money.excess import bad_amount, not_owed, other_currency
from retour.lifecycle.money.exchanging import ask_stock, let_go, promising
from retour.lifecycle.money.goods import goods_asked
from retour.lifecycle.money.legs import release, reserve
from retour.lifecycle.money.owed import SHIPPING, entitled_units, worked_out
from retour.lifecycle.numbering import PaperKind, memo_number
from retour.lifecycle.words import ApprovalStatus

_UNPAID: Final = frozenset({SettlementKind.REPAIR, SettlementKind.NONE})
_RESERVING: Final = frozenset({LegStatus.RESERVED})


# ---------------------------------------------------------------- propose


def propose(fold: Fold, command: ProposeSettlement) -> Refusal | None:
    """Draft what is owed, in place of an earlier draft."""
    kind = SettlementKind(command.kind)
    extras = _extras(fold.order, command)
    if isinstance(extras, Refusal):
        return extras
    if (refusal := _unlawful(fold.ret, extras)) is not None:
        return refusal
    credit = credit_asked(fold, kind, command.credit, agreed=command.consumer_agreed)
    if isinstance(credit, Refusal):
        return credit
    exchange = goods_asked(fold, command)
    if isinstance(exchange, Refusal):
        return exchange
    if kind in _UNPAID and (extras or command.shipping is not None):
        return refuse(
            RefusalCode.BAD_AMOUNT,
            f"A settlement of kind {kind} pays nothing. Leave fees, adjustments and shipping out,"
            " or propose a refund.",
            "/kind",
        )
    shipping = None
    if command.shipping is not None:
        shipping = parse_amount(command.shipping, fold.order.currency)
        if shipping is None or shipping < 0:
            return bad_amount(command.shipping, fold.order.currency, "/shipping")
    if (refusal := _unowed(fold, command, kind)) is not None:
        return refusal
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
        without_goods=command.without_goods,
        credit=credit,
        proposed_by=fold.by,
        exchange=exchange,
    )
    fresh = worked_out(fold, draft)
    if isinstance(fresh, Refusal):
        return fresh
    drop_drafts(fold)
    fold.put_settlement(fresh)
    return None


def _unowed(fold: Fold, command: ProposeSettlement, kind: SettlementKind) -> Refusal | None:
    """Refuse units that are not there, or that nothing is owed for."""
    known = {unit.id for unit in units_of(fold.ret)}
    for index, unit in enumerate(command.units):
        if unit not in known:
            return unknown_unit(unit, f"/units/{index}")
    owed = entitled_units(fold.ret, early=kind is not SettlementKind.NONE)
    return not_owed(fold, command.units, {unit for units in owed.values() for unit in units})


def _extras(order: Order, command: ProposeSettlement) -> tuple[SettlementLine, ...] | Refusal:
    """Read fees, which are kept back, and adjustments, which go either way."""
    if command.currency not in {None, order.currency}:
        return other_currency(command.currency or "", order.currency)
    lines: list[SettlementLine] = []
    for kind, asked, where in (
        (FEE, command.fees, "/fees"),
        (ADJUSTMENT, command.adjustments, "/adjustments"),
        (GOODWILL, command.goodwill, "/goodwill"),
    ):
        for index, extra in enumerate(asked):
            amount = _extra_amount(order, kind, extra)
            if amount is None:
                return bad_amount(extra.amount, order.currency, f"{where}/{index}/amount")
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
    if amount is None or amount == 0 or (kind != ADJUSTMENT and amount < 0):
        return None
    return -amount if kind == FEE else amount


# ---------------------------------------------------------------- drafts


def refresh_draft(fold: Fold) -> bool:
    """Work a draft out anew where what it stands on has changed; drop it where nothing is left."""
    draft = settlement_in(fold.ret, SettlementStatus.DRAFT)
    if draft is None:
        return False
    fresh = worked_out(fold, draft)
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
            drop(fold, settlement)


def drop_unpaid(fold: Fold) -> None:
    """Discard every settlement of which nothing has been paid, and give back what it holds."""
    for settlement in fold.ret.settlements:
        if can_be_dropped(settlement):
            drop(fold, settlement)


# ---------------------------------------------------------------- confirm, discard


def confirm(fold: Fold, command: ConfirmSettlement) -> Refusal | None:
    """Promise the draft as it is worked out now; its legs are reserved."""
    del command
    draft = settlement_in(fold.ret, SettlementStatus.DRAFT)
    assert draft is not None, "a_draft guards this"
    fresh = worked_out(fold, draft)
    if isinstance(fresh, Refusal):
        return fresh
    confirmed = replace(
        fresh,
        status=SettlementStatus.CONFIRMED,
        legs=tuple(replace(leg, status=LegStatus.RESERVED) for leg in fresh.legs),
        approval=approval_wanted(fold, fresh),
        confirmed_at=fold.at,
    )
    fold.put_settlement(confirmed)
    reserve(fold, confirmed.legs)
    _hold_shipping(fold, confirmed, 1)
    if confirmed.approval is None:
        complete_memo(fold, confirmed)
    else:
        fold.say(EventType.SETTLEMENT_APPROVAL_REQUESTED, {"settlement": confirmed.id})
    return None


def complete_memo(fold: Fold, promised: Settlement) -> None:
    """Number a promise that nobody has to agree to any more, and tell it."""
    nth = 1 + sum(one.memo_number is not None for one in fold.ret.settlements)
    number = fold.paper_number(PaperKind.MEMO) or memo_number(fold.ret.number, nth)
    numbered = promising(replace(promised, memo_number=number))
    fold.put_settlement(numbered)
    fold.say(
        EventType.SETTLEMENT_MEMO_COMPLETED,
        {"settlement": numbered.id, "memo_number": numbered.memo_number},
    )
    ask_stock(fold, numbered)


def discard(fold: Fold, command: DiscardSettlement) -> Refusal | None:
    """Drop the newest settlement of which nothing has been paid."""
    del command
    settlement = next(one for one in reversed(fold.ret.settlements) if can_be_dropped(one))
    drop(fold, settlement)
    return None


def drop(fold: Fold, settlement: Settlement) -> None:
    """Discard a settlement and give back all it holds; nobody has to agree to it any more."""
    approval = settlement.approval
    if approval is not None and approval.status is ApprovalStatus.NEEDED:
        approval = replace(approval, status=ApprovalStatus.WITHDRAWN)
    dropped = replace(
        settlement,
        status=SettlementStatus.DISCARDED,
        approval=approval,
        legs=tuple(replace(leg, status=LegStatus.ABANDONED) for leg in settlement.legs),
    )
    fold.put_settlement(dropped)
    release(fold, [leg for leg in settlement.legs if leg.status in _RESERVING])
    if settlement.status is not SettlementStatus.DRAFT:
        _hold_shipping(fold, settlement, -1)
        let_go(fold, dropped)


def _hold_shipping(fold: Fold, settlement: Settlement, sign: int) -> None:
    amount = sum(line.amount for line in settlement.lines if line.kind == SHIPPING)
    if amount:
        held = fold.order.shipping_refunded + sign * amount
        fold.order = replace(fold.order, shipping_refunded=held)
