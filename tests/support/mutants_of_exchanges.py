"""What may go wrong with goods that go out instead of money, and which test must notice."""

from __future__ import annotations

from typing import Final

from tests.support.mutants import wrong

_G = "lifecycle.money.goods"
_X = "lifecycle.money.exchanging"
_P = "lifecycle.money.paying"
_M = "lifecycle.machine"
_D = "delivery.stocks"
_ADD_UP = "exchanges::test_whatever_the_goods_cost_the_figures_add_up"
_DEARER = "exchanges::test_dearer_goods_wait_for_the_difference"
_OUT = "exchanges::test_goods_that_are_out_fall_back_before_anything_moves"
_LAPSED = "exchanges::test_a_difference_that_is_not_paid_in_time"
_ORDERED = "exchanges::test_goods_that_cannot_be_ordered_become_what_was_agreed_on"
_AGAIN = "exchanges::test_goods_that_cannot_be_had_wait_for_a_person_and_can_be_tried_again"
_STRAIGHT = "exchanges::test_goods_are_put_aside_ordered_and_settle_the_return"
_DROPPED = "exchanges::test_a_promise_that_is_dropped_lets_the_goods_go"
_PAID_BACK = "exchanges::test_a_difference_paid_for_goods_that_are_out_is_paid_back"

MUTANTS: Final = (
    wrong(_G, "    left = min(price, total)\n", "    left = total\n", _ADD_UP),
    wrong(_G, "        if part.amount > given:", "        if False:", _ADD_UP),
    wrong(_G, "    more = max(price - total, 0)", "    more = 0", _ADD_UP),
    wrong(
        _G,
        "return sum((one.unit_price or 0) * one.quantity for one in exchange.goods)",
        "return sum(one.unit_price or 0 for one in exchange.goods)",
        "exchanges::test_the_price_is_of_every_piece",
    ),
    wrong(
        _G,
        "return None if price is None or price < 0 else price",
        "return price",
        "exchanges::test_goods_that_make_no_sense_are_pointed_at",
    ),
    wrong(
        _G,
        "leg.kind is LegKind.CHARGE and leg.status is LegStatus.IN_FLIGHT",
        "leg.kind is LegKind.CHARGE",
        "lifecycle_timers::test_what_was_waited_for_makes_a_timer_moot",
    ),
    wrong(
        _X,
        "    if charge is not None and charge.status is not LegStatus.SUCCEEDED:",
        "    if charge is None:",
        _DEARER,
    ),
    wrong(
        _X,
        "exchange.executor is not Executor.EXTERNAL and exchange.stock is not StockStatus.HELD",
        "exchange.stock is None",
        _AGAIN,
    ),
    wrong(
        _X,
        "    if lead is None or exchange.stock not in _ASIDE:\n        return None\n",
        "    if lead is None:\n        return None\n",
        "exchanges::test_what_was_out_is_out_until_it_is_asked_again",
    ),
    wrong(
        _X,
        "    elif exchange.stock is StockStatus.ASKED:",
        "    else:",
        _STRAIGHT,
    ),
    wrong(_X, "        release(fold, legs)\n        failed", "        failed", _AGAIN),
    wrong(
        _X,
        "    if exchange.fallback is not Fallback.WAIT:\n        _turn(",
        "    if False:\n        _turn(",
        _LAPSED,
    ),
    wrong(
        _X,
        "            if refusal is not None:\n                return refusal\n        _turn(",
        "            del refusal\n        _turn(",
        "exchanges::test_what_was_given_up_holds_the_payment_it_held",
    ),
    wrong(
        _X,
        "lead is None or lead.status in _GOING or not _can_turn(settlement)",
        "lead is None or not _can_turn(settlement)",
        "exchanges::test_what_is_being_ordered_is_not_given_up",
    ),
    wrong(_X, "        if leg.payment is None and not is_paid:", "        if False:", _OUT),
    wrong(
        _X,
        "    if charge is not None and not is_paid:\n        turned.append",
        "    if charge is not None:\n        turned.append",
        _PAID_BACK,
    ),
    wrong(
        _X,
        "        ask_stock(fold, replace(moved, legs=settlement.legs))",
        "        pass",
        "exchanges::test_what_falls_back_is_let_go",
    ),
    wrong(
        _X,
        "        status=LegStatus.IN_FLIGHT if is_started else LegStatus.RESERVED,",
        "        status=LegStatus.RESERVED,",
        _ORDERED,
    ),
    wrong(_X, "    ask_stock(fold, settlement)\n\n\n# ---", "\n\n# ---", _DROPPED),
    wrong(
        _P,
        "    if leg.kind is LegKind.CHARGE:\n        order_goods(fold, paid)\n    elif",
        "    if",
        _DEARER,
    ),
    wrong(
        _P,
        "        if one.id in beside\n",
        "        if False\n",
        "exchanges::test_legs_of_several_payments_go_together",
    ),
    wrong(
        _D,
        "return self.work.may_repeat or self.work.n > 1",
        "return self.work.n > 1_000",
        "delivery_stocks::test_an_answer_that_was_lost_is_looked_up",
    ),
    wrong(
        _D,
        "return self.work.may_repeat or self.work.n > 1",
        "return self.work.n > 1_000",
        "delivery_stocks::test_after_a_crash_the_stock_is_looked_up_before_it_is_asked",
    ),
    wrong(
        _D,
        "            if outcome is not DELIVERED or not _is_going(asked.leg, told):",
        "            if outcome is not DELIVERED:",
        "delivery_stocks::test_what_was_given_up_meanwhile_is_not_ordered",
    ),
    wrong(
        _D,
        "        if kind in _LETS_GO:\n",
        "        if not kind:\n",
        "delivery_stocks::test_what_is_given_up_is_let_go",
    ),
    wrong(
        _M,
        "        statuses.discard(LegStatus.ABANDONED)\n",
        "        pass\n",
        "lifecycle_tables::test_a_settlement_stands_where_its_legs_do",
    ),
)
"""Every rule of exchanges, wrong once."""
