"""What a commit keeps of legs at processors, and of what others took of the order's payments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.lifecycle.words import AT_PROCESSORS, Executor, LegStatus

if TYPE_CHECKING:
    from datetime import datetime

    from retour.lifecycle.model import Leg, Order, Return

_ENCODE: Final = msgspec.json.Encoder()
_ASKED_FOR: Final = frozenset(LegStatus) - {
    LegStatus.DRAFT,
    LegStatus.RESERVED,
    LegStatus.ABANDONED,
}
"""Where a processor may have been asked for a leg's money."""


def withheld_arguments(workspace_id: int, before: Order | None, after: Order) -> list[Any] | None:
    """Give what ``keep_withheld`` takes; None where nobody took of a payment that has moved."""
    was = () if before is None else before.payments
    moved = [one for one in after.payments if one.taken and one not in was]
    if not moved:
        return None
    return [workspace_id, after.id, [one.id for one in moved], [one.gone for one in moved]]


def processor_legs_arguments(
    workspace_id: int, tick: datetime, before: Return | None, after: Return
) -> list[Any] | None:
    """Give what ``keep_processor_legs`` takes; None where no leg at a processor has moved."""
    was = () if before is None else before.settlements
    had = [leg for one in was for leg in one.legs]
    moved = [
        {
            "id": leg.id,
            "executor": leg.executor.value,
            "payment": leg.payment,
            "amount": leg.amount,
            "currency": one.currency,
            "status": leg.status.value,
            "reference": leg.reference,
        }
        for one in after.settlements
        for leg in one.legs
        if _is_comparable(leg) and leg not in had
    ]
    return [workspace_id, after.id, tick, _ENCODE.encode(moved).decode()] if moved else None


def _is_comparable(leg: Leg) -> bool:
    """Say whether a processor may know of a leg: it was asked, or somebody named its refund."""
    if leg.executor in AT_PROCESSORS:
        return leg.status in _ASKED_FOR
    return leg.executor is Executor.EXTERNAL and leg.reference is not None


def loosened_arguments(workspace_id: int, before: Order, after: Order) -> list[Any] | None:
    """Give what ``loosen_withheld`` takes; None where legs hold no more than before."""
    gone = {one.id: one.gone for one in before.payments}
    less = [one for one in after.payments if one.gone < gone[one.id]]
    if not less:
        return None
    return [workspace_id, after.id, [one.id for one in less], [one.gone for one in less]]
