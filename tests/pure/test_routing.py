"""Where goods go: first match, passed over where a facility will not have them, never nowhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.lifecycle.commands import LineAsked, Request
from retour.lifecycle.decide import decide
from retour.lifecycle.model import Decision, Return
from retour.lifecycle.requests.legal import Legal, LegalBasis
from retour.lifecycle.requests.offering import destination_of
from retour.policy.conditions import ItemWhen, OrderWhen, RequestWhen, When
from retour.policy.eligibility import check
from retour.policy.facts import Asked, Occasion
from retour.policy.model import LineTerms, Policy, PolicyRule, Then, Verdict
from retour.policy.routing import (
    ROUTING,
    Place,
    Routing,
    RoutingRule,
    routed,
    ways_of,
    whole_of,
)
from tests.support.returns import NOON, Journey, sold

SHOP = Occasion(at=NOON, origin="portal", ordered_at=NOON, country="DE", channel="web")
LAMP = Asked(line="1", sku="LAMP", group="lamps", reasons=("broken",))
MUG = Asked(line="2", sku="MUG", group="mugs")
LAMPS = RoutingRule(id="lamps", facility="dc-2", when=When(item=ItemWhen(groups=("lamps",))))
GERMAN = RoutingRule(id="german", facility="de", when=When(order=OrderWhen(countries=("DE",))))
BROKEN = RoutingRule(
    id="broken", facility="repair", when=When(request=RequestWhen(reasons=("broken",)))
)


def went(routing: Routing, *lines: Asked, policy: Policy | None = None) -> list[str]:
    verdict = check(lines, SHOP, policy or Policy())
    return [way.facility for way in ways_of(verdict, lines, SHOP, routing)]


def test_the_first_rule_that_matches_decides() -> None:
    assert went(Routing(rules=(LAMPS, GERMAN)), LAMP, MUG) == ["dc-2", "de"]
    assert went(Routing(rules=(GERMAN, LAMPS)), LAMP, MUG) == ["de", "de"]
    assert went(Routing(rules=(BROKEN,), fallback="hub"), LAMP, MUG) == ["repair", "hub"]


def test_a_policy_s_own_word_comes_first() -> None:
    rule = PolicyRule(name="here", then=Then(destination="studio"))
    policy = Policy(rules=(rule,))
    assert went(Routing(rules=(LAMPS,)), LAMP, policy=policy) == ["studio"]
    shut = Routing(rules=(LAMPS,), places=(Place(code="studio", is_open=False),))
    assert went(shut, LAMP, policy=policy) == ["dc-2"]


def test_a_facility_that_will_not_have_them_is_passed_over_in_words() -> None:
    for place, words in (
        (Place(code="dc-2", is_open=False), "which is closed"),
        (Place(code="dc-2", groups=("mugs",)), "which takes only mugs"),
        (Place(code="dc-2", countries=("FR",)), "which takes goods from FR only"),
    ):
        routing = Routing(rules=(LAMPS, GERMAN), places=(place,))
        (way,) = ways_of(check([LAMP], SHOP, Policy()), [LAMP], SHOP, routing)
        assert way.facility == "de"
        assert words in way.why
        assert "'german' sends it to de (order.countries DE)" in way.why
        assert [stop.taken for stop in way.stops] == [False, True, False]


def test_lines_that_part_go_to_the_fallback_together() -> None:
    routing = Routing(rules=(LAMPS,), fallback="hub")
    verdict = routed(check([LAMP, MUG], SHOP, Policy()), [LAMP, MUG], SHOP, routing)
    assert verdict.offer is not None
    assert verdict.offer.destination == "hub"
    assert [one.destination for one in verdict.terms] == ["dc-2", "hub"]
    assert [step.line for step in verdict.trace if step.rule == ROUTING] == ["1", "2"]
    assert verdict.eligible == check([LAMP, MUG], SHOP, Policy()).eligible


def test_a_table_of_which_nothing_was_said_changes_nothing() -> None:
    before = check([LAMP, MUG], SHOP, Policy())
    assert routed(before, [LAMP, MUG], SHOP, Routing()) == before


def asked_back(routing: Routing, legal: Legal | None = None) -> Return:
    journey = Journey(sold("a", 2), policy=Policy())
    plan = [Request(order_number="1001", lines=(LineAsked(line="a", quantity=1),))]
    context = replace(journey.context(plan=plan), routing=routing, legal=legal)
    decision = decide(journey.state, plan, context)
    assert isinstance(decision, Decision), decision
    assert decision.state.ret is not None
    return decision.state.ret


def test_a_return_is_sent_where_the_table_says_and_stays_so() -> None:
    ret = asked_back(Routing(rules=(replace(GERMAN, facility="dc-9"),)))
    assert ret.verdict.offer is not None
    assert ret.verdict.offer.destination == "dc-9"
    assert destination_of(ret) == "dc-9"


def test_who_withdraws_from_the_contract_is_sent_somewhere_too() -> None:
    legal = Legal(
        basis=LegalBasis.WITHDRAWAL,
        withdrawal="wdr_1",
        informed_at=NOON,
        refund_by=NOON,
        is_whole=True,
    )
    ret = asked_back(Routing(rules=(GERMAN,)), legal)
    assert ret.verdict.offer is None
    assert destination_of(ret) == "de"


CODES = ("a", "b", "c")
RULES = st.builds(
    RoutingRule,
    id=st.sampled_from(["r1", "r2", "r3"]),
    facility=st.sampled_from(CODES),
    when=st.sampled_from([When(), LAMPS.when, GERMAN.when, BROKEN.when]),
)
PLACES = st.builds(
    Place,
    code=st.sampled_from(CODES),
    is_open=st.booleans(),
    groups=st.sampled_from([(), ("lamps",)]),
    countries=st.sampled_from([(), ("DE",), ("FR",)]),
)


@given(st.lists(RULES, max_size=5), st.lists(PLACES, max_size=3), st.sampled_from([None, *CODES]))
def test_every_line_has_one_way_and_never_to_who_refuses(
    rules: list[RoutingRule], places: list[Place], by_policy: str | None
) -> None:
    routing = Routing(rules=tuple(rules), fallback="hub", places=tuple(places))
    terms = (LineTerms(line="1", destination=by_policy),)
    ways = ways_of(Verdict(eligible=True, terms=terms), [LAMP, MUG], SHOP, routing)
    known = {one.code: one for one in reversed(places)}
    for way in ways:
        assert sum(stop.taken for stop in way.stops) == 1
        place = known.get(way.facility)
        assert place is None or place.is_open
        assert way.facility in way.why
    assert whole_of(ways, routing) in {*(way.facility for way in ways), "hub"}
