"""What may go wrong where marketplaces pay, and which test must notice."""

from __future__ import annotations

from typing import Final

from tests.support.mutants import wrong

_M = "lifecycle.money.marketplaces"
_T = "lifecycle_marketplaces"
MUTANTS: Final = (
    wrong(
        _M,
        "    if not ret.receipts or is_open or not all(map(_is_decided, units_of(ret))):",
        "    if False:",
        f"{_T}::test_nothing_is_told_before_all_is_received_and_judged",
    ),
    wrong(
        _M,
        "not all(map(_is_decided, units_of(ret)))",
        "False",
        f"{_T}::test_nothing_is_told_before_all_is_received_and_judged",
    ),
    wrong(
        _M,
        "    is_whole = fold.ret.origin is Origin.CHANNEL",
        "    is_whole = False",
        f"{_T}::test_telling_freezes_every_unit_in_the_same_commit",
    ),
    wrong(
        _M,
        "    is_whole = fold.ret.origin is Origin.CHANNEL",
        "    is_whole = True",
        f"{_T}::test_a_merchant_return_freezes_what_is_paid_alone",
    ),
    wrong(
        _M,
        "    _set_frozen(fold, settlement, (leg,), frozen=False)",
        "    _set_frozen(fold, settlement, (leg,), frozen=True)",
        f"{_T}::test_what_it_is_known_to_have_refused_can_be_judged_anew",
    ),
    wrong(
        _M,
        "    if fold.ret.origin is not Origin.CHANNEL or payment is None or _is_told(fold.ret):",
        "    if payment is None or _is_told(fold.ret):",
        f"{_T}::test_elsewhere_nothing_to_pay_needs_no_leg",
    ),
    wrong(
        _M,
        "        and marketplace_payment(order) is not None\n",
        "        and marketplace_payment(order) is None\n",
        f"{_T}::test_a_return_with_nothing_accepted_is_told_by_itself",
    ),
    wrong(
        _M,
        "    if ret.origin is Origin.CHANNEL and _is_told(ret):",
        "    if False:",
        f"{_T}::test_a_marketplace_hears_of_its_return_once",
    ),
    wrong(
        _M,
        "    if accepted in (0, len(decided)):",
        "    if True:",
        f"{_T}::test_parts_of_what_is_taken_as_a_whole_are_not_proposed",
    ),
    wrong(
        _M,
        "    if (refusal := not_in_part(ret, legs)) is not None:",
        "    if (refusal := not_in_part(ret, ())) is not None:",
        f"{_T}::test_what_becomes_a_part_after_it_was_promised_is_not_told",
    ),
)
