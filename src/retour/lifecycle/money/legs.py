"""How a total becomes legs, and what legs hold of the order's payments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from retour.kernel.money import format_amount
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.fold import Fold
from retour.lifecycle.model import (
    Executor,
    Leg,
    LegKind,
    LegStatus,
    Order,
    Payment,
    Settlement,
)
from retour.lifecycle.money.crediting import (
    BONUS,
    GOODWILL,
    credit_executor,
    credit_of,
    of_kind,
    too_much_credit,
)
from retour.lifecycle.money.disputing import taken_words
from retour.policy.model import PaymentOrder
from retour.settlement.allocation import Part, split

GIFT_CARD: Final = "gift_card"
"""The kind of a payment that was made with one."""


def legs_for(fold: Fold, draft: Settlement, total: int) -> tuple[Leg, ...] | Refusal:
    """Spread what a draft comes to over the payments, keeping the ids of legs it already has.

    Money first, then what is credit instead; goodwill that no payment covers is credit too, and a
    bonus never takes a payment's room.
    """
    bonus = of_kind(draft.lines, BONUS)
    due = total - bonus
    credit = credit_of(draft, due)
    if credit > due:
        return too_much_credit(draft, due)
    beyond = max(due - sum(map(room, fold.order.payments)), 0)
    if beyond > min(of_kind(draft.lines, GOODWILL), credit):
        return cap_exceeded(fold.order, due)
    rooms = rooms_of(fold)
    money = split(due - credit, rooms)
    assert money is not None, "what is beyond the payments is not asked of them"
    instead = split(credit - beyond, _left(rooms, money))
    assert instead is not None, "what is beyond the payments is not asked of them"
    executor = credit_executor(fold)
    legs = [
        *(_refund(part, fold.order) for part in money),
        *(_credit(part.amount, executor, part.payment) for part in instead),
        *(_credit(amount, executor, None) for amount in (beyond, bonus) if amount),
    ]
    ids = [leg.id for leg in draft.legs]
    ids += [fold.mint("leg") for _ in range(len(legs) - len(ids))]
    return tuple(replace(leg, id=ids[place]) for place, leg in enumerate(legs))


def _left(rooms: Sequence[tuple[str, int]], taken: Sequence[Part]) -> list[tuple[str, int]]:
    gone = {part.payment: part.amount for part in taken}
    return [(name, left - gone.get(name, 0)) for name, left in rooms]


def _refund(part: Part, order: Order) -> Leg:
    """Give back to a payment; what was paid with store credit comes back as such."""
    executor = next(one.processor for one in order.payments if one.id == part.payment)
    return Leg(
        id="",
        kind=LegKind.STORE_CREDIT if executor is Executor.CREDIT else LegKind.REFUND,
        executor=executor,
        amount=part.amount,
        status=LegStatus.DRAFT,
        payment=part.payment,
    )


def _credit(amount: int, executor: Executor, payment: str | None) -> Leg:
    return Leg(
        id="",
        kind=LegKind.STORE_CREDIT,
        executor=executor,
        amount=amount,
        status=LegStatus.DRAFT,
        payment=payment,
    )


def rooms_of(fold: Fold) -> list[tuple[str, int]]:
    """List what each payment can still give, in the order the policy uses them up."""
    payments = list(fold.order.payments)
    order = fold.policy.payment_order
    if order is PaymentOrder.NEWEST_FIRST:
        payments.reverse()
    elif order is not PaymentOrder.AS_PAID:
        last = order is PaymentOrder.GIFT_CARDS_LAST
        payments.sort(key=lambda payment: (payment.kind == GIFT_CARD) is last)
    return [(payment.id, room(payment)) for payment in payments]


def room(payment: Payment) -> int:
    """Say how much of a payment is neither paid back nor promised."""
    return payment.room


def cap_exceeded(order: Order, amount: int) -> Refusal:
    """Refuse to give back more than was paid."""
    paid, held, left, asked = (
        format_amount(minor, order.currency)
        for minor in (
            sum(payment.captured for payment in order.payments),
            sum(payment.reserved for payment in order.payments),
            sum(room(payment) for payment in order.payments),
            amount,
        )
    )
    return refuse(
        RefusalCode.CAP_EXCEEDED,
        f"{paid} {order.currency} was paid, {held} of it is given back or promised; at most {left}"
        f" is left, not {asked}.{taken_words(order)} Lower the amount, or put the order with what"
        " was captured since.",
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
