"""The public shape of an order, as the API answers it and native events carry it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retour.dialects.view import View, instant
from retour.kernel.money import format_amount

if TYPE_CHECKING:
    from datetime import datetime

    from retour.lifecycle.model import (
        Address,
        Counters,
        Customer,
        Order,
        OrderLine,
        Payment,
        Shipment,
        ShippingCharge,
    )


def _maybe(at: datetime | None) -> str | None:
    return None if at is None else instant(at)


def order_view(order: Order, customer: Customer) -> View:
    """Show an order as it was put, with how far each line has come back."""
    currency, charge = order.currency, order.shipping
    return {
        "id": order.id,
        "order_number": order.order_number,
        "external_order_id": order.external_order_id,
        "currency": currency,
        "prices_include_tax": order.prices_include_tax,
        "customer": _customer(customer),
        "order_type": order.order_type,
        "channel": order.channel,
        "facility": order.facility,
        "ordered_at": _maybe(order.ordered_at),
        "delivered_at": _maybe(order.delivered_at),
        "handed_over_at": _maybe(order.handed_over_at),
        "created_at": instant(order.created_at),
        "shipments": [_shipment(shipment, currency) for shipment in order.shipments],
        "shipping": None
        if charge is None
        else {
            **_charge(charge, currency),
            "refunded": format_amount(order.shipping_refunded, currency),
        },
        "discount": None
        if order.discount is None
        else {
            "amount": format_amount(order.discount.amount, currency),
            "covers_shipping": order.discount.covers_shipping,
        },
        "payments": [
            {
                "id": payment.id,
                "processor": payment.processor.value,
                "kind": payment.kind,
                "captured": format_amount(payment.captured, currency),
                "reserved": format_amount(payment.reserved, currency),
                **_taken(payment, currency),
            }
            for payment in order.payments
        ],
        "lines": [_order_line(line, currency) for line in order.lines],
        "attributes": dict(order.attributes),
    }


def _taken(payment: Payment, currency: str) -> View:
    """Show what others took of a payment; nothing where nobody did."""
    if not payment.taken:
        return {}
    return {
        "left": format_amount(payment.room, currency),
        "taken": [
            {
                "by": one.by.value,
                "reference": one.reference,
                "amount": format_amount(one.amount, currency),
                "status": one.status,
                "is_back": one.is_back,
                "told_at": instant(one.told_at),
            }
            for one in payment.taken
        ],
    }


def _customer(customer: Customer) -> View:
    return {
        "email": customer.email,
        "name": customer.name,
        "phone": customer.phone,
        "country": customer.country,
        "postcode": customer.postcode,
        "locale": customer.locale,
        "addresses": {
            "shipping": _address(customer.shipping_address),
            "billing": _address(customer.billing_address),
        },
    }


def _address(address: Address | None) -> View | None:
    if address is None:
        return None
    return {
        "name": address.name,
        "company": address.company,
        "street": address.street,
        "street2": address.street2,
        "postcode": address.postcode,
        "city": address.city,
        "region": address.region,
        "country": address.country,
    }


def _charge(charge: ShippingCharge, currency: str) -> View:
    standard = charge.standard
    return {
        "amount": format_amount(charge.amount, currency),
        "tax_rate": charge.tax_rate,
        "discount": format_amount(charge.discount, currency),
        "standard": None if standard is None else format_amount(standard, currency),
    }


def _shipment(shipment: Shipment, currency: str) -> View:
    shipping = shipment.shipping
    return {
        "id": shipment.id,
        "shipped_at": _maybe(shipment.shipped_at),
        "delivered_at": _maybe(shipment.delivered_at),
        "facility": shipment.facility,
        "tracking_number": shipment.tracking_number,
        "lines": [{"line": share.line, "quantity": share.quantity} for share in shipment.lines],
        "shipping": None if shipping is None else _charge(shipping, currency),
    }


def _order_line(line: OrderLine, currency: str) -> View:
    counters = line.counters
    return {
        "id": line.id,
        "number": line.number,
        "sku": line.sku,
        "part_number": line.part_number,
        "upc": line.upc,
        "title": line.title,
        "image_url": line.image_url,
        "quantity": line.quantity,
        "unit_price": format_amount(line.unit_price, currency),
        "line_total": format_amount(line.price, currency),
        "tax_rate": line.tax_rate,
        "discount": format_amount(line.discount, currency),
        "group": line.group,
        "parent": line.parent,
        "included": line.included,
        "weight_g": line.weight_g,
        "serials": list(line.serials),
        "is_returnable": line.returnable,
        "delivered": counters.delivered,
        "requested": counters.requested,
        "received": counters.received,
        "accepted": counters.accepted,
        "rejected": counters.rejected,
        "settled": counters.settled,
        "returnable": counters.returnable,
        "return_state": return_state(counters),
        "attributes": dict(line.attributes),
    }


def return_state(counters: Counters) -> str:
    """Say in one word how far an order line has come back.

    ``none``: nothing is asked back.  ``requested``: asked, nothing has come.  ``partly_returned``:
    some of what was delivered has come.  ``returned``: all of it has.
    """
    if counters.requested == 0:
        return "none"
    if counters.received == 0:
        return "requested"
    return "returned" if counters.received >= counters.delivered else "partly_returned"
