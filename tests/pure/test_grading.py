"""Grading sets: the worst answer counts, the nearest set applies, and every step is explained."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.policy.conditions import AmountSpan
from retour.policy.grading import (
    GRADES,
    Answer,
    BadAnswer,
    Check,
    Grading,
    GradingSet,
    Outcome,
    QualityRule,
    Result,
    applying,
    graded,
    is_sampled,
    why_checked,
)

LIGHT = Check(
    id="light",
    ask="Does it light up?",
    answers=("yes", "no"),
    outcomes=(Outcome(grade="D", answers=("no",), words="Dark"),),
)
SCRATCH = Check(
    id="scratch",
    ask="How long is the longest scratch?",
    unit="mm",
    outcomes=(
        Outcome(grade="B", at_least=1, words="Light scratches"),
        Outcome(grade="C", at_least=20, words="Deep scratches"),
    ),
)
BOX = Check(id="box", ask="Is the box there?", answers=("yes", "no"), optional=True)
LAMPS = GradingSet(
    id="lamps",
    version=3,
    checks=(LIGHT, SCRATCH, BOX),
    results=(
        Result(grade="A", acceptance="accepted", disposition="restock", condition="As new"),
        Result(grade="C", acceptance="waiting_for_input", disposition="refurbish"),
        Result(grade="D", acceptance="rejected", disposition="recycle"),
    ),
)


@pytest.mark.parametrize(
    ("light", "scratch", "expected"),
    [
        ("yes", 0, ("A", "accepted", "restock", "As new")),
        ("yes", 1, ("B", None, None, "Light scratches")),
        ("yes", 19, ("B", None, None, "Light scratches")),
        ("yes", 20, ("C", "waiting_for_input", "refurbish", "Deep scratches")),
        ("no", 0, ("D", "rejected", "recycle", "Dark")),
        ("no", 99, ("D", "rejected", "recycle", "Dark")),
        (False, 0, ("D", "rejected", "recycle", "Dark")),
        (True, 0, ("A", "accepted", "restock", "As new")),
    ],
)
def test_the_worst_answer_makes_the_grade(
    light: Answer, scratch: int, expected: tuple[str | None, ...]
) -> None:
    found = graded(LAMPS, {"light": light, "scratch": scratch})

    assert isinstance(found, Grading)
    assert (found.grade, found.acceptance, found.disposition, found.condition) == expected
    assert (found.set, found.version) == ("lamps", 3)


def test_a_grade_is_explained_check_by_check() -> None:
    found = graded(LAMPS, {"light": "yes", "scratch": 25, "box": "no"})

    assert isinstance(found, Grading)
    assert [(step.check, step.answer, step.grade, step.detail) for step in found.trace] == [
        ("light", "yes", "A", "Does it light up? yes: nothing against it."),
        ("scratch", "25 mm", "C", "How long is the longest scratch? 25 mm: at best C."),
        ("box", "no", "A", "Is the box there? no: nothing against it."),
    ]


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({}, ["light", "scratch"]),
        ({"light": "maybe", "scratch": 1}, ["light"]),
        ({"light": "yes", "scratch": "long"}, ["scratch"]),
        ({"light": "yes", "scratch": True}, ["scratch"]),
        ({"light": "yes", "scratch": 1, "smell": "no"}, ["smell"]),
        ({"light": "yes", "scratch": 1, "box": "torn"}, ["box"]),
    ],
)
def test_bad_answers_are_named(answers: dict[str, str | int | bool], wrong: list[str]) -> None:
    found = graded(LAMPS, answers)

    assert not isinstance(found, Grading)
    assert [one.check for one in found] == wrong
    assert all(isinstance(one, BadAnswer) and one.detail.endswith(".") for one in found)


def test_the_nearest_set_applies() -> None:
    general, group = GradingSet(id="z"), GradingSet(id="g", groups=("lamps",))
    own = GradingSet(id="y", skus=("L-1",))
    sets = (general, group, own)

    assert applying(sets, "L-1", "lamps") is own
    assert applying(sets, "L-2", "lamps") is group
    assert applying(sets, "L-2", None) is general
    assert applying((group, own), "X", "mugs") is None
    assert applying((GradingSet(id="b"), GradingSet(id="a")), "X", None) == GradingSet(id="a")


def test_a_retired_set_applies_to_nothing() -> None:
    assert applying((GradingSet(id="a", skus=("L",), retired=True),), "L", None) is None


RULE = QualityRule(over=AmountSpan(currency="EUR", at_least="100.00"), grades=("C", "D"))


@pytest.mark.parametrize(
    ("grade", "price", "currency", "asked"),
    [
        ("A", 9_999, "EUR", False),
        ("A", 10_000, "EUR", True),
        ("A", 10_000, "USD", False),
        ("A", None, "EUR", False),
        ("C", 1, "EUR", True),
        ("D", None, "USD", True),
        (None, 1, "EUR", False),
    ],
)
def test_somebody_looks_twice_at_what_is_dear_or_bad(
    grade: str | None, price: int | None, currency: str, *, asked: bool
) -> None:
    assert (why_checked(RULE, "unt_1", grade, price, currency) is not None) is asked


def test_nobody_looks_twice_without_a_rule() -> None:
    assert why_checked(None, "unt_1", "D", 10**9, "EUR") is None
    assert why_checked(QualityRule(), "unt_1", "D", 10**9, "EUR") is None


@given(st.integers(0, 100), st.integers(0, 10**6))
def test_a_sample_is_the_same_each_time_and_grows(percent: int, n: int) -> None:
    unit = f"unt_{n}"
    assert is_sampled(unit, percent) == is_sampled(unit, percent)
    assert not is_sampled(unit, percent) or is_sampled(unit, min(percent + 1, 100))
    assert not is_sampled(unit, 0)
    assert is_sampled(unit, 100)


def test_a_sample_is_as_large_as_it_says() -> None:
    found = sum(is_sampled(f"unt_{n}", 10) for n in range(10_000))

    assert 900 < found < 1100
    assert not any(is_sampled(f"unt_{n}", 0) for n in range(10_000))


@given(st.dictionaries(st.sampled_from(["light", "scratch", "box"]), st.integers(-5, 50)))
def test_a_grade_is_one_of_four_or_the_answers_are_wrong(answers: dict[str, int]) -> None:
    found = graded(LAMPS, {"light": "yes", **answers})

    if isinstance(found, Grading):
        assert found.grade in GRADES
    else:
        assert found
