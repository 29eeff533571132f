"""What risk is made of: the weights a policy gives to signals, and the score they come to.

Pure data: the weighing itself is in ``risk``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args

from retour.kernel.value import Value

SCORE_MAX = 100
Signal: TypeAlias = Literal[
    "returns_7_days",
    "returns_30_days",
    "returns_90_days",
    "return_rate",
    "value_concentration",
    "linked_identities",
    "kept_items",
    "missing_or_wrong",
    "rejected_returns",
    "failed_payments",
    "bracketing",
    "late",
]
SIGNALS: Final[tuple[str, ...]] = get_args(Signal)
"""Everything that can be weighed."""


class Weight(Value):
    """How much a signal counts: ``points`` for each ``step`` begun above ``over``.

    Never more than ``most`` in all, where that is said.
    """

    over: int
    points: int
    step: int = 1
    most: int | None = None


class Risk(Value):
    """Which signals count and how much; a signal without a weight is not looked at.

    With ``review_at`` a request that scores as much waits for a person, whatever rules say.
    Shares need ``least_units`` bought, or returned, before they say anything.
    """

    review_at: int | None = None
    least_units: int = 5
    returns_7_days: Weight | None = None
    returns_30_days: Weight | None = None
    returns_90_days: Weight | None = None
    return_rate: Weight | None = None
    value_concentration: Weight | None = None
    linked_identities: Weight | None = None
    kept_items: Weight | None = None
    missing_or_wrong: Weight | None = None
    rejected_returns: Weight | None = None
    failed_payments: Weight | None = None
    bracketing: Weight | None = None
    late: Weight | None = None


class Contribution(Value):
    """What one signal adds to the score, from which inputs, in words."""

    signal: str
    points: int
    value: int
    inputs: Mapping[str, int]
    detail: str


class RiskScore(Value):
    """A score from 0 to 100 with every signal's part in it."""

    score: int
    contributions: tuple[Contribution, ...] = ()

    @property
    def flags(self) -> tuple[str, ...]:
        """The signals that added something."""
        return tuple(one.signal for one in self.contributions)
