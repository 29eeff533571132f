"""What may go wrong with money, and which test must notice."""

from __future__ import annotations

from typing import Final

from tests.support.mutants import wrong

_A = "settlement.allocation"
_SHARES: Final = (
    wrong(
        _A,
        "return left if units == of else rounded(left * units, of)",
        "return left * units // of",
        "allocation::test_a_share_is_the_nearest_there_is",
    ),
    wrong(
        _A,
        "    amount = share(max(whole.amount - gone.amount, 0), units, of)",
        "    amount = share(whole.amount, units, of)",
        "allocation::test_any_partition_in_any_order_sums_to_what_was_paid",
    ),
    wrong(
        _A,
        "    tax = share(max(whole.tax - gone.tax, 0), units, of)",
        "    tax = share(whole.tax, units, of)",
        "allocation::test_any_partition_in_any_order_sums_to_what_was_paid",
    ),
    wrong(
        _A,
        "return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))",
        "return (2 * numerator + denominator) // (2 * denominator)",
        "allocation::test_halves_go_away_from_zero",
    ),
    wrong(
        _A,
        "rounded(price * numerator, denominator + numerator)",
        "rounded(price * numerator, denominator)",
        "allocation::test_contained_tax_is_of_the_price_and_added_tax_is_on_top",
    ),
    wrong(
        _A,
        "return int(whole + fraction), 100 * 10 ** len(fraction)",
        "return int(whole), 100",
        "allocation::test_contained_tax_is_of_the_price_and_added_tax_is_on_top",
    ),
    wrong(
        _A,
        "return tuple(parts) if left == 0 else None",
        "return tuple(parts)",
        "allocation::test_a_total_is_split_over_the_payments_or_not_at_all",
    ),
    wrong(
        _A,
        "        if part > 0:\n            parts.append",
        "        if part >= 0:\n            parts.append",
        "allocation::test_a_total_is_split_over_the_payments_or_not_at_all",
    ),
    wrong(
        "lifecycle.numbering",
        "if place % 2 == 0:",
        "if place % 2 == 1:",
        "allocation::test_examples_in_docstrings_are_true",
    ),
)

_W = "policy.window"
_WINDOWS: Final = (
    wrong(
        _W,
        "return at < self.ends_at",
        "return at <= self.ends_at",
        "eligibility::test_the_window_is_open_up_to_its_last_instant",
    ),
    wrong(
        _W,
        "first = start.astimezone(zone).date()",
        "first = start.date()",
        "policy_windows::test_a_window_ends_with_its_last_day",
    ),
    wrong(
        _W,
        "datetime.combine(day, time(), zone)",
        "datetime.combine(day, time(), UTC)",
        "policy_windows::test_a_window_ends_with_its_last_day",
    ),
    wrong(
        _W,
        "        last += _lost(first, last, zone) * _DAY\n",
        "",
        "policy_windows::test_a_window_ends_with_its_last_day",
    ),
    wrong(
        _W,
        "free(day) or _lost(day, day, zone) > 0",
        "free(day)",
        "policy_windows::test_a_legal_period_ends_on_a_working_day",
    ),
    wrong(
        _W,
        " or worked < working",
        "",
        "policy_windows::test_a_legal_period_ends_on_a_working_day",
    ),
    wrong(
        _W,
        "    except OverflowError:",
        "    except LookupError:",
        "policy_windows::test_a_window_beyond_the_calendar_does_not_end",
    ),
    wrong(
        "lifecycle.requests.circumstances",
        "        zone=fold.context.zone,\n",
        "",
        "lifecycle_requesting::test_the_window_ends_at_the_workspace_s_midnight",
    ),
    wrong(
        "policy.window_working_days",
        " or day in public",
        "",
        "policy_windows::test_a_legal_period_ends_on_a_working_day",
    ),
)

_S = "lifecycle.money.settling"
_O = "lifecycle.money.owed"
_E = "settlement.entitlement"
_B = "settlement.bill"
_L = "lifecycle.money.legs"
_OWED: Final = (
    wrong(
        _O,
        "        if line.line is None:\n            continue\n",
        "        if False:\n            continue\n",
        "lifecycle_settling::test_foreign_goods_are_never_owed_for",
    ),
    wrong(
        _O,
        "if unit.id not in held and _is_entitled(unit, trusting=trusting):",
        "if _is_entitled(unit, trusting=trusting):",
        "lifecycle_settling::test_one_settlement_is_open_at_a_time",
    ),
    wrong(
        _O,
        "trusting = early and RANK[ret.status] < RANK[ReturnStatus.PROCESSED]",
        "trusting = early",
        "lifecycle_guards::test_what_is_undecided_in_a_processed_return_is_not_owed",
    ),
    wrong(
        _O,
        "entitled_units(fold.ret, early=draft.kind is not SettlementKind.NONE)",
        "entitled_units(fold.ret, early=True)",
        "lifecycle_settling::test_kind_none_is_about_accepted_units_only",
    ),
    wrong(
        _O,
        "return trusting and unit.acceptance in UNDECIDED and unit.reception in _EARLY",
        "return trusting and unit.acceptance in UNDECIDED",
        "lifecycle_settling::test_an_instant_refund_does_not_trust_what_nobody_announced",
    ),
    wrong(
        _O,
        "return trusting and unit.acceptance in UNDECIDED and unit.reception in _EARLY",
        "return trusting and unit.reception in _EARLY",
        "lifecycle_settling::"
        "test_an_instant_refund_trusts_what_is_undecided_but_not_what_is_rejected",
    ),
    wrong(
        _O,
        "return held_lines((fold.ret, *fold.others))",
        "return held_lines((fold.ret,))",
        "lifecycle_settling::test_returns_of_a_line_sum_to_what_was_paid_for_it",
    ),
    wrong(
        _E,
        "of = max(whole.units - gone.units, units)",
        "of = max(whole.units, units)",
        "lifecycle_settling::test_returns_of_a_line_sum_to_what_was_paid_for_it",
    ),
    wrong(
        _E,
        "left = max(whole.amount - gone.amount, 0)\n    if isinstance",
        "left = whole.amount\n    if isinstance",
        "lifecycle_settling::test_shipping_is_refunded_once",
    ),
    wrong(
        _B,
        "return max(self.price - self.discount, 0)",
        "return self.price",
        "lifecycle_settling::test_a_discount_on_shipping_was_never_paid",
    ),
    wrong(
        _O,
        "    if not has_items:\n        return WayOut.NONE\n",
        "",
        "lifecycle_settling::test_the_policy_s_shipping_needs_an_item",
    ),
    wrong(
        _O,
        "    return fold.ret.legal.is_whole or all(",
        "    return all(",
        "lifecycle_legal::test_the_way_out_is_paid_back_with_the_whole",
    ),
    wrong(
        _O,
        "line.counters.requested == line.quantity for",
        "line.counters.requested > 0 for",
        "lifecycle_legal::test_the_way_out_is_paid_back_with_the_whole",
    ),
    wrong(
        _S,
        "    if any(line.kind == FEE for line in extras):",
        "    if False:",
        "lifecycle_legal::test_no_fee_and_nothing_kept_back_without_its_reason",
    ),
    wrong(
        _S,
        'if line.amount < 0 and not (line.label or "").strip():',
        "if False:",
        "lifecycle_legal::test_no_fee_and_nothing_kept_back_without_its_reason",
    ),
    wrong(
        _E,
        "    if owed.total < 0:",
        "    if False:",
        "lifecycle_settling::test_an_amount_that_does_not_fit_is_pointed_at",
    ),
    wrong(
        _S,
        "if amount is None or amount == 0 or (kind != ADJUSTMENT and amount < 0):",
        "if amount is None or amount == 0:",
        "lifecycle_settling::test_an_amount_that_does_not_fit_is_pointed_at",
    ),
    wrong(
        _L,
        "    return payment.room",
        "    return payment.captured",
        "lifecycle_settling::test_the_cap_is_looked_at_again_when_the_draft_is_promised",
    ),
    wrong(
        _S,
        "    reserve(fold, confirmed.legs)\n",
        "",
        "lifecycle_settling::test_a_refund_takes_the_payments_in_order_and_never_beyond_the_cap",
    ),
    wrong(
        _S,
        "    release(fold, [leg for leg in settlement.legs if leg.status in _RESERVING])\n",
        "",
        "lifecycle_settling::test_dropping_gives_back_what_was_reserved",
    ),
    wrong(
        _S,
        "        _hold_shipping(fold, settlement, -1)\n",
        "        pass\n",
        "lifecycle_closing::test_a_given_up_payment_gives_back_its_shipping",
    ),
    wrong(
        _S,
        "    drop_drafts(fold)\n    fold.put_settlement(fresh)\n",
        "    fold.put_settlement(fresh)\n",
        "lifecycle_settling::test_a_second_proposal_replaces_the_draft",
    ),
    wrong(
        _S,
        "    fresh = worked_out(fold, draft)\n    if fresh == draft:\n        return False\n",
        "    return False\n    fresh = worked_out(fold, draft)\n",
        "lifecycle_judging::test_a_draft_follows_the_judgement",
    ),
)

_P = "lifecycle.money.paying"
_PAID: Final = (
    wrong(
        _P,
        "SERIES_FAILURES_MAX: Final = 3",
        "SERIES_FAILURES_MAX: Final = 4",
        "lifecycle_paying::test_the_third_known_failure_ends_the_series",
    ),
    wrong(
        _P,
        "    if leg.executor is not Executor.EXTERNAL and goes_on:",
        "    if goes_on:",
        "lifecycle_paying::test_the_merchant_s_own_failure_is_final_at_once",
    ),
    wrong(
        _P,
        "    release(fold, (failed,))\n",
        "",
        "lifecycle_paying::test_the_third_known_failure_ends_the_series",
    ),
    wrong(
        _P,
        "    release(fold, (reversed_leg,))\n",
        "",
        "lifecycle_paying::test_a_success_taken_back_uncovers_and_is_owed_again",
    ),
    wrong(
        _P,
        "    _cover(fold, settlement, None)\n",
        "",
        "lifecycle_paying::test_a_success_taken_back_uncovers_and_is_owed_again",
    ),
    wrong(
        _P,
        "    if by_processor is (leg.executor is Executor.EXTERNAL):",
        "    if False:",
        "lifecycle_paying::test_each_executor_speaks_for_its_own_legs",
    ),
    wrong(
        _P,
        '    if not by_processor and outcome not in {"succeeded", "failed"}:',
        "    if False:",
        "lifecycle_paying::test_each_executor_speaks_for_its_own_legs",
    ),
    wrong(
        _P,
        "    if leg.status in _SAME_AGAIN[command.outcome]:\n        return None\n",
        "",
        "lifecycle_paying::test_the_same_word_again_changes_nothing",
    ),
    wrong(
        _P,
        "    if said >= _WEIGHT[command.outcome]:\n        return True\n",
        "",
        "lifecycle_paying::test_an_older_word_about_a_refund_changes_nothing",
    ),
    wrong(
        _P,
        '    return command.outcome == "failed" and leg.reference != command.reference',
        "    return False",
        "lifecycle_paying::test_another_refund_s_word_takes_nothing_back",
    ),
    wrong(
        _P,
        'if leg.status is LegStatus.SUCCEEDED and command.outcome == "failed" and by_processor:',
        'if leg.status is LegStatus.SUCCEEDED and command.outcome == "failed":',
        "lifecycle_paying::test_people_do_not_take_back_what_they_reported",
    ),
    wrong(
        _P,
        "    elif paid.status is SettlementStatus.SETTLED:\n        _settle(fold, paid)",
        "    else:\n        _settle(fold, paid)",
        "lifecycle_paying::test_a_settlement_waits_for_its_last_leg",
    ),
    wrong(
        "lifecycle.money.exchanging",
        "rooms.get(leg.payment, 0) < leg.amount:",
        "False:",
        "lifecycle_paying::test_a_retry_needs_its_amount_within_the_cap",
    ),
    wrong(
        _P,
        "series=leg.series + 1, series_failures=0)",
        "series=leg.series + 1)",
        "lifecycle_paying::test_a_retry_is_a_new_series_on_the_same_leg",
    ),
    wrong(
        _P,
        "        if leg.executor not in fold.context.executors:",
        "        if False:",
        "lifecycle_paying::test_a_refund_starts_exactly_when_every_executor_can_be_called",
    ),
    wrong(
        _P,
        "    if leg.executor is not Executor.EXTERNAL:\n        fold.ask",
        "    if leg:\n        fold.ask",
        "lifecycle_paying::test_one_start_is_said_for_all_legs_and_nobody_else_is_asked",
    ),
    wrong(
        _P,
        "    if leg.status not in _RETRIABLE:",
        "    if False:",
        "lifecycle_paying::test_one_leg_is_retried_while_the_other_stands",
    ),
)

MUTANTS: Final = (*_SHARES, *_WINDOWS, *_OWED, *_PAID)
