"""Rules with actions: which speaks of what, in which words, and what can never be carried out."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.kernel.refusal import RefusalCode
from retour.lifecycle.commands import Authorize, LineAsked, Request, WaiveReceipt
from retour.lifecycle.model import ActorKind, EventType, Origin, ReturnStatus
from retour.policy.conditions import (
    AmountSpan,
    ItemWhen,
    OrderWhen,
    RequestWhen,
    Span,
    When,
    findings,
    holds,
    named,
)
from retour.policy.contradictions import contradictions
from retour.policy.eligibility import check, said_against
from retour.policy.explaining import explain
from retour.policy.facts import Asked, Occasion
from retour.policy.model import ConsumerLaw, Policy, PolicyRule, Then
from tests.support.returns import NOON, Journey

MUG = Asked(line="1", sku="MUG", group="kitchen", reasons=("broken",), quantity=2, unit_price=1500)
TODAY = Occasion(
    at=NOON,
    origin="portal",
    ordered_at=NOON - timedelta(days=12),
    delivered_at=NOON - timedelta(days=4, hours=1),
    channel="shop",
    country="DE",
    currency="EUR",
    total=9000,
    order_type="b2b",  # No consumer, so that the law overrules nothing.
)
KITCHEN = When(item=ItemWhen(groups=("kitchen",)))
ALWAYS = When()
OPENED = "Opened kitchenware stays with you."


def rule(name: str, then: Then, when: When = ALWAYS) -> PolicyRule:
    return PolicyRule(name=name, when=when, then=then)


REJECT = rule("opened", Then(reject=OPENED), KITCHEN)
LONGER = rule("longer", Then(window_days=100))
KEEP = rule("cheap", Then(keep_item=True))


# Each condition with what is so and what is not; MUG and TODAY are what is so.
CASES = [
    (When(order=OrderWhen(channels=("web", "shop"))), When(order=OrderWhen(channels=("web",)))),
    (When(order=OrderWhen(countries=("DE",))), When(order=OrderWhen(countries=("NL",)))),
    (
        When(order=OrderWhen(total=AmountSpan(currency="EUR", at_least="90.00"))),
        When(order=OrderWhen(total=AmountSpan(currency="EUR", at_least="90.01"))),
    ),
    (When(item=ItemWhen(skus=("MUG",))), When(item=ItemWhen(skus=("CUP",)))),
    (KITCHEN, When(item=ItemWhen(groups=("garden",)))),
    (When(item=ItemWhen(returnable=True)), When(item=ItemWhen(returnable=False))),
    (
        When(item=ItemWhen(unit_price=AmountSpan(currency="EUR", at_most="15"))),
        When(item=ItemWhen(unit_price=AmountSpan(currency="USD", at_most="15"))),
    ),
    (When(request=RequestWhen(origins=("portal",))), When(request=RequestWhen(origins=("api",)))),
    (When(request=RequestWhen(reasons=("broken",))), When(request=RequestWhen(reasons=("ugly",)))),
    (
        When(request=RequestWhen(quantity=Span(at_least=2, at_most=2))),
        When(request=RequestWhen(quantity=Span(at_most=1))),
    ),
    (
        When(request=RequestWhen(days_since_order=Span(at_most=12))),
        When(request=RequestWhen(days_since_order=Span(at_least=13))),
    ),
    (
        When(request=RequestWhen(days_since_delivery=Span(at_least=4))),
        When(request=RequestWhen(days_since_delivery=Span(at_least=5))),
    ),
]


@pytest.mark.parametrize(("so", "not_so"), CASES)
def test_a_condition_is_held_against_its_fact(so: When, not_so: When) -> None:
    assert holds(named(so), MUG, TODAY)
    assert not holds(named(not_so), MUG, TODAY)
    (finding,) = findings(not_so, MUG, TODAY)
    assert finding.wanted
    assert finding.found


def test_what_is_not_known_fulfils_nothing() -> None:
    """Still on its way, without a group, a channel or a price."""
    bare = Asked(line="1", sku="MUG")
    early = Occasion(at=NOON, origin="portal", ordered_at=NOON)
    for when in (
        KITCHEN,
        When(order=OrderWhen(channels=("shop",))),
        When(item=ItemWhen(unit_price=AmountSpan(currency="EUR", at_least="0"))),
        When(request=RequestWhen(days_since_delivery=Span(at_least=0))),
    ):
        (finding,) = findings(when, bare, early)
        assert (finding.holds, finding.found) == (False, "not known")


def test_of_each_kind_the_first_rule_that_matches_speaks() -> None:
    """One answers, another sets the window, a third keeps; what comes later says nothing."""
    late = rule("late", Then(approve=True, window_days=1))

    (told,) = explain([MUG], TODAY, Policy(rules=(REJECT, LONGER, late, KEEP)))

    spoken = {part.rule: part.speaks_of for part in told.rules}
    assert spoken == {
        "opened": ("answer",),
        "longer": ("window",),
        "late": (),
        "cheap": ("keep_item",),
    }
    assert (told.window_days, told.keep_item) == (100, True)
    assert told.rules[2].matches


@pytest.mark.parametrize("rules", list(permutations((REJECT, LONGER, KEEP))))
def test_rules_of_different_kinds_stand_in_any_order(rules: tuple[PolicyRule, ...]) -> None:
    """Their order changes the order of the trace, and nothing else."""
    verdict = check([MUG], TODAY, Policy(rules=rules))
    plain = check([MUG], TODAY, Policy(rules=(REJECT, LONGER, KEEP)))

    assert verdict.eligible == plain.eligible
    assert verdict.terms == plain.terms
    assert sorted(step.detail for step in verdict.trace) == sorted(
        step.detail for step in plain.trace
    )


def test_the_trace_names_rule_facts_and_result() -> None:
    verdict = check([MUG], TODAY, Policy(rules=(REJECT, LONGER)))

    said = {step.rule: (step.verdict, step.detail) for step in verdict.trace if step.line == "1"}
    assert said["opened"] == (
        "ineligible",
        f"The rule 'opened' matches (item.groups kitchen) and says: reject, {OPENED}",
    )
    assert said["longer"] == (
        "eligible",
        "The rule 'longer' matches (always) and says: the window is 100 days.",
    )
    assert "returnable" not in said
    assert said_against(verdict) == (OPENED,)


def test_a_review_wants_a_person_and_approval_overrules_what_is_final() -> None:
    look = rule("look", Then(review="Somebody looks at it."))
    let = rule("let", Then(approve=True))
    final = replace(MUG, returnable=False)

    assert not check([MUG], TODAY, Policy(rules=(look,))).eligible
    assert said_against(check([MUG], TODAY, Policy(rules=(look,)))) == ()
    assert not check([final], TODAY, Policy(rules=(LONGER,))).eligible
    assert check([final], TODAY, Policy(rules=(let,))).eligible


@given(days=st.integers(0, 60), more=st.integers(0, 60))
def test_a_longer_window_never_turns_a_yes_into_a_no(days: int, more: int) -> None:
    asked = replace(TODAY, at=NOON + timedelta(days=20))
    short, long = (
        check([MUG], asked, Policy(rules=(rule("window", Then(window_days=size)),)))
        for size in (days, days + more)
    )

    assert long.eligible or not short.eligible


def test_the_short_form_speaks_of_everything() -> None:
    """What it leaves unsaid stays as the policy has it, whatever later rules say."""
    short = PolicyRule(name="short", then="eligible", groups=("kitchen",))

    (told,) = explain([MUG], TODAY, Policy(rules=(short, LONGER, KEEP)))

    assert (told.window_days, told.keep_item) == (30, False)


# ---------------------------------------------------------------- what can never be carried out


WRONG: list[tuple[tuple[PolicyRule, ...], dict[str, str]]] = [
    ((REJECT, LONGER, KEEP), {}),
    ((rule("both", Then(approve=True, reject="No.")),), {"/rules/0/then/reject": "contradictory"}),
    ((rule("idle", Then()),), {"/rules/0/then": "contradictory"}),
    ((LONGER, rule("longer", Then(keep_item=True))), {"/rules/1/id": "duplicate"}),
    (
        (LONGER, rule("never", Then(window_days=3), KITCHEN)),
        {"/rules/1": "contradictory"},
    ),
    (
        (rule("narrow", Then(window_days=3), KITCHEN), LONGER),
        {},
    ),
    (
        (rule("span", Then(approve=True), When(request=RequestWhen(quantity=Span()))),),
        {"/rules/0/when/request/quantity": "contradictory"},
    ),
    (
        (
            rule(
                "span",
                Then(approve=True),
                When(request=RequestWhen(days_since_order=Span(at_least=3, at_most=2))),
            ),
        ),
        {"/rules/0/when/request/days_since_order": "contradictory"},
    ),
    (
        (
            rule(
                "money",
                Then(approve=True),
                When(
                    order=OrderWhen(total=AmountSpan(currency="QQQ", at_least="1")),
                    item=ItemWhen(unit_price=AmountSpan(currency="EUR", at_least="1.001")),
                ),
            ),
        ),
        {
            "/rules/0/when/order/total/currency": "unknown_currency",
            "/rules/0/when/item/unit_price/at_least": "bad_amount",
        },
    ),
]


@pytest.mark.parametrize(("rules", "wrong"), WRONG)
def test_contradictions_are_named_by_place(
    rules: tuple[PolicyRule, ...], wrong: dict[str, str]
) -> None:
    found = list(contradictions(rules))

    assert {one.pointer: one.code for one in found} == wrong
    assert all(one.detail.endswith(".") for one in found)


# ---------------------------------------------------------------- on real returns


def asking() -> Request:
    lines = (LineAsked(line="a", quantity=1),)
    return Request(order_number="1001", lines=lines, origin=Origin.PORTAL)


def test_a_rule_s_own_words_reject_the_return() -> None:
    journey = Journey(
        policy=Policy(
            ineligible="reject",
            consumer_law=ConsumerLaw.OFF,
            rules=(rule("no", Then(reject=OPENED)),),
        )
    )

    said = journey.do(asking())

    assert EventType.RETURN_REJECTED in said
    assert (ReturnStatus.REJECTED, OPENED) == (journey.ret.status, journey.ret.reject_reason)


@pytest.mark.parametrize("keeps", [True, False])
def test_a_rule_s_word_on_keeping_stands_above_the_policy_s(keeps: bool) -> None:  # noqa: FBT001 - pytest names its arguments
    """What the customer may keep is waived by the customer; the rest wants the goods back."""
    policy = Policy(keep_item=not keeps, rules=(rule("keep", Then(keep_item=keeps)),))
    journey = Journey(policy=policy)
    journey.do(asking(), Authorize())

    if keeps:
        journey.do(WaiveReceipt(), by=ActorKind.CUSTOMER)
        assert ReturnStatus.PROCESSED == journey.status
    else:
        code = journey.code(WaiveReceipt(), by=ActorKind.CUSTOMER)
        assert RefusalCode.KEEP_NOT_ALLOWED == code
