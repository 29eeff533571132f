"""The order of rules and the length of windows: what they change, and what they never do."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.lifecycle.model import Policy, ReturnStatus
from retour.policy.eligibility import check
from retour.policy.facts import Asked, Occasion
from retour.policy.model import (
    BonusAsked,
    ConsumerLaw,
    FeeAsked,
    Moment,
    PolicyRule,
    Then,
)
from retour.policy.slots import slots_at
from tests.support.returns import NOON

OFFERING = Policy(consumer_law=ConsumerLaw.OFF, outcomes=("refund", "store_credit", "exchange"))
SHIRT = Asked(line="1", sku="A", group="fashion", unit_price=4990, value=4990)
WHEN = Occasion(
    at=NOON,
    origin="portal",
    ordered_at=NOON - timedelta(days=40),
    delivered_at=NOON - timedelta(days=30),
    country="DE",
    currency="EUR",
)
SINGLE = (
    Then(review="Look."),
    Then(window_days=31),
    Then(donate=True),
    Then(exclude_outcomes=("refund",)),
    Then(force_method="locker"),
    Then(fee=FeeAsked(label="Handling", percent="5")),
    Then(bonus=BonusAsked(percent="10")),
    Then(photos_required=2),
    Then(destination="workshop"),
    Then(refund_shipping="full"),
    Then(settle_at=ReturnStatus.RECEIVED),
    Then(reason_group="faults"),
    Then(legal_ground="custom_made"),
)


@given(st.permutations([PolicyRule(name=f"r{n}", then=then) for n, then in enumerate(SINGLE)]))
def test_rules_of_different_slots_stand_in_any_order(rules: list[PolicyRule]) -> None:
    """One rule for each slot there is at request: the same verdict, terms and offer."""
    sorted_rules = tuple(sorted(rules, key=lambda rule: int(rule.name[1:])))
    shuffled = check([SHIRT], WHEN, replace(OFFERING, rules=tuple(rules)))
    plain = check([SHIRT], WHEN, replace(OFFERING, rules=sorted_rules))

    assert len(rules) == len(slots_at(Moment.REQUEST))
    assert (plain.eligible, plain.terms, plain.offer) == (
        shuffled.eligible,
        shuffled.terms,
        shuffled.offer,
    )
    assert set(plain.trace) == set(shuffled.trace)


@given(
    days=st.integers(0, 60),
    more=st.integers(0, 60),
    law=st.sampled_from(ConsumerLaw),
    rules=st.lists(st.sampled_from(SINGLE), max_size=4),
)
def test_a_longer_window_never_takes_anything_away(
    days: int, more: int, law: ConsumerLaw, rules: list[Then]
) -> None:
    """Of the policy, whatever its rules and whoever the law protects."""
    named = tuple(PolicyRule(name=f"r{n}", then=then) for n, then in enumerate(rules))
    policy = replace(OFFERING, consumer_law=law, rules=named)
    short, long = (
        check([SHIRT], WHEN, replace(policy, window_days=size)) for size in (days, days + more)
    )

    assert long.eligible or not short.eligible
