"""The second moment: rules that judge a unit once somebody has looked at it."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from retour.kernel.refusal import RefusalCode
from retour.lifecycle.commands import FinishReceipt, Inspect, ProposeSettlement, UnitsJudged
from retour.lifecycle.model import Acceptance, ActorKind, Policy, Settlement
from retour.policy.conditions import ItemWhen, RequestWhen, UnitWhen, When
from retour.policy.contradictions import contradictions
from retour.policy.model import (
    ConsumerLaw,
    Deduction,
    FeeAsked,
    Moment,
    PolicyRule,
    Then,
)
from tests.support.returns import Journey, judge

PLAIN = Policy(consumer_law=ConsumerLaw.OFF)
CLEANING = FeeAsked(label="Cleaning", amounts={"EUR": "2.50"}, per="unit")


def at_grading(name: str, then: Then, *grades: str, more: When | None = None) -> PolicyRule:
    when = replace(more or When(), unit=UnitWhen(grades=grades))
    return PolicyRule(name=name, at=Moment.GRADING, when=when, then=then)


FINE = at_grading("fine", Then(accept=True, disposition="restock"), "A")
WORN = at_grading(
    "worn",
    Then(accept=True, deduct=Deduction(percent="20", label={"de": "Gebraucht", "en": "Worn"})),
    "B",
)
DIRTY = at_grading("dirty", Then(accept=True, fee=CLEANING), "C")
RUINED = at_grading("ruined", Then(reject="It cannot be sold again."), "D")
UNSURE = at_grading("unsure", Then(wait="Grade E needs a second look."), "E")
RULES = (FINE, WORN, DIRTY, RUINED, UNSURE)


def graded(grade: str, quantity: int = 1, line: str = "a", **more: str) -> Inspect:
    body = {"line": line, "quantity": quantity, "grade": grade, **more}
    return Inspect(units=(msgspec.convert(body, UnitsJudged),))


def received(policy: Policy, quantity: int = 1) -> Journey:
    return Journey(policy=policy).received(a=quantity)


@pytest.mark.parametrize(
    ("grade", "acceptance", "reason", "disposition"),
    [
        ("A", Acceptance.ACCEPTED, None, "restock"),
        ("B", Acceptance.ACCEPTED, None, None),
        ("D", Acceptance.REJECTED, "It cannot be sold again.", None),
        ("E", Acceptance.WAITING_FOR_INPUT, "Grade E needs a second look.", None),
    ],
)
def test_a_grade_is_enough_where_a_rule_decides_it(
    grade: str, acceptance: Acceptance, reason: str | None, disposition: str | None
) -> None:
    journey = received(replace(PLAIN, rules=RULES))

    journey.do(graded(grade))

    [unit] = journey.units
    assert (acceptance, reason, disposition) == (unit.acceptance, unit.reason, unit.disposition)
    assert unit.terms is not None
    [step] = journey.ret.verdict.graded
    assert (unit.terms.rule, acceptance.value) == (step.rule, step.verdict)
    assert f"unit.grades {grade}" in step.detail


def test_where_no_rule_decides_somebody_must() -> None:
    """Neither for a grade no rule knows, nor without rules, nor without a grade."""
    with_rules, without = received(replace(PLAIN, rules=RULES)), received(PLAIN)
    no_grade = Inspect(units=(UnitsJudged(line="a", quantity=1),))

    assert [RefusalCode.NO_ACCEPTANCE] * 3 == [
        with_rules.code(graded("F")),
        with_rules.code(no_grade),
        without.code(graded("A")),
    ]
    assert "a rule of the policy" in with_rules.refused(graded("F")).detail


def test_what_a_person_says_stands_above_the_rules() -> None:
    journey = received(replace(PLAIN, rules=RULES))

    journey.do(judge("a", 1, "accepted", grade="D"))

    [unit] = journey.units
    assert (Acceptance.ACCEPTED, None) == (unit.acceptance, unit.terms)
    assert not journey.ret.verdict.graded


def test_words_and_place_given_by_hand_stand_beside_the_rule() -> None:
    journey = received(replace(PLAIN, rules=RULES))

    journey.do(graded("A", disposition="outlet", reason="Last year's"))

    [unit] = journey.units
    assert (Acceptance.ACCEPTED, "outlet", "Last year's") == (
        unit.acceptance,
        unit.disposition,
        unit.reason,
    )


def test_a_second_pair_of_eyes_decides_what_waits() -> None:
    journey = received(replace(PLAIN, rules=RULES))
    journey.do(graded("E"))
    [unit] = journey.units
    again = Inspect(units=(UnitsJudged(unit=unit.id, acceptance="accepted"),))

    assert RefusalCode.SAME_JUDGE == journey.code(again)
    journey.do(again, by=ActorKind.OPERATOR)
    assert Acceptance.ACCEPTED == journey.units[0].acceptance


def settled(journey: Journey) -> Settlement:
    journey.do(FinishReceipt(), ProposeSettlement())
    return journey.ret.settlements[-1]


def test_what_units_have_lost_and_their_fees_come_off_the_refund() -> None:
    """One as new, one worn, one dirty: 20 % of one and 2.50 for the other, of 10.00 each."""
    journey = received(replace(PLAIN, rules=RULES), 3)
    for grade in ("A", "B", "C"):
        journey.do(graded(grade))

    settlement = settled(journey)

    assert [
        ("item", 3000, None, None),
        ("adjustment", -200, "Worn", "worn"),
        ("fee", -250, "Cleaning", "dirty"),
    ] == [(one.kind, one.amount, one.label, one.rule) for one in settlement.lines]
    assert 2550 == settlement.total


def test_a_share_of_the_refund_is_of_what_is_left_after_deductions() -> None:
    rule = at_grading(
        "both",
        Then(
            accept=True,
            deduct=Deduction(percent="50", label="Worn"),
            fee=FeeAsked(label="Handling", percent="10"),
        ),
        "B",
    )
    journey = received(replace(PLAIN, rules=(rule,)))
    journey.do(graded("B"))

    assert [1000, -500, -50] == [line.amount for line in settled(journey).lines]


def test_a_total_loss_leaves_nothing_and_no_less() -> None:
    rule = at_grading(
        "gone",
        Then(accept=True, deduct=Deduction(percent="100", label="Lost"), fee=CLEANING),
        "B",
    )
    journey = received(replace(PLAIN, rules=(rule,)), 3)
    journey.do(graded("B", 3))

    assert 0 == settled(journey).total


def test_reasons_and_items_count_at_grading_too() -> None:
    """Worn goods are fine where they were asked back as too small, not otherwise."""
    small = When(request=RequestWhen(reasons=("Too small",)), item=ItemWhen(skus=("A",)))
    mild = at_grading("mild", Then(accept=True), "B", more=small)
    journey = received(replace(PLAIN, rules=(mild, RUINED, replace(WORN, name="rest"))))

    journey.do(graded("B"))

    assert journey.units[0].terms is not None
    assert "mild" == journey.units[0].terms.rule


def test_whoever_may_withdraw_is_not_refused_for_the_state_of_the_goods() -> None:
    """The unit waits for a person instead, and no fee is asked; lost value may be kept back."""
    law = Policy(rules=RULES)
    ruined, dirty, worn = received(law), received(law), received(law)

    ruined.do(graded("D"))
    dirty.do(graded("C"))
    worn.do(graded("B"))

    assert Acceptance.WAITING_FOR_INPUT == ruined.units[0].acceptance
    assert "legal_floor" in [step.rule for step in ruined.ret.verdict.graded]
    assert [1000] == [line.amount for line in settled(dirty).lines]
    assert [1000, -200] == [line.amount for line in settled(worn).lines]


def test_rules_of_one_moment_say_nothing_at_the_other() -> None:
    no = PolicyRule(name="no", then=Then(reject="Never."))
    always = at_grading("always", Then(accept=True, fee=CLEANING))
    journey = Journey(policy=replace(PLAIN, rules=(RUINED, always))).requested()

    assert journey.ret.verdict.eligible
    assert not journey.ret.verdict.terms, "the slot of fees is asked at both moments"
    assert RefusalCode.NO_ACCEPTANCE == received(replace(PLAIN, rules=(no,))).code(graded("D"))
    early = replace(RUINED, at=Moment.REQUEST)
    assert {"/rules/0/when/unit"} == {one.pointer for one in contradictions((early,))}
