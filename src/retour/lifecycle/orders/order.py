"""What was sold, to whom, and how far it has come back.

Amounts are integer minor units of the order's currency, instants aware UTC.  The customer is a
value of its own, so that erasing a person never touches the rest.  Pure data: no rule lives here.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import field

from retour.kernel.value import Value
from retour.lifecycle.money.taken import Taken
from retour.lifecycle.words import Executor


class Address(Value):
    """Where somebody is; free of any claim of validity."""

    name: str | None = None
    company: str | None = None
    street: str | None = None
    street2: str | None = None
    postcode: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None  # ISO 3166-1 alpha-2


class Customer(Value):
    """The person, kept apart from everything else."""

    email: str
    name: str | None = None
    phone: str | None = None
    country: str | None = None
    postcode: str | None = None
    locale: str | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None


class LineShare(Value):
    """How much of an order line travelled in a shipment."""

    line: str
    quantity: int


class ShippingCharge(Value):
    """What a way out cost, and what was taken off it.

    ``standard`` is what the cheapest way on offer would have cost, where a dearer one was chosen.
    """

    amount: int
    tax_rate: str | None = None
    discount: int = 0
    standard: int | None = None


class OrderDiscount(Value):
    """What was taken off the order as a whole; shared over its lines by what they cost."""

    amount: int
    covers_shipping: bool = False


class Shipment(Value):
    """Goods on their way out.  Without ``lines`` it carried the whole order."""

    id: str
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    facility: str | None = None
    tracking_number: str | None = None
    lines: tuple[LineShare, ...] = ()
    shipping: ShippingCharge | None = None  # What it cost by itself, beside the order's.


class Payment(Value):
    """What the customer paid by one means.

    ``reserved`` is what legs hold or have paid out of it, ``taken`` what others took; the database
    keeps ``0 <= reserved``, ``reserved + withheld <= captured`` on a row with a CHECK.
    """

    id: str
    processor: Executor
    captured: int
    kind: str | None = None
    reserved: int = 0
    taken: tuple[Taken, ...] = ()

    @property
    def gone(self) -> int:
        """Sum what others hold of it by now; with ``reserved`` it may be more than was paid."""
        return sum(one.counts for one in self.taken)

    @property
    def withheld(self) -> int:
        """Say how much of that legs do not hold already: what no leg may promise."""
        return min(self.gone, max(self.captured - self.reserved, 0))

    @property
    def room(self) -> int:
        """Say how much legs may still promise."""
        return max(self.captured - self.reserved - self.gone, 0)


class Counters(Value):
    """How far an order line has come back, in units.

    The database keeps ``0 <= settled <= accepted``, ``accepted + rejected <= received <= requested
    <= delivered`` by conditional updates on a row with CHECKs.
    """

    delivered: int = 0
    requested: int = 0
    received: int = 0
    accepted: int = 0
    rejected: int = 0
    settled: int = 0

    @property
    def returnable(self) -> int:
        """Units that may still be asked back."""
        return self.delivered - self.requested


class OrderLine(Value):
    """What was sold, one line of it."""

    id: str  # The merchant's own, unique in the order.
    number: int  # Ours, per workspace.
    sku: str
    title: str
    quantity: int
    unit_price: int  # To the nearest minor unit, where it was given with more decimals.
    discount: int = 0  # Of the whole line.
    tax_rate: str | None = None  # Percent, as a decimal string: "21", "5.5".
    part_number: str | None = None
    upc: str | None = None
    image_url: str | None = None
    group: str | None = None
    parent: str | None = None
    included: bool = False  # Its price is a part of its parent's, and its own only the weight.
    line_total: int | None = None  # What all units cost, where that is not price by quantity.
    returnable: bool = True
    weight_g: int | None = None
    serials: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    counters: Counters = Counters()

    @property
    def price(self) -> int:
        """What all units cost, before any discount."""
        return self.unit_price * self.quantity if self.line_total is None else self.line_total


class Order(Value):
    """What was sold and how far it has come back.  The customer stands apart."""

    id: str
    order_number: str
    currency: str
    lines: tuple[OrderLine, ...]
    created_at: datetime
    external_order_id: str | None = None
    prices_include_tax: bool = True
    order_type: str | None = None
    channel: str | None = None
    facility: str | None = None
    ordered_at: datetime | None = None
    delivered_at: datetime | None = None
    handed_over_at: datetime | None = None  # When ``order.delivered`` was said.
    shipments: tuple[Shipment, ...] = ()
    shipping: ShippingCharge | None = None
    discount: OrderDiscount | None = None
    payments: tuple[Payment, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    shipping_refunded: int = 0  # Minor units of ``shipping`` in live settlements.
    job_status: str = "OPEN"  # The ItemReturnJob's own word; only its own actions move it.
