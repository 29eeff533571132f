"""What a customer has done before, as rules and risk may ask it.

``Past`` is what was found of earlier orders and returns; ``known`` sums it up as of one instant and
in one currency.  Pure: nobody is looked up here, and whoever it is about is not named.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from retour.kernel.value import Value

_DAY = timedelta(days=1)


class PastOrder(Value):
    """An order of the same customer, the one at hand among them."""

    at: datetime
    units: int  # Handed over.
    value: int  # Of all lines after their discounts, in minor units.
    currency: str


class PastReturn(Value):
    """An earlier return of the same customer; withdrawals and canceled returns are none."""

    at: datetime  # When it was asked for.
    units: int
    value: int
    currency: str
    kept: int = 0  # Units whose goods were left with the customer.
    missing_or_wrong: int = 0  # Units that were not in the parcel, or something else was.
    rejected: bool = False  # In whole, or units of it when they were judged.
    failed_payments: int = 0  # Refunds that failed for good or were taken back.


class Listing(Value):
    """An entry of an allow or block list that speaks of this request, or of one SKU in it."""

    id: str
    list: str  # allow | block
    kind: str  # email | phone | address | order | sku
    reason: str
    sku: str | None = None
    expires_at: datetime | None = None


class Past(Value):
    """What was found: newest first, and at most so many as the look-up brings."""

    orders: tuple[PastOrder, ...] = ()
    returns: tuple[PastReturn, ...] = ()
    linked: int = 0  # Other e-mail addresses behind the same phone number or address.
    listed: tuple[Listing, ...] = ()


class CustomerFacts(Value):
    """A customer in numbers, as of the instant of a request.

    Amounts are in the order's currency; what was paid in another is counted, but not valued.
    """

    orders_placed: int = 0  # With the one at hand.
    units_bought: int = 0
    value_bought: int = 0
    first_ordered_at: datetime | None = None
    returns_placed: int = 0
    returns_7_days: int = 0
    returns_30_days: int = 0
    returns_90_days: int = 0
    units_returned: int = 0
    value_returned: int = 0
    value_returned_30_days: int = 0
    value_returned_90_days: int = 0
    value_returned_365_days: int = 0
    kept_items: int = 0
    missing_or_wrong: int = 0
    rejected_returns: int = 0
    failed_payments: int = 0
    linked_identities: int = 0


def known(past: Past, at: datetime, currency: str) -> CustomerFacts:
    """Sum up what was before ``at``; what came later is not known yet."""
    orders = [one for one in past.orders if one.at <= at]
    returns = [one for one in past.returns if one.at <= at]
    return CustomerFacts(
        orders_placed=len(orders),
        units_bought=sum(one.units for one in orders),
        value_bought=_value(orders, currency),
        first_ordered_at=min((one.at for one in orders), default=None),
        returns_placed=len(returns),
        returns_7_days=len(_within(returns, at, 7)),
        returns_30_days=len(_within(returns, at, 30)),
        returns_90_days=len(_within(returns, at, 90)),
        units_returned=sum(one.units for one in returns),
        value_returned=_value(returns, currency),
        value_returned_30_days=_value(_within(returns, at, 30), currency),
        value_returned_90_days=_value(_within(returns, at, 90), currency),
        value_returned_365_days=_value(_within(returns, at, 365), currency),
        kept_items=sum(one.kept for one in returns),
        missing_or_wrong=sum(one.missing_or_wrong for one in returns),
        rejected_returns=sum(one.rejected for one in returns),
        failed_payments=sum(one.failed_payments for one in returns),
        linked_identities=past.linked,
    )


def in_force(past: Past, at: datetime) -> tuple[Listing, ...]:
    """Give the entries that have not expired by ``at``."""
    return tuple(one for one in past.listed if one.expires_at is None or one.expires_at > at)


def rate_percent(returned: int, bought: int) -> int | None:
    """Give the share that came back in whole percent, rounded down; None where nothing was bought.

    More than was bought is possible where only the newest orders are looked at: then it is 100.
    """
    return None if bought == 0 else min(100, 100 * returned // bought)


def _within(returns: Iterable[PastReturn], at: datetime, days: int) -> list[PastReturn]:
    return [one for one in returns if at - one.at <= days * _DAY]


def _value(things: Iterable[PastOrder] | Iterable[PastReturn], currency: str) -> int:
    return sum(one.value for one in things if one.currency == currency)
