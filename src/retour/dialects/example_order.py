"""What the samples are about: an order, whose it is, where it goes, and what its merchant decided.

Everything is fixed, so that a sample has the same bytes every time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from retour.kernel.ids import Mint
from retour.lifecycle.model import (
    Address,
    Customer,
    Executor,
    FacilityRef,
    Order,
    OrderLine,
    Payment,
    Policy,
    Shipment,
    ShippingCharge,
)
from retour.policy.deadlines import Deadlines

START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINT: Final = Mint(START, bytes(16))
"""Gives the samples' ids, one after another."""
ORDER_ID: Final = MINT("ord")

FACILITY: Final = FacilityRef(code="main", number=1, name="Main warehouse")
CUSTOMER: Final = Customer(
    email="alex.jansen@example.com",
    name="Alex Jansen",
    phone="+31201234567",
    country="NL",
    postcode="1012 AB",
    locale="nl-NL",
    shipping_address=Address(
        name="Alex Jansen", street="Damrak 1", postcode="1012 AB", city="Amsterdam", country="NL"
    ),
)


POLICY: Final = Policy(deadlines=Deadlines(remind_days=(7,), ship_days=30))


def at(hours: int) -> datetime:
    """Give the instant so many hours after the hand-over."""
    return START + timedelta(hours=hours)


def order() -> Order:
    """Give an order as a merchant puts it, with what tends to go wrong in a message."""
    return Order(
        id=ORDER_ID,
        order_number="000100042",  # Leading zeros are real.
        external_order_id="WEB-77120",
        currency="EUR",
        channel="webshop",
        created_at=START,
        ordered_at=at(-96),
        lines=(
            OrderLine(
                id="1",
                number=1,
                sku="00420-BRASS",
                upc="0012345678905",
                title="Desk lamp, brass",
                quantity=1,
                unit_price=8950,
                tax_rate="21",
            ),
            OrderLine(
                id="2",
                number=2,
                sku="MUG-03",
                title="Mug “Größe L”",
                quantity=3,
                unit_price=1250,
                discount=250,  # Not to be divided by three.
                tax_rate="21",
            ),
        ),
        shipments=(
            Shipment(
                id="S-1",
                shipped_at=at(-48),
                delivered_at=START,
                facility="main",
                tracking_number="3SABC000111222",
            ),
        ),
        shipping=ShippingCharge(amount=495, tax_rate="21"),
        payments=(Payment(id="pay-1", processor=Executor.SANDBOX, kind="card", captured=12945),),
        attributes={"campaign": "spring & co"},
    )
