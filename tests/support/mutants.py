"""What may go wrong with goods, one thing at a time, and which test must notice."""

from __future__ import annotations

from typing import Final

from tests.support.mutating import Mutant

GUARDS: Final = {
    "announced_at_the_dock": "requesting::test_receive_before_authorize_is_the_warehouse_s_alone",
    "nothing_received": "guards::test_amending_needs_that_nothing_has_come",
    "nothing_covered": "closing::test_what_is_covered_is_not_canceled",
    "nothing_accepted": "closing::test_goods_are_rejected_whole_exactly_when_none_is_accepted",
    "nothing_frozen": "closing::test_a_frozen_return_is_not_canceled",
    "no_money_moving": "closing::test_canceling_is_refused_exactly_while_money_moves",
    "nothing_promised": "guards::test_amending_needs_that_nothing_is_promised",
    "no_money_under_way": "paying::test_a_reopened_return_does_not_wait_for_what_is_paid",
    "something_expected": "correcting::test_nothing_is_waived_where_nothing_is_expected",
    "receipt_unfinished": "guards::test_finishing_is_offered_while_there_is_something_to_finish",
    "still_unpacking": "correcting::test_only_an_open_receipt_rests",
    "late_enough_to_settle": "settling::test_money_moves_from_the_status_the_policy_names",
    "no_settlement_open": "settling::test_one_settlement_is_open_at_a_time",
    "a_draft": "settling::test_where_nothing_is_proposed_nothing_goes_on",
    "a_confirmed_settlement": "settling::test_where_nothing_is_proposed_nothing_goes_on",
    "a_droppable_settlement": "settling::test_where_nothing_is_proposed_nothing_goes_on",
    "a_failed_leg": "guards::test_a_retry_is_offered_exactly_where_a_leg_failed",
    "an_exchange_to_give_up": ("guards::test_giving_up_is_offered_exactly_where_an_exchange_waits"),
    "a_leg_to_report": "paying::test_people_are_offered_only_what_they_may_report",
    "nothing_owed": "closing::test_what_is_owed_is_settled_before_completing",
    "everything_decided": "closing::test_a_return_is_completed_exactly_when_all_is_decided",
    "reopened_for_nothing": "closing::test_an_authorized_return_waits_for_its_goods",
    "goods_here": "guards::test_goods_are_moved_only_where_some_are",
}
"""Every guard of the tables, and the test that notices when it lets everything through."""


def _gone(guard: str, killer: str) -> Mutant:
    """Let a guard say yes to everything."""
    head = "(ret: Return, "
    yes = f"def {guard}{head}_: Policy) -> Refusal | None:\n    return None\n\n\n"
    new = f"{yes}def _was_{guard}{head}"
    return Mutant("lifecycle.guards", f"def {guard}{head}", new, f"test_lifecycle_{killer}")


def wrong(module: str, old: str, new: str, killer: str) -> Mutant:
    """Say one wrong thing about a module, and the test under ``tests/pure`` that notices."""
    return Mutant(module, old, new, f"test_{killer}")


_G = "lifecycle.guards"
_GUARDS_HALF_WRONG: Final = (
    wrong(
        _G,
        "here = sum(unit.reception in SEEN for",
        "here = sum(unit.reception is Reception.RECEIVED for",
        "lifecycle_guards::test_amending_needs_that_nothing_has_come",
    ),
    wrong(
        _G,
        "_PAYING: Final = _UNDER_WAY | {LegStatus.SUCCEEDED}",
        "_PAYING: Final = _UNDER_WAY",
        "lifecycle_closing::test_canceling_is_refused_exactly_while_money_moves",
    ),
    wrong(
        _G,
        "_UNDER_WAY: Final = frozenset({LegStatus.IN_FLIGHT, LegStatus.UNKNOWN})",
        "_UNDER_WAY: Final = frozenset({LegStatus.IN_FLIGHT})",
        "lifecycle_paying::test_a_reopened_return_does_not_wait_for_what_is_paid",
    ),
    wrong(
        _G,
        "if RANK[ret.status] >= RANK[first]:",
        "if RANK[ret.status] > RANK[first]:",
        "lifecycle_settling::test_money_moves_from_the_status_the_policy_names",
    ),
    wrong(
        _G,
        "_RETRIABLE: Final = frozenset({LegStatus.FAILED, LegStatus.REVERSED})",
        "_RETRIABLE: Final = frozenset({LegStatus.FAILED})",
        "lifecycle_paying::test_a_reversed_leg_can_be_retried_or_given_up",
    ),
    wrong(
        _G,
        "{SettlementStatus.CONFIRMED, SettlementStatus.IN_PROGRESS, SettlementStatus.FAILED}",
        "{SettlementStatus.CONFIRMED, SettlementStatus.IN_PROGRESS}",
        "lifecycle_paying::test_units_of_a_failed_settlement_are_not_owed_a_second_time",
    ),
    wrong(
        _G,
        "HELD: Final = PROMISED | {SettlementStatus.SETTLED}",
        "HELD: Final = PROMISED",
        "lifecycle_settling::test_one_settlement_is_open_at_a_time",
    ),
    wrong(
        _G,
        "if any(paid.legs and paid.status in PROMISED for paid in ret.settlements):",
        "if False:",
        "lifecycle_closing::test_a_promised_adjustment_is_paid_before_completing",
    ),
    wrong(
        _G,
        "        if line.line is not None\n        for unit in line.units\n"
        "        if unit.acceptance is Acceptance.ACCEPTED and unit.covered_by is None",
        "        for unit in line.units\n"
        "        if unit.acceptance is Acceptance.ACCEPTED and unit.covered_by is None",
        "lifecycle_guards::test_foreign_goods_that_are_kept_are_not_owed",
    ),
)

_M = "lifecycle.machine"
_TABLES: Final = (
    wrong(
        _M,
        "if statuses & {LegStatus.FAILED, LegStatus.REVERSED}:",
        "if statuses <= {LegStatus.FAILED, LegStatus.REVERSED}:",
        "lifecycle_paying::test_one_failed_leg_needs_a_person_whatever_the_others_do",
    ),
    wrong(
        _M,
        "if statuses & {LegStatus.IN_FLIGHT, LegStatus.UNKNOWN}:",
        "if statuses <= {LegStatus.IN_FLIGHT, LegStatus.UNKNOWN}:",
        "lifecycle_tables::test_a_settlement_stands_where_its_legs_do",
    ),
    wrong(
        _M,
        "        if verb not in SAID_BY_MACHINES\n        and all(",
        "        if all(",
        "lifecycle_consequences::test_what_only_machines_say_is_never_offered",
    ),
    wrong(
        _M,
        "for guard in (*step.guards, *step.offer))",
        "for guard in step.guards)",
        "lifecycle_paying::test_people_are_offered_only_what_they_may_report",
    ),
    wrong(
        "lifecycle.parcels.table",
        "    ParcelStatus.DELIVERED: frozenset({ParcelStatus.RETURNED_TO_SENDER}),",
        "    ParcelStatus.DELIVERED: _MOVING,",
        "lifecycle_logistics::test_no_parcel_goes_backwards",
    ),
    wrong(
        "lifecycle.carrying",
        "    if step is None:\n        return _not_allowed(ret.status, verb)\n"
        "    return objection(step, ret, fold.policy) or do(fold, command)",
        "    return (objection(step, ret, fold.policy) if step else None) or do(fold, command)",
        "lifecycle_rows::test_what_is_not_in_a_row_is_refused",
    ),
    wrong(
        "lifecycle.carrying",
        "if isinstance(command, commands.Receive) and receiving.is_repeated(ret, command):",
        "if False:",
        "lifecycle_receiving::"
        "test_the_same_operation_again_changes_nothing_whatever_happened_since",
    ),
)

_F = "lifecycle.fold"
_BOOKKEEPING: Final = (
    wrong(
        _F,
        "version=self._version, sequence=ret.sequence + 1, steps=steps",
        "version=self._version, sequence=len(self._events) + 1, steps=steps",
        "lifecycle_guards::test_sequence_and_version_count_on",
    ),
    wrong(
        _F,
        "self._version = 1 if state.ret is None else state.ret.version + 1",
        "self._version = 1",
        "lifecycle_guards::test_sequence_and_version_count_on",
    ),
    wrong(
        _F,
        "if one.status in _TOLD and one.kind is SettlementKind.REFUND",
        "if one.kind is SettlementKind.REFUND",
        "lifecycle_settling::test_what_another_return_was_only_promised_is_not_told",
    ),
    wrong(
        "lifecycle.units",
        "        if unit.released:\n            continue\n",
        "",
        "lifecycle_closing::test_a_rejected_return_gives_its_units_back",
    ),
    wrong(
        "lifecycle.units",
        "        if unit.reception not in COUNTED:\n            continue\n",
        "",
        "lifecycle_receiving::test_expected_units_come_first_then_unexpected_then_foreign",
    ),
    wrong(
        "lifecycle.units",
        "            if unit.covered_by is not None:\n                tally[4] += sign",
        "            tally[4] += sign",
        "lifecycle_judging::test_a_judgement_says_all_about_its_units",
    ),
    wrong(
        "lifecycle.units",
        "    for old in was.values():\n        _add(tallies, old, -1)\n",
        "",
        "lifecycle_requesting::test_amending_keeps_the_ids_of_what_stays",
    ),
)

_R = "lifecycle.requests.requesting"
_REQUESTING: Final = (
    wrong(
        _R,
        "        sums[one.line] += one.quantity\n",
        "        sums[one.line] = one.quantity\n",
        "lifecycle_requesting::test_over_return_is_refused_exactly_beyond_what_is_returnable",
    ),
    wrong(
        _R,
        "if sums[one.line] > room:",
        "if sums[one.line] >= room:",
        "lifecycle_requesting::test_over_return_is_refused_exactly_beyond_what_is_returnable",
    ),
    wrong(
        _R,
        "room = line.counters.returnable + own.get(one.line, 0)",
        "room = line.counters.returnable",
        "lifecycle_requesting::test_amending_starts_from_what_the_return_itself_holds",
    ),
    wrong(
        _R,
        "        and is_ineligible(fold.ret.verdict)\n",
        "        and not fold.ret.verdict.eligible\n",
        "lifecycle_requesting::test_a_review_is_not_rejected_by_the_policy",
    ),
    wrong(
        _R,
        "        or not ret.verdict.eligible\n",
        "",
        "lifecycle_requesting::test_an_ineligible_request_waits_in_the_queue",
    ),
    wrong(
        _R,
        "        or ret.origin is Origin.WAREHOUSE\n",
        "",
        "lifecycle_requesting::test_what_the_warehouse_announces_waits_for_the_dock",
    ),
    wrong(
        _R,
        "        and fold.ret.origin is not Origin.WAREHOUSE",
        "       ",
        "lifecycle_requesting::test_what_the_warehouse_announces_waits_for_the_dock",
    ),
    wrong(
        _R,
        "        if not any(line.units for line in lines):",
        "        if not all(line.units for line in lines):",
        "lifecycle_requesting::test_a_line_may_be_refused_whole",
    ),
    wrong(
        _R,
        "        if not any(line.units for line in lines):",
        "        if False:",
        "lifecycle_requesting::test_at_least_one_unit_is_left",
    ),
    wrong(
        _R,
        "        if left:\n            return refuse(",
        "        if False:\n            return refuse(",
        "lifecycle_requesting::test_at_least_one_unit_is_left",
    ),
    wrong(
        _R,
        "    fold.put_lines(released(fold.ret.lines))\n",
        "",
        "lifecycle_closing::test_a_rejected_return_gives_its_units_back",
    ),
    wrong(
        _R,
        "    fold.change(verdict=verdict)\n",
        "",
        "lifecycle_requesting::test_amending_asks_the_policy_again",
    ),
)

_D = "lifecycle.dock.receiving"
_C = "lifecycle.dock.correcting"
_DOCK: Final = (
    wrong(
        _D,
        "for reception in (Reception.EXPECTED, Reception.MISSING):",
        "for reception in (Reception.MISSING, Reception.EXPECTED):",
        "lifecycle_receiving::test_expected_units_come_before_missing_ones",
    ),
    wrong(
        _D,
        "unannounced = min(left, one.counters.returnable)",
        "unannounced = left",
        "lifecycle_receiving::test_expected_units_come_first_then_unexpected_then_foreign",
    ),
    wrong(
        _D,
        "    if any(unit in promised for found in filled for unit in found.units):",
        "    if False:",
        "lifecycle_consequences::test_late_goods_that_are_promised_are_refused",
    ),
    wrong(
        _D,
        "(line for line in named if line.id in inside), named[0] if len(named) == 1 else None",
        "(line for line in named if line.id in inside), named[0]",
        "lifecycle_receiving::test_twins_outside_the_return_are_a_guess",
    ),
    wrong(
        _D,
        "(line for line in named if line.id in inside), named[0] if len(named) == 1 else None",
        "iter(()), named[0] if len(named) == 1 else None",
        "lifecycle_receiving::test_twins_are_taken_for_the_line_in_the_return",
    ),
    wrong(
        _D,
        "        tuple(line for line in lines if line.upc == code)\n        or tuple(",
        "        tuple(",
        "lifecycle_receiving::test_a_barcode_is_a_upc_or_a_sku_or_a_part_number_or_a_serial",
    ),
    wrong(
        _D,
        "if receipt.status is ReceiptStatus.OPEN and receipt.facility == facility.code:",
        "if receipt.status is ReceiptStatus.OPEN:",
        "lifecycle_receiving::test_two_facilities_write_two_receipts",
    ),
    wrong(
        _D,
        "    if receipt.status is not ReceiptStatus.OPEN:",
        "    if False:",
        "lifecycle_receiving::test_a_finished_receipt_takes_nothing_more",
    ),
    wrong(
        _D,
        "    if seen.reception in _NOT_SEEN:",
        "    if False:",
        "lifecycle_receiving::test_what_cannot_be_received_is_pointed_at",
    ),
    wrong(
        _D,
        "    if fold.ret.status is ReturnStatus.REQUESTED:\n        let_ship(fold)\n",
        "",
        "lifecycle_receiving::test_goods_announced_by_the_warehouse_are_let_in_by_coming",
    ),
    wrong(
        _C,
        "        waiting = _pending_in(fold.ret, receipt)\n",
        "        waiting = 0\n",
        "lifecycle_correcting::"
        "test_a_receipt_is_finished_exactly_when_none_of_its_units_is_pending",
    ),
    wrong(
        _C,
        "        if unit.receipt_line in lines\n",
        "",
        "lifecycle_correcting::test_pending_units_of_another_receipt_do_not_hinder",
    ),
    wrong(
        _C,
        "    if len(opened) > 1:\n        return refuse(",
        "    if len(opened) > 1:\n        return opened[0] if opened else refuse(",
        "lifecycle_correcting::test_pending_units_of_another_receipt_do_not_hinder",
    ),
    wrong(
        _C,
        "    if not corrected and len(units) == len(line.units):",
        "    if len(units) == len(line.units):",
        "lifecycle_guards::test_a_line_corrected_to_nothing_is_superseded",
    ),
    wrong(
        _C,
        "    if not corrected and len(units) == len(line.units):",
        "    if not corrected:",
        "lifecycle_correcting::test_a_line_from_before_a_reopening_is_history",
    ),
    wrong(
        _C,
        "    if any(unit.covered_by is not None for unit in units):",
        "    if False:",
        "lifecycle_correcting::test_what_is_covered_cannot_be_corrected",
    ),
    wrong(
        _C,
        "    if any(unit.frozen for unit in units):",
        "    if False:",
        "lifecycle_correcting::test_what_is_frozen_cannot_be_corrected",
    ),
    wrong(
        _C,
        "    if any(unit.id in promised for unit in units):",
        "    if False:",
        "lifecycle_correcting::test_what_is_promised_cannot_be_corrected",
    ),
    wrong(
        _C,
        "    if ret.status is ReturnStatus.PROCESSED:\n        _say_missing(fold, units)\n",
        "",
        "lifecycle_correcting::test_a_processed_return_expects_nothing_after_a_correction",
    ),
    wrong(
        _C,
        "if fold.context.actor.kind not in _MAY_WAIVE and not _may_be_kept(fold):",
        "if fold.context.actor.kind not in _MAY_WAIVE:",
        "lifecycle_correcting::test_goods_are_waived_by_policy_or_by_the_merchant_s_own",
    ),
    wrong(
        _C,
        "if fold.context.actor.kind not in _MAY_WAIVE and not _may_be_kept(fold):",
        "if False:",
        "lifecycle_correcting::test_goods_are_waived_by_policy_or_by_the_merchant_s_own",
    ),
    wrong(
        "lifecycle.requests.offering",
        "return policy.keep_item if terms is None or terms.keep_item is None else terms.keep_item",
        "return policy.keep_item",
        "policy_rules::test_a_rule_s_word_on_keeping_stands_above_the_policy_s",
    ),
)

_J = "lifecycle.dock.judging"
_JUDGING: Final = (
    wrong(
        _J,
        "if any(unit.frozen for unit in units if unit.id in changed):",
        "if False:",
        "lifecycle_judging::test_what_a_marketplace_was_told_of_is_left_alone",
    ),
    wrong(
        _J,
        "        and unit.acceptance not in UNDECIDED\n",
        "",
        "lifecycle_judging::test_what_was_paid_before_it_came_can_be_judged_once",
    ),
    wrong(
        _J,
        "    if any(unit.covered_by is not None for unit in turned):",
        "    if False:",
        "lifecycle_judging::test_what_was_paid_before_it_came_can_be_judged_once",
    ),
    wrong(
        _J,
        "    if any(unit.id in promised for unit in turned):",
        "    if False:",
        "lifecycle_judging::test_what_is_promised_cannot_be_turned_round",
    ),
    wrong(
        _J,
        "        and changed[unit.id].acceptance is not unit.acceptance\n",
        "",
        "lifecycle_judging::test_what_is_promised_cannot_be_turned_round",
    ),
    wrong(
        _J,
        "key=lambda unit: (unit.acceptance is not Acceptance.PENDING, unit.id)",
        "key=lambda unit: unit.id",
        "lifecycle_judging::test_pending_units_are_judged_before_waiting_ones_each_by_id",
    ),
    wrong(
        _J,
        "    if len(found) < judged.quantity:",
        "    if not found:",
        "lifecycle_judging::test_only_what_came_and_is_undecided_can_be_judged",
    ),
    wrong(
        _J,
        "    if unit.reception not in SEEN:",
        "    if False:",
        "lifecycle_judging::test_a_unit_that_has_not_come_cannot_be_judged",
    ),
)

MUTANTS: Final = (
    *(_gone(guard, killer) for guard, killer in GUARDS.items()),
    *_GUARDS_HALF_WRONG,
    *_TABLES,
    *_BOOKKEEPING,
    *_REQUESTING,
    *_DOCK,
    *_JUDGING,
)
