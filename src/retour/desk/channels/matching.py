"""What a marketplace says in words of ours: orders, lines, reasons, and what is told of units.

Pure.  A channel names products, never lines: a product sold on several lines of an order is spread
over them in the order of the lines, and added up again when it is told back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from retour.desk.order_body import CustomerBody, OrderBody, OrderLineBody, PaymentBody
from retour.gateways.channelengine import Declared, Judged
from retour.gateways.channelengine.messages import OrderRead, ReturnLineRead
from retour.kernel.money import EXPONENTS, format_amount
from retour.lifecycle.model import (
    Acceptance,
    Executor,
    Leg,
    LegStatus,
    Order,
    Return,
    Settlement,
    SettlementKind,
)

REASONS: Final = (
    "PRODUCT_DEFECT",
    "PRODUCT_UNSATISFACTORY",
    "WRONG_PRODUCT",
    "TOO_MANY_PRODUCTS",
    "REFUSED",
    "REFUSED_DAMAGED",
    "WRONG_ADDRESS",
    "NOT_COLLECTED",
    "WRONG_SIZE",
    "OTHER",
)
"""ChannelEngine's own, all of them."""
REASON_OF: Final[Mapping[str, str]] = {
    "defective": "PRODUCT_DEFECT",
    "damaged": "PRODUCT_DEFECT",
    "broken": "PRODUCT_DEFECT",
    "not_as_described": "PRODUCT_UNSATISFACTORY",
    "quality": "PRODUCT_UNSATISFACTORY",
    "unwanted": "PRODUCT_UNSATISFACTORY",
    "changed_mind": "PRODUCT_UNSATISFACTORY",
    "wrong_item": "WRONG_PRODUCT",
    "wrong_size": "WRONG_SIZE",
    "too_small": "WRONG_SIZE",
    "too_large": "WRONG_SIZE",
    "too_many": "TOO_MANY_PRODUCTS",
    "arrived_too_late": "REFUSED",
    "refused": "REFUSED",
    "not_collected": "NOT_COLLECTED",
    "wrong_address": "WRONG_ADDRESS",
}
"""What our usual codes are called there; an account may say otherwise of its own."""
_UNTOLD: Final = frozenset({LegStatus.DRAFT, LegStatus.ABANDONED})
_WORDS_OF: Final[Mapping[str, str]] = {
    "PRODUCT_DEFECT": "The product is defective",
    "PRODUCT_UNSATISFACTORY": "The product does not please",
    "WRONG_PRODUCT": "The wrong product came",
    "TOO_MANY_PRODUCTS": "Too many came",
    "REFUSED": "It was refused at the door",
    "REFUSED_DAMAGED": "It was refused for damage",
    "WRONG_ADDRESS": "The address was wrong",
    "NOT_COLLECTED": "Nobody collected it",
    "WRONG_SIZE": "The size is wrong",
}


class Part(msgspec.Struct, frozen=True):
    """So many of a product are so many of an order's line."""

    product: str
    line: str
    quantity: int


def parts_of(
    order: Order, lines: Sequence[ReturnLineRead], called: Mapping[str, str]
) -> tuple[Part, ...] | str:
    """Find the order's lines that a channel's products are, in their order; or say why not.

    ``called`` gives the SKUs of products that are called otherwise here.
    """
    room = {line.id: line.counters.returnable for line in order.lines}
    parts: list[Part] = []
    for product, quantity in announced(lines).items():
        left = quantity
        sku = called.get(product, product)
        for line in order.lines:
            taken = min(left, room[line.id]) if line.sku == sku else 0
            if taken > 0:
                parts.append(Part(product, line.id, taken))
                room[line.id] -= taken
                left -= taken
        if left:
            return _why_not(order, sku, quantity, quantity - left)
    return tuple(parts) or "Nothing is in the return: every quantity is zero."


def _why_not(order: Order, product: str, wanted: int, there: int) -> str:
    if not any(line.sku == product for line in order.lines):
        return (
            f"Order {order.order_number} has no line with the SKU {product!r}. Match it by hand,"
            " or put the order with that line."
        )
    return (
        f"{wanted} of {product!r} are asked back, and {there} of order {order.order_number} can"
        " still come back."
    )


def announced(lines: Sequence[ReturnLineRead]) -> dict[str, int]:
    """Add up what is in a channel return, product by product, first named first."""
    counts: dict[str, int] = {}
    for line in lines:
        if line.quantity > 0:
            product = line.merchant_product_no or ""
            counts[product] = counts.get(product, 0) + line.quantity
    return counts


def order_from(read: OrderRead, processor: Executor = Executor.CHANNELENGINE) -> OrderBody | str:
    """Make an order of what ChannelEngine knows of it; or say why it cannot be one."""
    number = read.merchant_order_no or read.channel_order_no
    if number is None or read.currency_code not in EXPONENTS or not read.lines:
        return "ChannelEngine's order has no number, no currency or no lines. Put it yourself."
    address = read.shipping_address or read.billing_address
    names = () if address is None else (address.first_name, address.last_name)
    country = None if address is None else address.country_iso
    return OrderBody(
        currency=read.currency_code,
        customer=CustomerBody(
            email=read.email or f"{number}@marketplace.invalid",
            name=" ".join(one for one in names if one) or None,
            country=country if country and len(country) == 2 else None,  # noqa: PLR2004 - ISO 3166
            postcode=None if address is None else address.zip_code,
        ),
        channel=read.global_channel_name,
        external_order_id=read.channel_order_no,
        ordered_at=read.order_date,
        delivered_at=read.order_date,
        shipping=_plain(read.shipping_costs_incl_vat or Decimal(0)),
        payments=(
            PaymentBody(id=number, processor=processor, captured=_plain(read.total_incl_vat)),
        ),
        lines=tuple(
            OrderLineBody(
                id=str(place),
                sku=line.merchant_product_no or line.channel_product_no or "unknown",
                title=line.description or line.merchant_product_no or "unknown",
                quantity=line.quantity,
                unit_price=_plain(line.unit_price_incl_vat),
                tax_rate=None if line.vat_rate is None else _plain(line.vat_rate),
            )
            for place, line in enumerate(read.lines, 1)
            if line.quantity > 0
        ),
    )


def _plain(amount: Decimal) -> str:
    return f"{amount:f}"


def reason_words(reason: str | None) -> str:
    """Say a channel's reason in words."""
    return _WORDS_OF.get(reason or "", "Declared at the marketplace")


# -------------------------------------------------------------------- what is told back


def judged_of(
    ret: Return, settlement: Settlement, parts: Sequence[Part], lines: Sequence[ReturnLineRead]
) -> tuple[Judged, ...]:
    """Say of each product how much is accepted; all the rest is rejected, what never came as well.

    Whatever the units are, accepted and rejected add up to what the channel announced.
    """
    accepted: Counter[str] = Counter()
    for line in ret.lines:
        if line.line is not None and settlement.kind is not SettlementKind.NONE:
            accepted[line.line] += sum(
                unit.acceptance is Acceptance.ACCEPTED for unit in line.units
            )
    told: list[Judged] = []
    for product, quantity in announced(lines).items():
        named = {part.line for part in parts if part.product == product}
        taken = min(sum(accepted[name] for name in named), quantity)
        told.append(Judged(product=product, accepted=taken, rejected=quantity - taken))
    return tuple(told)


def declared_of(
    ret: Return, settlement: Settlement, leg: Leg, reasons: Mapping[str, str]
) -> Declared | str:
    """Say what a marketplace shall refund of a return of ours; or why it cannot be asked."""
    named = {unit for line in settlement.lines for unit in line.units}
    counts: Counter[str] = Counter()
    for line in ret.lines:
        counts[line.sku] += sum(unit.id in named for unit in line.units)
    lines = tuple((sku, count) for sku, count in counts.items() if count)
    if not lines:
        return (
            "A marketplace refunds goods alone, and none are in this settlement. Pay it elsewhere."
        )
    number = own_number(ret, leg)
    tax = sum(line.tax for line in settlement.lines)
    shared = 0 if not settlement.total else tax * leg.amount // settlement.total
    return Declared(
        order_number=leg.payment or "",
        rma_number=number,
        lines=lines,
        reason=_reason(ret, named, {**REASON_OF, **reasons}),
        incl_vat=Decimal(format_amount(leg.amount, settlement.currency)),
        excl_vat=Decimal(format_amount(leg.amount - shared, settlement.currency)),
    )


def own_number(ret: Return, leg: Leg) -> str:
    """Give the number under which a marketplace knows a leg: the RMA number, later ones counted."""
    told = 0
    for settlement in ret.settlements:
        for one in settlement.legs:
            if one.id == leg.id:
                return f"{ret.rma_number}-{told + 1}" if told else ret.rma_number
            if one.executor is Executor.CHANNELENGINE:
                told += bool(one.attempts) or one.status not in _UNTOLD
    raise AssertionError("a leg is one of its return's")


def _reason(ret: Return, units: Collection[str], reasons: Mapping[str, str]) -> str:
    """Give the reason of the first line paid for that means anything there."""
    for line in ret.lines:
        if any(unit.id in units for unit in line.units):
            for reason in line.reasons:
                for said in (reason.code, reason.text):
                    word = (said or "").strip().lower().replace(" ", "_").replace("-", "_")
                    if word in reasons:
                        return reasons[word]
    return "OTHER"
