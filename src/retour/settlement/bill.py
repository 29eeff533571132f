"""What was paid for each thing of an order, to the last minor unit.

Prices are as the shop gave them, with or without tax; what comes out is what the customer paid, the
tax in it, and the discount that was taken off.  Five steps, each exact: kits share their price over
their parts, a discount on the order is shared over what it was given for, tax is taken out or put
on, and what is left between the sum and what was charged, where it is no more than rounding can
make, goes to the dearest things.  So a full refund is what was charged, whatever the shop rounded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from retour.settlement.allocation import paid, spread


class Article(NamedTuple):
    """A line of an order, as money.  ``price`` is of all its units, before any discount."""

    id: str
    units: int
    price: int
    discount: int = 0
    tax_rate: str | None = None
    kit: str | None = None  # The line whose price it is a part of; its own is then a weight.


class Carriage(NamedTuple):
    """One charge for a way out.  ``standard``: what the cheapest way on offer would have cost."""

    price: int
    discount: int = 0
    tax_rate: str | None = None
    standard: int | None = None


class Sale(NamedTuple):
    """An order, as money.  ``charged`` is what its payments took in all, where that is known."""

    articles: Sequence[Article]
    carriages: Sequence[Carriage] = ()
    discount: int = 0  # On the order, beside those of its lines.
    discounts_shipping: bool = False
    includes_tax: bool = True
    charged: int | None = None


class Worth(NamedTuple):
    """What was paid for something: with tax, without discount."""

    amount: int
    tax: int = 0
    discount: int = 0
    units: int = 1


class Bill(NamedTuple):
    """What was paid, thing by thing.

    Args:
        kits: The parts of each kit; all of a kit's price is theirs.
        standard: How much of the shipping the cheapest way on offer would have come to.
    """

    articles: Mapping[str, Worth]
    kits: Mapping[str, Sequence[str]]
    shipping: Worth
    standard: int
    includes_tax: bool

    @property
    def goods(self) -> int:
        """What was paid without the way out."""
        return sum(worth.amount for worth in self.articles.values())

    def price(self, amount: int, tax: int, discount: int) -> int:
        """Say which price, as the shop gives prices, came to ``amount``."""
        return amount + discount - (0 if self.includes_tax else tax)


class _Price(NamedTuple):
    price: int
    discount: int
    tax_rate: str | None

    @property
    def net(self) -> int:
        return max(self.price - self.discount, 0)


def billed(sale: Sale) -> Bill:
    """Work out what each thing was sold for."""
    goods = _with_kits_shared(sale.articles)
    ways = [_Price(one.price, one.discount, one.tax_rate) for one in sale.carriages]
    prices = _less(sale, goods, ways)
    worths = _as_charged([_worth(one, sale) for one in prices], sale.charged)
    shipping = worths[len(goods) :]
    kits: dict[str, list[str]] = {}
    for one in sale.articles:
        if one.kit is not None:
            kits.setdefault(one.kit, []).append(one.id)
    return Bill(
        articles={
            one.id: worth._replace(units=one.units)
            for one, worth in zip(sale.articles, worths, strict=False)
        },
        kits=kits,
        shipping=Worth(
            sum(one.amount for one in shipping),
            sum(one.tax for one in shipping),
            sum(one.discount for one in shipping),
        ),
        standard=sum(
            _standard(sale, way, price, worth)
            for way, price, worth in zip(
                sale.carriages, prices[len(goods) :], shipping, strict=True
            )
        ),
        includes_tax=sale.includes_tax,
    )


def _with_kits_shared(articles: Sequence[Article]) -> list[_Price]:
    """Move the price of each kit to its parts, by what they would cost alone."""
    prices = {one.id: _Price(one.price, one.discount, one.tax_rate) for one in articles}
    whole = dict(prices)
    for kit in {one.kit: None for one in articles if one.kit is not None}:
        parts = [one for one in articles if one.kit == kit]
        weights = [whole[one.id].net for one in parts]
        shares = spread(whole[kit].price, weights if any(weights) else [one.units for one in parts])
        off = spread(min(whole[kit].discount, whole[kit].price), shares)
        for part, price, discount in zip(parts, shares, off, strict=True):
            prices[part.id] = _Price(price, discount, part.tax_rate or whole[kit].tax_rate)
        prices[kit] = _Price(0, 0, None)
    return list(prices.values())


def _less(sale: Sale, goods: Sequence[_Price], ways: Sequence[_Price]) -> list[_Price]:
    """Share the order's discount over what it was given for, by what that costs."""
    prices = [*goods, *ways]
    weights = [one.net for one in goods]
    weights += [one.net if sale.discounts_shipping else 0 for one in ways]
    off = spread(min(sale.discount, sum(weights)), weights) if any(weights) else [0] * len(prices)
    return [
        one._replace(discount=one.discount + share) for one, share in zip(prices, off, strict=True)
    ]


def _worth(price: _Price, sale: Sale) -> Worth:
    amount, tax = paid(price.net, price.tax_rate, includes_tax=sale.includes_tax)
    return Worth(amount, tax, min(price.discount, price.price))


def _as_charged(worths: Sequence[Worth], charged: int | None) -> list[Worth]:
    """Give the dearest things, one minor unit each, what rounding made or took on the way."""
    dearest = [place for place, one in enumerate(worths) if one.amount]
    dearest.sort(key=lambda place: -worths[place].amount)
    off = 0 if charged is None else charged - sum(one.amount for one in worths)
    if abs(off) > len(dearest):
        return list(worths)  # No rounding makes that: something is paid elsewhere, or later.
    sign = 1 if off > 0 else -1
    mended = list(worths)
    for place in dearest[: abs(off)]:
        amount = worths[place].amount + sign
        mended[place] = worths[place]._replace(amount=amount, tax=min(worths[place].tax, amount))
    return mended


def _standard(sale: Sale, way: Carriage, price: _Price, worth: Worth) -> int:
    """Give what the cheapest way on offer would have come to, never more than was paid."""
    if way.standard is None:
        return worth.amount
    cheap = paid(min(way.standard, price.net), price.tax_rate, includes_tax=sale.includes_tax)
    return min(cheap.amount, worth.amount)
