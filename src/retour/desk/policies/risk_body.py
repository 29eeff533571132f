"""Risk and history as a policy's author writes them: weights, and what rules may ask of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from retour.desk.policies.rule_body import Language, Words
from retour.kernel.problems import FieldError
from retour.lifecycle.bodies import Body
from retour.policy.weighing import SCORE_MAX, SIGNALS

Points = Annotated[int, Meta(ge=1, le=SCORE_MAX)]
Level = Annotated[int, Meta(ge=0, le=1_000_000)]
BlockedWords = Annotated[dict[Language, Words], Meta(max_length=50)]
"""What shoppers read where a list rejects, by language."""


class WeightBody(Body):
    """``points`` for each ``step`` begun above ``over``, never more than ``most``."""

    over: Level
    points: Points
    step: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    most: Points | None = None


class RiskBody(Body):
    """Which signals count and how much; a signal without a weight is not looked at."""

    review_at: Points | None = None
    least_units: Annotated[int, Meta(ge=1, le=1000)] = 5
    returns_7_days: WeightBody | None = None
    returns_30_days: WeightBody | None = None
    returns_90_days: WeightBody | None = None
    return_rate: WeightBody | None = None
    value_concentration: WeightBody | None = None
    linked_identities: WeightBody | None = None
    kept_items: WeightBody | None = None
    missing_or_wrong: WeightBody | None = None
    rejected_returns: WeightBody | None = None
    failed_payments: WeightBody | None = None
    bracketing: WeightBody | None = None
    late: WeightBody | None = None


def risk_wrong(risk: RiskBody | None) -> Iterator[FieldError]:
    """Find a risk section that could never score; pointers go into the policy."""
    if risk is None:
        return
    weights = {name: weight for name in SIGNALS if (weight := getattr(risk, name)) is not None}
    if not weights:
        yield FieldError(
            pointer="/risk",
            code="contradictory",
            detail=f"No signal has a weight. Weigh one of {', '.join(SIGNALS)}, or leave out risk.",
        )
    for name, weight in weights.items():
        if weight.most is not None and weight.most < weight.points:
            yield FieldError(
                pointer=f"/risk/{name}/most",
                code="contradictory",
                detail=f"{name} gives {weight.points} points at once, so never at most"
                f" {weight.most}. Raise most, or lower points.",
            )
