"""The seven steps of a return as people follow it, and who took each: a person, or the policy.

What happens says which step begins and which ends; the return keeps who began it, so that a page, a
ticket and a mail can show every step as manual or automated without reading the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from retour.lifecycle.model import Actor, ActorKind, EventType, StepTaken, WorkflowStep

BEGINS: Final[Mapping[EventType, WorkflowStep]] = {
    EventType.LABEL_REQUESTED: WorkflowStep.LABEL,
    EventType.REFUND_STARTED: WorkflowStep.REFUND,
    EventType.CHARGE_REQUESTED: WorkflowStep.REFUND,
    EventType.EXCHANGE_STARTED: WorkflowStep.REFUND,
    EventType.REPAIR_STARTED: WorkflowStep.REFUND,
}
"""Events that begin a step which the outside world ends."""

ENDS: Final[Mapping[EventType, WorkflowStep]] = {
    EventType.RETURN_REQUESTED: WorkflowStep.REQUEST,
    EventType.ELIGIBILITY_CHECKED: WorkflowStep.ELIGIBILITY,
    EventType.RETURN_AUTHORIZED: WorkflowStep.APPROVAL,
    EventType.RETURN_REJECTED: WorkflowStep.APPROVAL,
    EventType.RETURN_REOPENED: WorkflowStep.APPROVAL,
    EventType.LABEL_CREATED: WorkflowStep.LABEL,
    EventType.RETURN_RECEIVED: WorkflowStep.RECEIPT,
    EventType.SETTLEMENT_SETTLED: WorkflowStep.REFUND,
    EventType.RETURN_COMPLETED: WorkflowStep.CLOSING,
}
"""Events that end a step: it is done."""

_UNDONE_BY_REOPENING: Final = frozenset(
    {WorkflowStep.RECEIPT, WorkflowStep.REFUND, WorkflowStep.CLOSING}
)
_MACHINES: Final = frozenset(
    {
        ActorKind.POLICY,
        ActorKind.SYSTEM,
        ActorKind.PROCESSOR,
        ActorKind.CARRIER,
        ActorKind.CHANNEL,
    }
)
"""Actors that are nobody's hand."""


def steps_after(
    steps: dict[str, StepTaken], event: EventType, by: Actor, at: datetime
) -> dict[str, StepTaken]:
    """Give the steps as an event leaves them; the very same where it is about none."""
    if (begun := BEGINS.get(event)) is not None:
        return {**steps, begun.value: StepTaken(by=by, at=at)}
    ended = ENDS.get(event)
    if ended is None:
        return steps
    if event is EventType.RETURN_REOPENED:
        steps = {word: step for word, step in steps.items() if word not in _UNDONE_BY_REOPENING}
    was = steps.get(ended.value)
    if was is not None and was.done_at is None:
        return {**steps, ended.value: replace(was, done_at=at)}
    return {**steps, ended.value: StepTaken(by=by, at=at, done_at=at)}


def mode_of(step: StepTaken) -> str:
    """Say whether a step was taken by a hand, ``manual``, or by itself, ``automated``."""
    return "automated" if step.by.kind in _MACHINES else "manual"
