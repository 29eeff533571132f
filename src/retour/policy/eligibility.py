"""Whether a request is eligible: every line against the window and the rules, with a trace.

In every slot (the answer, the window, the fee …) the first rule that matches a line speaks.  Where
none answers, the line must be returnable; asked for inside the window it must always be.  What
would take a consumer's legal right is overruled.  A verdict is an answer, never a refusal: what
follows from it is the policy's and the lifecycle's business.
Pure: the instant of the judgement is an argument.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TypeAlias

from msgspec.structs import replace

from retour.policy import legal_floor
from retour.policy.caution import LISTED, assessed, cautions, is_let_in
from retour.policy.facts import Asked, Occasion
from retour.policy.model import (
    LineTerms,
    Policy,
    PolicyRule,
    Then,
    TraceStep,
    Verdict,
    WindowStart,
)
from retour.policy.rules import (
    ANSWER,
    WINDOW,
    Ready,
    answer_of,
    choose,
    facts_held,
    laid_out,
    window_of,
    words_of,
)
from retour.policy.slots import decided
from retour.policy.terms import offered, terms_of, within_the_law
from retour.policy.window import Window, window

ELIGIBLE = "eligible"
INELIGIBLE = "ineligible"
REVIEW = "review"
OVERRULED = "overruled"
HANDED_OVER = "handed_over"

Rules: TypeAlias = Mapping[str, PolicyRule]
"""The rule that speaks in each slot, for one line."""


def check(
    lines: Sequence[Asked],
    occasion: Occasion,
    policy: Policy,
    rules: Sequence[Ready] | None = None,
) -> Verdict:
    """Judge every line; the request is eligible where no step of the trace says otherwise.

    Args:
        rules: The policy's, where they were laid out before; it saves most of the work.
    """
    occasion = weighed(lines, occasion, policy)
    ready = laid_out(policy.rules) if rules is None else rules
    judged = [_judged(line, choose(ready, line, occasion), occasion, policy) for line in lines]
    trace = tuple(step for steps, _ in judged for step in steps)
    terms = tuple(terms for _, terms in judged)
    return Verdict(
        eligible=all(step.verdict in {ELIGIBLE, OVERRULED} for step in trace),
        trace=trace,
        terms=tuple(one for one in terms if one != LineTerms(line=one.line)),
        offer=offered(terms, policy),
        risk=occasion.risk,
    )


def weighed(lines: Sequence[Asked], occasion: Occasion, policy: Policy) -> Occasion:
    """Work out the risk, which rules may ask for."""
    return assessed(lines, occasion, policy, window_start(occasion, policy.window_starts))


def is_ineligible(verdict: Verdict) -> bool:
    """Say whether a rule said no, which is more than wanting a person to look."""
    return any(step.verdict == INELIGIBLE for step in verdict.trace)


def said_against(verdict: Verdict) -> tuple[str, ...]:
    """Give the words for the shopper where a rule said no, each once.

    A rule or a list that rejects brings its own; they stand in place of all else said against that
    line.
    """
    own = {terms.line: terms.against for terms in verdict.terms if terms.against is not None}
    said = [
        own.get(step.line or "", step.detail)
        for step in verdict.trace
        if step.verdict == INELIGIBLE
    ]
    return tuple(dict.fromkeys(said))


# ---------------------------------------------------------------- one line


def _judged(
    line: Asked, rules: Rules, occasion: Occasion, policy: Policy
) -> tuple[tuple[TraceStep, ...], LineTerms]:
    """Judge one line: by the window and the rules first, then by the law."""
    steps = tuple(_judge(line, rules, occasion, policy))
    terms = terms_of(line, rules, occasion, policy)
    against = [step.rule for step in steps if _is_overruled(step)]
    lawful = within_the_law(terms, policy)
    if not against and lawful == terms:
        return steps, terms
    if not legal_floor.is_open(occasion, policy.consumer_law):
        return steps, terms
    ground = legal_floor.ground_of(line, terms.legal_ground)
    if ground is not None:
        told = legal_floor.excepted(ground)
        return (*steps, _step(line, legal_floor.RULE, ELIGIBLE, told)), terms
    if terms.fee is not None:
        against.append(f"the fee of {terms.fee.rule}")
    if lawful.outcomes != terms.outcomes:
        against.append("what keeps the money from being refunded")
    told = legal_floor.words(occasion, ", ".join(against))
    return (
        *(_overruled(step) if _is_overruled(step) else step for step in steps),
        _step(line, legal_floor.RULE, ELIGIBLE, told),
    ), replace(lawful, legal_floor=True)


def _overruled(step: TraceStep) -> TraceStep:
    """Take a step's no away; who is blocked is still looked at by a person."""
    return replace(step, verdict=REVIEW if step.rule == LISTED else OVERRULED)


def _is_overruled(step: TraceStep) -> bool:
    """Say whether the law would overrule a step; what was never handed over cannot come back."""
    return step.verdict == INELIGIBLE and step.rule != HANDED_OVER


def _judge(line: Asked, rules: Rules, occasion: Occasion, policy: Policy) -> Iterator[TraceStep]:
    """Give the steps of one line, in the order they are explained to people."""
    rule = rules.get(ANSWER)
    if line.handed_over:
        yield _step(line, HANDED_OVER, ELIGIBLE, "It was handed over.")
    else:
        yield _step(line, HANDED_OVER, INELIGIBLE, "It was never handed over.")
    for caution in cautions(line, occasion, policy):
        yield _step(line, *caution)
    let_in = is_let_in(line, occasion)
    if rule is None and line.returnable:
        yield _step(line, "returnable", ELIGIBLE, "It may be returned.")
    elif rule is None and not let_in:
        yield _step(line, "returnable", INELIGIBLE, "It is sold as final.")
    if not let_in:
        yield _window(line, rules.get(WINDOW), occasion, policy)
    for speaker in {id(one): one for one in rules.values()}.values():
        yield _spoken(line, speaker, rules, occasion)


def _spoken(line: Asked, rule: PolicyRule, rules: Rules, occasion: Occasion) -> TraceStep:
    """Say what a rule decides of a line, and on which facts."""
    then = rule.then
    if not isinstance(then, Then):
        return _step(line, rule.name, then, words_of(rule))
    kinds = [kind for kind, speaker in rules.items() if speaker is rule]
    says = ", ".join(decided(then, kind) for kind in kinds)
    verdict = answer_of(rule) if ANSWER in kinds else ELIGIBLE
    facts = facts_held(rule, line, occasion)
    detail = f"The rule {rule.name!r} matches ({facts}) and says: {says}."
    return _step(line, rule.name, verdict, detail)


def _step(line: Asked, rule: str, verdict: str, detail: str) -> TraceStep:
    return TraceStep(rule=rule, verdict=verdict, detail=detail, line=line.line)


def last_day(line: Asked, occasion: Occasion, policy: Policy) -> date | None:
    """Give the last day on which a line may be asked back; ``None`` while it has not begun."""
    occasion = weighed([line], occasion, policy)
    rule = choose(laid_out(policy.rules), line, occasion).get(WINDOW)
    span = _span(rule, occasion, policy)[1]
    return None if span is None else span.last_day


def _span(rule: PolicyRule | None, occasion: Occasion, policy: Policy) -> tuple[int, Window | None]:
    own = window_of(rule)
    days = policy.window_days if own is None else own
    start = window_start(occasion, policy.window_starts)
    return days, None if start is None else window(start, days, occasion.zone)


def _window(line: Asked, rule: PolicyRule | None, occasion: Occasion, policy: Policy) -> TraceStep:
    days, span = _span(rule, occasion, policy)
    if span is None:
        return _step(line, "window", ELIGIBLE, f"The {days} days have not begun.")
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
