"""Which rule speaks for a line: of every kind of action, the first rule that matches.

Rules stand in order.  A rule in the short form (``then`` is a word) takes every kind of action:
what it leaves unsaid stays as the policy has it.  A rule with actions takes only the kinds it
names, and later rules may still speak of the others.  ``contradictions`` finds rules that can never
be carried out, before they come into force.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from retour.kernel.money import EXPONENTS
from retour.kernel.problems import FieldError
from retour.policy.conditions import (
    AmountSpan,
    Finding,
    ItemWhen,
    OrderWhen,
    RequestWhen,
    Span,
    Wanted,
    When,
    findings,
    holds,
    limits,
    named,
)
from retour.policy.facts import Asked, Occasion
from retour.policy.model import PolicyRule, Then

ANSWER = "answer"
WINDOW = "window"
KEEP = "keep_item"
KINDS = (ANSWER, WINDOW, KEEP)
"""The kinds of action; of each kind one rule speaks at most."""

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


def kinds_of(rule: PolicyRule) -> tuple[str, ...]:
    """Name the kinds of action a rule takes."""
    then = rule.then
    if not isinstance(then, Then):
        return KINDS
    taken = {
        ANSWER: bool(_answers(then)),
        WINDOW: then.window_days is not None,
        KEEP: then.keep_item is not None,
    }
    return tuple(kind for kind in KINDS if taken[kind])


def _answers(then: Then) -> tuple[str, ...]:
    given = {"approve": then.approve, "review": bool(then.review), "reject": bool(then.reject)}
    return tuple(name for name in _ANSWERS if given[name])


class Ready(NamedTuple):
    """A rule laid out for being asked about many lines."""

    rule: PolicyRule
    asked: Mapping[str, Wanted]
    kinds: tuple[str, ...]


def laid_out(rules: Sequence[PolicyRule]) -> tuple[Ready, ...]:
    """Lay rules out once, before they are asked about every line."""
    return tuple(Ready(rule, named(conditions_of(rule)), kinds_of(rule)) for rule in rules)


def choose(rules: Sequence[Ready], line: Asked, occasion: Occasion) -> dict[str, PolicyRule]:
    """Give the rule that speaks of each kind of action; a kind without one is the policy's own."""
    chosen: dict[str, PolicyRule] = {}
    for rule, asked, kinds in rules:
        if len(chosen) == len(KINDS):
            break
        if holds(asked, line, occasion):
            for kind in kinds:
                chosen.setdefault(kind, rule)
    return chosen


def answer_of(rule: PolicyRule) -> str:
    """Say eligible, ineligible or review, as the rule does."""
    then = rule.then
    return _ANSWERS[_answers(then)[0]] if isinstance(then, Then) else then


def words_of(rule: PolicyRule) -> str:
    """Give the rule's words for people: those it brings, or that it matches and what it says."""
    then = rule.then
    if isinstance(then, Then):
        return then.reject or then.review or f"The rule {rule.name!r} approves it."
    return f"The rule {rule.name!r} matches and says {then}."


def window_of(rule: PolicyRule | None) -> int | None:
    """Give the days a rule sets; ``None`` where they are the policy's own."""
    if rule is None:
        return None
    return rule.then.window_days if isinstance(rule.then, Then) else rule.window_days


def keeping_of(rule: PolicyRule | None) -> bool | None:
    """Say whether a rule lets the goods be kept; ``None`` where that is the policy's own word."""
    return rule.then.keep_item if rule is not None and isinstance(rule.then, Then) else None


def held_against(rule: PolicyRule, line: Asked, occasion: Occasion) -> tuple[Finding, ...]:
    """Hold every condition of a rule against what is so, for people to read."""
    return tuple(findings(conditions_of(rule), line, occasion))


# ---------------------------------------------------------------- contradictions


def contradictions(rules: Sequence[PolicyRule]) -> Iterator[FieldError]:
    """Find what no request could ever carry out; pointers go into the policy."""
    seen: dict[str, int] = {}
    ready = laid_out(rules)
    for place, rule in enumerate(rules):
        if not isinstance(rule.then, Then):
            continue
        at = f"/rules/{place}"
        earlier = seen.setdefault(rule.name, place)
        if earlier != place:
            yield _wrong(
                f"{at}/id",
                "duplicate",
                f"Rule {earlier + 1} is called {rule.name!r} too. Give each rule its own id.",
            )
        yield from _actions_wrong(rule.then, f"{at}/then")
        yield from _spans_wrong(rule.when, f"{at}/when")
        yield from _never_reached(ready, place)


def _wrong(pointer: str, code: str, detail: str) -> FieldError:
    return FieldError(pointer=pointer, code=code, detail=detail)


def _actions_wrong(then: Then, at: str) -> Iterator[FieldError]:
    answers = _answers(then)
    if len(answers) > 1:
        yield _wrong(
            f"{at}/{answers[1]}",
            "contradictory",
            f"One rule cannot {' and '.join(answers)} at once. Keep one of them.",
        )
    if not answers and then.window_days is None and then.keep_item is None:
        yield _wrong(at, "contradictory", "The rule does nothing. Give it an action.")


def _spans_wrong(when: When, at: str) -> Iterator[FieldError]:
    for name, wanted in named(when).items():
        pointer = f"{at}/{name.replace('.', '/')}"
        match wanted:
            case Span():
                yield from _ends_wrong(wanted.at_least, wanted.at_most, pointer)
            case AmountSpan():
                yield from _amounts_wrong(wanted, pointer)
            case _:
                pass


def _ends_wrong(least: int | None, most: int | None, pointer: str) -> Iterator[FieldError]:
    if least is None and most is None:
        yield _wrong(
            pointer, "contradictory", "The span has no end. Give at_least, at_most or both."
        )
    elif least is not None and most is not None and least > most:
        yield _wrong(
            pointer,
            "contradictory",
            "Nothing is at least the one and at most the other. Exchange at_least and at_most.",
        )


def _amounts_wrong(span: AmountSpan, pointer: str) -> Iterator[FieldError]:
    if span.currency not in EXPONENTS:
        yield _wrong(
            f"{pointer}/currency",
            "unknown_currency",
            f"{span.currency!r} is no ISO 4217 currency; give a code such as 'EUR'.",
        )
        return
    least, most = limits(span)
    unread = False
    for name, text, read in (
        ("at_least", span.at_least, least),
        ("at_most", span.at_most, most),
    ):
        if text is not None and (read is None or read < 0):
            unread = True
            yield _wrong(
                f"{pointer}/{name}",
                "bad_amount",
                f"{text!r} is no amount of {span.currency}: give a decimal string of zero or more.",
            )
    if not unread:
        yield from _ends_wrong(least, most, pointer)


def _never_reached(rules: Sequence[Ready], place: int) -> Iterator[FieldError]:
    """Find a rule whose every kind of action is taken by earlier rules wherever it matches."""
    rule, wanted, kinds = rules[place]
    taken: set[str] = set()
    for earlier in rules[:place]:
        if earlier.asked.items() <= wanted.items():
            taken.update(earlier.kinds)
    if kinds and taken.issuperset(kinds):
        yield _wrong(
            f"/rules/{place}",
            "contradictory",
            f"The rule {rule.name!r} can never speak: wherever it matches, earlier rules have"
            " spoken. Put it before them, or take it out.",
        )
