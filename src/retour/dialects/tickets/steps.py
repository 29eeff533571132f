"""The guide's six steps as one ticket took them: what is done, by whom, by hand or by itself.

A step that is still to come shows the mode the guide gives it.  Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from retour.dialects.tickets.status import (
    APPROVED,
    ELIGIBILITY_CHECK,
    ITEM_RECEIVED,
    LABEL_SENT,
    REFUNDED,
    REJECTED,
    RETURN_REQUESTED,
    STATUSES,
)
from retour.dialects.view import View, instant
from retour.lifecycle.model import Return, WorkflowStep
from retour.lifecycle.workflow import mode_of

_TAKEN: Final[Mapping[str, WorkflowStep]] = {
    RETURN_REQUESTED: WorkflowStep.REQUEST,
    ELIGIBILITY_CHECK: WorkflowStep.ELIGIBILITY,
    APPROVED: WorkflowStep.APPROVAL,
    LABEL_SENT: WorkflowStep.LABEL,
    ITEM_RECEIVED: WorkflowStep.RECEIPT,
    REFUNDED: WorkflowStep.REFUND,
}
"""Which step of the return each of the guide's is."""


def steps_of(ret: Return) -> tuple[View, ...]:
    """Show the six steps in their order; the third is ``rejected`` where the answer was no."""
    return tuple(
        _step(status.key, status.step, status.mode, ret) for status in STATUSES if status.step
    )


def _step(key: str, place: int, usual: str | None, ret: Return) -> View:
    taken = ret.steps.get(_TAKEN[key].value)
    is_no = key == APPROVED and ret.reject_reason is not None
    return {
        "step": place,
        "status": REJECTED if is_no else key,
        "mode": usual if taken is None else mode_of(taken),
        "by": None if taken is None else {"kind": taken.by.kind.value, "id": taken.by.id},
        "at": None if taken is None or taken.done_at is None else instant(taken.done_at),
    }
