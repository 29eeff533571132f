"""An order as a merchant puts it: the request's shape, and its reading into an ``Order``.

Amounts are decimal strings in the order's currency; every field that cannot be understood is named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from retour.kernel.ids import Mint
from retour.kernel.money import AMOUNT_MAX, EXPONENTS, parse_amount
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.commands import LINES_MAX, QUANTITY_MAX, Amount, Body, Quantity, Text, Word
from retour.lifecycle.model import (
    Address,
    Customer,
    Executor,
    LineShare,
    Order,
    OrderDiscount,
    OrderLine,
    Payment,
    Shipment,
    ShippingCharge,
)
from retour.settlement.allocation import rounded

_FINE: Final = re.compile(r"(0|[1-9][0-9]{0,15})\.([0-9]{1,8})")
_RATE_MAX: Final = 100
Attributes = Annotated[dict[str, Text], Meta(max_length=100)]
Url = Annotated[str, Meta(max_length=2048)]


class AddressBody(Body):
    """Where somebody is."""

    name: Text | None = None
    company: Text | None = None
    street: Text | None = None
    street2: Text | None = None
    postcode: Word | None = None
    city: Text | None = None
    region: Text | None = None
    country: Word | None = None


class AddressesBody(Body):
    """Where goods went and where bills go."""

    shipping: AddressBody | None = None
    billing: AddressBody | None = None


class CustomerBody(Body):
    """Who bought."""

    email: Annotated[str, Meta(min_length=3, max_length=320, pattern=r"^[^@\s]+@[^@\s]+$")]
    name: Text | None = None
    phone: Word | None = None
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}$")] | None = None
    postcode: Word | None = None
    locale: Word | None = None
    addresses: AddressesBody | None = None


class LineShareBody(Body):
    """How much of a line a shipment carried."""

    line: Word
    quantity: Quantity


class ShippingBody(Body):
    """What the way out cost; ``standard`` is what the cheapest way on offer would have."""

    amount: Amount
    tax_rate: Amount | None = None
    discount: Amount | None = None
    standard: Amount | None = None


class ShipmentBody(Body):
    """Goods on their way out; without ``lines`` the whole order.

    ``shipping`` is what this one cost by itself, beside the order's.
    """

    id: Word
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    facility: Word | None = None
    tracking_number: Word | None = None
    lines: Annotated[tuple[LineShareBody, ...], Meta(max_length=LINES_MAX)] = ()
    shipping: Amount | ShippingBody | None = None


class DiscountBody(Body):
    """What was taken off the whole order, and whether off its shipping too."""

    amount: Amount
    covers_shipping: bool = False


class PaymentBody(Body):
    """What was paid by one means.  ``captures`` is kept for reading only."""

    id: Word
    processor: Executor
    captured: Amount
    kind: Word | None = None
    captures: Annotated[tuple[dict[str, str], ...], Meta(max_length=100)] = ()


class OrderLineBody(Body):
    """One line of what was sold.

    ``unit_price`` may have more decimals than the currency; ``line_total`` is what all units cost
    before the discount, where the shop rounded otherwise than once for the line.  The price of an
    ``included`` line is a part of its parent's, and its own only says how large a part.
    """

    id: Word
    sku: Word
    title: Annotated[str, Meta(min_length=1, max_length=1000)]
    quantity: Quantity
    unit_price: Amount
    line_total: Amount | None = None
    part_number: Word | None = None
    upc: Word | None = None
    image_url: Url | None = None
    tax_rate: Amount | None = None
    discount: Amount | None = None
    group: Word | None = None
    parent: Word | None = None
    included: bool = False
    returnable: bool = True
    weight_g: Annotated[int, Meta(ge=0, le=10**9)] | None = None
    serials: Annotated[tuple[Word, ...], Meta(max_length=QUANTITY_MAX)] = ()
    attributes: Attributes = msgspec.field(default_factory=dict[str, str])


class OrderBody(Body):
    """An order whole, as it is put and put again."""

    currency: str
    customer: CustomerBody
    lines: Annotated[tuple[OrderLineBody, ...], Meta(min_length=1, max_length=LINES_MAX)]
    payments: Annotated[tuple[PaymentBody, ...], Meta(max_length=50)] = ()
    external_order_id: Word | None = None
    prices_include_tax: bool = True
    order_type: Word | None = None
    channel: Word | None = None
    facility: Word | None = None
    ordered_at: datetime | None = None
    delivered_at: datetime | None = None
    shipments: Annotated[tuple[ShipmentBody, ...], Meta(max_length=100)] = ()
    shipping: Amount | ShippingBody | None = None
    discount: Amount | DiscountBody | None = None
    attributes: Attributes = msgspec.field(default_factory=dict[str, str])


@dataclass(slots=True)
class _Reader:
    """Reads amounts and collects what is wrong with them."""

    currency: str
    errors: list[FieldError] = field(default_factory=list[FieldError])

    def wrong(self, pointer: str, code: str, detail: str) -> None:
        self.errors.append(FieldError(pointer=pointer, code=code, detail=detail))

    def amount(self, text: str | None, pointer: str) -> int:
        """Read an amount of zero or more; nothing given is zero."""
        if text is None:
            return 0
        minor = parse_amount(text, self.currency)
        if minor is None or minor < 0:
            places = EXPONENTS[self.currency]
            self.wrong(
                pointer,
                "bad_amount",
                f"{text!r} is no amount of {self.currency}: give a decimal string of zero or more"
                f" with at most {places} decimals.",
            )
            return 0
        return minor

    def price(self, text: str, quantity: int, pointer: str) -> tuple[int, int | None]:
        """Read a unit's price; where it is finer than the currency, what all units cost too."""
        match = _FINE.fullmatch(text)
        minor = parse_amount(text, self.currency)
        if match is None or minor is not None:
            return self.amount(text, pointer), None
        whole, fraction = match.groups()
        by = 10 ** (len(fraction) - EXPONENTS[self.currency])
        exact = int(whole + fraction)
        if exact * quantity >= AMOUNT_MAX * by:
            return self.amount(text, pointer), None
        return rounded(exact, by), rounded(exact * quantity, by)

    def rate(self, text: str | None, pointer: str) -> str | None:
        """Read a tax rate in percent, kept as it was written."""
        if text is None:
            return None
        scaled = parse_amount(text, "CLF")  # four decimals of a percent are plenty
        if scaled is None or not 0 <= scaled <= _RATE_MAX * 10**4:
            self.wrong(
                pointer, "bad_tax_rate", f"{text!r} is no tax rate: give percent, such as '21'."
            )
        return text

    def aware(self, at: datetime | None, pointer: str) -> datetime | None:
        """Refuse an instant without an offset."""
        if at is not None and at.tzinfo is None:
            self.wrong(
                pointer, "no_offset", "Give the instant with its offset, such as …T12:00:00Z."
            )
        return at


def _address(body: AddressBody | None) -> Address | None:
    return None if body is None else msgspec.convert(msgspec.structs.asdict(body), Address)


def _customer(body: CustomerBody) -> Customer:
    addresses = body.addresses or AddressesBody()
    return Customer(
        email=body.email,
        name=body.name,
        phone=body.phone,
        country=body.country,
        postcode=body.postcode,
        locale=body.locale,
        shipping_address=_address(addresses.shipping),
        billing_address=_address(addresses.billing),
    )


def _line(reader: _Reader, body: OrderLineBody, index: int, number: int) -> OrderLine:
    at = f"/lines/{index}"
    unit_price, line_total = reader.price(body.unit_price, body.quantity, f"{at}/unit_price")
    if body.line_total is not None:
        line_total = reader.amount(body.line_total, f"{at}/line_total")
    discount = reader.amount(body.discount, f"{at}/discount")
    if discount > (unit_price * body.quantity if line_total is None else line_total):
        reader.wrong(f"{at}/discount", "bad_amount", "The discount is more than the line costs.")
    return OrderLine(
        id=body.id,
        number=number,
        sku=body.sku,
        title=body.title,
        quantity=body.quantity,
        unit_price=unit_price,
        discount=discount,
        tax_rate=reader.rate(body.tax_rate, f"{at}/tax_rate"),
        part_number=body.part_number,
        upc=body.upc,
        image_url=body.image_url,
        group=body.group,
        parent=body.parent,
        included=body.included,
        line_total=line_total,
        returnable=body.returnable,
        weight_g=body.weight_g,
        serials=body.serials,
        attributes=body.attributes,
    )


def _shipments(reader: _Reader, body: OrderBody) -> tuple[Shipment, ...]:
    known = {line.id for line in body.lines}
    for index, shipment in enumerate(body.shipments):
        for place, share in enumerate(shipment.lines):
            if share.line not in known:
                reader.wrong(
                    f"/shipments/{index}/lines/{place}/line",
                    "unknown_line",
                    f"The order has no line {share.line!r}.",
                )
    return tuple(
        Shipment(
            id=one.id,
            shipped_at=reader.aware(one.shipped_at, f"/shipments/{index}/shipped_at"),
            delivered_at=reader.aware(one.delivered_at, f"/shipments/{index}/delivered_at"),
            facility=one.facility,
            tracking_number=one.tracking_number,
            lines=tuple(LineShare(line=share.line, quantity=share.quantity) for share in one.lines),
            shipping=_shipping(reader, one.shipping, f"/shipments/{index}/shipping"),
        )
        for index, one in enumerate(body.shipments)
    )


def _shipping(
    reader: _Reader, body: str | ShippingBody | None, at: str = "/shipping"
) -> ShippingCharge | None:
    if body is None:
        return None
    if isinstance(body, str):
        return ShippingCharge(amount=reader.amount(body, at))
    standard = body.standard
    return ShippingCharge(
        amount=reader.amount(body.amount, f"{at}/amount"),
        tax_rate=reader.rate(body.tax_rate, f"{at}/tax_rate"),
        discount=reader.amount(body.discount, f"{at}/discount"),
        standard=None if standard is None else reader.amount(standard, f"{at}/standard"),
    )


def _discount(reader: _Reader, body: str | DiscountBody | None) -> OrderDiscount | None:
    if body is None:
        return None
    if isinstance(body, str):
        return OrderDiscount(amount=reader.amount(body, "/discount"))
    return OrderDiscount(
        amount=reader.amount(body.amount, "/discount/amount"), covers_shipping=body.covers_shipping
    )


def _discountable(reader: _Reader, order: Order) -> None:
    """Have no more taken off the order than it costs."""
    discount, shipping = order.discount, order.shipping
    if discount is None:
        return
    costs = sum(line.price - line.discount for line in order.lines if not line.included)
    if shipping is not None and discount.covers_shipping:
        costs += max(shipping.amount - shipping.discount, 0)
    if discount.amount > costs:
        reader.wrong("/discount", "bad_amount", "The discount is more than the order costs.")


def _kits(reader: _Reader, lines: Sequence[OrderLineBody]) -> None:
    """Have every included line stand in a kit, and no kit in another."""
    known = {line.id: line for line in lines}
    for index, line in enumerate(lines):
        kit = known.get(line.parent or "")
        if line.included and (kit is None or kit.included):
            reader.wrong(
                f"/lines/{index}/parent",
                "unknown_line",
                "What is included names the line it is included in, which is included in none.",
            )


def _unique(reader: _Reader, ids: list[str], where: str) -> None:
    seen: set[str] = set()
    for index, one in enumerate(ids):
        if one in seen:
            reader.wrong(
                f"/{where}/{index}/id", "duplicate", f"{one!r} stands twice; ids are unique."
            )
        seen.add(one)


def read_order(
    body: OrderBody,
    order_number: str,
    before: Order | None,
    *,
    numbers: tuple[int, ...],
    at: datetime,
    mint: Mint,
) -> tuple[Order, Customer]:
    """Turn a request into the order it means, keeping what an earlier put already numbered.

    Args:
        numbers: At least as many fresh numbers as the body has lines that ``before`` lacks.

    Raises:
        InvalidRequest: Naming each amount, rate, instant or reference that cannot be understood.
    """
    if body.currency not in EXPONENTS:
        raise InvalidRequest(
            FieldError(
                pointer="/currency",
                code="unknown_currency",
                detail=f"{body.currency!r} is no ISO 4217 currency; give a code such as 'EUR'.",
            )
        )
    reader = _Reader(body.currency)
    _unique(reader, [line.id for line in body.lines], "lines")
    _kits(reader, body.lines)
    _unique(reader, [payment.id for payment in body.payments], "payments")
    _unique(reader, [shipment.id for shipment in body.shipments], "shipments")
    known = {line.id: line.number for line in before.lines} if before else {}
    fresh = iter(numbers)
    lines = tuple(
        _line(reader, line, index, known[line.id] if line.id in known else next(fresh))
        for index, line in enumerate(body.lines)
    )
    order = Order(
        id=before.id if before else mint("ord"),
        order_number=order_number,
        currency=body.currency,
        lines=lines,
        created_at=before.created_at if before else at,
        external_order_id=body.external_order_id,
        prices_include_tax=body.prices_include_tax,
        order_type=body.order_type,
        channel=body.channel,
        facility=body.facility,
        ordered_at=reader.aware(body.ordered_at, "/ordered_at"),
        delivered_at=reader.aware(body.delivered_at, "/delivered_at"),
        shipments=_shipments(reader, body),
        shipping=_shipping(reader, body.shipping),
        discount=_discount(reader, body.discount),
        payments=tuple(
            Payment(
                id=one.id,
                processor=one.processor,
                captured=reader.amount(one.captured, f"/payments/{index}/captured"),
                kind=one.kind,
            )
            for index, one in enumerate(body.payments)
        ),
        attributes=body.attributes,
    )
    _discountable(reader, order)
    if reader.errors:
        raise InvalidRequest(*reader.errors)
    return order, _customer(body.customer)
