"""An order and its settlements as the values exact money is worked out from: here, and only here.

``bill_of`` says what was paid for each thing, ``given_of`` what of it is given back or promised by
now, ``share_paid`` what some units of a line came to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from retour.lifecycle.guards import HELD
from retour.lifecycle.model import (
    CompactReturn,
    Order,
    OrderLine,
    PartShare,
    Return,
    SettlementLine,
    ShippingCharge,
)
from retour.settlement.bill import Article, Bill, Carriage, Sale, billed
from retour.settlement.entitlement import Given, Gone, Line, Part, share_of, summed

NOTHING_GIVEN = Given(items={}, shipping=Gone())


def bill_of(order: Order) -> Bill:
    """Say what was paid for each thing of an order."""
    discount = order.discount
    charged = sum(payment.captured for payment in order.payments)
    return billed(
        Sale(
            articles=[_article(line) for line in order.lines],
            carriages=[_carriage(one) for one in charges_of(order)],
            discount=0 if discount is None else discount.amount,
            discounts_shipping=discount is not None and discount.covers_shipping,
            includes_tax=order.prices_include_tax,
            charged=charged or None,
        )
    )


def charges_of(order: Order) -> Iterator[ShippingCharge]:
    """List what was asked for the way out: the order's charge, then its shipments'."""
    if order.shipping is not None:
        yield order.shipping
    for shipment in order.shipments:
        if shipment.shipping is not None:
            yield shipment.shipping


def _article(line: OrderLine) -> Article:
    return Article(
        id=line.id,
        units=line.quantity,
        price=line.price,
        discount=line.discount,
        tax_rate=line.tax_rate,
        kit=line.parent if line.included else None,
    )


def _carriage(charge: ShippingCharge) -> Carriage:
    return Carriage(
        price=charge.amount,
        discount=charge.discount,
        tax_rate=charge.tax_rate,
        standard=charge.standard,
    )


def held_lines(returns: Iterable[Return | CompactReturn]) -> Iterator[SettlementLine]:
    """Give every line of settlements that hold something of the order, of all its returns."""
    for ret in returns:
        for settlement in ret.settlements:
            if settlement.status in HELD:
                yield from settlement.lines


def given_of(order: Order, held: Iterable[SettlementLine]) -> Given:
    """Sum what is given back or promised, as far as it is items or shipping."""
    given = summed(plain_line(line) for line in held)
    shipping = given.shipping._replace(amount=order.shipping_refunded)
    return given._replace(shipping=shipping)


def plain_line(line: SettlementLine) -> Line:
    """Give a line of a settlement as plain values."""
    return Line(
        kind=line.kind,
        amount=line.amount,
        tax=line.tax,
        discount=line.discount,
        price=line.price,
        line=line.line,
        units=line.units,
        label=line.label,
        rule=line.rule,
        parts=tuple(
            Part(one.line, one.units, one.amount, one.tax, one.discount) for one in line.parts
        ),
    )


def settlement_line(line: Line) -> SettlementLine:
    """Give plain values as a line of a settlement."""
    return SettlementLine(
        kind=line.kind,
        amount=line.amount,
        tax=line.tax,
        discount=line.discount,
        price=line.price,
        line=line.line,
        units=tuple(line.units),
        label=line.label,
        rule=line.rule,
        parts=tuple(
            PartShare(
                line=one.line,
                units=one.units,
                amount=one.amount,
                tax=one.tax,
                discount=one.discount,
            )
            for one in line.parts
        ),
    )


def share_paid(bill: Bill, line: str, units: int) -> int:
    """Say what some units of a line came to, nothing being given back yet."""
    return share_of(bill, NOTHING_GIVEN, line, units).amount


def share_owed(order: Order, held: Iterable[SettlementLine], line: str, units: int) -> int:
    """Say what some units of a line are owed for, after what settlements hold."""
    return share_of(bill_of(order), given_of(order, held), line, units).amount
