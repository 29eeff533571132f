"""What may go wrong with parcels, one thing at a time, and which test must notice."""

from __future__ import annotations

from typing import Final

from tests.support.mutants import wrong
from tests.support.mutating import Mutant

_P: Final = "lifecycle_parcels::test_{}"
_WORDS: Final = "guards::test_a_guard_refuses_exactly_when_its_words_do_not_hold"
GUARDS: Final = dict.fromkeys(
    (
        "a_failed_label",
        "an_unused_label",
        "a_parcel_to_collect",
        "a_pickup_coming",
        "goods_to_send_back",
        "a_parcel_out",
    ),
    _WORDS,
)
"""Guards of the tables, and the test that notices when each lets everything through."""

_G: Final = "lifecycle.parcels.guards"
_B: Final = "lifecycle.parcels.packing"
_L: Final = "lifecycle.parcels.labelling"
_S: Final = "lifecycle.parcels.logistics"
_K: Final = "lifecycle.parcels.tracking"


def _gone(guard: str, killer: str) -> Mutant:
    """Let a guard say yes to everything."""
    head = "(ret: Return, _: Policy) -> Refusal | None:"
    new = f"def {guard}{head}\n    return None\n\n\ndef _was_{guard}{head}"
    return wrong(_G, f"def {guard}{head}", new, killer)


MUTANTS: Final = (
    *(_gone(guard, killer) for guard, killer in GUARDS.items()),
    wrong(
        _B,
        "unit.reception is Reception.EXPECTED and not unit.released and unit.id not in packed",
        "unit.reception is Reception.EXPECTED and not unit.released",
        _P.format("units_lie_in_one_parcel_at_a_time"),
    ),
    wrong(
        _B,
        "parcel.direction is direction and parcel.status not in NEVER_LEFT",
        "parcel.direction is direction",
        _P.format("a_void_label_lets_its_units_travel_otherwise"),
    ),
    wrong(
        _B,
        "    if len(ret.parcels) < PARCELS_MAX:",
        "    if len(ret.parcels) <= PARCELS_MAX:",
        _P.format("a_return_has_so_many_parcels_and_no_more"),
    ),
    wrong(
        _B,
        "            return unit.acceptance is Acceptance.REJECTED",
        "            return True",
        _P.format("only_what_is_rejected_goes_back_and_once"),
    ),
    wrong(
        _B,
        'return ret.cancel_goods == "send_back"',
        "return True",
        _P.format("what_is_canceled_goes_back_only_where_that_was_decided"),
    ),
    wrong(
        _L,
        "if parcel.status is not ParcelStatus.LABEL_FAILED or not is_by_carrier(parcel):",
        "if False:",
        _P.format("a_label_that_failed_is_asked_for_again_as_the_same_intent"),
    ),
    wrong(
        _L,
        "if parcel.status is ParcelStatus.VOIDED or parcel.voiding:",
        "if parcel.status is ParcelStatus.VOIDED:",
        _P.format("a_carrier_is_asked_before_its_label_is_void"),
    ),
    wrong(
        _L,
        "    if parcel.status in UNUSED and is_by_carrier(parcel):",
        "    if parcel.status in UNUSED:",
        _P.format("a_label_of_one_s_own_is_void_at_once"),
    ),
    wrong(
        _L,
        "    if parcel.status not in UNUSED | {ParcelStatus.LABEL_FAILED}:",
        "    if False:",
        _P.format("a_label_in_use_is_not_taken_back"),
    ),
    wrong(
        _L,
        "if one.status in UNUSED and is_by_carrier(one)]",
        "if is_by_carrier(one) and False]",
        _P.format("carriers_take_back_what_a_canceled_return_leaves_unused"),
    ),
    wrong(
        _L,
        "    if set(command.documents) - set(parcel.documents):",
        "    if False:",
        _P.format("a_label_uploaded_later_is_told_once"),
    ),
    wrong(
        _L,
        "if number is not None and find_parcel(ret, number) is not None:",
        "if False:",
        _P.format("the_same_number_is_added_once"),
    ),
    wrong(
        _L,
        "if box.scans and fold.ret.status in",
        "if False and fold.ret.status in",
        _P.format("a_box_that_was_seen_moves_the_return_that_joins_it"),
    ),
    wrong(
        _S,
        "            and not one.voiding\n",
        "",
        _P.format("a_label_that_is_being_taken_back_is_not_handed_over"),
    ),
    wrong(
        _S,
        "if not fold.at < latest or not earliest < latest:",
        "if not earliest < latest:",
        _P.format("nobody_comes_twice_or_in_the_past_or_for_no_label"),
    ),
    wrong(
        _S,
        "    if parcel.pickup is not None and parcel.pickup.status in _COMING | _ASKED:",
        "    if False:",
        _P.format("nobody_comes_twice_or_in_the_past_or_for_no_label"),
    ),
    wrong(
        _S,
        "    if pickup is None or pickup.status not in _ASKED:",
        "    if pickup is None:",
        _P.format("somebody_comes_and_then_does_not"),
    ),
    wrong(
        _S,
        "        status=pickup.status if stands else status,",
        "        status=status,",
        _P.format("a_yes_that_comes_after_the_wish_to_cancel_changes_nothing"),
    ),
    wrong(
        _S,
        "        if name not in free:",
        "        if False:",
        _P.format("only_what_is_rejected_goes_back_and_once"),
    ),
    wrong(
        _K,
        "    if fold.ret.status in _OVER and parcel.direction is Direction.INBOUND:",
        "    if False:",
        _P.format("parcels_to_us_stand_still_once_a_return_is_over"),
    ),
    wrong(
        _K,
        "    if any(scan.id == known.id for known in parcel.scans):",
        "    if False:",
        _P.format("a_parcel_comes_to_the_same_whatever_the_order_and_however_often"),
    ),
    wrong(
        _K,
        "    leads = scans[-1] is scan",
        "    leads = True",
        _P.format("a_late_scan_is_kept_and_says_nothing"),
    ),
    wrong(
        _K,
        "sorted(scans, key=_place)[-SCANS_MAX:]",
        "sorted(scans, key=_place)",
        _P.format("ten_thousand_scans_shuffled_and_doubled_come_to_the_same"),
    ),
    wrong(
        _K,
        'return (_LEVELS.get(scan.code, 0), scan.at, _WEIGHTS.get(scan.code, 4), scan.id or "")',
        'return (0, scan.at, _WEIGHTS.get(scan.code, 4), scan.id or "")',
        _P.format("no_scan_leads_backwards"),
    ),
    wrong(
        _K,
        'return (_LEVELS.get(scan.code, 0), scan.at, _WEIGHTS.get(scan.code, 4), scan.id or "")',
        'return (_LEVELS.get(scan.code, 0), scan.at, 0, "")',
        _P.format("of_two_scans_at_once_the_graver_counts"),
    ),
)
