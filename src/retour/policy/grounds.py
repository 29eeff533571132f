"""What a request was judged on: enough to judge it again in a year, without anything else."""

from __future__ import annotations

from collections.abc import Sequence

from retour.kernel.value import Value
from retour.policy.eligibility import check
from retour.policy.facts import Asked, Occasion
from retour.policy.model import Policy, Verdict
from retour.policy.outcome import Said, said_of
from retour.policy.rules import Ready


class Grounds(Value):
    """The lines as they were asked for, the occasion as it was known then, and what was said."""

    lines: tuple[Asked, ...]
    occasion: Occasion
    said: tuple[Said, ...] = ()


def judged(
    lines: tuple[Asked, ...],
    occasion: Occasion,
    policy: Policy,
    rules: Sequence[Ready] | None = None,
) -> tuple[Grounds, Verdict]:
    """Judge a request, and keep what it was judged on."""
    verdict = check(lines, occasion, policy, rules)
    said = said_of(verdict, policy, occasion.origin)
    return Grounds(lines=lines, occasion=occasion, said=said), verdict


def judged_again(
    grounds: Grounds, policy: Policy, rules: Sequence[Ready] | None = None
) -> tuple[Said, ...]:
    """Say what another policy would have said, then and there."""
    again, _ = judged(grounds.lines, grounds.occasion, policy, rules)
    return again.said
