"""Risk: a score from 0 to 100 that says of every point where it comes from.

Worked out before the rules are asked, from the same facts; the weights stand in the policy.  The
same facts give the same score, and one more return in the past never a lower one for how often
somebody returns.  Pure; judges nobody: what follows is for rules and people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from retour.policy.facts import Asked, Occasion
from retour.policy.history import CustomerFacts, rate_percent
from retour.policy.weighing import SCORE_MAX, Contribution, Risk, RiskScore, Weight


class _Signal(NamedTuple):
    """What is so, in a number, with what it was worked out from."""

    name: str
    value: int
    inputs: Mapping[str, int]
    detail: str


def assess(
    lines: Sequence[Asked], occasion: Occasion, risk: Risk, *, window_passed: int | None
) -> RiskScore:
    """Weigh every signal that has a weight.

    Args:
        window_passed: How much of the window is over, in percent; None where it has not begun.
    """
    customer = occasion.customer or CustomerFacts()
    found = [
        *_velocity(customer),
        *_shares(lines, occasion, customer, risk.least_units),
        *_counts(customer),
        *_of_the_request(lines, window_passed),
    ]
    contributions = tuple(_weighed(signal, risk) for signal in found)
    counting = tuple(one for one in contributions if one is not None and one.points > 0)
    return RiskScore(
        score=min(SCORE_MAX, sum(one.points for one in counting)), contributions=counting
    )


def points(value: int, weight: Weight) -> int:
    """Give the points of a value: none up to ``over``, then ``points`` for each step begun."""
    if value <= weight.over:
        return 0
    steps = -(-(value - weight.over) // weight.step)
    earned = steps * weight.points
    return min(earned, SCORE_MAX if weight.most is None else weight.most)


def _weighed(signal: _Signal, risk: Risk) -> Contribution | None:
    weight: Weight | None = getattr(risk, signal.name)
    if weight is None:
        return None
    return Contribution(
        signal=signal.name,
        points=points(signal.value, weight),
        value=signal.value,
        inputs=signal.inputs,
        detail=signal.detail,
    )


def _velocity(customer: CustomerFacts) -> Iterator[_Signal]:
    for days, count in (
        (7, customer.returns_7_days),
        (30, customer.returns_30_days),
        (90, customer.returns_90_days),
    ):
        yield _Signal(
            f"returns_{days}_days",
            count,
            {"returns": count, "days": days},
            f"{count} earlier returns were asked for in the last {days} days.",
        )


def _shares(
    lines: Sequence[Asked], occasion: Occasion, customer: CustomerFacts, least: int
) -> Iterator[_Signal]:
    """Give what can only be said of enough units."""
    asked = sum(line.quantity for line in lines)
    returned, bought = customer.units_returned + asked, customer.units_bought
    if bought >= least and (rate := rate_percent(returned, bought)) is not None:
        yield _Signal(
            "return_rate",
            rate,
            {"units_returned": returned, "units_bought": bought},
            f"{rate} % of {bought} units bought come back, with those asked for now.",
        )
    if bought >= least:
        yield from _concentration(lines, occasion, customer)
    earlier, missing = customer.units_returned, customer.missing_or_wrong
    if earlier >= least and (share := rate_percent(missing, earlier)) is not None:
        yield _Signal(
            "missing_or_wrong",
            share,
            {"units_missing_or_wrong": missing, "units_returned": earlier},
            f"{share} % of {earlier} units returned were missing or something else.",
        )


def _concentration(
    lines: Sequence[Asked], occasion: Occasion, customer: CustomerFacts
) -> Iterator[_Signal]:
    """Say how dear the units that come back are beside those bought: 100 is alike."""
    priced = [line for line in lines if line.unit_price is not None]
    units = customer.units_returned + sum(line.quantity for line in priced)
    value = customer.value_returned + sum(
        line.quantity * line.unit_price for line in priced if line.unit_price is not None
    )
    if occasion.currency is None or units == 0 or customer.value_bought <= 0:
        return
    percent = 100 * value * customer.units_bought // (units * customer.value_bought)
    yield _Signal(
        "value_concentration",
        percent,
        {
            "value_returned": value,
            "units_returned": units,
            "value_bought": customer.value_bought,
            "units_bought": customer.units_bought,
        },
        f"A unit that comes back is worth {percent} % of a unit bought, on average.",
    )


_COUNTED: Mapping[str, str] = {
    "linked_identities": "other e-mail addresses share this phone number or address",
    "kept_items": "units were refunded earlier and left with the customer",
    "rejected_returns": "earlier returns were rejected, in whole or in part",
    "failed_payments": "earlier refunds failed or were taken back",
}


def _counts(customer: CustomerFacts) -> Iterator[_Signal]:
    for name, words in _COUNTED.items():
        count: int = getattr(customer, name)
        yield _Signal(name, count, {name: count}, f"{count} {words}.")


def _of_the_request(lines: Sequence[Asked], window_passed: int | None) -> Iterator[_Signal]:
    variants = max((line.variants for line in lines), default=1)
    yield _Signal(
        "bracketing",
        variants,
        {"variants": variants},
        f"The order holds {variants} variants of an article that comes back.",
    )
    if window_passed is not None:
        yield _Signal(
            "late",
            window_passed,
            {"window_passed_percent": window_passed},
            f"{window_passed} % of the window had passed.",
        )
