"""The legal floor: no rule takes away what the law gives, and nothing else is overruled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.policy.eligibility import check, is_ineligible
from retour.policy.facts import Asked, Occasion
from retour.policy.legal_floor import BUSINESS, COUNTRIES, GROUNDS, RULE, reaches
from retour.policy.model import ConsumerLaw, FeeAsked, Policy, PolicyRule, Then, Verdict
from retour.policy.window_working_days import free_days

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
SHIRT = Asked(line="1", sku="SHIRT", group="fashion", unit_price=4990)
TODAY = Occasion(
    at=NOON,
    origin="portal",
    ordered_at=NOON - timedelta(days=9),
    delivered_at=NOON - timedelta(days=5),
    country="DE",
    currency="EUR",
)
NO = PolicyRule(name="no", then=Then(reject="Worn shirts stay with you."))
FEE = PolicyRule(name="fee", then=Then(fee=FeeAsked(label="Return label", amounts={"EUR": "3.95"})))


def overruled(verdict: Verdict) -> set[str]:
    return {step.rule for step in verdict.trace if step.verdict == "overruled"}


def floor_words(verdict: Verdict) -> str:
    return " ".join(step.detail for step in verdict.trace if step.rule == RULE)


@pytest.mark.parametrize(
    ("policy", "line", "rule"),
    [
        (Policy(rules=(NO,)), SHIRT, "no"),
        (Policy(window_days=3), SHIRT, "window"),
        (Policy(), replace(SHIRT, returnable=False), "returnable"),
        (Policy(rules=(PolicyRule(name="short", then="ineligible"),)), SHIRT, "short"),
    ],
)
def test_what_would_deny_the_right_is_overruled_and_said_to_be(
    policy: Policy, line: Asked, rule: str
) -> None:
    verdict = check([line], TODAY, policy)

    assert verdict.eligible
    assert not is_ineligible(verdict)
    assert {rule} == overruled(verdict)
    assert rule in floor_words(verdict)
    assert "2026-03-19" in floor_words(verdict)


def test_no_fee_and_no_credit_instead_of_money() -> None:
    """What the law gives back is money, by the means it came, and without a fee."""
    credit = PolicyRule(name="credit", then=Then(force_outcome="store_credit"))
    policy = Policy(outcomes=("store_credit", "refund"), rules=(FEE, credit))

    lawful = check([SHIRT], TODAY, policy)
    late = check([SHIRT], replace(TODAY, at=NOON + timedelta(days=20)), policy)

    assert (None, ("refund", "store_credit"), True) == (
        lawful.terms[0].fee,
        lawful.terms[0].outcomes,
        lawful.terms[0].legal_floor,
    )
    assert "the fee of fee" in floor_words(lawful)
    assert late.terms[0].fee is not None
    assert (("store_credit",), False) == (late.terms[0].outcomes, late.terms[0].legal_floor)


def test_a_review_is_no_denial() -> None:
    look = PolicyRule(name="look", then=Then(review="Somebody looks at it."))

    verdict = check([SHIRT], TODAY, Policy(rules=(look,)))

    assert not verdict.eligible
    assert not floor_words(verdict)


def test_what_takes_nothing_away_is_left_as_it_is() -> None:
    verdict = check(
        [SHIRT], TODAY, Policy(rules=(PolicyRule(name="fine", then=Then(approve=True)),))
    )

    assert not floor_words(verdict)
    assert not verdict.terms


@pytest.mark.parametrize("ground", GROUNDS)
def test_goods_the_law_excepts_are_the_merchant_s_to_judge(ground: str) -> None:
    """By the item's own ground, or by a rule that names one; said with its article."""
    by_rule = PolicyRule(name="ground", then=Then(legal_ground=ground))

    for line, rules in (
        (replace(SHIRT, legal_ground=ground), (NO,)),
        (SHIRT, (by_rule, NO)),
    ):
        verdict = check([line], TODAY, Policy(rules=rules))
        assert is_ineligible(verdict)
        assert "(Article 16 " in floor_words(verdict)


def test_a_ground_nobody_knows_excepts_nothing() -> None:
    verdict = check([replace(SHIRT, legal_ground="we_say_so")], TODAY, Policy(rules=(NO,)))

    assert not is_ineligible(verdict)


@pytest.mark.parametrize(
    ("law", "country", "order_type", "has_right"),
    [
        (ConsumerLaw.EU, "DE", None, True),
        (ConsumerLaw.EU, "no", None, True),
        (ConsumerLaw.EU, "US", None, False),
        (ConsumerLaw.EU, None, None, True),
        (ConsumerLaw.EVERYONE, "US", None, True),
        (ConsumerLaw.OFF, "DE", None, False),
        (ConsumerLaw.EU, "DE", "B2B", False),
        (ConsumerLaw.EVERYONE, "US", "wholesale", False),
    ],
)
def test_who_has_the_right(
    law: ConsumerLaw,
    country: str | None,
    order_type: str | None,
    has_right: bool,  # noqa: FBT001 - pytest names its arguments
) -> None:
    occasion = replace(TODAY, country=country, order_type=order_type)

    assert has_right is reaches(occasion, law)
    assert has_right is not is_ineligible(
        check([SHIRT], occasion, Policy(consumer_law=law, rules=(NO,)))
    )


def test_the_area_is_the_union_and_three_neighbours() -> None:
    assert 30 == len(COUNTRIES)
    assert {"IS", "LI", "NO"} <= COUNTRIES
    assert not {"GB", "CH", "US"} & COUNTRIES
    assert "b2b" in BUSINESS


@pytest.mark.parametrize(
    ("delivered", "last", "open_until"),
    [
        # Tuesday and 14 days: a Tuesday.
        ("2026-03-03T12:00:00+00:00", "2026-03-17", "2026-03-18"),
        # Its 14th day is a Saturday: to the end of Monday.
        ("2026-02-28T12:00:00+00:00", "2026-03-16", "2026-03-17"),
        # Its 14th day is Good Friday, then the weekend and Easter Monday.
        ("2026-03-20T12:00:00+00:00", "2026-04-07", "2026-04-08"),
        # Its 14th day is Christmas Day, a Friday; the next worked day is Monday the 28th.
        ("2026-12-11T12:00:00+00:00", "2026-12-28", "2026-12-29"),
    ],
)
def test_the_days_are_counted_by_regulation_1182_71(
    delivered: str, last: str, open_until: str
) -> None:
    """Every day but the first; a period never ends on a day nobody works in that country."""
    occasion = replace(TODAY, delivered_at=datetime.fromisoformat(delivered))
    end = datetime.fromisoformat(f"{open_until}T00:00:00+00:00")
    policy = Policy(rules=(NO,))

    before = check([SHIRT], replace(occasion, at=end - timedelta(seconds=1)), policy)
    after = check([SHIRT], replace(occasion, at=end), policy)

    assert (False, True) == (is_ineligible(before), is_ineligible(after))
    assert last in floor_words(before)
    assert not free_days("DE")(datetime.fromisoformat(last).date())


def test_before_anything_has_come_the_right_has_not_begun_to_run_out() -> None:
    late = replace(TODAY, delivered_at=None, at=NOON + timedelta(days=400))

    assert "have not begun to run" in floor_words(check([SHIRT], late, Policy(rules=(NO,))))


_ACTIONS = st.sampled_from(
    [
        Then(reject="No."),
        Then(window_days=0),
        Then(fee=FeeAsked(label="Fee", percent="40")),
        Then(force_outcome="store_credit"),
        Then(exclude_outcomes=("refund",)),
        Then(keep_item=False),
    ]
)


@given(st.lists(_ACTIONS, max_size=5), st.integers(0, 14), st.booleans())
def test_no_rules_whatever_deny_a_consumer_in_time(
    thens: list[Then],
    days: int,
    returnable: bool,  # noqa: FBT001 - hypothesis names its arguments
) -> None:
    rules = tuple(PolicyRule(name=f"r{n}", then=then) for n, then in enumerate(thens))
    policy = Policy(outcomes=("refund", "store_credit"), window_days=days, rules=rules)

    verdict = check([replace(SHIRT, returnable=returnable)], TODAY, policy)

    assert verdict.eligible
    assert verdict.offer is not None
    assert "refund" in verdict.offer.outcomes
    assert all(terms.fee is None for terms in verdict.terms)
