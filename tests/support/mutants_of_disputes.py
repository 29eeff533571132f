"""What may go wrong with money that others took, and which test must notice."""

from __future__ import annotations

from typing import Final

from tests.support.mutants import wrong

_D = "lifecycle.money.disputing"
_O = "lifecycle.orders.order"
_T = "lifecycle.money.taken"
_C = "desk.reconciling.comparing"
MUTANTS: Final = (
    wrong(
        _O,
        "return max(self.captured - self.reserved - self.gone, 0)",
        "return max(self.captured - self.reserved, 0)",
        "disputing::test_nothing_new_is_promised_of_what_was_taken",
    ),
    wrong(
        _O,
        "return min(self.gone, max(self.captured - self.reserved, 0))",
        "return self.gone",
        "disputing::test_room_and_what_is_withheld_never_pass_what_was_paid",
    ),
    wrong(
        _T,
        "return 0 if self.is_back else max(self.amount - self.held, 0)",
        "return max(self.amount - self.held, 0)",
        "disputing::test_a_dispute_shrinks_the_room_until_it_is_won",
    ),
    wrong(
        _T,
        "max(self.amount - self.held, 0)",
        "self.amount",
        "disputing::test_a_leg_that_was_paid_by_a_refund_elsewhere_counts_once",
    ),
    wrong(
        _D,
        "        return told.told_at > known.told_at\n",
        "        return True\n",
        "disputing::test_any_order_and_number_of_words_comes_to_the_same",
    ),
    wrong(
        _D,
        "others = tuple(one for one in found.taken if one.reference != taken.reference)",
        "others = found.taken",
        "disputing::test_any_order_and_number_of_words_comes_to_the_same",
    ),
    wrong(
        _D,
        "taken = replace(taken, held=0 if known is None else known.held)",
        "taken = replace(taken, held=0)",
        "disputing::test_a_leg_that_was_paid_by_a_refund_elsewhere_counts_once",
    ),
    wrong(
        _D,
        "payment.reserved + payment.gone > payment.captured",
        "payment.gone > payment.captured",
        "disputing::test_what_is_promised_and_not_started_waits_for_the_bank",
    ),
    wrong(
        _D,
        "payment.reserved + payment.gone > payment.captured",
        "payment.gone > 0",
        "disputing::test_what_is_promised_goes_where_enough_is_left_beside_the_dispute",
    ),
    wrong(
        _D,
        "    if known is None and len(found.taken) >= TAKEN_MAX:",
        "    if known is None and len(found.taken) > TAKEN_MAX:",
        "disputing::test_an_order_takes_only_what_is_about_its_payments_and_not_without_end",
    ),
    wrong(
        _D,
        "        if was == 0 and told.is_back:\n            return None",
        "        if told.is_back:\n            return None",
        "disputing::test_a_dispute_shrinks_the_room_until_it_is_won",
    ),
    wrong(
        "lifecycle.money.paying",
        "failures < SERIES_FAILURES_MAX and not is_taken",
        "failures < SERIES_FAILURES_MAX",
        "disputing::test_nobody_tries_again_by_himself_what_the_bank_has_taken",
    ),
    wrong(
        "lifecycle.orders.ordering",
        "replace(put, reserved=was.reserved, taken=was.taken)",
        "replace(put, reserved=was.reserved)",
        "disputing::test_an_order_put_again_keeps_what_was_taken_and_cannot_hide_it",
    ),
    wrong(
        "lifecycle.orders.ordering",
        "held = paid.reserved + paid.withheld",
        "held = paid.reserved",
        "disputing::test_an_order_put_again_keeps_what_was_taken_and_cannot_hide_it",
    ),
    wrong(
        _C,
        "is_another = leg.reference not in (None, theirs.reference)",
        "is_another = False",
        "comparing::test_a_pair_comes_to_one_word",
    ),
    wrong(
        _C,
        "created_at < now - PENDING_MAX",
        "created_at <= now - PENDING_MAX",
        "comparing::test_pending_is_explained_for_ten_days",
    ),
    wrong(
        _C,
        "10_000 if explained == found else 10_000 * explained // found",
        "(10_000 * explained + found // 2) // found if found else 10_000",
        "comparing::test_a_hundred_percent_is_said_only_where_all_is_explained",
    ),
)
