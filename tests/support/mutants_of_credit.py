"""What may go wrong with store credit, remedies and gifts, and which test must notice."""

from __future__ import annotations

from typing import Final

from tests.support.mutants import wrong

_C = "lifecycle.money.crediting"
_L = "lifecycle.money.legs"
_R = "lifecycle.money.remedies"
_P = "lifecycle.money.paying"
_G = "lifecycle.guards"
_GIFT = "lifecycle.requests.gift"
_ON_TOP = "store_credit::test_a_bonus_in_money_is_given_once_a_return_to_who_takes_all_as_credit"

GUARDS: Final = {"a_leg_nobody_pays": "remedies::test_what_is_offered_is_not_offered_elsewhere"}
"""The guards of this subject, and the test that notices when they let everything through."""

MUTANTS: Final = (
    wrong(
        _G,
        "if any(leg.status in _RETRIABLE or leg.status is LegStatus.RESERVED for",
        "if ret or any(leg for",
        GUARDS["a_leg_nobody_pays"],
    ),
    wrong(
        _C,
        "    if ret.legal is None or agreed:",
        "    if True:",
        "store_credit::test_who_withdraws_gets_credit_only_where_they_agreed",
    ),
    wrong(
        _C,
        "rounded(shares * min(credit, worth), WHOLE * worth)",
        "rounded(shares, WHOLE)",
        "store_credit::test_a_share_is_of_what_is_given_as_credit",
    ),
    wrong(
        _C,
        "draft.kind is SettlementKind.STORE_CREDIT and not _had_bonus(fold.ret)",
        "credit and not _had_bonus(fold.ret)",
        _ON_TOP,
    ),
    wrong(
        _C,
        "draft.kind is SettlementKind.STORE_CREDIT and not _had_bonus(fold.ret)",
        "draft.kind is SettlementKind.STORE_CREDIT",
        _ON_TOP,
    ),
    wrong(
        _C,
        "Executor.CREDIT if Executor.CREDIT in fold.context.executors else",
        "Executor.CREDIT if fold else",
        "store_credit::test_credit_of_the_merchant_s_own_system_is_told_and_reported",
    ),
    wrong(
        _C,
        "    if not fold.ret.gift:",
        "    if fold:",
        "gifts::test_it_is_paid_in_store_credit_whatever_is_proposed",
    ),
    wrong(
        _L,
        "    due = total - bonus\n",
        "    due = total\n",
        "store_credit::test_a_bonus_is_a_line_and_a_leg_of_its_own_that_takes_no_payment",
    ),
    wrong(
        _L,
        "    if beyond > min(of_kind(draft.lines, GOODWILL), credit):",
        "    if beyond > credit:",
        "store_credit::test_only_goodwill_goes_beyond_what_was_paid",
    ),
    wrong(
        _L,
        "    if beyond > min(of_kind(draft.lines, GOODWILL), credit):",
        "    if beyond > of_kind(draft.lines, GOODWILL):",
        "store_credit::test_goodwill_beyond_what_was_paid_is_credit_only",
    ),
    wrong(
        _L,
        "kind=LegKind.STORE_CREDIT if executor is Executor.CREDIT else LegKind.REFUND",
        "kind=LegKind.REFUND",
        "store_credit::test_what_was_paid_with_store_credit_comes_back_as_such",
    ),
    wrong(
        _R,
        "if leg.status in LOST and (refusal := held_again(fold, (leg,))):",
        "if (refusal := None):",
        "remedies::test_what_was_paid_elsewhere_settles_and_keeps_the_cap",
    ),
    wrong(
        _R,
        "unavailable(fold, (other,)) or held_again(fold, (other,))",
        "unavailable(fold, (other,))",
        "remedies::test_what_another_refund_took_meanwhile_is_not_paid_elsewhere",
    ),
    wrong(
        _R,
        "if leg.status in {LegStatus.IN_FLIGHT, LegStatus.UNKNOWN}:",
        "if leg.status is LegStatus.ABANDONED:",
        "remedies::test_what_may_be_paid_yet_is_left_alone",
    ),
    wrong(
        _R,
        "_OPEN: Final = LOST | {LegStatus.RESERVED}",
        "_OPEN: Final = LOST | {LegStatus.RESERVED, LegStatus.SUCCEEDED}",
        "remedies::test_what_is_paid_is_not_paid_again",
    ),
    wrong(
        _P,
        "leg.kind in _MONEY and leg.status is LegStatus.RESERVED",
        "leg.kind in _MONEY",
        "remedies::test_a_promised_leg_may_be_paid_elsewhere_and_the_rest_is_started",
    ),
    wrong(
        _P,
        "if by_processor and fold.context.actor.id not in {None, leg.executor.value}:",
        "if by_processor and fold.context.actor.id == leg:",
        "remedies::test_the_processor_of_before_has_no_say_any_more",
    ),
    wrong(
        _G,
        "return not any(leg.status is LegStatus.SUCCEEDED for leg in settlement.legs)",
        "return True",
        "remedies::test_a_promised_leg_may_be_paid_elsewhere_and_the_rest_is_started",
    ),
    wrong(
        _GIFT,
        "    if ret is None or not ret.gift:",
        "    if customer:",
        "gifts::test_every_event_is_the_recipient_s_and_none_names_the_buyer",
    ),
    wrong(
        "lifecycle.consequences",
        "if ret.outcome is Outcome.STORE_CREDIT else",
        "if outcome_of(ret) is Outcome.STORE_CREDIT else",
        "store_credit::test_the_policy_gives_nobody_credit_who_did_not_choose_it",
    ),
)
