"""What may go wrong with policies: rules, slots, terms, phases, the law; and which test notices."""

from __future__ import annotations

from typing import Final

from tests.support.mutants import wrong
from tests.support.mutating import Mutant

GUARDS: Final = {
    "logistics_on": "policy_phases::test_without_logistics_nothing_is_sent",
    "settlement_on": "policy_phases::test_without_settlement_no_money_is_owed",
}
"""Guards of phases, and the test that notices when each lets everything through."""


def _gone(guard: str, killer: str) -> Mutant:
    """Let a guard say yes to everything."""
    head = "(_: Return, policy: Policy) -> Refusal | None:"
    new = f"def {guard}{head}\n    return None\n\n\ndef _was_{guard}{head}"
    return wrong("lifecycle.guards", f"def {guard}{head}", new, killer)


_E: Final = "policy.eligibility"
_ELIGIBILITY: Final = (
    wrong(
        _E,
        "all(step.verdict in {ELIGIBLE, OVERRULED} for step in trace)",
        "all(step.verdict != INELIGIBLE for step in trace)",
        "eligibility::test_a_review_is_neither_yes_nor_no",
    ),
    wrong(
        _E,
        "policy.window_days if own is None else own",
        "policy.window_days",
        "eligibility::test_a_rule_brings_its_own_window",
    ),
    wrong(
        _E,
        'own.get(step.line or "", step.detail)',
        "step.detail",
        "policy_rules::test_a_rule_s_own_words_reject_the_return",
    ),
    wrong(
        _E,
        "return occasion.shipped_at or occasion.delivered_at",
        "return occasion.shipped_at",
        "eligibility::test_a_window_from_shipping_falls_back_to_delivery",
    ),
)

_R: Final = "policy.rules"
_S: Final = "policy.slots"
_C: Final = "policy.contradictions"
_RULES: Final = (
    wrong(
        _R,
        "chosen.setdefault(kind, rule)",
        "chosen[kind] = rule",
        "policy_rules::test_of_each_kind_the_first_rule_that_matches_speaks",
    ),
    wrong(
        _R,
        "channels=rule.channels, countries=rule.countries",
        "channels=rule.channels",
        "eligibility::test_a_rule_speaks_only_where_all_it_names_is_so",
    ),
    wrong(
        _R,
        "for rule in rules if rule.at is at",
        "for rule in rules",
        "policy_grading::test_rules_of_one_moment_say_nothing_at_the_other",
    ),
    wrong(
        _S,
        "return tuple(slot.name for slot in slots)",
        "return (ANSWER,)",
        "policy_rules::test_the_short_form_speaks_of_everything",
    ),
    wrong(
        _S,
        'for name in (locale, language, "en"):',
        'for name in (locale, "en"):',
        "policy_terms::test_words_are_chosen_by_the_shopper_s_language",
    ),
    wrong(
        _C,
        "taken.issuperset(kinds)",
        "taken",
        "policy_rules::test_contradictions_are_named_by_place",
    ),
    wrong(
        _C,
        "if not set(other) <= set(wanted):",
        "if set(other) != set(wanted):",
        "policy_terms::test_a_wider_rule_before_hides_a_narrower_one",
    ),
    wrong(
        _C,
        "if not unreached.get(status, True):",
        "if False:",
        "policy_phases::test_what_waits_for_a_phase_that_is_off_is_contradictory",
    ),
    wrong(
        "policy.conditions",
        "wanted.currency == occasion.currency and ",
        "",
        "policy_rules::test_a_condition_is_held_against_its_fact",
    ),
)

_L: Final = "policy.legal_floor"
_I: Final = "policy.inspection"
_LAW: Final = (
    wrong(
        _L,
        "is_free=free_days(occasion.country),",
        "is_free=None,",
        "policy_legal_floor::test_the_days_are_counted_by_regulation_1182_71",
    ),
    wrong(
        _L,
        'or (occasion.order_type or "").lower() in BUSINESS',
        "",
        "policy_legal_floor::test_who_has_the_right",
    ),
    wrong(
        _L,
        "law is ConsumerLaw.EVERYONE or occasion.country is None",
        "law is ConsumerLaw.EVERYONE",
        "policy_legal_floor::test_who_has_the_right",
    ),
    wrong(
        _L,
        "(line.legal_ground, by_rule) if one in GROUNDS",
        "(line.legal_ground, by_rule) if one",
        "policy_legal_floor::test_a_ground_nobody_knows_excepts_nothing",
    ),
    wrong(
        _L,
        "(line.legal_ground, by_rule) if one",
        "(line.legal_ground,) if one",
        "policy_legal_floor::test_goods_the_law_excepts_are_the_merchant_s_to_judge",
    ),
    wrong(
        "policy.terms",
        "        against=None,\n        fee=None,\n",
        "        against=None,\n",
        "policy_legal_floor::test_no_rules_whatever_deny_a_consumer_in_time",
    ),
    wrong(
        _I,
        "WAITING if acceptance == REJECTED else acceptance",
        "acceptance",
        "policy_grading::test_whoever_may_withdraw_is_not_refused_for_the_state_of_the_goods",
    ),
    wrong(
        "lifecycle.dock.ruling",
        "return ground is None and legal_floor.is_open(",
        "return False and legal_floor.is_open(",
        "policy_grading::test_whoever_may_withdraw_is_not_refused_for_the_state_of_the_goods",
    ),
)

_T: Final = "policy.terms"
_H: Final = "lifecycle.money.charges"
_OWED: Final = "settlement.entitlement"
_O: Final = "lifecycle.requests.offering"
_TERMS: Final = (
    wrong(
        _T,
        "settle_at=max(",
        "settle_at=min(",
        "policy_terms::test_money_moves_when_the_slowest_line_lets_it",
    ),
    wrong(
        _T,
        "if all(one in other for other in said)",
        "if True",
        "policy_terms::test_all_lines_together_have_what_each_of_them_has",
    ),
    wrong(
        _T,
        "next(iter(places)) if len(places) == 1 else None",
        "next((one for one in places if one), None)",
        "policy_terms::test_terms_of_all_lines_are_summed_up",
    ),
    wrong(
        _H,
        "elif fee.rule not in charged and (fee.rule, fee.label) not in once:",
        "else:",
        "policy_terms::test_a_fee_is_asked_once_per_return_whatever_lines_and_settlements",
    ),
    wrong(
        _OWED,
        "amount = min(asked, room)",
        "amount = asked",
        "policy_terms::test_a_fee_is_kept_back_to_the_cent",
    ),
    wrong(
        _OWED,
        "max(sum(left.values()) + beside, 0)",
        "sum(left.values())",
        "policy_terms::test_an_agent_s_extras_stand_beside_the_policy_s_fee",
    ),
    wrong(
        "lifecycle.money.owed",
        "() if draft.fees_waived else fees_asked",
        "fees_asked",
        "policy_terms::test_a_rule_before_it_waives_a_fee_and_so_may_an_agent",
    ),
    wrong(
        _OWED,
        "line.amount + sum(one.amount for one in of_line)",
        "line.amount",
        "policy_grading::test_a_share_of_the_refund_is_of_what_is_left_after_deductions",
    ),
    wrong(
        _O,
        "return policy.settle_at if offer is None else offer.settle_at",
        "return policy.settle_at",
        "policy_terms::test_money_moves_when_the_slowest_line_lets_it",
    ),
    wrong(
        "lifecycle.consequences",
        "outcome_of(ret) in {None, Outcome.REFUND}",
        "True",
        "policy_terms::test_who_wants_credit_is_not_paid_money_by_itself",
    ),
)

_LABELS: Final = (
    wrong(
        "lifecycle.parcels.labelling",
        "        or method is None\n",
        "",
        "policy_terms::test_the_first_label_is_of_the_method_and_for_the_place",
    ),
    wrong(
        "lifecycle.parcels.labelling",
        "place = destination_of(ret)",
        "place = None",
        "policy_terms::test_the_first_label_is_of_the_method_and_for_the_place",
    ),
    wrong(
        "lifecycle.shopper.changing",
        "refusal = method_refused(fold.ret.verdict, wanted)",
        "refusal = None",
        "policy_terms::test_a_method_is_changed_to_what_is_offered_and_goes_where_it_should",
    ),
)

_P: Final = "lifecycle.requests.phases"
_PHASES: Final = (
    wrong(
        _P,
        "or fold.ret.origin is Origin.WAREHOUSE",
        "",
        "policy_phases::test_without_authorization_only_a_rule_s_no_is_in_the_way",
    ),
    wrong(
        _P,
        "return ReturnStatus.TRACKED if phases.logistics else ReturnStatus.AUTHORIZED",
        "return ReturnStatus.AUTHORIZED",
        "policy_phases::test_without_processing_goods_that_come_after_all_are_taken_in",
    ),
    wrong(
        "lifecycle.consequences",
        "or not fold.policy.phases.settlement",
        "",
        "policy_phases::test_each_combination_ends_completed_and_says_only_its_phases",
    ),
    wrong(
        "lifecycle.parcels.labelling",
        "        or not policy.phases.logistics\n",
        "",
        "policy_phases::test_without_logistics_nothing_is_sent",
    ),
)

MUTANTS: Final = (
    *(_gone(guard, killer) for guard, killer in GUARDS.items()),
    *_ELIGIBILITY,
    *_RULES,
    *_LAW,
    *_TERMS,
    *_LABELS,
    *_PHASES,
)
