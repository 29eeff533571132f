"""What a shopper has filled in so far: it travels sealed in the page's address and is kept nowhere.

Each basket has a name of its own, so that one sent twice is one return.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk import sealed
from retour.lifecycle.model import Origin

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.withdrawals.page import Shop

LIFE: Final = timedelta(days=1)
_NONCE_BYTES: Final = 12


class Wanted(msgspec.Struct, frozen=True, array_like=True):
    """Units of an order line that shall come back, and why.

    Args:
        order: Which of the basket's orders, from 0.
        photos: Ids of photos that show it.
        instead: The SKU that is wanted in exchange.
    """

    line: str
    quantity: int
    reason: str | None = None
    comment: str = ""
    order: int = 0
    photos: tuple[str, ...] = ()
    instead: str | None = None


class Basket(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A request as far as it has come.

    Args:
        nonce: Its own name.
        at: When the order was found, by business time.
        orders: Numbers of the orders that the shopper has proved to be theirs.
        outcome, method: What they wish for the goods, and how they send them, once chosen.
        gift: The address of who received a gift and gives it back; empty while it is not known,
            ``None`` where it is no gift.
        policy: Under which the return is asked for; the default one unless said.
        shown: What the last page said that it comes to.
        origin: Who fills it in: shoppers themselves, or an agent for them.
    """

    nonce: str
    at: datetime
    orders: tuple[str, ...]
    wanted: tuple[Wanted, ...] = ()
    outcome: str | None = None
    method: str | None = None
    gift: str | None = None
    policy: str | None = None
    shown: str | None = None
    origin: Origin = Origin.PORTAL

    @property
    def is_gift(self) -> bool:
        """Whether who received it gives it back: no page says what anything cost."""
        return self.gift is not None

    def wanted_of(self, order: int) -> tuple[Wanted, ...]:
        """Give what shall come back of one of the orders."""
        return tuple(one for one in self.wanted if one.order == order)

    @property
    def going(self) -> tuple[int, ...]:
        """Which of the orders something comes back of."""
        return tuple(sorted({one.order for one in self.wanted}))


def begin(
    shop: Shop,
    order_number: str,
    *,
    is_gift: bool = False,
    policy: str | None = None,
    origin: Origin = Origin.PORTAL,
) -> Basket:
    """Give an empty basket for an order."""
    return Basket(
        nonce=os.urandom(_NONCE_BYTES).hex(),
        at=shop.now,
        orders=(order_number,),
        gift="" if is_gift else None,
        policy=policy,
        origin=origin,
    )


def basket_token(house: House, shop: Shop, basket: Basket) -> str:
    """Write a basket so that the next page can read it, and nobody else."""
    return sealed.seal(house.vault, _purpose(shop), basket)


def read_basket(house: House, shop: Shop, token: str) -> tuple[Basket, bool] | None:
    """Read a basket, and say whether it is still good; ``None`` where it is none."""
    basket = sealed.unseal(house.vault, _purpose(shop), Basket, token)
    return None if basket is None else (basket, shop.now < basket.at + LIFE)


def _purpose(shop: Shop) -> str:
    return f"{shop.workspace_id}/portal"
