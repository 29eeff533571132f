"""What the shipped policies make of two hundred requests, as text that people read.

A file changes only with ``RETOUR_GOLDEN=1``, and its difference is read like code.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from retour.desk.policies import examples
from retour.lifecycle.model import TraceStep
from retour.lifecycle.requests.offering import outcome_of
from retour.policy.terms import offered
from tests.support.policy_returns import COUNT, Asked, Tried, corpus, tried

FOLDER = Path(__file__).parent / "policies"
CORPUS = list(corpus())
_PLAIN = {"handed_over", "returnable", "window"}
_RULE = re.compile(
    r"The rule '[^']+' matches \((?P<facts>.*)\) and says: (?P<says>.*)\.", re.DOTALL
)


def page(name: str) -> str:
    """Write what one policy makes of all of them: the sums first, then each with its trace."""
    policy = examples.example(name)
    results = [(asked, tried(asked, policy)) for asked in CORPUS]
    statuses = Counter(result.ret.status.value for _, result in results)
    spoke = Counter(
        step.rule
        for _, result in results
        for step in (*result.ret.verdict.trace, *result.ret.verdict.graded)
        if step.rule not in _PLAIN
    )
    judged = Counter(
        step.rule
        for _, result in results
        if result.ruling is not None
        for step in result.ruling.trace
    )
    sums = [
        f"{examples.said_of(name)[0]}: {len(results)} requests",
        "  " + ", ".join(f"{word} {count}" for word, count in sorted(statuses.items())),
        *(f"  {rule.name}: {spoke[rule.name] + judged[rule.name]}" for rule in policy.rules),
        f"  legal_floor: {spoke['legal_floor'] + judged['legal_floor']}",
    ]
    return "\n".join([*sums, "", *(part for one in results for part in told(*one)), ""])


def told(asked: Asked, result: Tried) -> Iterator[str]:
    """Write one request: what it is, what becomes of it, and why."""
    ret = result.ret
    yield f"{asked.number:03} {asked.title}"
    asked_for, outcome = asked.request.outcome, outcome_of(ret)
    if asked_for is not None and outcome is not asked_for:
        yield f"    {asked_for} is not offered"
    yield f"    {ret.status}{terms(result)}"
    if ret.reject_reason is not None:
        yield f"    to the shopper: {ret.reject_reason}"
    many = len(asked.request.lines) > 1
    for step in ret.verdict.trace:
        if step.rule not in _PLAIN or step.verdict != "eligible":
            yield f"    {said(step, many=many)}"
    if result.ruling is not None:
        piece = asked.piece
        seen = " ".join(one for one in (piece.grade, piece.condition) if one is not None)
        yield f"    graded {seen}: {result.ruling.acceptance}"
        for step in result.ruling.trace:
            yield f"      {said(step, many=False)}"
    yield ""


def terms(result: Tried) -> str:
    """Say what is offered, where it differs from what the policy offers anyway."""
    offer = result.ret.verdict.offer
    assert offer is not None
    words = [f"outcomes {' '.join(offer.outcomes)}", f"money from {offer.settle_at}"]
    words += [f"{offer.photos_required} photos"] if offer.photos_required else []
    words += ["the way out too"] if offer.refund_shipping == "full" else []
    words += [f"by {' '.join(offer.methods)}"] if offer.methods else []
    fees = [one.fee for one in result.ret.verdict.terms if one.fee is not None]
    words += [f"fee of {fee.rule}: {fee.label}" for fee in fees[:1]]
    keeps = [one.line for one in result.ret.verdict.terms if one.keep_item]
    words += [f"may keep {' '.join(keeps)}"] if keeps else []
    return "; " + ", ".join(words)


def said(step: TraceStep, *, many: bool) -> str:
    """Write a step in one line, shorter than people are told."""
    match = _RULE.fullmatch(step.detail)
    what = step.detail if match is None else f"{match['facts']} ⇒ {match['says']}"
    line = f" (line {step.line})" if many else ""
    return f"{step.rule}{line} {step.verdict}: {what}"


def test_twelve_policies_are_shipped() -> None:
    assert 12 == len(examples.texts())
    assert COUNT == len(CORPUS) == 200


@pytest.mark.parametrize("name", examples.texts())
def test_a_policy_says_what_is_on_file(name: str) -> None:
    place, now = FOLDER / f"{name}.txt", page(name)
    if os.environ.get("RETOUR_GOLDEN") == "1":
        place.parent.mkdir(exist_ok=True)
        place.write_text(now, "utf-8")

    assert place.read_text("utf-8") == now


def test_no_page_is_left_over() -> None:
    assert {place.stem for place in FOLDER.iterdir()} == set(examples.texts())


@pytest.mark.parametrize("name", examples.texts())
def test_every_rule_of_an_example_speaks_of_some_request(name: str) -> None:
    """A rule that never speaks in two hundred requests teaches nobody anything."""
    policy = examples.example(name)
    spoken = {
        step.rule
        for asked in CORPUS
        for result in (tried(asked, policy),)
        for step in (
            *result.ret.verdict.trace,
            *(() if result.ruling is None else result.ruling.trace),
        )
    }

    assert {rule.name for rule in policy.rules} - spoken == set()


@pytest.mark.parametrize("name", examples.texts())
def test_what_is_offered_is_the_sum_of_the_lines(name: str) -> None:
    policy = examples.example(name)
    for asked in CORPUS[:50]:
        verdict = tried(asked, policy).ret.verdict
        if len(verdict.terms) == len(asked.request.lines):
            assert verdict.offer == offered(verdict.terms, policy)
