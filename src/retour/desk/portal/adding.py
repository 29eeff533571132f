"""One more order into a basket: both go back in one parcel, as one return each."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec.structs import replace

from retour.desk.portal.offering import loaded_for

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.portal.basket import Basket
    from retour.desk.withdrawals.page import Shop


class Apart(StrEnum):
    """Why an order cannot come back together with those that are there."""

    CURRENCY = "currency"
    CUSTOMER = "customer"
    FULL = "full"


async def added(
    house: House, shop: Shop, basket: Basket, number: str, most: int
) -> Basket | Apart | None:
    """Put an order that was found into the basket; ``None`` where one of them is gone."""
    if number in basket.orders:
        return basket
    if len(basket.orders) >= most:
        return Apart.FULL
    first = await loaded_for(house, shop, basket, basket.orders[0])
    other = await loaded_for(house, shop, basket, number)
    if first is None or other is None or first.state is None or other.state is None:
        return None
    if first.state.order.currency != other.state.order.currency:
        return Apart.CURRENCY
    theirs = [one.customer.email.strip().casefold() for one in (first.state, other.state)]
    if theirs[0] != theirs[1]:
        return Apart.CUSTOMER
    return replace(basket, orders=(*basket.orders, number))
