"""What rules set and what becomes of it: fees, outcomes, methods, places, moments of money."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.kernel.refusal import RefusalCode
from retour.lifecycle.commands import (
    Amend,
    Authorize,
    ConfirmSettlement,
    ExtraAsked,
    FinishReceipt,
    LineAsked,
    ProposeSettlement,
    Request,
    StartRefund,
)
from retour.lifecycle.model import (
    Approval,
    Outcome,
    ParcelMethod,
    Policy,
    ReturnStatus,
    Settlement,
)
from retour.lifecycle.requests.offering import method_of, outcome_of
from retour.lifecycle.shopper.bodies import ChangeMethod
from retour.policy.conditions import ItemWhen, When
from retour.policy.contradictions import contradictions, policy_contradictions
from retour.policy.model import (
    METHODS,
    BonusAsked,
    ConsumerLaw,
    Deduction,
    FeeAsked,
    Moment,
    PolicyRule,
    Then,
)
from retour.policy.percent import basis_points
from retour.policy.slots import SLOTS, is_set, said_in
from tests.support.returns import Journey, accept, an_order, receive, sold

LABEL = "Return label"
PLAIN = Policy(consumer_law=ConsumerLaw.OFF)
ONLY_A = When(item=ItemWhen(skus=("A",)))


def ruled(*thens: Then, policy: Policy = PLAIN, when: When | None = None) -> Policy:
    rules = tuple(
        PolicyRule(name=f"r{n}", then=then, when=when or When()) for n, then in enumerate(thens)
    )
    return replace(policy, rules=rules)


def fee(**what: object) -> Then:
    return Then(fee=FeeAsked(label=LABEL, **what))  # pyright: ignore[reportArgumentType] - a fee's own fields


def proposed(journey: Journey, **more: object) -> Settlement:
    journey.do(ProposeSettlement(**more))  # pyright: ignore[reportArgumentType] - the command's own fields
    return journey.ret.settlements[-1]


def kept_back(settlement: Settlement) -> list[tuple[str, int, str | None]]:
    return [(one.kind, one.amount, one.rule) for one in settlement.lines if one.kind != "item"]


# ---------------------------------------------------------------- fees


@pytest.mark.parametrize(
    ("then", "units", "kept"),
    [
        (fee(amounts={"EUR": "3.95"}), 3, -395),
        (fee(amounts={"EUR": "3.95"}, per="unit"), 3, -1185),
        (fee(percent="12.5"), 3, -375),
        (fee(percent="0.05"), 1, -1),  # Half a cent goes away from zero.
        (fee(amounts={"EUR": "99"}), 1, -1000),  # Never more than is given back.
    ],
)
def test_a_fee_is_kept_back_to_the_cent(then: Then, units: int, kept: int) -> None:
    journey = Journey(policy=ruled(then)).processed(a=units)

    settlement = proposed(journey)

    assert [("fee", kept, "r0")] == kept_back(settlement)
    assert settlement.total == 1000 * units + kept
    assert LABEL == settlement.lines[-1].label


def test_a_fee_in_another_currency_is_not_asked() -> None:
    journey = Journey(policy=ruled(fee(amounts={"USD": "3.95"}))).processed()

    assert [] == kept_back(proposed(journey))


def test_a_fee_is_asked_once_per_return_whatever_lines_and_settlements() -> None:
    """Two lines, two settlements: the first has it, the second has none."""
    policy = ruled(
        fee(amounts={"EUR": "3.95"}), policy=replace(PLAIN, settle_at=ReturnStatus.RECEIVED)
    )
    journey = Journey(policy=policy).processed(a=1, b=1)
    first, second = (unit.id for unit in journey.units)

    one = proposed(journey, units=(first,))
    journey.do(ConfirmSettlement(), StartRefund())
    journey.outcome("succeeded")
    other = proposed(journey, units=(second,))

    assert [("fee", -395, "r0")] == kept_back(one)
    assert [] == kept_back(other)


def test_a_rule_before_it_waives_a_fee_and_so_may_an_agent() -> None:
    waived = ruled(Then(waive_fee=True), fee(amounts={"EUR": "3.95"}), when=None)
    exempt = replace(
        waived,
        rules=(replace(waived.rules[0], when=ONLY_A), waived.rules[1]),
    )
    for_a = Journey(policy=exempt).processed(a=1)
    for_b = Journey(policy=exempt).processed(b=1)

    assert [] == kept_back(proposed(for_a))
    assert [("fee", -395, "r1")] == kept_back(proposed(for_b))
    assert [] == kept_back(proposed(for_b, waive_fees=True))


def test_an_agent_s_extras_stand_beside_the_policy_s_fee() -> None:
    """What the agent gives on top leaves room for the fee, what he takes leaves less."""
    journey = Journey(policy=ruled(fee(amounts={"EUR": "9.00"}))).processed()

    taken = proposed(journey, fees=(ExtraAsked(label="Handling", amount="4.00"),))

    assert [("fee", -600, "r0"), ("fee", -400, None)] == kept_back(taken)
    assert taken.total == 0


@given(
    percents=st.lists(st.integers(1, 10_000), min_size=1, max_size=3),
    price=st.integers(1, 9999),
    units=st.integers(1, 3),
)
def test_no_fees_take_more_than_is_given_back(percents: list[int], price: int, units: int) -> None:
    rules = ruled(
        *(fee(percent=f"{one // 100}.{one % 100:02}") for one in percents),
    )
    journey = Journey(sold("a", 3, price=price), policy=rules).processed(a=units)

    settlement = proposed(journey)

    assert 0 <= settlement.total <= price * units
    assert settlement.total == sum(line.amount for line in settlement.lines)


# ---------------------------------------------------------------- money: when, and the way out


def test_money_moves_when_the_slowest_line_lets_it() -> None:
    early, late = Then(settle_at=ReturnStatus.AUTHORIZED), Then(settle_at=ReturnStatus.RECEIVED)
    policy = replace(
        PLAIN,
        rules=(
            PolicyRule(name="early", when=ONLY_A, then=early),
            PolicyRule(name="late", then=late),
        ),
    )
    fast, slow = Journey(policy=policy).authorized(a=1), Journey(policy=policy).authorized(a=1, b=1)

    assert "propose_settlement" in fast.allowed
    refusal = slow.refused(ProposeSettlement())
    assert RefusalCode.SETTLEMENT_TOO_EARLY == refusal.code
    assert "received" in refusal.detail
    slow.do(receive(a=1, b=1))
    assert "propose_settlement" in slow.allowed


@pytest.mark.parametrize(("word", "policy_s", "back"), [("full", "none", 495), ("none", "full", 0)])
def test_a_rule_says_whether_the_way_out_is_paid_back(word: str, policy_s: str, back: int) -> None:
    policy = ruled(Then(refund_shipping=word), policy=replace(PLAIN, refund_shipping=policy_s))
    journey = Journey(policy=policy, order=an_order(sold("a", 3), shipping=495)).processed()

    assert proposed(journey).total == 1000 + back


def test_who_wants_credit_is_not_paid_money_by_itself() -> None:
    policy = replace(PLAIN, outcomes=tuple(Outcome), settlement=Approval.AUTO)

    def asked(outcome: Outcome) -> Journey:
        journey = Journey(policy=policy)
        lines = (LineAsked(line="a", quantity=1),)
        journey.do(Request(order_number="1001", lines=lines, outcome=outcome))
        journey.do(Authorize(), receive(a=1), accept(), FinishReceipt())
        return journey

    kinds = {
        one: [paid.kind.value for paid in asked(one).ret.settlements]
        for one in (Outcome.REFUND, Outcome.STORE_CREDIT, Outcome.EXCHANGE)
    }
    assert {"refund": ["refund"], "store_credit": ["store_credit"], "exchange": []} == kinds


# ---------------------------------------------------------------- what is offered


def asking(*lines: str, outcome: str | None = None, method: str | None = None) -> Request:
    return Request(
        order_number="1001",
        lines=tuple(LineAsked(line=line, quantity=1) for line in lines),
        outcome=None if outcome is None else Outcome(outcome),
        method=None if method is None else ParcelMethod(method),
    )


OFFERING = replace(PLAIN, outcomes=("refund", "store_credit", "exchange"))


def test_what_a_rule_excludes_is_refused_by_name() -> None:
    policy = ruled(
        Then(exclude_outcomes=("refund",), exclude_methods=("locker",)),
        policy=OFFERING,
        when=ONLY_A,
    )
    journey = Journey(policy=policy)

    money = journey.refused(asking("a", outcome="refund"))
    locker = journey.refused(asking("b", "a", method="locker"))
    journey.do(asking("a", outcome="exchange", method="drop_off"))

    assert (RefusalCode.OUTCOME_NOT_OFFERED, "/outcome") == (money.code, money.pointer)
    assert "refund is not offered here, because of line a." in money.detail
    assert "store_credit or exchange" in money.detail
    assert (RefusalCode.METHOD_NOT_OFFERED, "/method") == (locker.code, locker.pointer)
    assert (Outcome.EXCHANGE, ParcelMethod.DROP_OFF) == (journey.ret.outcome, journey.ret.method)


def test_all_lines_together_have_what_each_of_them_has() -> None:
    """Where they have nothing in common nothing can be asked for at once."""
    policy = replace(
        OFFERING,
        rules=(
            PolicyRule(name="a", when=ONLY_A, then=Then(force_outcome="store_credit")),
            PolicyRule(name="b", then=Then(force_outcome="exchange")),
        ),
    )
    journey = Journey(policy=policy)

    assert (
        "ask for a return of each" in journey.refused(asking("a", "b", outcome="exchange")).detail
    )
    journey.do(asking("a"))
    assert Outcome.STORE_CREDIT == outcome_of(journey.ret), "there is no choice"
    journey.do(Amend(lines=(LineAsked(line="b", quantity=1),)))
    assert Outcome.EXCHANGE == outcome_of(journey.ret), "what nobody asked for binds nobody"


def test_an_amended_return_must_still_be_offered_what_it_wants() -> None:
    policy = ruled(Then(exclude_outcomes=("refund",)), policy=OFFERING, when=ONLY_A)
    journey = Journey(policy=policy)
    journey.do(asking("b", outcome="refund"))

    code = journey.code(Amend(lines=(LineAsked(line="a", quantity=1),)))

    assert RefusalCode.OUTCOME_NOT_OFFERED == code


def test_a_method_is_changed_to_what_is_offered_and_goes_where_it_should() -> None:
    policy = replace(
        PLAIN,
        rules=(
            PolicyRule(name="ways", then=Then(exclude_methods=("locker",))),
            PolicyRule(name="place", then=Then(destination="workshop")),
        ),
    )
    journey = Journey(policy=policy).authorized(a=1)

    refusal = journey.refused(ChangeMethod(method="locker"))
    journey.do(ChangeMethod(method="drop_off"))

    assert (RefusalCode.METHOD_NOT_OFFERED, "/method") == (refusal.code, refusal.pointer)
    assert ParcelMethod.DROP_OFF == method_of(journey.ret)
    assert ["workshop"] == [parcel.facility for parcel in journey.ret.parcels]


@pytest.mark.parametrize(
    ("wanted", "made"),
    [
        (None, ["label"]),
        ("label", ["label"]),
        ("drop_off", ["drop_off"]),
        ("locker", ["locker"]),
        ("pickup", ["pickup"]),
        ("own", []),
        ("virtual", []),
    ],
)
def test_the_first_label_is_of_the_method_and_for_the_place(
    wanted: str | None, made: list[str]
) -> None:
    """Nobody makes a label for a parcel that no carrier of ours brings."""
    policy = ruled(
        Then(destination="workshop"),
        policy=replace(PLAIN, approval=Approval.AUTO, label=Approval.AUTO),
    )
    journey = Journey(policy=policy)

    journey.do(asking("a", method=wanted))

    assert made == [parcel.method for parcel in journey.ret.parcels]
    assert ["workshop"] * len(made) == [parcel.facility for parcel in journey.ret.parcels]


def test_terms_of_all_lines_are_summed_up() -> None:
    policy = replace(
        PLAIN,
        rules=(
            PolicyRule(
                name="a",
                when=ONLY_A,
                then=Then(
                    photos_required=2,
                    destination="workshop",
                    donate=True,
                    bonus=BonusAsked(percent="10"),
                    reason_group="broken",
                ),
            ),
            PolicyRule(name="rest", then=Then(photos_required=3)),
        ),
    )
    alone, both = Journey(policy=policy).requested(a=1), Journey(policy=policy).requested(a=1, b=1)

    (terms,) = alone.ret.verdict.terms
    assert (True, True, "broken") == (terms.keep_item, terms.donate, terms.reason_group)
    assert terms.bonus is not None
    assert "10" == terms.bonus.percent
    offers = [journey.ret.verdict.offer for journey in (alone, both)]
    assert [(2, "workshop"), (3, None)] == [
        (offer.photos_required, offer.destination) for offer in offers if offer is not None
    ]


def test_words_are_chosen_by_the_shopper_s_language() -> None:
    words = {"de": "Nein.", "en": "No.", "nl-BE": "Nee, hoor."}

    assert ["Nein.", "Nee, hoor.", "No.", "No."] == [
        said_in(words, locale) for locale in ("de-AT", "nl-BE", "fr", None)
    ]
    assert "Nein." == said_in({"de": "Nein."}, "fr")
    assert "Same." == said_in("Same.", "fr")


# ---------------------------------------------------------------- what cannot be


WRONG: list[tuple[PolicyRule, str, str]] = [
    (PolicyRule(name="x", then=fee()), "/rules/0/then/fee", "contradictory"),
    (
        PolicyRule(name="x", then=fee(amounts={"EUR": "0"})),
        "/rules/0/then/fee/amounts/EUR",
        "bad_amount",
    ),
    (
        PolicyRule(name="x", then=fee(amounts={"XXQ": "1"})),
        "/rules/0/then/fee/amounts/XXQ",
        "unknown_currency",
    ),
    (
        PolicyRule(name="x", then=fee(percent="100.01")),
        "/rules/0/then/fee/percent",
        "bad_percent",
    ),
    (
        PolicyRule(name="x", then=replace(fee(percent="5"), waive_fee=True)),
        "/rules/0/then/waive_fee",
        "contradictory",
    ),
    (
        PolicyRule(name="x", then=Then(force_outcome="exchange")),
        "/rules/0/then/force_outcome",
        "contradictory",
    ),
    (
        PolicyRule(name="x", then=Then(exclude_outcomes=("refund",))),
        "/rules/0/then/exclude_outcomes",
        "contradictory",
    ),
    (
        PolicyRule(name="x", then=Then(exclude_methods=METHODS)),
        "/rules/0/then/exclude_methods",
        "contradictory",
    ),
    (
        PolicyRule(name="x", then=Then(deduct=Deduction(percent="5", label="Worn"))),
        "/rules/0/then/deduct",
        "contradictory",
    ),
    (
        PolicyRule(name="x", at=Moment.GRADING, then=Then(accept=True, window_days=3)),
        "/rules/0/then/window_days",
        "contradictory",
    ),
    (
        PolicyRule(
            name="x",
            when=When(item=ItemWhen(legal_grounds=("we_say_so",))),
            then=Then(approve=True),
        ),
        "/rules/0/when/item/legal_grounds/0",
        "bad_value",
    ),
]


@pytest.mark.parametrize(("rule", "pointer", "code"), WRONG)
def test_what_cannot_be_carried_out_is_named_by_place(
    rule: PolicyRule, pointer: str, code: str
) -> None:
    found = list(policy_contradictions(replace(PLAIN, rules=(rule,))))

    assert {pointer: code} == {one.pointer: one.code for one in found}
    assert all(one.detail.endswith(".") for one in found)


def test_a_wider_rule_before_hides_a_narrower_one() -> None:
    """All of its values, and nothing asked beside: where the later one matches, it has spoken."""
    both = PolicyRule(
        name="both", when=When(item=ItemWhen(skus=("A", "B"))), then=Then(keep_item=True)
    )
    one = PolicyRule(name="one", when=ONLY_A, then=Then(donate=True))

    assert {"/rules/1"} == {error.pointer for error in contradictions((both, one))}
    assert not list(contradictions((one, both)))


@pytest.mark.parametrize(
    ("text", "points"),
    [("0", 0), ("12.5", 1250), ("100", 10_000), ("01", None), ("1.234", None), ("-1", None)],
)
def test_shares_are_read_exactly(text: str, points: int | None) -> None:
    assert points == basis_points(text)


def test_every_action_has_one_slot_and_one_moment_at_least() -> None:
    """The table is whole: no action without a slot, none in two slots."""
    actions = [action for slot in SLOTS for action in slot.actions if action != "reject"]

    assert len(actions) == len(set(actions))
    assert set(actions) | {"reject"} == set(Then.__struct_fields__)
    assert not any(is_set(Then(), action) for action in actions)


def test_the_ways_back_are_those_that_parcels_know() -> None:
    assert METHODS == tuple(one.value for one in ParcelMethod)
