"""Which rule speaks for a line: of every slot, the first rule that matches and takes it.

Rules stand in order.  A rule in the short form (``then`` is a word) takes every slot: what it
leaves unsaid stays as the policy has it.  A rule with actions takes only the slots of its actions,
and later rules may still speak of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from retour.policy.conditions import (
    Finding,
    ItemWhen,
    OrderWhen,
    RequestWhen,
    Wanted,
    When,
    findings,
    holds,
    named,
)
from retour.policy.facts import Asked, Occasion
from retour.policy.model import Moment, PolicyRule, Then
from retour.policy.slots import (
    ANSWER,
    KEEP,
    WINDOW,
    is_set,
    kinds_of,
    said_in,
    slots_at,
)

__all__ = [
    "ANSWER",
    "KEEP",
    "WINDOW",
    "Ready",
    "answer_of",
    "choose",
    "conditions_of",
    "facts_held",
    "held_against",
    "keeping_of",
    "kinds_of",
    "laid_out",
    "then_of",
    "window_of",
    "words_of",
]

_ANSWERS: Mapping[str, str] = {"approve": "eligible", "review": "review", "reject": "ineligible"}
"""The actions that answer, and the verdict each gives."""


def conditions_of(rule: PolicyRule) -> When:
    """Give when a rule speaks, whichever form it is in."""
    if isinstance(rule.then, Then):
        return rule.when
    return When(
        order=OrderWhen(channels=rule.channels, countries=rule.countries),
        item=ItemWhen(skus=rule.skus, groups=rule.groups),
        request=RequestWhen(origins=rule.origins, reasons=rule.reasons),
    )


class Ready(NamedTuple):
    """A rule laid out for being asked about many lines."""

    rule: PolicyRule
    asked: Mapping[str, Wanted]
    kinds: tuple[str, ...]


def laid_out(rules: Sequence[PolicyRule], at: Moment = Moment.REQUEST) -> tuple[Ready, ...]:
    """Lay the rules of one moment out once, before they are asked about every line."""
    return tuple(
        Ready(rule, named(conditions_of(rule)), kinds_of(rule)) for rule in rules if rule.at is at
    )


def choose(
    rules: Sequence[Ready], line: Asked, occasion: Occasion, at: Moment = Moment.REQUEST
) -> dict[str, PolicyRule]:
    """Give the rule that speaks in each slot; a slot without one is the policy's own."""
    chosen: dict[str, PolicyRule] = {}
    every = len(slots_at(at))
    for rule, asked, kinds in rules:
        if len(chosen) == every:
            break
        if holds(asked, line, occasion):
            for kind in kinds:
                chosen.setdefault(kind, rule)
    return chosen


def then_of(rule: PolicyRule | None) -> Then | None:
    """Give the actions of a rule, where it has any."""
    return rule.then if rule is not None and isinstance(rule.then, Then) else None


def answer_of(rule: PolicyRule) -> str:
    """Say eligible, ineligible or review, as the rule does."""
    then = rule.then
    if not isinstance(then, Then):
        return then
    return next(verdict for action, verdict in _ANSWERS.items() if is_set(then, action))


def words_of(rule: PolicyRule, locale: str | None = None) -> str:
    """Give the rule's words for people: those it brings, or that it matches and what it says."""
    then = rule.then
    if isinstance(then, Then):
        if then.reject:
            return said_in(then.reject, locale)
        return then.review or f"The rule {rule.name!r} approves it."
    return f"The rule {rule.name!r} matches and says {then}."


def window_of(rule: PolicyRule | None) -> int | None:
    """Give the days a rule sets; ``None`` where they are the policy's own."""
    if rule is None:
        return None
    return rule.then.window_days if isinstance(rule.then, Then) else rule.window_days


def keeping_of(rule: PolicyRule | None) -> bool | None:
    """Say whether a rule lets the goods be kept; ``None`` where that is the policy's own word."""
    then = then_of(rule)
    if then is None:
        return None
    return True if then.donate else then.keep_item


def held_against(rule: PolicyRule, line: Asked, occasion: Occasion) -> tuple[Finding, ...]:
    """Hold every condition of a rule against what is so, for people to read."""
    return tuple(findings(conditions_of(rule), line, occasion))


def facts_held(rule: PolicyRule, line: Asked, occasion: Occasion) -> str:
    """Say on which facts a rule matches, in words."""
    return ", ".join(_facts(rule, line, occasion)) or "always"


def _facts(rule: PolicyRule, line: Asked, occasion: Occasion) -> Iterator[str]:
    for one in held_against(rule, line, occasion):
        yield f"{one.condition} {one.found}"
