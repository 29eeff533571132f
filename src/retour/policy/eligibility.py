"""Whether a request is eligible: every line against the window and the rules, with a trace.

Of every kind of action (the answer, the window, keeping the goods) the first rule that matches a
line speaks.  Where none answers, the line must be returnable; asked for inside the window it must
always be.  A verdict is an answer, never a refusal: what follows from it is the policy's and the
lifecycle's business.
Pure: the instant of the judgement is an argument.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec.structs import replace

from retour.policy.facts import Asked, Occasion
from retour.policy.history import Listing
from retour.policy.listing import TO_SHOPPERS, allows, entry_for, is_allowed, told
from retour.policy.model import (
    LineTerms,
    Policy,
    PolicyRule,
    Then,
    TraceStep,
    Verdict,
    WindowStart,
)
from retour.policy.risk import assess
from retour.policy.rules import (
    ANSWER,
    KEEP,
    WINDOW,
    answer_of,
    choose,
    held_against,
    keeping_of,
    laid_out,
    window_of,
    words_of,
)
from retour.policy.window import window

ELIGIBLE = "eligible"
INELIGIBLE = "ineligible"
REVIEW = "review"
RISK = "risk"
_LISTED = "listed"

Rules: TypeAlias = Mapping[str, PolicyRule]
"""The rule that speaks of each kind of action, for one line."""


def check(lines: Sequence[Asked], occasion: Occasion, policy: Policy) -> Verdict:
    """Judge every line; the request is eligible where no step of the trace says otherwise."""
    occasion = assessed(lines, occasion, policy)
    ready = laid_out(policy.rules)
    chosen = [choose(ready, line, occasion) for line in lines]
    pairs = tuple(zip(lines, chosen, strict=True))
    trace = tuple(step for line, rules in pairs for step in _judge(line, rules, occasion, policy))
    return Verdict(
        eligible=all(step.verdict == ELIGIBLE for step in trace),
        trace=trace,
        terms=tuple(_terms(line, rules) for line, rules in pairs if _has_actions(rules)),
        risk=occasion.risk,
    )


def assessed(lines: Sequence[Asked], occasion: Occasion, policy: Policy) -> Occasion:
    """Add the risk as the policy weighs it; none where it does not, or where all is allowed."""
    if policy.risk is None or is_allowed(lines, occasion):
        return occasion
    start = window_start(occasion, policy.window_starts)
    passed = None if start is None else _passed(start, policy.window_days, occasion)
    return replace(occasion, risk=assess(lines, occasion, policy.risk, window_passed=passed))


def _passed(start: datetime, days: int, occasion: Occasion) -> int:
    """Say how much of the window is over, in whole percent."""
    span = window(start, days, occasion.zone)
    gone = (occasion.at.astimezone(occasion.zone).date() - span.from_day).days
    return 100 if days == 0 else max(0, min(100, 100 * gone // days))


def is_ineligible(verdict: Verdict) -> bool:
    """Say whether a rule said no, which is more than wanting a person to look."""
    return any(step.verdict == INELIGIBLE for step in verdict.trace)


def said_against(verdict: Verdict) -> tuple[str, ...]:
    """Give the words for the shopper where a rule said no, each once.

    A rule that rejects brings its own; they stand in place of all else said against that line.
    """
    own = {terms.line: terms.against for terms in verdict.terms if terms.against is not None}
    said = [
        TO_SHOPPERS if step.rule == _LISTED else own.get(step.line or "", step.detail)
        for step in verdict.trace
        if step.verdict == INELIGIBLE
    ]
    return tuple(dict.fromkeys(said))


def _judge(line: Asked, rules: Rules, occasion: Occasion, policy: Policy) -> Iterator[TraceStep]:
    """Give the steps of one line, in the order they are explained to people."""
    rule = rules.get(ANSWER)
    entry = entry_for(line, occasion)
    if line.handed_over:
        yield _step(line, "handed_over", ELIGIBLE, "It was handed over.")
    else:
        yield _step(line, "handed_over", INELIGIBLE, "It was never handed over.")
    if entry is not None:
        yield _listed(line, entry, policy)
    if rule is None and line.returnable:
        yield _step(line, "returnable", ELIGIBLE, "It may be returned.")
    elif rule is None and not allows(entry):
        yield _step(line, "returnable", INELIGIBLE, "It is sold as final.")
    if not allows(entry):
        yield _window(line, rules.get(WINDOW), occasion, policy)
        yield from _risky(line, occasion, policy)
    for speaker in {id(one): one for one in rules.values()}.values():
        yield _spoken(line, speaker, rules, occasion)


def _listed(line: Asked, entry: Listing, policy: Policy) -> TraceStep:
    """Say what a list makes of the line; a block comes to what the policy says."""
    blocked = INELIGIBLE if policy.blocked == "reject" else REVIEW
    return _step(line, _LISTED, ELIGIBLE if allows(entry) else blocked, told(entry))


def _risky(line: Asked, occasion: Occasion, policy: Policy) -> Iterator[TraceStep]:
    """Say what the score comes to, where the policy draws a line."""
    if occasion.risk is None or policy.risk is None or policy.risk.review_at is None:
        return
    score, limit = occasion.risk.score, policy.risk.review_at
    if score >= limit:
        detail = f"The risk is {score} of 100; from {limit} on a person looks at it."
        yield _step(line, RISK, REVIEW, detail)
    else:
        yield _step(line, RISK, ELIGIBLE, f"The risk is {score} of 100, below {limit}.")


def _spoken(line: Asked, rule: PolicyRule, rules: Rules, occasion: Occasion) -> TraceStep:
    """Say what a rule decides of a line, and on which facts."""
    if not isinstance(rule.then, Then):
        return _step(line, rule.name, rule.then, words_of(rule))
    kinds = [kind for kind, speaker in rules.items() if speaker is rule]
    facts = ", ".join(f"{one.condition} {one.found}" for one in held_against(rule, line, occasion))
    decided = ", ".join(_decided(rule.then, kind) for kind in kinds)
    verdict = answer_of(rule) if ANSWER in kinds else ELIGIBLE
    detail = f"The rule {rule.name!r} matches ({facts or 'always'}) and says: {decided}."
    return _step(line, rule.name, verdict, detail)


def _decided(then: Then, kind: str) -> str:
    """Say one action in words."""
    if kind == WINDOW:
        return f"the window is {then.window_days} days"
    if kind == KEEP:
        return "the goods may be kept" if then.keep_item else "the goods must come back"
    for name, words in (("reject", then.reject), ("review", then.review)):
        if words:
            return f"{name}, {words.rstrip('.')}"
    return "approve"


def _has_actions(rules: Rules) -> bool:
    return any(isinstance(rule.then, Then) for rule in rules.values())


def _terms(line: Asked, rules: Rules) -> LineTerms:
    """Keep what the lifecycle asks for later."""
    rule = rules.get(ANSWER)
    rejects = rule is not None and isinstance(rule.then, Then) and rule.then.reject is not None
    return LineTerms(
        line=line.line,
        against=words_of(rule) if rule is not None and rejects else None,
        keep_item=keeping_of(rules.get(KEEP)),
    )


def _step(line: Asked, rule: str, verdict: str, detail: str) -> TraceStep:
    return TraceStep(rule=rule, verdict=verdict, detail=detail, line=line.line)


def _window(line: Asked, rule: PolicyRule | None, occasion: Occasion, policy: Policy) -> TraceStep:
    own = window_of(rule)
    days = policy.window_days if own is None else own
    start = window_start(occasion, policy.window_starts)
    if start is None:
        return _step(line, "window", ELIGIBLE, f"The {days} days have not begun.")
    span = window(start, days, occasion.zone)
    words = (
        f"the window of {days} days from {span.from_day}, open to the end of {span.last_day}"
        f" ({occasion.zone})"
    )
    if span.holds(occasion.at):
        return _step(line, "window", ELIGIBLE, f"It is inside {words}.")
    return _step(line, "window", INELIGIBLE, f"It is past {words}.")


def window_start(occasion: Occasion, starts: WindowStart) -> datetime | None:
    """Say when the window opens; ``None`` while what it waits for has not happened."""
    match starts:
        case WindowStart.ORDERED:
            return occasion.ordered_at
        case WindowStart.SHIPPED:
            return occasion.shipped_at or occasion.delivered_at
        case WindowStart.DELIVERED:
            return occasion.delivered_at
