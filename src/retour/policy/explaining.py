"""What every rule makes of a line, also those that say nothing: for people who write policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from retour.kernel.value import Value
from retour.policy.conditions import Finding
from retour.policy.eligibility import weighed
from retour.policy.facts import Asked, Occasion
from retour.policy.model import Moment, Policy, PolicyRule
from retour.policy.rules import (
    KEEP,
    WINDOW,
    choose,
    held_against,
    keeping_of,
    kinds_of,
    laid_out,
    window_of,
)


class RulePart(Value):
    """One rule's part in the judgement of a line; ``speaks_of`` is what it decides there."""

    rule: str
    matches: bool
    speaks_of: tuple[str, ...]
    detail: str
    findings: tuple[Finding, ...]


class Explained(Value):
    """What holds for one line after all rules, and each rule's part in it."""

    line: str
    window_days: int
    keep_item: bool
    rules: tuple[RulePart, ...]


def explain(lines: Sequence[Asked], occasion: Occasion, policy: Policy) -> tuple[Explained, ...]:
    """Explain every line, rule by rule in their order."""
    occasion = weighed(lines, occasion, policy)
    ready = laid_out(policy.rules)
    return tuple(
        _explained(line, occasion, policy, choose(ready, line, occasion)) for line in lines
    )


def _explained(
    line: Asked, occasion: Occasion, policy: Policy, chosen: Mapping[str, PolicyRule]
) -> Explained:
    days = window_of(chosen.get(WINDOW))
    keeps = keeping_of(chosen.get(KEEP))
    return Explained(
        line=line.line,
        window_days=policy.window_days if days is None else days,
        keep_item=policy.keep_item if keeps is None else keeps,
        rules=tuple(
            _part(
                rule,
                held_against(rule, line, occasion),
                tuple(kind for kind, speaker in chosen.items() if speaker is rule),
            )
            for rule in policy.rules
            if rule.at is Moment.REQUEST
        ),
    )


def _part(rule: PolicyRule, found: tuple[Finding, ...], speaks_of: tuple[str, ...]) -> RulePart:
    matches = all(finding.holds for finding in found)
    if speaks_of:
        detail = f"It matches and decides: {', '.join(speaks_of)}."
    elif matches:
        detail = f"It matches, but earlier rules have decided: {', '.join(kinds_of(rule))}."
    else:
        against = next(finding for finding in found if not finding.holds)
        detail = (
            f"It does not match: {against.condition} should be {against.wanted}, and is"
            f" {against.found}."
        )
    return RulePart(
        rule=rule.name, matches=matches, speaks_of=speaks_of, detail=detail, findings=found
    )
