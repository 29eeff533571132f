"""How a total becomes legs, and what legs hold of the order's payments."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from retour.kernel.money import format_amount
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.fold import Fold
from retour.lifecycle.model import (
    Leg,
    LegKind,
    LegStatus,
    Order,
    Payment,
    Settlement,
)
from retour.lifecycle.money.disputing import taken_words
from retour.settlement.allocation import split


def legs_for(fold: Fold, draft: Settlement, total: int) -> tuple[Leg, ...] | Refusal:
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
            kind=LegKind.REFUND,
            executor=payments[part.payment].processor,
            amount=part.amount,
            status=LegStatus.DRAFT,
            payment=part.payment,
        )
        for place, part in enumerate(parts)
    )


def room(payment: Payment) -> int:
    """Say how much of a payment is neither paid back nor promised."""
    return payment.room


def cap_exceeded(order: Order, amount: int) -> Refusal:
    """Refuse to give back more than was paid."""
    left = sum(room(payment) for payment in order.payments)
    return refuse(
        RefusalCode.CAP_EXCEEDED,
        f"{format_amount(left, order.currency)} of the order's payments can still be refunded, not"
        f" {format_amount(amount, order.currency)}.{taken_words(order)} Lower the amount, or put"
        " the order with what was captured since.",
    )


def reserve(fold: Fold, legs: Sequence[Leg]) -> None:
    """Let legs hold their amounts of the order's payments."""
    _move_reserved(fold, legs, 1)


def release(fold: Fold, legs: Sequence[Leg]) -> None:
    """Give back what legs held of the order's payments."""
    _move_reserved(fold, legs, -1)


def _move_reserved(fold: Fold, legs: Sequence[Leg], sign: int) -> None:
    moves: dict[str | None, int] = {}
    for leg in legs:
        if leg.payment is not None:
            moves[leg.payment] = moves.get(leg.payment, 0) + sign * leg.amount
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
