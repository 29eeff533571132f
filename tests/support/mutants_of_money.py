"""What may go wrong with money, orders and endings, and which test must notice."""

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

_E = "policy.eligibility"
_ELIGIBILITY: Final = (
    wrong(
        _E,
        "if occasion.at <= start + timedelta(days=days):",
        "if occasion.at < start + timedelta(days=days):",
        "eligibility::test_the_window_is_open_up_to_its_last_instant",
    ),
    wrong(
        _E,
        "all(step.verdict == ELIGIBLE for step in trace)",
        "all(step.verdict != INELIGIBLE for step in trace)",
        "eligibility::test_a_review_is_neither_yes_nor_no",
    ),
    wrong(
        _E,
        "    if rule is not None and rule.window_days is not None:",
        "    if False:",
        "eligibility::test_a_rule_brings_its_own_window",
    ),
    wrong(
        _E,
        "        and (not rule.countries or occasion.country in rule.countries)\n",
        "",
        "eligibility::test_a_rule_speaks_only_where_all_it_names_is_so",
    ),
    wrong(
        _E,
        "return occasion.shipped_at or occasion.delivered_at",
        "return occasion.shipped_at",
        "eligibility::test_a_window_from_shipping_falls_back_to_delivery",
    ),
)

_O = "lifecycle.ordering"
_ORDERS: Final = (
    wrong(
        _O,
        "        if shipment.shipped_at is None and shipment.delivered_at is None:\n"
        "            continue\n",
        "",
        "put_order::test_an_announced_shipment_hands_nothing_over",
    ),
    wrong(
        _O,
        "return {line.id: min(counts[line.id], line.quantity) for line in order.lines}",
        "return {line.id: counts[line.id] for line in order.lines}",
        "put_order::test_shipments_add_up_and_never_beyond_what_was_sold",
    ),
    wrong(
        _O,
        "is_first = order.handed_over_at is None and any(",
        "is_first = any(",
        "put_order::test_being_handed_over_is_said_once",
    ),
    wrong(
        _O,
        "if before is not None and order == was and customer == before.customer:",
        "if before is not None and order == was:",
        "put_order::test_another_customer_is_a_change",
    ),
    wrong(
        _O,
        "        if delivered[line.id] < requested:",
        "        if delivered[line.id] <= requested:",
        "put_order::test_line_in_return_is_refused_exactly_below_what_is_requested",
    ),
    wrong(
        _O,
        "        if delivered[line.id] < requested:",
        "        if False:",
        "put_order::test_line_in_return_is_refused_exactly_below_what_is_requested",
    ),
    wrong(
        _O,
        "        if after.lines[place].quantity < requested:",
        "        if False:",
        "put_order::test_a_line_in_a_return_is_kept",
    ),
    wrong(
        _O,
        "if payment is None or payment.captured < paid.reserved:",
        "if payment is None or payment.captured <= paid.reserved:",
        "put_order::test_a_payment_may_fall_to_what_refunds_hold",
    ),
    wrong(
        _O,
        "if payment is None or payment.captured < paid.reserved:",
        "if payment is None:",
        "put_order::test_a_payment_keeps_what_refunds_hold",
    ),
    wrong(
        _O,
        "    if after.currency != was.currency:",
        "    if False:",
        "put_order::test_an_order_keeps_its_currency",
    ),
    wrong(
        _O,
        "replace(paid, reserved=reserved.get(paid.id, 0))",
        "replace(paid, reserved=0)",
        "put_order::test_what_is_ours_survives_every_put",
    ),
)

_S = "lifecycle.settling"
_OWED: Final = (
    wrong(
        _S,
        "        if line.line is None:\n            continue\n",
        "        if False:\n            continue\n",
        "lifecycle_settling::test_foreign_goods_are_never_owed_for",
    ),
    wrong(
        _S,
        "if unit.id not in held and _is_entitled(unit, trusting=trusting):",
        "if _is_entitled(unit, trusting=trusting):",
        "lifecycle_settling::test_one_settlement_is_open_at_a_time",
    ),
    wrong(
        _S,
        "trusting = early and RANK[ret.status] < RANK[ReturnStatus.PROCESSED]",
        "trusting = early",
        "lifecycle_guards::test_what_is_undecided_in_a_processed_return_is_not_owed",
    ),
    wrong(
        _S,
        "entitled_units(fold.ret, early=draft.kind is not SettlementKind.NONE)",
        "entitled_units(fold.ret, early=True)",
        "lifecycle_settling::test_kind_none_is_about_accepted_units_only",
    ),
    wrong(
        _S,
        "return trusting and unit.acceptance in UNDECIDED and unit.reception in _EARLY",
        "return trusting and unit.acceptance in UNDECIDED",
        "lifecycle_settling::test_an_instant_refund_does_not_trust_what_nobody_announced",
    ),
    wrong(
        _S,
        "return trusting and unit.acceptance in UNDECIDED and unit.reception in _EARLY",
        "return trusting and unit.reception in _EARLY",
        "lifecycle_settling::"
        "test_an_instant_refund_trusts_what_is_undecided_but_not_what_is_rejected",
    ),
    wrong(
        _S,
        "    for other in fold.others:\n        for settlement in other.settlements:\n",
        "    for other in fold.others[:0]:\n        for settlement in other.settlements:\n",
        "lifecycle_settling::test_returns_of_a_line_sum_to_what_was_paid_for_it",
    ),
    wrong(
        _S,
        "    of = max(sold.quantity - gone_units, len(units))",
        "    of = max(sold.quantity, len(units))",
        "lifecycle_settling::test_returns_of_a_line_sum_to_what_was_paid_for_it",
    ),
    wrong(
        _S,
        "left = max(whole.amount - order.shipping_refunded, 0)",
        "left = whole.amount",
        "lifecycle_settling::test_shipping_is_refunded_once",
    ),
    wrong(
        _S,
        "max(charge.amount - charge.discount, 0)",
        "charge.amount",
        "lifecycle_settling::test_a_discount_on_shipping_was_never_paid",
    ),
    wrong(
        _S,
        'left if has_items and fold.policy.refund_shipping == "full" else 0',
        'left if fold.policy.refund_shipping == "full" else 0',
        "lifecycle_settling::test_the_policy_s_shipping_needs_an_item",
    ),
    wrong(
        _S,
        "    if total < 0:",
        "    if False:",
        "lifecycle_settling::test_an_amount_that_does_not_fit_is_pointed_at",
    ),
    wrong(
        _S,
        "if amount is None or amount == 0 or (kind == FEE and amount < 0):",
        "if amount is None or amount == 0:",
        "lifecycle_settling::test_an_amount_that_does_not_fit_is_pointed_at",
    ),
    wrong(
        _S,
        "    return max(payment.captured - payment.reserved, 0)",
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
        "    drop_drafts(fold)\n    fold.put_settlement(worked_out)\n",
        "    fold.put_settlement(worked_out)\n",
        "lifecycle_settling::test_a_second_proposal_replaces_the_draft",
    ),
    wrong(
        _S,
        "    fresh = _worked_out(fold, draft)\n    if fresh == draft:\n        return False\n",
        "    return False\n    fresh = _worked_out(fold, draft)\n",
        "lifecycle_judging::test_a_draft_follows_the_judgement",
    ),
)

_P = "lifecycle.paying"
_PAID: Final = (
    wrong(
        _P,
        "SERIES_FAILURES_MAX: Final = 3",
        "SERIES_FAILURES_MAX: Final = 4",
        "lifecycle_paying::test_the_third_known_failure_ends_the_series",
    ),
    wrong(
        _P,
        "    if leg.executor is not Executor.EXTERNAL and failures < SERIES_FAILURES_MAX:",
        "    if failures < SERIES_FAILURES_MAX:",
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
        'if leg.status is LegStatus.SUCCEEDED and command.outcome == "failed" and by_processor:',
        'if leg.status is LegStatus.SUCCEEDED and command.outcome == "failed":',
        "lifecycle_paying::test_people_do_not_take_back_what_they_reported",
    ),
    wrong(
        _P,
        "    if paid.status is SettlementStatus.SETTLED:\n        _settle(fold, paid)",
        "    _settle(fold, paid)",
        "lifecycle_paying::test_a_settlement_waits_for_its_last_leg",
    ),
    wrong(
        _P,
        "    if left < leg.amount:",
        "    if False:",
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

_X = "lifecycle.closing"
_N = "lifecycle.consequences"
_L = "lifecycle.logistics"
_ENDINGS: Final = (
    wrong(
        _X,
        "    if here and command.goods is None:",
        "    if False:",
        "lifecycle_closing::test_goods_need_a_decision_exactly_when_some_are_here",
    ),
    wrong(
        _X,
        '    if command.goods in {None, "send_back"}:',
        "    if command.goods is None:",
        "lifecycle_closing::test_goods_that_stay_here_stay_counted",
    ),
    wrong(
        _X,
        "unit if unit.reception in SEEN else replace(unit, released=True)",
        "unit",
        "lifecycle_closing::test_goods_that_stay_here_stay_counted",
    ),
    wrong(
        _X,
        "    if frozen and not command.lines:",
        "    if frozen:",
        "lifecycle_closing::test_a_frozen_return_is_reopened_for_new_lines_only",
    ),
    wrong(
        _X,
        "    if frozen and not command.lines:",
        "    if False:",
        "lifecycle_closing::test_a_frozen_return_is_reopened_for_new_lines_only",
    ),
    wrong(
        _X,
        "    return unit.covered_by is None and not unit.frozen",
        "    return unit.covered_by is None",
        "lifecycle_closing::test_a_frozen_return_is_reopened_for_new_lines_only",
    ),
    wrong(
        _X,
        "    return unit.covered_by is None and not unit.frozen",
        "    return not unit.frozen",
        "lifecycle_closing::test_what_is_covered_stays_closed_and_the_rest_is_undecided_again",
    ),
    wrong(
        _X,
        "    refusal = over_asked(fold.order, command.lines, {})\n",
        "    refusal = None\n",
        "lifecycle_closing::test_more_lines_may_join_as_far_as_they_are_returnable",
    ),
    wrong(
        _X,
        "    fold.change(reopened=False)\n",
        "",
        "lifecycle_closing::test_a_return_reopened_for_nothing_is_completed_again",
    ),
    wrong(
        _N,
        "    if unit.reception is Reception.MISSING:\n        return True\n",
        "",
        "lifecycle_correcting::test_what_did_not_come_is_missing_or_still_expected",
    ),
    wrong(
        _N,
        "return unit.reception is not Reception.EXPECTED and unit.acceptance not in UNDECIDED",
        "return unit.acceptance not in UNDECIDED",
        "lifecycle_consequences::test_a_return_is_processed_exactly_when_every_unit_is_decided",
    ),
    wrong(
        _N,
        "    if any(one.status is ReceiptStatus.OPEN for one in ret.receipts) or not",
        "    if not",
        "lifecycle_consequences::test_an_open_receipt_keeps_a_return_received",
    ),
    wrong(
        _N,
        "    if not accepted or owed_units(ret) or not _all_decided(ret):",
        "    if owed_units(ret) or not _all_decided(ret):",
        "lifecycle_consequences::"
        "test_a_paid_return_whose_goods_are_rejected_is_processed_and_not_settled",
    ),
    wrong(
        _N,
        "    if not accepted or owed_units(ret) or not _all_decided(ret):",
        "    if not accepted or not _all_decided(ret):",
        "lifecycle_settling::test_one_settlement_is_open_at_a_time",
    ),
    wrong(
        _N,
        "        if line.line is not None\n",
        "",
        "lifecycle_guards::test_a_return_of_foreign_goods_alone_is_never_settled",
    ),
    wrong(
        _N,
        "    ReturnStatus.COMPLETED: (_owed_again,),",
        "    ReturnStatus.COMPLETED: (),",
        "lifecycle_paying::test_a_reversal_wakes_a_completed_return",
    ),
    wrong(
        _N,
        "            SettlementStatus.DISCARDED,\n",
        "",
        "lifecycle_consequences::test_an_agent_who_discards_has_taken_over",
    ),
    wrong(
        _N,
        "            SettlementStatus.DRAFT,\n            SettlementStatus.CONFIRMED,",
        "            SettlementStatus.CONFIRMED,",
        "lifecycle_consequences::test_an_agent_s_draft_is_the_agent_s",
    ),
    wrong(
        _L,
        "or ret.parcels or ret.reopened:",
        "or ret.reopened:",
        "lifecycle_logistics::test_a_policy_asks_for_one_label_only",
    ),
    wrong(
        _L,
        " and fold.policy.shipped_when is ShippedWhen.LABEL:",
        ":",
        "lifecycle_logistics::test_a_label_ships_only_where_the_policy_says_so",
    ),
    wrong(
        _L,
        "    if scan in parcel.scans or (",
        "    if False and (",
        "lifecycle_logistics::test_the_same_scan_again_says_nothing",
    ),
    wrong(
        _L,
        "    if status not in PARCELS[parcel.status]:",
        "    if False:",
        "lifecycle_logistics::test_no_parcel_goes_backwards",
    ),
    wrong(
        _L,
        "    if left and not (first_scan and left[-1].status in _ARRIVED):",
        "    if left:",
        "lifecycle_logistics::test_a_reopened_return_travels_in_a_new_parcel",
    ),
    wrong(
        _L,
        "status=ParcelStatus.LABEL_CREATED if waiting else parcel.status",
        "status=ParcelStatus.LABEL_CREATED",
        "lifecycle_logistics::test_a_scan_that_overtakes_the_label_is_not_undone_by_it",
    ),
)

MUTANTS: Final = (*_SHARES, *_ELIGIBILITY, *_ORDERS, *_OWED, *_PAID, *_ENDINGS)
