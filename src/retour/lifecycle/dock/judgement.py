"""What one look at a unit came to, kept beside what is now true of it.

A judgement is kept where somebody else may have to repeat it, or where answers led to its grade.
"""

from __future__ import annotations

from datetime import datetime

from retour.kernel.value import Value
from retour.lifecycle.words import Acceptance, ActorKind
from retour.policy.grading import Grading


class UnitJudgement(Value):
    """Who found what, and on which answers.

    ``asks`` is why another must look too, where one must; ``acceptance`` is what this one found,
    whether or not it counts yet.
    """

    kind: ActorKind
    at: datetime
    acceptance: Acceptance
    id: str | None = None
    grade: str | None = None
    condition: str | None = None
    disposition: str | None = None
    reason: str | None = None
    grading: Grading | None = None
    asks: str | None = None
