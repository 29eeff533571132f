"""Grading sets: what is asked of a piece, which grade the answers come to, and why.

Each check leads from some answers to a grade; the worst grade that any answer leads to is the
piece's, and a piece that nothing speaks against is an A.  Which set applies goes by SKU, then by
product group, then to the one for everything.  Pure: the answers come from whoever looks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Final

from retour.kernel.money import format_amount, parse_amount
from retour.kernel.value import Value
from retour.policy.conditions import AmountSpan

GRADES: Final = ("A", "B", "C", "D")
"""Best first."""

Answer = str | int | bool
YES_NO: Final = ("yes", "no")


class Outcome(Value):
    """Which answers of a check lead to a grade: some words, or a measure within bounds."""

    grade: str
    answers: tuple[str, ...] = ()
    at_least: int | None = None
    at_most: int | None = None
    words: str | None = None  # What is then said of the piece's condition.


class Check(Value):
    """One thing to look at: a question with the answers it may have, or a measure (no answers).

    Args:
        unit: Of a measure, such as mm.
        optional: Whether it may be left unanswered.
    """

    id: str
    ask: str
    answers: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    unit: str | None = None
    optional: bool = False


class Result(Value):
    """What a grade suggests; whoever judges may say otherwise."""

    grade: str
    acceptance: str | None = None  # accepted | rejected | waiting_for_input
    disposition: str | None = None
    condition: str | None = None


class QualityRule(Value):
    """When a second pair of eyes must look: any of these is enough.

    Args:
        over: The price of one piece, in its currency; in another the rule is silent.
        grades: As judged first.
        sample_percent: Of all pieces, chosen by their ids, so that nobody can choose.
    """

    over: AmountSpan | None = None
    grades: tuple[str, ...] = ()
    sample_percent: int = 0


class GradingSet(Value):
    """The checks for some products; with neither SKUs nor groups, for all that no other set has."""

    id: str
    version: int = 1
    name: str = ""
    skus: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    instructions: str | None = None
    checks: tuple[Check, ...] = ()
    results: tuple[Result, ...] = ()
    quality_check: QualityRule | None = None
    retired: bool = False


class GradingStep(Value):
    """What one check came to."""

    check: str
    answer: str
    grade: str
    detail: str


class Grading(Value):
    """The grade that answers came to under one version of a set, and how."""

    set: str
    version: int
    grade: str
    acceptance: str | None = None
    disposition: str | None = None
    condition: str | None = None
    trace: tuple[GradingStep, ...] = ()


class BadAnswer(Value):
    """What is wrong with the answers to one check: the fact, then the remedy."""

    check: str
    detail: str


def applying(sets: Sequence[GradingSet], sku: str, group: str | None) -> GradingSet | None:
    """Choose the set for an item: by SKU, by group, else the general one; then the first id."""
    live = sorted((one for one in sets if not one.retired), key=lambda one: one.id)
    by_sku = (one for one in live if sku in one.skus)
    by_group = (one for one in live if group is not None and group in one.groups)
    general = (one for one in live if not one.skus and not one.groups)
    return next(chain(by_sku, by_group, general), None)


def graded(used: GradingSet, answers: Mapping[str, Answer]) -> Grading | tuple[BadAnswer, ...]:
    """Work out the grade of a piece from the answers, or say what is wrong with them."""
    known = {check.id: check for check in used.checks}
    wrong = [
        BadAnswer(check=name, detail=f"The set {used.id!r} has no check {name!r}. Leave it out.")
        for name in answers
        if name not in known
    ]
    steps: list[GradingStep] = []
    words: list[tuple[str, str]] = []
    for check in used.checks:
        answer = answers.get(check.id)
        if answer is None:
            if not check.optional:
                wrong.append(BadAnswer(check=check.id, detail=f"{check.ask} Answer it."))
            continue
        problem = _unfit(check, answer)
        if problem is not None:
            wrong.append(BadAnswer(check=check.id, detail=problem))
            continue
        step, said = _step(check, answer)
        steps.append(step)
        if said is not None:
            words.append((step.grade, said))
    if wrong:
        return tuple(wrong)
    return _summed(used, steps, words)


def worst(grades: Sequence[str]) -> str:
    """Give the worst of some grades; A where there is none."""
    return max(grades, key=GRADES.index, default=GRADES[0])


def _summed(
    used: GradingSet, steps: Sequence[GradingStep], words: Sequence[tuple[str, str]]
) -> Grading:
    grade = worst([step.grade for step in steps])
    result = next((one for one in used.results if one.grade == grade), None)
    condition = "; ".join(said for of, said in words if of == grade) or (
        None if result is None else result.condition
    )
    return Grading(
        set=used.id,
        version=used.version,
        grade=grade,
        acceptance=None if result is None else result.acceptance,
        disposition=None if result is None else result.disposition,
        condition=condition or None,
        trace=tuple(steps),
    )


def _unfit(check: Check, answer: Answer) -> str | None:
    """Say why an answer is none of a check's."""
    if check.answers:
        if _spoken(answer) in check.answers:
            return None
        return f"{_spoken(answer)!r} is none of {', '.join(check.answers)}. Give one of them."
    if isinstance(answer, int) and not isinstance(answer, bool):
        return None
    measured = "a whole number" + (f" of {check.unit}" if check.unit else "")
    return f"{_spoken(answer)!r} is no measure. Give {measured}."


def _spoken(answer: Answer) -> str:
    if isinstance(answer, bool):
        return YES_NO[0] if answer else YES_NO[1]
    return str(answer)


def _step(check: Check, answer: Answer) -> tuple[GradingStep, str | None]:
    """Hold an answer against every outcome; the worst that it leads to counts."""
    found = [one for one in check.outcomes if _leads(one, answer)]
    told = _spoken(answer) + (f" {check.unit}" if check.unit else "")
    if not found:
        detail = f"{check.ask} {told}: nothing against it."
        return GradingStep(check=check.id, answer=told, grade=GRADES[0], detail=detail), None
    hit = max(found, key=lambda one: GRADES.index(one.grade))
    detail = f"{check.ask} {told}: at best {hit.grade}."
    return GradingStep(check=check.id, answer=told, grade=hit.grade, detail=detail), hit.words


def _leads(outcome: Outcome, answer: Answer) -> bool:
    if outcome.answers:
        return _spoken(answer) in outcome.answers
    if not isinstance(answer, int) or isinstance(answer, bool):
        return False
    above = outcome.at_least is None or answer >= outcome.at_least
    return above and (outcome.at_most is None or answer <= outcome.at_most)


def why_checked(
    rule: QualityRule | None, unit: str, grade: str | None, price: int | None, currency: str
) -> str | None:
    """Say why a second pair of eyes must look at a piece; ``None`` where none must."""
    if rule is None:
        return None
    if grade is not None and grade in rule.grades:
        return f"Grade {grade} is always looked at twice."
    least = _least(rule.over, currency)
    if least is not None and price is not None and price >= least:
        return f"It cost {format_amount(price, currency)} {currency}, which is looked at twice."
    if is_sampled(unit, rule.sample_percent):
        return f"It is one of the {rule.sample_percent} in 100 that are looked at twice."
    return None


def _least(over: AmountSpan | None, currency: str) -> int | None:
    if over is None or over.at_least is None or over.currency != currency:
        return None
    least = parse_amount(over.at_least, currency)
    assert isinstance(least, int), "the door lets no other amount through"
    return least


def is_sampled(unit: str, percent: int) -> bool:
    """Say whether a piece is in the sample: the same piece always is, or never."""
    place = int.from_bytes(hashlib.blake2b(unit.encode(), digest_size=8).digest(), "big") % 100
    return place < percent
