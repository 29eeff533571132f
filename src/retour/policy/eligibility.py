"""Whether a request is eligible: every line against the window and the rules, with a trace.

The first rule that matches a line speaks for it and may bring a window of its own.  Where none
matches, the line must be returnable and asked for inside the policy's window.  A verdict is an
answer, never a refusal: what follows from it is the policy's and the lifecycle's business.
Pure: the instant of the judgement is an argument.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo

from retour.kernel.value import Value
from retour.policy.model import Policy, PolicyRule, TraceStep, Verdict, WindowStart
from retour.policy.window import window

ELIGIBLE = "eligible"
INELIGIBLE = "ineligible"
REVIEW = "review"


class Asked(Value):
    """One line of the request, with what is known of the order line behind it."""

    line: str
    sku: str
    group: str | None = None
    reasons: tuple[str, ...] = ()  # Codes and texts alike: a rule may name either.
    returnable: bool = True
    handed_over: bool = True


class Occasion(Value):
    """What all lines of a request share.  The instants are those of the last item.

    ``zone`` is the merchant's, by whose days windows run.
    """

    at: datetime
    origin: str
    ordered_at: datetime
    shipped_at: datetime | None = None  # None: not known to have left.
    delivered_at: datetime | None = None  # None: something is still on its way.
    channel: str | None = None
    country: str | None = None
    zone: tzinfo = UTC


def check(lines: Sequence[Asked], occasion: Occasion, policy: Policy) -> Verdict:
    """Judge every line; the request is eligible where no step of the trace says otherwise."""
    trace = tuple(step for line in lines for step in _judge(line, occasion, policy))
    return Verdict(eligible=all(step.verdict == ELIGIBLE for step in trace), trace=trace)


def is_ineligible(verdict: Verdict) -> bool:
    """Say whether a rule said no, which is more than wanting a person to look."""
    return any(step.verdict == INELIGIBLE for step in verdict.trace)


def _judge(line: Asked, occasion: Occasion, policy: Policy) -> Iterator[TraceStep]:
    """Give the steps of one line, in the order they are explained to people."""
    rule = next((rule for rule in policy.rules if _matches(rule, line, occasion)), None)
    if line.handed_over:
        yield _step(line, "handed_over", ELIGIBLE, "It was handed over.")
    else:
        yield _step(line, "handed_over", INELIGIBLE, "It was never handed over.")
    if rule is None and line.returnable:
        yield _step(line, "returnable", ELIGIBLE, "It may be returned.")
    elif rule is None:
        yield _step(line, "returnable", INELIGIBLE, "It is sold as final.")
    yield _window(line, rule, occasion, policy)
    if rule is not None:
        detail = f"The rule {rule.name!r} matches and says {rule.then}."
        yield _step(line, rule.name, rule.then, detail)


def _step(line: Asked, rule: str, verdict: str, detail: str) -> TraceStep:
    return TraceStep(rule=rule, verdict=verdict, detail=detail, line=line.line)


def _window(line: Asked, rule: PolicyRule | None, occasion: Occasion, policy: Policy) -> TraceStep:
    days = policy.window_days
    if rule is not None and rule.window_days is not None:
        days = rule.window_days
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


def _matches(rule: PolicyRule, line: Asked, occasion: Occasion) -> bool:
    """Say whether everything the rule names is so; an empty list names nothing."""
    return (
        (not rule.skus or line.sku in rule.skus)
        and (not rule.groups or line.group in rule.groups)
        and (not rule.reasons or any(reason in rule.reasons for reason in line.reasons))
        and (not rule.origins or occasion.origin in rule.origins)
        and (not rule.channels or occasion.channel in rule.channels)
        and (not rule.countries or occasion.country in rule.countries)
    )
