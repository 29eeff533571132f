"""Legs that a marketplace pays: when they may start, what they freeze, and one that pays nothing.

Telling a marketplace is the order to pay, and of a return that it declared itself it hears once.
So nothing is told before the goods were received and every unit is decided; from the commit that
asks for the call the judgement stands still, until the marketplace is known to have refused it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import UNDECIDED, legs_of, units_of
from retour.lifecycle.model import (
    Acceptance,
    Executor,
    Leg,
    LegKind,
    LegStatus,
    Order,
    Origin,
    Payment,
    ReceiptStatus,
    Reception,
    Return,
    Settlement,
    Unit,
)

PARTIAL: Final = "partial_acceptance"
"""The attribute of a channel return that says whether its marketplace takes parts of it."""
FORBIDDEN: Final = "forbidden"
DECLARED: Final = "channel_declared_at"
"""The attribute of a channel return that says when its buyer declared it, in RFC 3339."""
_SAID: Final = frozenset({LegStatus.IN_FLIGHT, LegStatus.UNKNOWN, LegStatus.SUCCEEDED})


def marketplace_payment(order: Order) -> Payment | None:
    """Give the payment that a marketplace took and gives back."""
    return next((one for one in order.payments if one.processor is Executor.CHANNELENGINE), None)


def telling_legs(fold: Fold, draft: Settlement) -> tuple[Leg, ...]:
    """Give the leg of zero by which a marketplace hears that it has nothing to pay."""
    payment = marketplace_payment(fold.order)
    if fold.ret.origin is not Origin.CHANNEL or payment is None or _is_told(fold.ret):
        return ()
    known = draft.legs[0].id if draft.legs else fold.mint("leg")
    return (
        Leg(
            id=known,
            kind=LegKind.REFUND,
            executor=Executor.CHANNELENGINE,
            amount=0,
            status=LegStatus.DRAFT,
            payment=payment.id,
        ),
    )


def _is_told(ret: Return) -> bool:
    """Say whether the marketplace has heard of the return, or may have."""
    return any(
        leg.executor is Executor.CHANNELENGINE and leg.status in _SAID for leg in legs_of(ret)
    )


def not_in_part(ret: Return, legs: Iterable[Leg]) -> Refusal | None:
    """Refuse to tell a marketplace of parts of a return that it takes as a whole.

    What is not judged yet may still go either way; what never came counts as rejected.
    """
    told = any(leg.executor is Executor.CHANNELENGINE and leg.amount for leg in legs)
    if not told or ret.attributes.get(PARTIAL) != FORBIDDEN:
        return None
    decided = [unit for unit in units_of(ret) if _is_decided(unit)]
    accepted = sum(unit.acceptance is Acceptance.ACCEPTED for unit in decided)
    if accepted in (0, len(decided)):
        return None
    return refuse(
        RefusalCode.WHOLE_ONLY,
        f"This marketplace takes a return as a whole, and {accepted} of {len(decided)} units are"
        " accepted. Accept every unit, or reject every unit, then propose again.",
    )


def not_to_be_told(ret: Return, legs: Sequence[Leg]) -> Refusal | None:
    """Refuse to tell a marketplace too early, in part, or of its own return a second time."""
    if not any(leg.executor is Executor.CHANNELENGINE for leg in legs):
        return None
    if (refusal := not_in_part(ret, legs)) is not None:
        return refusal
    is_open = any(one.status is ReceiptStatus.OPEN for one in ret.receipts)
    if not ret.receipts or is_open or not all(map(_is_decided, units_of(ret))):
        return refuse(
            RefusalCode.SETTLEMENT_TOO_EARLY,
            "A marketplace pays what was received and judged. Receive the goods, judge every unit"
            " and finish the receipt, then start.",
        )
    if ret.origin is Origin.CHANNEL and _is_told(ret):
        return refuse(
            RefusalCode.UNITS_FROZEN,
            "The marketplace has heard of this return, and hears of it once. Pay what is still"
            " owed in another way.",
        )
    return None


def _is_decided(unit: Unit) -> bool:
    if unit.reception is Reception.MISSING:
        return True
    return unit.reception is not Reception.EXPECTED and unit.acceptance not in UNDECIDED


def freeze(fold: Fold, settlement: Settlement, legs: Sequence[Leg]) -> None:
    """Let nothing change any more about what a marketplace is told."""
    _set_frozen(fold, settlement, legs, frozen=True)


def thaw(fold: Fold, settlement: Settlement, leg: Leg) -> None:
    """Let people judge anew what the marketplace is known to have refused."""
    _set_frozen(fold, settlement, (leg,), frozen=False)


def _set_frozen(fold: Fold, settlement: Settlement, legs: Sequence[Leg], *, frozen: bool) -> None:
    if not any(leg.executor is Executor.CHANNELENGINE for leg in legs):
        return
    named = {unit for line in settlement.lines for unit in line.units}
    is_whole = fold.ret.origin is Origin.CHANNEL
    fold.put_units(
        {
            unit.id: replace(unit, frozen=frozen)
            for unit in units_of(fold.ret)
            if (is_whole or unit.id in named) and unit.frozen is not frozen
        }
    )


def is_unheard(ret: Return, order: Order) -> bool:
    """Say whether a marketplace waits to hear that nothing of its return was accepted."""
    return (
        ret.origin is Origin.CHANNEL
        and not ret.settlements
        and bool(ret.receipts)
        and marketplace_payment(order) is not None
        and not any(unit.acceptance is Acceptance.ACCEPTED for unit in units_of(ret))
    )
