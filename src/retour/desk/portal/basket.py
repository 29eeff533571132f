"""What a shopper has filled in so far: it travels sealed in the page's address and is kept nowhere.

Each basket has a name of its own, so that one sent twice is one return.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk import sealed

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.withdrawals.page import Shop

LIFE: Final = timedelta(days=1)
_NONCE_BYTES: Final = 12


class Wanted(msgspec.Struct, frozen=True, array_like=True):
    """Units of an order line that shall come back, and why."""

    line: str
    quantity: int
    reason: str | None = None
    comment: str = ""


class Basket(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A request as far as it has come.

    Args:
        nonce: Its own name.
        at: When the order was found, by business time.
        order_number: Of the order that the shopper has proved to be theirs.
        outcome, method: What they wish for the goods, and how they send them, once chosen.
    """

    nonce: str
    at: datetime
    order_number: str
    wanted: tuple[Wanted, ...] = ()
    outcome: str | None = None
    method: str | None = None


def begin(shop: Shop, order_number: str) -> Basket:
    """Give an empty basket for an order."""
    return Basket(nonce=os.urandom(_NONCE_BYTES).hex(), at=shop.now, order_number=order_number)


def basket_token(house: House, shop: Shop, basket: Basket) -> str:
    """Write a basket so that the next page can read it, and nobody else."""
    return sealed.seal(house.vault, _purpose(shop), basket)


def read_basket(house: House, shop: Shop, token: str) -> tuple[Basket, bool] | None:
    """Read a basket, and say whether it is still good; ``None`` where it is none."""
    basket = sealed.unseal(house.vault, _purpose(shop), Basket, token)
    return None if basket is None else (basket, shop.now < basket.at + LIFE)


def _purpose(shop: Shop) -> str:
    return f"{shop.workspace_id}/portal"
