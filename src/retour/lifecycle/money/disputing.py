"""Money that others took out of an order's payments: noted once, and nothing promised of it again.

A refund made at the processor, and a dispute, are facts when we hear of them: they cannot be
refused.  They shrink the room of the payment; what is promised and not started yet waits, and what
comes back (a dispute that is won, a refund that fails) makes the room again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from retour.kernel.money import format_amount
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import Context
from retour.lifecycle.fold import Details, Fold, as_told
from retour.lifecycle.model import (
    Decision,
    Event,
    EventType,
    Leg,
    Order,
    Payment,
    Personal,
    Snapshot,
    State,
)
from retour.lifecycle.money.taken import Taken, TakenBy

TAKEN_MAX: Final = 100
"""Sums kept for one payment; what comes after them is left to a person."""
_NAMED_MAX: Final = 3


def note_taken(
    before: State, payments: Sequence[str], taken: Taken, context: Context
) -> Decision | None:
    """Note what the processor tells of one sum.

    Args:
        payments: The ids under which the order may have named the payment.

    Returns:
        The state after it, with ``payment.changed`` where the room has moved or a dispute has
        ended; the very state given where nothing is new; ``None`` where the order has no such
        payment, or no place for one sum more.
    """
    found = next((one for one in before.order.payments if one.id in payments), None)
    if found is None:
        return None
    known = next((one for one in found.taken if one.reference == taken.reference), None)
    if known is None and len(found.taken) >= TAKEN_MAX:
        return None
    if known is not None and not _is_news(known, taken):
        return Decision(state=before, events=())

    taken = replace(taken, held=0 if known is None else known.held)
    others = tuple(one for one in found.taken if one.reference != taken.reference)
    payment = replace(found, taken=(*others, taken))
    order = replace(
        before.order,
        payments=tuple(payment if one.id == payment.id else one for one in before.order.payments),
    )
    state = replace(before, order=order)
    change = _change(known, taken)
    if change is None:
        return Decision(state=state, events=())
    return Decision(state=state, events=(_event(state, payment, taken, change, context),))


def _is_news(known: Taken, told: Taken) -> bool:
    """Say whether this is a later word than the one that is known; a failure is the last of all."""
    if replace(told, held=known.held) == known:
        return False
    if told.by is TakenBy.REFUND:
        return (told.is_back, told.is_final, told.told_at) > (
            known.is_back,
            known.is_final,
            known.told_at,
        )
    if told.told_at != known.told_at:
        return told.told_at > known.told_at
    return told.is_final and not known.is_final


def _change(known: Taken | None, told: Taken) -> str | None:
    """Name what has changed for whoever counts money; ``None`` where nothing has."""
    was = 0 if known is None else known.counts
    if told.by is TakenBy.REFUND:
        if told.counts == was:
            return None
        return "refund_failed_elsewhere" if told.is_back else "refunded_elsewhere"
    if told.is_final and (known is None or not known.is_final):
        if was == 0 and told.is_back:
            return None  # An inquiry that took nothing, and has ended so.
        return "dispute_won" if told.is_back else "dispute_lost"
    return None if told.counts == was else "disputed"


def _event(state: State, payment: Payment, taken: Taken, change: str, context: Context) -> Event:
    currency = state.order.currency
    details: Details = {
        "payment": payment.id,
        "change": change,
        "reference": taken.reference,
        "amount": format_amount(taken.amount, currency),
        "currency": currency,
        "left": format_amount(payment.room, currency),
    }
    return Event(
        type=EventType.PAYMENT_CHANGED,
        at=context.at,
        actor=context.actor,
        source=context.source,
        snapshot=Snapshot(order=state.order, others=as_told(state.others), details=details),
        personal=Personal(customer=state.customer, words=state.all_words),
    )


def hold_for(fold: Fold, leg: Leg, reference: str) -> None:
    """Let a leg that was paid by a refund made elsewhere hold that sum: it counts once."""

    def held(payment: Payment) -> Payment:
        if payment.id != leg.payment:
            return payment
        taken = tuple(
            replace(one, held=min(one.held + leg.amount, one.amount))
            if one.reference == reference and one.by is TakenBy.REFUND
            else one
            for one in payment.taken
        )
        return replace(payment, taken=taken)

    payments = tuple(held(one) for one in fold.order.payments)
    fold.order = replace(fold.order, payments=payments)


# ---------------------------------------------------------------- what waits for it


def nothing_taken(order: Order, legs: Sequence[Leg]) -> Refusal | None:
    """Hold legs whose payment has less left than legs were promised of it."""
    named = {leg.payment for leg in legs}
    for payment in order.payments:
        if payment.id in named and payment.reserved + payment.gone > payment.captured:
            return refuse(
                RefusalCode.PAYMENT_TAKEN,
                f"Payment {payment.id!r} brought in"
                f" {format_amount(payment.captured, order.currency)}, and legs hold"
                f" {format_amount(payment.reserved, order.currency)} of it.{taken_words(order)}"
                " Wait until it has come back, or discard the settlement.",
            )
    return None


def taken_words(order: Order) -> str:
    """Say what others took of an order's payments, as a sentence with a space before it."""
    all_taken = [one for payment in order.payments for one in payment.taken if one.counts]
    said = "".join(f" {_words(one, order.currency)}" for one in all_taken[:_NAMED_MAX])
    more = sum(one.counts for one in all_taken[_NAMED_MAX:])
    return said if not more else f"{said} {format_amount(more, order.currency)} more went so."


def _words(taken: Taken, currency: str) -> str:
    amount = format_amount(taken.amount, currency)
    if taken.by is TakenBy.REFUND:
        return f"{amount} was refunded at the processor itself ({taken.reference})."
    how = "is lost" if taken.is_final else "is open"
    return f"The bank has taken {amount} back: dispute {taken.reference} {how}."
