"""What a backtest says a policy would answer is what ``decide`` makes of the same request."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.lifecycle.commands import LineAsked, Request
from retour.lifecycle.decide import decide
from retour.lifecycle.model import Decision, Origin, ReturnStatus
from retour.policy.conditions import ItemWhen, Span, When
from retour.policy.conditions import RequestWhen as AskedWhen
from retour.policy.grounds import judged_again
from retour.policy.history import Listing, Past
from retour.policy.model import Approval, ConsumerLaw, Phases, Policy, PolicyRule, Then
from retour.policy.outcome import whole_of
from tests.support.returns import Journey, an_order, sold

RULES = [
    PolicyRule(name="no", when=When(item=ItemWhen(skus=("A",))), then=Then(reject="No.")),
    PolicyRule(name="look", when=When(item=ItemWhen(skus=("B",))), then=Then(review="Look.")),
    PolicyRule(
        name="many",
        when=When(request=AskedWhen(quantity=Span(at_least=2))),
        then=Then(approve=True, window_days=0),
    ),
]
POLICIES = st.builds(
    Policy,
    approval=st.sampled_from(Approval),
    ineligible=st.sampled_from(["queue", "reject"]),
    blocked=st.sampled_from(["review", "reject"]),
    window_days=st.sampled_from([0, 30]),
    consumer_law=st.sampled_from(ConsumerLaw),
    phases=st.builds(Phases, authorization=st.booleans()),
    rules=st.lists(st.sampled_from(RULES), unique_by=lambda one: one.name).map(tuple),
)
LISTED = st.lists(
    st.sampled_from(
        [
            Listing(id="lst_1", list="block", kind="email", reason="r"),
            Listing(id="lst_2", list="allow", kind="sku", sku="A", reason="r"),
        ]
    ),
    unique_by=lambda one: one.id,
).map(tuple)
ANSWERS = {
    ReturnStatus.REJECTED: "reject",
    ReturnStatus.REQUESTED: "review",
    ReturnStatus.AUTHORIZED: "approve",
}


def decided(
    policy: Policy, listed: tuple[Listing, ...], origin: Origin, *, final: bool
) -> Decision:
    order = an_order(replace(sold("a", 3), returnable=not final), sold("b", 2))
    journey = Journey(order=order, policy=policy)
    asked = (LineAsked(line="a", quantity=2), LineAsked(line="b", quantity=1))
    plan = [Request(order_number="1001", lines=asked, origin=origin)]
    context = replace(journey.context(plan=plan), past=Past(listed=listed))
    decision = decide(journey.state, plan, context)
    assert isinstance(decision, Decision)
    return decision


@given(policy=POLICIES, listed=LISTED, origin=st.sampled_from(Origin), final=st.booleans())
def test_the_answer_is_what_becomes_of_the_return(
    *, policy: Policy, listed: tuple[Listing, ...], origin: Origin, final: bool
) -> None:
    decision = decided(policy, listed, origin, final=final)

    assert decision.grounds is not None
    assert decision.state.ret is not None
    assert whole_of(decision.grounds.said) == ANSWERS[decision.state.ret.status]


@given(was=POLICIES, now=POLICIES, listed=LISTED, origin=st.sampled_from(Origin))
def test_another_policy_answers_as_if_it_had_been_in_force(
    was: Policy, now: Policy, listed: tuple[Listing, ...], origin: Origin
) -> None:
    before = decided(was, listed, origin, final=False).grounds
    under = decided(now, listed, origin, final=False).grounds

    assert before is not None
    assert under is not None
    assert judged_again(before, now) == under.said
