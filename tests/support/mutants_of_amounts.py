"""What may go wrong with amounts, and which test must notice."""

from __future__ import annotations

from typing import Final

from tests.support.mutants import wrong

_B: Final = "settlement.bill"
_E: Final = "settlement.entitlement"
_ALL: Final = "entitlement::test_any_partition_of_any_order_gives_back_exactly_what_was_paid"
_KIT: Final = "entitlement::test_a_kit_comes_back_without_what_came_back_alone"

MUTANTS: Final = (
    wrong(_B, "        prices[kit] = _Price(0, 0, None)\n", "", _ALL),
    wrong(
        _B,
        "off = spread(min(whole[kit].discount, whole[kit].price), shares)",
        "off = [0] * len(shares)",
        _ALL,
    ),
    wrong(_B, "part.tax_rate or whole[kit].tax_rate", "part.tax_rate", _ALL),
    wrong(_B, "for place in dearest[: abs(off)]:", "for place in dearest[:0]:", _ALL),
    wrong(
        _B,
        "if abs(off) > len(dearest):",
        "if abs(off) > 1000:",
        "entitlement::test_more_than_rounding_makes_is_no_rounding",
    ),
    wrong(
        _B,
        "dearest.sort(key=lambda place: -worths[place].amount)",
        "dearest.sort(key=lambda place: worths[place].amount)",
        "entitlement::test_what_rounding_took_on_the_way_goes_to_the_dearest",
    ),
    wrong(
        _B,
        "one.net if sale.discounts_shipping else 0",
        "one.net",
        "entitlement::test_a_discount_on_the_order_reaches_shipping_where_it_was_given_for_it",
    ),
    wrong(
        _B,
        "weights if any(weights) else [one.units for one in parts]",
        "weights",
        "entitlement::test_parts_without_a_price_share_by_their_number",
    ),
    wrong(
        _B,
        "    return min(cheap.amount, worth.amount)",
        "    return worth.amount",
        "entitlement::test_of_a_dearer_way_only_the_standard_one_is_owed_by_law",
    ),
    wrong(_B, "0 if self.includes_tax else tax", "0", _ALL),
    wrong(_E, "count = min(count, whole.units - back.units)", "count = count", _KIT),
    wrong(
        _E,
        "- whole.units * gone // kit",
        "",
        "entitlement::test_of_three_kits_the_second_is_one",
    ),
    wrong(_E, "        _count(so_far.items, lines[-1])\n", "", _ALL),
    wrong(_E, "share(max(whole.discount - gone.discount, 0), units, of)", "0", _ALL),
    wrong(
        _E,
        "min(rounded(line.amount * points, whole), amount)",
        "rounded(line.amount * points, whole)",
        "entitlement::test_losses_together_never_take_more_than_there_is",
    ),
    wrong(
        _E,
        "    if amount > left:\n        return Excess",
        "    if False:\n        return Excess",
        "entitlement::test_more_of_the_way_out_than_is_left_is_too_much",
    ),
    wrong(
        _E,
        "min(max(bill.standard - gone.amount, 0), left)",
        "min(bill.standard, left)",
        "entitlement::test_of_a_dearer_way_only_the_standard_one_is_owed_by_law",
    ),
    wrong(
        _E,
        "sums[fee.rule, fee.label] = sums.get((fee.rule, fee.label), 0) + amount",
        "sums[fee.rule, fee.label] = amount",
        "entitlement::test_fees_of_a_rule_add_up_and_take_no_more_than_there_is",
    ),
    wrong(
        "lifecycle.money.legs",
        "        payments.reverse()\n",
        "        pass\n",
        "amounts::test_payments_are_given_back_in_the_policy_s_order",
    ),
    wrong(
        "lifecycle.money.legs",
        "(payment.kind == GIFT_CARD) is last",
        "payment.kind == GIFT_CARD",
        "amounts::test_payments_are_given_back_in_the_policy_s_order",
    ),
    wrong(
        "lifecycle.requests.offering",
        "waits = ret.legal is not None and first in _AFTER_THE_PROOF",
        "waits = False",
        "lifecycle_legal::test_money_is_held_until_the_goods_or_the_proof_of_sending_and_no_longer",
    ),
    wrong(
        "lifecycle.requests.offering",
        "waits = ret.legal is not None and first in _AFTER_THE_PROOF",
        "waits = first in _AFTER_THE_PROOF",
        "lifecycle_legal::test_who_only_has_the_policy_waits_as_long_as_that_says",
    ),
    wrong(
        "lifecycle.consequences",
        "        or RANK[ret.status] < RANK[settles_alone_from(ret, policy)]\n",
        "",
        "lifecycle_legal::test_money_is_held_until_the_goods_or_the_proof_of_sending_and_no_longer",
    ),
    wrong(
        "lifecycle.money.owed",
        "return WayOut.STANDARD if _withdrawn_as_a_whole(fold) else WayOut.NONE",
        "return WayOut.FULL if _withdrawn_as_a_whole(fold) else WayOut.NONE",
        "lifecycle_legal::test_of_an_express_way_out_what_the_standard_one_costs_is_paid_back",
    ),
    wrong(
        "lifecycle.money.settling",
        "return not_owed(fold, command.units, {unit for units in owed.values() for unit in units})",
        "return None",
        "amounts::test_a_unit_that_is_not_owed_for_is_named_with_its_line_s_arithmetic",
    ),
    wrong(
        "lifecycle.money.sale",
        "shipping = given.shipping._replace(amount=order.shipping_refunded)",
        "shipping = given.shipping._replace(amount=0)",
        "lifecycle_settling::test_shipping_is_refunded_once",
    ),
    wrong(
        "lifecycle.money.sale",
        "kit=line.parent if line.included else None",
        "kit=line.parent",
        "amounts::test_a_line_with_a_parent_is_sold_by_itself_unless_it_is_included",
    ),
)
