"""Goods at the dock: graded by answers, looked at twice, their serials, and what waits."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode
from retour.lifecycle.commands import (
    Authorize,
    Cancel,
    Command,
    CorrectReceipt,
    FinishReceipt,
    Inspect,
    Receive,
    UnitsJudged,
    UnitsSeen,
)
from retour.lifecycle.dock.waiting import REMEDIES, Cause, DockCase, heading_for, moved
from retour.lifecycle.model import (
    Acceptance,
    EventType,
    Policy,
    Reception,
    Unit,
)
from retour.policy.conditions import AmountSpan
from retour.policy.grading import (
    Check,
    GradingSet,
    Outcome,
    QualityRule,
    Result,
)
from tests.support.docking import BEN, code, give, said
from tests.support.returns import Journey, accept, judge, judge_unit, receive, sold

LIT = Check(
    id="lit",
    ask="Does it light up?",
    answers=("yes", "no"),
    outcomes=(Outcome(grade="D", answers=("no",), words="Dark"),),
)
LAMPS = GradingSet(
    id="lamps",
    version=2,
    checks=(LIT,),
    results=(
        Result(grade="A", acceptance="accepted", disposition="restock"),
        Result(grade="D", acceptance="rejected", disposition="recycle"),
    ),
)
TWICE = replace(LAMPS, quality_check=QualityRule(grades=("D",)))


def answered(answer: str, **more: str) -> Inspect:
    body = {"line": "a", "quantity": 1, "answers": {"lit": answer}, **more}
    return Inspect(units=(msgspec.convert(body, UnitsJudged),))


def judged(unit: Unit) -> tuple[str, str | None, str | None, str | None]:
    return unit.acceptance.value, unit.grade, unit.disposition, unit.condition


# ---------------------------------------------------------------- grading


def test_answers_judge_a_unit() -> None:
    journey = Journey().received()

    give(journey, answered("no"), sets=[LAMPS])

    (unit,) = journey.units
    assert judged(unit) == ("rejected", "D", "recycle", "Dark")
    (kept,) = unit.judgements
    assert kept.grading is not None
    assert (kept.grading.set, kept.grading.version, kept.id) == ("lamps", 2, "key_ann")
    assert [step.detail for step in kept.grading.trace] == ["Does it light up? no: at best D."]


def test_what_is_said_beside_answers_stands() -> None:
    journey = Journey().received()

    give(
        journey,
        answered("no", acceptance="accepted", disposition="donate", grade="C", condition="Dim"),
        sets=[LAMPS],
    )

    assert judged(journey.units[0]) == ("accepted", "C", "donate", "Dim")


def test_a_grade_that_suggests_nothing_needs_a_word() -> None:
    journey = Journey().received()
    silent = replace(LAMPS, results=())

    assert code(give(journey, answered("no"), sets=[silent])) is RefusalCode.NO_ACCEPTANCE
    nothing = Inspect(units=(UnitsJudged(line="a", quantity=1, grade="A"),))
    assert code(give(journey, nothing, sets=[LAMPS])) is RefusalCode.NO_ACCEPTANCE


def test_bad_answers_and_answers_to_nothing_are_refused() -> None:
    journey = Journey().received()

    refused = give(journey, answered("maybe"), sets=[LAMPS])

    assert code(refused) is RefusalCode.BAD_ANSWER
    assert isinstance(refused, Refusal)
    assert refused.pointer == "/units/0/answers/lit"
    assert code(give(journey, answered("yes"))) is RefusalCode.NO_GRADING_SET
    other = replace(LAMPS, skus=("Z",))
    assert code(give(journey, answered("yes"), sets=[other])) is RefusalCode.NO_GRADING_SET


# ---------------------------------------------------------------- a second pair of eyes


def test_a_first_judgement_waits_for_another_actor() -> None:
    journey = Journey().received()

    give(journey, answered("no"), sets=[TWICE])

    (unit,) = journey.units
    assert unit.acceptance is Acceptance.WAITING_FOR_INPUT
    assert unit.asks == "Grade D is always looked at twice."
    assert unit.judgements[0].acceptance is Acceptance.REJECTED
    again = judge_unit(unit.id, "rejected")
    assert code(give(journey, again, sets=[TWICE])) is RefusalCode.SAME_JUDGE

    assert said(give(journey, judge_unit(unit.id, "accepted"), by=BEN, sets=[TWICE])) == [
        EventType.UNIT_INSPECTED
    ]

    (unit,) = journey.units
    assert (unit.acceptance, unit.asks) == (Acceptance.ACCEPTED, None)
    assert [(one.id, one.acceptance.value) for one in unit.judgements] == [
        ("key_ann", "rejected"),
        ("key_ben", "accepted"),
    ]
    assert said(give(journey, judge_unit(unit.id, "rejected"), sets=[TWICE])) == [
        EventType.UNIT_INSPECTED
    ], "once two have looked, anybody may judge again"
    for word in ("waiting_for_input", "accepted"):
        give(journey, judge_unit(unit.id, word), sets=[TWICE])
    assert journey.units[0].asks is None


def test_who_is_not_sure_leaves_the_check_open() -> None:
    journey = Journey().received()
    give(journey, answered("no"), sets=[TWICE])

    give(journey, judge_unit(journey.units[0].id, "waiting_for_input"), by=BEN, sets=[TWICE])

    (unit,) = journey.units
    assert unit.asks is not None
    assert len(unit.judgements) == 2


@pytest.mark.parametrize(
    ("rule", "asked"),
    [
        (QualityRule(over=AmountSpan(currency="EUR", at_least="10.00")), True),
        (QualityRule(over=AmountSpan(currency="EUR", at_least="10.01")), False),
        (QualityRule(sample_percent=100), True),
        (QualityRule(sample_percent=0), False),
        (QualityRule(grades=("B",)), True),
        (None, False),
    ],
)
def test_the_policy_too_wants_to_look_twice(rule: QualityRule | None, *, asked: bool) -> None:
    journey = Journey(policy=Policy(quality_check=rule)).received()

    give(journey, judge("a", 1, "accepted", grade="B"))

    assert (journey.units[0].asks is not None) is asked


def test_a_unit_that_waits_for_input_anyway_asks_nobody_twice() -> None:
    journey = Journey(policy=Policy(quality_check=QualityRule(sample_percent=100))).received()

    give(journey, judge("a", 1, "waiting_for_input"))
    assert journey.units[0].asks is None
    give(journey, judge("a", 1, "accepted"))

    assert journey.units[0].asks is not None


# ---------------------------------------------------------------- serials


def with_serials(policy: str) -> Journey:
    line = replace(sold("a", 3), serials=("S1", "S2"))
    return Journey(line, policy=Policy(foreign_serial=policy)).authorized(a=2)


def seen(*serials: str, quantity: int = 0) -> Receive:
    return Receive(units=(UnitsSeen(sku="A", quantity=quantity or len(serials), serials=serials),))


def test_a_foreign_serial_is_another_s_where_the_policy_says_so() -> None:
    journey = with_serials("wrong_item")

    journey.do(seen("S1", "X"))

    assert [(unit.serial, unit.reception.value) for unit in journey.units] == [
        ("S1", "received"),
        (None, "expected"),
        ("X", "wrong_item"),
    ]


@pytest.mark.parametrize("policy", ["flag", "ignore"])
def test_a_foreign_serial_is_taken_and_perhaps_flagged(policy: str) -> None:
    journey = with_serials(policy)

    journey.do(seen("S1", "X"))

    assert [unit.reception for unit in journey.units] == [Reception.RECEIVED] * 2
    causes = [one.cause for one in now(journey)]
    assert causes == ([Cause.FOREIGN_SERIAL] if policy == "flag" else [])


def test_only_foreign_serials_come_as_nothing_of_ours() -> None:
    journey = with_serials("wrong_item")

    journey.do(seen("X", "Y"))

    assert Counter(unit.reception for unit in journey.units) == {
        Reception.EXPECTED: 2,
        Reception.WRONG_ITEM: 2,
    }


def test_where_no_serial_was_noted_none_is_foreign() -> None:
    journey = Journey(policy=Policy(foreign_serial="wrong_item")).authorized(a=1)

    journey.do(seen("X"))

    assert [unit.reception for unit in journey.units] == [Reception.RECEIVED]


def test_a_serial_twice_is_an_exception() -> None:
    journey = with_serials("flag")
    journey.do(seen("S1"))

    journey.do(seen("S1"))

    assert [one.cause for one in now(journey)] == [Cause.DUPLICATE_SERIAL]


def test_more_serials_than_pieces_are_refused() -> None:
    assert with_serials("flag").code(seen("S1", "S2", quantity=1)) == "not_enough_units"


def test_a_correction_keeps_serials_and_damage() -> None:
    journey = with_serials("flag")
    journey.do(Receive(units=(UnitsSeen(sku="A", quantity=2, serials=("S1", "S2"), damaged=True),)))
    line = journey.ret.receipts[0].lines[0]

    journey.do(CorrectReceipt(receipt_line=line.id, quantity=1, reason="Counted again"))

    assert [(unit.serial, unit.damaged) for unit in journey.units] == [("S1", True), (None, False)]


# ---------------------------------------------------------------- what waits


def now(journey: Journey) -> list[DockCase]:
    """What waits at the dock, as if all had come in one commit."""
    state = journey.state
    return [*moved(None, journey.ret, state.order, state.policy).opened]


def test_what_waits_is_opened_once_and_closed_once() -> None:
    journey = Journey().authorized(a=2)
    opened: list[tuple[str, int]] = []
    closed: list[str] = []

    def step(*plan: Command) -> None:
        before = journey.state.ret
        journey.do(*plan)
        changes = moved(before, journey.ret, journey.state.order, journey.state.policy)
        opened.extend((one.cause.value, one.quantity) for one in changes.opened)
        closed.extend(cause.value for cause, _ in changes.closed)

    step(Receive(units=(UnitsSeen(line="a", quantity=1, damaged=True),)))
    step(Receive(units=(UnitsSeen(sku="KETTLE", quantity=2),)))
    step(Receive(units=(UnitsSeen(line="b", quantity=1),)))
    assert opened == [("damaged_item", 1), ("wrong_item", 2), ("unexpected_item", 1)]
    step(accept("a", 1))
    assert closed == ["damaged_item"]
    strangers = [unit.id for line in journey.ret.lines if not line.line for unit in line.units]
    step(*(judge_unit(unit, "rejected") for unit in strangers), judge("b", 1, "accepted"))
    step(FinishReceipt(remaining="missing"))
    assert opened[3:] == [("missing_item", 1)]
    step(receive(a=1))

    assert sorted(closed) == ["damaged_item", "missing_item", "unexpected_item", "wrong_item"]


def test_a_quality_check_waits_by_unit() -> None:
    journey = Journey().received(a=2)
    give(journey, answered("no"), sets=[TWICE])

    (case,) = now(journey)

    assert (case.cause, case.units) == (Cause.QUALITY_CHECK, (case.subject,))


def test_every_cause_has_its_remedies() -> None:
    assert set(REMEDIES) == set(Cause)
    assert all(REMEDIES.values())


def test_a_return_is_its_facility_s_from_the_moment_it_may_be_sent() -> None:
    journey = Journey().requested(a=1)
    assert heading_for(journey.ret) == set()
    journey.do(Authorize())
    assert heading_for(journey.ret) == {"main"}
    journey.do(receive(a=1), place="hub")
    assert heading_for(journey.ret) == {"hub"}
    away = Journey().requested(a=1)
    away.do(Cancel(reason="No"))
    assert heading_for(away.ret) == set()
