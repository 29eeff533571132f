"""Deciding at a dock: with grading sets and dispositions around, and somebody who acts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from retour.kernel.refusal import Refusal, RefusalCode
from retour.lifecycle.commands import Command
from retour.lifecycle.decide import decide
from retour.lifecycle.model import Actor, ActorKind, Decision, EventType
from retour.policy.grading import GradingSet
from tests.support.returns import Journey

ANN: Final = Actor(kind=ActorKind.API_KEY, id="key_ann")
BEN: Final = Actor(kind=ActorKind.API_KEY, id="key_ben")


def give(
    journey: Journey,
    *plan: Command,
    by: Actor = ANN,
    sets: Sequence[GradingSet] = (),
    known: frozenset[str] | None = None,
) -> Decision | Refusal:
    """Decide a plan with grading sets around; keeps what it did."""
    context = journey.context(plan=plan)
    around = msgspec.structs.replace(
        context, actor=by, grading_sets=tuple(sets), dispositions=known
    )
    decision = decide(journey.state, plan, around)
    if isinstance(decision, Decision):
        journey.state = decision.state
    return decision


def code(decision: Decision | Refusal) -> RefusalCode:
    """The code of what must be a refusal."""
    assert isinstance(decision, Refusal), decision
    return decision.code


def said(decision: Decision | Refusal) -> list[EventType]:
    """The events of what must be possible."""
    assert isinstance(decision, Decision), decision
    return [event.type for event in decision.events]
