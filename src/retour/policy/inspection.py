"""The second moment: what rules for grading make of one unit, once somebody has looked at it.

In every slot the first rule that matches speaks, as at request.  A consumer who may withdraw is
never refused for the state of the goods, nor asked a fee; what the goods have lost in value may be
kept back (Directive 2011/83/EU, Article 14).  Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from retour.kernel.value import Value
from retour.policy import legal_floor
from retour.policy.facts import Asked, Occasion
from retour.policy.model import Fee, Moment, Policy, PolicyRule, TraceStep, UnitTerms
from retour.policy.rules import choose, facts_held, laid_out, then_of
from retour.policy.slots import (
    ACCEPTANCE,
    DEDUCTION,
    DISPOSITION,
    FEE,
    decided,
    said_in,
)
from retour.policy.terms import fee_on

ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"
WAITING: Final = "waiting_for_input"


class Ruling(Value):
    """What the rules say of one unit, and how they came to it."""

    acceptance: str
    reason: str | None
    disposition: str | None
    terms: UnitTerms
    trace: tuple[TraceStep, ...]


def judge(line: Asked, occasion: Occasion, policy: Policy, *, protected: bool) -> Ruling | None:
    """Judge the piece that ``line`` carries; ``None`` where no rule decides whether it is granted.

    Args:
        protected: Whether a consumer may withdraw from the line by law.
    """
    rules = choose(laid_out(policy.rules, Moment.GRADING), line, occasion, Moment.GRADING)
    speaker = rules.get(ACCEPTANCE)
    if speaker is None:
        return None
    acceptance, reason = _granted(speaker, occasion)
    fee = fee_on(rules.get(FEE), occasion)
    against = tuple(_against(speaker, acceptance, fee)) if protected else ()
    if against:
        acceptance = WAITING if acceptance == REJECTED else acceptance
        fee = None
    disposition = then_of(rules.get(DISPOSITION))
    return Ruling(
        acceptance=acceptance,
        reason=reason,
        disposition=None if disposition is None else disposition.disposition,
        terms=_terms(rules, fee, occasion),
        trace=tuple(_trace(line, rules, occasion, acceptance, against)),
    )


def _granted(rule: PolicyRule, occasion: Occasion) -> tuple[str, str | None]:
    """Give the acceptance a rule says, with its words."""
    then = then_of(rule)
    assert then is not None, "rules for grading have actions"
    if then.reject:
        return REJECTED, said_in(then.reject, occasion.locale)
    return (WAITING, then.wait) if then.wait else (ACCEPTED, None)


def _against(rule: PolicyRule, acceptance: str, fee: Fee | None) -> Iterator[str]:
    """Name what the law overrules."""
    if acceptance == REJECTED:
        yield rule.name
    if fee is not None:
        yield f"the fee of {fee.rule}"


def _terms(rules: Mapping[str, PolicyRule], fee: Fee | None, occasion: Occasion) -> UnitTerms:
    then = then_of(rules.get(DEDUCTION))
    deduct = None if then is None else then.deduct
    return UnitTerms(
        rule=rules[ACCEPTANCE].name,
        deduct_percent=None if deduct is None else deduct.percent,
        deduct_label=None if deduct is None else said_in(deduct.label, occasion.locale),
        fee=fee,
    )


def _trace(
    line: Asked,
    rules: Mapping[str, PolicyRule],
    occasion: Occasion,
    acceptance: str,
    against: tuple[str, ...],
) -> Iterator[TraceStep]:
    """Say what each rule decides, and what the law makes of it."""
    for rule in {id(one): one for one in rules.values()}.values():
        then = then_of(rule)
        assert then is not None, "rules for grading have actions"
        kinds = [kind for kind, speaker in rules.items() if speaker is rule]
        says = ", ".join(decided(then, kind) for kind in kinds)
        facts = facts_held(rule, line, occasion)
        yield TraceStep(
            rule=rule.name,
            verdict=acceptance,
            detail=f"The rule {rule.name!r} matches ({facts}) and says: {says}.",
            line=line.line,
        )
    if against:
        yield TraceStep(
            rule=legal_floor.RULE,
            verdict=acceptance,
            detail=(
                "Whoever may withdraw by law gets the money back; only what the goods have lost in"
                f" value may be kept. Overruled is {', '.join(against)}."
            ),
            line=line.line,
        )
