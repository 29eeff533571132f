"""Risk says of every point where it comes from; lists speak before rules, the law above both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.policy.conditions import CustomerWhen, RiskWhen, Span, When
from retour.policy.eligibility import check, is_ineligible, said_against
from retour.policy.explaining import explain
from retour.policy.facts import Asked, Occasion
from retour.policy.grounds import judged, judged_again
from retour.policy.history import CustomerFacts, Listing, Past, PastOrder, PastReturn, known
from retour.policy.listing import TO_SHOPPERS
from retour.policy.model import Approval, Policy, PolicyRule, Then, Verdict
from retour.policy.outcome import whole_of
from retour.policy.risk import points
from retour.policy.weighing import Risk, RiskScore, Weight

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
SHIRT = Asked(line="1", sku="SHIRT-M", unit_price=4_000)
TODAY = Occasion(
    at=NOON,
    origin="portal",
    ordered_at=NOON - timedelta(days=12),
    delivered_at=NOON - timedelta(days=9),
    country="DE",
    order_type="b2b",  # No consumer, so that the law overrules nothing.
    currency="EUR",
    customer=CustomerFacts(),
)
RISK = Risk(
    review_at=50,
    returns_7_days=Weight(over=1, points=10, most=40),
    returns_30_days=Weight(over=2, points=5, most=30),
    returns_90_days=Weight(over=4, points=5, most=30),
    return_rate=Weight(over=50, points=10, step=10),
    value_concentration=Weight(over=150, points=5, step=50, most=20),
    linked_identities=Weight(over=1, points=15, most=45),
    kept_items=Weight(over=0, points=5),
    missing_or_wrong=Weight(over=10, points=20, step=20),
    rejected_returns=Weight(over=0, points=5),
    failed_payments=Weight(over=0, points=10),
    bracketing=Weight(over=2, points=5),
    late=Weight(over=80, points=10, step=20),
)
POLICY = Policy(approval=Approval.AUTO, ineligible="reject", risk=RISK)


def scored(customer: CustomerFacts, line: Asked = SHIRT, policy: Policy = POLICY) -> RiskScore:
    risk = check([line], replace(TODAY, customer=customer), policy).risk
    assert risk is not None
    return risk


def steps(verdict: Verdict) -> dict[str, str]:
    return {step.rule: step.verdict for step in verdict.trace}


SIGNALS: list[tuple[CustomerFacts, dict[str, int]]] = [
    (CustomerFacts(), {}),
    (CustomerFacts(returns_7_days=1), {}),
    (CustomerFacts(returns_7_days=3), {"returns_7_days": 20}),
    (CustomerFacts(returns_7_days=50), {"returns_7_days": 40}),
    (
        CustomerFacts(returns_30_days=4, returns_90_days=5),
        {"returns_30_days": 10, "returns_90_days": 5},
    ),
    (CustomerFacts(units_bought=4, units_returned=4), {}),
    (CustomerFacts(units_bought=10, units_returned=5), {"return_rate": 10}),
    (CustomerFacts(units_bought=10, units_returned=9), {"return_rate": 50}),
    (
        CustomerFacts(units_bought=10, value_bought=10_000, units_returned=1, value_returned=2_000),
        {"value_concentration": 15},
    ),
    (CustomerFacts(linked_identities=3), {"linked_identities": 30}),
    (CustomerFacts(kept_items=2), {"kept_items": 10}),
    (CustomerFacts(units_returned=10, missing_or_wrong=3), {"missing_or_wrong": 20}),
    (CustomerFacts(units_returned=4, missing_or_wrong=4), {}),
    (
        CustomerFacts(rejected_returns=1, failed_payments=1),
        {"rejected_returns": 5, "failed_payments": 10},
    ),
]


@pytest.mark.parametrize(("customer", "expected"), SIGNALS)
def test_every_signal_is_named_with_its_points(
    customer: CustomerFacts, expected: dict[str, int]
) -> None:
    risk = scored(customer)

    assert {one.signal: one.points for one in risk.contributions} == expected
    assert risk.score == sum(expected.values())
    assert risk.flags == tuple(one.signal for one in risk.contributions)
    for one in risk.contributions:
        assert str(one.value) in one.detail
        assert one.value in one.inputs.values() or len(one.inputs) > 1


def test_what_the_request_itself_says_counts() -> None:
    late = replace(TODAY, at=TODAY.at + timedelta(days=20))
    risk = check([replace(SHIRT, variants=4)], late, POLICY).risk

    assert risk is not None
    assert {one.signal: one.points for one in risk.contributions} == {"bracketing": 10, "late": 10}


def test_no_score_without_weights() -> None:
    assert check([SHIRT], TODAY, Policy()).risk is None


def test_the_score_ends_at_100() -> None:
    assert scored(CustomerFacts(kept_items=1000)).score == 100


def test_a_high_score_waits_for_a_person_and_rules_may_ask_it() -> None:
    risky = replace(TODAY, customer=CustomerFacts(linked_identities=5, returns_7_days=2))
    rule = PolicyRule(
        name="ring",
        when=When(risk=RiskWhen(score=Span(at_least=50), flags=("linked_identities",))),
        then=Then(reject="No."),
    )

    verdict = check([SHIRT], risky, POLICY)
    with_rule = replace(POLICY, rules=(rule,))

    assert (steps(verdict)["risk"], verdict.eligible) == ("review", False)
    assert steps(check([SHIRT], risky, with_rule))["ring"] == "ineligible"
    assert "ring" not in steps(check([SHIRT], TODAY, with_rule))
    (explained,) = explain([SHIRT], risky, with_rule)
    assert explained.rules[0].speaks_of == ("answer",)


def test_rules_may_ask_for_what_the_customer_did() -> None:
    rule = PolicyRule(
        name="often",
        when=When(customer=CustomerWhen(return_rate=Span(at_least=50))),
        then=Then(review="Often."),
    )
    policy = Policy(rules=(rule,))
    often = replace(TODAY, customer=CustomerFacts(units_bought=10, units_returned=5))

    assert steps(check([SHIRT], often, policy))["often"] == "review"
    assert "often" not in steps(check([SHIRT], TODAY, policy)), "nothing bought is no rate"
    assert "often" not in steps(check([SHIRT], replace(TODAY, customer=None), policy))


# ---------------------------------------------------------------- properties

_RETURNS = st.lists(
    st.builds(
        PastReturn,
        at=st.integers(0, 400).map(lambda days: NOON - timedelta(days=days)),
        units=st.integers(0, 5),
        value=st.integers(0, 10_000),
        currency=st.sampled_from(["EUR", "GBP"]),
        kept=st.integers(0, 2),
        missing_or_wrong=st.integers(0, 2),
        rejected=st.booleans(),
        failed_payments=st.integers(0, 1),
    ),
    max_size=12,
)
_ORDERS = (PastOrder(at=NOON - timedelta(days=50), units=9, value=20_000, currency="EUR"),)


def velocity(returns: Sequence[PastReturn]) -> int:
    facts = known(Past(orders=_ORDERS, returns=tuple(returns)), NOON, "EUR")
    return sum(one.points for one in scored(facts).contributions if one.signal.endswith("_days"))


@given(_RETURNS, _RETURNS)
def test_one_more_return_never_lowers_velocity(
    returns: list[PastReturn], more: list[PastReturn]
) -> None:
    assert velocity([*returns, *more]) >= velocity(returns)


@given(_RETURNS.flatmap(lambda returns: st.tuples(st.just(returns), st.permutations(returns))))
def test_the_same_facts_give_the_same_score(
    orders: tuple[list[PastReturn], list[PastReturn]],
) -> None:
    one, two = (known(Past(orders=_ORDERS, returns=tuple(order)), NOON, "EUR") for order in orders)
    assert one == two
    assert scored(one) == scored(two)


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 100), st.integers(1, 50))
def test_points_grow_with_the_value(value: int, over: int, each: int, step: int) -> None:
    weight = Weight(over=over, points=each, step=step)
    assert points(value, weight) <= points(value + 1, weight) <= 100
    assert (points(value, weight) > 0) == (value > over)


def test_what_comes_later_is_not_known_yet() -> None:
    later = PastReturn(at=NOON + timedelta(days=1), units=1, value=1, currency="EUR")
    assert known(Past(returns=(later,)), NOON, "EUR") == CustomerFacts()
    assert known(Past(returns=(later,)), later.at, "EUR").returns_7_days == 1


# ---------------------------------------------------------------- lists

BLOCK = Listing(id="lst_1", list="block", kind="address", reason="Empty boxes.")
ALLOW = Listing(id="lst_2", list="allow", kind="email", reason="A good customer.")
LATE = replace(TODAY, at=TODAY.at + timedelta(days=100))
FINAL = replace(SHIRT, returnable=False)


def test_allowed_passes_final_sale_window_and_risk() -> None:
    customer = CustomerFacts(linked_identities=9)
    allowed = replace(LATE, listed=(ALLOW,), customer=customer)

    verdict = check([FINAL], allowed, POLICY)

    assert verdict.eligible
    assert verdict.risk is None
    assert steps(verdict) == {"handed_over": "eligible", "listed": "eligible"}
    assert not check([FINAL], replace(LATE, customer=customer), POLICY).eligible


def test_allowed_is_not_above_a_rule_or_what_was_never_handed_over() -> None:
    rule = PolicyRule(name="never", then=Then(reject="Never."))
    allowed = replace(LATE, listed=(ALLOW,))

    assert is_ineligible(check([FINAL], allowed, replace(POLICY, rules=(rule,))))
    assert is_ineligible(check([replace(FINAL, handed_over=False)], allowed, POLICY))


@pytest.mark.parametrize(("blocked", "word"), [("review", "review"), ("reject", "reject")])
def test_blocked_comes_to_what_the_policy_says(blocked: str, word: str) -> None:
    policy = replace(POLICY, blocked=blocked, risk=None)
    grounds, verdict = judged((SHIRT,), replace(TODAY, listed=(BLOCK,)), policy)

    assert whole_of(grounds.said) == word
    assert not verdict.eligible
    assert "Empty boxes" not in " ".join(said_against(verdict)), "shoppers read of no list"
    if word == "reject":
        assert said_against(verdict) == (TO_SHOPPERS["en"],)


def test_who_is_blocked_reads_the_merchants_words_in_their_language() -> None:
    policy = replace(POLICY, blocked="reject", risk=None)
    german = replace(TODAY, listed=(BLOCK,), locale="de-AT")
    own = replace(policy, blocked_words={"de": "Nein."})

    assert said_against(check([SHIRT], german, policy)) == (TO_SHOPPERS["de"],)
    assert said_against(check([SHIRT], german, own)) == ("Nein.",)


def test_the_most_specific_entry_speaks() -> None:
    of_the_sku = replace(ALLOW, id="lst_3", kind="sku", sku="SHIRT-M")
    by_order = replace(BLOCK, id="lst_4", kind="order")

    def listed(*entries: Listing) -> str:
        verdict = check([SHIRT], replace(TODAY, listed=entries), POLICY)
        return steps(verdict)["listed"]

    assert listed(BLOCK, ALLOW) == listed(ALLOW, BLOCK) == "eligible"
    assert listed(BLOCK, of_the_sku) == "review"
    assert listed(by_order, ALLOW) == "review"
    assert listed(of_the_sku) == "eligible"


def test_an_entry_of_another_sku_says_nothing() -> None:
    other = replace(BLOCK, kind="sku", sku="SHIRT-L")
    assert "listed" not in steps(check([SHIRT], replace(TODAY, listed=(other,)), POLICY))


def test_a_block_is_never_against_the_law() -> None:
    """A consumer inside the legal days is not rejected, whatever a list says."""
    consumer = replace(TODAY, order_type=None, listed=(BLOCK,))
    policy = replace(POLICY, blocked="reject", risk=None)

    verdict = check([SHIRT], consumer, policy)

    assert not is_ineligible(verdict)
    assert steps(verdict)["listed"] == "review", "a person still looks"
    assert not verdict.eligible
    assert is_ineligible(check([SHIRT], replace(consumer, at=LATE.at), policy))


# ---------------------------------------------------------------- again


@given(returns=_RETURNS, final=st.booleans(), listed=st.booleans())
def test_what_was_said_is_said_again_from_its_grounds(
    *, returns: list[PastReturn], final: bool, listed: bool
) -> None:
    facts = known(Past(orders=_ORDERS, returns=tuple(returns)), NOON, "EUR")
    occasion = replace(TODAY, customer=facts, listed=(BLOCK,) if listed else ())
    grounds, _ = judged((replace(SHIRT, returnable=not final),), occasion, POLICY)

    assert judged_again(grounds, POLICY) == grounds.said
