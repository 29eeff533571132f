"""What can be had instead: the variants of an article, with what the stock has of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retour.store.portal import articles_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retour.desk.house import House
    from retour.desk.portal.basket import Basket
    from retour.desk.portal.offering import Row
    from retour.desk.withdrawals.page import Shop
    from retour.gateways.stock import Stock


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Goods that can be had: ``left`` pieces of them, ``None`` where nobody knows."""

    sku: str
    title: str
    price: str | None
    left: int | None

    def is_there(self, quantity: int) -> bool:
        """Say whether so many can be had at once, as far as anybody knows."""
        return self.left is None or self.left >= quantity


async def choices_for(
    house: House,
    shop: Shop,
    basket: Basket,
    rows: Mapping[tuple[int, str], Row],
    *,
    stock: Stock,
    currency: str,
) -> tuple[tuple[Choice, ...], ...]:
    """Give what each wanted item can be had as, in the basket's order.

    What is no variant of anything can be had again as it is.
    """
    wanted = [rows[one.order, one.line] for one in basket.wanted]
    async with house.database.transaction(shop.workspace_id) as connection:
        articles = await articles_of(connection, shop.workspace_id, [row.sku for row in wanted])
    offers = [
        [(one.sku, one.title, one.prices.get(currency)) for one in articles[row.sku].variants]
        if row.sku in articles
        else [(row.sku, row.title, None)]
        for row in wanted
    ]
    skus = sorted({sku for offer in offers for sku, _, _ in offer})
    left = await _left(stock, shop.workspace_id, skus)
    return tuple(
        tuple(
            Choice(
                sku=sku, title=title, price=None if basket.is_gift else price, left=left.get(sku)
            )
            for sku, title, price in offer
        )
        for offer in offers
    )


async def _left(stock: Stock, workspace_id: int, skus: Sequence[str]) -> dict[str, int]:
    return await stock.availability(workspace_id, skus) if skus else {}
