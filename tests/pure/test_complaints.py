"""What users of other returns systems complained about: cents, taxes, discounts, quantities.

One test each, named for the complaint; in brackets the public issue it was told in.  What was told
of concurrency and of goods without money is in ``test_complaints_of_control``.
"""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from retour.desk.order_body import OrderBody, read_order
from retour.dialects.view import settlement_view
from retour.kernel.ids import Mint
from retour.kernel.money import EXPONENTS, format_amount
from retour.lifecycle.commands import (
    Authorize,
    ConfirmSettlement,
    DiscardSettlement,
    FinishReceipt,
    LineAsked,
    ProposeSettlement,
    Request,
)
from retour.lifecycle.model import (
    Decision,
    Executor,
    Order,
    OrderDiscount,
    OrderLine,
    Payment,
    Policy,
    Shipment,
    ShippingCharge,
)
from retour.lifecycle.money.sale import bill_of, share_paid
from retour.lifecycle.orders.ordering import put_order
from retour.settlement.bill import Article, Sale, billed
from retour.settlement.entitlement import (
    Claim,
    Entitlement,
    Given,
    Gone,
    Item,
    entitled,
    summed,
)
from tests.support.returns import NOON, Journey, accept, an_order, receive, sold

FULL_SHIPPING = Policy(refund_shipping="full")


def an(line: OrderLine, *more: OrderLine, captured: int, **order: object) -> Order:
    """Make an order that one payment captured."""
    paid = [Payment(id="card", processor=Executor.SANDBOX, captured=captured)]
    return replace(an_order(line, *more, payments=paid), **order)


def refund(journey: Journey, **body: object) -> int:
    """Propose and promise what is owed; give its total."""
    journey.do(msgspec.convert(body, ProposeSettlement), ConfirmSettlement())
    return journey.ret.settlements[-1].total


def put(**body: object) -> Order:
    """Read an order as a merchant puts it."""
    whole = {
        "currency": "EUR",
        "customer": {"email": "a@example.test"},
        "delivered_at": "2026-01-14T12:00:00Z",
        **body,
    }
    read = msgspec.convert(whole, OrderBody)
    mint = Mint(NOON, bytes(16))
    numbers = tuple(range(1, 99))
    order, _ = read_order(read, "1001", None, numbers=numbers, at=NOON, mint=mint)
    return order


def line(quantity: int, price: str, **more: object) -> dict[str, object]:
    return {"id": "a", "sku": "A", "title": "A", "quantity": quantity, "unit_price": price, **more}


def everything(order: Order, policy: Policy | None = None) -> Journey:
    """Take all of an order back and accept it."""
    units = {one.id: one.quantity for one in order.lines if not one.included}
    return Journey(order=order, policy=policy).processed(**units)


# ---------------------------------------------------------------- A: rounding, tax, discount


def test_a01_half_a_cent_stays_owed_for_ever() -> None:
    """A total of 10.285 of which 10.29 was paid (medusajs/medusa#13972)."""
    order = put(
        lines=[line(1, "8.50", tax_rate="21")],
        prices_include_tax=False,
        payments=[{"id": "card", "processor": "sandbox", "captured": "10.29"}],
    )
    journey = everything(order)

    assert 1029 == refund(journey)
    assert 1029 == journey.reserved


def test_a02_a_full_refund_is_refused_for_a_decimal() -> None:
    """What was captured is what is given back, to the cent (medusajs/medusa#13091)."""
    lines = [sold(name, 1, price=333) for name in "abc"]
    lines = [replace(one, tax_rate="19") for one in lines]
    journey = everything(an(*lines, captured=1189, prices_include_tax=False))

    assert 1189 == refund(journey)


def test_a03_the_amount_on_offer_exceeds_what_is_allowed() -> None:
    """The figure that is offered and the cap come from one function (medusajs/medusa#15057)."""
    journey = everything(an(replace(sold("a", 3, price=1015), discount=7), captured=3038))
    journey.do(ProposeSettlement())

    assert journey.ret.settlements[-1].total == 3038
    journey.do(ConfirmSettlement())


def test_a04_a_refund_of_minus_zero_is_on_offer() -> None:
    """Nothing left is nothing to refund, never −0.00 (medusajs/medusa#11336)."""
    journey = Journey().settled(a=1)

    assert "nothing_owed" == journey.code(ProposeSettlement())
    assert "0.00" == format_amount(-0, "EUR")


@pytest.mark.parametrize(("currency", "price"), [("JPY", 1999), ("KWD", 19_999), ("CLF", 199_999)])
def test_a05_currencies_without_two_decimals_lose_some(currency: str, price: int) -> None:
    """19.99999 became 19.99, and a yen had cents (solidusio/solidus#707)."""
    journey = everything(an(sold("a", 3, price=price), captured=3 * price, currency=currency))

    assert 3 * price == refund(journey)
    shown = settlement_view(journey.ret.settlements[-1])
    decimals = shown["total"].partition(".")[2]
    assert EXPONENTS[currency] == len(decimals)


def test_a06_a_discount_on_the_order_is_not_taken_off_the_item() -> None:
    """6.00 and 4.00 with 10 % off the order (solidusio/solidus#512)."""
    order = an(
        sold("a", 1, price=600),
        sold("b", 1, price=400),
        captured=900,
        discount=OrderDiscount(amount=100),
    )
    journey = Journey(order=order)

    assert 540 == refund(journey.processed(a=1))
    journey.next_return()
    assert 360 == refund(journey.processed(b=1))


def test_a07_the_parts_of_a_kit_are_not_its_price() -> None:
    """Detail 91.99, list 92.00 (solidus_product_assembly#43, #61): one figure in every view."""
    parts = [("x", 3333), ("y", 3333), ("z", 3333)]
    kit = [replace(sold(n, 1, price=p), parent="k", included=True) for n, p in parts]
    order = an(sold("k", 1, price=9200), *kit, captured=9200)
    journey, total = Journey(order=order), 0
    for name, _ in parts:
        total += refund(journey.processed(**{name: 1}))
        journey.next_return()

    assert 9200 == total == share_paid(bill_of(order), "k", 1)


def test_a08_ten_at_23_90_less_a_quarter_refund_a_cent_too_much() -> None:
    """179.25 was paid, 179.26 was refunded (woocommerce/woocommerce#64668)."""
    order = an(replace(sold("a", 10, price=2390), discount=5975), captured=17_925)
    journey, total = Journey(order=order), 0
    for _ in range(10):
        total += refund(journey.processed(a=1))
        journey.next_return()

    assert 17_925 == total


def test_a09_one_cent_over_blocks_the_whole_refund() -> None:
    """A sum of rounded lines one cent over the payment is brought to it (woocommerce#26734)."""
    lines = [replace(sold(name, 1, price=105), tax_rate="10") for name in "abc"]
    journey = everything(an(*lines, captured=347, prices_include_tax=False))

    assert 347 == refund(journey)


def test_a10_amounts_and_taxes_have_different_precisions() -> None:
    """Every amount has its currency's decimals, or it is refused (woocommerce-ios#17630)."""
    journey = everything(an(replace(sold("a", 3, price=999), tax_rate="8.875"), captured=2997))
    refund(journey)

    shown = settlement_view(journey.ret.settlements[-1])
    [item] = shown["lines"]
    texts = (item["amount"], item["tax"], item["price"], item["discount"], shown["total"])
    assert {2} == {len(text.partition(".")[2]) for text in texts}


def test_a11_a_price_of_many_decimals_is_not_refunded_as_paid() -> None:
    """13.956300 times nine is 125.61 (PrestaShop/PrestaShop#40271)."""
    order = put(
        lines=[line(9, "13.956300")],
        payments=[{"id": "card", "processor": "sandbox", "captured": "125.61"}],
    )
    journey, total = Journey(order=order), 0
    for units in (4, 1, 4):
        total += refund(journey.processed(a=units))
        journey.next_return()

    assert 12_561 == total


def test_a12_a_discount_that_reached_the_shipping_is_lost() -> None:
    """318 was paid with a discount on goods and shipping (OpenMage/magento-lts#4396)."""
    order = an(
        sold("a", 1, price=29_900),
        captured=31_800,
        currency="SEK",
        shipping=ShippingCharge(amount=4900),
        discount=OrderDiscount(amount=3000, covers_shipping=True),
    )

    assert 31_800 == refund(everything(order, FULL_SHIPPING))


def test_a13_the_shipping_of_a_second_partial_invoice_cannot_be_refunded() -> None:
    """Two captures, one shipping: its tax is there and it is owed once (magento2#41277)."""
    payments = [
        Payment(id="invoice-1", processor=Executor.SANDBOX, captured=1595),
        Payment(id="invoice-2", processor=Executor.SANDBOX, captured=1000),
    ]
    charge = ShippingCharge(amount=595, tax_rate="19")
    order = an_order(sold("a", 1), sold("b", 1), payments=payments)
    journey = Journey(order=replace(order, shipping=charge), policy=FULL_SHIPPING)

    assert 1595 == refund(journey.processed(a=1))
    assert 95 == journey.ret.settlements[-1].lines[-1].tax
    journey.next_return()
    assert 1000 == refund(journey.processed(b=1))
    assert [1595, 1000] == [one.reserved for one in journey.state.order.payments]


def test_a14_the_most_that_can_be_refunded_falls_below_zero() -> None:
    """An order made cheaper after a refund leaves nothing, not less (magento/magento2#38556)."""
    sale = Sale([Article("a", 2, 1000)])
    gone = Given({"a": Gone(amount=900, units=1)}, Gone())

    owed = entitled(billed(sale._replace(articles=[Article("a", 2, 800)])), gone, _units("a", 1))

    assert isinstance(owed, Entitlement)
    assert [0] == [one.amount for one in owed.lines]


def _units(name: str, count: int) -> Claim:
    return Claim([Item(name, tuple(str(n) for n in range(count)))])


def test_a15_the_tax_of_shipping_is_refunded_without_shipping() -> None:
    """Each line has its own tax and takes it along (magento/magento2#10982, #3406, #4349)."""
    order = an(
        replace(sold("a", 1), tax_rate="7"),
        captured=1070 + 595,
        prices_include_tax=False,
        shipping=ShippingCharge(amount=500, tax_rate="19"),
    )
    journey = everything(order)
    refund(journey)
    assert [(1070, 70)] == [(one.amount, one.tax) for one in journey.ret.settlements[-1].lines]
    journey.do(DiscardSettlement())

    refund(journey, shipping="5.95")

    assert [(1070, 70), (595, 95)] == [
        (one.amount, one.tax) for one in journey.ret.settlements[-1].lines
    ]


def test_a16_only_the_first_shipment_s_shipping_comes_back() -> None:
    """Two parcels, each with its charge and tax (Sylius/RefundPlugin#110)."""
    shipments = tuple(
        Shipment(id=name, shipped_at=NOON, shipping=ShippingCharge(amount=cost, tax_rate="19"))
        for name, cost in (("S1", 495), ("S2", 700))
    )
    order = an(sold("a", 2), captured=3195, shipments=shipments)
    journey = everything(order, FULL_SHIPPING)

    assert 3195 == refund(journey)
    assert (1195, 79 + 112) == (
        journey.ret.settlements[-1].lines[-1].amount,
        journey.ret.settlements[-1].lines[-1].tax,
    )


def test_a17_nobody_explains_why_units_of_a_line_differ() -> None:
    """Three for 10.00: price, discount and share stand on each line (Sylius/Sylius#12261)."""
    order = an(replace(sold("a", 3, price=400), discount=200), captured=1000)
    journey = Journey(order=order)
    seen: list[tuple[int | None, int, int]] = []
    for _ in range(3):
        refund(journey.processed(a=1))
        [item] = journey.ret.settlements[-1].lines
        seen.append((item.price, item.discount, item.amount))
        journey.next_return()

    assert [(400, 67, 333), (401, 67, 334), (399, 66, 333)] == seen
    assert (1200, 200, 1000) == tuple(map(sum, zip(*seen, strict=True)))


def test_a18_no_payment_is_found_for_a_refund_that_was_made() -> None:
    """Promotions are known before money moves; the promise holds its room (vendure#2393)."""
    order = an(sold("a", 2), captured=1500, discount=OrderDiscount(amount=500))
    journey = everything(order)

    assert 1500 == refund(journey)
    assert [("card", 1500)] == [
        (leg.payment, leg.amount) for leg in journey.ret.settlements[-1].legs
    ]


# ---------------------------------------------------------------- C: quantities


def test_c32_more_comes_back_than_was_ordered_or_delivered() -> None:
    """OCA/rma#268."""
    journey = Journey()
    asked = Request(order_number="1001", lines=(LineAsked(line="a", quantity=4),))

    assert "over_return" == journey.code(asked)


def test_c33_a_return_is_repeated_beyond_its_quantity() -> None:
    """Open and closed returns count together (episerver/Foundation#130)."""
    journey = Journey().settled(a=2)
    journey.next_return()
    asked = Request(order_number="1001", lines=(LineAsked(line="a", quantity=2),))

    assert "over_return" == journey.code(asked)


def test_c34_after_a_part_the_whole_quantity_is_on_offer_again() -> None:
    """OCA/rma#418, #420."""
    journey = Journey().settled(a=2)

    assert 1 == journey.state.order.lines[0].counters.returnable


def test_c35_a_route_of_several_steps_counts_a_unit_twice() -> None:
    """Received in two places, judged twice: one unit is one (OCA/rma#545)."""
    journey = Journey().authorized(a=2)
    journey.do(receive(a=1), place="main")
    journey.do(receive(a=1), place="north")
    journey.do(accept("a", 2), place="north")

    assert (2, 2, 2, 0, 0) == journey.counters()
    assert 1 == journey.state.order.lines[0].counters.returnable


def test_c36_three_were_asked_two_came_and_three_are_refunded() -> None:
    """spree/spree#14678."""
    journey = Journey().authorized(a=3)
    journey.do(receive(a=2), accept("a", 2), FinishReceipt(remaining="missing"))

    assert 2000 == refund(journey)


def test_c37_a_line_is_returned_or_not_and_nothing_between() -> None:
    """Units are counted one by one: two now, one later, no fourth."""
    journey, total = Journey(), 0
    for units in (2, 1):
        total += refund(journey.processed(a=units))
        journey.next_return()

    assert 3000 == total
    asked = Request(order_number="1001", lines=(LineAsked(line="a", quantity=1),))
    assert "over_return" == journey.code(asked)


def test_c38_the_wrong_line_of_the_same_article_is_reduced() -> None:
    """The same SKU twice, at two prices (frappe/erpnext#20100)."""
    lines = [sold("a", 1, price=500, sku="MUG"), sold("b", 1, price=900, sku="MUG")]
    journey = Journey(order=an(*lines, captured=1400)).processed(b=1)

    assert 900 == refund(journey)
    assert ["a"] == [one.id for one in journey.state.order.lines if not one.counters.requested]


def test_c39_the_same_item_added_twice_is_two_lines_of_money() -> None:
    """Asked in two parts, it is one line of units, paid once (medusajs/medusa#14936)."""
    twice = tuple(LineAsked(line="a", quantity=n, reason="Too small") for n in (1, 2))
    journey = Journey()
    journey.do(Request(order_number="1001", lines=twice), Authorize())
    journey.do(receive(a=3), accept("a", 3), FinishReceipt())

    assert 3000 == refund(journey)
    assert 1 == len(journey.ret.settlements[-1].lines)


def test_c40_two_payments_count_every_unit_twice() -> None:
    """Five units as two and three, over two payments (vendure#4135, #868, #2608)."""
    payments = [
        Payment(id=name, processor=Executor.SANDBOX, captured=2500) for name in ("card", "gift")
    ]
    journey = Journey(order=an_order(sold("a", 5), payments=payments))
    totals: list[int] = []
    for units in (2, 3):
        totals.append(refund(journey.processed(a=units)))
        assert units == len(journey.ret.settlements[-1].lines[0].units)
        journey.next_return()

    assert [2000, 3000] == totals
    assert [2500, 2500] == [one.reserved for one in journey.state.order.payments]


def test_c41_a_quantity_raised_after_placement_cannot_be_refunded() -> None:
    """vendurehq/vendure#4917."""
    journey = Journey(sold("a", 2)).confirmed(a=2)
    more = an(sold("a", 3), captured=3000)
    journey.next_return()
    decision = put_order(journey.state, more, journey.customer, journey.policy, journey.context())
    assert isinstance(decision, Decision)
    journey.state = decision.state

    assert 1000 == refund(journey.processed(a=1))


def test_c42_grants_each_within_what_was_charged_exceed_it_together() -> None:
    """saleor/saleor#19645."""
    journey = Journey(order=an(sold("a", 3), captured=3000))
    refund(journey.processed(a=1), adjustments=[{"label": "Sorry", "amount": "15.00"}])
    journey.next_return()
    journey.processed(a=1)
    more = {"adjustments": [{"label": "Sorry", "amount": "15.00"}]}

    assert "cap_exceeded" == journey.code(msgspec.convert(more, ProposeSettlement))


def test_partitions_of_what_is_held_are_read_back_from_its_lines() -> None:
    """What is given back is summed from lines, so no counter of its own can drift."""
    bill = billed(Sale([Article("a", 3, 1000)]))
    first = entitled(bill, Given({}, Gone()), _units("a", 1))
    assert isinstance(first, Entitlement)

    second = entitled(bill, summed(first.lines), _units("a", 2))

    assert isinstance(second, Entitlement)
    assert 1000 == first.total + second.total
