"""Whether a statement was in time, and which lines the law excepts: judged on the order it names.

In time is what was submitted before the period ended, whatever happens later.  Where nobody knows
when the goods came, the period has not begun: the worst case for the trader, as the law has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from retour.lifecycle.requests.circumstances import GROUND
from retour.policy.consumer_law import DOORSTEP, LAST_ZONES, days_of, period
from retour.policy.legal_floor import GROUNDS
from retour.policy.window_working_days import free_days

if TYPE_CHECKING:
    from datetime import datetime

    from retour.dialects.view import View
    from retour.lifecycle.model import Customer, Order
    from retour.policy.consumer_law import Period, Terms
    from retour.store.withdrawals import Sold


class Judgement(NamedTuple):
    """When the period ends, and whether a statement was before; ``None`` is not known."""

    ends_at: datetime | None = None
    in_time: bool | None = None


def judge(sold: Sold, submitted_at: datetime, terms: Terms, zone: str) -> Judgement:
    """Judge a statement about an order.

    Args:
        zone: The workspace's; where a day ends later for the consumer, that counts.
    """
    country = _country(sold.customer)
    if not terms.reaches(country, sold.order.order_type):
        return Judgement()
    span = _period(sold, country, terms, zone)
    if span is None:
        return Judgement(in_time=True)
    return Judgement(ends_at=span.ends_at, in_time=span.holds(submitted_at))


def _period(sold: Sold, country: str | None, terms: Terms, zone: str) -> Period | None:
    began = last_delivery(sold.order)
    if began is None:
        return None
    at_the_door = sold.order.order_type == DOORSTEP
    days = days_of(terms, country, at_the_door=at_the_door)
    names = dict.fromkeys((zone, LAST_ZONES.get(country or "", zone)))
    return period(began, days, [ZoneInfo(name) for name in names], free_days(country), terms)


def last_delivery(order: Order) -> datetime | None:
    """Say when the last goods of an order came; ``None`` where some may still be on their way."""
    arrived = [one.delivered_at for one in order.shipments if one.delivered_at is not None]
    is_whole = len(arrived) == len(order.shipments)
    return order.delivered_at or (max(arrived, default=None) if is_whole else None)


def _country(customer: Customer) -> str | None:
    address = customer.shipping_address
    return customer.country or (None if address is None else address.country)


def excepted(order: Order) -> list[View]:
    """List the lines that the law excepts, each with the ground its merchant names."""
    found: list[View] = []
    for line in order.lines:
        ground = line.attributes.get(GROUND, "")
        about = GROUNDS.get(ground)
        if about is not None:
            found.append({"line": line.id, "sku": line.sku, "ground": ground, "about": about})
    return found
