"""What a request was judged on: enough to judge it again in a year, without anything else."""

from __future__ import annotations

from retour.kernel.value import Value
from retour.policy.facts import Asked, Occasion


class Grounds(Value):
    """The lines as they were asked for, and the occasion as it was known then."""

    lines: tuple[Asked, ...]
    occasion: Occasion
