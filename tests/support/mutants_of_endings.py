"""What may go wrong with orders, parcels and endings, and which test must notice."""

from __future__ import annotations

from typing import Final

from tests.support.mutants import wrong

_O = "lifecycle.orders.ordering"
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
        "if payment is None or payment.captured < held:",
        "if payment is None or payment.captured <= held:",
        "put_order::test_a_payment_may_fall_to_what_refunds_hold",
    ),
    wrong(
        _O,
        "if payment is None or payment.captured < held:",
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
        "replace(put, reserved=was.reserved, taken=was.taken)",
        "replace(put, reserved=0, taken=was.taken)",
        "put_order::test_what_is_ours_survives_every_put",
    ),
)

_X = "lifecycle.requests.closing"
_N = "lifecycle.consequences"
_L = "lifecycle.parcels.labelling"
_K = "lifecycle.parcels.tracking"
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
        "    refusal = over_asked(fold.order, command.lines, {}, beside=here)\n",
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
        "        or ret.parcels\n",
        "",
        "lifecycle_logistics::test_a_policy_asks_for_one_label_only",
    ),
    wrong(
        _L,
        "    if is_first and fold.policy.shipped_when is ShippedWhen.LABEL:",
        "    if is_first:",
        "lifecycle_logistics::test_a_label_ships_only_where_the_policy_says_so",
    ),
    wrong(
        _K,
        "    if is_known or (",
        "    if False and (",
        "lifecycle_logistics::test_the_same_scan_again_says_nothing",
    ),
    wrong(
        _K,
        "    if status not in PARCELS[parcel.status]:",
        "    if False:",
        "lifecycle_logistics::test_no_parcel_goes_backwards",
    ),
    wrong(
        _K,
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

MUTANTS: Final = (*_ORDERS, *_ENDINGS)
