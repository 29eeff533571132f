"""ChannelEngine's answers as read from their bytes: amounts are decimals, unknown words are kept.

Its own client reads amounts as floats and refuses words it does not know; money and tomorrow's
statuses are both too dear for that.  Every field may be missing or null but the ids we cannot do
without.

Source: ChannelEngine merchant API, version 2.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

from msgspec import Struct, field

T = TypeVar("T")


class _Read(Struct, frozen=True, kw_only=True, rename="pascal"):
    """One object of theirs; what is not named is left."""


class OrderLineRead(_Read, frozen=True, kw_only=True):
    """One line as it was sold."""

    quantity: int = 0
    channel_product_no: str | None = None
    merchant_product_no: str | None = None
    description: str | None = None
    unit_price_incl_vat: Decimal = Decimal(0)
    vat_rate: Decimal | None = None
    is_fulfillment_by_marketplace: bool = False


class AddressRead(_Read, frozen=True, kw_only=True):
    """Where a buyer is."""

    first_name: str | None = None
    last_name: str | None = None
    country_iso: str | None = None
    zip_code: str | None = None


class OrderRead(_Read, frozen=True, kw_only=True):
    """An order of a marketplace."""

    id: int = 0
    merchant_order_no: str | None = None
    channel_order_no: str | None = None
    channel_id: int | None = None
    global_channel_name: str | None = None
    email: str | None = None
    currency_code: str = ""
    order_date: datetime | None = None
    status: str | None = None
    shipping_costs_incl_vat: Decimal | None = None
    total_incl_vat: Decimal = Decimal(0)
    billing_address: AddressRead | None = None
    shipping_address: AddressRead | None = None
    lines: tuple[OrderLineRead, ...] | None = None


class ReturnLineRead(_Read, frozen=True, kw_only=True):
    """One product in a return; what was judged of it is told by order only."""

    quantity: int
    merchant_product_no: str | None = None
    accepted_quantity: int | None = None
    rejected_quantity: int | None = None
    order_line: OrderLineRead | None = None
    shipment_status: str | None = None
    extra_data: dict[str, str] | None = None


class ReturnRead(_Read, frozen=True, kw_only=True):
    """A return, whoever declared it."""

    id: int
    merchant_order_no: str | None = None
    channel_order_no: str | None = None
    channel_id: int | None = None
    global_channel_id: int | None = None
    global_channel_name: str | None = None
    lines: tuple[ReturnLineRead, ...] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    merchant_return_no: str | None = None
    channel_return_no: str | None = None
    status: str | None = None
    acknowledged_date: datetime | None = None
    reason: str | None = None
    customer_comment: str | None = None
    merchant_comment: str | None = None
    refund_incl_vat: Decimal = Decimal(0)
    refund_excl_vat: Decimal = Decimal(0)
    return_date: datetime | None = None
    extra_data: dict[str, str] | None = None


class HookRead(_Read, frozen=True, kw_only=True):
    """One of the account's webhooks."""

    name: str | None = None
    url: str | None = None
    events: tuple[str, ...] | None = None
    is_active: bool = True


class Envelope(_Read, frozen=True, kw_only=True):
    """What stands around every answer."""

    status_code: int = 0
    success: bool = True
    message: str | None = None
    validation_errors: dict[str, list[str]] | None = None


class Collection(Envelope, Generic[T], frozen=True, kw_only=True):
    """A page of a list."""

    content: tuple[T, ...] | None = field(default=None)
    total_count: int = 0
    items_per_page: int = 0
